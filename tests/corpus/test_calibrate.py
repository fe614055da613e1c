"""Judging facts, making the tables, and whether the confidences mean what they say."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.calibrate import (
    VALUE,
    Judged,
    at_first_sight,
    calibration_error,
    fit,
    judge,
    keep,
    left_out,
    matched,
    reliability_table,
    seen,
    tables,
)
from corpus.evaluate import calibration_cases, traced
from corpus.specimens import specimens
from extractor.facts.confidence import Basis

TASK = "Sở Y tế rà soát các trạm y tế xã và báo cáo kết quả."


def _record() -> dict[str, object]:
    return {
        "directive": {
            "number": "07/CT-UBND",
            "kind": "chỉ thị",
            "recipients": [{"text": "Như trên"}, {"text": "Báo X"}],
        },
        "tasks": [
            {
                "text": TASK,
                "path": ["1"],
                "assignments": [{"role": "lead", "agency": "Sở Y tế"}, {"role": "coordinate", "agency": "Sở Y tế"}],
                "deadlines": [{"kind": "date", "due": "2021-04-15"}],
            },
            {
                "text": "Không có trong bản mẫu",
                "path": ["9"],
                "assignments": [{"role": "lead", "agency": "A"}],
                "deadlines": [],
            },
        ],
        "targets": [{"indicator": "Số trạm", "value": "8", "unit": "trạm", "comparator": "="}],
        "citations": [{"number": "1/QĐ-TTg", "issued_on": "2020-01-01"}],
    }


def _gold() -> dict[str, object]:
    return {
        "directive": {"number": "07/CT-UBND", "kind": "kế hoạch", "place": None, "recipients": ["Như trên"]},
        "tasks": [
            {
                "text": TASK,
                "path": ["1"],
                "assignments": [{"role": "lead", "agency": "Sở Y tế"}],
                "deadlines": [{"kind": "date", "due": "2021-04-16"}],
            }
        ],
        "targets": [{"indicator": "Khác hẳn", "value": "8", "unit": "trạm", "comparator": "="}],
        "citations": [{"number": "1/QĐ-TTg", "issued_on": "2020-01-01"}],
    }


PLACES = [
    "directive.number", "directive.kind", "directive.recipients[0]", "directive.recipients[1]", "tasks[0]", "tasks[1]",
    "tasks[0].assignments[0]", "tasks[0].assignments[1]", "tasks[1].assignments[0]", "tasks[0].deadlines[0]", "targets[0]", "citations[0]",
]  # fmt: skip


def test_every_fact_is_judged_like_the_score() -> None:
    bases = {place: Basis("k", place, 0.9) for place in PLACES}
    judged = {(f.basis.kind == VALUE, f.basis.rule): f.right for f in judge("d", _record(), bases, _gold())}
    right = {rule for (value, rule), is_right in judged.items() if is_right and not value}
    assert right == {
        "directive.number", "directive.recipients[0]", "tasks[0]", "tasks[0].assignments[0]", "citations[0]",
    }  # fmt: skip
    assert judged[True, "targets[0]"]
    assert len(judged) == len(PLACES) + 1


def test_what_the_gold_does_not_vouch_for_is_not_judged() -> None:
    bases = {place: Basis("k", place, 0.9) for place in PLACES}
    judged = judge("d", _record(), bases, {**_gold(), "parts": ["citations"]})
    assert [fact.basis.rule for fact in judged] == ["citations[0]"]


def test_a_gold_entry_makes_one_entry_right() -> None:
    assert matched([{"a": 1}, {"a": 1}], [{"a": 1}], lambda f, g: f == g) == [True, False]


def _facts(precision: dict[str, float], *, documents: int = 30, each: int = 4, stated: float = 0.9) -> list[Judged]:
    luck = random.Random(1)
    return [
        Judged(f"d{d}", Basis("deadline", rule, stated), luck.random() < share)
        for d in range(documents)
        for rule, share in precision.items()
        for _ in range(each)
    ]


def test_confidences_from_other_documents_mean_what_they_say() -> None:
    facts = _facts({"good": 0.97, "fair": 0.85, "poor": 0.6}, each=6)
    rated = left_out(facts, facts)
    assert len(rated) == len(facts)
    assert calibration_error(rated) < 0.05
    mean = {rule: [s for f, s in rated if f.basis.rule == rule] for rule in ("good", "fair", "poor")}
    assert min(mean["good"]) > max(mean["fair"]) > max(mean["poor"])


def test_a_documents_own_facts_have_no_part_in_its_confidences() -> None:
    facts = [*_facts({"r": 0.9}), *(Judged("odd", Basis("deadline", "own", 0.9), False) for _ in range(50))]
    own = [sure for fact, sure in left_out(facts, facts) if fact.document == "odd"]
    known = fit(facts).confidence(Basis("deadline", "own", 0.9))
    assert min(own) > 0.7 > known


def test_weights_come_from_documents_judged_at_first_sight() -> None:
    tuned = [Judged("old", Basis("deadline", "r", 0.9), True) for _ in range(300)]
    fresh = [Judged(f"new{i % 20}", Basis("deadline", "r", 0.9), i % 10 < 6) for i in range(200)]
    basis = Basis("deadline", "r", 0.9)
    honest = fit([*tuned, *fresh], {fact.document for fact in fresh}).confidence(basis)
    assert honest < fit([*tuned, *fresh]).confidence(basis) - 0.1


def test_a_sign_is_weighed_by_what_it_was_worth() -> None:
    facts = _facts({"r": 0.95})
    facts += [Judged(f"d{i % 30}", Basis("deadline", "r", 0.9, ("no lead",)), i % 2 == 0) for i in range(60)]
    made = fit(facts)
    assert made.weights["deadline", "no lead"] < -0.7


def test_few_facts_leave_the_weights_as_stated() -> None:
    assert not fit(_facts({"r": 0.9}, documents=5)).weights


def test_tables_are_sorted_and_the_same_on_every_run() -> None:
    facts = _facts({"b": 0.9, "a": 0.5})
    made = tables(facts)
    assert made == tables(list(reversed(facts)))
    lines = made["reliability.csv"].splitlines()[2:]
    assert [line.split(",")[1] for line in lines] == ["a", "b"]
    assert all(line.split(",")[4] == "30" for line in lines)


def test_first_sight_is_kept(tmp_path: Path) -> None:
    first = [Judged("x", Basis("target", "r, s", 0.7, ("preamble", "no unit")), False)]
    keep({"x": first, "known": []}, tmp_path / "first.csv")
    again = seen(tmp_path / "first.csv")
    assert again == {"x": first, "known": []}
    later = [Judged("x", Basis("target", "r", 0.9), True), Judged("known", Basis("target", "r", 0.9), True)]
    reference, fresh = at_first_sight(later, again)
    assert fresh == {"x"}
    assert set(reference) == {first[0], later[1]}
    assert seen(tmp_path / "none.csv") == {}


def test_the_table_says_the_share_that_is_right() -> None:
    rated = [(Judged("d", Basis("task", "r", 0.9), i < 8), 0.96) for i in range(10)]
    told = reliability_table(rated)
    assert "0.96→0.80" in told
    assert "đúng 80.0%" in told
    assert calibration_error(rated) == pytest.approx(0.16)
    assert "–" in reliability_table([])


def test_the_texts_to_calibrate_on(tmp_path: Path) -> None:
    folder = tmp_path / "real" / "scans"
    folder.mkdir(parents=True)
    for name in ("a.pdf", "a.truth.txt", "a.gold.json", "b.pdf", "b.truth.txt"):
        (folder / name).write_text("{}")
    cases = calibration_cases(tmp_path)
    assert [case.path.name for case in cases if case.name == "a"] == ["a.truth.txt"]
    assert len(cases) == len(specimens()) + 1


def test_what_is_traced_is_what_is_extracted() -> None:
    from extractor.pipeline import extract

    path = specimens()[0].text_path
    pages, facts = traced(path)
    record = extract(path)
    assert (facts.directive, facts.tasks, facts.targets, facts.citations) == (
        record.directive, record.tasks, record.targets, record.citations,
    )  # fmt: skip
    assert [page.text for page in pages] == [page.text for page in record.source.pages]
