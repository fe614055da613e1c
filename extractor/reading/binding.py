"""Tesseract in this very process, through tesserocr: the model is loaded once, and nothing is written to files.

Its wheels bring a Tesseract of their own; the models are those that the system's Tesseract has. What makes it crash ends the
process, so it belongs in a child that reads pages (`child`), as all reading does.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytesseract
import tesserocr
from PIL import Image as PillowImage

from extractor.errors import TesseractMissing
from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.tesseract import COLUMNS, LANGUAGE, words

_NAMED = re.compile(r'in "(.+)"')  # `List of available languages in "/usr/share/…/tessdata/" (4):`
_HEAD = (
    "level", "page_num", "block_num", "par_num", "line_num", "word_num", "left", "top", "width", "height", "conf", "text",
)  # fmt: skip
_WORD = "5"  # level


class Binding:
    """One Tesseract, used by one thread."""

    def __init__(self) -> None:
        self._api = _tesseract(_models())

    def recognise(self, image: Image, dpi: int) -> list[Recognised]:
        return self._read(image, dpi, tesserocr.PSM.AUTO)

    def recognise_lines(self, images: Sequence[Image], dpi: int) -> list[list[Recognised]]:
        return [self._read(image, dpi, tesserocr.PSM.SINGLE_LINE) for image in images]

    def _read(self, image: Image, dpi: int, mode: int) -> list[Recognised]:
        self._api.SetPageSegMode(mode)
        self._api.SetImage(PillowImage.fromarray(image))
        self._api.SetSourceResolution(dpi)
        try:
            self._api.Recognize()
            rows = csv.DictReader(self._api.GetTSVText(0).splitlines(), _HEAD, delimiter="\t", quoting=csv.QUOTE_NONE)
            found = [row for row in rows if row["level"] == _WORD]
        finally:
            self._api.Clear()
        return words({name: [row[name] for row in found] for name in COLUMNS}).get(1, [])


@cache
def _tesseract(folder: Path) -> tesserocr.PyTessBaseAPI:
    """Tesseract with the model in this folder, loaded once. Raises TesseractMissing."""
    try:
        return tesserocr.PyTessBaseAPI(
            path=str(folder), lang=LANGUAGE, psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY
        )
    except RuntimeError:
        raise TesseractMissing(detail=f"({LANGUAGE})") from None


def _models() -> Path:
    """The folder of the system's models. Raises TesseractMissing."""
    if given := os.environ.get("TESSDATA_PREFIX"):
        return Path(given)
    try:
        said = subprocess.run(
            [pytesseract.pytesseract.tesseract_cmd, "--list-langs"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise TesseractMissing() from None
    named = _NAMED.search(said.stdout + said.stderr)
    if named is None:
        raise TesseractMissing(detail=f"({LANGUAGE})")
    return Path(named[1])


def engine() -> Engine:
    """Tesseract, ready to use. Raises TesseractMissing."""
    return Binding()
