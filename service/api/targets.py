"""``/v1/targets``: targets of all documents, and the same indicator over time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from service.api import cursor as cursors
from service.api.at_hand import AtHand, Caller, Reader
from service.api.citations import Named
from service.api.filters import AGENCY
from service.api.paging import Cursor, Limit
from service.api.shapes import Confidence, Shape
from service.problems import Problem
from service.study import place, targets
from service.study.targets import Apart, Filter, Found

router = APIRouter(prefix="/v1/targets", tags=["study"])


class Target(Shape):
    """Một chỉ tiêu / a quantity to be reached."""

    id: str = Field(description="Mã trong bản ghi / its id within the record")
    indicator: str = Field(examples=["Tỷ lệ hộ nghèo"])
    comparator: str = Field(examples=["<="])
    value: str = Field(description="Như in trong văn bản / as printed, decimal", examples=["0.9"])
    value_max: str | None
    unit: str | None = Field(examples=["%"])
    per: str | None
    change: Literal["level", "increase", "decrease"]
    measure: str = Field(description="Đơn vị quy đổi / the unit of `amount`", examples=["%"])
    amount: float = Field(description="Giá trị đã quy đổi / the value in `measure`", examples=[0.9])
    amount_max: float | None
    period_start: date | None
    period_end: date | None
    baseline: str | None
    of: str | None
    text: str = Field(description="Nguyên văn / as printed")
    document: Named
    page: int | None
    start: int | None = Field(description="Vị trí trong chữ của trang / characters of the page's text")
    end: int | None
    address: str = Field(description="Mở trang tại câu này / opens the page at the sentence")
    citation: str = Field(
        description="Lời dẫn nguồn / citation text",
        examples=["Chỉ thị số 02/CT-UBND ngày 07/01/2021 của Ủy ban nhân dân thành phố Hải Phòng, tr. 3"],
    )
    confidence: Confidence
    reviewed: bool = Field(description="Đã có người duyệt, hay chỉ máy đọc / approved by a person, or only read")
    pipeline_version: str

    @classmethod
    def of_row(cls, found: Found) -> Self:
        row = found.target
        return cls(
            id=row.key,
            indicator=row.indicator,
            comparator=row.comparator,
            value=row.value,
            value_max=row.value_max,
            unit=row.unit,
            per=row.per,
            change=row.change,
            measure=row.measure,
            amount=row.amount,
            amount_max=row.amount_max,
            period_start=row.period_start,
            period_end=row.period_end,
            baseline=row.baseline,
            of=row.of,
            text=row.text,
            document=Named.of(row.document),
            page=row.page,
            start=row.begins,
            end=row.ends,
            address=place.address(row.document_id, row.page, (row.begins, row.ends)),
            citation=place.citation(row.document, row.page),
            confidence=row.confidence,
            reviewed=row.document.approved,
            pipeline_version=found.pipeline_version,
        )


class Targets(Shape):
    items: list[Target]
    next_cursor: str | None


class Point(Shape):
    """Một điểm của đường / a point of a series."""

    value: float = Field(description="Theo đơn vị của đường / in the unit of the series")
    value_max: float | None
    on: date | None = Field(
        description="Cuối thời kỳ; không có thì ngày ban hành / end of the period, else day of issue"
    )
    dated_by: Literal["period", "issue"]
    target: Target


class Series(Shape):
    """Một chỉ tiêu qua các văn bản / one indicator across documents."""

    name: str
    names: list[str] = Field(description="Các cách viết đã gộp / the wordings brought together")
    unit: str
    per: str
    change: Literal["level", "increase", "decrease"]
    province: str | None = Field(
        description="Tỉnh của cơ quan ban hành, khi tách theo tỉnh / the issuers' province, when told apart",
        examples=["Hải Phòng"],
    )
    near: list[int] = Field(
        description="Thứ tự (từ 0) của các đường có thể là cùng chỉ tiêu / indexes of series that may be the same"
    )
    points: list[Point]

    @classmethod
    def of(cls, made: targets.Series, place_of: Mapping[int, int]) -> Self:
        return cls(
            name=made.name,
            names=made.names,
            unit=made.unit,
            per=made.per,
            change=made.change,
            province=made.province,
            near=[place_of[id(other)] for other in made.near],
            points=[
                Point(
                    value=point.value,
                    value_max=point.value_max,
                    on=point.on,
                    dated_by=point.dated_by,
                    target=Target.of_row(point.found),
                )
                for point in made.points
            ],
        )


class AllSeries(Shape):
    items: list[Series]
    cut: bool = Field(description="Nhiều quá, chỉ gồm các văn bản mới nhất / only the newest targets are in it")


async def _asked(
    actor: Caller,
    q: Annotated[
        str | None,
        Query(
            max_length=300,
            description="Các từ của chỉ tiêu, không cần dấu / words of the indicator",
            examples=["tỷ lệ hộ nghèo"],
        ),
    ] = None,
    unit: Annotated[
        str | None,
        Query(
            max_length=50,
            description="Đơn vị; gồm cả đơn vị quy đổi được / any unit of its measure",
            examples=["tỷ đồng"],
        ),
    ] = None,
    agency: Annotated[str | None, AGENCY] = None,
    issuer: Annotated[
        str | None,
        Query(max_length=300, description="Cơ quan ban hành: mã, hoặc một phần tên / id or part of the name"),
    ] = None,
    province: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Tỉnh của cơ quan ban hành, gồm các tỉnh đã nhập vào / the issuer's province, with those merged into it",
            examples=["Quảng Ngãi"],
        ),
    ] = None,
    year: Annotated[
        int | None,
        Query(
            ge=1900,
            le=2200,
            description="Năm phải đạt; không ghi thì năm ban hành / year to be reached in, else of issue",
        ),
    ] = None,
    document: Annotated[UUID | None, Query(description="Chỉ của văn bản này / of this document only")] = None,
    approved: Annotated[bool | None, Query(description="Chỉ của văn bản đã duyệt, hay chưa / approved or not")] = None,
    withdrawn: Annotated[bool, Query(description="Cả văn bản đã hết hiệu lực / withdrawn documents too")] = False,
) -> Filter:
    """All that are given must hold; the caller's office is one of them."""
    return Filter(
        words=q,
        unit=unit,
        agency=agency,
        issuer=issuer,
        province=province,
        year=year,
        document=document,
        office=actor.office,
        approved=approved,
        withdrawn=withdrawn,
    )


