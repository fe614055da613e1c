"""A search as the query of an address: what follows "?" of the page, of its feed, of a saved search."""

from __future__ import annotations

from typing import get_args
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from service.search.search import Asked, What
from service.store.schedule import today_in_vietnam


def query_of(asked: Asked) -> str:
    """The question as the part of an address behind "?"."""
    given = {"q": asked.text, "what": asked.what} | ({"tolerant": "true"} if asked.tolerant else {})
    return urlencode(given)


def asked_by(query: str, office: UUID | None) -> Asked:
    """The question of an address, within an office. Parts that are not a search's are passed over."""
    given = dict(parse_qsl(query.removeprefix("?")))
    what: What = given["what"] if given.get("what") in get_args(What) else "pages"  # type: ignore[assignment]
    return Asked(given.get("q", ""), what, office, bool(given.get("tolerant")), today_in_vietnam())
