"""``/v1/filters``: conditions of the list of tasks, and searches, that people keep under a name."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from fastapi import Path as PathPart
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError

from service.access.actor import Actor
from service.api.at_hand import AtHand, Reader
from service.api.shapes import Shape, Text
from service.problems import Problem
from service.store import saved_filters, tables

router = APIRouter(prefix="/v1/filters", tags=["filters"])


FilteredPage = Annotated[
    Literal["tasks", "search"], Field(description="Của danh sách nhiệm vụ, hay của tra cứu / of tasks, or a search")
]


class SavedFilter(Shape):
    """Một bộ lọc đã lưu / a saved filter."""

    id: UUID
    page: FilteredPage
    name: str = Field(examples=["Quá hạn của Sở Y tế"])
    query: str = Field(examples=["agency=Sở Y tế&timeliness=overdue"])
    shared: bool = Field(description="Cả văn phòng dùng chung / shown to the whole office")
    own: bool = Field(description="Do chính bạn lưu / saved by you")

    @classmethod
    def of(cls, saved: tables.SavedFilter, actor: Actor) -> SavedFilter:
        own = saved.owner_id == actor.id
        return cls(id=saved.id, page=saved.page, name=saved.name, query=saved.query, shared=saved.shared, own=own)


class SavedFilters(Shape):
    items: list[SavedFilter]


class NewFilter(BaseModel):
    """Tên và các điều kiện / a name and the conditions."""

    model_config = ConfigDict(extra="forbid")

    page: FilteredPage = "tasks"
    name: Text = Field(min_length=1, max_length=100, pattern=r"\S", examples=["Việc quá hạn của Sở Y tế"])
    query: Text = Field(
        max_length=2000,
        description="Phần sau dấu `?` của địa chỉ / what follows `?` in the address",
        examples=["agency=so%20y%20te&timeliness=overdue"],
    )
    shared: bool = Field(False, description="Đồng nghiệp cũng dùng / for colleagues too")


@router.get("", summary="Bộ lọc đã lưu / saved filters")
def list_saved_filters(house: AtHand, actor: Reader) -> SavedFilters:
    """Của mình, và của đồng nghiệp dùng chung / one's own, and those that colleagues share."""
    with house.database.reading() as session:
        return SavedFilters(items=[SavedFilter.of(saved, actor) for saved in saved_filters.usable(session, actor)])


@router.post("", status_code=201, summary="Lưu bộ lọc / save a filter")
def save_filter(form: NewFilter, house: AtHand, actor: Reader) -> SavedFilter:
    """Trùng tên thì thay bộ lọc cũ của mình / of the same name, one's earlier one is changed. People only, no tokens."""
    if actor.kind != "user":
        raise Problem("forbidden")
    try:
        with house.database.writing() as session:
            saved = saved_filters.save(session, actor, form.page, form.name.strip(), form.query, form.shared)
            return SavedFilter.of(saved, actor)
    except IntegrityError:  # in another tab, at the same moment
        raise Problem("conflict") from None


@router.delete("/{filter_id}", status_code=204, summary="Bỏ bộ lọc đã lưu / delete a saved filter")
def delete_saved_filter(
    filter_id: Annotated[UUID, PathPart(description="`id` của bộ lọc / of the filter")], house: AtHand, actor: Reader
) -> None:
    with house.database.writing() as session:
        saved = saved_filters.find(session, filter_id, actor)
        if saved is None:
            raise Problem("not-found")
        saved_filters.delete(session, actor, saved)
