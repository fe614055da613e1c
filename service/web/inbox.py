"""The inbox: hand documents in, and see what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from service.access.actor import Actor
from service.api import cursor as cursors
from service.api.at_hand import AtHand, Reader
from service.api.shapes import Document
from service.house import House
from service.problems import Problem
from service.store import documents, inbox
from service.store.inbox import ORDERS, SHELVES, Order, Place, Shelf, Wanted
from service.web import specimen
from service.web.language import term
from service.web.pages import show

router = APIRouter()

ROWS = 50
NAMES_OF_SHELVES = {
    "all": term("Tất cả"),
    "working": term("Đang xử lý"),
    "review": term("Cần kiểm tra"),
    "approved": term("Đã duyệt"),
    "failed": term("Không đọc được"),
    "withdrawn": term("Đã thu hồi"),
}
NAMES_OF_ORDERS = {
    "newest": term("Mới nộp trước"),
    "oldest": term("Nộp lâu trước"),
    "issued": term("Ngày ban hành, mới trước"),
}


def _asked(
    actor: Reader, shelf: str = "all", order: str = "newest", q: Annotated[str, Query(max_length=200)] = ""
) -> Wanted:
    # People edit addresses: what makes no sense is no condition.
    on: Shelf = next((one for one in SHELVES if one == shelf), "all")
    ordered: Order = next((one for one in ORDERS if one == order), "newest")
    return Wanted(actor.office, on, ordered, q.strip())


Asked = Annotated[Wanted, Depends(_asked)]
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/", response_class=HTMLResponse)
def show_inbox(request: Request, house: AtHand, actor: Reader, wanted: Asked, cursor: Cursor = None) -> HTMLResponse:
    values = _list(house, actor, wanted, cursor)
    return show(request, "inbox", limit_bytes=house.settings.upload_bytes, **values)


@router.get("/inbox/list", response_class=HTMLResponse)
def show_list(request: Request, house: AtHand, actor: Reader, wanted: Asked, cursor: Cursor = None) -> Response:
    """The list alone, as it is now. One request tells about all rows, however many are being read."""
    return show(request, "inbox_list", **_list(house, actor, wanted, cursor))


@router.get("/review/next")
def review_next(house: AtHand, actor: Reader) -> RedirectResponse:
    """To the newest document that waits for a person."""
    with house.database.reading() as session:
        document = inbox.next_to_review(session, actor.office)
    return RedirectResponse(f"/documents/{document}/review" if document else "/?shelf=review", 303)


def _list(house: House, actor: Actor, wanted: Wanted, cursor: str | None) -> dict[str, Any]:
    with house.database.reading() as session:
        rows = inbox.page(session, wanted, after=_place(cursor, wanted), limit=ROWS + 1)
        more = rows[ROWS:]
        rows = rows[:ROWS]
        jobs = documents.latest_jobs(session, [row.id for row in rows])
        counts = inbox.counts(session, wanted.office)
        tasks = inbox.tasks(session, [row.id for row in rows], house.settings.doubt_below)
    last = rows[-1] if more else None
    return {
        "wanted": wanted,
        "documents": [Document.of(row, jobs[row.id]) for row in rows],
        "tasks": tasks,
        "counts": counts,
        "shelves": NAMES_OF_SHELVES,
        "orders": NAMES_OF_ORDERS,
        "first_page": cursor is None,
        "next_cursor": cursors.encode([last.id, last.issued_on], wanted) if last else None,
        "specimen": specimen.at_hand(actor),
        "specimen_sha256": specimen.sha256(),
    }


def _place(cursor: str | None, wanted: Wanted) -> Place | None:
    if not cursor:
        return None
    id_, issued_on = cursors.decode(cursor, wanted, 2)
    try:
        return Place(UUID(id_), date.fromisoformat(issued_on) if issued_on else None)
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
