"""A view of scanned text in which misread accents of set phrases are put right, for grammars to read.

A scan loses the upper of two marks more than anything else ("tô chức", "kê hoạch"). The view has the same length as the text, so places found
in it hold in the text; the record keeps the words as they were read. Only phrases of the list are touched, never numbers or names.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from extractor.knowledge import spelling
from extractor.layout.document import Document

_LIST = Path(__file__).parent.parent / "knowledge" / "phrases.txt"


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    lines = [line.strip() for line in _LIST.read_text("utf-8").splitlines()]
    right = {
        spelling.fold(p): p for p in (spelling.modern(line) for line in lines if line and not line.startswith("#"))
    }
    longest_first = sorted(right, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)"), right


# Specks of a scan read as a stop inside a sentence: no sentence goes on in lower case, but for abbreviations and numbers.
_SPECK = re.compile(r"(?<=[^\W\d_]{3})(?<!v\.v)\.(?= [^\W\d_]{2})")


def _without_specks(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        word = re.search(r"\w+$", text[: match.start()])
        lower = text[match.end() + 1].islower() and word is not None and word[0].islower()
        return " " if lower else "."

    return _SPECK.sub(blank, text)


def respell(text: str) -> str:
    """The text with misread phrases put right and specks inside a sentence blanked, same length, capitals kept."""
    text = _without_specks(text)
    pattern, right = _phrases()
    out = list(text)
    folded = spelling.fold(text)
    for match in pattern.finditer(folded):
        start = match.start()
        for i, char in enumerate(right[match[0]]):
            if char.isalpha():
                out[start + i] = char.upper() if text[start + i].isupper() else char
    return "".join(out)


def respelled(document: Document) -> Document:
    """The document as grammars read it: paragraphs from scanned pages respelled. Same offsets, so the same places."""
    scanned = {page.number for page in document.pages if page.reading == "ocr"}
    if not scanned:
        return document
    flow = list(document.flow)
    paragraphs = []
    for p in document.paragraphs:
        text = respell(p.text) if any(line.page in scanned for line in p.lines) else p.text
        flow[p.start : p.end] = text
        paragraphs.append(replace(p, text=text))
    return replace(document, flow="".join(flow), paragraphs=tuple(paragraphs))
