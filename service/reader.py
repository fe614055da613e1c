"""Reading documents in processes of their own, with limits: what a hostile file can kill is that process alone."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import structlog

from service.child import DEFECT, NO_SPACE, Order
from service.settings import Settings
from service.stem import Gone, Stem

log = structlog.get_logger()

Told = Callable[[str, int, int], Awaitable[None]]  # stage, page, pages

_LINE = 1 << 20  # longest line that a reader may say, bytes
_REST = 10.0  # seconds that a reader of kept words waits for another document
_MOST_DOCUMENTS = 200  # that one process understands, so that what it hoards stays small


@dataclass(frozen=True, slots=True)
class Reading:
    """A record was made: its status, where its JSON lies among the results, and the SHA-256 of what else is kept."""

    status: str
    result: str
    pipeline: str
    reading: str | None  # the words as read; None: not worth keeping
    images: dict[str, str] | None  # page number to its image; None: as they were
    words: list[tuple[int, str, str]]  # page number, its text, its placed words


@dataclass(frozen=True, slots=True)
class Failure:
    """The document can not be read, and why, in both languages."""

    code: str
    message: str
    message_en: str


class ReaderDied(Exception):
    """The process ended without a word: killed by a signal, or by a defect. Says what it wrote last."""


class Stale(Exception):
    """The words that are kept are no longer what the pages would give: they have to be read anew."""


class Readers:
    """The readers of one worker: one for each document, and a few that stay for documents whose words are kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stem = Stem(settings.extractor)
        self._resting: list[_Reader] = []
        self._ending: set[asyncio.Task[None]] = set()

    def close(self) -> None:
        """End the readers that rest; those at work die with the stem's worker, or are ended by whoever waits for them."""
        while self._resting:
            self._resting.pop().lifeline.close()
        self._stem.close()

    async def read(
        self,
        source: Path,
        file_name: str,
        kept: str | None,
        *,
        results: Path,
        images: Path,
        readings: Path,
        told: Told,
    ) -> Reading | Failure:
        """Read one document, telling progress as it goes. `kept` is an earlier reading of its pages, which saves reading them.

        Raises Stale, ReaderDied, OSError; nothing of the process is left then.
        """
        settings = self._settings
        order = Order(
            source=str(source.resolve()),
            file_name=file_name,
            kept=kept,
            results=str(results.resolve()),
            images=str(images.resolve()),
            readings=str(readings.resolve()),
            extractor=settings.extractor,
            processes=settings.reading_processes,
            memory=settings.job_memory,
            seconds=settings.job_seconds,
        )
        try:
            async with self._at_work(order) as reader:
                try:
                    async with asyncio.timeout(settings.job_seconds):
                        last = await _listen(reader.output, settings.job_stall_seconds, told)
                except TimeoutError:
                    return _too_slow(settings)
                if last is None:
                    raise ReaderDied(_tail(reader.said))
                if last.get("error", {}).get("code") == DEFECT:
                    log.error("extractor failed", how=_tail(reader.said))
                reader.may_rest = kept is not None
        except Gone as gone:
            raise ReaderDied(f"the stem of readers: {gone}") from None
        if error := last.get("error"):
            if error["code"] == NO_SPACE:
                raise OSError(errno.ENOSPC, error["message_en"])
            return Failure(error["code"], error["message"], error["message_en"])
        if last.get("stale"):
            raise Stale
        return Reading(**last)

    @contextlib.asynccontextmanager
    async def _at_work(self, order: Order) -> AsyncIterator[_Reader]:
        """A reader with this order; at the end it rests, or nothing of it is left. Raises Gone."""
        reader = self._woken(order) if order["kept"] else None
        reader = reader or await self._forked(order)
        reader.may_rest = False
        reader.documents += 1
        try:
            yield reader
        finally:
            if reader.may_rest and reader.documents < _MOST_DOCUMENTS:
                self._resting.append(reader)
                reader.end = asyncio.get_running_loop().call_later(_REST, self._too_long, reader)
            else:
                await self._ended(reader)

    def _woken(self, order: Order) -> _Reader | None:
        while self._resting:
            reader = self._resting.pop()
            reader.end.cancel()
            with contextlib.suppress(OSError):  # one that has died meanwhile: nobody was reading
                reader.lifeline.write(json.dumps(order).encode() + b"\n")
                return reader
            self._in_background(self._ended(reader))
        return None

    def _too_long(self, reader: _Reader) -> None:
        if reader in self._resting:
            self._resting.remove(reader)
            self._in_background(self._ended(reader))

    def _in_background(self, ending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(ending)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _forked(self, order: Order) -> _Reader:
        async with contextlib.AsyncExitStack() as failing:
            theirs_in, ours_in = os.pipe()  # closes when we die, and the reader with it
            lifeline = failing.enter_context(os.fdopen(ours_in, "wb", buffering=0))
            ours_out, theirs_out = os.pipe()
            output = asyncio.StreamReader(limit=_LINE)
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(output), os.fdopen(ours_out, "rb", buffering=0)
            )
            failing.callback(transport.close)
            said = failing.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  (closed with the reader)
            try:
                process = await asyncio.to_thread(self._stem.fork, order, theirs_in, theirs_out, said.fileno())
            finally:
                os.close(theirs_in)
                os.close(theirs_out)
            failing.pop_all()
        return _Reader(process, lifeline, output, transport, said)

    async def _ended(self, reader: _Reader) -> None:
        """Nothing is left of a reader."""
        reader.lifeline.close()
        with contextlib.suppress(Gone):
            await asyncio.to_thread(self._stem.end, reader.process)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_drained(reader.output), 5)
        reader.transport.close()
        reader.said.close()


@dataclass(eq=False, slots=True)
class _Reader:
    """A process, the pipes to it, and how many documents it has had."""

    process: int
    lifeline: IO[bytes]
    output: asyncio.StreamReader
    transport: asyncio.ReadTransport
    said: IO[bytes]
    documents: int = 0
    may_rest: bool = False
    end: asyncio.TimerHandle = field(init=False)


async def _drained(output: asyncio.StreamReader) -> None:
    """Until nobody holds the other end any more."""
    while await output.read(_LINE):
        pass


async def _listen(output: asyncio.StreamReader, stall: int, told: Told) -> dict[str, Any] | None:
    """The reader's last word, or None when it ended without one."""
    last = b""
    moved = time.monotonic()
    while line := await asyncio.wait_for(output.readline(), stall):
        # A reader that waits says the same again and again: it lives, but gets nowhere.
        if line == last:
            if time.monotonic() - moved > stall:
                raise TimeoutError
            continue
        last, moved = line, time.monotonic()
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            return None  # cut off in the middle
        if "stage" not in said:
            return said
        await told(said["stage"], said["page"], said["pages"])
    return None


def _too_slow(settings: Settings) -> Failure:
    return Failure(
        "too-slow",
        f"Xử lý quá lâu (giới hạn {settings.job_seconds} giây cho cả văn bản, {settings.job_stall_seconds} giây "
        "không có tiến triển). Hãy tách tệp thành nhiều phần.",
        f"Reading took too long (limits: {settings.job_seconds} s in all, {settings.job_stall_seconds} s without "
        "progress). Split the file into parts.",
    )


def _tail(said: IO[bytes]) -> str:
    end = said.seek(0, os.SEEK_END)
    said.seek(max(0, end - 4000))
    return said.read().decode(errors="replace").strip()
