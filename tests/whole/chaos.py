"""The kill matrix: documents come in while everything is killed again and again, and afterwards all is there, once.

    python -m tests.whole.chaos [--kills 200] [--database postgresql] [--seed 1]

Every boundary between two steps is hit on purpose; the other kills fall at random instants, on the service, its two workers
and the readers that these start. Meanwhile a worker stands still until another has taken its jobs and then wakes up, the
database is restarted as if the power were cut (PostgreSQL), and the disk fills up (where a small one can be made). People
and programs do their part all along: senders send until they are told that a document is safe, a clerk corrects and
approves, a reader follows the feed from the place where it was, a tracker is told by webhook.

At the end nothing is lost, doubled, left over or without a reason. Prints the counts; the exit status is 1 when not so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import sqlalchemy as sa

from corpus.place import Place
from corpus.postgres import Missing, Server
from service.jobs import Queue
from service.store import tables
from tests.whole import dying

SERVE, FIRST, SECOND = "serve", "worker-a", "worker-b"
DEAD_SECONDS = 3
AT_ONCE = 8  # documents under way that the senders leave it at
DISK = 96 << 20  # bytes of the small disk
TASKS = 3  # of each document that the fake reader reads


class Chaos:
    """One service and two workers over one place, those who use them, and somebody who kills them."""

    def __init__(self, data: Path, url: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.receiver = _Receiver()
        self.place = Place(
            data,
            url,
            DIRECTIVES_EXTRACTOR="tests.service.fakes",
            DIRECTIVES_BEAT_SECONDS="0.3",
            DIRECTIVES_DEAD_SECONDS=str(DEAD_SECONDS),
            DIRECTIVES_JOB_SLOTS="2",
            DIRECTIVES_JOB_DEATHS="1000",  # these deaths are ours, no document's
            DIRECTIVES_WEBHOOK_PRIVATE_HOSTS="127.0.0.1",
        )
        self.queue = Queue(self.place.settings)
        self.kills: Counter[str] = Counter()
        self.accepted: set[UUID] = set()
        self.corrected: set[UUID] = set()
        self.approved: set[UUID] = set()
        self.seen: list[tuple[int, str]] = []  # by the reader of the feed: number and id
        self.processes: dict[str, subprocess.Popen[str]] = {}
        self.ending = threading.Event()
        self._threads: list[threading.Thread] = []
        self._troubles: list[BaseException] = []

    # Processes

    def start(self, name: str, die_at: str = "") -> None:
        command = ["serve", "--port", "0", "--no-worker"] if name == SERVE else ["worker"]
        self.processes[name] = self.place.start(
            *command, module="tests.whole.dying", DIE_AT=die_at, DIRECTIVES_WORKER_NAME=name
        )

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self._buried(name)
        self.kills["random"] += 1

    def dies(self, name: str, point: str, seconds: float = 600) -> None:
        """Wait until a process has come to the point that it was told to die at."""
        try:
            self.processes[name].wait(seconds)
        except subprocess.TimeoutExpired:
            jobs = f"{self.live()} live jobs, the engine runs {self.queue.under_way()}"
            raise AssertionError(f"{name} did not come to {point}: {jobs}") from None
        self._buried(name)
        self.kills[point] += 1

    def _buried(self, name: str) -> None:
        self.processes[name].communicate()
        self.place.processes.remove(self.processes[name])

    # People and programs

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Everybody at work."""
        self.ending.clear()
        self.start(SERVE)
        self._subscribe()
        for number in range(2):
            self._begin(self._send, number)
        for part in (self._review, self._follow):
            self._begin(part)
        try:
            yield
        finally:
            self.ending.set()
            for thread in self._threads:
                thread.join(60)
        if self._troubles:
            raise self._troubles[0]

    def _begin(self, part: Callable[..., None], *given: Any) -> threading.Thread:
        def run() -> None:
            try:
                part(*given)
            except BaseException as error:
                self._troubles.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def _subscribe(self) -> None:
        hook = {"url": self.receiver.url, "types": []}
        self._insist(lambda: self.place.client.post("/v1/webhooks", json=hook).raise_for_status())

    def _send(self, sender: int) -> None:
        """Hand documents in, each again and again until it is accepted: what a careful sender does."""
        count = 0
        while not self.ending.wait(0.1):
            if self._insist(self.live) >= AT_ONCE:
                continue
            count += 1
            # Each has a number of its own, so that none is taken for another scan of the same.
            text = f"pages=2;wait=0.1;number={sender * 100_000 + count}/CT-UBND"
            answer = self._insist(self.place.upload, text.encode())
            self.accepted.add(UUID(answer["document"]["id"]))

    def _review(self) -> None:
        """Correct and approve documents, looking after each failure what has become of it: what a careful clerk does."""
        while not self.ending.wait(0.3):
            waiting = self.accepted - self.approved
            document = self.random.choice(sorted(waiting)) if waiting else None
            if document is None or self._insist(self._state, document)["current_version"] is None:
                continue
            while self._insist(self._state, document)["current_version"] == 1:
                with contextlib.suppress(httpx2.HTTPError):
                    self._correct(document)
            self.corrected.add(document)
            while not self._insist(self._state, document)["approved"]:
                with contextlib.suppress(httpx2.HTTPError):
                    self._approve(document)
            self.approved.add(document)

    def _state(self, document: UUID) -> Any:
        return self.place.get(f"/v1/documents/{document}")

    def _correct(self, document: UUID) -> None:
        address = f"/v1/documents/{document}/record"
        read = self.place.client.get(address).raise_for_status()
        record = read.json()
        record["tasks"][0]["title"] = "Rà soát, sửa đổi kế hoạch"
        self.place.client.put(address, json=record, headers={"If-Match": read.headers["etag"]}).raise_for_status()

    def _approve(self, document: UUID) -> None:
        tag = self.place.client.get(f"/v1/documents/{document}/record").raise_for_status().headers["etag"]
        approval = f"/v1/documents/{document}/approval"
        self.place.client.post(approval, headers={"If-Match": tag}).raise_for_status()

    def _follow(self) -> None:
        """Read the feed on and on from the number that was seen last: what a careful tracker does."""
        while not self.ending.wait(0.2):
            self.catch_up()

    def catch_up(self) -> None:
        while True:
            after = self.seen[-1][0] if self.seen else 0
            page = self._insist(self.place.get, "/v1/changes", after=after, limit=100)
            self.seen += [(change["data"]["sequence"], change["id"]) for change in page["items"]]
            if not page["items"]:
                return

    def _insist(self, ask: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Ask until there is an answer."""
        until = time.monotonic() + 900
        while True:
            try:
                return ask(*given, **named)
            except (httpx2.HTTPError, sa.exc.OperationalError) as error:
                refused = isinstance(error, httpx2.HTTPStatusError) and error.response.status_code < 500
                if refused or time.monotonic() > until:
                    raise
            time.sleep(0.1)

    # The matrix

    def boundaries(self, whens: Sequence[str]) -> None:
        """Kill each process at each boundary that it comes to: all three at once, for each has its own."""
        reading = deque(dying.points(dying.READING, whens))
        lock = threading.Lock()

        def answering() -> None:
            for point in dying.points(dying.ANSWERING, whens):
                self._at(SERVE, point)

        def working(name: str) -> None:
            while True:
                with lock:
                    if not reading:
                        break
                    point = reading.popleft()
                self._at(name, point)

        for name in list(self.processes):
            self.kill(name)
        threads = [self._begin(answering), self._begin(working, FIRST), self._begin(working, SECOND)]
        for thread in threads:
            thread.join()
        if self._troubles:
            raise self._troubles[0]
        for name in (SERVE, FIRST, SECOND):
            self.start(name)

    def _at(self, name: str, point: str) -> None:
        self.start(name, die_at=point)
        self.dies(name, point)

    def frozen(self, whens: Sequence[str]) -> None:
        """A worker stands still until its jobs were taken over, by one that is killed at that as often as it can be."""
        self.kill(FIRST)
        while True:
            self.processes[SECOND].send_signal(signal.SIGSTOP)
            # It has to have jobs by the engine's count: by ours it also has those that it had in an earlier life and that are
            # queued anew. In the middle of a transaction it would bar everybody.
            if SECOND in self.queue.under_way().values() and self._can_be_written():
                break
            self.processes[SECOND].send_signal(signal.SIGCONT)
            time.sleep(0.2)
        for point in dying.points(dying.TAKING_OVER, whens):
            self._at(FIRST, point)
        self.start(FIRST)
        time.sleep(DEAD_SECONDS + 1)
        self.processes[SECOND].send_signal(signal.SIGCONT)

    def anywhere(self, kills: int) -> None:
        """Kill processes, and the readers that workers start, at random instants."""
        for _ in range(kills):
            time.sleep(self.random.uniform(0.05, 1.0))
            if self.random.random() < 0.25 and self._kill_reader():
                continue
            name = self.random.choice((SERVE, FIRST, SECOND))
            self.kill(name)
            self.start(name)

    def _kill_reader(self) -> bool:
        readers = [
            int(folder.name)
            for folder in Path("/proc").glob("[0-9]*")
            if b"service.stem" in _read(folder / "cmdline") and self._descends(folder)
        ]
        if not readers:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.random.choice(readers), signal.SIGKILL)
            self.kills["reader"] += 1
        return True

    def _descends(self, process: Path) -> bool:
        """Whether it is a reader of a worker, or the stem of its readers."""
        parent = _parent(process)
        workers = {self.processes[name].pid for name in (FIRST, SECOND)}
        return bool({parent, _parent(process.parent / str(parent))} & workers)

    def restarted(self, server: Server) -> None:
        """The database goes away as if the power were cut; nobody else is started anew for that."""
        for _ in range(2):
            server.stop("immediate")
            time.sleep(1)
            server.start()
            self.kills["database"] += 1
            self.goes_on()

    def full(self) -> None:
        """The disk is full for a while; nobody is started anew for that."""
        ballast = self.place.data / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * (1 << 16))
        time.sleep(4)
        ballast.unlink()
        self.kills["disk full"] += 1
        self.goes_on()

    def goes_on(self, seconds: float = 120) -> None:
        """Wait until another document has been read."""
        until = time.monotonic() + seconds
        before = self._insist(self._read)
        while self._insist(self._read) == before:
            assert time.monotonic() < until, "nothing is read any more"
            assert all(process.poll() is None for process in self.processes.values()), "somebody has ended"
            time.sleep(0.2)

    # What must be true afterwards

    def live(self) -> int:
        return self._count(tables.LIVE)

    def _read(self) -> int:
        return self._count(tables.READ)

    def _count(self, states: tuple[str, ...]) -> int:
        query = sa.select(sa.func.count()).select_from(tables.Job).where(tables.Job.state.in_(states))
        with self.place.database.reading() as session:
            return session.scalar(query) or 0

    def _can_be_written(self) -> bool:
        if self.place.name == "postgresql":
            barred = sa.text(
                "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL AND client_port = ANY(:ports)"
            )
            with self.place.database.engine.connect() as connection:
                return not connection.scalar(barred, {"ports": _ports(self.processes[SECOND].pid)})
        with contextlib.closing(sqlite3.connect(self.place.data / "directives.sqlite3", timeout=0.2)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
        return True

    def settle(self, seconds: float = 300) -> None:
        """Wait until every job has ended and every change was told; then stop everybody."""
        until = time.monotonic() + seconds
        while self.live() or self._untold():
            assert time.monotonic() < until, f"{self.live()} jobs have not ended, {self._untold()} changes are not told"
            time.sleep(0.2)
        self.catch_up()
        for name in (SERVE, FIRST, SECOND):
            self.place.stop(self.processes[name])

    def _untold(self) -> int:
        with self.place.database.reading() as session:
            told = sa.select(sa.func.count()).select_from(tables.Delivery).where(tables.Delivery.state == "delivered")
            events = sa.select(sa.func.count()).select_from(tables.Event)
            return (session.scalar(events) or 0) - (session.scalar(told) or 0)

    def faults(self) -> list[str]:
        """What was lost, doubled, left over or left without a reason; empty when all is well."""
        found = [*self._rows(), *self._feed()]
        found += [f"left over: process {process}" for process in self.place.alive()]
        left = [path for path in (self.place.data / "results").rglob("*") if path.is_file()]
        found += [f"left over: {path.name}" for path in left]
        check = self.place.run("check")
        if check.returncode:
            found.append(f"check: {check.stdout} {check.stderr}")
        return found

    def _rows(self) -> Iterator[str]:
        with self.place.database.reading() as session:
            documents = {document.id for document in session.scalars(sa.select(tables.Document))}
            jobs = session.scalars(sa.select(tables.Job)).all()
            tasks = Counter((task.document_id, task.ordinal) for task in session.scalars(sa.select(tables.Task)))
            records = Counter(
                (record.document_id, record.origin) for record in session.scalars(sa.select(tables.Record))
            )
        yield from (f"lost: document {missing}" for missing in self.accepted - documents)
        read = {job.document_id for job in jobs if job.state in tables.READ}
        for job in jobs:
            if job.state not in (*tables.READ, "failed") or (job.state == "failed" and not job.error_code):
                yield f"no end: job {job.id} {job.state}"
            if job.state == "failed":
                yield f"failed: job {job.id} {job.error_code}"  # none of these documents gives a reason to
        yield from (f"no job that read it: document {document}" for document in documents - read)
        for document in documents:
            count = sum(1 for of, _ in tasks if of == document)
            if document in read and count != TASKS:
                yield f"{count} tasks of document {document}"
            if records[document, "read"] != (document in read):
                yield f"{records[document, 'read']} readings of document {document}"
            if records[document, "corrected"] != (document in self.corrected):
                yield f"{records[document, 'corrected']} corrections of document {document}"

    def _feed(self) -> Iterator[str]:
        with self.place.database.reading() as session:
            events = session.scalars(sa.select(tables.Event).order_by(tables.Event.seq)).all()
            tasks: dict[UUID, list[UUID]] = {}
            for task, document in session.execute(
                sa.select(tables.Task.id, tables.Task.document_id).order_by(tables.Task.ordinal)
            ):
                tasks.setdefault(document, []).append(task)
            documents = session.scalars(sa.select(tables.Document.id)).all()
        wanted: Counter[tuple[str, UUID, UUID | None]] = Counter()
        for document in documents:
            of_it = tasks.get(document, [])
            told = ["document.received", "document.read"]
            told += ["document.corrected"] if document in self.corrected else []
            told += ["document.approved"] if document in self.approved else []
            wanted.update((what, document, None) for what in told)
            wanted.update(("task.created", document, task) for task in of_it)
            if document in self.corrected:
                wanted["task.updated", document, of_it[0]] += 1
            if document in self.approved:
                wanted.update(("task.approved", document, task) for task in of_it)
        there = Counter((event.type, event.document_id, event.task_id) for event in events)
        yield from (f"missing: event {what} ×{count}" for what, count in (wanted - there).items())
        yield from (f"doubled: event {what} ×{count}" for what, count in (there - wanted).items())
        numbered = [(event.seq, str(event.id)) for event in events]
        if self.seen != numbered:
            missed, again = set(numbered) - set(self.seen), len(self.seen) - len(set(self.seen))
            yield f"the reader of the feed missed {len(missed)} events, saw {again} twice, or saw them in another order"
        if unheard := {str(event.id) for event in events} - self.receiver.heard.keys():
            yield f"the tracker was not told of {len(unheard)} events"

    def summary(self) -> str:
        kinds = ("random", "reader", "database", "disk full")
        at = {point: count for point, count in self.kills.items() if point not in kinds}
        others = ", ".join(f"{self.kills[kind]} {kind}" for kind in kinds if self.kills[kind])
        repeated = self.receiver.heard.total() - len(self.receiver.heard)
        return (
            f"{self.place.name}: {self.kills.total()} kills ({sum(at.values())} at {len(at)} boundaries, {others}); "
            f"{len(self.accepted)} documents accepted, {len(self.corrected)} corrected and {len(self.approved)} approved, "
            f"{len(self.seen)} events read, {len(self.receiver.heard)} told ({repeated} of them again)"
        )

    def close(self) -> None:
        self.ending.set()
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
        self.queue.close()
        self.place.close()
        self.receiver.close()


class _Receiver:
    """A tracker's end of a webhook: counts the changes that it is told, by id."""

    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                heard[json.loads(self.rfile.read(int(self.headers["content-length"])))["id"]] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _ports(process: int) -> list[int]:
    """The local ports of a process's connections."""
    sockets = set()
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):
            sockets.add(str(descriptor.readlink()))
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].rpartition(":")[2], 16) for row in rows if f"socket:[{row[9]}]" in sockets]


