"""The specimens hold what they promise: gold of the right shape, whose words stand in the document."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from dateutil.rrule import rrulestr

from corpus.specimens import Specimen, specimens

ALL = specimens()

DIRECTIVE = {
    "kind", "number", "issuer", "place", "issued_on", "subject", "urgency", "secrecy", "signer", "recipients",
    "addressees",
}  # fmt: skip
TARGET = {
    "id", "task_path", "indicator", "comparator", "value", "value_max", "unit", "per", "period", "change", "baseline",
    "of", "parent_id", "text",
}  # fmt: skip
CITATION = {"kind", "number", "issued_on", "issuer", "subject", "text", "relation"}
DEADLINE = {
    "date": {"kind", "due", "text"},
    "period": {"kind", "start", "due", "text"},
    "recurring": {"kind", "rrule", "due", "text"},
    "relative": {"kind", "anchor", "offset", "working_days", "due", "text"},
    "ongoing": {"kind", "text"},
}
NUMBERING = re.compile(r"^(?:\d+(?:\.\d+)*[.)]|[IVX]+[.-]|[a-zđ][).]|[-+])\s+", re.MULTILINE)
DECIMAL = re.compile(r"-?\d+(\.\d+)?")


def folded(text: str) -> str:
    """The words in one line, with the closing "./." read as a full stop."""
    return " ".join(text.replace("./.", ".").split())


def words_of(specimen: Specimen) -> str:
    """The document folded, with the numbers of its units taken away, since a task's text has none."""
    return folded(NUMBERING.sub("", specimen.text()))


@pytest.fixture(params=ALL, ids=lambda s: s.name)
def specimen(request: pytest.FixtureRequest) -> Specimen:
    found: Specimen = request.param
    return found


def test_there_are_enough_of_them_in_a_stable_order() -> None:
    names = [s.name for s in ALL]
    assert len(names) >= 14
    assert names == sorted(names)
    assert [s.name for s in specimens()] == names


def test_a_text_without_gold_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "lonely.txt").write_text("CHỈ THỊ", "utf-8")
    with pytest.raises(FileNotFoundError):
        specimens(tmp_path)


def test_says_that_it_is_a_specimen(specimen: Specimen) -> None:
    gold = specimen.gold()["directive"]
    marked = "MẪU" in gold["recipients"][-1] or "(văn bản mẫu)" in (gold["subject"] or "")
    assert marked
    assert folded(gold["recipients"][-1]) in folded(specimen.text())


def test_is_composed_unicode(specimen: Specimen) -> None:
    for path in (specimen.text_path, specimen.gold_path):
        text = path.read_text("utf-8")
        assert unicodedata.is_normalized("NFC", text)


def test_gold_has_the_shape(specimen: Specimen) -> None:
    gold = specimen.gold()
    assert set(gold) - {"parts"} == {"schema_version", "directive", "tasks", "targets", "citations"}
    directive = gold["directive"]
    assert set(directive) == DIRECTIVE
    assert set(directive["signer"]) == {"name", "title", "authority", "for"}
    assert all(isinstance(x, str) for x in directive["recipients"] + directive["addressees"])
    for task in gold["tasks"]:
        assert set(task) == {"path", "heading", "text", "assignments", "deadlines"}
        for assignment in task["assignments"]:
            assert set(assignment) == {"role", "agency", "as_written", "source"}
            assert assignment["role"] in {"lead", "coordinate", "report_to", "supervise"}
            assert assignment["source"] in {"explicit", "heading", "addressees"}
            assert (assignment["as_written"] is None) == (assignment["source"] != "explicit")
        for deadline in task["deadlines"]:
            assert set(deadline) == DEADLINE[deadline["kind"]]
    for target in gold["targets"]:
        assert set(target) == TARGET
        assert target["comparator"] in {"=", ">=", "<=", ">", "<", "~"}
        assert target["change"] in {"level", "increase", "decrease"}
        assert DECIMAL.fullmatch(target["value"])
        assert target["value_max"] is None or DECIMAL.fullmatch(target["value_max"])
    for citation in gold["citations"]:
        assert set(citation) == CITATION
        assert citation["relation"] in {"basis", "amends", "replaces", "mention"}


