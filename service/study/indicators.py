"""Whether two indicators are one: "phấn đấu tỷ lệ hộ nghèo toàn tỉnh" and "Tỷ lệ hộ nghèo" are, "hộ cận nghèo" is another.

An indicator comes down to a set of content words. Its text is brought to NFC, lower case and modern places of tone marks;
other wordings of the same thing are rewritten, words that say nothing about what is measured are dropped (years and
periods among them), and what is left is folded. Order and repetition make no difference.

How alike two sets are is the Dice coefficient over weighted words, 2·w(A∩B) / (w(A) + w(B)), from 0 to 1. An ordinary word
weighs 1, a weak one .4, a strong one and every word with a digit 2. If one set has a strong word that the other lacks, they
are at most `PERHAPS`: "thu" and "chi", "5G" and "4G", "cấp tỉnh" and "cấp xã" are never the same. Words and weights stand
in indicators.csv, which can be read and changed.

At `SAME` and above two indicators are taken as one; from `PERHAPS` on they are shown beside each other as doubtful; below
they have nothing to do with each other. Values of different measures, and growth and level, never share a line. The
thresholds were set on the pairs marked "built" in corpus/study/indicators.csv; how they do on pairs that were written
afterwards is printed by ``python -m corpus indicators``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from extractor.knowledge.spelling import modern
from service.store.fold import fold

SAME = 0.76
PERHAPS = 0.60

_ORDINARY, _WEAK, _STRONG = 1.0, 0.4, 2.0
_TABLE = Path(__file__).with_name("indicators.csv")
# Years and stretches of them, "so với …", "trên tổng …", "trên 10.000 dân": when, against what and per what is told by other fields.
_ASIDE = re.compile(
    r"(?:giai đoạn\s+)?(?:19|20)\d\d(?:\s*[-–]\s*(?:(?:19|20)\d\d|\d\d))?|so với .*|trên tổng .*|(?:trên|/)\s*[\d.]+\s*dân|(?:trên|/)\s*(?:vạn )?dân\b"
)
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*(?:\.\d+)?")
_GROWTH = "tang_truong"


@dataclass(frozen=True, slots=True)
class Indicator:
    """Content words, folded, with their weights; `growth`: what is measured is how much it grows."""

    weights: Mapping[str, float]
    growth: bool = False

    @property
    def words(self) -> frozenset[str]:
        return frozenset(self.weights)


@dataclass(frozen=True, slots=True)
class _Wording:
    pattern: re.Pattern[str]
    meaning: Mapping[str, str]
    weights: Mapping[str, float]

    def weight(self, word: str) -> float:
        if any(letter.isdigit() for letter in word):
            return _STRONG
        return self.weights.get(word, _ORDINARY)


@lru_cache(maxsize=20_000)
def indicator(text: str) -> Indicator:
    """The indicator that a text names."""
    said = modern(" ".join(unicodedata.normalize("NFC", text).lower().split()))
    plain = said == fold(said)  # somebody who types no marks means none
    wording = _wording(plain)
    said = _ASIDE.sub(" ", said) if not plain else re.sub(r"\b(?:19|20)\d\d\b", " ", said)
    said = wording.pattern.sub(lambda found: f" {wording.meaning[found[0]]} ", said)
    words = set(_WORD.findall(said))
    growth = {word for word in words if fold(word) == _GROWTH}
    weights: dict[str, float] = {}
    for word in words - growth:
        weights[fold(word)] = max(wording.weight(word), weights.get(fold(word), 0))
    return Indicator(weights, bool(growth))


def likeness(one: Indicator, other: Indicator) -> float:
    """How alike two indicators are, 0 to 1."""
    if not one.weights or not other.weights:
        return 0.0
    if one.words == other.words:
        return 1.0
    whole = sum(one.weights.values()) + sum(other.weights.values())
    shared = sum(one.weights[word] + other.weights[word] for word in one.words & other.words)
    apart = {**one.weights, **other.weights}
    if any(apart[word] == _STRONG for word in one.words ^ other.words):
        return min(shared / whole, PERHAPS)
    return shared / whole


def likenesses(some: Sequence[Indicator]) -> npt.NDArray[np.float64]:
    """`likeness` of each with each, all at once."""
    heaviest: dict[str, float] = {}
    for one in some:
        for word, weight in one.weights.items():
            heaviest[word] = max(weight, heaviest.get(word, 0.0))
    column = {word: n for n, word in enumerate(heaviest)}
    has = np.zeros((len(some), len(column)))
    for n, one in enumerate(some):
        has[n, [column[word] for word in one.weights]] = 1
    weights = np.array(list(heaviest.values()))
    own = has @ weights
    found = 2 * (has * weights) @ has.T / np.maximum(own[:, None] + own[None, :], 1e-9)
    strong = has[:, weights == _STRONG]
    count = strong.sum(1)
    apart = count[:, None] + count[None, :] - 2 * strong @ strong.T > 0
    likeness_of_each: npt.NDArray[np.float64] = np.where(apart, np.minimum(found, PERHAPS), found)
    return likeness_of_each


@cache
def _wording(plain: bool) -> _Wording:
    """The table, with marks or, for texts without any, folded."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    said = fold if plain else str
    meaning = {said(row["form"]): row["meaning"] for row in rows if row["role"] in ("rewrite", "filler")}
    forms = sorted(meaning, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)")
    heavy = {"weak": _WEAK, "strong": _STRONG}
    weights = {said(row["form"]): heavy[row["role"]] for row in rows if row["role"] in heavy}
    return _Wording(pattern, meaning, weights)
