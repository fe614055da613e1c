"""One spelling for comparison: accents folded, tone marks in one place, abbreviations written out.

`fold` and `modern` keep the length of NFC text, so an offset found in one view holds in all of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from extractor.knowledge.table import rows

_WORD = re.compile(r"[^\W_]+")
_VOWEL = re.compile(r"[aeiouy]")
_LONGEST = 6


class _Folding(dict[int, str]):
    def __missing__(self, code: int) -> str:
        character = chr(code)
        base = "d" if character in "đĐðÐ" else unicodedata.normalize("NFD", character)[0].lower()
        # A few capitals have a longer lower case (İ): they stay, so that the length does.
        self[code] = base if len(base) == 1 else character
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Lower case without accents, đ→d, one character for one ("Ủy ban" → "uy ban")."""
    return text.translate(_FOLDING)


def _tone_places() -> dict[str, str]:
    places = {}
    for glide, vowels in (("o", "ae"), ("u", "y")):
        for vowel in vowels:
            for tone in "\u0300\u0301\u0303\u0309\u0323":
                for g in (glide, glide.upper()):
                    for v in (vowel, vowel.upper()):
                        places[g + unicodedata.normalize("NFC", v + tone)] = unicodedata.normalize("NFC", g + tone) + v
    return places


_TONE_PLACES = _tone_places()
_OLD_PLACE = re.compile(rf"(?:{'|'.join(_TONE_PLACES)})(?!\w)")


def modern(text: str) -> str:
    """NFC text with tone marks where the newer school puts them: hoà→hòa, uỷ→ủy, not quý, hoàn. Keeps the length."""

    def moved(match: re.Match[str]) -> str:
        start = match.start()
        if match[0][0] in "uU" and start and text[start - 1] in "qQ":
            return match[0]
        return _TONE_PLACES[match[0]]

    return _OLD_PLACE.sub(moved, text)


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A piece of a body's name in short; `in_name` ones mean this only inside a name ("Sở TN&MT")."""

    short: str
    full: str
    where: Literal["anywhere", "in_name"]


@cache
def abbreviations() -> tuple[Abbreviation, ...]:
    """The table abbreviations.csv."""
    return tuple(
        Abbreviation(row["short"], row["full"], "anywhere" if row["where"] == "anywhere" else "in_name")
        for row in rows("abbreviations.csv")
    )


def _compact(text: str) -> str:
    return "".join(word for word in _WORD.findall(text) if word != "và")


@cache
def _written_out() -> dict[str, str]:
    table = {}
    for abbreviation in abbreviations():
        short = _compact(abbreviation.short)
        table[short] = abbreviation.full
        # "ubnd" is no word, so any case of it is the abbreviation; "ca" and "tư" are words.
        if len(short) > 3 or not _VOWEL.search(fold(short)):
            table[short.lower()] = abbreviation.full
    return table


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(short[:size] for short in _written_out() for size in range(1, len(short) + 1))


def write_out(text: str) -> str:
    """A body's name with the abbreviated pieces written out ("UBND TP. Huế" → "Ủy ban nhân dân thành phố Huế").

    Spaces, dashes, "&" and "và" between the letters do not matter: "NN&PTNT", "NN và PTNT" and "NNPTNT" are one.
    """
    table, beginnings = _written_out(), _beginnings()
    words = list(_WORD.finditer(text))
    out: list[str] = []
    position = index = 0
    while index < len(words):
        short, found, last = "", "", index
        for end in range(index, min(index + _LONGEST, len(words))):
            word = words[end][0]
            if word.lower() == "và" and end > index:
                continue
            short += word
            lower = short.lower()
            if short not in beginnings and lower not in beginnings:
                break
            if full := table.get(short) or table.get(lower):
                found, last = full, end
        if found:
            out += [text[position : words[index].start()], found]
            position = words[last].end()
            if text[position : position + 1] == "." and text[position + 1 :].strip():
                position += 1
                if text[position].isalnum():
                    out.append(" ")
        index = last + 1
    return "".join(out) + text[position:]


@lru_cache(maxsize=4096)
def key(words: str) -> str:
    """The form by which names are compared: NFC, written out, lower case, newer tone places, single spaces."""
    text = write_out(unicodedata.normalize("NFC", words)).replace("&", " và ")
    text = unicodedata.normalize("NFC", text.lower())
    return modern(" ".join(_WORD.findall(text)))


def slug(words: str) -> str:
    """A stable identifier part from a name: "Sở Y tế" → "so-y-te"."""
    return "-".join(_WORD.findall(fold(key(words))))
