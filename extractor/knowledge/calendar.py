"""Working days of Vietnam's civil servants: Monday to Friday, without holidays, with the Saturdays swapped in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from extractor.knowledge.table import rows

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Correction:
    """A day that is off or worked, whatever the library says; unverified ones await the official notice."""

    day: date
    kind: Literal["off", "work"]
    verified: bool
    note: str


@cache
def corrections() -> dict[date, Correction]:
    """The table calendar.csv by day."""
    table = (
        Correction(
            date.fromisoformat(row["day"]),
            "work" if row["kind"] == "work" else "off",
            row["verified"] == "yes",
            row["note"],
        )
        for row in rows("calendar.csv")
    )
    return {each.day: each for each in table}


@cache
def _year(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """The holidays of a year with their substitutes, and the weekend days on which work is made up."""
    # The library takes long to import, and most documents count no working days.
    from holidays.countries.vietnam import Vietnam

    calendar = Vietnam(years=year, expand=False)  # type: ignore[no-untyped-call]
    return frozenset(calendar), frozenset(calendar.weekend_workdays)


def is_working_day(day: date) -> bool:
    """Whether offices work on that day; holidays of years to come are the library's estimate."""
    if correction := corrections().get(day):
        return correction.kind == "work"
    off, made_up = _year(day.year)
    return day in made_up if day.weekday() >= 5 else day not in off


def add_working_days(start: date, count: int) -> date:
    """The last of `count` working days after `start`; the first day is not counted (Civil Code 2015, article 147).

    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"cannot count {count} working days")
    day = start
    while count:
        day += _DAY
        count -= is_working_day(day)
    return day
