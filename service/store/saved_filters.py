"""Filters that people keep: their own, and those that colleagues of the office share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store import audit
from service.store.ids import new_id
from service.store.tables import SavedFilter


def usable(session: Session, actor: Actor, page: str | None = None) -> Sequence[SavedFilter]:
    """Those of a page, or of all, that the actor may use, by name."""
    shared = sa.and_(SavedFilter.shared, SavedFilter.office_id.is_not_distinct_from(actor.office))
    query = sa.select(SavedFilter).where(sa.or_(SavedFilter.owner_id == actor.id, shared))
    if page:
        query = query.where(SavedFilter.page == page)
    return session.scalars(query.order_by(SavedFilter.name, SavedFilter.id)).all()


def find(session: Session, filter_id: UUID, actor: Actor) -> SavedFilter | None:
    """One of the actor's own."""
    saved = session.get(SavedFilter, filter_id)
    return saved if saved and saved.owner_id == actor.id else None


def save(session: Session, actor: Actor, page: str, name: str, query: str, shared: bool) -> SavedFilter:
    """Keep a filter under a name; one of the actor's own that has it already is changed. The actor is a person."""
    assert actor.id
    own = SavedFilter.owner_id == actor.id, SavedFilter.page == page, SavedFilter.name == name
    saved = session.scalar(sa.select(SavedFilter).where(*own).with_for_update())
    before = _said(saved) if saved else None
    if saved is None:
        saved = SavedFilter(id=new_id(), owner_id=actor.id, page=page, name=name, created_at=datetime.now(UTC))
        session.add(saved)
    saved.office_id, saved.query, saved.shared = actor.office, query, shared
    if (after := _said(saved)) != before:
        audit.note(session, actor, "filter.save", "filter", saved.id, office=actor.office, before=before, after=after)
    session.flush()
    return saved


def delete(session: Session, actor: Actor, saved: SavedFilter) -> None:
    session.delete(saved)
    audit.note(session, actor, "filter.delete", "filter", saved.id, office=actor.office, before=_said(saved))


def _said(saved: SavedFilter) -> dict[str, object]:
    return {"page": saved.page, "name": saved.name, "query": saved.query, "shared": saved.shared}
