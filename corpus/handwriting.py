"""Made handwriting: the digits of a number, a day or a month, written by pen into the gap of a printed line, as a strip of a scanned page.

Every digit has several skeletons (allographs), written with random slant, size, jitter, joins and pens. Around the gap stands the print that
surrounds it on real pages: "Số:" … "/CT-UBND", "ngày" … "tháng", "tháng" … "năm". A reader of such strips has to read the pen, or a typed number in
its place, and to pass over the print. Nothing here was copied from a real hand.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from extractor.reading.digits import HEIGHT, STRIP_DPI

Image = NDArray[np.uint8]
Ink = NDArray[np.float32]
Stroke = tuple[tuple[float, float], ...]

# Allographs in a box 0.6 wide and 1 high, y downwards: strokes as the knots of smooth curves.
_ALLOGRAPHS: dict[str, tuple[tuple[Stroke, ...], ...]] = {
    "0": (
        (((0.35, 0.02), (0.1, 0.2), (0.03, 0.6), (0.2, 0.98), (0.45, 0.85), (0.58, 0.4), (0.45, 0.05), (0.3, 0.06)),),
        (((0.3, 0.0), (0.08, 0.25), (0.06, 0.75), (0.3, 1.0), (0.52, 0.75), (0.52, 0.25), (0.3, 0.0), (0.15, 0.1)),),
        (((0.5, 0.12), (0.25, 0.02), (0.05, 0.45), (0.12, 0.92), (0.4, 0.9), (0.58, 0.45), (0.42, 0.06), (0.3, 0.2)),),
        (((0.4, 0.05), (0.12, 0.3), (0.1, 0.8), (0.3, 0.98), (0.48, 0.7), (0.5, 0.3), (0.34, 0.04)),),
    ),
    "1": (
        (((0.12, 0.28), (0.25, 0.17), (0.36, 0.0)), ((0.36, 0.0), (0.34, 0.5), (0.3, 1.0))),
        (((0.3, 0.0), (0.29, 0.5), (0.28, 1.0)),),
        (((0.0, 0.55), (0.2, 0.3), (0.4, 0.0)), ((0.4, 0.0), (0.36, 0.5), (0.32, 1.0))),
        (((-0.05, 0.85), (0.18, 0.45), (0.42, 0.0)), ((0.42, 0.0), (0.38, 0.5), (0.34, 1.0))),
        (((0.0, 0.62), (0.22, 0.4), (0.42, 0.02), (0.38, 0.5), (0.3, 1.0)),),
        (((0.1, 0.25), (0.34, 0.0)), ((0.34, 0.0), (0.33, 1.0)), ((0.12, 1.0), (0.54, 0.99))),
        (((-0.1, 1.0), (0.15, 0.55), (0.4, 0.0)), ((0.4, 0.0), (0.37, 0.5), (0.36, 0.98))),
    ),
    "2": (
        (((0.08, 0.25), (0.22, 0.02), (0.5, 0.1), (0.48, 0.4), (0.25, 0.72), (0.05, 0.96)), ((0.05, 0.96), (0.58, 0.94))),
        (((0.06, 0.3), (0.25, 0.0), (0.5, 0.18), (0.4, 0.5), (0.15, 0.85), (0.02, 0.95), (0.1, 0.8), (0.3, 0.92), (0.62, 0.98)),),
        (((0.2, 0.32), (0.1, 0.18), (0.3, 0.0), (0.5, 0.2), (0.4, 0.55), (0.2, 0.85), (0.05, 0.98), (0.04, 0.82), (0.2, 0.82), (0.42, 0.98), (0.64, 0.9)),),
        (((0.1, 0.2), (0.35, 0.02), (0.52, 0.25), (0.3, 0.65), (0.02, 1.0), (0.3, 0.93), (0.66, 1.02)),),
        (((0.14, 0.3), (0.2, 0.1), (0.42, 0.0), (0.5, 0.22), (0.38, 0.5), (0.1, 0.9), (0.1, 1.0), (0.22, 0.94), (0.18, 0.82), (0.4, 0.95), (0.6, 0.93)),),
    ),
    "3": (
        (((0.08, 0.12), (0.35, 0.0), (0.5, 0.18), (0.38, 0.42), (0.22, 0.46)), ((0.22, 0.46), (0.5, 0.52), (0.54, 0.78), (0.3, 1.0), (0.03, 0.86))),
        (((0.08, 0.04), (0.52, 0.02)), ((0.52, 0.02), (0.38, 0.22), (0.24, 0.4)), ((0.24, 0.4), (0.5, 0.5), (0.55, 0.76), (0.32, 1.0), (0.02, 0.9))),
        (((0.1, 0.1), (0.4, 0.02), (0.48, 0.25), (0.3, 0.48), (0.22, 0.42), (0.32, 0.46), (0.54, 0.66), (0.4, 0.96), (0.04, 0.92)),),
        (((0.12, 0.16), (0.3, 0.0), (0.46, 0.16), (0.3, 0.44), (0.5, 0.62), (0.44, 0.9), (0.2, 1.02), (0.0, 0.9)),),
    ),
    "4": (
        (((0.34, 0.0), (0.2, 0.32), (0.03, 0.66)), ((0.03, 0.66), (0.58, 0.62)), ((0.42, 0.36), (0.4, 0.7), (0.36, 1.05))),
        (((0.44, 0.0), (0.24, 0.35), (0.02, 0.68)), ((0.02, 0.68), (0.6, 0.66)), ((0.44, 0.0), (0.42, 0.5), (0.4, 1.0))),
        (((0.1, 0.05), (0.06, 0.3), (0.08, 0.52), (0.5, 0.5)), ((0.5, 0.05), (0.47, 0.5), (0.44, 1.1))),
        (((0.3, 0.0), (0.02, 0.6), (0.3, 0.62), (0.7, 0.52)), ((0.48, 0.25), (0.4, 0.65), (0.3, 1.08))),
        (((0.12, 0.0), (0.08, 0.4), (0.2, 0.55), (0.46, 0.45), (0.5, 0.1)), ((0.5, 0.1), (0.48, 0.6), (0.46, 1.05))),
        (((0.38, 0.05), (0.05, 0.7), (0.1, 0.72), (0.62, 0.6)), ((0.5, 0.3), (0.38, 1.0))),
    ),
    "5": (
        (((0.16, 0.05), (0.12, 0.25), (0.08, 0.46)), ((0.08, 0.46), (0.35, 0.38), (0.54, 0.6), (0.42, 0.92), (0.05, 0.94)), ((0.15, 0.06), (0.54, 0.02))),
        (((0.55, 0.03), (0.16, 0.04)), ((0.16, 0.04), (0.1, 0.42)), ((0.1, 0.42), (0.4, 0.38), (0.56, 0.65), (0.4, 0.97), (0.03, 0.9))),
        (((0.2, 0.1), (0.14, 0.45)), ((0.14, 0.45), (0.38, 0.42), (0.5, 0.64), (0.36, 0.96), (0.04, 0.94)), ((0.2, 0.08), (0.5, 0.02), (0.8, -0.1))),
        (((0.2, 0.05), (0.15, 0.4), (0.4, 0.5), (0.45, 0.8), (0.2, 1.0), (0.02, 0.92)), ((0.18, 0.08), (0.62, 0.0))),
    ),
    "6": (
        (((0.46, 0.0), (0.18, 0.3), (0.06, 0.7), (0.22, 0.98), (0.48, 0.86), (0.46, 0.6), (0.22, 0.56), (0.08, 0.74)),),
        (((0.32, 0.0), (0.12, 0.4), (0.08, 0.8), (0.28, 1.0), (0.5, 0.82), (0.36, 0.58), (0.1, 0.72)),),
        (((0.5, 0.08), (0.38, 0.0), (0.14, 0.3), (0.05, 0.72), (0.24, 1.0), (0.5, 0.8), (0.4, 0.54), (0.12, 0.66)),),
    ),
    "7": (
        (((0.04, 0.06), (0.56, 0.03)), ((0.56, 0.03), (0.38, 0.45), (0.22, 1.0)), ((0.18, 0.5), (0.52, 0.47))),
        (((0.04, 0.06), (0.56, 0.03)), ((0.56, 0.03), (0.38, 0.45), (0.22, 1.0))),
        (((0.06, 0.2), (0.08, 0.05), (0.56, 0.04)), ((0.56, 0.04), (0.4, 0.4), (0.26, 1.02)), ((0.12, 0.52), (0.6, 0.46))),
        (((0.02, 0.12), (0.18, 0.04), (0.34, 0.1), (0.58, 0.0)), ((0.58, 0.0), (0.36, 0.5), (0.24, 1.0)), ((0.1, 0.5), (0.64, 0.42))),
        (((0.1, 0.06), (0.5, 0.04), (0.46, 0.4), (0.36, 1.0)), ((0.2, 0.55), (0.62, 0.5))),
        (((0.2, 0.22), (0.5, 0.02)), ((0.5, 0.02), (0.36, 0.5), (0.26, 1.0)), ((0.1, 0.42), (0.68, 0.36))),
    ),
    "8": (
        (((0.45, 0.1), (0.2, 0.02), (0.12, 0.24), (0.4, 0.5), (0.5, 0.8), (0.25, 1.0), (0.06, 0.8), (0.25, 0.5), (0.48, 0.25), (0.45, 0.1)),),
        (((0.56, 0.04), (0.28, 0.02), (0.16, 0.22), (0.4, 0.52), (0.44, 0.84), (0.2, 1.0), (0.08, 0.8), (0.3, 0.46), (0.6, 0.02)),),
        (((0.3, 0.46), (0.12, 0.25), (0.3, 0.0), (0.48, 0.22), (0.3, 0.46), (0.1, 0.75), (0.3, 1.0), (0.52, 0.74), (0.3, 0.46)),),
        (((0.5, 0.16), (0.34, 0.0), (0.2, 0.18), (0.34, 0.44), (0.4, 0.76), (0.2, 0.98), (0.06, 0.78), (0.2, 0.52), (0.5, 0.2)),),
    ),
    "9": (
        (((0.5, 0.2), (0.25, 0.02), (0.08, 0.24), (0.22, 0.46), (0.46, 0.36), (0.52, 0.12)), ((0.52, 0.12), (0.5, 0.6), (0.34, 1.02))),
        (((0.5, 0.16), (0.24, 0.02), (0.08, 0.28), (0.28, 0.48), (0.5, 0.2)), ((0.5, 0.12), (0.5, 0.65), (0.36, 1.0), (0.08, 0.96))),
        (((0.48, 0.1), (0.2, 0.06), (0.1, 0.34), (0.32, 0.44), (0.5, 0.14), (0.46, 0.6), (0.4, 1.0)),),
        (((0.5, 0.14), (0.28, 0.0), (0.1, 0.2), (0.2, 0.44), (0.46, 0.3), (0.52, 0.1), (0.5, 0.55), (0.4, 0.9), (0.15, 1.04), (0.05, 0.9)),),
    ),
}  # fmt: skip

_FACES = {"roman": "Tinos-Regular", "bold": "Tinos-Bold", "italic": "Tinos-Italic"}
_SYMBOLS = (
    "CT-UBND", "QĐ-UBND", "KH-UBND", "BC-UBND", "TTr-UBND", "CT-TTg", "QĐ-TTg", "CT-BCT", "QĐ-SYT", "SNV-CCHC", "TB-VP", "CĐ-UBND", "2024/TT-BCT", "2019/QĐ-UBND", "UBND-VX", "GM-STC", "SYT-NVY", "CV-BCĐ",
)  # fmt: skip
_FINE = 3  # strokes are drawn this many times larger and averaged down
_MM = STRIP_DPI / 25.4  # pixels of a strip


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip of a line, HEIGHT pixels high, 0 black to 255 white, the digits that stand in its gap, and the columns of their middles."""

    image: Image
    digits: str
    middles: tuple[float, ...]


