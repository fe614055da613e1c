"""A search as people see it: hits with their documents and snippets, and facets with the queries that narrow to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.house import House
from service.search import facets
from service.search.facets import Facet
from service.search.search import Asked, Found, Hit, Place, Search
from service.search.snippet import Snippet, marked, snippet
from service.store.tables import Document, Record, SearchEntry
from service.study import place

_AT_ONCE = 200  # hits of a page of an export
_MARKED = 20  # places on a page


@dataclass(frozen=True, slots=True)
class Seen:
    """A hit with all that is shown of it; `text` is the whole text that was searched."""

    hit: Hit
    document: Document
    pipeline_version: str | None
    unit: str
    page: int | None
    start: int | None
    end: int | None
    text: str
    snippet: Snippet
    address: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A page of hits, how many there are (COUNTED + 1: more), where it ended if more follow, and facets if asked for."""

    seen: Sequence[Seen]
    count: int
    next: Place | None
    facets: dict[Facet, list[facets.Value]] | None


def look(
    house: House, asked: Asked, *, after: Place | None = None, limit: int = 20, with_facets: bool = False
) -> Looked:
    """One page of hits. Raises query.BadQuery."""
    with house.database.reading() as session:
        with house.shelves.lock:
            house.shelves.refresh(session)
            search = Search(session, house.shelves, asked)
            found = search.page(after, limit)
            counted = facets.count(search) if with_facets else None
        seen = _seen(session, found, asked)
    return Looked(seen, found.count, found.hits[-1].place if found.more else None, counted)


def newest(house: House, asked: Asked, limit: int) -> list[Seen]:
    """One hit of each of the documents that came last. Raises query.BadQuery."""
    with house.database.reading() as session:
        with house.shelves.lock:
            house.shelves.refresh(session)
            found = Search(session, house.shelves, asked).newest(limit)
        return _seen(session, found, asked)


def every(house: House, asked: Asked) -> Iterator[list[Seen]]:
    """All hits, page by page, each read by itself: a long export holds no transaction. Raises query.BadQuery."""
    after: Place | None = None
    while True:
        looked = look(house, asked, after=after, limit=_AT_ONCE)
        if looked.seen:
            yield list(looked.seen)
        if (after := looked.next) is None:
            return


def _seen(session: Session, found: Found, asked: Asked) -> list[Seen]:
    entries = {
        entry.id: entry
        for entry in session.scalars(
            sa.select(SearchEntry).where(SearchEntry.id.in_([hit.entry for hit in found.hits]))
        )
    }
    ids = {hit.document for hit in found.hits}
    query = sa.select(Document, Record.pipeline_version).where(Document.id.in_(ids))
    current = sa.and_(Record.document_id == Document.id, Record.version == Document.current_version)
    documents = {row.id: (row, version) for row, version in session.execute(query.outerjoin(Record, current))}
    out = []
    for hit in found.hits:
        # What was taken out since the columns were read is not shown.
        if (entry := entries.get(hit.entry)) and hit.document in documents:
            document, version = documents[hit.document]
            out.append(
                Seen(
                    hit,
                    document,
                    version,
                    entry.unit,
                    entry.page,
                    entry.start,
                    entry.end,
                    entry.body,
                    snippet(entry.body, found.marks),
                    _address(document.id, entry, found),
                )
            )
    return out


def _address(document: UUID, entry: SearchEntry, found: Found) -> str:
    """Of the page's image, at the place: of a page, where what was asked stands first."""
    if entry.what == "page":
        return place.address(document, entry.page, *(range_ for _, range_ in marked(entry.body, found.marks)[:_MARKED]))
    return place.address(document, entry.page, (entry.start, entry.end))
