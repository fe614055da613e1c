"""Tasks as files, the calendar of deadlines, and the message of the document exchange. Every export is in the audit trail."""

from __future__ import annotations

import hashlib
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO, Annotated, Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord, Role
from service.access.actor import Actor
from service.api.at_hand import AtHand, CalendarProgram, Exporter
from service.api.etag import ETAG, known
from service.api.filters import AGENCY, Asked
from service.api.shapes import Task
from service.api.tasks import shares
from service.export import annex, calendar, edxml, edxml_rules, subscription, table, walk, wording
from service.export.subscription import Subscription
from service.house import House
from service.problems import Problem
from service.store import audit, documents, records, tables
from service.store.schedule import today_in_vietnam
from service.store.tasks import Filter
from service.version import VERSION

_PIECE = 1 << 16  # bytes

ByLead = Annotated[bool, Query(description="Mỗi cơ quan chủ trì một dòng / one row a lead")]
Code = Annotated[str, StringConstraints(max_length=35, pattern=r"^[0-9A-Z]+(\.[0-9A-Z]+)*$")]
Organ = Annotated[str, StringConstraints(max_length=300, pattern=r"^[0-9A-Z]+(\.[0-9A-Z]+)*(,.*\S.*)?$")]
_ORGAN = Query(
    description="Mã định danh, kèm tên sau dấu phẩy nếu không phải cơ quan ban hành / agency code, and behind a comma the "
    "name, if it is not the issuer",
    examples=["H24.10,Sở Nội vụ"],
)

router = APIRouter(prefix="/v1", tags=["exports"])


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "/exports/tasks.jsonl",
    summary="Nhiệm vụ, mỗi dòng một JSON / tasks as JSON Lines",
    response_class=StreamingResponse,
    responses=_file("application/x-ndjson"),
)
def export_lines(house: AtHand, actor: Exporter, wanted: Asked, by_lead: ByLead = False) -> StreamingResponse:
    """Như `GET /v1/tasks`, mỗi dòng một nhiệm vụ, không giới hạn số lượng / each line is a task as in `GET /v1/tasks`."""

    def lines(pages: Iterable[list[Task]]) -> Iterator[bytes]:
        for page in pages:
            yield "".join(task.model_dump_json() + "\n" for task in page).encode()

    return stream(lines(_told(house, actor, wanted, "jsonl", by_lead)), "application/x-ndjson", "nhiem-vu.jsonl")


@router.get(
    "/exports/tasks.csv",
    summary="Nhiệm vụ thành bảng CSV / tasks as CSV",
    response_class=StreamingResponse,
    responses=_file("text/csv"),
)
def export_csv(house: AtHand, actor: Exporter, wanted: Asked, by_lead: ByLead = False) -> StreamingResponse:
    """UTF-8 có BOM để Excel hiện đúng tiếng Việt; ô giống công thức được đặt dấu ' ở trước.

    UTF-8 with the mark that Excel knows it by; an apostrophe stands before what a spreadsheet would take for a formula.
    """
    pages = _told(house, actor, wanted, "csv", by_lead)
    return stream(table.csv_of(pages), "text/csv; charset=utf-8", "nhiem-vu.csv")


@router.get(
    "/exports/tasks.xlsx",
    summary="Nhiệm vụ thành phụ lục Excel / tasks as an annex in Excel",
    response_class=StreamingResponse,
    responses=_file(annex.MEDIA_TYPE),
)
def export_workbook(house: AtHand, actor: Exporter, wanted: Asked, by_lead: ByLead = False) -> StreamingResponse:
    """Theo mẫu phụ lục phân công nhiệm vụ; giá trị chưa chắc chắn được tô màu và nêu tên ở cột “Cần kiểm tra”.

    The answer begins when the whole file is made: with hundreds of thousands of tasks that takes minutes.
    """
    titles = [f"(Lập {wording.long_day(today_in_vietnam())})", wording.conditions(wanted)]
    out = spool(house)
    tasks = (task for page in _pages(house, wanted, by_lead) for task in page)
    rows = annex.of_tasks(out, tasks, list(filter(None, titles)), house.settings.doubt_below)
    with house.database.writing() as session:  # before a byte leaves
        _note(session, actor, "tasks.export", wanted, format="xlsx", by_lead=by_lead, rows=rows)
    return send(out, annex.MEDIA_TYPE, "phu-luc-nhiem-vu.xlsx")


