"""Scores against gold stay at or above the committed floors, part by part (micro F1 over all documents).

`golden_floor.json` holds the floors, a little below what was measured when they were set. A floor goes up with the
figures; it goes down only with a reason in the commit that lowers it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from corpus.score import PARTS, Score, score, total
from corpus.specimens import specimens
from extractor.pipeline import extract
from extractor.record import DirectiveRecord

FLOORS: dict[str, dict[str, float]] = json.loads(Path(__file__).with_name("golden_floor.json").read_text("utf-8"))
TEXTS = Path(os.environ.get("DIRECTIVES_SHARED", Path(__file__).parents[2] / "shared")) / "real" / "texts"
REAL = sorted(TEXTS.glob("*.gold.json")) if TEXTS.is_dir() else []


@pytest.fixture(scope="module")
def specimen_score(text_records: Mapping[str, DirectiveRecord]) -> Score:
    gold = {s.name: s.gold() for s in specimens()}
    return total([score(record.model_dump(mode="json"), gold[name]) for name, record in text_records.items()])


@pytest.fixture(scope="module")
def real_score() -> Score:
    if not REAL:
        pytest.skip("no real texts: set DIRECTIVES_SHARED to the folder that has real/texts")
    scores = []
    for gold in REAL:
        text = gold.with_name(gold.name.replace(".gold.json", ".txt"))
        record = extract(text, jobs=1)
        scores.append(score(record.model_dump(mode="json"), json.loads(gold.read_text("utf-8"))))
    return total(scores)


def check(found: Score, part: str, floor: float) -> None:
    errors = [line for line in found.errors if line.startswith(part)]
    assert found[part].f1 >= floor, f"{part}: F1 {found[part].f1:.4f} under {floor}\n" + "\n".join(errors[:40])


@pytest.mark.parametrize("part", PARTS)
def test_specimens(part: str, specimen_score: Score) -> None:
    check(specimen_score, part, FLOORS["specimens"][part])


@pytest.mark.parametrize("part", PARTS)
def test_real_texts(part: str, real_score: Score) -> None:
    check(real_score, part, FLOORS["real texts"][part])


def test_every_part_has_a_floor() -> None:
    assert all(set(floors) == set(PARTS) for floors in FLOORS.values())
