"""However a list of tasks is come by, few sorted, many looked up or walked through, it holds the same tasks in the same order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, get_args
from uuid import UUID

import pytest
import sqlalchemy as sa

from extractor.record import Assignment, Deadline, DirectiveRecord
from service.house import House
from service.store import choices, tables, tasks
from service.store.schedule import timeliness
from service.store.tasks import Filter, Order, Place
from tests.service.conftest import put
from tests.service.fakes import directive

FIRST, LAST = date(2026, 5, 1), date(2026, 6, 30)
SPRING = {"due_from": date(2026, 5, 10), "due_to": date(2026, 5, 20)}
ASKED: list[dict[str, Any]] = [
    {},
    {"agency": "sở 1"},
    {"agency": "sở"},
    {"agency": "sở 2", "role": "coordinate"},
    {"agency": "sở 3", **SPRING},
    {"role": "lead"},
    {"role": "supervise"},
    {"deadline": "date"},
    {"deadline": "none"},
    {"deadline": "date", **SPRING},
    {"due_from": SPRING["due_from"]},
    {"due_to": SPRING["due_to"]},
    SPRING,
    {"due_from": LAST + timedelta(days=900)},
    {"state": "done"},
    {"state": "done", "agency": "sở 1"},
    {"timeliness": "due_soon"},
    {"timeliness": "overdue"},
    {"words": "ke hoach 2"},
    {"words": "không có"},
]
PAGE = 25  # of 60 tasks
FEW_SORTED: dict[str, int] = {}
LOOKED_UP = {"tasks._FEW": -1}
MERGED = {"tasks._FEW": -1, "choices._MERGED": 0}
WALKED = {"tasks._FEW": -1, "choices.MANY": 0, "choices._MERGED": 0}


@pytest.fixture(scope="module")
def stock(house: House) -> House:
    """Twelve documents of tasks with up to three deadlines and three agencies, some done."""
    chance = random.Random(5)
    for number in range(12):
        put(house, _varied(directive(f"{number}", number=f"{number}", lead="Sở 1", tasks=5), chance))
    with house.database.writing() as session:
        for task in session.scalars(sa.select(tables.Task).order_by(tables.Task.id)):
            task.state = chance.choice(("not_started", "done"))
    return house


def _varied(record: DirectiveRecord, chance: random.Random) -> DirectiveRecord:
    def day() -> date:
        return FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))

    def deadlines() -> tuple[Deadline, ...]:
        dates = tuple(Deadline(kind="date", due=day(), text="t", confidence=0.9) for _ in range(chance.randrange(4)))
        again = Deadline(kind="recurring", rrule="FREQ=MONTHLY", text="hàng tháng", confidence=0.9)
        return (*dates, again) if chance.random() < 0.2 else dates

    def assignments() -> tuple[Assignment, ...]:
        roles = ("lead", "coordinate", "supervise")
        return tuple(
            Assignment(role=role, agency=f"Sở {chance.randrange(1, 5)}", source="explicit", confidence=0.9)
            for role in roles[: 1 + chance.randrange(3)]
        )

    return record.model_copy(
        update={
            "tasks": tuple(
                task.model_copy(update={"deadlines": deadlines(), "assignments": assignments()})
                for task in record.tasks
            )
        }
    )


def _listed(house: House, wanted: Filter, order: Order) -> list[UUID]:
    """Every page, one after the other."""
    found: list[UUID] = []
    after: Place | None = None
    with house.database.reading() as session:
        while page := tasks.page(session, wanted, order=order, after=after, limit=PAGE):
            found += [task.id for task in page]
            last = page[-1]
            after = Place(last.document_id, last.position, last.id, last.due, last.updated_at)
    return found


def _plainly(house: House, wanted: Filter, order: Order) -> list[UUID]:
    """The same from every task there is, by what the filter says."""
    with house.database.reading() as session:
        rows = session.scalars(sa.select(tables.Task)).all()
        keys: dict[str, Callable[[tables.Task], Any]] = {
            "newest": lambda task: (-task.document_id.int, task.position),
            "due": lambda task: (task.due is None, task.due or date.min, task.document_id.int, task.position),
            "updated": lambda task: (task.updated_at, task.id.int),
        }
        found = sorted((task for task in rows if _meant(task, wanted)), key=keys[order])
        return [task.id for task in found]


def _meant(task: tables.Task, wanted: Filter) -> bool:
    first, last = wanted.due_from or date.min, wanted.due_to or date.max
    who = [who for who in task.assignments if wanted.role in (None, who.role)]
    who = [one for one in who if wanted.agency is None or wanted.agency in one.named.fold or _folded(one, wanted)]
    dates = [when for when in task.deadlines if wanted.deadline in (None, when.kind)]
    if wanted.deadline == "none":
        in_time = not task.deadlines
    elif wanted.deadline:
        bound = wanted.due_from or wanted.due_to
        in_time = any((when.due and first <= when.due <= last) or not bound for when in dates)
    elif wanted.due_from or wanted.due_to:
        all_days = [when.due for when in dates if when.due] + ([task.due] if task.due else [])
        in_time = any(first <= day <= last for day in all_days)
    else:
        in_time = True
    now = timeliness(task.due, task.state, task.completed_on, wanted.today, wanted.soon)
    return (
        (bool(who) or not (wanted.agency or wanted.role))
        and in_time
        and wanted.state in (None, task.state)
        and wanted.timeliness in (None, now)
        and all(word in task.fold for word in tasks.fold(wanted.words or "").split())
    )


def _folded(who: tables.Assignment, wanted: Filter) -> bool:
    return tasks.fold(wanted.agency or "") in who.named.fold


@pytest.mark.parametrize("order", get_args(Order))
@pytest.mark.parametrize("way", [FEW_SORTED, LOOKED_UP, MERGED, WALKED], ids=["few", "looked up", "merged", "walked"])
def test_each_way_finds_the_same(
    stock: House, way: dict[str, int], order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = {"tasks": tasks, "choices": choices}
    for name, value in way.items():
        module, _, constant = name.partition(".")
        monkeypatch.setattr(modules[module], constant, value)
    for asked in ASKED:
        wanted = replace(Filter(today=date(2026, 5, 25)), **asked)
        expected = _plainly(stock, wanted, order)
        assert _listed(stock, wanted, order) == expected, asked


def test_some_of_everything_is_asked_for(stock: House) -> None:
    """Else the test above would compare nothing with nothing."""
    sizes = [len(_plainly(stock, replace(Filter(today=date(2026, 5, 25)), **asked), "due")) for asked in ASKED]
    assert sum(0 < size < 60 for size in sizes) > 12
    with stock.database.reading() as session:
        later = session.scalars(sa.select(tables.Deadline).where(tables.Deadline.later.is_(True))).all()
    assert len(later) > 10


@pytest.mark.parametrize("order", get_args(Order))
def test_a_list_has_one_order(stock: House, order: Order) -> None:
    found = _plainly(stock, Filter(), order)
    assert len(set(found)) == len(found) == 60 and all(one != two for one, two in pairwise(found))
