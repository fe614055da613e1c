"""The text layer of a PDF page: whether to trust it, and its words.

A scan may carry a digital signature's caption of some sixty characters, or a hidden layer by an English OCR. Neither is the
page's text: such a page is recognised from its image instead. A layer in an encoding of before Unicode is decoded.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

import numpy as np
import pdfplumber.page
import pdfplumber.table
from numpy.typing import NDArray
from pdfminer.encodingdb import EncodingDB
from pdfplumber.utils.text import extract_words

from extractor.reading import legacy
from extractor.reading.limits import LAYER_ACCENTED, MIN_LAYER_COVER, MIN_LAYER_LETTERS, MIN_LAYER_SYLLABLES
from extractor.reading.page import Word
from extractor.reading.plain import ETH
from extractor.reading.rules import MAX_STROKES, grids
from extractor.reading.syllable import share_of_accented, share_of_syllables
from extractor.record import Box, Triage

_CELL = 8.0  # points; the grid on which ink and words are compared
_DARK = 160


# pdfminer takes the hyphen at this place of WinAnsiEncoding (PDF 32000-1, annex D) for a space; in TCVN3 it is "ư".
EncodingDB.win2unicode[0xAD] = "\xad"

TRUSTED: frozenset[Triage] = frozenset(("layer", "tcvn3", "vni"))


def judge(text: str) -> Triage:
    """What a layer's text is: Vietnamese ("layer"), the same in an old encoding, or why it is no page's text."""
    letters = sum(c.isalpha() for c in text)
    if letters < MIN_LAYER_LETTERS:
        return "caption" if letters else "no_layer"
    if is_vietnamese(text):
        return "layer"
    for encoding in legacy.ENCODINGS:
        if is_vietnamese(legacy.decode(text, encoding)):
            return encoding
    return "foreign_layer"


def is_vietnamese(text: str) -> bool:
    """Whether a layer's text is Vietnamese in Unicode, and enough of it to be a page."""
    if sum(c.isalpha() for c in text) < MIN_LAYER_LETTERS:
        return False
    low, high = LAYER_ACCENTED
    return low <= share_of_accented(text) <= high and share_of_syllables(text) >= MIN_LAYER_SYLLABLES


def covers(words: tuple[Word, ...], picture: NDArray[np.uint8], width: float, height: float) -> bool:
    """Whether the words lie where the page's ink is; `picture` is the page rendered in grey at any resolution."""
    rows, columns = max(1, round(height / _CELL)), max(1, round(width / _CELL))
    y, x = np.nonzero(picture < _DARK)
    ink = np.zeros((rows, columns), dtype=bool)
    ink[y * rows // picture.shape[0], x * columns // picture.shape[1]] = True
    under = np.zeros_like(ink)
    for word in words:
        x0, y0, x1, y1 = word.box
        top, bottom = max(0, int(y0 / height * rows)), max(0, int(y1 / height * rows))
        left, right = max(0, int(x0 / width * columns)), max(0, int(x1 / width * columns))
        under[top : bottom + 1, left : right + 1] = True
    inked = int(ink.sum())
    return inked == 0 or int((ink & under).sum()) >= MIN_LAYER_COVER * inked


def words_of(page: pdfplumber.page.Page, verdict: Triage = "layer") -> tuple[Word, ...]:
    """The words of a layer that was judged so, with bold and italic by their fonts' names. The caller closes the page."""
    left, top = page.cropbox[0] - page.mediabox[0], page.mediabox[3] - page.cropbox[3]
    return words_of_glyphs(page.chars, verdict, (left, top))


def words_of_glyphs(
    glyphs: list[dict[str, Any]], verdict: Triage = "layer", corner: tuple[float, float] = (0.0, 0.0)
) -> tuple[Word, ...]:
    """The same, of characters as pdfplumber has them; `corner` is what is cropped on the left and at the top."""
    left, top = corner
    return tuple(
        Word(
            text=text,
            box=(raw["x0"] - left, raw["top"] - top, raw["x1"] - left, raw["bottom"] - top),
            confidence=1.0,
            bold="bold" in font.lower() or "black" in font.lower(),
            italic="italic" in font.lower() or "oblique" in font.lower(),
        )
        for raw in extract_words(glyphs, x_tolerance_ratio=0.15, y_tolerance=3, return_chars=True)
        for font in [_font(raw)]
        if (text := _decoded("".join(raw["text"].split()), verdict, font))
    )


def _decoded(text: str, verdict: Triage, font: str) -> str:
    if verdict == "tcvn3" or verdict == "vni":
        return legacy.decode(text, verdict, font)
    return unicodedata.normalize("NFC", text.replace("\xad", "-")).translate(ETH)


def rules_of(page: pdfplumber.page.Page, width: float) -> tuple[Box, ...]:
    """The ruled lines of tables in the page's drawing: lines, and the sides of rectangles, as word processors write."""
    return rules_of_edges(page.edges, width, (page.cropbox[0] - page.mediabox[0], page.mediabox[3] - page.cropbox[3]))


def rules_of_edges(
    edges: list[dict[str, Any]], width: float, corner: tuple[float, float] = (0.0, 0.0)
) -> tuple[Box, ...]:
    """The same, of strokes as pdfplumber has them; `corner` is what is cropped on the left and at the top."""
    if not 5 <= len(edges) <= MAX_STROKES:
        return ()
    left, top = corner
    # Each cell has its own sides, in pieces: snapped and joined they become the table's.
    whole = pdfplumber.table.merge_edges(edges, 3, 3, 3, 3)
    return grids(((e["x0"] - left, e["top"] - top, e["x1"] - left, e["bottom"] - top) for e in whole), width)


def _font(raw: dict[str, Any]) -> str:
    """The font of most of a word's characters: fallback fonts may supply single letters."""
    fonts = [str(c.get("fontname", "")) for c in raw["chars"]]
    return fonts[0] if fonts.count(fonts[0]) == len(fonts) else Counter(fonts).most_common(1)[0][0]
