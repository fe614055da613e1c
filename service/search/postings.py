"""The terms of entries, one index for each kind of entry: FTS5 on SQLite, `tsvector` with GIN on PostgreSQL.

Both only say which entries have a term. What is asked beyond that is worked out of these sets in one place
(`service.search.search`), so both give the same hits. No text of a user gets here: terms are `analysis`'s.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from psycopg.adapt import Buffer, Loader
from psycopg.pq import Format
from sqlalchemy.orm import Session

Kind = Literal["page", "task", "target", "citation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Ids = npt.NDArray[np.int32]

_ARRAY_OF_INT4 = 1007  # as PostgreSQL numbers its types
_HEAD = 20  # bytes of a one-dimensional array on PostgreSQL's wire, before its elements of 4 + 4 bytes


class _Numbers(Loader):
    """An int4[] without nulls straight into numpy."""

    format = Format.BINARY

    def load(self, data: Buffer) -> Ids:
        return np.frombuffer(bytes(data)[_HEAD:], ">i4")[1::2].astype(np.int32)


def add(session: Session, kind: Kind, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Entries with their terms; their ids are new."""
    _write(session, kind, rows, "INSERT INTO search_{kind}(rowid, terms) VALUES (?, ?)")


def remove(session: Session, kind: Kind, rows: Iterable[tuple[int, Iterable[str]]]) -> None:
    """Take entries out, with the very terms that they were added with."""
    if _sqlite(session):
        _write(session, kind, rows, "INSERT INTO search_{kind}(search_{kind}, rowid, terms) VALUES ('delete', ?, ?)")
    elif ids := [number for number, _ in rows]:
        session.execute(sa.text(f"DELETE FROM search_{kind} WHERE id = ANY(:ids)"), {"ids": ids})


def clear(session: Session) -> None:
    """Take every entry out."""
    for kind in KINDS:
        if _sqlite(session):
            session.execute(sa.text(f"INSERT INTO search_{kind}(search_{kind}) VALUES ('delete-all')"))
        else:
            session.execute(sa.text(f"TRUNCATE search_{kind}"))


def having(session: Session, kind: Kind, *terms: str, one: bool = False, after: int = 0) -> Ids:
    """The entries, numbered above `after`, that have every one of these terms, or at least `one`; in no order."""
    if _sqlite(session):
        # Half a million numbers as one text take a third of the time of as many rows.
        (numbers,) = (
            _driver(session)
            .execute(
                f"SELECT group_concat(rowid) FROM search_{kind} WHERE search_{kind} MATCH ? AND rowid > ?",
                ((" OR " if one else " ").join(f'"{term}"' for term in terms), after),
            )
            .fetchone()
        )
        return np.empty(0, np.int32) if numbers is None else np.fromstring(numbers, np.int32, sep=",")
    # The planner takes few rows for the best of an index on their numbers, however many are asked for by term.
    query = f"SELECT array_agg(id::int) FROM search_{kind} WHERE terms @@ %s::tsquery" + " AND id > %s" * (after > 0)
    asked = [(" | " if one else " & ").join(f"'{term}'" for term in terms), *([after] if after else [])]
    with _driver(session).cursor(binary=True) as cursor:
        cursor.adapters.register_loader(_ARRAY_OF_INT4, _Numbers)
        # Of what most entries have, the planner would look at every entry's terms instead: it does not see that they lie elsewhere.
        cursor.execute("SET LOCAL enable_seqscan = off")
        found = cursor.execute(query, asked).fetchone()[0]
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    return np.empty(0, np.int32) if found is None else found


def _write(session: Session, kind: Kind, rows: Iterable[tuple[int, Iterable[str]]], statement: str) -> None:
    if _sqlite(session):
        written = ((number, " ".join(sorted(terms))) for number, terms in rows)
        _driver(session).executemany(statement.format(kind=kind), written)
    else:
        with _driver(session).cursor() as cursor:
            vectors = ((number, "'" + "' '".join(sorted(terms)) + "'" if terms else "") for number, terms in rows)
            cursor.executemany(f"INSERT INTO search_{kind}(id, terms) VALUES (%s, %s::tsvector)", vectors)


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _driver(session: Session) -> Any:
    """The connection below: rows in such numbers are not for the ORM."""
    return session.connection().connection.driver_connection
