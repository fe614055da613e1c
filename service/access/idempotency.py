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

LARGEST_ANSWER = 1 << 20  # bytes; larger ones are not kept, and their requests are done again
STALE = timedelta(minutes=10)  # a request that is under way for so long was cut off


class Idempotency:
    """ASGI middleware for POST and PATCH under ``/v1``. A key is its caller's own; the body has to be the same."""

    def __init__(self, app: ASGIApp, database: Database) -> None:
        self._app = app
        self._database = database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        if key is None or scope["method"] not in ("POST", "PATCH") or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        if not 1 <= len(key) <= 255:
            raise Problem("invalid", errors=[{"field": "header.Idempotency-Key", "message_en": "1 to 255 characters"}])
        actor = scope["state"]["actor"]
        who = "\n".join((str(actor.id if actor else ""), scope["method"], scope["path"], key))
        name = hashlib.sha256(who.encode()).hexdigest()
        known = await asyncio.to_thread(self._claim, name)
        if known is None:
            await self._first(name, scope, receive, send)
        elif known.status is None:
            raise Problem("conflict", headers={"Retry-After": "1"})
        else:
            await _again(known, scope, receive, send)

    def _claim(self, name: str) -> Answer | None:
        """The kept answer; None when this is the first to ask, whose the key now is."""
        try:
            with self._database.writing() as session:
                known = session.get(Answer, name)
                if known and known.status is None and known.created_at < datetime.now(UTC) - STALE:
                    session.delete(known)
                    session.flush()
                    known = None
                if known is None:
                    session.add(Answer(hash=name, created_at=datetime.now(UTC)))
                return known
        except IntegrityError:  # somebody asked at the very same moment
            with self._database.reading() as session:
                return session.get_one(Answer, name)

    async def _first(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        seen = hashlib.sha256(scope["query_string"] + b"\n")
        start: dict[str, Any] = {}
        body = bytearray()

        async def received() -> Message:
            message = await receive()
            seen.update(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif len(body) <= LARGEST_ANSWER:
                body.extend(message.get("body", b""))
            await send(message)

        done = False
        try:
            await self._app(scope, received, sent)
            done = bool(start) and start["status"] < 500 and len(body) <= LARGEST_ANSWER
        finally:
            await asyncio.to_thread(self._keep, name, seen.hexdigest(), start if done else None, bytes(body))

    def _keep(self, name: str, seen: str, start: dict[str, Any] | None, body: bytes) -> None:
        with self._database.writing() as session:
            answer = session.get_one(Answer, name)
            if start is None:
                session.delete(answer)
                return
            answer.body_hash = seen
            answer.status = start["status"]
            answer.headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in start["headers"]}
            answer.body = body


async def _again(known: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    seen = hashlib.sha256(scope["query_string"] + b"\n")
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        seen.update(message.get("body", b""))
        more = message.get("more_body", False)
    if seen.hexdigest() != known.body_hash:
        raise Problem("idempotency-mismatch")
    headers = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in (known.headers or {}).items()]
    headers.append((b"idempotency-replayed", b"true"))
    await send({"type": "http.response.start", "status": known.status, "headers": headers})
    await send({"type": "http.response.body", "body": known.body or b""})
