"""The way to the OpenID provider and back. Both addresses are there only when a provider is set."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from service.access import accounts, oidc
from service.api.access import set_cookie
from service.api.at_hand import AtHand
from service.web.access import inside

COOKIE = "directives_oidc"
_AWAY = 600  # seconds that a browser may spend at the provider

router = APIRouter(prefix="/oidc")


@router.get("/start")
def start_oidc(request: Request, house: AtHand, next: str = "/") -> RedirectResponse:
    secret = secrets.token_urlsafe(32)
    answer = RedirectResponse(oidc.start(house.settings, secret, _back(request), inside(next)), 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, secret, max_age=_AWAY, path="/oidc/", httponly=True, samesite="lax", secure=secure)
    return answer


@router.get("/callback")
def finish_oidc(request: Request, house: AtHand) -> RedirectResponse:
    secret = request.cookies.get(COOKIE, "")
    claims, where = oidc.finish(house.settings, secret, _back(request), request.query_params)
    with house.database.writing() as session:
        user = oidc.user_of(session, house.settings, claims)
        opened = accounts.open_browser(session, user, request.state.request_id)
    answer = RedirectResponse(inside(where), 303)
    answer.delete_cookie(COOKIE, path="/oidc/")
    set_cookie(request, answer, opened)
    return answer


def _back(request: Request) -> str:
    return str(request.url_for("finish_oidc"))
