"""``/v1/exports/search.*``, ``targets.*`` and ``citations.*``: what researchers take away, with where each value comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from fastapi import Path as PathPart
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.api.at_hand import AtHand, Exporter
from service.api.exports import as_file, send, spool
from service.api.search import Wanted, understood
from service.api.targets import Asked
from service.export import annex, research
from service.export.research import Row
from service.house import House
from service.search.look import every
from service.store import audit
from service.store.tables import Document, Record
from service.study import references, targets

router = APIRouter(prefix="/v1/exports", tags=["exports"])

Form = Literal["csv", "xlsx", "jsonl", "parquet"]
InForm = Annotated[Form, PathPart(description="Dạng tệp / form of the file")]
Place = tuple[UUID, int]
Page = Callable[[Session, Place | None], tuple[Sequence[Row], Place | None]]

PAGE = 500
_MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": annex.MEDIA_TYPE,
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _MEDIA_TYPES.values()}}
}


@router.get(
    "/search.{form}",
    summary="Kết quả tìm kiếm thành tệp / what was found, as a file",
    response_class=StreamingResponse,
    responses=_FILES,
)
def export_found(request: Request, form: InForm, house: AtHand, actor: Exporter, wanted: Wanted) -> StreamingResponse:
    """Mỗi dòng một mục của `GET /v1/search`, toàn văn, theo thứ tự ấy, kèm xuất xứ như tệp chỉ tiêu / each row a hit, with its
    whole text, in the order of the search, and where it comes from, as in the file of targets.
    """
    understood(house, wanted, None, 1, False)
    base = str(request.base_url)
    pages = ([research.of_hit(seen, wanted, base) for seen in page] for page in every(house, wanted))
    said = {"q": wanted.text, "what": wanted.what, "tolerant": wanted.tolerant}
    return _export(house, actor, form, "search", "tim-kiem", research.FOUND, pages, said)


@router.get(
    "/targets.{form}",
    summary="Chỉ tiêu thành tệp / targets as a file",
    response_class=StreamingResponse,
    responses=_FILES,
)
def export_targets(request: Request, form: InForm, house: AtHand, actor: Exporter, wanted: Asked) -> StreamingResponse:
    """Mỗi dòng một chỉ tiêu, kèm văn bản, trang, vị trí, phiên bản bộ đọc, đã duyệt hay chưa, địa chỉ và lời trích dẫn.

    Each row with its document, page, span, pipeline version, whether it was reviewed, a permalink and the citation text.
    Parquet needs `directives[parquet]`: without it the answer is 501.
    """
    base = str(request.base_url)

    def page(session: Session, after: Place | None) -> tuple[Sequence[Row], Place | None]:
        found = targets.page(session, wanted, after=after, limit=PAGE)
        last = found[-1].target if len(found) == PAGE else None
        return [research.of_target(one, base) for one in found], (last.document_id, last.position) if last else None

    said = {name: str(value) for name, value in asdict(wanted).items() if value not in (None, False)}
    return _export(house, actor, form, "targets", "chi-tieu", research.TARGETS, _pages(house, page), said)


@router.get(
    "/citations.{form}",
    summary="Viện dẫn thành tệp / references as a file",
    response_class=StreamingResponse,
    responses=_FILES,
)
def export_citations(
    request: Request,
    form: InForm,
    house: AtHand,
    actor: Exporter,
    number: Annotated[
        str | None, Query(max_length=100, description="Chỉ viện dẫn đến số này / references to this number only")
    ] = None,
) -> StreamingResponse:
    """Mỗi dòng một viện dẫn; viện dẫn có thể là nhiều văn bản trong kho thì mỗi văn bản một dòng / one row a reference, or
    one for each document that it may mean.
    """
    base = str(request.base_url)

    def page(session: Session, after: Place | None) -> tuple[Sequence[Row], Place | None]:
        found = references.citing(session, number, actor.office, after=after, limit=PAGE)
        versions = _versions(session, {one.document_id for one in found})
        rows = [
            research.of_reference(link, versions.get(link.reference.document_id, ""), base)
            for link in references.resolved(session, found)
        ]
        last = found[-1] if len(found) == PAGE else None
        return rows, (last.document_id, last.position) if last else None

    said = {"number": number} if number else {}
    return _export(house, actor, form, "citations", "vien-dan", research.CITATIONS, _pages(house, page), said)


def _export(
    house: House,
    actor: Actor,
    form: Form,
    what: str,
    name: str,
    columns: dict[str, str],
    pages: Iterator[Sequence[Row]],
    said: dict[str, Any],
) -> StreamingResponse:
    """The file, its entry in the audit trail written before the first byte leaves."""
    file = f"{name}.{form}"
    if form in ("csv", "jsonl"):
        with house.database.writing() as session:
            _note(session, actor, f"{what}.export", what, filters=said, format=form)

        def counted() -> Iterator[Sequence[Row]]:
            rows = 0
            for one in pages:
                yield one
                rows += len(one)
            with house.database.writing() as session:
                _note(session, actor, f"{what}.exported", what, filters=said, format=form, rows=rows)

        content = research.lines(counted()) if form == "jsonl" else research.csv_of(columns, counted())
        return StreamingResponse(content, media_type=_MEDIA_TYPES[form], headers=as_file(file))
    out = spool(house)
    rows = (research.workbook if form == "xlsx" else research.parquet)(out, columns, pages)
    with house.database.writing() as session:
        _note(session, actor, f"{what}.export", what, filters=said, format=form, rows=rows)
    return send(out, _MEDIA_TYPES[form], file)


def _pages(house: House, page: Page) -> Iterator[Sequence[Row]]:
    """Each page read by itself: a long export holds no transaction."""
    after: Place | None = None
    while True:
        with house.database.reading() as session:
            rows, after = page(session, after)
        yield rows
        if after is None:
            return


def _versions(session: Session, documents: set[UUID]) -> dict[UUID, str]:
    """The version of the pipeline that made each document's current record."""
    current = sa.and_(Record.document_id == Document.id, Record.version == Document.current_version)
    query = sa.select(Document.id, Record.pipeline_version).join(Record, current).where(Document.id.in_(documents))
    return {row.id: row.pipeline_version for row in session.execute(query)}


def _note(session: Session, actor: Actor, action: str, what: str, **after: Any) -> None:
    audit.note(session, actor, action, what, None, office=actor.office, after=after)
