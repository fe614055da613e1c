"""Records: every version is kept as it was made; the tasks of the current one are laid out in rows.

The pipeline's readings and people's corrections are versions side by side. The newest reading is current until a person
corrects or approves; from then on a new reading is kept and announced but changes nothing: only people replace what
people have said. A reading that says what the last one said is no version of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from extractor.record import DirectiveRecord
from extractor.record import Task as ReadTask
from service.access.actor import Actor
from service.store import audit, changes, reports, schedule
from service.store.agencies import Agencies
from service.store.fold import fold
from service.store.ids import new_id
from service.store.matching import Matching, match, same_key
from service.store.tables import Assignment, Deadline, Document, Record, Task
from service.study import rows as rows_of_study

Origin = Literal["read", "corrected"]

SITTING = timedelta(minutes=30)  # corrections of one person within it are one version


class NotInForce(Exception):
    """Another document has taken this one's place, or it was recalled: it can neither be replaced nor replace."""


def version(session: Session, document_id: UUID, number: int | None) -> Record | None:
    """A version of a document's record."""
    return session.scalar(sa.select(Record).where(Record.document_id == document_id, Record.version == number))


def versions(session: Session, document_id: UUID) -> Sequence[Record]:
    """All versions of a document's record, newest first."""
    query = sa.select(Record).where(Record.document_id == document_id).order_by(Record.version.desc())
    return session.scalars(query).all()


def keep_reading(
    session: Session, document: Document, record: DirectiveRecord, *, pipeline_version: str, job_id: UUID | None
) -> Record:
    """Add what the pipeline read; it becomes current unless a person has had the last word.

    What says the same as the last reading is no version of its own: that reading is then of the newer pipeline as well, and nothing
    is announced but the end of a failure.
    """
    record = _storable(record)
    last = _last_reading(session, document)
    if last and _says_the_same(last, record):
        last.pipeline_version = pipeline_version
        if changes.failed(session, document):
            changes.of_document(session, "document.read", document)
        return last
    current = version(session, document.id, document.current_version)
    settled = document.approved or document.withdrawn_at is not None
    said_by_people = current is not None and (current.origin == "corrected" or settled)
    if not said_by_people:
        record = _lay_out(session, document, record)
    kept = _add(session, document, record, origin="read", made_by="pipeline", pipeline_version=pipeline_version)
    kept.job_id = job_id
    if not said_by_people:
        document.current_version = kept.version
    changes.of_document(session, "document.read", document, ["newer_reading"] if said_by_people else [])
    return kept


def _last_reading(session: Session, document: Document) -> Record | None:
    mine = sa.select(Record).where(Record.document_id == document.id, Record.origin == "read")
    return session.scalar(mine.order_by(Record.version.desc()).limit(1))


def _says_the_same(kept: Record, record: DirectiveRecord) -> bool:
    """Whether it is the same to the letter, but for the ids that its tasks were given here."""
    ids = [task["id"] for task in json.loads(kept.body)["tasks"]]
    return len(ids) == len(record.tasks) and _with_ids(record, ids).model_dump_json(by_alias=True) == kept.body


def correct(
    session: Session,
    document: Document,
    record: DirectiveRecord,
    actor: Actor,
    *,
    edited: Mapping[str, tuple[Any, Any]] | None = None,
) -> Record:
    """What a person says the document says; it becomes current, and waits for approval.

    What one person corrects in one sitting is one version. `edited` names the units that were changed, with what was and
    what is there now, for the history.
    """
    base = version(session, document.id, document.current_version)
    assert base, "a correction is of something"
    before = {"version": base.version, "sha256": base.sha256}
    record = _lay_out(session, document, _storable(record), same_key)
    if _same_sitting(document, base, actor):
        kept = base
        _fill(kept, record)
        document.updated_at = datetime.now(UTC)
    else:
        kept = _add(
            session, document, record, origin="corrected", made_by=actor.name, pipeline_version=base.pipeline_version
        )
        kept.based_on = base.version
        document.current_version = kept.version
    after = {"version": kept.version, "sha256": kept.sha256}
    if edited is not None:
        before |= {"units": {unit: was for unit, (was, _) in edited.items()}}
        after |= {"units": {unit: now for unit, (_, now) in edited.items()}}
    audit.note(
        session,
        actor,
        "record.correct",
        "document",
        document.id,
        office=document.office_id,
        before=before,
        after=after,
    )
    changes.of_document(session, "document.corrected", document)
    return kept


