"""Whether all that is kept agrees: files and the rows that name them, records and tasks, tasks and the feed, jobs and engine.

It may run beside the service: the rows are seen as of one moment, files are listed before that moment and looked at after
it, and what is only just happening is no fault.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from service.house import held
from service.jobs import Queue
from service.operations import dump, rooms
from service.operations.backup import MOVING_FILES
from service.settings import Settings
from service.store import migrate
from service.store.blobs import STALE_SECONDS
from service.store.database import Database
from service.store.tables import LIVE, READ, Document, Event, Job, Record, Task

# What is found, by code; {subject} is an id or a file. Faults first, then what is only worth knowing.
FAULTS = {
    "database-damaged": ("cơ sở dữ liệu hỏng: {subject}", "the database is damaged: {subject}"),
    "schema-behind": (
        "lược đồ ở bản {subject}; chạy directives migrate",
        "the schema is at {subject}: directives migrate",
    ),
    "file-missing": ("thiếu tệp {subject}", "{subject} is named but not there"),
    "file-changed": ("tệp {subject} không còn đúng nội dung", "{subject} has other bytes than its name says"),
    "record-missing": (
        "văn bản {subject} đã đọc nhưng không có bản ghi",
        "document {subject} was read, but has no record",
    ),
    "record-changed": (
        "bản ghi của văn bản {subject} không khớp mã kiểm",
        "a record of document {subject} was changed",
    ),
    "versions-gap": (
        "các phiên bản của văn bản {subject} không liên tục",
        "the versions of document {subject} have a gap",
    ),
    "tasks-differ": (
        "nhiệm vụ của văn bản {subject} khác bản ghi",
        "the tasks of document {subject} are not its record's",
    ),
    "feed-behind": (
        "thay đổi của nhiệm vụ {subject} không có trong nguồn tin",
        "the feed lacks a change of task {subject}",
    ),
    "document-without-job": ("văn bản {subject} không có lượt xử lý", "document {subject} has no job"),
    "job-without-reason": ("lượt xử lý {subject} thất bại không rõ lý do", "job {subject} failed without a reason"),
    "job-stranded": (
        "lượt xử lý {subject} bị bỏ rơi; sẽ chạy lại khi một tiến trình đọc khởi động",
        "job {subject} is stranded; it begins anew when a worker starts",
    ),
}
NOTES = {
    "orphan": ("tệp {subject} không thuộc văn bản nào", "no row names {subject}"),
    "stray": ("tệp lạ {subject}", "{subject} is not one of our files"),
    "removed": ("đã xóa tệp {subject}", "{subject} was removed"),
}
_SHOWN = 20  # of one kind, to people
_FIX_SECONDS = 2.0  # in which a job that is just ending has ended


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    subject: str

    @property
    def is_fault(self) -> bool:
        return self.code in FAULTS

    def said(self) -> tuple[str, str]:
        """In Vietnamese and English."""
        vi, en = (FAULTS | NOTES)[self.code]
        return vi.format(subject=self.subject), en.format(subject=self.subject)


@dataclass(slots=True)
class Report:
    """What was found, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    looked_at: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not any(finding.is_fault for finding in self.findings)

    def as_json(self) -> str:
        def told(finding: Finding) -> dict[str, str]:
            vi, en = finding.said()
            return {"code": finding.code, "subject": finding.subject, "message": vi, "message_en": en}

        faults = [told(finding) for finding in self.findings if finding.is_fault]
        notes = [told(finding) for finding in self.findings if not finding.is_fault]
        body = {"ok": self.ok, "faults": faults, "notes": notes, "looked_at": self.looked_at}
        return json.dumps(body, ensure_ascii=False, indent=1)

    def as_text(self) -> Iterator[str]:
        shown: dict[str, int] = {}
        for finding in self.findings:
            shown[finding.code] = shown.get(finding.code, 0) + 1
            if shown[finding.code] <= _SHOWN:
                yield f"{'LỖI' if finding.is_fault else '   '} {' / '.join(finding.said())}"
        for code, count in shown.items():
            if count > _SHOWN:
                yield f"    … {code}: {count} (--json: tất cả / all)"
        seen = ", ".join(f"{name} {count}" for name, count in self.looked_at.items())
        yield f"{'Khớp' if self.ok else 'CÓ LỖI'} / {'all agrees' if self.ok else 'there are faults'}: {seen}"


