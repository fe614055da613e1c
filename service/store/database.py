"""The database: one engine, a session that only looks, a session that changes things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store import changes, tally


class Database:
    """SQLite (WAL) or PostgreSQL behind the same two doors, `reading` and `writing`."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
            self.engine = _sqlite(url)
        else:
            self.engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
        # On SQLite a transaction that will write says so at its start: one that begins by reading can not be
        # promoted while another writes, and would fail at once instead of waiting its turn.
        self._writer = self.engine.execution_options(begin="IMMEDIATE")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end, or not at all."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session
            tally.write(session)
            changes.publish(session)

    def close(self) -> None:
        self.engine.dispose()


_MAPPED = 1 << 30  # bytes of the file that are looked at where they lie, instead of being copied page by page


def _sqlite(url: str) -> sa.Engine:
    engine = sa.create_engine(url, hide_parameters=True)  # they are what documents say, and errors are logged

    @sa.event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # an accepted upload survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA mmap_size={_MAPPED}")

    @sa.event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine
