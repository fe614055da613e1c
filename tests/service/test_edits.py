"""Corrections unit by unit: two people at once, warnings, sittings, history."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from extractor.record import DirectiveRecord
from service.house import House
from service.store import edits, tables
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]


@pytest.fixture
def document(house: House, request: pytest.FixtureRequest) -> str:
    """A document that was read, of three tasks."""
    return str(put(house, directive(f"name={request.node.name}", number="01/CT-UBND", lead="Sở Y tế")))


def _record(client: TestClient, document: str) -> Json:
    body: Json = client.get(f"/v1/documents/{document}/record").json()
    return body


def _patch(client: TestClient, document: str, *changes: Json, **headers: str) -> Any:
    return client.patch(f"/v1/documents/{document}/record", json={"edits": list(changes)}, headers=headers)


def _number(was: Json, value: str) -> Json:
    return {
        "unit": "directive.number",
        "was": edits.unit(was, "directive.number"),
        "value": {"value": value, "evidence": {"spans": [], "confidence": 1.0, "inferred": False}},
    }


def test_two_people_correct_two_places(house: House, app: FastAPI, document: str) -> None:
    mai, nam = (client_of(house, app, ["read", "correct"]) for _ in range(2))
    seen = _record(mai, document)
    task = seen["tasks"][0]
    first = _patch(mai, document, _number(seen, "02/CT-UBND"))
    second = _patch(nam, document, {"unit": f"tasks/{task['id']}", "was": task, "value": {**task, "title": "Khác"}})
    assert first.status_code == second.status_code == 200
    assert second.json()["etag_before"] == first.json()["etag"] == first.headers["etag"]
    now = _record(mai, document)
    assert (now["directive"]["number"], now["tasks"][0]["title"]) == ("02/CT-UBND", "Khác")
    assert client_of(house, app, ["read"]).get(f"/v1/documents/{document}").json()["number"] == "02/CT-UBND"


def test_the_same_place_is_a_conflict_and_nothing_is_overwritten(house: House, app: FastAPI, document: str) -> None:
    mai, nam = (client_of(house, app, ["read", "correct"]) for _ in range(2))
    seen = _record(mai, document)
    _patch(mai, document, _number(seen, "02/CT-UBND"))
    task = seen["tasks"][0]
    other = {"unit": f"tasks/{task['id']}", "was": task, "value": {**task, "title": "Khác"}}
    refused = _patch(nam, document, other, _number(seen, "03/CT-UBND"))
    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "edit-conflict")
    (conflict,) = body["errors"]
    assert (conflict["unit"], conflict["now"]["value"]) == ("directive.number", "02/CT-UBND")
    now = _record(mai, document)
    assert (now["directive"]["number"], now["tasks"][0]["title"]) == ("02/CT-UBND", task["title"])
    # The same answer to the same question is no conflict.
    assert _patch(nam, document, _number(seen, "02/CT-UBND")).status_code == 200


def test_at_the_same_moment_one_of_two_wins(house: House, app: FastAPI, document: str) -> None:
    people = [client_of(house, app, ["read", "correct"]) for _ in range(4)]
    seen = _record(people[0], document)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda n: _patch(people[n], document, _number(seen, f"{n}/CT-UBND")).status_code, range(4))
        )
    assert sorted(answers) == [200, 409, 409, 409]


def test_tasks_are_added_moved_and_deleted(client: TestClient, document: str) -> None:
    seen = _record(client, document)
    ids = [task["id"] for task in seen["tasks"]]
    new = {**seen["tasks"][0], "id": "mới", "path": ["I", "1b"], "title": "Nửa sau"}
    assert (
        _patch(client, document, {"unit": "tasks/mới", "was": None, "value": new, "after": ids[0]}).status_code == 200
    )
    assert [task["id"] for task in _record(client, document)["tasks"]] == [ids[0], "mới", *ids[1:]]
    order = ["mới", *ids]
    assert (
        _patch(client, document, {"unit": "tasks", "was": [ids[0], "mới", *ids[1:]], "value": order}).status_code == 200
    )
    gone = _record(client, document)["tasks"][-1]
    assert _patch(client, document, {"unit": f"tasks/{ids[2]}", "was": gone, "value": None}).status_code == 200
    listed = client.get("/v1/tasks", params={"document": document, "withdrawn": True}).json()["items"]
    assert {task["key"]: bool(task["withdrawn_at"]) for task in listed} == {
        "mới": False, ids[0]: False, ids[1]: False, ids[2]: True,
    }  # fmt: skip
    rows = {task["key"]: task["id"] for task in listed}
    # Undone: it is the same task again, not another one.
    assert _patch(client, document, {"unit": f"tasks/{ids[2]}", "was": None, "value": gone}).status_code == 200
    again = client.get("/v1/tasks", params={"document": document}).json()["items"]
    assert {task["key"]: task["id"] for task in again} == rows


def test_a_warning_goes_with_what_it_was_about_and_only_then(client: TestClient, document: str) -> None:
    seen = _record(client, document)
    (warning,) = seen["warnings"]
    assert warning["field"] == "tasks[2]"
    first = seen["tasks"][0]
    left = _patch(client, document, {"unit": f"tasks/{first['id']}", "was": first, "value": None}).json()["warnings"]
    assert [each["field"] for each in left] == ["tasks[1]"]  # the same task, which stands elsewhere now
    third = seen["tasks"][2]
    done = {"unit": f"tasks/{third['id']}", "was": third, "value": {**third, "confidence": 1.0}}
    assert _patch(client, document, done).json()["warnings"] == []


@pytest.mark.parametrize(
    ("edit", "status", "code"),
    [
        ({"unit": "directive.nothing", "value": {}}, 422, "invalid"),
        ({"unit": "directive.number", "value": "plain"}, 422, "invalid"),
        ({"unit": "tasks/x", "was": None, "value": {"title": "chỉ có tên"}}, 422, "invalid"),
        ({"unit": "targets/x", "was": None, "value": {"value": "mười"}}, 422, "invalid"),
        ({"unit": "citations", "was": [], "value": 3}, 422, "invalid"),
        ({"unit": "tasks/x", "was": None, "value": 3}, 422, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused(client: TestClient, document: str, edit: Json, status: int, code: str) -> None:
    answer = _patch(client, document, edit)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_sitting_is_one_version_and_the_history_has_every_edit(
    house: House, client: TestClient, document: str
) -> None:
    for number in ("02/CT-UBND", "03/CT-UBND"):
        assert _patch(client, document, _number(_record(client, document), number)).status_code == 200
    versions = client.get(f"/v1/documents/{document}/versions").json()["items"]
    assert [(each["version"], each["origin"], each["based_on"]) for each in versions] == [
        (2, "corrected", 1),
        (1, "read", None),
    ]
    assert (
        client.get(f"/v1/documents/{document}/record", params={"version": 1}).json()["directive"]["number"]
        == "01/CT-UBND"
    )
    with house.database.reading() as session:
        notes = session.scalars(
            sa.select(tables.Audit)
            .where(tables.Audit.object_id == document, tables.Audit.action == "record.correct")
            .order_by(tables.Audit.seq)
        ).all()
    moved = [
        (n.before["units"]["directive.number"]["value"], n.after["units"]["directive.number"]["value"])
        for n in notes
        if n.before and n.after
    ]
    assert moved == [("01/CT-UBND", "02/CT-UBND"), ("02/CT-UBND", "03/CT-UBND")]
    # What was approved is not changed under anybody's hands: the next correction is a version of its own.
    tag = client.get(f"/v1/documents/{document}/record").headers["etag"]
    assert client.post(f"/v1/documents/{document}/approval", headers={"If-Match": tag}).status_code == 200
    _patch(client, document, _number(_record(client, document), "04/CT-UBND"))
    after = client.get(f"/v1/documents/{document}").json()
    assert (after["approved"], after["approved_version"], after["current_version"]) == (False, 2, 3)


def test_edits_of_one_request_follow_one_another(client: TestClient, document: str) -> None:
    seen = _record(client, document)
    first, second = seen["tasks"][:2]
    once = {**first, "title": "Một"}
    sent = [
        {"unit": f"tasks/{first['id']}", "was": first, "value": once},
        {"unit": f"tasks/{second['id']}", "was": second, "value": None},
        {"unit": f"tasks/{first['id']}", "was": once, "value": {**once, "title": "Hai"}},
        {"unit": "tasks", "was": [first["id"], seen["tasks"][2]["id"]], "value": [seen["tasks"][2]["id"], first["id"]]},
    ]
    assert _patch(client, document, *sent).status_code == 200
    assert [task["title"] for task in _record(client, document)["tasks"]] == [seen["tasks"][2]["title"], "Hai"]


def test_what_is_left_out_is_its_default(client: TestClient, document: str) -> None:
    """A client that sends no nulls, and ones for 1.0, is understood when it names what it sent a moment ago."""
    seen = _record(client, document)
    task = seen["tasks"][0]
    lean = {
        "id": task["id"], "path": task["path"], "text": "Rà soát.", "title": "Rà soát", "confidence": 1,
        "assignments": [{"role": "lead", "agency": "Sở Y tế", "source": "explicit", "confidence": 1}],
    }  # fmt: skip
    unit = f"tasks/{task['id']}"
    assert _patch(client, document, {"unit": unit, "was": task, "value": lean}).status_code == 200
    assert _patch(client, document, {"unit": unit, "was": lean, "value": {**lean, "title": "Khác"}}).status_code == 200


def test_if_match_is_kept(client: TestClient, document: str) -> None:
    seen = _record(client, document)
    assert _patch(client, document, _number(seen, "9/CT-UBND"), **{"If-Match": '"0-old"'}).status_code == 412


_WORDS = st.text("abc ", min_size=1, max_size=8)


@given(st.lists(st.sampled_from(["title", "delete", "number", "reverse"]), max_size=6), _WORDS)
def test_any_edits_leave_a_whole_record_that_undoing_restores(kinds: list[str], words: str) -> None:
    record = json.loads(directive("x", number="01/CT-UBND", lead="Sở Y tế", tasks=4).model_dump_json(by_alias=True))
    done: list[edits.Edit] = []
    start = record
    for kind in kinds:
        if kind == "number":
            name, value = "directive.number", {"value": words, "evidence": None}
        elif kind == "reverse":
            name, value = "tasks", [task["id"] for task in reversed(record["tasks"])]
        elif not record["tasks"]:
            continue
        else:
            name = f"tasks/{record['tasks'][0]['id']}"
            value = None if kind == "delete" else {**record["tasks"][0], "title": words}
        edit = edits.Edit(name, edits.unit(record, name), value)
        order = [task["id"] for task in record["tasks"]]
        assert edits.conflicts(record, [edit]) == []
        record = edits.apply(record, [edit])
        DirectiveRecord.model_validate(record)
        done += [edits.Edit("tasks", None, order), edits.Edit(name, value, edit.was)]
    for edit in reversed(done):
        record = edits.apply(record, [edit])
    assert {**record, "warnings": []} == {**start, "warnings": []}
