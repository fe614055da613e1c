"""The rings of a seal taken off the print under them.

A seal of a Vietnamese office is round and some 36 mm wide, with one to four rings (Thông tư 21/2012/TT-BCA), and is stamped so that it covers a third
of the signature to its right: its rings cut through the title and the name. In black and white nothing but its shape tells it from print: circles are
looked for, and what lies where a whole ring lies is filled from beside it, so that a stroke of a letter goes on across.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.reading import clean
from extractor.reading.engine import Image

RADII = (0.55, 0.85)  # inches: of the outer ring; a scan may be of another size than its paper
LOOKED_AT = 100  # dpi at which circles are looked for
CANDIDATES = 3
WHOLE = 0.6  # share of a circle that is ink where it is the outer ring of a seal: .71 to .98 on real scans, .40 of what is none
RING = 0.4  # … where it is a ring at all
INNERMOST = 0.6  # of the outer ring's radius: what lies further in is a coat of arms


class Seal(NamedTuple):
    """A seal's centre in pixels, and the radii at which its rings lie."""

    x: float
    y: float
    rings: tuple[int, ...]


def without_rings(image: Image, dpi: int) -> Image | None:
    """The part of a page without the rings of the seal on it; None where there is no seal."""
    _, ink = cv2.threshold(image, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    seal = _find(image, ink.astype(np.float32), dpi)
    if seal is None:
        return None
    rows, columns = np.indices(image.shape, dtype=np.float32)
    away = np.hypot(columns - seal.x, rows - seal.y)
    ring = np.zeros(image.shape, bool)
    for radius in seal.rings:
        ring |= (away >= radius - 1.5) & (away <= radius + 2)
    covered = ring & (cv2.dilate(ink, np.ones((3, 3), np.uint8)) > 0)
    return np.asarray(cv2.inpaint(image, covered.astype(np.uint8), 3, cv2.INPAINT_TELEA), dtype=np.uint8)


def _find(image: Image, ink: NDArray[np.float32], dpi: int) -> Seal | None:
    factor = LOOKED_AT / dpi
    small = cv2.GaussianBlur(clean.scale(image, factor), (3, 3), 0)
    circles = cv2.HoughCircles(
        small, cv2.HOUGH_GRADIENT, 1.5, LOOKED_AT * 0.4, param1=150, param2=50,
        minRadius=round(RADII[0] * LOOKED_AT), maxRadius=round(RADII[1] * LOOKED_AT),
    )  # fmt: skip
    if circles is None:
        return None
    found = [_centred(ink, x / factor, y / factor, r / factor) for x, y, r in circles[0][:CANDIDATES].tolist()]
    share, seal = max(found, key=lambda pair: pair[0])
    return seal if share >= WHOLE else None


def _centred(ink: NDArray[np.float32], x: float, y: float, radius: float) -> tuple[float, Seal]:
    """How whole the outer ring is about the best centre near by, and the seal there."""
    reach = round(radius * 1.15)
    outer = round(radius * 0.85)

    def profile(x: float, y: float) -> NDArray[np.float32]:
        """The share of ink by distance from a centre."""
        unrolled = cv2.warpPolar(ink, (reach, 360), (x, y), reach, cv2.WARP_FILL_OUTLIERS | cv2.INTER_NEAREST)
        return np.asarray(unrolled.mean(axis=0), dtype=np.float32)

    centre = (x, y)
    for step in (4, 2, 1):
        around = [(centre[0] + step * dx, centre[1] + step * dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        # About its centre a ring's ink lies at few distances.
        centre = max(around, key=lambda at: float(np.square(profile(*at)[outer:]).sum()))
    along = profile(*centre)
    rings = [r for r in np.flatnonzero(along > RING).tolist() if r > INNERMOST * radius]
    whole = cv2.blur(along[outer:, None], (1, 3)).max()
    return float(whole), Seal(*centre, tuple(rings))
