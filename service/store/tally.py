"""Counts that only grow and outlive the jobs they were counted from: what was read, how it ended, how long it took.

They are raised in the transaction of what they count, so nothing is counted twice and nothing is missed.
"""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.tables import Tally

_PENDING = "tally"


def count(session: Session, name: str, label: str = "", amount: float = 1) -> None:
    """Raise a count when the transaction commits."""
    session.info.setdefault(_PENDING, Counter())[name, label] += amount


def write(session: Session) -> None:
    """Write the counts of a transaction at its end, for others that count have to wait from here on."""
    pending = session.info.pop(_PENDING, None)
    if not pending:
        return
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    # In one order everywhere: two transactions that wait for each other's rows would wait for ever.
    rows = [{"name": name, "label": label, "value": amount} for (name, label), amount in sorted(pending.items())]
    raised = dialect.insert(Tally)
    more = {"value": Tally.value + raised.excluded.value}
    session.execute(raised.on_conflict_do_update(index_elements=[Tally.name, Tally.label], set_=more), rows)


def counts(session: Session) -> dict[tuple[str, str], float]:
    """Every count, by name and label."""
    return {(row.name, row.label): row.value for row in session.scalars(sa.select(Tally))}
