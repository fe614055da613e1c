"""Where the processes that read pages come from: one that has loaded what each of them needs, and is forked for each.

To load it takes most of a second of a core, as long as to read a page. `python -m extractor.reading.nursery REQUESTS LIFELINE`
is that process. On the socket REQUESTS come messages with two sockets each: the new child talks on the first (`child`); the second is its leash:
when nobody holds its other end any more, the child's process group is killed, and that done, ours is closed. It ends, with all its children, when
nobody holds the other end of the pipe LIFELINE, so that it outlives no parent that was killed.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path

from extractor.errors import TesseractMissing
from extractor.reading import child

# What children load for nearly every file, but for onnxruntime, which begins a thread. What cannot be loaded here fails in the child, which says so.
LOADED = (
    "extractor.reading.layer",
    "extractor.reading.pdf",
    "extractor.reading.picture",
    "pyhanko.pdf_utils.reader",
    "pyhanko.sign.validation.status",
)
# One thread a library: pages are read side by side, each idle thread takes address space, and what has threads cannot be forked.
THREADS = {"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_PATIENCE = 0.5  # seconds to wait until a child is gone; one that has yet to be forked is killed later


class Nursery:
    """The nursery of this process and of those that are forked from it. Any thread may call it."""

    def __init__(self) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ending, self._lifeline = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "extractor.reading.nursery", str(theirs.fileno()), str(ending)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | THREADS | {"PYTHONPATH": os.pathsep.join(_paths()), "PYTHONIOENCODING": "utf-8"},
                pass_fds=[theirs.fileno(), ending],
                start_new_session=True,
            )
        finally:
            theirs.close()
            os.close(ending)

    def child(self, *order: str) -> Child:
        """A new child with an order (see `child.main`). Raises OSError when the nursery has died."""
        talk, theirs = socket.socketpair()
        leash, held = socket.socketpair()
        try:
            socket.send_fds(self._requests, [b"."], [theirs.fileno(), held.fileno()])
        except OSError:
            talk.close()
            leash.close()
            raise
        finally:
            theirs.close()
            held.close()
        environment = os.environ | THREADS
        first = {"order": order, "environment": environment, "paths": _paths(), "niceness": os.nice(0)}
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # its end is seen when it is listened to
            talk.sendall(json.dumps(first).encode() + b"\n")
        return Child(talk, leash)

    def close(self) -> None:
        os.close(self._lifeline)
        self._requests.close()


def _paths() -> list[str]:
    """Where modules are, so that a child finds them wherever its parent found them."""
    return [str(Path(__file__).parents[2]), *(path for path in sys.path if Path(path).is_absolute())]


class Child:
    """A child: the socket that it talks on, and its leash."""

    def __init__(self, talk: socket.socket, leash: socket.socket) -> None:
        self.talk = talk
        self._leash = leash

    def kill(self) -> None:
        """Kill it and what it has started; when this returns, it is gone, if it had answered before."""
        self.talk.close()
        with self._leash:
            self._leash.settimeout(_PATIENCE)
            with contextlib.suppress(OSError):
                self._leash.shutdown(socket.SHUT_WR)
                self._leash.recv(1)


_nurseries: list[Nursery] = []
_lock = threading.Lock()


def begin() -> Nursery:
    """The nursery, begun if there is none yet."""
    with _lock:
        if not _nurseries:
            _nurseries.append(Nursery())
        return _nurseries[0]


def new_child(*order: str) -> Child:
    """A new child with an order (see `child.main`)."""
    nursery = begin()
    try:
        return nursery.child(*order)
    except OSError:
        with _lock:
            if nursery in _nurseries:
                _nurseries.remove(nursery)
                nursery.close()
    return begin().child(*order)


def main(requests: socket.socket, lifeline: int) -> None:
    """Fork a child for every request until nobody holds the lifeline."""
    _load()
    gc.collect()
    gc.freeze()  # looking for garbage would copy every page of it into each child
    children: dict[socket.socket, int] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        selector.register(lifeline, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is requests:
                    talk, leash = _sockets(requests)
                    if not (process := os.fork()):
                        for held in (requests, leash, *children):
                            held.close()
                        _be_a_child(talk, lifeline)
                    talk.close()
                    children[leash] = process
                    selector.register(leash, selectors.EVENT_READ)
                elif key.fileobj == lifeline:
                    for process in children.values():
                        _end(process)
                    return
                elif isinstance(key.fileobj, socket.socket):
                    leash = key.fileobj
                    _end(children.pop(leash))
                    selector.unregister(leash)
                    leash.close()


def _load() -> None:
    import cv2  # here, for parents import this module as well

    from extractor.reading.engine import load
    from extractor.reading.repair import bigrams

    for module in LOADED:
        with contextlib.suppress(ImportError):
            import_module(module)
    cv2.setNumThreads(1)
    bigrams()
    with contextlib.suppress(TesseractMissing):
        load()


def _sockets(requests: socket.socket) -> tuple[socket.socket, socket.socket]:
    _, (talk, leash), _, _ = socket.recv_fds(requests, 1, 2)
    return socket.socket(fileno=talk), socket.socket(fileno=leash)


def _be_a_child(talk: socket.socket, lifeline: int) -> None:
    status = 1
    try:
        os.close(lifeline)
        os.setsid()
        os.dup2(talk.fileno(), 0)
        os.dup2(talk.fileno(), 1)
        talk.close()
        first = json.loads(sys.stdin.readline())
        os.environ.clear()
        os.environ.update(first["environment"])
        sys.path[:] = dict.fromkeys(first["paths"] + sys.path)
        os.nice(max(0, first["niceness"] - os.nice(0)))
        child.main(*first["order"])
        status = 0
    finally:
        os._exit(status)


def _end(process: int) -> None:
    # The group, not the process alone: engines start programs. Nobody else can have its number before it is waited for.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)  # before it led its group
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
