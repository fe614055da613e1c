"""What reading hands to layout: pages of words with boxes and confidences."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractor.record import Box, Reading, Warning


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read. `text` is Unicode NFC without white space, `box` in PDF points from the page's top left."""

    text: str
    box: Box
    confidence: float  # 0 to 1
    line: int = 0  # the engine's own line number; words of one engine line share it
    bold: bool | None = None
    italic: bool | None = None


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as read. `text` is set, and `words` empty, only where the text was given (reading "text")."""

    number: int
    width: float
    height: float
    reading: Reading
    words: tuple[Word, ...] = ()
    text: str | None = None
    confidence: float = 1.0  # mean of the words' confidences; 1.0 for given text, 0.0 for a failed page
    warnings: tuple[Warning, ...] = field(default=())