def check(settings: Settings, database: Database, *, deep: bool = False, remove_orphans: bool = False) -> Report:
    """Look at everything; `deep` reads every file and record. Orphans are removed only when they are older than a day.

    Raises InUse when orphans are to be removed while a backup is made, sqlalchemy.exc.SQLAlchemyError.
    """
    report = Report()
    listed = {room: dict(_listed(settings, room, report)) for room in rooms.ROOMS}
    with dump.snapshot(database) as session:
        at = migrate.schema_version(session.connection())
        if at != migrate.known()[0]:
            report.findings.append(Finding("schema-behind", str(at)))
            return report
        named = {room: rooms.named(session, room) for room in rooms.ROOMS}
        for code, subject in _rows(session, report.looked_at, deep=deep):
            report.findings.append(Finding(code, str(subject)))
    for room in rooms.ROOMS:
        report.looked_at[room] = len(named[room])
        report.findings += _files(settings, room, named[room], deep=deep)
    report.findings += [Finding("job-stranded", str(job)) for job in _stranded(settings, database)]
    orphans = [
        (room, path) for room in rooms.ROOMS for sha256, path in listed[room].items() if sha256 not in named[room]
    ]
    if remove_orphans:
        with held(settings.data / MOVING_FILES):
            removed = [path for _, path in orphans if _remove(path)]
    else:
        removed = []
    for _, path in orphans:
        report.findings.append(
            Finding("removed" if path in removed else "orphan", str(path.relative_to(settings.data)))
        )
    return report


def _listed(settings: Settings, room: str, report: Report) -> Iterator[tuple[str, Path]]:
    for path in sorted(rooms.blobs(settings, room).root.rglob("*")):
        if not path.is_file():
            continue
        sha256 = path.parent.name + path.name
        if len(sha256) == 64 and path == rooms.blobs(settings, room).path(sha256):
            yield sha256, path
        elif not path.name.startswith(".incoming-"):
            report.findings.append(Finding("stray", str(path.relative_to(settings.data))))


def _files(settings: Settings, room: str, named: Iterable[str], *, deep: bool) -> Iterator[Finding]:
    for sha256 in sorted(named):
        path = rooms.blobs(settings, room).path(sha256)
        subject = str(path.relative_to(settings.data))
        try:
            if deep and _digest(path) != sha256:
                yield Finding("file-changed", subject)
            elif not deep:
                path.stat()
        except FileNotFoundError:
            yield Finding("file-missing", subject)


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _remove(path: Path) -> bool:
    """Remove an orphan that has been one for a day.

    The same bytes may be handed in again at this very moment: their sender touches the file, or finds it gone and puts its
    own there. So it is moved aside first and put back if it was touched.
    """
    aside = path.with_name(f".incoming-{path.name}")
    try:
        if not _is_old(path):
            return False
        path.rename(aside)
    except FileNotFoundError:
        return False
    if _is_old(aside):
        aside.unlink()
        return True
    aside.replace(path)
    return False


def _is_old(path: Path) -> bool:
    return path.stat().st_mtime < time.time() - STALE_SECONDS


# What the rows say of each other


