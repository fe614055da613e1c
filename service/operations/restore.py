"""A backup put back: into an empty place, or over what is there if that is asked for. It is read to its end first."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import jobs
from service.access.actor import the_service
from service.house import IN_USE, InUse, held, prepare
from service.operations import backup, carry, chest, dump, rooms
from service.operations.backup import Damaged, Manifest
from service.settings import MIB, Settings
from service.store import audit, changes, migrate, progress
from service.store.database import Database
from service.store.tables import LIVE, Answer, Document, Event, Invitation, Job, SignIn, Token, User, Worker

# Trackers may have seen changes that came after the backup. New changes get numbers that none of them has seen.
FEED_GAP = 1_000_000


class NotEmpty(Exception):
    """Something is kept there already."""


class Unsuited(Exception):
    """The backup is of a newer version, or of a PostgreSQL while the target is SQLite."""


def put_back(settings: Settings, source: Path, *, force: bool) -> tuple[Manifest, int]:
    """Put a backup back; what it held, and how many jobs were queued anew.

    Raises Damaged, NotEmpty, Unsuited, InUse, dump.NoTool, dump.Failed, OSError, sqlalchemy.exc.SQLAlchemyError. Cut off,
    it can be done again.
    """
    manifest = backup.verify(source)
    settings.data.mkdir(parents=True, exist_ok=True)
    with held(settings.data / IN_USE), contextlib.closing(Database(settings.url)) as database:
        _suits(manifest, database)
        _nobody_else(database)
        if not force and not _is_empty(database):
            raise NotEmpty
        with tempfile.TemporaryDirectory(dir=settings.data, prefix=".restore-") as folder:
            file = Path(folder) / backup.DATABASE
            _take_out(source, settings, file)
            database.close()  # its file is replaced
            if manifest.database == dump.kind(database):
                dump.restore(file, database)
                prepare(settings, database)
            else:
                dump.empty(database)
                prepare(settings, database)
                with contextlib.closing(Database(f"sqlite:///{file}")) as old:
                    migrate.migrate(old)
                    carry.carry(old, database)
        return manifest, _go_on(settings, database, manifest)


def _suits(manifest: Manifest, database: Database) -> None:
    newer = manifest.schema_version not in migrate.known()
    if newer or (manifest.database, dump.kind(database)) == ("postgresql", "sqlite"):
        raise Unsuited


def _nobody_else(database: Database) -> None:
    """Raises InUse when some process, perhaps on another machine, is connected."""
    if dump.kind(database) == "postgresql":
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with database.engine.connect() as connection:
            if connection.scalar(sa.text(others)):
                raise InUse("pg_stat_activity")


def _is_empty(database: Database) -> bool:
    """Whether nothing is kept there that anybody would miss."""
    there = sa.inspect(database.engine).get_table_names()
    with database.reading() as session:
        return not any(
            session.scalar(sa.select(sa.literal(1)).select_from(table).limit(1))
            for table in (Document, User, Token)
            if table.__tablename__ in there
        )


def _take_out(source: Path, settings: Settings, database: Path) -> None:
    """Put files into their rooms and the dump into a file. Raises Damaged: it may have changed since it was verified."""
    for name, opened in chest.files(source):
        if name == backup.DATABASE:
            with database.open("wb") as file:
                shutil.copyfileobj(opened, file)
        elif room := backup.room_of(name):
            with rooms.blobs(settings, room).incoming() as incoming:
                while piece := opened.read(MIB):
                    incoming.write(piece)
                if incoming.keep() != name.removeprefix(room).replace("/", ""):
                    raise Damaged([name])


def _go_on(settings: Settings, database: Database, manifest: Manifest) -> int:
    """Make what was put back fit to go on with; how many jobs were queued anew."""
    with database.writing() as session:
        for over in (Worker, SignIn, Invitation, Answer):  # of processes, browsers and requests of another time
            session.execute(sa.delete(over))
        live = progress.live(session)
        session.execute(sa.update(Job).where(Job.state.in_(LIVE)).values(state="queued", stage="queued", worker=None))
        _skip_numbers(session)
        said = manifest.model_dump(mode="json", include={"made_at", "version", "documents", "last_change"})
        audit.note(session, the_service("directives restore"), "restore", "backup", None, after=said)
    with contextlib.closing(jobs.Queue(settings)) as queue:
        for job_id in live:  # results of steps that were done are not in a backup
            queue.renew(database, job_id)
    return len(live)


def _skip_numbers(session: Session) -> None:
    last = changes.last(session)
    if session.get_bind().dialect.name == "sqlite":
        number = {"last": last + FEED_GAP, "table": Event.__tablename__}
        session.execute(sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :table"), number)
    else:
        session.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence("event", "seq"), last + FEED_GAP)))
