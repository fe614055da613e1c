"""``/v1/tasks``: who has to do what by when, over all documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy.orm import Session

from extractor.record import DeadlineKind, Role
from service.access.actor import Actor
from service.api import cursor as cursors
from service.api.at_hand import AtHand, Reader, Tracker
from service.api.fields import Fields, narrowed
from service.api.paging import AwareMoment, Cursor, Limit
from service.api.shapes import Task, TaskReport, Tasks, TaskState
from service.problems import Problem
from service.store import reports, schedule, tables, tasks
from service.store.tasks import Filter, Order, Place

_ETAG = {"ETag": {"description": "Đổi khi nhiệm vụ đổi / changes with the task", "schema": {"type": "string"}}}

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])


@router.get("", summary="Tìm nhiệm vụ / find tasks", response_model=Tasks)
def list_tasks(
    house: AtHand,
    actor: Reader,
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
    approved: Annotated[bool | None, Query(description="Chỉ nhiệm vụ đã / chưa duyệt")] = None,
    state: Annotated[TaskState | None, Query(description="Tiến độ theo báo cáo / progress as reported")] = None,
    timeliness: Annotated[schedule.Timeliness | None, Query(description="Tình trạng hạn")] = None,
    external_id: Annotated[str | None, Query(max_length=200, description="Mã của phần mềm theo dõi")] = None,
    updated_since: AwareMoment = None,
    withdrawn: Annotated[bool, Query(description="Cả nhiệm vụ đã hết hiệu lực / tombstones too")] = False,
    order: Annotated[
        Order,
        Query(
            description="`newest`: văn bản mới trước, theo thứ tự trong văn bản; `due`: theo thời hạn; `updated`: theo "
            "lần thay đổi, cũ trước"
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
    """Mọi điều kiện đều phải đúng. Trang sau lấy bằng `next_cursor`; văn bản mới đến không làm xô lệch các trang."""
    wanted = Filter(
        document=document,
        agency=agency,
        role=role,
        due_from=due_from,
        due_to=due_to,
        deadline=deadline,
        words=q,
        office=actor.office,
        approved=approved,
        state=state,
        timeliness=timeliness,
        external_id=external_id,
        updated_since=updated_since,
        withdrawn=withdrawn,
        today=schedule.today_in_vietnam(),
        soon=house.settings.due_soon_days,
    )
    asked = (replace(wanted, today=date.min), order)  # a cursor stays good over midnight
    after = _place(cursor, asked) if cursor else None
    with house.database.reading() as session:
        rows = tasks.page(session, wanted, order=order, after=after, limit=limit + 1)
        items = [Task.of(row, house.settings, occurrences=expand is not None) for row in rows[:limit]]
    more = None
    if len(rows) > limit:
        last = rows[limit - 1]
        more = cursors.encode([last.document_id, last.position, last.due, last.updated_at.isoformat(), last.id], asked)
    if by_lead:
        items = [share for item in items for share in shares(item)]
    return narrowed(Tasks(items=items, next_cursor=more), fields)


@router.get("/{task_id}", summary="Một nhiệm vụ / one task", responses={200: {"headers": _ETAG}})
def get_task(task_id: UUID, response: Response, house: AtHand, actor: Reader) -> Task:
    """Kèm các kỳ đến hạn trong 12 tháng tới; nhiệm vụ đã hết hiệu lực vẫn xem được / tombstones can be seen too."""
    with house.database.reading() as session:
        task = Task.of(_found(session, task_id, actor), house.settings, occurrences=True)
    response.headers["ETag"] = f'"{task.version}"'
    return task


@router.put("/{task_id}/progress", summary="Báo tiến độ / report progress", responses={200: {"headers": _ETAG}})
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
        if if_match is not None and f'"{task.version}"' not in {tag.strip() for tag in if_match.split(",")}:
            raise Problem("changed-meanwhile", headers={"ETag": f'"{task.version}"'})
        if report.lead and report.lead not in {who.agency for who in task.assignments if who.role == "lead"}:
            raise Problem("conflict", "Cơ quan này không chủ trì nhiệm vụ.", "This agency does not lead the task.")
        reports.report(session, task, actor, **report.model_dump())
        session.flush()
        response.headers["ETag"] = f'"{task.version}"'
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
    document, position, due, updated, task_id = cursors.decode(cursor, asked, 5)
    try:
        return Place(
            UUID(document),
            int(position),
            date.fromisoformat(due) if due else None,
            datetime.fromisoformat(updated),
            UUID(task_id),
        )
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
