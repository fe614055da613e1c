"""What an office has in the store: how many of each, and how much room it takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Audit, Document, Page, Record, Task


def counts(session: Session, office: UUID | None) -> Mapping[str, int]:
    """How many documents, versions of records, tasks, page images and audit entries there are."""

    def number(query: sa.Select[Any], of: sa.ColumnElement[Any] | Any) -> int:
        return session.scalar(query.where(of == office) if office else query) or 0

    count = sa.select(sa.func.count())
    return {
        "documents": number(count.select_from(Document), Document.office_id),
        "original_bytes": number(sa.select(sa.func.sum(Document.size)), Document.office_id),
        "versions": number(count.select_from(Record).join(Document), Document.office_id),
        "tasks": number(count.select_from(Task).where(Task.withdrawn_at.is_(None)), Task.office_id),
        "withdrawn_tasks": number(count.select_from(Task).where(Task.withdrawn_at.is_not(None)), Task.office_id),
        "images": number(count.select_from(Page).join(Document), Document.office_id),
        "entries": number(count.select_from(Audit), Audit.office_id),
    }


def database_bytes(session: Session) -> int:
    """The room that the database takes, with what it has yet to write back."""
    bind = session.get_bind()
    if bind.dialect.name == "postgresql":
        return session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
    file = Path(str(bind.engine.url.database))
    return sum(path.stat().st_size for path in (file, file.with_name(file.name + "-wal")) if path.exists())


def folder_bytes(folder: Path) -> int:
    """The room that the files below a folder take. Files may come and go meanwhile."""
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                size += (Path(path) / name).stat().st_size
            except FileNotFoundError:
                continue
    return size
