"""What every process remembers of the index, so that hits are counted and ordered without asking the database for each.

Columns over all entries, by their number, and over all documents, in numpy: about 30 bytes an entry. Before each search the
documents that were indexed since are read in, a few rows each. Terms are remembered as well (`service.search.remembered`), and
only entries that came since are looked up again.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.search import numbers, postings, territory
from service.search.entries import KIND_AT, NEVER, days
from service.search.postings import KINDS, Ids, Kind
from service.search.remembered import Mask, Question, Remembered
from service.store.fold import fold
from service.store.schedule import VIETNAM
from service.store.tables import Agency, Document, SearchDocument, SearchState, SearchTerm

Column = npt.NDArray[Any]

_AT_ONCE = 2000  # documents


# An agency that acts twice in a task, or in two tasks of a document, is counted once for it.
FIRST = {
    (kind, of): 1 << n
    for n, (kind, of) in enumerate(
        (kind, of) for kind in ("agency", "agency_today", "role") for of in ("entry", "document")
    )
}


def _firsts(entry: Column, document: Column, codes: dict[str, Column]) -> Column:
    bits = np.zeros(len(entry), np.uint8)
    for (kind, of), bit in FIRST.items():
        keys = (entry if of == "entry" else document).astype(np.int64) << 24 | codes[kind]
        bits[np.unique(keys, return_index=True)[1]] |= bit
    return bits


class Names:
    """Values by number, for columns: 0 is none."""

    def __init__(self) -> None:
        self.values: list[str | None] = [None]
        self._numbers: dict[str | None, int] = {None: 0}

    def number(self, value: str | None) -> int:
        value = value or None
        if value not in self._numbers:
            self._numbers[value] = len(self.values)
            self.values.append(value)
        return self._numbers[value]

    def __len__(self) -> int:
        return len(self.values)


class Grown:
    """A column that grows at its end."""

    def __init__(self, kind: npt.DTypeLike, fill: int = 0) -> None:
        self._kept: Column = np.full(1024, fill, kind)
        self._fill = fill
        self.size = 0

    @property
    def all(self) -> Column:
        return self._kept[: self.size]

    def room(self, size: int) -> None:
        """Let there be at least so many."""
        if size > len(self._kept):
            wider = np.full(max(size, 2 * len(self._kept)), self._fill, self._kept.dtype)
            wider[: self.size] = self._kept[: self.size]
            self._kept = wider
        self.size = max(self.size, size)

    def append(self, values: Column) -> None:
        start = self.size
        self.room(start + len(values))
        self._kept[start : start + len(values)] = values


# Of a document, what is counted of it by name.
BY_NAME = ("office", "kind", "issuer", "level", "province", "province_today", "field")


@dataclass(frozen=True, slots=True)
class About:
    """A document, as far as it is ordered and told apart."""

    id: UUID
    number: str | None
    first: int
    size: int


class Shelves:
    """All columns of one index. Used by one thread at a time: `with shelves.lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.epoch = -1  # of the index that was read
        self.clear()

    def clear(self) -> None:
        self.change = 0
        # Of entries, by number.
        self.document = Grown(np.int32, -1)  # -1: no entry any more
        self.due = Grown(np.int32, NEVER)
        self.marks = Grown(np.uint8)  # `Mark`, and the kind above it
        # Of assignments, one row each.
        self.act_entry, self.act_agency, self.act_role = Grown(np.int32), Grown(np.int32), Grown(np.int8)
        self.act_first = Grown(np.uint8)  # whether it is the first of its entry, its document: bits of FIRST
        # Of documents, in the order in which they were first met.
        self.about: list[About] = []
        self._place: dict[UUID, int] = {}
        self._numbered: dict[str, list[int]] = {}  # documents by the digits of their numbers; some had other ones
        self.ids = Grown("S16")
        self.first, self.sizes = Grown(np.int32), Grown(np.int32)  # entry, entries
        self.issued = Grown(np.int32)  # days
        self.year = Grown(np.int16)  # 0: not known
        self.withdrawn = Grown(np.bool_)
        self.named = {name: Grown(np.int32) for name in BY_NAME}
        self.names = {name: Names() for name in BY_NAME}
        self._rank: Column | None = None
        # Of agencies, by `Agency.id`.
        self.agencies: list[tuple[str, str, str] | None] = []  # id, folded name, folded name of the heir
        self.agency = {"agency": Grown(np.int32), "agency_today": Grown(np.int32)}
        self.agency_names = {"agency": Names(), "agency_today": Names()}  # today: who answers for it
        self.uses: dict[str, int] = {}
        self.syllables = 0  # ever counted
        self.spelled: list[str] = []  # each of them once, in order
        self.numbers = {kind: Grown(np.int32) for kind in KINDS}  # of the entries of each kind, gone ones as well
        self.remembered = Remembered()

    @property
    def size(self) -> int:
        """One more than the greatest number of an entry."""
        return self.document.size

    def refresh(self, session: Session) -> None:
        """Read in what was indexed since the last time."""
        state = session.get_one(SearchState, 1)
        if state.epoch != self.epoch:
            self.clear()
            self.epoch = state.epoch
        if state.change == self.change:
            return
        self._agencies(session)
        query = (
            sa.select(
                SearchDocument.document_id,
                SearchDocument.first,
                SearchDocument.size,
                SearchDocument.level,
                SearchDocument.province,
                SearchDocument.field,
                SearchDocument.measures,
                SearchDocument.acts,
                Document.office_id,
                Document.kind,
                Document.number,
                Document.issuer,
                Document.issued_on,
                Document.received_at,
                Document.withdrawn_at,
            )
            .join(Document, Document.id == SearchDocument.document_id)
            .where(SearchDocument.change > self.change)
            .order_by(SearchDocument.first)
            .execution_options(yield_per=_AT_ONCE)
        )
        for some in session.execute(query).partitions():
            self._read(some)
        terms = sa.select(SearchTerm.term, SearchTerm.uses).where(SearchTerm.change > self.change)
        for term, uses in session.execute(terms):
            if "_" not in term:
                self.syllables += uses - self.uses.get(term, 0)
                if term not in self.uses:
                    self.spelled.append(term)
            self.uses[term] = uses
        self.spelled.sort()
        self.change = state.change

    def _agencies(self, session: Session) -> None:
        query = sa.select(Agency).where(Agency.id >= len(self.agencies)).order_by(Agency.id)
        for row in session.scalars(query):
            self.agencies += [None] * (row.id + 1 - len(self.agencies))
            heir = territory.successor(row.agency_id, row.name)
            self.agencies[row.id] = row.agency_id, row.fold, fold(heir)
            for kind, name in (("agency", row.name), ("agency_today", heir)):
                self.agency[kind].room(row.id + 1)
                self.agency[kind].all[row.id] = self.agency_names[kind].number(name)

    def _read(self, rows: Any) -> None:
        before = self.document.size
        self.document.room(max((row.first + row.size for row in rows), default=0))
        for column in (self.due, self.marks):
            column.room(self.document.size)
        for row in rows:
            place = self._place.get(row.document_id)
            about = About(row.document_id, row.number, row.first, row.size)
            if place is None:
                place = self._place[row.document_id] = len(self.about)
                self.about.append(about)
                for column in (
                    self.ids,
                    self.first,
                    self.sizes,
                    self.issued,
                    self.year,
                    self.withdrawn,
                    *self.named.values(),
                ):
                    column.room(place + 1)
                self.ids.all[place] = row.document_id.bytes
            else:
                old = self.about[place]
                self.document.all[old.first : old.first + old.size] = -1
                self.about[place] = about
            self._describe(place, row)
        # All at once, for there are many.
        sizes = [row.size for row in rows]
        held_by = (
            np.concatenate([np.arange(row.first, row.first + row.size) for row in rows]) if rows else np.empty(0, int)
        )
        counted = np.frombuffer(b"".join(row.measures for row in rows), "<i4").reshape(-1, 3)
        self.document.all[held_by] = np.repeat([self._place[row.document_id] for row in rows], sizes)
        self.due.all[held_by], self.marks.all[held_by] = counted[:, 0], counted[:, 1]
        fresh = held_by >= before
        for n, kind in enumerate(KINDS):
            self.numbers[kind].append(held_by[fresh & (counted[:, 1] >> KIND_AT == n)])
        acts = np.frombuffer(b"".join(row.acts for row in rows), "<i4").reshape(-1, 2)
        of_entry = np.repeat(held_by, counted[:, 2])
        self.act_entry.append(of_entry)
        self.act_agency.append(acts[:, 0])
        self.act_role.append(acts[:, 1])
        codes = {kind: self.agency[kind].all[acts[:, 0]] for kind in self.agency} | {"role": acts[:, 1]}
        self.act_first.append(_firsts(of_entry, self.document.all[of_entry], codes))

    def _describe(self, place: int, row: Any) -> None:
        if found := numbers.parts(row.number or ""):
            self._numbered.setdefault(found[0].lstrip("0"), []).append(place)
        self.first.all[place], self.sizes.all[place] = row.first, row.size
        known = row.issued_on is not None
        issued: date = row.issued_on if known else row.received_at.astimezone(VIETNAM).date()
        if self.issued.all[place] != days(issued):
            self.issued.all[place] = days(issued)
            self._rank = None
        self.year.all[place] = issued.year if known else 0
        self.withdrawn.all[place] = row.withdrawn_at is not None
        values = {
            "office": str(row.office_id),
            "kind": row.kind,
            "issuer": row.issuer,
            "level": row.level,
            "province": row.province,
            "province_today": territory.today(row.province) if row.province else None,
            "field": row.field,
        }
        for name, value in values.items():
            self.named[name].all[place] = self.names[name].number(value)

    def bearing(self, number: numbers.Number) -> Mask:
        """The documents whose own number this is."""
        found = np.zeros(len(self.about), np.bool_)
        some = self._numbered.get(number.digits.lstrip("0"), ())
        found[[place for place in some if number.names(self.about[place].number)]] = True
        return found

    def only(self, document: UUID) -> Mask:
        """One document among all; none where it is not indexed."""
        found = np.zeros(len(self.about), np.bool_)
        if (place := self._place.get(document)) is not None:
            found[place] = True
        return found

    def rank(self) -> Column:
        """Of each document its place among all, the oldest first; of one day, by id."""
        if self._rank is None or len(self._rank) != len(self.about):
            order = np.lexsort((self.ids.all, self.issued.all))
            self._rank = np.empty(len(order), np.int64)
            self._rank[order] = np.arange(len(order))
        return self._rank

    def beginning(self, letters: str) -> list[str]:
        """The folded syllables that begin so, of all that were ever indexed."""
        first = bisect_left(self.spelled, letters)
        return list(takewhile(lambda syllable: syllable.startswith(letters), islice(self.spelled, first, None)))

    def having(self, session: Session, kind: Kind, *terms: str, one: bool = False) -> Mask:
        """The entries of a kind that have all these terms, or at least `one`; some may be gone."""
        alone = [term for term in terms if Question(kind, (term,)) in self.remembered]
        others = tuple(term for term in terms if term not in alone)
        numbers = self.numbers[kind].all
        found = np.full(len(numbers), not one)
        for some in [*((term,) for term in alone), *([others] if others else [])]:
            there = self._recalled(session, Question(kind, some, one and len(some) > 1))
            (np.logical_or if one else np.logical_and)(found, there, out=found)
        out = np.zeros(self.size, np.bool_)
        out[numbers[found]] = True
        return out

    def _recalled(self, session: Session, question: Question) -> Mask:
        upto, newest = self.remembered.upto(question), self.size - 1
        if upto < newest or question not in self.remembered:
            kind, terms, one = question
            self.learn(question, postings.having(session, kind, *terms, one=one, after=upto), newest)
        return self.remembered.recall(question, self.numbers[question.kind].all)

    def learn(self, question: Question, found: Ids, newest: int) -> None:
        """Remember what was found up to this number; what came while we were looking comes next time."""
        self.remembered.learn(question, self.numbers[question.kind].all, found[found <= newest], newest)
