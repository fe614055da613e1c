"""Numbers of documents in one spelling, so that "02 / CT–UBND" finds "2/CT-UBND"."""

from __future__ import annotations

import re

from service.store.fold import fold

_LEAD = re.compile(r"^(?:so|s[oố]?\.)[\s:.]+")
_JOINED = re.compile(r"\s*&\s*")
_PIECE = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")


def symbol(number: str | None) -> str | None:
    """The parts of a number, folded and joined by hyphens; None where nothing is left of it.

    Case, marks, spaces, "&", the kind of separator and noughts in front make no difference: state and Party offices write
    "36-NQ/TW" and "36/NQ-TW" alike. A year within the number stays a part of it.
    """
    text = _LEAD.sub("", fold(number or ""))
    pieces = _PIECE.findall(_JOINED.sub("", text))
    parts = [re.sub(r"^0+(?=\w)", "", piece) if piece[0].isdigit() else piece for piece in pieces]
    return "-".join(parts) or None


def year(symbol: str | None) -> int | None:
    """The year that a number names ("45/2008/CT-BGDĐT"): such a number stands for one document of its office."""
    named = [part for part in (symbol or "").split("-")[1:] if _YEAR.fullmatch(part)]
    return int(named[0]) if named else None
