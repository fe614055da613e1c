"""A receiver of webhooks on a real port: it keeps what it was sent, and answers as it is told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Call:
    path: str
    headers: dict[str, str]
    body: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    @property
    def sequence(self) -> int:
        return int(self.event["data"]["sequence"])

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, Any]:
        """The body, if the signature is right. Raises WebhookVerificationError."""
        event: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return event


class Receiver:
    """`answers` are the statuses of the next answers, then 204; `judge` chooses by the call; `pause` is in seconds."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.answers: deque[int] = deque()
        self.judge: Callable[[Call], int] | None = None
        self.pause = 0.0
        self.at_once = self.most_at_once = 0
        self._counting = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._take(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def url(self, host: str = "127.0.0.1", scheme: str = "http", path: str = "/hook") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def wait_for(self, count: int, seconds: float = 60) -> list[Call]:
        """Its calls, as soon as there are so many."""
        end = time.monotonic() + seconds
        while len(self.calls) < count:
            assert time.monotonic() < end, f"{len(self.calls)} of {count} calls came"
            time.sleep(0.02)
        return self.calls

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        with self._counting:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            body = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
            call = Call(handler.path, {name.lower(): value for name, value in handler.headers.items()}, body)
            time.sleep(self.pause)
            status = self.judge(call) if self.judge else self.answers.popleft() if self.answers else 204
            self.calls.append(call)
        finally:
            with self._counting:
                self.at_once -= 1
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        if 300 <= status < 400:
            handler.send_header("Location", "/elsewhere")
        handler.end_headers()
