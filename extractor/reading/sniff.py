"""What a file is, by its first bytes; its name and the sender's word count for nothing."""

from __future__ import annotations

from extractor.errors import UnsupportedType

PDF = "application/pdf"
TEXT = "text/plain"
IMAGES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/tiff": "TIFF"}  # media type → Pillow's format

HEAD_BYTES = 4096

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
# Named in the message, so that a clerk knows what to do.
_REFUSED = (
    (b"PK\x03\x04", "(.docx, .xlsx, .zip)"),
    (b"\xd0\xcf\x11\xe0", "(.doc, .xls)"),
    (b"MZ", "(.exe)"),
    (b"\x7fELF", "(ELF)"),
    (b"Rar!", "(.rar)"),
    (b"{\\rtf", "(.rtf)"),
    (b"GIF8", "(.gif)"),
    (b"BM", "(.bmp)"),
    (b"RIFF", "(.webp)"),
)


def sniff(head: bytes) -> str:
    """Media type of a file that starts with these bytes (`HEAD_BYTES` of them are enough).

    PDF readers accept junk before "%PDF-" within the first 1,024 bytes, so this does. Whether a text is valid Unicode
    is left to whoever decodes it. Raises UnsupportedType.
    """
    for magic, media_type in _SIGNATURES:
        if head.startswith(magic):
            return media_type
    if b"%PDF-" in head[:1024]:
        return PDF
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    binary = b"\x00" in head and not utf16
    for magic, name in _REFUSED:
        if head.startswith(magic) and (binary or not magic.isalpha() or not _printable(head)):
            raise UnsupportedType(detail=name)
    if binary:
        raise UnsupportedType()
    return TEXT


def _printable(head: bytes) -> bool:
    return all(b >= 0x20 or b in b"\t\n\r\f" for b in head)
