"""``/v1/documents``: hand a file in, find it again, get its record or the file itself."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord
from service.api import cursor as cursors
from service.api.at_hand import AtHand
from service.api.paging import Cursor, Limit
from service.api.shapes import Document, Documents, Job, Upload
from service.api.upload import pieces_of
from service.intake.reception import Received
from service.problems import Problem
from service.store import documents, records, tables

router = APIRouter(prefix="/v1/documents", tags=["documents"])

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
_ETAG = {"ETag": {"description": "Đổi khi nội dung đổi / changes with the content", "schema": {"type": "string"}}}


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
    file_name: Annotated[str | None, Query(max_length=1000, description="Tên tệp / name of the file")] = None,
) -> Upload:
    """Gửi một tệp PDF, PNG, JPEG, TIFF hoặc văn bản thuần, trong biểu mẫu (trường `file`) hoặc làm thân yêu cầu.

    Answered only when the file is safe on disk and its job is committed. The same bytes again are the same document
    (`new_document: false`); they are read again only if the earlier reading failed (202), else the answer is 200.
    """
    async with pieces_of(request, house.settings.upload_bytes, file_name) as (pieces, name):
        received = await house.reception.receive(pieces, name)
    return _accepted(received, response)


@router.post(
    "/{document_id}/jobs",
    status_code=202,
    summary="Đọc lại văn bản / read a document again",
    responses={
        200: {"model": Upload, "description": "Đang được đọc / it is being read already", "headers": _LOCATION},
        202: {"headers": _LOCATION},
    },
)
def read_document_again(document_id: UUID, response: Response, house: AtHand) -> Upload:
    """Kết quả mới thành phiên bản mới, các phiên bản cũ được giữ / a new version is made, old ones are kept."""
    with house.database.reading() as session:
        document = _found(session, document_id)
    return _accepted(house.reception.read_again(document), response)


@router.get("", summary="Danh sách văn bản, mới nhất trước / documents, newest first")
def list_documents(house: AtHand, limit: Limit = 50, cursor: Cursor = None) -> Documents:
    before = UUID(cursors.decode(cursor, "documents", 1)[0]) if cursor else None
    with house.database.reading() as session:
        rows = documents.page(session, before=before, limit=limit + 1)
        jobs = documents.latest_jobs(session, [row.id for row in rows])
    items = [Document.of(row, jobs[row.id]) for row in rows[:limit]]
    more = cursors.encode([items[-1].id], "documents") if len(rows) > limit else None
    return Documents(items=items, next_cursor=more)


@router.get("/{document_id}", summary="Một văn bản / one document")
def get_document(document_id: UUID, house: AtHand) -> Document:
    with house.database.reading() as session:
        document = _found(session, document_id)
        return Document.of(document, documents.latest_jobs(session, [document.id])[document.id])


@router.get(
    "/{document_id}/record",
    summary="Kết quả bóc tách / the record",
    response_model=DirectiveRecord,
    responses={200: {"headers": _ETAG}, 304: {"description": "Không đổi / unchanged"}},
)
def get_record(
    document_id: UUID,
    house: AtHand,
    version: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="Mặc định: mới nhất / default: the newest")
    ] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Toàn bộ những gì đọc được từ văn bản, từng giá trị kèm vị trí và độ tin cậy."""
    with house.database.reading() as session:
        _found(session, document_id)
        record = records.newest(session, document_id, version)
    if record is None:
        raise Problem("no-record")
    headers = {"ETag": f'"{record.version}-{record.sha256[:16]}"', "Cache-Control": "no-cache"}
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if known & {headers["ETag"], "*"}:
        return Response(status_code=304, headers=headers)
    return Response(record.body, media_type="application/json", headers=headers)


@router.get(
    "/{document_id}/original",
    summary="Tệp gốc / the file as it was handed in",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": _BYTES}}},
)
def get_original(document_id: UUID, house: AtHand) -> FileResponse:
    """Đúng từng byte như khi nộp / the very bytes that were uploaded."""
    with house.database.reading() as session:
        document = _found(session, document_id)
    return FileResponse(
        house.originals.path(document.sha256),
        media_type=document.media_type,
        headers={
            # Somebody else's file: shown by no page of ours, and run by none.
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.file_name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _found(session: Session, document_id: UUID) -> tables.Document:
    document = session.get(tables.Document, document_id)
    if document is None:
        raise Problem("not-found")
    return document


def _accepted(received: Received, response: Response) -> Upload:
    response.status_code = 202 if received.new_job else 200
    response.headers["Location"] = f"/v1/jobs/{received.job.id}"
    return Upload(
        document=Document.of(received.document, received.job),
        job=Job.of(received.job),
        new_document=received.new_document,
        new_job=received.new_job,
    )
