"""The pages in a real browser: a service of the tests' own as a process, people who are signed in, and a watch over each page.

Every test has an office of its own, so it sees its own documents only. A page that writes an error to the console, breaks the
content security policy, or throws, fails its test. Screenshots go to `tests/web/.shots`, or to the folder named by `SHOTS`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="cần playwright / playwright is needed")

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright  # noqa: E402

from extractor.record import DirectiveRecord  # noqa: E402
from service.access import accounts  # noqa: E402
from service.access.actor import Actor, Role, the_service  # noqa: E402
from service.access.doors import COOKIE  # noqa: E402
from service.settings import Settings  # noqa: E402
from service.store import documents, offices, pages, progress, records, tables  # noqa: E402
from service.store.blobs import Blobs  # noqa: E402
from service.store.database import Database  # noqa: E402
from service.store.ids import new_id  # noqa: E402

ROOT = Path(__file__).parents[2]
SHOTS = Path(os.environ.get("SHOTS") or Path(__file__).parent / ".shots")
NO_BROWSER = "không có trình duyệt (Chromium; đặt CHROMIUM) / no browser: set CHROMIUM to a Chromium"
OFFICE_SCREEN = (1366, 768)
ZOOMED = (683, 384)  # the same screen at 200 %, in CSS pixels
_TESTS = the_service("tests")
expect.set_options(timeout=30_000)  # a machine may be busy with other things
_PIXEL = bytes.fromhex(
    "524946463a000000574542505650382028000000b001009d012a0100010002003425a400037000fefb94000000"
)  # a WebP of one pixel


@dataclass(frozen=True)
class Service:
    """A running service, and its store to put things into directly."""

    address: str
    data: Path
    database: Database

    def office(self, name: str = "Văn phòng") -> UUID:
        with self.database.writing() as session:
            offices.default(session)
            return offices.add(session, _TESTS, f"{name} {new_id().hex[-12:]}").id

    def user(self, office: UUID | None, role: Role = "approver", name: str = "") -> tables.User:
        name = name or f"{role}-{new_id().hex[-8:]}"
        with self.database.writing() as session:
            return accounts.add_user(session, _TESTS, name=name, full_name="Nguyễn Thị Thử", role=role, office=office)

    def cookie(self, user: tables.User) -> dict[str, str]:
        """What a browser of this user holds."""
        with self.database.writing() as session:
            secret = accounts.open_browser(session, session.merge(user), None)
        return {"name": COOKIE, "value": secret, "url": self.address}

    def put(
        self,
        record: DirectiveRecord | None,
        office: UUID,
        *,
        file_name: str = "văn bản.pdf",
        original: bytes = b"",
        images: list[bytes] | None = None,
        by: Actor = _TESTS,
        state: str = "succeeded",
        error: tuple[str, str, str] | None = None,
    ) -> UUID:
        """A document as it is after its reading: with this record, or in this state without one."""
        original = original or f"{file_name} {new_id()}".encode()
        sha256 = Blobs(self.data / "originals").put(original)
        blobs = Blobs(self.data / "images")
        with self.database.writing() as session:
            document = documents.add(
                session,
                actor=by,
                office=office,
                sha256=sha256,
                file_name=file_name,
                media_type="application/pdf",
                size=len(original),
            )
            job = documents.add_job(session, document, priority=1)
            if record:
                record = record.model_copy(update={"source": record.source.model_copy(update={"sha256": sha256})})
                job.pages = job.page = len(record.source.pages)
                records.keep_reading(session, document, record, pipeline_version="1", job_id=job.id)
                drawn = images if images is not None else [_PIXEL] * len(record.source.pages)
                pages.keep(session, document.id, {str(n): blobs.put(image) for n, image in enumerate(drawn, start=1)})
            if error:
                progress.fail(session, job.id, code=error[0], message=error[1], message_en=error[2])
            elif state in ("succeeded", "partial"):
                progress.finish(session, job.id, state)
            else:
                job.state = state
                job.stage = "read" if state == "running" else "queued"
                job.started_at = datetime.now(UTC) if state == "running" else None
            return document.id

    def read_again(self, document_id: UUID, record: DirectiveRecord) -> None:
        """One more version, as a newer pipeline reads it."""
        with self.database.writing() as session:
            document = session.get_one(tables.Document, document_id)
            source = record.source.model_copy(update={"sha256": document.sha256})
            job = documents.add_job(session, document, priority=1)
            again = record.model_copy(update={"source": source})
            records.keep_reading(session, document, again, pipeline_version="2", job_id=job.id)
            progress.finish(session, job.id, "succeeded")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """`directives serve` over a folder of its own, reading with `tests.service.fakes`."""
    folder = tmp_path_factory.mktemp("web")
    data = folder / "data"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DIRECTIVES_", "DATABASE_"))
    }
    environment |= {
        "PYTHONPATH": str(ROOT),
        "DIRECTIVES_EXTRACTOR": "tests.service.fakes",
        "DIRECTIVES_POLL_SECONDS": "0.2",
        "DIRECTIVES_JOB_SLOTS": "2",
        "DIRECTIVES_DRAIN_SECONDS": "0",
        "DIRECTIVES_UPLOAD_BYTES": str(1 << 20),
        "DIRECTIVES_RATE_PER_MINUTE": "1000000",
        "DIRECTIVES_SIGN_INS_PER_MINUTE": "1000000",
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--port", "0", "--data", str(data)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        late = threading.Timer(60, process.kill)
        late.start()
        assert process.stdout
        found = next(filter(None, (re.search(r"http://[^\s/]+", line) for line in process.stdout)), None)
        late.cancel()
        assert found, (folder / "log").read_text()
        database = Database(Settings(data=data).url)
        yield Service(found[0], data, database)
        database.close()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()


@pytest.fixture(scope="module")  # not longer: its event loop would be in the way of tests that run one of their own
def browser() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    with sync_playwright() as engine:
        if not program and not Path(engine.chromium.executable_path).exists():
            pytest.skip(NO_BROWSER)
        opened = engine.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-dev-shm-usage",
            ],
        )
        yield opened
        opened.close()


@dataclass
class Visitors:
    """Opens pages for people of the test's office, and watches over all of them."""

    browser: Browser
    service: Service
    office: UUID
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)  # parts of console errors that the test brings about on purpose

    def page(
        self,
        role: Role | None = "approver",
        *,
        user: tables.User | None = None,
        language: str = "vi",
        size: tuple[int, int] = OFFICE_SCREEN,
        **options: Any,
    ) -> Page:
        """A page of a new browser of `user`, else of a new user of this role, else (None) of a stranger."""
        context = self.browser.new_context(
            base_url=self.service.address,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            timezone_id="Asia/Ho_Chi_Minh",
            locale="vi-VN",
            **options,
        )
        self.contexts.append(context)
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": "lang", "value": language, "url": self.service.address}])
        if user or role:
            user = user or self.service.user(self.office, role or "clerk")
            context.add_cookies([self.service.cookie(user)])  # type: ignore[list-item]
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"threw: {error}"))
        page.on("console", self._heard)
        return page

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not any(part in message.text for part in self.expected):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def office(service: Service) -> UUID:
    return service.office()


