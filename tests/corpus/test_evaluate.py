"""The evaluation: which documents it takes, its tables, gains and losses."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.evaluate import Case, Outcome, compare, figures, file_cases, head, line, specimen_cases, totals, truth_text
from corpus.score import Count, Score


def _outcome(right: int, missed: int, rate: float | None = None) -> Outcome:
    found = Score({"tasks": Count(right, 0, missed)}, ["tasks missed"] * missed)
    return Outcome(Case("mẫu", "text", Path("mau.txt")), pages=2, seconds=1.5, score=found, cer=rate)


def test_documents_are_files_with_gold_or_truth_beside_them(tmp_path: Path) -> None:
    for name in ("a.txt", "a.gold.json", "b.pdf", "b.truth.txt", "c.pdf", "d.md", "d.gold.json", "INDEX.md"):
        (tmp_path / name).write_text("{}")
    cases = file_cases([tmp_path])
    assert [(case.path.name, case.group) for case in cases] == [("a.txt", "text"), ("b.pdf", "scan"), ("d.md", "text")]
    assert cases[1].gold is None
    assert cases[1].truth is not None
    assert [case.path.name for case in file_cases([tmp_path / "a.txt"])] == ["a.txt"]


def test_every_specimen_comes_as_text_and_as_scans() -> None:
    cases = specimen_cases(["fax"])
    assert {case.group for case in cases} == {"text", "fax"}
    assert len(cases) % 2 == 0
    assert all(case.gold and case.gold.exists() for case in cases)


def test_page_marks_are_no_truth(tmp_path: Path) -> None:
    path = tmp_path / "x.truth.txt"
    path.write_text("một\n=== page 2 ===\nhai\n", "utf8")
    assert truth_text(path).split() == ["một", "hai"]


def test_the_tables_say_the_figures() -> None:
    outcome = _outcome(3, 1, 0.0123)
    assert "1.23%" in line(outcome)
    assert " 0.857" in line(outcome)
    assert len(head()) == len(line(outcome))
    assert "0.750" in totals([outcome])


def test_a_fault_of_the_pipeline_is_named() -> None:
    fault = Outcome(Case("mẫu", "scan", Path("mau.pdf")), 0, 0.1, Score(), None, "DamagedFile: hỏng")
    assert "DamagedFile" in line(fault)


def test_gains_and_losses() -> None:
    before = json.loads(json.dumps(figures([_outcome(2, 2, 0.02)])))
    now = figures([_outcome(4, 0, 0.01)])
    told = compare(now, before)
    assert "+33.3" in told
    assert "-1.00" in told
    assert "không đổi" in compare(now, now)


def test_each_case_gained_or_lost_is_named() -> None:
    before, now = figures([_outcome(1, 1, 0.01)]), figures([_outcome(1, 1, 0.01)])
    name = next(iter(now["text"]["documents"]))
    before["text"]["documents"][name]["errors"] = ["deadlines missed: A", "tasks missed: B"]
    now["text"]["documents"][name]["errors"] = ["tasks missed: B", "tasks wrong: C"]
    told = compare(now, before)
    assert "+ hết lỗi: deadlines missed: A" in told
    assert "− lỗi mới: tasks wrong: C" in told
    assert "B" not in told
