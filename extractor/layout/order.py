"""Words to text in reading order: the two-column header and footer column by column, the body line by line.

Tables come out cell by cell (`extractor.layout.table`).

The page plan is that of Nghị định 30/2020/NĐ-CP, Phụ lục I (its predecessors' is the same): left and right of the
page's head stand the issuing body over the number, and the Quốc hiệu over place and date; at the foot the recipients
and the signature. OCR engines read such blocks across; here they are split at the white gutter between them. What is
no text of the document (page numbers, captions of digital signatures, incoming stamps, scraps of seals and pen
strokes) is left out.

Geometry is that of the page turned upright (`ReadPage.upright`): `Line.box`, `indent` and `slack` are; the boxes of
`PlacedWord` are those of the page as the file shows it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median
from typing import Literal

from rapidfuzz import fuzz

from extractor.layout.document import Cell, LaidPage, Line, PlacedWord
from extractor.layout.table import holds_words
from extractor.reading.grid import Grid, Slot, find_grids
from extractor.reading.page import ReadPage, Word
from extractor.reading.syllable import is_syllable, share_of_syllables
from extractor.record import Box

Column = Literal["full", "left", "right"]

_MOTTOES = ("cong hoa xa hoi chu nghia viet nam", "dang cong san viet nam")
_MOTTO_RATIO = 78.0
_RECIPIENTS = ("noinhan", "noigui")
_RECIPIENTS_RATIO = 80.0
_SPECK = 0.25  # of a usual word's height: no letter is so low
_NUMBER_LINE = re.compile(r"so ?[:.]")
# What is written as one, with whatever gap it was filled in or recognised: a number and its symbol ("01 /CT-UBND", "12/2007/TT- BTC"),
# the mark at the end of a document.
_ONE = re.compile(
    r"^\d{1,5} /[A-ZĐ]{2}|\d/[A-ZĐ]+- [A-ZĐ]{2}|\d/[A-ZĐ]+ -[A-ZĐ]{2}|\d/[A-ZĐ] [A-ZĐ]{1,3}-[A-ZĐ]{2}|\w \./\.$"
)
_DATE_LINE = re.compile(r"\bngay.*thang|thang.*nam\b")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word in upright geometry."""

    word: Word
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def box(self) -> Box:
        return self.x0, self.y0, self.x1, self.y1

    @property
    def middle(self) -> float:
        return (self.y0 + self.y1) / 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one line, from left to right, without a gutter between them."""

    tokens: tuple[_Token, ...]
    column: Column = "full"
    cell: Cell | None = None

    @property
    def x0(self) -> float:
        return self.tokens[0].x0

    @property
    def x1(self) -> float:
        return max(t.x1 for t in self.tokens)

    @property
    def y0(self) -> float:
        return min(t.y0 for t in self.tokens)

    @property
    def y1(self) -> float:
        return max(t.y1 for t in self.tokens)

    @property
    def middle(self) -> float:
        return median(t.middle for t in self.tokens)

    @property
    def height(self) -> float:
        return median(t.y1 - t.y0 for t in self.tokens)

    @property
    def text(self) -> str:
        return "".join(map("".join, zip((t.word.text for t in self.tokens), self.spaces, strict=True)))

    @property
    def spaces(self) -> list[str]:
        """What stands behind each word."""
        texts = [t.word.text for t in self.tokens]
        return [*("" if _ONE.search(f"{a} {b}") else " " for a, b in pairwise(texts)), ""]

    @property
    def folded(self) -> str:
        return _fold(self.text)


def place(page: ReadPage) -> LaidPage:
    """Lay a page's words out in reading order. Given text keeps its own lines; a page without words has no text."""
    if page.text is not None:
        return _given(page)
    on_side = round(page.turn / 90) % 2 == 1
    width, height = (page.height, page.width) if on_side else (page.width, page.height)
    tokens = [_Token(w, *page.upright(w.box)) for w in page.words]
    if not tokens:
        return _laid(page, (), ())
    boxes = [t.box for t in tokens]
    grids = [g for g in find_grids([page.upright(rule) for rule in page.rules]) if holds_words(g, boxes)]
    return _Plan(tokens, width, height, grids).lay(page)


