"""The names that tasks are assigned to, each kept once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.fold import fold, initials
from service.store.tables import Agency, Assignment, Document

_WORDS = 8  # of what is typed that are looked for


class Agencies:
    """Rows for names, made when a name is new; of those that are told beforehand, all are looked for at once."""

    def __init__(self, session: Session, wanted: Iterable[tuple[str, str | None]] = ()) -> None:
        self._session = session
        keys = {(name, agency_id or "") for name, agency_id in wanted}
        named = sa.select(Agency).where(Agency.name.in_({name for name, _ in keys}))
        there = session.scalars(named).all() if keys else ()
        self._known = {(row.name, row.agency_id): row for row in there}

    def named(self, name: str, agency_id: str | None) -> Agency:
        key = (name, agency_id or "")
        if key not in self._known:
            self._known[key] = self._find(*key) or self._make(*key)
        return self._known[key]

    def _find(self, name: str, agency_id: str) -> Agency | None:
        return self._session.scalar(sa.select(Agency).where(Agency.name == name, Agency.agency_id == agency_id))

    def _make(self, name: str, agency_id: str) -> Agency:
        # Two writers may meet a new name at once; both go on with the one row.
        dialect = self._session.get_bind().dialect.name
        values = {"name": name, "agency_id": agency_id, "fold": fold(name), "initials": initials(name)}
        if dialect == "postgresql":
            self._session.execute(postgresql.insert(Agency).values(values).on_conflict_do_nothing())
        else:
            self._session.execute(sqlite.insert(Agency).values(values).on_conflict_do_nothing())
        made = self._find(name, agency_id)
        assert made
        return made


def unregistered(session: Session, typed: str, office: UUID | None, limit: int = 60) -> Sequence[Agency]:
    """Names outside the register, among them groups of bodies, that an office's tasks are assigned to: such as hold each
    word that is typed, or have initials that begin so. The shortest first."""
    words = fold(typed).split()[:_WORDS]
    letters = "".join(letter for word in words for letter in word if letter.isalnum())
    query = sa.select(Agency).where(
        sa.or_(Agency.agency_id == "", Agency.agency_id.startswith("group:")),
        sa.or_(
            sa.and_(*(Agency.fold.contains(word, autoescape=True) for word in words)),
            Agency.initials.startswith(letters, autoescape=True),
        ),
    )
    if office:
        here = sa.select(Assignment).join(Document, Document.id == Assignment.document_id)
        query = query.where(here.where(Assignment.agency_ref == Agency.id, Document.office_id == office).exists())
    return session.scalars(query.order_by(sa.func.length(Agency.name), Agency.id).limit(limit)).all()


def search(session: Session, wanted: str) -> Sequence[int]:
    """The rows that `named_like` finds."""
    return session.scalars(named_like(wanted)).all()


def named_like(wanted: str) -> sa.Select[int]:
    """Rows whose id of the register is `wanted`, or whose name holds it, without regard to case and marks."""
    named = Agency.fold.contains(fold(wanted), autoescape=True)
    return sa.select(Agency.id).where(sa.or_(Agency.agency_id == wanted, named))
