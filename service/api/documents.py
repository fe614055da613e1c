"""``/v1/documents``: hand a file in, find it again, get its record or the file itself."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Header, Query, Request, Response
from fastapi import Path as PathPart
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from extractor.errors import DirectiveError
from extractor.record import DirectiveRecord
from service.access.actor import Actor
from service.api import cursor as cursors
from service.api.at_hand import Approver, AtHand, Corrector, Reader, Uploader
from service.api.etag import ETAG, WITH_ETAG, known, matched, of_record
from service.api.examples import RECORD
from service.api.fields import Fields, Sparse, narrowed
from service.api.paging import AwareMoment, Cursor, Limit
from service.api.shapes import Batch, Batched, Document, Documents, Job, Recall, Upload, Version, Versions
from service.api.upload import many_of, pieces_of
from service.house import House
from service.intake.media_type import TYPES
from service.intake.reception import NothingToReplace, Order, Received
from service.problems import Problem, ProblemDetails
from service.store import documents, pages, records, tables

router = APIRouter(prefix="/v1/documents", tags=["documents"])

OfficeOf = Annotated[
    UUID | None,
    Query(
        description="Của văn phòng này; mặc định: văn phòng của người gửi / of this office; default: the sender's own"
    ),
]
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/pdf": _BYTES,
            "image/*": _BYTES,
            "text/plain": _BYTES,
            "application/octet-stream": _BYTES,
        },
    }
}
_LOCATION = {"Location": {"description": "Địa chỉ của lần xử lý / where the job is", "schema": {"type": "string"}}}


@router.post(
    "",
    status_code=202,
    summary="Nộp văn bản / hand in a document",
    response_description="Đã nhận, sẽ được xử lý / accepted, will be read",
    responses={
        200: {
            "model": Upload,
            "description": "Tệp này đã có, không đọc lại / known file, not read again",
            "headers": _LOCATION,
        },
        202: {"headers": _LOCATION},
    },
    openapi_extra=_UPLOAD,
)
async def upload_document(
    request: Request,
    response: Response,
    house: AtHand,
    actor: Uploader,
    file_name: Annotated[str | None, Query(max_length=1000, description="Tên tệp / name of the file")] = None,
    bulk: Annotated[
        bool, Query(description="Nạp nhiều: nhường văn bản có người chờ / let documents that people wait for go first")
    ] = False,
    replaces: Annotated[
        UUID | None, Query(description="Thay thế văn bản này / takes the place of this document")
    ] = None,
    office: OfficeOf = None,
) -> Upload:
    """Gửi một tệp PDF, PNG, JPEG, TIFF hoặc văn bản thuần, trong biểu mẫu (trường `file`) hoặc làm thân yêu cầu.

    Answered only when the file is safe on disk and its job is committed. The same bytes again are the same document
    (`new_document: false`); they are read again only if the earlier reading failed (202), else the answer is 200.
    """
    order = await asyncio.to_thread(_order, house, actor, bulk, office, replaces)
    async with pieces_of(request, house.settings.upload_bytes, file_name) as (pieces, name):
        try:
            received = await house.reception.receive(pieces, name, order)
        except NothingToReplace:
            raise Problem("not-found") from None
        except records.NotInForce:
            raise _not_in_force() from None
    return _accepted(received, response)


@router.post(
    "/batch",
    summary="Nộp nhiều văn bản / hand in many documents",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 100}
                        },
                    }
                }
            },
        }
    },
)
async def upload_batch(
    request: Request,
    house: AtHand,
    actor: Uploader,
    bulk: Annotated[
        bool, Query(description="Nhường văn bản có người chờ / let documents that people wait for go first")
    ] = True,
    office: OfficeOf = None,
) -> Batch:
    """Tối đa 100 tệp trong trường `file`; cả yêu cầu không quá giới hạn của một tệp. Mỗi tệp được nhận hoặc bị từ chối
    riêng. Gửi lại cả yêu cầu không sinh trùng.

    Up to 100 files in the field `file`, together no larger than one file may be. Each is taken or refused by itself. Sent
    again, nothing is doubled.
    """
    order = await asyncio.to_thread(_order, house, actor, bulk, office, None)
    items = []
    async with many_of(request, house.settings.upload_bytes) as files:
        for pieces, name in files:
            try:
                upload = _uploaded(await house.reception.receive(pieces, name, order))
                items.append(Batched(file_name=name, upload=upload, problem=None))
            except DirectiveError as error:
                body = Problem.of(error).body(request.url.path, request.state.request_id)
                items.append(Batched(file_name=name, upload=None, problem=ProblemDetails(**body)))
    refused = sum(item.problem is not None for item in items)
    return Batch(accepted=len(items) - refused, refused=refused, items=items)


@router.post(
    "/{document_id}/jobs",
    status_code=202,
    summary="Đọc lại văn bản / read a document again",
    responses={
        200: {"model": Upload, "description": "Đang được đọc / it is being read already", "headers": _LOCATION},
        202: {"headers": _LOCATION},
    },
)
def read_document_again(document_id: UUID, response: Response, house: AtHand, actor: Uploader) -> Upload:
    """Kết quả mới thành phiên bản mới, các phiên bản cũ được giữ / a new version is made, old ones are kept.

    What people have corrected or approved stays in force; the new reading lies beside it.
    """
    with house.database.reading() as session:
        document = _found(session, document_id, actor)
    return _accepted(house.reception.read_again(document, actor), response)


@router.get(
    "", summary="Danh sách văn bản, mới nhất trước / documents, newest first", response_model=Documents | Sparse
)
def list_documents(
    house: AtHand,
    actor: Reader,
    number: Annotated[
        str | None, Query(max_length=100, description="Số, ký hiệu / number", examples=["22/CT-UBND"])
    ] = None,
    kind: Annotated[str | None, Query(max_length=100, description="Loại văn bản / kind", examples=["chỉ thị"])] = None,
    issued_from: Annotated[date | None, Query(description="Ban hành từ ngày / issued on this day or later")] = None,
    issued_to: Annotated[date | None, Query(description="Ban hành đến ngày / issued on this day or earlier")] = None,
    approved: Annotated[bool | None, Query(description="Đã duyệt / approved")] = None,
    withdrawn: Annotated[bool | None, Query(description="Đã thu hồi / recalled or replaced")] = None,
    updated_since: AwareMoment = None,
    fields: Fields = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    wanted = documents.Filter(actor.office, number, issued_from, issued_to, kind, approved, withdrawn, updated_since)
    try:
        before = UUID(cursors.decode(cursor, wanted, 1)[0]) if cursor else None
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
    with house.database.reading() as session:
        rows = documents.page(session, wanted, before=before, limit=limit + 1)
        jobs = documents.latest_jobs(session, [row.id for row in rows])
    items = [Document.of(row, jobs[row.id]) for row in rows[:limit]]
    more = cursors.encode([items[-1].id], wanted) if len(rows) > limit else None
    return narrowed(Documents(items=items, next_cursor=more), fields)


@router.get("/{document_id}", summary="Một văn bản / one document")
def get_document(document_id: UUID, house: AtHand, actor: Reader) -> Document:
    with house.database.reading() as session:
        document = _found(session, document_id, actor)
        return Document.of(document, documents.latest_jobs(session, [document.id])[document.id])


@router.get(
    "/{document_id}/similar", summary="Văn bản cùng số, ngày, cơ quan / documents of the same number, day and issuer"
)
def list_similar(document_id: UUID, house: AtHand, actor: Reader) -> Documents:
    """Có thể là bản quét khác, hoặc bản thay thế / another scan of it, or what replaces it."""
    with house.database.reading() as session:
        rows = documents.same_number(session, _found(session, document_id, actor))
        jobs = documents.latest_jobs(session, [row.id for row in rows])
    return Documents(items=[Document.of(row, jobs[row.id]) for row in rows], next_cursor=None)


@router.post("/{document_id}/recall", summary="Thu hồi văn bản / recall a document")
def recall_document(document_id: UUID, recall: Recall, house: AtHand, actor: Approver) -> Document:
    """Các nhiệm vụ của văn bản hết hiệu lực; mọi dữ liệu vẫn được giữ / its tasks end, and everything is kept."""
    with house.database.writing() as session:
        document = _found(session, document_id, actor, lock=True)
        by = _found(session, recall.replaced_by, actor) if recall.replaced_by else None
        if by is document:
            raise _not_in_force()
        try:
            records.withdraw(session, document, actor, recall.why, by)
        except records.NotInForce:
            raise _not_in_force() from None
        session.flush()
        return Document.of(document, documents.latest_jobs(session, [document.id])[document.id])


@router.get("/{document_id}/versions", summary="Các phiên bản của bản ghi / versions of the record")
def list_versions(document_id: UUID, house: AtHand, actor: Reader) -> Versions:
    with house.database.reading() as session:
        _found(session, document_id, actor)
        return Versions(items=[Version.model_validate(row) for row in records.versions(session, document_id)])


@router.put(
    "/{document_id}/record",
    summary="Sửa bản ghi / correct the record",
    responses=WITH_ETAG,
)
def correct_record(
    document_id: UUID,
    record: Annotated[DirectiveRecord, Body(examples=[RECORD])],
    response: Response,
    house: AtHand,
    actor: Corrector,
    if_match: Annotated[str | None, Header()] = None,
) -> Version:
    """Gửi cả bản ghi đã sửa, kèm `If-Match` là ETag của bản đã đọc / send the whole corrected record with the ETag read.

    Bản máy đọc vẫn được giữ; bản sửa chờ duyệt / the reading is kept beside it, and the correction waits for approval.
    """
    with house.database.writing() as session:
        document = _found(session, document_id, actor, lock=True)
        matched(if_match, of_record(_current(session, document)))
        if record.source.sha256 != document.sha256:
            raise Problem(
                "conflict",
                "Bản ghi này thuộc về tệp khác (source.sha256).",
                "This record belongs to another file (source.sha256).",
            )
        kept = records.correct(session, document, record, actor)
        response.headers["ETag"] = of_record(kept)
        return Version.model_validate(kept)


@router.post("/{document_id}/approval", summary="Duyệt bản ghi / approve the record", responses=WITH_ETAG)
def approve_record(
    document_id: UUID,
    response: Response,
    house: AtHand,
    actor: Approver,
    if_match: Annotated[str | None, Header()] = None,
) -> Document:
    """Duyệt đúng phiên bản đã xem: `If-Match` là ETag của nó / approves the version that was seen, named by its ETag."""
    with house.database.writing() as session:
        document = _found(session, document_id, actor, lock=True)
        current = _current(session, document)
        matched(if_match, of_record(current))
        if document.withdrawn_at is not None:
            raise Problem("conflict", "Văn bản đã bị thu hồi.", "The document has been recalled.")
        records.approve(session, document, actor)
        response.headers["ETag"] = of_record(current)
        return Document.of(document, documents.latest_jobs(session, [document.id])[document.id])


@router.get(
    "/{document_id}/pages/{number}/image",
    summary="Ảnh một trang / the image of a page",
    response_class=FileResponse,
    responses={200: {"content": {"image/webp": _BYTES}, "headers": ETAG}},
)
def get_page_image(
    document_id: UUID, number: Annotated[int, PathPart(ge=1, le=100_000)], house: AtHand, actor: Reader
) -> FileResponse:
    """Trang văn bản thuần không có ảnh / pages of plain text have none."""
    with house.database.reading() as session:
        _found(session, document_id, actor)
        sha256 = pages.image(session, document_id, number)
    if sha256 is None:
        raise Problem("not-found")
    # The address stays while a new reading may bring another image: the browser asks, and is told quickly.
    return FileResponse(
        house.images.path(sha256),
        media_type="image/webp",
        headers={"Cache-Control": "no-cache", "ETag": f'"{sha256[:32]}"'},
    )


@router.get(
    "/{document_id}/record",
    summary="Kết quả bóc tách / the record",
    response_model=DirectiveRecord,
    responses={200: {"headers": ETAG}, 304: {"description": "Không đổi / unchanged"}},
)
def get_record(
    document_id: UUID,
    house: AtHand,
    actor: Reader,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Mặc định: bản đang dùng / default: the one in force")
    ] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Toàn bộ những gì đọc được từ văn bản, từng giá trị kèm vị trí và độ tin cậy."""
    with house.database.reading() as session:
        document = _found(session, document_id, actor)
        record = records.version(session, document_id, version or document.current_version)
    if record is None:
        raise Problem("no-record")
    headers = {"ETag": of_record(record), "Cache-Control": "no-cache"}
    if known(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(record.body, media_type="application/json", headers=headers)


@router.get(
    "/{document_id}/original",
    summary="Tệp gốc / the file as it was handed in",
    response_class=FileResponse,
    responses={200: {"content": dict.fromkeys(TYPES, _BYTES)}},
)
def get_original(document_id: UUID, house: AtHand, actor: Reader) -> FileResponse:
    """Đúng từng byte như khi nộp / the very bytes that were uploaded."""
    with house.database.reading() as session:
        document = _found(session, document_id, actor)
    return FileResponse(
        house.originals.path(document.sha256),
        media_type=document.media_type,
        headers={
            # Somebody else's file: shown by no page of ours, and run by none.
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.file_name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _order(house: House, actor: Actor, bulk: bool, office: UUID | None, replaces: UUID | None) -> Order:
    if office:
        with house.database.reading() as session:
            if not actor.sees(office) or session.get(tables.Office, office) is None:
                raise Problem("not-found", "Không có văn phòng này.", "There is no such office.")
    return Order(actor, office, documents.BULK if bulk else documents.CLERK, replaces)


def _not_in_force() -> Problem:
    return Problem(
        "conflict",
        "Văn bản đã bị thay thế bằng văn bản khác, hoặc văn bản thay thế không còn hiệu lực.",
        "The document has been replaced by another one, or what should replace it is out of force.",
    )


def _found(session: Session, document_id: UUID, actor: Actor, *, lock: bool = False) -> tables.Document:
    document = documents.find(session, document_id, actor, lock=lock)
    if document is None:
        raise Problem("not-found")
    return document


def _current(session: Session, document: tables.Document) -> tables.Record:
    record = records.version(session, document.id, document.current_version)
    if record is None:
        raise Problem("no-record")
    return record


def _accepted(received: Received, response: Response) -> Upload:
    response.status_code = 202 if received.new_job else 200
    response.headers["Location"] = f"/v1/jobs/{received.job.id}"
    return _uploaded(received)


def _uploaded(received: Received) -> Upload:
    return Upload(
        document=Document.of(received.document, received.job),
        job=Job.of(received.job),
        new_document=received.new_document,
        new_job=received.new_job,
    )
