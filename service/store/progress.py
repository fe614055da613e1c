"""How far a job is, written down so that every process and every restart sees the same.

A job ends once: whoever ends it second (a reader that was thought dead, a step that runs again) changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store import tally
from service.store.tables import LIVE, Job


def begin(session: Session, job: Job, worker: str) -> None:
    """Count one more attempt at reading, before it starts: one that kills its process is counted as well."""
    job.state = "running"
    job.worker = worker
    job.stage = "open"
    job.page = 0
    job.attempts += 1
    job.started_at = job.started_at or datetime.now(UTC)


def advance(session: Session, job_id: UUID, worker: str, stage: str, page: int, pages: int) -> bool:
    """Write down how far this worker is; False when the job is no longer its own: ended, cancelled, or taken over."""
    mine = sa.update(Job).where(Job.id == job_id, Job.state == "running", Job.worker == worker)
    done: sa.CursorResult[Any] = session.execute(mine.values(stage=stage, page=page, pages=pages))  # type: ignore[assignment]
    return done.rowcount == 1


def give_back(session: Session, job_ids: Sequence[UUID], worker: str) -> None:
    """Return interrupted jobs to the queue: a shutdown is no death of theirs."""
    session.execute(
        sa.update(Job)
        .where(Job.id.in_(job_ids), Job.state == "running", Job.worker == worker)
        .values(state="queued", stage="queued", attempts=Job.attempts - 1)
    )


def finish(session: Session, job_id: UUID, state: str, pages: int = 0) -> Job | None:
    """End a job of so many pages (0: unknown) as succeeded or partial; None when it has ended before."""
    if job := _end(session, job_id, state=state, stage="done"):
        job.page = job.pages = pages or job.pages
    return job


def fail(session: Session, job_id: UUID, *, code: str, message: str, message_en: str) -> Job | None:
    """End a job as failed, saying why in both languages; None when it has ended before."""
    return _end(session, job_id, state="failed", error_code=code, error_message=message, error_message_en=message_en)


def cancel(session: Session, job_id: UUID) -> Job | None:
    """End a job because somebody asked for it; None when it has ended before."""
    return _end(session, job_id, state="cancelled")


def _end(session: Session, job_id: UUID, **values: str) -> Job | None:
    ended = session.execute(
        sa.update(Job)
        .where(Job.id == job_id, Job.state.in_(LIVE))
        .values(finished_at=datetime.now(UTC), **values)
        .returning(Job.id),
        execution_options={"synchronize_session": False},  # it is read anew, below
    ).first()
    if ended is None:
        return None
    tally.count(session, "ended", values.get("error_code", values["state"]))
    return session.get(Job, job_id, populate_existing=True)


def live(session: Session) -> Sequence[UUID]:
    """The jobs that have not ended."""
    return session.scalars(sa.select(Job.id).where(Job.state.in_(LIVE)).order_by(Job.id)).all()
