"""The character error rate."""

from __future__ import annotations

import unicodedata

import pytest

from corpus.cer import cer


@pytest.mark.parametrize(
    ("read", "truth", "rate"),
    [
        ("chỉ thị", "chỉ thị", 0.0),
        (unicodedata.normalize("NFD", "chỉ  thị\n"), "chỉ thị", 0.0),  # form and white space say nothing
        ("chi thị", "chỉ thị", 1 / 7),
        ("", "chỉ thị", 1.0),
        ("", "", 0.0),
        ("x", "", 1.0),
        ("b a", "a b", 2 / 3),  # order counts
    ],
)
def test_rates(read: str, truth: str, rate: float) -> None:
    assert cer(read, truth) == pytest.approx(rate)
