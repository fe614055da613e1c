"""Connections: whoever is slow keeps nobody else out.

A connection that waits for its sender costs little, but there is room for only so many. So a sender has to get on: a request
begins within a look, its body comes at a least rate, an answer is taken. And when all places are taken, a newcomer gets the
place of whoever does the least with it, among those of the address that holds the most. When all are as new as it is, a
moment shows who gets on; only when all are being answered, and some more, is it turned away.
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter
from typing import Any, ClassVar, NamedTuple

import h11
import structlog
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from service.problems import Problem

log = structlog.get_logger()


class _Seen(NamedTuple):
    """What a connection was doing at a look."""

    sending: tuple[Any, Any] | None  # the request, and which part of it the sender is at
    received: int
    left: int  # bytes of an answer that nobody has taken
    emptied: int


class Connection(H11Protocol):
    """The server's protocol, for ``uvicorn.Config(http=…)``."""

    MOST: ClassVar[int] = 500  # connections at once; each may need a second file
    LOOK: ClassVar[float] = 20.0  # seconds between two looks at what a connection does
    LEAST: ClassVar[int] = 20_000  # bytes of a body that have to come within a look: 1 kB a second
    GRACE: ClassVar[float] = 3.0  # seconds that a newcomer has at any rate

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._began = time.monotonic()
        self._received = 0  # bytes, in all
        self._emptied = 0  # times that what waited to be taken was
        self._seen = _Seen((None, h11.IDLE), 0, 0, 0)
        self._looking = self.loop.call_later(self.LOOK, self._look)
        if len(self.connections) > self._room():
            self._make_room(patient=len(self.connections) < 1.2 * self._room())

    def connection_lost(self, exc: Exception | None) -> None:
        self._looking.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)

    def resume_writing(self) -> None:
        self._emptied += 1
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        self._refuse(Problem("bad-request"))

    @property
    def waits(self) -> bool:
        """Whether it is the sender's turn."""
        if self.transport.is_closing() or self.flow.read_paused:
            return False
        if self.conn.their_state is h11.SEND_BODY:
            return not self.cycle.waiting_for_100_continue
        return self.conn.their_state is h11.IDLE

    @property
    def _rests(self) -> bool:
        """Whether it is kept for a request that has not begun; the server's own timer ends that."""
        return self.timeout_keep_alive_task is not None

    def _look(self) -> None:
        sending = (self.cycle, self.conn.their_state) if self.waits and not self._rests else None
        was, now = self._seen, _Seen(sending, self._received, self.transport.get_write_buffer_size(), self._emptied)
        self._seen = now
        if sending and sending == was.sending and now.received - was.received < self.LEAST:
            self._give_up()
        elif now.left and now.emptied == was.emptied and was.left - now.left < self.LEAST and was.left:
            self.transport.abort()  # nobody takes the answer
            return
        self._looking = self.loop.call_later(self.LOOK, self._look)

    def _make_room(self, *, patient: bool = False) -> None:
        """Give somebody up; `patient`: not before a moment has shown who is slow."""
        if self.transport.is_closing() or len(self.connections) <= self._room():
            return
        now = time.monotonic()
        slow = [
            other
            for other in self.connections
            if isinstance(other, Connection) and other.waits and now - other._began > self.GRACE
        ]
        if not slow and patient:
            self.loop.call_later(1.1 * self.GRACE, self._make_room)
            return
        if not slow and self.conn.our_state is not h11.IDLE:
            return  # it was quick, and is being answered
        if not slow:
            self._refuse(Problem("busy", headers={"Retry-After": "5"}))
            return
        held = Counter(other._address for other in self.connections if isinstance(other, Connection))
        least = min(slow, key=lambda other: (-held[other._address], other._received / (now - other._began)))
        least._give_up()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _room(self) -> int:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return self.MOST if files == resource.RLIM_INFINITY else min(self.MOST, files // 3)

    def _give_up(self) -> None:
        answering = self.cycle and self.cycle.response_started and not self.cycle.response_complete
        if answering or self._rests:
            self.transport.close()
            return
        log.info("sender too slow", address=self._address, received=self._received)
        self._refuse(Problem("too-slow"))

    def _refuse(self, problem: Problem) -> None:
        """Answer beside the application, which learns that its caller is gone."""
        if self.cycle:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        answer = problem.answer(instance="", request_id="")
        head = [b"HTTP/1.1 %d %s" % (answer.status_code, STATUS_PHRASES[answer.status_code])]
        head += [name + b": " + value for name, value in answer.raw_headers]
        self.transport.write(b"\r\n".join([*head, b"connection: close", b"", bytes(answer.body)]))
        self.transport.close()
