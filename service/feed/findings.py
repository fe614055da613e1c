"""What a search finds anew, told to a webhook: each document once, when the search first finds it.

The index follows the change feed, so a webhook of a search follows the index: it looks at the documents that events tell of, as
far as the index knows them, and at their words only when these are told (before, syllables of two words could pass for one).
What its search has found before, it remembers.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from service.api.shapes import Document, Hit, Shape
from service.feed import deliveries
from service.feed.deliveries import AHEAD, Try
from service.feed.news import NOBODY, PREFIX, Envelope
from service.house import House
from service.search.address import asked_by
from service.search.look import look
from service.search.query import BadQuery, parse
from service.search.search import Search
from service.search.shelves import Shelves
from service.store import changes, documents, tables
from service.store.ids import new_id
from service.store.tables import Delivery, Met, SearchDocument, SearchState, Webhook

TYPE = PREFIX + "search.found"
_SHOWN = 5  # hits of a call


class FindingData(Shape):
    """Văn bản mới của một tra cứu, như hiện nay / a document that a search has found, as it is now."""

    sequence: int = Field(
        description="Số của thay đổi làm văn bản được tìm thấy / the change that brought it", examples=[1042]
    )
    search: str = Field(description="Câu hỏi / the question", examples=["q=chất lượng không khí&what=tasks"])
    document_id: UUID
    document: Document | None = Field(description="Trống: văn bản không còn / null: it is gone")
    withdrawn: bool = Field(description="Không còn hiệu lực / no longer in force")
    count: int = Field(description="Số mục tìm thấy trong văn bản / how many hits it has now")
    hits: list[Hit] = Field(description="Những mục đầu tiên / the first of them")


class Finding(Envelope):
    data: FindingData


def begin(session: Session, shelves: Shelves, webhook: Webhook) -> None:
    """What is found already is no news; what comes from now on is."""
    with shelves.lock:
        position = session.get_one(SearchState, 1).position
        shelves.refresh(session)
        found = _found(session, shelves, webhook)
    known = set(session.scalars(sa.select(Met.document_id).where(Met.webhook_id == webhook.id)))
    _remember(session, webhook, found - known)
    webhook.after = position


def line_up(house: House, webhook_id: UUID, sender: str, now: datetime) -> bool:
    """Turn what the search of a claimed webhook finds in the next changes into deliveries; whether to go on so.

    The search is made outside of the transaction that writes: nobody is to wait for it.
    """
    with house.database.reading() as session:
        webhook = session.get(Webhook, webhook_id)
        if webhook is None or webhook.search is None or not webhook.active:
            return False
        began = webhook.after
        seen, upto = _indexed(session, webhook)
        try:
            parse(asked_by(webhook.search, webhook.office_id).text)
            found = _among(session, house.shelves, webhook, set(seen)) if seen else set()
        except BadQuery:  # an older release understood it
            found = None
    with house.database.writing() as session:
        mine = deliveries.claimed(session, webhook_id, sender)
        if mine is None or mine.after != began or not mine.active:
            return False
        if found is None:
            deliveries.switch_off(session, mine, "bad-search", now)
            return False
        for document in sorted(found, key=lambda one: seen[one]):
            delivery = {"webhook_id": mine.id, "seq": seen[document], "lead": NOBODY, "state": "waiting"}
            session.add(Delivery(id=new_id(), **delivery, attempts=0, next_at=now, created_at=now))
        _remember(session, mine, found)
        mine.after, mine.rests_until = upto, now + deliveries.LEASE
    return upto > began


def tell(house: House, tried: Try) -> Finding:
    """A document as it is now, with the first of its hits."""
    webhook, event = tried.webhook, tried.event
    assert webhook.search is not None
    asked = asked_by(webhook.search, webhook.office_id)
    looked = look(house, replace(asked, document=event.document_id), limit=_SHOWN)
    with house.database.reading() as session:
        row = session.get(tables.Document, event.document_id)
        job = documents.latest_jobs(session, {event.document_id}).get(event.document_id)
    return Finding(
        id=tried.delivery.id,
        source=f"urn:uuid:{event.office_id}",
        type=TYPE,
        subject=f"documents/{event.document_id}",
        time=event.at,
        data=FindingData(
            sequence=event.seq,
            search=webhook.search,
            document_id=event.document_id,
            document=Document.of(row, job) if row and job else None,
            withdrawn=row is None or row.withdrawn_at is not None,
            count=looked.count,
            hits=[Hit.of(seen, asked) for seen in looked.seen],
        ),
    )


def _indexed(session: Session, webhook: Webhook) -> tuple[dict[UUID, int], int]:
    """The documents of the next events, as far as the index knows them, each with its last event; and how far that is."""
    position = session.get_one(SearchState, 1).position
    events = changes.page(session, after=webhook.after, limit=AHEAD, office=webhook.office_id)
    raw = SearchDocument.document_id.in_({event.document_id for event in events}), SearchDocument.refined.is_(False)
    waiting = set(session.scalars(sa.select(SearchDocument.document_id).where(*raw)))
    known = list(takewhile(lambda event: event.seq <= position and event.document_id not in waiting, events))
    seen = {event.document_id: event.seq for event in known}
    if len(known) == len(events) < AHEAD:
        return seen, max(position, webhook.after)
    return seen, known[-1].seq if known else webhook.after


def _among(session: Session, shelves: Shelves, webhook: Webhook, documents: set[UUID]) -> set[UUID]:
    """Those of the documents that the search finds and has not found before. Raises BadQuery."""
    before = sa.select(Met.document_id).where(Met.webhook_id == webhook.id, Met.document_id.in_(documents))
    fresh = documents.difference(session.scalars(before))
    if not fresh:
        return set()
    with shelves.lock:
        shelves.refresh(session)
        return fresh & _found(session, shelves, webhook)


def _found(session: Session, shelves: Shelves, webhook: Webhook) -> set[UUID]:
    assert webhook.search is not None
    return Search(session, shelves, asked_by(webhook.search, webhook.office_id)).documents


def _remember(session: Session, webhook: Webhook, fresh: set[UUID]) -> None:
    if fresh:
        session.execute(sa.insert(Met), [{"webhook_id": webhook.id, "document_id": document} for document in fresh])
