"""The tables, the same on SQLite and PostgreSQL.

A document is known by the SHA-256 of its bytes. Each job that reads it adds one version of its record; the tasks of
the newest version lie flattened in rows, so that they can be filtered. Folded columns (`*_fold`) hold text without
case and marks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

LIVE = ("queued", "running")
READ = ("succeeded", "partial")


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Moments with a time zone, on SQLite too (which keeps none)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


class Base(DeclarativeBase):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy
        datetime: UtcDateTime(),
        str: sa.Text(),
        list[str]: sa.JSON(),
    }


class Document(Base):
    """A file that somebody handed in, and what its newest record says it is."""

    __tablename__ = "document"

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]

    # From the newest record; null until there is one.
    version: Mapped[int | None]
    kind: Mapped[str | None]
    number: Mapped[str | None]
    issuer: Mapped[str | None]
    issuer_id: Mapped[str | None]
    place: Mapped[str | None]
    issued_on: Mapped[date | None]
    subject: Mapped[str | None]
    pages: Mapped[int | None]


class Job(Base):
    """One reading of a document: queued, running, then succeeded, partial or failed for good."""

    __tablename__ = "job"
    __table_args__ = (
        sa.CheckConstraint("state IN ('queued', 'running', 'succeeded', 'partial', 'failed')", name="state"),
        sa.Index("ix_job_document_id_id", "document_id", "id"),
        # At most one reading of a document is under way.
        sa.Index(
            "uq_job_live",
            "document_id",
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(sa.String(16))
    stage: Mapped[str] = mapped_column(sa.String(16))
    page: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)  # how often reading it was begun
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_message_en: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Record(Base):
    """One version of what was read from a document: who made it, with what, and the record itself as JSON text."""

    __tablename__ = "record"
    __table_args__ = (sa.UniqueConstraint("document_id", "version"),)

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    version: Mapped[int]
    job_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("job.id", ondelete="SET NULL"), unique=True)
    made_by: Mapped[str]  # "pipeline", or who corrected it
    pipeline_version: Mapped[str]
    schema_version: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(16))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[str]
    created_at: Mapped[datetime]


class Task(Base):
    """A task of the newest record of a document, in reading order."""

    __tablename__ = "task"
    __table_args__ = (sa.Index("ix_task_due", "due"), sa.UniqueConstraint("document_id", "position"))

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str]  # the task's id in the record: the same unit keeps it over versions
    path: Mapped[list[str]]
    heading: Mapped[str | None]
    title: Mapped[str]
    text: Mapped[str]
    fold: Mapped[str]
    due: Mapped[date | None]  # the first of its deadlines
    confidence: Mapped[float]
    inferred: Mapped[bool]
    warned: Mapped[bool]  # the record warns about this very task

    document: Mapped[Document] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(
        order_by="Assignment.position", cascade="all, delete-orphan", passive_deletes=True
    )
    deadlines: Mapped[list[Deadline]] = relationship(
        order_by="Deadline.position", cascade="all, delete-orphan", passive_deletes=True
    )


class Assignment(Base):
    """Who acts in a task."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.Index("ix_assignment_agency_fold", "agency_fold"),
        sa.Index("ix_assignment_agency_id", "agency_id"),
    )

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    agency: Mapped[str]
    agency_fold: Mapped[str]
    agency_id: Mapped[str | None]
    as_written: Mapped[str | None]
    source: Mapped[str] = mapped_column(sa.String(16))
    confidence: Mapped[float]
    inferred: Mapped[bool]


class Deadline(Base):
    """By when a task is due."""

    __tablename__ = "deadline"
    __table_args__ = (sa.Index("ix_deadline_due", "due"),)

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    due: Mapped[date | None]
    start: Mapped[date | None]
    rrule: Mapped[str | None]
    anchor: Mapped[str | None]
    offset: Mapped[str | None]
    working_days: Mapped[bool]
    text: Mapped[str]
    confidence: Mapped[float]
    inferred: Mapped[bool]


def owned(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table is ours: the job engine keeps its own in the same database, which no migration touches."""
    return kind != "table" or name in Base.metadata.tables
