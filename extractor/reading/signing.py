"""A second look at the signature block, where seal and pen lie over the signer's title and name.

The block stands to the right of "Nơi nhận". With every coloured stroke taken out, and every black one that is larger than a letter, what is
left there is print: the title and the name that the first look lost under the ink, or took for part of a picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.knowledge.spelling import fold
from extractor.reading.engine import Engine, Image, Recognised
from extractor.record import Box

COLOUR = 60  # saturation (of 255) above which a pixel is ink of a seal or a pen, not print
DARK = 50  # value (of 255) below which even a coloured pixel is print
ABOVE, BELOW = 0.9, 3.2  # inches above and below the first line of "Nơi nhận" that the block takes
TALLEST, WIDEST = 0.3, 0.5  # inches: what is larger in one piece is a stroke of a pen or a seal, not a letter
GAP = 0.3  # inches: a wider gap in a line parts the list of recipients from the signature
EDGE = 0.04  # inches between the list and the block at least
LETTER = (0.07, 0.25)  # inches: the height of a letter of print
MORE = 4.0  # letters that the second look has to read more than the first
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


def without_strokes(image: Image, dpi: int) -> Image:
    """The part of a page with every piece of ink that is larger than a letter painted over."""
    _, ink = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    large = (stats[:, cv2.CC_STAT_HEIGHT] > TALLEST * dpi) | (stats[:, cv2.CC_STAT_WIDTH] > WIDEST * dpi)
    large[0] = False  # the paper
    strokes = cv2.dilate(large[pieces].astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(strokes > 0, np.uint8(255), image)


def look_again(
    words: Sequence[Recognised], print_only: Callable[[], Image], dpi: int, engine: Engine
) -> list[Recognised]:
    """The words with those of the signature block replaced by a second reading, where that one reads more."""
    anchor = _recipients(words)
    if anchor is None:
        return list(words)
    image = print_only()
    rows, columns = image.shape
    reach = max(anchor[2] + 0.2 * dpi, *(x + EDGE * dpi for x in _ends_of_recipients(words, anchor, dpi)))
    left = round(min(max(columns * 0.42, reach), columns * 0.6))
    top, bottom = round(max(0.0, anchor[1] - ABOVE * dpi)), round(min(float(rows), anchor[1] + BELOW * dpi))
    if bottom - top < dpi // 2 or columns - left < dpi:
        return list(words)
    # Lines of the body reach over the block's left edge: only what lies below the last of them is the block's.
    crossing = [w.box[3] for w in words if w.box[0] < left < w.box[2] and top <= w.box[1] <= anchor[1]]
    top = round(max([float(top), *(y + 0.03 * dpi for y in crossing)]))
    block = image[top:bottom, left:]
    cleared = without_strokes(block, dpi)
    again = [w for w in engine.recognise(cleared, dpi) if not _is_scrap(w)]
    for line in _lines_of_print(cleared, dpi):
        if not any(_covers(line, w.box) for w in again):
            again += _read_line(block, line, dpi, engine, max((w.line for w in again), default=0))
    moved = [_shifted(w, left, top) for w in again]
    inside = [w for w in words if w.box[0] >= left and top <= (w.box[1] + w.box[3]) / 2 <= bottom]
    if _letters(moved) <= _letters(inside) + MORE:
        return list(words)
    last = max((w.line for w in words), default=0)
    kept = [w for w in words if w not in inside]
    return kept + [replace(w, line=w.line + last) for w in moved]


def _lines_of_print(cleared: Image, dpi: int) -> list[Box]:
    """Rows of at least four pieces of ink of a letter's size, close to each other, from top to bottom."""
    _, ink = cv2.threshold(cleared, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    letters = [
        (x, y, x + width, y + height)
        for x, y, width, height, _ in stats[1:].tolist()
        if LETTER[0] * dpi < height < LETTER[1] * dpi and width < LETTER[1] * dpi
    ]
    lines: list[list[tuple[int, int, int, int]]] = []
    for letter in sorted(letters):
        for line in lines:
            last = line[-1]
            if abs(last[3] - letter[3]) < 0.05 * dpi and letter[0] - last[2] < GAP * dpi:
                line.append(letter)
                break
        else:
            lines.append([letter])
    rows = [line for line in lines if len(line) >= 4]
    boxes = [(min(c[0] for c in r), min(c[1] for c in r), max(c[2] for c in r), max(c[3] for c in r)) for r in rows]
    return sorted((float(a), float(b), float(c), float(d)) for a, b, c, d in boxes)


def _is_scrap(word: Recognised) -> bool:
    return word.confidence <= 0.3 or (word.confidence < SURE and sum(c.isalpha() for c in word.text) < 3)


def _covers(line: Box, word: Box) -> bool:
    middle = (word[1] + word[3]) / 2
    return line[1] < middle < line[3] and word[0] < line[2] and word[2] > line[0]


def _read_line(block: Image, line: Box, dpi: int, engine: Engine, lines: int) -> list[Recognised]:
    """The words of one line, with what strokes hide to its left and right; none where none is sure."""
    x0, y0 = max(0, round(line[0] - 0.8 * dpi)), max(0, round(line[1] - 0.07 * dpi))
    x1, y1 = round(line[2] + 0.5 * dpi), round(line[3] + 0.05 * dpi)
    strip = np.pad(block[y0:y1, x0:x1], dpi // 10, constant_values=255)
    # Beside a word that is sure the others of the line are words, however doubtful under the ink.
    read = [w for w in engine.recognise(strip, dpi) if sum(c.isalpha() for c in w.text) >= 2]
    if not any(w.confidence >= SURE for w in read):
        return []
    return [replace(_shifted(w, x0 - dpi // 10, y0 - dpi // 10), line=w.line + lines) for w in read]


def _shifted(word: Recognised, right: float, down: float) -> Recognised:
    x0, y0, x1, y1 = word.box
    return replace(word, box=(x0 + right, y0 + down, x1 + right, y1 + down))


def _ends_of_recipients(words: Sequence[Recognised], anchor: Box, dpi: int) -> list[float]:
    """Where the lines of the list below "Nơi nhận" end, each before its first wide gap; a first 0.0, so that there is one."""
    ends = [0.0]
    below = sorted(
        (w for w in words if w.box[1] > anchor[3] and w.box[3] < anchor[3] + BELOW * dpi), key=lambda w: w.line
    )
    for _, own in groupby(below, key=lambda w: w.line):
        line = sorted(own, key=lambda w: w.box[0])
        if line[0].box[0] > anchor[0] + dpi:
            continue
        end = line[0].box[2]
        for word in line[1:]:
            if word.box[0] - end > GAP * dpi:
                break
            end = word.box[2]
        ends.append(end)
    return ends


def _letters(words: Sequence[Recognised]) -> float:
    """How much was surely read: letters of words that have at least two, by probability; scraps count against it."""
    score = 0.0
    for w in words:
        letters = sum(c.isalpha() for c in w.text)
        score += letters * w.confidence if w.confidence >= SURE and letters >= 2 else -1.0
    return score


def _recipients(words: Sequence[Recognised]) -> Box | None:
    """The box of "Nơi nhận" in the left half of the page, the last if there are several."""
    found = None
    width = max((w.box[2] for w in words), default=0.0)
    for first, second in pairwise(words):
        text = fold(first.text + second.text)
        if (text.startswith("noinhan") or fold(first.text).startswith("noinhan")) and first.box[0] < width * 0.4:
            found = (first.box[0], first.box[1], max(first.box[2], second.box[2]), first.box[3])
    return found
