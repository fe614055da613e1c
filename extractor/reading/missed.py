"""Lines of print that recognition passed over: a seal or a stroke that touches a line is taken for a picture, and the line with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from statistics import median

from extractor.reading import lettering, second
from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.syllable import is_syllable
from extractor.record import Box

MANY = 2  # lines passed over: it is worth reading the page in another way
ZOOMS = (1.0, 1.25)
AROUND = 0.03  # inches around a word that are its own
LEAST_LETTERS = 6
LONG, DOUBLE = 3, 1.6  # words of a line, and how many times as high as usual they are where it is two lines
LEAST_SPELT = 0.8  # of these in what may be a word
SURE_CAPITALS = 0.8  # of a word in capitals that is no syllable
LEAST_SURE = 0.45  # mean probability of the words of a line that is believed: of 120 such lines of real scans nearly all were print


def unread(words: Sequence[Recognised], image: Image, dpi: int) -> list[Box]:
    """The lines of print of an upright page that are not among its words, from top to bottom."""
    left = image.copy()
    edge = round(AROUND * dpi)
    for _, line in groupby(sorted(words, key=lambda word: word.line), key=lambda word: word.line):
        own = list(line)
        top, bottom = lettering.extent(own)
        for word in own:
            x0, x1 = round(word.box[0]), round(word.box[2])
            y0, y1 = round(max(word.box[1], top)), round(min(word.box[3], bottom))
            left[y0:y1, max(0, x0 - edge) : x1 + edge] = 255
    return lettering.apart(lettering.rows(left, dpi, LEAST_LETTERS), dpi)


def doubled(words: Sequence[Recognised]) -> list[Recognised]:
    """The words of lines that are nearly twice as high as lines of the page are: two lines, of which the engine has read one."""
    usual = median(word.box[3] - word.box[1] for word in words) if words else 0.0
    by_line: dict[int, list[Recognised]] = {}
    for word in words:
        if _letters(word):
            by_line.setdefault(word.line, []).append(word)
    return [
        word
        for own in by_line.values()
        if len(own) >= LONG and median(w.box[3] - w.box[1] for w in own) > DOUBLE * usual
        for word in own
    ]


def missed(
    words: Sequence[Recognised], lines: Sequence[Box], image: Image, dpi: int, engine: Engine
) -> list[Recognised]:
    """The words on these lines, as far as they are believable, line by line."""
    if not lines:
        return []
    cleared = lettering.without_strokes(image, dpi)
    number = max((word.line for word in words), default=0)
    found: list[Recognised] = []
    readings = [lettering.read(version, lines, dpi, engine, zoom) for zoom in ZOOMS for version in (cleared, image)]
    readings += [second.read(version, lines) for version in (cleared, image)]
    for all_of_it in zip(*readings, strict=True):
        own = [[word for word in read if not any(inside(word.box, known.box) for known in words)] for read in all_of_it]
        fresh = max(map(_without_scraps, own), key=_sure)
        if _is_believable(fresh):
            number += 1
            found += [replace(word, line=number) for word in fresh]
    return found


def inside(box: Box, around: Box) -> bool:
    """Whether the middle of a box lies in another."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return around[0] <= x <= around[2] and around[1] <= y <= around[3]


def _without_scraps(words: list[Recognised]) -> list[Recognised]:
    """A line without what is no word at its ends."""
    while words and not _is_word(words[0]):
        words = words[1:]
    while words and not _is_word(words[-1]):
        words = words[:-1]
    return words


def _is_word(word: Recognised) -> bool:
    letters = _letters(word)
    return (
        is_syllable(letters)
        or (letters.isupper() and word.confidence >= SURE_CAPITALS)
        or word.text.rstrip(".)/").isdecimal()
    )


def _letters(word: Recognised) -> str:
    return "".join(c for c in word.text if c.isalpha())


def _sure(words: Sequence[Recognised]) -> float:
    return lettering.mean(words) if _is_believable(words) else 0.0


def _is_believable(words: Sequence[Recognised]) -> bool:
    said = [letters for word in words if (letters := _letters(word))]
    size = sum(map(len, said))
    spelt = sum(len(letters) for letters in said if is_syllable(letters) or letters.isupper())
    return size >= LEAST_LETTERS and spelt >= LEAST_SPELT * size and lettering.mean(words) >= LEAST_SURE
