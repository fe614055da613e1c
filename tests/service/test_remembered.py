"""What is remembered of terms: as numbers or bits, grown with the index, forgotten when there is no room."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.search.remembered import Question, Remembered

ASKED = Question("task", ("hai_phong",))


@given(
    steps=st.lists(st.tuples(st.integers(1, 90), st.floats(0, 1), st.integers(0, 2**32 - 1)), min_size=1, max_size=5),
)
def test_entries_that_came_since_are_added(steps: list[tuple[int, float, int]]) -> None:
    remembered, numbers, having = Remembered(), np.empty(0, np.int32), np.empty(0, np.int32)
    newest = 0
    for more, share, seed in steps:
        chance = np.random.default_rng(seed)
        fresh = newest + 1 + np.flatnonzero(chance.random(3 * more) < 0.5).astype(np.int32)  # between: other kinds
        newest += 3 * more
        numbers = np.concatenate((numbers, fresh))
        found = fresh[chance.random(len(fresh)) < share]
        having = np.concatenate((having, found))
        gone = np.array([newest], np.int32)[: newest not in fresh]  # of another kind by now
        remembered.learn(ASKED, numbers, chance.permutation(np.concatenate((found, gone))), newest)
        assert remembered.upto(ASKED) == newest
        assert numbers[remembered.recall(ASKED, numbers)].tolist() == having.tolist()


def test_the_longest_unasked_is_forgotten() -> None:
    numbers = np.arange(80_000, dtype=np.int32)
    dense = numbers[::2]
    remembered = Remembered(room=25_000)  # of bits: 10,000 bytes each
    questions = [Question("page", (term,)) for term in ("một", "hai", "ba")]
    for question in questions[:2]:
        remembered.learn(question, numbers, dense, 79_999)
    assert remembered.full
    remembered.recall(questions[0], numbers)
    remembered.learn(questions[2], numbers, dense, 79_999)
    assert [question in remembered for question in questions] == [True, False, True]
    assert remembered.upto(questions[1]) == 0
    with pytest.raises(KeyError):
        remembered.recall(questions[1], numbers)