Asked = Annotated[Filter, Depends(_asked)]


@router.get("", summary="Tìm chỉ tiêu / find targets")
def list_targets(house: AtHand, actor: Reader, wanted: Asked, limit: Limit = 50, cursor: Cursor = None) -> Targets:
    """Văn bản mới trước, theo thứ tự trong văn bản / newest document first, in reading order."""
    after = _place(cursor, wanted) if cursor else None
    with house.database.reading() as session:
        found = targets.page(session, wanted, after=after, limit=limit + 1)
    more = None
    if len(found) > limit:
        last = found[limit - 1].target
        more = cursors.encode([last.document_id, last.position], wanted)
    return Targets(items=[Target.of_row(one) for one in found[:limit]], next_cursor=more)


@router.get("/series", summary="Chỉ tiêu theo thời gian / targets over time")
def list_series(
    house: AtHand,
    actor: Reader,
    wanted: Asked,
    apart: Annotated[
        Apart | None,
        Query(
            description="Mỗi tỉnh một đường: `then` theo địa giới lúc ban hành, `today` theo địa giới hiện nay; trống: các tỉnh chung một "
            "đường / a line for each province, as it was or with those merged into it; null: all in one"
        ),
    ] = None,
) -> AllSeries:
    """Gộp chỉ tiêu của mọi văn bản đo cùng một điều: bỏ chữ đệm, không kể thứ tự chữ, quy đổi đơn vị. Mức, mức tăng và mức
    giảm là các đường riêng.

    Indicators that measure the same are brought together whatever their filler words, order and unit; levels, increases and
    decreases are lines of their own. What may be the same but is not surely so is a line of its own, named in `near`.
    """
    if not wanted.words:
        raise Problem(
            "invalid", errors=[{"field": "q", "message": "Cần các từ của chỉ tiêu", "message_en": "Words are needed"}]
        )
    with house.database.reading() as session:
        made, cut = targets.series(session, wanted, apart)
    place_of = {id(one): n for n, one in enumerate(made)}
    return AllSeries(items=[Series.of(one, place_of) for one in made], cut=cut)


def _place(cursor: str, wanted: Filter) -> tuple[UUID, int]:
    document, position = cursors.decode(cursor, wanted, 2)
    try:
        return UUID(document), int(position)
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
