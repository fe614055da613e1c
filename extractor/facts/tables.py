"""Task tables of annexes: TT | Nhiệm vụ | Chủ trì | Phối hợp | Thời hạn | Sản phẩm. One task a row.

Here the table is text: cells in row order, one a line, as re-typed documents have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex as re

from extractor.facts.fields import FieldKind, column_kind
from extractor.layout.document import Document, Paragraph

_NUMBER_COLUMN = re.compile(r"\W*(?:TT|STT|Số TT|Stt|S TT)\W*$")
_ANNEX = re.compile(r"\W*(?:PHỤ LỤC|Phụ lục)\s*(?P<n>[IVXL\d]+|số\s*\d+)?\b")
_ROW = re.compile(r"\W*(?P<n>\d{1,3}(?:\.\d{1,2})?)\W*$")
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
    """The rows of every task table of the annexes, in reading order."""
    paragraphs = list(document.zone("annex"))
    rows: list[Row] = []
    annex = ("Phụ lục",)
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
