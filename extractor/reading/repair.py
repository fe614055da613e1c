"""Puts right words that the engine doubts, by what a second reader makes of them and by what directives write around them.

Engines lose the upper of two marks ("thống" read as "thông") or take one for another; what they read is a syllable all the same, and only
its neighbours tell that it is not meant. For every doubted syllable those that differ from it in marks alone compete, each with what the
engine thought of it, with how likely it is to the second reader (`second`), and with how often it stands beside its neighbours
(`knowledge/bigrams.csv`); all words of a page are weighed together. Other letters than the engine's are only what the second reader reads. Of numbers,
symbols and names neighbours say nothing: one reading or the other stands; without a second reader a name is changed only into one that the
tables know, a person's surname and whatever has a digit in it not at all.
What was read is kept beside what is now there.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from extractor import patterns as re
from extractor.knowledge.names import is_of_names, is_surname
from extractor.knowledge.spelling import fold, modern
from extractor.knowledge.table import rows
from extractor.reading import lines
from extractor.reading.engine import Recognised
from extractor.reading.second import Sight
from extractor.reading.syllable import TONES, is_syllable

SURE = 0.995  # words that the engine gives more than this are never touched
TWICE = 0.9  # below this two marks of a word may be wrong
LEAST = 0.5  # a repair is made from this probability on

# Neighbours speak too surely: share of right words from each probability on, measured on real scans (`python -m corpus reading`).
RIGHT_FROM = (
    (0.0, 0.34),
    (0.3, 0.60),
    (0.5, 0.69),
    (0.7, 0.83),
    (0.8, 0.88),
    (0.9, 0.945),
    (0.99, 0.995),
    (0.998, 0.999),
)
SUREST = 0.999  # a word that both readers see alike
SURE_FIGURE = 0.9  # … and one with digits that they see differently
MARKED = (
    0.98,
    0.89,
)  # neighbours say nothing of the mark at a word's end: of those below the first the second is right

_WORD = re.compile(r"([^\p{L}\p{N}]*)(\p{L}+)([^\p{L}\p{N}]*)")
_ENDS = ".;:)!?”"
_VOWELS = "aăâeêioôơuưy"
_UNSEEN = 0.01  # of an occurrence: what a syllable that no table has counts
_SPREAD = 3000  # occurrences' worth of doubt in the table as a whole

# Of a wrong mark, the share of each kind.
_LOST_TONE = math.log(0.5)  # ô for ổ: two marks, the upper one lost
_OTHER_TONE = math.log(0.12)
_OTHER_MARK = math.log(0.05)  # o for ô
_OTHER_BOTH = math.log(0.03)
_STROKE = math.log(0.05)  # d for đ
_SECOND = -1.5  # a second wrong mark in a word
_OTHER_READING = math.log(0.1)  # … of which the second reader's reading is the right one
_OTHER_ENDS = math.log(0.2)  # … or the marks that it sees before and behind

TRUST = 0.7  # in the second reader's log odds
LIKELY = math.log(0.4)  # what its reading of a number or a symbol has to be to stand for the engine's
GUESSED, SEEN = 0.3, 0.6  # … whose say counts from the first probability a letter on, and in full from the second
NEITHER = 0.3  # share of the engine's wrong readings that the second reader does not put right
BLIND = -12.0  # … which speak against nothing more than that: it may look at the wrong place


@dataclass(frozen=True, slots=True)
class Bigrams:
    """How often syllables, and pairs of them, stand in directives (lower case, tone marks in the newer place)."""

    alone: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]
    followed: Mapping[str, int]  # by how many different syllables
    size: int
    loose: frozenset[tuple[str, str]] = frozenset()  # the pairs, one of the two without its marks

    def chance(self, syllable: str, before: str | None) -> float:
        """Probability of a syllable behind another, or behind anything (None)."""
        any_place = (self.alone.get(syllable, 0) + _UNSEEN) / (self.size + _SPREAD)
        if before is None or not (seen := self.alone.get(before, 0)):
            return any_place
        trust = seen / (seen + self.followed.get(before, 0) + 3)
        return trust * self.pairs.get((before, syllable), 0) / seen + (1 - trust) * any_place


@lru_cache(maxsize=1)
def bigrams() -> Bigrams:
    """The table in `knowledge/bigrams.csv`."""
    alone: dict[str, int] = {}
    pairs: dict[tuple[str, str], int] = {}
    followed: dict[str, int] = {}
    for row in rows("bigrams.csv"):
        if row["next"]:
            pairs[row["syllable"], row["next"]] = int(row["count"])
            followed[row["syllable"]] = followed.get(row["syllable"], 0) + 1
        else:
            alone[row["syllable"]] = int(row["count"])
    loose = {pair for a, b in pairs for pair in ((fold(a), b), (a, fold(b)))}
    return Bigrams(alone, pairs, followed, sum(alone.values()), frozenset(loose))


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a word may be, its syllable as a key of the table (None where neighbours have no say), and the readers' log odds."""

    text: str
    key: str | None
    weight: float


