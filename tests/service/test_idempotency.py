"""Requests that are sent again because their answer got lost, and what a request may bring."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from starlette.types import Message

from service.access import bodies, idempotency
from service.access.actor import SCOPES
from service.access.bodies import Bodies
from service.house import House
from service.store import tables
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

_numbers = count()


@pytest.fixture
def key() -> str:
    return f"yeu-cau-{next(_numbers)}"


@pytest.fixture
def send(client: TestClient, key: str) -> Callable[..., Any]:
    def upload(text: str, caller: TestClient = client, path: str = "/v1/documents", **query: str) -> Any:
        headers = {"Content-Type": "text/plain", "Idempotency-Key": key}
        return caller.post(path, params=query, content=text.encode(), headers=headers)

    return upload


def test_the_same_request_is_answered_alike_and_done_once(
    client: TestClient, send: Callable[..., Any], key: str
) -> None:
    first = send(f"khóa {key}")
    again = send(f"khóa {key}")
    assert (first.status_code, again.status_code) == (202, 202), "without a key the second would be 200"
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    for name in ("Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


def test_a_key_is_for_one_request(send: Callable[..., Any], key: str) -> None:
    assert send("một").status_code == 202
    for other in (send("hai"), send("một", bulk="true"), send("")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-mismatch")


def test_a_key_is_its_callers_own(house: House, app: FastAPI, send: Callable[..., Any], stranger: TestClient) -> None:
    mine = send("của tôi")
    theirs = send("của người khác", client_of(house, app, SCOPES))
    assert theirs.status_code == 202 and theirs.json()["document"]["id"] != mine.json()["document"]["id"]
    assert send("của tôi", stranger).status_code == 401


def test_at_once_one_does_it_and_the_others_wait(send: Callable[..., Any], client: TestClient, key: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(f"cùng lúc {key}"), range(8)))
    done = [answer for answer in answers if answer.status_code == 202]
    assert len({answer.content for answer in done}) == 1
    for waiting in (answer for answer in answers if answer.status_code != 202):
        assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "1")
    assert send(f"cùng lúc {key}").headers["Idempotency-Replayed"] == "true"


def test_what_was_refused_may_be_asked_again(client: TestClient, send: Callable[..., Any], key: str) -> None:
    assert send("").json()["code"] == "empty-file"
    assert send("không rỗng").status_code == 202, "nothing was done under this key"
    assert client.post("/v1/documents", content=b"a", headers={"Idempotency-Key": "k" * 256}).status_code == 422


def test_a_request_that_was_cut_off_gives_its_key_back(
    house: House, send: Callable[..., Any], client: TestClient
) -> None:
    send("đứt")
    with house.database.reading() as session:
        newest = session.scalars(sa.select(tables.Answer.hash).order_by(tables.Answer.created_at.desc()).limit(1)).one()

    def under_way(since: timedelta) -> None:
        with house.database.writing() as session:
            row = session.get_one(tables.Answer, newest)
            row.status, row.created_at = None, datetime.now(UTC) - since

    under_way(timedelta(minutes=1))
    assert send("đứt").json()["code"] == "conflict"
    under_way(idempotency.STALE)
    assert send("đứt").status_code == 200, "done again: the document is known"


def test_a_change_without_body_has_a_key_too(client: TestClient, house: House, key: str) -> None:
    document = put(house, directive(f"duyệt {key}", number="01/CT-UBND", lead="Sở Y tế"))
    path = f"/v1/documents/{document}"
    tag = client.get(f"{path}/record").headers["ETag"]
    with_key = {"If-Match": tag, "Idempotency-Key": key}
    first = client.post(f"{path}/approval", headers=with_key)
    assert client.post(f"{path}/approval", headers=with_key).content == first.content
    other = client.post(f"{path}/approval", headers=with_key, content=b"{}")
    assert other.json()["code"] == "idempotency-mismatch"

    record = client.get(f"{path}/record").json()
    corrected = client.put(f"{path}/record", json=record, headers=with_key)
    assert corrected.status_code == 200, "another method, another request"
    again = client.put(f"{path}/record", json=record, headers=with_key)
    assert again.content == corrected.content, "not 412: it is the answer that got lost"
    assert again.headers["ETag"] == corrected.headers["ETag"] != tag


def test_secrets_are_kept_nowhere(house: House, client: TestClient, stranger: TestClient, key: str) -> None:
    body = {"name": "một lần", "scopes": ["read"]}
    made = client.post("/v1/tokens", json=body, headers={"Idempotency-Key": key})
    again = client.post("/v1/tokens", json=body, headers={"Idempotency-Key": key})
    assert (made.status_code, again.status_code, again.json()["code"]) == (201, 409, "conflict")
    with house.database.reading() as session:
        kept = str([(row.body, row.headers) for row in session.scalars(sa.select(tables.Answer))])
        assert made.json()["secret"] not in kept
        before = session.scalar(sa.select(sa.func.count()).select_from(tables.Answer))
    stranger.post("/v1/session", json={"name": "a", "password": "b"}, headers={"Idempotency-Key": key})
    with house.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(tables.Answer)) == before, "strangers have no keys"


# What a request may bring


def test_bodies_have_a_size(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LARGEST", 1000)
    small, large = {"why": "x"}, {"why": "x" * 2000}
    path = "/v1/documents/01a204f5-7d4c-7000-a3be-d7d3a568fa0b/recall"
    assert client.post(path, json=small).status_code == 404
    for headers in ({}, {"Idempotency-Key": "qua-lon"}):
        answer = client.post(path, json=large, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert client.post("/v1/documents", content=b"a" * 2000, headers={"Content-Type": "text/plain"}).status_code == 202


def test_a_silent_sender_is_told_so() -> None:
    """One that sends on, however long, is not; and who waits for an answer may be silent."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
        assert (await receive())["type"] == "http.disconnect"
        await send({"body": body})

    async def run(pieces: list[Message], last_pause: float) -> Any:
        coming = iter(pieces)
        sent: list[Any] = []

        async def receive() -> Message:
            piece = next(coming, None)
            if piece is None:
                await asyncio.sleep(last_pause)
            return piece or {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await Bodies(app, silence=0.5)({"type": "http", "path": "/v1/documents"}, receive, send)
        return sent

    piece: Message = {"type": "http.request", "body": b"a", "more_body": True}
    assert asyncio.run(run([piece, piece, piece | {"more_body": False}], 0.7)) == [{"body": b"aaa"}]
    with pytest.raises(HTTPException) as silent:
        asyncio.run(run([piece, piece], 600))
    assert silent.value.status_code == 408
