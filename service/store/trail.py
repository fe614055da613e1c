"""Looking into the audit trail: who did what to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Audit


@dataclass(frozen=True, slots=True)
class Asked:
    """All that are given must hold."""

    office: UUID | None = None
    actor: str | None = None  # the whole name
    action: str | None = None  # or how it begins: "document."
    object_id: str | None = None


def page(session: Session, asked: Asked, *, before: int | None, limit: int) -> Sequence[Audit]:
    """Entries, newest first, older than number `before`."""
    query = sa.select(Audit).order_by(Audit.seq.desc()).limit(limit)
    if asked.office:
        query = query.where(Audit.office_id == asked.office)
    if asked.actor:
        query = query.where(Audit.actor == asked.actor)
    if asked.action:
        query = query.where(Audit.action.startswith(asked.action, autoescape=True))
    if asked.object_id:
        query = query.where(Audit.object_id == asked.object_id)
    if before:
        query = query.where(Audit.seq < before)
    return session.scalars(query).all()