def repair(
    words: Sequence[Recognised], sights: Sequence[Sight | None] = (), table: Bigrams | None = None
) -> list[Recognised]:
    """The words of a page in the engine's order, with repaired text, what was read in `raw`, and how sure that is now.

    `sights` is what the second reader makes of each of them (`second.look`), if it was asked.
    """
    if not words:
        return []
    known = table or bigrams()
    seen = sights or [None] * len(words)
    choices = [_choices(words, i, seen[i], known) for i in range(len(words))]
    choices, nones = _with_sights(words, choices, seen)
    linked = [False, *(_linked(before, word) for before, word in pairwise(words))]
    chances = _weigh(choices, linked, known)
    return [
        _chosen(word, own, chance, none, seen=sight is not None)
        for word, own, none, chance, sight in zip(words, choices, nones, chances, seen, strict=True)
    ]


def _chosen(
    word: Recognised, choices: Sequence[_Choice], chances: Sequence[float], none: float, *, seen: bool
) -> Recognised:
    if len(choices) == 1 and not seen:
        return word
    best = max(range(len(choices)), key=lambda i: chances[i])
    if chances[best] < LEAST:
        best = 0
    if seen:
        sure = _sure(word, choices, chances[best] * (1 - none))
    else:
        sure = RIGHT_FROM[bisect_right(RIGHT_FROM, chances[best], key=lambda row: row[0]) - 1][1]
        match = _WORD.fullmatch(word.text)
        if match and (match[1] or match[3]) and word.confidence < MARKED[0]:
            sure = min(sure, MARKED[1])
    if best == 0:
        return replace(word, confidence=sure)
    return replace(word, text=choices[best].text, raw=word.raw or word.text, confidence=sure)


def _sure(word: Recognised, choices: Sequence[_Choice], chance: float) -> float:
    """How sure a word is that both readers saw. Two readers and the neighbours together say it as it is (measured on real scans)."""
    differ = len(choices) > 1 and any(c.isdecimal() for choice in choices for c in choice.text)
    return min(chance, SURE_FIGURE if differ else SUREST)


