"""Fitting and measuring the field of government: fitted on specimens and made sentences, measured on real documents.

The real documents stand in no repository; `fields_real.csv` holds their names and what a reader says they are about, with a
second field where readers would take either. They are read as the service reads them, and never used for fitting.
"""

from __future__ import annotations

import csv
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.specimens import specimens
from extractor import extract
from service.study import fields

FOLDER = Path(__file__).parent / "study"
WEIGHTS = Path(fields.__file__).with_name("field_weights.csv")

SENTENCES = 30  # made of each field
PENALTY = 3e-4
STEPS = 600
RATE = 20.0
KEPT = 120  # weights of a field, the strongest
FOLDS = 5
SHARPNESS = (1, 2, 4, 8, 12, 16, 24, 32)
_HEAD = (
    "# Trọng số của bộ phân lĩnh vực / weights of the classifier of fields; made by: python -m corpus fields --train\n"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A document as the classifier sees it, and the fields that readers give it, the first of them the best."""

    name: str
    known: Mapping[str, float]
    fields: Sequence[str]


def labels(file: str) -> dict[str, list[str]]:
    """Name of a document to its fields."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as rows:
        return {row["name"]: [row["field"], *filter(None, [row.get("also")])] for row in csv.DictReader(rows)}


def of_specimens() -> list[Judged]:
    said = labels("fields_specimens.csv")
    return [
        Judged(one.name, fields.features(*fields.material(extract(one.text_path, jobs=1))), said[one.name])
        for one in specimens()
        if one.name in said
    ]


def of_real(shared: Path) -> list[Judged]:
    """Those of the labelled real documents that are at hand."""
    found = []
    for name, said in labels("fields_real.csv").items():
        paths = (shared / "real" / f"{name}{suffix}" for suffix in (".txt", ".truth.txt", ".ref.txt"))
        if path := next((path for path in paths if path.is_file()), None):
            found.append(Judged(name, fields.features(*fields.material(extract(path, jobs=1))), said))
    return found


def made() -> list[Judged]:
    """Sentences of words that belong to a field, as a title and a task or two would have them."""
    chance = random.Random(1)
    found = []
    with (FOLDER / "fields_seeds.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            words = [word.strip() for word in row["words"].split(";")]
            for n in range(SENTENCES):
                title, *rest = chance.sample(words, 5)
                known = fields.features(f"tăng cường công tác {title}", ". ".join(rest))
                found.append(Judged(f"made {n}", known, [row["field"]]))
    return found


def fit(some: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Weights by field and pair: multinomial logistic regression, every field as heavy as any other, the strongest kept."""
    names = list(fields.FIELDS)
    often = Counter(pair for one in some for pair in one.known)
    pairs = sorted(pair for pair, count in often.items() if count > 1)
    column = {pair: n for n, pair in enumerate(pairs)}
    x = np.zeros((len(some), len(pairs)))
    for n, one in enumerate(some):
        for pair in one.known.keys() & column.keys():
            x[n, column[pair]] = one.known[pair]
    y = np.zeros((len(some), len(names)))
    y[np.arange(len(some)), [names.index(one.fields[0]) for one in some]] = 1
    # A specimen says more than a made sentence, and fields with many specimens no more than those with few.
    weight = np.array([1.0 if one.name.startswith("made") else 6.0 for one in some])
    weight = weight / (weight @ y)[y.argmax(1)]
    w = np.zeros((len(pairs), len(names)))
    for _ in range(STEPS):
        score = x @ w
        p = np.exp(score - score.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        w -= RATE * (x.T @ ((p - y) * weight[:, None]) / len(names) + PENALTY * w)
    found: dict[str, dict[str, float]] = {}
    for n, name in enumerate(names):
        strongest = np.argsort(-np.abs(w[:, n]))[:KEPT]
        found[name] = {pairs[m]: round(float(w[m, n]), 3) for m in strongest if abs(w[m, n]) >= 0.005}
    return found


def sharpness(real: Sequence[Judged], sentences: Sequence[Judged]) -> int:
    """By what the weights are multiplied so that the probabilities are honest: least log loss on specimens left out."""
    loss = dict.fromkeys(SHARPNESS, 0.0)
    for fold in range(FOLDS):
        weights = fit([*(one for n, one in enumerate(real) if n % FOLDS != fold), *sentences])
        for one in real[fold::FOLDS]:
            told = _scored(weights, one)
            for times in SHARPNESS:
                whole = math.log(sum(math.exp(times * score) for score in told.values()))
                loss[times] += whole - times * told[one.fields[0]]
    return min(SHARPNESS, key=lambda times: loss[times])


def _scored(weights: Mapping[str, Mapping[str, float]], one: Judged) -> dict[str, float]:
    return {
        field: sum(weight * one.known.get(pair, 0.0) for pair, weight in of_pairs.items())
        for field, of_pairs in weights.items()
    }


def train() -> None:
    """Fit anew and write the weights."""
    real, sentences = of_specimens(), made()
    times = sharpness(real, sentences)
    weights = fit([*real, *sentences])
    with WEIGHTS.open("w", encoding="utf-8", newline="") as file:
        file.write(_HEAD)
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["field", "pair", "weight"])
        for field, of_pairs in weights.items():
            ordered = sorted(of_pairs.items(), key=lambda one: (-one[1], one[0]))
            rows.writerows((field, pair, round(weight * times, 2)) for pair, weight in ordered)
    fields._weights.cache_clear()
    print(f"{len(real)} văn bản mẫu, {len(sentences)} câu tạo ra; hệ số {times}")


def report(shared: Path) -> int:
    """Print the figures on real documents and every error; how many documents were at hand."""
    judged = of_real(shared)
    right = exact = sure = sure_right = 0
    for one in judged:
        told = fields.scores(one.known)
        found = fields.best(told) if told else None
        good = found is not None and found.field in one.fields
        right += good
        exact += found is not None and found.field == one.fields[0]
        if found and not found.doubtful:
            sure += 1
            sure_right += good
        if not good:
            said = f"{found.field} {found.probability:.2f}" if found else "không rõ / none"
            print(f"  sai: {one.name}: {said}, người đọc: {', '.join(one.fields)}")
    if judged:
        print(
            f"{len(judged)} văn bản thật: đúng {right} ({right / len(judged):.3f}), đúng lĩnh vực thứ nhất {exact}; "
            f"không ngờ {sure}, trong đó đúng {sure_right}"
        )
    return len(judged)
