"""Runs the pipeline over documents with gold records: how right it is, how fast, and what it gained or lost.

A document is a specimen (as text, or as a scan made of it), or a file with `NAME.gold.json` beside it (what the record
should be) or `NAME.truth.txt` (what the pages say; gives the character error rate).
"""

from __future__ import annotations

import json
import multiprocessing
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.cer import cer
from corpus.score import PARTS, Score, macro, score, total
from corpus.specimens import specimens

if TYPE_CHECKING:
    from corpus.calibrate import Judged
    from extractor.facts import Facts
    from extractor.layout.document import LaidPage

COMMITTED = Path(__file__).with_name("figures.json")  # of the specimens, as `evaluate --keep` last wrote them
RECIPES_BY_DEFAULT = ("office", "fax-200")
SOURCES = (".txt", ".md", ".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
_GIVEN = (".txt", ".md")  # text that needs no reading


@dataclass(frozen=True, slots=True)
class Case:
    """A document to run: its group in the totals, its file (for a made scan the text), gold record and truth text."""

    name: str
    group: str
    path: Path
    gold: Path | None = None
    truth: Path | None = None
    recipe: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a document: pages, seconds of the pipeline alone, score, character error rate, or the error.

    `judged` are its facts, right or wrong, with what their confidences rest on.
    """

    case: Case
    pages: int
    seconds: float
    score: Score | None
    cer: float | None
    error: str | None = None
    judged: tuple[Judged, ...] = ()


def specimen_cases(recipes: Sequence[str] = RECIPES_BY_DEFAULT) -> list[Case]:
    """Every specimen as text, and as a scan of every recipe."""
    known = specimens()
    texts = [Case(s.name, "text", s.text_path, s.gold_path) for s in known]
    scans = [Case(s.name, recipe, s.text_path, s.gold_path, recipe=recipe) for recipe in recipes for s in known]
    return texts + scans


def file_cases(places: Iterable[Path]) -> list[Case]:
    """The documents among these files and in these folders (not below them) that have a gold record or a truth text."""
    cases = []
    for place in places:
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        for path in files:
            if path.suffix.lower() not in SOURCES or path.stem.endswith((".truth", ".ref")):
                continue
            gold, truth = path.with_name(f"{path.stem}.gold.json"), path.with_name(f"{path.stem}.truth.txt")
            if gold.exists() or truth.exists():
                group = "text" if path.suffix.lower() in _GIVEN else "scan"
                cases.append(
                    Case(path.stem, group, path, gold if gold.exists() else None, truth if truth.exists() else None)
                )
    return cases


def calibration_cases(shared: Path) -> list[Case]:
    """The texts that confidences are calibrated on: the specimens, and what is at hand of real texts and of the true texts of scans."""
    cases = specimen_cases(())
    texts, scans = shared / "real" / "texts", shared / "real" / "scans"
    if texts.is_dir():
        cases += [case for case in file_cases([texts]) if case.gold and case.group == "text"]
    if scans.is_dir():
        cases += [
            Case(case.name, "text", case.truth, case.gold) for case in file_cases([scans]) if case.gold and case.truth
        ]
    return cases


def evaluate(cases: Sequence[Case], jobs: int = 2) -> Iterator[Outcome]:
    """The outcomes, in the order of the cases.

    Texts run `jobs` at a time; scans one by one, as the pipeline itself shares out their pages.
    """
    texts = [case for case in cases if case.path.suffix.lower() in _GIVEN and not case.recipe]
    if jobs > 1 and len(texts) > 2:
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            futures = {case: pool.submit(run, case) for case in texts}
            for case in cases:
                yield futures[case].result() if case in futures else run(case)
    else:
        yield from map(run, cases)


def run(case: Case) -> Outcome:
    """Extracts one document and scores it. Errors of the pipeline are outcomes too: an empty record."""
    from corpus.calibrate import judge  # late: it loads language models

    truth = truth_text(case.truth) if case.truth else None
    with tempfile.TemporaryDirectory() as folder:
        source: Path | bytes = case.path
        if case.recipe:
            from corpus.scan import make_scan

            made = make_scan(case.path.read_text("utf8"), recipe=case.recipe, seed=_seed(case))
            truth = made.truth
            source = Path(folder) / f"{case.name}.pdf"
            source.write_bytes(made.pdf)
        elif case.path.name.endswith(".truth.txt"):
            source = truth_text(case.path).encode()
        elif case.path.suffix.lower() == ".md":
            source = case.path.read_bytes()
        began = time.perf_counter()
        try:
            pages, facts = traced(source)
        except Exception as fault:
            gold = _gold(case)
            return Outcome(
                case,
                0,
                time.perf_counter() - began,
                score({}, gold) if gold else None,
                None,
                f"{type(fault).__name__}: {fault}",
            )
        seconds = time.perf_counter() - began
    gold = _gold(case)
    record = {
        "directive": facts.directive.model_dump(mode="json"),
        "tasks": [task.model_dump(mode="json") for task in facts.tasks],
        "targets": [target.model_dump(mode="json") for target in facts.targets],
        "citations": [citation.model_dump(mode="json") for citation in facts.citations],
    }
    return Outcome(
        case=case,
        pages=len(pages),
        seconds=seconds,
        score=score(record, gold) if gold else None,
        cer=cer("\n".join(page.text for page in pages), truth) if truth is not None else None,
        judged=tuple(judge(case.name, record, facts.bases, gold)) if gold else (),
    )


def traced(source: Path | bytes) -> tuple[tuple[LaidPage, ...], Facts]:
    """The steps of `extractor.extract`, keeping what a record leaves out: what each confidence rests on."""
    from extractor.facts import read_facts
    from extractor.layout import lay_out
    from extractor.reading.open import read

    file = read(source)
    document = lay_out(file.pages)
    facts = read_facts(document, sha256=file.sha256, signatures=file.signatures, file_name=file.file_name)
    return document.pages, facts


def _gold(case: Case) -> dict[str, Any] | None:
    if not case.gold:
        return None
    gold: dict[str, Any] = json.loads(case.gold.read_text("utf8"))
    return gold


def truth_text(path: Path) -> str:
    """A truth text without its page marks."""
    return re.sub(r"(?m)^=+ *(page|trang) \d+ *=+$", "", path.read_text("utf8"))


def _seed(case: Case) -> int:
    """A seed of the document's own, the same on every run."""
    return sum(ord(letter) * (i + 1) for i, letter in enumerate(f"{case.name} {case.recipe}")) % 100_000


def line(outcome: Outcome) -> str:
    """One document as a line of the table."""
    case = outcome.case
    rate = f"{100 * outcome.cer:6.2f}%" if outcome.cer is not None else "      –"
    parts = " ".join(_short(outcome.score, part) for part in PARTS) if outcome.score else ""
    fault = f"  LỖI {outcome.error}" if outcome.error else ""
    return f"{case.name[:38]:38} {case.group[:10]:10} {outcome.pages:3} {outcome.seconds:6.1f} {rate} {parts}{fault}"


def head() -> str:
    """The head over the lines."""
    return f"{'văn bản':38} {'loại':10} {'tr.':>3} {'giây':>6} {'CER':>7} " + " ".join(
        f"{part[:6]:>6}" for part in PARTS
    )


def _short(score: Score, part: str) -> str:
    return f"{score[part].f1:6.3f}" if score[part].gold else f"{'–':>6}"


def totals(outcomes: Sequence[Outcome]) -> str:
    """The totals of each group: precision, recall, F1 over all documents (micro), mean F1 (macro), CER, seconds."""
    out = []
    for group, members in _groups(outcomes).items():
        scores = [outcome.score for outcome in members if outcome.score]
        rates = [outcome.cer for outcome in members if outcome.cer is not None]
        seconds = sum(outcome.seconds for outcome in members)
        pages = sum(outcome.pages for outcome in members)
        rate = f", CER trung bình {100 * sum(rates) / len(rates):.2f}%" if rates else ""
        out.append(
            f"\n{group}: {len(members)} văn bản, {pages} trang, {seconds / len(members):.1f} giây một văn bản{rate}"
        )
        if scores:
            out.append(f"{'phần':15}{'precision':>10}{'recall':>8}{'F1':>8}{'macro':>8}{'gold':>6}")
            whole = total(scores)
            for part in PARTS:
                c = whole[part]
                if c.gold or c.wrong:
                    out.append(
                        f"{part:15}{c.precision:10.3f}{c.recall:8.3f}{c.f1:8.3f}{macro(scores, part):8.3f}{c.gold:6}"
                    )
    return "\n".join(out)


def figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The figures as JSON: by group the totals and the documents."""
    out: dict[str, Any] = {}
    for group, members in _groups(outcomes).items():
        scores = [outcome.score for outcome in members if outcome.score]
        whole = total(scores)
        rates = [outcome.cer for outcome in members if outcome.cer is not None]
        out[group] = {
            "cer": sum(rates) / len(rates) if rates else None,
            "seconds": sum(outcome.seconds for outcome in members),
            "pages": sum(outcome.pages for outcome in members),
            "parts": {
                part: {**_figures(whole, part), "macro": macro(scores, part)} for part in PARTS if whole[part].gold
            },
            "documents": {
                outcome.case.name: {
                    "cer": outcome.cer,
                    "seconds": outcome.seconds,
                    "error": outcome.error,
                    "errors": sorted(outcome.score.errors) if outcome.score else [],
                    "parts": {
                        part: _figures(outcome.score, part)
                        for part in PARTS
                        if outcome.score and outcome.score[part].gold
                    },
                }
                for outcome in members
            },
        }
    return out


def compare(now: dict[str, Any], before: dict[str, Any]) -> str:
    """Gains and losses against the figures of another run: totals in points of F1 (and of CER), documents, and each case.

    A case is an error that is gone (+) or new (−).
    """
    out: list[str] = []
    for group, ours in now.items():
        theirs = before.get(group)
        if not theirs:
            out.append(f"{group}: không có trong lần trước")
            continue
        changes = _changes("tổng", ours, theirs)
        for name, document in ours["documents"].items():
            if name in theirs["documents"]:
                changes += _changes(name, document, theirs["documents"][name])
                changes += _cases(document["errors"], theirs["documents"][name].get("errors", []))
        out += [f"{group}:", *(changes or ["  không đổi"])]
    return "\n".join(out)


def _changes(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    out = []
    for part in PARTS:
        if part in ours["parts"] and part in theirs["parts"]:
            gain = ours["parts"][part]["f1"] - theirs["parts"][part]["f1"]
            if abs(gain) >= 0.0005:
                out.append(f"  {name[:40]:40} {part:15} {100 * gain:+6.1f}  → {ours['parts'][part]['f1']:.3f}")
    if ours["cer"] is not None and theirs["cer"] is not None and abs(ours["cer"] - theirs["cer"]) >= 0.00005:
        out.append(
            f"  {name[:40]:40} {'CER':15} {100 * (ours['cer'] - theirs['cer']):+6.2f}  → {100 * ours['cer']:.2f}%"
        )
    return out


def _cases(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    now, before = Counter(ours), Counter(theirs)
    gone, new = sorted((before - now).elements()), sorted((now - before).elements())
    return [f"    + hết lỗi: {error}" for error in gone] + [f"    − lỗi mới: {error}" for error in new]


def _figures(score: Score, part: str) -> dict[str, float]:
    count = score[part]
    return {"precision": count.precision, "recall": count.recall, "f1": count.f1, "gold": count.gold}


def _groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.group, []).append(outcome)
    return groups
