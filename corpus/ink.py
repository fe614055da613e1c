"""What a hand and a seal leave on a typeset page: handwritten digits, a signature, a round seal.

Ink multiplies with the paper, so print shows through a seal as it does on real pages. Masks are float arrays in [0, 1]
(1 is full ink), images are uint8 arrays (height, width, 3) in RGB.
"""

from __future__ import annotations

import functools
import io
import math

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

Image = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Point = tuple[float, float]

PEN_BLUE = (28, 46, 140)
SEAL_RED = (205, 32, 44)
SEAL_MM = 36.0
_FINE = 4  # strokes are drawn this many times larger and averaged down

# Strokes of the digits in a box 0.6 wide and 1 high, y downwards.
_DIGITS: dict[str, tuple[tuple[Point, ...], ...]] = {
    "0": (((0.35, 0.02), (0.1, 0.2), (0.03, 0.6), (0.2, 0.98), (0.45, 0.85), (0.58, 0.4), (0.45, 0.05), (0.3, 0.06)),),
    "1": (((0.12, 0.28), (0.25, 0.17), (0.36, 0.0)), ((0.36, 0.0), (0.34, 0.5), (0.3, 1.0))),
    "2": (((0.08, 0.25), (0.22, 0.02), (0.5, 0.1), (0.48, 0.4), (0.25, 0.72), (0.05, 0.96)),
          ((0.05, 0.96), (0.58, 0.94))),
    "3": (((0.08, 0.12), (0.35, 0.0), (0.5, 0.18), (0.38, 0.42), (0.22, 0.46)),
          ((0.22, 0.46), (0.5, 0.52), (0.54, 0.78), (0.3, 1.0), (0.03, 0.86))),
    "4": (((0.34, 0.0), (0.2, 0.32), (0.03, 0.66)), ((0.03, 0.66), (0.58, 0.62)),
          ((0.42, 0.36), (0.4, 0.7), (0.36, 1.05))),
    "5": (((0.16, 0.05), (0.12, 0.25), (0.08, 0.46)),
          ((0.08, 0.46), (0.35, 0.38), (0.54, 0.6), (0.42, 0.92), (0.05, 0.94)), ((0.15, 0.06), (0.54, 0.02))),
    "6": (((0.46, 0.0), (0.18, 0.3), (0.06, 0.7), (0.22, 0.98), (0.48, 0.86), (0.46, 0.6), (0.22, 0.56),
           (0.08, 0.74)),),
    "7": (((0.04, 0.06), (0.56, 0.03)), ((0.56, 0.03), (0.38, 0.45), (0.22, 1.0)), ((0.18, 0.5), (0.52, 0.47))),
    "8": (((0.45, 0.1), (0.2, 0.02), (0.12, 0.24), (0.4, 0.5), (0.5, 0.8), (0.25, 1.0), (0.06, 0.8), (0.25, 0.5),
           (0.48, 0.25), (0.45, 0.1)),),
    "9": (((0.5, 0.2), (0.25, 0.02), (0.08, 0.24), (0.22, 0.46), (0.46, 0.36), (0.52, 0.12)),
          ((0.52, 0.12), (0.5, 0.6), (0.34, 1.02))),
}  # fmt: skip


def write(digits: str, height: float, rng: np.random.Generator) -> Mask:
    """A mask of these digits written with a pen; `height` of a digit in pixels. What is no digit is left out."""
    pad = 0.35
    advance = rng.uniform(0.62, 0.78)
    slant = rng.uniform(0.05, 0.3)
    pen = rng.uniform(0.055, 0.085) * height
    canvas = _canvas((len(digits) * advance + 2 * pad + 0.4) * height, (1 + 2 * pad) * height)
    for i, digit in enumerate(digits):
        size, lift = rng.uniform(0.88, 1.08), rng.uniform(-0.07, 0.07)
        for stroke in _DIGITS.get(digit, ()):
            points = np.asarray(stroke) + rng.normal(0, 0.018, (len(stroke), 2))
            points = points * size
            points[:, 0] += slant * (1 - points[:, 1]) + i * advance + pad
            points[:, 1] += lift + pad
            _pen(canvas, _smooth(points) * height, pen, rng)
    return _fine(canvas)


def sign(width: float, height: float, rng: np.random.Generator) -> Mask:
    """A mask of a signature: a tall loop, a run of ever smaller loops, and a flourish below. Sizes in pixels."""
    canvas = _canvas(width, height)
    pen = max(1.4, 0.018 * width)
    loops = int(rng.integers(4, 7))
    knots: list[Point] = [
        (0.1, 0.7),
        (0.16 + rng.uniform(0, 0.05), 0.08 + rng.uniform(0, 0.08)),
        (0.26, 0.3),
        (0.12, 0.82),
    ]
    x = 0.24
    for i in range(loops):
        tall = (1 - i / loops) * rng.uniform(0.18, 0.34)
        step = rng.uniform(0.06, 0.1)
        knots += [
            (x + step, 0.52 - tall),
            (x + 1.5 * step, 0.5),
            (x + 0.55 * step, 0.58 + tall * rng.uniform(0.3, 0.7)),
        ]
        x += step
    knots += [(min(0.97, x + 0.25), 0.4 + rng.uniform(-0.1, 0.1))]
    _pen(canvas, _smooth(np.asarray(knots)) * (width, height), pen, rng)
    dip = rng.uniform(0.78, 0.92)
    under = [(min(0.93, x + 0.2), 0.5), (0.55, dip - 0.12), (0.2, dip), (0.5, dip - 0.04), (0.88, dip - 0.1)]
    _pen(canvas, _smooth(np.asarray(under)) * (width, height), pen * 0.8, rng)
    return _fine(canvas)


