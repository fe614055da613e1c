"""The number and the day that a pen wrote into the printed head of a document: the gaps are found between the printed words, and their digits
read by the project's own recogniser.

"Số: __/CT-UBND" and "…, ngày __ tháng __ năm 2021" stand in the head of every document of administration (Nghị định 30/2020, Phụ lục I).
Tesseract takes what stands in the gaps for letters, or runs it into the print beside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import regex as re

from extractor.reading.digits import read_digits, strip_of
from extractor.reading.engine import Image, Recognised

TOP = 0.42  # share of the page's height in which a head stands
PRINT = 13.4  # points: the size of print that strips are cut for
READ = 0.94  # probability from which Tesseract's own digits stand
BLANK = 0.5  # probability of "no digits" from which a gap counts as left blank
MARGIN = 0.1  # inches of print beside the gap that go into the strip
WIDEST = 2.2  # inches: what lies further apart does not belong together

# Advance widths of Times, in thousandths of its size: of the words beside a gap and of symbols.
_WIDTHS = {
    **dict.fromkeys("0123456789", 500), **dict.fromkeys(":;/.,|![]ilItf'", 278), **dict.fromkeys("-()rs", 350), "m": 722, "S": 556, "M": 850,
    **dict.fromkeys("ABCDĐEGHKLNOPQRTUVXYƯƠÔÂ", 680),
}  # fmt: skip
_LABEL = re.compile(r"^[S85]\S{1,2}?\s*[:;.]{1,2}|^S[ốóôỐÓÔoO]$")
_SYMBOL = re.compile(r"[/⁄-](?:(?:19|20)\d{2}[/-])?(?:\p{Lu}[\p{L}\d]*[-/.]?)+\p{L}?\d*$")
_DAY, _MONTH, _YEAR = (
    re.compile(r"^ng[aàáaâ]?\S?y?|^\S{0,2}gày"),
    re.compile(r"^th?[áaà]ng|^tháng"),
    re.compile(r"[nhrm]?[ăaäâ]m$"),
)


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where digits are to be: pixels from `left` to `right` of a line. `replaced` are the words in it and on its edges, of which `before` and
    `after` are the print.
    """

    left: float
    right: float
    baseline: float
    size: float  # of the print, in pixels
    replaced: tuple[int, ...]
    before: Recognised
    after: Recognised
    allowed: Callable[[str], bool]


def fill_gaps(
    words: Sequence[Recognised], image: Callable[[], Image], shape: tuple[int, int], dpi: int
) -> list[Recognised]:
    """The words of an upright page of this shape in pixels with the digits in the gaps of its head as words of their own, or as they were where nothing is found.

    A word so read has its readings in `guesses`, and in `raw` what the engine had read in its place.
    """
    filled = list(words)
    for find in (_number, _month, _day):
        if gap := find(filled, *shape, dpi):
            filled = _fill(filled, gap, image)
    return filled


def _fill(words: list[Recognised], gap: _Gap, image: Callable[[], Image]) -> list[Recognised]:
    inside = [words[i] for i in gap.replaced[1:-1] if gap.left - 2 < _middle(words[i]) < gap.right + 2]
    own = "".join(word.text for word in inside).strip("./-_…|")
    if own.isdecimal() and gap.allowed(own) and min(word.confidence for word in inside) >= READ:
        return words
    per_inch = gap.size * 72 / PRINT
    margin = MARGIN * per_inch
    strip = strip_of(image(), gap.left - margin, gap.right + margin, gap.baseline - 0.24 * gap.size, per_inch)
    guesses = read_digits(strip, gap.allowed)
    if not guesses or (not guesses[0].digits and guesses[0].probability >= BLANK):
        return words
    found = tuple((guess.digits, guess.probability) for guess in guesses if guess.digits)
    if not found:
        return words
    box = (gap.left, gap.baseline - gap.size, max(gap.right, gap.left + 1), gap.baseline + 0.3 * gap.size)
    raw = " ".join(words[i].text for i in gap.replaced)
    digits = Recognised(found[0][0], box, found[0][1], gap.before.line, raw=raw, guesses=found)
    first = min(gap.replaced)
    kept = [(i, word) for i, word in enumerate(words) if i not in gap.replaced]
    return [
        *(word for i, word in kept if i < first),
        gap.before,
        digits,
        gap.after,
        *(word for i, word in kept if i > first),
    ]


def _number(words: Sequence[Recognised], rows: int, columns: int, dpi: int) -> _Gap | None:
    """The gap between "Số:" and the symbol, in the left half of the head."""
    size = PRINT * dpi / 72
    for i, word in enumerate(words):
        found = _LABEL.match(word.text)
        if not found or word.box[1] > TOP * rows or word.box[0] > 0.5 * columns:
            continue
        row = [i, *(j for j in _row(words, i, dpi) if words[j].box[0] - word.box[0] < WIDEST * dpi)]
        ends = [
            (k, at)
            for k, j in enumerate(row)
            if (at := _symbol_at(words[j].text, len(found[0]) if j == i else 0)) is not None
        ]
        if not ends:
            continue
        last, at = ends[0]
        symbol = words[row[last]]
        if last and symbol.text[:at].isdecimal():
            return None  # typed: a pen's digits are never one word with the symbol and apart from "Số:"
        left = min(word.box[2], word.box[0] + 1.1 * _width(found[0]) * size)
        # A symbol is read better than what stands before it: its slash is found from its end.
        right = symbol.box[0] if at == 0 else max(left, symbol.box[2] - _width(symbol.text[at:]) * size)
        return _Gap(
            left, right, min(word.box[3], symbol.box[3]), size, tuple(row[: last + 1]) if last else (i,),
            _part(word, found[0], word.box[0], left), _part(symbol, symbol.text[at:], right, symbol.box[2]),
            lambda text: len(text) <= 5 and int(text) > 0,
        )  # fmt: skip
    return None


