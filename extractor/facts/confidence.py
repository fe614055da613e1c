"""How sure the pipeline is of a fact: a probability, measured on judged documents, that a careful reader would agree.

    log-odds = level + slope · log-odds(precision of the rule) + the evidence for and against this fact
    confidence = probability(log-odds) · probability that the words of the value were read right

The precision of a rule is its share of right facts (`knowledge/reliability.csv`), drawn towards the rule's stated prior as if
`WEIGHT` facts had been judged before. Level, slope and the weights of evidence were fitted for each kind of fact
(`knowledge/evidence.csv`); a kind with too few judged facts keeps the stated weights below. `python -m corpus calibrate` makes both files.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log

from extractor.facts.agencies import Mention
from extractor.facts.header import TYPED
from extractor.facts.targets import TargetFact
from extractor.knowledge.table import rows
from extractor.layout.document import Document
from extractor.record import Addressee, Evidence, Recipient, Span, Warning

WEIGHT = 10.0  # judged facts that a stated prior counts for
FLOOR, CEILING = 0.02, 0.99  # no rule is surely wrong or surely right
HANDWRITTEN = 0.65  # at most, for what may be written by hand on a scan: a clerk looks
LEVEL, SLOPE, STATED = "level", "slope", "stated"

# What a sign says in log-odds where it was not measured: negative speaks against the fact.
SIGNS: Mapping[str, float] = {
    LEVEL: 0.0,
    SLOPE: 1.0,
    STATED: 1.0,  # how much more sure the grammar was than it is of the rule's facts on the average, in log-odds
    "register": 0.3,  # the name is in the register
    "unknown name": -0.3,
    "misread name": -1.0,  # in the register but for its accents
    "long name": -1.0,  # a name of more than LONG_NAME words is often two, or a clause
    "group": -0.2,
    "person": -0.3,
    "heading": -0.3,  # from a parent unit
    "addressees": -0.5,  # from the opening
    "doubtful task": -1.0,  # the task itself is perhaps cut wrongly
    "problem": -2.0,  # a day that no calendar has, or one before the signing
    "larger than its whole": -1.5,
    "no unit": -1.0,
    "long indicator": -0.5,
    "preamble": -1.5,  # preambles mostly report
    "no lead": -0.5,
    "no number": -0.5,
}
LONG_NAME, LONG_INDICATOR = 8, 14  # words

# How far a misread word spoils a fact, for words of letters and words with digits: exponents of the words' probabilities. Names are put
# right by the register and long texts may lose a word, so letters spoil little; a date or a value stands on its digits. Fitted by
# likelihood on 33 scans (specimens as office copies and as faxes at 200 dpi, three real ones; 1,700 judged facts).
SPOILT: Mapping[str, tuple[float, float]] = {
    "assignment": (0.02, 0.02),
    "deadline": (0.03, 0.6),
    "target": (0.1, 0.7),
    "citation": (0.1, 0.4),
    "header": (0.03, 0.7),
    "recipient": (0.05, 0.1),
}
SPOILT_ELSEWHERE = (0.1, 0.5)
SPOILT_TASK = 5.0  # a task is right with nine words in ten: exponent of the mean probability of its words


@dataclass(frozen=True, slots=True)
class Basis:
    """What a fact's confidence rests on.

    `stated` is how sure the grammar says to be, `signs` are names of `SIGNS`, `reading` the probability that the words of
    the value were read right.
    """

    kind: str
    rule: str
    stated: float
    signs: tuple[str, ...] = ()
    reading: float = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule's facts on the judged documents: how many, how many right, in how many documents, the mean stated prior."""

    n: int
    right: int
    documents: int
    stated: float

    @property
    def precision(self) -> float:
        """Drawn towards the stated prior."""
        return (self.right + WEIGHT * self.stated) / (self.n + WEIGHT)


@dataclass(frozen=True)
class Reliability:
    """What was measured: rules by (kind, rule), weights by (kind, sign)."""

    rules: Mapping[tuple[str, str], Measured]
    weights: Mapping[tuple[str, str], float]

    def features(self, basis: Basis) -> dict[str, float]:
        """The terms of the log-odds, before they are weighted."""
        measured = self.rules.get((basis.kind, basis.rule))
        usual = measured.stated if measured else basis.stated
        return {
            LEVEL: 1.0,
            SLOPE: log_odds(measured.precision if measured else basis.stated),
            STATED: log_odds(basis.stated) - log_odds(usual),
            **dict.fromkeys(basis.signs, 1.0),
        }

    def confidence(self, basis: Basis) -> float:
        """The probability that the fact is right, to three places."""
        odds = sum(
            self.weights.get((basis.kind, sign), SIGNS[sign]) * value for sign, value in self.features(basis).items()
        )
        sure = min(CEILING, max(FLOOR, probability(odds))) * basis.reading
        return round(min(sure, HANDWRITTEN) if "handwritten" in basis.rule else sure, 3)


