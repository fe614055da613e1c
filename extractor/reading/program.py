"""Tesseract as a program, through pytesseract: what every system has."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytesseract
from PIL import Image as PillowImage

from extractor.errors import TesseractMissing
from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.tesseract import LANGUAGE, words

_CONFIG = "--oem 1"
_PAGE, _LINE = "--psm 3", "--psm 7"


class Program:
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
        return _words(picture, _PAGE, dpi).get(1, [])

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
            read = _words(str(listed), _LINE, dpi)
        return [read.get(number, []) for number in range(1, len(images) + 1)]


def _words(image: PillowImage.Image | str, mode: str, dpi: int) -> dict[int, list[Recognised]]:
    """The words of a picture, or of a list of files, by page from 1."""
    config = f"{mode} {_CONFIG} --dpi {dpi}"
    return words(pytesseract.image_to_data(image, lang=LANGUAGE, config=config, output_type=pytesseract.Output.DICT))


def engine() -> Engine:
    """Tesseract, ready to use. Raises TesseractMissing."""
    return Program()
