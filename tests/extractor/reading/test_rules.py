"""Ruled lines on made images: grids are found and painted over, other strokes are not."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from extractor.reading import rules
from extractor.reading.cells import recognise_cells, without_tables
from extractor.reading.clean import turn_slightly
from extractor.reading.engine import Image, Recognised
from extractor.reading.grid import find_grids
from extractor.record import Box

DPI = 200
XS, YS = (200, 300, 800, 1100, 1450), (600, 700, 850, 1000)  # pixels


def blank() -> Image:
    return np.full((2339, 1654), 250, np.uint8)


def ruled(xs: tuple[int, ...] = XS, ys: tuple[int, ...] = YS, *, grey: int = 60) -> Image:
    page = blank()
    for x in xs:
        cv2.line(page, (x, ys[0]), (x, ys[-1]), (grey,), 2)
    for y in ys:
        cv2.line(page, (xs[0], y), (xs[-1], y), (grey,), 2)
    return page


def in_points(boxes: list[Box]) -> list[Box]:
    return [(a * 72 / DPI, b * 72 / DPI, c * 72 / DPI, d * 72 / DPI) for a, b, c, d in boxes]


def found(page: Image) -> tuple[Box, ...]:
    return rules.grids(in_points(rules.strokes(page, DPI)), page.shape[1] * 72 / DPI)


@pytest.mark.parametrize("degrees", [0.0, 0.3, -0.4])
def test_a_grid_is_found_and_made_of_cells(degrees: float) -> None:
    lines = found(turn_slightly(ruled(), degrees))
    assert len(lines) == len(XS) + len(YS)
    (grid,) = find_grids(lines)
    assert len(grid.columns) == len(XS)
    assert len(grid.rows) == len(YS)
    assert [(s.row, s.column, s.rows, s.columns) for s in grid.slots] == [
        (row, column, 1, 1) for row in range(3) for column in range(4)
    ]


def test_a_cell_across_all_columns_is_one() -> None:
    page = ruled()
    for x in XS[1:-1]:
        page[703:848, x - 2 : x + 3] = 250
    (grid,) = find_grids(found(page))
    assert [(s.row, s.column, s.columns) for s in grid.slots if s.row == 1] == [(1, 0, 4)]


def test_a_broken_rule_is_one() -> None:
    page = ruled()
    for x in range(220, 1450, 90):
        page[690:710, x : x + 8] = 250
    assert len(find_grids(found(page))[0].slots) == 12


@pytest.mark.parametrize(
    "page",
    [
        blank(),
        ruled((300, 1300), (500, 700)),  # a frame
        ruled((300, 1300), (500, 600, 700, 800)),  # a list in a frame
        ruled((200, 300, 400), (500, 600, 700)),  # a stamp
    ],
)
def test_what_is_no_table(page: Image) -> None:
    cv2.line(page, (700, 300), (1000, 300), (0,), 2)  # the line under the Quốc hiệu
    cv2.line(page, (1600, 0), (1600, 2338), (0,), 3)  # a scanner's streak
    assert found(page) == ()


def test_rules_are_painted_over_and_print_stays() -> None:
    page = ruled()
    cv2.putText(page, "Nhiem vu", (330, 670), cv2.FONT_HERSHEY_COMPLEX, 1.0, (20,), 2)
    ink = int((page[610:690, 310:790] < 128).sum())
    clean = rules.without(page, rules.strokes(page, DPI))
    assert int((clean[610:690, 310:790] < 128).sum()) == ink
    clean[610:690, 310:790] = 250
    assert int((clean < 200).sum()) == 0
    assert int((without_tables(page, find_grids(found(page)), DPI) < 200).sum()) <= 2 * 4 * 2339


def test_no_ink_no_rules_at_any_resolution() -> None:
    for dpi in (2, 5, 72, 400):
        assert rules.strokes(np.zeros((60, 60), np.uint8), dpi) == [] or dpi < 72


class Blots:
    """An engine that reads each blot of ink as a word of its width."""

    def __init__(self) -> None:
        self.sheets: list[Image] = []

    def recognise(self, image: Image, dpi: int) -> list[Recognised]:
        self.sheets.append(image)
        _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(image < 128, np.uint8))
        return [
            Recognised(str(w), (float(x), float(y), float(x + w), float(y + h)), 0.9, i)
            for i, (x, y, w, h, _) in enumerate(stats[1:].tolist(), start=1)
        ]

    def recognise_lines(self, images: Sequence[Image], dpi: int) -> list[list[Recognised]]:
        return [self.recognise(image, dpi) for image in images]


def test_cells_are_read_below_each_other_and_words_go_back_to_their_places() -> None:
    page = ruled()
    grids = find_grids(found(page))
    places = [(320, 640, 360, 660), (1200, 640, 1290, 660), (220, 760, 230, 780), (500, 900, 570, 920)]
    for x0, y0, x1, y1 in places:
        page[y0:y1, x0:x1] = 0
    engine = Blots()
    words = recognise_cells(rules.without(page, rules.strokes(page, DPI)), grids, DPI, engine)
    assert [w.box for w in words] == [tuple(map(float, place)) for place in places]
    assert [w.text for w in words] == ["40", "90", "10", "70"]
    assert len(engine.sheets) == 1
