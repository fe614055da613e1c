"""Measures how often facts are right, by kind and rule, and makes the tables that confidences come from.

A fact is judged against the gold record with the matching of `corpus.score`: an assignment by its task, role and agency, a deadline by
its task and date, a target by value and indicator, a task by its words and path, each field of the head on its own. What the gold does not
vouch for is not judged.

Rules are improved on the documents at hand, which then say nothing about the next document. So a specimen is judged for good when it is
first seen, and `first_sight.csv` keeps what was right then; the weights are fitted on these facts alone. Older documents count only where
rules are compared. The tables are tested the same way: each document's confidences come from tables of the others (`left_out`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from corpus import score
from extractor.facts.confidence import LEVEL, SIGNS, SLOPE, STATED, Basis, Measured, Reliability

KNOWLEDGE = Path(__file__).parents[1] / "extractor" / "knowledge"
FIRST_SIGHT = Path(__file__).parent / "first_sight.csv"
ENOUGH = 60  # facts of a kind at first sight before its weights are fitted: few, as they hold to what is stated
# How firmly a weight holds to its stated value, as a variance in log-odds: a sign seen seldom moves little.
FREEDOM: Mapping[str, float] = {LEVEL: 1.0, SLOPE: 0.02, STATED: 0.25}
FREEDOM_OF_SIGNS = 0.5
FIELDS = ("kind", "number", "issuer", "place", "issued_on", "subject", "signer")
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
VALUE = "target value"  # judged beside the whole target; no field of its own

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A fact of a document, what its confidence rests on, and whether it is right."""

    document: str
    basis: Basis
    right: bool


# --- right or wrong -------------------------------------------------------------------------------------------------------


def judge(document: str, record: Json, bases: Mapping[str, Basis], gold: Json) -> list[Judged]:
    """Every fact of the record (its JSON) that the gold vouches for, right or wrong; `bases` by the field's path."""
    parts = set(gold.get("parts") or score.PARTS)
    found = [
        *(_header(record["directive"], gold.get("directive") or {}) if "header" in parts else ()),
        *(_recipients(record["directive"], gold.get("directive") or {}) if "recipients" in parts else ()),
        *_tasks(record["tasks"], gold.get("tasks") or [], parts),
    ]
    targets = record["targets"], gold.get("targets") or []
    if "targets" in parts:
        found += _named("targets", matched(*targets, score.same_target))
    if "citations" in parts:
        found += _named("citations", matched(record["citations"], gold.get("citations") or [], score.same_citation))
    judged = [Judged(document, bases[place], right) for place, right in found if place in bases]
    if "target values" in parts:
        values = _named("targets", matched(*targets, score.same_value))
        judged += [Judged(document, replace(bases[p], kind=VALUE), right) for p, right in values if p in bases]
    return judged


def matched(found: Sequence[Json], gold: Sequence[Json], same: Callable[[Json, Json], bool]) -> list[bool]:
    """Which entries are right: each gold entry takes the first free one that is the same."""
    right = [False] * len(found)
    for want in gold:
        hit = next((i for i, entry in enumerate(found) if not right[i] and same(entry, want)), None)
        if hit is not None:
            right[hit] = True
    return right


def _named(place: str, right: Iterable[bool]) -> list[tuple[str, bool]]:
    return [(f"{place}[{i}]", entry) for i, entry in enumerate(right)]


def _header(found: Json, gold: Json) -> list[tuple[str, bool]]:
    judged = []
    for name in FIELDS:
        if found.get(name) and gold.get(name):
            one = {"directive": {name: gold[name]}, "parts": ["header"]}
            count = score.score({"directive": {name: found[name]}}, one)["header"]
            if count.gold:
                judged.append((f"directive.{name}", count.right == count.gold))
    return judged


def _recipients(found: Json, gold: Json) -> list[tuple[str, bool]]:
    def text(entry: Any) -> str:
        return entry if isinstance(entry, str) else str(entry.get("text") or entry.get("as_written") or "")

    lines = [{"text": text(entry)} for entry in found.get("recipients") or []]
    wanted = [{"text": text(entry)} for entry in gold.get("recipients") or []]
    return _named("directive.recipients", matched(lines, wanted, lambda a, b: score.alike(a["text"], b["text"]) >= 0.9))


