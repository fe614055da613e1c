"""How well indicators are brought together: labelled pairs, those the rules were built with and those written afterwards."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.study import indicators, units

PAIRS = Path(__file__).parent / "study" / "indicators.csv"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two indicators with the units of their values; `same` is what readers say."""

    part: str
    left: str
    right: str
    left_unit: str
    right_unit: str
    same: bool

    def likeness(self) -> float:
        """0 where the values can share no line."""
        one, other = indicators.indicator(self.left), indicators.indicator(self.right)
        if units.amount(self.left_unit).measure != units.amount(self.right_unit).measure or one.growth != other.growth:
            return 0.0
        return indicators.likeness(one, other)

    def found(self) -> bool:
        return self.likeness() >= indicators.SAME


def pairs() -> list[Pair]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        return [
            Pair(row["part"], row["left"], row["right"], row["left_unit"], row["right_unit"], row["same"] == "1")
            for row in csv.DictReader(file)
        ]


def figures(some: Sequence[Pair]) -> tuple[float, float]:
    """Precision and recall of what is called the same."""
    found = [pair for pair in some if pair.found()]
    right = sum(pair.same for pair in found)
    return right / (len(found) or 1), right / (sum(pair.same for pair in some) or 1)


def report() -> None:
    """Print the figures of each part and every error."""
    every = pairs()
    for part, told in (("built", "cặp dùng khi viết quy tắc / built with"), ("held", "cặp viết sau đó / held out")):
        some = [pair for pair in every if pair.part == part]
        precision, recall = figures(some)
        doubtful = sum(indicators.PERHAPS <= pair.likeness() < indicators.SAME for pair in some)
        print(f"{told}: {len(some)} cặp, độ chính xác {precision:.3f}, độ phủ {recall:.3f}, ngờ {doubtful}")
        for pair in some:
            if pair.found() != pair.same:
                told = "gộp nhầm" if pair.found() else "bỏ sót "
                print(
                    f"  {told} {pair.likeness():.2f}  {pair.left} [{pair.left_unit}] ~ {pair.right} [{pair.right_unit}]"
                )
