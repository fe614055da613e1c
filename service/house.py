"""The service put together: what every request and every job has at hand."""

from __future__ import annotations

import fcntl
import socket
from dataclasses import dataclass
from itertools import count
from typing import IO, Self

from service import jobs
from service.intake.reception import Reception
from service.settings import Settings
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.migrate import migrate


class InUse(Exception):
    """Another process is working under this worker's name."""


@dataclass(frozen=True, slots=True)
class House:
    """Opened once in a process, closed at its end. `worker` is None in a process that only answers."""

    settings: Settings
    database: Database
    originals: Blobs
    images: Blobs
    queue: jobs.Queue
    worker: jobs.Worker | None
    reception: Reception
    lock: IO[str] | None

    @classmethod
    def open(cls, settings: Settings, *, work: bool = True) -> Self:
        """Migrate the database; with `work`, take up unfinished jobs and new ones.

        Raises InUse, OSError, sqlalchemy.exc.SQLAlchemyError.
        """
        settings.data.mkdir(parents=True, exist_ok=True)
        lock, name = _slot(settings) if work else (None, "")
        database = Database(settings.url)
        prepare(settings, database)
        originals, images, results = (Blobs(settings.data / name) for name in ("originals", "images", "results"))
        for blobs in (originals, images, results):
            blobs.sweep()
        queue = jobs.Queue(settings)
        worker = None
        if work:
            worker = jobs.Worker(name, settings, database, originals, images, results)
            worker.start()
        reception = Reception(database, originals, queue.enqueue, settings.upload_bytes)
        return cls(settings, database, originals, images, queue, worker, reception, lock)

    def close(self) -> None:
        """Drain, then let go of everything."""
        if self.worker:
            self.worker.stop()
        self.queue.close()
        self.database.close()
        if self.lock:
            self.lock.close()


def prepare(settings: Settings, database: Database) -> None:
    """Bring our tables and the job engine's to their newest shape; of several processes that start at once, one does."""
    with (settings.data / ".migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        migrate(database)
        jobs.migrate(settings)


def _slot(settings: Settings) -> tuple[IO[str], str]:
    """A worker's name that nobody else works under, locked. Two of one name would take each other's jobs for abandoned."""
    host = socket.gethostname()
    names = [settings.worker_name] if settings.worker_name else (f"{host}-{number}" for number in count(1))
    for name in names:
        lock = (settings.data / f".{name}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
        else:
            return lock, name
    raise InUse(settings.worker_name)
