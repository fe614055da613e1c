"""Tables on made pages: cell by cell, over page breaks, and what stands around them."""

from __future__ import annotations

import pytest

from extractor.facts.tables import find_rows
from extractor.layout import lay_out
from extractor.layout.document import Document
from extractor.layout.order import place
from extractor.reading.page import ReadPage, Word, turned
from extractor.record import Box

WIDTH, HEIGHT = 595.0, 842.0
LETTER, SPACE, LEADING = 5.0, 3.0, 14.0
XS = (60.0, 90.0, 250.0, 360.0, 460.0, 540.0)

Row = tuple[str, ...]  # cells, "/" between the lines of a cell; one cell alone spans all columns

HEADER: Row = ("TT", "Nhiệm vụ", "Cơ quan/chủ trì", "Cơ quan/phối hợp", "Thời hạn")
FIRST: Row = ("1", "Lập bản đồ/các giếng cổ.", "Sở Du lịch", "Sở Y tế;/các xã", "30/6/2026")
SECOND: Row = ("2", "Vét bùn/giếng làng.", "Sở Xây dựng", "", "Quý IV/2026")
THIRD: Row = ("3", "Đo mực nước.", "Sở Y tế", "Các xã", "Hằng năm")


def words_at(text: str, x: float, y: float, line: int = 0) -> list[Word]:
    found = []
    for word in text.split():
        width = LETTER * len(word)
        found.append(Word(word, (x, y - 5, x + width, y + 5), 0.95, line))
        x += width + SPACE
    return found


def table(rows: list[Row], top: float, first_line: int = 100) -> tuple[list[Word], list[Box]]:
    """A ruled table's words, in lines that recognition read across, and its rules."""
    words: list[Word] = []
    rules: list[Box] = []
    y, bounds = top, [top]
    for row in rows:
        height = LEADING * max(len(cell.split("/")) for cell in row) + 6
        if "/" in row[-1] and row[-1][0].isdigit():
            height = LEADING * max(len(cell.split("/")) for cell in row[:-1]) + 6
        for column, cell in enumerate(row):
            parts = [cell] if column == len(XS) - 2 else cell.split("/")
            for i, part in enumerate(parts):
                at = y + 3 + LEADING * (i + 0.5)
                words += words_at(part, XS[column] + 4, at, first_line + round(at))
        inner = XS if len(row) > 1 else (XS[0], XS[-1])
        rules += [(x - 0.5, y, x + 0.5, y + height) for x in inner]
        y += height
        bounds.append(y)
    rules += [(XS[0], at - 0.5, XS[-1], at + 0.5) for at in bounds]
    return words, rules


def page(
    rows: list[Row], *, number: int = 1, top: float = 120.0, above: str = "PHỤ LỤC", below: str = "", turn: float = 0.0
) -> ReadPage:
    words, rules = table(rows, top)
    if above:
        words = words_at(above, 250, 60, 1) + words
    if below:
        words += words_at(below, 60, 700, 2)
    if not turn:
        return ReadPage(number, WIDTH, HEIGHT, "ocr", words=tuple(words), rules=tuple(rules))
    on_side = round(turn / 90) % 2 == 1
    width, height = (HEIGHT, WIDTH) if on_side else (WIDTH, HEIGHT)
    return ReadPage(
        number,
        width,
        height,
        "ocr",
        words=tuple(Word(w.text, turned(w.box, WIDTH, HEIGHT, -turn), w.confidence, w.line) for w in words),
        rules=tuple(turned(rule, WIDTH, HEIGHT, -turn) for rule in rules),
        turn=turn,
    )


def cells(document: Document) -> list[tuple[tuple[int, int, int], str]]:
    return [(p.cell.place, p.text) for p in document.paragraphs if p.cell]


@pytest.mark.parametrize("turn", [0.0, 90.0, 180.0, 270.0])
def test_a_table_comes_out_cell_by_cell(turn: float) -> None:
    laid = place(page([HEADER, FIRST], turn=turn, below="Ghi chú: không có."))
    assert laid.text.split("\n") == [
        "PHỤ LỤC",
        *("TT", "Nhiệm vụ", "Cơ quan", "chủ trì", "Cơ quan", "phối hợp", "Thời hạn"),
        *("1", "Lập bản đồ", "các giếng cổ.", "Sở Du lịch", "Sở Y tế;", "các xã", "30/6/2026"),
        "Ghi chú: không có.",
    ]
    assert all(laid.text[n.start : n.end] == n.text for n in laid.lines)
    assert [n.cell is None for n in (laid.lines[0], laid.lines[1], laid.lines[-1])] == [True, False, True]


