"""Task tables of annexes: TT | Nhiệm vụ | Chủ trì | Phối hợp | Thời hạn | Sản phẩm. One task a row.

A table on a page has cells with rows and columns. In a re-typed text it has none: there its cells come in row order, one a
line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import fuzz

from extractor import patterns as re
from extractor.facts.fields import FieldKind, column_kind
from extractor.layout.document import Cell as PlaceInTable
from extractor.layout.document import Document, Paragraph

_NUMBER_COLUMN = re.compile(r"\W*(?:TT|STT|Số TT|Stt|S TT)\W*$")
_ANNEX = re.compile(r"\W*(?:PHỤ LỤC|Phụ lục)\s*(?P<n>[IVXL\d]+|số\s*\d+)?\b")
_ROW = re.compile(r"[\W_]*(?P<n>\d{1,3}(?:\.\d{1,2})?)[\W_]*$")
_SECTION = re.compile(r"\W*(?P<n>[IVX]{1,6}|[[:upper:]])\s*[.\-)/]?\s*(?P<title>\S.*)?$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words as [start, end) of the flow."""

    kind: FieldKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a task table: its path in the annex, its section's title, its cells by column."""

    path: tuple[str, ...]
    section: str | None
    cells: tuple[Cell, ...]

    def cell(self, kind: FieldKind) -> Cell | None:
        return next((c for c in self.cells if c.kind == kind), None)


def find_rows(document: Document) -> list[Row]:
    """The rows of every task table in reading order: those of the annexes, and those with cells in the body as well."""
    rows: list[Row] = []
    annex: tuple[str, ...] = ("Phụ lục",)
    columns: dict[int, FieldKind] = {}
    for ruled, group in groupby(document.paragraphs, key=lambda p: p.cell.table if p.cell else None):
        paragraphs = list(group)
        if ruled is None:
            found, annex = _written_rows([p for p in paragraphs if p.zone == "annex"], annex)
            found += _piped_rows(paragraphs, annex)
        else:
            table = _Table(paragraphs, columns)
            columns = table.columns
            found = list(table.rows(annex if paragraphs[0].zone == "annex" else ("Bảng",)))
        rows += found
    return rows


# --- tables with cells -------------------------------------------------------------------------------------------------

_TITLES: tuple[tuple[FieldKind, str], ...] = (
    ("content", "nội dung nhiệm vụ"), ("content", "nhiệm vụ"), ("content", "nội dung công việc"), ("content", "nội dung"),
    ("lead", "cơ quan chủ trì"), ("lead", "đơn vị chủ trì"), ("coordinate", "cơ quan phối hợp"),
    ("coordinate", "đơn vị phối hợp"), ("who", "đơn vị thực hiện"), ("when", "thời gian hoàn thành"),
    ("when", "thời hạn hoàn thành"), ("when", "thời gian thực hiện"), ("product", "sản phẩm"), ("other", "ghi chú"),
)  # fmt: skip
_TITLE_RATIO = 85.0
_COUNTED = re.compile(r"\W*\d{1,2}\W*$")  # the cells of a row that only counts the columns: (1) (2) (3)
_MISREAD_ONE = re.compile(r"[\W_]*[lI|!][\W_]*$")


