"""Search for researchers: one box, what to look through, what was found and how often, and the page where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.at_hand import AtHand, Reader
from service.api.search import search
from service.api.shapes import Snippet, What
from service.problems import Problem
from service.search import fields
from service.search.address import query_of
from service.search.fields import Field
from service.search.query import LONGEST
from service.search.search import WHATS, Asked
from service.store import documents, pages, records, saved_filters
from service.store.schedule import today_in_vietnam
from service.study import place
from service.web.language import term
from service.web.pages import ROLES, show

router = APIRouter()

ROWS = 20
_SHOWN = 6  # values of a facet before the others are unfolded
TABS: dict[What, str] = {
    "pages": term("Trang"),
    "tasks": term("Nhiệm vụ"),
    "targets": term("Chỉ tiêu"),
    "citations": term("Viện dẫn"),
    "documents": term("Văn bản"),
}
FACETS = {
    "kind": term("Loại văn bản"),
    "year": term("Năm ban hành"),
    "level": term("Cấp ban hành"),
    "issuer": term("Cơ quan ban hành"),
    "province": term("Tỉnh, thành phố (lúc ban hành)"),
    "province_today": term("Tỉnh, thành phố (hiện nay)"),
    "field": term("Lĩnh vực"),
    "agency": term("Cơ quan thực hiện"),
    "agency_today": term("Cơ quan thực hiện (hiện nay)"),
    "role": term("Vai trò"),
    "due": term("Thời hạn"),
    "targets": term("Có chỉ tiêu"),
}
LEVELS = {
    "central": term("Trung ương"),
    "province": term("Tỉnh"),
    "district": term("Huyện"),
    "commune": term("Xã"),
    "party": term("Đảng"),
    "other": term("Khác"),
}
_ANSWERS = {"yes": term("Có"), "no": term("Không"), "overdue": term("Quá hạn")}
_LABELS: dict[str, dict[str, str]] = {"role": ROLES, "level": LEVELS, "due": _ANSWERS, "targets": _ANSWERS}
# What each field of the query language asks, with a value to copy.
FIELDS: dict[Field, tuple[str, str]] = {
    "agency": (term("cơ quan thực hiện nhiệm vụ"), '"Sở Y tế"'),
    "agency_today": (term("cơ quan hiện nay làm việc của cơ quan đó"), '"Sở Tài chính"'),
    "role": (term("vai trò của cơ quan: chủ-trì, phối-hợp, nhận-báo-cáo, theo-dõi"), "chủ-trì"),
    "due": (term("thời hạn: <2026, 6/2025, 2024..2026, có, không, quá-hạn"), "<2026"),
    "kind": (term("loại văn bản, hoặc chữ viết tắt"), "chỉ-thị"),
    "issued": (term("năm hoặc ngày ban hành"), "2024..2026"),
    "province": (term("tỉnh, thành phố lúc ban hành"), '"Hải Dương"'),
    "province_today": (term("tỉnh, thành phố theo địa giới hiện nay"), '"Hải Phòng"'),
    "issuer": (term("cơ quan ban hành"), '"Ủy ban nhân dân"'),
    "level": (term("cấp ban hành: trung-ương, tỉnh, huyện, xã, đảng"), "tỉnh"),
    "targets": (term("có chỉ tiêu hay không"), "có"),
    "field": (term("lĩnh vực quản lý nhà nước"), '"y tế"'),
    "number": (term("số văn bản, viết cách nào cũng được"), "02/CT-UBND"),
    "in_force": (term("còn hiệu lực hay đã thu hồi"), "có"),
}


@router.get("/search", response_class=HTMLResponse)
def show_search(
    request: Request,
    house: AtHand,
    actor: Reader,
    q: Annotated[str, Query(max_length=4 * LONGEST)] = "",
    what: str = "pages",
    tolerant: str = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    """The address is the state: it can be kept and sent."""
    q = " ".join(q.replace("\x00", " ").split())
    looked: What = what if what in get_args(What) else "pages"  # type: ignore[assignment]
    wanted = Asked(q, looked, actor.office, bool(tolerant), today_in_vietnam())
    found, wrong = None, None
    try:
        found = search(house, actor, wanted, facets=cursor is None, limit=ROWS, cursor=cursor)
    except Problem as problem:
        if problem.code != "bad-query" or not problem.errors:
            raise
        wrong = problem.errors[0]

    def link(**changed: str | None) -> str:
        """An address of this page with some parts changed; None takes one away."""
        now: dict[str, str | None] = {
            "q": q,
            "what": looked if looked != "pages" else None,
            "tolerant": tolerant or None,
        }
        given = {name: value for name, value in (now | changed).items() if value}
        return "/search" + (f"?{urlencode(given)}" if given else "")

    with house.database.reading() as session:
        saved = saved_filters.usable(session, actor, "search")
    return show(
        request,
        "search",
        status=422 if wrong else 200,
        q=q,
        saved=saved,
        what=looked,
        tabs=TABS,
        whats=WHATS,
        tolerant=bool(tolerant),
        found=found,
        wrong=wrong,
        facets=list(_facets(found.facets or {}, q)) if found else [],
        shown=_SHOWN,
        pieces=pieces,
        link=link,
        query=query_of(wanted),
        webhook=urlencode({"search": query_of(wanted)}),
        fields=[(names, *FIELDS[field]) for field, names in fields.NAMES.items()],
        cursor=cursor,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet on the page: `query` is the query with it, or, where it is chosen, without it."""

    label: str
    translated: bool
    count: int
    chosen: bool
    query: str


