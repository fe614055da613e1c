"""Vietnamese dates and calendar periods, in every spelling that directives use.

Patterns are written for `plain` text: lower case, one kind of dash, one spelling of "quý" and "hằng". `plain` keeps the
length, so that an offset in it is an offset in the text it was made from.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from extractor.facts.fact import Fact

# Letters that OCR gives for digits; only read so inside a number that has the word "ngày" before it or a digit in it.
_DIGITS = str.maketrans("oli|", "0111")
_DASHES_AND_SPACES = {
    **dict.fromkeys(map(ord, "‐‑‒–—−"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u202f\t"), " "),
}

_NUMBER = r"(?:\d[oli|](?!\w)|o\d|[li|]\d|\d{1,2})"
_YEAR = r"(?:19|20)\d{2}"

# A day of a month, with or without its year. A bare "5.1" may be a decimal: it needs "ngày" or a year.
DAY = (
    rf"(?:ngày\s*(?:mồng\s+|mùng\s+)?{_NUMBER}(?:\s*[/.-]\s*|\s*tháng\s*){_NUMBER}(?:(?:\s*[/.-]\s*"
    rf"|,?\s*năm\s*){_YEAR})?"
    rf"|{_NUMBER}\s*[.-]\s*{_NUMBER}\s*[.-]\s*{_YEAR}"
    rf"|{_NUMBER}(?:\s*/\s*|\s+tháng\s+){_NUMBER}(?:(?:\s*/\s*|,?\s*năm\s*){_YEAR})?)(?![\d%/])"
)
_DAY_PARTS = re.compile(
    rf"(?:ngày\s*(?:mồng\s+|mùng\s+)?)?({_NUMBER})(?:\s*[/.-]\s*|\s*tháng\s*)({_NUMBER})"
    rf"(?:(?:\s*[/.-]\s*|,?\s*năm\s*)({_YEAR}))?"
)
_DAY = re.compile(rf"(?<![\d/.,-]){DAY}")

_ROMAN = r"(?:iv|lv|[il1|]{1,3}|[1-4])"
_QUARTERS = rf"quý\s+{_ROMAN}(?![\w])(?:\s*(?:,|-|và|đến)\s*(?:quý\s+)?{_ROMAN}(?![\w/])){{0,3}}"
MONTH = r"(?:0?[1-9]|1[0-2])(?!\d)"
_MONTHS = rf"tháng\s+{MONTH}(?:\s*(?:,|-|và|đến)\s*(?:tháng\s+)?{MONTH}(?!\s*[%.,]\d)){{0,11}}"
_OF_YEAR = rf"(?:\s*(?:[/-]|,?\s*(?:của\s+)?năm)\s*({_YEAR})|\s+năm\s+(?:nay|này))"

# A month, a quarter, a half or a whole year; group names tell which. A year is needed only for "năm".
PERIOD = (
    r"(?:(?:(?:(?P<week>tuần\s+(?:đầu|thứ\s+(?:nhất|hai|ba|tư)|cuối)(?:\s+(?:tiên|cùng))?)\s+(?:của\s+)?(?=tháng)"
    r"|(?P<part>đầu|giữa|cuối)\s+))?(?:"
    rf"(?P<half>0?6|sáu|0?9|chín|0?3)\s+tháng\s+(?P<side>đầu|cuối)\s+(?:của\s+)?năm(?:\s+(?P<half_year>{_YEAR}))?"
    rf"|(?P<months>{_MONTHS})(?!\s*\d)(?:{_OF_YEAR.replace('(' + _YEAR, '(?P<month_year>' + _YEAR)})?"
    rf"|(?P<quarters>(?:các\s+)?{_QUARTERS})(?:{_OF_YEAR.replace('(' + _YEAR, '(?P<quarter_year>' + _YEAR)})?"
    rf"|năm\s+(?P<year>{_YEAR}|nay)(?!\s*-\s*{_YEAR})"
    r"))(?![\d%])"
)
PERIOD_CORE = r"tháng\s+(?:đầu|cuối|\d)|quý\s|năm\s+(?:\d|nay)"  # is in every PERIOD, and sooner found to be missing


def plain(text: str) -> str:
    """The text as the patterns read it, of the same length: lower case, one kind of dash and space, "quý" for "quí",
    "hằng" for "hàng" before a unit of time."""
    low = text.lower()
    if len(low) != len(text):  # a few capitals have a longer lower case (İ)
        low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    view = low.translate(_DASHES_AND_SPACES)
    view = view.replace("quí", "quý").replace("trước ngay ", "trước ngày ")
    return re.sub(r"hàng(?=\s+(?:ngày|tuần|tháng|quý|năm)\b)", "hằng", view)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day read from a text: its value, or None with the problem ("31/02"); whether its year was written."""

    value: date | None
    problem: str | None = None
    has_year: bool = True