class _Table:
    """A table's paragraphs by their cells. Without a header of its own it goes on with the columns of the one before."""

    def __init__(self, paragraphs: Sequence[Paragraph], before: dict[int, FieldKind]) -> None:
        self.cells = [(p, c) for p in paragraphs if (c := p.cell)]
        self.width = max(c.column + c.columns for _, c in self.cells)
        self.first = 0  # the first row below the header
        self.columns = self._header() or (before if before and max(before) < self.width else {})

    def _header(self) -> dict[int, FieldKind]:
        """What each column holds, by the lowest title above it."""
        for row in sorted({c.row for _, c in self.cells})[:4]:
            below = row + max(c.rows for _, c in self.cells if c.row == row)
            columns: dict[int, FieldKind] = {}
            for p, c in self.cells:
                if row <= c.row < below and (kind := _kind_of_title(p.text)):
                    columns |= dict.fromkeys(range(c.column, c.column + c.columns), kind)
            if "content" in columns.values() and len(columns) >= 2:
                self.first = below
                return columns
        return {}

    def rows(self, prefix: tuple[str, ...]) -> Iterator[Row]:
        """Each task's row. A cell that spans several rows belongs to each of them."""
        content = next((column for column in sorted(self.columns) if self.columns[column] == "content"), None)
        if content is None:
            return
        section: tuple[str, ...] = ()
        title: str | None = None
        last = 0
        for row in sorted({c.row for _, c in self.cells if c.row >= self.first}):
            own = [(p, c) for p, c in self.cells if c.row == row]
            if all(_COUNTED.match(p.text) or (row == self.first and len(p.text) <= 4) for p, _ in own):
                continue  # "(1) (2) (3)", however badly read
            heading = self._section(own, content)
            if heading:
                section, title = ((heading[0],), heading[1]) if heading[0] else (section, heading[1])
                continue
            told = next(((p, c) for p, c in own if c.column <= content < c.column + c.columns), None)
            if told is None:
                continue
            number = self._number(row, content, last)
            if number.isdigit():
                last = int(number)
            if self._is_label(row, content, number):
                title = told[0].text.strip(" .:")
                continue
            rows = range(row, row + told[1].rows)
            cells = [
                Cell(self.columns[c.column], p.start, p.end)
                for p, c in self.cells
                if c.column in self.columns and c.row < rows.stop and c.row + c.rows > row
            ]
            yield Row((*prefix, *section, number), title, tuple(cells))

    def _section(
        self, own: Sequence[tuple[Paragraph, PlaceInTable]], content: int
    ) -> tuple[str | None, str | None] | None:
        """Number and title of a row that heads the rows below it; None for a row of its own."""
        text = " ".join(p.text for p, _ in own)
        spanning = [c for _, c in own if c.columns >= max(2, self.width - 1)]
        if any(self._is_fact(c) for _, c in own) and not spanning:
            return None
        numbered = any(c.column < content for _, c in own) and len(own) == 2
        found = _SECTION.match(text)
        if found and (spanning or numbered) and not _ROW.match(own[0][0].text):
            return found["n"], (found["title"] or "").strip(" .:") or None
        return (None, text.strip(" .:")) if spanning and len(own) == 1 and not _ROW.match(text) else None

    def _is_fact(self, cell: PlaceInTable) -> bool:
        return self.columns.get(cell.column) in ("lead", "coordinate", "who", "when", "product")

    def _printed(self, row: int, content: int) -> str | None:
        """The number that stands left of a row's content, as read."""
        for p, c in self.cells:
            if c.column < content and c.column not in self.columns and c.row <= row < c.row + c.rows:
                return p.text
        return None

    def _number(self, row: int, content: int, last: int) -> str:
        """A row's number. One that was lost or misread is the next, unless the row below has that."""
        printed = self._printed(row, content)
        found = _ROW.match(printed) if printed else None
        if found:
            return str(found["n"])
        below = next(
            (
                m["n"]
                for r in sorted({c.row for _, c in self.cells if c.row > row})
                if (text := self._printed(r, content)) and (m := _ROW.match(text))
            ),
            None,
        )
        if printed is None and last and below == str(last + 1):
            return str(last)  # a part of the row above
        return "1" if printed and _MISREAD_ONE.match(printed) and below in (None, "2") else str(last + 1)

    def _is_label(self, row: int, content: int, number: str) -> bool:
        """Whether a row only heads those numbered below it (1 above 1.1)."""
        if any(self._is_fact(c) for _, c in self.cells if c.row <= row < c.row + c.rows):
            return False
        below = self._printed(min((c.row for _, c in self.cells if c.row > row), default=-1), content)
        return bool(below and re.match(rf"\W*{re.escape(number)}\.1\b", below))


def _kind_of_title(title: str) -> FieldKind | None:
    """A column's kind, also where recognition misread a letter of its title."""
    kind = column_kind(title)
    if kind:
        return kind
    words = " ".join(title.lower().split())
    ratio, near = max((fuzz.ratio(words, known), known) for _, known in _TITLES)
    return {known: kind for kind, known in _TITLES}[near] if ratio >= _TITLE_RATIO else None


