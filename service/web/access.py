"""The pages that people pass on their way in: sign in, and set the first password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.api.at_hand import AtHand
from service.web.pages import show

router = APIRouter()


def inside(address: str) -> str:
    """The address if it is a place of our own, else the first page: "//elsewhere" would be another site."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


@router.get("/sign-in", response_class=HTMLResponse)
def sign_in(request: Request, house: AtHand, next: str = "/") -> HTMLResponse:
    return show(request, "sign_in", next=inside(next), oidc=bool(house.settings.oidc_issuer))


@router.get("/way-in", response_class=HTMLResponse)
def set_password(request: Request) -> HTMLResponse:
    # The secret stays in the address that the script reads: it is in no page and in no log.
    return show(request, "way_in")
