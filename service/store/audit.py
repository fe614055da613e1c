"""The audit trail: an entry is written in the transaction of what it tells of, so neither exists without the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store.tables import Audit


def note(
    session: Session,
    actor: Actor,
    action: str,
    kind: str,
    object_id: UUID | str | None,
    *,
    office: UUID | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write down that `actor` did `action` to an object. Values are JSON; passwords and secrets have no place in them."""
    session.add(
        Audit(
            at=datetime.now(UTC),
            office_id=office or actor.office,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor=actor.name,
            action=action,
            object_kind=kind,
            object_id=str(object_id) if object_id else None,
            before=before,
            after=after,
            request_id=actor.request_id,
        )
    )


def page(session: Session, actor: Actor, *, object_id: str | None, before: int | None, limit: int) -> Sequence[Audit]:
    """Entries, newest first, that the actor's office may see."""
    query = sa.select(Audit).order_by(Audit.seq.desc()).limit(limit)
    if actor.office:
        query = query.where(Audit.office_id == actor.office)
    if object_id:
        query = query.where(Audit.object_id == object_id)
    if before:
        query = query.where(Audit.seq < before)
    return session.scalars(query).all()
