"""The change feed: every change of a document or task, in the order in which the changes were committed.

A reader that keeps the number of the last change it has seen gets every later one exactly once. Two writers at a time
could break that: a number is drawn before its transaction is committed, so a reader might pass a number that is still
to come. SQLite has one writer at a time; on PostgreSQL the events of a transaction are written last, under a lock
that is held until the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.ids import new_id
from service.store.tables import Document, Event, Task

Type = Literal[
    "document.received",
    "document.read",
    "document.failed",
    "document.corrected",
    "document.approved",
    "document.withdrawn",
    "task.created",
    "task.updated",
    "task.approved",
    "task.withdrawn",
    "task.progress",
]
TYPES: tuple[Type, ...] = get_args(Type)

_PENDING = "events"
_LOCK = 0x6469_7265  # the number of our lock in the database; any that nobody else takes


def of_document(session: Session, type_: Type, document: Document, changed: Sequence[str] = ()) -> None:
    """Announce a change of a document when the transaction commits."""
    _announce(session, type_, document.office_id, document.id, None, document.version or 0, changed, ())


def of_task(
    session: Session, type_: Type, task: Task, changed: Sequence[str] = (), former_leads: Sequence[str] = ()
) -> None:
    """Announce a change of a task. `former_leads` are agencies that led it until now."""
    _announce(session, type_, task.office_id, task.document_id, task.id, task.version, changed, former_leads)


def _announce(
    session: Session,
    type_: Type,
    office: UUID,
    document: UUID,
    task: UUID | None,
    version: int,
    changed: Sequence[str],
    leads: Sequence[str],
) -> None:
    session.info.setdefault(_PENDING, []).append(
        {
            "id": new_id(),
            "type": type_,
            "office_id": office,
            "document_id": document,
            "task_id": task,
            "version": version,
            "changed": list(changed),
            "leads": list(leads),
        }
    )


def publish(session: Session) -> None:
    """Write the events of a transaction: the last thing that it does before it commits."""
    events = session.info.pop(_PENDING, None)
    if not events:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    now = datetime.now(UTC)
    # One by one in this order: the numbers are drawn as the rows come.
    session.execute(sa.insert(Event), [event | {"at": now} for event in events])


def page(
    session: Session, *, after: int, limit: int, office: UUID | None = None, types: Sequence[str] = ()
) -> Sequence[Event]:
    """The changes that follow number `after`, in order."""
    query = sa.select(Event).where(Event.seq > after).order_by(Event.seq).limit(limit)
    if office:
        query = query.where(Event.office_id == office)
    if types:
        query = query.where(Event.type.in_(types))
    return session.scalars(query).all()


def failed(session: Session, document: Document) -> bool:
    """Whether the last that was said of the document itself is that it could not be read."""
    mine = sa.select(Event.type).where(Event.document_id == document.id, Event.task_id.is_(None))
    return session.scalar(mine.order_by(Event.seq.desc()).limit(1)) == "document.failed"


def last(session: Session) -> int:
    """The number of the newest change, 0 when there is none."""
    return session.scalar(sa.select(sa.func.max(Event.seq))) or 0