def seal(diameter: float, rng: np.random.Generator, text: str = "VĂN BẢN MẪU") -> Mask:
    """A mask of a round seal with a star and a text on its ring, unevenly inked and a bit turned. Size in pixels."""
    side = max(8, round(diameter))
    clean = cv2.resize(_seal_plate(text), (side, side), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-14, 14), 1.0)
    turned = cv2.warpAffine(clean, turn, (side, side), flags=cv2.INTER_LINEAR)
    patches = cv2.resize(rng.uniform(0.55, 1.0, (6, 6)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    grain = rng.uniform(0.85, 1.0, (side, side)).astype(np.float32)
    return np.asarray(np.clip(turned * patches * grain, 0, 1), np.float32)


def press(image: Image, mask: Mask, colour: tuple[int, int, int], centre: Point) -> tuple[float, float, float, float]:
    """Lays ink on the image, in place, with the mask's centre at this point. The inked box in pixels comes back."""
    height, width = mask.shape
    left, top = round(centre[0] - width / 2), round(centre[1] - height / 2)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(image.shape[1], left + width), min(image.shape[0], top + height)
    if x0 >= x1 or y0 >= y1:
        return (centre[0], centre[1], centre[0], centre[1])
    part = mask[y0 - top : y1 - top, x0 - left : x1 - left, None]
    through = 1 - part * (1 - np.asarray(colour, np.float32) / 255)
    image[y0:y1, x0:x1] = np.round(image[y0:y1, x0:x1] * through).astype(np.uint8)
    rows, columns = np.nonzero(part[:, :, 0] > 0.25)
    if not len(rows):
        return (float(x0), float(y0), float(x1), float(y1))
    return (
        float(x0 + columns.min()),
        float(y0 + rows.min()),
        float(x0 + columns.max() + 1),
        float(y0 + rows.max() + 1),
    )


@functools.cache
def _seal_plate(text: str) -> Mask:
    """The clean seal, 800 pixels wide. weasyprint sets the letters one by one, as its SVG knows no text on a path."""
    from weasyprint import HTML

    letters = [*text, " ", " "] * 2  # once on top, once below
    start = 360 * (len(text) - 1) / 2 / len(letters)
    ring = "".join(
        f'<text transform="rotate({360 * i / len(letters) - start:.2f} 50 50) translate(50 17)" text-anchor="middle" '
        f'font-size="12.5" font-weight="bold" font-family="Tinos, \'TeX Gyre Termes\', serif">{letter}</text>'
        for i, letter in enumerate(letters)
        if letter != " "
    )
    star = " ".join(
        f"{50 + r * math.sin(math.pi * i / 5):.2f},{51 - r * math.cos(math.pi * i / 5):.2f}"
        for i in range(10)
        for r in [17 if i % 2 == 0 else 6.8]
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="100mm" height="100mm" viewBox="0 0 100 100">'
        '<circle cx="50" cy="50" r="48" fill="none" stroke="black" stroke-width="2"/>'
        '<circle cx="50" cy="50" r="45.4" fill="none" stroke="black" stroke-width=".6"/>'
        '<circle cx="50" cy="50" r="29" fill="none" stroke="black" stroke-width=".8"/>'
        f'<polygon points="{star}"/>{ring}</svg>'
    )
    page = HTML(string=f"<style>@page{{size:100mm 100mm;margin:0}}body{{margin:0}}</style>{svg}").write_pdf()
    assert page is not None
    with pdfium.PdfDocument(io.BytesIO(page)) as document:
        grey = document[0].render(scale=800 / (100 * 72 / 25.4), grayscale=True).to_numpy()
    return np.asarray(1 - grey.reshape(grey.shape[:2]).astype(np.float32) / 255, np.float32)


def _canvas(width: float, height: float) -> Image:
    return np.zeros((math.ceil(height) * _FINE, math.ceil(width) * _FINE), np.uint8)


def _fine(canvas: Image) -> Mask:
    height, width = canvas.shape
    small = cv2.resize(canvas, (width // _FINE, height // _FINE), interpolation=cv2.INTER_AREA)
    return np.asarray(small.astype(np.float32) / 255 * 0.92, np.float32)


def _pen(canvas: Image, points: npt.NDArray[np.float64], width: float, rng: np.random.Generator) -> None:
    """Draws a stroke whose width follows the pressure: light at the ends, wavering between."""
    count = len(points)
    wave = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, 6), rng.uniform(0.75, 1.15, 6))
    ends = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.12 * count) + 0.5)
    fine = np.round(points * _FINE).astype(int)
    for i in range(count - 1):
        thick = max(1, round(width * _FINE * wave[i] * ends[i]))
        cv2.line(canvas, fine[i].tolist(), fine[i + 1].tolist(), 255, thick, cv2.LINE_AA)


def _smooth(points: npt.NDArray[np.float64], steps: int = 14) -> npt.NDArray[np.float64]:
    """A Catmull-Rom curve through the points."""
    ext = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(ext, ext[1:], ext[2:], ext[3:], strict=False)
    ]
    return np.vstack([*pieces, points[-1:]])