def _day(words: Sequence[Recognised], rows: int, columns: int, dpi: int) -> _Gap | None:
    """The gap between "ngày" and "tháng"."""
    line = _date_line(words, rows, columns, dpi)
    if line is None:
        return None
    row, _, month, size, baseline = line
    day = next((k for k in range(month - 1, -1, -1) if _DAY.match(words[row[k]].text)), None)
    if day is None:
        return None
    word, end = words[row[day]], words[row[month]]
    left = min(word.box[2], word.box[0] + 2.05 * size)
    return _Gap(
        left, end.box[0], baseline, size, tuple(row[day : month + 1]), _part(word, "ngày", word.box[0], left), end,
        lambda text: len(text) <= 2 and 1 <= int(text) <= 31,
    )  # fmt: skip


def _month(words: Sequence[Recognised], rows: int, columns: int, dpi: int) -> _Gap | None:
    """The gap between "tháng" and "năm"."""
    line = _date_line(words, rows, columns, dpi)
    if line is None:
        return None
    row, year, month, size, baseline = line
    word, end = words[row[month]], words[row[year]]
    left = min(word.box[2], word.box[0] + 2.4 * size)
    right, after = end.box[0], end
    replaced = tuple(row[month : year + 1])
    if year == month:  # "tháng10năm" in one
        right = end.box[2] - 1.72 * size
        after, replaced = _part(end, "năm", right, end.box[2]), (row[month],)
    return _Gap(
        left, right, baseline, size, replaced, _part(word, "tháng", word.box[0], left), after,
        lambda text: len(text) <= 2 and 1 <= int(text) <= 12,
    )  # fmt: skip


def _date_line(
    words: Sequence[Recognised], rows: int, columns: int, dpi: int
) -> tuple[list[int], int, int, float, float] | None:
    """The line of place and date: its words, which of them say "năm" and "tháng", the size of its print and its baseline in pixels."""
    for i, word in enumerate(words):
        if word.box[1] > TOP * rows or word.box[0] < 0.38 * columns or not _MONTH.match(word.text.lower()):
            continue
        line = _row(words, i, dpi, both_sides=True)
        month = line.index(i)
        year = next(
            (k for k in range(month, min(month + 4, len(line))) if _YEAR.search(words[line[k]].text.lower())), None
        )
        if year is None or len(line) - year > 3:
            continue
        # A place and a comma stand before it, and nothing else does.
        before = [words[j].text for j in line[:month]]
        if len(before) > 8 or not any(text.endswith((",", ".")) for text in before):
            continue
        known = words[line[year]]
        size = (known.box[2] - known.box[0]) / 1.72 if year != month else PRINT * dpi / 72
        size = min(max(size, 0.85 * PRINT * dpi / 72), 1.15 * PRINT * dpi / 72)
        return line, year, month, size, known.box[3]
    return None


def _row(words: Sequence[Recognised], at: int, dpi: int, *, both_sides: bool = False) -> list[int]:
    """The words on the line of one, from left to right, without it; those of both sides of it with it, as far as no wide gap parts them."""
    box = words[at].box
    middle, reach = (box[1] + box[3]) / 2, 0.07 * dpi
    level = [
        j
        for j, word in enumerate(words)
        if j != at
        and (
            abs((word.box[1] + word.box[3]) / 2 - middle) < reach
            or word.box[1] < middle < word.box[3] < box[3] + 0.2 * dpi
        )
    ]
    level.sort(key=lambda j: words[j].box[0])
    right = [j for j in level if words[j].box[0] > box[0]]
    if not both_sides:
        return right
    line, edge = [at], box[0]
    for j in reversed([j for j in level if words[j].box[0] <= box[0]]):
        if edge - words[j].box[2] > 0.45 * dpi:
            break
        line.insert(0, j)
        edge = words[j].box[0]
    return line + right


def _symbol_at(text: str, start: int) -> int | None:
    """Where the symbol begins in a word that ends in one ("/CT-UBND", "05/SYT-NVY")."""
    found = _SYMBOL.search(text, start)
    return found.start() if found else None


def _part(word: Recognised, text: str, left: float, right: float) -> Recognised:
    """The print of a word into which more was read."""
    if word.text == text and left == word.box[0] and right == word.box[2]:
        return word
    raw = word.raw or (word.text if word.text != text else None)
    return replace(word, text=text, box=(left, word.box[1], max(right, left + 1), word.box[3]), raw=raw)


def _middle(word: Recognised) -> float:
    return (word.box[0] + word.box[2]) / 2


def _width(text: str) -> float:
    """The width of a text in Times, as a share of its size."""
    return sum(_WIDTHS.get(letter, 490) for letter in text) / 1000
