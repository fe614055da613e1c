"""Tokens for programs that subscribe by an address: whoever may see what they show can make one for themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from service.access import tokens
from service.access.actor import Actor, Scope
from service.api.access import Token, TokenMade
from service.api.at_hand import AtHand, needs
from service.house import House

router = APIRouter(prefix="/v1")

_DAYS = 365


@router.post(
    "/calendar/links",
    status_code=201,
    summary="Mã cho phần mềm lịch / a token for a calendar program",
    tags=["exports"],
)
def create_calendar_link(house: AtHand, actor: Annotated[Actor, needs("calendar")]) -> TokenMade:
    """Chỉ xem được lịch, trong một năm: `/v1/calendar.ics?token=…`. Quản trị viên thu hồi như mọi mã truy cập.

    It is good for the calendar alone, for a year; administrators see it among the tokens and can revoke it.
    """
    return _made(house, actor, "lịch", "calendar")


@router.post(
    "/search/links", status_code=201, summary="Mã cho phần mềm đọc tin / a token for a feed reader", tags=["search"]
)
def create_search_link(house: AtHand, actor: Annotated[Actor, needs("search")]) -> TokenMade:
    """Chỉ xem được tin tìm kiếm, trong một năm: `/v1/search.atom?q=…&token=…`. Quản trị viên thu hồi như mọi mã truy cập.

    It is good for feeds of searches alone, for a year; administrators see it among the tokens and can revoke it.
    """
    return _made(house, actor, "tin tìm kiếm", "search")


def _made(house: House, actor: Actor, what: str, scope: Scope) -> TokenMade:
    with house.database.writing() as session:
        name = f"{what} của {actor.name}"[:100]
        secret, token = tokens.create_token(session, actor, name, {scope}, actor.office, _DAYS)
    return TokenMade(token=Token.model_validate(token), secret=secret)
