"""``/v1/tasks``: who has to do what by when, over all documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import Field
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.api import cursor as cursors
from service.api.at_hand import AtHand, Reader, Tracker
from service.api.etag import WITH_ETAG, matched, of_version
from service.api.fields import Fields, Sparse, narrowed
from service.api.filters import Asked
from service.api.paging import Cursor, Limit
from service.api.shapes import Shape, Task, TaskReport, Tasks
from service.house import House
from service.problems import Problem
from service.store import overview, reports, tables, tasks
from service.store.tasks import Filter, Order, Place

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


@router.get("", summary="Tìm nhiệm vụ / find tasks", response_model=Tasks | Sparse)
def list_tasks(
    house: AtHand,
    actor: Reader,
    wanted: Asked,
    order: Annotated[
        Order,
        Query(
            description="`newest`: văn bản mới trước, theo thứ tự trong văn bản; `due`: theo thời hạn; `updated`: theo "
            "lần thay đổi, cũ trước / newest document first, by deadline, or by last change"
        ),
    ] = "newest",
    expand: Annotated[Literal["occurrences"] | None, Query(description="Kèm các kỳ đến hạn / with occurrences")] = None,
    by_lead: Annotated[
        bool, Query(description="Mỗi cơ quan chủ trì một mục, cùng `id`, khác `leads` / one item a lead")
    ] = False,
    fields: Fields = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Mọi điều kiện đều phải đúng. Trang sau lấy bằng `next_cursor`; văn bản mới đến không làm xô lệch các trang.

    Đồng bộ định kỳ bằng `order=updated`: đi hết các trang thì không sót nhiệm vụ nào; việc đổi trong lúc đó hiện lại ở trang
    sau. Lần sau đặt `updated_since` sớm hơn lúc bắt đầu lần trước một phút, `withdrawn=true` để biết việc đã hết hiệu lực.
    Muốn nhận từng thay đổi đúng một lần, đúng thứ tự: `GET /v1/changes`.

    To follow tasks by `order=updated`: a run through all pages misses none, and one that changes meanwhile is met again
    further on. Begin the next run with `updated_since` a minute before the first request of the last one, for a change is
    dated when it is made and seen when it is committed; add `withdrawn=true` to learn of tasks that ended. Every change
    exactly once and in order: `GET /v1/changes`.
    """
    return narrowed(
        page_of(house, wanted, order, limit, cursor, occurrences=expand is not None, by_lead=by_lead), fields
    )


def page_of(
    house: House,
    wanted: Filter,
    order: Order,
    limit: int,
    cursor: str | None,
    *,
    occurrences: bool = False,
    by_lead: bool = False,
) -> Tasks:
    """A page of tasks. Raises Problem("bad-cursor")."""
    asked = (replace(wanted, today=date.min), order)  # a cursor stays good over midnight
    after = _place(cursor, asked) if cursor else None
    with house.database.reading() as session:
        rows = tasks.page(session, wanted, order=order, after=after, limit=limit + 1)
        items = [Task.of(row, house.settings, occurrences=occurrences) for row in rows[:limit]]
    more = None
    if len(rows) > limit:
        last = rows[limit - 1]
        more = cursors.encode([last.document_id, last.position, last.id, last.due, last.updated_at.isoformat()], asked)
    if by_lead:
        items = [share for item in items for share in shares(item)]
    return Tasks(items=items, next_cursor=more)


class Month(Shape):
    """Nhiệm vụ đến hạn trong một tháng / tasks that fall due in a month."""

    month: str = Field(examples=["2026-06"])
    all: int
    done: int
    overdue: int
    due_soon: int
    in_time: int


class Months(Shape):
    items: list[Month]


@router.get("/by-month", summary="Số nhiệm vụ theo tháng / how many tasks fall due, month by month")
def count_by_month(
    house: AtHand,
    actor: Reader,
    wanted: Asked,
    first: Annotated[
        str,
        Query(alias="from", pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$", description="Tháng đầu / first month"),
    ],
    months: Annotated[int, Query(ge=1, le=120, description="Bao nhiêu tháng / how many months")] = 12,
) -> Months:
    """Cùng các điều kiện như danh sách nhiệm vụ: `agency`, `role` … Việc định kỳ tính theo kỳ tới.

    With the conditions of the list of tasks. A recurring task counts in the month of its next occurrence.
    """
    start = date.fromisoformat(f"{first}-01")
    with house.database.reading() as session:
        found = overview.by_month(session, wanted, start, months)
    return Months(
        items=[
            Month(
                month=f"{day:%Y-%m}",
                all=sums.all,
                done=sums.done,
                overdue=sums.overdue,
                due_soon=sums.due_soon,
                in_time=sums.in_time,
            )
            for day, sums in found
        ]
    )


@router.get("/{task_id}", summary="Một nhiệm vụ / one task", responses=WITH_ETAG)
def get_task(task_id: UUID, response: Response, house: AtHand, actor: Reader) -> Task:
    """Kèm các kỳ đến hạn trong 12 tháng tới; nhiệm vụ đã hết hiệu lực vẫn xem được / tombstones can be seen too."""
    with house.database.reading() as session:
        task = Task.of(_found(session, task_id, actor), house.settings, occurrences=True)
    response.headers["ETag"] = of_version(task.version)
    return task


@router.put("/{task_id}/progress", summary="Báo tiến độ / report progress", responses=WITH_ETAG)
def report_progress(
    task_id: UUID,
    report: TaskReport,
    response: Response,
    house: AtHand,
    actor: Tracker,
    if_match: Annotated[str | None, Header(description="Chỉ khi nhiệm vụ chưa đổi (tùy chọn) / optional")] = None,
) -> Task:
    """Lời báo mới nhất của mỗi phần mềm (mỗi mã truy cập) thay lời trước; lịch sử nằm trong nhật ký.

    The newest word of each tracker (each token) is kept; saying the same again changes nothing. `lead` reports the share of
    one leading agency.
    """
    with house.database.writing() as session:
        task = _found(session, task_id, actor, lock=True)
        matched(if_match, of_version(task.version), needed=False)
        if report.lead and report.lead not in {who.agency for who in task.assignments if who.role == "lead"}:
            raise Problem("conflict", "Cơ quan này không chủ trì nhiệm vụ.", "This agency does not lead the task.")
        reports.report(session, task, actor, **report.model_dump())
        session.flush()
        response.headers["ETag"] = of_version(task.version)
        return Task.of(task, house.settings, occurrences=True)


def shares(task: Task) -> list[Task]:
    """One copy of a task for each lead, for trackers that give every task one owner."""
    return [task.model_copy(update={"leads": [lead]}) for lead in task.leads] or [task]


def _found(session: Session, task_id: UUID, actor: Actor, *, lock: bool = False) -> tables.Task:
    task = tasks.find(session, task_id, actor, lock=lock)
    if task is None:
        raise Problem("not-found")
    return task


def _place(cursor: str, asked: Any) -> Place:
    document, position, task_id, due, updated = cursors.decode(cursor, asked, 5)
    try:
        return Place(
            UUID(document),
            int(position),
            UUID(task_id),
            date.fromisoformat(due) if due else None,
            datetime.fromisoformat(updated),
        )
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
