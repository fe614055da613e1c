"""Reading one document in a process of its own, with limits: what a hostile file can kill is that process alone."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import structlog

from service.child import DEFECT, NO_SPACE, Order
from service.settings import Settings
from service.stem import Gone, Stem

log = structlog.get_logger()

Told = Callable[[str, int, int], Awaitable[None]]  # stage, page, pages

_LINE = 1 << 20  # longest line that a reader may say, bytes


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


async def read(
    stem: Stem,
    source: Path,
    file_name: str,
    kept: str | None,
    *,
    results: Path,
    images: Path,
    readings: Path,
    settings: Settings,
    told: Told,
) -> Reading | Failure:
    """Read one document, telling progress as it goes. `kept` is an earlier reading of its pages.

    Raises ReaderDied, OSError; nothing of the process is left then.
    """
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
    with tempfile.TemporaryFile() as said:
        try:
            async with _forked(stem, order, said) as output, asyncio.timeout(settings.job_seconds):
                last = await _listen(output, settings.job_stall_seconds, told)
        except TimeoutError:
            return _too_slow(settings)
        except Gone as gone:
            raise ReaderDied(f"the stem of readers: {gone}") from None
        if last is None:
            raise ReaderDied(_tail(said))
        if last.get("error", {}).get("code") == DEFECT:
            log.error("extractor failed", how=_tail(said))
    if error := last.get("error"):
        if error["code"] == NO_SPACE:
            raise OSError(errno.ENOSPC, error["message_en"])
        return Failure(error["code"], error["message"], error["message_en"])
    return Reading(**last)


@contextlib.asynccontextmanager
async def _forked(stem: Stem, order: Order, said: IO[bytes]) -> AsyncIterator[asyncio.StreamReader]:
    """What a new reader says on its standard output; at the end nothing of the reader is left. Raises Gone."""
    async with contextlib.AsyncExitStack() as closing:
        theirs_in, ours_in = os.pipe()  # closes when we die, and the reader with it
        lifeline = closing.enter_context(os.fdopen(ours_in, "wb", buffering=0))
        ours_out, theirs_out = os.pipe()
        output = asyncio.StreamReader(limit=_LINE)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(ours_out, "rb", buffering=0)
        )
        closing.callback(transport.close)
        try:
            process = await asyncio.to_thread(stem.fork, order, theirs_in, theirs_out, said.fileno())
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        try:
            yield output
        finally:
            lifeline.close()
            with contextlib.suppress(Gone):
                await asyncio.to_thread(stem.end, process)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_drained(output), 5)


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
