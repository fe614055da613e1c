"""A second opinion on who has which role: a small trained model that reads the same words as the grammars, in another way.

A conditional random field (CRF) over the agencies of a unit: one link of the chain is one mention, its features are the words around it.
The model never decides alone: where it does not hold a role of the grammars for likely, the role is more doubtful (`weigh`).
How it was trained and what it scores stands in models/second-opinion/README.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import regex as re

from extractor.facts.agencies import Mention, begins_predicate
from extractor.facts.assignments import RoleFact, sentences
from extractor.knowledge import spelling
from extractor.record import AssignmentSource, Role

MENTION = "MENTION"  # an agency without a role
LABELS: Mapping[str, Role | None] = {"LEAD": "lead", "COORD": "coordinate", "REPORT": "report_to", MENTION: None}
NAME = Path("models") / "second-opinion" / "model.crfsuite"
# Beside the package where it is installed from a wheel, at the top of the repository otherwise.
_PLACES = (Path(__file__).parents[1] / NAME, Path(__file__).parents[2] / NAME)
_lock = Lock()  # a tagger holds the chain that it works on


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of a mention: its likeliest role (None: merely named), and the marginal probability of each (0 to 1)."""

    mention: Mention
    role: Role | None
    probability: float
    marginals: Mapping[Role | None, float]


@cache
def _tagger(path: Path | None = None) -> Any | None:
    try:
        import pycrfsuite

        tagger = pycrfsuite.Tagger()
        tagger.open(str(path or next(p for p in _PLACES if p.is_file())))
    except Exception as fault:  # an opinion is an extra: without it the record is still made
        logging.getLogger(__name__).debug("no second opinion: %r", fault)
        return None
    return tagger


def available() -> bool:
    """Whether the model is there. If not, `opinions` is empty; the record should say so (`no-second-opinion`)."""
    return _tagger() is not None


def opinions(text: str, mentions: Sequence[Mention], *, model: Path | None = None) -> list[Opinion]:
    """The model's opinion on each of the mentions of a unit's words, in their order; empty if there is no model.

    `model` is another model's file (evaluation); by default the one that ships.
    """
    tagger = _tagger(model) if mentions else None
    if tagger is None:
        return []
    said: list[Opinion] = []
    with _lock:
        try:
            tagger.set(features(text, mentions))
            known = [label for label in LABELS if label in tagger.labels()]
            for i, mention in enumerate(mentions):
                shares = {LABELS[label]: tagger.marginal(label, i) for label in known}
                role = max(shares, key=lambda r: shares[r])
                said.append(Opinion(mention, role, shares[role], shares))
        except ValueError:
            return []
    return said


# --- what the model sees ------------------------------------------------------------------------------------------------

_SYLLABLE = re.compile(r"\w+(?:[&.]\w+)*|[^\w\s]")
_CUES = (
    "chủ trì", "phối hợp", "cùng", "giao", "phân công", "yêu cầu", "đề nghị", "chỉ đạo", "hướng dẫn", "đôn đốc", "kiểm tra", "hỗ trợ", "vận động", "đối với", "báo cáo", "trình", "gửi",
    "tham mưu", "đề xuất", "kiến nghị", "phản ánh", "xin ý kiến", "thông báo", "qua", "thông qua", "giúp", "do", "của", "thuộc", "tại", "theo", "với", "cho", "về", "để", "được", "cung cấp", "tiếp nhận", "chuyển",
    "ban hành", "thành lập", "bầu", "giám sát", "có trách nhiệm", "chịu trách nhiệm", "tổng hợp", "ý kiến", "kết luận", "văn bản", "quyết định", "đại biểu", "trên cơ sở", "khi", "nếu", "trong đó",
)  # fmt: skip
_CUE = re.compile(r"(?<!\w)(?:" + "|".join(sorted(_CUES, key=len, reverse=True)) + r")(?!\w)")
_LISTED = re.compile(r"\s*(?:,|;|và|hoặc|,\s*và|;\s*và|-|–)?\s*(?:lãnh đạo|đại diện)?\s*")


def features(text: str, mentions: Sequence[Mention]) -> list[list[str]]:
    """One list of attributes for each mention of a unit's words: the words since the last mention, the cues among them, the words after,
    its place in the clause, what kind of body it is."""
    view = spelling.modern(text).lower()
    rows: list[list[str]] = []
    for number, (start, end, inside) in enumerate(_clauses(text, mentions)):
        opening = _words(view[start : start + 40])[:2]
        last_end = start
        for i, m in enumerate(inside):
            gap = view[last_end : m.start]
            row = ["bias", f"opening={' '.join(opening)}", f"nth={min(i, 3)}", f"clause={min(number, 1)}"]
            row += _before(gap, first=i == 0, cues=_CUE.findall(view[start : m.start]))
            listed = i + 1
            while listed < len(inside) and _LISTED.fullmatch(view[inside[listed - 1].end : inside[listed].start]):
                listed += 1
            row += _after(view, m.end, inside[listed - 1].end, end)
            row += _kind(view, m)
            if view.count("(", start, m.start) > view.count(")", start, m.start):
                row.append("in parentheses")
            rows.append(row)
            last_end = m.end
    return rows


