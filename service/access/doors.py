"""The door that every request passes: known host, no other web site behind it, an id, and an answer whatever happens.

The service has no accounts yet, so it listens to its own machine alone. These checks keep a web page that somebody has
open on that machine from using the service by way of the browser (DNS rebinding, cross-site requests).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import Problem

log = structlog.get_logger()

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Doors:
    """ASGI middleware. `hosts` are the names, without port, that the service answers to."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began = time.monotonic()
        status = 0

        async def passed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, receive, passed)
        except Problem as problem:
            await problem.answer(instance=scope["path"], request_id=request_id)(scope, receive, passed)
        except Exception:
            log.exception("request failed", request_id=request_id, path=scope["path"])
            if status:
                raise  # half an answer is out already
            await Problem("internal-error").answer(instance=scope["path"], request_id=request_id)(
                scope, receive, passed
            )
        finally:
            log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                status=status,
                seconds=round(time.monotonic() - began, 4),
            )

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if _name(headers.get("host", "")) not in self._hosts:
            raise Problem("misdirected")
        if scope["method"] in _SAFE:
            return
        # Browsers say where a request comes from; other programs say nothing and carry no one's session.
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            if site not in ("same-origin", "none"):
                raise Problem("cross-site")
        elif origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
            raise Problem("cross-site")


def _name(host: str) -> str:
    """A Host header without its port."""
    host = host.lower()
    if host.startswith("["):
        return host[: host.find("]") + 1]
    return host.partition(":")[0]
