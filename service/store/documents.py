"""Documents and the jobs that read them, found by id, by content, or page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.ids import new_id
from service.store.tables import LIVE, READ, Document, Job


def by_sha256(session: Session, sha256: str) -> Document | None:
    return session.scalar(sa.select(Document).where(Document.sha256 == sha256))


def add(session: Session, *, sha256: str, file_name: str, media_type: str, size: int) -> Document:
    """A new document. Raises sqlalchemy.exc.IntegrityError at flush when these bytes were added meanwhile."""
    document = Document(
        id=new_id(),
        sha256=sha256,
        file_name=file_name,
        media_type=media_type,
        size=size,
        received_at=datetime.now(UTC),
    )
    session.add(document)
    session.flush()
    return document


def page(session: Session, *, before: UUID | None, limit: int) -> Sequence[Document]:
    """Documents newest first, beginning after the document with the id `before`."""
    query = sa.select(Document).order_by(Document.id.desc()).limit(limit)
    if before:
        query = query.where(Document.id < before)
    return session.scalars(query).all()


def add_job(session: Session, document: Document) -> Job:
    """A queued job. Raises sqlalchemy.exc.IntegrityError at flush when one is under way already."""
    job = Job(
        id=new_id(),
        document_id=document.id,
        state="queued",
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
