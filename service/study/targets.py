"""Targets of all documents: found by their words, and brought together where they measure the same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from extractor.knowledge.provinces import provinces
from service.search import territory
from service.store import agencies
from service.store.fold import fold
from service.store.tables import Assignment, Document, Record, Target, Task
from service.study import units
from service.study.indicators import PERHAPS, SAME, indicator, likenesses

MOST = 2000  # targets that series are made of, the newest
_MOST_NEAR = 10  # series that are named as perhaps the same
_ROUNDING = 1e-9

Apart = Literal["then", "today"]


@dataclass(frozen=True, slots=True)
class Filter:
    """All that are given must hold."""

    words: str | None = None  # of the indicator
    unit: str | None = None  # any unit of the same measure
    agency: str | None = None  # of the task that the target belongs to: an id, or part of a name
    issuer: str | None = None  # an id, or part of a name
    province: str | None = None  # of the issuer; the provinces that it was made of are part of it
    year: int | None = None  # in which the target is to be reached; without a period, of issue
    document: UUID | None = None
    office: UUID | None = None
    approved: bool | None = None
    withdrawn: bool = False


class Found(NamedTuple):
    """A target and the version of the pipeline that read it."""

    target: Target
    pipeline_version: str


@dataclass(frozen=True, slots=True)
class Point:
    """`value` in the unit of its series; `on`: the end of the period, or the day of issue where none is given."""

    found: Found
    value: float
    value_max: float | None
    on: date | None
    dated_by: str  # "period" or "issue"


@dataclass(slots=True)
class Series:
    """One indicator over time. `near`: others that may be the same."""

    name: str
    unit: str
    measure: str
    change: str
    per: str
    province: str | None  # of the issuers, where provinces are told apart; None: of no province, or of any
    points: list[Point]
    names: list[str]
    near: list[Series] = field(default_factory=list, repr=False)


def page(session: Session, wanted: Filter, *, after: tuple[UUID, int] | None, limit: int) -> Sequence[Found]:
    """Targets by newest document, in reading order."""
    query = _query(session, wanted)
    if after:
        same = sa.and_(Target.document_id == after[0], Target.position > after[1])
        query = query.where(sa.or_(Target.document_id < after[0], same))
    rows = session.execute(query.order_by(Target.document_id.desc(), Target.position).limit(limit))
    return [Found(target, version) for target, version in rows.unique().all()]


def series(session: Session, wanted: Filter, apart: Apart | None = None) -> tuple[list[Series], bool]:
    """The targets grouped by what they measure, those with most points first; and whether there were too many for all.

    `apart`: each province by itself, as it was ("then") or with those that were merged into it ("today").
    """
    found = page(session, wanted, after=None, limit=MOST + 1)
    by_province: dict[str | None, list[Found]] = {}
    for one in found[:MOST]:
        by_province.setdefault(_province(one.target.document, apart), []).append(one)
    groups = [series for province, some in by_province.items() for series in _grouped(some, province)]
    groups.sort(key=lambda series: (-len(series.points), series.name, series.province or ""))
    return groups, len(found) > MOST


def _province(document: Document, apart: Apart | None) -> str | None:
    if apart is None:
        return None
    found = territory.province(document.issuer, document.issuer_id, document.place, document.issued_on)
    if found is None:
        return None
    return territory.name(territory.today(found) if apart == "today" else found)


def _query(session: Session, wanted: Filter) -> sa.Select[Target, str]:
    current = sa.and_(Record.document_id == Document.id, Record.version == Document.current_version)
    query = (
        sa.select(Target, Record.pipeline_version)
        .join(Document, Document.id == Target.document_id)
        .join(Record, current)
        .options(contains_eager(Target.document))
    )
    return query.where(*_conditions(session, wanted))


def _conditions(session: Session, wanted: Filter) -> list[sa.ColumnElement[bool]]:
    asked: list[sa.ColumnElement[bool]] = []
    if not wanted.withdrawn:
        asked.append(Document.withdrawn_at.is_(None))
    if wanted.office:
        asked.append(Target.office_id == wanted.office)
    if wanted.document:
        asked.append(Target.document_id == wanted.document)
    if wanted.approved is not None:
        is_approved = sa.func.coalesce(Document.approved_version == Document.current_version, sa.false())
        asked.append(is_approved if wanted.approved else ~is_approved)
    if wanted.words:
        words = sorted(indicator(wanted.words).words) or fold(wanted.words).split()
        asked += [Target.words.contains(f" {word} ", autoescape=True) for word in words]
    if wanted.unit:
        asked.append(Target.measure == units.amount(wanted.unit).measure)
    if wanted.year:
        first, last = date(wanted.year, 1, 1), date(wanted.year, 12, 31)
        asked.append(sa.func.coalesce(Target.period_end, Document.issued_on).between(first, last))
    if wanted.agency:
        named = Assignment.agency_ref.in_(agencies.named_like(wanted.agency))
        task = sa.and_(Task.document_id == Target.document_id, Task.key == Target.task_key)
        asked.append(sa.exists().where(task, Assignment.task_id == Task.id, named))
    if wanted.issuer:
        name_fold = fold(wanted.issuer)
        asked.append(_issued_by(session, lambda name, id_: id_ == wanted.issuer or name_fold in fold(name)))
    if wanted.province:
        within = _within(wanted.province)
        asked.append(_issued_by(session, lambda name, id_: (id_ or "").partition("/")[0] in within))
    return asked


def _issued_by(session: Session, fits: Callable[[str, str | None], bool]) -> sa.ColumnElement[bool]:
    """Few bodies issue many documents: they are looked through here, for the database knows nothing of folding."""
    every = session.execute(
        sa.select(Document.issuer, Document.issuer_id).distinct().where(Document.issuer.is_not(None))
    )
    names = [name for name, id_ in every if name and fits(name, id_)]
    return Document.issuer.in_(names)


@cache
def _within(province: str) -> frozenset[str]:
    """Ids of the provinces of this id or name, and of those that were merged into them."""
    words = fold(province)
    found = {
        one.id for one in provinces() if one.id == province or fold(one.name) == words or fold(one.full_name) == words
    }
    while True:
        more = {one.id for one in provinces() if one.successor in found} | found
        if more == found:
            return frozenset(found)
        found = more


def _grouped(found: Iterable[Found], province: str | None) -> list[Series]:
    """Leader clustering: the commonest wording of an indicator leads, others join the leader that they are most like."""
    lines: dict[tuple[str, str, str], dict[frozenset[str], list[Found]]] = {}
    for one in found:
        target = one.target
        line = target.measure, target.change, fold(target.per or "")
        lines.setdefault(line, {}).setdefault(indicator(target.indicator).words, []).append(one)
    made: list[Series] = []
    for (measure, change, _), by_words in lines.items():
        forms = sorted(by_words.values(), key=lambda some: (-len(some), some[0].target.indicator))
        alike = likenesses([indicator(some[0].target.indicator) for some in forms])
        members: dict[int, list[Found]] = {}  # of each leader, by its place among the forms
        for n, some in enumerate(forms):
            best = max(members, key=lambda leader: alike[leader, n], default=n)
            if alike[best, n] >= SAME:
                members.setdefault(best, []).extend(some)
            else:
                members[n] = list(some)
        of_line = {leader: _series(measure, change, some, province) for leader, some in members.items()}
        for leader, series in of_line.items():
            series.near = [
                other for m, other in of_line.items() if m != leader and alike[leader, m] >= PERHAPS - _ROUNDING
            ][:_MOST_NEAR]
        made += of_line.values()
    return made


def _series(measure: str, change: str, found: Sequence[Found], province: str | None) -> Series:
    names = Counter(one.target.indicator for one in found)
    printed = Counter(one.target.unit for one in found if one.target.unit)
    unit = printed.most_common(1)[0][0] if printed else ""
    factor = float(units.amount(unit).factor)
    points = [
        Point(
            one,
            one.target.amount / factor,
            one.target.amount_max / factor if one.target.amount_max is not None else None,
            one.target.period_end or one.target.document.issued_on,
            "period" if one.target.period_end else "issue",
        )
        for one in found
    ]
    points.sort(key=lambda point: (point.on or date.max, point.found.target.document.issued_on or date.max))
    return Series(
        name=names.most_common(1)[0][0],
        unit=unit,
        measure=measure,
        change=change,
        per=found[0].target.per or "",
        province=province,
        points=points,
        names=[name for name, _ in names.most_common()],
    )