@dataclass(frozen=True, slots=True)
class DateFact(Fact):
    """A day of the calendar in the text; `value` is None where it does not exist or its year cannot be told."""

    value: date | None
    problem: str | None = None


def _int(text: str) -> int:
    return int(text.translate(_DIGITS))


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or the month's last (Bộ luật Dân sự 2015, Điều 148)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def complete(day: int, month: int, year: int | None, signed: date | None) -> Moment:
    """The date of these numbers. A missing year is that of `signed`, or the next where the day has passed by then."""
    has_year = year is not None
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return Moment(None, f"{day:02}/{month:02}", has_year)
    if year is None:
        if signed is None:
            return Moment(None, None, has_year)
        year = signed.year + ((month, day) < (signed.month, signed.day))
    try:
        return Moment(date(year, month, day), None, has_year)
    except ValueError:
        return Moment(None, f"{day:02}/{month:02}/{year}" if has_year else f"{day:02}/{month:02}", has_year)


def day_parts(text: str) -> tuple[int, int, int | None]:
    """Day, month and year of a text that `DAY` matched, unchecked."""
    match = _DAY_PARTS.search(text)
    if match is None:
        raise ValueError(f"no date in {text!r}")
    return _int(match[1]), _int(match[2]), int(match[3]) if match[3] else None


def find_dates(text: str, *, signed: date | None = None) -> Iterator[DateFact]:
    """Every day of the calendar in the text, in order; only such as name day and month."""
    view = plain(text)
    for match in _DAY.finditer(view):
        moment = complete(*day_parts(match[0]), signed)
        confidence = 0.2 if moment.problem else 0.98 if moment.has_year else 0.6
        yield DateFact(match.start(), match.end(), "day", confidence, moment.value, moment.problem)


def _quarter(text: str) -> int:
    roman = text.replace("l", "i").replace("|", "i")
    if roman == "1":
        return 1
    if set(roman) <= {"i", "1"}:
        return len(roman)
    return {"iv": 4}.get(roman) or int(roman)


_WEEKS = {"đầu": 7, "nhất": 7, "hai": 14, "ba": 21, "tư": 28}


def _part(start: date, end: date, part: str | None, week: str | None = None) -> tuple[date, date]:
    """The beginning, middle or end of a period (Bộ luật Dân sự 2015, Điều 146); of a quarter, the month."""
    if week:
        counted = re.search("|".join(_WEEKS), week)
        return start, start.replace(day=_WEEKS[counted[0]]) if counted else end
    if part is None or part == "cuối":
        return start, end
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    if months == 1:
        return start, start if part == "đầu" else start.replace(day=15)
    if months == 3:
        month = add_months(start, 0 if part == "đầu" else 1)
        return month, end_of_month(month.year, month.month)
    return start, start if part == "đầu" else date(start.year, 6, 30)


def period_of(match: re.Match[str], signed: date | None) -> tuple[date, date] | None:
    """First and last day of the period that `PERIOD` matched; None where its year cannot be told."""
    group = match.groupdict()
    if group["year"]:
        if group["year"] == "nay" and signed is None:
            return None
        year = signed.year if group["year"] == "nay" and signed else int(group["year"])
        return _part(date(year, 1, 1), date(year, 12, 31), group["part"])
    if group["half"]:
        length = {"sáu": 6, "chín": 9}.get(group["half"]) or int(group["half"])
        months = (1, length) if group["side"] == "đầu" else (13 - length, 12)
        written = group["half_year"]
    elif group["months"]:
        numbers = [int(n) for n in re.findall(r"\d+", group["months"])]
        months, written = (numbers[0], numbers[-1]), group["month_year"]
    else:
        quarters = [
            _quarter(n) for n in re.findall(rf"{_ROMAN}(?!\w)", re.sub(r"quý|các|và|đến", " ", group["quarters"]))
        ]
        if not quarters or max(quarters) > 4:
            return None
        months, written = (quarters[0] * 3 - 2, quarters[-1] * 3), group["quarter_year"]
    first, last = months
    if written:
        year = int(written)
    elif signed is None:
        return None
    else:
        year = signed.year + (end_of_month(signed.year, last) < signed)
    start = date(year - (first > last), first, 1)
    return _part(start, end_of_month(year, last), group["part"], group["week"])


def day_before(day: date) -> date:
    return day - timedelta(days=1)
