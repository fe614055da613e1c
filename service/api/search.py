"""``/v1/search``: pages, tasks, targets, citations and documents by their words, and what was found as files."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from service.api import cursor as cursors
from service.api.at_hand import AtHand, Caller, FeedProgram, Reader
from service.api.etag import ETAG, known
from service.api.paging import Cursor, Limit
from service.api.shapes import FacetValue, Found, Hit, Text, What
from service.export import atom
from service.house import House
from service.problems import Problem
from service.search import narrowing
from service.search.look import Looked, look, newest
from service.search.query import LONGEST, BadQuery
from service.search.search import COUNTED, Asked, Place
from service.store import audit
from service.store.schedule import today_in_vietnam

router = APIRouter(prefix="/v1", tags=["search"])

_ENTRIES = 100  # of a feed


def _asked(
    actor: Caller,
    q: Annotated[
        Text,
        Query(
            max_length=LONGEST,
            description='Từ, "cụm từ", -loại trừ, đầu từ*, OR, số văn bản, và trường:giá-trị; trống: tất cả / words, "phrases", '
            "-exclusion, prefix*, OR, document numbers, and field:value; empty: everything",
            examples=['phòng cháy cơ-quan:"Sở Y tế" vai-trò:chủ-trì hạn:<2027'],
        ),
    ] = "",
    what: Annotated[What, Query(description="Tìm trong gì / what is looked for")] = "pages",
    tolerant: Annotated[
        bool, Query(description="Chấp nhận chữ quét sai một ký tự / letters that were misread are forgiven")
    ] = False,
) -> Asked:
    """The query, within the caller's office."""
    return Asked(q, what, actor.office, tolerant, today_in_vietnam())


Wanted = Annotated[Asked, Depends(_asked)]


@router.get("/search", summary="Tìm trong mọi văn bản / search all documents")
def search(
    house: AtHand,
    actor: Reader,
    wanted: Wanted,
    facets: Annotated[bool, Query(description="Kèm số mục theo từng giá trị / with counts by value")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Found:
    """Không dấu tìm được có dấu: "hai phong" thấy Hải Phòng; mục đúng dấu như đã gõ đứng trước, rồi đến văn bản mới trước.

    Trường: `cơ-quan` (agency), `cơ-quan-nay` (agency-today: kể cả cơ quan tiền thân), `vai-trò` (role), `hạn` (due: `<2026`,
    `2024..2026`, `có`, `không`, `quá-hạn`), `loại` (kind), `năm` (year, issued), `tỉnh` (province), `tỉnh-nay`
    (province-today: theo địa giới hiện nay), `nơi-ban-hành` (issuer), `cấp` (level), `có-chỉ-tiêu` (targets), `lĩnh-vực`
    (field), `số` (number), `hiệu-lực` (in-force). Tên trường không cần dấu và gạch nối. `trường:="giá trị"`: đúng cả tên.

    Words that stand side by side must all be there. A word of several syllables is not found across two words. Câu hỏi viết
    sai: lỗi `bad-query`, `errors` nêu mã, vị trí và cách sửa / a query that cannot be understood is answered by `bad-query`
    with code, place and remedy. A new document, correction or approval is found within a second.
    """
    asked = (wanted.text, wanted.what, wanted.office, wanted.tolerant)
    after = _place(cursor, asked) if cursor else None
    looked = understood(house, wanted, after, limit, facets)
    return Found(
        items=[Hit.of(one, wanted) for one in looked.seen],
        count=min(looked.count, COUNTED),
        count_is_exact=looked.count <= COUNTED,
        next_cursor=_cursor(looked.next, asked) if looked.next else None,
        facets=_facets(looked),
    )


@router.get(
    "/search.atom",
    summary="Tin văn bản mới của một câu hỏi, cho phần mềm đọc tin / new hits of a search, for feed readers",
    response_class=Response,
    responses={
        200: {
            "content": {"application/atom+xml": {"schema": {"type": "string", "format": "binary"}}},
            "headers": ETAG,
        },
        304: {"description": "Không đổi / unchanged"},
    },
)
def get_search_feed(
    request: Request,
    house: AtHand,
    actor: FeedProgram,
    wanted: Wanted,
    if_none_match: Annotated[str | None, Header(description="ETag đã có / an ETag that is known")] = None,
) -> Response:
    """Mỗi văn bản một tin, văn bản đến sau cùng đứng trước, nhiều nhất 100. Phần mềm đọc tin dùng mã truy cập chỉ có quyền
    `search` trong địa chỉ: `…/v1/search.atom?q=…&token=dtk_…` (xem `POST /v1/search/links`).

    One entry a document, the last to come first, 100 at most; an entry stays the same when its document is corrected.
    """
    try:
        seen = newest(house, wanted, _ENTRIES)
    except BadQuery as error:
        raise bad_query(error) from None
    body = atom.feed(seen, wanted, str(request.base_url))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
    if known(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    with house.database.writing() as session:
        after = {"q": wanted.text, "what": wanted.what, "tolerant": wanted.tolerant, "rows": len(seen)}
        audit.note(session, actor, "search.feed", "search", None, office=wanted.office, after=after)
    return Response(body, media_type=atom.MEDIA_TYPE, headers=headers)


def understood(house: House, wanted: Asked, after: Place | None, limit: int, facets: bool) -> Looked:
    """Look for it. Raises Problem("bad-query")."""
    try:
        return look(house, wanted, after=after, limit=limit, with_facets=facets)
    except BadQuery as error:
        raise bad_query(error) from None


def bad_query(error: BadQuery, field: str = "query.q") -> Problem:
    """What is wrong with a question, and where, in the field that has it."""
    told: dict[str, Any] = {
        "field": field,
        "code": error.code,
        "start": error.start,
        "end": error.end,
        "message": error.message,
        "message_en": error.message_en,
    }
    return Problem("bad-query", error.message, error.message_en, errors=[told])


def _facets(looked: Looked) -> dict[str, list[FacetValue]] | None:
    if looked.facets is None:
        return None
    return {
        facet: [
            FacetValue(value=one.value, label=one.label, query=narrowing.query(facet, one), count=one.count)
            for one in values
        ]
        for facet, values in looked.facets.items()
    }


def _cursor(place: Place, asked: Any) -> str:
    return cursors.encode([place.exact, place.issued, place.document, place.position], asked)


def _place(cursor: str, asked: Any) -> Place:
    exact, issued, document, position = cursors.decode(cursor, asked, 4)
    try:
        return Place(bool(exact), int(issued), UUID(document), int(position))
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
