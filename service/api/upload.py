"""The bytes of an upload, from a form or as the body itself, without ever holding them all in memory."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import PurePosixPath

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from service.intake.reception import too_large
from service.problems import Problem
from service.settings import MIB

FORM_MARGIN = 64 * 1024  # what a form may add to its file, bytes
NAMELESS = "van-ban"


@asynccontextmanager
async def pieces_of(
    request: Request, limit: int, file_name: str | None
) -> AsyncIterator[tuple[AsyncIterator[bytes], str]]:
    """The pieces of the one file that a request brings, and its name.

    Raises Problem("no-file"), and TooLarge for a body over `limit` bytes as soon as that is known.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit + FORM_MARGIN:
        raise too_large(limit)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        raise Problem("no-file")
    if kind != "multipart/form-data":
        yield request.stream(), clean_name(file_name)
        return
    parser = MultiPartParser(request.headers, _counted(request, limit), max_files=1, max_fields=8)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):  # KeyError: no boundary
        raise Problem("no-file") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem("no-file")
        yield _pieces(file), clean_name(file_name or file.filename)
    finally:
        await form.close()


async def _counted(request: Request, limit: int) -> AsyncGenerator[bytes]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit + FORM_MARGIN:
            raise too_large(limit)
        yield piece


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(MIB):
        yield piece


def clean_name(name: str | None) -> str:
    """A file name as people should see it: no folders, no control characters, at most 200 characters."""
    last = PurePosixPath(unicodedata.normalize("NFC", name or "").replace("\\", "/")).name
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", last).strip()[-200:] or NAMELESS
