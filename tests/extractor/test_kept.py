"""A file as read is kept, and comes back as the very same file."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator
from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.scan import make_scan
from corpus.specimens import Specimen, specimens
from extractor import dump_reading, load_reading, place, read, understand
from extractor.reading import kept
from extractor.reading.open import ReadFile
from extractor.reading.page import ReadPage, Word
from extractor.record import Signature, Warning

FEW = specimens()[::8]


@pytest.fixture(scope="module")
def scan() -> ReadFile:
    if not shutil.which("tesseract"):
        pytest.skip("Tesseract is not installed")
    specimen = next(each for each in specimens() if len(each.text()) < 4000)
    try:
        made = make_scan(specimen.text(), recipe="photocopy")
    except OSError as error:
        pytest.skip(f"no scan can be made: {error}")
    return read(made.pdf, file_name="quét.pdf", jobs=2)


@pytest.mark.parametrize("specimen", FEW, ids=lambda each: each.name)
def test_what_is_understood_of_a_text_is_the_same(specimen: Specimen) -> None:
    file = read(specimen.text_path, jobs=1)
    again = load_reading(dump_reading(file))
    assert again == file
    assert understand(again) == understand(file)


def test_what_is_understood_of_a_scan_is_the_same(scan: ReadFile) -> None:
    again = load_reading(dump_reading(scan))
    assert again == scan
    record = understand(again)
    assert record == understand(scan)
    assert record.source.file_name == "quét.pdf" and record.tasks


def test_the_words_of_a_page_lie_where_the_record_says(scan: ReadFile) -> None:
    record = understand(scan)
    for laid, page in zip(place(scan), record.source.pages, strict=True):
        assert (laid.text, laid.width, laid.height) == (page.text, page.width, page.height)
        assert len(laid.words) > 50
        for before, word in zip((None, *laid.words), laid.words, strict=False):
            assert laid.text[word.start : word.end].strip() == laid.text[word.start : word.end] != ""
            assert before is None or before.end <= word.start
            x0, y0, x1, y1 = word.box
            assert 0 <= x0 < x1 <= page.width + 1 and 0 <= y0 < y1 <= page.height + 1
            assert 0 <= word.confidence <= 1


def finite(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False)


boxes = st.tuples(*[finite(-10, 2000)] * 4)
warnings = st.builds(
    Warning, code=st.just("page-failed"), message=st.text(), message_en=st.text(), page=st.none() | st.integers(1, 9)
)
words = st.builds(
    Word, text=st.text(min_size=1), box=boxes, confidence=finite(0, 1), line=st.integers(0, 99),
    bold=st.none() | st.booleans(), italic=st.none() | st.booleans(),
)  # fmt: skip
pages = st.builds(
    ReadPage, number=st.integers(1, 2000), width=finite(0, 2000), height=finite(0, 2000),
    reading=st.sampled_from(["text_layer", "ocr", "text", "blank", "failed"]), words=st.lists(words, max_size=4).map(tuple),
    text=st.none() | st.text(), confidence=finite(0, 1), warnings=st.lists(warnings, max_size=2).map(tuple),
    turn=finite(-180, 270), rules=st.lists(boxes, max_size=3).map(tuple),
)  # fmt: skip
signatures = st.builds(
    Signature, signer=st.none() | st.text(), organisation=st.none() | st.text(), covers=st.none() | st.text(),
    signed_at=st.none() | st.datetimes(timezones=st.just(UTC)), valid=st.none() | st.booleans(),
)  # fmt: skip
files = st.builds(
    ReadFile, file_name=st.text(), sha256=st.just("0" * 64), media_type=st.just("application/pdf"),
    pages=st.lists(pages, max_size=3).map(tuple), signatures=st.lists(signatures, max_size=2).map(tuple),
    warnings=st.lists(warnings, max_size=2).map(tuple),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(files)
def test_any_file_comes_back_as_it_was(file: ReadFile) -> None:
    dumped = dump_reading(file)
    assert load_reading(dumped) == file
    assert dump_reading(file) == dumped


def test_letters_that_no_text_can_have_do_no_harm() -> None:
    file = ReadFile(
        "a", "0" * 64, "application/pdf", (ReadPage(1, 1.0, 1.0, "ocr", (Word("\ud800", (0, 0, 1, 1), 0.5),)),)
    )
    assert load_reading(dump_reading(file)) == file


def test_words_of_another_reading_are_not_taken_for_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    file = read(FEW[0].text_path, jobs=1)
    old = dump_reading(file)
    monkeypatch.setattr(kept, "READING_VERSION", kept.READING_VERSION + 9)
    assert load_reading(old) is None
    assert load_reading(dump_reading(file)) == file


def damages() -> Iterator[bytes]:
    whole = dump_reading(read(FEW[0].text_path, jobs=1))
    mark, rest = whole[: whole.index(b"\n") + 1], whole[whole.index(b"\n") + 1 :]
    yield b""
    yield b"{}"
    yield mark
    yield whole[:-1]
    yield whole[: len(whole) // 2]
    yield mark + bytes(reversed(rest))
    for body in (b"[]", b"null", b"{}", b'{"pages": 1}', b"\xff"):
        yield mark + zlib.compress(body)


@pytest.mark.parametrize("damaged", list(damages()))
def test_what_is_damaged_is_nothing(damaged: bytes) -> None:
    assert load_reading(damaged) is None
