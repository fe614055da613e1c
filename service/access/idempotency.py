"""Idempotency-Key: a request that is sent again because its answer got lost is answered alike, and not done twice."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import Problem
from service.store.database import Database
from service.store.tables import Answer

METHODS = ("POST", "PUT", "PATCH")
LONGEST_KEY = 255  # characters
LARGEST_ANSWER = 1 << 20  # bytes; larger ones are not kept, and their requests are done again
STALE = timedelta(minutes=10)  # a request that is under way for so long was cut off
SECRET = "no-store"  # in Cache-Control: what the answer says is written down nowhere


class Idempotency:
    """ASGI middleware for changes under ``/v1``. A key is its caller's own; method, address and body have to be the same.

    What was refused has changed nothing: it is not kept, and may be asked again under its key.
    """

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        actor = scope["state"]["actor"] if key is not None else None
        if key is None or actor is None or scope["method"] not in METHODS or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        if not 1 <= len(key) <= LONGEST_KEY:
            raise Problem(
                "invalid",
                errors=[{"field": "header.Idempotency-Key", "message_en": f"1 to {LONGEST_KEY} characters"}],
            )
        who = "\n".join((str(actor.id), scope["method"], scope["path"], key))
        name = hashlib.sha256(who.encode()).hexdigest()
        known = await asyncio.to_thread(self._claim, name)
        if known is None:
            await self._first(name, scope, receive, send)
        elif known.status is None:
            raise Problem(
                "conflict",
                "Yêu cầu với khóa này đang được thực hiện. Hãy gửi lại sau ít giây.",
                "A request with this key is under way. Send it again in a few seconds.",
                headers={"Retry-After": "1"},
            )
        else:
            await _again(known, scope, receive, send)

    def _claim(self, name: str) -> Answer | None:
        """The kept answer; None when this is the first to ask, whose the key now is."""
        try:
            with self._database.writing() as session:
                known = session.get(Answer, name, with_for_update=True)
                if known and known.status is None and known.created_at < datetime.now(UTC) - STALE:
                    known.created_at = datetime.now(UTC)
                    return None
                if known is None:
                    session.add(Answer(hash=name, created_at=datetime.now(UTC)))
                return known
        except IntegrityError:  # somebody asked at the very same moment
            with self._database.reading() as session:
                return session.get(Answer, name) or Answer(hash=name)

    async def _first(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(scope, receive)
        start: dict[str, Any] = {}
        answer = bytearray()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] < 400:
                    await body.rest()  # what the route had no use for belongs to the request all the same
                start.update(message)
            elif len(answer) <= LARGEST_ANSWER:
                answer.extend(message.get("body", b""))
            await send(message)

        done = False
        try:
            await self._app(scope, body.receive, sent)
            done = bool(start) and start["status"] < 400 and len(answer) <= LARGEST_ANSWER
        finally:
            await asyncio.to_thread(self._keep, name, body.hash, start if done else None, bytes(answer))

    def _keep(self, name: str, seen: str, start: dict[str, Any] | None, body: bytes) -> None:
        with self._database.writing() as session:
            answer = session.get(Answer, name)
            if answer is None:
                return
            if start is None:
                session.delete(answer)
                return
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in start["headers"]}
            secret = SECRET in headers.get("cache-control", "")
            answer.body_hash = seen
            answer.status = start["status"]
            answer.headers = None if secret else headers
            answer.body = None if secret else body


class _Body:
    """The body of a request, hashed while it is read."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._hash = hashlib.sha256(scope["query_string"] + b"\n")
        self._more = True

    async def receive(self) -> Message:
        message = await self._receive()
        self._hash.update(message.get("body", b""))
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def rest(self) -> None:
        while self._more:
            await self.receive()

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()


async def _again(known: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    body = _Body(scope, receive)
    await body.rest()
    if body.hash != known.body_hash:
        raise Problem("idempotency-mismatch")
    if known.headers is None:
        raise Problem(
            "conflict",
            "Yêu cầu này đã được thực hiện; bí mật trong câu trả lời chỉ được cho biết một lần.",
            "This was done already; the secret in its answer is told only once.",
        )
    headers = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in known.headers.items()]
    headers.append((b"idempotency-replayed", b"true"))
    await send({"type": "http.response.start", "status": known.status, "headers": headers})
    await send({"type": "http.response.body", "body": known.body or b""})