def strip(rng: np.random.Generator) -> Strip:
    """A made strip: pen or type in the gap, or nothing, and what a scanner makes of it."""
    kind = rng.choice(["number", "day", "month"], p=[0.45, 0.4, 0.15])
    digits = _digits(str(kind), rng)
    before, after = _surroundings(str(kind), rng)
    size = rng.uniform(12.3, 14.6) * STRIP_DPI / 72
    face = ("bold" if rng.random() < 0.12 else "roman") if kind == "number" else "italic"
    baseline = HEIGHT / 2 + size * 0.24 + rng.uniform(-2, 2)
    style = rng.random()
    if style < 0.06:
        digits, ink, middles = "", np.zeros((HEIGHT, max(4, round(rng.uniform(1, 14) * _MM))), np.float32), []
    elif style < 0.20:
        ink = _printed(digits, face, size, baseline)
        middles = [(i + 0.5) * ink.shape[1] / len(digits) for i in range(len(digits))]
    else:
        ink, middles = _written(digits, baseline, rng)
    left, right = _printed(before, face, size, baseline), _printed(after, face, size, baseline)
    # How much of the print beside the gap is on the strip, and how close the pen comes to it.
    left = left[:, max(0, left.shape[1] - round(rng.triangular(0, 3, 12) * _MM)) :]
    right = right[:, : round(rng.triangular(0, 3, 12) * _MM)]
    near, far = (rng.choice([rng.uniform(-0.8, 0.6), rng.triangular(0.6, 0.6, 7)]) * _MM for _ in range(2))
    width = max(16, round(left.shape[1] + near + ink.shape[1] + far + right.shape[1]))
    page = np.zeros((HEIGHT, width), np.float32)
    dark = rng.uniform(0.75, 1.0)
    _lay(page, left, 0, dark)
    _lay(page, right, width - right.shape[1], dark)
    _lay(page, ink, round(left.shape[1] + near), rng.uniform(0.5, 1.0) if style >= 0.20 else dark)
    if rng.random() < 0.12:
        _rule(page, left.shape[1], width - right.shape[1], baseline, rng)
    start = round(left.shape[1] + near)
    return Strip(_scanned(page, rng), digits, tuple(start + m for m in middles))


