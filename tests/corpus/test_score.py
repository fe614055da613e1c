"""The scorer: small tables of what counts as right, and agreement with the reference scorer where it is at hand."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import random
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from corpus.score import (
    PARTS,
    Count,
    align,
    common,
    macro,
    same_agency,
    same_deadline,
    same_target,
    score,
    total,
    words,
)

SHARED = Path(os.environ.get("DIRECTIVES_SHARED", Path(__file__).parents[2].parent / "shared"))

GOLD: dict[str, Any] = {
    "directive": {
        "number": "07/CT-UBND",
        "kind": "chỉ thị",
        "issued_on": "2024-03-05",
        "issuer": "Ủy ban nhân dân tỉnh Mẫu Sơn",
        "place": "Mẫu Sơn",
        "subject": "tăng cường phòng cháy rừng mùa khô",
        "signer": {"name": "Trần Văn Mẫu", "title": "Chủ tịch", "authority": "TM."},
        "recipients": ["Tỉnh ủy Mẫu Sơn", "Các sở, ban, ngành", "Lưu: VT"],
    },
    "tasks": [
        {
            "path": ["1", "a"],
            "text": "Xây dựng phương án chữa cháy rừng cho từng xã.",
            "assignments": [{"role": "lead", "agency": "Chi cục Kiểm lâm", "source": "explicit"}],
            "deadlines": [{"kind": "date", "due": "2024-04-30", "text": "trước ngày 30/4"}],
        },
        {
            "path": ["2"],
            "text": "Trực gác tại các chòi canh lửa trong những ngày nắng nóng.",
            "assignments": [{"role": "lead", "agency": "các xã, phường", "source": "addressees"}],
            "deadlines": [{"kind": "ongoing", "text": "thường xuyên"}],
        },
    ],
    "targets": [
        {
            "indicator": "số chòi canh",
            "comparator": ">=",
            "value": "12",
            "unit": "chòi",
            "period": {"end": "2024-12-31"},
        }
    ],
    "citations": [{"number": "16/2017/QH14", "issued_on": "2017-11-15", "text": "Luật Lâm nghiệp"}],
}


def test_the_gold_itself_is_right_in_every_part() -> None:
    found = score(GOLD, GOLD)
    assert found.errors == []
    assert {part: found[part].f1 for part in PARTS} == dict.fromkeys(PARTS, 1.0)
    assert found["header"].gold == 9


def test_an_empty_record_misses_everything() -> None:
    found = score({}, GOLD)
    assert found["tasks"] == Count(missed=2)
    assert found["assignments"] == Count(missed=2)
    assert found["header"] == Count(wrong=9, missed=9)
    assert found["recipients"] == Count(missed=3)
    assert found["paths"] == Count()  # nothing aligned, nothing to compare


def test_only_the_parts_of_the_gold_are_scored() -> None:
    found = score({}, {**GOLD, "parts": ["targets"]})
    assert set(found.counts) == {"targets"}
    assert all(line.startswith("targets") for line in found.errors)


def test_an_extra_task_counts_with_its_assignments() -> None:
    record = copy.deepcopy(GOLD)
    record["tasks"].append(
        {"path": ["9"], "text": "Hoàn toàn khác hẳn", "assignments": [{"role": "lead", "agency": "Sở Y tế"}]}
    )
    found = score(record, GOLD)
    assert found["tasks"] == Count(right=2, wrong=1)
    assert found["assignments"] == Count(right=2, wrong=1)


@pytest.mark.parametrize(
    ("found", "gold", "right"),
    [
        ("Ủy ban nhân dân tỉnh", "Uỷ ban nhân dân tỉnh", True),  # tone placement
        ("Sở Y tế", "Sở Nội vụ", False),
        ("các cơ quan có liên quan", "các cơ quan liên quan", True),  # a group: by its words
        (None, "Sở Y tế", False),
    ],
)
def test_agencies(found: object, gold: object, right: bool) -> None:
    assert same_agency(found, gold) is right


@pytest.mark.parametrize(
    ("found", "gold", "right"),
    [
        ({"kind": "date", "due": "2024-01-02"}, {"kind": "date", "due": "2024-01-02"}, True),
        ({"kind": "date", "due": "2024-01-03"}, {"kind": "date", "due": "2024-01-02"}, False),
        ({"kind": "ongoing"}, {"kind": "date", "due": None}, False),
        (
            {"kind": "recurring", "rrule": "RRULE:FREQ=MONTHLY;INTERVAL=1"},
            {"kind": "recurring", "rrule": "FREQ=MONTHLY"},
            True,
        ),
        ({"kind": "relative", "offset": "p5d"}, {"kind": "relative", "offset": "P5D"}, True),
        (
            {"kind": "period", "start": "2024-01-01", "due": "2024-02-01"},
            {"kind": "period", "start": None, "due": "2024-02-01"},
            False,
        ),
    ],
)
def test_deadlines(found: dict[str, Any], gold: dict[str, Any], right: bool) -> None:
    assert same_deadline(found, gold) is right


def test_a_target_needs_its_change() -> None:
    base = {"indicator": "Tỷ lệ hộ nghèo", "value": "1.50", "unit": "%"}
    assert same_target(base, {**base, "value": "1.5", "change": "level", "comparator": "="})
    assert not same_target(base, {**base, "change": "decrease"})


def test_words_lose_their_marks() -> None:
    assert words("Đường – thủy, 85%") == ["duong", "thuy", "85%"]
    assert common("", None) == 1.0


def test_alignment_takes_the_best_pair_first() -> None:
    pairs = align(["một hai ba bốn", "một hai ba bốn năm"], ["một hai ba bốn năm", "một hai ba"])
    assert {(f, g) for _share, f, g in pairs} == {(1, 0), (0, 1)}


def test_micro_and_macro_averages() -> None:
    scores = [score(GOLD, GOLD), score({}, GOLD)]
    assert total(scores)["tasks"] == Count(right=2, missed=2)
    assert macro(scores, "tasks") == 0.5
    assert macro([], "tasks") == 0.0


def _reference() -> tuple[ModuleType, list[dict[str, Any]]]:
    path = SHARED / "record" / "score.py"
    golds = sorted((SHARED / "real").rglob("*.gold.json"))
    if not path.exists() or not golds:
        pytest.skip("không có thư mục tài liệu dùng chung (DIRECTIVES_SHARED): the reference scorer is not at hand")
    spec = importlib.util.spec_from_file_location("reference_score", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, [json.loads(gold.read_text("utf8")) for gold in golds]


def test_it_agrees_with_the_reference_scorer() -> None:
    reference, golds = _reference()
    rng = random.Random(4)
    for gold in golds:
        for strength in (0.0, 0.05, 0.3):
            record = _perturbed(gold, strength, rng)
            tally = reference.Tally()
            tally.only = set(gold["parts"]) if gold.get("parts") else None
            reference.score_one(record, gold, tally, "")
            ours = score(record, gold)
            for part in PARTS:
                theirs = tally.prf(part)
                assert (ours[part].precision, ours[part].recall, ours[part].f1, ours[part].gold) == theirs, part


def _perturbed(gold: dict[str, Any], strength: float, rng: random.Random) -> dict[str, Any]:
    """The gold with entries lost, doubled, shuffled and misspelt."""

    def bent(value: Any) -> Any:
        if isinstance(value, str) and rng.random() < strength and value:
            place = rng.randrange(len(value))
            return value[:place] + rng.choice(["", "x", " ", "1"]) + value[place + 1 :]
        if isinstance(value, list):
            kept = [bent(entry) for entry in value if rng.random() >= strength / 2]
            if kept and rng.random() < strength:
                kept.append(copy.deepcopy(rng.choice(kept)))
            if rng.random() < strength:
                rng.shuffle(kept)
            return kept
        if isinstance(value, dict):
            return {
                key: None if rng.random() < strength / 6 and key != "parts" else bent(entry)
                for key, entry in value.items()
            }
        return value

    record: dict[str, Any] = bent({key: value for key, value in gold.items() if key != "parts"})
    return record
