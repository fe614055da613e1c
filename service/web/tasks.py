"""Tasks over all documents: a list, a month of the calendar, a timeline, by agency, by document."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, timedelta
from typing import Annotated, Any, cast, get_args
from urllib.parse import urlencode
from uuid import UUID

from dateutil.relativedelta import relativedelta
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from service.api.at_hand import AtHand, Reader
from service.api.shapes import Task
from service.api.tasks import page_of
from service.house import House
from service.store import documents, overview, saved_filters, schedule
from service.store.tables import TASK_STATES
from service.store.tasks import Filter, Order, Timeliness
from service.web.language import term
from service.web.pages import KINDS_OF_DEADLINE, ROLES, show

router = APIRouter()

ROWS = 50
GROUPS = 200
MONTHS = 12  # of the timeline
BEFORE = 3  # of them lie before this month
VIEWS = {
    "list": term("Danh sách"),
    "month": term("Lịch tháng"),
    "timeline": term("Dòng thời gian"),
    "agencies": term("Theo cơ quan"),
    "documents": term("Theo văn bản"),
}
# Conditions that the address may hold, by the names that the interface and the exports know them by.
_CONDITIONS = ("agency", "role", "deadline", "due_from", "due_to", "q", "approved", "state", "timeliness", "document")


def _asked(
    house: AtHand,
    actor: Reader,
    agency: Annotated[str, Query(max_length=300)] = "",
    role: str = "",
    deadline: str = "",
    due_from: str = "",
    due_to: str = "",
    q: Annotated[str, Query(max_length=300)] = "",
    approved: str = "",
    state: str = "",
    timeliness: str = "",
    document: str = "",
) -> Filter:
    # A form sends its empty fields too, and a person may edit the address: what makes no sense is no condition.
    return Filter(
        agency=agency.strip() or None,
        role=role if role in ROLES else None,
        deadline=deadline if deadline in KINDS_OF_DEADLINE else None,
        due_from=_day(due_from),
        due_to=_day(due_to),
        words=q.strip() or None,
        approved={"true": True, "false": False}.get(approved),
        state=state if state in TASK_STATES else None,
        timeliness=cast(Timeliness, timeliness) if timeliness in get_args(Timeliness) else None,
        document=_id(document),
        office=actor.office,
        today=schedule.today_in_vietnam(),
        soon=house.settings.due_soon_days,
    )


Asked = Annotated[Filter, Depends(_asked)]


@router.get("/tasks", response_class=HTMLResponse)
def show_tasks(
    request: Request,
    house: AtHand,
    actor: Reader,
    wanted: Asked,
    view: str = "list",
    order: str = "",
    month: str = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    view = view if view in VIEWS else "list"
    by: Order = "newest" if order == "newest" else "due"
    # What the page links to holds the conditions in their one spelling.
    asked = {name: value for name in _CONDITIONS if (value := _spelled(wanted, name))}
    with house.database.reading() as session:
        shared: dict[str, Any] = {
            "counts": overview.counts(session, wanted),
            "saved": saved_filters.usable(session, actor, "tasks"),
            "about": documents.find(session, wanted.document, actor) if wanted.document else None,
        }

    def link(**changed: str | None) -> str:
        """An address of this page with some conditions changed; None takes one away."""
        now = asked | {"view": view if view != "list" else None, "order": by if by != "due" else None} | changed
        given = {name: value for name, value in now.items() if value}
        return "/tasks" + (f"?{urlencode(given)}" if given else "")

    return show(
        request,
        "tasks",
        view=view,
        views=VIEWS,
        order=by,
        wanted=wanted,
        asked=asked,
        query=urlencode(asked),
        calendar_query=urlencode([(name, asked[name]) for name in ("agency", "role", "document") if name in asked]),
        link=link,
        counted=overview.COUNTED,
        **shared,
        **_content(house, view, wanted, by, month, cursor),
    )


def _content(house: House, view: str, wanted: Filter, order: Order, month: str, cursor: str | None) -> dict[str, Any]:
    if view == "list":
        return {"tasks": page_of(house, wanted, order, ROWS, cursor), "cursor": cursor}
    first = _month(month) or wanted.today.replace(day=1)
    with house.database.reading() as session:
        match view:
            case "month":
                weeks = Calendar().monthdatescalendar(first.year, first.month)
                days, too_many = overview.calendar(session, wanted, weeks[0][0], weeks[-1][-1])
                tasks = {day: [Task.of(row, house.settings) for row in rows] for day, rows in days.items()}
                return {"weeks": weeks, "days": tasks, "too_many": too_many, **_around(first, 1)}
            case "timeline":
                first = _month(month) or first - relativedelta(months=BEFORE)
                return {"months": overview.by_month(session, wanted, first, MONTHS), **_around(first, MONTHS)}
            case "agencies":
                return {"groups": overview.by_agency(session, wanted, GROUPS), "most": GROUPS}
            case _:
                return {"groups": overview.by_document(session, wanted, GROUPS), "most": GROUPS}


def _around(first: date, months: int) -> dict[str, Any]:
    """The stretch shown, and the ones before and behind it."""
    step = relativedelta(months=months)
    last = first + step - timedelta(days=1)
    return {"first": first, "last": last, "earlier": first - step, "later": first + step}


def _spelled(wanted: Filter, name: str) -> str:
    value = getattr(wanted, "words" if name == "q" else name)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if value is not None else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str) -> date | None:
    """The first day of "2026-06", of years that the calendar can go on from."""
    day = _day(f"{text}-01")
    return day if day and 1900 < day.year < 2200 else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
