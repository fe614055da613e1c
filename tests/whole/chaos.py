"""The kill matrix: documents come in while service and workers are killed, and afterwards everything is there, once.

    python -m tests.whole.chaos --kills 200 [--database postgresql://…]

Every boundary between two steps is hit on purpose; the other kills fall at random instants. A frozen worker is woken after
its jobs were taken over. At the end each accepted document must have ended with a result or a reason, its tasks and its
events must be there exactly once, and `directives check` must find nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx2
import sqlalchemy as sa

from service.access.actor import the_service
from service.access.tokens import create_token
from service.house import prepare
from service.settings import Settings
from service.store import tables
from service.store.database import Database
from tests.whole import dying

ROOT = Path(__file__).parents[2]
SERVE, FIRST, SECOND = "serve", "worker-a", "worker-b"


@dataclass
class Chaos:
    """One service and two workers over one data folder, and somebody who kills them."""

    data: Path
    url: str = ""
    seed: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    accepted: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.settings = Settings(data=self.data, database_url=self.url)
        self.data.mkdir(parents=True, exist_ok=True)
        self.database = Database(self.settings.url)
        prepare(self.settings, self.database)
        with self.database.writing() as session:
            self.token, _ = create_token(session, the_service("chaos"), "chaos", ["read", "upload"], None, None)
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.address = ""
        self.ending = threading.Event()

    # Processes

    def start(self, name: str, die_at: str = "") -> None:
        command = [SERVE, "--port", "0", "--no-worker"] if name == SERVE else ["worker"]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.whole.dying", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "DIE_AT": die_at,
                "DATABASE_URL": self.url,
                "DIRECTIVES_DATA": str(self.data),
                "DIRECTIVES_EXTRACTOR": "tests.service.fakes:extract",
                "DIRECTIVES_WORKER_NAME": name,
                "DIRECTIVES_POLL_SECONDS": "0.1",
                "DIRECTIVES_BEAT_SECONDS": "0.3",
                "DIRECTIVES_DEAD_SECONDS": "3",
                "DIRECTIVES_JOB_SLOTS": "2",
                "DIRECTIVES_JOB_DEATHS": "1000",  # these deaths are ours, no document's
                "DIRECTIVES_DRAIN_SECONDS": "0",
                "DIRECTIVES_RATE_PER_MINUTE": "1000000",
            },
        )
        self.processes[name] = process
        assert process.stdout
        if name == SERVE:
            for line in process.stdout:
                if found := re.search(r"http://[^\s/]+", line):
                    self.address = found[0]
                    break
        else:
            process.stdout.readline()

    def kill(self, name: str) -> None:
        process = self.processes[name]
        process.kill()
        process.wait()
        self.kills["random"] += 1

    def alive(self, name: str) -> bool:
        return self.processes[name].poll() is None

    # The matrix

    def run(self, kills: int) -> None:
        for name in (SERVE, FIRST, SECOND):
            self.start(name)
        senders = [threading.Thread(target=self._send, args=(n,), daemon=True) for n in range(3)]
        for sender in senders:
            sender.start()
        try:
            for point in dying.ALL:
                self._at(point)
            self._frozen()
            while sum(self.kills.values()) < kills:
                time.sleep(self.random.uniform(0.05, 1.2))
                name = self.random.choice((SERVE, FIRST, SECOND))
                self.kill(name)
                self.start(name)
        finally:
            self.ending.set()
            for sender in senders:
                sender.join(30)

    def _at(self, point: str) -> None:
        """Kill the process that comes to this boundary."""
        name = SERVE if point.split(":")[0] in ("keep", "admit") else FIRST
        if name == FIRST:  # the other would do the work before it
            self.kill(SECOND)
        self.kill(name)
        self.start(name, die_at=point)
        until = time.monotonic() + 30
        while self.alive(name) and time.monotonic() < until:
            time.sleep(0.02)
        assert not self.alive(name), f"nothing came to {point}"
        self.processes[name].wait()
        self.kills[point] += 1
        self.start(name)
        if name == FIRST:
            self.start(SECOND)

    def _frozen(self) -> None:
        """A worker that stands still until another has its jobs, and then goes on as if nothing had been."""
        self.processes[FIRST].send_signal(signal.SIGSTOP)
        time.sleep(5)
        self.processes[FIRST].send_signal(signal.SIGCONT)

    def _send(self, number: int) -> None:
        """Hand documents in, again and again until each is accepted: what a careful sender does."""
        count = 0
        while not self.ending.is_set():
            count += 1
            # The last of several names what it is, so that each is a document of its own.
            text = f"pages=2;wait=0.05;number={number * 100_000 + count}/CT-UBND"
            while not self._accepted(text):
                time.sleep(0.1)
            time.sleep(0.4)

    def _accepted(self, text: str) -> bool:
        with contextlib.suppress(httpx2.HTTPError, ValueError, KeyError):
            answer = httpx2.post(
                f"{self.address}/v1/documents",
                content=text.encode(),
                headers={"Authorization": f"Bearer {self.token}", "Content-Type": "text/plain"},
                timeout=20,
            )
            if answer.status_code in (200, 202):
                self.accepted.add(UUID(answer.json()["document"]["id"]))
                return True
        return False

    # What must be true afterwards

    def settle(self, seconds: float = 240) -> None:
        """Wait until every job has ended."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.database.reading() as session:
                live = session.scalar(
                    sa.select(sa.func.count()).select_from(tables.Job).where(tables.Job.state.in_(tables.LIVE))
                )
            if not live:
                return
            for name in (FIRST, SECOND):
                if not self.alive(name):
                    self.start(name)
            time.sleep(0.2)
        raise AssertionError(f"{live} jobs have not ended")

    def faults(self) -> list[str]:
        """What was lost, doubled or left without a reason; empty when all is well."""
        found: list[str] = []
        with self.database.reading() as session:
            documents = session.scalars(sa.select(tables.Document)).all()
            there = {document.id for document in documents}
            found += [f"lost: document {missing}" for missing in self.accepted - there]
            jobs = session.scalars(sa.select(tables.Job)).all()
            done = {job.document_id for job in jobs if job.state in tables.READ}
            for job in jobs:
                if job.state not in (*tables.READ, "failed") or (job.state == "failed" and not job.error_code):
                    found.append(f"no end: job {job.id} {job.state}")
            tasks = Counter((task.document_id, task.key) for task in session.scalars(sa.select(tables.Task)))
            found += [f"doubled: task {key}" for key, count in tasks.items() if count > 1]
            of_document = Counter(document for document, _ in tasks)
            found += [
                f"{of_document[document]} tasks of document {document}"
                for document in done
                if of_document[document] != 3
            ]
            events = session.scalars(sa.select(tables.Event).order_by(tables.Event.seq)).all()
            once = Counter((event.type, event.document_id, event.task_id) for event in events)
            found += [f"doubled: event {what}" for what, count in once.items() if count > 1]
            for document in there:
                if not once["document.received", document, None]:
                    found.append(f"missing: received {document}")
                if document in done and not once["document.read", document, None]:
                    found.append(f"missing: read {document}")
            for task_id, document_id in session.execute(sa.select(tables.Task.id, tables.Task.document_id)):
                if not once["task.created", document_id, task_id]:
                    found.append(f"missing: created {task_id}")
            records = Counter(session.scalars(sa.select(tables.Record.document_id)))
            found += [
                f"{records[document]} records of document {document}" for document in done if records[document] != 1
            ]
        return found

    def close(self) -> None:
        self.ending.set()
        for process in self.processes.values():
            process.kill()
            process.communicate()
        self.database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.whole.chaos")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", default="", help="postgresql://… ; default: SQLite in a temporary folder")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="directives-chaos-") as folder:
        chaos = Chaos(Path(folder) / "data", arguments.database, arguments.seed)
        began = time.monotonic()
        try:
            chaos.run(arguments.kills)
            chaos.settle()
            faults = chaos.faults()
        finally:
            chaos.close()
    print(
        f"{sum(chaos.kills.values())} kills ({chaos.kills['random']} at random instants, the others at "
        f"{len(chaos.kills) - 1} boundaries), {len(chaos.accepted)} documents accepted, seed {arguments.seed}, "
        f"{time.monotonic() - began:.0f} s, faults: {len(faults)}"
    )
    for fault in faults:
        print(" ", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
