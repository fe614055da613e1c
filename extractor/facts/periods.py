"""The time that a target is for: "năm 2021", "giai đoạn 2020-2025", "đến năm 2025", "từ năm 2025 trở đi".

A bare year is the whole year; "đến …" leaves the start open, "từ … trở đi" the end.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_Y = r"(?:19|20|21)\d\d"
_DASH = r"\s*[-–—]\s*"
_UNTIL = r"(?:đến|tới)\s+(?:trước\s+)?"
_PART = r"(?:hết\s+|cuối\s+|đầu\s+|giữa\s+)?"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


@dataclass(frozen=True, slots=True)
class Period:
    """Characters [start, end) of the text, and the first and last day, either open.

    `weak` marks years that belong to something else: the year compared with, a named plan's horizon, a budget's year.
    `day` marks a month or an end to the day ("trước ngày 30/6/2024"): in an order without a goal it is the deadline.
    """

    start: int
    end: int
    first: date | None
    last: date | None
    weak: bool = False
    day: bool = False


_Found = re.Match[str]
_Days = tuple[date | None, date | None]


def _year_end(year: str) -> date:
    return date(int(year), 12, 31)


def _year_start(year: str) -> date:
    return date(int(year), 1, 1)


def _months(year: int, first: int, last: int) -> _Days:
    if not 1 <= first <= last <= 12:
        return None, None
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _day(found: _Found) -> date | None:
    try:
        return date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None


def _span(found: _Found) -> _Days:
    first, last = _year_start(found["a"]), _year_end(found["b"])
    return (first, last) if first < last else (None, None)


def _quarter(found: _Found) -> _Days:
    written = found["q"].lower()
    quarter = _ROMAN.get(written) or int(written)
    first, last = _months(int(found["y"]), quarter * 3 - 2, quarter * 3)
    return (None, last) if found["until"] else (first, last)


def _month(found: _Found) -> _Days:
    first, last = _months(int(found["y"]), int(found["m"]), int(found["m"]))
    return (None, last) if found["until"] else (first, last)


def _half(found: _Found) -> _Days:
    return _months(int(found["y"]), *((1, 6) if found["half"].lower() == "đầu" else (7, 12)))


def _rule(pattern: str, days: Callable[[_Found], _Days]) -> tuple[re.Pattern[str], Callable[[_Found], _Days]]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), days


# In this order: an earlier rule takes the characters from the later ones.
_RULES = (
    _rule(rf"năm học\s+(?P<a>{_Y}){_DASH}(?P<b>{_Y})", lambda m: (date(int(m["a"]), 9, 1), date(int(m["b"]), 5, 31))),
    _rule(
        r"(?:(?:trong|cả|cho)\s+)*(?:giai đoạn|thời kỳ|các năm|0?5 năm)\s+(?:0?5 năm\s*)?"
        rf"\(?(?P<a>{_Y}){_DASH}(?P<b>{_Y})\)?",
        _span,
    ),
    _rule(rf"(?:giai đoạn\s+)?từ\s+(?:đầu\s+)?(?:năm\s+)?(?P<a>{_Y})\s+{_UNTIL}{_PART}(?:năm\s+)?(?P<b>{_Y})", _span),
    _rule(rf"(?P<a>{_Y}){_DASH}(?P<b>{_Y})", _span),
    _rule(rf"(?:kể\s+)?từ\s+(?:đầu\s+)?năm\s+(?P<y>{_Y})(?:\s+trở\s+đi)?", lambda m: (_year_start(m["y"]), None)),
    _rule(
        r"(?:(?:từ nay\s+)?(?:đến|tới)\s+(?:hết\s+)?|(?:xong\s+)?trước\s+|chậm nhất (?:là\s+)?)"
        rf"(?:ngày\s+)?(?P<d>\d{{1,2}})(?:\s*[/.-]\s*|\s+tháng\s+)(?P<m>\d{{1,2}})(?:\s*[/.-]\s*|\s+năm\s+)(?P<y>{_Y})",
        lambda m: (None, _day(m)),
    ),
    _rule(
        rf"(?:từ nay\s+)?(?:(?P<until>{_UNTIL}{_PART})|trong\s+|vào\s+)?quý\s+(?P<q>IV|III|II|I|[1-4])"
        rf"(?:\s*/\s*|\s+năm\s+|\s+)(?P<y>{_Y})",
        _quarter,
    ),
    _rule(rf"(?:trong\s+)?(?:0?6|sáu)\s+tháng\s+(?P<half>đầu|cuối)\s+năm\s+(?P<y>{_Y})", _half),
    _rule(
        rf"(?<!\d\s)(?:từ nay\s+)?(?:(?P<until>{_UNTIL}{_PART})|trong\s+|vào\s+)?{_PART}tháng\s+(?P<m>\d{{1,2}})"
        rf"(?:\s*[/-]\s*|\s+năm\s+)(?P<y>{_Y})",
        _month,
    ),
    _rule(
        rf"(?:(?:từ nay\s+)?(?:đến|tới)\s+{_PART}(?:(?:năm|niên độ)\s+)?|hết\s+(?:năm|niên độ)\s+)(?P<y>{_Y})",
        lambda m: (None, _year_end(m["y"])),
    ),
    _rule(rf"trước\s+năm\s+(?P<y>{_Y})", lambda m: (None, _year_start(m["y"]) - timedelta(days=1))),
    _rule(
        rf"(?:(?:trong|vào|của|cho|cả|ngay trong)\s+)?{_PART}(?:năm|niên độ)\s+(?P<y>{_Y})",
        lambda m: (_year_start(m["y"]), _year_end(m["y"])),
    ),
    _rule(rf"(?<=^)[-+\s]*(?P<y>{_Y})(?=\s+phấn đấu)", lambda m: (_year_start(m["y"]), _year_end(m["y"]))),
)

_COMPARED = re.compile(
    r"(?:so(?:\s+với)?(?:\s+cùng\s+kỳ)?|so\s+với(?:\s+\w+){1,4}|cùng\s+kỳ|bằng|nhiệm\s+kỳ|khóa|khoá)\s*$", re.IGNORECASE
)
_OWNED = re.compile(
    r"(?:dự toán|kế hoạch|vốn|chuẩn nghèo|nghị quyết|chương trình|chiến lược|quy hoạch|đề án|tầm nhìn)"
    r"(?:\s+\w+){0,4}\s*$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:Chương trình|Đề án|Chiến lược|Quy hoạch|Nghị quyết|Kế hoạch)\s[^.;:\n]*$")


def find_periods(text: str, signed: date | None = None) -> list[Period]:
    """Every period of a text, in order, without overlaps; an impossible date ("quý 5") gives none.

    `signed` is the date of issue, by which a quarter or half-year without its year is understood.
    """
    free = text
    periods = []
    for pattern, days in _RULES:
        for found in pattern.finditer(free):
            first, last = days(found)
            if first is None and last is None:
                continue
            start, end = found.span()
            free = free[:start] + "\0" * (end - start) + free[end:]
            before = text[:start]
            if _COMPARED.search(before) and not re.match(r"(?:từ|đến|tới)\b", found.group(), re.IGNORECASE):
                periods.append(Period(start, end, None, None, weak=True))
                continue
            weak = bool(_OWNED.search(before) or _NAMED.search(before))
            fine = {"d", "m"} & set(found.groupdict())
            periods.append(Period(start, end, first, last, weak, day=bool(fine)))
    periods.sort(key=lambda period: period.start)
    return sorted([*periods, *_without_year(free, periods, signed)], key=lambda period: period.start)


_YEARLESS = re.compile(
    r"(?<!\w)(?:(?P<until>(?:đến|tới)\s+(?:hết\s+|cuối\s+)?)|trong\s+|vào\s+)?"
    r"(?:quý\s+(?P<q>IV|III|II|I|[1-4])|(?:0?6|sáu)\s+tháng\s+(?P<half>đầu|cuối)(?:\s+năm)?)(?!\w|\s*[-,/–]|\s+(?:và|đến|năm))",
    re.IGNORECASE,
)


def _without_year(free: str, periods: list[Period], signed: date | None) -> Iterator[Period]:
    """ "quý IV", "6 tháng đầu năm": of the year last named before, else the next that is not over on the date of issue."""
    named, at = None, 0
    for found in _YEARLESS.finditer(free):
        while at < len(periods) and periods[at].start < found.start():
            named, at = periods[at].last or named, at + 1
        year = named.year if named else signed.year if signed else None
        before = free[max(0, found.start() - 40) : found.start()]
        if year is None or _COMPARED.search(before):
            continue
        if found["q"]:
            quarter = _ROMAN.get(found["q"].lower()) or int(found["q"])
            months = quarter * 3 - 2, quarter * 3
        else:
            months = (1, 6) if found["half"].lower() == "đầu" else (7, 12)
        first, last = _months(year, *months)
        if named is None and signed and last and last < signed:
            first, last = _months(year + 1, *months)
        yield Period(*found.span(), None if found["until"] else first, last)
