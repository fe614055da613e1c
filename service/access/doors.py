"""The door that every request passes: known host, no other web site behind it, who it is, not too often, an id, and an
answer whatever happens.

No address of the service is open to strangers but the sign-in, the documentation and the health check; which of the rest a
caller may use, each route says (`service.api.at_hand`).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit
from uuid import uuid4

import limits
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.access import accounts, subscription_token, tokens
from service.access.actor import Actor
from service.patience import passing
from service.problems import Problem
from service.settings import Settings
from service.store.database import Database

log = structlog.get_logger()

COOKIE = "directives_session"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_PROOFS = {("POST", "/v1/session"), ("POST", "/v1/invitation"), ("GET", "/oidc/callback")}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_OPEN_PAGES = (
    "/sign-in",
    "/way-in",
    "/language",
    "/docs",
    "/problems",
    "/static/",
    "/openapi.json",
    "/metrics",
    "/oidc/",
)


class Doors:
    """ASGI middleware. `hosts` are the names, without port, that the service answers to."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], database: Database, settings: Settings) -> None:
        self._app = app
        self._hosts = {host.lower() for host in hosts}
        self._database = database
        # Counted in this process: each process that answers has its own measure.
        self._counter = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())
        self._often = limits.RateLimitItemPerMinute(settings.rate_per_minute)
        self._sign_ins = limits.RateLimitItemPerMinute(settings.sign_ins_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state["actor"] = None
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)  # every line of the log says it
        began = time.monotonic()
        status = 0

        async def passed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    answered.setdefault(name, value)
            await send(message)

        try:
            self._check(scope, headers)
            try:
                state["actor"] = await self._who(scope, headers, request_id)
            finally:  # also of a token that is none
                self._count(scope, state["actor"])
            if state["actor"] is None and _is_page(scope["path"]):
                where = quote(scope["path"] + ("?" + scope["query_string"].decode() if scope["query_string"] else ""))
                await RedirectResponse(f"/sign-in?next={where}", 303)(scope, receive, passed)
            else:
                await self._app(scope, receive, passed)
        except ClientDisconnect:
            log.info("the caller has gone", path=scope["path"])
        except (Problem, HTTPException) as error:
            problem = error if isinstance(error, Problem) else Problem.of_status(error.status_code)
            await problem.answer(instance=scope["path"], request_id=request_id)(scope, receive, passed)
        except Exception as error:
            lack = passing(error)
            if lack:
                log.warning("cannot answer now", path=scope["path"], why=type(error).__name__)
            else:
                log.exception("request failed", path=scope["path"])
            if status:
                raise  # half an answer is out already
            answer = Problem.of_lack(error) if lack else Problem("internal-error")
            await answer.answer(instance=scope["path"], request_id=request_id)(scope, receive, passed)
        finally:
            actor: Actor | None = state["actor"]
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],  # without the query: what people search for is theirs
                actor=str(actor.id) if actor else None,
                status=status,
                seconds=round(time.monotonic() - began, 4),
            )

    def _check(self, scope: Scope, headers: Headers) -> None:
        if _name(headers.get("host", "")) not in self._hosts:
            raise Problem("misdirected")
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem("bad-request", "Địa chỉ có ký tự NUL.", "There is a NUL character in the address.")
        if scope["method"] in _SAFE:
            return
        # Browsers say where a request comes from; other programs say nothing, and carry no cookie.
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            if site not in ("same-origin", "none"):
                raise Problem("cross-site")
        elif origin is not None:
            if urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
                raise Problem("cross-site")
        elif cookie_of(headers):
            raise Problem("cross-site")

    async def _who(self, scope: Scope, headers: Headers, request_id: str) -> Actor | None:
        if (secret := subscription_token.shown(scope, headers)) is not None:
            challenge = subscription_token.challenge(scope["path"])
            actor = await asyncio.to_thread(self._by_token, secret, request_id, challenge)
            if not subscription_token.suffices(actor, scope["path"]):
                raise Problem("subscription-token-only", headers={"WWW-Authenticate": challenge})
            return actor
        kind, _, secret = headers.get("authorization", "").partition(" ")
        cookie = cookie_of(headers)
        if kind.lower() == "bearer":
            return await asyncio.to_thread(self._by_token, secret.strip(), request_id)
        if cookie:
            return await asyncio.to_thread(self._by_cookie, cookie, request_id)
        return None

    def _by_token(self, secret: str, request_id: str, challenge: str = 'Bearer error="invalid_token"') -> Actor:
        now = datetime.now(UTC)
        with self._database.reading() as session:
            token = tokens.find(session, secret, now)
            if token is None:
                raise Problem("unauthenticated", headers={"WWW-Authenticate": challenge})
        if not tokens.is_noted(token, now):
            self._note(lambda session: tokens.note_use(session, token.id, now))
        return tokens.actor_of(token, request_id)

    def _by_cookie(self, cookie: str, request_id: str) -> Actor | None:
        now = datetime.now(UTC)
        with self._database.reading() as session:
            user = accounts.signed_in(session, cookie, now)
            noted = accounts.is_noted(session, cookie, now)
        if user and not noted:
            self._note(lambda session: accounts.note_use(session, cookie, now))
        return accounts.actor_of(user, request_id) if user else None

    def _note(self, use: Callable[[Session], None]) -> None:
        try:
            with self._database.writing() as session:
                use(session)
        except SQLAlchemyError as error:
            # A full disk: whoever only reads is served all the same.
            log.warning("use not noted", why=type(error).__name__)

    def _count(self, scope: Scope, actor: Actor | None) -> None:
        address = scope["client"][0] if scope.get("client") else "?"
        proving = (scope["method"], scope["path"]) in _PROOFS
        limit = self._sign_ins if proving else self._often
        who = f"{proving}:{actor.id if actor and not proving else address}"
        if not self._counter.hit(limit, who):
            wait = self._counter.get_window_stats(limit, who).reset_time - time.time()
            raise Problem("too-many-requests", headers={"Retry-After": str(max(1, round(wait)))})


def cookie_of(headers: Headers) -> str | None:
    """The secret in the sign-in cookie."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return found.value if found else None


def _is_page(path: str) -> bool:
    return not path.startswith(("/v1/", *_OPEN_PAGES))


def _name(host: str) -> str:
    """A Host header without its port."""
    host = host.lower()
    if host.startswith("["):
        return host[: host.find("]") + 1]
    return host.partition(":")[0]
