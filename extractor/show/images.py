"""The pages of a record's source file as images that can stand inside an HTML page."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.record import DirectiveRecord

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 110  # print of 12 points is easy to read, and a page of black print takes some 100 kB
LARGEST_SIDE = 2200  # pixels, whatever size the page claims to have


def find_source(record: DirectiveRecord, beside: Path) -> Path | None:
    """The record's own source file in this folder, told by its checksum; None where it is not there."""
    # A record is a file like any other and may come from a stranger: only its base name is used.
    path = beside / Path(record.source.file_name).name
    return path if path.is_file() and is_source(record, path) else None


def is_source(record: DirectiveRecord, path: Path) -> bool:
    """Whether this is the very file that the record was made from."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == record.source.sha256


def page_images(record: DirectiveRecord, source: Path) -> dict[int, str]:
    """Page number to `data:` address. Pages that cannot be drawn are left out, all of them for plain text."""
    if record.source.media_type.startswith("text/"):
        return {}
    images: dict[int, str] = {}
    draw = _pdf if record.source.media_type == "application/pdf" else _raster
    try:
        for number, image in enumerate(draw(record, source), start=1):
            images[number] = _data_uri(image)
    except (OSError, ValueError, RuntimeError, MemoryError):
        # Drawing is a convenience: a page that fails is shown by its text.
        pass
    return images


def _pdf(record: DirectiveRecord, source: Path) -> Iterator[Image]:
    import pypdfium2

    with pypdfium2.PdfDocument(source) as pdf:
        for page in pdf:
            scale = min(DPI / 72, LARGEST_SIDE / max(*page.get_size(), 1))
            yield page.render(scale=scale).to_pil()
            page.close()


def _raster(record: DirectiveRecord, source: Path) -> Iterator[Image]:
    from PIL import Image, ImageOps, ImageSequence

    with Image.open(source, formats=["PNG", "JPEG", "TIFF"]) as file:
        for page, frame in zip(record.source.pages, ImageSequence.Iterator(file), strict=False):
            upright = ImageOps.exif_transpose(frame.convert("RGB"))
            side = min(LARGEST_SIDE, max(page.width, page.height) * DPI / 72 or LARGEST_SIDE)
            upright.thumbnail((side, side))
            yield upright


def _data_uri(image: Image) -> str:
    out = io.BytesIO()
    image.convert("RGB").save(out, "WEBP", quality=60, method=4)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode("ascii")
