"""The second look at a signature block: how readings of one line are put together."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.reading.engine import Image, Recognised
from extractor.reading.seal import without_rings
from extractor.reading.signing import (
    ZOOMS,
    _is_enough,
    _may_stand_alone,
    _recipients,
    _trimmed,
    _voted,
    _without_scraps,
    versions,
)

DPI = 200


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


def test_letters_that_are_whole_names() -> None:
    assert [w.text for w in _trimmed(read(("Y", 0.95), ("Thinh", 0.9), ("Niê", 0.9)))] == ["Y", "Thinh", "Niê"]
    assert [w.text for w in _trimmed(read(("Y", 0.5), ("Thinh", 0.9), ("Niê", 0.9)))] == ["Thinh", "Niê"]


def stamped(ink: int, *, ring: bool = True) -> tuple[Image, Image]:
    """A line of print, and the same with a seal over its beginning, in ink of this grey value."""
    paper = np.full((700, 800), 255, np.uint8)
    cv2.putText(paper, "Nguyen Van Mau", (330, 430), cv2.FONT_HERSHEY_TRIPLEX, 1.1, (0,), 3, cv2.LINE_AA)
    seal = np.full_like(paper, 255)
    if ring:
        cv2.circle(seal, (270, 320), 142, (ink,), 7, cv2.LINE_AA)
        cv2.circle(seal, (270, 320), 120, (ink,), 2, cv2.LINE_AA)
    cv2.putText(seal, "MAU", (200, 330), cv2.FONT_HERSHEY_TRIPLEX, 1.6, (ink,), 3, cv2.LINE_AA)
    return paper, np.minimum(paper, seal)


def off(one: Image, other: Image) -> float:
    """The share of the print that two images do not have alike, in the part where seal and print meet."""
    part = (slice(380, 450), slice(320, 420))
    differ = (one[part] < 128) != (other[part] < 128)
    return float(differ.sum() / (one[part] < 128).sum())


def test_the_rings_of_a_seal_are_taken_off_the_print() -> None:
    print_, under = stamped(0)
    bare = without_rings(under, DPI)
    assert bare is not None
    assert off(print_, under) > 0.3
    assert off(print_, bare) < 0.2
    assert np.array_equal(bare[:, 450:], under[:, 450:]), "what is beside the seal stays as it is"


@pytest.mark.parametrize("empty", [True, False])
def test_without_a_ring_there_is_no_seal(empty: bool) -> None:
    _, page = stamped(0, ring=False)
    assert without_rings(np.full_like(page, 255) if empty else page, DPI) is None


def test_a_seal_paler_than_the_print_is_left_out() -> None:
    print_, under = stamped(120)
    grey, black = versions(under)
    assert np.array_equal(grey, under)
    assert off(print_, black) < 0.12
    assert black[320 - 142, 270] == 255
    assert len(versions(stamped(0)[1])) == 1, "where all ink is alike, none is left out"


def test_print_goes_on_across_a_seal_that_hides_it() -> None:
    print_, _ = stamped(0)
    page = cv2.cvtColor(print_, cv2.COLOR_GRAY2RGB)
    cv2.circle(page, (270, 320), 142, (220, 20, 40), 7, cv2.LINE_AA)
    read_as = versions(np.asarray(page, dtype=np.uint8))
    across = read_as[-1]
    assert off(print_, across) < min(off(print_, other) for other in read_as[:-1])
