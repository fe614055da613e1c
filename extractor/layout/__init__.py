"""Words become text in reading order, with zones and the map from every character back to its page.

`lay_out(pages)` is the whole of it: place the words of each page, join tables over pages, tell the zones, join the
paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractor import patterns as re
from extractor.layout.document import Document, LaidPage, Line, Paragraph, Zone
from extractor.layout.order import place
from extractor.layout.paragraphs import starts
from extractor.layout.table import join_tables
from extractor.layout.zones import assign
from extractor.reading.page import ReadPage

__all__ = ["Document", "lay_out"]


def lay_out(pages: Sequence[ReadPage]) -> Document:
    """Pages as read become one document: zones, paragraphs, and the flow that grammars read."""
    laid = tuple(place(page) for page in pages)
    lines = join_tables([[line for line in page.lines if line.text.strip()] for page in laid])
    lines = _title_apart(lines)
    texts = [page.text for page in laid]
    zones = _zones(lines, texts)
    begins = _begins(lines, starts(lines, zones, texts))
    return _flow(laid, lines, zones, begins)


def _zones(lines: Sequence[Line], texts: Sequence[str]) -> list[Zone]:
    """The zone of each line. A table's words tell nothing of the plan of a document: it stands where the lines around
    it do.
    """
    loose = iter(assign([line for line in lines if line.cell is None], texts))
    zones: list[Zone] = []
    last: Zone = "body"
    for line in lines:
        if line.cell is None:
            last = next(loose)
            zones.append(last)
        else:
            zones.append("annex" if last in ("recipients", "signature", "annex") else "body")
    return zones


def _begins(lines: Sequence[Line], begins: Sequence[bool]) -> list[bool]:
    """Whether each line begins a paragraph; every cell of a table is one."""
    result = list(begins)
    for i, (before, line) in enumerate(pairwise(lines), start=1):
        if before.cell or line.cell:
            result[i] = not (before.cell and line.cell and before.cell.place == line.cell.place)
    return result


_TITLE_AND_BODY = re.compile(r"^((?:[^[:lower:]\s]+\s+){6,})(?=[[:upper:]][[:lower:]]+\s+(?:[[:lower:]\d]))")


def _title_apart(lines: list[Line]) -> list[Line]:
    """A title in capitals that runs into the body on one line ("… TẠI TỈNH A Ngày 18 tháng …") is taken apart from it."""
    apart: list[Line] = []
    for i, line in enumerate(lines):
        match = _TITLE_AND_BODY.match(line.text) if i < 40 and len(line.text) > 80 else None
        if match:
            cut = len(match[1])
            head, body = line.text[:cut].rstrip(), line.text[cut:]
            apart.append(replace(line, end=line.start + len(head), text=head))
            apart.append(replace(line, start=line.start + cut, text=body))
        else:
            apart.append(line)
    return apart


def _flow(pages: tuple[LaidPage, ...], lines: list[Line], zones: list[Zone], begins: list[bool]) -> Document:
    pieces: list[str] = []  # of the flow; none is empty
    origin_page: list[int] = []
    origin_offset: list[int] = []
    bounds: list[tuple[int, int, Zone, tuple[Line, ...]]] = []

    def separate(mark: str) -> None:
        pieces.append(mark)
        origin_page.append(0)
        origin_offset.append(0)

    def add(line: Line) -> None:
        text = pages[line.page - 1].text
        words = text[line.start : line.end]
        if words and words == " ".join(words.split()):
            pieces.append(words)
            origin_page.extend([line.page] * len(words))
            origin_offset.extend(range(line.start, line.end))
            return
        for offset, char in enumerate(words, start=line.start):
            if char.isspace() and (not pieces or pieces[-1][-1].isspace()):
                continue  # one space where the page has several
            pieces.append(" " if char.isspace() else char)
            origin_page.append(line.page)
            origin_offset.append(offset)

    start, members = 0, list[Line]()
    for i, line in enumerate(lines):
        if begins[i] and members:
            bounds.append((start, len(origin_page), zones[i - 1], tuple(members)))
            separate("\n")
            start, members = len(origin_page), []
        elif members:
            separate(" ")
        members.append(line)
        add(line)
    if members:
        bounds.append((start, len(origin_page), zones[-1], tuple(members)))
    flow = "".join(pieces)
    paragraphs = tuple(Paragraph(s, e, zone, flow[s:e], ls) for s, e, zone, ls in bounds if re.search(r"\w", flow[s:e]))
    return Document(pages, flow, paragraphs, tuple(origin_page), tuple(origin_offset))
