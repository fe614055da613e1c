"""Finding tasks: filters, and pages that stay in place while documents come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from service.store.fold import fold
from service.store.tables import Assignment, Deadline, Task

Order = Literal["newest", "due"]


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the document and position of its last task, and its due date when ordered by it."""

    document: UUID
    position: int
    due: date | None = None


def page(session: Session, wanted: Filter, *, order: Order, after: Place | None, limit: int) -> Sequence[Task]:
    """Tasks by newest document and reading order, or by due date (those without one last)."""
    query = sa.select(Task).where(*_conditions(wanted)).limit(limit)
    query = query.options(joinedload(Task.document), selectinload(Task.assignments), selectinload(Task.deadlines))
    by_due = (Task.due.is_(None), Task.due) if order == "due" else ()
    query = query.order_by(*by_due, Task.document_id.desc(), Task.position)
    if after:
        query = query.where(_after(after, order))
    return session.scalars(query).all()


def _after(place: Place, order: Order) -> sa.ColumnElement[bool]:
    further = sa.or_(
        Task.document_id < place.document,
        sa.and_(Task.document_id == place.document, Task.position > place.position),
    )
    if order != "due":
        return further
    if place.due is None:
        return sa.and_(Task.due.is_(None), further)
    return sa.or_(Task.due.is_(None), Task.due > place.due, sa.and_(Task.due == place.due, further))


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.document:
        conditions.append(Task.document_id == wanted.document)
    if wanted.agency or wanted.role:
        conditions.append(sa.exists().where(Assignment.task_id == Task.id, *_assignment(wanted)))
    if wanted.deadline == "none":
        conditions.append(~sa.exists().where(Deadline.task_id == Task.id))
    elif wanted.deadline or wanted.due_from or wanted.due_to:
        conditions.append(sa.exists().where(Deadline.task_id == Task.id, *_deadline(wanted)))
    conditions += [Task.fold.contains(word, autoescape=True) for word in fold(wanted.words or "").split()]
    return conditions


def _assignment(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.role:
        conditions.append(Assignment.role == wanted.role)
    if wanted.agency:
        named = Assignment.agency_fold.contains(fold(wanted.agency), autoescape=True)
        conditions.append(sa.or_(Assignment.agency_id == wanted.agency, named))
    return conditions


def _deadline(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.deadline:
        conditions.append(Deadline.kind == wanted.deadline)
    if wanted.due_from:
        conditions.append(Deadline.due >= wanted.due_from)
    if wanted.due_to:
        conditions.append(Deadline.due <= wanted.due_to)
    return conditions
