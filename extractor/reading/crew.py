"""The child processes that read a file: each job has a time limit, and a child that dies or hangs costs one job."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Literal

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
        self._command = [sys.executable, "-P", "-m", "extractor.reading.child", str(path), media_type, engine]
        self._size = size
        self._children: list[_Child] = []
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

    def _hire(self) -> _Child:
        child = _Child(self._command)
        self._children.append(child)
        self._selector.register(child.output, selectors.EVENT_READ, child)
        return child

    def _dismiss(self, child: _Child) -> None:
        self._children.remove(child)
        self._selector.unregister(child.output)
        child.kill()


class _Child:
    """One child process, the leader of its own process group."""

    def __init__(self, command: list[str]) -> None:
        # The module path is handed on, so that a child finds the package wherever its parent found it.
        paths = [str(Path(__file__).parents[2]), *(p for p in sys.path if Path(p).is_absolute())]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONIOENCODING": "utf-8",
            "OMP_THREAD_LIMIT": "1",
            "OPENBLAS_NUM_THREADS": "1",  # else a buffer for each core counts against the memory limit
        }
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        assert self._process.stdin and self._process.stdout
        self._input: IO[bytes] = self._process.stdin
        self.output: IO[bytes] = self._process.stdout
        self._read = bytearray()
        self.job: Any = None
        self.deadline = 0.0

    def start(self, job: Job) -> None:
        job.attempts += 1
        self.job, self.deadline = job, time.monotonic() + job.seconds
        with contextlib.suppress(BrokenPipeError):  # its end is seen on its output
            self._input.write(json.dumps(job.request).encode() + b"\n")
            self._input.flush()

    def receive(self) -> bytes | None:
        """The answer once it is whole, b"" when the child is gone, None while more is to come."""
        data = os.read(self.output.fileno(), 1 << 16)
        self._read += data
        if not data:
            return b""
        if not self._read.endswith(b"\n"):
            return None
        answer = bytes(self._read)
        self._read.clear()
        return answer

    def kill(self) -> None:
        # The group outlives its leader while a program that the leader started still runs.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(BrokenPipeError):
            self._input.close()
        self.output.close()
        self._process.wait()