def test_words_stand_in_the_document(specimen: Specimen) -> None:
    gold, words, plain = specimen.gold(), words_of(specimen), folded(specimen.text())
    for task in gold["tasks"]:
        assert task["text"] in words
        for label in (task["heading"] or "").split(" / "):
            assert label in words
        for assignment in task["assignments"]:
            if assignment["source"] == "explicit":
                assert assignment["as_written"] in task["text"]
        for deadline in task["deadlines"]:
            assert deadline["text"] in plain
    for fact in gold["targets"] + gold["citations"]:
        assert fact["text"] in words
    for line in gold["directive"]["recipients"]:
        assert line in plain
    for value in (gold["directive"]["subject"], gold["directive"]["place"], gold["directive"]["signer"]["name"]):
        assert value in plain


def test_paths_are_unique_but_for_units_split_between_leads(specimen: Specimen) -> None:
    by_path: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for task in specimen.gold()["tasks"]:
        assert task["path"]
        by_path.setdefault(tuple(task["path"]), []).append(task)
    for parts in by_path.values():
        leads = [{a["agency"] for a in p["assignments"] if a["role"] == "lead"} for p in parts]
        assert len({p["text"] for p in parts}) == len(parts)
        for i, one in enumerate(leads):
            assert all(not one & other for other in leads[i + 1 :])


def test_no_body_stands_twice_in_one_role(specimen: Specimen) -> None:
    for task in specimen.gold()["tasks"]:
        roles = [(a["role"], a["agency"]) for a in task["assignments"]]
        assert len(roles) == len(set(roles)), task["path"]


def test_targets_resolve(specimen: Specimen) -> None:
    gold = specimen.gold()
    ids = [t["id"] for t in gold["targets"]]
    assert len(ids) == len(set(ids))
    paths = [task["path"] for task in gold["tasks"]]
    for i, target in enumerate(gold["targets"]):
        assert target["parent_id"] is None or target["parent_id"] in ids[:i]
        if "tasks" in gold.get("parts", ["tasks"]):
            assert target["task_path"] in paths
            assert any(t["path"] == target["task_path"] and target["text"] in t["text"] for t in gold["tasks"])


def test_dates_and_rules_are_valid(specimen: Specimen) -> None:
    gold = specimen.gold()
    issued = gold["directive"]["issued_on"]
    signed = date.fromisoformat(issued) if issued else None
    for task in gold["tasks"]:
        for deadline in task["deadlines"]:
            due = date.fromisoformat(deadline["due"]) if deadline.get("due") else None
            start = date.fromisoformat(deadline["start"]) if deadline.get("start") else None
            if deadline["kind"] in {"date", "period"}:
                assert due is not None
                assert signed is None or due >= signed
            if due and start:
                assert start < due
            if deadline["kind"] == "recurring":
                assert rrulestr(deadline["rrule"]) is not None
            if deadline["kind"] == "relative":
                assert re.fullmatch(r"P(\d+[DWMY])?(T\d+H)?", deadline["offset"])
                assert deadline["anchor"] in {"signing", "receipt", "effect", "event"}
    for target in gold["targets"]:
        for bound in (target["period"] or {}).values():
            assert bound is None or date.fromisoformat(bound)
    for citation in gold["citations"]:
        if citation["issued_on"]:
            cited = date.fromisoformat(citation["issued_on"])
            assert signed is None or cited <= signed


def scorer() -> Path:
    shared = os.environ.get("DIRECTIVES_SHARED")
    root = Path(shared) if shared else Path(__file__).parents[2].parent / "shared"
    path = root / "record" / "score.py"
    if not path.is_file():
        pytest.skip("the scorer is not here: set DIRECTIVES_SHARED to the folder that holds record/score.py")
    return path


def test_gold_scores_full_marks_against_itself(specimen: Specimen, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    gold = str(specimen.gold_path)
    subprocess.run([sys.executable, str(scorer()), gold, gold, "--json", str(figures)], check=True, capture_output=True)
    for part, figure in json.loads(figures.read_text("utf-8")).items():
        assert figure["f1"] == 1.0, part
