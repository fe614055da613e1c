"""The tables, the same on SQLite and PostgreSQL.

A document is known, within its office, by the SHA-256 of its bytes. Every reading and every correction adds one version of
its record and changes none; the tasks of the current version lie flattened in rows, so that they can be filtered. A task
keeps its row, and so its id, over all versions; one that is no longer given stays as a tombstone (`withdrawn_at`). Targets and
references are laid out beside them anew each time. Folded
columns (`*fold`) hold text without case and marks.

Events and audit entries name what they are about by id alone, without foreign keys: they outlive it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

LIVE = ("queued", "running")
READ = ("succeeded", "partial")
# A tracker's workflow states; whether a task is in time is another question, answered from dates.
TASK_STATES = (
    "not_started",
    "in_progress",
    "awaiting_confirmation",
    "done",
    "returned",
    "refused",
    "suspended",
    "cancelled",
)
_Serial = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")  # SQLite counts only columns declared INTEGER


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
        dict[str, Any]: sa.JSON(),
    }


class Office(Base):
    """An office that the service works for. Users and tokens of an office see its documents only."""

    __tablename__ = "office"

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class Document(Base):
    """A file that somebody handed in, and what the current version of its record says it is."""

    __tablename__ = "document"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "sha256"),
        sa.Index("ix_document_number_fold", "number_fold"),
        sa.Index("ix_document_updated_at", "updated_at"),
        # The inbox is listed in this order, and counted from the index alone.
        sa.Index("ix_document_inbox", "office_id", "id", "current_version", "approved_version", "withdrawn_at"),
        sa.Index("ix_document_symbol", "symbol"),
        sa.Index("ix_document_field", "field"),
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(sa.ForeignKey("office.id"))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    received_at: Mapped[datetime]
    received_by: Mapped[str]  # a user, a token, the watched folder
    updated_at: Mapped[datetime]

    version: Mapped[int | None]  # the newest of all
    current_version: Mapped[int | None]  # the one that its tasks are of
    approved_version: Mapped[int | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    replaced_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("document.id"))
    withdrawn_at: Mapped[datetime | None]  # recalled or replaced
    withdrawn_why: Mapped[str | None]

    # From the current version; null until there is one.
    kind: Mapped[str | None]
    number: Mapped[str | None]
    number_fold: Mapped[str | None]
    issuer: Mapped[str | None]
    issuer_id: Mapped[str | None]
    place: Mapped[str | None]
    issued_on: Mapped[date | None]
    subject: Mapped[str | None]
    signer: Mapped[str | None]
    pages: Mapped[int | None]

    reading: Mapped[str | None] = mapped_column(sa.String(64))  # its pages as last read, among the readings

    # As `service.study` understands the current version, and by which of its revisions.
    symbol: Mapped[str | None]
    field: Mapped[str | None] = mapped_column(sa.String(32))
    field_probability: Mapped[float | None]
    studied: Mapped[int | None]

    @property
    def approved(self) -> bool:
        return self.approved_version is not None and self.approved_version == self.current_version


class Page(Base):
    """The image of a page, kept among the images under its SHA-256."""

    __tablename__ = "page"

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))


class PageWords(Base):
    """The words of a page with their places, kept among the readings.

    A newer pipeline may put a page's words in another order; those of every text that a version of the record has stay.
    """

    __tablename__ = "page_words"

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Job(Base):
    """One reading of a document: queued, running, then succeeded, partial, failed or cancelled for good."""

    __tablename__ = "job"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled')", name="state"
        ),
        sa.Index("ix_job_document_id_id", "document_id", "id"),
        # At most one reading of a document is under way.
        sa.Index(
            "uq_job_live",
            "document_id",
            unique=True,
            sqlite_where=sa.text("state IN ('queued', 'running')"),
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
        sa.Index("ix_job_state_finished_at", "state", "finished_at"),
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(sa.String(16))
    priority: Mapped[int] = mapped_column(default=1)  # lower goes first
    stage: Mapped[str] = mapped_column(sa.String(16))
    page: Mapped[int] = mapped_column(default=0)
    pages: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)  # how often reading it was begun
    worker: Mapped[str | None]  # who began it last
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    error_message_en: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Worker(Base):
    """A process that reads documents: it says every few seconds that it lives."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class Tally(Base):
    """A count that only grows: `service.store.tally`."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class Record(Base):
    """One version of a document's record: who made it, with what, from which version, and the record as JSON text."""

    __tablename__ = "record"
    __table_args__ = (
        sa.UniqueConstraint("document_id", "version"),
        sa.CheckConstraint("origin IN ('read', 'corrected')", name="origin"),
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    version: Mapped[int]
    origin: Mapped[str] = mapped_column(sa.String(16), server_default="read")
    based_on: Mapped[int | None]  # the version that was corrected
    job_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("job.id", ondelete="SET NULL"), unique=True)
    made_by: Mapped[str]  # "pipeline", or who corrected it
    pipeline_version: Mapped[str]  # of a reading, the newest that reads it so
    schema_version: Mapped[str]
    status: Mapped[str] = mapped_column(sa.String(16))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[str]
    created_at: Mapped[datetime]


