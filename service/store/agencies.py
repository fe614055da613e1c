"""The names that tasks are assigned to, each kept once."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.fold import fold, initials
from service.store.tables import Agency


class Agencies:
    """Rows for names, made when a name is new."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str], Agency] = {}

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


def search(session: Session, wanted: str) -> Sequence[int]:
    """The rows that `named_like` finds."""
    return session.scalars(named_like(wanted)).all()


def named_like(wanted: str) -> sa.Select[int]:
    """Rows whose id of the register is `wanted`, or whose name holds it, without regard to case and marks."""
    named = Agency.fold.contains(fold(wanted), autoescape=True)
    return sa.select(Agency.id).where(sa.or_(Agency.agency_id == wanted, named))
