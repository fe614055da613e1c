"""The whole way on one screen: reading, layout, facts, record."""

from __future__ import annotations

from pathlib import Path

from extractor.facts import read_facts
from extractor.layout import lay_out
from extractor.layout.document import LaidPage
from extractor.layout.order import place as place_page
from extractor.progress import OnProgress, Progress
from extractor.reading import nursery
from extractor.reading.open import ReadFile, read
from extractor.record import DirectiveRecord, Source
from extractor.sample import SAMPLE

__all__ = ["LaidPage", "ReadFile", "extract", "load", "place", "read", "understand"]


def extract(
    source: str | Path | bytes,
    *,
    progress: OnProgress | None = None,
    file_name: str | None = None,
    jobs: int | None = None,
) -> DirectiveRecord:
    """One directive as a record: `read`, then `understand`.

    `source` is a path, or the file's bytes (then `file_name` names it). `jobs` is how many pages are read at once (default: one a core).
    `progress` is told each step and may stop the work by raising `Cancelled`. Raises a `DirectiveError`: bad input, Tesseract missing.
    A page that cannot be read does not fail the document: the record is "partial" and a warning names the page.
    """
    path = Path(source) if isinstance(source, str) else source
    return understand(read(path, file_name=file_name, progress=progress, jobs=jobs), progress=progress)


def understand(file: ReadFile, *, progress: OnProgress | None = None) -> DirectiveRecord:
    """What a file says whose pages have been read: layout, facts, record. Takes a small part of the time of reading a scan."""
    tell = progress or (lambda _: None)
    tell(Progress("layout", len(file.pages), len(file.pages)))
    document = lay_out(file.pages)
    tell(Progress("facts", len(file.pages), len(file.pages)))
    facts = read_facts(document, sha256=file.sha256, signatures=file.signatures, file_name=file.file_name)
    record = DirectiveRecord(
        status="partial" if any(page.reading == "failed" for page in file.pages) else "success",
        source=Source(
            file_name=file.file_name,
            sha256=file.sha256,
            media_type=file.media_type,
            pages=tuple(page.record() for page in document.pages),
            signatures=file.signatures,
        ),
        directive=facts.directive,
        tasks=facts.tasks,
        targets=facts.targets,
        citations=facts.citations,
        warnings=(*file.warnings, *(w for page in file.pages for w in page.warnings), *facts.warnings),
    )
    tell(Progress("done", len(file.pages), len(file.pages)))
    return record


def load() -> None:
    """Load now what else the first document would wait for: registers, patterns, the matcher of names."""
    nursery.begin()  # before processes are forked from this one: they share it
    understand(read(SAMPLE.encode(), file_name="mẫu.txt", jobs=1))


def place(file: ReadFile) -> tuple[LaidPage, ...]:
    """The pages with their texts, the very ones of the record, and their words: characters, box in points, confidence.

    Text that was given, not read, has no boxes and so no words.
    """
    return tuple(place_page(page) for page in file.pages)
