"""Bringing a database to the newest schema."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from service.store.database import Database

_LOCK = 0x6D69_6772


def migrate(database: Database) -> None:
    """Apply every migration that the database has not seen; safe to call at every start."""
    config = _config()
    with database.engine.execution_options(begin="IMMEDIATE").connect() as connection:
        if connection.dialect.name == "sqlite":
            # SQLite changes a table by making it anew; with foreign keys on, dropping the old one would take what
            # refers to it along. The switch has no effect within a transaction, so it stands before it.
            _plain(connection).execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _upgrade(connection, config)
        finally:
            if connection.dialect.name == "sqlite":
                _plain(connection).execute("PRAGMA foreign_keys=ON")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def known() -> Sequence[str]:
    """The migrations that this program knows, the newest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]


def _upgrade(connection: sa.Connection, config: Config) -> None:
    if connection.dialect.name == "postgresql":  # of several machines that start at once, one migrates
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"the migration would leave rows that refer to nothing: {broken[:5]}")


def _plain(connection: sa.Connection) -> sqlite3.Connection:
    plain = connection.connection.dbapi_connection
    assert isinstance(plain, sqlite3.Connection)
    return plain


def schema_version(connection: sa.Connection) -> str | None:
    """The migration that the database is at; None before the first."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version
