"""Document numbers as people write them: "02/CT-UBND", "02 ct ubnd", "chi thi 02", "số 2/CT-UBND"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extractor.knowledge.kinds import kinds
from extractor.knowledge.spelling import fold

_COUNTED = (
    "nam|thang|ngay|gio|tuan|quy|ty|trieu|nghin|nguoi|ho|xa|phuong|don|nhiem|muc|chi"  # "kế hoạch 5 năm" has no number
)
_SYLLABLE = re.compile(r"[^\W_]+")  # as texts are cut
_PART = re.compile(r"\d+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number: its digits without leading zeros, and the letters behind it, folded, as far as they are given."""

    digits: str
    letters: tuple[str, ...] = ()
    kind: str | None = None  # folded name, where that is given in place of letters

    def forms(self) -> Iterator[tuple[str, ...]]:
        """The syllables that a text may write it by."""
        for digits in dict.fromkeys((self.digits, self.digits.zfill(2), self.digits.zfill(3))):
            if self.kind is None:
                yield (digits, *self.letters)
                continue
            for short in _shorts(self.kind):
                yield digits, short
            yield *self.kind.split(), digits
            yield *self.kind.split(), "so", digits

    def names(self, number: str | None) -> bool:
        """Whether a document's own number is this one, or begins so."""
        mine = parts(number or "")
        if not mine or mine[0].lstrip("0") != self.digits:
            return False
        if self.kind is not None:
            return any(short in mine[1:] for short in _shorts(self.kind))
        return "".join(mine[1:]).startswith("".join(self.letters))


def parts(number: str) -> list[str]:
    """The digits and letters of a number, folded: "02/2021/CT-UBND" gives 02, 2021, ct, ubnd."""
    return _PART.findall(fold(number))


def number(text: str) -> Number | None:
    """A number written alone, in any spelling; None when it is none."""
    for part in cut(text):
        if isinstance(part, Number):
            return part
    found = parts(text)
    digits = [n for n, part in enumerate(found) if part.isdigit()]
    if not digits:
        return None
    return Number(found[digits[0]].lstrip("0") or "0", tuple(found[digits[0] + 1 :]))


def cut(text: str) -> Iterator[Number | str]:
    """A run of words, and the numbers among them by themselves."""
    place = 0
    for found in _numbers(text):
        start, end, number = found
        if text[place:start].strip():
            yield text[place:start]
        yield number
        place = end
    if text[place:].strip():
        yield text[place:]


def _numbers(text: str) -> Iterator[tuple[int, int, Number]]:
    taken = 0
    for found in _pattern().finditer(fold(text)):
        if found.start() < taken:
            continue
        taken = found.end()
        if found["kind"]:
            yield found.start(), found.end(), Number(found["of_kind"].lstrip("0") or "0", (), found["kind"])
            continue
        letters = tuple(_SYLLABLE.findall(found["letters"]))
        yield found.start(), found.end(), Number(found["digits"].lstrip("0") or "0", letters)


@cache
def _pattern() -> re.Pattern[str]:
    """Over folded text."""
    every = {fold(short) for kind in kinds() for short in kind.short}
    # Written without a stroke, letters that could be a word are one.
    shorts = "|".join(sorted((short for short in every if not set(short) & set("aeiouy")), key=len, reverse=True))
    names = "|".join(sorted({fold(kind.name) for kind in kinds()}, key=len, reverse=True))
    return re.compile(
        r"(?<![\w/])(?:so\s*:?\s*)?(?P<digits>\d{1,5})(?P<letters>"
        # 02/CT-UBND, 45/2008/CT-BGDĐT, 02-CT/TW
        r"(?:\s*/\s*\d{4}\s*/\s*|\s*/\s*|-)[a-z][a-z0-9&.]*(?:\s*[-/]\s*[a-z0-9&.]+)*"
        # 02 ct ubnd, 02ct
        rf"|\s+(?:{shorts})\s+(?:[a-z]*bnd|hdnd|ttg|tu|tw|b[a-z]+)\b|(?:{shorts})\b(?:\s+(?:[a-z]*bnd|ttg|tu|tw)\b)?)"
        # chi thi 02, chi thi so 02
        rf"|(?<!\w)(?P<kind>{names})\s+(?:so\s*:?\s*)?(?P<of_kind>\d{{1,5}})(?![\w/])(?!\s+(?:{_COUNTED})\b)"
    )


@cache
def _shorts(kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(short) for each in kinds() if fold(each.name) == kind for short in each.short))
