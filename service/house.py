"""The service put together: what every request and every job has at hand."""

from __future__ import annotations

import contextlib
import fcntl
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from service import jobs
from service.intake.reception import Reception
from service.search.shelves import Shelves
from service.settings import Settings
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.migrate import migrate

IN_USE = ".in-use.lock"


class InUse(Exception):
    """Another process works under this worker's name, or puts a backup back into this data folder."""


@dataclass(frozen=True, slots=True)
class House:
    """Opened once in a process, closed at its end. `worker` is None in a process that only answers."""

    settings: Settings
    database: Database
    originals: Blobs
    images: Blobs
    readings: Blobs
    queue: jobs.Queue
    worker: jobs.Worker | None
    reception: Reception
    shelves: Shelves
    _closing: contextlib.ExitStack

    @classmethod
    def open(cls, settings: Settings, *, work: bool = True) -> Self:
        """Migrate the database; with `work`, take up unfinished jobs and new ones.

        Raises InUse, OSError, sqlalchemy.exc.SQLAlchemyError; nothing stays open then.
        """
        settings.data.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as closing:
            closing.enter_context(held(settings.data / IN_USE, shared=True))
            name = closing.enter_context(_slot(settings)) if work else ""
            database = Database(settings.url)
            closing.callback(database.close)
            prepare(settings, database)
            rooms = ("originals", "images", "readings", "results")
            originals, images, readings, results = (Blobs(settings.data / room) for room in rooms)
            queue = jobs.Queue(settings)
            closing.callback(queue.close)
            worker = None
            if work:
                worker = jobs.Worker(name, settings, database, queue, originals, images, readings, results)
                closing.callback(worker.stop)
                worker.start()
            reception = Reception(database, originals, queue.enqueue, settings.upload_bytes)
            return cls(
                settings,
                database,
                originals,
                images,
                readings,
                queue,
                worker,
                reception,
                Shelves(),
                closing.pop_all(),
            )

    def close(self) -> None:
        """Drain, then let go of everything."""
        self._closing.close()


def prepare(settings: Settings, database: Database) -> None:
    """Bring our tables and the job engine's to their newest shape; of several processes that start at once, one does."""
    with (settings.data / ".migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        migrate(database)
        jobs.migrate(settings)


@contextlib.contextmanager
def held(path: Path, *, shared: bool = False) -> Iterator[None]:
    """A lock on a file, with others of its kind if `shared`, else alone. Ends with the process, however it ends.

    Raises InUse at once when it can not be had.
    """
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(path.name) from None
        yield


@contextlib.contextmanager
def _slot(settings: Settings) -> Iterator[str]:
    """A worker's name that nobody else works under, locked. Two of one name would take each other's jobs for abandoned."""
    host = socket.gethostname()
    names = [settings.worker_name] if settings.worker_name else (f"{host}-{number}" for number in count(1))
    for name in names:
        with contextlib.ExitStack() as trying:
            try:
                trying.enter_context(held(settings.data / f".{name}.lock"))
            except InUse:
                continue
            yield name
            return
    raise InUse(settings.worker_name)