@router.get(
    "/documents/{document_id}/annex.xlsx",
    summary="Phụ lục nhiệm vụ của một văn bản / the annex of one document",
    response_class=StreamingResponse,
    responses=_file(annex.MEDIA_TYPE),
)
def export_annex(document_id: UUID, house: AtHand, actor: Exporter) -> StreamingResponse:
    """Nhiệm vụ đang hiệu lực, xếp theo đề mục của văn bản / tasks in force under the document's headings."""
    with house.database.writing() as session:
        document, _ = _read(session, document_id, actor)
        tasks = _of_document(session, document, house)
        audit.note(
            session,
            actor,
            "annex.export",
            "document",
            document.id,
            office=document.office_id,
            after={"version": document.current_version, "rows": len(tasks)},
        )
    out = spool(house)
    annex.of_document(out, document, tasks, house.settings.doubt_below)
    return send(out, annex.MEDIA_TYPE, _file_name("phu-luc", document, "xlsx"))


@router.get(
    "/documents/{document_id}/message.edxml",
    summary="Thông điệp edXML theo QCVN 102:2016/BTTTT / the message of the document exchange",
    response_class=Response,
    responses=_file(edxml.MEDIA_TYPE),
)
def export_message(
    document_id: UUID,
    house: AtHand,
    actor: Exporter,
    sender: Annotated[Organ, _ORGAN],
    receiver: Annotated[list[Organ], Query(min_length=1, max_length=500, description="Nhiều nơi nhận / one or more")],
    issuer: Annotated[
        Code | None, Query(description="Mã của cơ quan ban hành nếu khác nơi gửi / of the issuer, if not the sender")
    ] = None,
    steering: Annotated[int, Query(ge=0, le=2, description="Loại chỉ đạo của edXML / SteeringType of edXML")] = 1,
) -> Response:
    """Kèm phụ lục nhiệm vụ (XLSX); chưa ký số. Văn bản đã thu hồi cho thông điệp thu hồi; văn bản mật bị từ chối.

    The annex of tasks is attached; it is not signed. It is checked against the standard before it leaves: what is missing
    or wrong is said in `errors`.
    """
    with house.database.writing() as session:
        document, body = _read(session, document_id, actor)
        record = DirectiveRecord.model_validate_json(body)
        if record.directive.secrecy:
            raise Problem("classified")
        tasks = _of_document(session, document, house)
        by = edxml.Organ(*sender.split(",", 1))
        if by.name is None and issuer in (None, by.code):
            by = edxml.Organ(by.code, document.issuer)
        way = edxml.Way(by, [edxml.Organ(*each.split(",", 1)) for each in receiver], issuer or by.code, steering)
        replaced = session.scalars(sa.select(tables.Document).where(tables.Document.replaced_by == document.id)).all()
        message = edxml.message(
            document, record.directive, tasks, replaced, way, datetime.now(UTC), house.settings.doubt_below
        )
        if wrong := edxml_rules.breaches(message):
            errors = [
                {"field": breach.path, "message": breach.message, "message_en": breach.message_en} for breach in wrong
            ]
            raise Problem("message-incomplete", errors=errors)
        audit.note(
            session,
            actor,
            "edxml.export",
            "document",
            document.id,
            office=document.office_id,
            after={
                "version": document.current_version,
                "rows": len(tasks),
                "sender": by.code,
                "receivers": [each.code for each in way.receivers],
            },
        )
    return Response(
        edxml.to_bytes(message), media_type=edxml.MEDIA_TYPE, headers=as_file(_file_name("vb", document, "edxml"))
    )


