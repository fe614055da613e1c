"""From SQLite to PostgreSQL: every row of every table of ours, for an office that outgrows its one machine."""

from __future__ import annotations

import sqlalchemy as sa

from service.store.database import Database
from service.store.tables import Base

BATCH = 1000  # rows at once


def carry(source: Database, target: Database) -> None:
    """Copy all rows into a PostgreSQL database, in one transaction. Both are at the newest schema; what was there goes."""
    # The search index is the database's own kind and is built anew.
    tables = [table for table in Base.metadata.sorted_tables if not table.name.startswith("search_")]
    with source.engine.connect() as read, target.engine.begin() as write:
        for table in reversed(tables):  # the migrations have put a first office there
            if write.scalar(sa.select(sa.exists(sa.select(table)))):
                write.execute(table.delete())
        for table in tables:
            _copy(read, write, table)
            _count_on(write, table)


def _copy(read: sa.Connection, write: sa.Connection, table: sa.Table) -> None:
    # A row may refer to one of its own table that comes later: that is filled in afterwards.
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    rows = read.execution_options(yield_per=BATCH).execute(sa.select(table)).mappings()
    for some in rows.partitions():
        write.execute(sa.insert(table), [{**row, **{column.name: None for column in own}} for row in some])
    for column in own:
        key = next(iter(table.primary_key))
        links = read.execute(sa.select(key.label("of"), column.label("to")).where(column.is_not(None))).mappings().all()
        if links:
            update = sa.update(table).where(sa.and_(key == sa.bindparam("of")))
            write.execute(update.values({column.name: sa.bindparam("to")}), [dict(link) for link in links])


def _count_on(write: sa.Connection, table: sa.Table) -> None:
    """Let the numbers that the database draws go on after the greatest that was copied."""
    column = table.autoincrement_column
    if column is not None and isinstance(column.type, sa.Integer):
        write.execute(
            sa.select(
                sa.func.setval(
                    sa.func.pg_get_serial_sequence(table.name, column.name),
                    sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery(),
                    False,
                )
            )
        )
