"""``/v1/compare``: two documents side by side, as two years of the same directive."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord
from service.access.actor import Actor
from service.api.at_hand import AtHand, Reader
from service.api.citations import Named
from service.api.shapes import Shape
from service.problems import Problem
from service.store import documents, records, tables
from service.study import comparison
from service.study.comparison import Pair

router = APIRouter(prefix="/v1", tags=["study"])

Standing = Literal["kept", "changed", "new", "gone"]


class FieldDifference(Shape):
    """Một trường khác nhau / a field that differs."""

    field: str = Field(examples=["deadline"])
    before: str | None
    after: str | None


class Compared(Shape):
    """Một nhiệm vụ hoặc chỉ tiêu của hai văn bản / a task or target of the two documents."""

    standing: Standing = Field(
        description="kept: giữ nguyên (khác năm vẫn là giữ); changed: thay đổi; new: chỉ có ở bên phải; gone: chỉ có ở bên "
        "trái / a task given again for another year is kept"
    )
    name: str
    left: str | None = Field(description="Nguyên văn ở văn bản trái / its words on the left")
    right: str | None
    differences: list[FieldDifference]

    @classmethod
    def of(cls, pair: Pair) -> Self:
        return cls(
            standing=pair.standing,
            name=pair.name,
            left=pair.left.text if pair.left else None,
            right=pair.right.text if pair.right else None,
            differences=[
                FieldDifference(field=one.field, before=one.before, after=one.after) for one in pair.differences
            ],
        )


class Counts(Shape):
    kept: int
    changed: int
    new: int
    gone: int


class Comparison(Shape):
    left: Named
    right: Named
    task_counts: Counts
    target_counts: Counts
    tasks: list[Compared]
    targets: list[Compared]


@router.get("/compare", summary="So sánh hai văn bản / compare two documents")
def compare_documents(
    house: AtHand,
    actor: Reader,
    left: Annotated[UUID, Query(description="Văn bản trước / the earlier document")],
    right: Annotated[UUID, Query(description="Văn bản sau / the later document")],
) -> Comparison:
    """Nhiệm vụ và chỉ tiêu được giữ, thay đổi, thêm mới, bỏ / tasks and targets kept, changed, new and gone."""
    with house.database.reading() as session:
        (one, old), (other, new) = (read(session, id_, actor) for id_ in (left, right))
        found = comparison.compared(old, new)
        counts = found.counts()
        return Comparison(
            left=Named.of(one),
            right=Named.of(other),
            task_counts=Counts.model_validate(counts["tasks"]),
            target_counts=Counts.model_validate(counts["targets"]),
            tasks=[Compared.of(pair) for pair in found.tasks],
            targets=[Compared.of(pair) for pair in found.targets],
        )


def read(session: Session, document_id: UUID, actor: Actor) -> tuple[tables.Document, DirectiveRecord]:
    """A document with its current record. Raises Problem."""
    document = documents.find(session, document_id, actor)
    if document is None:
        raise Problem("not-found")
    kept = records.version(session, document.id, document.current_version)
    if kept is None:
        raise Problem("no-record")
    return document, DirectiveRecord.model_validate_json(kept.body)
