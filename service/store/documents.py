"""Documents and the jobs that read them, found by id, by content, or page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store import audit, changes
from service.store.fold import fold
from service.store.ids import new_id
from service.store.tables import LIVE, READ, Document, Job

CLERK = 1  # priority of a document that somebody waits for
BULK = 10  # and of one that came with many


@dataclass(frozen=True, slots=True)
class Filter:
    """All that are given must hold."""

    office: UUID | None = None
    number: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    kind: str | None = None
    approved: bool | None = None
    withdrawn: bool | None = None
    updated_since: datetime | None = None


def find(session: Session, document_id: UUID, actor: Actor, *, lock: bool = False) -> Document | None:
    """A document that the actor's office may see. `lock`: nobody else changes it until the transaction ends."""
    # "key_share": rows that refer to it, and do not change it, may be added meanwhile.
    document = session.get(Document, document_id, with_for_update={"key_share": True} if lock else None)
    return document if document and actor.sees(document.office_id) else None


def by_sha256(session: Session, office: UUID, sha256: str) -> Document | None:
    return session.scalar(sa.select(Document).where(Document.office_id == office, Document.sha256 == sha256))


def add(
    session: Session, *, actor: Actor, office: UUID, sha256: str, file_name: str, media_type: str, size: int
) -> Document:
    """A new document. Raises sqlalchemy.exc.IntegrityError at flush when these bytes were added meanwhile."""
    now = datetime.now(UTC)
    document = Document(
        id=new_id(),
        office_id=office,
        sha256=sha256,
        file_name=file_name,
        media_type=media_type,
        size=size,
        received_at=now,
        received_by=actor.name,
        updated_at=now,
    )
    session.add(document)
    session.flush()
    audit.note(
        session,
        actor,
        "document.receive",
        "document",
        document.id,
        office=office,
        after={"sha256": sha256, "file_name": file_name, "size": size},
    )
    changes.of_document(session, "document.received", document)
    return document


def page(session: Session, wanted: Filter, *, before: UUID | None, limit: int) -> Sequence[Document]:
    """Documents newest first, beginning after the document with the id `before`."""
    query = sa.select(Document).where(*_conditions(wanted)).order_by(Document.id.desc()).limit(limit)
    if before:
        query = query.where(Document.id < before)
    return session.scalars(query).all()


def read_ids(session: Session) -> Sequence[UUID]:
    """The documents that have a record and are not withdrawn, oldest first."""
    query = sa.select(Document.id).where(Document.version.is_not(None), Document.withdrawn_at.is_(None))
    return session.scalars(query.order_by(Document.id)).all()


def _conditions(wanted: Filter) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.office:
        yield Document.office_id == wanted.office
    if wanted.number:
        yield Document.number_fold == fold(wanted.number)
    if wanted.kind:
        yield Document.kind == wanted.kind
    if wanted.issued_from:
        yield Document.issued_on >= wanted.issued_from
    if wanted.issued_to:
        yield Document.issued_on <= wanted.issued_to
    if wanted.approved is not None:
        is_approved = sa.func.coalesce(Document.approved_version == Document.current_version, sa.false())
        yield is_approved if wanted.approved else ~is_approved
    if wanted.withdrawn is not None:
        yield Document.withdrawn_at.is_not(None) if wanted.withdrawn else Document.withdrawn_at.is_(None)
    if wanted.updated_since:
        yield Document.updated_at >= wanted.updated_since


def same_number(session: Session, document: Document) -> Sequence[Document]:
    """Other documents of the office with this number, day and issuer: another scan of it, or a replacement."""
    if not (document.number and document.issued_on):
        return []
    query = sa.select(Document).where(
        Document.office_id == document.office_id,
        Document.id != document.id,
        Document.number_fold == document.number_fold,
        Document.issued_on == document.issued_on,
    )
    return [other for other in session.scalars(query) if fold(other.issuer or "") == fold(document.issuer or "")]


def add_job(session: Session, document: Document, *, priority: int) -> Job:
    """A queued job. Raises sqlalchemy.exc.IntegrityError at flush when one is under way already."""
    job = Job(
        id=new_id(),
        document_id=document.id,
        state="queued",
        priority=priority,
        stage="queued",
        page=0,
        pages=0,
        attempts=0,
        created_at=datetime.now(UTC),
    )
    session.add(job)
    session.flush()
    return job


def live_job(session: Session, document_id: UUID) -> Job | None:
    """The job that is reading the document or is about to."""
    return session.scalar(sa.select(Job).where(Job.document_id == document_id, Job.state.in_(LIVE)))


def useful_job(session: Session, document_id: UUID) -> Job | None:
    """The newest job that reads the document, is about to, or has read it: with one there is no need for another."""
    return session.scalar(
        sa.select(Job)
        .where(Job.document_id == document_id, Job.state.in_(LIVE + READ))
        .order_by(Job.id.desc())
        .limit(1)
    )


def latest_jobs(session: Session, document_ids: Iterable[UUID]) -> dict[UUID, Job]:
    """The newest job of each document."""
    newest = (
        sa.select(
            Job.document_id, sa.func.row_number().over(partition_by=Job.document_id, order_by=Job.id.desc()), Job.id
        )
        .where(Job.document_id.in_(list(document_ids)))
        .subquery()
    )
    jobs = session.scalars(sa.select(Job).join(newest, sa.and_(newest.c.id == Job.id, newest.c[1] == 1)))
    return {job.document_id: job for job in jobs}
