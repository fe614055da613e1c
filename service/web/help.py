"""Help, the interface as people read it, the kinds of problems, and the language of the pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from service.api.at_hand import Reader
from service.problems import KINDS
from service.web import specimen
from service.web.access import inside
from service.web.language import CATALOGUE, COOKIE
from service.web.pages import show

router = APIRouter()

_A_YEAR = 365 * 24 * 3600


@router.get("/help", response_class=HTMLResponse)
def show_help(request: Request, actor: Reader) -> HTMLResponse:
    return show(request, "help", specimen=specimen.at_hand(actor))


@router.get("/problems", response_class=HTMLResponse)
def show_problems(request: Request) -> HTMLResponse:
    return show(request, "problems", kinds=KINDS)


@router.get("/docs", response_class=HTMLResponse)
def show_interface(request: Request) -> HTMLResponse:
    return show(request, "interface", document=request.app.openapi())


@router.get("/language")
def choose_language(to: str = "vi", next: str = "/") -> RedirectResponse:
    """The language of the pages from now on, in this browser."""
    answer = RedirectResponse(inside(next), 303)
    answer.set_cookie(COOKIE, "en" if to == "en" else "vi", max_age=_A_YEAR, samesite="lax")
    return answer


@router.get("/static/english.json")
def get_catalogue() -> FileResponse:
    """The English texts, for scripts."""
    return FileResponse(CATALOGUE, headers={"Cache-Control": "no-cache"})
