"""Words become text in reading order, with zones and the map from every character back to its page.

`lay_out(pages)` is the whole of it: place the words of each page, tell the zones, join the paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractor.layout.document import Document, LaidPage, Line, Paragraph, Zone
from extractor.layout.order import place
from extractor.layout.paragraphs import starts
from extractor.layout.zones import assign
from extractor.reading.page import ReadPage

__all__ = ["Document", "lay_out"]


def lay_out(pages: Sequence[ReadPage]) -> Document:
    """Pages as read become one document: zones, paragraphs, and the flow that grammars read."""
    laid = tuple(place(page) for page in pages)
    lines = [line for page in laid for line in page.lines if line.text.strip()]
    texts = [page.text for page in laid]
    zones = assign(lines, texts)
    begins = starts(lines, zones, texts)
    return _flow(laid, lines, zones, begins)


def _flow(pages: tuple[LaidPage, ...], lines: list[Line], zones: list[Zone], begins: list[bool]) -> Document:
    chars: list[str] = []
    origin_page: list[int] = []
    origin_offset: list[int] = []
    bounds: list[tuple[int, int, Zone, tuple[Line, ...]]] = []

    def separate(mark: str) -> None:
        chars.append(mark)
        origin_page.append(0)
        origin_offset.append(0)

    start, members = 0, list[Line]()
    for i, line in enumerate(lines):
        if begins[i] and members:
            bounds.append((start, len(chars), zones[i - 1], tuple(members)))
            separate("\n")
            start, members = len(chars), []
        elif members:
            separate(" ")
        members.append(line)
        page_text = pages[line.page - 1].text
        for offset in range(line.start, line.end):
            char = page_text[offset]
            if char.isspace() and (not chars or chars[-1].isspace()):
                continue  # one space where the page has several
            chars.append(" " if char.isspace() else char)
            origin_page.append(line.page)
            origin_offset.append(offset)
    if members:
        bounds.append((start, len(chars), zones[-1], tuple(members)))
    flow = "".join(chars)
    paragraphs = tuple(Paragraph(s, e, zone, flow[s:e], ls) for s, e, zone, ls in bounds if re.search(r"\w", flow[s:e]))
    return Document(pages, flow, paragraphs, tuple(origin_page), tuple(origin_offset))
