"""A signer's name of which a seal or strokes hide a part: where the whole of it stands, and what its parts are in many readings."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from extractor.knowledge.names import is_of_names, is_surname
from extractor.reading.engine import Recognised

SURE = 0.9  # probability of a part of a name from which it is one
ASKEW = (
    0.3  # inches by which a part of a name reaches further from the middle of the title to one side than to the other
)
LONGEST = 1.7  # inches from a name's middle to its end
APART = 0.25  # inches between two parts of a name at most
LEAST = 3  # parts


def reach(readings: Sequence[Sequence[Recognised]], middle: float, dpi: int) -> tuple[float, float] | None:
    """From where to where a name stands of which these readings show but one side: names stand in the middle below the title."""
    parts = [word for read in readings for word in read if word.confidence >= SURE and _is_part(word)]
    if not parts:
        return None
    before, behind = middle - min(w.box[0] for w in parts), max(w.box[2] for w in parts) - middle
    half = max(before, behind)
    if abs(before - behind) < ASKEW * dpi or half > LONGEST * dpi:
        return None
    return middle - half, middle + half


def pieced(readings: Sequence[Sequence[Recognised]], dpi: int) -> list[Recognised]:
    """The name whose parts these readings of one line show, each the surest there; nothing where they make none."""
    places: list[list[Recognised]] = []
    for word in sorted((word for read in readings for word in read if _is_part(word)), key=lambda word: word.box[0]):
        middle = (word.box[0] + word.box[2]) / 2
        place = next((p for p in places if any(w.box[0] < middle < w.box[2] for w in p)), None)
        if place is None:
            places.append([word])
        else:
            place.append(word)
    name = [max(place, key=lambda word: sum(w.confidence for w in place if w.text == word.text)) for place in places]
    name.sort(key=lambda word: word.box[0])
    if len(name) < LEAST or not is_surname(name[0].text) or max(word.confidence for word in name) < SURE:
        return []
    near = all(b.box[0] - a.box[2] < APART * dpi for a, b in pairwise(name))
    return name if near else []


def _is_part(word: Recognised) -> bool:
    return len(word.text) >= 2 and word.text.istitle() and is_of_names(word.text)
