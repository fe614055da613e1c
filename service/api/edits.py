"""``PATCH /v1/documents/{id}/record``: corrections unit by unit, as the review page sends them while a clerk works."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.record import DirectiveRecord
from service.api.at_hand import AtHand, Corrector
from service.api.etag import WITH_ETAG, matched, of_record
from service.api.shapes import Shape, Text, Version
from service.problems import Problem
from service.store import documents, edits, records

router = APIRouter(prefix="/v1/documents", tags=["documents"])


class Edit(BaseModel):
    """Một chỗ sửa: người sửa đã thấy gì, và nay là gì / one edit: what its maker saw, and what it should be."""

    model_config = ConfigDict(extra="forbid")

    unit: Text = Field(
        max_length=300,
        description="`directive.number`, `tasks/ID`, `targets/ID`, `tasks` (thứ tự / order), `citations`",
        examples=["directive.number"],
    )
    was: Any = Field(None, description="Giá trị đã thấy / the value that was seen; null: chưa có / there was none")
    value: Any = Field(None, description="Giá trị mới / the new value; null: xóa / delete")
    after: Text | None = Field(
        None, max_length=200, description="Mục mới đứng sau mục này / a new one goes behind this id"
    )


class Edits(BaseModel):
    """Các chỗ sửa, làm cùng một lúc / edits that are done together."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "edits": [
                        {
                            "unit": "directive.number",
                            "was": {"value": "O2/CT-UBND", "evidence": None},
                            "value": {"value": "02/CT-UBND", "evidence": {"confidence": 1}},
                        }
                    ]
                }
            ]
        },
    )

    edits: list[Edit] = Field(min_length=1, max_length=2000)


class Edited(Shape):
    """Bản ghi sau khi sửa / the record after the edits."""

    version: Version
    etag: str = Field(description="ETag mới của bản ghi / the record's new ETag")
    etag_before: str = Field(
        description="ETag của bản đã được sửa; khác bản bạn có nghĩa là đồng nghiệp đã sửa chỗ khác / of the record that was "
        "edited: another than yours means that a colleague has changed other units"
    )
    warnings: list[dict[str, Any]] = Field(description="Những cảnh báo còn lại / the warnings that are left")


@router.patch(
    "/{document_id}/record", summary="Sửa từng chỗ của bản ghi / correct units of the record", responses=WITH_ETAG
)
def edit_record(
    document_id: UUID,
    form: Edits,
    response: Response,
    house: AtHand,
    actor: Corrector,
    if_match: Annotated[
        str | None,
        Header(
            description="Tùy chọn: chỉ khi bản ghi chưa đổi chút nào / optional: only if nothing at all has changed"
        ),
    ] = None,
) -> Edited:
    """Hai người sửa hai chỗ khác nhau thì cả hai đều được giữ. Sửa cùng một chỗ thì người sau nhận lỗi `edit-conflict` kèm
    giá trị hiện tại, và không có gì bị ghi đè.

    Edits of different units by two people are both kept; of the same unit, the later one is answered `edit-conflict` with
    the present value, and nothing is overwritten.
    """
    wanted = [edits.Edit(edit.unit, edit.was, edit.value, edit.after) for edit in form.edits]
    with house.database.writing() as session:
        document = documents.find(session, document_id, actor, lock=True)
        if document is None:
            raise Problem("not-found")
        current = records.version(session, document.id, document.current_version)
        if current is None:
            raise Problem("no-record")
        before = of_record(current)
        matched(if_match, before, needed=False)
        record = json.loads(current.body)
        try:
            if found := edits.conflicts(record, wanted):
                raise Problem(
                    "edit-conflict",
                    headers={"ETag": before},
                    errors=[
                        {"unit": each.unit, "was": each.was, "now": each.now, "by": current.made_by} for each in found
                    ],
                )
            edited = DirectiveRecord.model_validate(edits.apply(record, wanted))
        except edits.UnknownUnit as error:
            raise Problem("invalid", errors=[{"field": "body.edits", "message_en": f"no such unit: {error}"}]) from None
        except ValidationError as error:
            raise Problem("invalid", errors=_said(error)) from None
        except (KeyError, TypeError, AttributeError):
            raise Problem("invalid", errors=[{"field": "body.edits", "message_en": "malformed value"}]) from None
        changed = {edit.unit: (edits.unit(record, edit.unit), edit.value) for edit in wanted}
        kept = records.correct(session, document, edited, actor, edited=changed)
        tag = of_record(kept)
        response.headers["ETag"] = tag
        return Edited(
            version=Version.model_validate(kept),
            etag=tag,
            etag_before=before,
            warnings=[warning.model_dump(mode="json") for warning in edited.warnings],
        )


def _said(error: ValidationError) -> list[dict[str, Any]]:
    return [
        {"field": ".".join(map(str, wrong["loc"])), "message_en": wrong["msg"], "type": wrong["type"]}
        for wrong in error.errors(include_url=False, include_input=False, include_context=False)
    ]
