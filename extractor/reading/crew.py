"""The child processes that read a file: each job has a time limit, and a child that dies or hangs costs one job."""

from __future__ import annotations

import contextlib
import json
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from extractor.reading.nursery import Child, new_child

Outcome = Literal["answered", "died", "timed-out"]

_TICK_SECONDS = 0.25
_ATTEMPTS = 2  # a child may be killed for what is not its page's fault, such as the machine's memory running short


@dataclass
class Job:
    """A request to a child, how long it may take, and after that how it went."""

    request: dict[str, Any]
    seconds: float
    attempts: int = 0
    outcome: Outcome = "answered"
    answer: dict[str, Any] = field(default_factory=dict)


class Crew:
    """Up to `size` children at work on one file. Leaving the `with` block kills them and all that they started."""

    def __init__(self, path: Path, media_type: str, engine: str, size: int) -> None:
        self._order = (str(path), media_type, engine)
        self._size = size
        self._children: list[_Hand] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in list(self._children):
            self._dismiss(child)
        self._selector.close()

    def run(self, jobs: list[Job], tick: Callable[[], None] = lambda: None) -> Iterator[Job]:
        """Yield the jobs as they are done. `tick` is called several times a second; what it raises ends the work."""
        waiting = deque(jobs)
        while waiting or any(c.job for c in self._children):
            for child in self._children:
                if waiting and child.job is None:
                    child.start(waiting.popleft())
            while waiting and len(self._children) < self._size:
                self._hire().start(waiting.popleft())
            done: list[Job] = []
            for key, _ in self._selector.select(_TICK_SECONDS):
                child = key.data
                if (line := child.receive()) is None:
                    continue
                job, child.job = child.job, None
                if line:
                    job.outcome, job.answer = "answered", json.loads(line)
                    done.append(job)
                    continue
                self._dismiss(child)
                if job and job.attempts < _ATTEMPTS:
                    waiting.appendleft(job)
                elif job:
                    job.outcome = "died"
                    done.append(job)
            now = time.monotonic()
            for child in [c for c in self._children if c.job and now > c.deadline]:
                job = child.job
                self._dismiss(child)
                job.outcome = "timed-out"
                done.append(job)
            yield from done
            tick()

    def _hire(self) -> _Hand:
        child = _Hand(new_child(*self._order))
        self._children.append(child)
        self._selector.register(child.process.talk, selectors.EVENT_READ, child)
        return child

    def _dismiss(self, child: _Hand) -> None:
        self._children.remove(child)
        self._selector.unregister(child.process.talk)
        child.process.kill()


class _Hand:
    """One of the crew: a child process and the job that it is at."""

    def __init__(self, process: Child) -> None:
        self.process = process
        self.job: Any = None
        self.deadline = 0.0
        self._read = bytearray()

    def start(self, job: Job) -> None:
        job.attempts += 1
        self.job, self.deadline = job, time.monotonic() + job.seconds
        with contextlib.suppress(OSError):  # its end is seen when it is listened to
            self.process.talk.sendall(json.dumps(job.request).encode() + b"\n")

    def receive(self) -> bytes | None:
        """The answer once it is whole, b"" when the child is gone, None while more is to come."""
        try:
            data = self.process.talk.recv(1 << 16)
        except ConnectionResetError:  # it did not hear all that it was told
            data = b""
        self._read += data
        if not data:
            return b""
        if not self._read.endswith(b"\n"):
            return None
        answer = bytes(self._read)
        self._read.clear()
        return answer
