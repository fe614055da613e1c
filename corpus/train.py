"""Trains the second opinion (extractor/facts/second_opinion.py) and says what it is worth on texts that it was not trained on.

Training texts are made up (corpus/generator.py) or specimens, so the project's own; real documents only judge.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus import generator
from corpus.score import same_agency
from corpus.specimens import Specimen, specimens
from extractor.facts.agencies import Context, Mention, find_agencies
from extractor.facts.assignments import find_roles
from extractor.facts.citations import find_citations
from extractor.facts.second_opinion import LABELS, MENTION, features, opinions
from extractor.record import Role

SEED = 20
SENTENCES = 6000
SPECIMEN_WEIGHT = 3  # a specimen's task counts as much as so many made-up ones
FOLDS = 5
PARAMETERS = {"c1": 0.3, "c2": 0.05, "max_iterations": 150, "feature.possible_transitions": True}
_LABEL_OF: dict[Role | None, str] = {role: label for label, role in LABELS.items()} | {"supervise": "LEAD"}


@dataclass(frozen=True, slots=True)
class Example:
    """A unit's words, its bodies, and the label of each: what it should be, and what the grammars say."""

    text: str
    mentions: tuple[Mention, ...]
    labels: tuple[str, ...]
    ruled: tuple[str, ...]
    name: str = ""


def made_up(count: int, *, seed: int = SEED, folds: Sequence[int] = tuple(range(generator.FOLDS))) -> Iterator[Example]:
    """Examples of the generator. A body that the grammar does not find as it was put in is labelled by the overlap."""
    context = Context(issuer="Ủy ban nhân dân tỉnh Trung Giang")
    for made in generator.sentences(count, seed=seed, folds=folds):
        mentions = tuple(find_agencies(made.text, context=context))
        labels = tuple(
            next((label for start, end, label in made.spans if start < m.end and m.start < end), MENTION)
            for m in mentions
        )
        if mentions:
            yield Example(made.text, mentions, labels, _ruled(made.text, mentions, context))


def of_gold(gold: dict[str, Any], name: str) -> Iterator[Example]:
    """The tasks of a gold record that name somebody. A body that is named twice has its role where the grammars see it, else at first."""
    if "assignments" not in gold.get("parts", ["assignments"]):
        return
    context = Context(issuer=gold["directive"].get("issuer"))
    for task in gold["tasks"]:
        text = task["text"]
        cited = [(fact.start, fact.end) for fact in find_citations(text, preamble_end=0)]
        mentions = tuple(find_agencies(text, context=context, taken=cited))
        if not mentions:
            continue
        ruled = _ruled(text, mentions, context)
        labels = [MENTION] * len(mentions)
        for wanted in task["assignments"]:
            if wanted["source"] == "explicit" and wanted["role"] in _LABEL_OF:
                label = _LABEL_OF[wanted["role"]]
                same = [
                    i for i, m in enumerate(mentions) if labels[i] == MENTION and same_agency(m.name, wanted["agency"])
                ]
                if same:
                    labels[next((i for i in same if ruled[i] == label), same[0])] = label
        yield Example(text, mentions, tuple(labels), ruled, name)


def _ruled(text: str, mentions: Sequence[Mention], context: Context) -> tuple[str, ...]:
    roles = find_roles(text, mentions, offset=0, source="explicit", issuer=context.issuer)
    return tuple(_LABEL_OF[next((r.role for r in roles if r.start == m.start), None)] for m in mentions)


def fit(examples: Iterable[tuple[Example, int]], path: Path) -> None:
    """Trains on (example, how often) and writes the model."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(PARAMETERS)
    for example, times in examples:
        rows = features(example.text, example.mentions)
        for _ in range(times):
            trainer.append(rows, example.labels)
    trainer.train(str(path))


# --- what it is worth ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """A mention with its gold label, the grammars' label, the model's, and the model's marginal of each label."""

    gold: str
    ruled: str
    said: str
    shares: dict[str, float]


