"""The pages of a record's source file as images that can stand inside an HTML page.

They are drawn by a child process, `python -m extractor.show.images FILE MEDIA_TYPE`, which prints one `data:` address a
line, one line a page: PDFium aborts or hangs on some hostile files.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.reading.limits import MAX_IMAGE_PIXELS, MEMORY_BYTES, OPEN_SECONDS
from extractor.record import DirectiveRecord

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 110  # print of 12 points is easy to read, and a page of black print takes some 100 kB
LARGEST_SIDE = 1800  # pixels, whatever size the page claims to have; A3 at 110 dpi
SECONDS_A_PAGE = 3.0


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
    command = [sys.executable, "-P", "-m", __name__, str(source.absolute()), record.source.media_type]
    paths = [str(Path(__file__).parents[2]), *(path for path in sys.path if Path(path).is_absolute())]
    try:
        lines = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            timeout=OPEN_SECONDS + SECONDS_A_PAGE * len(record.source.pages),
        ).stdout
    except subprocess.TimeoutExpired as late:
        lines = late.stdout or b""
    # A line without its end was cut off when the child died. A page without an image is shown by its text.
    images = [line.strip().decode("ascii") for line in lines.splitlines(keepends=True) if line.endswith(b"\n")]
    return {number: image for number, image in enumerate(images, start=1) if image}


def _pdf(source: Path) -> Iterator[Image]:
    import pypdfium2

    with pypdfium2.PdfDocument(source) as pdf:
        for page in pdf:
            scale = min(DPI / 72, LARGEST_SIDE / max(*page.get_size(), 1))
            yield page.render(scale=scale).to_pil()
            page.close()


def _raster(source: Path) -> Iterator[Image]:
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = MAX_IMAGE_PIXELS
    with Image.open(source, formats=["PNG", "JPEG", "TIFF"]) as file:
        for frame in ImageSequence.Iterator(file):
            upright = ImageOps.exif_transpose(frame.convert("RGB"))
            upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            yield upright


def _data_uri(image: Image) -> str:
    out = io.BytesIO()
    image.convert("RGB").save(out, "WEBP", quality=60, method=4)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode("ascii")


def main(source: Path, media_type: str) -> None:
    """Print one `data:` address a line for each page, until one fails."""
    for limit, value in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(limit, (value, value))
    for image in (_pdf if media_type == "application/pdf" else _raster)(source):
        print(_data_uri(image), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
