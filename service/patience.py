"""What the machine lacks for a while is waited for: a database that restarts, a disk that is full.

Such a lack is nobody's fault and no property of the document that is at hand, so nothing fails by it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from psycopg.errors import DiskFull
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection  # all are in use

from service.store.blobs import FULL

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()

_LONGEST = 30.0  # seconds between two tries


def passing(error: BaseException) -> bool:
    """Whether the same may succeed later, with nothing changed but the machine's state."""
    if isinstance(error, OSError):
        return error.errno in FULL
    if not isinstance(error, DBAPIError):
        return isinstance(error, NoConnection)
    if isinstance(error.orig, sqlite3.Error):  # it calls mistakes in SQL operational as well
        return (
            isinstance(error, OperationalError) and getattr(error.orig, "sqlite_errorcode", 1) != sqlite3.SQLITE_ERROR
        )
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def no_space(error: BaseException) -> bool:
    """Whether a disk is full: the data folder's, or the database's."""
    if isinstance(error, OSError):
        return error.errno in FULL
    cause = getattr(error, "orig", None)
    return isinstance(cause, DiskFull) or getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


async def patiently(step: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Do a step, in a thread, as often as it takes until nothing that is lacking stops it."""
    wait = 0.2
    while True:
        try:
            return await asyncio.to_thread(step, *given, **named)
        except Exception as error:
            if not passing(error):
                raise
            log.warning("waiting", why=type(error).__name__, seconds=wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST)
