"""The whole way on one screen: reading, layout, facts, record."""

from __future__ import annotations

from pathlib import Path

from extractor.facts import read_facts
from extractor.layout import lay_out
from extractor.progress import OnProgress, Progress
from extractor.reading.open import read
from extractor.record import DirectiveRecord, Source


def extract(
    source: str | Path | bytes,
    *,
    progress: OnProgress | None = None,
    file_name: str | None = None,
    jobs: int | None = None,
) -> DirectiveRecord:
    """One directive as a record.

    `source` is a path, or the file's bytes (then `file_name` names it). `jobs` is how many pages are read at once (default: one a core).
    `progress` is told each step and may stop the work by raising `Cancelled`. Raises a `DirectiveError`: bad input, Tesseract missing.
    A page that cannot be read does not fail the document: the record is "partial" and a warning names the page.
    """
    tell = progress or (lambda _: None)
    tell(Progress("open"))
    file = read(Path(source) if isinstance(source, str) else source, file_name=file_name, progress=progress, jobs=jobs)
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
