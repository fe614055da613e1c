"""Finding: which entries a query asks for, in what order, and how many there are of each kind.

Which entries have a term, the database says (`postings`); all else is worked out here, of sets of entries, so that both
databases give the same hits in the same order. First come those with the very accents that were typed, then the newest
documents, each in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial, reduce
from typing import Any, Literal, get_args
from uuid import UUID

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.search import spelling, territory
from service.search.analysis import EXACT, pair, phrase, spelled
from service.search.entries import KIND_AT, NEVER, ROLES, Mark, days
from service.search.fields import Condition
from service.search.numbers import Number
from service.search.postings import KINDS, Kind
from service.search.query import All, Any_, Node, Not, Phrase, Prefix, Words, parse
from service.search.remembered import Mask
from service.search.shelves import FIRST, Column, Shelves
from service.store.fold import fold
from service.store.schedule import today_in_vietnam
from service.store.tables import SearchEntry

What = Literal["pages", "tasks", "targets", "citations", "documents"]
WHATS: tuple[What, ...] = get_args(What)
COUNTED = 1000  # further than this nobody counts: the answer is "more"

_FEW = 40  # hits whose accents are looked at before those of all
_TEXTS = 2000  # … as far as they have no more pages than this
_EXACT_AT, _RANK_AT = 52, 24  # bits of an order key: exactness, rank of the document, place within it
_AGENCIES = ("agency", "agency_today")

Group = tuple[str, ...]  # of terms, one of which has to be there
Spelled = Mapping[int, Set[str]]  # of entries by number, the syllables as they are accented


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, over what, whose, and how."""

    text: str = ""
    what: What = "pages"
    office: UUID | None = None
    tolerant: bool = False  # of letters that were misread
    today: date | None = None  # what "overdue" is told from
    document: UUID | None = None  # in this one alone


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the last hit's exactness, its document, and its place there."""

    exact: bool
    issued: int
    document: UUID
    position: int


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found; of a document, the page that says most of what was asked."""

    entry: int
    document: UUID
    exact: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, how many there are in all (COUNTED + 1: more), whether more pages follow, and what to mark."""

    hits: Sequence[Hit]
    count: int
    more: bool
    marks: Sequence[tuple[Group, ...]]  # each: groups of syllables, folded, any of which is marked