def _digits(kind: str, rng: np.random.Generator) -> str:
    if kind == "number":
        count = int(rng.choice([1, 2, 3, 4], p=[0.08, 0.42, 0.26, 0.24]))
        text = str(rng.integers(0, 10**count))
        return text.zfill(2 if count > 1 or rng.random() < 0.7 else 1)
    text = str(rng.integers(1, 32 if kind == "day" else 13))
    return text.zfill(2) if rng.random() < 0.8 else text


def _surroundings(kind: str, rng: np.random.Generator) -> tuple[str, str]:
    if kind == "number":
        return str(rng.choice(["Số:", "Số: ", "Số :", "Số", "SỐ:"])), "/" + str(rng.choice(_SYMBOLS))
    return ("ngày", "tháng") if kind == "day" else ("tháng", "năm")


def _written(digits: str, baseline: float, rng: np.random.Generator) -> tuple[Ink, list[float]]:
    """The digits by one hand with one pen, and the columns of their middles."""
    height = rng.uniform(2.4, 5.8) * _MM
    pen = float(np.clip(rng.uniform(0.25, 0.9) * _MM, 1.0, 0.18 * height))
    slant, stretch = rng.uniform(-0.1, 0.5), rng.uniform(0.65, 1.25)
    spread = rng.uniform(-0.12, 0.28)
    wobble = rng.uniform(0.008, 0.035)
    pressed = rng.random() < 0.4
    strokes: list[NDArray[np.float64]] = []
    x, last = 0.0, None
    middles: list[float] = []
    for digit in digits:
        shapes = _ALLOGRAPHS[digit]
        size, lift = rng.uniform(0.82, 1.12), rng.uniform(-0.08, 0.08)
        turn = rng.normal(0, 0.07)
        own: list[NDArray[np.float64]] = []
        for stroke in shapes[int(rng.integers(len(shapes)))]:
            points = np.asarray(stroke) + rng.normal(0, wobble, (len(stroke), 2))
            points = (points - (0.3, 0.5)) * (stretch * rng.uniform(0.88, 1.12), 1.0) * size
            points = points @ np.asarray([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
            points[:, 0] -= slant * points[:, 1]
            points[:, 1] += lift
            own.append(points)
        leftmost = min(p[:, 0].min() for p in own)
        rightmost = max(p[:, 0].max() for p in own)
        shift = np.asarray((x - leftmost, 0.0))
        moved = [p + shift for p in own]
        if last is not None and rng.random() < 0.1:
            strokes.append(np.asarray([last, moved[0][0]]))
        strokes += moved
        last = moved[-1][-1]
        middles.append(x + (rightmost - leftmost) / 2)
        x += rightmost - leftmost + spread + rng.normal(0, 0.05) + (0.12 if digit == "1" else 0.0)
    everything = np.vstack(strokes)
    low, high = everything.min(axis=0), everything.max(axis=0)
    margin = pen + 1
    middle = float(np.clip(baseline - 0.42 * height * rng.uniform(0.55, 1.2), 0.45 * height, HEIGHT - 0.45 * height))
    width = (high[0] - low[0]) * height + 2 * margin
    canvas = np.zeros((HEIGHT * _FINE, max(4, math.ceil(width)) * _FINE), np.uint8)
    for points in strokes:
        placed = _smooth(points) if len(points) > 2 else points
        pixels = np.column_stack([(placed[:, 0] - low[0]) * height + margin, placed[:, 1] * height + middle])
        _pen(canvas, pixels * _FINE, pen * _FINE, rng, pressed=pressed)
    small = cv2.resize(canvas, (canvas.shape[1] // _FINE, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small / 255, np.float32), [(m - low[0]) * height + margin for m in middles]


def _pen(canvas: Image, points: NDArray[np.float64], width: float, rng: np.random.Generator, *, pressed: bool) -> None:
    fine = np.round(points * 8).astype(np.int32)
    if not pressed:
        cv2.polylines(canvas, [fine], False, 255, max(1, round(width)), cv2.LINE_AA, 3)
        return
    count = len(fine)
    pressure = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, 4), rng.uniform(0.55, 1.3, 4))
    for i in range(count - 1):
        start, end = fine[i].tolist(), fine[i + 1].tolist()
        cv2.line(canvas, start, end, 255, max(1, round(width * pressure[i])), cv2.LINE_AA, 3)


def _smooth(points: NDArray[np.float64], steps: int = 6) -> NDArray[np.float64]:
    """A Catmull-Rom curve through the points."""
    ext = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(ext, ext[1:], ext[2:], ext[3:], strict=False)
    ]
    return np.vstack([*pieces, points[-1:]])


def _printed(text: str, face: str, size: float, baseline: float) -> Ink:
    """The text in type; as wide as it is, HEIGHT high."""
    glyphs = _glyphs(text, face, round(size * 2))
    small = cv2.resize(glyphs, (max(1, glyphs.shape[1] // 4), glyphs.shape[0] // 4), interpolation=cv2.INTER_AREA)
    ink = np.zeros((HEIGHT, small.shape[1]), np.float32)
    top = round(baseline) - 2 * HEIGHT // 2
    y0, y1 = max(0, top), min(HEIGHT, top + small.shape[0])
    ink[y0:y1] = small[y0 - top : y1 - top]
    return ink


@functools.lru_cache(maxsize=4096)
def _glyphs(text: str, face: str, half: int) -> Ink:
    """The text at four times a strip's size, its baseline four HEIGHTs below the top."""
    font = _font(_FACES[face], half * 2)
    canvas = PillowImage.new("L", (max(4, round(font.getlength(text)) + 8), HEIGHT * 6), 0)
    ImageDraw.Draw(canvas).text((4, HEIGHT * 4), text, fill=255, font=font, anchor="ls")
    return np.asarray(np.asarray(canvas) / 255, np.float32)


@functools.lru_cache(maxsize=256)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Raises OSError where the system has no such font."""
    return ImageFont.truetype(f"{name}.ttf", size)


def _lay(page: Ink, ink: Ink, left: int, dark: float) -> None:
    x0, x1 = max(0, left), min(page.shape[1], left + ink.shape[1])
    if x0 < x1:
        part = page[:, x0:x1]
        np.maximum(part, ink[:, x0 - left : x1 - left] * dark, out=part)


def _rule(page: Ink, left: int, right: int, baseline: float, rng: np.random.Generator) -> None:
    """The dots or the line that some forms print below what is to be written."""
    y = min(HEIGHT - 2, round(baseline + rng.uniform(-1, 2)))
    if rng.random() < 0.6:
        page[y, max(0, left) : max(0, right) : int(rng.integers(3, 7))] = rng.uniform(0.5, 1)
    else:
        page[y, max(0, left) : max(0, right)] = rng.uniform(0.5, 1)


def _scanned(ink: Ink, rng: np.random.Generator) -> Image:
    """What a scanner makes of ink on paper: low resolution, blur, noise, specks, fading, one bit."""
    height, width = ink.shape
    if rng.random() < 0.35:
        factor = rng.uniform(0.8, 1.0)
        small = cv2.resize(ink, (max(4, round(width * factor)), round(height * factor)), interpolation=cv2.INTER_AREA)
        if rng.random() < 0.5:
            small = (small > rng.uniform(0.3, 0.55) * max(0.7, small.max())).astype(np.float32)
        ink = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    if rng.random() < 0.4:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 0.8)), np.float32)
    if rng.random() < 0.35:
        grain = cv2.resize(rng.uniform(-0.12, 0.12, (height // 2, width // 2 + 1)).astype(np.float32), (width, height))
        ink = (np.clip(ink / max(0.7, ink.max()) + grain, 0, 1) > rng.uniform(0.3, 0.55)).astype(np.float32)
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), 0.5), np.float32)
    paper, black = rng.uniform(0.8, 1.0), rng.uniform(0.0, 0.35)
    page = paper - np.clip(ink, 0, 1) * (paper - black)
    page += rng.normal(0, rng.uniform(0, 0.05), page.shape)
    for _ in range(int(rng.poisson(0.5))):
        y, x, r = int(rng.integers(height)), int(rng.integers(width)), 1 + int(rng.random() < 0.3)
        page[y : y + r, x : x + r] = black
    if rng.random() < 0.06:  # a rule of the letterhead, above or below
        page[int(rng.choice([rng.integers(0, 4), rng.integers(height - 4, height)]))] = black
    return np.asarray(np.clip(page, 0, 1) * 255, np.uint8)
