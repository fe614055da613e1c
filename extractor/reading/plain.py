"""Plain text to pages: decoding, form feeds, and the few marks of Markdown that are no words."""

from __future__ import annotations

import re
import unicodedata

from extractor.errors import TooManyPages, UnsupportedType
from extractor.reading.limits import MAX_PAGES
from extractor.reading.page import ReadPage

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_EMPHASIS = re.compile(r"(?<![\\*])(\*{1,3})(?![\s*])([^*\n]*[^\s*])\1(?!\*)")
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+", re.MULTILINE)
_MAX_CONTROL_SHARE = 0.01

# Icelandic eth looks like the Vietnamese letter and is often typed or read for it.
ETH = str.maketrans({"Ð": "Đ", "ð": "đ"})


def decode(data: bytes) -> str:
    """Text of UTF-8 bytes, or of UTF-16 with a byte order mark, in NFC with "\\n" line ends. Raises UnsupportedType."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise UnsupportedType(detail="(UTF-8)") from None
    controls = len(_CONTROL.findall(text))
    if "\x00" in text or controls > _MAX_CONTROL_SHARE * len(text):
        raise UnsupportedType()
    text = _CONTROL.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).translate(ETH)


def pages(data: bytes, *, markdown: bool = False) -> tuple[ReadPage, ...]:
    """The pages of a plain text: one a form feed, else one. Raises UnsupportedType and TooManyPages."""
    text = decode(data)
    if markdown:
        text = strip_marks(text)
    parts = text.rstrip("\f").split("\f")
    if len(parts) > MAX_PAGES:
        raise TooManyPages(pages=len(parts), limit=MAX_PAGES)
    return tuple(
        ReadPage(number=n, width=0.0, height=0.0, reading="text" if part.strip() else "blank", text=part, triage="text")
        for n, part in enumerate(parts, start=1)
    )


def strip_marks(text: str) -> str:
    """Markdown without emphasis around words and without heading marks; every word stays."""
    text = _HEADING.sub("", text)
    for _ in range(3):  # nested emphasis: ***x***, **a *b* c**
        text, changed = _EMPHASIS.subn(r"\2", text)
        if not changed:
            break
    return text
