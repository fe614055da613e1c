"""Targets and references in rows, and what a document is about

The rows of records that are here already are laid out by the service's housekeeping (`service.study.rows.catch_up`): it can
be stopped anywhere, and nobody waits for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("document", sa.Column("symbol", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("field", sa.String(32), nullable=True))
    op.add_column("document", sa.Column("field_probability", sa.Double(), nullable=True))
    op.add_column("document", sa.Column("studied", sa.Integer(), nullable=True))
    op.create_index("ix_document_symbol", "document", ["symbol"])
    op.create_index("ix_document_field", "document", ["field"])
    op.create_table(
        "target",
        *_whose("target"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("task_key", sa.Text(), nullable=True),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("comparator", sa.String(2), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_max", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("per", sa.Text(), nullable=True),
        sa.Column("change", sa.String(8), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("amount_max", sa.Double(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("baseline", sa.Text(), nullable=True),
        sa.Column("of", sa.Text(), nullable=True),
        *_where(),
        sa.Column("inferred", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "reference",
        *_whose("reference"),
        sa.Column("relation", sa.String(12), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        *_where(),
    )
    op.create_index("ix_reference_symbol", "reference", ["symbol", "document_id"])


def _whose(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "position", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=f"fk_{table}_document_id_document", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=f"fk_{table}_office_id_office"),
    ]


def _where() -> list[sa.Column[object]]:
    return [
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("begins", sa.Integer(), nullable=True),
        sa.Column("ends", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
    ]
