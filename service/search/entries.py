"""What of a document is searched: its pages, tasks, targets and citations as texts, and what is counted of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntFlag
from typing import get_args
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from extractor.record import Citation, DirectiveRecord, Evidence, Role, Target
from service.search.analysis import composed
from service.search.postings import KINDS, Kind
from service.store import records
from service.store.tables import Document, Task

ROLES: tuple[Role, ...] = get_args(Role)
_EPOCH = date(1970, 1, 1)
NEVER = -(2**31)  # in place of a day
KIND_AT = 4  # bits of marks below the entry's kind


class Mark(IntFlag):
    """What is counted of an entry, yes or no."""

    DEADLINE = 1  # it has one, of any kind
    RECURRING = 2  # `due` moves on with the calendar
    DONE = 4
    TARGET = 8  # it has one


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that is searched. `start` and `end` are characters of its page's text."""

    kind: Kind
    unit: str
    body: str
    page: int | None = None
    start: int | None = None
    end: int | None = None
    due: int = NEVER  # days since 1970
    marks: Mark = field(default_factory=lambda: Mark(0))
    acts: frozenset[tuple[int, int]] = field(
        default_factory=frozenset
    )  # agency (`Agency.id`) and role (place in ROLES)


def of_document(session: Session, document: Document) -> list[Entry]:
    """Every entry of a document's current version, in order; none while nothing is known of it."""
    kept = records.version(session, document.id, document.current_version)
    if kept is None:
        return []
    record = DirectiveRecord.model_validate_json(kept.body)
    aimed = {target.task_id for target in record.targets}
    tasks = [(row, _task(row, record, aimed)) for row in _rows(session, document.id)]
    by_key = {row.key: entry for row, entry in tasks}
    out = list(_pages(record, [entry for _, entry in tasks]))
    out += (entry for _, entry in tasks)
    for number, target in enumerate(record.targets):
        out.append(_target(number, target, by_key.get(target.task_id or "")))
    out += (_citation(number, citation) for number, citation in enumerate(record.citations))
    return out


def _rows(session: Session, document_id: UUID) -> Sequence[Task]:
    """Its tasks; of a document that was withdrawn, those it gave."""
    query = sa.select(Task).where(Task.document_id == document_id).order_by(Task.position, Task.ordinal)
    rows = session.scalars(query.options(selectinload(Task.assignments), selectinload(Task.deadlines))).all()
    return [row for row in rows if row.withdrawn_at is None] or [row for row in rows if row.document.withdrawn_at]


def _pages(record: DirectiveRecord, tasks: Iterable[Entry]) -> Iterator[Entry]:
    on_page = defaultdict(list)
    for task in tasks:
        on_page[task.page].append(task)
    for page in record.source.pages:
        here = on_page[page.number]
        body = composed(page.text)
        marks = Mark(0)
        for task in here:
            marks |= task.marks & (Mark.DEADLINE | Mark.TARGET)
        yield Entry(
            "page",
            str(page.number),
            body,
            page.number,
            0,
            len(body),
            min((task.due for task in here if task.due != NEVER), default=NEVER),
            marks,
            frozenset(act for task in here for act in task.acts),
        )


def _task(row: Task, record: DirectiveRecord, aimed: set[str | None]) -> Entry:
    read = next((task for task in record.tasks if task.id == row.key), None)
    marks = Mark(0)
    if row.deadlines:
        marks |= Mark.DEADLINE
    if row.recurring:
        marks |= Mark.RECURRING
    if row.state == "done":
        marks |= Mark.DONE
    if row.key in aimed:
        marks |= Mark.TARGET
    return Entry(
        "task",
        str(row.id),
        _joined(row.heading, row.text),
        *_place(read),
        due=(row.due - _EPOCH).days if row.due else NEVER,
        marks=marks,
        acts=frozenset((who.agency_ref, ROLES.index(who.role)) for who in row.assignments),
    )


def _target(number: int, target: Target, task: Entry | None) -> Entry:
    said = target.text if target.indicator in target.text else _joined(target.indicator, target.text)
    return Entry(
        "target",
        str(number),
        composed(said),
        *_place(target),
        due=task.due if task else NEVER,
        marks=(task.marks if task else Mark(0)) | Mark.TARGET,
        acts=task.acts if task else frozenset(),
    )


def _citation(number: int, citation: Citation) -> Entry:
    more = (citation.kind, citation.number, citation.issuer, citation.subject)
    said = citation.text.lower()
    return Entry(
        "citation",
        str(number),
        _joined(citation.text, *(part for part in more if part and part.lower() not in said)),
        *_place(citation),
    )


def _place(read: Evidence | None) -> tuple[int | None, int | None, int | None]:
    """Page, first character and the one behind the last, of where a value stands first."""
    if read is None or not read.spans:
        return None, None, None
    first = read.spans[0]
    same = [span for span in read.spans if span.page == first.page]
    return first.page, min(span.start for span in same), max(span.end for span in same)


def _joined(*parts: str | None) -> str:
    return composed("\n".join(filter(None, parts)))


def measures(entries: Sequence[Entry]) -> tuple[bytes, bytes]:
    """What is counted, packed as `SearchDocument` keeps it."""
    counted = [(entry.due, entry.marks | KINDS.index(entry.kind) << KIND_AT, len(entry.acts)) for entry in entries]
    acts = [act for entry in entries for act in sorted(entry.acts)]
    return np.array(counted, "<i4").tobytes(), np.array(acts, "<i4").tobytes()


def days(day: date) -> int:
    return (day - _EPOCH).days


def day(days: int) -> date:
    return date.fromordinal(_EPOCH.toordinal() + days)
