"""The engine that ships: Tesseract with its Vietnamese model, through pytesseract."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

import pytesseract
from PIL import Image as PillowImage

from extractor.errors import TesseractMissing
from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.plain import ETH

LANGUAGE = "vie"  # vie+eng is worse on every kind of page
CONFIG = "--oem 1"
PAGE, LINE = "--psm 3", "--psm 7"

# Tesseract's word confidence ranks errors well but is no probability: share of right words from each confidence on,
# measured on Vietnamese official pages against truth.
RIGHT_FROM = (
    (0.0, 0.16),
    (30.0, 0.34),
    (50.0, 0.48),
    (70.0, 0.60),
    (80.0, 0.66),
    (85.0, 0.77),
    (90.0, 0.88),
    (93.0, 0.944),
    (95.0, 0.970),
    (96.0, 0.993),
    (97.0, 0.998),
)


def probability(confidence: float) -> float:
    """How often a word of this Tesseract confidence (0 to 100) is right."""
    return RIGHT_FROM[max(0, bisect_right(RIGHT_FROM, confidence, key=lambda row: row[0]) - 1)][1]


class Tesseract:
    """Tesseract as a child process, one call a page image, one thread: with more, pages in parallel fight for cores."""

    def __init__(self) -> None:
        os.environ["OMP_THREAD_LIMIT"] = "1"
        try:
            languages = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError, OSError):
            raise TesseractMissing() from None
        if LANGUAGE not in languages:
            raise TesseractMissing(detail=f"({LANGUAGE})")

    def recognise(self, image: Image, dpi: int) -> list[Recognised]:
        picture = PillowImage.fromarray(image)
        picture.format = "PPM"  # pytesseract would else compress a PNG, at a tenth of the page's time
        return _words(picture, PAGE, dpi).get(1, [])

    def recognise_lines(self, images: Sequence[Image], dpi: int) -> list[list[Recognised]]:
        """All in one call: loading the model takes as long as reading five lines."""
        if not images:
            return []
        with tempfile.TemporaryDirectory(prefix="directives-lines-") as folder:
            paths = [Path(folder, f"{number}.pgm") for number in range(len(images))]
            for path, image in zip(paths, images, strict=True):
                PillowImage.fromarray(image).save(path)
            listed = Path(folder, "lines.txt")
            listed.write_text("".join(f"{path}\n" for path in paths))
            read = _words(str(listed), LINE, dpi)
        return [read.get(number, []) for number in range(1, len(images) + 1)]


def _words(image: PillowImage.Image | str, mode: str, dpi: int) -> dict[int, list[Recognised]]:
    """The words of a picture, or of a list of files, by page from 1."""
    table = pytesseract.image_to_data(
        image, lang=LANGUAGE, config=f"{mode} {CONFIG} --dpi {dpi}", output_type=pytesseract.Output.DICT
    )
    pages: dict[int, list[Recognised]] = {}
    lines: dict[tuple[int, int, int, int], int] = {}
    for i, raw in enumerate(table["text"]):
        text = unicodedata.normalize("NFC", "".join(str(raw).split())).translate(ETH)
        if not text:
            continue
        page = int(table["page_num"][i])
        line = (page, table["block_num"][i], table["par_num"][i], table["line_num"][i])
        left, top = float(table["left"][i]), float(table["top"][i])
        pages.setdefault(page, []).append(
            Recognised(
                text=text,
                box=(left, top, left + float(table["width"][i]), top + float(table["height"][i])),
                confidence=probability(float(table["conf"][i])),
                line=lines.setdefault(line, len(lines) + 1),
            )
        )
    return pages


def engine() -> Engine:
    """Tesseract, ready to use. Raises TesseractMissing."""
    return Tesseract()
