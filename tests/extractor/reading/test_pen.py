"""Gaps in the head of a made page: found between the printed words, filled with what stands in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from made_files import font
from PIL import Image as PillowImage
from PIL import ImageDraw

from corpus.ink import write
from extractor.reading import pen
from extractor.reading.digits import Guess
from extractor.reading.engine import Image, Recognised

DPI = 200
SHAPE = (2339, 1654)


@dataclass
class Page:
    """A page on which words are printed and digits written; what an engine would read of it is said beside each."""

    image: Image
    words: list[Recognised]

    def filled(self) -> list[Recognised]:
        return pen.fill_gaps(self.words, lambda: self.image, SHAPE, DPI)


def page(*pieces: tuple[str, str, float, float]) -> Page:
    """Pieces are (printed text or "*digits" by pen, what is read there, confidence, inches from the left); all on one line, 2 inches down."""
    if font(10) is None:
        pytest.skip("no font with Vietnamese letters")
    rng = np.random.default_rng(4)
    sheet = PillowImage.new("L", (SHAPE[1], SHAPE[0]), 255)
    draw = ImageDraw.Draw(sheet)
    words: list[Recognised] = []
    size = 13.4 * DPI / 72
    for text, read, confidence, left in pieces:
        x, base = left * DPI, 2.0 * DPI
        if text.startswith("*"):
            mask = write(text[1:], 0.17 * DPI, rng)
            ink = PillowImage.fromarray((255 * (1 - mask)).astype(np.uint8))
            sheet.paste(ink, (round(x), round(base - mask.shape[0] * 0.8)))
            right = x + mask.shape[1]
        else:
            draw.text((x, base), text, font=font(round(size)), fill=0, anchor="ls")
            right = x + pen._width(text) * size
        if read:
            words.append(Recognised(read, (x, base - 0.7 * size, right, base), confidence, 1))
    return Page(np.asarray(sheet), words)


NUMBER = [("Số:", "Số:", 0.99, 1.0), ("*23", "đ)", 0.3, 1.3), ("/CT-UBND", "/CT-UBND", 0.6, 1.9)]
DATE = [
    ("Hà Nội,", "Nội,", 0.99, 3.8), ("ngày", "ngày", 0.99, 4.5), ("*15", "fÕ", 0.3, 4.85), ("tháng", "tháng", 0.99, 5.4),
    ("5", "5", 0.99, 6.0), ("năm", "năm", 0.99, 6.2), ("2021", "2021", 0.99, 6.65),
]  # fmt: skip


def test_a_gap_is_filled_by_what_the_recogniser_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Image] = []

    def reads(strip: Image, allowed: object, count: int = 4) -> list[Guess]:
        seen.append(strip)
        return [Guess("23", 0.8), Guess("28", 0.1), Guess("", 0.05)]

    monkeypatch.setattr(pen, "read_digits", reads)
    made = page(*NUMBER)
    found = made.filled()
    assert [w.text for w in found] == ["Số:", "23", "/CT-UBND"]
    digits = found[1]
    assert digits.guesses == (("23", 0.8), ("28", 0.1))
    assert digits.confidence == 0.8
    assert digits.raw is not None and "đ)" in digits.raw
    assert made.words[0].box[2] <= digits.box[0] + 2 and digits.box[2] <= made.words[2].box[0] + 2
    assert seen[0].min() < 100  # the pen is on the strip


def test_digits_that_the_engine_read_surely_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "read_digits", lambda *_: pytest.fail("was read again"))
    typed = [NUMBER[0], ("17", "17", 0.98, 1.4), NUMBER[2]]
    assert [w.text for w in page(*typed).filled()] == ["Số:", "17", "/CT-UBND"]


def test_a_blank_gap_stays_blank() -> None:
    blank = [NUMBER[0], NUMBER[2]]
    assert [w.text for w in page(*blank).filled()] == ["Số:", "/CT-UBND"]


@pytest.mark.parametrize(
    ("pieces", "texts"),
    [
        ([("Số:", "Số:⁄41", 0.4, 1.0), NUMBER[2]], ["Số:", "23", "/CT-UBND"]),
        ([("Số: 23/CT-UBND", "Số:8/CT-UBND", 0.4, 1.0)], ["Số:", "23", "/CT-UBND"]),
    ],
)
def test_print_that_a_pen_ran_into_is_parted_from_it(
    pieces: list[tuple[str, str, float, float]], texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pen, "read_digits", lambda *_: [Guess("23", 0.9)])
    assert [w.text for w in page(*pieces).filled()] == texts


def test_a_day_is_one_to_thirty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[bool] = []

    def reads(strip: Image, may_be: object, count: int = 4) -> list[Guess]:
        assert callable(may_be)
        allowed.extend(bool(may_be(text)) for text in ("1", "01", "31", "32", "00", "115"))
        return [Guess("15", 0.9)]

    monkeypatch.setattr(pen, "read_digits", reads)
    assert [w.text for w in page(*DATE).filled()] == ["Nội,", "ngày", "15", "tháng", "5", "năm", "2021"]
    assert allowed == [True, True, True, False, False, False]


def test_dates_in_sentences_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "read_digits", lambda *_: pytest.fail("was read"))
    sentence = [("Luật", "Luật", 0.9, 3.8), *DATE[1:], ("của", "của", 0.9, 7.1), ("Bộ", "Bộ", 0.9, 7.3)]
    found = page(*sentence).filled()
    assert [w.text for w in found][2] == "fÕ"


def test_the_shipped_recogniser_reads_the_gap() -> None:
    found = {w.text for w in page(*NUMBER).filled()}
    assert "23" in found
