"""How sure the pipeline is: rules' measured precision, signs, the reading of the words, and what the tables say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from extractor.facts import read_facts
from extractor.facts.confidence import (
    CEILING,
    HANDWRITTEN,
    SIGNS,
    Basis,
    Measured,
    Reliability,
    goal_signs,
    header_basis,
    reading,
    reliability,
    task_rule,
)
from extractor.facts.targets import find_targets
from extractor.knowledge.table import rows
from extractor.layout import lay_out
from extractor.reading.open import read
from extractor.record import Evidence, Recipient, Warning

UNMEASURED = Reliability({}, {})
TEXT = """ỦY BAN NHÂN DÂN
TỈNH BÌNH MINH
Số: 07/CT-UBND
Bình Minh, ngày 12 tháng 3 năm 2021
CHỈ THỊ
Về việc tăng cường quản lý chợ
Ủy ban nhân dân tỉnh yêu cầu các sở, ban, ngành thực hiện các nhiệm vụ sau:
1. Sở Công Thương chủ trì, phối hợp với Sở Tài chính rà soát các chợ, báo cáo Ủy ban nhân dân tỉnh trước ngày 15/4/2021.
2. Kiểm tra việc niêm yết giá tại các chợ.
Nơi nhận:
- Như trên;
- Lưu: VT.
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Nguyễn Văn An
"""


def test_an_unmeasured_rule_keeps_its_stated_prior() -> None:
    assert UNMEASURED.confidence(Basis("deadline", "new", 0.8)) == pytest.approx(0.8)


def test_a_measured_rule_is_drawn_from_its_prior_to_its_precision() -> None:
    few, many = Measured(2, 2, 2, 0.5), Measured(400, 396, 30, 0.5)
    assert 0.5 < few.precision < 0.7 < 0.97 < many.precision < 0.99
    bad = Reliability({("deadline", "r"): Measured(100, 40, 20, 0.9)}, {})
    assert bad.confidence(Basis("deadline", "r", 0.9)) < 0.5


def test_a_fact_that_its_grammar_doubts_more_than_usual_is_less_sure() -> None:
    table = Reliability({("target", "r"): Measured(50, 45, 20, 0.8)}, {})
    assert table.confidence(Basis("target", "r", 0.4)) < table.confidence(Basis("target", "r", 0.8))


@pytest.mark.parametrize(
    "sign", ["misread name", "long name", "problem", "larger than its whole", "preamble", "no unit", "doubtful task"]
)
def test_signs_speak_against_a_fact(sign: str) -> None:
    assert UNMEASURED.confidence(Basis("target", "r", 0.9, (sign,))) < 0.85


def test_a_measured_weight_replaces_the_stated_one() -> None:
    table = Reliability({}, {("deadline", "problem"): -4.0})
    basis = Basis("deadline", "r", 0.9, ("problem",))
    assert table.confidence(basis) < UNMEASURED.confidence(basis)


def test_nothing_is_certain() -> None:
    table = Reliability({("recipient", "line"): Measured(10_000, 10_000, 90, 0.95)}, {})
    assert table.confidence(Basis("recipient", "line", 0.95, ("register",))) == CEILING


def test_words_lower_the_confidence_by_what_they_matter() -> None:
    assert reading("deadline", []) == 1.0
    digits = reading("deadline", [("ngày", 0.99), ("15/4/2021", 0.5)])
    letters = reading("deadline", [("ngày", 0.5), ("15/4/2021", 0.99)])
    assert digits < 0.75 < letters
    assert reading("assignment", [("Sở", 0.4), ("Y", 0.9), ("tế", 0.9)]) > 0.9
    one_bad = [("việc", 0.98)] * 59 + [("vjệc", 0.2)]
    assert reading("task", one_bad) > 0.75
    assert reading("task", [("vjệc", 0.6)] * 60) < 0.2
    assert UNMEASURED.confidence(Basis("deadline", "r", 0.9, reading=0.5)) == pytest.approx(0.45)


def test_what_may_be_handwritten_stays_doubtful() -> None:
    doubt = Warning(code="perhaps-handwritten", message="", message_en="", field="directive.number")
    basis = header_basis("number", Evidence(confidence=0.6), [doubt])
    assert basis.rule == "number, perhaps-handwritten"
    trusted = Reliability({("header", basis.rule): Measured(100, 100, 50, 0.6)}, {("header", "level"): 3.0})
    assert trusted.confidence(basis) <= HANDWRITTEN < 0.7
    assert reliability().confidence(basis) < 0.7


def test_a_field_without_warning_is_read_or_inferred() -> None:
    assert header_basis("place", Evidence(confidence=0.97), []).rule == "place"
    assert header_basis("issuer", Evidence(confidence=0.55, inferred=True), []).rule == "issuer, inferred"
    assert header_basis("recipients[0]", Recipient(text="Như trên", confidence=0.4), []).stated == 0.95


def test_how_a_unit_is_numbered_is_the_rule_of_a_task() -> None:
    assert task_rule(("II", "3"), "II/3") == "numbered unit"
    assert task_rule(("II", "3", "b"), "II/3/b") == "lettered unit"
    assert task_rule(("3", "-2"), "3/-2") == "dashed unit"
    assert task_rule(("*1",), "*1") == "closing paragraph"
    assert task_rule(("3",), "3#2") == "part of a unit"


def test_signs_of_a_target() -> None:
    goal = find_targets("Phấn đấu tỷ lệ hộ nghèo giảm còn dưới 3% vào năm 2025.", signed=date(2021, 1, 1))[0]
    assert goal_signs(goal, None, in_preamble=False) == ()
    assert "preamble" in goal_signs(goal, None, in_preamble=True)


def test_every_fact_tells_what_its_confidence_rests_on() -> None:
    file = read(TEXT.encode(), file_name="chi-thi.txt")
    facts = read_facts(lay_out(file.pages), sha256=file.sha256)
    assert len(facts.tasks) == 2
    sure = {f"directive.{name}": e.confidence for name, e in facts.directive.evidence.items()}
    for i, task in enumerate(facts.tasks):
        sure[f"tasks[{i}]"] = task.confidence
        sure |= {f"tasks[{i}].assignments[{n}]": a.confidence for n, a in enumerate(task.assignments)}
        sure |= {f"tasks[{i}].deadlines[{n}]": d.confidence for n, d in enumerate(task.deadlines)}
    assert len(sure) > 10
    for place, confidence in sure.items():
        assert reliability().confidence(facts.bases[place]) == confidence, place
    leads = {a.source: a.confidence for task in facts.tasks for a in task.assignments if a.role == "lead"}
    assert leads["addressees"] < leads["explicit"]


def test_the_tables_that_come_along_fit_the_code() -> None:
    table = reliability()
    assert {"task", "assignment", "deadline", "target", "citation", "header", "recipient"} <= {
        kind for kind, _ in table.rules
    }
    for key, measured in table.rules.items():
        assert 0 <= measured.right <= measured.n, key
        assert 0 < measured.documents <= measured.n, key
        assert 0 < measured.stated <= 1, key
    assert {sign for _, sign in table.weights} <= set(SIGNS)
    for file in ("reliability.csv", "evidence.csv"):
        keys = [tuple(row.values())[:2] for row in rows(file)]
        assert keys == sorted(set(keys))


def test_no_document_is_named_in_the_tables() -> None:
    folder = Path(__file__).parents[3] / "extractor" / "knowledge"
    assert ".txt" not in (folder / "reliability.csv").read_text("utf8")