def _tasks(found: Sequence[Json], gold: Sequence[Json], parts: set[str]) -> list[tuple[str, bool]]:
    pairs = score.align([str(task["text"]) for task in found], [str(task["text"]) for task in gold])
    theirs = {f: (share, gold[g]) for share, f, g in pairs}
    judged: list[tuple[str, bool]] = []
    for i, task in enumerate(found):
        share, own = theirs.get(i, (0.0, {"assignments": [], "deadlines": []}))
        place = f"tasks[{i}]"
        if "tasks" in parts:
            same_path = "paths" not in parts or [str(s) for s in own.get("path") or []] == list(task["path"])
            judged.append((place, share >= score.RIGHT and same_path))
        if "assignments" in parts:
            judged += _named(
                f"{place}.assignments", matched(task["assignments"], own["assignments"], score.same_assignment)
            )
        if "deadlines" in parts:
            judged += _named(f"{place}.deadlines", matched(task["deadlines"], own["deadlines"], score.same_deadline))
    return judged


# --- first sight ----------------------------------------------------------------------------------------------------------


def seen(path: Path = FIRST_SIGHT) -> dict[str, list[Judged]]:
    """The facts of each specimen at first sight; none for one that was at hand while the rules were written."""
    documents: dict[str, list[Judged]] = {}
    if path.exists():
        with path.open(encoding="utf8", newline="") as lines:
            for row in csv.DictReader(lines):
                facts = documents.setdefault(row["document"], [])
                if row["kind"]:
                    basis = Basis(
                        row["kind"],
                        row["rule"],
                        float(row["stated"]),
                        tuple(row["signs"].split("|")) if row["signs"] else (),
                    )
                    facts.append(Judged(row["document"], basis, row["right"] == "1"))
    return documents


def keep(documents: Mapping[str, Sequence[Judged]], path: Path = FIRST_SIGHT) -> None:
    """Writes the facts of first sight, by document, in the order found."""
    rows: list[Sequence[object]] = []
    for document, facts in sorted(documents.items()):
        rows += [
            (document, f.basis.kind, f.basis.rule, f.basis.stated, "|".join(f.basis.signs), int(f.right)) for f in facts
        ]
        if not facts:
            rows.append((document, "", "", "", "", ""))
    path.write_text(_csv(("document", "kind", "rule", "stated", "signs", "right"), rows), "utf8")


def at_first_sight(judged: Iterable[Judged], first: Mapping[str, Sequence[Judged]]) -> tuple[list[Judged], set[str]]:
    """The facts with those of first sight in the place of today's, and the documents that have such."""
    fresh = {document for document, facts in first.items() if facts}
    return [fact for fact in judged if fact.document not in fresh] + [f for d in sorted(fresh) for f in first[d]], fresh


# --- the tables -----------------------------------------------------------------------------------------------------------


def fit(judged: Sequence[Judged], fresh: Collection[str] = ()) -> Reliability:
    """The tables of these facts: rules counted, and for kinds with enough facts the weights.

    Weights are fitted on the facts of `fresh` documents, judged at first sight; without such documents on all.
    """
    rules = _counted(judged)
    plain = Reliability(rules, {})
    weights: dict[tuple[str, str], float] = {}
    for kind, facts in _by_kind(judged).items():
        facts = [fact for fact in facts if fact.document in fresh] if fresh else facts
        if kind == VALUE or len(facts) < ENOUGH:
            continue
        signs = sorted({sign for fact in facts for sign in fact.basis.signs})
        names = [LEVEL, SLOPE, STATED, *signs]
        table = np.zeros((len(facts), len(names)))
        for row, fact in zip(table, facts, strict=True):
            terms = plain.features(fact.basis)
            row[:] = [terms.get(name, 0.0) for name in names]
        fitted = _logistic(
            table,
            np.array([fact.right for fact in facts], dtype=float),
            np.array([SIGNS[name] for name in names]),
            np.array([FREEDOM.get(name, FREEDOM_OF_SIGNS) for name in names]),
        )
        weights.update({(kind, name): round(float(weight), 3) for name, weight in zip(names, fitted, strict=True)})
    return Reliability(rules, weights)


def _counted(judged: Iterable[Judged]) -> dict[tuple[str, str], Measured]:
    facts: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for fact in judged:
        facts[fact.basis.kind, fact.basis.rule].append(fact)
    return {
        key: Measured(
            len(own),
            sum(fact.right for fact in own),
            len({fact.document for fact in own}),
            round(sum(fact.basis.stated for fact in own) / len(own), 3),
        )
        for key, own in facts.items()
    }


