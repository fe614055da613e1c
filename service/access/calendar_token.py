"""How calendar programs show who they are: they keep an address, perhaps a password, and can send no other header.

A token may come as the password (HTTP Basic, any name) or in the address (``?token=``), at the calendar alone. Addresses
are handed round and written down, so such a token must be good for nothing but the calendar.
"""

from __future__ import annotations

import base64
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.types import Scope

from service.access.actor import Actor

PATH = "/v1/calendar.ics"
CHALLENGE = 'Basic realm="calendar", charset="UTF-8"'


def shown(scope: Scope, headers: Headers) -> str | None:
    """The secret that a request to the calendar shows; it is taken out of the address, so that nobody behind sees it."""
    if scope["path"] != PATH:
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


def suffices(actor: Actor) -> bool:
    """Whether a token is one that may be shown like this."""
    return actor.scopes == {"calendar"}
