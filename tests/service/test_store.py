"""The parts of the store by themselves."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import postgres
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateTable

from extractor.errors import EmptyFile, UnsupportedType
from service import jobs
from service.access.actor import the_service
from service.intake.media_type import media_type
from service.settings import Settings
from service.store import documents, offices, tables
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.fold import fold
from service.store.ids import new_id
from service.store.migrate import migrate, schema_version
from service.store.tables import Base, owned


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = "" if request.param == "sqlite" else postgres.fresh(request.node.name)
    made = Database(Settings(data=tmp_path, database_url=url).url)
    migrate(made)
    yield made
    made.close()


def _document(session: Session) -> tables.Document:
    return documents.add(
        session,
        actor=the_service("tests"),
        office=offices.default(session).id,
        sha256="0" * 64,
        file_name="a",
        media_type="text/plain",
        size=1,
    )


def test_migrations_lead_to_the_models(database: Database, tmp_path: Path) -> None:
    migrate(database)  # again: nothing happens
    jobs.migrate(Settings(data=tmp_path, database_url=database.url))
    with database.engine.connect() as connection:
        assert schema_version(connection)
        found = sa.inspect(connection)
        engine_lives_here = "dbos" in found.get_schema_names() or "workflow_status" in found.get_table_names()
        assert engine_lives_here, "and its tables are no difference"
        context = MigrationContext.configure(
            connection, opts={"include_name": owned, "compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, Base.metadata) == []
        if connection.dialect.name == "sqlite":
            assert connection.scalar(sa.text("PRAGMA journal_mode")) == "wal"


def test_the_schema_is_postgresql_as_well() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            text = str(CreateIndex(index).compile(dialect=dialect))
            assert ("WHERE" in text) == (index.name == "uq_job_live")


def test_one_reading_at_a_time(database: Database) -> None:
    with database.writing() as session:
        document = _document(session)
        documents.add_job(session, document, priority=1)
    with pytest.raises(IntegrityError), database.writing() as session:
        documents.add_job(session, document, priority=1)


def test_moments_keep_their_zone(database: Database) -> None:
    before = datetime.now(UTC)
    with database.writing() as session:
        office = _document(session).office_id
    with database.reading() as session:
        document = documents.by_sha256(session, office, "0" * 64)
        assert document and before <= document.received_at <= datetime.now(UTC)


def test_ids_sort_by_time() -> None:
    before = int(time.time() * 1000)
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(ids) and len(set(ids)) == 5000
    assert {made.version for made in ids} == {7}
    assert before <= ids[0].int >> 80 <= int(time.time() * 1000) + 1


def test_folding_forgets_case_and_marks() -> None:
    assert fold("Ủy ban  Nhân dân\nquận Đống Đa") == "uy ban nhan dan quan dong da"
    assert fold("Sở Nội vụ") == fold("Sở Nội vụ") == fold("SO NOI VU")


def test_blobs_are_kept_once_and_never_half(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    content = b"x" * 3_000_000
    sha256 = blobs.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.path(sha256) == tmp_path / "blobs" / sha256[:2] / sha256[2:]
    assert blobs.put(content) == sha256
    with pytest.raises(RuntimeError), blobs.incoming() as incoming:
        incoming.write(b"half")
        raise RuntimeError
    (blobs.root / ".incoming-left").touch()
    blobs.sweep()
    assert (blobs.root / ".incoming-left").exists(), "it may be somebody's who writes here now"
    blobs.sweep(older_than=-1)
    assert [path for path in blobs.root.rglob("*") if path.is_file()] == [blobs.path(sha256)]
    assert blobs.path(sha256).stat().st_mode & 0o222 == 0
    blobs.delete(sha256)
    with pytest.raises(FileNotFoundError):
        blobs.get(sha256)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"junk" * 100 + b"%PDF-1.4", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        ("Chỉ thị".encode(), "text/plain"),
        ("Chỉ thị".encode()[:-1], "text/plain"),
        ("Chỉ thị".encode("utf-16"), "text/plain"),
    ],
)
def test_known_by_the_first_bytes(head: bytes, kind: str) -> None:
    assert media_type(head) == kind


@pytest.mark.parametrize(
    "head", [b"PK\x03\x04", b"<html>", b" <?xml ?>", b"{\\rtf1", b"\xd0\xcf\x11\xe0", b"\xfe", b"a\x00b"]
)
def test_other_kinds_are_refused(head: bytes) -> None:
    with pytest.raises(UnsupportedType):
        media_type(head)


def test_nothing_is_refused_as_such() -> None:
    with pytest.raises(EmptyFile):
        media_type(b"")


def test_settings_come_from_defaults_environment_and_arguments() -> None:
    environ = {"DIRECTIVES_PORT": "9000", "DIRECTIVES_ALLOWED_HOSTS": "a.example, b.example", "DIRECTIVES_DATA": "d"}
    settings = Settings.load(environ, port=None, host="::1")
    assert (settings.port, settings.host, settings.data) == (9000, "::1", Path("d"))
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.url.startswith("sqlite:////")
    assert Settings(database_url="postgresql://h/d").url == "postgresql+psycopg://h/d"
    with pytest.raises(ValueError, match="DIRECTIVES_PORT"):
        Settings.load({"DIRECTIVES_PORT": "http"})
