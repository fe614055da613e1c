"""``python -m corpus load``: how the service bears load, as ratios, both sides measured in one go on this machine.

    python -m corpus load [--tasks 500000] [--database postgresql://…] [--only pages,reading,workers,upload]

`pages`: answers over a store of made-up tasks; `reading`: answers while documents are read at full load, against idle ones;
`workers`: documents a minute with two workers, against one; `upload`: memory that 200 MB take on their way in.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from service.access.actor import SCOPES, the_service
from service.access.tokens import create_token
from service.house import prepare
from service.settings import Settings
from service.store import offices, tables
from service.store.database import Database
from service.store.fold import fold
from service.store.ids import new_id

ROOT = Path(__file__).parents[1]
SCAN = ROOT / "corpus" / "demo" / "chi-thi-mau.pdf"
TASKS_A_DOCUMENT = 20
AGENCIES = 400
PARTS = ("pages", "reading", "workers", "upload")


def main(argv: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m corpus load")
    parser.add_argument("--tasks", type=int, default=500_000)
    parser.add_argument("--database", default="", help="postgresql://… (an empty one); default: SQLite")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    arguments = parser.parse_args(argv)
    wanted = arguments.only.split(",")
    for part in PARTS:
        if part in wanted:
            with tempfile.TemporaryDirectory(prefix="directives-load-") as folder:
                place = Place(Path(folder) / "data", arguments.database)
                {"pages": _pages, "reading": _reading, "workers": _workers, "upload": _upload}[part](place, arguments)
                place.close()
    return 0


class Place:
    """A data folder with a database, a token to it, and processes over it."""

    def __init__(self, data: Path, url: str) -> None:
        data.mkdir(parents=True)
        self.data, self.url = data, url
        settings = Settings(data=data, database_url=url)
        self.database = Database(settings.url)
        self.name = self.database.engine.dialect.name
        prepare(settings, self.database)
        with self.database.writing() as session:
            self.office = offices.default(session).id
            token, _ = create_token(session, the_service("load"), f"load-{time.time_ns()}", sorted(SCOPES), None, None)
        self.client = httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=120)
        self.processes: list[subprocess.Popen[str]] = []

    @contextlib.contextmanager
    def running(self, *command: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
        """A process of the service; `serve` makes its address that of the client."""
        process = subprocess.Popen(
            [sys.executable, "-m", "service", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={
                **os.environ,
                "DIRECTIVES_DATA": str(self.data),
                "DATABASE_URL": self.url,
                "DIRECTIVES_RATE_PER_MINUTE": "10000000",
                "DIRECTIVES_DRAIN_SECONDS": "0",
                **environ,
            },
        )
        assert process.stdout
        try:
            first = process.stdout.readline()
            if found := re.search(r"http://[^\s/]+", first):
                self.client.base_url = found[0]
            yield process
        finally:
            process.terminate()
            process.communicate()

    def get(self, path: str, **query: Any) -> tuple[float, Any]:
        """Milliseconds, and the answer."""
        began = time.perf_counter()
        answer = self.client.get(path, params=query)
        spent = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        return spent, answer.json()

    def upload(self, content: bytes, name: str) -> Any:
        answer = self.client.post("/v1/documents", params={"file_name": name}, content=content)
        answer.raise_for_status()
        return answer.json()

    def close(self) -> None:
        self.client.close()
        self.database.close()


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


# --- answers over many tasks ---------------------------------------------------------------------------------------


def _pages(place: Place, arguments: argparse.Namespace) -> None:
    began = time.monotonic()
    _fill(place, arguments.tasks)
    print(f"{place.name}: {arguments.tasks} made-up tasks in {time.monotonic() - began:.0f} s")
    chance = random.Random(7)
    someone = [f"Sở số {n}" for n in (1, 2, 5, 20, 80, 200, 399)]
    filters: dict[str, Callable[[], dict[str, Any]]] = {
        "agency (id)": lambda: {"agency": f"so-{chance.randrange(AGENCIES)}"},
        "agency and role": lambda: {"agency": f"so-{chance.randrange(AGENCIES)}", "role": "lead"},
        "agency by name": lambda: {"agency": fold(chance.choice(someone))},
        "due within a month": lambda: _month(chance),
        "overdue": lambda: {"timeliness": "overdue"},
        "by due date": lambda: {"order": "due", "due_from": _month(chance)["due_from"]},
        "without deadline": lambda: {"deadline": "none"},
        "state": lambda: {"state": chance.choice(("done", "in_progress"))},
        "approved": lambda: {"approved": True},
        "changed since": lambda: {"updated_since": datetime.now(UTC).isoformat(), "order": "updated"},
    }
    with place.running("serve", "--port", "0", "--no-worker"):
        worst = 0.0
        for name, make in filters.items():
            place.get("/v1/tasks", **make())  # warm
            times = [place.get("/v1/tasks", limit=50, **make())[0] for _ in range(60)]
            worst = max(worst, _p95(times))
            print(f"  {name:22} p50 {statistics.median(times):6.1f} ms   p95 {_p95(times):6.1f} ms")
        print(f"  slowest filter: p95 {worst:.1f} ms (bar 50)")
        for order in ("newest", "due", "updated"):
            times, query = [], {"limit": 200, "order": order, "fields": "id"}
            while True:
                spent, page = place.get("/v1/tasks", **query)
                times.append(spent)
                if not page["next_cursor"]:
                    break
                query["cursor"] = page["next_cursor"]
            edge = max(5, len(times) // 20)
            first, last = statistics.median(times[:edge]), statistics.median(times[-edge:])
            print(
                f"  walk by {order}: {len(times)} pages, first {first:.1f} ms, last {last:.1f} ms, ratio {last / first:.2f}"
            )


def _month(chance: random.Random) -> dict[str, Any]:
    first = date(2025, 1, 1) + timedelta(days=chance.randrange(700))
    return {"due_from": first.isoformat(), "due_to": (first + timedelta(days=30)).isoformat()}


def _fill(place: Place, count: int) -> None:
    chance = random.Random(1)
    now = datetime.now(UTC)
    with place.database.writing() as session:
        session.execute(
            sa.insert(tables.Agency),
            [
                {"name": f"Sở số {n} tỉnh Mẫu", "fold": fold(f"Sở số {n} tỉnh Mẫu"), "agency_id": f"so-{n}"}
                for n in range(AGENCIES)
            ],
        )
        refs = list(session.scalars(sa.select(tables.Agency.id).order_by(tables.Agency.id)))
    everything = iter(range(count // TASKS_A_DOCUMENT))
    while numbers := list(islice(everything, 500)):
        rows: dict[type[tables.Base], list[dict[str, Any]]] = {
            kind: [] for kind in (tables.Document, tables.Task, tables.Assignment, tables.Deadline)
        }
        for number in numbers:
            document = new_id()
            issued = date(2024, 1, 1) + timedelta(days=number % 1000)
            rows[tables.Document].append(
                {
                    "id": document, "office_id": place.office, "sha256": f"{number:064x}", "file_name": f"{number}.pdf",
                    "media_type": "application/pdf", "size": 1, "received_at": now, "received_by": "load",
                    "updated_at": now, "version": 1, "current_version": 1, "kind": "chỉ thị",
                    "number": f"{number}/CT-UBND", "issuer": "Ủy ban nhân dân tỉnh Mẫu", "issued_on": issued, "pages": 4,
                }
            )  # fmt: skip
            for position in range(TASKS_A_DOCUMENT):
                task = new_id()
                text = f"Rà soát, tổng hợp kết quả thực hiện nhiệm vụ {number}.{position}, báo cáo theo quy định."
                due = issued + timedelta(days=chance.randrange(30, 400)) if chance.random() < 0.6 else None
                rows[tables.Task].append(
                    {
                        "id": task, "document_id": document, "office_id": place.office, "ordinal": position + 1,
                        "position": position, "key": f"{number:08x}-{position}", "path": ["II", str(position + 1)],
                        "title": text[:80], "text": text, "fold": fold(text), "page": 1, "due": due, "recurring": False,
                        "confidence": 0.9, "inferred": False, "warned": False, "approved": chance.random() < 0.5,
                        "version": 1, "updated_at": now - timedelta(seconds=count // TASKS_A_DOCUMENT - number),
                        "state": chance.choices(("not_started", "in_progress", "done"), (5, 3, 2))[0],
                    }
                )  # fmt: skip
                for place_, role in enumerate(("lead", "coordinate", "coordinate")):
                    # A few agencies have most of the work.
                    who = min(int(chance.paretovariate(0.7)) - 1, AGENCIES - 1)
                    rows[tables.Assignment].append(
                        {
                            "task_id": task, "position": place_, "role": role, "agency_ref": refs[who],
                            "document_id": document, "task_position": position, "source": "explicit", "confidence": 0.9,
                            "inferred": False,
                        }
                    )  # fmt: skip
                if due:
                    rows[tables.Deadline].append(
                        {
                            "task_id": task, "position": 0, "kind": "date", "due": due, "working_days": False,
                            "text": "trước hạn", "confidence": 0.9, "inferred": False,
                        }
                    )  # fmt: skip
        with place.database.writing() as session:
            for kind, values in rows.items():
                session.execute(sa.insert(kind), values)
            session.execute(
                sa.insert(tables.Job),
                [
                    {
                        "id": new_id(), "document_id": row["id"], "state": "succeeded", "priority": 1, "stage": "done",
                        "page": 4, "pages": 4, "attempts": 1, "created_at": now,
                    }
                    for row in rows[tables.Document]
                ],
            )  # fmt: skip
    with place.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


# --- answers while documents are read ------------------------------------------------------------------------------


def _reading(place: Place, arguments: argparse.Namespace) -> None:
    _fill(place, min(arguments.tasks, 20_000))

    def ask(count: int) -> list[float]:
        times = []
        for n in range(count):
            times.append(place.get("/v1/tasks", agency=f"so-{n % 50}", limit=50)[0])
            time.sleep(0.02)
        return times

    with place.running("serve", "--port", "0"):
        ask(30)
        idle = _p95(ask(300))
        for number in range(12):
            place.upload(SCAN.read_bytes() + b"\n%" + str(number).encode(), f"{number}.pdf")
        time.sleep(5)
        busy = _p95(ask(300))
        _, health = place.get("/v1/health/ready")
        still = health["queued"] + health["running"]
    print(
        f"{place.name}: GET /v1/tasks p95 idle {idle:.1f} ms, with OCR at full load {busy:.1f} ms, ratio {busy / idle:.2f} "
        f"(bar 3; {still} documents were still to read)"
    )


# --- more workers --------------------------------------------------------------------------------------------------


def _workers(place: Place, arguments: argparse.Namespace) -> None:
    def minutes(workers: int, documents: int) -> float:
        with contextlib.ExitStack() as running:
            running.enter_context(place.running("serve", "--port", "0", "--no-worker"))
            jobs = [
                place.upload(SCAN.read_bytes() + f"\n%{workers}-{n}".encode(), f"{workers}-{n}.pdf")["job"]["id"]
                for n in range(documents)
            ]
            for _ in range(workers):
                running.enter_context(place.running("worker", DIRECTIVES_READING_PROCESSES="1"))
            while not any(place.get(f"/v1/jobs/{job}")[1]["started_at"] for job in jobs):
                time.sleep(0.05)
            began = time.monotonic()
            while not all(place.get(f"/v1/jobs/{job}")[1]["finished_at"] for job in jobs):
                time.sleep(0.2)
            return (time.monotonic() - began) / 60

    documents = 8
    one, two = minutes(1, documents), minutes(2, documents)
    print(
        f"{place.name}: {documents} scans of 3 pages, each worker reading one page at a time: one worker "
        f"{documents / one:.1f} documents a minute, two {documents / two:.1f}, ratio {one / two:.2f} (bar 1.8)"
    )


# --- a large file --------------------------------------------------------------------------------------------------


def _upload(place: Place, arguments: argparse.Namespace) -> None:
    size = 200 * 1024 * 1024
    with place.running("serve", "--port", "0", "--no-worker") as process:
        place.upload("chỉ thị".encode(), "a.txt")
        before = _peak(process.pid)

        def pieces() -> Iterator[bytes]:
            yield b"%PDF-1.7\n"
            piece = os.urandom(1 << 20)
            for _ in range((size >> 20) - 1):
                yield piece

        began = time.monotonic()
        answer = place.client.post("/v1/documents", content=pieces(), params={"file_name": "lon.pdf"})
        answer.raise_for_status()
        seconds, after = time.monotonic() - began, _peak(process.pid)
    print(f"{place.name}: 200 MB in {seconds:.1f} s, {after - before:.0f} MB more memory at its peak (bar 100)")


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024
