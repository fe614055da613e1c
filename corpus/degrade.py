"""What copying and scanning do to a page: seeded degradations and the named recipes made of them.

A step takes a `Sheet` and gives another. Lengths in steps are millimetres or points, never pixels, so that a recipe
means the same at every resolution. Steps that move ink also move points, so that word boxes stay on their words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from corpus.ink import Image

Points = npt.NDArray[np.float64]  # shape (n, 2), x and y in pixels
Field = npt.NDArray[np.float32]
Tone = Literal["colour", "grey", "bilevel"]
PAPER = (255, 255, 255)


@dataclass(frozen=True)
class Sheet:
    """A page under way: RGB image, resolution, the page behind it, and where the clean page's points are now."""

    image: Image
    dpi: float
    back: Image | None
    move: Callable[[Points], Points]

    def pixels(self, millimetres: float) -> float:
        return millimetres * self.dpi / 25.4


Step = Callable[[Sheet, np.random.Generator], Sheet]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way in which a page came to be a file: steps, resolution, tone and JPEG quality of the result."""

    steps: tuple[Step, ...] = ()
    dpi: int = 200
    tone: Tone = "grey"
    quality: int = 80
    inked: bool = True  # seal, signature, handwritten number and day


def turn(degrees: float, spread: float = 0.0) -> Step:
    """Turns the page by `degrees` ± `spread`, to either side at random; the paper's white fills the corners."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        angle = (degrees + rng.uniform(-spread, spread)) * (1 if degrees >= 90 else rng.choice([-1, 1]))
        height, width = sheet.image.shape[:2]
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle, 1.0)
        image = cv2.warpAffine(sheet.image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=PAPER)
        return _moved(sheet, np.asarray(image, np.uint8), lambda points: points @ matrix[:, :2].T + matrix[:, 2])

    return step


def curl(millimetres: float) -> Step:
    """Bends the lines as a bound page does: they rise by up to `millimetres` towards the left edge, and waver."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        height, width = sheet.image.shape[:2]
        depth, phase = sheet.pixels(millimetres), rng.uniform(0, np.pi)

        def lift(x: npt.NDArray[np.floating]) -> Points:
            return np.asarray(
                depth * (np.exp(-4 * x / width) + 0.35 * np.sin(2 * np.pi * x / width + phase)), np.float64
            )

        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        image = cv2.remap(
            sheet.image,
            x,
            (y + lift(x)).astype(np.float32),
            cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=PAPER,
        )
        return _moved(
            sheet,
            np.asarray(image, np.uint8),
            lambda points: np.column_stack([points[:, 0], points[:, 1] - lift(points[:, 0])]),
        )

    return step


def blur(points: float) -> Step:
    """Out of focus: a Gaussian of this standard deviation."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        return _drawn(sheet, cv2.GaussianBlur(sheet.image, (0, 0), max(0.1, points / 72 * sheet.dpi)))

    return step


