"""Versions that people made, the change feed, webhooks, access, the audit trail, and what trackers report

What was read before stays: tasks keep their ids, and are announced in the feed as created.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from service.store.fold import fold, initials
from service.store.ids import new_id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    now = datetime.now(UTC)
    office = _offices(now)
    _documents(office, now)
    _jobs_and_records()
    _agencies()
    _tasks(office, now)
    _new_tables()
    _announce(office, now)
    _seal_audit()


def _offices(now: datetime) -> UUID:
    table = op.create_table(
        "office",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_office"),
        sa.UniqueConstraint("name", name="uq_office_name"),
    )
    first = new_id()
    op.bulk_insert(table, [{"id": first, "name": "Văn phòng", "created_at": now}])
    return first


def _fill(table: str, **values: object) -> None:
    columns = [sa.column(name, _TYPES[name]) for name in values]
    op.execute(sa.update(sa.table(table, *columns)).values(values))


_TYPES: dict[str, Any] = {"office_id": sa.Uuid(), "updated_at": _moment}


def _documents(office: UUID, now: datetime) -> None:
    with op.batch_alter_table("document") as batch:
        batch.add_column(sa.Column("office_id", sa.Uuid()))
        batch.add_column(sa.Column("received_by", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("updated_at", _moment))
        batch.add_column(sa.Column("current_version", sa.Integer()))
        batch.add_column(sa.Column("approved_version", sa.Integer()))
        batch.add_column(sa.Column("approved_at", _moment))
        batch.add_column(sa.Column("approved_by", sa.Text()))
        batch.add_column(sa.Column("replaced_by", sa.Uuid()))
        batch.add_column(sa.Column("withdrawn_at", _moment))
        batch.add_column(sa.Column("withdrawn_why", sa.Text()))
        batch.add_column(sa.Column("signer", sa.Text()))
        batch.add_column(sa.Column("number_fold", sa.Text()))
        batch.add_column(sa.Column("reading", sa.String(64)))
    _fill("document", office_id=office, updated_at=now)
    op.execute("UPDATE document SET current_version = version")
    document = sa.table("document", *(sa.column(name, sa.Text()) for name in ("number", "number_fold")))
    numbers = sa.select(document.c.number).where(document.c.number.is_not(None)).distinct()
    for number in op.get_bind().scalars(numbers).all():
        op.execute(document.update().where(document.c.number == number).values(number_fold=fold(number)))
    with op.batch_alter_table("document") as batch:
        batch.alter_column("office_id", nullable=False)
        batch.alter_column("updated_at", nullable=False)
        batch.alter_column("received_by", server_default=None)
        batch.create_foreign_key("fk_document_office_id_office", "office", ["office_id"], ["id"])
        batch.create_foreign_key("fk_document_replaced_by_document", "document", ["replaced_by"], ["id"])
        batch.drop_constraint(op.f("uq_document_sha256"), type_="unique")
        batch.create_unique_constraint("uq_document_office_id_sha256", ["office_id", "sha256"])
        batch.create_index("ix_document_number_fold", ["number_fold"])
        batch.create_index("ix_document_updated_at", ["updated_at"])
        batch.create_index(
            "ix_document_inbox", ["office_id", "id", "current_version", "approved_version", "withdrawn_at"]
        )


def _jobs_and_records() -> None:
    with op.batch_alter_table("job") as batch:
        batch.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("worker", sa.Text()))
        batch.drop_constraint(op.f("ck_job_state"), type_="check")
        batch.create_check_constraint(
            op.f("ck_job_state"), "state IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled')"
        )
        batch.create_index("ix_job_state_finished_at", ["state", "finished_at"])
    with op.batch_alter_table("job") as batch:
        batch.alter_column("priority", server_default=None)
    with op.batch_alter_table("record") as batch:
        batch.add_column(sa.Column("origin", sa.String(16), nullable=False, server_default="read"))
        batch.add_column(sa.Column("based_on", sa.Integer()))
        batch.create_check_constraint(op.f("ck_record_origin"), "origin IN ('read', 'corrected')")


def _agencies() -> None:
    table = op.create_table(
        "agency",
        sa.Column("id", _serial, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fold", sa.Text(), nullable=False),
        sa.Column("initials", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
        sa.UniqueConstraint("name", "agency_id", name="uq_agency_name_agency_id"),
    )
    op.create_index("ix_agency_agency_id", "agency", ["agency_id"])
    rows = op.get_bind().execute(sa.text("SELECT DISTINCT agency, coalesce(agency_id, '') FROM assignment")).all()
    names = [{"name": name, "agency_id": known, "fold": fold(name), "initials": initials(name)} for name, known in rows]
    if names:
        op.bulk_insert(table, names)


def _tasks(office: UUID, now: datetime) -> None:
    with op.batch_alter_table("task") as batch:
        batch.add_column(sa.Column("office_id", sa.Uuid()))
        batch.add_column(sa.Column("ordinal", sa.Integer()))
        batch.add_column(sa.Column("page", sa.Integer()))
        batch.add_column(sa.Column("recurring", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("approved", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("updated_at", _moment))
        batch.add_column(sa.Column("withdrawn_at", _moment))
        batch.add_column(sa.Column("state", sa.String(24), nullable=False, server_default="not_started"))
        batch.add_column(sa.Column("completed_on", sa.Date()))
    _fill("task", office_id=office, updated_at=now)
    op.execute("UPDATE task SET ordinal = position + 1")
    with op.batch_alter_table("task") as batch:
        for name in ("office_id", "ordinal", "updated_at"):
            batch.alter_column(name, nullable=False)
        for name in ("recurring", "approved", "version", "state"):
            batch.alter_column(name, server_default=None)
        batch.create_foreign_key("fk_task_office_id_office", "office", ["office_id"], ["id"])
        batch.drop_constraint(op.f("uq_task_document_id_position"), type_="unique")
        batch.drop_index("ix_task_due")
        batch.create_unique_constraint("uq_task_document_id_ordinal", ["document_id", "ordinal"])
        batch.create_check_constraint(
            op.f("ck_task_state"),
            "state IN ('not_started', 'in_progress', 'awaiting_confirmation', 'done', 'returned', 'refused', 'suspended', "
            "'cancelled')",
        )
        batch.create_index("ix_task_document_id_position", ["document_id", "position"])
        batch.create_index("ix_task_due", ["due", "document_id", "position", "id"])
        batch.create_index("ix_task_state", ["state", "document_id", "position", "id"])
        batch.create_index("ix_task_office", ["office_id", "document_id", "position", "id"])
        batch.create_index("ix_task_updated_at", ["updated_at", "id"])
    with op.batch_alter_table("assignment") as batch:
        batch.add_column(sa.Column("agency_ref", _serial))
        batch.add_column(sa.Column("document_id", sa.Uuid()))
        batch.add_column(sa.Column("task_position", sa.Integer()))
    op.execute(
        "UPDATE assignment SET agency_ref = (SELECT id FROM agency WHERE agency.name = assignment.agency "
        "AND agency.agency_id = coalesce(assignment.agency_id, '')), "
        "document_id = (SELECT document_id FROM task WHERE task.id = assignment.task_id), "
        "task_position = (SELECT position FROM task WHERE task.id = assignment.task_id)"
    )
    with op.batch_alter_table("assignment") as batch:
        batch.drop_index("ix_assignment_agency_fold")
        batch.drop_index("ix_assignment_agency_id")
        for name in ("agency", "agency_fold", "agency_id"):
            batch.drop_column(name)
        for name in ("agency_ref", "document_id", "task_position"):
            batch.alter_column(name, nullable=False)
        batch.create_foreign_key("fk_assignment_agency_ref_agency", "agency", ["agency_ref"], ["id"])
        batch.create_index("ix_assignment_agency", ["agency_ref", "document_id", "task_position", "role", "task_id"])
        batch.create_index("ix_assignment_role", ["role", "document_id", "task_position", "task_id"])
    with op.batch_alter_table("deadline") as batch:
        batch.add_column(sa.Column("later", sa.Boolean()))
        batch.add_column(sa.Column("document_id", sa.Uuid()))
        batch.add_column(sa.Column("task_position", sa.Integer()))
    op.execute(
        "UPDATE deadline SET later = coalesce(due > (SELECT min(first.due) FROM deadline AS first "
        "WHERE first.task_id = deadline.task_id), false), "
        "document_id = (SELECT document_id FROM task WHERE task.id = deadline.task_id), "
        "task_position = (SELECT position FROM task WHERE task.id = deadline.task_id)"
    )
    with op.batch_alter_table("deadline") as batch:
        batch.drop_index("ix_deadline_due")
        for name in ("later", "document_id", "task_position"):
            batch.alter_column(name, nullable=False)
        batch.create_index("ix_deadline_kind", ["kind", "document_id", "task_position", "task_id"])
        batch.create_index("ix_deadline_later", ["later", "due", "document_id", "task_position", "task_id"])


def _new_tables() -> None:
    op.create_table(
        "answer",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_answer")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_kind", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_object_id_seq", ["object_id", "seq"], unique=False)

    op.create_table(
        "event",
        sa.Column("seq", _serial, autoincrement=True, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("leads", sa.JSON(), nullable=False),
        sa.Column("at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint("id", name=op.f("uq_event_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_document_id_seq", ["document_id", "seq"], unique=False)
        batch_op.create_index("ix_event_office_id_seq", ["office_id", "seq"], unique=False)

    op.create_table(
        "worker",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", _moment, nullable=False),
        sa.Column("seen_at", _moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
    )
    op.create_table(
        "tally",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", name=op.f("pk_tally")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_account_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sa.UniqueConstraint("subject", name=op.f("uq_account_subject")),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("expires_at", _moment, nullable=True),
        sa.Column("revoked_at", _moment, nullable=True),
        sa.Column("used_at", _moment, nullable=True),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_token_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_secret_until", _moment, nullable=True),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("by_lead", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("switched_off_at", _moment, nullable=True),
        sa.Column("switched_off_why", sa.String(length=24), nullable=True),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", _moment, nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("rests_until", _moment, nullable=True),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_webhook_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", _moment, nullable=True),
        sa.Column("next_at", _moment, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=24), nullable=True),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("delivered_at", _moment, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name=op.f("ck_delivery_state")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.id"], name=op.f("fk_delivery_webhook_id_webhook"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("webhook_id", "seq", "lead", name=op.f("uq_delivery_webhook_id_seq_lead")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_webhook_id_id", ["webhook_id", "id"], unique=False)
        batch_op.create_index("ix_delivery_webhook_id_state_seq", ["webhook_id", "state", "seq"], unique=False)
        batch_op.create_index("ix_delivery_state_created_at", ["state", "created_at"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", _moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_invitation_user_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_invitation")),
    )
    op.create_table(
        "page",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_page_document_id_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_page")),
    )
    op.create_table(
        "page_words",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_page_words_document_id_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "number", "text_sha256", name=op.f("pk_page_words")),
    )
    op.create_table(
        "own_agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("fold", sa.Text(), nullable=False),
        sa.Column("abbreviations", sa.JSON(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_own_agency_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_agency")),
        sa.UniqueConstraint("office_id", "fold", name=op.f("uq_own_agency_office_id_fold")),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["account.id"], name=op.f("fk_saved_filter_owner_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_saved_filter_office_id_office")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_filter_owner_id_name")),
    )
    op.create_table(
        "sign_in",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("seen_at", _moment, nullable=False),
        sa.Column("expires_at", _moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["account.id"], name=op.f("fk_sign_in_user_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_sign_in")),
    )
    op.create_table(
        "report",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("tracker", sa.Text(), nullable=False),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("result_number", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reported_at", _moment, nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_report_task_id_task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", "tracker", "lead", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index("ix_report_external_id", ["external_id"], unique=False)


def _announce(office: UUID, now: datetime) -> None:
    """So that a tracker that begins at the feed's beginning learns of every task."""
    event = sa.table(
        "event",
        *(sa.column(name, sa.Uuid()) for name in ("id", "office_id", "document_id", "task_id")),
        sa.column("type", sa.Text()),
        sa.column("version", sa.Integer()),
        sa.column("changed", sa.JSON()),
        sa.column("leads", sa.JSON()),
        sa.column("at", _moment),
    )
    task = sa.table("task", *(sa.column(name, sa.Uuid()) for name in ("id", "document_id")), sa.column("position"))
    rows = op.get_bind().execute(sa.select(task).order_by(task.c.document_id, task.c.position)).all()
    for row in rows:
        values = {"id": new_id(), "office_id": office, "document_id": row.document_id, "task_id": row.id}
        op.execute(event.insert().values(**values, type="task.created", version=1, changed=[], leads=[], at=now))


def _seal_audit() -> None:
    """Entries of the audit trail are added; the database itself lets nobody change or remove one."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
