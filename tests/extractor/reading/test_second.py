"""What a second reader makes of the words that the engine doubts: which words it is shown, and how they are divided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from corpus.lines import face, is_installed
from extractor.reading import lines
from extractor.reading.engine import Recognised
from extractor.reading.repair import repair
from extractor.reading.second import look, read

pytestmark = pytest.mark.skipif(
    not is_installed("Tinos-Regular.ttf"), reason="thiếu phông Tinos / the font Tinos is not installed (fonts-croscore)"
)

PRINTED = "Giao Công an tỉnh xử lý nghiêm trước ngày 15/4/2021"
SIZE = 38


def page(text: str = PRINTED) -> np.ndarray:
    sheet = Image.new("L", (1600, 240), 255)
    ImageDraw.Draw(sheet).text((100, 130), text, fill=0, font=face("Tinos-Regular.ttf", SIZE), anchor="ls")
    return np.asarray(sheet)


def words(*said: tuple[str, str, float]) -> list[Recognised]:
    """Words as an engine says them: what is printed there, what it reads, and how sure it is."""
    font, found, at = face("Tinos-Regular.ttf", SIZE), list[Recognised](), 100.0
    for printed, text, sure in said:
        right = at + font.getlength(printed)
        if text:
            found.append(Recognised(text, (at, 94.0, right, 140.0), sure, 1))
        at = right + font.getlength(" ")
    return found


def as_printed(**other: tuple[str, float]) -> list[Recognised]:
    return words(*((word, *other.get(word, (word, 0.998))) for word in PRINTED.split()))


def settled(found: list[Recognised]) -> list[Recognised]:
    return repair(*look(found, page))


def text(found: list[Recognised]) -> str:
    return " ".join(word.text for word in found)


def test_what_the_engine_is_sure_of_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "read", lambda *_: pytest.fail("looked"))
    found, sights = look(as_printed(), lambda: pytest.fail("asked for the page"))
    assert text(found) == PRINTED and sights == [None] * len(found)


def test_only_doubted_words_and_their_neighbours_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[lines.Row] = []
    once = lines.read
    monkeypatch.setattr(lines, "read", lambda image, rows: seen.extend(rows) or once(image, rows))
    own = as_printed(tỉnh=("tĩnh", 0.5))
    look(own, page)
    (row,) = seen
    assert own[0].box[2] < row.box[0] < own[1].box[0] and own[5].box[2] < row.box[2] < own[6].box[0]


def test_a_word_that_both_read_alike_is_surer_than_before() -> None:
    (word,) = [w for w in settled(as_printed(nghiêm=("nghiêm", 0.6))) if w.text == "nghiêm"]
    assert word.confidence > 0.85 and word.raw is None


def test_letters_that_the_engine_took_for_others_are_put_right() -> None:
    found = settled(as_printed(tỉnh=("tĩnh", 0.5), nghiêm=("nghỉcm", 0.3)))
    assert text(found) == PRINTED
    assert [w.raw for w in found if w.raw] == ["tĩnh", "nghỉcm"]


def test_words_run_together_are_parted() -> None:
    own = as_printed()
    joined = Recognised("xử4ý", (own[4].box[0], 94.0, own[5].box[2], 140.0), 0.48, 1)
    found = settled([*own[:4], joined, *own[6:]])
    assert text(found) == PRINTED
    parts = [w for w in found if w.raw == "xử4ý"]
    assert [w.text for w in parts] == ["xử", "lý"]
    assert parts[0].box[2] <= parts[1].box[0] + 6 and parts[1].box[2] == pytest.approx(own[5].box[2], abs=15)


@pytest.mark.parametrize(("printed", "joined"), [("1 5", "15"), ("g ửi", "gửi"), ("năm 2 025", "năm 2025")])
def test_white_within_a_number_or_a_syllable_parts_nothing(printed: str, joined: str) -> None:
    right = 100 + face("Tinos-Regular.ttf", SIZE).getlength(printed)
    own = [Recognised(joined.split()[-1], (100.0, 94.0, right, 140.0), 0.6, 1)]
    if " " in joined:
        middle = 100 + face("Tinos-Regular.ttf", SIZE).getlength("năm ")
        own = [
            Recognised("năm", (100.0, 94.0, middle - 8, 140.0), 0.9, 1),
            replace(own[0], box=(middle, 94.0, right, 140.0)),
        ]
    assert text(look(own, lambda: page(printed))[0]) == joined


def test_scraps_between_words_go() -> None:
    own = as_printed()
    scrap = Recognised("ˆ", (own[3].box[2], 94.0, own[4].box[0], 100.0), 0.16, 1)
    assert text(settled([*own[:4], scrap, *own[4:]])) == PRINTED


def test_a_figure_that_the_second_reader_does_not_see_stays() -> None:
    """A pen's digits, say, which look like nothing it knows."""
    own = as_printed()
    pen = Recognised("25", (own[3].box[2], 94.0, own[4].box[0], 140.0), 0.4, 1)
    assert "tỉnh 25 xử" in text(settled([*own[:4], pen, *own[4:]]))


def test_a_number_that_the_two_read_differently_stays_in_doubt() -> None:
    (date,) = [w for w in settled(as_printed(**{"15/4/2021": ("16/4/2021", 0.6)})) if "2021" in w.text]
    assert date.confidence <= 0.9
    (same,) = [w for w in settled(as_printed(**{"15/4/2021": ("15/4/2021", 0.6)})) if "2021" in w.text]
    assert same.text == "15/4/2021" and same.confidence > 0.9


def test_digits_of_a_pen_are_left_to_their_reader() -> None:
    own = as_printed(**{"15/4/2021": ("15", 0.6)})
    own[-1] = Recognised("15", own[-1].box, 0.6, 1, raw="1§", guesses=(("15", 0.6), ("16", 0.3)))
    assert look(own, page)[1][-1] is None
    assert settled(own)[-1] == own[-1]


def test_a_page_on_which_it_sees_nothing_changes_nothing() -> None:
    own = as_printed(an=("ản", 0.5), lý=("1ý", 0.4))
    found, sights = look(own, lambda: np.full((240, 1600), 255, np.uint8))
    assert found == own and not any(sights)


def test_rows_of_dots_are_the_engine_s() -> None:
    own = [Recognised("ngày.......", (100.0, 94.0, 300.0, 140.0), 0.6, 1)]
    found, sights = look(own, lambda: page("ngày....."))
    assert found[0].text == "ngày......." and sights == [None]


def test_a_line_by_itself_has_words_with_their_places() -> None:
    own = as_printed()
    ((*found,),) = read(page(), [(own[0].box[0], 100.0, own[-1].box[2], 138.0)])
    assert text(found) == PRINTED
    for word, printed in zip(found, own, strict=True):
        assert word.box[0] == pytest.approx(printed.box[0], abs=14) and word.box[2] == pytest.approx(
            printed.box[2], abs=14
        )
        assert 0.3 < word.confidence <= 0.95
