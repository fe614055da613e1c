"""Made lines of print: what they say can be said by the recogniser, and their ink is where they say."""

from __future__ import annotations

import numpy as np
import pytest

from corpus import lines
from extractor.reading.lines import HEIGHT, LETTERS
from extractor.reading.syllable import is_syllable


@pytest.fixture(scope="module")
def made() -> list[lines.Line]:
    try:
        return lines.lines(np.random.default_rng(4), 60)
    except FileNotFoundError as missing:
        pytest.skip(f"thiếu phông chữ / a typeface is not installed: {missing}")


def test_lines_say_what_can_be_said(made: list[lines.Line]) -> None:
    assert all(set(line.text) <= set(LETTERS) and line.text == line.text.strip() != "" for line in made)
    assert len({line.text for line in made}) > 50
    assert len(LETTERS) == len(set(LETTERS))


def test_ink_is_where_the_line_says(made: list[lines.Line]) -> None:
    for line in made:
        assert line.ink.shape[0] == lines.HIGH and line.ink.shape[1] in lines.WIDTHS
        own = line.ink[line.top : line.bottom]
        assert own[0].max() > 60 and own[-1].max() > 60
        assert not own[:, -1].any()


def test_the_same_seed_gives_the_same(made: list[lines.Line]) -> None:
    again = lines.lines(np.random.default_rng(4), 60)
    assert [line.text for line in again] == [line.text for line in made]
    assert all((a.ink == b.ink).all() for a, b in zip(again, made, strict=True))


def test_every_syllable_that_can_be_is_among_those_that_are_set() -> None:
    syllables = lines.syllables()
    assert 15_000 < len(syllables) == len(set(syllables))
    assert all(map(is_syllable, syllables[::37]))
    for known in ("hoà", "hòa", "thuỷ", "thủy", "quyết", "nghiêng", "giữa", "ươm", "y", "khuya", "ngoằn"):
        assert known in syllables
    assert "tươĩ" not in syllables


def test_worn_lines_keep_their_shape() -> None:
    torch = pytest.importorskip("torch", reason="không có PyTorch / PyTorch is not installed here")
    from corpus.worn import worn

    try:
        some = [line for line in lines.lines(np.random.default_rng(4), 60) if line.ink.shape[1] == lines.WIDTHS[1]]
    except FileNotFoundError as missing:
        pytest.skip(f"thiếu phông chữ / a typeface is not installed: {missing}")
    shown, ends = worn(
        torch.from_numpy(np.stack([line.ink for line in some])),
        torch.tensor([line.top for line in some]),
        torch.tensor([line.bottom for line in some]),
        torch.tensor([int(np.flatnonzero(line.ink.max(axis=0))[-1]) + 1 for line in some]),
    )
    assert shown.shape[:3] == (len(some), 1, HEIGHT) and shown.min() >= 0 and shown.max() <= 1
    assert all(not line[0, :, int(end) + 1 :].any() for line, end in zip(shown, ends.tolist(), strict=True))
