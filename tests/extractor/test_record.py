"""The record as data: frozen, the same after JSON, described by its own schema, readable by a scorer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from corpus.score import PARTS, score
from corpus.specimens import specimens
from extractor import record as shapes
from extractor.record import DirectiveRecord, Page, Signer, Source, Span, Target

ALL = specimens()


@pytest.mark.parametrize("specimen", ALL, ids=lambda s: s.name)
def test_a_record_is_the_same_after_json(specimen: Any, text_records: Mapping[str, DirectiveRecord]) -> None:
    record = text_records[specimen.name]
    data = json.loads(record.model_dump_json())
    assert DirectiveRecord.model_validate(data) == record
    assert json.loads(json.dumps(data, ensure_ascii=True)) == data


@pytest.mark.parametrize("specimen", ALL, ids=lambda s: s.name)
def test_a_record_fits_its_schema(specimen: Any, text_records: Mapping[str, DirectiveRecord]) -> None:
    data = json.loads(text_records[specimen.name].model_dump_json())
    schema = DirectiveRecord.model_json_schema(mode="serialization")
    try:
        import jsonschema
    except ImportError:
        assert DirectiveRecord.model_validate_json(json.dumps(data), strict=True)
        assert set(data) == set(schema["properties"])
    else:
        jsonschema.validate(data, schema)


@pytest.mark.parametrize("specimen", ALL, ids=lambda s: s.name)
def test_a_record_is_perfect_against_itself(specimen: Any, text_records: Mapping[str, DirectiveRecord]) -> None:
    data = json.loads(text_records[specimen.name].model_dump_json())
    issuer = (data["directive"]["issuer"] or {}).get("name")  # a gold record has the issuer's name alone
    found = score(data, {**data, "directive": {**data["directive"], "issuer": issuer}})
    assert found.errors == []
    assert found["tasks"].right == len(data["tasks"])
    assert all(found[part].f1 == 1.0 for part in PARTS if found[part].gold)


def test_the_schema_describes_every_shape() -> None:
    schema = DirectiveRecord.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == {"source", "directive"}
    assert "for" in schema["$defs"]["Signer"]["properties"]
    assert "for_" not in schema["$defs"]["Signer"]["properties"]
    json.dumps(schema)


def test_a_signer_says_for_whom_under_a_short_name() -> None:
    signer = Signer.model_validate({"for": "Chủ tịch"})
    assert signer == Signer(for_="Chủ tịch")
    assert signer.model_dump()["for"] == "Chủ tịch"


def test_nothing_in_a_record_can_be_changed(text_records: Mapping[str, DirectiveRecord]) -> None:
    record = next(iter(text_records.values()))
    with pytest.raises(ValidationError):
        record.tasks[0].text = "khác"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        record.status = "partial"  # type: ignore[misc]
    assert all(
        model.model_config.get("frozen") and model.model_config.get("extra") == "forbid"
        for model in vars(shapes).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel
    )


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Span, {"page": 0, "start": 0, "end": 1}),
        (Span, {"page": 1, "start": -1, "end": 1}),
        (Target, {"id": "t1", "indicator": "x", "value": "1,5", "text": "x"}),
        (Target, {"id": "t1", "indicator": "x", "value": "1", "comparator": "≥", "text": "x"}),
        (Page, {"number": 1, "reading": "guess", "confidence": 1, "width": 0, "height": 0, "text": ""}),
        (Page, {"number": 1, "reading": "ocr", "confidence": 1.2, "width": 0, "height": 0, "text": ""}),
        (Source, {"file_name": "a", "sha256": "b", "media_type": "c", "pages": [], "more": 1}),
    ],
)
def test_what_does_not_fit_is_refused(model: type[BaseModel], values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(values)
