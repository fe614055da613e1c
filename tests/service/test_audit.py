"""Who did what: an entry for every change, in the transaction of the change, that nobody alters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from service.access.actor import SCOPES
from service.house import House
from service.store import tables
from service.store.ids import new_id
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]


def _entries(client: TestClient, **query: Any) -> list[Json]:
    items: list[Json] = client.get("/v1/audit", params={"limit": 200, **query}).json()["items"]
    return items


def test_every_change_leaves_one_entry(house: House, app: FastAPI, client: TestClient) -> None:
    caller = client_of(house, app, SCOPES)
    document = put(house, directive("sổ", number="01/CT-UBND", lead="Sở Y tế"))
    path = f"/v1/documents/{document}"
    name = f"nguoi-{new_id()}"

    def tag() -> dict[str, str]:
        return {"If-Match": caller.get(f"{path}/record").headers["ETag"]}

    def task() -> str:
        found: str = caller.get("/v1/tasks", params={"document": str(document)}).json()["items"][0]["id"]
        return found

    def job() -> str:
        with house.database.writing() as session:
            row = session.scalars(sa.select(tables.Job).where(tables.Job.document_id == document)).first()
            assert row
            row.state = "queued"
            return str(row.id)

    def record() -> Json:
        body: Json = caller.get(f"{path}/record").json()
        body["directive"]["number"] = "02/CT-UBND"
        return body

    text = {"content": "sổ nhận".encode(), "headers": {"Content-Type": "text/plain"}}
    made: Json = {}

    def add_user() -> Any:
        answer = caller.post("/v1/users", json={"name": name, "full_name": "A", "role": "clerk"})
        made.update(answer.json())
        return answer

    def change_user() -> Any:
        return caller.patch(f"/v1/users/{made['user']['id']}", json={"role": "approver"}, headers={"If-Match": '"1"'})

    def add_token() -> Any:
        answer = caller.post("/v1/tokens", json={"name": name, "scopes": ["read"]})
        made["token"] = answer.json()["token"]["id"]
        return answer

    acts: list[tuple[str, Any]] = [
        ("document.receive", lambda: caller.post("/v1/documents", **text)),
        ("record.correct", lambda: caller.put(f"{path}/record", json=record(), headers=tag())),
        ("record.approve", lambda: caller.post(f"{path}/approval", headers=tag())),
        ("task.progress", lambda: caller.put(f"/v1/tasks/{task()}/progress", json={"state": "done"})),
        ("job.cancel", lambda: caller.post(f"/v1/jobs/{job()}/cancel")),
        ("document.read_again", lambda: caller.post(f"{path}/jobs")),
        ("document.withdraw", lambda: caller.post(f"{path}/recall", json={"why": "sai"})),
        ("office.create", lambda: caller.post("/v1/offices", json={"name": f"Xã {name}"})),
        ("user.change", lambda: (add_user(), change_user())[1]),
        ("user.invite", lambda: caller.post(f"/v1/users/{made['user']['id']}/invitation")),
        ("token.create", add_token),
        ("token.revoke", lambda: caller.delete(f"/v1/tokens/{made['token']}")),
    ]
    for number, (action, act) in enumerate(acts):
        before = _entries(client)
        caller.headers["X-Request-ID"] = f"so-nhat-ky-{number}"
        answer = act()
        assert answer.is_success, (action, answer.text)
        new = [entry for entry in _entries(client) if entry["seq"] > before[0]["seq"]]
        mine = [entry for entry in new if entry["actor"].startswith("token-")]
        assert mine[0]["action"] == action
        assert len(mine) == (3 if action == "user.change" else 1), [entry["action"] for entry in mine]
        assert (
            mine[0]["request_id"] == f"so-nhat-ky-{number}"
            and mine[0]["object_id"]
            and mine[0]["actor_kind"] == "token"
        )
    [corrected] = [entry for entry in _entries(client, object_id=str(document)) if entry["action"] == "record.correct"]
    assert (corrected["before"]["version"], corrected["after"]["version"]) == (1, 2)


def test_what_changes_nothing_leaves_none(client: TestClient) -> None:
    before = _entries(client)[0]["seq"]
    new = {"name": "hai-lan", "full_name": "A", "role": "clerk"}
    assert [client.post("/v1/users", json=new).status_code for _ in range(2)] == [201, 409]
    assert client.post("/v1/users", json={**new, "name": "khac", "office_id": str(UUID(int=7))}).status_code == 409
    assert client.delete(f"/v1/tokens/{UUID(int=7)}").status_code == 404
    assert [entry["action"] for entry in _entries(client) if entry["seq"] > before] == ["user.invite", "user.create"]


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'ai khác'", "DELETE FROM audit", "TRUNCATE audit"])
def test_nobody_alters_the_trail(house: House, client: TestClient, statement: str) -> None:
    if statement.startswith("TRUNCATE") and house.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    client.post("/v1/offices", json={"name": f"Xã {new_id()}"})
    before = _entries(client)
    with pytest.raises(DBAPIError, match="append-only"), house.database.writing() as session:
        session.execute(sa.text(statement))
    assert _entries(client) == before


def test_the_trail_is_read_page_by_page_while_it_grows(client: TestClient) -> None:
    for n in range(5):
        client.post("/v1/offices", json={"name": f"Xã thứ {n} {new_id()}"})
    everything = [entry["seq"] for entry in _entries(client)]
    seen: list[int] = []
    query: Json = {"limit": 3}
    while True:
        page = client.get("/v1/audit", params=query).json()
        seen += [entry["seq"] for entry in page["items"]]
        client.post("/v1/offices", json={"name": f"Xã {new_id()}"})
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == everything
    other = {"cursor": query["cursor"], "object_id": "x"}
    assert client.get("/v1/audit", params=other).json()["code"] == "bad-cursor", "a cursor belongs to its filter"