def test_every_cell_is_one_paragraph_and_empty_cells_keep_their_place() -> None:
    document = lay_out([page([HEADER, FIRST, SECOND])])
    assert cells(document)[5:] == [
        ((0, 1, 0), "1"),
        ((0, 1, 1), "Lập bản đồ các giếng cổ."),
        ((0, 1, 2), "Sở Du lịch"),
        ((0, 1, 3), "Sở Y tế; các xã"),
        ((0, 1, 4), "30/6/2026"),
        ((0, 2, 0), "2"),
        ((0, 2, 1), "Vét bùn giếng làng."),
        ((0, 2, 2), "Sở Xây dựng"),
        ((0, 2, 4), "Quý IV/2026"),
    ]


def test_a_cell_that_spans_all_columns() -> None:
    document = lay_out([page([HEADER, ("I. VIỆC CHUNG",), FIRST])])
    spans = {p.text: (p.cell.row, p.cell.columns) for p in document.paragraphs if p.cell}
    assert spans["I. VIỆC CHUNG"] == (1, 5)
    assert spans["Sở Du lịch"] == (2, 1)


def test_a_table_goes_on_over_a_page_break_without_its_header_again() -> None:
    document = lay_out([page([HEADER, FIRST]), page([HEADER, SECOND, THIRD], number=2, above="")])
    found = cells(document)
    assert {place[0] for place, _ in found} == {0}
    assert [text for place, text in found if place[2] == 0] == ["TT", "1", "2", "3"]


def test_a_row_that_the_page_break_cut_comes_together() -> None:
    rest: Row = ("", "và giếng làng.", "", "các phường", "")
    document = lay_out([page([HEADER, FIRST]), page([rest, SECOND], number=2, above="")])
    found = dict(cells(document))
    assert found[0, 1, 1] == "Lập bản đồ các giếng cổ. và giếng làng."
    assert found[0, 1, 3] == "Sở Y tế; các xã các phường"
    assert found[0, 2, 0] == "2"
    at = document.flow.index("giếng làng.")
    assert document.spans(at, at + 11)[0].page == 2


def test_tables_with_words_between_them_are_two() -> None:
    document = lay_out([page([HEADER, FIRST]), page([HEADER, SECOND], number=2, above="PHỤ LỤC II")])
    assert {place[0] for place, _ in cells(document)} == {0, 1}


def test_rules_without_a_table_of_words_change_nothing() -> None:
    plain = page([HEADER, FIRST])
    bare = ReadPage(1, WIDTH, HEIGHT, "ocr", words=plain.words)
    chart = [(x, 100.0, x + 1, 400.0) for x in (75.0, 100.0, 110.0, 120.0, 270.0, 375.0, 475.0)]
    chart += [(60.0, y, 540.0, y + 1) for y in (100.0, 400.0)]
    assert place(ReadPage(1, WIDTH, HEIGHT, "ocr", words=plain.words, rules=tuple(chart))).text == place(bare).text


def test_the_rows_of_a_task_table_are_found() -> None:
    pages = [
        page([HEADER, ("(1)", "(2)", "(3)", "(4)", "(5)"), ("I. VIỆC CHUNG",), FIRST]),
        page([("", *SECOND[1:]), THIRD], number=2, above=""),
    ]
    document = lay_out(pages)
    rows = find_rows(document)
    assert [(row.path[-1], row.section) for row in rows] == [(n, "VIỆC CHUNG") for n in "123"]
    flow = document.flow
    assert [{c.kind: flow[c.start : c.end] for c in row.cells} for row in rows[1:]] == [
        {"content": "Vét bùn giếng làng.", "lead": "Sở Xây dựng", "when": "Quý IV/2026"},
        {"content": "Đo mực nước.", "lead": "Sở Y tế", "coordinate": "Các xã", "when": "Hằng năm"},
    ]
