"""What a calendar shows: the tasks of an agency, of a document or of an office that fall due on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from service.store import agencies, schedule
from service.store.tables import Agency, Assignment, Deadline, Document, Task

PAST = timedelta(days=183)  # what fell due longer ago is left out
CANCELLED = timedelta(days=90)  # for so long programs are told that a task was withdrawn
MOST = 2_000  # tasks; of more, the recurring ones and those that fall due last


@dataclass(frozen=True, slots=True)
class Subscription:
    """All that are given must hold; `agency` is an id of the register or part of a name."""

    office: UUID | None
    agency: str | None = None
    role: str | None = None
    document: UUID | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A task of the calendar, and what changes when anything changes that the calendar shows of it."""

    task: UUID
    version: int
    document_updated_at: datetime


def marks(session: Session, wanted: Subscription) -> Sequence[Mark]:
    """The tasks of a calendar: cheap to ask for again and again."""
    last = sa.select(sa.func.max(Deadline.due)).where(Deadline.task_id == Task.id).scalar_subquery()
    query = (
        sa.select(Task.id, Task.version, Document.updated_at)
        .join(Document, Document.id == Task.document_id)
        .where(*_conditions(wanted))
        .order_by(sa.func.coalesce(last, sa.literal(date.max, sa.Date())).desc(), Task.id)
        .limit(MOST)
    )
    return [Mark(*row) for row in session.execute(query)]


def tasks(session: Session, chosen: Sequence[Mark]) -> list[Task]:
    """The tasks with all that an entry tells, in the order given."""
    found: dict[UUID, Task] = {}
    for start in range(0, len(chosen), 500):
        ids = [mark.task for mark in chosen[start : start + 500]]
        whole = (joinedload(Task.document), selectinload(Task.assignments), selectinload(Task.deadlines))
        found |= {task.id: task for task in session.scalars(sa.select(Task).where(Task.id.in_(ids)).options(*whole))}
    return [found[mark.task] for mark in chosen if mark.task in found]


def name(session: Session, wanted: Subscription) -> str:
    """What the calendar is called."""
    parts = ["Nhiệm vụ"]
    if wanted.agency:
        names = session.scalars(
            sa.select(Agency.name).where(Agency.id.in_(agencies.named_like(wanted.agency))).distinct().limit(2)
        ).all()
        parts.append(names[0] if len(names) == 1 else wanted.agency)
    if wanted.document:
        query = sa.select(Document.number).where(Document.id == wanted.document)
        if wanted.office:
            query = query.where(Document.office_id == wanted.office)
        parts.append(session.scalar(query) or "văn bản")
    return " – ".join(parts)


def _conditions(wanted: Subscription) -> list[sa.ColumnElement[bool]]:
    today = schedule.today_in_vietnam()
    dated = sa.or_(Deadline.due >= today - PAST, sa.and_(Deadline.due.is_(None), Deadline.rrule.is_not(None)))
    conditions = [
        sa.or_(Task.withdrawn_at.is_(None), Task.withdrawn_at >= datetime.now(UTC) - CANCELLED),
        sa.exists().where(Deadline.task_id == Task.id, dated),
    ]
    if wanted.office:
        conditions.append(Task.office_id == wanted.office)
    if wanted.document:
        conditions.append(Task.document_id == wanted.document)
    if wanted.agency or wanted.role:
        who = [Assignment.task_id == Task.id]
        if wanted.agency:
            who.append(Assignment.agency_ref.in_(agencies.named_like(wanted.agency)))
        if wanted.role:
            who.append(Assignment.role == wanted.role)
        conditions.append(sa.exists().where(*who))
    return conditions
