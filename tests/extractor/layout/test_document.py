"""Every value finds its words on the page: the map from the flow to page texts and boxes holds for any document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from corpus.specimens import Specimen, specimens
from extractor.layout import lay_out
from extractor.layout.document import Document
from extractor.pipeline import extract
from extractor.reading.page import ReadPage, Word
from extractor.record import DirectiveRecord, Evidence, Page, Span

WIDTH, HEIGHT = 595.0, 842.0
PIECES = """1. a) - + Sở Y tế lập sổ giếng cổ; nước. Nơi nhận: CHỈ THỊ KẾ HOẠCH Số: 17/CT-UBND ngày 12 tháng 9 năm 2023 PHỤ LỤC
TM. CHỦ TỊCH Lê Mẫu CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Về việc ¬ © 3,5% (i) … ./."""
WORDS = st.sampled_from(PIECES.split())


@st.composite
def printed_pages(draw: st.DrawFn) -> list[ReadPage]:
    """Pages of words with boxes: lines at any height, words at any distance."""
    pages = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        words: list[Word] = []
        y = draw(st.floats(40, 120))
        for n in range(draw(st.integers(0, 9))):
            x = draw(st.sampled_from([85.0, 120.0, 300.0, 420.0]))
            for text in draw(st.lists(WORDS, min_size=1, max_size=9)):
                end = x + 6 * len(text)
                if end > WIDTH:
                    break
                words.append(Word(text, (x, y, end, y + 12), draw(st.sampled_from([0.3, 0.9, 0.97])), n + 1))
                x = end + draw(st.sampled_from([4.0, 60.0]))
            y += draw(st.sampled_from([14.0, 18.0, 60.0]))
        turn = draw(st.sampled_from([0.0, 180.0, 1.5]))
        pages.append(ReadPage(number, WIDTH, HEIGHT, "ocr" if words else "blank", tuple(words), turn=turn))
    return pages


@st.composite
def typed_pages(draw: st.DrawFn) -> list[ReadPage]:
    """Pages of given text, with blank lines, tabs, and several spaces."""
    gap = st.sampled_from([" ", " ", "  ", "\n", "\n\n", "\t", "\u00a0", "\r\n"])
    texts = draw(
        st.lists(st.lists(st.tuples(WORDS, gap).map("".join), max_size=40).map("".join), min_size=1, max_size=4)
    )
    return [
        ReadPage(i, 0.0, 0.0, "text" if text.strip() else "blank", text=text) for i, text in enumerate(texts, start=1)
    ]


def folded(text: str) -> str:
    return " ".join(text.split())


def under(pages: Mapping[int, str], spans: tuple[Span, ...]) -> str:
    """The page texts under spans, white space folded."""
    return folded(" ".join(pages[s.page][s.start : s.end] for s in spans))


def texts_of(document: Document) -> dict[int, str]:
    return {page.number: page.text for page in document.pages}


def check(document: Document, start: int, end: int) -> None:
    spans = document.spans(start, end)
    assert under(texts_of(document), spans) == folded(document.flow[start:end])
    for span in spans:
        page = document.pages[span.page - 1]
        assert 0 <= span.start < span.end <= len(page.text)
        assert page.words == () or span.boxes
        for x0, y0, x1, y1 in span.boxes:
            assert -0.06 <= x0 < x1 <= page.width + 0.06
            assert -0.06 <= y0 < y1 <= page.height + 0.06
    assert 0.0 <= document.confidence(start, end) <= 1.0


@settings(max_examples=60)
@given(st.one_of(printed_pages(), typed_pages()), st.data())
def test_the_words_under_the_spans_are_those_of_the_flow(pages: list[ReadPage], data: st.DataObject) -> None:
    document = lay_out(pages)
    size = len(document.flow)
    assert len(document.origin_page) == len(document.origin_offset) == size
    for _ in range(4):
        start = data.draw(st.integers(0, size))
        check(document, start, data.draw(st.integers(start, size)))
    check(document, 0, size)


@settings(max_examples=60)
@given(st.one_of(printed_pages(), typed_pages()))
def test_paragraphs_stand_in_order_and_are_the_flow(pages: list[ReadPage]) -> None:
    document = lay_out(pages)
    last = 0
    for paragraph in document.paragraphs:
        assert last <= paragraph.start < paragraph.end <= len(document.flow)
        assert document.flow[paragraph.start : paragraph.end] == paragraph.text
        assert "\n" not in paragraph.text
        check(document, paragraph.start, paragraph.end)
        last = paragraph.end


@settings(max_examples=60)
@given(typed_pages())
def test_no_word_is_lost_or_made(pages: list[ReadPage]) -> None:
    document = lay_out(pages)
    assert folded(document.flow) == folded(" ".join(page.text or "" for page in pages))


def test_nothing_has_no_spans() -> None:
    document = lay_out([ReadPage(1, 0.0, 0.0, "text", text="Vét giếng.\n\nLập sổ.")])
    assert document.spans(0, 0) == ()
    assert document.spans(10, 11) == ()
    assert document.confidence(0, 0) == 1.0
    assert lay_out([]).flow == ""


# --- the specimens: every span of every value ---------------------------------------------------------------------------


def values(value: object, path: str = "record") -> Iterator[tuple[str, Any]]:
    """The record's models, with their paths."""
    if isinstance(value, BaseModel):
        yield path, value
        for name in type(value).model_fields:
            yield from values(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from values(item, f"{path}[{key}]")
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from values(item, f"{path}[{i}]")


def check_spans(record: DirectiveRecord) -> None:
    pages: dict[int, Page] = {page.number: page for page in record.source.pages}
    for path, value in values(record):
        if isinstance(value, Evidence):
            assert value.spans or value.inferred, f"{path} says not where it was read"
        if isinstance(value, Span):
            page = pages[value.page]
            assert 0 <= value.start < value.end <= len(page.text), path
            assert page.text[value.start : value.end].strip(), path
            assert bool(value.boxes) == (page.reading in ("ocr", "text_layer")), path
            for x0, y0, x1, y1 in value.boxes:
                assert -1 <= x0 < x1 <= page.width + 1, path
                assert -1 <= y0 < y1 <= page.height + 1, path


def check_words(record: DirectiveRecord) -> None:
    """What a value says is what stands under its spans. The closing "./." is a full stop in a task's text."""
    pages = {page.number: page.text for page in record.source.pages}
    for task in record.tasks:
        printed = under(pages, task.spans)
        if task.text != printed:
            assert re.sub(r"\s*\.?\s*/\s*\.?[^/]{0,8}$", "", printed) == task.text.removesuffix("."), task.path
        assert folded(task.title.rstrip("…")) in folded(task.text), task.path
        for assignment in task.assignments:
            assert folded(assignment.as_written or "") == under(pages, assignment.spans), task.path
        for deadline in task.deadlines:
            assert folded(deadline.text) == under(pages, deadline.spans), task.path
    for target in record.targets:
        assert folded(target.text) == under(pages, target.spans), target.id
    for citation in record.citations:
        # Several mentions are one citation: its words are those of the fullest.
        assert folded(citation.text) in under(pages, citation.spans), citation.number
    for recipient in record.directive.recipients:
        assert folded(recipient.text) == under(pages, recipient.spans)
    for addressee in record.directive.addressees:
        assert folded(addressee.as_written or "") == under(pages, addressee.spans)
    signer = record.directive.signer
    if signer and signer.name:
        # Marks that a scan puts into a name are no part of it.
        assert re.sub(r"\W", "", signer.name) in re.sub(r"\W", "", under(pages, signer.spans))


def check_links(record: DirectiveRecord) -> None:
    tasks = [task.id for task in record.tasks]
    targets = [target.id for target in record.targets]
    assert len(set(tasks)) == len(tasks)
    assert len(set(targets)) == len(targets)
    assert {t.task_id for t in record.targets} <= {*tasks, None}
    assert {t.parent_id for t in record.targets} <= {*targets, None}


@pytest.mark.parametrize("specimen", specimens(), ids=lambda s: s.name)
def test_every_value_of_a_specimen_stands_where_it_says(
    specimen: Specimen, text_records: Mapping[str, DirectiveRecord]
) -> None:
    record = text_records[specimen.name]
    assert record.tasks
    check_spans(record)
    check_words(record)
    check_links(record)


@pytest.mark.parametrize("specimen", specimens(), ids=lambda s: s.name)
def test_two_runs_give_the_same_record(specimen: Specimen) -> None:
    data = specimen.text_path.read_bytes()
    first, again = (extract(data, file_name="a.txt", jobs=1) for _ in range(2))
    assert [task.id for task in first.tasks] == [task.id for task in again.tasks]
    assert first == again


SHORTEST = sorted(specimens(), key=lambda s: len(s.text()))[:2]


@pytest.mark.parametrize(
    ("specimen", "recipe"),
    list(zip(SHORTEST, ("office", "fax-200"), strict=True)),
    ids=lambda x: getattr(x, "name", x),
)
def test_every_value_of_a_scan_stands_where_it_says(
    specimen: Specimen, recipe: str, scan_record: Callable[[Specimen, str], DirectiveRecord]
) -> None:
    record = scan_record(specimen, recipe)
    assert {page.reading for page in record.source.pages} == {"ocr"}
    assert record.tasks
    check_spans(record)
    check_words(record)
    check_links(record)
