"""What researchers look at: a target over time, two documents side by side, the place on a page that a value was read from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.api.at_hand import AtHand, Reader
from service.api.comparison import read
from service.store import compare, documents, tables
from service.study import comparison, place, plot, references, targets
from service.study.targets import Filter
from service.web.documents import FIELDS
from service.web.language import term
from service.web.pages import show

router = APIRouter()

SHOWN = 12  # series of one page
_CONDITIONS = ("words", "unit", "agency", "issuer", "province", "year")
SIGNS = {"=": "", ">=": "≥", "<=": "≤", "~": "≈"}
CHANGES = {"level": "", "increase": term("mức tăng"), "decrease": term("mức giảm")}
APART = {"then": term("mỗi tỉnh một đường, lúc ban hành"), "today": term("mỗi tỉnh một đường, hiện nay")}
STANDINGS = {
    "changed": term("Thay đổi"),
    "new": term("Mới"),
    "gone": term("Đã bỏ"),
    "kept": term("Giữ nguyên"),
}

Words = Annotated[str, Query(max_length=300)]


@router.get("/targets", response_class=HTMLResponse)
def show_targets(
    request: Request,
    house: AtHand,
    actor: Reader,
    q: Words = "",
    unit: Words = "",
    agency: Words = "",
    issuer: Words = "",
    province: Words = "",
    year: str = "",
    apart: str = "",
) -> HTMLResponse:
    # A form sends its empty fields too, and a person may edit the address: what makes no sense is no condition.
    wanted = Filter(
        words=q.strip() or None,
        unit=unit.strip() or None,
        agency=agency.strip() or None,
        issuer=issuer.strip() or None,
        province=province.strip() or None,
        year=int(year) if year.isdecimal() and 1900 <= int(year) <= 2200 else None,
        office=actor.office,
    )
    each: targets.Apart | None = apart if apart in APART else None  # type: ignore[assignment]
    found: list[targets.Series] = []
    cut = False
    if wanted.words:
        with house.database.reading() as session:
            found, cut = targets.series(session, wanted, each)
    given = {name: value for name, value in asdict(wanted).items() if value and name in _CONDITIONS}
    query = urlencode({"q" if name == "words" else name: value for name, value in given.items()})
    drawn: list[Any] = [
        (one, plot.plot([(point.on, point.value, point.value_max) for point in one.points])) for one in found[:SHOWN]
    ]
    return show(
        request,
        "targets",
        wanted=wanted,
        apart=each,
        aparts=APART,
        series=drawn,
        every=found,
        shown=SHOWN,
        cut=cut,
        query=query,
        spoken=plot.spoken,
        size=(plot.WIDTH, plot.HEIGHT),
        signs=SIGNS,
        changes=CHANGES,
        address=place.address,
        citation=place.citation,
    )


@router.get("/compare", response_class=HTMLResponse)
def compare_documents(
    request: Request, house: AtHand, actor: Reader, left: Words = "", right: Words = ""
) -> HTMLResponse:
    """Two documents, each named by its id or its number; without the left one, a choice of what resembles the right one."""
    with house.database.reading() as session:
        one, other = (_named(session, text.strip(), actor) for text in (left, right))
        found = None
        if one and other:
            (_, old), (_, new) = (read(session, each.id, actor) for each in (one, other))
            found = comparison.compared(old, new)
        near = comparison.siblings(session, other) if other and not found else []
    return show(
        request,
        "compare_documents",
        left=one,
        right=other,
        asked=(left, right),
        found=found,
        counts=found.counts() if found else {},
        near=near,
        citation=place.citation,
        standings=STANDINGS,
        fields=FIELDS,
        words=compare.words,
    )


def _named(session: Session, text: str, actor: Actor) -> tables.Document | None:
    try:
        return documents.find(session, UUID(text), actor)
    except ValueError:
        return next(iter(references.numbered(session, text, actor.office)), None) if text else None
