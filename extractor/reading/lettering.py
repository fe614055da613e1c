"""Lines of print on the image of an upright page, found by their letters, and read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from extractor.reading import clean
from extractor.reading.engine import Engine, Image, Recognised
from extractor.record import Box

TALLEST, WIDEST = 0.3, 0.5  # inches: what is larger in one piece is a stroke of a pen or a seal, not a letter
LETTER = (0.06, 0.24)  # inches: the height of a letter of print
PAPER = 0.75  # of the paper's brightness: what is brighter is no print
DRIFT = 0.08  # inches: more above or below the first letter, and the row is the rim of a seal
GAP = 0.3  # inches: a wider gap parts two rows of one height
OUTLIERS = 0.2  # of a line's letters: the share that stands in boxes that are too high, above and below
BESIDE = 0.5  # inches: … and parts two lines where a stroke may hide what stands between


def rows(cleared: Image, dpi: int, least: int = 2) -> list[Box]:
    """The lines of print, from top to bottom: rows of ink of a letter's height, at least so many letters, close to each other.

    A row is 0.35 inches long or longer.
    """
    # Where hardly any print is left, the paper itself would be divided in two.
    between, _ = cv2.threshold(cleared, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink = (cleared <= min(between, PAPER * np.median(cleared))).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    letters = [
        (x, y, x + width, y + height)
        for x, y, width, height, area in stats[1:].tolist()
        if LETTER[0] * dpi < height < LETTER[1] * dpi and area > 0.1 * width * height
    ]
    lines: list[list[tuple[int, int, int, int]]] = []
    for letter in sorted(letters):
        for line in lines:
            last = line[-1]
            level = abs(last[3] - letter[3]) < 0.05 * dpi and abs(line[0][3] - letter[3]) < DRIFT * dpi
            if level and letter[0] - last[2] < GAP * dpi:
                line.append(letter)
                break
        else:
            lines.append([letter])
    boxes = [
        (min(c[0] for c in r), min(c[1] for c in r), max(c[2] for c in r), max(c[3] for c in r))
        for r in lines
        if sum(max(1, round((c[2] - c[0]) / (c[3] - c[1]))) for c in r) >= least  # letters may touch
    ]
    long = [box for box in boxes if box[2] - box[0] > 0.35 * dpi]
    return sorted(((float(a), float(b), float(c), float(d)) for a, b, c, d in long), key=lambda box: box[1])


def apart(lines: Sequence[Box], dpi: int) -> list[Box]:
    """Lines that lie over or close beside each other as one, as high as the widest of them, from top to bottom."""
    merged: list[Box] = []
    for line in sorted(lines, key=lambda box: (box[1] + box[3]) / 2):
        for i, known in enumerate(merged):
            shared = min(known[3], line[3]) - max(known[1], line[1])
            between = max(known[0], line[0]) - min(known[2], line[2])
            if shared > 0.5 * min(known[3] - known[1], line[3] - line[1]) and between < BESIDE * dpi:
                wider = max(known, line, key=lambda box: box[2] - box[0])
                merged[i] = (min(known[0], line[0]), wider[1], max(known[2], line[2]), wider[3])
                break
        else:
            merged.append(line)
    return merged


def without_strokes(image: Image, dpi: int) -> Image:
    """The part of a page with every piece of ink that is larger than a letter painted over."""
    _, ink = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width = stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_WIDTH]
    # Letters of a word may touch: as high as a letter and well filled, a wide piece is print still.
    word = (height < LETTER[1] * dpi) & (stats[:, cv2.CC_STAT_AREA] > 0.3 * height * width)
    large = (height > TALLEST * dpi) | ((width > WIDEST * dpi) & ~word)
    large[0] = False  # the paper
    strokes = cv2.dilate(large[pieces].astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(strokes > 0, np.uint8(255), image)


def strip(block: Image, line: Box, dpi: int) -> Image:
    """A line of a block with what stands a little to its left and right."""
    x, y = _corner(line, dpi)
    return block[y : round(line[3] + 0.06 * dpi), x : round(line[2] + 0.4 * dpi)]


def _corner(line: Box, dpi: int) -> tuple[int, int]:
    return max(0, round(line[0] - 0.5 * dpi)), max(0, round(line[1] - 0.08 * dpi))


def read(block: Image, lines: Sequence[Box], dpi: int, engine: Engine, zoom: float) -> list[list[Recognised]]:
    """The words of the strip of each line."""
    pad = dpi // 10
    strips = [clean.scale(np.pad(strip(block, line, dpi), pad, constant_values=255), zoom) for line in lines]
    corners = [_corner(line, dpi) for line in lines]
    return [
        [shifted(_shrunk(w, zoom), x - pad, y - pad) for w in words]
        for words, (x, y) in zip(engine.recognise_lines(strips, round(dpi * zoom)), corners, strict=True)
    ]


def shifted(word: Recognised, right: float, down: float) -> Recognised:
    """The word with its box moved by so many pixels."""
    x0, y0, x1, y1 = word.box
    return replace(word, box=(x0 + right, y0 + down, x1 + right, y1 + down))


def _shrunk(word: Recognised, zoom: float) -> Recognised:
    x0, y0, x1, y1 = word.box
    return replace(word, box=(x0 / zoom, y0 / zoom, x1 / zoom, y1 / zoom))


def mean(words: Sequence[Recognised]) -> float:
    """The mean probability of words; 0 of none."""
    return sum(w.confidence for w in words) / len(words) if words else 0.0


def extent(words: Sequence[Recognised]) -> tuple[float, float]:
    """From which row to which a line reaches: here and there an engine's box of a word takes in a part of other lines."""
    above = [(word.box[1], len(word.text)) for word in words]
    below = [(word.box[3], len(word.text)) for word in words]
    return middling(above, OUTLIERS), middling(below, 1 - OUTLIERS)


def middling(weighted: Sequence[tuple[float, int]], share: float) -> float:
    """The value below which this share of the weight lies."""
    left = share * sum(weight for _, weight in weighted)
    for value, weight in sorted(weighted):
        left -= weight
        if left <= 0:
            return value
    return max(value for value, _ in weighted)
