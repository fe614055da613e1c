"""The service put together: what every request and every job has at hand."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from typing import IO, Self

from service import jobs
from service.intake.reception import Reception
from service.settings import Settings
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.migrate import migrate


class InUse(Exception):
    """Another service is working on the same data folder."""


@dataclass(frozen=True, slots=True)
class House:
    """Opened once in a process, closed at its end."""

    settings: Settings
    database: Database
    originals: Blobs
    queue: jobs.Queue
    worker: jobs.Worker
    reception: Reception
    lock: IO[str]

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Migrate the database, take up unfinished jobs. Raises InUse, OSError, sqlalchemy.exc.SQLAlchemyError."""
        settings.data.mkdir(parents=True, exist_ok=True)
        # Two workers of one name would take each other's jobs for abandoned.
        lock = (settings.data / f".{settings.worker_name}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise InUse(str(settings.data)) from None
        database = Database(settings.url)
        migrate(database)
        jobs.migrate(settings)
        originals, results = Blobs(settings.data / "originals"), Blobs(settings.data / "results")
        originals.sweep()
        results.sweep()
        queue = jobs.Queue(settings)
        worker = jobs.Worker(settings, database, originals, results)
        worker.start()
        reception = Reception(database, originals, queue.enqueue, settings.upload_bytes)
        return cls(settings, database, originals, queue, worker, reception, lock)

    def close(self) -> None:
        """Drain, then let go of everything."""
        self.worker.stop()
        self.queue.close()
        self.database.close()
        self.lock.close()
