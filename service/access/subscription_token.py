"""How calendar programs and feed readers show who they are: they keep an address, perhaps a password, and can send no other header.

A token may come as the password (HTTP Basic, any name) or in the address (``?token=``), where something can be subscribed to.
Addresses are handed round and written down, so such a token must be good for that alone.
"""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.types import Scope as Connection

from service.access.actor import Actor, Scope

# What can be subscribed to, and the scope that the token must have.
SCOPES: dict[str, Scope] = {"/v1/calendar.ics": "calendar", "/v1/search.atom": "search"}


def challenge(path: str) -> str:
    return f'Basic realm="{SCOPES[path]}", charset="UTF-8"'


def shown(scope: Connection, headers: Headers) -> str | None:
    """The secret that a request to a subscription shows; it is taken out of the address, so that nobody behind sees it."""
    if scope["path"] not in SCOPES:
        return None
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    in_address = [value for name, value in query if name == "token"]
    if in_address:
        scope["query_string"] = urlencode([(name, value) for name, value in query if name != "token"]).encode()
    kind, _, given = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:
            return ""
    return in_address[0] if in_address else None


def suffices(actor: Actor, path: str) -> bool:
    """Whether a token is one that may be shown like this."""
    return actor.scopes == {SCOPES[path]}
