"""The whole database as one file, while it is in use, and back again: SQLite's own backup, and PostgreSQL's own tools."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.database import Database

Kind = Literal["sqlite", "postgresql"]


class NoTool(Exception):
    """A program of PostgreSQL is not installed here."""


class Failed(Exception):
    """A program of PostgreSQL, or SQLite, could not do it; says what it said."""


def kind(database: Database) -> Kind:
    return cast(Kind, database.engine.dialect.name)


@contextlib.contextmanager
def dumped(database: Database, target: Path) -> Iterator[Session]:
    """Write the database to a new file; a session that sees the very state that was written.

    Raises NoTool, Failed, OSError, sqlalchemy.exc.SQLAlchemyError.
    """
    if kind(database) == "sqlite":
        _copy(_file(database), target)
        engine = sa.create_engine(f"sqlite:///{target}", hide_parameters=True)
        try:
            with Session(engine) as session:
                yield session
        finally:
            engine.dispose()
        return
    with snapshot(database) as session:
        name = session.scalar(sa.text("SELECT pg_export_snapshot()"))
        _run(database, "pg_dump", "--format=custom", f"--snapshot={name}", f"--file={target}")
        yield session


@contextlib.contextmanager
def snapshot(database: Database) -> Iterator[Session]:
    """A session all of whose questions are answered from one state of the database."""
    options = {"isolation_level": "REPEATABLE READ"} if kind(database) == "postgresql" else {}
    with Session(database.engine.execution_options(**options)) as session:
        yield session


def restore(file: Path, database: Database) -> None:
    """Put a dump of the same kind in the place of what the database holds, which is empty or of no use any more.

    A file of SQLite that was there is kept beside, under another name. Raises NoTool, Failed, OSError.
    """
    if kind(database) == "sqlite":
        _replace(_file(database), file)
    else:
        empty(database)
        _run(database, "pg_restore", "--single-transaction", "--exit-on-error", str(file))


def empty(database: Database) -> None:
    """Drop all that a PostgreSQL database holds, the job engine's tables as well. Its user has to own it."""
    with database.engine.begin() as connection:
        for statement in ("DROP SCHEMA IF EXISTS dbos CASCADE", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"):
            connection.exec_driver_sql(statement)


def _file(database: Database) -> Path:
    return Path(str(database.engine.url.database))


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that it is one file
        answer = copy.execute("PRAGMA quick_check").fetchone()[0]
    if answer != "ok":
        raise Failed(answer)


def _replace(place: Path, file: Path) -> None:
    if place.exists():
        place.rename(_free(place))
    for beside in ("-wal", "-shm"):
        place.with_name(place.name + beside).unlink(missing_ok=True)
    part = place.with_name(place.name + ".part")
    shutil.copyfile(file, part)
    part.replace(place)


def _free(place: Path) -> Path:
    """A name for what was there that nothing has yet."""
    number = 1
    while (free := place.with_name(f"{place.name}.before-{number}")).exists():
        number += 1
    return free


def _run(database: Database, tool: str, *arguments: str) -> None:
    given = dict(database.engine.dialect.create_connect_args(database.engine.url)[1])
    given.pop("context", None)  # the driver's own
    # Not among the arguments: everybody on the machine can read those.
    secret = {"PGPASSWORD": str(given.pop("password"))} if given.get("password") else {}
    where = psycopg.conninfo.make_conninfo("", **given)
    done = subprocess.run(
        [_tool(tool), "--no-owner", "--no-privileges", "--no-password", f"--dbname={where}", *arguments],
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(done.stderr.strip())


def _tool(name: str) -> str:
    """The newest that is installed: it understands servers up to its own version."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda tool: int(tool.parts[4]))
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise NoTool(name)
    return found