def _by_kind(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    kinds: dict[str, list[Judged]] = {}
    for fact in judged:
        kinds.setdefault(fact.basis.kind, []).append(fact)
    return dict(sorted(kinds.items()))


def _logistic(
    table: np.ndarray[Any, Any],
    right: np.ndarray[Any, Any],
    stated: np.ndarray[Any, Any],
    freedom: np.ndarray[Any, Any],
) -> np.ndarray[Any, Any]:
    """Logistic regression by Newton's method, weights drawn towards the stated ones with these variances."""
    weights = stated.copy()
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (right - p) - (weights - stated) / freedom
        curve = (table * (p * (1 - p))[:, None]).T @ table + np.diag(1 / freedom)
        step = np.clip(np.linalg.solve(curve, slope), -1, 1)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def tables(judged: Sequence[Judged], fresh: Collection[str] = ()) -> dict[str, str]:
    """The two data files by name, as text."""
    made = fit(judged, fresh)
    signs: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for fact in judged:
        if fresh and fact.document not in fresh:
            continue
        for sign in (LEVEL, SLOPE, STATED, *fact.basis.signs):
            signs[fact.basis.kind, sign] += 1
            right[fact.basis.kind, sign] += fact.right
    documents = len({fact.document for fact in judged})
    note = f"# Made by `python -m corpus calibrate` from {documents} judged documents, {len(set(fresh))} of them judged at first sight."
    return {
        "reliability.csv": f"{note} How often the facts of a rule are right; `stated` is the mean prior that the grammar states.\n"
        + _csv(
            ("kind", "rule", "n", "right", "documents", "stated"),
            [(*key, m.n, m.right, m.documents, m.stated) for key, m in sorted(made.rules.items())],
        ),
        "evidence.csv": f"{note} What a sign adds to the log-odds of a fact, fitted at first sight; `n` facts had it then, `right` of them were right.\n"
        + _csv(
            ("kind", "sign", "n", "right", "weight"),
            [(*key, signs[key], right[key], weight) for key, weight in sorted(made.weights.items())],
        ),
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


# --- do the confidences mean what they say? -----------------------------------------------------------------------------


def left_out(
    judged: Iterable[Judged], reference: Sequence[Judged], fresh: Collection[str] = ()
) -> list[tuple[Judged, float]]:
    """Each fact with the confidence that tables made of the reference without its own document give it."""
    documents: dict[str, list[Judged]] = {}
    for fact in judged:
        if fact.basis.kind != VALUE:
            documents.setdefault(fact.document, []).append(fact)
    found = []
    for document, facts in documents.items():
        made = fit([fact for fact in reference if fact.document != document], set(fresh) - {document})
        found += [(fact, made.confidence(fact.basis)) for fact in facts]
    return found


def calibration_error(rated: Sequence[tuple[Judged, float]]) -> float:
    """The expected calibration error over the bins: |mean confidence - share right|, weighted by facts."""
    return sum(len(own) * abs(_mean(own) - _share(own)) for own in _bins(rated) if own) / max(1, len(rated))


def reliability_table(rated: Sequence[tuple[Judged, float]]) -> str:
    """Per kind and over all: in each bin of confidence the facts, their mean confidence, the share that is right."""
    kinds: dict[str, list[tuple[Judged, float]]] = {}
    for fact, sure in rated:
        kinds.setdefault(fact.basis.kind, []).append((fact, sure))
    edges = [f"{low:.2f}–{min(high, 1):.2f}" for low, high in pairwise(BINS)]
    lines = [f"{'độ tin cậy':12}" + "".join(f"{edge:>17}" for edge in edges) + f"{'ECE':>8}{'n':>7}"]
    for kind, own in [*sorted(kinds.items()), ("tất cả", list(rated))]:
        cells = [f"{len(b):5} {_mean(b):.2f}→{_share(b):.2f}" if b else "–" for b in _bins(own)]
        lines.append(
            f"{kind:12}" + "".join(f"{cell:>17}" for cell in cells) + f"{calibration_error(own):8.3f}{len(own):7}"
        )
    surest = _bins(rated)[-1]
    share = f"{100 * _share(surest):.1f}%" if surest else "–"
    return "\n".join([*lines, f"từ {BINS[-2]:.2f} trở lên: {len(surest)} trên {len(rated)} giá trị, đúng {share}"])


def _bins(rated: Sequence[tuple[Judged, float]]) -> list[list[tuple[Judged, float]]]:
    return [[r for r in rated if low <= r[1] < high] for low, high in pairwise(BINS)]


def _mean(rated: Sequence[tuple[Judged, float]]) -> float:
    return sum(sure for _, sure in rated) / len(rated)


def _share(rated: Sequence[tuple[Judged, float]]) -> float:
    return sum(fact.right for fact, _ in rated) / len(rated)