@pytest.fixture
def visitors(browser: Browser, service: Service, office: UUID) -> Iterator[Visitors]:
    here = Visitors(browser, service, office)
    yield here
    for context in here.contexts:
        context.close()
    assert not here.complaints, "the browser complained:\n" + "\n".join(here.complaints)


@pytest.fixture
def page(visitors: Visitors) -> Page:
    """An approver of the test's office."""
    return visitors.page()


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Takes pictures of a page as it stands, whole, on the office's screen and at 200 %; nothing may stick out sideways."""

    def take(page: Page, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        page.evaluate("scrollTo(0, 0)")
        for suffix, (width, height) in (("", OFFICE_SCREEN), ("@200", ZOOMED)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=SHOTS / f"{name}{suffix}.png", full_page=True)
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, f"{name}{suffix} is {beyond} pixels too wide"
        if before:
            page.set_viewport_size(before)

    return take


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Looks for what keeps people out (WCAG 2.2 AA and best practice); none may be found."""
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a page that comes anew would take the look away
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": rules}})
        told = [
            f"{wrong['id']}: {wrong['help']}\n    {node['target']} {node['html'][:200]}\n    {node['failureSummary']}"
            for wrong in found.response["violations"]
            for node in wrong["nodes"]
        ]
        assert not told, page.url + "\n" + "\n".join(told)

    return check
