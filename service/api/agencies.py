"""``/v1/agencies``: the body that a clerk means by a few letters, and the bodies that an office adds to the register."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from fastapi import Path as PathPart
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from extractor import suggest_agencies
from extractor.record import Successor
from extractor.suggest import KnownBody
from service.access.actor import Actor
from service.api.at_hand import Administrator, AtHand, Corrector, Reader
from service.api.etag import WITH_ETAG, matched, of_version
from service.api.shapes import Shape, Text
from service.problems import Problem
from service.store import agencies, documents, offices, own_agencies, schedule, tables

router = APIRouter(prefix="/v1/agencies", tags=["agencies"])

Name = Annotated[Text, Field(min_length=1, max_length=300, pattern=r"\w", examples=["Ban Quản lý Vịnh Cát Vàng"])]
Abbreviation = Annotated[Text, Field(min_length=1, max_length=40, examples=["BQLVCV"])]
OwnId = Annotated[UUID, PathPart(description="`id` của cơ quan đã thêm / `id` of a body that was added")]
Abbreviations = Annotated[list[Abbreviation], Field(max_length=10)]


class Suggestion(Shape):
    """Một cơ quan có thể là cơ quan muốn gõ / a body that may be meant."""

    name: str = Field(description="Tên chuẩn trong văn bản này / canonical name in this document")
    agency_id: str | None = Field(description="Mã trong danh mục; trống khi chưa có / id of the register, null: none")
    why: Literal["name", "abbreviation", "beginnings", "words", "similar"] = Field(
        description="name: đúng tên hoặc đầu tên; abbreviation: viết tắt; beginnings: đầu các chữ của tên; words: các chữ "
        "trong tên; similar: gần giống / begins the name, its abbreviation, its words; words of it; nearly the same"
    )
    sure: bool = Field(
        description="Chữ đã gõ là cả tên hoặc viết tắt của cả tên / the letters stand for the whole name"
    )
    valid: bool = Field(description="Có vào ngày ban hành văn bản / it existed on the day of issue")
    successor: Successor | None = Field(description="Cơ quan nay kế thừa / who answers for it today, if another")


class Suggestions(Shape):
    items: list[Suggestion]


class Agency(Shape):
    """Một cơ quan do văn phòng thêm / a body that an office has added."""

    id: UUID
    name: str
    agency_id: str = Field(description="Mã dùng trong phân công / the id in assignments", examples=["office:0190…"])
    abbreviations: list[str]
    office_id: UUID
    created_at: datetime
    created_by: str
    version: int


class Agencies(Shape):
    items: list[Agency]


class NewAgency(BaseModel):
    """Cơ quan chưa có trong danh mục / a body that the register does not have."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    abbreviations: Abbreviations = Field(default=[])
    office_id: UUID | None = Field(
        None, description="Mặc định: văn phòng của người thêm / default: the caller's office"
    )