def judge(model: Path, examples: Iterable[Example]) -> list[Judged]:
    """What the model says of examples that it was not trained on."""
    judged: list[Judged] = []
    for example in examples:
        said = opinions(example.text, example.mentions, model=model)
        for opinion, gold, ruled in zip(said, example.labels, example.ruled, strict=True):
            shares = {_LABEL_OF[role]: share for role, share in opinion.marginals.items()}
            judged.append(Judged(gold, ruled, _LABEL_OF[opinion.role], shares))
    return judged


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Precision, recall and F1 of roles (mentions without a role aside) of the model and the grammars; how often a role of the
    grammars is right where the model agrees and where not; and of the roles that only the model sees, how many are right."""
    ruled = [j for j in judged if j.ruled != MENTION]
    only = {t: [j for j in judged if j.ruled == MENTION != j.said and j.shares[j.said] >= t] for t in (0.5, 0.8, 0.95)}
    return {
        "mentions": len(judged),
        "model": _f1([(j.gold, j.said) for j in judged]),
        "grammars": _f1([(j.gold, j.ruled) for j in judged]),
        "role of the grammars, model agrees": _share([j.gold == j.ruled for j in ruled if j.said == j.ruled]),
        "role of the grammars, model disagrees": _share([j.gold == j.ruled for j in ruled if j.said != j.ruled]),
        "role of the model alone": {f">= {t}": _share([j.gold == j.said for j in found]) for t, found in only.items()},
        "reliability": {
            f"{low}-{high}": _share([j.gold == j.said for j in judged if low <= j.shares[j.said] < high])
            for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 0.99), (0.99, 1.01))
        },
    }


def _f1(pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    right = sum(gold == said != MENTION for gold, said in pairs)
    found, wanted = (sum(pair[side] != MENTION for pair in pairs) for side in (1, 0))
    precision, recall = right / found if found else 1.0, right / wanted if wanted else 1.0
    both = precision + recall
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / both if both else 0.0, 4),
        "gold": wanted,
    }


def _share(hits: Sequence[bool]) -> dict[str, float | int | None]:
    return {"right": round(sum(hits) / len(hits), 4) if hits else None, "of": len(hits)}


def held_out(made: Sequence[Example], known: Sequence[Specimen], folder: Path) -> Iterator[tuple[list[str], Path]]:
    """Models that did not see some specimens: (their names, the model), every specimen left out once."""
    names = sorted(s.name for s in known)
    random.Random(SEED).shuffle(names)
    examples = [e for s in known for e in of_gold(s.gold(), s.name)]
    for fold in range(FOLDS):
        out = names[fold::FOLDS]
        path = folder / f"fold-{fold}.crfsuite"
        fit([*((e, 1) for e in made), *((e, SPECIMEN_WEIGHT) for e in examples if e.name not in out)], path)
        yield out, path


def train(folder: Path, *, count: int = SENTENCES, real: Path | None = None, quick: bool = False) -> dict[str, Any]:
    """Trains the model that ships, writes it and figures.json into `folder`, and gives the figures.

    `real` is a folder of real gold records, which only judge. `quick` leaves the figures out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = specimens()
    made = list(made_up(count))
    examples = [e for s in known for e in of_gold(s.gold(), s.name)]
    model = folder / "model.crfsuite"
    fit([*((e, 1) for e in made), *((e, SPECIMEN_WEIGHT) for e in examples)], model)
    out: dict[str, Any] = {
        "seed": SEED,
        "made-up examples": len(made),
        "specimens": len(known),
        "examples of specimens": len(examples),
        "bytes": model.stat().st_size,
    }
    if quick:
        return out
    with tempfile.TemporaryDirectory() as place:
        unseen = Path(place) / "unseen.crfsuite"
        fit(((e, 1) for e in made_up(count // 3, seed=SEED + 1, folds=(0, 1, 2))), unseen)
        out["patterns and bodies not trained on"] = figures(judge(unseen, made_up(600, seed=SEED + 2, folds=(3,))))
        judged = [
            j
            for names, path in held_out(made, known, Path(place))
            for j in judge(path, [e for e in examples if e.name in names])
        ]
        out["specimens not trained on"] = figures(judged)
    golds = sorted(real.rglob("*.gold.json")) if real and real.is_dir() else []
    if golds:
        ours = [e for path in golds for e in of_gold(json.loads(path.read_text("utf8")), path.stem)]
        out["real documents"] = {"documents": len({e.name for e in ours}), **figures(judge(model, ours))}
    (folder / "figures.json").write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", "utf8")
    return out
