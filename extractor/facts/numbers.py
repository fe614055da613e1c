"""Numbers as Vietnamese administrative text writes them, as decimal strings with a point.

A dot groups thousands and a comma is the decimal sign ("89.490,478"), but English notation ("14.5%") occurs beside it:
a dot before exactly three digits groups, before any other number of digits it is a decimal point. "1,200" can be
either; it is read as a decimal, says so, and offers the other reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = {
    "không": 0,
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "lăm": 5,
    "nhăm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
}
_TENS = {"mười": 10, "mươi": 10}
_SCALES = {"nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 1_000_000_000, "tỉ": 1_000_000_000}
_FILLERS = {"lẻ", "linh"}
_WORD = "|".join(sorted((*_DIGITS, *_TENS, "trăm", *_SCALES, *_FILLERS), key=len, reverse=True))
_WORDS = re.compile(rf"\b(?:{_WORD})(?:\s+(?:{_WORD}))*\b", re.IGNORECASE)

_NUMERAL = r"\d+(?:[.,]\d+)*"
_TOKEN = re.compile(rf"(?<![\w.,])(?:{_NUMERAL})(?![\d])")
_SPELLED = re.compile(r"\s?\(([^()\d]{2,40})\)")
# The unit may stand behind both ends ("5% - 7%"); the words between them are a dash or "đến".
_BETWEEN = re.compile(r"(?P<unit>\s*(?:%|‰))?\s*(?:[-–—]|đến|tới)\s*(?=\d)")

_GROUPED_DOT = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_GROUPED_COMMA = re.compile(r"[1-9]\d{0,2}(?:,\d{3}){2,}(?:\.\d+)?|[1-9]\d{0,2}(?:,\d{3})+\.\d+")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_EITHER = re.compile(r"[1-9]\d{0,2},\d{3}")


@dataclass(frozen=True, slots=True)
class Number:
    """Characters [start, end) of the text and what they say.

    `value` and `value_max` (of a range) are decimal strings. `other` is the second reading of an ambiguous notation;
    `doubtful` is set there and where digits and spelled number disagree.
    """

    start: int
    end: int
    value: str
    value_max: str | None = None
    other: str | None = None
    doubtful: bool = False


def parse_numeral(numeral: str) -> str | None:
    """A numeral in digits as a decimal string: "89.490,478" is "89490.478", "08" is "8"; None if it is no number."""
    if _GROUPED_DOT.fullmatch(numeral):
        digits = numeral.replace(".", "").replace(",", ".")
    elif _GROUPED_COMMA.fullmatch(numeral):
        digits = numeral.replace(",", "")
    elif _PLAIN.fullmatch(numeral):
        digits = numeral.replace(",", ".")
    else:
        return None
    whole, point, fraction = digits.partition(".")
    return (whole.lstrip("0") or "0") + point + fraction


def parse_words(words: str) -> int | None:
    """A spelled number up to the billions ("hai mươi lăm", "một trăm linh năm nghìn"); None if the words make none."""
    total = group = pending = 0
    have_digit = False
    for word in words.lower().split():
        if word in _DIGITS:
            if have_digit:
                return None
            pending, have_digit = _DIGITS[word], True
        elif word in _TENS:
            group += (pending if have_digit else 1) * 10
            pending, have_digit = 0, False
        elif word == "trăm":
            group += (pending if have_digit else 1) * 100
            pending, have_digit = 0, False
        elif word in _SCALES:
            if not have_digit and not group:
                return None
            total += (group + pending) * _SCALES[word]
            group = pending = 0
            have_digit = False
        elif word not in _FILLERS:
            return None
    result = total + group + pending
    return result if result or "không" in words.lower().split() else None


def words_at(text: str, start: int) -> Number | None:
    """The spelled number that begins at `start`; the longest one that makes sense ("một trăm", not "một")."""
    found = _WORDS.match(text, start)
    while found:
        end = found.end()
        while end > start:
            value = parse_words(text[start:end])
            if value is not None:
                return Number(start, end, str(value))
            end = text.rfind(" ", start, end)
        return None
    return None


def find_numbers(text: str) -> Iterator[Number]:
    """The numbers in digits of a text, left to right; a range ("3.500-4.000", "từ 5 đến 10%") is one of them."""
    position = 0
    while found := _TOKEN.search(text, position):
        position = found.end()
        first = _number(text, found)
        if first is None:
            continue
        between = _BETWEEN.match(text, first.end)
        second = _TOKEN.match(text, between.end()) if between else None
        last = _number(text, second) if second else None
        if last and float(last.value) > float(first.value) and not (_year(text, first) and _year(text, last)):
            doubtful = first.doubtful or last.doubtful
            first = Number(first.start, last.end, first.value, last.value, None, doubtful)
        position = first.end
        yield first


def _number(text: str, found: re.Match[str]) -> Number | None:
    numeral = found.group()
    value = parse_numeral(numeral)
    if value is None:
        return None
    other = numeral.replace(",", "") if _EITHER.fullmatch(numeral) else None
    end, doubtful = found.end(), other is not None
    if spelled := _SPELLED.match(text, end):
        said = parse_words(spelled.group(1))
        if said is not None:
            end, doubtful = spelled.end(), doubtful or str(said) != value
    return Number(found.start(), end, value, None, other, doubtful)


def _year(text: str, number: Number) -> bool:
    return re.fullmatch(r"(?:19|20|21)\d\d", text[number.start : number.end]) is not None
