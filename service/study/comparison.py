"""Two documents side by side, as two years of the same directive: what is kept, changed, new and gone.

Tasks are matched as they are between versions of one document (`service.store.matching`): by their very words, else by
their place with much the same words, else by nearly the same words anywhere. Targets are matched by indicator.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord, Target, Task
from service.store import compare, tables
from service.store.compare import Difference
from service.store.fold import fold
from service.store.matching import match
from service.store.tables import Document
from service.study import units
from service.study.indicators import SAME, indicator, likeness

Standing = Literal["kept", "changed", "new", "gone"]
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LOOKED_AT = 500  # documents of an issuer, the newest
# What is called otherwise in every document is no change of the task.
_OF_PLACE = ("path", "heading")


@dataclass(frozen=True, slots=True)
class Pair:
    """A task or target on the left, on the right, or on both; `differences` are those of a changed one."""

    standing: Standing
    left: Any
    right: Any
    differences: Sequence[Difference] = ()

    @property
    def name(self) -> str:
        return compare.name(self.right or self.left)


@dataclass(frozen=True, slots=True)
class Comparison:
    tasks: Sequence[Pair]
    targets: Sequence[Pair]

    def counts(self) -> Mapping[str, Mapping[Standing, int]]:
        standings: tuple[Standing, ...] = ("kept", "changed", "new", "gone")
        parts = {"tasks": self.tasks, "targets": self.targets}
        return {
            part: {standing: sum(pair.standing == standing for pair in pairs) for standing in standings}
            for part, pairs in parts.items()
        }


def compared(left: DirectiveRecord, right: DirectiveRecord) -> Comparison:
    """In reading order of the right document; what is gone comes behind."""
    return Comparison(
        _pairs(left.tasks, right.tasks, _same_tasks(left.tasks, right.tasks)),
        _pairs(left.targets, right.targets, _same_targets(left.targets, right.targets)),
    )


def _pairs(left: Sequence[Any], right: Sequence[Any], same: Mapping[int, int]) -> list[Pair]:
    """`same` gives for an index on the right the index on the left."""
    pairs = []
    for index, item in enumerate(right):
        if index not in same:
            pairs.append(Pair("new", None, item))
            continue
        was = left[same[index]]
        differences = [one for one in compare.of_items(was, item) if one.field not in _OF_PLACE]
        alike = not differences or (isinstance(item, Task) and _alike(differences))
        pairs.append(Pair("kept" if alike else "changed", was, item, () if alike else differences))
    gone = sorted(set(range(len(left))) - set(same.values()))
    return pairs + [Pair("gone", left[index], None) for index in gone]


def _alike(differences: Sequence[Difference]) -> bool:
    """Whether the words differ in years, case and marks alone, and nothing else does: the task is given again."""
    return all(
        one.field in ("title", "text") and _YEAR.sub("", fold(one.before or "")) == _YEAR.sub("", fold(one.after or ""))
        for one in differences
    )


def _same_tasks(left: Sequence[Task], right: Sequence[Task]) -> dict[int, int]:
    # Rows that matching knows; these are never stored. Ids say nothing between documents.
    rows = [tables.Task(key=f"left-{n}", path=list(task.path), text=task.text) for n, task in enumerate(left)]
    place = {id(row): n for n, row in enumerate(rows)}
    return {index: place[id(row)] for index, row in match(rows, right).items()}


def _same_targets(left: Sequence[Target], right: Sequence[Target]) -> dict[int, int]:
    """The most alike first; of equals those in the same place of their lists."""
    ranked = sorted(
        (-likeness(indicator(was.indicator), indicator(now.indicator)), abs(i - j), i, j)
        for j, now in enumerate(right)
        for i, was in enumerate(left)
        if was.change == now.change and units.amount(was.unit).measure == units.amount(now.unit).measure
    )
    found: dict[int, int] = {}
    for score, _, i, j in ranked:
        if -score >= SAME and j not in found and i not in found.values():
            found[j] = i
    return found


def siblings(session: Session, document: Document, limit: int = 8) -> list[Document]:
    """Documents of the same kind and issuer, those whose subject is most alike first: other years of the same directive."""
    query = (
        sa.select(Document)
        .where(
            Document.office_id == document.office_id,
            Document.id != document.id,
            Document.kind == document.kind,
            Document.issuer == document.issuer,
            Document.current_version.is_not(None),
        )
        .order_by(Document.id.desc())
        .limit(_LOOKED_AT)
    )
    subject = _YEAR.sub("", fold(document.subject or ""))

    def unlike(other: Document) -> float:
        return -fuzz.token_set_ratio(subject, _YEAR.sub("", fold(other.subject or "")))

    return sorted(session.scalars(query), key=unlike)[:limit]
