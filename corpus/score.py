"""Scores a record against a gold record, part by part: precision, recall and F1.

What counts as right
- header: every field that the gold has, on its own: number, kind, date, place, signer exactly (letter case, white space
  and tone placement aside), issuer at 0.95 and subject at 0.97 of the characters alike;
- recipients: a line at 0.90 alike;
- tasks: aligned by their words, right from 0.90 of the words in common; paths: the same path,
  of the tasks aligned (from 0.60);
- assignments: task, role and agency (0.90 alike; groups 0.70 of the words in common);
- deadlines: task, kind, and the date, period, rule or offset;
- target values: value, unit, comparator; targets: also indicator (0.60 of the words), end year, change;
- citations: number and date; without a number 0.70 of the words.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PARTS = (
    "header",
    "recipients",
    "tasks",
    "paths",
    "assignments",
    "deadlines",
    "target values",
    "targets",
    "citations",
)
Json = Mapping[str, Any]
Same = Callable[[Any, Any], bool]

ALIGNED = 0.60  # of the words in common: the same task
RIGHT = 0.90  # of the words in common: a task read right


@dataclass(frozen=True, slots=True)
class Count:
    """How many entries of a part are right, wrong (found, not in the gold) and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def gold(self) -> int:
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """1.0 where nothing was found."""
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """1.0 where there was nothing to find."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Score:
    """The counts of every part, and one line for each error."""

    counts: dict[str, Count] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def __getitem__(self, part: str) -> Count:
        return self.counts.get(part, Count())


def total(scores: Sequence[Score]) -> Score:
    """All documents' counts and errors together (micro average)."""
    whole = Score()
    for score in scores:
        for part, count in score.counts.items():
            whole.counts[part] = whole[part] + count
        whole.errors += score.errors
    return whole


def macro(scores: Sequence[Score], part: str) -> float:
    """The mean F1 of the documents whose gold has this part; 0.0 if none has."""
    each = [score[part].f1 for score in scores if score[part].gold]
    return sum(each) / len(each) if each else 0.0


def score(record: Json, gold: Json) -> Score:
    """Scores a record (its JSON) against the gold. A gold with "parts" is scored on those alone."""
    judged = _Judge(frozenset(gold.get("parts") or PARTS))
    _header(record.get("directive") or {}, gold.get("directive") or {}, judged)
    _tasks(record.get("tasks") or [], gold.get("tasks") or [], judged)
    targets, wanted = record.get("targets") or [], gold.get("targets") or []
    judged.compare("target values", targets, wanted, same_value, _show_target)
    judged.compare("targets", targets, wanted, same_target, _show_target)
    judged.compare(
        "citations", record.get("citations") or [], gold.get("citations") or [], same_citation, _show_citation
    )
    return judged.score


class _Judge:
    """Collects counts and errors of the parts that are scored."""

    def __init__(self, parts: frozenset[str]) -> None:
        self.parts = parts
        self.score = Score()

    def count(self, part: str, *, right: int = 0, wrong: int = 0, missed: int = 0) -> None:
        if part in self.parts:
            self.score.counts[part] = self.score[part] + Count(right, wrong, missed)

    def error(self, part: str, line: str) -> None:
        if part in self.parts:
            self.score.errors.append(f"{part} {line}")

    def compare(
        self,
        part: str,
        found: Sequence[Any],
        gold: Sequence[Any],
        same: Same,
        show: Callable[[Any], str],
        where: str = "",
    ) -> None:
        """Matches two lists one to one: each gold entry takes the first free one that is the same."""
        free = list(range(len(found)))
        missed = 0
        for want in gold:
            hit = next((i for i in free if same(found[i], want)), None)
            if hit is None:
                missed += 1
                self.error(part, f"missed {where}: {show(want)}")
            else:
                free.remove(hit)
        for i in free:
            self.error(part, f"wrong {where}: {show(found[i])}")
        self.count(part, right=len(gold) - missed, wrong=len(free), missed=missed)


