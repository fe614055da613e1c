"""What a grammar finds: a frozen value with its place in the text that it was given, and the rule that found it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """Characters [start, end) of the text, the rule's name, and how often the rule is right (0 to 1)."""

    start: int
    end: int
    rule: str
    confidence: float


def overlaps(start: int, end: int, taken: Iterable[Range]) -> bool:
    """Whether [start, end) touches a range that an earlier grammar took."""
    return any(start < t_end and t_start < end for t_start, t_end in taken)


def mask(text: str, taken: Sequence[Range]) -> str:
    """The text with the taken ranges blanked by spaces, same length, so that offsets stay valid."""
    out = list(text)
    for start, end in taken:
        out[start:end] = " " * (end - start)
    return "".join(out)