def _parent(folder: Path) -> int:
    status = _read(folder / "stat").rpartition(b")")[2].split()
    return int(status[1]) if status else 0


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of DISK bytes mounted at the folder; False where nobody may mount."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def matrix(
    folder: Path, database: str, kills: int, seed: int, whens: Sequence[str] = dying.WHENS
) -> tuple[str, list[str]]:
    """The matrix over a new place below `folder`, before and after each step, with at least so many kills: what happened,
    and the faults."""
    server = Server("-c fsync=off") if database == "postgresql" else None
    url = server.fresh("chaos") if server else database
    data = folder / "data"
    data.mkdir()
    with small_disk(data) as small:
        chaos = Chaos(data, url, seed)
        try:
            with chaos.busy():
                chaos.boundaries(whens)
                chaos.frozen(whens)
                if server:
                    chaos.restarted(server)
                if small:
                    chaos.full()
                chaos.anywhere(max(0, kills - chaos.kills.total()))
            chaos.settle()
            told = chaos.summary() + ("" if small else "; no disk was filled, for nobody may mount one here")
            return told, chaos.faults()
        finally:
            chaos.close()
            if server:
                server.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.whole.chaos")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument(
        "--database", default="", help="postgresql: a server of its own; postgresql://…: an empty database; else SQLite"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="directives-chaos-") as folder:
        try:
            happened, faults = matrix(Path(folder), arguments.database, arguments.kills, arguments.seed)
        except Missing as missing:
            print(missing, file=sys.stderr)
            return 1
    print(f"{happened}; seed {arguments.seed}, {time.monotonic() - began:.0f} s; faults: {len(faults)}")
    for fault in faults:
        print(" ", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
