"""The characters and strokes of a page as PDFium finds them, for pdfplumber to make words and tables of: its own parser takes ten times as long.

Only plain pages are told so: not turned, not cropped, no letter turned, nothing drawn within forms. Of any other, pdfplumber finds all itself.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_STRAIGHT = 0.01  # points
_NAME = 256  # bytes of a font's name
_Point = tuple[float, float]
_HYPHEN, _SPACE = 2, 32  # PDFium's at the end of a line; no other character that it makes up is higher
_NONE = frozenset((0, 0xFFFE, 0xFFFF))  # no character stands for the glyph


def glyphs(page: pypdfium2.PdfPage) -> list[dict[str, Any]] | None:
    """The characters as pdfplumber has them, in points from the top left; None where the page is not plain."""
    width, height = page.get_size()
    whole = (0.0, 0.0, width, height)
    if page.get_rotation() or _differs(page.get_mediabox(), whole) or _differs(page.get_cropbox(), whole):
        return None
    text = page.get_textpage()
    try:
        return _glyphs(text, height)
    finally:
        text.close()


def _glyphs(text: pypdfium2.PdfTextPage, height: float) -> list[dict[str, Any]] | None:
    box, name, flags = pdfium.FS_RECTF(), ctypes.create_string_buffer(_NAME), ctypes.c_int()
    fonts: dict[int | None, str] = {}  # by the piece of text that a character is of
    found: list[dict[str, Any]] = []
    for n in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, n)
        if code == _HYPHEN:
            code = ord("-")
        elif code in _NONE or (code <= _SPACE and pdfium.FPDFText_IsGenerated(text, n) == 1):
            continue
        piece = ctypes.cast(pdfium.FPDFText_GetTextObject(text, n), ctypes.c_void_p).value
        if piece not in fonts:
            if pdfium.FPDFText_GetCharAngle(text, n) > 0:
                return None
            pdfium.FPDFText_GetFontInfo(text, n, name, _NAME, flags)
            fonts[piece] = name.value.decode("utf-8", "replace")
        if not pdfium.FPDFText_GetLooseCharBox(text, n, box):
            return None
        top, bottom = height - box.top, height - box.bottom
        found.append(
            {
                "text": chr(code), "x0": box.left, "x1": box.right, "top": top, "bottom": bottom, "doctop": top, "upright": True,
                "fontname": fonts[piece], "size": bottom - top, "width": box.right - box.left, "height": bottom - top,
            }
        )  # fmt: skip
    return found


def edges(page: pypdfium2.PdfPage) -> list[dict[str, Any]] | None:
    """The level and upright strokes of a plain page's drawing, and the sides of its rectangles, as pdfplumber has them."""
    height = page.get_height()
    found: list[dict[str, Any]] = []
    for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_PATH], max_depth=1):
        if drawn.type == pdfium.FPDF_PAGEOBJ_FORM:
            return None
        for (x0, y0), (x1, y1) in _strokes(drawn):
            if abs(x0 - x1) > _STRAIGHT and abs(y0 - y1) > _STRAIGHT:
                continue
            left, right, top, bottom = min(x0, x1), max(x0, x1), height - max(y0, y1), height - min(y0, y1)
            level = right - left >= bottom - top
            found.append(
                {
                    "x0": left, "x1": right if level else left, "top": top, "bottom": top if level else bottom, "doctop": top,
                    "width": right - left, "height": bottom - top, "orientation": "h" if level else "v",
                }
            )  # fmt: skip
    return found


def _strokes(drawn: pypdfium2.PdfObject) -> Iterator[tuple[_Point, _Point]]:
    """The straight strokes of a path, from point to point on the page."""
    a, b, c, d, e, f = drawn.get_matrix().get()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for n in range(pdfium.FPDFPath_CountSegments(drawn)):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, n)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield last, point
        last = point
        if pdfium.FPDFPathSegment_GetClose(segment):
            yield last, start
            last = start


def _differs(box: tuple[float, ...], whole: tuple[float, ...]) -> bool:
    return any(abs(a - b) > 0.01 for a, b in zip(box, whole, strict=True))
