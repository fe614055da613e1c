"""Webhooks that tell what a search finds anew"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhook", sa.Column("search", sa.Text(), nullable=True))
    op.create_table(
        "met",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id", "document_id", name="pk_met"),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name="fk_met_webhook_id_webhook", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_met_document_id_document", ondelete="CASCADE"
        ),
    )
