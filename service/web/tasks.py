"""Tasks over all documents: lists, calendar, timeline."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.at_hand import AtHand, Reader
from service.api.tasks import list_tasks
from service.store import schedule
from service.store.tasks import Filter
from service.web.pages import KINDS_OF_DEADLINE, ROLES, show

router = APIRouter()


@router.get("/tasks", response_class=HTMLResponse)
def find_tasks(
    request: Request,
    house: AtHand,
    actor: Reader,
    agency: Annotated[str, Query(max_length=300)] = "",
    role: str = "",
    deadline: str = "",
    q: Annotated[str, Query(max_length=300)] = "",
    due_from: str = "",
    due_to: str = "",
    order: str = "newest",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    # A form sends its empty fields too, and a person may edit the address: what makes no sense is no condition.
    wanted = Filter(
        agency=agency.strip() or None,
        role=role if role in ROLES else None,
        deadline=deadline if deadline in KINDS_OF_DEADLINE else None,
        words=q.strip() or None,
        due_from=_parsed(due_from),
        due_to=_parsed(due_to),
        office=actor.office,
        today=schedule.today_in_vietnam(),
        soon=house.settings.due_soon_days,
    )
    found = list_tasks(house, actor, wanted, order="due" if order == "due" else "newest", limit=50, cursor=cursor)
    return show(request, "tasks", tasks=found, wanted=wanted, order=order, asked=dict(request.query_params))


def _parsed(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