def code_of(ordinal: int) -> str:
    """A task's code within its document."""
    return f"NV-{ordinal:02d}"


class Task(Base):
    """A task that a document gives. The row, and with it the id and the code, stays over all versions of the record."""

    __tablename__ = "task"
    __table_args__ = (
        # The orders of lists, and the choices that are looked up in one of them (service/store/tasks.py).
        sa.Index("ix_task_document_id_position", "document_id", "position"),
        sa.Index("ix_task_due", "due", "document_id", "position", "id"),
        sa.Index("ix_task_state", "state", "document_id", "position", "id"),
        sa.Index("ix_task_office", "office_id", "document_id", "position", "id"),
        sa.Index("ix_task_updated_at", "updated_at", "id"),
        sa.UniqueConstraint("document_id", "ordinal"),
        sa.CheckConstraint("state IN (" + ", ".join(f"'{state}'" for state in TASK_STATES) + ")", name="state"),
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    office_id: Mapped[UUID] = mapped_column(sa.ForeignKey("office.id"))
    ordinal: Mapped[int]  # counted when the task first appears and never given again: its code is made of it
    position: Mapped[int]  # place in reading order
    key: Mapped[str]  # the task's id within the record
    path: Mapped[list[str]]
    heading: Mapped[str | None]
    title: Mapped[str]
    text: Mapped[str]
    fold: Mapped[str]
    page: Mapped[int | None]  # where its words begin
    due: Mapped[date | None]  # the first of its dates; of a recurrence without one, the next occurrence
    recurring: Mapped[bool]  # `due` moves on with the calendar
    confidence: Mapped[float]
    inferred: Mapped[bool]
    warned: Mapped[bool]  # the record warns about this very task
    approved: Mapped[bool] = mapped_column(default=False)

    version: Mapped[int] = mapped_column(default=1)  # counts changes of any kind
    updated_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    # As trackers report it.
    state: Mapped[str] = mapped_column(sa.String(24), default="not_started")
    completed_on: Mapped[date | None]

    document: Mapped[Document] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(
        order_by="Assignment.position", cascade="all, delete-orphan", passive_deletes=True
    )
    deadlines: Mapped[list[Deadline]] = relationship(
        order_by="Deadline.position", cascade="all, delete-orphan", passive_deletes=True
    )
    reports: Mapped[list[Report]] = relationship(
        order_by="Report.reported_at", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def code(self) -> str:
        return code_of(self.ordinal)


class Agency(Base):
    """A name that tasks are assigned to, once: what people type is looked for here, not in every assignment."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(_Serial, primary_key=True, autoincrement=True)
    name: Mapped[str]
    fold: Mapped[str]
    initials: Mapped[str]  # of the folded name, without "và"
    agency_id: Mapped[str]  # of the register; empty: not in it

    __table_args__ = (sa.UniqueConstraint("name", "agency_id"), sa.Index("ix_agency_agency_id", "agency_id"))


class OwnAgency(Base):
    """A body that an office has added to those of the register."""

    __tablename__ = "own_agency"
    __table_args__ = (sa.UniqueConstraint("office_id", "fold"),)

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    office_id: Mapped[UUID] = mapped_column(sa.ForeignKey("office.id"))
    name: Mapped[str]
    fold: Mapped[str]
    abbreviations: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def agency_id(self) -> str:
        """What assignments name it by, as they name others by their ids in the register."""
        return f"office:{self.id}"


class Assignment(Base):
    """Who acts in a task."""

    __tablename__ = "assignment"
    __table_args__ = (
        sa.Index("ix_assignment_agency", "agency_ref", "document_id", "task_position", "role", "task_id"),
        sa.Index("ix_assignment_role", "role", "document_id", "task_position", "task_id"),
    )

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(sa.String(16))
    agency_ref: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    # The order that tasks are listed in, so that an agency's tasks are found in it.
    document_id: Mapped[UUID] = mapped_column(sa.Uuid())
    task_position: Mapped[int]
    as_written: Mapped[str | None]
    source: Mapped[str] = mapped_column(sa.String(16))
    confidence: Mapped[float]
    inferred: Mapped[bool]

    named: Mapped[Agency] = relationship(lazy="joined", innerjoin=True)

    @property
    def agency(self) -> str:
        return self.named.name

    @property
    def agency_id(self) -> str | None:
        return self.named.agency_id or None


class Deadline(Base):
    """By when a task is due."""

    __tablename__ = "deadline"
    __table_args__ = (
        sa.Index("ix_deadline_kind", "kind", "document_id", "task_position", "task_id"),
        sa.Index("ix_deadline_later", "later", "due", "document_id", "task_position", "task_id"),
    )

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    due: Mapped[date | None]
    later: Mapped[bool]  # the task has an earlier date, so this one is not its `due`
    # The order that tasks are listed in.
    document_id: Mapped[UUID] = mapped_column(sa.Uuid())
    task_position: Mapped[int]
    start: Mapped[date | None]
    rrule: Mapped[str | None]
    anchor: Mapped[str | None]
    offset: Mapped[str | None]
    working_days: Mapped[bool]
    text: Mapped[str]
    confidence: Mapped[float]
    inferred: Mapped[bool]


class Target(Base):
    """A target of a document's current version, as read and in the form in which targets are compared."""

    __tablename__ = "target"
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # among the record's targets
    office_id: Mapped[UUID] = mapped_column(sa.ForeignKey("office.id"))
    key: Mapped[str]  # its id within the record
    task_key: Mapped[str | None]
    indicator: Mapped[str]
    words: Mapped[str]  # content words of the indicator, folded and sorted, a space around each
    comparator: Mapped[str] = mapped_column(sa.String(2))
    value: Mapped[str]  # as printed, decimal
    value_max: Mapped[str | None]
    unit: Mapped[str | None]
    per: Mapped[str | None]
    change: Mapped[str] = mapped_column(sa.String(8))
    measure: Mapped[str]  # the unit that amounts of it are in; empty: a bare number
    amount: Mapped[float]
    amount_max: Mapped[float | None]
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    baseline: Mapped[str | None]
    of: Mapped[str | None]
    text: Mapped[str]
    page: Mapped[int | None]
    begins: Mapped[int | None]  # characters of the page's text
    ends: Mapped[int | None]
    confidence: Mapped[float]
    inferred: Mapped[bool]

    document: Mapped[Document] = relationship()


class Reference(Base):
    """Another document that a document's current version names. Which one it is, is asked anew each time."""

    __tablename__ = "reference"
    __table_args__ = (sa.Index("ix_reference_symbol", "symbol", "document_id"),)

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # among the record's citations
    office_id: Mapped[UUID] = mapped_column(sa.ForeignKey("office.id"))
    relation: Mapped[str] = mapped_column(sa.String(12))
    kind: Mapped[str]
    number: Mapped[str | None]
    symbol: Mapped[str | None]
    issued_on: Mapped[date | None]
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    text: Mapped[str]
    page: Mapped[int | None]
    begins: Mapped[int | None]
    ends: Mapped[int | None]
    confidence: Mapped[float]

    document: Mapped[Document] = relationship()


class Report(Base):
    """How far a task is, as a tracker says: the newest word of each tracker for the task, or for one of its leads."""

    __tablename__ = "report"
    __table_args__ = (sa.Index("ix_report_external_id", "external_id"),)

    task_id: Mapped[UUID] = mapped_column(sa.ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    tracker: Mapped[str] = mapped_column(primary_key=True)
    lead: Mapped[str] = mapped_column(primary_key=True)  # the lead's share of the task; empty: the whole
    external_id: Mapped[str | None]  # the tracker's own id
    state: Mapped[str] = mapped_column(sa.String(24))
    completed_on: Mapped[date | None]
    result_number: Mapped[str | None]  # the document that completed it
    note: Mapped[str | None]
    reported_at: Mapped[datetime]


class Event(Base):
    """One change, in the order in which changes were committed. The order is the feed's promise."""

    __tablename__ = "event"
    __table_args__ = (
        sa.Index("ix_event_document_id_seq", "document_id", "seq"),
        sa.Index("ix_event_office_id_seq", "office_id", "seq"),
        {"sqlite_autoincrement": True},  # a number is never given twice, even if the last row goes
    )

    seq: Mapped[int] = mapped_column(_Serial, primary_key=True, autoincrement=True)
    id: Mapped[UUID] = mapped_column(sa.Uuid(), unique=True)
    type: Mapped[str] = mapped_column(sa.String(32))
    office_id: Mapped[UUID] = mapped_column(sa.Uuid())
    document_id: Mapped[UUID] = mapped_column(sa.Uuid())
    task_id: Mapped[UUID | None] = mapped_column(sa.Uuid())
    version: Mapped[int]  # of the task, or of the document's record
    changed: Mapped[list[str]]  # names of the fields that changed
    leads: Mapped[list[str]]  # agencies that led before and lead no more
    at: Mapped[datetime]


class Webhook(Base):
    """An address that is told of changes."""

    __tablename__ = "webhook"

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    office_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("office.id"))  # null: changes of all offices
    url: Mapped[str]
    secret: Mapped[str]  # needed as it is, to sign with
    old_secret: Mapped[str | None]  # signs as well until the receiver has had time to change
    old_secret_until: Mapped[datetime | None]
    types: Mapped[list[str]]  # empty: all
    by_lead: Mapped[bool]
    search: Mapped[str | None]  # told of what it finds anew alone: the query of its address; null: of changes
    active: Mapped[bool]
    switched_off_at: Mapped[datetime | None]
    switched_off_why: Mapped[str | None] = mapped_column(sa.String(24))  # a key of `service.feed.troubles`
    after: Mapped[int] = mapped_column(sa.BigInteger)  # events up to here have become deliveries, or were looked at
    failing_since: Mapped[datetime | None]  # the first failure since the last success
    claimed_by: Mapped[str | None]  # the sender that is at work on it
    rests_until: Mapped[datetime | None]  # no other sender looks at it before
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)


class Delivery(Base):
    """One event on its way to one webhook, or a test of the way."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("webhook_id", "seq", "lead"),
        sa.Index("ix_delivery_webhook_id_id", "webhook_id", "id"),
        sa.Index("ix_delivery_webhook_id_state_seq", "webhook_id", "state", "seq"),
        sa.Index("ix_delivery_state_created_at", "state", "created_at"),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(sa.ForeignKey("webhook.id", ondelete="CASCADE"))
    seq: Mapped[int | None] = mapped_column(sa.BigInteger)  # of the event; null: a test
    lead: Mapped[str]  # the lead whose share of the task it tells; empty: the whole
    state: Mapped[str] = mapped_column(sa.String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[datetime | None]  # of these attempts
    next_at: Mapped[datetime]  # when it is tried, again if need be
    status: Mapped[int | None]  # of the last answer
    error: Mapped[str | None] = mapped_column(sa.String(24))  # a key of `service.feed.troubles`
    created_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]


class Met(Base):
    """A document that a webhook's search has found before: it is no news any more."""

    __tablename__ = "met"

    webhook_id: Mapped[UUID] = mapped_column(sa.ForeignKey("webhook.id", ondelete="CASCADE"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)


class User(Base):
    """A person who signs in."""

    __tablename__ = "account"  # "user" is a word of SQL

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    office_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("office.id"))  # null: all offices
    name: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    role: Mapped[str] = mapped_column(sa.String(16))
    password: Mapped[str | None]  # argon2id; null until it is set by invitation
    subject: Mapped[str | None] = mapped_column(unique=True)  # at the OpenID provider
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Invitation(Base):
    """A link that lets a person set a password, once."""

    __tablename__ = "invitation"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]


