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
        self._hands: list[_Hand] = []
        self._selector = selectors.DefaultSelector()

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hand in list(self._hands):
            self._dismiss(hand)
        self._selector.close()

    def run(self, jobs: list[Job], tick: Callable[[], None] = lambda: None) -> Iterator[Job]:
        """Yield the jobs as they are done. `tick` is called several times a second; what it raises ends the work."""
        waiting = deque(jobs)
        while waiting or any(hand.job for hand in self._hands):
            for hand in self._hands:
                if waiting and hand.job is None:
                    hand.start(waiting.popleft())
            while waiting and len(self._hands) < self._size:
                self._hire().start(waiting.popleft())
            done: list[Job] = []
            for key, _ in self._selector.select(_TICK_SECONDS):
                hand = key.data
                if (line := hand.receive()) is None:
                    continue
                job, hand.job = hand.job, None
                if line:
                    job.outcome, job.answer = "answered", json.loads(line)
                    done.append(job)
                    continue
                self._dismiss(hand)
                if job and job.attempts < _ATTEMPTS:
                    waiting.appendleft(job)
                elif job:
                    job.outcome = "died"
                    done.append(job)
            now = time.monotonic()
            for hand in [hand for hand in self._hands if hand.job and now > hand.deadline]:
                job = hand.job
                self._dismiss(hand)
                job.outcome = "timed-out"
                done.append(job)
            yield from done
            tick()

    def _hire(self) -> _Hand:
        hand = _Hand(new_child(*self._order))
        self._hands.append(hand)
        self._selector.register(hand.child.talk, selectors.EVENT_READ, hand)
        return hand

    def _dismiss(self, hand: _Hand) -> None:
        self._hands.remove(hand)
        self._selector.unregister(hand.child.talk)
        hand.child.kill()


class _Hand:
    """One of the crew: a child process and the job that it is at."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.job: Any = None
        self.deadline = 0.0
        self._read = bytearray()

    def start(self, job: Job) -> None:
        job.attempts += 1
        self.job, self.deadline = job, time.monotonic() + job.seconds
        with contextlib.suppress(OSError):  # its end is seen when it is listened to
            self.child.talk.sendall(json.dumps(job.request).encode() + b"\n")

    def receive(self) -> bytes | None:
        """The answer once it is whole, b"" when the child is gone, None while more is to come."""
        try:
            data = self.child.talk.recv(1 << 16)
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
