"""The PostgreSQL of the tests: one server for all of them, started when the first asks for it."""

from __future__ import annotations

import atexit
from functools import cache

import pytest

from corpus.postgres import MISSING, Missing, Server


def fresh(name: str = "test") -> str:
    """The URL of a new, empty database. Skips the test where no server is installed."""
    server = _server()
    if server is None:
        pytest.skip(MISSING)
    return server.fresh(name)


@cache
def _server() -> Server | None:
    try:
        server = Server("-c fsync=off")
    except Missing:
        return None
    atexit.register(server.close)
    return server
