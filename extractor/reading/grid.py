"""Ruled lines to grids of cells, merged cells whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.record import Box

SNAP = 5.0  # points: rules nearer than this are one, drawn in pieces or bent by the scanner

_LEAN = 9.0  # points that pieces of one rule may lie apart where a scan is sheared
_BORDER = 0.5  # share of a side that must be ruled to part two cells


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a grid: its first row and column, from 0, how many it spans, and its box."""

    row: int
    column: int
    rows: int
    columns: int
    box: Box


@dataclass(frozen=True)
class Grid:
    """A table's cells on one page. `columns` and `rows` are the places of the rules, in points."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    cells: tuple[tuple[Slot, ...], ...]  # by row and column of the grid; a cell that spans several stands in each

    @property
    def box(self) -> Box:
        return self.columns[0], self.rows[0], self.columns[-1], self.rows[-1]

    @property
    def slots(self) -> list[Slot]:
        """The cells row by row, from left to right."""
        return sorted({slot for row in self.cells for slot in row}, key=lambda slot: (slot.row, slot.column))

    def slot_at(self, box: Box) -> Slot | None:
        """The cell that holds the middle of this box; None outside of the table."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        column, row = bisect_right(self.columns, x) - 1, bisect_right(self.rows, y) - 1
        if 0 <= row < len(self.cells) and 0 <= column < len(self.cells[0]):
            return self.cells[row][column]
        return None


def find_grids(rules: Sequence[Box]) -> list[Grid]:
    """The tables that these ruled lines make, from top to bottom. Boxes in points, on a page that stands upright."""
    found = [grid for group in _groups(rules) if (grid := _grid(group))]
    return sorted(found, key=lambda grid: grid.rows[0])


def _groups(rules: Sequence[Box]) -> list[list[Box]]:
    """Rules that touch, directly or through others."""
    groups: list[list[Box]] = []
    for rule in rules:
        touched = [g for g in groups if any(_touch(rule, other) for other in g)]
        groups = [g for g in groups if g not in touched]
        groups.append([rule, *(other for g in touched for other in g)])
    return groups


def _touch(a: Box, b: Box) -> bool:
    return a[0] <= b[2] + SNAP and b[0] <= a[2] + SNAP and a[1] <= b[3] + SNAP and b[1] <= a[3] + SNAP


def _grid(rules: Sequence[Box]) -> Grid | None:
    level = [r for r in rules if r[2] - r[0] >= r[3] - r[1]]
    upright = [r for r in rules if r[2] - r[0] < r[3] - r[1]]
    # As (place, from, to) along the rule.
    columns = _tracks([((r[0] + r[2]) / 2, r[1], r[3]) for r in upright])
    rows = _tracks([((r[1] + r[3]) / 2, r[0], r[2]) for r in level])
    if len(columns) < 3 or len(rows) < 2:
        return None
    xs, ys = [place for place, _ in columns], [place for place, _ in rows]
    height, width = len(ys) - 1, len(xs) - 1
    owner = list(range(height * width))  # the first of the cells that this one is part of

    def first(i: int) -> int:
        while owner[i] != i:
            i = owner[i]
        return i

    def unite(i: int, j: int) -> None:
        a, b = sorted((first(i), first(j)))
        owner[b] = a

    for row in range(height):
        for column in range(width):
            i = row * width + column
            if column + 1 < width and not _ruled(columns[column + 1][1], ys[row], ys[row + 1]):
                unite(i, i + 1)
            if row + 1 < height and not _ruled(rows[row + 1][1], xs[column], xs[column + 1]):
                unite(i, i + width)
    members: dict[int, list[int]] = {}
    for i in range(height * width):
        members.setdefault(first(i), []).append(i)
    cells: dict[int, Slot] = {}
    for i, own in members.items():
        top, bottom = min(m // width for m in own), max(m // width for m in own)
        left, right = min(m % width for m in own), max(m % width for m in own)
        box = (xs[left], ys[top], xs[right + 1], ys[bottom + 1])
        cells[i] = Slot(top, left, bottom - top + 1, right - left + 1, box)
    if len(cells) < 2:
        return None
    table = tuple(tuple(cells[first(row * width + column)] for column in range(width)) for row in range(height))
    return Grid(tuple(xs), tuple(ys), table)


def _tracks(strokes: Iterable[tuple[float, float, float]]) -> list[tuple[float, list[tuple[float, float]]]]:
    """Strokes in line with each other: their mean place, and the stretches that they cover.

    Pieces of one rule that leans lie further apart than two rules may, but never beside each other.
    """
    tracks: list[list[tuple[float, float, float]]] = []
    for stroke in sorted(strokes):
        if tracks:
            own = tracks[-1]
            apart = stroke[0] - own[-1][0]
            beside = any(min(stroke[2], end) - max(stroke[1], start) > SNAP for _, start, end in own)
            if apart <= SNAP or (apart <= _LEAN and not beside):
                own.append(stroke)
                continue
        tracks.append([stroke])
    placed: list[tuple[float, list[tuple[float, float]]]] = []
    for own in tracks:
        weight = sum(end - start for _, start, end in own)
        place = sum(at * (end - start) for at, start, end in own) / weight
        placed.append((place, [(start, end) for _, start, end in own]))
    return placed


def _ruled(stretches: Sequence[tuple[float, float]], start: float, end: float) -> bool:
    """Whether the stretches cover enough of [start, end]."""
    covered, reach = 0.0, start
    for a, b in sorted(stretches):
        covered += max(0.0, min(b, end) - max(a, reach))
        reach = max(reach, min(b, end))
    return covered >= _BORDER * (end - start)
