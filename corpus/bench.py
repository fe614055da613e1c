"""Measures reading side by side in one go: this pipeline against plain Tesseract, same pages, same machine; and how facts grow.

Only the ratios carry from one machine to another. Memory is read from /proc, so it is missing where there is none.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pypdfium2 as pdfium

from corpus import peers
from corpus.peers import PEERS

PLAIN_DPI = 300  # what guides to Tesseract ask for
PAGE_LETTERS = 2300  # of a printed page of body text


@dataclass(frozen=True, slots=True)
class Run:
    """One way of reading one scan: seconds by the clock and of the processor (its own and its children's), text, pages."""

    name: str
    seconds: float
    text: str
    pages: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Growth:
    """The facts of one document: its pages, tasks found, seconds on one core."""

    pages: int
    tasks: int
    seconds: float


def bench(
    path: Path,
    errors: Callable[[str], float] | None,
    say: Callable[[str], None] = print,
    environment: Path | None = None,
) -> list[Run]:
    """Reads one PDF in every way and says the figures: seconds, pages a minute, ratio to the first, seconds of the processor, CER.

    `errors` gives the character errors of a text of this scan; `environment` is a virtual environment that has the peers
    (`corpus.peers`).
    """
    runs = [
        plain(path, "pytesseract, từng trang, số luồng mặc định", threads=None),
        plain(path, "pytesseract, từng trang, OMP_THREAD_LIMIT=1", threads=1),
        plain(path, "pytesseract, hai trang một lúc, OMP_THREAD_LIMIT=1", threads=1, at_once=2),
    ]
    with peak_of_children() as peak:
        cold, whole = pipeline(path, "quy trình này, đọc trang (lần đầu)")
    warm, whole_warm = pipeline(path, "quy trình này, đọc trang (lần hai)")
    runs += [cold, warm]
    if environment:
        for name in PEERS:
            runs += peer(path, name, environment, runs[0].pages, say)
    else:
        say("không so với OCRmyPDF, kreuzberg: cần --peers / not compared with them: --peers names where they are")
    say(f"\n{path.name}: {runs[0].pages} trang")
    say(
        f"{'cách đọc':52}{'giây':>8}{'trang/phút':>12}{'nhanh gấp':>11}{'giây CPU':>10}{'tỷ lệ':>8}{'CER':>9}{'tỷ lệ':>8}"
    )
    plainly = errors(runs[1].text) if errors else 0.0
    for run in runs:
        own = errors(run.text) if errors else None
        rate = f"{100 * own:.2f}%" if own is not None else "–"
        of_errors = f"{own / plainly:.2f}×" if own is not None and plainly else "–"
        speed, ratio = 60 * run.pages / run.seconds, runs[0].seconds / run.seconds
        of_cpu = f"{run.cpu / runs[1].cpu:.2f}×" if runs[1].cpu else "–"
        say(
            f"{run.name:52}{run.seconds:8.2f}{speed:12.1f}{ratio:10.2f}×{run.cpu:10.1f}{of_cpu:>8}{rate:>9}{of_errors:>8}"
        )
    say("nhanh gấp: so với dòng đầu; tỷ lệ: so với dòng thứ hai / speed beside the first line, ratios to the second")
    say(f"cả quy trình trong tiến trình: {whole:.2f} giây lần đầu, {whole_warm:.2f} giây lần hai")
    say(f"bộ nhớ lớn nhất của một tiến trình con: {peak() or '–'} MB")
    say(f"lệnh `directives extract`, từ lúc gõ đến lúc xong: {command(path):.2f} giây")
    return runs


def bench_facts(
    text: str, say: Callable[[str], None] = print, pages: Sequence[int] = (4, 75, 150, 300)
) -> list[Growth]:
    """Facts of plans of so many pages, made of the sections of `text`, on one core after start-up: time a page must not grow."""
    from extractor.facts import read_facts
    from extractor.layout import lay_out
    from extractor.reading.plain import pages as text_pages

    grown: list[Growth] = []
    say(f"\n{'dữ kiện của một văn bản':28}{'trang':>8}{'nhiệm vụ':>10}{'giây':>8}{'ms/trang':>10}")
    for count in (pages[0], *pages):  # the first run starts up
        data = plan_of(text, count).encode()
        laid = lay_out(text_pages(data))
        began = time.perf_counter()
        facts = read_facts(laid, sha256="0" * 64)
        grown.append(Growth(len(laid.pages), len(facts.tasks), time.perf_counter() - began))
    for run in grown[1:]:
        say(f"{'':28}{run.pages:8}{run.tasks:10}{run.seconds:8.2f}{1000 * run.seconds / run.pages:10.1f}")
    short, long = grown[1], grown[-1]
    say(
        f"mỗi trang: bản dài nhất bằng {long.seconds / long.pages / (short.seconds / short.pages):.2f} lần bản ngắn nhất"
    )
    return grown[1:]


def bench_long(
    text: str, scan: bytes, say: Callable[[str], None] = print, digital: int = 40, scanned: int = 300
) -> tuple[float, int]:
    """Pages a second of a PDF with a text layer, on one core, the start of the reading process counted, and the largest memory, in MB, of a
    process that reads a long scan.

    The PDF is a plan made of the sections of `text`; the long scan is `scan` over and over.
    """
    from corpus.typeset import typeset
    from extractor import read, understand

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.pdf"
        path.write_bytes(typeset(plan_of(text, digital)).pdf)
        understand(read(path, jobs=1))  # loads what understanding needs
        began = time.perf_counter()
        file = read(path, jobs=1)
        read_in = time.perf_counter() - began
        understand(file)
        whole = time.perf_counter() - began
        assert {page.reading for page in file.pages} == {"text_layer"}
        say(
            f"\n{len(file.pages)} trang có lớp chữ / pages with a text layer: đọc / read {len(file.pages) / read_in:.1f}, "
            f"đến bản ghi / up to the record {len(file.pages) / whole:.1f} trang mỗi giây / pages a second"
        )
        with pdfium.PdfDocument.new() as long, pdfium.PdfDocument(scan) as short:
            for start in range(0, scanned, len(short)):
                long.import_pages(short, list(range(min(len(short), scanned - start))))
            long.save(path)
        began = time.perf_counter()
        with peak_of_children() as peak:
            pages = read(path).pages
        minutes = (time.perf_counter() - began) / 60
        read_all = all(page.reading == "ocr" for page in pages)
        say(
            f"{len(pages)} trang quét / pages of a scan{'' if read_all else ', có trang hỏng / some failed'}: "
            f"{len(pages) / minutes:.0f} trang mỗi phút / pages a minute, bộ nhớ lớn nhất / most memory {peak()} MB"
        )
    return len(file.pages) / whole, peak() or 0


def bench_understanding(
    kept: Sequence[bytes], say: Callable[[str], None] = print, processes: Sequence[int] = (1, 2), rounds: int = 3
) -> list[float]:
    """Documents a second from kept words to records, without OCR and after start-up: the best of some rounds, by processes at work."""
    say(f"{len(kept)} văn bản, từ lời đã giữ đến bản ghi / documents, from kept words to records")
    rates: list[float] = []
    for count in processes:
        with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
            list(pool.map(_understood, kept))  # the first time starts up
            seconds: list[float] = []
            for _ in range(rounds):
                began = time.perf_counter()
                list(pool.map(_understood, kept))
                seconds.append(time.perf_counter() - began)
        rates.append(len(kept) / min(seconds))
        say(f"{count} tiến trình / processes: {rates[-1]:6.1f} văn bản mỗi giây / documents a second")
    return rates


def _understood(kept: bytes) -> int:
    from extractor import load_reading, understand

    file = load_reading(kept)
    if file is None:
        raise ValueError("not a reading of this version")
    return len(understand(file).tasks)


def plan_of(text: str, pages: int) -> str:
    """A plan of about so many pages: the numbered sections of a specimen over and over, numbered anew, a form feed a page."""
    starts = [found.start() for found in re.finditer(r"(?m)^\s*[IVX]+\.\s", text)]
    foot = re.search(r"(?m)^\s*Nơi nhận", text)
    if len(starts) < 2 or foot is None:
        raise ValueError("the text has no sections I., II., … or no recipients")
    head, tail = text[: starts[0]], text[foot.start() :]
    sections = [text[a:b] for a, b in pairwise([*starts, foot.start()])]
    made, size = [head], 0
    while size < pages * PAGE_LETTERS:
        section = re.sub(
            r"[IVX]+\.",
            f"{len(made)}.",
            re.sub(r"(?m)^(\s*)(\d{1,2})\.(?=\s)", r"\1\2)", sections[len(made) % len(sections)]),
            count=1,
        )
        made.append(section)
        size += len(section)
    lines: list[str] = []
    filled = 0
    for line in "".join([*made, tail]).split("\n"):
        if filled > PAGE_LETTERS:
            lines[-1] += "\f"
            filled = 0
        lines.append(line)
        filled += len(line) + 1
    return "\n".join(lines)


def plain(path: Path, name: str, threads: int | None, at_once: int = 1) -> Run:
    """Plain Tesseract through pytesseract, so many pages at a time, rendered at 300 dpi."""
    import pytesseract  # type: ignore[import-untyped,unused-ignore]

    before = os.environ.pop("OMP_THREAD_LIMIT", None)
    if threads is not None:
        os.environ["OMP_THREAD_LIMIT"] = str(threads)
    try:
        began, spent = time.perf_counter(), _processor()
        with pdfium.PdfDocument(path) as document, ThreadPoolExecutor(at_once) as readers:  # each waits for its program
            images = [page.render(scale=PLAIN_DPI / 72).to_pil() for page in document]
            texts = list(readers.map(lambda image: str(pytesseract.image_to_string(image, lang="vie")), images))
        seconds, cpu = time.perf_counter() - began, _processor() - spent
        return Run(name, seconds, "\n".join(texts), len(texts), cpu)
    finally:
        os.environ.pop("OMP_THREAD_LIMIT", None)
        if before is not None:
            os.environ["OMP_THREAD_LIMIT"] = before


def pipeline(path: Path, name: str) -> tuple[Run, float]:
    """This pipeline: the time until its last page was read, and the time of the whole."""
    from extractor import extract  # type: ignore[attr-defined,unused-ignore]  # late: it loads language models
    from extractor.progress import Progress

    read: list[float] = []

    def progress(step: Progress) -> None:
        if step.stage == "read":
            read.append(time.perf_counter())

    began, spent = time.perf_counter(), _processor()
    record = extract(path, progress=progress)
    ended, cpu = time.perf_counter(), _processor() - spent
    pages = record.source.pages
    text = "\n".join(page.text for page in pages)
    return Run(name, (read[-1] if read else ended) - began, text, len(pages), cpu), ended - began


def peer(path: Path, name: str, environment: Path, pages: int, say: Callable[[str], None] = print) -> list[Run]:
    """Another program on the same file, start-up and all; none where it fails, which is said."""
    began, spent = time.perf_counter(), _processor()
    try:
        text = peers.read(name, environment, path)
    except (OSError, RuntimeError) as failure:
        say(f"{name}: không chạy được / could not be run: {failure}")
        return []
    return [Run(name, time.perf_counter() - began, text, pages, _processor() - spent)]


def _processor() -> float:
    """Seconds of the processor that this process, its descendants, and those of them that have ended have taken."""
    used = os.times()
    living = sum(map(_spent, _descendants(os.getpid())))
    return used.user + used.system + used.children_user + used.children_system + living


def command(path: Path) -> float:
    """Seconds of the command line from its start to its end, in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "extractor.cli", "extract", str(path), "--out", folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - began


@contextmanager
def peak_of_children() -> Iterator[Callable[[], int | None]]:
    """Watches this process's descendants; the function gives the largest resident memory of one of them, in MB."""
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max([peak, *(_resident(pid) for pid in _descendants(os.getpid()))])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda: peak or None
    finally:
        done.set()
        watcher.join()


def _descendants(parent: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue  # the process has ended meanwhile
        parents[int(entry.parent.name)] = int(fields[1])
    found: set[int] = set()
    layer = {parent}
    while layer:
        layer = {pid for pid, owner in parents.items() if owner in layer} - found
        found |= layer
    return found


def _spent(pid: int) -> float:
    """Seconds of the processor of a process and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0  # it has ended meanwhile
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    try:
        for field in Path(f"/proc/{pid}/status").read_text().splitlines():
            if field.startswith("VmHWM:"):
                return int(field.split()[1]) // 1024
    except OSError:
        pass
    return 0
