"""Finding tasks: filters, and pages that stay in place while documents come in.

Every page begins where the page before ended, so the last is as fast as the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store import agencies, choices, listed
from service.store.choices import Choice
from service.store.fold import fold
from service.store.listed import Listed
from service.store.tables import Assignment, Deadline, Report, Task

Order = Literal["newest", "due", "updated"]
Timeliness = Literal["no_deadline", "in_time", "due_soon", "overdue"]


_FEW = 2_000  # tasks that are sorted rather than met on a walk
_FEWEST = 200  # tasks that are sorted even where an index has them in the order that is asked for


@dataclass(frozen=True, slots=True)
class Filter:
    """All that are given must hold; agency and role of one assignment, dates and kind of one deadline. The dates alone are
    those of any deadline, or of the next occurrence of a recurring task."""

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
    """Where a page ended: the last task's document and position, and its due date or moment when ordered by it.

    A withdrawn task keeps its position, and another may have come to stand there: its id tells the two apart.
    """

    document: UUID
    position: int
    id: UUID
    due: date | None = None
    updated: datetime | None = None


def find(session: Session, task_id: UUID, actor: Actor, *, lock: bool = False) -> Task | None:
    """A task, living or not, that the actor's office may see."""
    task = session.get(Task, task_id, with_for_update={"of": Task, "key_share": True} if lock else None)
    return task if task and actor.sees(task.office_id) else None


def page(session: Session, wanted: Filter, *, order: Order, after: Place | None, limit: int) -> Sequence[Listed]:
    """Tasks by newest document and reading order, by due date (those without one last), or by last change.

    What is looked for decides the way. Of few tasks all are taken and sorted. Of many, the newest are looked up in the order
    of documents. Otherwise the list is walked from the place on, for what is common is met soon.
    """
    refs = agencies.search(session, wanted.agency) if wanted.agency else ()
    choice = choices.best(session, wanted, refs)
    if choice and not choice.size:
        return []
    query = listed.ROWS.where(*conditions(wanted, refs))
    in_order = choice and choice.parts and order == "newest"
    if choice and choice.size <= (_FEWEST if in_order else _FEW):
        return _ordered(session, query.where(Task.id.in_(choice.ids(session))), order, after, limit)
    if choice and order == "newest" and (in_order or choice.size <= choices.MANY):
        return _along(session, choice, query, after, limit)
    if order == "due" and (wanted.due_from or wanted.due_to):
        return _due_between(session, query, wanted, after, limit)
    return _ordered(session, query, order, after, limit)


def _ordered(
    session: Session, query: sa.Select[Any], order: Order, after: Place | None, limit: int
) -> Sequence[Listed]:
    """A page of what a query finds."""
    if order == "newest":
        query = query.where(_further(after, Task.document_id, Task.position, Task.id)) if after else query
        return listed.read(session, query.order_by(Task.document_id.desc(), Task.position, Task.id).limit(limit))
    if order == "updated":
        if after and after.updated:
            later = sa.and_(Task.updated_at == after.updated, Task.id > after.id)
            query = query.where(Task.updated_at >= after.updated, sa.or_(Task.updated_at > after.updated, later))
        return listed.read(session, query.order_by(Task.updated_at, Task.id).limit(limit))
    # Two lists one after the other, for an index holds the order of each: tasks with a date, tasks without.
    found = list(_dated(session, query, after, limit)) if after is None or after.due is not None else []
    if len(found) < limit:
        rest = query.where(Task.due.is_(None))
        if after and after.due is None:
            row = sa.tuple_(Task.document_id, Task.position, Task.id)
            rest = rest.where(row > sa.tuple_(*_here(after)))
        rest = rest.order_by(Task.document_id, Task.position, Task.id)
        found += listed.read(session, rest.limit(limit - len(found)))
    return found


def _dated(session: Session, query: sa.Select[Any], after: Place | None, limit: int) -> Sequence[Listed]:
    query = query.where(Task.due.is_not(None))
    if after and after.due:
        row = sa.tuple_(Task.due, Task.document_id, Task.position, Task.id)
        query = query.where(row > sa.tuple_(sa.literal(after.due, sa.Date()), *_here(after)))
    return listed.read(session, query.order_by(Task.due, Task.document_id, Task.position, Task.id).limit(limit))