def log_odds(p: float) -> float:
    p = min(CEILING, max(FLOOR, p))
    return log(p / (1 - p))


def probability(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds > -500 else 0.0


@cache
def reliability() -> Reliability:
    """The tables that come with the library; a missing table is an installation error (FileNotFoundError)."""
    rules = {
        (row["kind"], row["rule"]): Measured(
            int(row["n"]), int(row["right"]), int(row["documents"]), float(row["stated"])
        )
        for row in rows("reliability.csv")
    }
    weights = {(row["kind"], row["sign"]): float(row["weight"]) for row in rows("evidence.csv")}
    return Reliability(rules, weights)


def reading(kind: str, words: Iterable[tuple[str, float]]) -> float:
    """The probability that a value was read right, from its words and the probability of each."""
    if kind == "task":
        read = [p for _, p in words]
        return (sum(read) / len(read)) ** SPOILT_TASK if read else 1.0
    letters, digits = SPOILT.get(kind, SPOILT_ELSEWHERE)
    sure = 1.0
    for word, p in words:
        sure *= max(p, FLOOR) ** (digits if any(c.isdigit() for c in word) else letters)
    return sure


def words_of(document: Document, spans: Sequence[Span]) -> list[tuple[str, float]]:
    """The words in these spans with their probabilities; none for given text."""
    found = []
    for span in spans:
        page = document.pages[span.page - 1]
        if page.words:
            first = bisect_right(page.words, span.start, key=lambda w: w.end)
            last = bisect_left(page.words, span.end, key=lambda w: w.start)
            found += [(page.text[w.start : w.end], w.confidence) for w in page.words[first:last]]
    return found


# --- what speaks for and against a fact ------------------------------------------------------------------------------------


def name_signs(mention: Mention) -> tuple[str, ...]:
    """The signs of a body's name."""
    if mention.person:
        known = "person"
    elif mention.group:
        known = "group"
    elif mention.rule == "misread":
        known = "misread name"
    else:
        known = "register" if mention.agency_id and mention.rule != "shape" else "unknown name"
    return (known, "long name") if len(mention.name.split()) > LONG_NAME else (known,)


def goal_signs(goal: TargetFact, whole: TargetFact | None, *, in_preamble: bool) -> tuple[str, ...]:
    """The signs of a target; `whole` is the target that it is a part of."""
    found = []
    if in_preamble:
        found.append("preamble")
    if not goal.unit:
        found.append("no unit")
    if len(goal.indicator.split()) > LONG_INDICATOR:
        found.append("long indicator")
    if whole and whole.unit == goal.unit and float(goal.value) > float(whole.value):
        found.append("larger than its whole")
    return tuple(found)


def task_rule(path: Sequence[str], id_part: str) -> str:
    """How a task's unit is numbered: that decides how well its ends are known."""
    last = path[-1] if path else ""
    if "#" in id_part:
        return "part of a unit"
    if last.startswith("*"):
        return "closing paragraph"
    if last.startswith(("-", "+")):
        return "dashed unit"
    return "numbered unit" if last[:1].isdigit() else "lettered unit"


def header_basis(name: str, value: Evidence, warnings: Iterable[Warning]) -> Basis:
    """The basis of a field of the head or foot; what the clerk is warned of is a rule of its own ("number, perhaps-handwritten")."""
    if isinstance(value, Recipient):
        return Basis("recipient", "line", 0.95, ("register",) if value.agency_id else ())
    if isinstance(value, Addressee):
        return Basis("addressee", "opening", value.confidence, ("register",) if value.agency_id else ("unknown name",))
    why = next((w.code for w in warnings if w.field == f"directive.{name}"), "inferred" if value.inferred else "")
    # On a scan the head gives the lower of its own confidence and that of the words, which is weighed by itself here.
    stated = value.confidence if why or not value.spans or value.confidence >= 0.85 else TYPED
    return Basis("header", f"{name}, {why}" if why else name, stated)
