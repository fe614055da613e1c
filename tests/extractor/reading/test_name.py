"""A name of which a seal hides a part: how far it must reach, and what many readings of it say together."""

from __future__ import annotations

import pytest

from extractor.reading.engine import Recognised
from extractor.reading.name import pieced, reach

DPI = 200


def words(*said: tuple[str, float, float]) -> list[Recognised]:
    """Words of 80 pixels at these columns: text, left edge, probability."""
    return [Recognised(text, (left, 10.0, left + 80, 40.0), sure, 1) for text, left, sure in said]


def test_a_name_reaches_as_far_to_one_side_of_the_title_s_middle_as_to_the_other() -> None:
    assert reach([words(("vu", 200, 0.3), ("Quang", 400, 0.99))], 330, DPI) == (180, 480)
    assert reach([words(("Trần", 180, 0.95), ("Eu", 300, 0.2))], 330, DPI) == (180, 480)


@pytest.mark.parametrize(
    ("read", "middle"),
    [
        (words(("Trần", 180, 0.95), ("Quang", 400, 0.99)), 330),  # it stands in the middle
        (words(("Quang", 400, 0.6)), 330),  # nothing sure
        (words(("quang", 400, 0.99)), 330),
        (words(("QUANG", 400, 0.99)), 330),
        (words(("Quang", 800, 0.99)), 330),  # longer than names are
    ],
)
def test_nothing_reaches_further(read: list[Recognised], middle: float) -> None:
    assert reach([read], middle, DPI) is None


def test_a_name_is_pieced_together_from_the_surest_reading_of_each_part() -> None:
    readings = [
        words(("trần", 100, 0.88), ("vu", 200, 0.16), ("Quang", 300, 0.99)),
        words(("Trạn", 105, 0.5), ("Lưu", 205, 0.6), ("Quang", 300, 0.84)),
        words(("Trần", 98, 0.7), ("ưu", 220, 0.5), ("Quang", 302, 0.99)),
        words(("uang", 310, 0.9)),
    ]
    name = pieced(readings, DPI)
    assert [(word.text, word.confidence) for word in name] == [("Trần", 0.7), ("Lưu", 0.6), ("Quang", 0.99)]


@pytest.mark.parametrize(
    "readings",
    [
        [],
        [words(("Trần", 100, 0.7), ("Quang", 200, 0.99))],  # two parts may be what is left of three
        [words(("Quang", 100, 0.7), ("Văn", 200, 0.6), ("Minh", 300, 0.99))],  # none is a surname
        [words(("Trần", 100, 0.7), ("Lưu", 200, 0.6), ("Quang", 300, 0.8))],  # none is sure
        [words(("Trần", 100, 0.7), ("Lưu", 200, 0.6), ("Quang", 400, 0.99))],  # something stands between
    ],
)
def test_no_name(readings: list[list[Recognised]]) -> None:
    assert pieced(readings, DPI) == []