def _same_sitting(document: Document, base: Record, actor: Actor) -> bool:
    mine = base.origin == "corrected" and base.made_by == actor.name and document.approved_version != base.version
    return mine and base.created_at > datetime.now(UTC) - SITTING


def approve(session: Session, document: Document, actor: Actor) -> None:
    """Approve the current version; its tasks are announced as approved. Twice is once."""
    if document.approved:
        return
    before = document.approved_version
    document.approved_version = document.current_version
    document.approved_at = document.updated_at = datetime.now(UTC)
    document.approved_by = actor.name
    for task in _rows(session, document):
        if task.withdrawn_at is None and not task.approved:
            task.approved = True
            _touch(task)
            changes.of_task(session, "task.approved", task, ["approved"])
    audit.note(
        session,
        actor,
        "record.approve",
        "document",
        document.id,
        office=document.office_id,
        before={"approved_version": before},
        after={"approved_version": document.approved_version},
    )
    changes.of_document(session, "document.approved", document, ["approved_version"])


def withdraw(session: Session, document: Document, actor: Actor, why: str, replaced_by: Document | None = None) -> None:
    """Take a recalled or replaced document, and its tasks, out of force. Both stay, as tombstones. Twice is once.

    What was recalled may be replaced later. Raises NotInForce.
    """
    if replaced_by and replaced_by.withdrawn_at is not None:
        raise NotInForce(replaced_by.id)
    if document.withdrawn_at is not None:
        if replaced_by is None or document.replaced_by == replaced_by.id:
            return
        if document.replaced_by is not None:
            raise NotInForce(document.id)
    document.updated_at = datetime.now(UTC)
    document.withdrawn_at = document.withdrawn_at or document.updated_at
    document.withdrawn_why = document.withdrawn_why or why
    document.replaced_by = replaced_by.id if replaced_by else None
    for task in _rows(session, document):
        _bury(session, task)
    audit.note(
        session,
        actor,
        "document.withdraw",
        "document",
        document.id,
        office=document.office_id,
        after={"why": why, "replaced_by": str(replaced_by.id) if replaced_by else None},
    )
    changes.of_document(session, "document.withdrawn", document, ["withdrawn_at", "replaced_by"])


def _add(
    session: Session,
    document: Document,
    record: DirectiveRecord,
    *,
    origin: Origin,
    made_by: str,
    pipeline_version: str,
) -> Record:
    document.version = (document.version or 0) + 1
    document.updated_at = datetime.now(UTC)
    kept = Record(
        id=new_id(),
        document_id=document.id,
        version=document.version,
        origin=origin,
        made_by=made_by,
        pipeline_version=pipeline_version,
        created_at=document.updated_at,
    )
    _fill(kept, record)
    session.add(kept)
    return kept


def _fill(kept: Record, record: DirectiveRecord) -> None:
    kept.schema_version = record.schema_version
    kept.status = record.status
    kept.body = record.model_dump_json(by_alias=True)
    kept.sha256 = hashlib.sha256(kept.body.encode()).hexdigest()


def _storable(record: DirectiveRecord) -> DirectiveRecord:
    """PostgreSQL keeps no NUL characters. A space stands for each, so that places in the text hold."""
    body = record.model_dump_json(by_alias=True)
    if "\\u0000" not in body:
        return record
    return DirectiveRecord.model_validate(_without_nul(json.loads(body)))


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\x00", " ")
        case list():
            return [_without_nul(item) for item in value]
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value


