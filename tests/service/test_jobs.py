"""How jobs end, whatever the document does to its reader."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service import reader
from service.access.actor import the_service
from service.house import House, InUse
from service.store import documents, offices, progress
from service.store.tables import Job
from tests.service.conftest import gone, settings_for

Upload = Callable[..., Any]
Ended = Callable[[dict[str, Any]], dict[str, Any]]


def test_a_document_that_cannot_be_read_says_why_in_both_languages(
    client: TestClient, upload: Upload, ended: Ended
) -> None:
    body = upload("fail=cut off").json()
    job = ended(body["job"])
    assert job["state"] == "failed"
    assert job["error"]["code"] == "damaged-file"
    assert "bị hỏng" in job["error"]["message"]
    assert "damaged" in job["error"]["message_en"]
    assert client.get(f"/v1/documents/{body['document']['id']}").json()["state"] == "failed"
    missing = client.get(f"/v1/documents/{body['document']['id']}/record")
    assert (missing.status_code, missing.json()["code"]) == (404, "no-record")
    assert client.get(f"/v1/documents/{body['document']['id']}/original").content == b"fail=cut off"


def test_a_partly_read_document_is_partial(client: TestClient, upload: Upload, ended: Ended) -> None:
    body = upload("partial=1").json()
    assert ended(body["job"])["state"] == "partial"
    assert client.get(f"/v1/documents/{body['document']['id']}").json()["state"] == "partial"


def test_a_document_that_kills_its_reader_is_set_aside(upload: Upload, ended: Ended, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = ended(upload(f"die=1;trace={trace}").json()["job"])
    assert (job["state"], job["error"]["code"], job["attempts"]) == ("failed", "set-aside", 3)
    assert len(trace.read_text().split()) == 3


def test_a_defect_of_the_reader_is_not_shown_to_people(upload: Upload, ended: Ended) -> None:
    job = ended(upload("defect=1").json()["job"])
    assert (job["state"], job["error"]["code"], job["attempts"]) == ("failed", "internal-error", 1)
    assert "secret" not in json.dumps(job)


@pytest.mark.parametrize("limit", [{"job_stall_seconds": 1}, {"job_seconds": 1}])
def test_a_reader_that_gets_nowhere_is_stopped(tmp_path: Path, limit: dict[str, int]) -> None:
    source, trace = tmp_path / "a.txt", tmp_path / "trace"
    source.write_text(f"wait=600;trace={trace}")

    async def told(stage: str, page: int, pages: int) -> None:
        pass

    rooms = {"results": tmp_path, "images": tmp_path, "readings": tmp_path}
    settings = settings_for(tmp_path, **limit)
    with contextlib.closing(reader.Readers(settings)) as readers:
        outcome = asyncio.run(readers.read(source, "a.txt", None, **rooms, told=told))
    assert isinstance(outcome, reader.Failure) and outcome.code == "too-slow"
    assert not trace.exists() or gone(trace.read_text())


def test_progress_can_be_followed(client: TestClient, upload: Upload) -> None:
    job = upload("pages=3;wait=0.5").json()["job"]
    with client.stream("GET", f"/v1/jobs/{job['id']}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        told = [json.loads(line.removeprefix("data: ")) for line in events.iter_lines() if line.startswith("data: ")]
    assert told[-1]["state"] == "succeeded"
    pages = [job["page"] for job in told]
    assert pages == sorted(pages) and len(set(pages)) > 2
    assert client.get("/v1/jobs/01a204f5-7d4c-7000-a3be-d7d3a568fa0b/events").status_code == 404


def test_two_workers_do_not_share_a_name(house: House) -> None:
    assert house.worker
    with pytest.raises(InUse):
        House.open(replace(house.settings, worker_name=house.worker.name))


def test_an_interrupted_reading_is_no_death(house: House) -> None:
    with house.database.writing() as session:
        office = offices.default(session).id
        document = documents.add(
            session,
            actor=the_service("tests"),
            office=office,
            sha256="0" * 64,
            file_name="a",
            media_type="text/plain",
            size=1,
        )
        job = documents.add_job(session, document, priority=documents.CLERK)
        progress.begin(session, job, "one")
    with house.database.writing() as session:
        progress.give_back(session, [job.id], "another")
        assert session.get_one(Job, job.id).state == "running", "who has lost a job gives nothing back"
        progress.give_back(session, [job.id], "one")
    with house.database.writing() as session:
        again = session.get_one(Job, job.id)
        assert (again.state, again.attempts) == ("queued", 0)
        assert progress.finish(session, job.id, "succeeded")
        assert progress.finish(session, job.id, "succeeded") is None, "a job ends once"
        assert progress.fail(session, job.id, code="late", message="", message_en="") is None


def test_a_document_is_not_blamed_for_a_worker_that_stops(tmp_path: Path) -> None:
    opened = House.open(settings_for(tmp_path / "data", job_slots=1))
    worker = opened.worker
    assert worker
    with opened.database.writing() as session:
        document = documents.add(
            session,
            actor=the_service("tests"),
            office=offices.default(session).id,
            sha256=opened.originals.put(b"pages=1"),
            file_name="a.txt",
            media_type="text/plain",
            size=7,
        )
        job = documents.add_job(session, document, priority=documents.CLERK).id
    opened.close()
    with pytest.raises(BaseException) as left:
        asyncio.run(worker.read(job))
    assert type(left.value).__name__ == "_LeftOff", "it is neither failed nor tried until it counts as poison"