class SignIn(Base):
    """A browser that is signed in."""

    __tablename__ = "sign_in"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Token(Base):
    """What a program shows to be let in; only its hash is kept."""

    __tablename__ = "token"

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    office_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("office.id"))
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    scopes: Mapped[list[str]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class SavedFilter(Base):
    """What a person looks for again and again: conditions of the list of tasks, or a search, under a name."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("owner_id", "page", "name"),)

    id: Mapped[UUID] = mapped_column(sa.Uuid(), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    office_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("office.id"))  # the owner's
    page: Mapped[str] = mapped_column(sa.String(8))  # "tasks" or "search"
    name: Mapped[str]
    query: Mapped[str]  # of the page's address
    shared: Mapped[bool]  # shown to the whole office
    created_at: Mapped[datetime]


class Audit(Base):
    """Who did what to what, written with the change itself. Nothing updates or deletes these rows."""

    __tablename__ = "audit"
    __table_args__ = (
        sa.Index("ix_audit_object_id_seq", "object_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(_Serial, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    office_id: Mapped[UUID | None] = mapped_column(sa.Uuid())
    actor_kind: Mapped[str] = mapped_column(sa.String(16))
    actor_id: Mapped[UUID | None] = mapped_column(sa.Uuid())
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(sa.String(40))
    object_kind: Mapped[str] = mapped_column(sa.String(16))
    object_id: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    request_id: Mapped[str | None]


class Answer(Base):
    """What a request with an Idempotency-Key was answered, so that its repetition is answered alike."""

    __tablename__ = "answer"

    hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # of caller and key
    body_hash: Mapped[str | None] = mapped_column(sa.String(64))
    status: Mapped[int | None]  # null: under way
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
    created_at: Mapped[datetime]


class SearchState(Base):
    """How far the search index has followed the change feed: one row, written with what was indexed.

    Entries are numbered from 1 without end; `change` counts the transactions that changed the index.
    """

    __tablename__ = "search_state"

    id: Mapped[int] = mapped_column(primary_key=True)  # 1
    position: Mapped[int] = mapped_column(sa.BigInteger)  # the number of the last event that the index knows of
    analysis: Mapped[str]  # the version of `service.search.analysis` that its terms are of
    epoch: Mapped[int]  # counts how often the index was built
    change: Mapped[int] = mapped_column(sa.BigInteger)
    next_entry: Mapped[int] = mapped_column(sa.BigInteger)


class SearchDocument(Base):
    """A document in the search index: which entries are its, and what is counted of them, packed."""

    __tablename__ = "search_document"
    __table_args__ = (
        sa.Index("ix_search_document_change", "change"),
        sa.Index("ix_search_document_refined", "refined"),
    )

    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    change: Mapped[int] = mapped_column(sa.BigInteger)  # that it was last indexed with
    first: Mapped[int] = mapped_column(sa.BigInteger)  # entry
    size: Mapped[int]  # entries
    refined: Mapped[bool]  # the words of its texts are known, not only their syllables
    level: Mapped[str | None] = mapped_column(sa.String(16))
    province: Mapped[str | None]  # of the issuer, as it was then: an id of the register, else its name
    field: Mapped[str | None] = mapped_column(sa.String(40))  # of government; null: not told yet
    measures: Mapped[bytes]  # of each entry: due day, marks, number of assignments (little-endian int32)
    acts: Mapped[bytes]  # of each assignment: agency and role (little-endian int32)


class SearchEntry(Base):
    """A text that is searched: a page, a task, a target, a citation. Its terms are in the index of its kind.

    `service.search.postings` keeps these indexes: FTS5 tables on SQLite, `tsvector` tables with GIN on PostgreSQL.
    """

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    document_id: Mapped[UUID] = mapped_column(sa.ForeignKey("document.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(sa.String(10))
    unit: Mapped[str]  # the page's number, the task's id, the target's or citation's place in the record
    page: Mapped[int | None]  # where it stands, with the characters of that page's text
    start: Mapped[int | None]
    end: Mapped[int | None]
    body: Mapped[str]
    held: Mapped[bytes | None]  # which of its syllables hold together; null: not looked at yet


class SearchTerm(Base):
    """A syllable, or two that hold together, that documents write: for the spelling of what people ask, and for what begins so."""

    __tablename__ = "search_term"
    __table_args__ = (sa.Index("ix_search_term_change", "change"),)

    term: Mapped[str] = mapped_column(primary_key=True)
    uses: Mapped[int] = mapped_column(sa.BigInteger)  # on pages, ever counted: what goes is not taken off
    change: Mapped[int] = mapped_column(sa.BigInteger)  # that it was last counted in


def owned(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table is ours: the job engine keeps its own in the same database, which no migration touches."""
    return kind != "table" or name in Base.metadata.tables
