"""What Vietnamese persons are called: surnames, and syllables that are often middle or given names (names.txt).

It tells which of two readings of a name under a seal is likelier. It says nothing about names that it lacks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from extractor.knowledge.spelling import modern

_LIST = Path(__file__).with_suffix(".txt")


def is_of_names(syllable: str) -> bool:
    """Whether a syllable, however written large, is a common part of names."""
    return modern(syllable.lower()) in _syllables()


@cache
def _syllables() -> frozenset[str]:
    lines = _LIST.read_text("utf-8").splitlines()
    return frozenset(modern(word) for line in lines if not line.startswith("#") for word in line.split())
