"""What was found, counted by who issued it, when, who acts, and the like. Counts are of all that was found, however much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from service.search import territory
from service.search.entries import ROLES, Mark
from service.search.search import Search

Facet = Literal[
    "issuer", "level", "province", "province_today", "agency", "agency_today", "kind", "year", "field", "role", "due",
    "targets",
]  # fmt: skip
FACETS: tuple[Facet, ...] = get_args(Facet)
MOST = 30  # values of a facet


@dataclass(frozen=True, slots=True)
class Value:
    """A value, as people read it, as a query names it, and how many have it."""

    value: str
    label: str
    count: int


def count(search: Search) -> dict[Facet, list[Value]]:
    """Every facet of what was found, the most frequent values first; years the newest first."""
    return {facet: values for facet in FACETS if (values := list(_values(search, facet)))}


def _values(search: Search, facet: Facet) -> Iterator[Value]:
    match facet:
        case "agency" | "agency_today":
            yield from _agencies(search, facet)
        case "role":
            yield from _roles(search)
        case "due":
            yield from _due(search)
        case "targets":
            has = search.marked(Mark.TARGET)
            yield from _yes_or_no(int(np.count_nonzero(search.hits & has)), search.total)
        case "year":
            yield from _years(search)
        case name:
            yield from _named(search, name)


def _named(search: Search, name: str) -> Iterator[Value]:
    shelves = search.shelves
    counts = np.bincount(
        shelves.named[name].all, weights=search.by_document, minlength=len(shelves.names[name])
    ).astype(int)
    for number in _most(counts, without_first=True):
        value = shelves.names[name].values[number]
        assert value
        label = territory.name(value) if name in ("province", "province_today") else value
        yield Value(value, label, int(counts[number]))


def _years(search: Search) -> Iterator[Value]:
    counts = np.bincount(search.shelves.year.all, weights=search.by_document, minlength=1).astype(int)
    for year in np.flatnonzero(counts)[::-1][:MOST]:
        if year:
            yield Value(str(year), str(year), int(counts[year]))


def _agencies(search: Search, kind: Literal["agency", "agency_today"]) -> Iterator[Value]:
    """Each hit once for an agency, in however many roles that acts in it."""
    shelves = search.shelves
    names = shelves.agency_names[kind]
    counts = search.by_act(kind, shelves.agency[kind].all[shelves.act_agency.all], len(names))
    for number in _most(counts, without_first=True):
        value = names.values[number]
        assert value
        yield Value(value, value, int(counts[number]))


def _roles(search: Search) -> Iterator[Value]:
    counts = search.by_act("role", search.shelves.act_role.all, len(ROLES))
    for number in _most(counts):
        yield Value(ROLES[number], ROLES[number], int(counts[number]))


def _due(search: Search) -> Iterator[Value]:
    with_one = int(np.count_nonzero(search.hits & search.marked(Mark.DEADLINE)))
    late = int(np.count_nonzero(search.hits & search.late()))
    yield from _yes_or_no(with_one, search.total)
    if late:
        yield Value("overdue", "overdue", late)


def _yes_or_no(yes: int, of: int) -> Iterator[Value]:
    if yes:
        yield Value("yes", "yes", yes)
    if of - yes:
        yield Value("no", "no", of - yes)


def _most(counts: np.ndarray, *, without_first: bool = False) -> Iterator[int]:
    if without_first and len(counts):
        counts = counts.copy()
        counts[0] = 0
    for number in np.argsort(-counts, kind="stable")[:MOST]:
        if counts[number]:
            yield int(number)
