"""The second look at a signature block: how readings of one line are put together."""

from __future__ import annotations

import pytest

from extractor.reading.engine import Recognised
from extractor.reading.signing import (
    ZOOMS,
    _is_believed,
    _is_enough,
    _may_stand_alone,
    _recipients,
    _trimmed,
    _voted,
    _without_scraps,
)


def read(*words: tuple[str, float]) -> list[Recognised]:
    return [
        Recognised(text=text, box=(100.0 * i, 0.0, 100.0 * i + 80, 30.0), confidence=confidence, line=1)
        for i, (text, confidence) in enumerate(words)
    ]


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("Š*z⁄Ñ‹guyễn", "Nguyễn"),
        ("Ñguyễn", "Nguyễn"),
        ("Nguyễn", "Nguyễn"),
        ("KT.BỘ", "KT.BỘ"),
        ("Ägọc", "Agọc"),  # no name: it stays as it was read
        ("TRƯỞNG,", "TRƯỞNG,"),
    ],
)
def test_scraps_before_a_name(text: str, without: str) -> None:
    assert _without_scraps(text) == without


@pytest.mark.parametrize(
    ("line", "begins"),
    [
        ("Nơi nhận: CHỦ TỊCH", 0),
        ("' Nơi nhận:", 1),
        ("Nơi_nhận:", 0),
        ("Nơi nhận", 0),
        ("làm 1.204 ngôi nhà bị ngập", None),
        ("tại nơi nhận hồ sơ", None),
    ],
)
def test_where_recipients_begin(line: str, begins: int | None) -> None:
    words = read(*((text, 0.9) for text in line.split()))
    found = _recipients(words)
    assert (found and found[0]) == (None if begins is None else words[begins].box[0])


def test_marks_are_put_to_the_vote() -> None:
    first = read(("Nguyễn", 0.99), ("Tân", 0.9), ("Mẫu", 0.99))
    again = read(("Nguyễn", 0.99), ("Tấn", 0.8), ("Mẫu", 0.99))
    assert [w.text for w in _voted(first, [first, again])] == ["Nguyễn", "Tân", "Mẫu"]
    voted = _voted(first, [first, again, again])
    assert [w.text for w in voted] == ["Nguyễn", "Tấn", "Mẫu"]
    assert voted[1].confidence < 0.7, "readings that disagree are in doubt"
    other = read(("Nguyễn", 0.99), ("Toán", 0.99), ("Mẫu", 0.99))
    assert _voted(first, [first, other, other]) == first, "other letters are another reading, not another mark"


def test_a_reading_without_the_first_letters_votes_on_the_marks_of_the_others() -> None:
    first = read(("Lê", 0.9), ("Tân", 0.8), ("Mẫu", 0.99))
    cut = read(("Lê", 0.9), ("ấn", 0.97), ("Mẫu", 0.99))
    assert [w.text for w in _voted(first, [first, cut])] == ["Lê", "Tấn", "Mẫu"]
    other = read(("Lê", 0.9), ("àn", 0.1), ("Mẫu", 0.99))
    assert _voted(first, [first, other]) == first


def test_a_name_without_its_surname_is_looked_for_once_more() -> None:
    assert _is_enough(read(("Nguyễn", 0.99), ("Hoàng", 0.99), ("Anh", 0.99)), ZOOMS[0])
    assert not _is_enough(read(("Hoàng", 0.99), ("Anh", 0.99)), ZOOMS[0])
    assert _is_enough(read(("GIÁM", 0.99), ("ĐỐC", 0.99)), ZOOMS[0])
    assert not _is_enough(read(("TRƯỞNG", 0.99)), ZOOMS[0])
    assert _is_enough(read(("T/M", 0.99), ("BAN", 0.99), ("THƯỜNG", 0.99), ("VỤ", 0.99)), ZOOMS[0])


def test_a_title_that_is_told_needs_no_other_zoom() -> None:
    title = read(("GIÁM", 0.88), ("ĐÓC", 0.88))
    assert not _is_enough(title, ZOOMS[0])
    assert _is_enough(title, ZOOMS[1])
    assert not _is_enough(read(("GIÁM", 0.6), ("ĐÓC", 0.7)), ZOOMS[1])


def test_what_may_stand_where_nothing_was_read() -> None:
    assert _may_stand_alone(read(("Hoàng", 0.7), ("Anh", 0.7)))
    assert _may_stand_alone(read(("TƯỚNG", 0.9)))
    assert not _may_stand_alone(read(("SỐ", 0.9)))
    assert not _may_stand_alone(read(("Anh", 0.99)))
    assert _may_stand_alone(read(("Rơ", 0.9), ("Châm", 0.99), ("Lan", 0.99)))
    assert not _may_stand_alone(read(("Ngôn", 0.99), ("Nghiện", 0.97)))


@pytest.mark.parametrize(
    ("words", "believed"),
    [
        ([("ZZs", 0.16), ("ĐÀN", 0.66), ("N", 0.48)], False),  # the letters of a seal
        ([("VÀ", 0.48)], False),
        ([("CHỦ", 0.94), ("TỊCH", 0.6)], True),
        ([("Trần", 0.48), ("Lưu", 0.52)], True),
        ([("Ksor", 0.75)], True),
        ([], False),
    ],
)
def test_lines_of_the_block_that_say_something(words: list[tuple[str, float]], believed: bool) -> None:
    assert _is_believed(read(*words)) is believed


def test_letters_that_are_whole_names() -> None:
    assert [w.text for w in _trimmed(read(("Y", 0.95), ("Thinh", 0.9), ("Niê", 0.9)))] == ["Y", "Thinh", "Niê"]
    assert [w.text for w in _trimmed(read(("Y", 0.5), ("Thinh", 0.9), ("Niê", 0.9)))] == ["Thinh", "Niê"]