class Search:
    """One query over the shelves as they are now, which nobody else may refresh meanwhile. Raises query.BadQuery."""

    def __init__(self, session: Session, shelves: Shelves, asked: Asked) -> None:
        self._query = parse(asked.text)
        self._session = session
        self.shelves = shelves
        self._asked = asked
        self._kind: Kind = "page" if asked.what == "documents" else asked.what.removesuffix("s")  # type: ignore[assignment]
        self._of_documents = asked.what == "documents"
        self._leaves: list[Mask] = []  # of entries, for the page of a document that is shown
        self.hits = self._everything() & self._find(self._query)
        self._found = len(self._leaves)  # without those that tell the accents

    # What is found

    def _everything(self) -> Mask:
        shelves = self.shelves
        alive = np.ones(len(shelves.about), np.bool_)
        if self._asked.office:
            alive &= shelves.named["office"].all == shelves.names["office"].number(str(self._asked.office))
        if self._asked.document:
            alive &= shelves.only(self._asked.document)
        if self._of_documents:
            return alive & (shelves.sizes.all > 0)
        document = shelves.document.all
        mine: Mask = (shelves.marks.all >> KIND_AT == KINDS.index(self._kind)) & (document >= 0)
        return mine & alive[document] if self._asked.office or self._asked.document else mine

    def _size(self) -> int:
        return len(self.shelves.about) if self._of_documents else self.shelves.size

    def _all(self) -> Mask:
        return np.ones(self._size(), np.bool_)

    def _find(self, node: Node) -> Mask:
        match node:
            case All(parts):
                return self._find_all(parts)
            case Any_(parts):
                return reduce(np.logical_or, (self._find(part) for part in parts))
            case Not(part):
                return ~self._find(part)
            case Words() | Phrase():
                return self._having(self.groups(node))
            case Prefix(begin):
                return self._having([tuple(self.shelves.beginning(begin))])
            case Number():
                return self._numbered(node)
            case Condition():
                return self._holding(node)

    def _find_all(self, parts: Sequence[Node]) -> Mask:
        # A role is the role of the agency that is named beside it.
        role = next((part.code for part in parts if isinstance(part, Condition) and part.field == "role"), None)
        named = [part for part in parts if isinstance(part, Condition) and part.field in _AGENCIES]
        found = self._all()
        for part in parts:
            if isinstance(part, Condition) and part.field in _AGENCIES:
                found &= self._acting(part, role)
            elif isinstance(part, Condition) and part.field == "role":
                found &= self._all() if named else self._acting(None, part.code)
            else:
                found &= self._find(part)
        return found

    def groups(self, node: Words | Phrase) -> list[Group]:
        """The terms of words or a phrase: one of each group has to be there."""
        folded = [syllable.folded for syllable in node.said]
        groups: list[Group] = []
        for run in self._cut(node) if isinstance(node, Words) else [(folded, True)]:
            said, in_a_row = run
            if self._asked.tolerant:
                groups += spelling.variants(said, self.shelves.uses, in_a_row=in_a_row)
            else:
                groups += phrase(said) if in_a_row or len(said) == 1 else [(pair(*said),)]
        return groups

    def _cut(self, words: Words) -> Iterator[tuple[list[str], bool]]:
        """The words that syllables make: a pair that is one, or a syllable; what was written in one is a phrase."""
        folded = [syllable.folded for syllable in words.said]
        start = 0
        for n in range(len(folded)):
            if n in words.glued:
                continue
            glued = [k for k in range(start, n) if k in words.glued]
            if not glued:
                continue
            first = glued[0]
            while first > start and first - 1 in words.glued:
                first -= 1
            yield from self._pairs(folded[start:first])
            yield folded[first : n + 1], True
            start = n + 1
        yield from self._pairs(folded[start:])

    def _pairs(self, folded: Sequence[str]) -> Iterator[tuple[list[str], bool]]:
        for said in spelling.cut(folded, self.shelves.uses, self.shelves.syllables):
            yield said, False

    def _having(self, groups: Sequence[Group]) -> Mask:
        """Entries, or documents, that have one term of each group."""
        having = partial(self.shelves.having, self._session, self._kind)
        found = self._all()
        if not self._of_documents and (alone := [group[0] for group in groups if len(group) == 1]):
            # The database brings what all of them leave, which is little, in place of all that each of them has.
            found = having(*alone)
            groups = [group for group in groups if len(group) > 1]
        for group in groups:
            found &= self._lifted(having(*group, one=True))
        return found

    def _lifted(self, entries: Mask) -> Mask:
        """Entries as what is asked for: themselves, or the documents that they are of."""
        if not self._of_documents:
            return entries
        self._leaves.append(entries)
        return self._documents(entries)

    def _documents(self, entries: Mask) -> Mask:
        found = np.zeros(len(self.shelves.about) + 1, np.bool_)
        found[self.shelves.document.all[entries]] = True  # the last one stands for what is gone
        return found[:-1]

    def _of_document(self, documents: Mask) -> Mask:
        """What is asked for of these documents."""
        if self._of_documents:
            return documents
        return np.append(documents, False)[self.shelves.document.all]  # -1 is the last

    def _numbered(self, number: Number) -> Mask:
        found = self._of_document(self.shelves.bearing(number))
        for form in number.forms():
            found |= self._having(phrase(form))
        return found

    # Conditions

    def _holding(self, asked: Condition) -> Mask:
        shelves = self.shelves
        match asked.field:
            case "agency" | "agency_today":
                return self._acting(asked, None)
            case "role":
                return self._acting(None, asked.code)
            case "due":
                return self._due(asked)
            case "targets":
                has = self.marked(Mark.TARGET)
                return has if asked.yes else ~has
            case "issued":
                issued = shelves.issued.all
                known = shelves.year.all > 0
                return self._of_document(known & _within(issued, asked.first, asked.last))
            case "number":
                assert asked.number
                return self._of_document(self.shelves.bearing(asked.number))
            case "in_force":
                return self._of_document(shelves.withdrawn.all != asked.yes)
            case "level":
                return self._of_document(shelves.named["level"].all == shelves.names["level"].number(asked.code))
            case name:
                return self._of_document(self._named(name, asked))

    def _named(self, name: str, asked: Condition) -> Mask:
        """Documents by a name, or one that has the words in it, without regard to case and marks."""
        values = self.shelves.names[name].values
        known = np.array([any(_fits(said, asked) for said in _said(name, value)) for value in values], np.bool_)
        return known[self.shelves.named[name].all]

    def _acting(self, asked: Condition | None, role: str | None) -> Mask:
        """Entries in which an agency acts, in a role. Who took an agency's duties over is asked for by either name."""
        shelves = self.shelves
        acts = np.ones(shelves.act_entry.size, np.bool_)
        if asked:
            known = np.zeros(len(shelves.agencies) + 1, np.bool_)
            for number, agency in enumerate(shelves.agencies):
                if agency:
                    own, name, heir = agency
                    names = {"agency": (name,) if asked.whole else (name, heir), "agency_today": (heir,)}[asked.field]
                    known[number] = (own and asked.words == own) or any(_fits(each, asked) for each in names)
            acts &= known[shelves.act_agency.all]
        if role is not None:
            acts &= shelves.act_role.all == ROLES.index(role)
        found = np.zeros(shelves.size, np.bool_)
        found[shelves.act_entry.all[acts]] = True
        return self._of_entries(found, tasks=False)

    def _due(self, asked: Condition) -> Mask:
        shelves = self.shelves
        due = shelves.due.all
        match asked.code:
            case "any":
                has = self.marked(Mark.DEADLINE)
                return has if asked.yes else ~has
            case "overdue":
                return self.late()
        return self._of_entries((due != NEVER) & _within(due, asked.first, asked.last), tasks=False)

    def overdue(self) -> Mask:
        due, marks = self.shelves.due.all, self.shelves.marks.all
        late: Mask = (
            (due != NEVER)
            & (due < days(self._asked.today or today_in_vietnam()))
            & (marks & (Mark.DONE | Mark.RECURRING) == 0)
        )
        return late

    def _of_entries(self, entries: Mask, *, tasks: bool) -> Mask:
        """Entries by what is counted of them; of documents, such as have a task like that."""
        if not self._of_documents:
            return entries
        if tasks:
            entries = entries & (self.shelves.marks.all >> KIND_AT == KINDS.index("task"))
        return self._documents(entries & (self.shelves.document.all >= 0))

    # In what order

    def _exactly(self, node: Node, told: Spelled | None) -> Mask:
        """What has the very accents that were typed, of a query that says words. `told`: as far as it is these entries."""
        match node:
            case Words(said) | Phrase(said):
                if told is None:
                    return self._having([(EXACT + syllable.exact,) for syllable in said])
                found = self._all()
                for syllable in said:
                    having = np.zeros(self.shelves.size, np.bool_)
                    having[[entry for entry, exact in told.items() if syllable.exact in exact]] = True
                    found &= self._lifted(having)
                return found
            case All(parts):
                return reduce(np.logical_and, [self._exactly(part, told) for part in parts if _says_words(part)])
            case Any_(parts):
                return reduce(np.logical_or, [self._exactly(part, told) for part in parts if _says_words(part)])
        raise AssertionError(node)

    def _exact(self, numbers: Column, *, few: bool) -> Mask:
        """Which of these entries, or documents, have the very accents that were typed. `few`: look at the texts of these alone."""
        if not len(numbers) or not _says_words(self._query):
            return np.zeros(len(numbers), np.bool_)
        del self._leaves[self._found :]
        return self._exactly(self._query, self._spelled(numbers) if few else None)[numbers]

    def _spelled(self, numbers: Column) -> Spelled | None:
        """The syllables, as they are accented, of these entries or of the pages of these documents; None: they are too many to look at."""
        shelves = self.shelves
        if self._of_documents:
            ranges = zip(shelves.first.all[numbers], shelves.sizes.all[numbers], strict=True)
            numbers = np.concatenate([np.arange(first, first + size) for first, size in ranges])
            numbers = numbers[shelves.marks.all[numbers] >> KIND_AT == KINDS.index(self._kind)]
        if len(numbers) > _TEXTS:
            return None
        query = sa.select(SearchEntry.id, SearchEntry.body).where(SearchEntry.id.in_(numbers.tolist()))
        return {entry: spelled(body) for entry, body in self._session.execute(query)}

    def _keys(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        shelves = self.shelves
        if self._of_documents:
            keys = (shelves.rank()[numbers] + 1) << _RANK_AT
        else:
            document = shelves.document.all[numbers]
            keys = ((shelves.rank()[document] + 1) << _RANK_AT) - (numbers - shelves.first.all[document])
        return keys

    def _key(self, place: Place) -> int:
        """The order key of a place among those as exact, whether or not its document is still there."""
        shelves = self.shelves
        older = shelves.issued.all < place.issued
        same_day = shelves.issued.all == place.issued
        mine = place.document.bytes
        ids = shelves.ids.all
        rank = int(np.count_nonzero(older) + sum(bytes(one).ljust(16, b"\0") < mine for one in ids[same_day]))
        there = any(bytes(one).ljust(16, b"\0") == mine for one in ids[same_day])
        return ((rank + 1) << _RANK_AT) - (place.position if there else (1 << _RANK_AT) - 1)

    # How many

    @property
    def total(self) -> int:
        return int(np.count_nonzero(self.hits))

    @cached_property
    def by_document(self) -> npt.NDArray[np.float64]:
        """How many hits are of each document."""
        documents = len(self.shelves.about)
        if self._of_documents:
            return self.hits.astype(float)
        return np.bincount(self.shelves.document.all[self.hits], minlength=documents).astype(float)

    @property
    def documents(self) -> set[UUID]:
        """Those that have a hit, or are one."""
        return {self.shelves.about[number].id for number in np.flatnonzero(self.by_document)}

    def by_act(self, kind: str, codes: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.int64]:
        """How many hits have each code in their assignments; kind: "agency", "agency_today", "role"."""
        shelves = self.shelves
        of = "document" if self._of_documents else "entry"
        first = shelves.act_first.all & FIRST[kind, of] != 0
        entry = shelves.act_entry.all
        if self._of_documents:
            document = shelves.document.all[entry]
            here = np.append(self.hits, False)[document]
        else:
            here = self.hits[entry]
        return np.bincount(codes[here & first], minlength=size)

    def marked(self, mark: Mark) -> Mask:
        """What has a mark; a document, when one of its tasks has it."""
        return self._of_entries(self.shelves.marks.all & mark != 0, tasks=True)

    def late(self) -> Mask:
        return self._of_entries(self.overdue(), tasks=True)

    @property
    def count(self) -> int:
        """How many there are; COUNTED + 1 stands for more."""
        return min(self.total, COUNTED + 1)

    def page(self, after: Place | None, limit: int) -> Found:
        """The hits that follow a place."""
        numbers, exact = self._following(after, limit + 1)
        hits = [self._hit(int(number), bool(same)) for number, same in zip(numbers[:limit], exact, strict=False)]
        return Found(hits, self.count, len(numbers) > limit, self._marks())

    def _following(self, after: Place | None, limit: int) -> tuple[Column, Column]:
        """The numbers of the hits that follow a place, as many as the limit says, and whether each is exact."""
        numbers = np.flatnonzero(self.hits)
        keys = self._keys(numbers)
        few = max(_FEW, 2 * limit)
        level = after.exact if after else True
        behind = keys < self._key(after) if after else np.ones(len(numbers), np.bool_)
        if len(numbers) > few:
            # Mostly enough of the next ones are as exact; how exact all the others are need not be known.
            some = _greatest(keys[behind], few)
            nearest = numbers[behind][some]
            same = nearest[self._exact(nearest, few=True) == level]
            if len(same) >= limit:
                return same[:limit], np.full(limit, level)
        exact = self._exact(numbers, few=len(numbers) <= few)
        if after:
            left = (exact < level) | (behind & (exact == level))
            numbers, keys, exact = numbers[left], keys[left], exact[left]
        best = _greatest(keys + (exact.astype(np.int64) << _EXACT_AT), limit)
        return numbers[best], exact[best]

    def newest(self, limit: int) -> Found:
        """Of each document the first hit, the documents that came last first: their ids tell when they came."""
        numbers = np.flatnonzero(self.hits)
        documents, first = np.unique(
            numbers if self._of_documents else self.shelves.document.all[numbers], return_index=True
        )
        order = np.argsort(self.shelves.ids.all[documents], kind="stable")[::-1][:limit]
        numbers = numbers[first[order]]
        exact = self._exact(numbers, few=True)
        hits = [self._hit(int(number), bool(same)) for number, same in zip(numbers, exact, strict=True)]
        return Found(hits, self.count, len(documents) > limit, self._marks())

    def _hit(self, number: int, exact: bool) -> Hit:
        shelves = self.shelves
        document = number if self._of_documents else int(shelves.document.all[number])
        about = shelves.about[document]
        entry = self._best_page(about.first, about.size) if self._of_documents else number
        position = 0 if self._of_documents else number - about.first
        return Hit(entry, about.id, exact, Place(exact, int(shelves.issued.all[document]), about.id, position))

    def _best_page(self, first: int, size: int) -> int:
        """The page of a document that has most of what was asked."""
        here = slice(first, first + size)
        pages = self.shelves.marks.all[here] >> KIND_AT == KINDS.index("page")
        told = np.zeros(size, np.int32)
        for leaf in self._leaves:
            told += leaf[here]
        return first + int(np.argmax(np.where(pages, told, -1)))

    def _marks(self) -> list[tuple[Group, ...]]:
        """What to mark in a text: for each part of the query, the runs of folded syllables ("kin*": one that begins so)."""
        marks: list[tuple[Group, ...]] = []

        def gather(node: Node) -> None:
            match node:
                case All(parts) | Any_(parts):
                    for part in parts:
                        gather(part)
                case Words():
                    marks.extend(self._forms(said) for said, _ in self._cut(node))
                case Phrase(said) if said:
                    marks.append(self._forms([syllable.folded for syllable in said]))
                case Prefix(begin):
                    marks.append(((begin + "*",),))
                case Number():
                    marks.append(tuple(node.forms()))

        gather(self._query)
        return marks

    def _forms(self, said: Sequence[str]) -> tuple[Group, ...]:
        if self._asked.tolerant:
            return tuple(spelling.forms(said, self.shelves.uses))
        return (tuple(said),)


def _says_words(node: Node) -> bool:
    """Whether words or phrases are asked for, other than as excluded: only these have accents."""
    match node:
        case Words(said) | Phrase(said):
            return bool(said)
        case All(parts) | Any_(parts):
            return any(map(_says_words, parts))
    return False


def _greatest(keys: Column, limit: int) -> Column:
    """Where the greatest of these are, the greatest first."""
    if len(keys) > limit:
        best = np.argpartition(keys, len(keys) - limit)[-limit:]
        return best[np.argsort(-keys[best])]
    return np.argsort(-keys)


def _within(values: Any, first: date | None, last: date | None) -> Mask:
    found = np.ones(len(values), np.bool_)
    if first:
        found &= values >= days(first)
    if last:
        found &= values <= days(last)
    return found


def _said(name: str, value: str | None) -> tuple[str, ...]:
    """A value as people may name it, folded."""
    if value is None:
        return ()
    if name in ("province", "province_today"):
        return fold(territory.name(value)), value
    return (fold(value),)


def _fits(name: str, asked: Condition) -> bool:
    return name == asked.words if asked.whole else f" {asked.words} " in f" {name} "
