"""Recognises a ruled table cell by cell.

Engines judge the spaces of a line by the line, so across a table they join words and drop lone numbers. Here its cells
are laid below each other on a sheet, which reads like a page of one column; what is read goes back to its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.grid import Grid
from extractor.record import Box

_INK = 50  # grey values by which ink is darker than the paper
_LEAST_INK = 12  # pixels: fewer are specks
_MARGIN = 40  # pixels around the sheet
_EDGE = 4  # pixels kept around the ink of a cell
_APART = 24  # pixels between cells
_TALLEST = 8000  # pixels: engines refuse sheets without end


@dataclass(frozen=True, slots=True)
class _Cut:
    """What a cell holds, and where its top left corner was on the page's image."""

    image: Image
    left: int
    top: int


def recognise_cells(image: Image, grids: Sequence[Grid], dpi: int, engine: Engine) -> list[Recognised]:
    """The words in the cells of these tables, in the pixels of the image (upright, level, rules painted over)."""
    words: list[Recognised] = []
    for sheet in _sheets(_cuts(image, grids, dpi)):
        words += _read(sheet, _paper(image), dpi, engine, first_line=max((w.line for w in words), default=0))
    return words


def without_tables(image: Image, grids: Sequence[Grid], dpi: int) -> Image:
    """The image with its tables painted over."""
    plain = image.copy()
    for grid in grids:
        left, top, right, bottom = _pixels(grid.box, dpi)
        plain[top:bottom, left:right] = _paper(image)
    return plain


def _cuts(image: Image, grids: Sequence[Grid], dpi: int) -> list[_Cut]:
    dark = image < max(1, _paper(image) - _INK)
    cuts: list[_Cut] = []
    for slot in (slot for grid in grids for slot in grid.slots):
        left, top, right, bottom = _pixels(slot.box, dpi)
        y, x = np.nonzero(dark[top:bottom, left:right])
        if len(y) >= _LEAST_INK:
            x0, y0 = max(left, left + int(x.min()) - _EDGE), max(top, top + int(y.min()) - _EDGE)
            x1, y1 = left + int(x.max()) + 1 + _EDGE, top + int(y.max()) + 1 + _EDGE
            cuts.append(_Cut(image[y0 : min(y1, bottom), x0 : min(x1, right)], x0, y0))
    return cuts


def _sheets(cuts: Sequence[_Cut]) -> list[list[_Cut]]:
    sheets: list[list[_Cut]] = []
    height = 0
    for cut in cuts:
        if not sheets or height + cut.image.shape[0] + _APART > _TALLEST:
            sheets.append([])
            height = 2 * _MARGIN
        sheets[-1].append(cut)
        height += cut.image.shape[0] + _APART
    return sheets


def _read(cuts: Sequence[_Cut], paper: int, dpi: int, engine: Engine, first_line: int) -> list[Recognised]:
    tops: list[int] = []
    height = _MARGIN
    for cut in cuts:
        tops.append(height)
        height += cut.image.shape[0] + _APART
    width = max(cut.image.shape[1] for cut in cuts)
    sheet = np.full((height + _MARGIN, width + 2 * _MARGIN), paper, np.uint8)
    for cut, top in zip(cuts, tops, strict=True):
        rows, columns = cut.image.shape
        sheet[top : top + rows, _MARGIN : _MARGIN + columns] = cut.image
    words: list[Recognised] = []
    for word in engine.recognise(sheet, dpi):
        middle = (word.box[1] + word.box[3]) / 2
        at = max(0, int(np.searchsorted(tops, middle + _APART / 2, side="right")) - 1)
        cut = cuts[at]
        across, down = cut.left - _MARGIN, cut.top - tops[at]
        box = (word.box[0] + across, word.box[1] + down, word.box[2] + across, word.box[3] + down)
        # An engine may take the numbers of several cells for one word; it keeps to the cell of its middle.
        words.append(replace(word, box=_within(box, cut), line=word.line + first_line))
    return words


def _within(box: Box, cut: _Cut) -> Box:
    rows, columns = cut.image.shape
    x0, x1 = (min(max(x, cut.left), cut.left + columns) for x in (box[0], box[2]))
    y0, y1 = (min(max(y, cut.top), cut.top + rows) for y in (box[1], box[3]))
    return x0, y0, x1, y1


def _pixels(box: Box, dpi: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = (max(0, round(side * dpi / 72)) for side in box)
    return left, top, right, bottom


def _paper(image: Image) -> int:
    return int(np.median(image))
