"""Words that were misread: the spellings that documents have near what was asked.

Of a syllable of four letters or more, those that differ by one letter; of two that make a word, both together and as one
("kinhte"). No spelling is looked for that no document has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from rapidfuzz import process
from rapidfuzz.distance import OSA

from service.search.analysis import pair, phrase

_SHORTEST = 3  # letters of a syllable that may have been misread
_MOST = 12  # spellings of a syllable


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