def _choices(words: Sequence[Recognised], at: int, sight: Sight | None, table: Bigrams) -> list[_Choice]:
    """As it was read, as the second reader reads it, and with other marks."""
    word = words[at]
    sure = math.log(min(max(word.confidence, 0.05), 0.999))
    doubt = math.log(1 - min(word.confidence, 0.999))
    other = sight.text if sight and sight.text != word.text else None
    match, theirs = _WORD.fullmatch(word.text), _WORD.fullmatch(other or "")
    if word.guesses:
        return [_Choice(word.text, None, sure)]
    if not match or (other and not theirs):
        # Numbers, symbols: one reading or the other, and neighbours have no say.
        return [_Choice(word.text, None, sure), *([_Choice(other, None, doubt + _OTHER_READING)] if other else [])]
    letters = match[2].lower()
    found: dict[str, float] = {}
    if word.confidence <= SURE and len(letters) == len(match[2]) and not _begins_name(words, at):
        found = _alternatives(letters, twice=word.confidence < TWICE)
        beside = _capital_neighbours(words, at) if match[2][0].isupper() else None
        if beside:
            # Part of a name or a heading: only what the tables know to stand beside a neighbour, whose own marks may be wrong as well.
            before, behind = beside
            found = {
                v: share
                for v, share in found.items()
                if (before, modern(v)) in table.loose or (modern(v), behind) in table.loose
            }
    # Whose name it is, neighbours do not know: one reading or the other.
    spoken = bool(found) or not theirs or not match[2][0].isupper()
    bodies = {match[2]: sure} | {
        _cased(v, match[2]): doubt + share for v, share in found.items() if modern(v) in table.alone
    }
    ends = {(match[1], match[3]): 0.0}
    if theirs:
        bodies.setdefault(theirs[2], doubt + _OTHER_READING)
        ends.setdefault((theirs[1], theirs[3]), max(doubt, _OTHER_ENDS))
    return [
        _Choice(first + body + last, modern(body.lower()) if spoken else None, weight + further)
        for (first, last), further in ends.items()
        for body, weight in bodies.items()
    ]


def _cased(letters: str, like: str) -> str:
    return "".join(c.upper() if was.isupper() else c for was, c in zip(like, letters, strict=True))


def _with_sights(
    words: Sequence[Recognised], choices: Sequence[Sequence[_Choice]], sights: Sequence[Sight | None]
) -> tuple[list[list[_Choice]], list[float]]:
    """The choices of all words with what the second reader says of each, and for each word the probability that none of them is right."""
    seen = [(i, sight) for i, sight in enumerate(sights) if sight]
    texts = [[sight.text, *(choice.text for choice in choices[i])] for i, sight in seen]
    said = lines.chances_of([sight.line for _, sight in seen], texts)
    weighed, nones = [list(own) for own in choices], [0.0] * len(words)
    for (i, sight), chances in zip(seen, said, strict=True):
        weighed[i], nones[i] = _seen(weighed[i], sight, words[i], chances)
    return weighed, nones


def _seen(
    choices: list[_Choice], sight: Sight, word: Recognised, chances: Sequence[float]
) -> tuple[list[_Choice], float]:
    """The choices of a word by what the second reader says of its own reading and of each of them."""
    own, *each = (max(c, BLIND) for c in chances)
    if own < LIKELY and not (_WORD.fullmatch(word.text) and _WORD.fullmatch(sight.text)):
        choices, each = choices[:1], each[:1]  # of a number or a symbol
    a_letter = math.exp(own / max(1, len(sight.text)))
    trust = TRUST * min(1.0, max(0.0, (a_letter - GUESSED) / (SEEN - GUESSED)))
    weighed = [replace(choice, weight=choice.weight + trust * c) for choice, c in zip(choices, each, strict=True)]
    left = max(1e-6, 1 - sum(map(math.exp, each)))
    other = (1 - min(word.confidence, 0.999)) * NEITHER * left**trust
    return weighed, other / (other + sum(math.exp(choice.weight) for choice in weighed))


def _begins_name(words: Sequence[Recognised], at: int) -> bool:
    """Whether a word is the surname of a person, as it seems: "Đỗ Thị" is no "đô thị"."""
    name = [word.text for word in words[at : at + 2]]
    return len(name) == 2 and name[0].istitle() and name[1].istitle() and is_surname(name[0]) and is_of_names(name[1])


