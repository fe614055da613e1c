"""Reading one document in a process of its own, with limits: what a hostile file can kill is that process alone."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import structlog

from service.child import DEFECT, NO_SPACE, Order
from service.settings import Settings

log = structlog.get_logger()

Told = Callable[[str, int, int], Awaitable[None]]  # stage, page, pages

_LINE = 1 << 20  # longest line that a reader may say, bytes
_ROOT = Path(__file__).resolve().parent.parent


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
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "service.child",
            json.dumps(order),
            stdin=asyncio.subprocess.PIPE,  # closes when we die, and the reader with it
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            env=_environment(),
            limit=_LINE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(settings.job_seconds):
                last = await _listen(process, settings.job_stall_seconds, told)
                await process.wait()
        except TimeoutError:
            return _too_slow(settings)
        finally:
            await _end(process)
        if last is None:
            raise ReaderDied(f"exit status {process.returncode}: {_tail(said)}")
        if last.get("error", {}).get("code") == DEFECT:
            log.error("extractor failed", how=_tail(said))
    if error := last.get("error"):
        if error["code"] == NO_SPACE:
            raise OSError(errno.ENOSPC, error["message_en"])
        return Failure(error["code"], error["message"], error["message_en"])
    return Reading(**last)


async def _listen(process: asyncio.subprocess.Process, stall: int, told: Told) -> dict[str, Any] | None:
    """The reader's last word, or None when it ended without one."""
    assert process.stdout
    last = b""
    moved = time.monotonic()
    while line := await asyncio.wait_for(process.stdout.readline(), stall):
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


async def _end(process: asyncio.subprocess.Process) -> None:
    # The group, not the process alone: the OCR engine runs as its children.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    assert process.stdin and process.stdout
    process.stdin.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.stdout.read(), 5)  # to its end, so that the pipe is closed with the process
    await process.wait()


def _too_slow(settings: Settings) -> Failure:
    return Failure(
        "too-slow",
        f"Xử lý quá lâu (giới hạn {settings.job_seconds} giây cho cả văn bản, {settings.job_stall_seconds} giây "
        "không có tiến triển). Hãy tách tệp thành nhiều phần.",
        f"Reading took too long (limits: {settings.job_seconds} s in all, {settings.job_stall_seconds} s without "
        "progress). Split the file into parts.",
    )


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    # One thread a library: the extractor spreads pages over processes itself, and each idle thread takes address space.
    threads = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**os.environ, **threads, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _tail(said: IO[bytes]) -> str:
    end = said.seek(0, os.SEEK_END)
    said.seek(max(0, end - 4000))
    return said.read().decode(errors="replace").strip()
