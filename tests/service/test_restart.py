"""The service as a process of its own: killed in the middle, stopped politely, started twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import postgres
import pytest

from corpus.postgres import Missing, Server
from service.access.actor import SCOPES, the_service
from service.access.tokens import create_token
from service.settings import Settings
from service.store import tables
from service.store.database import Database
from service.store.ids import new_id
from tests.service.conftest import gone

ROOT = Path(__file__).parents[2]
Start = Callable[..., "Service"]


class Service:
    def __init__(self, data: Path, url: str, *arguments: str, **environ: str) -> None:
        self.data, self.url = data, url
        self.process = start_process(data, url, "serve", "--port", "0", *arguments, **environ)
        assert self.process.stdout
        found = next(filter(None, (re.search(r"http://[^\s/]+", line) for line in self.process.stdout)))
        self.client = httpx2.Client(
            base_url=found[0], timeout=30, headers={"Authorization": f"Bearer {token(data, url)}"}
        )

    def get(self, path: str) -> Any:
        return self.client.get(path).json()

    def upload(self, text: str, **query: str) -> Any:
        return self.client.post("/v1/documents", params=query, files={"file": ("a.txt", text.encode())}).json()

    def wait(self, job: str, until: Callable[[Any], bool]) -> Any:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            now = self.get(f"/v1/jobs/{job}")
            if until(now):
                return now
            time.sleep(0.05)
        raise AssertionError(now)


def start_process(data: Path, url: str, *command: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "service", *command, "--data", str(data)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DIRECTIVES_EXTRACTOR": "tests.service.fakes",
            "DIRECTIVES_POLL_SECONDS": "0.1",
            **environ,
        },
    )


def token(data: Path, url: str) -> str:
    """Of somebody who may do everything."""
    database = Database(Settings(data=data, database_url=url).url)
    with database.writing() as session:
        secret, _ = create_token(session, the_service("tests"), f"token-{new_id()}", SCOPES, None, None)
    database.close()
    return secret


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database for each test: each has a data folder of its own as well."""
    return "" if request.param == "sqlite" else postgres.fresh("restart")


@pytest.fixture
def start(tmp_path: Path, database_url: str) -> Iterator[Start]:
    started: list[Service] = []

    def begin(*arguments: str, **environ: str) -> Service:
        started.append(Service(tmp_path / "data", database_url, *arguments, **environ))
        return started[-1]

    yield begin
    for service in started:
        service.client.close()
        service.process.kill()
        service.process.communicate()


