"""Finding tasks: filters, and pages that stay in place while documents come in.

Every list is ordered by an index and begins where the page before ended, so the last page is as fast as the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from service.access.actor import Actor
from service.store import agencies
from service.store.fold import fold
from service.store.tables import Assignment, Deadline, Report, Task

Order = Literal["newest", "due", "updated"]
Timeliness = Literal["no_deadline", "in_time", "due_soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Filter:
    """All that are given must hold; agency and role of one assignment, dates and kind of one deadline."""

    document: UUID | None = None
    agency: str | None = None  # an agency id, or part of a name, without regard to case and marks
    role: str | None = None
    due_from: date | None = None
    due_to: date | None = None
    deadline: str | None = None  # kind of deadline, or "none" for tasks without one
    words: str | None = None  # each of these words is in title, heading or text
    office: UUID | None = None
    approved: bool | None = None
    state: str | None = None
    timeliness: Timeliness | None = None
    external_id: str | None = None
    updated_since: datetime | None = None
    withdrawn: bool = False  # tombstones too
    today: date = date.min  # what timeliness is told from
    soon: int = 7  # days


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last task's document and position, and its due date or moment when ordered by it."""

    document: UUID
    position: int
    due: date | None = None
    updated: datetime | None = None
    id: UUID | None = None


def find(session: Session, task_id: UUID, actor: Actor, *, lock: bool = False) -> Task | None:
    """A task, living or not, that the actor's office may see."""
    task = session.get(Task, task_id, with_for_update={"of": Task, "key_share": True} if lock else None)
    return task if task and actor.sees(task.office_id) else None


def page(session: Session, wanted: Filter, *, order: Order, after: Place | None, limit: int) -> Sequence[Task]:
    """Tasks by newest document and reading order, by due date (those without one last), or by last change."""
    if order == "due":
        return _by_due(session, wanted, after, limit)
    query = _tasks(wanted)
    if order == "updated":
        if after and after.updated and after.id:
            later = sa.and_(Task.updated_at == after.updated, Task.id > after.id)
            query = query.where(Task.updated_at >= after.updated, sa.or_(Task.updated_at > after.updated, later))
        return _all(session, query.order_by(Task.updated_at, Task.id).limit(limit))
    if wanted.agency:
        return _of_agency(session, wanted, after, limit)
    if after:
        query = query.where(_further(after))
    return _all(session, query.order_by(Task.document_id.desc(), Task.position).limit(limit))


def _by_due(session: Session, wanted: Filter, after: Place | None, limit: int) -> Sequence[Task]:
    """Two lists one after the other, for an index holds the order of each: tasks with a date, tasks without."""
    order = (Task.due, Task.document_id, Task.position)
    found: list[Task] = []
    if after is None or after.due is not None:
        query = _tasks(wanted).where(Task.due.is_not(None))
        if after and after.due:
            row = sa.tuple_(Task.due, Task.document_id, Task.position)
            here = (sa.literal(after.due, sa.Date()), sa.literal(after.document, sa.Uuid()), sa.literal(after.position))
            query = query.where(row > sa.tuple_(*here))
        found = list(_all(session, query.order_by(*order).limit(limit)))
    if len(found) < limit:
        query = _tasks(wanted).where(Task.due.is_(None))
        if after and after.due is None:
            row = sa.tuple_(Task.document_id, Task.position)
            query = query.where(row > sa.tuple_(sa.literal(after.document, sa.Uuid()), sa.literal(after.position)))
        found += _all(session, query.order_by(Task.document_id, Task.position).limit(limit - len(found)))
    return found


