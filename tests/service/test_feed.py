"""The change feed: every change once and in order, however many write, and however often a reader stops."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

import pytest
import sqlalchemy as sa
import uvicorn
from conftest import Json, client_of, put, settings_for
from fakes import directive
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.access.actor import the_service
from service.access.tokens import create_token
from service.client import Client, ServiceError
from service.feed.tide import Tide
from service.house import House
from service.store import changes, documents, offices, records, reports
from service.store.ids import new_id
from service.store.tables import Document, Event, Task

US = the_service("tests")
WRITERS, READERS, CHANGES = 8, 3, 10_000


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[House]:
    """One that only answers: nobody reads."""
    opened = House.open(settings_for(tmp_path_factory.mktemp("data"), database_url=database_url), work=False)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    """The service behind a real port."""
    door = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{door.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def token(house: House) -> str:
    with house.database.writing() as session:
        offices.default(session)
        return create_token(session, US, "tracker", ["read", "feed", "progress"], None, None)[0]


@pytest.fixture
def last(client: TestClient) -> int:
    """The number of the newest change when the test begins."""
    number: int = client.get("/v1/changes/last").json()["last"]
    return number


def _pages(client: TestClient, after: int, **query: Any) -> Iterator[Json]:
    more = True
    while more:
        answer = client.get("/v1/changes", params={"after": after, **query})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        yield page
        assert page["next"] >= after
        after, more = page["next"], page["more"]


def _changes(client: TestClient, after: int, **query: Any) -> list[Json]:
    return [item for page in _pages(client, after, **query) for item in page["items"]]


def _tasks_of(house: House, document: UUID) -> list[Task]:
    with house.database.reading() as session:
        query = sa.select(Task).where(Task.document_id == document).order_by(Task.ordinal)
        return list(session.scalars(query))


def _touch(house: House, document: UUID) -> None:
    """A change, whatever it may be."""
    with house.database.writing() as session:
        changes.of_document(session, "document.read", session.get_one(Document, document))


# The promise


def test_each_reader_sees_each_change_once_and_in_order(
    house: House, address: str, token: str, last: int, request: pytest.FixtureRequest
) -> None:
    tasks = [
        task.id
        for n in range(4)
        for task in _tasks_of(house, put(house, directive(f"many {n}", number=f"{n}/CT", lead="Sở Y tế", tasks=8)))
    ]
    with Client(address, token) as tracker:
        begin = tracker.last_change()
    a_transaction = 25
    written: list[list[tuple[UUID, int]]] = [[] for _ in range(WRITERS)]

    def write(n: int) -> None:
        chance = random.Random(n)
        for _ in range(CHANGES // WRITERS // a_transaction):
            with house.database.writing() as session:
                # Writers meet at the same tasks; in one order, so that they do not wait for each other in a ring.
                some = sa.select(Task).where(Task.id.in_(chance.sample(tasks, a_transaction))).order_by(Task.id)
                for task in session.scalars(some.with_for_update()):
                    task.version += 1
                    changes.of_task(session, "task.updated", task, ["title"])
                    written[n].append((task.id, task.version))
            time.sleep(
                0.02
            )  # whoever waits for SQLite looks now and then: one that writes without a pause gets all turns

    writing = threading.Event()

    def read(n: int) -> list[tuple[int, UUID, int]]:
        """Stops anywhere, and goes on with nothing but the number that it kept."""
        chance = random.Random(100 + n)
        kept, seen = begin, []
        with Client(address, token) as tracker:
            while True:
                finished = not writing.is_set()  # asked before the feed: what comes later is not missed
                few = chance.randrange(1, 3000)
                some = list(islice(tracker.changes(after=kept, wait=0 if finished else 0.5), few))
                for change in some:
                    seen.append((change.sequence, change.data["task_id"], change.data["version"]))
                    kept = change.keep
                if finished and len(some) < few:
                    return seen
                time.sleep(0.5)  # else each reader would fetch change by change

    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        writing.set()
        reading = [pool.submit(read, n) for n in range(READERS)]
        try:
            for done in [pool.submit(write, n) for n in range(WRITERS)]:
                done.result()
        finally:
            writing.clear()
        readers = [reader.result() for reader in reading]

    everything = sorted((str(task), version) for mine in written for task, version in mine)
    assert len(everything) == CHANGES
    for seen in readers:
        numbers = [number for number, _, _ in seen]
        assert numbers == sorted(set(numbers)), "in order, none twice"
        assert sorted((str(task), version) for _, task, version in seen) == everything, "none missing"
        versions: dict[UUID, int] = {}
        for _, task, version in seen:
            assert version > versions.get(task, 0), "in the order in which they were committed"
            versions[task] = version
    assert readers[0] == readers[1] == readers[2]


@pytest.mark.parametrize("locked", [True, False])
def test_a_number_is_never_seen_before_a_lower_one(
    house: House, client: TestClient, last: int, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """One writer has its number, and is slow to commit; another comes. Without the lock a reader passes the first by."""
    if house.database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    document = put(house, directive(f"slow {locked}", number="9/CT", lead="Sở Y tế"))
    begin = client.get("/v1/changes/last").json()["last"]
    drawn, go_on = threading.Event(), threading.Event()
    publish = changes.publish

    def slowly(session: Any) -> None:
        publish(session)
        drawn.set()
        go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        monkeypatch.setattr(changes, "publish", slowly)
        slow = pool.submit(_touch, house, document)
        drawn.wait(60)
        monkeypatch.setattr(changes, "publish", publish)
        if not locked:
            monkeypatch.setattr(changes, "_LOCK", 1)  # another lock than the first writer's: none
        quick = pool.submit(_touch, house, document)
        if locked:
            _until(lambda: _waiting_for_a_lock(house))
        else:
            quick.result()
        first = next(_pages(client, begin))
        go_on.set()
        slow.result(), quick.result()
    seen = [*first["items"], *_changes(client, first["next"])]
    assert len(seen) == (2 if locked else 1)


def _waiting_for_a_lock(house: House) -> bool:
    with house.database.reading() as session:
        return bool(
            session.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        )


def _until(true: Any) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


# What a change tells


def test_a_change_is_a_cloud_event_with_the_newest_state(house: House, client: TestClient, last: int) -> None:
    document = put(house, directive("told", number="11/CT-UBND", lead="Sở Y tế"))
    items = _changes(client, last)
    assert [item["type"].removeprefix("vn.directives.") for item in items] == [
        "document.received",
        "task.created",
        "task.created",
        "task.created",
        "document.read",
    ]
    for item in items:
        assert item["specversion"] == "1.0" and item["datacontenttype"] == "application/json"
        assert UUID(item["id"]) and datetime.fromisoformat(item["time"]) <= datetime.now(UTC)
        assert item["data"]["document_id"] == str(document) and not item["data"]["withdrawn"]
    assert [item["data"]["sequence"] for item in items] == sorted(item["data"]["sequence"] for item in items)
    task = items[1]
    assert task["subject"] == f"tasks/{task['data']['task_id']}" and task["data"]["document"] is None
    assert task["data"]["task"] == client.get(f"/v1/tasks/{task['data']['task_id']}").json() | {"occurrences": []}
    assert items[0]["subject"] == f"documents/{document}" and items[0]["data"]["task"] is None
    assert items[0]["data"]["document"] == client.get(f"/v1/documents/{document}").json(), "as it is now: read"
    with house.database.reading() as session:
        held = session.get_one(Document, document)
    assert items[0]["source"] == f"urn:uuid:{held.office_id}"


def test_what_is_withdrawn_leaves_a_tombstone(house: House, client: TestClient, last: int) -> None:
    document = put(house, directive("recalled", number="12/CT-UBND", lead="Sở Y tế"))
    end = client.get("/v1/changes/last").json()["last"]
    with house.database.writing() as session:
        records.withdraw(session, session.get_one(Document, document), US, "thu hồi")
    items = _changes(client, end)
    assert [item["type"] for item in items] == ["vn.directives.task.withdrawn"] * 3 + [
        "vn.directives.document.withdrawn"
    ]
    assert all(item["data"]["withdrawn"] for item in items)
    assert items[0]["data"]["task"]["withdrawn_at"] and items[3]["data"]["document"]["withdrawn_why"] == "thu hồi"
    assert all(item["data"]["withdrawn"] for item in _changes(client, last) if item["data"]["task_id"]), (
        "whoever comes later does not take for living what is dead by now"
    )


def test_a_row_that_is_gone_is_a_tombstone_of_ids(house: House, client: TestClient, last: int) -> None:
    with house.database.writing() as session:
        office = offices.default(session).id
        ghosts = (None, new_id())
        for ghost in ghosts:
            values = {"office_id": office, "document_id": new_id(), "task_id": ghost, "version": 3, "changed": []}
            session.add(Event(id=new_id(), type="task.updated", leads=["Sở Y tế"], at=datetime.now(UTC), **values))
    for by_lead in (False, True):
        items = _changes(client, last, by_lead=by_lead)
        assert [item["data"]["task_id"] for item in items if not item["data"]["lead"]] == [None, str(ghosts[1])]
        for item in items:
            assert item["data"]["withdrawn"] and item["data"]["task"] is None and item["data"]["document"] is None


def test_by_lead_each_lead_gets_its_share_and_a_tombstone_when_it_leads_no_more(
    house: House, client: TestClient, address: str, token: str, last: int
) -> None:
    record = directive("shared", number="13/CT-UBND", lead="Sở Y tế", tasks=1)
    document = put(house, record)
    (task,) = _tasks_of(house, document)

    def led_by(*leads: str) -> int:
        end: int = client.get("/v1/changes/last").json()["last"]
        read = record.tasks[0]
        whom = tuple(read.assignments[0].model_copy(update={"agency": lead}) for lead in leads) + read.assignments[1:]
        again = record.model_copy(update={"tasks": (read.model_copy(update={"assignments": whom}),)})
        with house.database.writing() as session:
            held = session.get_one(Document, document)
            job = documents.add_job(session, held, priority=documents.BULK)
            job.state = "succeeded"
            records.keep_reading(session, held, again, pipeline_version="2", job_id=job.id)
        return end

    def shares(after: int) -> list[tuple[str, str | None, bool]]:
        items = _changes(client, after, by_lead=True)
        assert len({item["id"] for item in items}) == len(items)
        told = [item for item in items if item["data"]["task"]]
        for item in told:
            assert item["data"]["task"]["leads"] == [item["data"]["lead"]]
            assert item["data"]["withdrawn"] == bool(item["data"]["task"]["withdrawn_at"])
        return [(item["type"].rpartition(".")[2], item["data"]["lead"], item["data"]["withdrawn"]) for item in told]

    assert shares(last) == [("created", "Sở Y tế", False)]
    two = led_by("Sở Y tế", "Sở Công Thương")
    assert shares(two) == [("updated", "Sở Y tế", False), ("updated", "Sở Công Thương", False)]
    other = led_by("Sở Công Thương", "Sở Tài chính")
    assert shares(other) == [
        ("updated", "Sở Công Thương", False),
        ("updated", "Sở Tài chính", False),
        ("withdrawn", "Sở Y tế", True),
    ]
    ids = {item["data"]["lead"]: item["id"] for item in _changes(client, other, by_lead=True)}
    whole = next(item for item in _changes(client, other) if item["data"]["task"])
    assert whole["data"]["lead"] is None and whole["data"]["task"]["leads"] == ["Sở Công Thương", "Sở Tài chính"]
    assert ids["Sở Y tế"] == str(uuid5(UUID(whole["id"]), "Sở Y tế")), "the same whenever it is asked"
    with Client(address, token) as tracker:
        got = [change for change in tracker.changes(after=other, by_lead=True) if change.task]
    assert [change.lead for change in got] == ["Sở Công Thương", "Sở Tài chính", "Sở Y tế"]
    number = got[0].sequence
    assert [change.keep for change in got] == [number - 1, number - 1, number], (
        "kept only when all shares are dealt with"
    )
    assert [change.withdrawn for change in got] == [False, False, True]

    end = client.get("/v1/changes/last").json()["last"]
    with house.database.writing() as session:
        records.withdraw(session, session.get_one(Document, document), US, "thu hồi")
    assert shares(end) == [("withdrawn", "Sở Công Thương", True), ("withdrawn", "Sở Tài chính", True)]
    assert client.get(f"/v1/tasks/{task.id}").json()["leads"] == ["Sở Công Thương", "Sở Tài chính"]


def test_what_a_tracker_reports_comes_back_as_a_change(house: House, address: str, token: str, last: int) -> None:
    (task, *_) = _tasks_of(house, put(house, directive("reported", number="14/CT-UBND", lead="Sở Y tế")))
    with house.database.writing() as session:
        reports.report(session, session.get_one(Task, task.id), US, state="in_progress", external_id="NV-1")
    with Client(address, token) as tracker:
        (change,) = tracker.changes(after=last, types=["task.progress"])
        assert (change.type, change.task and change.task.state) == ("task.progress", "in_progress")
        assert {change.type for change in tracker.changes(after=last)} > {"task.progress", "task.created"}
        assert all(change.document or change.task for change in tracker.changes(after=last))


# Pages and waiting


def test_pages_join_without_seam(house: House, client: TestClient, last: int) -> None:
    for n in range(3):
        put(house, directive(f"paged {n}", number=f"{n}/CT-P", lead="Sở Y tế"))
    whole = _changes(client, last)
    pages = list(_pages(client, last, limit=4))
    assert [item for page in pages for item in page["items"]] == whole
    assert [len(page["items"]) for page in pages] == [4, 4, 4, 3] and [page["more"] for page in pages][-2:] == [
        True,
        False,
    ]
    end = client.get("/v1/changes/last").json()["last"]
    assert pages[-1]["next"] == end == whole[-1]["data"]["sequence"]
    assert list(_pages(client, end)) == [{"items": [], "next": end, "more": False}]


def test_types_choose_and_move_on_past_the_others(house: House, client: TestClient, last: int) -> None:
    put(house, directive("chosen", number="15/CT-UBND", lead="Sở Y tế"))
    end = client.get("/v1/changes/last").json()["last"]
    (page,) = _pages(client, last, types=["document.received", "document.read"])
    assert [item["type"] for item in page["items"]] == [
        "vn.directives.document.received",
        "vn.directives.document.read",
    ]
    (page,) = _pages(client, last, types="task.approved")
    assert (page["items"], page["next"]) == ([], end), "nobody looks through the same changes again and again"


def test_an_office_sees_its_own_changes(house: House, app: FastAPI, client: TestClient, last: int) -> None:
    with house.database.writing() as session:
        other = offices.add(session, US, f"Văn phòng {new_id()}").id
    theirs = put(house, directive("theirs", number="16/CT", lead="Sở Y tế"), other)
    ours = put(house, directive("ours", number="17/CT", lead="Sở Y tế"))
    stranger = client_of(house, app, ["feed"], other)
    assert {item["data"]["document_id"] for item in _changes(stranger, last)} == {str(theirs)}
    assert {item["data"]["document_id"] for item in _changes(client, last)} == {str(theirs), str(ours)}


def test_a_number_from_a_future_that_was_undone_is_refused(client: TestClient, last: int) -> None:
    answer = client.get("/v1/changes", params={"after": last + 1})
    assert (answer.status_code, answer.json()["code"]) == (410, "unknown-change")


@pytest.mark.parametrize(
    "query", [{"after": -1}, {"after": 2**53}, {"limit": 0}, {"wait": 31}, {"types": "task.eaten"}]
)
def test_what_makes_no_sense_is_said(client: TestClient, query: Json) -> None:
    assert client.get("/v1/changes", params=query).status_code == 422


def test_only_feed_readers_read(house: House, app: FastAPI, stranger: TestClient) -> None:
    for path in ("/v1/changes", "/v1/changes/last"):
        assert stranger.get(path).status_code == 401
        assert client_of(house, app, ["read", "admin"]).get(path).status_code == 403
        assert client_of(house, app, ["feed"]).get(path).status_code == 200


def test_a_long_poll_is_answered_when_something_changes(house: House, address: str, token: str, last: int) -> None:
    document = put(house, directive("awaited", number="18/CT", lead="Sở Y tế"))
    with Client(address, token) as tracker, ThreadPoolExecutor(1) as pool:
        end = tracker.last_change()
        waiting = pool.submit(lambda: list(tracker.changes(after=end, wait=30, types=["document.failed"])))
        time.sleep(0.6)
        _touch(house, document)  # of no interest
        time.sleep(0.6)
        assert not waiting.done()
        with house.database.writing() as session:
            changes.of_document(session, "document.failed", session.get_one(Document, document))
        (change,) = waiting.result()
        assert change.type == "document.failed"
        assert list(tracker.changes(after=change.sequence, wait=0.1)) == [], "and when nothing does"


def test_waiting_costs_one_look_however_many_wait(house: House, monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    tide, looks, look = Tide(house.database), [], Tide._look

    def counted(tide: Tide) -> int:
        looks.append(1)
        return look(tide)

    monkeypatch.setattr(Tide, "_look", counted)

    async def wait() -> list[bool]:
        until = time.monotonic() + 0.7
        return list(await asyncio.gather(*(tide.beyond(last, until) for _ in range(100))))

    assert asyncio.run(wait()) == [False] * 100
    assert len(looks) <= 4


def test_an_unknown_number_is_raised_by_the_client(address: str, token: str, last: int) -> None:
    with Client(address, token) as tracker, pytest.raises(ServiceError) as refused:
        list(tracker.changes(after=last + 1_000_000))
    assert refused.value.code == "unknown-change"
