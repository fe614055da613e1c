"""The offices that the service works for; a small one is its only one and never hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store import audit
from service.store.ids import new_id
from service.store.tables import Office

FIRST = "Văn phòng"


def default(session: Session) -> Office:
    """The office that documents belong to when nobody says otherwise: the first."""
    office = session.scalar(sa.select(Office).order_by(Office.id).limit(1))
    if office is None:
        office = Office(id=new_id(), name=FIRST, created_at=datetime.now(UTC))
        session.add(office)
        session.flush()
    return office


def add(session: Session, actor: Actor, name: str) -> Office:
    """A further office. Raises sqlalchemy.exc.IntegrityError for a known name."""
    office = Office(id=new_id(), name=name, created_at=datetime.now(UTC))
    session.add(office)
    session.flush()
    audit.note(session, actor, "office.create", "office", office.id, office=office.id, after={"name": name})
    return office


def page(session: Session, actor: Actor) -> Sequence[Office]:
    """The offices that the actor sees, the first first."""
    query = sa.select(Office).order_by(Office.id)
    return session.scalars(query.where(Office.id == actor.office) if actor.office else query).all()
