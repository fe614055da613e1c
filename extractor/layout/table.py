"""Tables: which grids of ruled lines are tables of words, and a table that goes on over pages becomes one.

Words are given to cells by their places, so that the lines of one cell stay together where recognition reads across.
Cells come row by row, from left to right, as a table is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from rapidfuzz import fuzz

from extractor.layout.document import Line
from extractor.reading.grid import SNAP, Grid
from extractor.record import Box

_CUT = 0.08  # share of words that rules may run through; more, and it is a drawing
_SAME_COLUMN = 8.0  # points by which a column's width may differ from page to page
_LEAST_EDGES = 3  # of columns that both pages must show to be compared
_ONES = str.maketrans("Il", "11")  # what recognition makes of a one
_SAME_ROW = 85.0  # likeness in per cent of a header that is repeated on the next page


def holds_words(grid: Grid, words: Sequence[Box]) -> bool:
    """Whether words stand in a grid as in a table: in two columns at least, and hardly any across the cells' sides."""
    inside = across = 0
    columns: set[int] = set()
    for word in words:
        slot = grid.slot_at(word)
        if slot:
            inside += 1
            columns.add(slot.column)
            across += word[0] < slot.box[0] - SNAP or word[2] > slot.box[2] + SNAP
    return len(columns) >= 2 and across <= max(1.0, _CUT * inside)


def join_tables(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """The lines of all pages, tables numbered through the document, those that go on over page breaks made one.

    A header that the next page repeats is left out, and the lines of a row that the page break cut come together
    again, cell by cell.
    """
    lines: list[Line] = []
    count = 0  # tables so far
    for page in pages:
        own = list(page)
        cells = [line.cell for line in own if line.cell]
        if not cells:
            lines += own
            continue
        before = _last_table(lines)
        offset = count
        if before and own[0].cell and _goes_on(before, _rows_of(own, own[0].cell.table)):
            offset -= 1
            own = _continued(before, own)
        own = [_moved(line, offset) for line in own]
        count = 1 + max(line.cell.table for line in own if line.cell) if any(n.cell for n in own) else count
        lines += own
    out: list[Line] = []
    for table, run in groupby(lines, key=lambda line: line.cell.table if line.cell else None):
        members = list(run)
        out += members if table is None else sorted(members, key=_place)  # stable: lines keep their order in a cell
    return out


def _place(line: Line) -> tuple[int, int, int]:
    assert line.cell
    return line.cell.place


def _moved(line: Line, tables: int, rows: int = 0) -> Line:
    if line.cell is None:
        return line
    return replace(line, cell=replace(line.cell, table=line.cell.table + tables, row=line.cell.row + rows))


def _last_table(lines: Sequence[Line]) -> list[list[Line]]:
    """The rows of the table that the lines end with; empty if they end with none."""
    if not lines or lines[-1].cell is None:
        return []
    return _rows_of(lines, lines[-1].cell.table)


def _rows_of(lines: Sequence[Line], table: int) -> list[list[Line]]:
    rows: dict[int, list[Line]] = {}
    for line in lines:
        if line.cell and line.cell.table == table:
            rows.setdefault(line.cell.row, []).append(line)
    return [rows[row] for row in sorted(rows)]


def _edges(rows: Sequence[Sequence[Line]]) -> dict[int, float]:
    """Where the columns begin and end, by their numbers; of columns without words only what their neighbours tell."""
    found: dict[int, float] = {}
    for line in (line for row in rows for line in row):
        if line.cell and line.cell.box:
            found[line.cell.column] = line.cell.box[0]
            found[line.cell.column + line.cell.columns] = line.cell.box[2]
    return found


def _goes_on(before: Sequence[Sequence[Line]], rows: Sequence[Sequence[Line]]) -> bool:
    """Whether the rows, on the next page, have columns as wide as those of the table before."""
    last = max(line.page for row in before for line in row)
    # Only the last page's columns: two scans of one table need not lie alike.
    a = _edges([[line for line in row if line.page == last] for row in before])
    b = _edges(rows)
    common = sorted(a.keys() & b.keys())
    if rows[0][0].page != last + 1 or len(common) < _LEAST_EDGES:
        return False
    first = common[0]
    return all(abs((a[k] - a[first]) - (b[k] - b[first])) <= _SAME_COLUMN for k in common)


def _continued(before: Sequence[Sequence[Line]], own: Sequence[Line]) -> list[Line]:
    """A page's lines, whose first table goes on with the rows before: without the repeated header, rows numbered on."""
    table = own[0].cell.table if own[0].cell else 0
    rows = _rows_of(own, table)
    repeated = _repeated(before, rows)
    rest = [row for row in rows if _row(row) >= repeated]
    shift = _row(before[-1]) + (0 if _is_cut(before, rest) else 1) - _row(rest[0])
    kept = {id(line) for row in rest for line in row}
    return [
        _moved(line, 0, shift if line.cell and line.cell.table == table else 0)
        for line in own
        if line.cell is None or line.cell.table != table or id(line) in kept
    ]


def _repeated(before: Sequence[Sequence[Line]], rows: Sequence[Sequence[Line]]) -> int:
    """The first row below a repeated header; 0 if the table's header is not repeated."""
    if not _alike(before[0], rows[0]):
        return 0
    # The titles below a title that spans columns are read too badly to compare.
    height = max(line.cell.rows for row in (before[0], rows[0]) for line in row if line.cell)
    counts = [next((row for row in table if _row(row) == _row(table[0]) + height), []) for table in (before, rows)]
    if all(row and _counts(row) for row in counts):
        height += 1
    first = _row(rows[0]) + height
    return first if any(_row(row) >= first for row in rows) else 0


def _alike(a: Sequence[Line], b: Sequence[Line]) -> bool:
    words, others = _words(a), _words(b)
    if fuzz.ratio(words, others) >= _SAME_ROW:
        return True
    return min(len(words.split()), len(others.split())) >= 4 and fuzz.token_set_ratio(words, others) >= _SAME_ROW


def _counts(row: Sequence[Line]) -> bool:
    """Whether a row only counts the columns, as (1) (2) (3)."""
    return median(len(line.text) for line in row) <= 3


def _is_cut(before: Sequence[Sequence[Line]], rest: Sequence[Sequence[Line]]) -> bool:
    """Whether the first of the rows is the rest of the last row before: it has no number, and none is missing."""
    last, row = before[-1], rest[0]
    if _number(last) is None or any(line.cell and (line.cell.column == 0 or line.cell.columns > 1) for line in row):
        return False
    opening = row[0].text.lstrip("\"“'(- ")
    if opening[:1].islower():
        return True
    following = next((n for later in rest[1:] if (n := _number(later)) is not None), None)
    return following is not None and following == (_number(last) or 0) + 1


def _row(row: Sequence[Line]) -> int:
    return min(line.cell.row for line in row if line.cell)


def _number(row: Sequence[Line]) -> int | None:
    """The number in a row's first column."""
    text = "".join(line.text for line in row if line.cell and line.cell.column == 0)
    found = re.fullmatch(r"[\W_]*(\d{1,3})[\W_]*", text.translate(_ONES))
    return int(found[1]) if found else None


def _words(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)
