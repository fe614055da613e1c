"""Workers and their signs of life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

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


def signs(session: Session) -> dict[str, datetime]:
    """The last sign of life of each worker that has not left."""
    return {worker.name: worker.seen_at for worker in session.scalars(sa.select(Worker))}


class Watch:
    """Tells who has fallen silent, by looking again and again.

    It counts its own looks: comparing moments would take a worker for dead whose machine's clock is slow, and everybody
    after the database was away, or after the machine slept.
    """

    def __init__(self, looks: int) -> None:
        self._looks = looks
        self._seen: dict[str, tuple[datetime, int]] = {}

    def silent(self, signs: Mapping[str, datetime]) -> set[str]:
        """Those whose sign has been the same for so many looks."""
        self._seen = {name: (sign, self._times(name, sign)) for name, sign in signs.items()}
        return {name for name, (_, times) in self._seen.items() if times >= self._looks}

    def _times(self, name: str, sign: datetime) -> int:
        before, times = self._seen.get(name, (sign, -1))
        return times + 1 if before == sign else 0
