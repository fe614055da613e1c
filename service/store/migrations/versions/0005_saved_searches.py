"""Searches are kept under a name, as filters of tasks are"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("saved_filter") as table:
        table.add_column(sa.Column("page", sa.String(8), nullable=False, server_default="tasks"))
        table.drop_constraint(op.f("uq_saved_filter_owner_id_name"), type_="unique")
        table.create_unique_constraint(op.f("uq_saved_filter_owner_id_page_name"), ["owner_id", "page", "name"])
    with op.batch_alter_table("saved_filter") as table:
        table.alter_column("page", server_default=None)
