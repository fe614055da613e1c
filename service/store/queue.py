"""What is being read, what waits to be, and what went wrong lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Document, Job, Worker


class Reading(NamedTuple):
    job: Job
    document: Document


class Pulse(NamedTuple):
    worker: Worker
    alive: bool


def running(session: Session, office: UUID | None) -> Sequence[Reading]:
    """What is read now, the longest first."""
    return _readings(session, office, "running", (Job.started_at,), 200)


def waiting(session: Session, office: UUID | None, limit: int) -> Sequence[Reading]:
    """What waits, in the order in which it will be read."""
    return _readings(session, office, "queued", (Job.priority, Job.id), limit)


def failed(session: Session, office: UUID | None, limit: int) -> Sequence[Reading]:
    """What failed, the newest first."""
    return _readings(session, office, "failed", (Job.finished_at.desc(),), limit)


def _readings(
    session: Session, office: UUID | None, state: str, order: tuple[Any, ...], limit: int
) -> Sequence[Reading]:
    query = sa.select(Job, Document).join(Document, Document.id == Job.document_id).where(Job.state == state)
    if office:
        query = query.where(Document.office_id == office)
    return [Reading(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def workers(session: Session, now: datetime, dead_seconds: float) -> Sequence[Pulse]:
    """All that have not ended in order, with whether they have given a sign of life lately."""
    since = now - timedelta(seconds=dead_seconds)
    return [Pulse(one, one.seen_at >= since) for one in session.scalars(sa.select(Worker).order_by(Worker.name))]
