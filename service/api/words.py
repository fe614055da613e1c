"""``/v1/documents/{id}/pages/{n}/words``: where the words of a page stand, to be shown and chosen on its image."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from fastapi import Path as PathPart
from pydantic import Field

from service.api.at_hand import AtHand, Reader
from service.api.etag import known
from service.api.shapes import Shape
from service.problems import Problem
from service.store import documents, pages, records

router = APIRouter(prefix="/v1/documents", tags=["documents"])

Word = Annotated[list[int | float], Field(min_length=7, max_length=7)]


class PageWords(Shape):
    """Chữ của một trang và vị trí / the words of a page and where they stand."""

    page: int
    width: float = Field(description="Theo điểm PDF; 0: văn bản thuần / in PDF points; 0: plain text")
    height: float
    text: str = Field(description="Như trong bản ghi / the page's text as the record has it")
    words: list[Word] = Field(
        description="[start, end, x0, y0, x1, y1, confidence]: vị trí trong `text`, khung theo điểm PDF từ góc trên trái / "
        "characters of the text, box in PDF points from the top left",
        examples=[[[0, 2, 72.5, 80.1, 88.0, 92.4, 0.96]]],
    )


@router.get(
    "/{document_id}/pages/{number}/words",
    summary="Chữ của một trang kèm vị trí / the words of a page with their places",
    response_model=PageWords,
    responses={
        200: {
            "headers": {
                "ETag": {"description": "Đổi khi nội dung đổi / changes with the content", "schema": {"type": "string"}}
            }
        },
        304: {"description": "Không đổi / unchanged"},
    },
)
def get_page_words(
    document_id: UUID,
    number: Annotated[int, PathPart(ge=1, le=100_000, description="Số trang, từ 1 / page number, from 1")],
    house: AtHand,
    actor: Reader,
    version: Annotated[
        int | None,
        Query(ge=1, le=2**31 - 1, description="Phiên bản của bản ghi / version of the record; default: in force"),
    ] = None,
    if_none_match: Annotated[str | None, Header(description="ETag đã có / an ETag that is known")] = None,
) -> Response:
    """Trang văn bản thuần không có vị trí: `words` trống / pages of plain text have no places, and so no words."""
    with house.database.reading() as session:
        document = documents.find(session, document_id, actor)
        if document is None:
            raise Problem("not-found")
        record = records.version(session, document_id, version or document.current_version)
        if record is None:
            raise Problem("no-record")
        page = next((each for each in json.loads(record.body)["source"]["pages"] if each["number"] == number), None)
        if page is None:
            raise Problem("not-found")
        sha256 = pages.words(session, document_id, number, page["text"])
    said = json.dumps([page["width"], page["height"], page["text"], sha256])
    etag = f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    words = json.loads(house.readings.get(sha256)) if sha256 else []
    shown = PageWords(page=number, width=page["width"], height=page["height"], text=page["text"], words=words)
    return Response(shown.model_dump_json(), media_type="application/json", headers=headers)
