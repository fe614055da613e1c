"""Bringing a database to the newest schema."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from service.store.database import Database


def migrate(database: Database) -> None:
    """Apply every migration that the database has not seen; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_version(connection: sa.Connection) -> str | None:
    """The migration that the database is at."""
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version
