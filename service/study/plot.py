"""A series as a drawing: for the page in pixels, for the terminal in characters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 720, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 84, 24, 16, 34  # margins in which the labels stand
_MOST_YEARS = 12  # that are named below a plot


@dataclass(frozen=True, slots=True)
class Dot:
    """A point, and from `y` to `y_max` its range where it is one."""

    x: float
    y: float
    y_max: float | None
    index: int  # among the points given


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    dots: Sequence[Dot]
    across: Sequence[Tick]  # years, at their ends
    upwards: Sequence[Tick]


Value = tuple[date | None, float, float | None]


def plot(points: Sequence[Value]) -> Plot | None:
    """Day, value and end of the range of each point → where it lies. None without two points that have a day."""
    dated = [(n, on, low, high) for n, (on, low, high) in enumerate(points) if on]
    if len(dated) < 2:
        return None
    steps = rounded([low for *_, low, _ in dated] + [high for *_, high in dated if high is not None])
    first, last = min(on for _, on, *_ in dated), max(on for _, on, *_ in dated)
    start, end = date(first.year, 1, 1).toordinal(), date(last.year, 12, 31).toordinal()

    def x(on: date) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (on.toordinal() - start) / (end - start)

    def y(value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (value - steps[0]) / (steps[-1] - steps[0])

    years = range(first.year, last.year + 1)
    every = math.ceil(len(years) / _MOST_YEARS)
    return Plot(
        [Dot(x(on), y(low), y(high) if high is not None else None, n) for n, on, low, high in dated],
        [Tick(x(date(year, 12, 31)), str(year)) for year in list(years)[::-1][::every]],
        [Tick(y(step), spoken(step)) for step in steps],
    )


def rounded(values: Sequence[float], about: int = 4) -> list[float]:
    """Round numbers, evenly spaced, from below the least value to above the greatest."""
    low, high = min(values), max(values)
    if low == high:
        low, high = (low * 0.9, high * 1.1) if low else (-1.0, 1.0)
        low, high = min(low, high), max(low, high)
    raw = (high - low) / about
    base = 10.0 ** math.floor(math.log10(raw))
    step = next(base * factor for factor in (1, 2, 2.5, 5, 10) if base * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def spoken(value: float) -> str:
    """A number as Vietnamese write it: 1.234,5; up to six digits count."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) < 1e4 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate({ord(","): ".", ord("."): ","})


def in_characters(points: Sequence[Value], width: int = 64, height: int = 10) -> list[str]:
    """The same for a terminal: one line a step of the scale, years below; none without two points that have a day."""
    drawn = plot(points)
    if drawn is None:
        return []
    labels = [tick.label for tick in drawn.upwards]
    left = max(map(len, labels)) + 1
    grid = [[" "] * width for _ in range(height)]

    def column(x: float) -> int:
        return round((x - _LEFT) / (WIDTH - _LEFT - _RIGHT) * (width - 1))

    def row(y: float) -> int:
        return round((y - _TOP) / (HEIGHT - _TOP - _BOTTOM) * (height - 1))

    for dot in drawn.dots:
        if dot.y_max is not None:
            for line in range(min(row(dot.y), row(dot.y_max)), max(row(dot.y), row(dot.y_max)) + 1):
                grid[line][column(dot.x)] = "│"
        grid[row(dot.y)][column(dot.x)] = "●"
    scale = {row(tick.at): tick.label for tick in drawn.upwards}
    lines = [
        f"{scale.get(n, ''):>{left}} {'┤' if n in scale else '│'}{''.join(cells).rstrip()}"
        for n, cells in enumerate(grid)
    ]
    below = [" "] * (width + 6)
    for tick in sorted(drawn.across, key=lambda tick: -tick.at):
        at = max(column(tick.at) - 3, 0)
        if not "".join(below[at : at + 5]).strip():
            below[at : at + 4] = tick.label
    return [*lines, f"{'':>{left}} └{'─' * width}", f"{'':>{left}}  {''.join(below).rstrip()}"]
