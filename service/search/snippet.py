"""The part of a text that shows why it was found, with what was asked marked in it: ranges, no markup."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from service.search.analysis import Syllable, syllables

WIDTH = 240  # characters, about
_BEFORE = 60  # of them before the first mark

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """`start` is its place in the whole text; `marks` are ranges of `text`."""

    text: str
    start: int
    marks: Sequence[Range]
    cut_before: bool
    cut_behind: bool


def marked(text: str, wanted: Sequence[tuple[tuple[str, ...], ...]]) -> list[tuple[int, Range]]:
    """Where each part of what is wanted stands: its number among the parts, and the characters, in order, none within another.

    A part is runs of folded syllables, any of which is it; a syllable that ends with "*" is any that begins so.
    """
    found = syllables(text)
    places: list[tuple[int, Range]] = []
    for number, runs in enumerate(wanted):
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for run in runs:
            by_first.setdefault(run[0], []).append(run)
        prefixes = [run[0][:-1] for run in runs if run[0].endswith("*")]
        for n, syllable in enumerate(found):
            if any(syllable.folded.startswith(begin) for begin in prefixes):
                places.append((number, (syllable.start, syllable.end)))
            for run in by_first.get(syllable.folded, ()):
                if _stands(found, n, run):
                    places.append((number, (syllable.start, found[n + len(run) - 1].end)))
                    break
    return _outer(places)


def _stands(found: Sequence[Syllable], n: int, run: tuple[str, ...]) -> bool:
    return len(found) - n >= len(run) and all(found[n + k].folded == said for k, said in enumerate(run))


def _outer(places: list[tuple[int, Range]]) -> list[tuple[int, Range]]:
    kept: list[tuple[int, Range]] = []
    for number, (start, end) in sorted(places, key=lambda one: (one[1][0], -one[1][1])):
        if not kept or start >= kept[-1][1][1]:
            kept.append((number, (start, end)))
    return kept


def snippet(text: str, wanted: Sequence[tuple[tuple[str, ...], ...]], width: int = WIDTH) -> Snippet:
    """The stretch that has most of the parts that are wanted; the beginning where none is in it."""
    places = marked(text, wanted)
    starts = [start for _, (start, _) in places]
    best, most = 0, (0, 0)
    for n, (_, (start, _)) in enumerate(places):
        end = bisect_left(starts, start + width - _BEFORE)
        parts = len({number for number, _ in places[n:end]})
        if (parts, end - n) > most:
            best, most = start, (parts, end - n)
    start = _word_start(text, max(0, best - _BEFORE)) if best > _BEFORE else 0
    end = min(len(text), start + width)
    while end < len(text) and not text[end].isspace() and end - start < width + 20:
        end += 1
    shown = [(max(a, start) - start, min(b, end) - start) for _, (a, b) in places if a < end and b > start]
    return Snippet(text[start:end], start, shown, start > 0, end < len(text))


def _word_start(text: str, place: int) -> int:
    while place > 0 and not text[place - 1].isspace():
        place -= 1
    return place
