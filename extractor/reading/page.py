"""What reading hands to layout: pages of words with boxes and confidences."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from extractor.record import Box, Reading, Triage, Warning


@dataclass(frozen=True, slots=True)
class Word:
    """A word as read. `text` is Unicode NFC without white space, `box` in PDF points from the page's top left."""

    text: str
    box: Box
    confidence: float  # 0 to 1
    line: int = 0  # the engine's own line number; words of one engine line share it
    bold: bool | None = None
    italic: bool | None = None
    raw: str | None = None  # what the engine read, where `text` was repaired
    guesses: tuple[
        tuple[str, float], ...
    ] = ()  # of digits in a gap of the head: their readings and the probability of each


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as read. `text` is set, and `words` empty, only where the text was given (reading "text").

    Boxes lie on the page as the file shows it. A scan may lie skewed, on its side or upside down there: `turn` says
    by how many degrees clockwise it has to be turned to stand upright, and `upright` turns a box so.
    """

    number: int
    width: float
    height: float
    reading: Reading
    words: tuple[Word, ...] = ()
    text: str | None = None
    confidence: float = 1.0  # mean of the words' confidences; 1.0 for given text, 0.0 for a failed page
    warnings: tuple[Warning, ...] = field(default=())
    turn: float = 0.0
    rules: tuple[Box, ...] = ()  # the ruled lines of tables: long thin boxes
    triage: Triage | None = None

    def upright(self, box: Box) -> Box:
        """Where a box of the page comes to lie when the page is turned upright, in points from its top left then."""
        return turned(box, self.width, self.height, self.turn)


def turned(box: Box, width: float, height: float, degrees: float) -> Box:
    """A box of a page of this size after the page is turned clockwise about its centre; the box stays axis-parallel.

    At odd quarter turns the page's width and height change places, and so do the box's.
    """
    if not degrees:
        return box
    on_side = round(degrees / 90) % 2 == 1
    angle = math.radians(degrees)
    dx, dy = (box[0] + box[2] - width) / 2, (box[1] + box[3] - height) / 2
    x = (height if on_side else width) / 2 + math.cos(angle) * dx - math.sin(angle) * dy
    y = (width if on_side else height) / 2 + math.sin(angle) * dx + math.cos(angle) * dy
    w, h = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
    if on_side:
        w, h = h, w
    return (x - w, y - h, x + w, y + h)
