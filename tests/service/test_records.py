"""Versions: what the pipeline reads never overwrites what people said, and tasks keep their ids over all of it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import DirectiveRecord, Target
from service.access.actor import the_service
from service.house import House
from service.store import changes, records, reports, tables
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]

_names = (f"văn bản {n}" for n in count())


@pytest.fixture
def name() -> str:
    return next(_names)


@pytest.fixture
def document(house: House, name: str) -> UUID:
    return put(house, directive(name, number="01/CT-UBND", lead="Sở Y tế"))


def _read(house: House, document: UUID, record: DirectiveRecord, pipeline: str = "2") -> None:
    """The document is read again, by a better pipeline."""
    with house.database.writing() as session:
        row = session.get_one(tables.Document, document, with_for_update=True)
        records.keep_reading(session, row, record, pipeline_version=pipeline, job_id=None)


def _record(client: TestClient, document: UUID, version: int | None = None) -> Any:
    return client.get(f"/v1/documents/{document}/record", params={"version": version} if version else {})


def _correct(client: TestClient, document: UUID, record: Json, etag: str | None) -> Any:
    headers = {"If-Match": etag} if etag else {}
    return client.put(f"/v1/documents/{document}/record", json=record, headers=headers)


def _approve(client: TestClient, document: UUID, etag: str | None) -> Any:
    return client.post(f"/v1/documents/{document}/approval", headers={"If-Match": etag} if etag else {})


def _tasks(client: TestClient, document: UUID, **query: Any) -> list[Json]:
    items: list[Json] = client.get("/v1/tasks", params={"document": str(document), **query}).json()["items"]
    return items


def _events(house: House, document: UUID) -> list[tuple[str, list[str]]]:
    with house.database.reading() as session:
        rows = session.scalars(
            sa.select(tables.Event).where(tables.Event.document_id == document).order_by(tables.Event.seq)
        )
        return [(row.type, row.changed) for row in rows]


def _audit(client: TestClient, object_id: UUID | str) -> list[str]:
    entries = client.get("/v1/audit", params={"object_id": str(object_id)}).json()["items"]
    return [entry["action"] for entry in entries]


def _with_title(record: Json, n: int, title: str) -> Json:
    changed: Json = json.loads(json.dumps(record))
    changed["tasks"][n]["title"] = title
    return changed


def _say(client: TestClient, document: UUID, how: str) -> None:
    """A person has the last word on a document."""
    read = _record(client, document)
    if how == "corrected":
        assert _correct(client, document, _with_title(read.json(), 0, "Của người"), read.headers["ETag"]).is_success
    elif how == "approved":
        assert _approve(client, document, read.headers["ETag"]).is_success
    else:
        assert client.post(f"/v1/documents/{document}/recall", json={"why": "ban hành nhầm"}).is_success


@pytest.mark.parametrize("how", ["corrected", "approved", "recalled"])
def test_a_better_pipeline_overwrites_nothing_that_people_said(
    client: TestClient, house: House, document: UUID, name: str, how: str
) -> None:
    _say(client, document, how)
    before = client.get(f"/v1/documents/{document}").json()
    said = _record(client, document)
    tasks = _tasks(client, document, withdrawn=True)

    _read(house, document, directive(name, number="99/KH-UBND", lead="Sở Nội vụ", tasks=5))

    after = client.get(f"/v1/documents/{document}").json()
    assert after["version"] == before["version"] + 1, "the reading is kept"
    assert _record(client, document, after["version"]).json()["directive"]["number"] == "99/KH-UBND"
    assert after["current_version"] == before["current_version"]
    assert (after["number"], after["approved"]) == ("01/CT-UBND", how == "approved")
    assert (_record(client, document).content, _record(client, document).headers["ETag"]) == (
        said.content,
        said.headers["ETag"],
    )
    assert _tasks(client, document, withdrawn=True) == tasks
    assert _events(house, document)[-1] == ("document.read", ["newer_reading"])


def test_a_better_pipeline_goes_before_a_worse_one(client: TestClient, house: House, document: UUID, name: str) -> None:
    before = _tasks(client, document)
    _read(house, document, directive(name, number="02/CT-UBND", lead="Sở Nội vụ", tasks=3))
    assert client.get(f"/v1/documents/{document}").json()["number"] == "02/CT-UBND"
    after = _tasks(client, document)
    assert [task["id"] for task in after] == [task["id"] for task in before]
    assert [task["leads"] for task in after] == [["Sở Nội vụ"]] * 3
    assert [task["version"] for task in after] == [2, 2, 2]
    assert _events(house, document)[-4:] == [("task.updated", ["text", "assignments"])] * 3 + [("document.read", [])]
    assert _versions(client, document) == [(2, "read", "2"), (1, "read", "1")]


def _versions(client: TestClient, document: UUID) -> list[tuple[int, str, str]]:
    versions = client.get(f"/v1/documents/{document}/versions").json()["items"]
    return [(v["version"], v["origin"], v["pipeline_version"]) for v in versions]


@pytest.mark.parametrize("how", ["nothing", "corrected", "approved", "recalled"])
def test_what_is_read_the_same_again_is_no_version_and_no_news(
    client: TestClient, house: House, document: UUID, name: str, how: str
) -> None:
    if how != "nothing":
        _say(client, document, how)
    before, told, versions = (
        _tasks(client, document, withdrawn=True),
        _events(house, document),
        _versions(client, document),
    )
    kept = _record(client, document).content
    _read(house, document, directive(name, number="01/CT-UBND", lead="Sở Y tế"))
    assert _events(house, document) == told
    assert _tasks(client, document, withdrawn=True) == before
    assert _record(client, document).content == kept
    assert _versions(client, document) == [*versions[:-1], (1, "read", "2")], "the newer pipeline reads it so as well"


def test_what_is_read_the_same_again_has_kept_ids(client: TestClient, house: House, document: UUID, name: str) -> None:
    """Tasks that were given ids of tasks before them are the same tasks when they are read again."""
    moved = directive(name, number="01/CT-UBND", lead="Sở Y tế", tasks=3)
    moved = moved.model_copy(update={"tasks": moved.tasks[1:], "targets": ()})
    for _ in range(2):
        _read(house, document, moved)
    assert [version for version, _, _ in _versions(client, document)] == [2, 1]


def test_a_reading_after_a_failure_is_announced_though_it_says_the_same(
    house: House, document: UUID, name: str
) -> None:
    with house.database.writing() as session:
        changes.of_document(session, "document.failed", session.get_one(tables.Document, document), ["too-slow"])
    for _ in range(2):
        _read(house, document, directive(name, number="01/CT-UBND", lead="Sở Y tế"))
    assert [type_ for type_, _ in _events(house, document)][-3:] == [
        "document.read",
        "document.failed",
        "document.read",
    ]


def test_a_task_goes_and_comes_back_as_itself(client: TestClient, house: House, document: UUID, name: str) -> None:
    first = _tasks(client, document)
    _read(house, document, directive(name, number="01/CT-UBND", lead="Sở Y tế", tasks=2))
    assert [task["id"] for task in _tasks(client, document)] == [task["id"] for task in first[:2]]
    gone = _tasks(client, document, withdrawn=True)[2]
    assert gone["id"] == first[2]["id"] and gone["withdrawn_at"]
    assert client.get(f"/v1/tasks/{gone['id']}").json()["withdrawn_at"], "a tombstone can be looked at"

    _read(house, document, directive(name, number="01/CT-UBND", lead="Sở Y tế", tasks=4))
    back = _tasks(client, document)
    assert [task["id"] for task in back[:3]] == [task["id"] for task in first]
    assert [task["code"] for task in back] == ["NV-01", "NV-02", "NV-03", "NV-04"]
    told = [type_ for type_, _ in _events(house, document) if type_.startswith("task")]
    assert told == [*["task.created"] * 3, "task.withdrawn", "task.created", "task.created"]
    assert [task["version"] for task in back] == [1, 1, 3, 1]


def test_a_new_task_is_given_no_id_of_another(client: TestClient, house: House, document: UUID, name: str) -> None:
    """A heading more at the front: the pipeline's keys move by one, the tasks do not."""
    before = _tasks(client, document)
    record = directive(name, number="01/CT-UBND", lead="Sở Y tế")
    first = record.tasks[0].model_copy(update={"text": "Văn phòng theo dõi, tổng hợp báo cáo.", "title": "Theo dõi"})
    shifted = [first, *record.tasks]
    ids = [task.id for task in directive(name, number="", lead="", tasks=4).tasks]
    tasks = tuple(task.model_copy(update={"id": id_}) for task, id_ in zip(shifted, ids, strict=True))
    targets = tuple(
        Target(id=f"t{n}", task_id=ids[n], indicator="hồ sơ", value="90", text="90%", confidence=1) for n in (0, 1)
    )
    _read(house, document, record.model_copy(update={"tasks": tasks, "targets": targets}))

    kept = _record(client, document).json()
    assert [task["id"] for task in kept["tasks"][1:]] == [task["key"] for task in before]
    assert len({task["id"] for task in kept["tasks"]}) == 4
    assert [target["task_id"] for target in kept["targets"]] == [kept["tasks"][0]["id"], kept["tasks"][1]["id"]]
    after = _tasks(client, document)
    assert [task["id"] for task in after[1:]] == [task["id"] for task in before]
    assert [task["code"] for task in after] == ["NV-04", "NV-01", "NV-02", "NV-03"]


