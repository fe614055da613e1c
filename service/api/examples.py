"""Bodies as they may look: a record by hand, the others made of the examples of their fields."""

from __future__ import annotations

from typing import Any

from extractor.record import Assignment, Deadline, Directive, DirectiveRecord, Issuer, Page, Source, Task

Json = dict[str, Any]

RECORD: Json = DirectiveRecord(
    source=Source(
        file_name="02-CT-UBND.pdf",
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        media_type="application/pdf",
        pages=(Page(number=1, reading="ocr", confidence=0.93, width=595, height=842, text="1. Sở Y tế chủ trì …"),),
    ),
    directive=Directive(
        kind="chỉ thị", number="02/CT-UBND", issuer=Issuer(name="Ủy ban nhân dân tỉnh Bình Minh", confidence=1)
    ),
    tasks=(
        Task(
            id="3f1c9a0b7d2e4c58",
            path=("1",),
            title="Rà soát phương án phòng cháy, chữa cháy",
            text="Sở Y tế chủ trì rà soát phương án phòng cháy, chữa cháy, báo cáo trước ngày 30/6/2026.",
            confidence=1,
            assignments=(Assignment(role="lead", agency="Sở Y tế", source="explicit", confidence=1),),
            deadlines=(Deadline.model_validate({"kind": "date", "due": "2026-06-30", "text": "trước ngày 30/6/2026"}),),
        ),
    ),
).model_dump(mode="json", by_alias=True)

_BY_FORMAT = {"uuid": "01a204f5-7d4c-7000-a3be-d7d3a568fa0b", "date": "2026-06-30"}


def example(schema: Json, schemas: Json) -> Any:
    """A value of a schema: its own example, else one made of its parts; `schemas` are those that it may refer to."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    match schema.get("type"):
        case "object":
            needed = schema.get("required", [])
            told = {n: p for n, p in schema.get("properties", {}).items() if n in needed or "examples" in p}
            return {name: example(part, schemas) for name, part in told.items()}
        case "array":
            return [example(schema["items"], schemas)]
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 1)
    return _BY_FORMAT.get(schema.get("format", ""), "…")
