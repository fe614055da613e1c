"""A file to pages of words: sniffed, limited, hashed, and read by child processes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import BadInput, DamagedFile, EmptyFile, TesseractMissing, TooLarge
from extractor.progress import OnProgress, Progress
from extractor.reading import plain
from extractor.reading.child import error_from_json, page_from_json
from extractor.reading.crew import Crew, Job
from extractor.reading.engine import DEFAULT_ENGINE
from extractor.reading.limits import MAX_BYTES, MAX_TEXT_BYTES, OPEN_SECONDS, PAGE_SECONDS
from extractor.reading.page import ReadPage
from extractor.reading.sniff import HEAD_BYTES, PDF, TEXT, sniff
from extractor.record import Signature, Warning


@dataclass(frozen=True)
class ReadFile:
    """A file as read: what it is, its pages in order, its digital signatures, and what a clerk should look at."""

    file_name: str
    sha256: str
    media_type: str
    pages: tuple[ReadPage, ...]
    signatures: tuple[Signature, ...] = ()
    warnings: tuple[Warning, ...] = ()


def read(
    source: Path | bytes,
    *,
    file_name: str | None = None,
    progress: OnProgress | None = None,
    jobs: int | None = None,
    engine: str = DEFAULT_ENGINE,
    page_seconds: float = PAGE_SECONDS,
) -> ReadFile:
    """Read a PDF, PNG, JPEG, TIFF or plain text. The source is only read, never written.

    A page that cannot be read within its limits becomes a page of reading "failed" with a warning; the others go on.
    `jobs` is the number of child processes, as many as there are processors by default. `progress` is told after
    every page, and a few times a second in between, so that it can stop the work by raising; the children are then
    killed at once. `engine` names the OCR engine's module (see `extractor.reading.engine`).

    Raises the errors of `extractor.errors`: EmptyFile, UnsupportedType, DamagedFile, PasswordProtected, TooManyPages,
    TooLarge, BadInput for a path that cannot be read, TesseractMissing where a page needs recognition.
    """
    tell = progress or (lambda _: None)
    tell(Progress("open"))
    name = file_name if file_name is not None else source.name if isinstance(source, Path) else ""
    sha256, head, size = _digest(source)
    if size == 0:
        raise EmptyFile()
    media_type = sniff(head)
    if media_type == TEXT:
        if size > MAX_TEXT_BYTES:
            raise TooLarge(detail=f"{size / 2**20:.0f} MB", limit=f"{MAX_TEXT_BYTES // 2**20} MB")
        data = source if isinstance(source, bytes) else source.read_bytes()
        text_pages = plain.pages(data, markdown=name.lower().endswith((".md", ".markdown")))
        tell(Progress("read", len(text_pages), len(text_pages)))
        return ReadFile(name, sha256, media_type, text_pages)

    size_of_crew = jobs or _processors()
    with _on_disk(source) as path, Crew(path, media_type, engine, size_of_crew) as crew:
        count = _count(crew, tell)
        tell(Progress("read", 0, count))
        pages, signatures, warnings = _read_pages(crew, count, media_type, page_seconds, tell)
    return ReadFile(name, sha256, media_type, pages, signatures, warnings)


def _count(crew: Crew, tell: OnProgress) -> int:
    (job,) = crew.run([Job({"do": "open"}, OPEN_SECONDS)], lambda: tell(Progress("open")))
    if job.outcome != "answered":
        raise DamagedFile(detail=f"({job.outcome})")
    if "error" in job.answer:
        error = error_from_json(job.answer)
        raise error if isinstance(error, BadInput) else DamagedFile(**error.details)
    return int(job.answer["pages"])


def _read_pages(
    crew: Crew, count: int, media_type: str, page_seconds: float, tell: OnProgress
) -> tuple[tuple[ReadPage, ...], tuple[Signature, ...], tuple[Warning, ...]]:
    jobs = [Job({"do": "page", "number": n}, page_seconds) for n in range(1, count + 1)]
    if media_type == PDF:
        jobs.append(Job({"do": "signatures"}, OPEN_SECONDS))
    pages: dict[int, ReadPage] = {}
    signatures: tuple[Signature, ...] = ()
    warnings: list[Warning] = []
    for job in crew.run(jobs, lambda: tell(Progress("read", len(pages), count))):
        failed = job.outcome != "answered" or "error" in job.answer
        if job.request["do"] == "signatures":
            if failed:
                warnings.append(_signatures_unread())
            else:
                signatures = tuple(Signature(**s) for s in job.answer["signatures"])
                warnings += _broken(signatures)
            continue
        if failed and job.answer.get("error") == TesseractMissing.code:
            raise error_from_json(job.answer)
        number = job.request["number"]
        pages[number] = _failed(number, job) if failed else page_from_json(job.answer["page"])
        tell(Progress("read", len(pages), count))
    return tuple(pages[n] for n in sorted(pages)), signatures, tuple(warnings)


def _failed(number: int, job: Job) -> ReadPage:
    if job.outcome == "timed-out":
        why, why_en = "quá thời gian cho phép", "it took too long"
    elif job.outcome == "died":
        why, why_en = "trang cần quá nhiều bộ nhớ hoặc bị hỏng", "it needs too much memory or is damaged"
    else:
        error = error_from_json(job.answer)
        why, why_en = error.message.rstrip("."), error.message_en.rstrip(".")
    warning = Warning(
        code="page-failed",
        message=f"Không đọc được trang {number}: {why}. Hãy quét lại trang này.",
        message_en=f"Page {number} could not be read: {why_en}. Scan this page again.",
        page=number,
    )
    return ReadPage(number, 0.0, 0.0, "failed", confidence=0.0, warnings=(warning,))


def _broken(signatures: tuple[Signature, ...]) -> list[Warning]:
    """What a clerk has to know of signatures that do not hold for the file as it is."""
    warnings = []
    if any(s.valid is False for s in signatures):
        warnings.append(
            Warning(
                code="signature-broken",
                message="Chữ ký số không còn khớp với tệp: nội dung đã ký bị sửa.",
                message_en="A digital signature does not match the file any more: what was signed has been altered.",
            )
        )
    if signatures and all(s.changed for s in signatures):
        warnings.append(
            Warning(
                code="changed-after-signing",
                message="Tệp bị thay đổi sau khi ký số: phần thêm sau không được ký.",
                message_en="The file was changed after it was signed: what was added is not signed.",
            )
        )
    return warnings


def _signatures_unread() -> Warning:
    return Warning(
        code="signatures-unread",
        message="Không đọc được chữ ký số của tệp PDF; nội dung trang không bị ảnh hưởng.",
        message_en="The PDF's digital signatures could not be read; the pages' text is not affected.",
    )


def _digest(source: Path | bytes) -> tuple[str, bytes, int]:
    """SHA-256, first bytes and size; a file is streamed. Raises TooLarge and BadInput."""
    digest, head, size = hashlib.sha256(), b"", 0
    try:
        for block in _blocks(source):
            digest.update(block)
            head = head or block[:HEAD_BYTES]
            size += len(block)
            if size > MAX_BYTES:
                raise TooLarge(detail=f"> {MAX_BYTES // 2**20} MB", limit=f"{MAX_BYTES // 2**20} MB")
    except OSError as error:
        raise BadInput(detail=f"{error.strerror or error}") from None
    return digest.hexdigest(), head, size


def _blocks(source: Path | bytes) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


@contextmanager
def _on_disk(source: Path | bytes) -> Iterator[Path]:
    """The path of the source; bytes are laid in a file of their own for as long as the children read it."""
    if isinstance(source, Path):
        yield source.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="directives-") as folder:
        path = Path(folder, "source")
        path.write_bytes(source)
        yield path


def _processors() -> int:
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