def _rows(session: Session, document: Document) -> Sequence[Task]:
    """The document's tasks, tombstones too. Nobody else changes them until the transaction ends: trackers report on tasks
    while documents are read, and no version may be counted twice."""
    whole = (selectinload(Task.assignments), selectinload(Task.deadlines), selectinload(Task.reports))
    query = sa.select(Task).where(Task.document_id == document.id).order_by(Task.ordinal).options(*whole)
    return session.scalars(query.with_for_update(of=Task, key_share=True)).all()


def _lay_out(session: Session, document: Document, record: DirectiveRecord, same: Matching = match) -> DirectiveRecord:
    """Bring the document's rows in line with a record, announcing each difference. The record, with kept task ids."""
    rows = _rows(session, document)
    known = same(rows, record.tasks)
    record = _with_kept_ids(record, rows, known)
    _describe(document, record)
    rows_of_study.lay_out(session, document, record)
    agencies = Agencies(session, ((who.agency, who.agency_id) for task in record.tasks for who in task.assignments))
    warned = _warned(record)
    ordinal = max((row.ordinal for row in rows), default=0)
    living = {row.id for row in known.values()}
    for gone in rows:
        if gone.id not in living:
            _bury(session, gone)
    for position, read in enumerate(record.tasks):
        row = known.get(position)
        before = _content(row) if row and row.withdrawn_at is None else None
        leads = _leads(row) if row else []
        if row is None:
            ordinal += 1
            row = Task(
                id=new_id(),
                document_id=document.id,
                office_id=document.office_id,
                ordinal=ordinal,
                version=0,
                state="not_started",
                approved=False,
            )
        with session.no_autoflush:  # a row is whole before it is sent
            _write(row, document, position, read, agencies, warned=position in warned)
        session.add(row)
        if document.withdrawn_at is not None:
            row.withdrawn_at = row.withdrawn_at or document.withdrawn_at
            _touch(row)
            continue
        row.withdrawn_at = None
        if row.reports and leads != _leads(row):
            reports.sum_up(row)
        after = _content(row)
        if before is None:
            row.approved = False
            _touch(row)
            changes.of_task(session, "task.created", row)
        elif changed := [name for name, value in after.items() if value != before[name]]:
            row.approved = False
            _touch(row)
            # A task without a lead is one share, of nobody, and that share can end as well.
            now = _leads(row) or [""]
            former = [agency for agency in leads or [""] if agency not in now]
            changes.of_task(session, "task.updated", row, changed, former)
    return record


def _with_kept_ids(record: DirectiveRecord, rows: Sequence[Task], known: Mapping[int, Task]) -> DirectiveRecord:
    """Known tasks keep their ids; a new one gets none that another task of the document has or had."""
    taken = {row.key for row in rows}
    ids: list[str] = []
    for position, task in enumerate(record.tasks):
        if position in known:
            ids.append(known[position].key)
            continue
        free = (task.id if n == 1 else f"{task.id}~{n}" for n in count(1))
        ids.append(next(id_ for id_ in free if id_ not in taken))
        taken.add(ids[-1])
    return _with_ids(record, ids)


def _with_ids(record: DirectiveRecord, ids: Sequence[str]) -> DirectiveRecord:
    """The record with these ids of its tasks, in order."""
    new_id_of: dict[str | None, str] = {}
    for task, id_ in zip(record.tasks, ids, strict=True):
        new_id_of.setdefault(task.id, id_)
    tasks = tuple(task.model_copy(update={"id": id_}) for task, id_ in zip(record.tasks, ids, strict=True))
    targets = tuple(
        target.model_copy(update={"task_id": new_id_of.get(target.task_id, target.task_id)})
        for target in record.targets
    )
    return record.model_copy(update={"tasks": tasks, "targets": targets})


def _bury(session: Session, row: Task) -> None:
    if row.withdrawn_at is None:
        row.withdrawn_at = datetime.now(UTC)
        _touch(row)
        changes.of_task(session, "task.withdrawn", row, ["withdrawn_at"])


