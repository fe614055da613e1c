"""The recogniser of lines: what it reads on print that it was not trained on, and how likely it calls a text."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from corpus.lines import face, is_installed
from extractor.reading.lines import LEAST, LETTERS, WEIGHTS, Line, Row, levelled, read

pytestmark = pytest.mark.skipif(
    not is_installed("Tinos-Regular.ttf"), reason="thiếu phông Tinos / the font Tinos is not installed (fonts-croscore)"
)

TEXT = "Giao Sở Tài chính chủ trì, báo cáo trước ngày 15/4/2021; số 02/CT-UBND."


def straight(column: float) -> float:
    return 0.0


def page(
    text: str = TEXT, name: str = "Tinos-Regular.ttf", bent: float = 0.0
) -> tuple[np.ndarray, tuple[float, float, float, float]]:
    """A white page with a line of print, which hangs by so many pixels in its middle, and where it runs, were it straight, with some white."""
    sheet = Image.new("L", (1600, 300), 255)
    font = face(name, 38)
    ImageDraw.Draw(sheet).text((100, 150), text, fill=0, font=font, anchor="ls")
    image = np.asarray(sheet)
    y, x = np.nonzero(image < 128)
    box = (float(x.min()) - 8, float(y.min()), float(x.max()) + 8, float(y.max()))
    if bent:
        image = np.stack([np.roll(image[:, c], round(hang(c, box, bent))) for c in range(image.shape[1])], axis=1)
    return image, box


def hang(column: float, box: tuple[float, float, float, float], bent: float) -> float:
    return bent * (1 - ((column - box[0]) / (box[2] - box[0]) * 2 - 1) ** 2)


def said(line: Line) -> str:
    return "".join(letter.text for letter in line.letters())


@pytest.mark.parametrize("name", ["Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Arimo-Regular.ttf"])
def test_a_line_of_print_is_read(name: str) -> None:
    image, box = page(name=name)
    (line,) = read(image, [Row(box, straight)])
    assert said(line) == TEXT
    assert math.exp(line.chances_of([TEXT])[0]) > 0.5


def test_a_bent_line_is_read_along_its_bend() -> None:
    image, box = page(bent=45.0)
    (blind,) = read(image, [Row(box, straight)])
    (line,) = read(image, [Row(box, lambda column: hang(column, box, 45.0))])
    assert said(line) == TEXT != said(blind)


def test_lines_of_all_lengths_come_back_in_their_order() -> None:
    image, box = page()
    middle = 100.0 + face("Tinos-Regular.ttf", 38).getlength("Giao Sở Tài chính ") - 4
    rows = [Row(box, straight), Row((box[0], box[1], middle, box[3]), straight), Row(box, straight)]
    assert [said(line).strip() for line in read(image, rows)] == [TEXT, "Giao Sở Tài chính", TEXT]
    assert read(image, []) == []


def test_nothing_is_read_from_paper_or_beyond_the_page() -> None:
    blank = np.full((60, 400), 250, np.uint8)
    rows = [Row((10.0, 10.0, 300.0, 40.0), straight), Row((390.0, 50.0, 500.0, 90.0), straight)]
    assert [said(line) for line in read(blank, rows)] == ["", ""]
    assert levelled(blank).max() == 0


def test_letters_are_where_they_stand() -> None:
    image, box = page("Chủ tịch")
    (line,) = read(image, [Row(box, straight)])
    letters = line.letters()
    gap = next(letter for letter in letters if letter.text == " ")
    at = line.left + gap.start * line.pitch
    assert at == pytest.approx(100 + face("Tinos-Regular.ttf", 38).getlength("Chủ"), abs=25)
    assert said(line.part(gap.end, len(line.chances))) == "tịch"


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_chances_are_the_sum_over_all_ways_of_saying_a_text(seed: int, places: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(places, 1 + len(LETTERS)))
    scores[:, 4:] -= 60
    chances = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    whole: Counter[str] = Counter()
    for path in itertools.product(range(4), repeat=places):
        text = "".join(LETTERS[c - 1] for before, c in zip((0, *path), path, strict=False) if c and c != before)
        whole[text] += math.exp(sum(chances[i, c] for i, c in enumerate(path)))
    found = Line(chances.astype(np.float32), 0.0, 1.0).chances_of(list(whole))
    assert [math.exp(chance) for chance in found] == pytest.approx(list(whole.values()), rel=1e-3, abs=1e-9)


def test_what_cannot_be_said_has_the_least_chance() -> None:
    line = Line(np.full((2, 1 + len(LETTERS)), -math.log(1 + len(LETTERS)), np.float32), 0.0, 1.0)
    assert line.chances_of(["abc", "aa", "字"]) == [LEAST] * 3
    dots = line.chances_of(["...", "…"])
    assert dots[0] == dots[1] > LEAST


def test_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 20_000_000
