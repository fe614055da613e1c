"""What a file is, by its first bytes: its name and what the sender calls it prove nothing."""

from __future__ import annotations

import codecs

from extractor.errors import EmptyFile, UnsupportedType

HEAD = 1024  # bytes that are looked at; scanners put junk before the PDF mark, within this

TYPES = ("application/pdf", "image/png", "image/jpeg", "image/tiff", "text/plain")
_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"{\\rtf")
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\f\r\x1a")


def media_type(head: bytes) -> str:
    """The media type of a file that starts with `head`. Raises EmptyFile, UnsupportedType."""
    if not head:
        raise EmptyFile()
    if b"%PDF-" in head:
        return "application/pdf"
    for mark, name in _IMAGES:
        if head.startswith(mark):
            return name
    if _is_text(head):
        return "text/plain"
    raise UnsupportedType()


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    plain = head.removeprefix(codecs.BOM_UTF8)
    if plain.lstrip()[:16].lower().startswith(_MARKUP) or _CONTROL.intersection(plain):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(plain, final=False)
    except UnicodeDecodeError:
        return False
    return True
