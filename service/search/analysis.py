"""Text as terms: the one analysis for what is indexed and what is asked.

NFC text is cut into syllables (runs of letters and digits). Each gives, as terms of one flat space:

    hai         the syllable folded: no case, no marks, đ as d
    =hải        the syllable as it is accented, in lower case, the tone mark at its modern place
    hai_phong   it and its neighbour, where no word boundary cuts between them
    tran~hai    it and its neighbour, where one does, or where a sign or a line's end stands between
    a~b~c       three neighbours in a row, whatever is between

Words are underthesea's. A pair is cut where both syllables belong to other words ("thần kinh | tế bào"), not where one of them
stands alone ("chữa cháy | rừng" has "cháy rừng"): on 62 texts 0.3 % of the occurrences of 1,125 words of two syllables are cut,
most of these rightly.

A phrase of two syllables is either pair, a longer one all of its threes: so a phrase is a set of terms, no index has to keep
positions, and both databases answer alike. (A page with all threes of a phrase of four, but never in a row, would be found.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from extractor.knowledge.spelling import fold, modern

VERSION = "2"  # of the terms and their counts: with another one the index is built anew
LONGEST = 64  # characters of a syllable that count

_SYLLABLE = re.compile(r"[^\W_]+")
_BROKEN = re.compile(r"(?<=\w)\n(?=[a-zà-ỹ])")  # a line that goes on in the next
_LONG = 4  # syllables of a word that is divided
_HELD, _CUT = "_", "~"
EXACT = "="


class Syllable(NamedTuple):
    """One syllable: where it stands in its text, folded, and as accented."""

    start: int
    end: int
    folded: str
    exact: str


@lru_cache(16)  # a text's terms, words and syllables are asked for one after the other
def syllables(text: str) -> tuple[Syllable, ...]:
    """The syllables of NFC text, in order."""
    exact = modern(text)
    folded = fold(exact)
    spans = [found.span() for found in _SYLLABLE.finditer(exact)]
    return tuple(
        Syllable(start, end, folded[start:end][:LONGEST], exact[start:end].lower()[:LONGEST]) for start, end in spans
    )


def spelled(text: str) -> set[str]:
    """The syllables of NFC text as they are accented, each once: `Syllable.exact` of all of them, a quarter as long in the telling."""
    return {syllable.lower()[:LONGEST] for syllable in _SYLLABLE.findall(modern(text))}


def composed(text: str) -> str:
    """The text as this module wants it."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def held(text: str) -> bytes:
    """One bit for each syllable: whether it and the next one hold together. Takes milliseconds a line (underthesea)."""
    found = syllables(text)
    if len(found) < 2:
        return bytes(_packed([False] * len(found)))
    inner = _inner(text)
    goes_on = [syllable.start in inner for syllable in found]  # it continues a word
    begun = [0] * len(found)  # how many syllables of its word stand before it
    for n in range(1, len(found)):
        begun[n] = begun[n - 1] + 1 if goes_on[n] else 0
    length = [1] * len(found)  # of its word
    for n in range(len(found) - 1, -1, -1):
        last = n + 1 == len(found) or not goes_on[n + 1]
        length[n] = begun[n] + 1 if last else length[n + 1]
    told = []
    for n, (one, other) in enumerate(pairwise(found)):
        # What underthesea takes for a word of four is mostly two of two: "thần kinh" and "tế bào".
        in_word = goes_on[n + 1] and (length[n] < _LONG or begun[n] % 2 == 0)
        loose = not goes_on[n + 1] and 1 in (length[n], length[n + 1])
        told.append((in_word or loose) and _near(text, one, other))
    return bytes(_packed([*told, False]))


def _inner(text: str) -> frozenset[int]:
    from extractor import inner_syllables  # brings underthesea along

    # A word may go over the end of a line. Words in capitals are not known to underthesea; lower case keeps the length of
    # all that Vietnamese writes.
    lines = _BROKEN.sub(" ", text).split("\n")
    lines = [line.lower() if line.isupper() and len(line.lower()) == len(line) else line for line in lines]
    return inner_syllables("\n".join(lines))


def _near(text: str, one: Syllable, other: Syllable) -> bool:
    between = text[one.end : other.start]
    return between == " " or (between.isspace() and "\n\n" not in between)


def _packed(bits: Sequence[bool]) -> Iterator[int]:
    for start in range(0, len(bits), 8):
        yield sum(bit << n for n, bit in enumerate(bits[start : start + 8]))


def holds(bits: bytes | None, n: int) -> bool:
    """Whether the syllable holds together with the next one; where nobody has looked yet, neighbours do."""
    return True if bits is None else bool(bits[n >> 3] >> (n & 7) & 1)


def terms(text: str, bits: bytes | None) -> set[str]:
    """Every term of a text, given what `held` says of it (None: not known yet)."""
    found = syllables(text)
    folded = [syllable.folded for syllable in found]
    out = {*folded, *[EXACT + syllable.exact for syllable in found]}
    signs = [
        _HELD if holds(bits, n) and _near(text, one, other) else _CUT for n, (one, other) in enumerate(pairwise(found))
    ]
    out.update(map("".join, zip(folded, signs, folded[1:], strict=False)))
    out.update(map(_CUT.join, zip(folded, folded[1:], folded[2:], strict=False)))
    return out


def words(text: str, bits: bytes | None) -> list[str]:
    """The pairs that hold together, as often as they stand there: what the vocabulary counts."""
    if bits is None:
        return []
    found = syllables(text)
    return [
        f"{one.folded}{_HELD}{other.folded}"
        for n, (one, other) in enumerate(pairwise(found))
        if holds(bits, n) and len(one.folded) < LONGEST
    ]


def pair(a: str, b: str) -> str:
    """The term of two syllables that hold together."""
    return f"{a}{_HELD}{b}"


def phrase(folded: Sequence[str]) -> list[tuple[str, ...]]:
    """Terms of a phrase: one of each group has to be there."""
    match folded:
        case [one]:
            return [(one,)]
        case [a, b]:
            return [(f"{a}{_HELD}{b}", f"{a}{_CUT}{b}")]
    return [(f"{a}{_CUT}{b}{_CUT}{c}",) for a, b, c in zip(folded, folded[1:], folded[2:], strict=False)]
