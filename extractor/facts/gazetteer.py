"""Names that the register knows, found in a text: a trie over its syllables, walked once from every capital.

`extractor.facts.annotation` gives the same names as annotations of spaCy's `Doc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from extractor.knowledge import spelling
from extractor.knowledge.register import register

PIECE = re.compile(r"\w+|[^\w\s]|\s+")  # a syllable, a mark, white space
_SHORTEST_FOLDED = 9  # letters of a name that is still told without its accents

Run = tuple[int, int, str]  # [start, end) in syllables, and the id of the body


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the register at [start, end) of the text; `misread` if only its accents differ."""

    start: int
    end: int
    agency_id: str
    misread: bool


@dataclass(frozen=True, slots=True)
class _Syllable:
    start: int
    end: int
    form: str


class Trie:
    """Names by their syllables in lower case; of two bodies of one name the first counts."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self._root: dict[str, Any] = {}
        for words, agency_id in names:
            node = self._root
            for syllable in _syllables(words):
                node = node.setdefault(syllable.form, {})
            node.setdefault("", agency_id)

    def names_at(self, syllables: list[_Syllable], first: int) -> Iterator[Run]:
        """Every name that begins with this syllable, shortest first."""
        node = self._root
        for at in range(first, len(syllables)):
            if (form := syllables[at].form) not in node:
                return
            node = node[form]
            if "" in node:
                yield first, at + 1, node[""]


@cache
def exact() -> Trie:
    """The names as they are written."""
    return Trie((spelling.modern(words), agency_id) for words, agency_id in register().names())


@cache
def folded() -> Trie:
    """The names without accents; short ones could be anything."""
    return Trie(
        (spelling.fold(words), agency_id)
        for words, agency_id in register().names()
        if len(words) >= _SHORTEST_FOLDED and " " in words
    )


@lru_cache(maxsize=32)
def known_names(text: str) -> tuple[KnownName, ...]:
    """The longest names of the register in the text, which is tone-normalised (`spelling.modern`)."""
    syllables = _syllables(text)
    capitals = [i for i, syllable in enumerate(syllables) if text[syllable.start].isupper()]
    found = longest(run for i in capitals for run in exact().names_at(syllables, i))
    # Names that only lost or changed accents, as OCR does: found in a folded view of the same length.
    near: list[Run] = []
    view = _syllables(spelling.fold(text))
    if len(view) == len(syllables):
        taken = {i for start, end, _ in found for i in range(start, end)}
        near = longest(
            run for i in capitals for run in folded().names_at(view, i) if taken.isdisjoint(range(run[0], run[1]))
        )

    def named(run: Run, misread: bool) -> KnownName:
        return KnownName(syllables[run[0]].start, syllables[run[1] - 1].end, run[2], misread)

    names = [*(named(run, False) for run in found), *(named(run, True) for run in near)]
    return tuple(sorted(names, key=lambda name: name.start))


def longest(runs: Iterable[Run]) -> list[Run]:
    """Runs that do not overlap, longer ones first, then earlier ones; in the order of the text."""
    kept: list[Run] = []
    taken: set[int] = set()
    for run in sorted(runs, key=lambda run: (run[0] - run[1], run[0])):
        if run[0] not in taken and run[1] - 1 not in taken:
            kept.append(run)
            taken.update(range(run[0], run[1]))
    return sorted(kept)


def _syllables(text: str) -> list[_Syllable]:
    """Syllables and marks; single spaces between them separate and count for nothing."""
    found: list[_Syllable] = []
    spaced = True  # whether a single space would be a piece of its own
    for piece in PIECE.finditer(text):
        if piece[0] == " " and not spaced:
            spaced = True
            continue
        found.append(_Syllable(piece.start(), piece.end(), piece[0].lower()))
        spaced = False
    return found
