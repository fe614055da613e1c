"""Text as XML files and calendars can hold it."""

from __future__ import annotations

import re

# What XML 1.0 has no place for, not even escaped; a hand-made correction may hold anything that JSON can say.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text without characters that XML forbids."""
    return _UNPRINTABLE.sub("", text)
