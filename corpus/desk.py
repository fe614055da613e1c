"""How quick the review page is, in a real browser: `python -m corpus desk`.

Opens the review of a read scan again and again while the service reads others at full load, and works in a plan of 300 tasks on
60 pages: each key and click is timed by the browser itself, from the event to the picture after it (Event Timing).
Needs playwright and Chromium (`./setup.sh tests`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from playwright.sync_api import Page, sync_playwright

from corpus.place import ROOT, Place
from extractor import extract
from extractor.record import DirectiveRecord, Span
from service.access import accounts
from service.access.actor import the_service
from service.access.doors import COOKIE
from service.store import records, tables

SCAN = ROOT / "corpus" / "demo" / "chi-thi-mau.pdf"
OPENINGS = 20
TASKS, PAGES = 300, 60
_WATCH = """
    window.spent = [];
    new PerformanceObserver((list) => list.getEntries().forEach(({ name, duration }) => window.spent.push([name, duration])))
        .observe({ type: "event", durationThreshold: 16, buffered: true });
"""


def main(argv: list[str]) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m corpus desk")
    parser.add_argument("--openings", type=int, default=OPENINGS)
    arguments = parser.parse_args(argv)
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory(prefix="directives-desk-") as folder, sync_playwright() as engine:
        place = Place(Path(folder) / "data")
        browser = engine.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        try:
            place.start("serve", "--port", "0")
            ready = place.upload(SCAN.read_bytes(), SCAN.name)
            place.ended(ready["job"]["id"])
            plan = _plan(place)
            context = browser.new_context(base_url=str(place.client.base_url), viewport={"width": 1366, "height": 768})
            context.add_cookies([{"name": COOKIE, "value": _sign_in(place), "url": str(place.client.base_url)}])
            context.add_init_script(_WATCH)
            page = context.new_page()
            _openings(page, "idle", ready["document"]["id"], arguments.openings)
            _work(page, plan)
            for number in range(8):
                place.upload(SCAN.read_bytes() + f"\n%{number}".encode(), f"{number}.pdf", bulk=True)
            time.sleep(4)
            _openings(page, "while OCR runs", ready["document"]["id"], arguments.openings)
            with place.database.reading() as session:
                left = session.scalar(sa.select(sa.func.count(tables.Job.id)).where(tables.Job.state.in_(tables.LIVE)))
            print(f"  ({left} documents were still being read, or waiting)")
        finally:
            browser.close()
            place.close()
    return 0


def _openings(page: Page, when: str, document: str, count: int) -> None:
    times = []
    for _ in range(count):
        page.goto(f"/documents/{document}/review")
        page.locator('#review[data-ready="true"]').wait_for()
        times.append(float(page.evaluate("performance.getEntriesByName('review-ready')[0].startTime")))
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"review opens, {when}: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms (bar 300)")


def _work(page: Page, document: str) -> None:
    page.goto(f"/documents/{document}/review")
    page.locator('#review[data-ready="true"]').wait_for()
    keys = page.keyboard

    def click_last() -> None:
        page.locator('[data-kind="tasks"] > li').last.scroll_into_view_if_needed()
        page.locator('[data-kind="tasks"] > li').last.locator(".line").click()

    def scroll() -> None:
        page.mouse.move(1000, 500)
        for _ in range(20):
            page.mouse.wheel(0, 1200)
            page.wait_for_timeout(30)

    def split() -> None:
        for press in ("ArrowLeft", "Control+ArrowLeft", "Alt+s"):
            keys.press(press)

    actions: dict[str, Callable[[], Any]] = {
        "confirm and go on": lambda: keys.press("Enter"),
        "next doubtful": lambda: keys.press("F8"),
        "scroll to the end": scroll,
        "open the last task": click_last,
        "type a letter": lambda: keys.type("a"),
        "add a task": lambda: keys.press("Alt+a"),
        "type in the new task": lambda: keys.type("Tổng hợp kết quả, báo cáo theo quy định"),
        "split it": split,
        "merge it": lambda: keys.press("Alt+m"),
        "move it up": lambda: keys.press("Alt+Shift+ArrowUp"),
        "undo": lambda: keys.press("Control+z"),
        "delete": lambda: keys.press("Alt+x"),
        "next field": lambda: keys.press("Alt+ArrowDown"),
    }
    print(f"a plan of {TASKS} tasks on {PAGES} pages, milliseconds from the event to the picture after it:")
    worst = 0.0
    for name, act in actions.items():
        page.evaluate("window.spent = []")
        act()
        page.wait_for_timeout(700)
        longest = max((float(duration) for _, duration in page.evaluate("window.spent")), default=16.0)
        worst = max(worst, longest)
        print(f"  {name:22} {longest:5.0f}")
    print(f"  slowest: {worst:.0f} ms (bar 100)")


def _plan(place: Place) -> str:
    """A record of many tasks on many pages, made of the scan's own, and its document's id."""
    read = extract(SCAN)
    texts = read.source.pages
    pages = tuple(texts[n % len(texts)].model_copy(update={"number": n + 1}) for n in range(PAGES))
    tasks = []
    for n in range(TASKS):
        task = read.tasks[n % len(read.tasks)]
        spans = tuple(Span(page=n * PAGES // TASKS + 1, start=s.start, end=s.end, boxes=s.boxes) for s in task.spans)
        tasks.append(task.model_copy(update={"id": f"t{n}", "path": ("II", str(n + 1)), "spans": spans}))
    record: DirectiveRecord = read.model_copy(update={"tasks": tuple(tasks), "targets": (), "warnings": ()})
    uploaded = place.upload(json.dumps({"a plan": str(datetime.now(UTC))}).encode(), "ke-hoach.txt")
    place.ended(uploaded["job"]["id"])
    document = uploaded["document"]["id"]
    with place.database.writing() as session:
        row = session.get_one(tables.Document, UUID(document))
        source = record.source.model_copy(update={"pages": pages, "sha256": row.sha256})
        whole = record.model_copy(update={"source": source})
        records.keep_reading(session, row, whole, pipeline_version="1", job_id=None)
    return str(document)


def _sign_in(place: Place) -> str:
    with place.database.writing() as session:
        user = accounts.add_user(
            session, the_service("desk"), name="desk", full_name="", role="approver", office=place.office
        )
        return accounts.open_browser(session, user, None)
