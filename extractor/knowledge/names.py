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
    surnames, others = _syllables()
    return (key := modern(syllable.lower())) in surnames or key in others


def is_surname(syllable: str) -> bool:
    """Whether a syllable, however written large, is a surname."""
    return modern(syllable.lower()) in _syllables()[0]


@cache
def _syllables() -> tuple[frozenset[str], frozenset[str]]:
    """Surnames, then middle and given names: the two parts of the list, each below a line that says so."""
    _, surnames, others = (part.partition("\n")[2] for part in ("\n" + _LIST.read_text("utf-8")).split("\n#"))
    return frozenset(map(modern, surnames.split())), frozenset(map(modern, others.split()))
