"""Ruled lines of tables: found on a page's image, or taken from a PDF's drawing, and kept where they make a grid.

A page has many strokes that rule no table: the lines under the Quốc hiệu, the edges of a copy, a scanner's streaks, the
frames of stamps. What is kept are strokes that meet others of both directions as the rules of a table do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.reading.engine import Image
from extractor.record import Box

LEAST_UPRIGHT = 3  # rules: two columns
MAX_STROKES = 4000  # a drawing of more is no table of words, and would take long to sort

_POINTS_AN_INCH = 72.0
_LOCAL = 0.2  # inches: the neighbourhood that ink is darker than
_CONTRAST = 18  # grey values by which it is darker
_LEAST_ACROSS = 0.4  # inches: longer than any dash of print
_LEAST_DOWN = 0.2  # inches: a row of one line is higher
_THICKEST = 0.1  # inches: a stroke that is thicker is a blot …
_SLOPE = 0.02  # … unless it is long: scanners shear a page by up to a degree
_GAP = 0.12  # inches: breaks in a stroke up to this are bridged
_HALO = 2  # pixels beside a rule that a scanner's blur darkens
_MEET = 5.0  # points: strokes nearer than this meet
_WIDEST_STAMP = 0.4  # share of the page's width: what is narrower is a stamp or a small frame


def strokes(image: Image, dpi: float) -> list[Box]:
    """Level and upright strokes of an upright, level page image, as boxes in pixels; none where they rule no table."""
    size = max(3, round(_LOCAL * dpi) | 1)
    ink = np.asarray(
        cv2.adaptiveThreshold(image, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, size, _CONTRAST), np.uint8
    )
    upright = _strokes(ink, dpi, across=False)
    if len(upright) < LEAST_UPRIGHT:
        return []  # most pages, in half the time
    return upright + _strokes(ink, dpi, across=True)


def _strokes(ink: NDArray[np.uint8], dpi: float, *, across: bool) -> list[Box]:
    def bar(length: float) -> NDArray[np.uint8]:
        pixels = max(3, round(length * dpi))
        return np.ones((1, pixels) if across else (pixels, 1), np.uint8)

    # A rule that slopes a little steps from one row of pixels to the next: thickened, it stays whole.
    thick = cv2.dilate(ink, np.ones((3, 1) if across else (1, 3), np.uint8))
    least = _LEAST_ACROSS if across else _LEAST_DOWN
    long = cv2.morphologyEx(thick, cv2.MORPH_OPEN, bar(least))
    if not long.any():
        return []
    whole = cv2.morphologyEx(long, cv2.MORPH_CLOSE, bar(_GAP))
    _, _, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=8)
    found: list[Box] = []
    for left, top, width, height, _ in stats[1:].tolist():
        length, thickness = (width, height) if across else (height, width)
        if length >= least * dpi and thickness <= _THICKEST * dpi + _SLOPE * length:
            found.append((float(left), float(top), float(left + width), float(top + height)))
    return found


def without(image: Image, ruled: Sequence[Box]) -> Image:
    """The image with the ink of these strokes (boxes in pixels) painted over, so that it is not read as letters."""
    plain = image.copy()
    height, width = image.shape
    paper = np.uint8(np.median(image))
    for x0, y0, x1, y1 in ruled:
        left, top = max(0, int(x0) - _HALO), max(0, int(y0) - _HALO)
        right, bottom = min(width, round(x1) + _HALO), min(height, round(y1) + _HALO)
        # A stroke's box has room where the stroke slopes; letters that stand there must not be cut. A rule is ink all
        # along, so only what is dark over a stretch along the stroke goes.
        part = plain[top:bottom, left:right]
        if not part.size:
            continue
        level = right - left >= bottom - top
        dark = np.asarray(part < paper - min(_CONTRAST, int(paper)), np.uint8)
        run = np.ones((1, 25) if level else (25, 1), np.uint8)
        rule = cv2.morphologyEx(dark, cv2.MORPH_OPEN, run)
        halo = 2 * _HALO + 1
        mask = cv2.dilate(rule, np.ones((halo, 1) if level else (1, halo), np.uint8))
        part[mask > 0] = paper
    return plain


def grids(found: Iterable[Box], page_width: float) -> tuple[Box, ...]:
    """Of these strokes (boxes in points) those that rule tables: groups of strokes that meet, at least three upright
    ones and two level ones, wider together than a stamp.
    """
    kept = [box for box in found if max(box[2] - box[0], box[3] - box[1]) >= _LEAST_DOWN * _POINTS_AN_INCH]
    if len(kept) < 5 or len(kept) > MAX_STROKES:
        return ()
    boxes = np.asarray(kept, dtype=np.float64)
    level = (boxes[:, 2] - boxes[:, 0]) >= (boxes[:, 3] - boxes[:, 1])
    meets = _meets(boxes, level)
    alive = np.ones(len(kept), dtype=bool)
    while True:  # a stroke that meets only one other rules nothing
        enough = (meets & alive).sum(axis=1) >= 2
        if (alive & ~enough).sum() == 0:
            break
        alive &= enough
    group = np.full(len(kept), -1)
    ruled: list[Box] = []
    for first in np.nonzero(alive)[0]:
        if group[first] >= 0:
            continue
        members, frontier = [], [int(first)]
        group[first] = first
        while frontier:
            at = frontier.pop()
            members.append(at)
            for other in np.nonzero(meets[at] & alive & (group < 0))[0]:
                group[other] = first
                frontier.append(int(other))
        own = boxes[members]
        across = int(level[members].sum())
        wide = float(own[:, 2].max() - own[:, 0].min()) >= _WIDEST_STAMP * page_width
        if wide and across >= 2 and len(members) - across >= LEAST_UPRIGHT:
            ruled += [kept[i] for i in sorted(members)]
    return tuple(ruled)


def _meets(boxes: NDArray[np.float64], level: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each two strokes of different directions touch, within `_MEET`."""
    x0, y0, x1, y1 = boxes.T
    touch: NDArray[np.bool_] = (
        (x0[:, None] <= x1[None, :] + _MEET)
        & (x0[None, :] <= x1[:, None] + _MEET)
        & (y0[:, None] <= y1[None, :] + _MEET)
        & (y0[None, :] <= y1[:, None] + _MEET)
        & (level[:, None] != level[None, :])
    )
    return touch