def test_people_cut_and_join_tasks(client: TestClient, document: UUID) -> None:
    ids = {task["key"]: task["id"] for task in _tasks(client, document)}
    read = _record(client, document)
    record = read.json()
    one, two, three = record["tasks"]
    half = {**one, "id": "moi", "text": "phần sau của nhiệm vụ", "title": "Phần sau"}
    joined = {**two, "text": two["text"] + " " + three["text"]}
    record["tasks"] = [{**one, "text": "phần đầu của nhiệm vụ"}, half, joined, {**half, "title": "Trùng mã"}]
    assert _correct(client, document, record, read.headers["ETag"]).is_success
    now = _tasks(client, document, withdrawn=True)
    assert [(task["key"], bool(task["withdrawn_at"])) for task in now] == [
        (one["id"], False),
        ("moi", False),
        (two["id"], False),
        (three["id"], True),
        ("moi~2", False),
    ]
    assert {task["key"]: task["id"] for task in now if task["key"] in ids} == ids
    # The withdrawn one stands where the joined one stands now: turning pages loses neither.
    for order in ("newest", "due", "updated"):
        whole = _tasks(client, document, withdrawn=True, order=order)
        assert _one_by_one(client, document, withdrawn=True, order=order) == [task["id"] for task in whole]


def _one_by_one(client: TestClient, document: UUID, **query: Any) -> list[str]:
    """The ids of the document's tasks, a page for each."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/v1/tasks", params={"document": str(document), "limit": 1, **query, **cursor}).json()
        ids += [task["id"] for task in page["items"]]
        if page["next_cursor"] is None:
            return ids
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("what", ["correct", "approve"])
def test_who_changes_names_what_was_seen(client: TestClient, document: UUID, what: str) -> None:
    read = _record(client, document)
    tag = read.headers["ETag"]

    def act(etag: str | None) -> Any:
        if what == "approve":
            return _approve(client, document, etag)
        return _correct(client, document, read.json(), etag)

    missing = act(None)
    assert (missing.status_code, missing.json()["code"]) == (428, "if-match-needed")
    for stale in ('"0-0"', f"W/{tag}", "*", '""'):
        answer = act(stale)
        assert (answer.status_code, answer.json()["code"]) == (412, "changed-meanwhile")
        assert answer.headers["ETag"] == tag, "what it would have to be"
    assert act(f'"0-0", {tag}').status_code == 200


def test_of_eight_clerks_at_once_one_wins(house: House, app: FastAPI, client: TestClient, document: UUID) -> None:
    read = _record(client, document)
    clerks = [client_of(house, app, ["read", "correct"]) for _ in range(8)]

    def correct(n: int) -> int:
        record = _with_title(read.json(), 0, f"Người thứ {n}")
        status: int = _correct(clerks[n], document, record, read.headers["ETag"]).status_code
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(correct, range(8)))
    assert sorted(statuses) == [200] + [412] * 7
    assert _tasks(client, document)[0]["title"] == f"Người thứ {statuses.index(200)}"
    assert client.get(f"/v1/documents/{document}").json()["version"] == 2
    assert _audit(client, document).count("record.correct") == 1


def test_nobody_approves_what_they_have_not_seen(
    house: House, app: FastAPI, client: TestClient, document: UUID
) -> None:
    """An approver and a clerk act on one version at once: whoever is second is told so."""
    read = _record(client, document)
    tag = read.headers["ETag"]
    corrected = _with_title(read.json(), 1, "Sửa cùng lúc")
    others = [client_of(house, app, ["read", "approve", "correct"]) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        approval = pool.submit(_approve, others[0], document, tag)
        correction = pool.submit(_correct, others[1], document, corrected, tag)
    row = client.get(f"/v1/documents/{document}").json()
    if approval.result().is_success:
        assert row["approved_version"] == 1
        assert row["approved"] == (not correction.result().is_success)
    else:
        assert approval.result().status_code == 412 and correction.result().is_success
        assert row["approved_version"] is None


def test_what_was_approved_and_changed_waits_to_be_approved_anew(
    client: TestClient, house: House, document: UUID
) -> None:
    _say(client, document, "approved")
    read = _record(client, document)
    _correct(client, document, _with_title(read.json(), 2, "Tên khác"), read.headers["ETag"])
    row = client.get(f"/v1/documents/{document}").json()
    assert (row["approved"], row["approved_version"], row["current_version"]) == (False, 1, 2)
    assert [task["approved"] for task in _tasks(client, document)] == [True, True, False]
    again = _approve(client, document, _record(client, document).headers["ETag"])
    assert again.json()["approved_version"] == 2
    assert _approve(client, document, again.headers["ETag"]).status_code == 200, "twice is once"
    told = [type_ for type_, _ in _events(house, document)]
    assert told[-8:-4] == [*["task.approved"] * 3, "document.approved"]
    assert told[-4:] == ["task.updated", "document.corrected", "task.approved", "document.approved"]
    assert _audit(client, document)[:3] == ["record.approve", "record.correct", "record.approve"]


def test_a_recalled_document_takes_its_tasks_along(client: TestClient, house: House, document: UUID) -> None:
    answer = client.post(f"/v1/documents/{document}/recall", json={"why": "Thông báo số 12/TB-UBND"})
    assert answer.json()["withdrawn_why"] == "Thông báo số 12/TB-UBND"
    assert _tasks(client, document) == []
    assert all(task["withdrawn_at"] for task in _tasks(client, document, withdrawn=True))
    assert client.post(f"/v1/documents/{document}/recall", json={"why": "lần nữa"}).json() == answer.json()
    told = [type_ for type_, _ in _events(house, document)]
    assert told[-4:] == [*["task.withdrawn"] * 3, "document.withdrawn"]
    assert _audit(client, document).count("document.withdraw") == 1
    refused = _approve(client, document, _record(client, document).headers["ETag"])
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert _record(client, document).status_code == 200, "everything is kept"


def test_a_replacement_supersedes(client: TestClient, document: UUID, name: str) -> None:
    def upload(text: str, replaces: UUID | str) -> Any:
        return client.post(
            "/v1/documents", params={"replaces": str(replaces)}, content=text, headers={"Content-Type": "text/plain"}
        )

    new = upload(f"bản mới của {name}", document).json()["document"]
    old = client.get(f"/v1/documents/{document}").json()
    assert (old["replaced_by"], old["withdrawn_why"]) == (new["id"], "replaced")
    assert _tasks(client, document) == []
    assert upload(f"bản mới của {name}", document).status_code == 200, "said again, nothing is doubled"
    assert _audit(client, document).count("document.withdraw") == 1

    other = upload(f"bản khác của {name}", document)
    assert (other.status_code, other.json()["code"]) == (409, "conflict"), "its place is taken"
    assert client.get("/v1/documents").json()["items"][0]["id"] == new["id"], "and nothing of it is kept"
    back = upload(name, new["id"])
    assert back.status_code == 409, "what is out of force replaces nothing"
    assert upload("x", "01a204f5-7d4c-7000-a3be-d7d3a568fa0b").status_code == 404
    assert upload(f"bản mới của {name}", new["id"]).status_code == 404, "nor does a document replace itself"


def test_what_was_recalled_may_be_replaced_later(client: TestClient, house: House, document: UUID, name: str) -> None:
    new = put(house, directive(f"mới hơn {name}", number="05/CT-UBND", lead="Sở Y tế"))
    path = f"/v1/documents/{document}/recall"
    client.post(path, json={"why": "sai số liệu"})
    answer = client.post(path, json={"why": "đã có bản thay", "replaced_by": str(new)}).json()
    assert (answer["withdrawn_why"], answer["replaced_by"]) == ("sai số liệu", str(new))
    assert client.post(path, json={"why": "nữa", "replaced_by": str(document)}).status_code == 409
    third = put(house, directive(f"thứ ba {name}", number="06/CT-UBND", lead="Sở Y tế"))
    assert client.post(path, json={"why": "nữa", "replaced_by": str(third)}).status_code == 409


def test_another_scan_of_a_document_is_found_by_its_number(client: TestClient, house: House, name: str) -> None:
    first = put(house, directive(name, number="7/QĐ-UBND", lead="Sở Y tế"))
    second = put(house, directive(f"{name} (2)", number="7/qđ-ubnd", lead="Sở Y tế"))
    similar = client.get(f"/v1/documents/{first}/similar").json()["items"]
    assert [each["id"] for each in similar] == [str(second)]


def test_reports_and_readings_at_once_count_every_version_once(
    house: House, client: TestClient, document: UUID, name: str
) -> None:
    """A tracker reports while the document is read again and again: no version of a task means two things."""
    task = UUID(_tasks(client, document)[0]["id"])

    def report(n: int) -> None:
        with house.database.writing() as session:
            row = session.get_one(tables.Task, task, with_for_update={"of": tables.Task})
            reports.report(session, row, the_service("tests"), state="in_progress", note=f"lần {n}")

    def read(n: int) -> None:
        _read(house, document, directive(name, number="01/CT-UBND", lead=f"Sở thứ {n}"))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(report if n % 2 else read, n) for n in range(20)]:
            done.result()
    with house.database.reading() as session:
        told = session.scalars(
            sa.select(tables.Event.version).where(tables.Event.task_id == task).order_by(tables.Event.seq)
        ).all()
        assert list(told) == list(range(1, len(told) + 1)), "versions follow each other as the changes do"
        assert session.get_one(tables.Task, task).version == len(told) == 21


def test_what_no_database_keeps_is_made_a_space(client: TestClient, house: House, name: str) -> None:
    record = directive(name, number="01\x00/CT-UBND", lead="Sở\x00Y tế")
    document = put(house, record)
    assert client.get(f"/v1/documents/{document}").json()["number"] == "01 /CT-UBND"
    assert _tasks(client, document)[0]["leads"] == ["Sở Y tế"]
