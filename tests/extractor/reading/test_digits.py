"""The reader of digits on made strips that it was not trained on, and on strips without digits."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from corpus.handwriting import Strip, strip
from extractor.reading.digits import HEIGHT, STRIP_DPI, WEIGHTS, levelled, read_digits, strip_of

pytestmark = pytest.mark.skipif(not WEIGHTS.is_file(), reason="no weights: python -m corpus digits")


@cache
def strips() -> tuple[Strip, ...]:
    rng = np.random.default_rng(20_261_126)
    try:
        return tuple(strip(rng) for _ in range(120))
    except OSError:
        pytest.skip("the font Tinos is not installed (fonts-croscore)")


def test_most_made_strips_are_read_right() -> None:
    # Some strips are made so bad that nobody could read them.
    right = [bool(found) and found[0].digits == s.digits for s in strips() for found in [read_digits(s.image)]]
    assert sum(right) / len(right) > 0.7


def test_a_sure_reading_is_right() -> None:
    sure = [
        (s.digits, found[0].digits)
        for s in strips()
        for found in [read_digits(s.image)]
        if found and found[0].probability > 0.97
    ]
    assert len(sure) > 20
    assert sum(said == read for said, read in sure) / len(sure) > 0.93


def test_only_what_is_allowed_is_read() -> None:
    for s in strips()[:40]:
        for guess in read_digits(s.image, lambda text: int(text) <= 31):
            assert not guess.digits or int(guess.digits) <= 31
            assert 0 <= guess.probability <= 1


@pytest.mark.parametrize("grey", [255, 240, 200])
def test_paper_alone_has_no_digits(grey: int) -> None:
    assert levelled(np.full((HEIGHT, 80), grey, np.uint8)).max() < 0.1
    assert read_digits(np.full((HEIGHT, 80), grey, np.uint8))[0].digits == ""


@pytest.mark.parametrize(("left", "right", "middle"), [(-40, 60, 10), (10, 400, 190), (150, 160, 195), (500, 600, 900)])
def test_a_strip_has_its_height_wherever_it_lies(left: float, right: float, middle: float) -> None:
    page = np.full((200, 300), 128, np.uint8)
    found = strip_of(page, left, right, middle, 2 * STRIP_DPI)
    assert found.shape[0] == HEIGHT
    assert found.shape[1] >= (right - left) / 2 - 1
