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
GAP = 0.3  # inches: a wider gap parts two lines of one height


def rows(cleared: Image, dpi: int, least: int = 2) -> list[Box]:
    """The lines of print, from top to bottom: rows of at least so many pieces of ink of a letter's height, close to each other.

    A row is 0.35 inches long or longer.
    """
    _, ink = cv2.threshold(cleared, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
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
            if abs(last[3] - letter[3]) < 0.05 * dpi and letter[0] - last[2] < GAP * dpi:
                line.append(letter)
                break
        else:
            lines.append([letter])
    boxes = [
        (min(c[0] for c in r), min(c[1] for c in r), max(c[2] for c in r), max(c[3] for c in r))
        for r in lines
        if len(r) >= least
    ]
    long = [box for box in boxes if box[2] - box[0] > 0.35 * dpi]
    return sorted(((float(a), float(b), float(c), float(d)) for a, b, c, d in long), key=lambda box: box[1])


def apart(lines: Sequence[Box]) -> list[Box]:
    """Lines that lie over each other as one, from top to bottom."""
    merged: list[Box] = []
    for line in sorted(lines, key=lambda box: (box[1] + box[3]) / 2):
        if merged:
            last = merged[-1]
            shared = min(last[3], line[3]) - max(last[1], line[1])
            if shared > 0.5 * min(last[3] - last[1], line[3] - line[1]):
                merged[-1] = (
                    min(last[0], line[0]),
                    min(last[1], line[1]),
                    max(last[2], line[2]),
                    max(last[3], line[3]),
                )
                continue
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


def read(block: Image, lines: Sequence[Box], dpi: int, engine: Engine, zoom: float) -> list[list[Recognised]]:
    """The words of each line, and of what stands a little to its left and right."""
    pad = dpi // 10
    corners = [(max(0, round(line[0] - 0.5 * dpi)), max(0, round(line[1] - 0.08 * dpi))) for line in lines]
    ends = [(round(line[2] + 0.4 * dpi), round(line[3] + 0.06 * dpi)) for line in lines]
    pieces = [block[y0:y1, x0:x1] for (x0, y0), (x1, y1) in zip(corners, ends, strict=True)]
    strips = [clean.scale(np.pad(piece, pad, constant_values=255), zoom) for piece in pieces]
    return [
        [shifted(_shrunk(w, zoom), x0 - pad, y0 - pad) for w in words]
        for words, (x0, y0) in zip(engine.recognise_lines(strips, round(dpi * zoom)), corners, strict=True)
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
