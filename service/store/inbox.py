"""The inbox: documents by what is to be done with them, how many there are of each, and what their rows tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.fold import fold
from service.store.tables import LIVE, Assignment, Deadline, Document, Job, Task

Shelf = Literal["all", "working", "review", "approved", "failed", "withdrawn"]
Order = Literal["newest", "oldest", "issued"]
SHELVES: tuple[Shelf, ...] = get_args(Shelf)
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Documents of a shelf, in an order, with these words in number or file name."""

    office: UUID | None = None
    shelf: Shelf = "all"
    order: Order = "newest"
    words: str = ""


class Place(NamedTuple):
    """Where a page ended."""

    id: UUID
    issued_on: date | None = None


class Tasks(NamedTuple):
    """How many tasks a document gives, and how many of them are doubtful."""

    all: int
    doubtful: int


def page(session: Session, wanted: Wanted, *, after: Place | None, limit: int) -> Sequence[Document]:
    """Documents in order, from the one that follows `after`; in the order of issue, those without a date come last."""
    query = sa.select(Document).where(*_conditions(wanted)).limit(limit)
    match wanted.order:
        case "oldest":
            query = query.order_by(Document.id)
            return session.scalars(query.where(Document.id > after.id) if after else query).all()
        case "issued":
            query = query.order_by(Document.issued_on.desc().nulls_last(), Document.id.desc())
            return session.scalars(query.where(_issued_before(after)) if after else query).all()
        case _:
            query = query.order_by(Document.id.desc())
            return session.scalars(query.where(Document.id < after.id) if after else query).all()


def _issued_before(place: Place) -> sa.ColumnElement[bool]:
    if place.issued_on is None:
        return sa.and_(Document.issued_on.is_(None), Document.id < place.id)
    same = sa.and_(Document.issued_on == place.issued_on, Document.id < place.id)
    return sa.or_(Document.issued_on < place.issued_on, same, Document.issued_on.is_(None))


def _conditions(wanted: Wanted) -> Iterable[sa.ColumnElement[bool]]:
    if wanted.office:
        yield Document.office_id == wanted.office
    if wanted.shelf != "all":
        yield _on(wanted.shelf)
    if words := wanted.words.strip():
        yield sa.or_(
            Document.number_fold.contains(fold(words), autoescape=True),
            Document.file_name.icontains(words, autoescape=True),
        )


def _on(shelf: Shelf) -> sa.ColumnElement[bool]:
    in_force = Document.withdrawn_at.is_(None)
    # Null for documents that nobody has approved: no truth, and no falsehood either.
    approved = sa.func.coalesce(Document.approved_version == Document.current_version, sa.false())
    match shelf:
        case "working":
            return _live()
        case "review":
            return sa.and_(in_force, Document.current_version.is_not(None), ~approved)
        case "approved":
            return sa.and_(in_force, approved)
        case "failed":
            return sa.and_(in_force, Document.current_version.is_(None), ~_live())
        case "withdrawn":
            return ~in_force
        case _:
            return sa.true()


def _live() -> sa.ColumnElement[bool]:
    return Document.id.in_(sa.select(Job.document_id).where(Job.state.in_(LIVE)))


def counts(session: Session, office: UUID | None) -> Mapping[Shelf, int]:
    """How many documents stand on each shelf."""
    marks = [sa.func.sum(sa.case((_on(shelf), 1), else_=0)) for shelf in SHELVES]
    query = sa.select(*marks).select_from(Document)
    found = session.execute(query.where(Document.office_id == office) if office else query).one()
    return dict(zip(SHELVES, (number or 0 for number in found), strict=True))


def next_to_review(session: Session, office: UUID | None) -> UUID | None:
    """The newest document that waits for a person."""
    found = page(session, Wanted(office, "review"), after=None, limit=1)
    return found[0].id if found else None


def tasks(session: Session, documents: Iterable[UUID], doubt_below: float) -> Mapping[UUID, Tasks]:
    """How many tasks each of the documents gives, and how many of them are doubtful (as `service.api.shapes.Task` has it)."""

    def unsure(part: type[Assignment] | type[Deadline]) -> sa.ColumnElement[bool]:
        return sa.exists().where(part.task_id == Task.id, part.confidence < doubt_below)

    doubtful = sa.or_(Task.warned, Task.confidence < doubt_below, unsure(Assignment), unsure(Deadline))
    query = (
        sa.select(Task.document_id, sa.func.count(), sa.func.sum(sa.case((doubtful, 1), else_=0)))
        .where(Task.document_id.in_(list(documents)), Task.withdrawn_at.is_(None))
        .group_by(Task.document_id)
    )
    return {document: Tasks(all_, unsure_) for document, all_, unsure_ in session.execute(query)}
