"""The pages that people pass on their way in: sign in, and set the first password."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.web.pages import show

router = APIRouter()


@router.get("/sign-in", response_class=HTMLResponse)
def sign_in(request: Request, next: str = "/") -> HTMLResponse:
    # Only to places of our own: "//elsewhere" would be another site.
    inside = next.startswith("/") and not next.startswith(("//", "/\\"))
    return show(request, "sign_in", next=next if inside else "/")


@router.get("/way-in", response_class=HTMLResponse)
def set_password(request: Request, secret: str = "") -> HTMLResponse:
    # The secret stays in the address that the script reads: it is in no page and in no log.
    return show(request, "way_in")
