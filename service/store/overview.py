"""Tasks seen from above: how many are late, month by month, agency by agency, and day by day on a calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from dateutil.relativedelta import relativedelta
from sqlalchemy.orm import Session

from service.store import schedule, tasks
from service.store.listed import Listed
from service.store.tables import Agency, Assignment, Document, Task
from service.store.tasks import Filter, Timeliness

COUNTED = 1000  # further than this nobody counts: the answer is "more"
_MOST_ON_CALENDAR = 500  # tasks with a date, and as many recurring ones


class Sums(NamedTuple):
    """How tasks stand."""

    all: int
    done: int
    overdue: int
    due_soon: int
    in_time: int
    no_deadline: int


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that have something in common; `key` is what finds them again."""

    key: Any
    sums: Sums


def counts(session: Session, wanted: Filter) -> Mapping[Timeliness, int]:
    """How many tasks are overdue, due soon and without a deadline; `COUNTED` + 1 stands for more."""
    # Besides what they mean, in a form that an index finds.
    ranges: dict[Timeliness, list[sa.ColumnElement[bool]]] = {
        "overdue": [Task.due < wanted.today],
        "due_soon": [],
        "no_deadline": [],
    }
    found: dict[Timeliness, int] = {}
    for name, range_ in ranges.items():
        some = sa.select(Task.id).where(*tasks.conditions(replace(wanted, timeliness=name)), *range_)
        found[name] = session.scalar(sa.select(sa.func.count()).select_from(some.limit(COUNTED + 1).subquery())) or 0
    return found


def by_month(session: Session, wanted: Filter, first: date, months: int) -> list[tuple[date, Sums]]:
    """The tasks that fall due in each of so many months from `first` on, the first day of one."""
    days = [first + relativedelta(months=n) for n in range(months + 1)]
    month = sa.case(*((Task.due < end, n) for n, end in enumerate(days[1:])))
    query = (
        sa.select(month, *_sums(wanted))
        .where(*tasks.conditions(wanted), Task.due >= first, Task.due < days[-1])
        .group_by(month)
    )
    found = {n: Sums(*sums) for n, *sums in session.execute(query)}
    return [(day, found.get(n, Sums(0, 0, 0, 0, 0, 0))) for n, day in enumerate(days[:-1])]


def by_agency(session: Session, wanted: Filter, limit: int) -> list[Group]:
    """The agencies that lead most tasks, each by its name and by what `Filter.agency` finds it with."""
    query = (
        sa.select(Agency.name, Agency.agency_id, *_sums(wanted))
        .join_from(Task, Assignment, Assignment.task_id == Task.id)
        .join(Agency, Agency.id == Assignment.agency_ref)
        .where(Assignment.role == (wanted.role or "lead"), *tasks.conditions(wanted))
        .group_by(Agency.name, Agency.agency_id)
        .order_by(sa.func.count().desc(), Agency.name)
        .limit(limit)
    )
    return [Group((name, agency_id or name), Sums(*sums)) for name, agency_id, *sums in session.execute(query)]


def by_document(session: Session, wanted: Filter, limit: int) -> list[Group]:
    """The newest documents that give any of the tasks."""
    query = (
        sa.select(Task.document_id, *_sums(wanted))
        .where(*tasks.conditions(wanted))
        .group_by(Task.document_id)
        .order_by(Task.document_id.desc())
        .limit(limit)
    )
    rows = session.execute(query).all()
    found = sa.select(Document).where(Document.id.in_([row[0] for row in rows]))
    documents = {document.id: document for document in session.scalars(found)}
    return [Group(documents[document], Sums(*sums)) for document, *sums in rows]


def _sums(wanted: Filter) -> list[sa.ColumnElement[int]]:
    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, 1), else_=0))

    done, soon = Task.state == "done", wanted.today + timedelta(days=wanted.soon)
    return [
        sa.func.count(),
        number(done),
        number(sa.and_(~done, Task.due < wanted.today)),
        number(sa.and_(~done, Task.due >= wanted.today, Task.due <= soon)),
        number(sa.and_(~done, Task.due > soon)),
        number(sa.and_(~done, Task.due.is_(None))),
    ]


def calendar(session: Session, wanted: Filter, first: date, last: date) -> tuple[Mapping[date, Sequence[Listed]], bool]:
    """The tasks that fall due on each day from `first` to `last`, recurrences too; and whether there were too many for all."""
    wanted = replace(wanted, due_from=None, due_to=None)
    dated = replace(wanted, due_from=first, due_to=last)
    recurring = replace(wanted, deadline="recurring") if wanted.deadline in (None, "recurring") else None
    found: dict[date, list[Listed]] = {}
    seen: set[tuple[Any, date]] = set()
    too_many = False
    for part in filter(None, (dated, recurring)):
        rows = tasks.page(session, part, order="due", after=None, limit=_MOST_ON_CALENDAR + 1)
        too_many |= len(rows) > _MOST_ON_CALENDAR
        for task in rows[:_MOST_ON_CALENDAR]:
            for deadline in task.deadlines:
                for day in schedule.occurrences(deadline, task.document.issued_on, first, last):
                    if (task.id, day) not in seen:
                        seen.add((task.id, day))
                        found.setdefault(day, []).append(task)
    return found, too_many
