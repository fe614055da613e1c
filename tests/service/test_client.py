"""The typed client against a real server, over HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from service import client as clients
from service.access.actor import SCOPES, the_service
from service.access.tokens import create_token
from service.api import shapes
from service.client import Client, ServiceError, Versioned
from service.house import House

_numbers = count(1)


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        end = time.monotonic() + 30
        while not server.started and time.monotonic() < end:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def service(house: House, address: str) -> Iterator[Client]:
    with house.database.writing() as session:
        secret, _ = create_token(session, the_service("tests"), "theo-doi", SCOPES, None, None)
    with Client(address, secret) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "12 CT-UBND.txt"
    path.write_text(f"number={next(_numbers)}/CT-UBND")
    return path


class Flaky:
    """Stands before the server: does what it is told with the next answers, which have been given all the same."""

    def __init__(self, service: Client, monkeypatch: pytest.MonkeyPatch, *troubles: Any) -> None:
        self.asked = 0
        send = service._http.send
        coming = iter(troubles)

        def through(request: httpx2.Request, **given: Any) -> httpx2.Response:
            self.asked += 1
            answer = send(request, **given)
            trouble = next(coming, None)
            if isinstance(trouble, Exception):
                raise trouble
            return trouble or answer

        monkeypatch.setattr(service._http, "send", through)
        monkeypatch.setattr(clients.time, "sleep", lambda _: None)


LOST = httpx2.ReadError("the answer got lost")


def test_the_way_of_a_tracker(service: Client, file: Path) -> None:
    before = service.last_change()
    upload = service.upload(file)
    assert upload.new_document and upload.document.file_name == "12 CT-UBND.txt"
    assert service.wait(upload.job.id, every=0.05).state == "succeeded"
    assert not service.upload(file).new_document
    document = service.document(upload.document.id)
    assert [each.id for each in service.documents(number=document.number)] == [document.id]

    record = service.record(document.id)
    title = "Rà soát kế hoạch, do người sửa"
    first = record.content.tasks[0].model_copy(update={"title": title})
    corrected = record.content.model_copy(update={"tasks": (first, *record.content.tasks[1:])})
    assert service.correct(document.id, Versioned(corrected, record.etag)).version == 2
    with pytest.raises(ServiceError) as stale:
        service.correct(document.id, Versioned(corrected, record.etag))
    assert (stale.value.status, stale.value.code) == (412, "changed-meanwhile")
    assert stale.value.message != stale.value.message_en and stale.value.request_id
    assert service.approve(document.id, service.record(document.id).etag).approved

    tasks = list(service.tasks(document=document.id, limit=2))
    assert tasks[0].title == title and len(tasks) == 3, "more than one page"
    done = service.report(tasks[0].id, shapes.TaskReport(state="done", external_id="A-1"))
    assert done.state == "done" and service.task(done.id) == done
    assert [task.id for task in service.tasks(external_id="A-1")] == [done.id]

    told = list(service.changes(after=before, limit=3))
    assert [change.type for change in told if change.task and change.task.id == done.id] == [
        "task.created",
        "task.updated",
        "task.approved",
        "task.progress",
    ]
    assert [change.sequence for change in told] == sorted({change.sequence for change in told})
    assert list(service.changes(after=told[-1].keep)) == []


def test_many_files_at_once(service: Client, file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "b.zip"
    bad.write_bytes(b"PK\x03\x04")
    batch = service.upload_many([file, bad])
    assert (batch.accepted, batch.refused) == (1, 1)
    good, refused = batch.items
    assert good.upload and good.upload.document.file_name == file.name
    assert refused.problem and refused.problem.code == "unsupported-type"


def test_an_answer_that_got_lost_is_asked_for_again(
    service: Client, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        flaky = Flaky(service, patch, LOST, httpx2.Response(503), httpx2.Response(429, headers={"Retry-After": "soon"}))
        upload = service.upload(file)
        assert flaky.asked == 4 and not upload.new_document, "it was taken the first time"
    service.wait(upload.job.id, every=0.05)
    record = service.record(upload.document.id)
    with monkeypatch.context() as patch:
        Flaky(service, patch, LOST, httpx2.Response(409, headers={"Retry-After": "1"}))
        assert service.correct(upload.document.id, record).version == 2, "no conflict with itself"
    assert service.document(upload.document.id).version == 2


def test_what_does_not_pass_is_raised_at_once(service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        flaky = Flaky(service, patch, *[LOST] * 9)
        with pytest.raises(httpx2.ReadError):
            service.last_change()
        assert flaky.asked == 4
    with monkeypatch.context() as patch:
        flaky = Flaky(service, patch, httpx2.Response(500, text="no JSON"))
        with pytest.raises(ServiceError, match="500"):
            service.last_change()
        assert flaky.asked == 1
    with monkeypatch.context() as patch:
        flaky = Flaky(service, patch, httpx2.Response(409, json={"code": "conflict"}))
        with pytest.raises(ServiceError, match="conflict"):
            service.last_change()
        assert flaky.asked == 1, "a conflict that says nothing of later"


def test_strangers_are_told_so(address: str) -> None:
    with Client(address, "dtk_nobody") as stranger, pytest.raises(ServiceError) as refused:
        list(stranger.tasks())
    assert (refused.value.status, refused.value.code) == (401, "unauthenticated")
