from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from service.app import create_app
from service.house import House
from service.settings import Settings

# The default renderer draws tracebacks in colour, which takes seconds.
structlog.configure(processors=[structlog.processors.KeyValueRenderer()])

Json = dict[str, Any]
ENDED = ("succeeded", "partial", "failed")


def settings_for(data: Path, **given: Any) -> Settings:
    plain: Json = {"poll_seconds": 0.05, "drain_seconds": 0, "extractor": "tests.service.fakes:extract"}
    return Settings(data=data, **plain | given)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    opened = House.open(settings_for(tmp_path_factory.mktemp("data"), upload_bytes=100_000, job_slots=2))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(house: House) -> TestClient:
    return TestClient(create_app(house), base_url="http://127.0.0.1", raise_server_exceptions=False)


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