def noise(strength: float) -> Step:
    """Gaussian noise of the sensor; `strength` is its standard deviation in grey levels."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        grain = rng.normal(0, strength, sheet.image.shape[:2]).astype(np.float32)[:, :, None]
        return _drawn(sheet, sheet.image + grain)

    return step


def specks(share: float, size: float = 0.15) -> Step:
    """Salt and pepper: dust and drop-outs of up to `size` millimetres on this share of the page."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        cell = max(1, round(sheet.pixels(size)))
        height, width = sheet.image.shape[:2]
        small = rng.random((height // cell + 1, width // cell + 1))
        large = np.repeat(np.repeat(small, cell, 0), cell, 1)[:height, :width]
        ragged = rng.random((height, width)) < 0.75
        image = sheet.image.copy()
        image[(large < share / 2) & ragged] = 0
        image[(large > 1 - share / 2) & ragged] = 255
        return replace(sheet, image=image)

    return step


def fade(strength: float) -> Step:
    """Ink pales by `strength` on average, in patches, and thin strokes break."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        patches = _clouds(sheet, rng, 14, 1 - 1.35 * strength, 1 - 0.65 * strength)
        fibres = rng.uniform(0.75, 1.0, sheet.image.shape[:2]).astype(np.float32)
        keep = np.clip(patches * fibres, 0, 1)[:, :, None]
        return _drawn(sheet, 255 - (255 - sheet.image.astype(np.float32)) * keep)

    return step


def bleed_through(strength: float) -> Step:
    """The back of the sheet, the next page mirrored and softened, shines through; the last page shows itself."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        back = sheet.back if sheet.back is not None else sheet.image
        soft = cv2.GaussianBlur(np.ascontiguousarray(back[:, ::-1]), (0, 0), max(0.3, sheet.pixels(0.18)))
        patches = _clouds(sheet, rng, 6, 0.6, 1.2)[:, :, None]
        dim = 1 - np.clip(strength * patches, 0, 1) * (1 - soft.astype(np.float32) / 255)
        return _drawn(sheet, sheet.image * dim)

    return step


def uneven_light(strength: float) -> Step:
    """A shadow that falls over one side and one corner, down to 1 - `strength` of the light."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        height, width = sheet.image.shape[:2]
        y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        along = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle) + 0.5
        corner = np.exp(-(((x - rng.integers(0, 2)) ** 2 + (y - rng.integers(0, 2)) ** 2) / 0.18))
        light = 1 - strength * np.clip(0.7 * along + 0.5 * corner, 0, 1)
        return _drawn(sheet, sheet.image * light[:, :, None])

    return step


def punch_holes() -> Step:
    """Two holes in the binding margin, with the dark lid of the scanner behind."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        image = sheet.image.copy()
        middle = image.shape[0] / 2 + sheet.pixels(rng.uniform(-4, 4))
        x = sheet.pixels(rng.uniform(10, 13))
        for side in (-1, 1):
            centre = (round(x), round(middle + side * sheet.pixels(40)))
            cv2.circle(image, centre, round(sheet.pixels(2.8)), (52, 50, 48), -1, cv2.LINE_AA)
        return replace(sheet, image=image)

    return step


def jpeg(quality: int) -> Step:
    """Packed as JPEG once before (by a phone, a mail program), with its blocks and rings."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        _ok, packed = cv2.imencode(".jpg", sheet.image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
        return replace(sheet, image=np.ascontiguousarray(unpacked[:, :, ::-1]))

    return step


def paper(tint: tuple[int, int, int] = (250, 249, 244)) -> Step:
    """Paper that is not quite white, with a soft grain too coarse to cost bytes."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        grain = _clouds(sheet, rng, 9, 0.985, 1.0)[:, :, None]
        return _drawn(sheet, sheet.image * (np.asarray(tint, np.float32) / 255) * grain)

    return step


def copier(strength: float) -> Step:
    """A copy of a copy: strokes spread or break as the toner takes, greys harden, the lid's edge darkens one side."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        grey = cv2.cvtColor(sheet.image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        soft = cv2.GaussianBlur(grey, (0, 0), max(0.3, sheet.pixels(0.07 + 0.06 * strength)))
        toner = np.asarray(rng.standard_normal(size=grey.shape), np.float32)
        clumps = np.asarray(cv2.GaussianBlur(toner, (0, 0), max(0.4, sheet.pixels(0.08))), np.float32)
        clumps *= 34 * strength / max(1e-6, float(np.std(clumps)))
        level = 150 + _clouds(sheet, rng, 8, -28 * strength, 28 * strength)
        hard = 255 / (1 + np.exp(-(soft + clumps - level) / (30 - 18 * strength)))
        if rng.random() < 0.8:
            x = np.arange(grey.shape[1], dtype=np.float32)
            edge = np.exp(-x / sheet.pixels(2.5)) * 255 * strength
            hard -= edge[None, ::-1] if rng.random() < 0.5 else edge[None, :]
        return _drawn(sheet, np.repeat(hard[:, :, None], 3, 2))

    return step


def fax_lines(share: float) -> Step:
    """Scan lines lost on the wire: this share of rows repeats the row above it."""

    def step(sheet: Sheet, rng: np.random.Generator) -> Sheet:
        image = sheet.image.copy()
        for row in np.flatnonzero(rng.random(image.shape[0]) < share):
            if row:
                image[row] = image[row - 1]
        return replace(sheet, image=image)

    return step


RECIPES: dict[str, Recipe] = {
    "clean": Recipe(dpi=300, inked=False),
    "clean-100": Recipe(dpi=100, tone="colour", quality=75),
    "clean-150": Recipe(dpi=150, tone="colour", quality=75),
    "office": Recipe((paper(), turn(0.3, 0.25), blur(0.1), noise(2)), tone="colour", quality=70),
    "demo": Recipe((paper(), turn(0.35, 0.1), blur(0.1)), tone="colour", quality=60),
    "sealed": Recipe((paper(),), dpi=300, tone="colour", quality=80),
    "sealed-grey": Recipe((paper(),), dpi=300),
    "bilevel": Recipe((turn(0.2, 0.2), blur(0.08), noise(10)), dpi=300, tone="bilevel"),
    "skew": Recipe((turn(2.0, 0.3),)),
    "upside-down": Recipe((turn(180.0, 0.4),)),
    "noise": Recipe((noise(38), specks(0.002, 0.1))),
    "salt": Recipe((specks(0.006, 0.12),), dpi=300),
    "blur": Recipe((blur(0.62), noise(3)), quality=70),
    "jpeg": Recipe((jpeg(22),), dpi=150, tone="colour", quality=60),
    "fading": Recipe((fade(0.55), paper(), noise(5))),
    "bleed-through": Recipe((bleed_through(0.3), paper(), noise(3)), tone="colour"),
    "uneven-light": Recipe((turn(0.5, 0.3), uneven_light(0.5), noise(3)), tone="colour"),
    "holes": Recipe((punch_holes(), turn(0.6, 0.3)), tone="colour"),
    "curl": Recipe((curl(2.0), uneven_light(0.2)), tone="colour"),
    "fax": Recipe((turn(0.4, 0.3), blur(0.22), noise(14), fax_lines(0.004)), dpi=150, tone="bilevel"),
    "fax-200": Recipe((turn(0.6, 0.3), blur(0.2), noise(14), fax_lines(0.004)), tone="bilevel"),
    "photocopy": Recipe((turn(0.7, 0.4), copier(0.8), specks(0.002, 0.16)), quality=70),
}


def degrade(sheet: Sheet, recipe: Recipe, rng: np.random.Generator) -> Sheet:
    """The sheet after every step of the recipe; its image is still RGB."""
    for step in recipe.steps:
        sheet = step(sheet, rng)
    return sheet


def _drawn(sheet: Sheet, image: npt.ArrayLike) -> Sheet:
    return replace(sheet, image=np.clip(np.round(np.asarray(image, np.float32)), 0, 255).astype(np.uint8))


def _moved(sheet: Sheet, image: Image, further: Callable[[Points], Points]) -> Sheet:
    before = sheet.move
    return replace(sheet, image=image, move=lambda points: further(before(points)))


def _clouds(sheet: Sheet, rng: np.random.Generator, cells: int, low: float, high: float) -> Field:
    """A smooth random field over the page with `cells` patches a side."""
    height, width = sheet.image.shape[:2]
    coarse = rng.uniform(low, high, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
