"""The bodies that an office has added to those of the register. Tasks keep the names that they were assigned by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store import audit
from service.store.fold import fold
from service.store.ids import new_id
from service.store.tables import OwnAgency


def page(session: Session, office: UUID | None) -> Sequence[OwnAgency]:
    """An office's bodies, or those of all offices, by name."""
    query = sa.select(OwnAgency).order_by(OwnAgency.fold, OwnAgency.id)
    return session.scalars(query.where(OwnAgency.office_id == office) if office else query).all()


def named(session: Session, office: UUID, name: str) -> OwnAgency | None:
    """The office's body of this name, without regard to case and marks."""
    return session.scalar(sa.select(OwnAgency).where(OwnAgency.office_id == office, OwnAgency.fold == fold(name)))


def add(session: Session, actor: Actor, office: UUID, name: str, abbreviations: Iterable[str]) -> OwnAgency:
    """A new body. Raises sqlalchemy.exc.IntegrityError when the office has one of this name."""
    own = OwnAgency(
        id=new_id(),
        office_id=office,
        name=_tidy(name),
        fold=fold(name),
        abbreviations=[*map(_tidy, abbreviations)],
        created_at=datetime.now(UTC),
        created_by=actor.name,
        version=1,
    )
    session.add(own)
    session.flush()
    audit.note(session, actor, "agency.create", "agency", own.id, office=office, after=_said(own))
    return own


def change(
    session: Session, actor: Actor, own: OwnAgency, *, name: str | None, abbreviations: Iterable[str] | None
) -> None:
    """What is None stays. Raises sqlalchemy.exc.IntegrityError when the office has another body of this name."""
    before = _said(own)
    if name is not None:
        own.name, own.fold = _tidy(name), fold(name)
    if abbreviations is not None:
        own.abbreviations = [*map(_tidy, abbreviations)]
    if _said(own) == before:
        return
    own.version += 1
    session.flush()
    audit.note(session, actor, "agency.change", "agency", own.id, office=own.office_id, before=before, after=_said(own))


def delete(session: Session, actor: Actor, own: OwnAgency) -> None:
    session.delete(own)
    audit.note(session, actor, "agency.delete", "agency", own.id, office=own.office_id, before=_said(own))


def _said(own: OwnAgency) -> dict[str, Any]:
    return {"name": own.name, "abbreviations": own.abbreviations}


def _tidy(words: str) -> str:
    return " ".join(unicodedata.normalize("NFC", words).split())
