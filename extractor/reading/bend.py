"""How the lines of a page are bent, told from the words on them, and the page with its lines straight.

A page of a bound file, or one that was photographed, rises and falls along its lines, all of them nearly alike. The feet of words that stand
on one line say how: they are fitted by a polynomial across the page that changes slowly down it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.reading.engine import Image, Recognised

Numbers = NDArray[np.float64]

LEAST = 0.06  # inches between the highest and the lowest place of a line from which it is worth the while to straighten a page
MOST = 0.5  # … above which it is no bend of a page
WORDS, ON_A_LINE = 30, 3  # words that a bend is told from, and how many of them on a line, at least
ACROSS, DOWN = 5, 2  # degrees of the polynomial across the page, and of the part of it that changes down the page
MANY = 150  # words from which on it is told how a bend changes down the page
TOLD = 0.35  # of what the feet of words are off their lines, what is left at most when the bend is taken from it
ROUNDS = 3  # of fitting; what lies far off is left out after each
_BELOW = frozenset("gjpqyýỳỷỹỵạặậẹệịọộợụự,;()/|[]{}_@")  # what reaches below the line


@dataclass(frozen=True, slots=True)
class Bend:
    """By how many pixels down each place of a page of this height and width lies from where its line would have it."""

    factors: Numbers
    left: float  # pixels: words were seen from here …
    right: float  # … to here
    height: int
    width: int

    def at(self, x: Numbers, y: Numbers) -> Numbers:
        """The pixels by which these places lie lower."""
        down = len(self.factors) - ACROSS
        return _features(np.clip(x, self.left, self.right), y, self.height, self.width, down) @ self.factors

    def straightened(self, image: Image) -> Image:
        """The page with its lines straight."""
        steps = 16  # pixels: a bend is smooth
        x = np.arange(0, self.width + steps, steps, dtype=np.float64)
        y = np.arange(0, self.height + steps, steps, dtype=np.float64)
        down = self.at(np.tile(x, len(y)), np.repeat(y, len(x))).reshape(len(y), len(x)).astype(np.float32)
        lower = cv2.resize(down, None, fx=steps, fy=steps, interpolation=cv2.INTER_LINEAR)
        # A sample stands in the middle of the square that it is spread over.
        lower = lower[steps // 2 : steps // 2 + self.height, steps // 2 : steps // 2 + self.width]
        rows, columns = np.indices((self.height, self.width), dtype=np.float32)
        straight = cv2.remap(
            image, columns, rows + lower, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
        )
        return np.asarray(straight, dtype=np.uint8)

    def back(self, word: Recognised) -> Recognised:
        """A word of the straightened page where it is on the bent one."""
        x0, y0, x1, y1 = word.box
        lower = float(self.at(np.array([(x0 + x1) / 2]), np.array([(y0 + y1) / 2]))[0])
        return replace(word, box=(x0, y0 + lower, x1, y1 + lower))


def bend_of(words: Sequence[Recognised], image: Image, dpi: int) -> Bend | None:
    """How the lines of an upright page are bent; None where they are straight enough, or too few to tell."""
    height, width = image.shape
    lines = [
        feet
        for _, own in groupby(words, key=lambda w: w.line)
        if len(feet := [w for w in own if w.confidence >= 0.5 and not _BELOW & set(w.text.lower())]) >= ON_A_LINE
    ]
    feet = [w for line in lines for w in line]
    if len(feet) < WORDS:
        return None
    x = np.array([(w.box[0] + w.box[2]) / 2 for w in feet])
    y = np.array([w.box[3] for w in feet])
    line = np.repeat(np.arange(len(lines)), [len(one) for one in lines])
    features = _features(x, y, height, width, DOWN if len(feet) >= MANY else 0)
    kept = np.ones(len(feet), np.bool_)
    factors: Numbers = np.zeros(features.shape[1])
    for _ in range(ROUNDS):
        own, target = _by_line(features, line, kept), _by_line(y[:, None], line, kept)[:, 0]
        factors = np.asarray(np.linalg.lstsq(own[kept], target[kept], rcond=None)[0], np.float64)
        off = np.abs(target - own @ factors)
        kept = off <= max(0.01 * dpi, 3 * float(np.median(off[kept])))
    if np.median(off[kept]) > TOLD * np.median(np.abs(target[kept])):
        return None
    bend = Bend(factors, float(x.min()), float(x.max()), height, width)
    along = np.linspace(bend.left, bend.right, 50)
    depth = max(float(np.ptp(bend.at(along, np.full(50, down)))) for down in np.quantile(y, (0.1, 0.5, 0.9)))
    return bend if LEAST * dpi <= depth <= MOST * dpi else None


def _features(x: Numbers, y: Numbers, height: int, width: int, down: int) -> Numbers:
    powers = [np.polynomial.legendre.Legendre.basis(n)(2 * x / width - 1) for n in range(1, ACROSS + 1)]
    return np.column_stack([*powers, *((2 * y / height - 1) * power for power in powers[:down])])


def _by_line(values: Numbers, line: NDArray[np.int64], kept: NDArray[np.bool_]) -> Numbers:
    """The values without what is common to each line."""
    counts = np.maximum(np.bincount(line[kept], minlength=line.max() + 1), 1)
    means = np.column_stack(
        [np.bincount(line[kept], column[kept], minlength=len(counts)) / counts for column in values.T]
    )
    return values - means[line]