class _Plan:
    """One page's pieces: tables, and the rest split into header, body and footer."""

    def __init__(self, tokens: list[_Token], width: float, height: float, grids: Sequence[Grid] = ()) -> None:
        self.width, self.height = width, height
        self.unit = median(t.y1 - t.y0 for t in tokens)  # a usual word's height, the measure of all distances
        self.tables, loose = self._tables(tokens, grids)
        self.pieces = _pieces(loose, self.unit)

    def lay(self, page: ReadPage) -> LaidPage:
        pieces = self._without_captions(self.pieces)
        pieces = self._without_stamps(pieces)
        head, pieces = self._header(pieces)
        pieces, foot = self._footer(pieces)
        ordered = head + self._rows(pieces) + foot
        ordered = self._without_page_numbers(ordered)
        ordered = [p for p in (self._trimmed(p) for p in ordered) if p is not None]
        for top, cells in reversed(self.tables):
            at = next((i for i, p in enumerate(ordered) if p.middle > top), len(ordered))
            ordered[at:at] = cells
        return _laid(page, *self._write(ordered))

    # tables

    def _tables(
        self, tokens: list[_Token], grids: Sequence[Grid]
    ) -> tuple[list[tuple[float, list[_Piece]]], list[_Token]]:
        """Each table's top and its lines, cell by cell, and the words that stand in no table."""
        inside: list[dict[Slot, list[_Token]]] = [{} for _ in grids]
        loose: list[_Token] = []
        for token in tokens:
            for grid, words in zip(grids, inside, strict=True):
                slot = grid.slot_at(token.box)
                if slot:
                    words.setdefault(slot, []).append(token)
                    break
            else:
                loose.append(token)
        tables: list[tuple[float, list[_Piece]]] = []
        for i, (grid, words) in enumerate(zip(grids, inside, strict=True)):
            lines: list[_Piece] = []
            for slot in grid.slots:
                # What recognition makes of a rule is no word.
                own = [t for t in words.get(slot, ()) if t.word.text.strip("|¦[]_—")]
                if any(_letters(t.word.text) for t in own):
                    cell = Cell(i, slot.row, slot.column, slot.rows, slot.columns, _round(slot.box))
                    lines += [replace(p, cell=cell) for p in self._rows(_pieces(own, self.unit))]
            tables.append((grid.box[1], lines))
        return tables, loose

    # header

    def _header(self, pieces: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
        """The header's lines, left block then right block, and the pieces that are left."""
        anchor = self._motto(pieces)
        if anchor is None:
            return [], pieces
        start, anchor_line = anchor
        top, bottom = anchor_line.y0 - 1.5 * self.unit, self._header_bottom(pieces, start, anchor_line)
        band = [t for p in pieces for t in p.tokens if top <= t.middle <= bottom and not _is_scrap(t.word)]
        gutter = _gutter(band, self.unit, low=self.width * 0.1, high=start.x0 + self.unit)
        if gutter is None:
            return [], pieces
        left: list[_Piece] = []
        right: list[_Piece] = []
        rest: list[_Piece] = []
        for piece in pieces:
            if not top - 2 * self.unit <= piece.middle <= bottom:
                rest.append(piece)
                continue
            a, b = _cut(piece, gutter)
            if a:
                left.append(a)
            if b:
                right.append(b)
        left, rest = self._continue_left(left, rest, gutter)
        head = self._rows(left, "left") + self._rows(right, "right")
        above = [p for p in rest if p.middle < top - 2 * self.unit]
        below = [p for p in rest if p.middle >= top - 2 * self.unit]
        return self._rows(above) + head, below

    def _motto(self, pieces: list[_Piece]) -> tuple[_Token, _Piece] | None:
        """The first word of the Quốc hiệu, or of the Party's title, and the piece that it stands in."""
        best, found = _MOTTO_RATIO, None
        for piece in pieces:
            if piece.middle > self.height * 0.4:
                continue
            words = [_fold(t.word.text) for t in piece.tokens]
            for motto in _MOTTOES:
                size = len(motto.split())
                for i in range(len(words)):
                    ratio = fuzz.ratio(" ".join(words[i : i + size]), motto)
                    # The title stands on the right; "Đảng Cộng sản Việt Nam" may also open a line of the body.
                    if (
                        ratio > best
                        and (piece.tokens[i].x0 > self.width * 0.3)
                        and piece.text.upper()[:4] == piece.text[:4]
                    ):
                        best, found = ratio, (piece.tokens[i], piece)
        return found

    def _header_bottom(self, pieces: list[_Piece], start: _Token, anchor: _Piece) -> float:
        """Where the header ends: at the line of place and date, else at the first line across the page."""
        limit = anchor.y1 + 9 * self.unit
        for piece in sorted(pieces, key=lambda p: p.middle):
            if anchor.y1 < piece.middle <= limit:
                dated = [t for t in piece.tokens if t.x0 > start.x0 - 8 * self.unit]
                if dated and _DATE_LINE.search(_fold(" ".join(t.word.text for t in dated))):
                    return piece.y1 + 0.3 * self.unit
        bottom = anchor.y1
        for piece in sorted(pieces, key=lambda p: p.middle):
            on_right = _fold(" ".join(t.word.text for t in piece.tokens if t.x0 > start.x0))
            if anchor.y1 < piece.middle <= limit and fuzz.partial_ratio("doc lap tu do hanh phuc", on_right) > 75:
                bottom = piece.y1
            across = piece.x0 < start.x0 - 4 * self.unit and piece.x1 > start.x0 + 2 * self.unit
            if anchor.y1 + 2 * self.unit < piece.middle <= limit and across and _widest_gap(piece) < 1.5 * self.unit:
                return piece.y0 - 0.1 * self.unit
        return bottom + 0.5 * self.unit

    def _continue_left(
        self, left: list[_Piece], rest: list[_Piece], gutter: float
    ) -> tuple[list[_Piece], list[_Piece]]:
        """Lines of the left block that hang below the date line: a number, or a letter's subject ("V/v …")."""
        if not left:
            return left, rest
        left = list(left)
        centre = median((p.x0 + p.x1) / 2 for p in left)
        bottom = max(p.y1 for p in left)
        for piece in sorted(rest, key=lambda p: p.middle):
            if piece.middle <= bottom:
                continue
            # Below a rule the number may stand a good deal lower than the name of the agency.
            near = piece.y0 - bottom < (5 if _NUMBER_LINE.match(piece.folded) else 2.5) * self.unit
            inside = piece.x1 <= gutter and abs((piece.x0 + piece.x1) / 2 - centre) < 3 * self.unit
            alone = not any(o is not piece and abs(o.middle - piece.middle) < self.unit for o in rest)
            if not (near and inside and alone) or piece.folded.startswith("kinh gui"):
                break
            left.append(piece)
            bottom = piece.y1
        return left, [p for p in rest if p not in left]

    # footer

    def _footer(self, pieces: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
        """The pieces before the footer, and the footer's lines: recipients, signature, and what stands below both."""
        anchor = next((p for p in sorted(pieces, key=lambda p: p.middle) if self._opens_recipients(p)), None)
        if anchor is None:
            return pieces, []
        top = anchor.y0 - 0.5 * self.unit
        below = [p for p in pieces if p.middle >= top]
        gutter = self._footer_gutter(anchor, below)
        end = min(
            (p.y0 for p in below if p is not anchor and self._runs_across(p, gutter)),
            default=self.height + 1,
        )
        left: list[_Piece] = []
        right: list[_Piece] = []
        body: list[_Piece] = []
        after: list[_Piece] = []
        for piece in pieces:
            if piece.middle >= end:
                after.append(piece)
            elif piece.middle < top:
                # The signature's first line may stand a little higher than "Nơi nhận".
                beside = piece.x0 > gutter and top - piece.middle < 4 * self.unit and _in_capitals(piece.text)
                alone = not any(p.x0 < gutter and abs(p.middle - piece.middle) < 0.7 * self.unit for p in pieces)
                (right if beside and alone else body).append(piece)
            else:
                a, b = _cut(piece, gutter)
                if a:
                    left.append(a)
                if b:
                    right.append(b)
        return body, self._rows(left, "left") + self._rows(right, "right") + self._rows(after)

    def _opens_recipients(self, piece: _Piece) -> bool:
        """Whether a line on the left begins with "Nơi nhận" and says nothing more before a colon or a wide gap."""
        if piece.x0 > self.width * 0.5:
            return False
        for size in (1, 2, 3):  # a scan may join the two words, or break one
            opening, rest = piece.tokens[:size], piece.tokens[size:]
            letters = re.sub(r"[^a-z]", "", _fold("".join(t.word.text for t in opening)))
            ends = opening[-1].word.text.endswith((":", ".", ";")) or not rest
            ends = ends or rest[0].x0 - opening[-1].x1 > 2 * self.unit or not _letters(rest[0].word.text)
            if ends and max(fuzz.ratio(letters, r) for r in _RECIPIENTS) >= _RECIPIENTS_RATIO:
                return True
        return False

    def _footer_gutter(self, anchor: _Piece, below: list[_Piece]) -> float:
        """The widest white band right of "Nơi nhận", else where most lines have their widest gap, else the page's
        middle.
        """
        tokens = [t for p in below for t in p.tokens if not _is_scrap(t.word)]
        low, high = self.width * 0.3, self.width * 0.75
        gutter = _gutter(tokens, self.unit, low=max(low, anchor.tokens[min(1, len(anchor.tokens) - 1)].x1), high=high)
        if gutter is not None:
            return gutter
        starts = [p.x0 for p in below if p.x0 > self.width * 0.4]
        return min(starts) - 1 if starts else self.width * 0.5

    def _runs_across(self, piece: _Piece, gutter: float) -> bool:
        """Whether a line is one of full width again, such as an annex's first paragraph below the signature."""
        across = piece.x0 < gutter - 6 * self.unit and piece.x1 > gutter + 6 * self.unit
        return across and len(piece.tokens) >= 8 and _widest_gap(piece) < 1.5 * self.unit

    # lines

    def _rows(self, pieces: Iterable[_Piece], column: Column = "full") -> list[_Piece]:
        """Pieces side by side become one line; lines from top to bottom."""
        rows: list[list[_Piece]] = []
        for piece in sorted(pieces, key=lambda p: p.middle):
            for row in reversed(rows[-3:]):
                level = abs(median(p.middle for p in row) - piece.middle) < 0.5 * max(self.unit, piece.height)
                free = all(piece.x0 >= p.x1 - self.unit * 0.5 or piece.x1 <= p.x0 + self.unit * 0.5 for p in row)
                if level and free:
                    row.append(piece)
                    break
            else:
                rows.append([piece])
        lines = [_Piece(tuple(t for p in sorted(row, key=lambda p: p.x0) for t in p.tokens), column) for row in rows]
        return sorted(lines, key=lambda p: p.middle)

    # what is no text

    def _without_captions(self, pieces: list[_Piece]) -> list[_Piece]:
        """Without the small print that signing programs put beside a signature's image."""
        seeds = [
            p
            for p in pieces
            if re.match(r"(nguoi ky|ky boi|ngay ky|thoi gian ky|gio ky|duoc ky boi|signed by|signature)\b", p.folded)
            and (p.height < 0.85 * self.unit or p.x1 - p.x0 < self.width * 0.45)
            and (p.height < 0.85 * self.unit or p.middle < self.height * 0.15)
        ]
        caption = list(seeds)
        grown = bool(seeds)
        while grown:
            grown = False
            for piece in pieces:
                if piece in caption:
                    continue
                small = piece.height <= 1.25 * max(p.height for p in seeds)
                labelled = re.match(r"(email|co quan|to chuc|chuc vu|thoi gian|ngay|don vi)\b", piece.folded)
                near = any(
                    abs(piece.x0 - p.x0) < 3 * self.unit
                    and -0.2 * self.unit < max(piece.y0, p.y0) - min(piece.y1, p.y1) < self.unit
                    for p in caption
                )
                if near and small and (labelled or piece.height < 0.85 * self.unit):
                    caption.append(piece)
                    grown = True
        return [p for p in pieces if p not in caption]

    def _without_stamps(self, pieces: list[_Piece]) -> list[_Piece]:
        """Without an incoming stamp ("CÔNG VĂN ĐẾN / Số … / Ngày …") in the upper half of the page."""
        heads = [
            p
            for p in pieces
            if p.middle < self.height * 0.5
            and len(p.tokens) <= 4
            and p.text == p.text.upper()
            and re.fullmatch(r"((cong )?van (thu )?|van ban )?den\W*", p.folded)
        ]
        stamp = list(heads)
        for piece in pieces:
            under = any(
                -2 * self.unit < piece.middle - h.middle < 7 * self.unit
                and piece.x0 < h.x1 + 10 * self.unit
                and piece.x1 > h.x0 - 6 * self.unit
                for h in heads
            )
            entry = re.match(
                r"(den )?(so|ngay|gio|chuyen|kinh chuyen|luu ho so|so va ky hieu( hs)?)\b\W", piece.folded + " "
            )
            own_number = re.search(r"\d\s*/\s*\D{2}|thang", piece.folded)
            if under and entry and not own_number and len(piece.tokens) <= 8:
                stamp.append(piece)
        return [p for p in pieces if p not in stamp]

    def _without_page_numbers(self, lines: list[_Piece]) -> list[_Piece]:
        """Without a lone number (or what recognition made of it) at the top centre or in the bottom margin."""
        if not lines:
            return lines
        highest, lowest = min(lines, key=lambda p: p.middle), max(lines, key=lambda p: p.middle)
        return [
            p
            for p in lines
            if not (p is highest and self._numbers_top(p)) and not (p is lowest and self._numbers_bottom(p))
        ]

    def _numbers_top(self, piece: _Piece) -> bool:
        centred = abs((piece.x0 + piece.x1) / 2 - self.width / 2) < self.width * 0.08
        return piece.middle < self.height * 0.12 and centred and len(re.sub(r"\W", "", piece.text)) <= 3

    def _numbers_bottom(self, piece: _Piece) -> bool:
        return piece.middle > self.height * 0.92 and bool(
            re.fullmatch(r"\W*(trang )?\d{1,3}(/\d{1,3})?\W*", piece.folded)
        )

    def _trimmed(self, piece: _Piece) -> _Piece | None:
        """The line without scraps at its ends; None for a line that is nothing but scraps."""
        spelt = _letters(piece.text) >= 5 and share_of_syllables(piece.text) >= 0.6
        if not spelt and not any(_is_believable(t.word) for t in piece.tokens):
            return None
        tokens = list(piece.tokens)
        while len(tokens) > 1 and self._is_stray(tokens[0], tokens[1]):
            tokens.pop(0)
        while len(tokens) > 1 and self._is_stray(tokens[-1], tokens[-2]):
            tokens.pop()
        return _Piece(tuple(tokens), piece.column)

    def _is_stray(self, token: _Token, neighbour: _Token) -> bool:
        """Whether an outermost token is nothing that a line begins or ends with: it stands apart from its line, or is a speck
        that was taken for a letter.
        """
        if not _is_scrap(token.word):
            return False
        gap = max(token.x0 - neighbour.x1, neighbour.x0 - token.x1)
        speck = _letters(token.word.text) > 0 and token.y1 - token.y0 < _SPECK * self.unit
        return speck or gap > 1.5 * self.unit

    # text

    def _write(self, lines: Sequence[_Piece]) -> tuple[tuple[Line, ...], tuple[PlacedWord, ...]]:
        edges: dict[Column | Cell, tuple[float, float]] = {
            column: self._edges([p for p in lines if p.column == column and p.cell is None])
            for column in ("full", "left", "right")
        }
        for cell, own in groupby((p for p in lines if p.cell), key=lambda p: p.cell):
            within = list(own)
            assert cell
            edges[cell] = (min(p.x0 for p in within), max(p.x1 for p in within))
        placed: list[PlacedWord] = []
        out: list[Line] = []
        offset = 0
        for piece in lines:
            start = offset
            for token, space in zip(piece.tokens, piece.spaces, strict=True):
                end = offset + len(token.word.text)
                placed.append(PlacedWord(offset, end, token.word.box, token.word.confidence, token.word.guesses))
                offset = end + len(space)
            end = offset
            offset += 1
            left, right = edges[piece.cell or piece.column]
            indent, slack = piece.x0 - left, right - piece.x1
            out.append(
                Line(
                    page=0,
                    start=start,
                    end=end,
                    text=piece.text,
                    box=_round((piece.x0, piece.y0, piece.x1, piece.y1)),
                    indent=round(indent, 1),
                    slack=round(slack, 1),
                    column=piece.column,
                    centred=piece.cell is None
                    and abs(indent - slack) < max(2 * self.unit, 0.25 * (indent + slack))
                    and (piece.column != "full" or min(indent, slack) > 3 * self.unit),
                    cell=piece.cell,
                )
            )
        return tuple(out), tuple(placed)

    def _edges(self, lines: list[_Piece]) -> tuple[float, float]:
        """Left and right edge of a column's text: where most long lines begin and end."""
        if not lines:
            return 0.0, self.width
        if lines[0].column != "full":
            return min(p.x0 for p in lines), max(p.x1 for p in lines)
        wide = [p for p in lines if p.x1 - p.x0 > self.width * 0.5] or lines
        starts, ends = sorted(p.x0 for p in wide), sorted(p.x1 for p in wide)
        return starts[len(starts) // 10], ends[-1 - len(ends) // 10]


def _given(page: ReadPage) -> LaidPage:
    text = page.text or ""
    lines: list[Line] = []
    offset = 0
    for raw in text.split("\n"):
        words = raw.strip()
        if words:
            start = offset + raw.index(words)
            lines.append(Line(page=page.number, start=start, end=start + len(words), text=words))
        offset += len(raw) + 1
    return LaidPage(
        page.number, page.width, page.height, page.reading, page.confidence, text, tuple(lines), triage=page.triage
    )


def _laid(page: ReadPage, lines: Sequence[Line], words: Sequence[PlacedWord]) -> LaidPage:
    return LaidPage(
        number=page.number,
        width=page.width,
        height=page.height,
        reading=page.reading,
        confidence=page.confidence,
        text="\n".join(line.text for line in lines),
        lines=tuple(replace(line, page=page.number) for line in lines),
        words=tuple(words),
        triage=page.triage,
    )


def _pieces(tokens: list[_Token], unit: float) -> list[_Piece]:
    """Words to lines: by the engine's lines where it gives them, else by their height on the page."""
    groups: dict[int, list[_Token]] = {}
    if any(t.word.line for t in tokens):
        for token in tokens:
            groups.setdefault(token.word.line, []).append(token)
    else:
        level: float | None = None
        for token in sorted(tokens, key=lambda t: t.middle):
            if level is None or token.middle - level > 0.4 * unit:
                groups[len(groups)] = []
                level = token.middle
            groups[len(groups) - 1].append(token)
    return [_Piece(tuple(sorted(group, key=lambda t: t.x0))) for group in groups.values()]


def _cut(piece: _Piece, gutter: float) -> tuple[_Piece | None, _Piece | None]:
    """The parts of a piece left and right of a gutter."""
    left = tuple(t for t in piece.tokens if (t.x0 + t.x1) / 2 < gutter)
    right = tuple(t for t in piece.tokens if (t.x0 + t.x1) / 2 >= gutter)
    return (_Piece(left, "left") if left else None, _Piece(right, "right") if right else None)


def _gutter(tokens: list[_Token], unit: float, *, low: float, high: float) -> float | None:
    """The middle of the widest white band, within [low, high], that no token touches; None if there is none."""
    best: tuple[float, float] | None = None
    reach = 0.0
    for token in sorted(tokens, key=lambda t: t.x0):
        if reach and token.x0 > reach and low <= (reach + token.x0) / 2 and reach < high and token.x0 >= low:
            gap = token.x0 - reach
            middle = (reach + token.x0) / 2
            if gap > 0.15 * unit and middle <= high and (best is None or gap > best[0]):
                best = (gap, middle)
        reach = max(reach, token.x1)
    return best[1] if best else None


def _widest_gap(piece: _Piece) -> float:
    return max((b.x0 - a.x1 for a, b in zip(piece.tokens, piece.tokens[1:], strict=False)), default=0.0)


def _is_scrap(word: Word) -> bool:
    """Whether a word is likely no word: a mark or two letters that recognition itself doubts."""
    size = _letters(word.text)
    return size == 0 or (word.confidence < 0.5 and size <= 2)


def _is_believable(word: Word) -> bool:
    """Whether a word speaks for its line being text. Scraps are short; a doubted long word is still a word."""
    size = _letters(word.text)
    if size >= 3 and (
        word.confidence >= 0.45 or size >= 5 or "/" in word.text or is_syllable(word.text.strip(".,:;-"))
    ):
        return True
    return (size == 2 and word.confidence >= 0.45) or (size == 1 and word.confidence >= 0.9)


def _in_capitals(text: str) -> bool:
    """Whether most letters are capitals, as in a signature's title."""
    letters = [c for c in text if c.isalpha()]
    return sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _letters(text: str) -> int:
    """How many letters and digits a text has."""
    return sum(c.isalnum() for c in text)


def _fold(text: str) -> str:
    """Lower case without diacritics, đ as d: for comparing with what recognition may have mangled."""
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in bare if not unicodedata.combining(c))


def _round(box: Box) -> Box:
    return (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))
