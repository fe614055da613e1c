"""Makes a scan of a specimen: typeset, signed and sealed, degraded, bound into a PDF of page images, with its truth.

The same text, recipe and seed give the same bytes (on the same versions of the libraries and fonts).
"""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pypdfium2 as pdfium
from PIL import Image as Pillow

from corpus.cells import Zone
from corpus.degrade import RECIPES, Points, Recipe, Sheet, Tone, degrade
from corpus.ink import PEN_BLUE, SEAL_MM, SEAL_RED, Image, press, seal, sign, write
from corpus.typeset import POINTS_A_MM, Box, Style, TypesetPage, Word, typeset, union

_EPOCH = time.gmtime(1_577_836_800)  # a fixed time of making, so that the bytes are the same on every run


@dataclass(frozen=True, slots=True)
class MadeWord:
    """A word on a made scan, or its part on one line. `box` in PDF points from the page's top left, over the ink."""

    text: str
    box: Box
    zone: Zone
    handwritten: bool = False


@dataclass(frozen=True, slots=True)
class MadePage:
    """One page: its size in points, its words and its text in reading order (left column of header and foot first)."""

    width: float
    height: float
    words: tuple[MadeWord, ...]
    text: str


@dataclass(frozen=True, slots=True)
class MadeScan:
    """A made scan: PDF bytes that hold page images alone, and the truth of every page."""

    pdf: bytes
    pages: tuple[MadePage, ...]

    @property
    def truth(self) -> str:
        """The pages' texts, one after another."""
        return "\n".join(page.text for page in self.pages)


def make_scan(
    specimen_text: str,
    *,
    recipe: str | Recipe = "office",
    seed: int = 0,
    dpi: int | None = None,
    inked: bool | None = None,
    style: Style | None = None,
) -> MadeScan:
    """A scan of this text.

    `recipe` names one of `RECIPES`; `dpi` and `inked` (handwritten number and day, signature, seal) override its own.
    Raises KeyError for an unknown recipe, OSError if Pango is missing, TypesetMismatch if the text cannot be typeset.
    """
    chosen = RECIPES[recipe] if isinstance(recipe, str) else recipe
    chosen = replace(chosen, dpi=dpi or chosen.dpi, inked=chosen.inked if inked is None else inked)
    rng = np.random.default_rng(seed)
    made = typeset(specimen_text, replace(style or Style(), handwriting=chosen.inked))
    images = _render(made.pdf, chosen.dpi)
    written = [_ink(image, page, chosen, rng) for image, page in zip(images, made.pages, strict=True)]

    finished: list[Image] = []
    pages: list[MadePage] = []
    for i, (image, page, hands) in enumerate(zip(images, made.pages, written, strict=True)):
        back = images[i + 1] if i + 1 < len(images) and images[i + 1].shape == image.shape else None
        sheet = degrade(Sheet(image, chosen.dpi, back, lambda points: points), chosen, rng)
        finished.append(sheet.image)
        words = tuple(
            MadeWord(word.text, _moved(hands.get(j, word.box), sheet), word.zone, j in hands)
            for j, word in enumerate(page.words)
        )
        height, width = sheet.image.shape[:2]
        pages.append(MadePage(width * 72 / chosen.dpi, height * 72 / chosen.dpi, words, page.text))
    return MadeScan(_bind(finished, chosen), tuple(pages))


def _render(pdf: bytes, dpi: int) -> list[Image]:
    with pdfium.PdfDocument(pdf) as document:
        return [
            np.array(page.render(scale=dpi / 72, rev_byteorder=True).to_numpy()[:, :, :3], np.uint8)
            for page in document
        ]


def _ink(image: Image, page: TypesetPage, recipe: Recipe, rng: np.random.Generator) -> dict[int, Box]:
    """Writes number and day, signs and seals, in place; boxes (points) of the words that were written, by index."""
    if not recipe.inked:
        return {}
    scale = recipe.dpi / 72
    written: dict[int, Box] = {}
    for i, word in enumerate(page.words):
        if word.blank:
            x0, y0, x1, y1 = word.blank
            mask = write(word.written, rng.uniform(13, 15.5) * scale, rng)
            centre = ((x0 + x1) / 2 * scale, ((y0 + y1) / 2 - rng.uniform(0, 2)) * scale)
            inked = press(image, mask, PEN_BLUE, centre)
            written[i] = union([word.box, tuple(side / scale for side in inked)])  # type: ignore[list-item]
    room = _room(page.words)
    if room:
        x0, y0, x1, y1 = room
        width, height = rng.uniform(120, 150), (y1 - y0) * rng.uniform(0.75, 0.95)
        x, y = (x0 + x1) / 2 + rng.uniform(-8, 14), (y0 + y1) / 2 + rng.uniform(-3, 3)
        press(image, sign(width * scale, height * scale, rng), PEN_BLUE, (x * scale, y * scale))
        stamp = seal(SEAL_MM * POINTS_A_MM * scale, rng)
        # The rule: the seal covers the left third of the signature.
        press(image, stamp, SEAL_RED, ((x - width / 2 + width / 3 - SEAL_MM * POINTS_A_MM / 2 + 6) * scale, y * scale))
    return written


def _room(words: Sequence[Word]) -> Box | None:
    """The room between the title and the name of the signer, in points."""
    signed = [word for word in words if word.zone == "signature"]
    name = [word for word in signed if word.paragraph == signed[-1].paragraph]
    titles = [word for word in signed if word.paragraph != signed[-1].paragraph]
    if not titles:
        return None
    column = union([word.box for word in signed])
    return (column[0], max(word.box[3] for word in titles), column[2], min(word.box[1] for word in name))


def _moved(box: Box, sheet: Sheet) -> Box:
    """A box of the clean page as one of the degraded page, both in points: the box around its moved outline."""
    scale = sheet.dpi / 72
    x0, y0, x1, y1 = (side * scale for side in box)
    middle = (x0 + x1) / 2
    outline: Points = np.array([(x0, y0), (middle, y0), (x1, y0), (x0, y1), (middle, y1), (x1, y1)])
    moved = sheet.move(outline) / scale
    left, top = moved.min(axis=0).tolist()
    right, bottom = moved.max(axis=0).tolist()
    height, width = sheet.image.shape[:2]
    return (max(0.0, left), max(0.0, top), min(width / scale, right), min(height / scale, bottom))


def _bind(images: Sequence[Image], recipe: Recipe) -> bytes:
    """The images as a PDF: JPEG for colour and grey, CCITT group 4 for one bit."""
    sheets = [_toned(image, recipe.tone) for image in images]
    packing = {} if recipe.tone == "bilevel" else {"quality": recipe.quality}
    out = io.BytesIO()
    sheets[0].save(
        out,
        "PDF",
        save_all=True,
        append_images=sheets[1:],
        resolution=recipe.dpi,
        **packing,
        creationDate=_EPOCH,
        modDate=_EPOCH,
    )
    return out.getvalue()


def _toned(image: Image, tone: Tone) -> Pillow.Image:
    if tone == "colour":
        return Pillow.fromarray(image, "RGB")
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    if tone == "grey":
        return Pillow.fromarray(grey, "L")
    level, _bits = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return Pillow.fromarray(grey, "L").point(lambda value: 255 if value > level else 0, mode="1")