class AgencyChange(BaseModel):
    """Chỉ những gì cần đổi / only what is to change."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Ban Quản lý Khu kinh tế Bình Minh"}]}
    )

    name: Name | None = None
    abbreviations: Abbreviations | None = None


@router.get("", summary="Tìm cơ quan khi đang gõ / find a body while typing")
def suggest_agency(
    house: AtHand,
    actor: Reader,
    q: Annotated[
        Text, Query(min_length=1, max_length=200, description="Chữ đã gõ / what is typed", examples=["skhđt"])
    ],
    document: Annotated[
        UUID | None, Query(description="Văn bản đang sửa / the document that is corrected: its place and day count")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=50, description="Nhiều nhất bao nhiêu / at most so many")] = 10,
) -> Suggestions:
    """Theo tên, tên gọi khác, viết tắt, không cần dấu; cơ quan có vào ngày ban hành đứng trước.

    Names, aliases, abbreviations and initials, with or without accents, in the register, in the office's tasks, and among
    the bodies that it has added. Names are completed as the document's province has them.
    """
    with house.database.reading() as session:
        about = documents.find(session, document, actor) if document else None
        if document and about is None:
            raise Problem("not-found")
        office = about.office_id if about else actor.office
        known = _known(session, q, office)
    found = suggest_agencies(
        q,
        issuer=about.issuer if about else None,
        issuer_id=about.issuer_id if about else None,
        place=about.place if about else None,
        on=(about.issued_on if about else None) or schedule.today_in_vietnam(),
        known=known,
        limit=limit,
    )
    return Suggestions(items=[Suggestion.model_validate(each) for each in found])


def _known(session: Session, typed: str, office: UUID | None) -> list[KnownBody]:
    own = [
        KnownBody(each.name, each.agency_id, tuple(each.abbreviations)) for each in own_agencies.page(session, office)
    ]
    used = agencies.unregistered(session, typed, office)
    return own + [KnownBody(each.name, each.agency_id or None) for each in used]


@router.get("/own", summary="Cơ quan do văn phòng thêm / bodies that the office has added")
def list_own_agencies(house: AtHand, actor: Reader) -> Agencies:
    with house.database.reading() as session:
        return Agencies(items=[Agency.model_validate(own) for own in own_agencies.page(session, actor.office)])


@router.post(
    "",
    status_code=201,
    summary="Thêm cơ quan / add a body",
    responses={200: {"model": Agency, "description": "Đã có tên này / the office has one of this name"}},
)
def add_agency(form: NewAgency, response: Response, house: AtHand, actor: Corrector) -> Agency:
    """Cơ quan cùng tên đã thêm thì được trả về, không thêm lần nữa / one of the same name is answered, not added twice."""
    try:
        with house.database.writing() as session:
            office = form.office_id or actor.office or offices.default(session).id
            if not actor.sees(office):
                raise Problem("forbidden")
            own = own_agencies.named(session, office, form.name)
            response.status_code = 200 if own else 201
            own = own or own_agencies.add(session, actor, office, form.name, form.abbreviations)
    except IntegrityError:  # added meanwhile, or there is no such office
        with house.database.reading() as session:
            found = own_agencies.named(session, office, form.name)
        if found is None:
            raise Problem("conflict", "Không có văn phòng này.", "There is no such office.") from None
        own, response.status_code = found, 200
    response.headers["ETag"] = of_version(own.version)
    return Agency.model_validate(own)


@router.patch("/{agency_id}", summary="Sửa cơ quan đã thêm / change a body that was added", responses=WITH_ETAG)
def change_agency(
    agency_id: OwnId,
    form: AgencyChange,
    response: Response,
    house: AtHand,
    actor: Administrator,
    if_match: Annotated[str | None, Header(description="ETag của bản đã đọc / the ETag that was read")] = None,
) -> Agency:
    """Nhiệm vụ đã giao giữ tên cũ / tasks keep the name that they were assigned by."""
    try:
        with house.database.writing() as session:
            own = _found(session, agency_id, actor)
            matched(if_match, of_version(own.version))
            own_agencies.change(session, actor, own, name=form.name, abbreviations=form.abbreviations)
    except IntegrityError:
        raise Problem("conflict", "Tên này đã có.", "The name is taken.") from None
    response.headers["ETag"] = of_version(own.version)
    return Agency.model_validate(own)


@router.delete("/{agency_id}", status_code=204, summary="Bỏ cơ quan đã thêm / remove a body that was added")
def delete_agency(agency_id: OwnId, house: AtHand, actor: Administrator) -> None:
    """Nhiệm vụ đã giao vẫn giữ tên / tasks that it was given keep its name."""
    with house.database.writing() as session:
        own_agencies.delete(session, actor, _found(session, agency_id, actor))


def _found(session: Session, agency_id: UUID, actor: Actor) -> tables.OwnAgency:
    own = session.get(tables.OwnAgency, agency_id, with_for_update=True)
    if own is None or not actor.sees(own.office_id):
        raise Problem("not-found")
    return own
