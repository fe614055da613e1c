"""Finding tasks over documents."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count, product
from typing import Any, get_args
from uuid import UUID

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from service.house import House
from service.store import records, tables, tasks
from service.store.schedule import Timeliness, timeliness
from service.store.tasks import Filter
from tests.service.conftest import put
from tests.service.fakes import directive

LEADS = ("Sở Y tế", "Sở Giáo dục và Đào tạo", "Ủy ban nhân dân huyện Đông Hà")


def _add(house: House, name: str, lead: str) -> str:
    return str(put(house, directive(name, number=name, lead=lead)))


@pytest.fixture(scope="module", autouse=True)
def ids(house: House) -> Iterator[list[str]]:
    yield [_add(house, f"{n}", lead) for n, lead in enumerate(LEADS)]


def _find(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_task_tells_all_about_itself(client: TestClient, ids: list[str]) -> None:
    task = _find(client, document=ids[0])[0]
    assert task["document"]["id"] == ids[0]
    assert task["document"]["issuer"] == "Ủy ban nhân dân tỉnh Bình Minh"
    assert task["document"]["issued_on"] == "2026-03-01"
    assert (task["path"], task["heading"], task["due"]) == (["I", "1"], "NHIỆM VỤ", "2026-06-30")
    assert [who["role"] for who in task["assignments"]] == ["lead", "coordinate"]
    assert not task["doubtful"]
    assert _find(client, document=ids[0])[2]["doubtful"], "the record warns about the third"


def test_newest_document_first_then_in_reading_order(client: TestClient) -> None:
    found = [(task["document"]["number"], task["path"][1]) for task in _find(client)]
    assert found == [(number, place) for number in "210" for place in "123"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"agency": "Sở Y tế"}, 3),
        ({"agency": "so y te"}, 3),
        ({"agency": "SỞ Y TẾ"}, 3),
        ({"agency": "dong ha"}, 3),
        ({"agency": "so-dau-tien"}, 9),
        ({"agency": "Sở Y tế", "role": "coordinate"}, 0),
        ({"agency": "cong an", "role": "coordinate"}, 9),
        ({"agency": "%"}, 0),
        ({"agency": "_"}, 0),
        ({"role": "supervise"}, 0),
        ({"due_from": "2026-06-30", "due_to": "2026-06-30"}, 3),
        ({"due_from": "2026-07-01"}, 3),  # what recurs falls due again and again
        ({"due_from": "2026-07-01", "due_to": "2026-07-01"}, 0),
        ({"due_to": "2026-06-29"}, 0),
        ({"deadline": "recurring"}, 3),
        ({"deadline": "recurring", "due_from": "2020-01-01"}, 0),
        ({"deadline": "none"}, 3),
        ({"q": "chua chay phong"}, 9),
        ({"q": "ke hoach so 2"}, 3),
        ({"q": "khong co"}, 0),
    ],
)
def test_filters(client: TestClient, query: dict[str, str], count: int) -> None:
    assert len(_find(client, **query)) == count


@pytest.mark.parametrize("order", ["newest", "due"])
def test_pages_hold_still_while_documents_come_in(client: TestClient, house: House, order: str) -> None:
    everything = [(task["document"]["id"], task["id"]) for task in _find(client, order=order, limit=200)]
    seen = []
    query: dict[str, Any] = {"order": order, "limit": 4}
    while True:
        page = client.get("/v1/tasks", params=query).json()
        seen += [(task["document"]["id"], task["id"]) for task in page["items"]]
        _add(house, f"meanwhile-{order}-{len(seen)}", "Sở Nội vụ")
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert [task for task in seen if task in everything] == everything
    assert len(seen) == len(set(seen))


def test_a_cursor_belongs_to_its_filters(client: TestClient) -> None:
    cursor = client.get("/v1/tasks", params={"limit": 1}).json()["next_cursor"]
    for query in ({"cursor": cursor, "role": "lead"}, {"cursor": "gibberish"}, {"cursor": "é"}, {"cursor": "WyJhIl0"}):
        answer = client.get("/v1/tasks", params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")


def test_what_makes_no_sense_is_said(client: TestClient) -> None:
    answer = client.get("/v1/tasks", params={"role": "boss", "due_from": "31/12/2026", "limit": 0})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"query.role", "query.due_from", "query.limit"}


# Every case of a deadline, against the rule that people read in `schedule.timeliness`.
TODAY = date(2026, 5, 15)
_DUE = [None, *(TODAY + timedelta(days=n) for n in (-40, -1, 0, 1, 7, 8, 400))]
_DONE = [None, *(TODAY + timedelta(days=n) for n in (-41, -1, 0, 7, 9))]
_STATES = ("not_started", "in_progress", "done", "cancelled")


def test_the_database_tells_timeliness_as_people_do(house: House) -> None:
    cases = list(product(_DUE, _STATES, _DONE))
    document = put(house, directive("lưới", number="grid", lead="Sở Y tế", tasks=len(cases)))
    with house.database.writing() as session:
        rows = session.scalars(sa.select(tables.Task).where(tables.Task.document_id == document)).all()
        for row, (due, state, done) in zip(rows, cases, strict=True):
            row.due, row.state, row.completed_on = due, state, done
    for soon in (0, 7):
        told: dict[UUID, list[str]] = {row.id: [] for row in rows}
        for word in get_args(Timeliness):
            wanted = Filter(document=document, timeliness=word, today=TODAY, soon=soon)
            with house.database.reading() as session:
                for row in tasks.page(session, wanted, order="newest", after=None, limit=1000):
                    told[row.id].append(word)
        for row in rows:
            expected = timeliness(row.due, row.state, row.completed_on, TODAY, soon)
            assert told[row.id] == [expected], (row.due, row.state, row.completed_on)


def test_filters_of_state_approval_and_time(client: TestClient, house: House) -> None:
    document = str(put(house, directive("lọc", number="lọc", lead="Sở Lọc")))
    first, second, third = _find(client, document=document)
    before = datetime.now(UTC).isoformat()
    client.put(f"/v1/tasks/{first['id']}/progress", json={"state": "done"})
    tag = client.get(f"/v1/documents/{document}/record").headers["ETag"]
    assert [task["id"] for task in _find(client, document=document, updated_since=before)] == [first["id"]]
    client.post(f"/v1/documents/{document}/approval", headers={"If-Match": tag})

    def ids(**query: Any) -> list[str]:
        return [task["id"] for task in _find(client, document=document, **query)]

    everything = [first["id"], second["id"], third["id"]]
    assert ids(approved=True) == everything and ids(approved=False) == []
    assert (ids(state="done"), ids(state="not_started")) == (everything[:1], everything[1:])
    assert ids(updated_since=before) == everything, "an approval is a change"
    assert ids(updated_since="2999-01-01T00:00:00Z") == []
    client.post(f"/v1/documents/{document}/recall", json={"why": "sai"})
    assert ids() == [] and ids(withdrawn=True) == everything
    assert ids(withdrawn=True, updated_since=before) == everything, "who follows changes learns of the end"
    for bad in ({"updated_since": "2026-01-01T00:00:00"}, {"timeliness": "late"}, {"order": "random"}):
        assert client.get("/v1/tasks", params=bad).json()["code"] == "invalid"


def test_occurrences_come_when_asked_for(client: TestClient, house: House) -> None:
    document = str(put(house, directive("kỳ", number="kỳ", lead="Sở Kỳ")))
    dated, monthly, _ = _find(client, document=document, expand="occurrences")
    assert len(monthly["occurrences"]) in (12, 13) and monthly["due"] == monthly["occurrences"][0]
    assert len(dated["occurrences"]) <= 1
    assert [task["occurrences"] for task in _find(client, document=document)] == [[], [], []]
    assert client.get(f"/v1/tasks/{monthly['id']}").json()["occurrences"] == monthly["occurrences"]


def test_recurring_tasks_move_on_with_the_calendar(client: TestClient, house: House) -> None:
    document = put(house, directive("lịch", number="lịch", lead="Sở Lịch"))
    monthly = _find(client, document=str(document))[1]
    assert monthly["recurring"] and monthly["due"].endswith("-01")
    with house.database.writing() as session:
        session.get_one(tables.Task, UUID(monthly["id"])).due = date(2026, 4, 1)
    for moved in (True, False):
        with house.database.writing() as session:
            assert (records.refresh_recurrences(session, date(2026, 4, 2)) > 0) == moved
    now = client.get(f"/v1/tasks/{monthly['id']}").json()
    assert (now["due"], now["version"]) == ("2026-05-01", 2)
    with house.database.reading() as session:
        event = session.scalars(sa.select(tables.Event).order_by(tables.Event.seq.desc()).limit(1)).one()
        assert (event.type, event.task_id, event.changed) == ("task.updated", UUID(monthly["id"]), ["due"])


def test_only_the_fields_that_are_asked_for(client: TestClient, ids: list[str]) -> None:
    [first, *_] = _find(client, document=ids[0], fields="id, leads,document")
    assert first.keys() == {"id", "leads", "document"} and first["document"]["number"] == "0"
    page = client.get("/v1/tasks", params={"fields": "id", "limit": 1}).json()
    assert page.keys() == {"items", "next_cursor"} and page["next_cursor"]
    assert _find(client, document=ids[0], fields=" , ") == _find(client, document=ids[0])
    for unknown in ("id,secret", "document.number", "__class__"):
        answer = client.get("/v1/tasks", params={"fields": unknown})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.fields")
    assert client.get("/v1/documents", params={"fields": "id,number"}).json()["items"][0].keys() == {"id", "number"}


@pytest.mark.parametrize(
    "query",
    [{"agency": "Sở Trang"}, {"agency": "so trang", "role": "lead"}, {"agency": "Sở Trang", "order": "updated"}],
)
def test_pages_join_without_gap_or_overlap(client: TestClient, house: House, query: dict[str, str]) -> None:
    for n in range(3):
        put(house, directive(f"trang {n} {query}", number=str(n), lead="Sở Trang"))
    everything = [task["id"] for task in _find(client, limit=200, **query)]
    seen, asked = [], {"limit": 2, **query}
    while True:
        page = client.get("/v1/tasks", params=asked).json()
        seen += [task["id"] for task in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert seen == everything and len(seen) >= 9


def test_who_follows_changes_page_by_page_misses_no_task(client: TestClient, house: House) -> None:
    """Tasks change while a consumer is on its way: each is met, at its old place or at its new one, the newest last."""
    since = datetime.now(UTC).isoformat()
    documents = [str(put(house, directive(f"theo dõi {n}", number=str(n), lead="Sở Theo dõi"))) for n in range(4)]
    mine = [task["id"] for document in documents for task in _find(client, document=document)]
    stop = threading.Event()

    def change() -> None:
        for n in count():
            if stop.is_set():
                return
            path = f"/v1/tasks/{mine[n * 5 % len(mine)]}/progress"
            client.put(path, json={"state": "in_progress", "note": f"lần {n}"})

    met: dict[str, int] = {}
    query: dict[str, Any] = {"order": "updated", "updated_since": since, "limit": 2}
    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(change) for _ in range(2)]
        for pages in count():
            page = client.get("/v1/tasks", params=query).json()
            for task in page["items"]:
                assert met.get(task["id"], 0) < task["version"], "none is met twice in one version"
                met[task["id"]] = task["version"]
            if pages == 25:
                stop.set()
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        stop.set()
        for writer in writers:
            writer.result()
    assert met.keys() == set(mine)
