"""Character error rate: how much of a truth text a reading got wrong."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import Levenshtein

from extractor.knowledge.spelling import modern

_OTHER = 4  # words: a longer difference is one of the editions
_AGREED = 2  # words on either side of a difference that count as the same place


def fold(text: str) -> str:
    """The text in NFC with every run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def cer(read: str, truth: str) -> float:
    """Edits (insert, delete, replace) over characters of the truth; reading order counts.

    0.0 is perfect, more than 1.0 is possible. An empty truth gives 0.0 for an empty reading, else 1.0.
    """
    read, truth = fold(read), fold(truth)
    if not truth:
        return 0.0 if not read else 1.0
    return Levenshtein.distance(read, truth) / len(truth)


def body_cer(read: str, retyped: str) -> float:
    """Character error rate against a text that was typed anew, over what both have in common: the body.

    A re-typed text has another head and foot, its headings on lines of their own, tables in another order, and no page numbers. So words
    are aligned, and differences count where they are short and stand between words that agree. Capitals do not count, and tone marks do
    in either place (hoà, hòa). What comes after "Nơi nhận" is left to other measures.
    """
    ours, theirs = (modern(fold(text)).lower().split() for text in (re.split(r"Nơi nhận\W", read)[0], retyped))
    steps = list(Levenshtein.opcodes(ours, theirs))
    edits = size = 0
    for i, step in enumerate(steps):
        if step.tag == "equal":
            size += len(" ".join(theirs[step.dest_start : step.dest_end])) + 1
        elif 0 < i < len(steps) - 1:
            around = min(side.src_end - side.src_start for side in (steps[i - 1], steps[i + 1]) if side.tag == "equal")
            if max(step.src_end - step.src_start, step.dest_end - step.dest_start) <= _OTHER and around >= _AGREED:
                typed = " ".join(theirs[step.dest_start : step.dest_end])
                edits += Levenshtein.distance(" ".join(ours[step.src_start : step.src_end]), typed)
                size += len(typed)
    return edits / size if size else 0.0
