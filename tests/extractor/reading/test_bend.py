"""Bent lines: told from the words on them, straightened, and words put back where they were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.reading.bend import MANY, Bend, bend_of
from extractor.reading.engine import Image, Recognised

DPI = 200
HEIGHT, WIDTH = 2339, 1654
PAGE = np.full((HEIGHT, WIDTH), 255, np.uint8)


def rise(x: float, depth: float) -> float:
    """By how many pixels a line that is bent by `depth` lies lower at a place."""
    return float(depth * np.cos(np.pi * x / WIDTH))


def words(depth: float, lines: int = 20, text: str = "chân") -> list[Recognised]:
    found = []
    for line in range(lines):
        for n in range(10):
            x = 200.0 + 125 * n
            foot = 300 + 60 * line + rise(x + 50, depth)
            found.append(Recognised(text if n % 2 else "tham", (x, foot - 25, x + 100, foot), 0.95, line))
    return found


@pytest.mark.parametrize("lines", [8, 2 * MANY // 10])
@pytest.mark.parametrize("depth", [-30.0, 8.0, 40.0])
def test_a_bend_is_told_from_the_feet_of_words(depth: float, lines: int) -> None:
    bend = bend_of(words(depth, lines), PAGE, DPI)
    assert bend
    x = np.linspace(250, 1375, 20)
    told = bend.at(x, np.full(20, 600.0))
    meant = np.array([rise(each, depth) for each in x])
    assert np.abs((told - told.mean()) - (meant - meant.mean())).max() < 1.0


@pytest.mark.parametrize(
    ("depth", "lines", "text"),
    [
        (1.0, 20, "trên"),  # straight enough
        (400.0, 20, "trên"),  # no bend of a page
        (30.0, 2, "trên"),  # too few words
        (30.0, 4, "ngày"),  # too few that stand on the line with their feet
    ],
)
def test_what_is_no_bend(depth: float, lines: int, text: str) -> None:
    assert bend_of(words(depth, lines, text), PAGE, DPI) is None


def test_words_that_are_far_off_do_not_count() -> None:
    read = words(0.0)
    read[13] = Recognised("lạc", (500.0, 500.0, 560.0, 900.0), 0.9, 1)
    assert bend_of(read, PAGE, DPI) is None


def test_lines_are_straight_afterwards() -> None:
    page: Image = PAGE.copy()
    for x in range(200, 1450):
        at = round(900 + rise(x, 30))
        page[at - 3 : at + 3, x] = 0
    bend = bend_of(words(30.0), page, DPI)
    assert bend
    straight = bend.straightened(page)
    assert straight.shape == page.shape
    rows = [float(np.flatnonzero(straight[:, x] < 128).mean()) for x in range(250, 1375, 50)]
    assert max(rows) - min(rows) < 2
    assert np.ptp([float(np.flatnonzero(page[:, x] < 128).mean()) for x in range(250, 1375, 50)]) > 40


@given(st.floats(250, 1400), st.floats(100, 2000), st.floats(10, 45))
def test_a_word_goes_back_to_where_it_was(x: float, y: float, depth: float) -> None:
    bend = bend_of(words(depth), PAGE, DPI)
    assert isinstance(bend, Bend)
    word = Recognised("chữ", (x - 20, y - 20, x + 20, y), 0.9, 1)
    back = bend.back(word)
    lower = float(bend.at(np.array([x]), np.array([y - 10]))[0])
    assert back.box == pytest.approx((x - 20, y - 20 + lower, x + 20, y + lower))
    assert (back.text, back.confidence, back.line) == ("chữ", 0.9, 1)