def _of_agency(session: Session, wanted: Filter, after: Place | None, limit: int) -> Sequence[Task]:
    """An agency's tasks come from its assignments, which stand in the order of the list: no sorting, however many."""
    refs = agencies.search(session, wanted.agency or "")
    if not refs:
        return []
    who = (
        sa.select(Assignment.task_id, Assignment.document_id, Assignment.task_position)
        .distinct()
        .join(Task, Task.id == Assignment.task_id)
        .where(Assignment.agency_ref.in_(refs), *_conditions(wanted))
    )
    if wanted.role:
        who = who.where(Assignment.role == wanted.role)
    if after:
        same = sa.and_(Assignment.document_id == after.document, Assignment.task_position > after.position)
        who = who.where(Assignment.document_id <= after.document, sa.or_(Assignment.document_id < after.document, same))
    chosen = who.order_by(Assignment.document_id.desc(), Assignment.task_position).limit(limit).subquery()
    query = sa.select(Task).join(chosen, chosen.c.task_id == Task.id).options(*_whole())
    return _all(session, query.order_by(Task.document_id.desc(), Task.position))


def _tasks(wanted: Filter) -> sa.Select[Task]:
    return sa.select(Task).where(*conditions(wanted)).options(*_whole())


def conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """All that a filter asks of a task, for queries that count."""
    asked = _conditions(wanted)
    if wanted.agency or wanted.role:
        asked.append(sa.exists().where(Assignment.task_id == Task.id, *_assignment(wanted)))
    return asked


def _assignment(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.role:
        conditions.append(Assignment.role == wanted.role)
    if wanted.agency:
        conditions.append(Assignment.agency_ref.in_(agencies.named_like(wanted.agency)))
    return conditions


def _whole() -> tuple[Any, ...]:
    return (
        joinedload(Task.document),
        selectinload(Task.assignments),
        selectinload(Task.deadlines),
        selectinload(Task.reports),
    )


def _all(session: Session, query: sa.Select[Task]) -> Sequence[Task]:
    return session.scalars(query).unique().all()


def _further(place: Place) -> sa.ColumnElement[bool]:
    same = sa.and_(Task.document_id == place.document, Task.position > place.position)
    return sa.and_(Task.document_id <= place.document, sa.or_(Task.document_id < place.document, same))


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if not wanted.withdrawn:
        conditions.append(Task.withdrawn_at.is_(None))
    if wanted.office:
        conditions.append(Task.office_id == wanted.office)
    if wanted.document:
        conditions.append(Task.document_id == wanted.document)
    if wanted.approved is not None:
        conditions.append(Task.approved.is_(wanted.approved))
    if wanted.state:
        conditions.append(Task.state == wanted.state)
    if wanted.timeliness:
        conditions.append(_timely(wanted))
    if wanted.external_id:
        # A list, not a test of each task: few tasks have the id, and the index finds them.
        conditions.append(Task.id.in_(sa.select(Report.task_id).where(Report.external_id == wanted.external_id)))
    if wanted.updated_since:
        conditions.append(Task.updated_at >= wanted.updated_since)
    if wanted.deadline == "none":
        conditions.append(~sa.exists().where(Deadline.task_id == Task.id))
    elif wanted.deadline or wanted.due_from or wanted.due_to:
        conditions.append(sa.exists().where(Deadline.task_id == Task.id, *_deadline(wanted)))
    conditions += [Task.fold.contains(word, autoescape=True) for word in fold(wanted.words or "").split()]
    return conditions


def _timely(wanted: Filter) -> sa.ColumnElement[bool]:
    """The same rule as `schedule.timeliness`, for the database."""
    # What is done is judged by the day on which it was done.
    day = sa.case((Task.state == "done", sa.func.coalesce(Task.completed_on, Task.due)), else_=wanted.today)
    soon = wanted.today + timedelta(days=wanted.soon)
    match wanted.timeliness:
        case "no_deadline":
            return Task.due.is_(None)
        case "overdue":
            return sa.and_(Task.due.is_not(None), Task.due < day)
        case "due_soon":
            return sa.and_(Task.state != "done", Task.due >= wanted.today, Task.due <= soon)
        case _:
            done_in_time = sa.and_(Task.state == "done", Task.due >= day)
            return sa.and_(Task.due.is_not(None), sa.or_(done_in_time, sa.and_(Task.state != "done", Task.due > soon)))


def _deadline(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.deadline:
        conditions.append(Deadline.kind == wanted.deadline)
    if wanted.due_from:
        conditions.append(Deadline.due >= wanted.due_from)
    if wanted.due_to:
        conditions.append(Deadline.due <= wanted.due_to)
    return conditions
