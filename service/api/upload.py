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

MOST_FILES = 100  # in one request
FORM_MARGIN = 64 * 1024  # what a form may add to its file, bytes
NAMELESS = "van-ban"


@asynccontextmanager
async def pieces_of(
    request: Request, limit: int, file_name: str | None
) -> AsyncIterator[tuple[AsyncIterator[bytes], str]]:
    """The pieces of the one file that a request brings, and its name.

    Raises Problem("no-file"), and TooLarge for a body over `limit` bytes as soon as that is known.
    """
    _announced(request, limit)
    kind = _kind(request)
    if kind == "application/x-www-form-urlencoded":
        raise Problem("no-file")
    if kind != "multipart/form-data":
        yield request.stream(), clean_name(file_name)
        return
    async with _files(request, limit, 1) as files:
        if not files:
            raise Problem("no-file")
        yield _pieces(files[0]), clean_name(file_name or files[0].filename)


@asynccontextmanager
async def many_of(request: Request, limit: int) -> AsyncIterator[list[tuple[AsyncIterator[bytes], str]]]:
    """The pieces and the name of each file of a form, when all of it has come. `limit`: bytes of all of them.

    Raises Problem("no-file"), Problem("too-many-files"), TooLarge.
    """
    _announced(request, limit)
    if _kind(request) != "multipart/form-data":
        raise Problem("no-file")
    async with _files(request, limit, MOST_FILES) as files:
        if not files:
            raise Problem("no-file")
        yield [(_pieces(file), clean_name(file.filename)) for file in files]


def _announced(request: Request, limit: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit + FORM_MARGIN:
        raise too_large(limit)


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@asynccontextmanager
async def _files(request: Request, limit: int, most: int) -> AsyncIterator[list[UploadFile]]:
    parser = MultiPartParser(request.headers, _counted(request, limit), max_files=most, max_fields=8)
    parser.spool_max_size = MIB // most  # in memory, of each file
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:  # KeyError: no boundary
        raise Problem("too-many-files" if most > 1 and "many files" in str(error) else "no-file") from None
    try:
        yield [file for file in form.getlist("file") if isinstance(file, UploadFile)]
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
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", last).strip()[-200:]
    return shown if shown.strip(".") else NAMELESS
