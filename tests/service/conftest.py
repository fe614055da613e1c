from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import argon2
import postgres
import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import DirectiveRecord
from service.access import accounts
from service.access.actor import SCOPES, Scope, the_service
from service.access.tokens import create_token
from service.app import create_app
from service.house import House
from service.settings import Settings
from service.store import documents, offices, records
from service.store.ids import new_id

# Passwords of tests are worth no work.
accounts._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
# The default renderer draws tracebacks in colour, which takes seconds.
structlog.configure(processors=[structlog.processors.KeyValueRenderer()])

Json = dict[str, Any]
ENDED = ("succeeded", "partial", "failed")


def settings_for(data: Path, **given: Any) -> Settings:
    plain: Json = {
        "poll_seconds": 0.2,  # an idle service takes a tenth of a core at that, a quarter at 0.05
        "drain_seconds": 0,
        "extractor": "tests.service.fakes",
        "rate_per_minute": 1_000_000,
        "sign_ins_per_minute": 1_000_000,
    }
    return Settings(data=data, **plain | given)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, empty database of each kind: everything that asks for it is tested on both."""
    return "" if request.param == "sqlite" else postgres.fresh(request.module.__name__)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[House]:
    data = tmp_path_factory.mktemp("data")
    opened = House.open(settings_for(data, database_url=database_url, upload_bytes=100_000, job_slots=2))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(house: House) -> FastAPI:
    return create_app(house)


@pytest.fixture(scope="module")
def client(house: House, app: FastAPI) -> TestClient:
    """Somebody who may do everything."""
    return client_of(house, app, SCOPES)


def client_of(house: House, app: FastAPI, scopes: Iterable[Scope], office: UUID | None = None) -> TestClient:
    """A program with a token of these scopes."""
    with house.database.writing() as session:
        offices.default(session)
        secret, _ = create_token(session, the_service("tests"), f"token-{new_id()}", scopes, office, None)
    return TestClient(
        app,
        base_url="http://127.0.0.1",
        raise_server_exceptions=False,
        headers={"Authorization": f"Bearer {secret}"},
    )


def put(house: House, record: DirectiveRecord, office: UUID | None = None) -> UUID:
    """A document that was read as `record`, put into the store without a reader; its id."""
    with house.database.writing() as session:
        document = documents.add(
            session,
            actor=the_service("tests"),
            office=office or offices.default(session).id,
            sha256=record.source.sha256,
            file_name=record.source.file_name,
            media_type=record.source.media_type,
            size=1,
        )
        job = documents.add_job(session, document, priority=documents.BULK)
        job.state, job.finished_at = "succeeded", document.received_at
        records.keep_reading(session, document, record, pipeline_version="1", job_id=job.id)
    return document.id


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    """Somebody who shows nothing."""
    return TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def upload(client: TestClient) -> Callable[..., Any]:
    """Hands in text; the answer."""

    def send(text: str | bytes, name: str = "chỉ thị.txt") -> Any:
        return client.post("/v1/documents", files={"file": (name, text)})

    return send


@pytest.fixture
def ended(client: TestClient) -> Callable[[Json], Json]:
    """The job when it has ended."""

    def wait(job: Json) -> Json:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            now: Json = client.get(f"/v1/jobs/{job['id']}").json()
            if now["state"] in ENDED:
                return now
            time.sleep(0.05)
        raise AssertionError(f"job did not end: {now}")

    return wait


def gone(trace: str) -> bool:
    """Whether the processes that a fake reader noted down, one id a line, have ended."""
    end = time.monotonic() + 10
    processes = [int(line) for line in trace.split()]
    while any(map(_alive, processes)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(_alive, processes))


def _alive(process: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    # Where nobody reaps orphans, an ended process stays in the list as a zombie.
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")
