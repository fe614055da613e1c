"""The process that readers are forked from: what every reader needs is loaded there, once.

Loading the extractor takes seconds of a core, a small document a twentieth of one. Each document is still read in a process
of its own; only what was loaded before any document was seen is shared. ``python -m service.stem EXTRACTOR`` is that process: on
standard input, a socket, come JSON lines, each answered by one:
``{"fork": order}``, with the descriptors of the reader's standard input, output and error: its process id;
``{"end": process id}``: of a reader; when the answer comes, its group was killed.
It ends when the socket closes, so it does not outlive a worker that was killed.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from service import child
from service.child import Order
from service.trace import trace

_ROOT = Path(__file__).resolve().parent.parent
_LONGEST = 1 << 16  # bytes of a line
_PATIENCE = 120.0  # seconds for an answer: loading takes a few on an idle machine


class Gone(Exception):
    """The stem has died, or says nothing. The next fork begins a new one."""


class Stem:
    """The stem of one worker; begun at once, begun anew after it has died. Any thread may call it."""

    def __init__(self, extractor: str) -> None:
        self._extractor = extractor
        self._lock = threading.Lock()
        self._closed = False
        self._begin()

    def fork(self, order: Order, stdin: int, stdout: int, stderr: int) -> int:
        """A new reader with these descriptors, the leader of its process group: its process id. Raises Gone."""
        return self._ask({"fork": order}, stdin, stdout, stderr)

    def end(self, process: int) -> None:
        """Kill what is left of a reader and its group. Raises Gone."""
        self._ask({"end": process})

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._drop()

    def _ask(self, what: dict[str, Any], *descriptors: int) -> int:
        with self._lock:
            if self._closed:
                raise Gone("closed")
            try:
                socket.send_fds(self._door, [json.dumps(what).encode() + b"\n"], descriptors)
                if answer := self._answers.readline():
                    return int(answer)
            except OSError as error:
                how: object = error
            else:
                how = "no answer"
            self._drop()
            self._begin()
            raise Gone(how)

    def _begin(self) -> None:
        self._door, theirs = socket.socketpair()
        self._door.settimeout(_PATIENCE)
        self._answers = self._door.makefile("rb")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "service.stem", self._extractor],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )

    def _drop(self) -> None:
        self._answers.close()
        self._door.close()
        self._process.kill()
        self._process.wait()


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    # One thread a library: the extractor spreads pages over processes itself, each idle thread takes address space, and what
    # has threads can not be forked.
    threads = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    return {**os.environ, **threads, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def main() -> None:
    for polite in (signal.SIGTERM, signal.SIGINT):  # for the worker, which lets readers finish
        signal.signal(polite, signal.SIG_IGN)
    _load(sys.argv[1])
    door = socket.socket(fileno=os.dup(0))
    line, descriptors = b"", list[int]()
    while True:
        some, given, _, _ = socket.recv_fds(door, _LONGEST, 3)
        if not some:
            return
        line, descriptors = line + some, descriptors + given
        if not line.endswith(b"\n"):
            continue
        asked = json.loads(line)
        answer = _fork(asked["fork"], door, descriptors) if "fork" in asked else _end(asked["end"])
        door.sendall(b"%d\n" % answer)
        for descriptor in descriptors:
            os.close(descriptor)
        line, descriptors = b"", list[int]()


def _load(extractor: str) -> None:
    # What can not be loaded here fails in the reader, which says so.
    with contextlib.suppress(ImportError):
        child.load()
        import_module(extractor).load()
    gc.collect()
    gc.freeze()  # looking for garbage would copy every page of it into each reader


def _fork(order: Order, door: socket.socket, descriptors: list[int]) -> int:
    if process := os.fork():
        return process
    status = 1
    try:
        door.close()
        os.setsid()
        for polite in (signal.SIGTERM, signal.SIGINT):
            signal.signal(polite, signal.SIG_DFL)
        for ours, given in enumerate(descriptors):
            os.dup2(given, ours)
            os.close(given)
        child.read(order)
        status = 0
    except BaseException as error:
        print(trace(error), file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def _end(process: int) -> int:
    # The group, not the process alone: the OCR engine runs as its children. Nobody else can have its number before we wait for it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)  # before it led its group
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)
    return process


if __name__ == "__main__":
    main()
