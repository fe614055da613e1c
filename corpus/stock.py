"""A store full of made-up documents and tasks, as large as is asked for: what measurements look for things in.

Some of everything is common and some rare, for both are asked for: a few agencies have most of the work, one has none; one
office has nearly all documents, another 1 in 200; a role, a state and a kind of deadline stand in 1 task of 5,000.
"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import the_service
from service.store import offices, tables
from service.store.database import Database
from service.store.fold import fold, initials
from service.store.ids import new_id

TASKS_A_DOCUMENT = 20
AGENCIES = 400
IDLE = "so-khong-viec"  # an agency without a task
SMALL_OFFICE = "Văn phòng xã Mẫu"
RARE = 5_000  # tasks to one of a rare kind
FIRST = date(2024, 1, 1)  # day of the first document; the others follow over DAYS
DAYS = 1_000

_AT_ONCE = 500  # documents
Rows = dict[type[tables.Base], list[dict[str, Any]]]


def fill(database: Database, tasks: int) -> None:
    """Put so many tasks into an empty store."""
    chance = random.Random(1)
    with database.writing() as session:
        large = offices.default(session).id
        small = offices.add(session, the_service("stock"), SMALL_OFFICE).id
        agencies = _agencies(session)
    count = tasks // TASKS_A_DOCUMENT
    for first in range(0, count, _AT_ONCE):
        rows: Rows = defaultdict(list)
        for number in range(first, min(first + _AT_ONCE, count)):
            _document(rows, chance, number, count, small if number % 200 == 7 else large, agencies)
        with database.writing() as session:
            for kind, values in rows.items():
                session.execute(sa.insert(kind.__table__), values)  # type: ignore[arg-type]
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _agencies(session: Session) -> list[int]:
    names = {f"so-{n}": f"Sở số {n} tỉnh Mẫu" for n in range(AGENCIES)} | {IDLE: "Sở Không Việc"}
    values = [
        {"name": name, "fold": fold(name), "initials": initials(name), "agency_id": agency}
        for agency, name in names.items()
    ]
    session.execute(sa.insert(tables.Agency), values)
    query = sa.select(tables.Agency.id).where(tables.Agency.agency_id != IDLE).order_by(tables.Agency.id)
    return list(session.scalars(query))


def _document(rows: Rows, chance: random.Random, number: int, count: int, office: UUID, agencies: list[int]) -> None:
    document = new_id()
    issued = FIRST + timedelta(days=number * DAYS // count)
    now = datetime.now(UTC) - timedelta(seconds=count - number)
    rows[tables.Document].append(
        {
            "id": document, "office_id": office, "sha256": f"{number:064x}", "file_name": f"{number}.pdf",
            "media_type": "application/pdf", "size": 1, "received_at": now, "received_by": "stock", "updated_at": now,
            "version": 1, "current_version": 1, "kind": "chỉ thị", "number": f"{number}/CT-UBND",
            "issuer": "Ủy ban nhân dân tỉnh Mẫu", "issued_on": issued, "pages": 4,
        }
    )  # fmt: skip
    rows[tables.Job].append(
        {
            "id": new_id(), "document_id": document, "state": "succeeded", "priority": 1, "stage": "done", "page": 4,
            "pages": 4, "attempts": 1, "created_at": now, "finished_at": now,
        }
    )  # fmt: skip
    for position in range(TASKS_A_DOCUMENT):
        rare = chance.randrange(RARE) == 0
        task = new_id()
        text = f"Rà soát, tổng hợp kết quả thực hiện nhiệm vụ {number}.{position}, báo cáo theo quy định."
        due = issued + timedelta(days=chance.randrange(30, 400)) if chance.random() < 0.6 else None
        rows[tables.Task].append(
            {
                "id": task, "document_id": document, "office_id": office, "ordinal": position + 1, "position": position,
                "key": f"{number:08x}-{position}", "path": ["II", str(position + 1)], "title": text[:80], "text": text,
                "fold": fold(text), "page": 1, "due": due, "recurring": False, "confidence": 0.9, "inferred": False,
                "warned": False, "approved": chance.random() < 0.5, "version": 1, "updated_at": now,
                "state": "refused" if rare else chance.choices(("not_started", "in_progress", "done"), (5, 3, 2))[0],
            }
        )  # fmt: skip
        roles = ("lead", "coordinate", "supervise" if rare else "coordinate")
        # A few agencies have most of the work.
        who = sorted(
            {min(int(chance.paretovariate(0.7)) - 1, AGENCIES - 1) for _ in roles}, key=lambda _: chance.random()
        )
        rows[tables.Assignment] += [
            {
                "task_id": task, "position": place, "role": role, "agency_ref": agencies[n], "document_id": document,
                "task_position": position, "source": "explicit", "confidence": 0.9, "inferred": False,
            }
            for place, (role, n) in enumerate(zip(roles, who, strict=False))
        ]  # fmt: skip
        if due or rare:
            rows[tables.Deadline].append(
                {
                    "task_id": task, "position": 0, "kind": "date" if due else "ongoing", "due": due,
                    "working_days": False, "text": "trước hạn", "confidence": 0.9, "inferred": False, "later": False,
                    "document_id": document, "task_position": position,
                }
            )  # fmt: skip
