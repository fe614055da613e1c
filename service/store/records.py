"""Records: every version is kept as it was made; the newest is laid out in rows for finding tasks."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord
from extractor.record import Task as ReadTask
from service.store.fold import fold
from service.store.ids import new_id
from service.store.tables import Assignment, Deadline, Document, Record, Task


def newest(session: Session, document_id: UUID, version: int | None = None) -> Record | None:
    """The newest version of a document's record, or the version asked for."""
    query = sa.select(Record).where(Record.document_id == document_id)
    if version is not None:
        query = query.where(Record.version == version)
    return session.scalar(query.order_by(Record.version.desc()).limit(1))


def keep(
    session: Session,
    document: Document,
    record: DirectiveRecord,
    *,
    made_by: str,
    pipeline_version: str,
    job_id: UUID | None = None,
) -> Record:
    """Add a version of a document's record and put its tasks in place of the last version's."""
    body = record.model_dump_json(by_alias=True)
    version = (document.version or 0) + 1
    kept = Record(
        id=new_id(),
        document_id=document.id,
        version=version,
        job_id=job_id,
        made_by=made_by,
        pipeline_version=pipeline_version,
        schema_version=record.schema_version,
        status=record.status,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        body=body,
        created_at=datetime.now(UTC),
    )
    session.add(kept)
    _describe(document, record)
    document.version = version
    session.execute(sa.delete(Task).where(Task.document_id == document.id))
    warned = _warned(record)
    session.add_all(
        _row(document.id, position, task, warned=position in warned) for position, task in enumerate(record.tasks)
    )
    return kept


def _describe(document: Document, record: DirectiveRecord) -> None:
    directive = record.directive
    document.kind = directive.kind
    document.number = directive.number
    document.issuer = directive.issuer.name if directive.issuer else None
    document.issuer_id = directive.issuer.agency_id if directive.issuer else None
    document.place = directive.place
    document.issued_on = directive.issued_on
    document.subject = directive.subject
    document.pages = len(record.source.pages)


def _warned(record: DirectiveRecord) -> set[int]:
    places = (re.match(r"tasks\[(\d+)\]", warning.field or "") for warning in record.warnings)
    return {int(place[1]) for place in places if place}


def _row(document_id: UUID, position: int, task: ReadTask, *, warned: bool) -> Task:
    return Task(
        id=new_id(),
        document_id=document_id,
        position=position,
        key=task.id,
        path=list(task.path),
        heading=task.heading,
        title=task.title,
        text=task.text,
        fold=fold(" ".join(filter(None, (task.title, task.heading, task.text)))),
        due=min((deadline.due for deadline in task.deadlines if deadline.due), default=None),
        confidence=task.confidence,
        inferred=task.inferred,
        warned=warned,
        assignments=[
            Assignment(
                position=place,
                role=who.role,
                agency=who.agency,
                agency_fold=fold(who.agency),
                agency_id=who.agency_id,
                as_written=who.as_written,
                source=who.source,
                confidence=who.confidence,
                inferred=who.inferred,
            )
            for place, who in enumerate(task.assignments)
        ],
        deadlines=[
            Deadline(
                position=place,
                kind=when.kind,
                due=when.due,
                start=when.start,
                rrule=when.rrule,
                anchor=when.anchor,
                offset=when.offset,
                working_days=when.working_days,
                text=when.text,
                confidence=when.confidence,
                inferred=when.inferred,
            )
            for place, when in enumerate(task.deadlines)
        ],
    )