# --- tables as text ----------------------------------------------------------------------------------------------------


def _written_rows(paragraphs: Sequence[Paragraph], annex: tuple[str, ...]) -> tuple[list[Row], tuple[str, ...]]:
    """The rows of the tables that are written one cell a paragraph, and the annex that the paragraphs end in."""
    rows: list[Row] = []
    i = 0
    while i < len(paragraphs):
        named = _ANNEX.match(paragraphs[i].text)
        if named and len(paragraphs[i].text) < 60:
            annex = (f"Phụ lục {named['n']}",) if named["n"] else ("Phụ lục",)
        columns = _columns(paragraphs, i)
        if columns:
            found, i = _rows(paragraphs, i + len(columns) + 1, columns, annex)
            rows += found
        else:
            i += 1
    return rows, annex


def _piped_rows(paragraphs: Sequence[Paragraph], annex: tuple[str, ...]) -> list[Row]:
    """The rows of a table written with bars, one row a line: "1 | Nhiệm vụ … | Sở A | Quý I/2026"."""
    rows: list[Row] = []
    columns: list[FieldKind | None] = []
    for p in paragraphs:
        if p.text.count("|") < 2:
            continue
        cells = [(m.start(), m.end()) for m in re.finditer(r"[^|]+", p.text)]
        words = [p.text[s:e].strip() for s, e in cells]
        if words and _NUMBER_COLUMN.match(words[0]):
            columns = [column_kind(w) for w in words]
            continue
        number = _ROW.match(words[0].rstrip(".")) if words else None
        if "content" not in columns or not number or len(cells) < len(columns):
            continue
        found = tuple(
            Cell(kind, p.start + s, p.start + e)
            for kind, (s, e) in zip(columns, cells, strict=False)
            if kind and p.text[s:e].strip()
        )
        rows.append(Row((*(annex if p.zone == "annex" else ("Bảng",)), number["n"]), None, found))
    return rows


def _columns(paragraphs: Sequence[Paragraph], i: int) -> list[FieldKind]:
    """The columns of the table whose header row begins at i with "TT"; empty if none does."""
    if not _NUMBER_COLUMN.match(paragraphs[i].text):
        return []
    columns: list[FieldKind] = []
    for p in paragraphs[i + 1 : i + 9]:
        kind = column_kind(p.text)
        if kind is None:
            break
        columns.append(kind)
    return columns if "content" in columns and len(columns) >= 2 else []


def _rows(
    paragraphs: Sequence[Paragraph], i: int, columns: Sequence[FieldKind], annex: tuple[str, ...]
) -> tuple[list[Row], int]:
    rows: list[Row] = []
    section: tuple[str, ...] = ()
    title: str | None = None
    while i < len(paragraphs):
        text = paragraphs[i].text
        number = _ROW.match(text)
        if number:
            cells: list[Cell] = []
            j = i + 1
            for kind in columns:
                if (
                    j >= len(paragraphs)
                    or _ROW.match(paragraphs[j].text)
                    or (cells and _is_section(paragraphs[j].text))
                ):
                    break
                cells.append(Cell(kind, paragraphs[j].start, paragraphs[j].end))
                j += 1
            if cells:
                rows.append(Row((*annex, *section, number["n"]), title, tuple(cells)))
            i = j
        elif _is_section(text):
            found = _SECTION.match(text)
            assert found
            section = (found["n"],)
            title = (found["title"] or "").strip(" .:") or None
            i += 1
            if title is None and i < len(paragraphs) and not _ROW.match(paragraphs[i].text):
                title = paragraphs[i].text.strip(" .:")
                i += 1
        elif _ANNEX.match(text) or _NUMBER_COLUMN.match(text):
            break
        else:
            i += 1  # a stray cell, such as a note
    return rows, i


def _is_section(text: str) -> bool:
    found = _SECTION.match(text)
    return bool(
        found and (found["title"] is None or found["title"].isupper() or re.match(r"\W*[IVX]{1,6}\s*[.\-)]", text))
    )
