"""What the tests of the whole product share: the records of the specimens, each made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from corpus.scan import make_scan
from corpus.specimens import Specimen, specimens
from extractor.pipeline import extract
from extractor.record import DirectiveRecord

# The folders whose files take longest, in this order; begun last, one of them would keep every other core waiting.
_LONGEST = ("whole", "web", "service")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        return _LONGEST.index(folder) if folder in _LONGEST else len(_LONGEST)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def text_records() -> Mapping[str, DirectiveRecord]:
    """The record of every specimen as text, by the specimen's name."""
    return {s.name: extract(s.text_path, jobs=1) for s in specimens()}


@pytest.fixture(scope="session")
def scan_record() -> Callable[[Specimen, str], DirectiveRecord]:
    """The record of a scan made of a specimen by a recipe; each is made once."""
    made: dict[tuple[str, str], DirectiveRecord] = {}

    def record(specimen: Specimen, recipe: str) -> DirectiveRecord:
        if not shutil.which("tesseract"):
            pytest.skip("Tesseract is not installed")
        key = (specimen.name, recipe)
        if key not in made:
            try:
                scan = make_scan(specimen.text(), recipe=recipe)
            except OSError as error:
                pytest.skip(f"no scan can be made: {error}")
            made[key] = extract(scan.pdf, file_name="scan.pdf", jobs=2)
        return made[key]

    return record
