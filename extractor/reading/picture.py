"""Pages of an image file: PNG, JPEG, or TIFF with one frame a page. Runs in a child process only."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from extractor.errors import DamagedFile, TooLarge, TooManyPages
from extractor.reading.engine import Engine
from extractor.reading.limits import MAX_IMAGE_PIXELS, MAX_PAGES
from extractor.reading.page import ReadPage
from extractor.reading.scan import read_scan
from extractor.reading.sniff import IMAGES

_A4_LONG_SIDE = 11.69  # inches
_PLAUSIBLE_LONG_SIDE = (4.0, 25.0)  # inches; cameras and editors write 72 or 96 dpi without meaning it


class Picture:
    """An open image file. Raises DamagedFile, TooLarge and TooManyPages."""

    def __init__(self, path: Path, media_type: str) -> None:
        Image.MAX_IMAGE_PIXELS = MAX_IMAGE_PIXELS
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        self._path, self._format = path, IMAGES[media_type]
        with self._open() as image:
            self.count = int(getattr(image, "n_frames", 1))
        if self.count > MAX_PAGES:
            raise TooManyPages(pages=self.count, limit=MAX_PAGES)

    def _open(self) -> Image.Image:
        try:
            return Image.open(self._path, formats=[self._format])
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooLarge(detail="ảnh / image", limit=f"{MAX_IMAGE_PIXELS // 10**6} megapixel") from None
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
            raise DamagedFile() from None

    def read(self, number: int, engine: Callable[[], Engine]) -> ReadPage:
        """Read frame `number`, from 1."""
        with self._open() as image:
            try:
                image.seek(number - 1)
                if image.width * image.height > MAX_IMAGE_PIXELS:  # a later frame than the one checked on opening
                    raise TooLarge(detail="ảnh / image", limit=f"{MAX_IMAGE_PIXELS // 10**6} megapixel")
                stated = image.info.get("dpi", (0, 0))
                upright = ImageOps.exif_transpose(image)
                picture = upright.convert("L" if upright.mode in ("1", "L", "LA", "I;16", "I") else "RGB")
            except (OSError, SyntaxError, ValueError, EOFError):
                raise DamagedFile() from None
        dpi = _dpi(stated, picture.width, picture.height)
        width, height = picture.width * 72 / dpi, picture.height * 72 / dpi
        read = read_scan(number, np.asarray(picture), dpi, width, height, engine())
        return replace(read, triage=read.triage or "image")


def _dpi(stated: tuple[float, float], width: int, height: int) -> float:
    """The stated resolution where it makes a plausible sheet of paper, else the one that makes the long side A4's."""
    dpi = float(stated[0] or 0)
    longest = max(width, height)
    low, high = _PLAUSIBLE_LONG_SIDE
    if dpi > 0 and low <= longest / dpi <= high:
        return dpi
    return longest / _A4_LONG_SIDE
