"""Sparse lists: a caller names the fields that it wants, and is sent no others."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from service.problems import Problem

Fields = Annotated[
    str | None,
    Query(
        max_length=1000,
        description="Chỉ các trường này, cách nhau bằng dấu phẩy / only these fields of each item, by commas",
        examples=["id,title,due"],
    ),
]


class Sparse(BaseModel):
    """Danh sách chỉ gồm các trường đã nêu trong `fields` / a list of the fields that `fields` names."""

    items: list[dict[str, Any]]
    next_cursor: str | None


def narrowed(answer: BaseModel, fields: str | None) -> Response:
    """The answer, its `items` cut down to some fields. Raises Problem("invalid") for a field that they do not have."""
    wanted = {name.strip() for name in (fields or "").split(",") if name.strip()}
    if not wanted:
        # Made here once, for the framework would look at every value a second and a third time.
        return Response(answer.model_dump_json(), media_type="application/json")
    item = type(answer).model_fields["items"].annotation
    known = set(item.__args__[0].model_fields)  # type: ignore[union-attr]
    if unknown := sorted(wanted - known):
        raise Problem(
            "invalid", errors=[{"field": "query.fields", "message_en": f"no such field: {', '.join(unknown)}"}]
        )
    body = answer.model_dump(mode="json", include={"items": {"__all__": wanted}} | dict.fromkeys(_others(answer), True))
    return JSONResponse(body)


def _others(answer: BaseModel) -> list[str]:
    return [name for name in type(answer).model_fields if name != "items"]