def _facets(counted: dict[str, Any], q: str) -> Iterator[tuple[str, str, Sequence[Choice]]]:
    for facet, title in FACETS.items():
        choices = []
        for value in counted.get(facet, ()):
            chosen = value.query in q
            narrowed = " ".join(q.replace(value.query, " ").split()) if chosen else f"{q} {value.query}".strip()
            known = _LABELS.get(facet, {}).get(value.value)
            choices.append(Choice(known or value.label, known is not None, value.count, chosen, narrowed))
        # Where the names are the same then and now, once is enough.
        now = f"{facet}_today"
        if now in counted and [(one.label, one.count) for one in counted[now]] == [
            (one.label, one.count) for one in counted[facet]
        ]:
            counted = {name: values for name, values in counted.items() if name != now}
        if choices:
            yield facet, title, choices


def pieces(snippet: Snippet) -> Iterator[tuple[str, bool]]:
    """The text of a snippet in pieces, each with whether it is marked."""
    yield from _pieces(snippet.text, snippet.marks)


def _pieces(text: str, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    place = 0
    for start, end in sorted(marks):
        if place <= start < end:
            yield text[place:start], False
            yield text[start:end], True
            place = end
    yield text[place:], False


_AT = re.compile(r"(\d{1,7})-(\d{1,7})")


@router.get("/documents/{document_id}/pages/{number}", response_class=HTMLResponse)
def show_page(
    request: Request,
    document_id: UUID,
    number: int,
    house: AtHand,
    actor: Reader,
    at: Annotated[list[str] | None, Query(max_length=50)] = None,
) -> HTMLResponse:
    """A page's image beside its text, the characters `at` ("31-41") marked on both."""
    places = [(int(found[1]), int(found[2])) for one in at or () if (found := _AT.fullmatch(one))]
    with house.database.reading() as session:
        document = documents.find(session, document_id, actor)
        record = records.version(session, document_id, document.current_version) if document else None
        told = json.loads(record.body)["source"]["pages"] if record else []
        page = next((each for each in told if each["number"] == number), None)
        if document is None or page is None:
            raise Problem("not-found")
        image = pages.image(session, document_id, number)
        kept = pages.words(session, document_id, number, page["text"])
    words = json.loads(house.readings.get(kept)) if kept else []
    boxes = [word[2:6] for word in words if any(word[0] < end and word[1] > start for start, end in places)]
    return show(
        request,
        "page",
        document=document,
        sheet=page,
        numbers=[each["number"] for each in told],
        image=image,
        boxes=boxes,
        pieces=list(_pieces(page["text"], places)),
        citation=place.citation(document, number),
    )