def _here(place: Place) -> list[sa.ColumnElement[Any]]:
    return [sa.literal(place.document, sa.Uuid()), sa.literal(place.position), sa.literal(place.id, sa.Uuid())]


def _due_between(
    session: Session, query: sa.Select[Any], wanted: Filter, after: Place | None, limit: int
) -> Sequence[Listed]:
    """Tasks that are listed under an earlier day, though a later date of theirs is in the range; then those of the range."""
    found: list[Listed] = []
    if wanted.due_from and (after is None or (after.due or date.max) < wanted.due_from):
        later = choices.later_dates(session, wanted)
        early = query.where(Task.due < wanted.due_from)
        if later.size <= _FEW:
            early = early.where(Task.id.in_(later.ids(session)))
        found += _dated(session, early, after, limit) if later.size else []
    if len(found) < limit:
        found += _dated(session, query.where(*choices.between(Task.due, wanted)), after, limit - len(found))
    return found


def _along(
    session: Session, choice: Choice, query: sa.Select[Any], after: Place | None, limit: int
) -> Sequence[Listed]:
    """The newest tasks of a choice, in pieces of the choice that grow until a page is full."""
    found: list[Listed] = []
    piece = 2 * limit
    while True:
        parts = []
        for rows in choice.parts or [choice.rows]:
            columns = rows.subquery().c
            part = sa.select(columns.task_id, columns.document_id, columns.position)
            part = (
                part.where(_further(after, columns.document_id, columns.position, columns.task_id)) if after else part
            )
            part = part.order_by(columns.document_id.desc(), columns.position, columns.task_id).limit(piece)
            parts.append(sa.select(part.subquery()))
        merged = sa.union_all(*parts).subquery()
        newest = sa.select(merged).order_by(merged.c.document_id.desc(), merged.c.position, merged.c.task_id)
        ids = sa.select(newest.limit(piece).subquery().c.task_id)
        found += _ordered(session, query.where(Task.id.in_(ids)), "newest", after, limit - len(found))
        last = session.execute(newest.limit(1).offset(piece - 1)).first() if len(found) < limit else None
        if last is None:
            return found
        after = Place(last.document_id, last.position, last.task_id)
        piece *= 4


def conditions(wanted: Filter, refs: Sequence[int] | None = None) -> list[sa.ColumnElement[bool]]:
    """All that a filter asks of a task. `refs` are the rows of the agencies that are meant, where they are known already: a query that
    walks through tasks would look for them at each.
    """
    asked = _conditions(wanted)
    if wanted.agency or wanted.role:
        # Asked of each task on its own: joined and sorted first, as PostgreSQL would by itself, it takes seconds (OFFSET bars that).
        asked.append(sa.exists(sa.select(1).where(*_of_task(Assignment), *_assignment(wanted, refs)).offset(0)))
    return asked


def _of_task(part: type[Assignment] | type[Deadline]) -> list[sa.ColumnElement[bool]]:
    """A task's own, said so that the indexes of choices are good for single tasks too."""
    return [part.task_id == Task.id, part.document_id == Task.document_id, part.task_position == Task.position]


def _assignment(wanted: Filter, refs: Sequence[int] | None) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.role:
        conditions.append(Assignment.role == wanted.role)
    if wanted.agency:
        conditions.append(Assignment.agency_ref.in_(agencies.named_like(wanted.agency) if refs is None else refs))
    return conditions


def _further(place: Place, document: Any, position: Any, id_: Any) -> sa.ColumnElement[bool]:
    beside = sa.and_(position == place.position, id_ > place.id)
    same = sa.and_(document == place.document, sa.or_(position > place.position, beside))
    return sa.and_(document <= place.document, sa.or_(document < place.document, same))


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
    elif wanted.deadline:
        dates = choices.between(Deadline.due, wanted)
        conditions.append(sa.exists().where(*_of_task(Deadline), Deadline.kind == wanted.deadline, *dates))
    elif wanted.due_from or wanted.due_to:
        later = sa.exists().where(
            Deadline.task_id == Task.id, Deadline.later.is_(True), *choices.between(Deadline.due, wanted)
        )
        conditions.append(sa.or_(sa.and_(*choices.between(Task.due, wanted)), later))
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
