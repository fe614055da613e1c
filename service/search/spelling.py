"""Which syllables make a word, and how words may have been misread.

What is asked without accents can not be cut into words by underthesea. A pair is one word where it stands together far more
often than its syllables would by chance, in the documents that are indexed and in the table of neighbours.

Of a syllable of four letters or more, those that differ by one letter; of two that make a word, both together and as one
("kinhte"). No spelling is looked for that no document has.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise, product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from extractor.knowledge.provinces import provinces
from extractor.knowledge.spelling import fold
from extractor.knowledge.table import rows
from service.search.analysis import pair, phrase

_SHORTEST = 3  # letters of a syllable that may have been misread
_MOST = 12  # spellings of a syllable

_TOGETHER = 2.0  # of a word: the logarithm of how much more often than by chance
_ALONE = 1.0  # of two syllables that are all that was asked, for then they are likely meant as one
_SEEN = 2  # times at least
_NAME = 9.0  # of a province's name


def cut(folded: Sequence[str], uses: Mapping[str, int], syllables: int) -> Iterator[list[str]]:
    """Folded syllables as words of one or two: the division whose pairs belong together most.

    `uses` are the counts of terms in the index, `syllables` those of all syllables together.
    """
    least = _ALONE if len(folded) == 2 else _TOGETHER
    best: list[tuple[float, int]] = [(0.0, 0)]  # up to each syllable: how good, and how long the last word is
    for n in range(1, len(folded) + 1):
        choices = [(best[n - 1][0], 1)]
        if n > 1 and (bond := _bond(folded[n - 2], folded[n - 1], uses, syllables)) >= least:
            choices.append((best[n - 2][0] + bond, 2))
        best.append(max(choices))
    ends = [len(folded)]
    while ends[-1] > 0:
        ends.append(ends[-1] - best[ends[-1]][1])
    for start, end in pairwise(reversed(ends)):
        yield list(folded[start:end])


def _bond(a: str, b: str, uses: Mapping[str, int], syllables: int) -> float:
    both = pair(a, b)
    if both in _names():
        return _NAME
    known, total = _neighbours()
    together = uses.get(both, 0) + known[both]
    if together < _SEEN:
        return 0.0
    apart = max(uses.get(a, 0) + known[a], together) * max(uses.get(b, 0) + known[b], together)
    return math.log(together * (syllables + total) / apart)


@cache
def _names() -> frozenset[str]:
    """The names of provinces that have two syllables."""
    named = (fold(province.name).split() for province in provinces())
    return frozenset(pair(*name) for name in named if len(name) == 2)


@cache
def _neighbours() -> tuple[Counter[str], int]:
    """Pairs and syllables of the table of neighbours, folded, and how many syllables it counted."""
    known: Counter[str] = Counter()
    for row in rows("bigrams.csv"):
        a, b, count = fold(row["syllable"]), fold(row["next"]), int(row["count"])
        known[a] += count
        if b:
            known[pair(a, b)] += count
    return known, sum(count for term, count in known.items() if "_" not in term)


def near(syllable: str, uses: Mapping[str, int]) -> list[str]:
    """The spellings of a folded syllable, itself first, then the most used."""
    if len(syllable) < _SHORTEST or syllable.isdigit():
        return [syllable]
    known = [term for term in uses if abs(len(term) - len(syllable)) <= 1 and "_" not in term]
    found = process.extract(syllable, known, scorer=OSA.distance, score_cutoff=1, limit=None)
    others = sorted((term for term, *_ in found if term != syllable), key=lambda term: (-uses[term], term))
    return [syllable, *others[: _MOST - 1]]


def forms(said: Sequence[str], uses: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Runs of syllables that may stand for these, themselves first."""
    spelled = [near(syllable, uses) for syllable in said]
    if len(said) == 1:
        yield from ((one,) for one in spelled[0])
        return
    if len(said) == 2:
        for a, b in product(*spelled):
            if (a, b) == tuple(said) or pair(a, b) in uses:
                yield a, b
        if (joined := "".join(said)) in uses:
            yield (joined,)
        return
    yield tuple(said)
    # In a longer run one at a time.
    for n, others in enumerate(spelled):
        for other in others[1:]:
            yield *said[:n], other, *said[n + 1 :]


def variants(said: Sequence[str], uses: Mapping[str, int], *, in_a_row: bool) -> list[tuple[str, ...]]:
    """The terms of a word or phrase with its spellings: one of each group has to be there."""
    if len(said) == 1:
        return [tuple(near(said[0], uses))]
    if len(said) == 2:
        terms: list[str] = []
        for form in forms(said, uses):
            if len(form) == 1:
                terms += form
            elif in_a_row:
                terms += phrase(form)[0]
            else:
                terms.append(pair(*form))
        return [tuple(dict.fromkeys(terms))]
    groups = []
    for three in zip(said, said[1:], said[2:], strict=False):
        groups.append(tuple(phrase(form)[0][0] for form in forms(three, uses)))
    return groups