def _rows(session: Session, looked_at: dict[str, int], *, deep: bool) -> Iterator[tuple[str, object]]:
    for table in (Document, Record, Task, Event, Job):
        looked_at[table.__tablename__ + "s"] = session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    if session.get_bind().dialect.name == "sqlite":
        whole = "integrity_check" if deep else "quick_check"
        answers = [row[0] for row in session.execute(sa.text(f"PRAGMA {whole}(5)"))]
        yield from (("database-damaged", answer) for answer in answers if answer != "ok")
        broken = session.execute(sa.text("PRAGMA foreign_key_check")).all()
        yield from (("database-damaged", f"{row[0]} {row[1]}") for row in broken)
    for code, query in _QUESTIONS.items():
        yield from ((code, subject) for subject in session.scalars(query))
    if deep:
        yield from _contents(session)


def _queries() -> Mapping[str, sa.Select[UUID]]:
    """For each fault the ids that have it."""
    newer, versions = aliased(Job), aliased(Record)
    of_document = versions.document_id == Document.id
    counted = sa.select(sa.func.count()).where(of_document).scalar_subquery()
    highest = sa.select(sa.func.max(versions.version)).where(of_document).scalar_subquery()
    told = sa.select(sa.func.max(Event.version)).where(Event.document_id == Task.document_id, Event.task_id == Task.id)
    named = [
        sa.and_(column.is_not(None), ~sa.exists().where(of_document, versions.version == column))
        for column in (Document.current_version, Document.approved_version)
    ]
    return {
        "document-without-job": sa.select(Document.id).where(~sa.exists().where(Job.document_id == Document.id)),
        "record-missing": sa.select(Document.id)
        .join(Job, Job.document_id == Document.id)
        .where(
            Job.state.in_(READ),
            ~sa.exists().where(newer.document_id == Document.id, newer.id > Job.id),
            Document.current_version.is_(None),
        ),
        "job-without-reason": sa.select(Job.id).where(Job.state == "failed", Job.error_code.is_(None)),
        "versions-gap": sa.select(Document.id).where(
            sa.or_(
                sa.func.coalesce(Document.version, 0) != counted,
                sa.func.coalesce(Document.version, 0) != sa.func.coalesce(highest, 0),
                *named,
            )
        ),
        "feed-behind": sa.select(Task.id).where(
            Task.withdrawn_at.is_(None), sa.func.coalesce(told.scalar_subquery(), 0) != Task.version
        ),
    }


_QUESTIONS = _queries()


def _contents(session: Session) -> Iterator[tuple[str, UUID]]:
    """Records whose words are not those that were kept, and tasks in rows that are not those of the current record."""
    kept: dict[UUID, set[str]] = {}
    for document_id, key in session.execute(sa.select(Task.document_id, Task.key).where(Task.withdrawn_at.is_(None))):
        kept.setdefault(document_id, set()).add(key)
    query = (
        sa.select(Record, Document.current_version, Document.withdrawn_at)
        .join(Document, Document.id == Record.document_id)
        .execution_options(yield_per=100)
    )
    for record, current, withdrawn_at in session.execute(query):
        if hashlib.sha256(record.body.encode()).hexdigest() != record.sha256:
            yield "record-changed", record.document_id
        elif (
            record.version == current
            and withdrawn_at is None
            and _keys(record.body) != kept.get(record.document_id, set())
        ):
            yield "tasks-differ", record.document_id


def _keys(body: str) -> set[str]:
    record: dict[str, Any] = json.loads(body)
    return {task["id"] for task in record["tasks"]}


def _stranded(settings: Settings, database: Database) -> list[UUID]:
    """Jobs that wait for an engine which does not know them. One that has just ended is looked at again."""
    queue = Queue(settings)
    try:
        found = set(queue.unknown(_live(database)))
        if found:
            time.sleep(_FIX_SECONDS)
            found &= set(queue.unknown([job for job in _live(database) if job in found]))
    finally:
        queue.close()
    return sorted(found)


def _live(database: Database) -> list[UUID]:
    with database.reading() as session:
        return list(session.scalars(sa.select(Job.id).where(Job.state.in_(LIVE))))
