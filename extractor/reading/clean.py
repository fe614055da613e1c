"""What is done to a page's image before it is recognised: red ink away, scaled, turned, levelled."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.reading.engine import Image

_DARK = 128  # grey value below which a pixel counts as ink
_SHADOW = 0.75  # of the brightest paper: where a fiftieth of it is darker, there is a shadow
_LETTERS = 25  # pixels of 1,000 a side: larger than letters and their strokes
_FAINT = 12  # grey values below the paper's that are more than the grain of a scan
_RED_HUES = (12, 160)  # OpenCV's hue, 0 to 179: below the first or above the second is red to pink
_RED_SATURATION = 60
_SKEW_RANGE = 5.0
_MAX_POINTS = 60_000  # ink pixels that are enough to judge directions by


def grey(picture: NDArray[np.uint8]) -> Image:
    """A grey image of a grey or RGB one, with red ink (seals, incoming stamps) lightened to its red channel."""
    if picture.ndim == 2:
        return picture
    plain = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    red = ((hsv[..., 0] < _RED_HUES[0]) | (hsv[..., 0] > _RED_HUES[1])) & (hsv[..., 1] > _RED_SATURATION)
    return np.where(red, picture[..., 0], plain).astype(np.uint8)


def scale(image: Image, factor: float) -> Image:
    """The image enlarged or shrunk; shrinking averages areas, which also softens a 1-bit scan as recognition likes
    it.
    """
    if abs(factor - 1) < 0.02:
        return image
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=method), dtype=np.uint8)


def turn_quarters(image: Image, degrees: int) -> Image:
    """The image turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, -degrees // 90 % 4))


def turn_slightly(image: Image, degrees: float) -> Image:
    """The image turned clockwise by a few degrees about its centre, its size kept, corners filled with white."""
    height, width = image.shape[:2]
    # OpenCV rotates about pixel centres, counter-clockwise.
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -degrees, 1.0)
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    return np.asarray(turned, dtype=np.uint8)


def share_of_ink(image: Image) -> float:
    """Share of dark pixels inside the page, without its outer twentieth, where scanners leave shadows."""
    inner = _inside(image)
    return float((inner < _DARK).mean()) if inner.size else 0.0


def share_of_faint_ink(image: Image) -> float:
    """Share of pixels inside the page that are a little darker than its paper: fading print, or the other side shining through."""
    inner = _inside(image)
    return float((inner < np.median(inner) - _FAINT).mean()) if inner.size else 0.0


def _inside(image: Image) -> Image:
    height, width = image.shape
    return image[height // 20 : height - height // 20, width // 20 : width - width // 20]


def skew(image: Image) -> float:
    """Degrees clockwise by which a page of text has to be turned for its lines to run level, within ±5; 0.0 if unclear.

    Level lines make the steepest profile of ink over rows; the angle is found from coarse to 0.02 degrees.
    """
    x, y = _ink(image)
    if len(x) < 200:
        return 0.0
    best, step, reach = 0.0, 0.5, _SKEW_RANGE
    while step >= 0.02:
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(angles[int(np.argmax([_steepness(x, y, a) for a in angles]))])
        reach, step = step, step / 5
    return best if _steepness(x, y, best) > 1.02 * _steepness(x, y, 0.0) else 0.0


def is_sideways(image: Image) -> bool:
    """Whether the lines of text seem to run from top to bottom."""
    x, y = _ink(image)
    angles = np.arange(-2.0, 2.01, 0.5)
    return max(_steepness(y, x, a) for a in angles) > 1.3 * max(_steepness(x, y, a) for a in angles)


def _ink(image: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of ink pixels at about 1,000 pixels a side, thinned to a number that is enough."""
    factor = min(1.0, 1000 / max(image.shape))
    small = scale(image, factor)
    small = np.asarray(255 - cv2.subtract(_paper(small), small), dtype=np.uint8)  # the edge of a shadow is no ink
    height, width = small.shape
    threshold, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    y, x = np.nonzero(small < min(threshold, 200))
    keep = (y > height * 0.03) & (y < height * 0.97) & (x > width * 0.03) & (x < width * 0.97)
    y, x = y[keep], x[keep]
    stride = len(x) // _MAX_POINTS + 1
    return x[::stride].astype(np.float64), y[::stride].astype(np.float64)


def in_even_light(image: Image) -> Image:
    """The image with the shadows on its paper lifted; as it is where there are none."""
    factor = min(1.0, 1000 / max(image.shape))
    paper = _paper(scale(image, factor))
    inner = _inside(paper)
    if not inner.size:
        return image
    # Where there is little print, an engine takes the darker part of the paper for ink, and loses what is on it.
    darkest, usual, brightest = np.percentile(inner, (2, 50, 98))
    if darkest > _SHADOW * brightest:
        return image
    height, width = image.shape
    light = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return np.clip(image * (float(usual) / np.maximum(light, 1)), 0, 255).astype(np.uint8)


def without_specks(image: Image) -> Image:
    """The image without what is no larger than a pixel or two: the dust of copies, and the dots that 1-bit scans make of grey."""
    return np.asarray(cv2.medianBlur(image, 3), dtype=np.uint8)


def dust(image: Image) -> float:
    """The share of the ink that is specks: of pages of real scans mostly below 0.15, of bad ones up to 0.35; 0.0 of an empty page."""
    ink = share_of_ink(image)
    return 1 - share_of_ink(without_specks(image)) / ink if ink else 0.0


def _paper(small: Image) -> Image:
    """How bright the paper is at each place of an image of 1,000 pixels a side."""
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_LETTERS, _LETTERS), np.uint8))
    return np.asarray(cv2.blur(closed, (_LETTERS, _LETTERS)), dtype=np.uint8)


def _steepness(x: NDArray[np.float64], y: NDArray[np.float64], degrees: float) -> float:
    angle = np.deg2rad(degrees)
    rows = (y * np.cos(angle) + x * np.sin(angle)).astype(np.int64)
    if not len(rows):
        return 0.0
    profile = np.bincount(rows - rows.min())
    return float(np.square(np.diff(profile)).sum())
