"""Receiving a document: bytes to disk while they are counted and hashed, then row and job in one transaction.

Only when both are committed is the sender told; a crash before that leaves nothing but a file that nobody names, which
the next upload of the same bytes takes over.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from extractor.errors import TooLarge
from service.access.actor import Actor
from service.intake.media_type import HEAD, media_type
from service.settings import MIB
from service.store import audit, documents, offices, records
from service.store.blobs import Blobs, Incoming
from service.store.database import Database
from service.store.tables import Document, Job

Enqueue = Callable[[Session, Job], None]  # within the caller's transaction


class NothingToReplace(Exception):
    """The document that is said to be replaced is not there."""


class StillChanging(OSError):
    """A file was written to while it was read."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who hands a file in, for which office, how urgently, and which document it takes the place of."""

    actor: Actor
    office: UUID | None = None  # None: the actor's own, else the first
    priority: int = documents.CLERK
    replaces: UUID | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The document, the job that reads it (or has read it), and whether either is new."""

    document: Document
    job: Job
    new_document: bool
    new_job: bool


@dataclass(frozen=True, slots=True)
class Reception:
    """Takes files in."""

    database: Database
    originals: Blobs
    enqueue: Enqueue
    limit: int  # bytes

    async def receive(self, pieces: AsyncIterator[bytes], file_name: str, order: Order) -> Received:
        """Take in one file. Raises EmptyFile, UnsupportedType, TooLarge; nothing is left behind then."""
        with await asyncio.to_thread(self.originals.incoming) as incoming:
            head = await self._stream(pieces, incoming)
            kind = media_type(head)
            sha256 = await asyncio.to_thread(incoming.keep)
        return await asyncio.to_thread(self._admit, sha256, file_name, kind, incoming.size, order)

    def take(self, file: Path, order: Order) -> Received:
        """Take in a file of this machine. Raises as `receive`, StillChanging, OSError; the file is left where it is."""

        async def pieces() -> AsyncIterator[bytes]:
            with file.open("rb") as opened:
                before = os.fstat(opened.fileno())
                while piece := opened.read(MIB):
                    yield piece
                after = os.fstat(opened.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise StillChanging(f"{file} thay đổi trong khi đọc / changed while it was read")

        return asyncio.run(self.receive(pieces(), file.name, order))

    async def _stream(self, pieces: AsyncIterator[bytes], incoming: Incoming) -> bytes:
        head = b""
        waiting = bytearray()
        async for piece in pieces:
            if incoming.size + len(waiting) + len(piece) > self.limit:
                raise too_large(self.limit)
            if len(head) < HEAD:
                head = (head + piece)[:HEAD]
                if len(head) == HEAD:
                    media_type(head)  # a wrong type is refused before all of it has come
            waiting += piece
            if len(waiting) >= MIB:
                await asyncio.to_thread(incoming.write, bytes(waiting))
                waiting.clear()
        incoming.write(bytes(waiting))
        return head

    def _admit(self, sha256: str, file_name: str, kind: str, size: int, order: Order) -> Received:
        return _again(lambda: self._commit(sha256, file_name, kind, size, order))

    def _commit(self, sha256: str, file_name: str, kind: str, size: int, order: Order) -> Received:
        with self.database.writing() as session:
            office = order.office or order.actor.office or offices.default(session).id
            known = documents.by_sha256(session, office, sha256)
            document = known or documents.add(
                session,
                actor=order.actor,
                office=office,
                sha256=sha256,
                file_name=file_name,
                media_type=kind,
                size=size,
            )
            if order.replaces:
                replaced = documents.find(session, order.replaces, order.actor, lock=True)
                if replaced is None or replaced.id == document.id:
                    raise NothingToReplace(str(order.replaces))
                records.withdraw(session, replaced, order.actor, "replaced", replaced_by=document)
            reading = documents.useful_job(session, document.id) if known else None
            job = reading or self._queue(session, document, order.priority)
        return Received(document, job, new_document=known is None, new_job=reading is None)

    def read_again(self, document: Document, actor: Actor, priority: int = documents.CLERK) -> Received:
        """Queue another reading of a document, unless one is under way."""
        return _again(lambda: self._read_again(document, actor, priority))

    def _read_again(self, document: Document, actor: Actor, priority: int) -> Received:
        with self.database.writing() as session:
            reading = documents.live_job(session, document.id)
            job = reading or self._queue(session, document, priority)
            if reading is None:
                audit.note(session, actor, "document.read_again", "document", document.id, office=document.office_id)
        return Received(document, job, new_document=False, new_job=reading is None)

    def _queue(self, session: Session, document: Document, priority: int) -> Job:
        job = documents.add_job(session, document, priority=priority)
        self.enqueue(session, job)
        return job


def _again(commit: Callable[[], Received]) -> Received:
    """Two who add the same at once cannot both; the second tries again, and finds what the first has added."""
    try:
        return commit()
    except IntegrityError:
        return commit()


def too_large(limit: int) -> TooLarge:
    return TooLarge(detail="tệp / file", limit=f"{limit / MIB:g} MiB")
