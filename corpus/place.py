"""A place where the service runs for a while: a data folder, a database, a token, and processes over them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx2

from service.access.actor import SCOPES, Scope, the_service
from service.access.tokens import create_token
from service.house import prepare
from service.settings import Settings
from service.store import offices
from service.store.database import Database

ROOT = Path(__file__).parents[1]
QUICK = {
    "DIRECTIVES_POLL_SECONDS": "0.1",
    "DIRECTIVES_RATE_PER_MINUTE": "10000000",
    "DIRECTIVES_DRAIN_SECONDS": "0",
}


class Place:
    """`url` of the database; empty: SQLite in the data folder. `environ` is what all processes are told beside QUICK."""

    def __init__(self, data: Path, url: str = "", **environ: str) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.data, self.url = data, url
        self.settings = Settings(data=data, database_url=url)
        self.database = Database(self.settings.url)
        self.name = self.database.engine.dialect.name
        prepare(self.settings, self.database)
        with self.database.writing() as session:
            self.office = offices.default(session).id
        self.token = self.token_of(SCOPES)
        self.environ = QUICK | environ
        self.client = httpx2.Client(headers={"Authorization": f"Bearer {self.token}"}, timeout=120)
        self.processes: list[subprocess.Popen[str]] = []

    def token_of(self, scopes: Iterable[Scope], name: str = "") -> str:
        """A new token with these scopes."""
        with self.database.writing() as session:
            name = name or f"place-{time.time_ns()}"
            return create_token(session, the_service("place"), name, sorted(scopes), None, None)[0]

    def start(self, *command: str, module: str = "service", **environ: str) -> subprocess.Popen[str]:
        """A process of the service, when it is ready; the address of a `serve` becomes that of the client."""
        with (self.data.parent / "log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *command],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self._environ(environ),
            )
        self.processes.append(process)
        assert process.stdout
        first = process.stdout.readline()
        if found := re.search(r"http://[^\s/]+", first):
            self.client.base_url = found[0]
        return process

    def run(self, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """A command of the service, when it has ended."""
        return subprocess.run(
            [sys.executable, "-m", "service", *command],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env=self._environ(environ),
        )

    def _environ(self, given: dict[str, str]) -> dict[str, str]:
        here = {"DIRECTIVES_DATA": str(self.data), "DATABASE_URL": self.url}
        return {**os.environ, **here, **self.environ, **given}

    def stop(self, process: subprocess.Popen[str]) -> int:
        """Ask a process to end; its exit status."""
        process.terminate()
        process.communicate()
        self.processes.remove(process)
        return process.returncode

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(path, params=query)
        answer.raise_for_status()
        return answer.json()

    def upload(self, content: bytes, name: str = "", **query: Any) -> Any:
        answer = self.client.post("/v1/documents", params={"file_name": name, **query}, content=content)
        answer.raise_for_status()
        return answer.json()

    def ended(self, job: str, seconds: float = 120) -> Any:
        """A job, when it has ended."""
        until = time.monotonic() + seconds
        while (now := self.get(f"/v1/jobs/{job}"))["finished_at"] is None:
            if time.monotonic() > until:
                raise TimeoutError(now)
            time.sleep(0.05)
        return now

    def alive(self) -> list[int]:
        """The processes, of whatever generation, that work over this place: each was told where it is."""
        mark = f"DIRECTIVES_DATA={self.data}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                told = (process / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if mark in told and int(process.name) != os.getpid():
                found.append(int(process.name))
        return found

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()
        self.client.close()
        self.database.close()
