"""A change as it is told: a CloudEvents 1.0 envelope around the newest state of what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, joinedload, selectinload

from service.api.shapes import Document, Shape, Task
from service.settings import Settings
from service.store import documents, tables
from service.store.tables import Event

PREFIX = "vn.directives."
NOBODY = ""  # whose share is the whole


class Envelope(Shape):
    """CloudEvents 1.0."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID = Field(description="Không bao giờ trùng / unique for ever")
    source: str = Field(
        description="Văn phòng / the office", examples=["urn:uuid:0197a1b2-0000-7000-8000-000000000001"]
    )
    type: str = Field(examples=["vn.directives.task.created"])
    subject: str = Field(examples=["tasks/0197a1b2-0000-7000-8000-000000000002"])
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"


class ChangeData(Shape):
    """Thay đổi, và trạng thái mới nhất của đối tượng / the change, and the newest state of what has changed."""

    sequence: int = Field(description="Số thứ tự, dùng cho `after` / the change's number, for `after`", examples=[1042])
    version: int = Field(description="Phiên bản do thay đổi này tạo ra / version that the change made")
    changed: list[str] = Field(description="Các trường thay đổi / fields that changed", examples=[["due"]])
    document_id: UUID
    task_id: UUID | None = Field(description="Trống: thay đổi của văn bản / null: a change of the document")
    lead: str | None = Field(
        description="Khi tách theo cơ quan chủ trì: phần việc của ai / whose share, when told by lead",
        examples=["Sở Y tế"],
    )
    withdrawn: bool = Field(
        description="Nhiệm vụ (hoặc phần việc) hay văn bản không còn hiệu lực: bỏ đi / a tombstone: no longer in force"
    )
    task: Task | None = Field(description="Nhiệm vụ như hiện nay / the task as it is now")
    document: Document | None = Field(description="Văn bản như hiện nay / the document as it is now")


class Change(Envelope):
    data: ChangeData


def tell(session: Session, events: Sequence[Event], settings: Settings, *, by_lead: bool) -> list[Change]:
    """Changes in the order of their numbers; `by_lead`: a change of a task once for each of its leads."""
    known = _Known(session, events)
    return [known.told(event, lead, by_lead, settings) for event in events for lead in known.shares(event, by_lead)]


def tell_one(session: Session, event: Event, lead: str, settings: Settings, *, by_lead: bool) -> Change:
    """A change for one of those whom `shares` named."""
    return _Known(session, [event]).told(event, lead, by_lead, settings)


def shares(session: Session, events: Sequence[Event], *, by_lead: bool) -> list[tuple[Event, str]]:
    """Each event with those whose share it is told for: the leads of its task, present and former; else NOBODY."""
    known = _Known(session, events if by_lead else [])
    return [(event, lead) for event in events for lead in known.shares(event, by_lead)]


class _Known:
    """What some events are about, as it is now. Rows may be gone: events outlive them."""

    def __init__(self, session: Session, events: Sequence[Event]) -> None:
        of_tasks = {event.task_id for event in events if event.task_id}
        of_documents = {event.document_id for event in events if event.task_id is None}
        found = sa.select(tables.Task).where(tables.Task.id.in_(of_tasks))
        whole = (
            joinedload(tables.Task.document),
            selectinload(tables.Task.assignments),
            selectinload(tables.Task.deadlines),
            selectinload(tables.Task.reports),
        )
        self._tasks = {task.id: task for task in session.scalars(found.options(*whole)).unique()} if of_tasks else {}
        self._shapes: dict[UUID, Task] = {}
        held = sa.select(tables.Document).where(tables.Document.id.in_(of_documents))
        self._documents = {document.id: document for document in session.scalars(held)} if of_documents else {}
        self._jobs = documents.latest_jobs(session, of_documents) if of_documents else {}

    def shares(self, event: Event, by_lead: bool) -> list[str]:
        if not by_lead or event.task_id is None:
            return [NOBODY]
        now = self._leads(event.task_id)
        return [*now, *(former for former in dict.fromkeys(event.leads) if former not in now)]

    def told(self, event: Event, lead: str, by_lead: bool, settings: Settings) -> Change:
        task, document, gone = None, None, True
        type_ = event.type
        if event.task_id is None:
            row, job = self._documents.get(event.document_id), self._jobs.get(event.document_id)
            if row and job:
                document, gone = Document.of(row, job), row.withdrawn_at is not None
        elif event.task_id in self._tasks:
            task = self._shapes.get(event.task_id) or Task.of(self._tasks[event.task_id], settings)
            self._shapes[event.task_id] = task  # tasks are told of several times in a row
            gone = task.withdrawn_at is not None
            if lead:
                task = task.model_copy(update={"leads": [lead]})
            if by_lead and lead not in self._leads(event.task_id):
                # It leads no more: for whoever follows its share, the task is gone.
                gone, type_ = True, "task.withdrawn"
                task = task.model_copy(update={"withdrawn_at": task.withdrawn_at or event.at})
        return Change(
            id=uuid5(event.id, lead) if lead else event.id,
            source=f"urn:uuid:{event.office_id}",
            type=PREFIX + type_,
            subject=f"tasks/{event.task_id}" if event.task_id else f"documents/{event.document_id}",
            time=event.at,
            data=ChangeData(
                sequence=event.seq,
                version=event.version,
                changed=event.changed,
                document_id=event.document_id,
                task_id=event.task_id,
                lead=lead or None,
                withdrawn=gone,
                task=task,
                document=document,
            ),
        )

    def _leads(self, task_id: UUID) -> list[str]:
        """Who leads a task now."""
        task = self._tasks.get(task_id)
        found = [who.agency for who in task.assignments if who.role == "lead"] if task else []
        return list(dict.fromkeys(found)) or [NOBODY]
