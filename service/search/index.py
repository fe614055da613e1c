"""The search index follows the change feed: what a document says now is in it a moment after it was said.

Texts are analysed outside of any transaction, for underthesea takes its time and nobody is to wait for it. The entries of a
document, their terms and the position in the feed are then written together, so a follower that is killed anywhere goes on
where it was and nothing is found twice. A document with much new text is indexed by its syllables at once and by its words
in a second round, when nothing else is to be done.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.beside import Beside
from service.house import InUse, held
from service.patience import passing
from service.search import analysis, entries, postings, territory
from service.search.entries import Entry
from service.search.postings import Kind
from service.store import changes
from service.store.database import Database
from service.store.tables import Document, SearchDocument, SearchEntry, SearchState, SearchTerm

LOOK_EVERY = 0.25  # seconds
AHEAD = 2000  # events that are looked at together: a document is indexed once for all of them
AT_ONCE = 6000  # characters of new text whose words are told before it is indexed: a third of a second
_TERMS = 400  # rows of a statement

log = structlog.get_logger()


class Follower(Beside):
    """Keeps the index, in a thread; of several processes over one data folder, one does."""

    name = "search-index"

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(InUse), held(self._house.settings.data / ".search.lock"):
                while not self._stopping.is_set():
                    try:
                        if catch_up(self._house.database, self._stopping) or refine(self._house.database):
                            continue
                    except Exception as error:
                        if not passing(error):
                            log.exception("indexing failed")
                        self._stopping.wait(5)
                    self._stopping.wait(LOOK_EVERY)
            self._stopping.wait(5)


@dataclass(frozen=True, slots=True)
class _Text:
    """An entry with what is known of its words: None while they are not told."""

    entry: Entry
    held: bytes | None


def rebuild(database: Database) -> int:
    """Build the index anew from what is kept; how many documents."""
    with database.writing() as session:
        _empty(session, _locked(session))
    catch_up(database, words=True)
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(SearchDocument)) or 0


def catch_up(database: Database, stopping: threading.Event | None = None, *, words: bool = False) -> bool:
    """Index every document that the feed tells of beyond the index's position; whether there was any.

    `words`: tell the words of every text first, however many.
    """
    some = False
    while not (stopping and stopping.is_set()):
        with database.reading() as session:
            state = session.get_one(SearchState, 1)
            fresh = state.analysis == analysis.VERSION
            events = changes.page(session, after=state.position, limit=AHEAD) if fresh else []
        if not fresh:
            with database.writing() as session:
                state = _locked(session)
                if state.analysis != analysis.VERSION:
                    _empty(session, state)
            continue
        if not events:
            return some
        some = True
        # In the order of each document's first event: when it is indexed, the position goes up to the next one's.
        first: dict[UUID, int] = {}
        for event in events:
            first.setdefault(event.document_id, event.seq)
        order = list(first)
        for number, document in enumerate(order):
            if stopping and stopping.is_set():
                return some
            following = order[number + 1 :]
            position = first[following[0]] - 1 if following else events[-1].seq
            if not index(database, document, position, words=words):
                break  # another process was here
    return some


def refine(database: Database) -> bool:
    """Tell the words of one document that was indexed by its syllables; whether there was one."""
    with database.reading() as session:
        waiting = session.scalar(
            sa.select(SearchDocument.document_id)
            .where(SearchDocument.refined.is_(False))
            .order_by(SearchDocument.change)
            .limit(1)
        )
    return waiting is not None and index(database, waiting, None, words=True)


def index(database: Database, document_id: UUID, position: int | None, *, words: bool = False) -> bool:
    """Put what a document says now in the place of what it said; the index then knows the feed up to `position`.

    False when the index is beyond that already: somebody else works on it.
    """
    with database.reading() as session:
        document = session.get(Document, document_id)
        version = (document.current_version, document.updated_at) if document else None
        texts = _told(session, document_id, entries.of_document(session, document) if document else [], words)
    with database.writing() as session:
        state = _locked(session)
        if position is not None and state.position >= position:
            return False
        document = session.get(Document, document_id)
        if document and (document.current_version, document.updated_at) != version:
            # It has changed meanwhile: its event is still to come, and what was read is of no use.
            return True
        if document:
            _replace(session, state, document, texts)
        if position is not None:
            state.position = position
    return True


def _locked(session: Session) -> SearchState:
    return session.get_one(SearchState, 1, with_for_update=True)


def _empty(session: Session, state: SearchState) -> None:
    postings.clear(session)
    for table in (SearchEntry, SearchDocument, SearchTerm):
        session.execute(sa.delete(table))
    state.position, state.analysis, state.next_entry = 0, analysis.VERSION, 1
    state.epoch += 1
    state.change += 1


def _told(session: Session, document_id: UUID, found: Sequence[Entry], words: bool) -> list[_Text]:
    """Entries with their words, as far as these are known from before or can be told at once."""
    known = {row.body: row.held for row in _indexed(session, document_id) if row.held is not None}
    fresh = {entry.body for entry in found} - known.keys()
    if words or sum(map(len, fresh)) <= AT_ONCE:
        known |= {body: analysis.held(body) for body in fresh}
    return [_Text(entry, known.get(entry.body)) for entry in found]


def _indexed(session: Session, document_id: UUID) -> Sequence[SearchEntry]:
    row = session.get(SearchDocument, document_id)
    if row is None:
        return []
    mine = SearchEntry.id.between(row.first, row.first + row.size - 1)
    return session.scalars(sa.select(SearchEntry).where(mine).order_by(SearchEntry.id)).all()


def _replace(session: Session, state: SearchState, document: Document, texts: Sequence[_Text]) -> None:
    row = session.get(SearchDocument, document.id) or SearchDocument(document_id=document.id)
    old = _indexed(session, document.id)
    state.change += 1
    if row.first is None or not _same(old, texts):
        _take_out(session, old)
        row.first, row.size = _put_in(session, state, document.id, texts), len(texts)
        row.refined = all(text.held is not None for text in texts)
        _count(session, state, texts)
    row.change = state.change
    row.measures, row.acts = entries.measures([text.entry for text in texts])
    about = document.issuer, document.issuer_id
    row.level = territory.level(*about)
    row.province = territory.province(*about, document.place, document.issued_on)
    session.add(row)


def _same(old: Sequence[SearchEntry], new: Sequence[_Text]) -> bool:
    def said(text: _Text) -> tuple[object, ...]:
        entry = text.entry
        return entry.kind, entry.unit, entry.page, entry.start, entry.end, entry.body, text.held

    there = [(row.what, row.unit, row.page, row.start, row.end, row.body, row.held) for row in old]
    return there == [said(text) for text in new]


def _take_out(session: Session, rows: Sequence[SearchEntry]) -> None:
    for kind, some in _by_kind([(row.what, row.id, row.body, row.held) for row in rows]).items():
        postings.remove(session, kind, some)
    if rows:
        session.execute(sa.delete(SearchEntry).where(SearchEntry.id.between(rows[0].id, rows[-1].id)))


def _put_in(session: Session, state: SearchState, document_id: UUID, texts: Sequence[_Text]) -> int:
    """The first number of the entries."""
    first = state.next_entry
    state.next_entry += len(texts)
    session.flush()
    values = [
        {
            "id": number,
            "document_id": document_id,
            "what": text.entry.kind,
            "unit": text.entry.unit,
            "page": text.entry.page,
            "start": text.entry.start,
            "end": text.entry.end,
            "body": text.entry.body,
            "held": text.held,
        }
        for number, text in enumerate(texts, start=first)
    ]
    if values:
        session.execute(sa.insert(SearchEntry), values)
    told = [(text.entry.kind, number, text.entry.body, text.held) for number, text in enumerate(texts, start=first)]
    for kind, some in _by_kind(told).items():
        postings.add(session, kind, some)
    return first


def _by_kind(rows: Iterable[tuple[str, int, str, bytes | None]]) -> Mapping[Kind, list[tuple[int, set[str]]]]:
    """Rows of each kind with their terms."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1]))
    return {
        cast(Kind, kind): [(number, analysis.terms(body, bits)) for _, number, body, bits in some]
        for kind, some in groupby(ordered, key=lambda row: row[0])
    }


def _count(session: Session, state: SearchState, texts: Sequence[_Text]) -> None:
    """Count the syllables and words of pages. What is written elsewhere is mostly taken from there: it is known, not counted."""
    used: Counter[str] = Counter()
    for text in texts:
        syllables = (syllable.folded for syllable in analysis.syllables(text.entry.body))
        if text.entry.kind == "page":
            used.update(syllables)
            used.update(analysis.words(text.entry.body, text.held))
        else:
            used.update(dict.fromkeys(syllables, 0))
    count(session, state.change, used)


def count(session: Session, change: int, used: Mapping[str, int]) -> None:
    """Raise the counts of terms."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    rows = [{"term": term, "uses": uses, "change": change} for term, uses in sorted(used.items())]
    for start in range(0, len(rows), _TERMS):
        raised = dialect.insert(SearchTerm).values(rows[start : start + _TERMS])
        more = {"uses": SearchTerm.uses + raised.excluded.uses, "change": raised.excluded.change}
        session.execute(raised.on_conflict_do_update(index_elements=[SearchTerm.term], set_=more))