def _header(found: Json, gold: Json, judged: _Judge) -> None:
    issuer = found.get("issuer")
    if isinstance(issuer, Mapping):
        issuer = issuer.get("name") or issuer.get("agency")
    ours: dict[str, Any] = {**found, "issuer": issuer}
    theirs: dict[str, Any] = dict(gold)
    for side, whole in ((ours, found), (theirs, gold)):
        signer = whole.get("signer") or {}
        side.update({f"signer.{part}": signer.get(part) for part in ("name", "title", "authority")})
    checks: dict[str, Same] = {
        "number": lambda a, b: number(a) == number(b),
        "kind": same_words,
        "issued_on": lambda a, b: bool(a == b),
        "issuer": lambda a, b: alike(a, b) >= 0.95,
        "place": same_words,
        "subject": lambda a, b: alike(a, b) >= 0.97,
        "signer.name": same_words,
        "signer.title": same_words,
        "signer.authority": same_words,
    }
    for name, same in checks.items():
        if not theirs.get(name):
            continue  # what the gold leaves open is not scored
        if same(ours.get(name), theirs[name]):
            judged.count("header", right=1)
        else:
            judged.count("header", wrong=1, missed=1)
            judged.error("header", f"{name}: {str(ours.get(name))[:90]!r} for {str(theirs[name])[:90]!r}")
    judged.compare(
        "recipients",
        [_line(entry) for entry in found.get("recipients") or []],
        [_line(entry) for entry in gold.get("recipients") or []],
        lambda a, b: alike(a, b) >= 0.90,
        str,
    )


def _line(recipient: Any) -> str:
    if isinstance(recipient, str):
        return recipient
    return str(recipient.get("text") or recipient.get("as_written") or recipient.get("name") or "")


def _tasks(found: Sequence[Json], gold: Sequence[Json], judged: _Judge) -> None:
    pairs = align([str(task.get("text") or "") for task in found], [str(task["text"]) for task in gold])
    ours = {g: f for _share, f, g in pairs}
    right_found = {f for share, f, _g in pairs if share >= RIGHT}
    right_gold = {g for share, _f, g in pairs if share >= RIGHT}
    judged.count(
        "tasks", right=len(right_gold), wrong=len(found) - len(right_found), missed=len(gold) - len(right_gold)
    )
    for g, task in enumerate(gold):
        if g not in right_gold:
            judged.error("tasks", f"missed {task['path']}: {str(task['text'])[:90]}")
    for f, task in enumerate(found):
        if f not in right_found:
            judged.error("tasks", f"wrong {task.get('path')}: {str(task.get('text'))[:90]}")

    for g, f in ours.items():
        same = _path(found[f]) == _path(gold[g])
        judged.count("paths", right=int(same), wrong=int(not same), missed=int(not same))
        if not same:
            judged.error("paths", f"{_path(found[f])} for {_path(gold[g])}")

    empty: Json = {}
    for g, task in enumerate(gold):
        own = found[ours[g]] if g in ours else empty
        where = str(task["path"])
        judged.compare(
            "assignments", own.get("assignments") or [], task["assignments"], same_assignment, _show_assignment, where
        )
        judged.compare("deadlines", own.get("deadlines") or [], task["deadlines"], same_deadline, _show_deadline, where)
    for f in set(range(len(found))) - set(ours.values()):
        for part in ("assignments", "deadlines"):
            judged.count(part, wrong=len(found[f].get(part) or []))


def align(found: Sequence[str], gold: Sequence[str]) -> list[tuple[float, int, int]]:
    """Pairs of the same task as (share of words in common, index found, index gold): best pairs first, each used once.

    Equal shares go to the pair whose places in the two lists are closer.
    """
    cells = [
        (share, -abs(f - g), f, g)
        for f, ours in enumerate(found)
        for g, theirs in enumerate(gold)
        if (share := common(ours, theirs)) >= ALIGNED
    ]
    pairs: list[tuple[float, int, int]] = []
    used_found: set[int] = set()
    used_gold: set[int] = set()
    for share, _distance, f, g in sorted(cells, reverse=True):
        if f not in used_found and g not in used_gold:
            used_found.add(f)
            used_gold.add(g)
            pairs.append((share, f, g))
    return pairs


def _path(task: Json) -> list[str]:
    return [str(step) for step in task.get("path") or []]


def same_assignment(found: Json, gold: Json) -> bool:
    return found.get("role") == gold["role"] and same_agency(found.get("agency"), gold["agency"])


def same_agency(found: object, gold: object) -> bool:
    """Names by their characters; groups of bodies, which are phrases, by their words."""
    if is_group(found) or is_group(gold):
        return common(found, gold) >= 0.70
    return alike(found, gold) >= 0.90


def is_group(name: object) -> bool:
    return "," in str(name) or re.match(r"(các|mọi|những|thủ trưởng|toàn thể)\b", plain(name)) is not None


