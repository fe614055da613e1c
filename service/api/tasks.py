"""``/v1/tasks``: who has to do what by when, over all documents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from extractor.record import DeadlineKind, Role
from service.api import cursor as cursors
from service.api.at_hand import AtHand
from service.api.paging import Cursor, Limit
from service.api.shapes import Task, Tasks
from service.problems import Problem
from service.store import tasks
from service.store.tasks import Filter, Order, Place

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


@router.get("", summary="Tìm nhiệm vụ / find tasks")
def list_tasks(
    house: AtHand,
    agency: Annotated[
        str | None,
        Query(
            max_length=300,
            description="Mã cơ quan, hoặc một phần tên, không cần dấu và chữ hoa / an agency id, or part of a name, "
            "without regard to marks and case",
            examples=["so noi vu"],
        ),
    ] = None,
    role: Annotated[Role | None, Query(description="Vai trò; cùng `agency` thì của chính cơ quan đó")] = None,
    due_from: Annotated[date | None, Query(description="Có hạn từ ngày / due on this day or later")] = None,
    due_to: Annotated[date | None, Query(description="Có hạn đến ngày / due on this day or earlier")] = None,
    deadline: Annotated[
        DeadlineKind | Literal["none"] | None, Query(description="Loại thời hạn; `none`: không có / kind of deadline")
    ] = None,
    document: Annotated[UUID | None, Query(description="Chỉ của văn bản này / of this document only")] = None,
    q: Annotated[
        str | None, Query(max_length=300, description="Các từ cần có, không cần dấu / words, without regard to marks")
    ] = None,
    order: Annotated[
        Order, Query(description="`newest`: văn bản mới trước, theo thứ tự trong văn bản; `due`: theo thời hạn")
    ] = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Tasks:
    """Mọi điều kiện đều phải đúng. Trang sau lấy bằng `next_cursor`; văn bản mới đến không làm xô lệch các trang."""
    wanted = Filter(document, agency, role, due_from, due_to, deadline, q)
    after = _place(cursor, wanted, order) if cursor else None
    with house.database.reading() as session:
        rows = tasks.page(session, wanted, order=order, after=after, limit=limit + 1)
        items = [Task.of(row, house.settings.doubt_below) for row in rows[:limit]]
    more = None
    if len(rows) > limit:
        last = items[-1]
        more = cursors.encode([last.document.id, last.position, last.due], (wanted, order))
    return Tasks(items=items, next_cursor=more)


def _place(cursor: str, wanted: Filter, order: Order) -> Place:
    document, position, due = cursors.decode(cursor, (wanted, order), 3)
    try:
        return Place(UUID(document), int(position), date.fromisoformat(due) if due else None)
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
