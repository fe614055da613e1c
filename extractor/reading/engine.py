"""What an OCR engine is: page image in, words out.

An engine is a module with a function `engine() -> Engine`; reading is told the module's dotted name, so a second
engine is one more module and no change anywhere else. It runs in a child process and may start programs of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # height × width, grey, 0 black to 255 white

DEFAULT_ENGINE = "extractor.reading.tesseract"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A word on the image: NFC text without white space, box in pixels from the top left, and probability of being
    right.
    """

    text: str
    box: tuple[float, float, float, float]
    confidence: float  # 0 to 1, calibrated: of the words at 0.9, nine of ten are right
    line: int  # words of one line share it
    raw: str | None = None  # what was read, where the text was repaired
    guesses: tuple[
        tuple[str, float], ...
    ] = ()  # of digits in a gap of the head: their readings and the probability of each


class Engine(Protocol):
    """Recognises an upright grey page image."""

    def recognise(self, image: Image, dpi: int) -> list[Recognised]:
        """The words of the image in the engine's own order."""
        ...

    def recognise_lines(self, images: Sequence[Image], dpi: int) -> list[list[Recognised]]:
        """The words of images that hold one line each."""
        ...


def load(name: str = DEFAULT_ENGINE) -> Engine:
    """The engine of a module. Raises what the engine raises where a part of it is missing (TesseractMissing)."""
    loaded: Engine = import_module(name).engine()
    return loaded