def same_deadline(found: Json, gold: Json) -> bool:
    kind = gold["kind"]
    if found.get("kind") != kind:
        return False
    if kind == "recurring":
        return _rule(found.get("rrule")) == _rule(gold.get("rrule"))
    if kind == "relative":
        return (found.get("offset") or "").upper() == (gold.get("offset") or "").upper()
    keys = {"date": ("due",), "period": ("start", "due")}.get(kind, ())
    return all(found.get(key) == gold.get(key) for key in keys)


def _rule(rrule: object) -> frozenset[str]:
    """The parts of an RFC 5545 rule, without what says nothing."""
    text = re.sub(r"^RRULE:", "", str(rrule or "").strip().upper())
    return frozenset(part for part in text.split(";") if part and not part.startswith(("INTERVAL=1", "DTSTART")))


def same_value(found: Json, gold: Json) -> bool:
    return (
        _decimal(found.get("value")) == _decimal(gold.get("value"))
        and common(found.get("unit"), gold.get("unit")) >= 0.99
        and (found.get("comparator") or "=") == (gold.get("comparator") or "=")
    )


def same_target(found: Json, gold: Json) -> bool:
    return (
        same_value(found, gold)
        and common(found.get("indicator"), gold.get("indicator")) >= 0.60
        and _end_year(found) == _end_year(gold)
        and (found.get("change") or "level") == (gold.get("change") or "level")
    )


def _decimal(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None


def _end_year(target: Json) -> str:
    return str((target.get("period") or {}).get("end") or "")[:4]


def same_citation(found: Json, gold: Json) -> bool:
    if not gold.get("number"):
        return not found.get("number") and common(found.get("text"), gold.get("text")) >= 0.70
    if number(found.get("number")) != number(gold["number"]):
        return False
    return not gold.get("issued_on") or found.get("issued_on") == gold["issued_on"]


_DASHES = str.maketrans("‐‑‒–—−", "------")


_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below


def _tone_places() -> dict[str, str]:
    """oà → òa, oè → òe, uỳ → ùy: the new placement of a tone on an open syllable as the old one."""
    places = {}
    for glide, vowel in ("oa", "oe", "uy"):
        for tone in _TONES:
            late = glide + unicodedata.normalize("NFC", vowel + tone)
            places[late] = unicodedata.normalize("NFC", glide + tone) + vowel
    return places


_TONE_PLACES = _tone_places()
_TONE = re.compile(rf"(?<!q)({'|'.join(_TONE_PLACES)})(?!\w)")


def plain(text: object) -> str:
    """NFC, lower case, single spaces, one kind of dash, one tone placement, no marks at the ends."""
    folded = unicodedata.normalize("NFC", str(text or "")).lower().translate(_DASHES)
    folded = " ".join(folded.split()).strip(" .,;:-–“”\"'")
    return _TONE.sub(lambda found: _TONE_PLACES[found.group(1)], folded)


def words(text: object) -> list[str]:
    """The words of the plain text without diacritics."""
    letters = unicodedata.normalize("NFD", plain(text).replace("đ", "d"))
    return re.sub(r"[^\w%]+", " ", "".join(c for c in letters if not unicodedata.combining(c))).split()


def number(text: object) -> str:
    """A document's number without white space, in capitals."""
    return "".join(unicodedata.normalize("NFC", str(text or "")).upper().translate(_DASHES).split())


def common(a: object, b: object) -> float:
    """The share of words in common (Dice, with repetitions); 1.0 for two empty texts."""
    ours, theirs = Counter(words(a)), Counter(words(b))
    count = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / count if count else 1.0


def alike(a: object, b: object) -> float:
    """The share of characters in common blocks of the two plain texts."""
    ours, theirs = plain(a), plain(b)
    return 1.0 if ours == theirs else difflib.SequenceMatcher(None, ours, theirs, autojunk=False).ratio()


def same_words(a: object, b: object) -> bool:
    return plain(a) == plain(b)


def _show_assignment(entry: Json) -> str:
    return f"{entry.get('role')} {entry.get('agency')} [{entry.get('source')}]"


def _show_deadline(entry: Json) -> str:
    return " ".join(str(entry[key]) for key in ("kind", "start", "due", "rrule", "offset", "text") if entry.get(key))


def _show_target(entry: Json) -> str:
    return " ".join(str(entry.get(key)) for key in ("indicator", "comparator", "value", "unit", "period"))


def _show_citation(entry: Json) -> str:
    return f"{entry.get('number')} {entry.get('issued_on')} {str(entry.get('text'))[:70]}"
