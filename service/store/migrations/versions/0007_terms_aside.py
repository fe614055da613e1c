"""The terms of every entry beside its row

PostgreSQL moves values out of a row only when it is longer than 2 kB, and then until `toast_tuple_target` is kept. Many tasks have
fewer terms, so a search for a frequent term read most of a table that was eight times as large as it need be.
`aside` makes every row long enough; its spaces are kept as forty bytes. Rows that are there lie as they did, until the index is
built anew, as it is for the terms of this revision.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for what in ("page", "task", "target", "citation"):
            op.execute(f"ALTER TABLE search_{what} ADD COLUMN aside text NOT NULL DEFAULT repeat(' ', 2100)")
