"""The print under a seal: rings taken off, pale ink left out, strokes drawn on across opaque ink."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from extractor.reading.engine import Image
from extractor.reading.seal import without_rings
from extractor.reading.signing import versions

DPI = 200


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
