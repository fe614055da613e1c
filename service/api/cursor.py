"""Cursors of pages: opaque to the caller, tied to the filters that they were made under."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from service.problems import Problem


def encode(place: list[Any], filters: Any) -> str:
    """A cursor for the place where a page ended: a list of JSON values."""
    text = json.dumps([_mark(filters), *place], default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, filters: Any, length: int) -> list[Any]:
    """The place of a cursor. Raises Problem("bad-cursor") when it is broken or was made under other filters."""
    try:
        mark, *place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError):
        raise Problem("bad-cursor") from None
    if mark != _mark(filters) or len(place) != length:
        raise Problem("bad-cursor")
    return list(place)


def _mark(filters: Any) -> str:
    return hashlib.sha256(repr(filters).encode()).hexdigest()[:8]
