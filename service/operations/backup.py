"""A backup: the database and every file that its rows name, made while the service runs, with their checksums.

The database is written first. A row is committed only after its files are on disk, and files are never changed, so the
files that the written state names can be collected afterwards at leisure; only `check --remove-orphans` has to wait.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError

from service.house import held
from service.operations import chest, dump, rooms
from service.settings import MIB, Settings
from service.store import changes, migrate
from service.store.database import Database
from service.store.tables import Document
from service.version import VERSION

MANIFEST = "manifest.json"
DATABASE = "database"
MOVING_FILES = ".files.lock"  # held by whoever needs files that no row names any more to stay
_NAME = re.compile(r"(\w+)/([0-9a-f]{2})/([0-9a-f]{62})")


class Manifest(BaseModel):
    """What a backup holds. `files` are those of each room, by SHA-256; `missing` were named but not there."""

    format: Literal[1] = 1
    made_at: datetime
    version: str
    schema_version: str
    database: dump.Kind
    database_sha256: str
    documents: int
    last_change: int
    files: dict[str, list[str]]
    missing: dict[str, list[str]]


class Damaged(Exception):
    """This is no whole backup; says what is wrong with it."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(self.faults[:5]))


def make(settings: Settings, database: Database, target: Path) -> Manifest:
    """Make a backup. Raises FileExistsError, InUse, dump.NoTool, dump.Failed, OSError, sqlalchemy.exc.SQLAlchemyError."""
    with (
        held(settings.data / MOVING_FILES),
        chest.filling(target) as into,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder,
    ):
        file = Path(folder) / DATABASE
        with dump.dumped(database, file) as session:
            named = {room: rooms.named(session, room) for room in rooms.ROOMS}
            there = {room: set(_there(settings, room, named[room])) for room in named}
            manifest = Manifest(
                made_at=datetime.now(UTC),
                version=VERSION,
                schema_version=migrate.schema_version(session.connection()) or "",
                database=dump.kind(database),
                database_sha256=_sha256(file),
                documents=session.scalar(sa.select(sa.func.count()).select_from(Document)) or 0,
                last_change=changes.last(session),
                files={room: sorted(there[room]) for room in named},
                missing={room: sorted(named[room] - there[room]) for room in named},
            )
        said = Path(folder) / MANIFEST
        said.write_text(manifest.model_dump_json(indent=1), "utf-8")
        into.put(MANIFEST, said)
        into.put(DATABASE, file)
        for room, files in manifest.files.items():
            blobs = rooms.blobs(settings, room)
            for sha256 in files:
                path = blobs.path(sha256)
                into.put(path.relative_to(settings.data).as_posix(), path)
    return manifest


def read(source: Path) -> Manifest:
    """What a backup says that it holds. Raises Damaged."""
    try:
        for name, opened in chest.files(source):
            if name == MANIFEST:
                return Manifest.model_validate_json(opened.read())
    except (OSError, tarfile.TarError, ValidationError) as error:
        raise Damaged([str(error)]) from None
    raise Damaged([f"{MANIFEST} ?"])


def verify(source: Path) -> Manifest:
    """Read all of a backup and compare it with its checksums. Raises Damaged."""
    manifest = read(source)
    expected = {
        f"{room}/{sha256[:2]}/{sha256[2:]}": sha256 for room, files in manifest.files.items() for sha256 in files
    }
    expected[DATABASE] = manifest.database_sha256
    faults = []
    try:
        for name, opened in chest.files(source):
            wanted = expected.pop(name, None)
            if wanted and _digest(opened) != wanted:
                faults.append(name)
    except (OSError, tarfile.TarError) as error:
        faults.append(str(error))
    if faults or expected:
        raise Damaged([*faults, *sorted(expected)])
    return manifest


def room_of(name: str) -> str | None:
    """The room of a file in a backup; None for what is no file of a room."""
    found = _NAME.fullmatch(name)
    return found[1] if found and found[1] in rooms.ROOMS else None


def _there(settings: Settings, room: str, named: Iterable[str]) -> Iterator[str]:
    blobs = rooms.blobs(settings, room)
    return (sha256 for sha256 in named if blobs.path(sha256).exists())


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return _digest(opened)


def _digest(opened: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := opened.read(MIB):
        digest.update(piece)
    return digest.hexdigest()