def _capital_neighbours(words: Sequence[Recognised], at: int) -> tuple[str | None, str | None] | None:
    """The words before and behind that are capitalised too, without their marks; None if neither is."""
    keys: list[str | None] = []
    for i, first, second in ((at - 1, at - 1, at), (at + 1, at, at + 1)):
        match = _WORD.fullmatch(words[i].text) if 0 <= i < len(words) else None
        beside = match and match[2][0].isupper() and _linked(words[first], words[second])
        keys.append(fold(match[2]) if match and beside else None)
    return (keys[0], keys[1]) if keys[0] or keys[1] else None


def _linked(before: Recognised, word: Recognised) -> bool:
    return before.text[-1] not in _ENDS


@lru_cache(maxsize=20_000)
def _alternatives(letters: str, *, twice: bool) -> dict[str, float]:
    """Syllables with the same letters and other marks, with the log of their share among wrong readings."""
    once = _one_mark_off(letters)
    found = dict(once)
    if twice:
        likely = [(v, share) for v, share in once.items() if share >= _OTHER_TONE]
        for first, share in likely:
            for second, further in _one_mark_off(first).items():
                if further >= _OTHER_TONE and second != letters:
                    found.setdefault(second, share + further + _SECOND)
    return {v: share for v, share in found.items() if is_syllable(v)}


def _one_mark_off(letters: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for i, read in enumerate(letters):
        for other, share in _RIVALS.get(read, ()):
            found[letters[:i] + other + letters[i + 1 :]] = share
    return found


def _rivals() -> dict[str, tuple[tuple[str, float], ...]]:
    """For each letter those that differ from it in marks alone, with the log of their share among wrong readings."""

    def parts(letter: str) -> tuple[str, str, str]:
        decomposed = unicodedata.normalize("NFD", letter)
        tone = "".join(c for c in decomposed if c in TONES)
        return decomposed[0], unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES)), tone

    vowels = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in ("", *sorted(TONES))]
    rivals: dict[str, tuple[tuple[str, float], ...]] = {"d": (("đ", _STROKE),), "đ": (("d", _STROKE),)}
    for read in vowels:
        base, plain, tone = parts(read)
        own: list[tuple[str, float]] = []
        for other in vowels:
            other_base, other_plain, other_tone = parts(other)
            if other == read or other_base != base:
                continue
            if other_plain == plain:
                own.append((other, _LOST_TONE if not tone and plain != base else _OTHER_TONE))
            else:
                own.append((other, _OTHER_MARK if other_tone == tone else _OTHER_BOTH))
        rivals[read] = tuple(own)
    return rivals


_RIVALS = _rivals()


def _weigh(choices: Sequence[Sequence[_Choice]], linked: Sequence[bool], table: Bigrams) -> list[list[float]]:
    """The probability of each choice of each word, given all others: sums over all ways through the page, forward and backward."""
    forward: list[list[float]] = []
    steps: list[list[list[float]]] = []
    for i, own in enumerate(choices):
        if i == 0:
            step = [[table.chance(c.key, None) if c.key else 1.0 for c in own]]
            before = [1.0]
        else:
            step = [
                [table.chance(c.key, b.key if linked[i] else None) if c.key else 1.0 for c in own]
                for b in choices[i - 1]
            ]
            before = forward[-1]
        steps.append(step)
        sums = [
            math.exp(c.weight) * sum(b * row[j] for b, row in zip(before, step, strict=True)) for j, c in enumerate(own)
        ]
        forward.append(_shares(sums))
    backward = [1.0] * len(choices[-1])
    chances: list[list[float]] = []
    for i in range(len(choices) - 1, -1, -1):
        chances.append(_shares([f * b for f, b in zip(forward[i], backward, strict=True)]))
        if i:
            own = choices[i]
            backward = _shares(
                [sum(row[j] * math.exp(c.weight) * backward[j] for j, c in enumerate(own)) for row in steps[i]]
            )
    return chances[::-1]


def _shares(values: Sequence[float]) -> list[float]:
    whole = sum(values)
    return [value / whole for value in values] if whole else [1 / len(values)] * len(values)