def _touch(row: Task) -> None:
    row.version += 1
    row.updated_at = datetime.now(UTC)


def _content(row: Task) -> dict[str, Any]:
    """What a reader of the feed would call a change. Confidence and place among the others are none."""
    return {
        "path": list(row.path),
        "heading": row.heading,
        "title": row.title,
        "text": row.text,
        "due": row.due,
        "state": row.state,
        "assignments": [(who.role, who.named.name, who.agency_id) for who in row.assignments],
        "deadlines": [
            (when.kind, when.due, when.start, when.rrule, when.anchor, when.offset, when.working_days, when.text)
            for when in row.deadlines
        ],
    }


def _leads(row: Task) -> list[str]:
    return [who.agency for who in row.assignments if who.role == "lead"]


def _describe(document: Document, record: DirectiveRecord) -> None:
    directive = record.directive
    document.kind = directive.kind
    document.number = directive.number
    document.number_fold = fold(directive.number) if directive.number else None
    document.issuer = directive.issuer.name if directive.issuer else None
    document.issuer_id = directive.issuer.agency_id if directive.issuer else None
    document.place = directive.place
    document.issued_on = directive.issued_on
    document.subject = directive.subject
    document.signer = directive.signer.name if directive.signer else None
    document.pages = len(record.source.pages)


def _warned(record: DirectiveRecord) -> set[int]:
    places = (re.match(r"tasks\[(\d+)\]", warning.field or "") for warning in record.warnings)
    return {int(place[1]) for place in places if place}


def _write(row: Task, document: Document, position: int, task: ReadTask, agencies: Agencies, *, warned: bool) -> None:
    row.position = position
    row.key = task.id
    row.path = list(task.path)
    row.heading = task.heading
    row.title = task.title
    row.text = task.text
    row.fold = fold(" ".join(filter(None, (task.title, task.heading, task.text))))
    row.page = task.spans[0].page if task.spans else None
    row.confidence = task.confidence
    row.inferred = task.inferred
    row.warned = warned
    first = min((when.due for when in task.deadlines if when.due), default=None)
    deadlines = [
        Deadline(
            position=place,
            kind=when.kind,
            due=when.due,
            later=bool(first and when.due and when.due > first),
            document_id=document.id,
            task_position=position,
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
    ]
    assignments = [
        Assignment(
            position=place,
            role=who.role,
            agency_ref=named.id,
            named=named,
            document_id=document.id,
            task_position=position,
            as_written=who.as_written,
            source=who.source,
            confidence=who.confidence,
            inferred=who.inferred,
        )
        for place, who in enumerate(task.assignments)
        for named in (agencies.named(who.agency, who.agency_id),)
    ]
    row.deadlines = _kept(row.deadlines, deadlines)
    row.assignments = _kept(row.assignments, assignments)
    row.due, row.recurring = schedule.next_due(row.deadlines, document.issued_on, schedule.today_in_vietnam())


def _kept(old: list[Any], new: list[Any]) -> list[Any]:
    """The old rows with the new values, for rows that are known by their place are not to be deleted and added at once."""
    for mine, theirs in zip(old, new, strict=False):
        for column in sa.inspect(type(mine)).columns:
            if column.key not in ("task_id", "position"):
                setattr(mine, column.key, getattr(theirs, column.key))
        if isinstance(mine, Assignment):
            mine.named = theirs.named
    return [*old[: len(new)], *new[len(old) :]]


def refresh_recurrences(session: Session, today: date) -> int:
    """Move recurring tasks whose occurrence has passed on to the next one; how many."""
    query = sa.select(Task).where(Task.recurring, Task.due < today, Task.withdrawn_at.is_(None)).order_by(Task.id)
    # What somebody is changing now comes next time.
    rows = session.scalars(query.with_for_update(of=Task, key_share=True, skip_locked=True)).all()
    for row in rows:
        row.due, row.recurring = schedule.next_due(row.deadlines, row.document.issued_on, today)
        _touch(row)
        changes.of_task(session, "task.updated", row, ["due"])
    return len(rows)
