"""A second look at the signature block of a colour scan, where seal and pen lie over the signer's title and name.

The block stands to the right of "Nơi nhận". With every coloured stroke taken out, what is left there is print: the title and the name that
the first look lost under red and blue ink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.knowledge.spelling import fold
from extractor.reading.engine import Engine, Image, Recognised

COLOUR = 60  # saturation (of 255) above which a pixel is ink of a seal or a pen, not print
DARK = 50  # value (of 255) below which even a coloured pixel is print
ABOVE, BELOW = 0.9, 3.2  # inches above and below the first line of "Nơi nhận" that the block takes
SURE = 0.6  # probability from which a word counts as read


def without_ink(picture: NDArray[np.uint8]) -> Image | None:
    """The page in grey with coloured strokes painted over; None for a page without colour."""
    if picture.ndim != 3:
        return None
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    ink = (hsv[..., 1] > COLOUR) & (hsv[..., 2] > DARK)
    if not 0.0002 < float(ink.mean()) < 0.2:
        return None
    # Strokes have pale rims: what touches ink goes with it.
    rim = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & (hsv[..., 2] > 110)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    grey[ink | rim] = 255
    return np.asarray(grey, dtype=np.uint8)


def look_again(
    words: Sequence[Recognised], print_only: Callable[[], Image], dpi: int, engine: Engine
) -> list[Recognised]:
    """The words with those of the signature block replaced by a second reading, where that one reads more."""
    anchor = _recipients(words)
    if anchor is None:
        return list(words)
    image = print_only()
    rows, columns = image.shape
    left = round(max(columns * 0.42, min(anchor[2] + 0.25 * dpi, columns * 0.55)))
    top, bottom = round(max(0.0, anchor[1] - ABOVE * dpi)), round(min(float(rows), anchor[1] + BELOW * dpi))
    if bottom - top < dpi // 2 or columns - left < dpi:
        return list(words)
    # Lines of the body reach over the block's left edge: only what lies below the last of them is the block's.
    crossing = [w.box[3] for w in words if w.box[0] < left < w.box[2] and top <= w.box[1] <= anchor[1]]
    top = round(max([float(top), *(y + 0.03 * dpi for y in crossing)]))
    again = engine.recognise(np.ascontiguousarray(image[top:bottom, left:]), dpi)
    moved = [
        replace(w, box=(w.box[0] + left, w.box[1] + top, w.box[2] + left, w.box[3] + top))
        for w in again
        if w.confidence > 0.3
    ]
    inside = [w for w in words if w.box[0] >= left and top <= (w.box[1] + w.box[3]) / 2 <= bottom]
    if _letters(moved) <= _letters(inside):
        return list(words)
    last = max((w.line for w in words), default=0)
    kept = [w for w in words if w not in inside]
    return kept + [replace(w, line=w.line + last) for w in moved]


def _letters(words: Sequence[Recognised]) -> float:
    """How much was surely read: letters of words that have at least two, by probability; scraps count against it."""
    score = 0.0
    for w in words:
        letters = sum(c.isalpha() for c in w.text)
        score += letters * w.confidence if w.confidence >= SURE and letters >= 2 else -1.0
    return score


def _recipients(words: Sequence[Recognised]) -> tuple[float, float, float, float] | None:
    """The box of "Nơi nhận" in the left half of the page, the last if there are several."""
    found = None
    width = max((w.box[2] for w in words), default=0.0)
    for first, second in pairwise(words):
        text = fold(first.text + second.text)
        if (text.startswith("noinhan") or fold(first.text).startswith("noinhan")) and first.box[0] < width * 0.4:
            found = (first.box[0], first.box[1], max(first.box[2], second.box[2]), first.box[3])
    return found
