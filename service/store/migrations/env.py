"""Where Alembic finds our tables and our connection; tables of the job engine are none of its business."""

from alembic import context

from service.store.tables import Base, owned

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_name=owned,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
