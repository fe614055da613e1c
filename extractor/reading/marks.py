"""Marks that recognition takes for others, put right where their place says what they are.

Points of a list follow each other, so "©)" behind "b)" is "c)", and "II." behind "II." is "III."; no quarter of a year is the eleventh; the
symbol of a document begins with a kind's abbreviation ("CI-UBND"); no sentence goes on in a small letter behind a full stop; a
directive ends with "./.". Words stay what they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, pairwise

from extractor import patterns as re
from extractor.knowledge.kinds import kinds
from extractor.knowledge.spelling import modern
from extractor.reading.engine import Recognised
from extractor.reading.repair import Bigrams, bigrams

_POINTS = "abcdđeghiklmnopqrstuvxy"  # the order of points in legal texts
_LIKE_LETTERS = {"©": "c", "ø": "g", "¡": "i", "ï": "i", "ð": "đ", "ñ": "đ", "€": "e", "œ": "g"}
_LIKE_DIGITS = str.maketrans(
    {"Š": "5", "§": "8", "l": "1", "I": "1", "]": "1", "|": "1", "O": "0", "S": "5", "B": "8", "Z": "2"}
)
_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_LIKE_ROMANS = str.maketrans({"H": "II", "1": "I", "l": "I", "|": "I", "!": "I"})
_SECTION = re.compile(r"([IVXH1l|!]{1,5})\.")
_QUARTER = re.compile(r"([I1l|]{2,3}|[I1l|]V)(?=\W|$)")
_SYMBOL = re.compile(r"(?<=\d/)([A-ZĐ1l|]{2,4})(?=-[A-ZĐ]{2})")
_LIKE_T = str.maketrans("I1l|", "TTTT")
_REPORTED = re.compile(r"(?<![\p{L}\d/])b/C(?![\p{L}/])")  # "(b/c)": báo cáo
_SLASH = re.compile(r"/?⁄+/?")
_BULLETS = ("~", "¬", "_", "—", "-_", "_-", "_~", "'~")
_POINT = re.compile(r"(\S)\)")
_NUMBER = re.compile(r"(\S{1,2})\.")
_SPECKS = (":", ".", ",", "'", "ˆ", "`", "|", "*")
_END = re.compile(r"(?<![./,])(?:\./|/\.|\.\.|\.,/\.|\./,)$")
# "@" is no letter that the model knows well: "vanthu(tinh.gov.vn", "vanthu(@tinh.gov.vn".
_MAIL = re.compile(r"(?i)(?<=\w)(?:\(@?|[©®]|@\()(?=(?:[a-z0-9-]+\.)+(?:vn|com|net|org)\b)")
_DOUBTED = 0.9
_LEAST_PAIR = 2  # times that two words were seen beside each other
_OFTEN = 10  # … from which on, of 47 commas on seven scans, the doubted ones were wrong
_ALWAYS = 50  # … from which on they are hardly ever apart


def put_right(words: Sequence[Recognised], table: Bigrams | None = None) -> list[Recognised]:
    """The words of a page with their list marks, bullets, addresses of mail, stray full stops and commas put right; what was read is kept in `raw`."""
    known = table or bigrams()
    lines = [list(own) for _, own in groupby(words, key=lambda word: word.line)]
    point = number = section = None
    right: list[Recognised] = []
    for line in lines:
        if len(line) > 1 and line[0].text in _SPECKS and line[0].confidence < _DOUBTED and _opens(line[1].text):
            del line[0]
        first = line[0]
        if letter := _point(first.text, point):
            first, point = _as(first, f"{letter})"), letter
        elif (count := _number(first, number)) is not None:
            first, number, point = _as(first, f"{count}."), count, None
        elif len(line) > 1 and line[1].text[0].isupper() and (place := _section(first.text, section)) is not None:
            first, section = _as(first, f"{_ROMANS[place]}."), place
        elif first.text in _BULLETS and len(line) > 1:
            first = _as(first, "-")
        line[0] = first
        line = [_as(word, _marks(word.text, before)) for word, before in zip(line, (None, *line), strict=False)]
        right += _without_stray_stops(line, known)
    return _without_stray_commas(right, known)


def _as(word: Recognised, text: str) -> Recognised:
    return word if word.text == text else replace(word, text=text, raw=word.raw or word.text)


def _opens(text: str) -> bool:
    return bool(_POINT.fullmatch(text) or _NUMBER.fullmatch(text))


def _point(text: str, before: str | None) -> str | None:
    """The letter of a point ("c)") that opens a line, given that of the point before."""
    match = _POINT.fullmatch(text)
    if not match:
        return None
    letter = _LIKE_LETTERS.get(match[1], match[1])
    if letter in "dđ" and before in ("c", "d"):
        letter = "d" if before == "c" else "đ"
    return letter if letter in _POINTS else None


def _number(word: Recognised, before: int | None) -> int | None:
    """The number of a section ("5.") that opens a line: as read, or as it has to be behind the one before."""
    match = _NUMBER.fullmatch(word.text)
    if not match:
        return None
    if match[1].isdecimal():
        return int(match[1])
    meant = match[1].translate(_LIKE_DIGITS)
    return int(meant) if meant.isdecimal() and before is not None and int(meant) == before + 1 else None


def _section(text: str, before: int | None) -> int | None:
    """The place among _ROMANS of a section ("III.") that opens a line: as read, or as it has to be behind the one before."""
    match = _SECTION.fullmatch(text)
    if not match:
        return None
    meant = match[1].translate(_LIKE_ROMANS)
    if meant not in _ROMANS:
        return None
    place = _ROMANS.index(meant)
    if meant == match[1]:
        # A last stroke is lost. (Of two parts each may have a section I.)
        lost = place == before and place > 0 and _ROMANS[place + 1 : place + 2] == (f"{meant}I",)
        return place + 1 if lost else place
    sure = "H" in match[1] and len(match[1]) > 1  # "HI." is nothing else
    return place if sure or (before is not None and place == before + 1) else None


def _marks(text: str, before: Recognised | None) -> str:
    """A word with the marks within it as they have to be."""
    text = _REPORTED.sub("b/c", _SLASH.sub("/", _MAIL.sub("@", text)))
    if before and before.text.lower() == "quý" and (quarter := _QUARTER.match(text)):
        text = quarter[0].translate(_LIKE_ROMANS) + text[quarter.end() :]
    return _SYMBOL.sub(_symbol, text)


def _symbol(found: re.Match[str]) -> str:
    """The abbreviation of a kind, with what was taken for other letters a T."""
    meant = found[1].translate(_LIKE_T)
    return meant if meant in _shorts() and found[1] not in _shorts() else found[1]


@cache
def _shorts() -> frozenset[str]:
    return frozenset(short for kind in kinds() for short in kind.short)


def _without_stray_stops(line: Sequence[Recognised], table: Bigrams) -> list[Recognised]:
    """A line without specks between words that belong together, taken for full stops; and with "./." whole at its end."""
    kept: list[Recognised] = []
    for i, word in enumerate(line):
        behind = line[i + 1] if i + 1 < len(line) else None
        if behind is None:
            word = _as(word, _END.sub("./.", word.text))
        elif word.text in _SPECKS and kept and _belong(kept[-1].text, behind.text, table):
            if word.confidence < _DOUBTED:
                continue
        elif word.text.endswith(".") and _belong(word.text[:-1], behind.text, table):
            word = _as(word, word.text[:-1])
        kept.append(word)
    return kept


def _without_stray_commas(words: Sequence[Recognised], table: Bigrams) -> list[Recognised]:
    """Without commas inside what is one word ("Công, an"), at the ends of lines too."""
    kept = list(words)
    for n, (word, behind) in enumerate(pairwise(words)):
        if word.text.endswith(",") and (bare := word.text[:-1]).isalpha():
            # A comma that is sure may stand in any pair of words but those that are hardly ever apart, in the midst of a name.
            least = _OFTEN if word.confidence < _DOUBTED else _ALWAYS if bare.istitle() else None
            if least and _belong(bare, behind.text, table, least):
                kept[n] = _as(word, bare)
    return kept


def _belong(before: str, behind: str, table: Bigrams, least: int = _LEAST_PAIR) -> bool:
    """Whether two words stand beside each other in directives so often, the second in small letters."""
    small = re.match(r"\p{Ll}+", behind)
    if not (before.isalpha() and small):
        return False
    return table.pairs.get((modern(before.lower()), modern(small[0])), 0) >= least
