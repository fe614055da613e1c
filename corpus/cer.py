"""Character error rate: how much of a truth text a reading got wrong."""

from __future__ import annotations

import unicodedata

from rapidfuzz.distance import Levenshtein


def fold(text: str) -> str:
    """The text in NFC with every run of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def cer(read: str, truth: str) -> float:
    """Edits (insert, delete, replace) over characters of the truth; reading order counts.

    0.0 is perfect, more than 1.0 is possible.     An empty truth gives 0.0 for an empty reading, else 1.0.
    """
    read, truth = fold(read), fold(truth)
    if not truth:
        return 0.0 if not read else 1.0
    return Levenshtein.distance(read, truth) / len(truth)