@router.get(
    "/calendar.ics",
    summary="Lịch thời hạn để đăng ký trong phần mềm lịch / deadlines, for any calendar program",
    response_class=Response,
    responses={
        200: {**_file("text/calendar")[200], "headers": ETAG},
        304: {"description": "Không đổi / unchanged"},
    },
)
def get_calendar(
    request: Request,
    house: AtHand,
    actor: CalendarProgram,
    agency: Annotated[str | None, AGENCY] = None,
    role: Annotated[
        Role | None, Query(description="Vai trò; cùng `agency` thì của chính cơ quan đó / role; of that agency")
    ] = None,
    document: Annotated[UUID | None, Query(description="Chỉ của văn bản này / of this document only")] = None,
    remind: Annotated[
        int, Query(ge=0, le=30, description="Nhắc trước bao nhiêu ngày, lúc 8 giờ; 0: không nhắc / days before")
    ] = 1,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Phần mềm lịch không gửi được `Authorization: Bearer`: dùng mã truy cập chỉ có quyền `calendar`, làm mật khẩu (HTTP
    Basic) hoặc trong địa chỉ: `…/v1/calendar.ics?agency=…&token=dtk_…`.

    A token whose one scope is `calendar` may be the password (HTTP Basic) or stand in the address (`?token=`), here alone.
    """
    wanted = Subscription(actor.office, agency, role, document)
    with house.database.reading() as session:
        etag = _etag(request, subscription.name(session, wanted), subscription.marks(session, wanted), remind)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    if known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    with house.database.writing() as session:
        marks = subscription.marks(session, wanted)
        name = subscription.name(session, wanted)
        tasks = subscription.tasks(session, marks)
        after = {"filters": _said(wanted), "rows": len(tasks)}
        audit.note(session, actor, "calendar.export", "calendar", document, office=actor.office, after=after)
    body = calendar.calendar_of(tasks, name, str(request.base_url), remind)
    headers["ETag"] = _etag(request, name, marks, remind)
    headers["Content-Disposition"] = 'inline; filename="nhiem-vu.ics"'
    return Response(body, media_type=calendar.MEDIA_TYPE, headers=headers)


def _pages(house: House, wanted: Filter, by_lead: bool) -> Iterator[list[Task]]:
    for page in walk.pages(house.database, wanted, house.settings):
        yield [share for task in page for share in shares(task)] if by_lead else page


def _told(house: House, actor: Actor, wanted: Filter, kind: str, by_lead: bool) -> Iterator[list[Task]]:
    """The pages of an export that leaves as it is read: its entry is written before the first, its size after the last.

    An entry without a size is of an export that was broken off.
    """
    with house.database.writing() as session:
        _note(session, actor, "tasks.export", wanted, format=kind, by_lead=by_lead)

    def counted() -> Iterator[list[Task]]:
        rows = 0
        for page in _pages(house, wanted, by_lead):
            yield page
            rows += len(page)
        with house.database.writing() as session:
            _note(session, actor, "tasks.exported", wanted, format=kind, by_lead=by_lead, rows=rows)

    return counted()


def _note(session: Session, actor: Actor, action: str, wanted: Filter, **more: Any) -> None:
    after = {"filters": _said(wanted)} | more
    audit.note(session, actor, action, "tasks", wanted.document, office=wanted.office, after=after)


def _said(wanted: Filter | Subscription) -> dict[str, str]:
    """The conditions as the caller gave them; the day and the settings are none."""
    given = asdict(wanted).items()
    return {name: str(value) for name, value in given if value is not None and name not in ("today", "soon")}


def _read(session: Session, document_id: UUID, actor: Actor) -> tuple[tables.Document, str]:
    """A document and its record, which nobody changes before the transaction ends."""
    document = documents.find(session, document_id, actor, lock=True)
    if document is None:
        raise Problem("not-found")
    record = records.version(session, document.id, document.current_version)
    if record is None:
        raise Problem("no-record")
    return document, record.body


def _of_document(session: Session, document: tables.Document, house: House) -> list[Task]:
    return walk.at_once(session, Filter(document=document.id), house.settings)


def _etag(request: Request, *what: object) -> str:
    """Changes with anything that the calendar shows."""
    return f'"{hashlib.sha256(repr((VERSION, str(request.base_url), what)).encode()).hexdigest()[:32]}"'


def spool(house: House) -> IO[bytes]:
    """A file without a name: it is gone when it is closed, and when the service is killed."""
    return tempfile.TemporaryFile(dir=house.settings.data)


def send(file: IO[bytes], media_type: str, name: str) -> StreamingResponse:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(_PIECE):
                yield piece

    answer = stream(pieces(), media_type, name)
    answer.headers["Content-Length"] = str(size)
    return answer


def stream(pieces: Iterator[bytes], media_type: str, name: str) -> StreamingResponse:
    return StreamingResponse(pieces, media_type=media_type, headers=as_file(name))


def as_file(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-store",
    }


def _file_name(kind: str, document: tables.Document, suffix: str) -> str:
    """phu-luc-22-CT-UBND.xlsx"""
    number = re.sub(r"\W+", "-", document.number or str(document.id)).strip("-")
    return f"{kind}-{number}.{suffix}"
