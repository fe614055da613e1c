"""The engine that ships: Tesseract with its Vietnamese model.

Bound into the process where the binding is installed (`binding`), else as a program that is started for each page (`program`):
the same pages, in half as long again.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from extractor.reading.engine import Engine, Recognised
from extractor.reading.plain import ETH

LANGUAGE = "vie"  # vie+eng is worse on every kind of page
COLUMNS = ("text", "conf", "page_num", "block_num", "par_num", "line_num", "left", "top", "width", "height")

# Tesseract's word confidence ranks errors well but is no probability: share of right words from each confidence on,
# measured on Vietnamese official pages against truth.
RIGHT_FROM = (
    (0.0, 0.16),
    (30.0, 0.34),
    (50.0, 0.48),
    (70.0, 0.60),
    (80.0, 0.66),
    (85.0, 0.77),
    (90.0, 0.88),
    (93.0, 0.944),
    (95.0, 0.970),
    (96.0, 0.993),
    (97.0, 0.998),
)


def probability(confidence: float) -> float:
    """How often a word of this Tesseract confidence (0 to 100) is right."""
    return RIGHT_FROM[max(0, bisect_right(RIGHT_FROM, confidence, key=lambda row: row[0]) - 1)][1]


def words(table: Mapping[str, Sequence[object]]) -> dict[int, list[Recognised]]:
    """The words of Tesseract's table (its TSV, by column), by page from 1."""
    pages: dict[int, list[Recognised]] = {}
    lines: dict[tuple[object, ...], int] = {}
    for raw, confidence, page, *line, left, top, width, height in zip(*(table[name] for name in COLUMNS), strict=True):
        text = unicodedata.normalize("NFC", "".join(str(raw).split())).translate(ETH)
        if not text:
            continue
        x, y = float(str(left)), float(str(top))
        pages.setdefault(int(str(page)), []).append(
            Recognised(
                text=text,
                box=(x, y, x + float(str(width)), y + float(str(height))),
                confidence=probability(float(str(confidence))),
                line=lines.setdefault((page, *line), len(lines) + 1),
            )
        )
    return pages


def engine() -> Engine:
    """Tesseract, ready to use. Raises TesseractMissing."""
    try:
        from extractor.reading.binding import Binding
    except ImportError:
        from extractor.reading.program import Program

        return Program()
    return Binding()
