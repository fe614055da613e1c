"""Workers and their signs of life."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Worker

STOP_SECONDS = 5.0  # that a worker on its way out waits for its last sign of life


def beat(session: Session, name: str) -> None:
    """Say that this worker lives."""
    now = datetime.now(UTC)
    worker = session.get(Worker, name)
    if worker is None:
        session.add(Worker(name=name, started_at=now, seen_at=now))
    else:
        worker.seen_at = now


def leave(session: Session, name: str) -> None:
    """Say that this worker has ended in order."""
    session.execute(sa.delete(Worker).where(Worker.name == name))


def dead(session: Session, now: datetime, seconds: float) -> Sequence[str]:
    """Workers that have said nothing for so long that their jobs are taken over."""
    silent = Worker.seen_at < now - timedelta(seconds=seconds)
    return session.scalars(sa.select(Worker.name).where(silent).order_by(Worker.name)).all()
