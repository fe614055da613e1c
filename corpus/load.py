"""``python -m corpus load``: how the service bears load, as ratios, both sides measured in one go on this machine.

    python -m corpus load [--tasks 500000] [--database postgresql] [--only pages,reading,again,workers,upload,files]

`pages`: answers over a store of made-up tasks; `reading`: answers while documents are read at full load, against idle ones;
`again`: specimens whose facts are read anew from kept words, a second;
`workers`: documents a minute with two workers, against one; `upload`: memory that 200 MB take on their way in; `files`:
answers while ten thousand small files are handed in.
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
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from corpus import stock
from corpus.place import ROOT, Place
from corpus.postgres import Missing, Server
from corpus.specimens import specimens
from service.access.actor import the_service
from service.access.tokens import create_token
from service.store import tables
from service.store.fold import fold

SCAN = ROOT / "corpus" / "demo" / "chi-thi-mau.pdf"
SMALL_FILES = 10_000
Query = Callable[[], dict[str, Any]]


def main(argv: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m corpus load")
    parser.add_argument("--tasks", type=int, default=500_000)
    parser.add_argument(
        "--database", default="", help="postgresql: a server of its own; postgresql://…: an empty database; else SQLite"
    )
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    arguments = parser.parse_args(argv)
    wanted = [part for part in PARTS if part in arguments.only.split(",")]
    try:
        server = Server("-c shared_buffers=256MB") if arguments.database == "postgresql" else None
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    try:
        for part in wanted:
            with tempfile.TemporaryDirectory(prefix="directives-load-") as folder:
                url = server.fresh(part) if server else arguments.database
                place = Place(Path(folder) / "data", url)
                try:
                    PARTS[part](place, arguments.tasks)
                finally:
                    place.close()
    finally:
        if server:
            server.close()
    return 0


@contextlib.contextmanager
def _running(place: Place, *command: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    process = place.start(*command, **environ)
    try:
        yield process
    finally:
        place.stop(process)


def _timed(client: httpx2.Client, path: str, query: dict[str, Any]) -> tuple[float, Any]:
    """Milliseconds, and the answer."""
    began = time.perf_counter()
    answer = client.get(path, params=query)
    spent = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return spent, answer.json()


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


# --- answers over many tasks ---------------------------------------------------------------------------------------


def _pages(place: Place, tasks: int) -> None:
    began = time.monotonic()
    stock.fill(place.database, tasks)
    print(f"{place.name}: {tasks} made-up tasks in {time.monotonic() - began:.0f} s")
    with _running(place, "serve", "--port", "0", "--no-worker"):
        small = httpx2.Client(
            base_url=place.client.base_url, headers={"Authorization": f"Bearer {_token_of_small_office(place)}"}
        )
        worst = 0.0
        for name, make in filters(random.Random(7)).items():
            for who, client in (("", place.client), (", of a small office", small)):
                _timed(client, "/v1/tasks", make())  # warm
                answers = [_timed(client, "/v1/tasks", {"limit": 50} | make()) for _ in range(60)]
                times = [spent for spent, _ in answers]
                found = statistics.mean(len(page["items"]) for _, page in answers)
                worst = max(worst, _p95(times))
                print(
                    f"  {name + who:46} p50 {statistics.median(times):6.1f} ms   p95 {_p95(times):6.1f} ms   "
                    f"{found:.0f} tasks a page"
                )
        small.close()
        print(f"  slowest filter: p95 {worst:.1f} ms (bar 50)")
        for order in ("newest", "due", "updated"):
            _walk(place, order)


def filters(chance: random.Random) -> dict[str, Query]:
    """What people ask for, by name; each call asks anew."""

    def month() -> date:
        return stock.FIRST + timedelta(days=365 + chance.randrange(700))

    def agency() -> str:
        return f"so-{min(int(chance.paretovariate(0.7)) - 1, stock.AGENCIES - 1)}"

    within = 30
    return {
        "nothing asked": dict,
        "agency (id)": lambda: {"agency": agency()},
        "agency and role": lambda: {"agency": agency(), "role": "lead"},
        "agency, by due date": lambda: {"agency": agency(), "order": "due"},
        "agency, overdue": lambda: {"agency": agency(), "timeliness": "overdue"},
        "agency by name": lambda: {"agency": fold(f"sở số {chance.choice((1, 2, 5, 20, 80, 200, 399))}")},
        "many agencies by name": lambda: {"agency": "so"},
        "agency without tasks": lambda: {"agency": stock.IDLE},
        "agency that is not there": lambda: {"agency": "không có"},
        "role": lambda: {"role": "lead"},
        "rare role": lambda: {"role": "supervise"},
        "due within a month": lambda: _between(month(), within),
        "due within a month, by due date": lambda: {"order": "due"} | _between(month(), within),
        "due in no day that is": lambda: _between(date(2040, 1, 1), within),
        "due from a day on, by due date": lambda: {"order": "due", "due_from": month().isoformat()},
        "overdue": lambda: {"timeliness": "overdue"},
        "overdue, by due date": lambda: {"timeliness": "overdue", "order": "due"},
        "due soon": lambda: {"timeliness": "due_soon"},
        "in time": lambda: {"timeliness": "in_time"},
        "without deadline": lambda: {"deadline": "none"},
        "kind of deadline": lambda: {"deadline": "date"},
        "rare kind of deadline": lambda: {"deadline": "ongoing"},
        "state": lambda: {"state": chance.choice(("done", "in_progress"))},
        "rare state": lambda: {"state": "refused"},
        "state of nobody": lambda: {"state": "cancelled"},
        "approved": lambda: {"approved": True},
        "changed since, by change": lambda: {"updated_since": datetime.now(UTC).isoformat(), "order": "updated"},
        "changed since": lambda: {"updated_since": datetime.now(UTC).isoformat()},
        "id of a tracker": lambda: {"external_id": "NV-1"},
        "words": lambda: {"q": "rà soát kết quả"},
    }


def _between(first: date, days: int) -> dict[str, str]:
    return {"due_from": first.isoformat(), "due_to": (first + timedelta(days=days)).isoformat()}


def _token_of_small_office(place: Place) -> str:
    with place.database.writing() as session:
        small = session.scalar(sa.select(tables.Office.id).where(tables.Office.name == stock.SMALL_OFFICE))
        return create_token(session, the_service("load"), "small", ["read"], small, None)[0]


def _walk(place: Place, order: str) -> None:
    times: list[float] = []
    query: dict[str, Any] = {"limit": 200, "order": order, "fields": "id"}
    while True:
        spent, page = _timed(place.client, "/v1/tasks", query)
        times.append(spent)
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    edge = max(5, len(times) // 20)
    first, last = statistics.median(times[:edge]), statistics.median(times[-edge:])
    print(f"  walk by {order}: {len(times)} pages, first {first:.1f} ms, last {last:.1f} ms, ratio {last / first:.2f}")


# --- answers while documents are read ------------------------------------------------------------------------------


def _waiting(place: Place) -> int:
    """Documents that have not been read to their end."""
    query = sa.select(sa.func.count()).select_from(tables.Job).where(tables.Job.state.in_(tables.LIVE))
    with place.database.reading() as session:
        return session.scalar(query) or 0


def _reading(place: Place, tasks: int) -> None:
    stock.fill(place.database, min(tasks, 20_000))

    def ask(count: int) -> list[float]:
        times = []
        for n in range(count):
            times.append(_timed(place.client, "/v1/tasks", {"agency": f"so-{n % 50}", "limit": 50})[0])
            time.sleep(0.02)
        return times

    with _running(place, "serve", "--port", "0"):
        ask(30)
        idle = _p95(ask(300))
        for number in range(12):
            place.upload(SCAN.read_bytes() + b"\n%" + str(number).encode(), f"{number}.pdf")
        time.sleep(5)
        busy = _p95(ask(300))
        still = _waiting(place)
    print(
        f"{place.name}: GET /v1/tasks p95 idle {idle:.1f} ms, with OCR at full load {busy:.1f} ms, ratio {busy / idle:.2f} "
        f"(bar 3; {still} documents were still to read)"
    )


# --- facts anew from kept words ------------------------------------------------------------------------------------


def _again(place: Place, tasks: int) -> None:
    texts = [specimen.text() for specimen in specimens()]
    documents = 300
    with _running(place, "serve", "--port", "0"):
        for number in range(documents):
            place.upload(f"{texts[number % len(texts)]}\n{number}\n".encode(), f"{number}.txt", bulk=True)
        while _waiting(place):
            time.sleep(0.5)
        asked = place.run("reextract", "--all")
        assert asked.returncode == 0, asked.stderr
        # Some were understood while the rest was being queued.
        began, left = time.monotonic(), _waiting(place)
        while _waiting(place):
            time.sleep(0.1)
        seconds = time.monotonic() - began
    print(f"{place.name}: {left} of {documents} specimens anew from kept words, {left / seconds:.1f} a second (bar 20)")


# --- more workers --------------------------------------------------------------------------------------------------


def _workers(place: Place, tasks: int) -> None:
    documents = 8

    def minutes(workers: int) -> float:
        with contextlib.ExitStack() as running:
            running.enter_context(_running(place, "serve", "--port", "0", "--no-worker"))
            jobs = [
                place.upload(SCAN.read_bytes() + f"\n%{workers}-{n}".encode(), f"{workers}-{n}.pdf")["job"]["id"]
                for n in range(documents)
            ]
            for _ in range(workers):
                running.enter_context(_running(place, "worker", DIRECTIVES_READING_PROCESSES="1"))
            while not any(place.get(f"/v1/jobs/{job}")["started_at"] for job in jobs):
                time.sleep(0.05)
            began = time.monotonic()
            for job in jobs:
                place.ended(job, 600)
            return (time.monotonic() - began) / 60

    one, two = minutes(1), minutes(2)
    print(
        f"{place.name}: {documents} scans of 3 pages, each worker reading one page at a time: one worker "
        f"{documents / one:.1f} documents a minute, two {documents / two:.1f}, ratio {one / two:.2f} (bar 1.8)"
    )


# --- large files, and many -----------------------------------------------------------------------------------------


def _upload(place: Place, tasks: int) -> None:
    size = 200 * 1024 * 1024
    with _running(place, "serve", "--port", "0", "--no-worker") as process:
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


def _files(place: Place, tasks: int) -> None:
    times: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.wait(0.05):
            times.append(_timed(place.client, "/v1/tasks", {})[0])

    with _running(place, "serve", "--port", "0", "--no-worker"):
        somebody = threading.Thread(target=ask)
        somebody.start()
        began = time.monotonic()
        with ThreadPoolExecutor(8) as senders:
            taken = list(senders.map(lambda n: place.upload(f"tệp nhỏ {n}".encode(), bulk=True), range(SMALL_FILES)))
        seconds = time.monotonic() - began
        ended.set()
        somebody.join()
        queued = _waiting(place)
    documents = len({upload["document"]["id"] for upload in taken})
    print(
        f"{place.name}: {SMALL_FILES} small files in {seconds:.0f} s, {documents} documents, {queued} queued; meanwhile "
        f"GET /v1/tasks p95 {_p95(times):.1f} ms"
    )


PARTS: dict[str, Callable[[Place, int], None]] = {
    "pages": _pages,
    "reading": _reading,
    "again": _again,
    "workers": _workers,
    "upload": _upload,
    "files": _files,
}