def test_killed_in_the_middle_it_finishes_after_restart(start: Start, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    first = start()
    reading = first.upload(f"pages=6;wait=0.4;trace={trace}")
    waiting = [first.upload(f"number={n}/CT-UBND") for n in range(3)]
    first.wait(reading["job"]["id"], lambda job: job["page"] >= 1)
    first.process.kill()
    first.process.wait()
    assert gone(trace.read_text()), "a reader outlived its service"

    second = start()
    job = second.wait(reading["job"]["id"], lambda job: job["finished_at"] is not None)
    assert (job["state"], job["attempts"]) == ("succeeded", 2)
    for upload in waiting:
        assert second.wait(upload["job"]["id"], lambda job: job["finished_at"] is not None)["state"] == "succeeded"
    found = second.get("/v1/documents?limit=200")["items"]
    assert len(found) == 4
    assert {document["version"] for document in found} == {1}, "each was stored once"
    assert len(second.get("/v1/tasks?limit=200")["items"]) == 12
    assert len(trace.read_text().split()) == 2
    assert not [path for path in (tmp_path / "data" / "results").rglob("*") if path.is_file()]


def test_asked_to_stop_it_lets_the_reading_finish_or_gives_it_back(start: Start, tmp_path: Path) -> None:
    first = start()
    upload = first.upload("pages=4;wait=0.3")
    first.wait(upload["job"]["id"], lambda job: job["page"] >= 1)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(30) == 0

    trace = tmp_path / "trace"
    second = start(DIRECTIVES_DRAIN_SECONDS="0")
    job = second.get(f"/v1/jobs/{upload['job']['id']}")
    assert (job["state"], job["attempts"]) == ("succeeded", 1)
    upload = second.upload(f"pages=4;wait=0.5;trace={trace}")
    second.wait(upload["job"]["id"], lambda job: job["page"] >= 1)
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(30) == 0
    assert gone(trace.read_text())

    third = start()
    job = third.wait(upload["job"]["id"], lambda job: job["finished_at"] is not None)
    assert (job["state"], job["attempts"]) == ("succeeded", 1), "a shutdown is no death"


def test_what_it_cannot_do_it_says(start: Start, tmp_path: Path) -> None:
    first = start(DIRECTIVES_UPLOAD_BYTES="100000", DIRECTIVES_WORKER_NAME="one")
    answer = first.client.post("/v1/documents", content=b"a" * 5_000_000, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert first.get("/v1/health")["status"] == "ok"

    port = str(first.client.base_url.port)
    environ = {"DATABASE_URL": first.url, "DIRECTIVES_WORKER_NAME": "one"}
    same_name = ["--data", str(tmp_path / "data"), "--port", "0"]
    same_port = ["--data", str(tmp_path / "b"), "--port", port]
    for arguments in (same_name, same_port):
        second = _run("serve", *arguments, **environ)
        assert second.returncode == 69
        assert len(second.stderr.strip().splitlines()) == 2, second.stderr
    usage = _run()
    assert usage.returncode == 2 and "Cách dùng" in usage.stderr


def _run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
        timeout=240,
    )


def test_whoever_waits_goes_before_what_came_in_bulk(start: Start) -> None:
    door = start("--no-worker")
    bulk = [door.upload(f"number={n}/CT-UBND", bulk="true") for n in range(4)]
    waited_for = door.upload("number=9/CT-UBND")
    worker = start_process(door.data, door.url, "worker")
    try:
        ended = [door.wait(upload["job"]["id"], _ended) for upload in (*bulk, waited_for)]
    finally:
        worker.kill()
        worker.communicate()
    began = [job["started_at"] for job in ended]
    assert began[-1] == min(began)
    assert began[:-1] == sorted(began[:-1]), "the others in their order"


@pytest.fixture
def workers(start: Start) -> Iterator[Callable[..., tuple[Service, dict[str, subprocess.Popen[str]]]]]:
    """A service that only answers, and two workers of it, by name."""
    started: dict[str, subprocess.Popen[str]] = {}

    def begin(**environ: str) -> tuple[Service, dict[str, subprocess.Popen[str]]]:
        door = start("--no-worker", **environ)
        for name in ("one", "two"):
            started[name] = start_process(door.data, door.url, "worker", DIRECTIVES_WORKER_NAME=name, **environ)
        for process in started.values():
            assert process.stdout and process.stdout.readline()
        return door, started

    yield begin
    for process in started.values():
        process.kill()
        process.communicate()


def _reader_of(door: Service, job: str) -> str:
    """The worker that reads a job."""
    door.wait(job, lambda job: job["page"] >= 1)
    database = Database(Settings(data=door.data, database_url=door.url).url)
    with database.reading() as session:
        worker = session.get_one(tables.Job, UUID(job)).worker
    database.close()
    assert worker
    return worker


def test_a_worker_that_stops_gives_its_jobs_to_the_others_at_once(workers: Any, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    door, both = workers(DIRECTIVES_DEAD_SECONDS="1000", DIRECTIVES_DRAIN_SECONDS="0")
    job = door.upload(f"pages=20;wait=0.3;trace={trace}")["job"]["id"]
    first = _reader_of(door, job)
    both[first].send_signal(signal.SIGTERM)
    assert both[first].wait(60) == 0
    assert gone(trace.read_text().split()[0])
    ended = door.wait(job, _ended)
    assert (ended["state"], ended["attempts"]) == ("succeeded", 1), "a shutdown is no death"
    assert len(trace.read_text().split()) == 2


def test_a_worker_that_is_killed_loses_its_jobs_to_the_others(workers: Any) -> None:
    door, both = workers(DIRECTIVES_DEAD_SECONDS="2", DIRECTIVES_BEAT_SECONDS="0.3")
    job = door.upload("pages=20;wait=0.3")["job"]["id"]
    both[_reader_of(door, job)].kill()
    ended = door.wait(job, _ended)
    assert (ended["state"], ended["attempts"]) == ("succeeded", 2)


# The database goes away


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of this test's own."""
    try:
        started = Server("-c fsync=off")
    except Missing as error:
        pytest.skip(str(error))
    yield started
    started.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_database_that_restarts_is_waited_for(tmp_path: Path, server: Server, mode: str) -> None:
    service = Service(tmp_path / "data", server.fresh())
    try:
        job = service.upload("pages=8;wait=0.5")["job"]["id"]
        service.wait(job, lambda job: job["page"] >= 1)
        server.stop(mode)
        for path in ("/v1/tasks", "/v1/documents", "/v1/health/ready"):
            answer = service.client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
            assert answer.headers["retry-after"]
        answer = service.client.post("/v1/documents", content=b"text", headers={"Content-Type": "text/plain"})
        assert answer.status_code == 503
        assert httpx2.get(f"{service.client.base_url}/v1/health").status_code == 200, "the process lives"
        server.start()
        assert (service.wait(job, _ended)["state"], service.get(f"/v1/jobs/{job}")["attempts"]) == ("succeeded", 1)
        after = service.upload("number=8/CT-UBND")["job"]["id"]
        assert service.wait(after, _ended)["state"] == "succeeded"
        assert service.client.get("/v1/health/ready").status_code == 200
    finally:
        service.client.close()
        service.process.kill()
        service.process.communicate()


def test_a_database_that_is_away_at_the_start_is_waited_for(tmp_path: Path, server: Server) -> None:
    url = server.fresh()
    server.stop("fast")
    process = start_process(tmp_path / "data", url, "serve", "--port", "0")
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(4)
        status = _run("token", "list", "--data", str(tmp_path / "data"), DATABASE_URL=url)
        assert status.returncode == 69 and len(status.stderr.strip().splitlines()) == 2, "a command does not wait"
        server.start()
        assert process.stdout
        address = next(filter(None, (re.search(r"http://[^\s/]+", line) for line in process.stdout)))[0]
        assert httpx2.get(f"{address}/v1/health/ready").status_code == 200
    finally:
        process.kill()
        process.communicate()


def _ended(job: Any) -> bool:
    return job["finished_at"] is not None
