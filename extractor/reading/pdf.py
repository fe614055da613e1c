"""PDF pages, one at a time: text layer where it can be trusted, else the rendered page to the OCR engine.

Runs in a child process only: PDFium aborts the process on some hostile files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from extractor.errors import DamagedFile, PasswordProtected, TooManyPages
from extractor.reading import glyphs
from extractor.reading.engine import Engine
from extractor.reading.limits import MAX_PAGES, MAX_RENDER_SIDE
from extractor.reading.page import ReadPage, Word
from extractor.reading.scan import RECOGNITION_DPI, read_scan
from extractor.record import Box, Triage

MAX_DPI = 300
MIN_DPI = 100
TRIAGE_DPI = 36


class Pdf:
    """An open PDF. Raises PasswordProtected, DamagedFile and TooManyPages."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
                raise PasswordProtected() from None
            raise DamagedFile() from None
        self.count = len(self._document)
        if self.count == 0:
            raise DamagedFile(detail="(0)")
        if self.count > MAX_PAGES:
            raise TooManyPages(pages=self.count, limit=MAX_PAGES)

    def read(self, number: int, engine: Callable[[], Engine]) -> ReadPage:
        """Read page `number`, from 1. The engine is asked for only where it is needed."""
        page = self._document[number - 1]
        try:
            _drop_signature_widgets(page)
            width, height = page.get_size()
            found = self._layer(page, number, width, height)
            if isinstance(found, ReadPage):
                return found
            dpi, grey = _resolution(page, width, height)
            read = read_scan(number, _render(page, dpi, grey=grey), dpi, width, height, engine())
            return replace(read, triage=read.triage or found)
        finally:
            page.close()

    def _layer(self, page: pypdfium2.PdfPage, number: int, width: float, height: float) -> ReadPage | Triage:
        """The page by its text layer, or why there is none to be trusted."""
        # PDFium's text takes two milliseconds; most scans go no further.
        text_page = page.get_textpage()
        try:
            text = text_page.get_text_bounded()
        finally:
            text_page.close()
        # A page without Vietnamese text costs no import of pdfplumber.
        from extractor.reading import layer

        verdict = layer.judge(text)
        if verdict not in layer.TRUSTED:
            return verdict
        words, ruled = self._words(page, number, width, verdict)
        if not layer.is_vietnamese(" ".join(w.text for w in words)):
            return "foreign_layer"
        picture = _render(page, min(TRIAGE_DPI, 72 * MAX_RENDER_SIDE / max(width, height)), grey=True)
        if not layer.covers(words, picture, width, height):
            return "layer_elsewhere"
        return ReadPage(number, width, height, "text_layer", words=words, rules=ruled, triage=verdict)

    def _words(
        self, page: pypdfium2.PdfPage, number: int, width: float, verdict: Triage
    ) -> tuple[tuple[Word, ...], tuple[Box, ...]]:
        """The words of a text layer and the rules of its tables."""
        import pdfplumber

        from extractor.reading import layer

        # What an old encoding makes of a letter is told by its font and by its code, as pdfplumber has them.
        plain = verdict == "layer"
        if plain and (letters := glyphs.glyphs(page)) is not None and (drawn := glyphs.edges(page)) is not None:
            return layer.words_of_glyphs(letters), layer.rules_of_edges(drawn, width)
        with pdfplumber.open(self._path, pages=[number]) as document:
            whole = document.pages[0]
            return layer.words_of(whole, verdict), layer.rules_of(whole, width)


def _resolution(page: pypdfium2.PdfPage, width: float, height: float) -> tuple[float, bool]:
    """At what resolution to render a page, and whether grey is enough: a scan's own resolution within bounds."""
    dpi, grey = float(RECOGNITION_DPI), False
    for image in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = image.get_bounds()
        if (right - left) * (top - bottom) < width * height / 2:
            continue
        meta = image.get_metadata()
        own = min(meta.horizontal_dpi, meta.vertical_dpi)
        if own > 0:
            dpi, grey = min(MAX_DPI, max(MIN_DPI, own)), meta.bits_per_pixel <= 8
            break
    return min(dpi, 72 * MAX_RENDER_SIDE / max(width, height, 1.0)), grey


def _render(page: pypdfium2.PdfPage, dpi: float, *, grey: bool) -> NDArray[np.uint8]:
    bitmap = page.render(scale=dpi / 72, grayscale=grey, rev_byteorder=True, prefer_bgrx=False)
    try:
        return np.array(bitmap.to_numpy()[..., :3] if not grey else bitmap.to_numpy()).squeeze()
    finally:
        bitmap.close()


def _drop_signature_widgets(page: pypdfium2.PdfPage) -> None:
    """Take form widgets off the page in memory, so that a digital signature's caption is not taken for print."""
    for i in reversed(range(pdfium.FPDFPage_GetAnnotCount(page))):
        annotation = pdfium.FPDFPage_GetAnnot(page, i)
        widget = annotation and pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if widget:
            pdfium.FPDFPage_RemoveAnnot(page, i)
