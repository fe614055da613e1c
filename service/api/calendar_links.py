"""``/v1/calendar/links``: a token for a calendar program, which anybody who may see the calendar can make for themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from service.access import tokens
from service.access.actor import Actor
from service.api.access import Token, TokenMade
from service.api.at_hand import AtHand, needs

router = APIRouter(prefix="/v1/calendar", tags=["exports"])

_DAYS = 365


@router.post("/links", status_code=201, summary="Mã cho phần mềm lịch / a token for a calendar program")
def create_calendar_link(house: AtHand, actor: Annotated[Actor, needs("calendar")]) -> TokenMade:
    """Chỉ xem được lịch, trong một năm: `/v1/calendar.ics?token=…`. Quản trị viên thu hồi như mọi mã truy cập.

    It is good for the calendar alone, for a year; administrators see it among the tokens and can revoke it.
    """
    with house.database.writing() as session:
        name = f"lịch của {actor.name}"[:100]
        secret, token = tokens.create_token(session, actor, name, {"calendar"}, actor.office, _DAYS)
    return TokenMade(token=Token.model_validate(token), secret=secret)
