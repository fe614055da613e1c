"""Lines of print that recognition passes over are found and read; what is no print is not."""

from __future__ import annotations

import shutil
from dataclasses import replace

import made_files
import numpy as np
import pytest

from extractor.reading import scan
from extractor.reading.engine import Engine, Image, Recognised, load
from extractor.reading.missed import doubled, unread
from extractor.reading.missed import missed as of_lines
from tests.extractor.reading.fake_engine import engine as fake

PAGE = np.asarray(made_files.printed())


def missed(words: list[Recognised], image: Image, dpi: int, engine: Engine) -> list[Recognised]:
    return of_lines(words, unread(words, image, dpi), image, dpi, engine)


@pytest.fixture
def engine() -> Engine:
    if not shutil.which("tesseract"):
        pytest.skip("Tesseract is not installed")
    return load()


def test_a_line_without_words_is_read(engine: Engine) -> None:
    words = engine.recognise(PAGE, 200)
    assert missed(words, PAGE, 200, engine) == []
    for gone in (1, 2):
        found = missed([word for word in words if word.line != gone], PAGE, 200, engine)
        assert " ".join(word.text for word in found) == made_files.PROSE[gone - 1]
        assert len({word.line for word in found}) == 1 and found[0].line not in {word.line for word in words}
        lost = next(word for word in words if word.line == gone)
        assert found[0].box == pytest.approx(lost.box, abs=8)


def test_what_is_no_print_gives_no_words(engine: Engine) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (600, 900), dtype=np.uint8)
    assert missed([], noise, 200, engine) == []
    assert missed([], np.full((600, 900), 255, np.uint8), 200, engine) == []
    assert missed(fake().recognise(PAGE, 200), PAGE[:150], 200, engine) == []


def test_two_lines_that_were_read_as_one_are_noticed() -> None:
    def line(number: int, top: float, high: float, *said: str) -> list[Recognised]:
        return [Recognised(w, (100.0 * i, top, 100.0 * i + 90, top + high), 0.9, number) for i, w in enumerate(said)]

    page = [*line(1, 100, 30, "Nơi", "nhận:"), *line(2, 140, 31, "Các", "sở,", "ban,"), *line(3, 180, 28, "Tỉnh", "ủy")]
    both = line(4, 220, 62, "UBND", "các", "xã,", "phường;")
    tall = line(5, 300, 70, "CHỦ", "TỊCH")  # two words may be large print
    assert doubled([*page, *both, *tall]) == both
    assert doubled(page) == [] == doubled([])


def test_two_lines_that_were_read_as_one_are_read_again(engine: Engine) -> None:
    words = engine.recognise(PAGE, 200)
    second, third = ([word for word in words if word.line == n] for n in (2, 3))
    bottom = max(word.box[3] for word in third)
    joined = [replace(word, box=(*word.box[:3], bottom)) for word in second]
    kept = [word for word in words if word.line not in (2, 3)]
    found, unreadable = scan._completed([*kept, *joined], PAGE, 200, engine)
    assert unreadable == 0
    assert sorted(word.text for word in found) == sorted(word.text for word in words)
