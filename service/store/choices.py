"""What a filter of tasks is looked up by: of all that it asks, that which leaves the fewest tasks.

A choice is a query for tasks (id, document, position) that an index alone answers. How many rows it has is counted up to
MANY, which costs a millisecond or two; the database's own guesses of that go wrong by a thousandfold where a few agencies
have most of the work, and then half a million tasks are read for a page of fifty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Assignment, Deadline, Task

if TYPE_CHECKING:
    from service.store.tasks import Filter

MANY = 20_000  # rows; beyond this nobody counts
_MERGED = 24  # agencies whose lists are merged; the tasks of more are met soon by walking through all

Rows = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows of (task_id, document_id, position), not each of another task; `parts` are the same as lists that an index has
    in the order of newest documents, empty where none has."""

    rows: Rows
    parts: Sequence[Rows]
    size: int  # at most MANY + 1

    def ids(self, session: Session) -> list[Any]:
        """The tasks, in no order."""
        return list(set(session.scalars(self.rows.with_only_columns(self.rows.selected_columns.task_id))))


def best(session: Session, wanted: Filter, refs: Sequence[int]) -> Choice | None:
    """The choice with the fewest rows; the first of them where all have many; None where nothing is asked. `refs` are the rows of the
    agencies that are meant.
    """
    return min(_choices(session, wanted, refs), key=lambda choice: choice.size, default=None)


def later_dates(session: Session, wanted: Filter) -> Choice:
    """Tasks with a date in the range that is asked for which is not their first."""
    return _counted(session, _later(wanted), [])


def _choices(session: Session, wanted: Filter, refs: Sequence[int]) -> Iterator[Choice]:
    task = sa.select(Task.id.label("task_id"), Task.document_id, Task.position)
    if wanted.document:
        yield _one(session, task.where(Task.document_id == wanted.document))
    who = sa.select(Assignment.task_id, Assignment.document_id, Assignment.task_position.label("position"))
    role = [Assignment.role == wanted.role] if wanted.role else []
    if wanted.agency:
        parts = [who.where(Assignment.agency_ref == ref, *role) for ref in refs] if len(refs) <= _MERGED else []
        yield _counted(session, who.where(Assignment.agency_ref.in_(refs), *role), parts)
    elif wanted.role:
        yield _one(session, who.where(*role))
    if wanted.state:
        yield _one(session, task.where(Task.state == wanted.state))
    if wanted.deadline and wanted.deadline != "none":
        of_kind = sa.select(Deadline.task_id, Deadline.document_id, Deadline.task_position.label("position"))
        yield _one(session, of_kind.where(Deadline.kind == wanted.deadline))
    if wanted.due_from or wanted.due_to:
        in_range = sa.union_all(task.where(*between(Task.due, wanted)), _later(wanted)).subquery()
        yield _counted(session, sa.select(in_range), [])
    if wanted.timeliness == "due_soon":
        soon = wanted.today + timedelta(days=wanted.soon)
        yield _counted(session, task.where(Task.due >= wanted.today, Task.due <= soon), [])
    if wanted.updated_since:
        yield _counted(session, task.where(Task.updated_at >= wanted.updated_since), [])
    if wanted.office:
        yield _one(session, task.where(Task.office_id == wanted.office))


def between(column: Any, wanted: Filter) -> list[sa.ColumnElement[bool]]:
    """The days that are asked for."""
    first = [column >= wanted.due_from] if wanted.due_from else []
    return first + ([column <= wanted.due_to] if wanted.due_to else [])


def _later(wanted: Filter) -> Rows:
    rows = sa.select(Deadline.task_id, Deadline.document_id, Deadline.task_position.label("position"))
    return rows.where(Deadline.later.is_(True), *between(Deadline.due, wanted))


def _one(session: Session, rows: Rows) -> Choice:
    """A choice that one list of an index is."""
    return _counted(session, rows, [rows])


def _counted(session: Session, rows: Rows, parts: Sequence[Rows]) -> Choice:
    size = session.scalar(sa.select(sa.func.count()).select_from(rows.limit(MANY + 1).subquery())) or 0
    return Choice(rows, parts, size)
