"""Whoever is slow keeps nobody else out: a real server with little room and short patience."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from service.access.connections import Connection

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"


class Impatient(Connection):
    MOST = 8
    LOOK = 0.5
    LEAST = 1000
    GRACE = 0.2


class Server:
    """Counts what comes; `/sse` says a word now and then for ever, `/large` sends more than anybody keeps."""

    def __init__(self) -> None:
        self.broken_off = 0
        self.ended = 0
        door = socket.create_server(("127.0.0.1", 0))
        self.address = door.getsockname()
        config = uvicorn.Config(self.app, http=Impatient, interface="asgi3", log_config=None, timeout_keep_alive=60)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [door]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/sse":
            await StreamingResponse(self._words())(scope, receive, send)
        elif scope["path"] == "/large":
            try:
                await StreamingResponse(self._much())(scope, receive, send)
            finally:
                self.ended += 1
        else:
            try:
                body = await Request(scope, receive).body()
            except ClientDisconnect:
                self.broken_off += 1
                return
            await PlainTextResponse(str(len(body)))(scope, receive, send)

    async def _words(self) -> Any:
        while True:
            yield b"word\n"
            await asyncio.sleep(1.5)

    async def _much(self) -> Any:
        while True:
            yield b"x" * 100_000
            await asyncio.sleep(0)

    def held(self) -> int:
        return len(self._server.server_state.connections)

    def stop(self) -> None:
        self._server.force_exit = self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def server() -> Iterator[Server]:
    opened = Server()
    yield opened
    opened.stop()


def _call(server: Server, *said: bytes) -> socket.socket:
    caller = socket.create_connection(server.address, timeout=20)
    for part in said:
        caller.sendall(part)
    return caller


def _answer(caller: socket.socket, *, keep: bool = False) -> tuple[int, Any]:
    """Status and body; then the connection is closed from here, unless it is to be kept."""
    with caller.makefile("rb") as answer:
        status = int(answer.readline().split()[1])
        headers = {}
        while (line := answer.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = answer.read(int(headers["content-length"]))
    if not keep:
        caller.close()
    return status, json.loads(body) if "json" in headers["content-type"] else body


def _trickle(caller: socket.socket, piece: bytes) -> None:
    def send() -> None:
        try:
            while True:
                caller.sendall(piece)
                time.sleep(0.05)
        except OSError:
            pass

    threading.Thread(target=send, daemon=True).start()


@pytest.mark.parametrize(
    ("begun", "piece"),
    [(b"", b""), (b"GET / HTTP/1.1\r\n", b"A: a\r\n"), (POST, b""), (POST, b"a"), (GET, b"G")],
    ids=["nothing", "head trickles", "no body", "body trickles", "kept, head trickles"],
)
def test_who_does_not_get_on_is_given_up(server: Server, begun: bytes, piece: bytes) -> None:
    caller = _call(server, begun)
    if begun == GET:
        assert _answer(caller, keep=True) == (200, b"0")
    if piece:
        _trickle(caller, piece)
    status, problem = _answer(caller)
    assert (status, problem["code"]) == (408, "too-slow")
    assert problem["detail"] and problem["detail_en"]
    until = time.monotonic() + 10
    while server.held() and time.monotonic() < until:
        time.sleep(0.05)
    assert server.held() == 0
    assert server.broken_off == (1 if begun == POST else 0), "the application learns of it"


def test_a_kept_connection_may_rest(server: Server) -> None:
    caller = _call(server, GET)
    assert _answer(caller, keep=True) == (200, b"0")
    time.sleep(3 * Impatient.LOOK)
    caller.sendall(GET)
    assert _answer(caller) == (200, b"0")


def test_who_gets_on_slowly_is_served(server: Server) -> None:
    caller = _call(server, POST.replace(b"1000000", b"9000"))
    for _ in range(9):
        caller.sendall(b"a" * 1000)
        time.sleep(0.3)
    assert _answer(caller) == (200, b"9000")


def test_a_watcher_who_is_told_little_stays(server: Server) -> None:
    watcher = _call(server, b"GET /sse HTTP/1.1\r\nHost: a\r\n\r\n")
    heard = b""
    while heard.count(b"word") < 3:
        piece = watcher.recv(1000)
        assert piece, "given up"
        heard += piece


def test_who_takes_nothing_of_an_answer_is_given_up(server: Server) -> None:
    taker = _call(server, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    until = time.monotonic() + 20
    while not server.ended and time.monotonic() < until:
        time.sleep(0.05)
    assert server.held() == 0 and server.ended == 1
    taker.close()


def test_who_takes_an_answer_is_not(server: Server) -> None:
    taker = _call(server, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
    until = time.monotonic() + 2
    while time.monotonic() < until:
        assert taker.recv(1 << 20)
    taker.close()


def test_newcomers_get_the_places_of_the_slow(server: Server) -> None:
    Impatient.LOOK = 60  # nobody is given up but for others
    try:
        slow = [_call(server, POST, b"a" * n) for n in range(Impatient.MOST)]
        time.sleep(2 * Impatient.GRACE)
        assert server.held() == Impatient.MOST
        for _ in range(5):
            assert _answer(_call(server, GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))) == (200, b"0")
        status, problem = _answer(slow[0])
        assert (status, problem["code"]) == (408, "too-slow"), "who has sent least"
        slow[-1].sendall(b"a" * (1_000_000 - len(slow) + 1))
        assert _answer(slow[-1]) == (200, b"1000000"), "who has sent most"
    finally:
        Impatient.LOOK = 0.5
        for caller in slow:
            caller.close()


def test_when_all_are_being_answered_a_newcomer_is_told_so(server: Server) -> None:
    watchers = [_call(server, b"GET /sse HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(Impatient.MOST)]
    for watcher in watchers:
        assert watcher.recv(100)
    assert _answer(_call(server, GET)) == (200, b"0"), "there is always room for one that is quick"
    watchers.append(_call(server, b"GET /sse HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert watchers[-1].recv(100)
    time.sleep(0.5)
    assert b"503" not in watchers[-1].recv(1000), "nor is anybody told so in the middle of an answer"
    status, problem = _answer(_call(server, GET))
    assert (status, problem["code"]) == (503, "busy")
    watchers[0].close()
    time.sleep(0.5)
    assert _answer(_call(server, GET)) == (200, b"0")
    for watcher in watchers:
        watcher.close()


def test_what_is_no_http_is_answered_like_every_mistake(server: Server) -> None:
    status, problem = _answer(_call(server, b"\x16\x03\x01 hello\r\n\r\n"))
    assert (status, problem["code"]) == (400, "bad-request")
