"""What layout hands to facts: the document's text in reading order, in paragraphs with zones.

Page texts are the only texts that spans refer to. The *flow* is the text that grammars read: paragraphs joined over line and
page breaks, one paragraph a line. Every character of the flow comes from one character of a page text (or is a joining
space, which comes from the line break it replaces), so a range of the flow finds its spans and its boxes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from extractor.record import Box, Page, Reading, Span, Triage

Zone = Literal[
    "letterhead",  # ô 2: superior and issuing body
    "motto",  # ô 1: Quốc hiệu, Tiêu ngữ (or the Party's title)
    "number",  # ô 3
    "date_line",  # ô 4: địa danh và ngày
    "kind",  # ô 5a: tên loại
    "subject",  # ô 5a/5b: trích yếu
    "urgency",  # ô 10a/10b
    "addressed_to",  # ô 9a: Kính gửi
    "body",  # ô 6
    "recipients",  # ô 9b: Nơi nhận
    "signature",  # ô 7a, 7b
    "annex",  # phụ lục, after the signature
]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: rows and columns count from 0; it spans `rows` rows and `columns` columns of the grid.

    Tables count from 0 through the document; one that goes on over a page break is one table. `box` is the cell's
    own, on the page turned upright. Cells without words have no lines, and so are not met at all.
    """

    table: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    box: Box | None = None

    @property
    def place(self) -> tuple[int, int, int]:
        return self.table, self.row, self.column


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in reading order on one page, as characters [start, end) of that page's text.

    `indent` is the distance in points of the line's first word from the left edge of its column's text, `slack` the
    distance of its last word from the right edge; both None where there is no geometry (plain text).
    `column` tells the side of a two-column header or footer, `cell` the cell of a table that the line stands in
    (`indent` and `slack` are then within the cell).
    """

    page: int
    start: int
    end: int
    text: str
    box: Box | None = None
    indent: float | None = None
    slack: float | None = None
    column: Literal["full", "left", "right"] = "full"
    centred: bool | None = None
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word with its characters [start, end) in its page's text; of digits in a gap of the head, `guesses` are their readings."""

    start: int
    end: int
    box: Box
    confidence: float
    guesses: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class LaidPage:
    """One page laid out: its text in reading order, its lines, and the words with their places."""

    number: int
    width: float
    height: float
    reading: Reading
    confidence: float
    text: str
    lines: tuple[Line, ...] = ()
    words: tuple[PlacedWord, ...] = ()
    triage: Triage | None = None

    def record(self) -> Page:
        return Page(
            number=self.number,
            reading=self.reading,
            confidence=round(self.confidence, 4),
            width=self.width,
            height=self.height,
            text=self.text,
            triage=self.triage,
        )


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Characters [start, end) of the flow, in one zone. `lines` are the lines that it was joined from."""

    start: int
    end: int
    zone: Zone
    text: str
    lines: tuple[Line, ...] = ()

    @property
    def cell(self) -> Cell | None:
        """The cell of a table that the paragraph is; a cell is one paragraph."""
        return self.lines[0].cell if self.lines else None


@dataclass(frozen=True)
class Document:
    """The laid-out document: pages, the flow, and the map from the flow back to the pages.

    `origin_page[i]` and `origin_offset[i]` give the page number and the offset in that page's text of flow[i];
    page 0 means that the character is a separator between paragraphs and comes from no page.
    """

    pages: tuple[LaidPage, ...]
    flow: str
    paragraphs: tuple[Paragraph, ...]
    origin_page: tuple[int, ...]
    origin_offset: tuple[int, ...]

    def zone(self, *zones: Zone) -> Iterator[Paragraph]:
        """The paragraphs of these zones, in reading order."""
        return (p for p in self.paragraphs if p.zone in zones)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The places on the pages of flow[start:end], one span for each unbroken run, white space trimmed."""
        while start < end and self.flow[start].isspace():
            start += 1
        while end > start and self.flow[end - 1].isspace():
            end -= 1
        runs: list[tuple[int, int, int]] = []
        for i, until in pairwise(self._cuts(start, end)):
            page, offset = self.origin_page[i], self.origin_offset[i]
            if page == 0:
                continue
            if runs and runs[-1][0] == page and runs[-1][2] == offset:
                runs[-1] = (page, runs[-1][1], offset + until - i)
            else:
                runs.append((page, offset, offset + until - i))
        return tuple(Span(page=p, start=s, end=e, boxes=self._boxes(p, s, e)) for p, s, e in runs)

    def _cuts(self, start: int, end: int) -> list[int]:
        """[start, end) of the flow cut where it leaves the order of a page's text; a separator is by itself."""
        return sorted({start, end, *self._jumps[bisect_right(self._jumps, start) : bisect_left(self._jumps, end)]})

    @cached_property
    def _jumps(self) -> list[int]:
        origins = zip(self.origin_page, self.origin_offset, strict=True)
        return [i for i, (was, now) in enumerate(pairwise(origins), 1) if now != (was[0], was[1] + 1) or not now[0]]

    def confidence(self, start: int, end: int) -> float:
        """How sure the reading is of flow[start:end]: the lowest confidence of its words; 1.0 for given text."""
        lowest = 1.0
        for span in self.spans(start, end):
            for word in self._words(span.page, span.start, span.end):
                lowest = min(lowest, word.confidence)
        return lowest

    def guesses(self, start: int, end: int) -> dict[str, float]:
        """The readings of the digits that a pen wrote within flow[start:end], and the probability of each; none for what was typed."""
        for span in self.spans(start, end):
            for word in self._words(span.page, span.start, span.end):
                if word.guesses:
                    return dict(word.guesses)
        return {}

    def _words(self, page: int, start: int, end: int) -> tuple[PlacedWord, ...]:
        words = self.pages[page - 1].words
        first = bisect_right(words, start, key=lambda w: w.end)
        last = bisect_left(words, end, key=lambda w: w.start)
        return words[first:last]

    def _boxes(self, page: int, start: int, end: int) -> tuple[Box, ...]:
        boxes: list[Box] = []
        for word in self._words(page, start, end):
            x0, y0, x1, y1 = word.box
            if boxes:
                a0, b0, a1, b1 = boxes[-1]
                middle = (y0 + y1) / 2
                if b0 <= middle <= b1 and x0 >= a0:  # on the same line: one box
                    boxes[-1] = (a0, min(b0, y0), max(a1, x1), max(b1, y1))
                    continue
            boxes.append((x0, y0, x1, y1))
        return tuple((round(a, 1), round(b, 1), round(c, 1), round(d, 1)) for a, b, c, d in boxes)