def _clauses(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int, list[Mention]]]:
    """The clauses that name somebody. Every mention is in exactly one, whatever the marks inside its name."""
    bounds = sentences(text) or [(0, len(text))]
    left = list(mentions)
    for i, (start, end) in enumerate(bounds):
        until = bounds[i + 1][0] if i + 1 < len(bounds) else len(text) + 1
        inside = [m for m in left if m.start < until]
        left = left[len(inside) :]
        if inside:
            yield min(start, inside[0].start), max(end, inside[-1].end), inside


def _words(text: str) -> list[str]:
    return _SYLLABLE.findall(text)


def _before(gap: str, *, first: bool, cues: Sequence[str]) -> list[str]:
    edge = "^" if first else "@"  # the clause's beginning, or the mention before
    words = [edge, edge, *_words(gap)]
    size = len(words) - 2
    row = [
        f"-1={words[-1]}", f"-2={words[-2]}", f"-2,-1={words[-2]} {words[-1]}",
        f"size={edge}{size if size < 3 else 3 if size < 6 else 6 if size < 12 else 12}",
    ]  # fmt: skip
    if size > 2:
        row += [f"-3={words[-3]}", f"-3,-1={' '.join(words[-3:])}"]
    row += [f"cue={edge}{cue}" for cue in dict.fromkeys(_CUE.findall(gap))]
    row.append(f"last cue={cues[-1] if cues else ''}")
    row.append(f"last cues={' '.join(cues[-2:])}")
    if not first and _LISTED.fullmatch(gap):
        row.append("listed")
    return row


def _after(view: str, end: int, list_end: int, clause_end: int) -> list[str]:
    words = [*_words(view[end : min(clause_end, end + 40)]), "$", "$"]
    after = [*_words(view[list_end : min(clause_end, list_end + 40)]), "$", "$"]
    row = [f"+1={words[0]}", f"+1,+2={words[0]} {words[1]}", f"list+1={after[0]}", f"list+1,+2={after[0]} {after[1]}"]
    if after[0] == ",":
        row.append(f"list+2,+3={' '.join(after[1:3])}")
    if begins_predicate(view, list_end):
        row.append("acts")
    return row


def _kind(view: str, m: Mention) -> list[str]:
    row = [f"head={' '.join(_words(view[m.start : m.end])[:2])}", f"known={m.agency_id is not None}"]
    return row + [word for word, is_so in (("group", m.group), ("chief", m.chief), ("person", m.person)) if is_so]


# --- what it is worth ---------------------------------------------------------------------------------------------------
DOUBT = 0.15  # how much of its confidence a role loses that the model holds for impossible
RULE = "second opinion"
# From which probability a role is added that the grammars did not see; None: never, as on documents new to all it gained nothing.
ADD_FROM: float | None = None


def weigh(
    roles: Sequence[RoleFact],
    said: Sequence[Opinion],
    *,
    offset: int = 0,
    source: AssignmentSource = "explicit",
    issuer: str | None = None,
    add_from: float | None = ADD_FROM,
) -> list[RoleFact]:
    """The grammars' roles, each the less sure the less likely the model holds it, and the roles that only the model sees.

    `said` are the opinions on the mentions of the same words, whose places `offset` moves into the flow. A role that is added
    (`add_from`) is no surer than 0.6 and has the rule "second opinion"; the `issuer` gets none, it orders. Without opinions the roles stay as they are.
    """
    by_place = {opinion.mention.start + offset: opinion for opinion in said}
    weighed = [replace(fact, confidence=_weighed(fact, by_place.get(fact.start))) for fact in roles]
    if add_from is None:
        return weighed
    placed = {fact.start for fact in roles}
    known = {(fact.role, fact.key) for fact in roles} | ({("lead", spelling.key(issuer))} if issuer else set())
    for opinion in said:
        m = opinion.mention
        if opinion.role is None or opinion.probability < add_from or m.start + offset in placed:
            continue
        added = RoleFact(
            opinion.role,
            m,
            m.start + offset,
            m.end + offset,
            source,
            RULE,
            min(0.6, opinion.probability * m.confidence),
        )
        if (added.role, added.key) not in known:
            known.add((added.role, added.key))
            weighed.append(added)
    return sorted(weighed, key=lambda fact: fact.start)


def _weighed(fact: RoleFact, opinion: Opinion | None) -> float:
    if opinion is None:
        return fact.confidence
    role: Role = "lead" if fact.role == "supervise" else fact.role  # the model knows no supervisors
    return fact.confidence * (1 - DOUBT * (1 - opinion.marginals.get(role, 0.0)))
