"""How far tasks are, as trackers report it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import Assignment, DirectiveRecord
from service.house import House
from service.store import records, tables
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]
HEALTH, POLICE, SCHOOLS = "Sở Y tế", "Công an tỉnh", "Sở Giáo dục và Đào tạo"

_names = count()


def _led_by(record: DirectiveRecord, *leads: str) -> DirectiveRecord:
    """The record, with these agencies leading its first task."""
    who = tuple(Assignment(role="lead", agency=lead, source="explicit", confidence=0.9) for lead in leads)
    first = record.tasks[0].model_copy(update={"assignments": who})
    return record.model_copy(update={"tasks": (first, *record.tasks[1:])})


@pytest.fixture
def record() -> DirectiveRecord:
    return _led_by(directive(f"tiến độ {next(_names)}", number="01/CT-UBND", lead=HEALTH), HEALTH, POLICE)


@pytest.fixture
def task(house: House, client: TestClient, record: DirectiveRecord) -> str:
    document = put(house, record)
    found: str = client.get("/v1/tasks", params={"document": str(document)}).json()["items"][0]["id"]
    return found


def _report(client: TestClient, task: str, state: str, **given: Any) -> Any:
    return client.put(f"/v1/tasks/{task}/progress", json={"state": state, **given})


def _events(house: House, task: str) -> list[str]:
    with house.database.reading() as session:
        query = sa.select(tables.Event.type).where(tables.Event.task_id == UUID(task)).order_by(tables.Event.seq)
        return list(session.scalars(query))


@pytest.mark.parametrize(
    ("said", "state", "completed_on"),
    [
        ([("", "in_progress", None)], "in_progress", None),
        ([("", "done", "2026-06-28")], "done", "2026-06-28"),
        ([("", "done", "2026-06-28"), ("", "returned", None)], "returned", None),
        ([(HEALTH, "done", "2026-06-28")], "in_progress", None),
        ([(HEALTH, "not_started", None)], "not_started", None),
        ([(HEALTH, "not_started", None), (POLICE, "not_started", None)], "not_started", None),
        ([(HEALTH, "done", "2026-06-28"), (POLICE, "in_progress", None)], "in_progress", None),
        ([(HEALTH, "done", "2026-06-28"), (POLICE, "done", "2026-07-02")], "done", "2026-07-02"),
        ([(HEALTH, "done", None), (POLICE, "done", "2026-07-02")], "done", "2026-07-02"),
        ([(HEALTH, "done", None), (POLICE, "done", None)], "done", None),
        ([(HEALTH, "done", "2026-06-28"), (POLICE, "refused", None)], "in_progress", None),
        ([(HEALTH, "done", "2026-06-28"), ("", "suspended", None)], "suspended", None),
        ([("", "awaiting_confirmation", None), (HEALTH, "done", None)], "awaiting_confirmation", None),
    ],
)
def test_shares_are_summed_up(
    client: TestClient, task: str, said: list[tuple[str, str, str | None]], state: str, completed_on: str | None
) -> None:
    for lead, how, day in said:
        answer = _report(client, task, how, lead=lead, completed_on=day)
        assert answer.status_code == 200
    now = client.get(f"/v1/tasks/{task}").json()
    assert (now["state"], now["completed_on"]) == (state, completed_on)
    assert answer.json() == now and answer.headers["ETag"] == f'"{now["version"]}"'
    assert now["version"] == 1 + len(said)
    newest = {lead: how for lead, how, _ in said}
    assert {report["lead"]: report["state"] for report in now["progress"]} == newest


def test_saying_the_same_again_changes_nothing(house: House, client: TestClient, task: str) -> None:
    said = {"external_id": "NV-7", "completed_on": "2026-06-28", "result_number": "15/BC-SYT", "note": "đã ký"}
    first = _report(client, task, "done", **said)
    assert _report(client, task, "done", **said).json() == first.json()
    assert _events(house, task) == ["task.created", "task.progress"]
    changed = _report(client, task, "done", **{**said, "note": "đã gửi"})
    assert changed.json()["version"] == first.json()["version"] + 1
    assert _events(house, task) == ["task.created", "task.progress", "task.progress"]


def test_each_tracker_has_its_own_word(house: House, app: FastAPI, client: TestClient, task: str) -> None:
    one, two = (client_of(house, app, ["read", "progress"]) for _ in range(2))
    _report(one, task, "in_progress", external_id="A-1")
    _report(two, task, "done", external_id="B-1")
    now = client.get(f"/v1/tasks/{task}").json()
    assert now["state"] == "done", "the newest word"
    assert [report["external_id"] for report in now["progress"]] == ["A-1", "B-1"]
    for id_ in ("A-1", "B-1"):
        assert [each["id"] for each in client.get("/v1/tasks", params={"external_id": id_}).json()["items"]] == [task]
    assert client.get("/v1/tasks", params={"external_id": "A"}).json()["items"] == []
    _report(one, task, "returned", external_id="A-2")
    assert client.get("/v1/tasks", params={"external_id": "A-1"}).json()["items"] == []
    assert client.get(f"/v1/tasks/{task}").json()["state"] == "returned"


def test_one_item_a_lead(client: TestClient, task: str) -> None:
    _report(client, task, "done", lead=POLICE)
    whole = client.get(f"/v1/tasks/{task}").json()
    query = {"document": whole["document"]["id"], "by_lead": True, "limit": 1}
    shares = client.get("/v1/tasks", params=query).json()["items"]
    assert [(share["id"], share["leads"]) for share in shares] == [(task, [HEALTH]), (task, [POLICE])]


def test_what_cannot_be_reported(client: TestClient, task: str) -> None:
    stranger = _report(client, task, "done", lead=SCHOOLS)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "conflict")
    for bad in (
        {"state": "finished"},
        {"state": "done", "completed_on": "hôm qua"},
        {"state": "done", "note": "a\x00"},
    ):
        assert client.put(f"/v1/tasks/{task}/progress", json=bad).json()["code"] == "invalid"
    assert _report(client, str(UUID(int=7)), "done").status_code == 404
    stale = client.put(f"/v1/tasks/{task}/progress", json={"state": "done"}, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"1"')
    fresh = client.put(f"/v1/tasks/{task}/progress", json={"state": "done"}, headers={"If-Match": '"1"'})
    assert (fresh.status_code, fresh.headers["ETag"]) == (200, '"2"')


def test_many_trackers_at_once_are_all_heard(house: House, app: FastAPI, client: TestClient, task: str) -> None:
    trackers = [client_of(house, app, ["progress"]) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda each: _report(each, task, "in_progress"), trackers))
    assert [answer.status_code for answer in answers] == [200] * 6
    now = client.get(f"/v1/tasks/{task}").json()
    assert (len(now["progress"]), now["version"]) == (6, 7)
    assert sorted(answer.json()["version"] for answer in answers) == [2, 3, 4, 5, 6, 7]


def test_progress_survives_what_is_read_and_corrected(
    house: House, client: TestClient, task: str, record: DirectiveRecord
) -> None:
    _report(client, task, "done", lead=HEALTH, completed_on="2026-06-28")
    document = UUID(client.get(f"/v1/tasks/{task}").json()["document"]["id"])

    def read(*leads: str) -> Json:
        with house.database.writing() as session:
            row = session.get_one(tables.Document, document)
            records.keep_reading(session, row, _led_by(record, *leads), pipeline_version="2", job_id=None)
        now: Json = client.get(f"/v1/tasks/{task}").json()
        return now

    assert read(HEALTH, POLICE)["state"] == "in_progress"
    alone = read(HEALTH)
    assert (alone["state"], alone["completed_on"]) == ("done", "2026-06-28"), "nobody else has to do anything"
    assert read(HEALTH, SCHOOLS)["state"] == "in_progress"
