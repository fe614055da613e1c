"""The search index: what is searched, its terms, and how far it has followed the change feed

Documents that are there are indexed from the change feed when the service starts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_INDEXES = ("page", "task", "target", "citation")


def upgrade() -> None:
    state = op.create_table(
        "search_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("analysis", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("next_entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_state"),
    )
    op.bulk_insert(state, [{"id": 1, "position": 0, "analysis": "", "epoch": 0, "change": 0, "next_entry": 1}])
    op.create_table(
        "search_document",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("refined", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(16), nullable=True),
        sa.Column("province", sa.Text(), nullable=True),
        sa.Column("field", sa.String(40), nullable=True),
        sa.Column("measures", sa.LargeBinary(), nullable=False),
        sa.Column("acts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_search_document_document_id_document", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_search_document"),
    )
    op.create_index("ix_search_document_change", "search_document", ["change"])
    op.create_index("ix_search_document_refined", "search_document", ["refined"])
    op.create_table(
        "search_entry",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("held", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_search_entry_document_id_document", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
    )
    op.create_table(
        "search_term",
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("term", name="pk_search_term"),
    )
    op.create_index("ix_search_term_change", "search_term", ["change"])
    for what in _INDEXES:
        if op.get_bind().dialect.name == "sqlite":
            # The terms are made by us and kept nowhere else: to take an entry out its terms are made again from its text.
            op.execute(
                f"CREATE VIRTUAL TABLE search_{what} USING fts5(terms, content='', detail=none, "
                "tokenize=\"ascii tokenchars '_~='\")"
            )
        else:
            # The vector lies beside its row, so that finding many reads little.
            op.execute(f"CREATE TABLE search_{what} (id bigint PRIMARY KEY, terms tsvector NOT NULL)")
            op.execute(f"ALTER TABLE search_{what} SET (toast_tuple_target = 128)")
            op.execute(f"CREATE INDEX ix_search_{what}_terms ON search_{what} USING gin (terms)")
