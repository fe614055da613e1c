"""What stands in for the pipeline: chosen by ``DIRECTIVES_EXTRACTOR``, steered by the file they are given.

The file is text of ``word=value`` pairs: ``pages=5;wait=0.2;think=1;fail=damaged-file;die=1;partial=1;scanned=1;lead=Sở Y tế``.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import time
from datetime import date
from pathlib import Path

from extractor.errors import DamagedFile
from extractor.layout.document import LaidPage, PlacedWord
from extractor.progress import OnProgress, Progress
from extractor.reading.open import ReadFile
from extractor.reading.page import ReadPage
from extractor.record import (
    Assignment,
    Deadline,
    Directive,
    DirectiveRecord,
    Issuer,
    Page,
    Source,
    Task,
    Warning,
)


def load() -> None:
    """There is nothing to load."""


def read(source: Path, *, file_name: str = "", progress: OnProgress | None = None, jobs: int | None = None) -> ReadFile:
    """One page of the file's text, with `partial` one more that failed; with `scanned` its words have places."""
    text = source.read_text("utf-8")
    orders = _orders(text)
    tell = progress or (lambda _: None)
    pages = int(orders.get("pages", "2"))
    print("a library that prints")
    tell(Progress("open"))
    if "trace" in orders:
        with Path(orders["trace"]).open("a") as trace:
            trace.write(f"{os.getpid()}\n")
    for page in range(1, pages + 1):
        time.sleep(float(orders.get("wait", "0")))
        tell(Progress("read", page, pages))
    if "die" in orders:
        os.kill(os.getpid(), signal.SIGKILL)
    if "fail" in orders:
        raise DamagedFile(detail=orders["fail"])
    first = (
        ReadPage(1, 595.0, 842.0, "ocr", text=text) if "scanned" in orders else ReadPage(1, 0.0, 0.0, "text", text=text)
    )
    failed = [ReadPage(2, 0.0, 0.0, "failed", text="", confidence=0.0)] if "partial" in orders else []
    return ReadFile(file_name, hashlib.sha256(text.encode()).hexdigest(), "text/plain", (first, *failed))


def understand(file: ReadFile, *, progress: OnProgress | None = None) -> DirectiveRecord:
    """What `directive` makes of the orders."""
    text = file.pages[0].text or ""
    orders = _orders(text)
    tell = progress or (lambda _: None)
    pages = int(orders.get("pages", "2"))
    if "mind" in orders:
        with Path(orders["mind"]).open("a") as trace:
            trace.write(f"{os.getpid()}\n")
    if "stumble" in orders and Path(orders["stumble"]).exists():
        Path(orders["stumble"]).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    if "defect" in orders:
        raise RuntimeError("a defect with a secret in it")
    tell(Progress("facts", pages, pages))
    time.sleep(float(orders.get("think", "0")))
    record = directive(text, number=orders.get("number", "01/CT-UBND"), lead=orders.get("lead", "Sở Y tế"))
    source = record.source.model_copy(
        update={"file_name": file.file_name, "pages": tuple(page.record() for page in place(file))}
    )
    if "mind" in orders:  # what is understood anew is understood otherwise
        minds = len(Path(orders["mind"]).read_text().split())
        directive_ = record.directive.model_copy(update={"subject": f"thử nghiệm {minds}"})
        record = record.model_copy(update={"directive": directive_})
    status = "partial" if any(page.reading == "failed" for page in file.pages) else "success"
    record = record.model_copy(update={"source": source, "status": status})
    tell(Progress("done", pages, pages))
    return record


def place(file: ReadFile) -> tuple[LaidPage, ...]:
    """The words of a scanned page stand in one line, ten points wide each."""
    return tuple(
        LaidPage(
            page.number,
            page.width,
            page.height,
            page.reading,
            page.confidence,
            page.text or "",
            words=tuple(
                PlacedWord(word.start(), word.end(), (10.0 * n, 20.0, 10.0 * n + 9, 30.0), 0.9)
                for n, word in enumerate(re.finditer(r"\S+", page.text or ""))
            )
            if page.reading == "ocr"
            else (),
        )
        for page in file.pages
    )


def _orders(text: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=([^;\n]+)", text))


def directive(text: str, *, number: str, lead: str, tasks: int = 3) -> DirectiveRecord:
    """A small record: task 1 dated, task 2 recurring, task 3 and on without a deadline and doubtful."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return DirectiveRecord(
        source=Source(
            file_name="nguồn.txt",
            sha256=sha256,
            media_type="text/plain",
            pages=(Page(number=1, reading="text", confidence=1, width=0, height=0, text=text),),
        ),
        directive=Directive(
            kind="chỉ thị",
            number=number,
            issuer=Issuer(name="Ủy ban nhân dân tỉnh Bình Minh", agency_id="binh-minh", confidence=0.9),
            issued_on=date(2026, 3, 1),
            subject="thử nghiệm",
        ),
        tasks=tuple(_task(sha256, n, lead) for n in range(1, tasks + 1)),
        warnings=(
            Warning(code="doubt", message="Cần xem lại", message_en="Look at this", field=f"tasks[{tasks - 1}]"),
        ),
    )


def _task(sha256: str, n: int, lead: str) -> Task:
    deadlines = {
        1: (Deadline(kind="date", due=date(2026, 6, 30), text="trước ngày 30/6/2026", confidence=0.9),),
        2: (Deadline(kind="recurring", rrule="FREQ=MONTHLY", text="hàng tháng", confidence=0.9),),
    }
    return Task(
        id=f"{sha256[:8]}-{n}",
        path=("I", str(n)),
        heading="NHIỆM VỤ",
        text=f"{lead} chủ trì rà soát kế hoạch số {n} về phòng cháy, chữa cháy.",
        title=f"Rà soát kế hoạch số {n}",
        confidence=0.9,
        assignments=(
            Assignment(role="lead", agency=lead, agency_id="so-dau-tien", source="explicit", confidence=0.9),
            Assignment(role="coordinate", agency="Công an tỉnh", source="explicit", confidence=0.8),
        ),
        deadlines=deadlines.get(n, ()),
    )
