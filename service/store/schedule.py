"""When tasks fall due: dates, occurrences of recurrences, and whether a task is in time."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import islice
from typing import Literal

from dateutil.rrule import rrulestr

from extractor.record import Deadline as Written
from service.store.tables import Deadline

Timeliness = Literal["no_deadline", "in_time", "due_soon", "overdue"]

VIETNAM = timezone(timedelta(hours=7))
_HORIZON = timedelta(days=3 * 366)  # in which every recurrence that directives know occurs
_EARLIEST = date(1945, 9, 2)  # no directive counts from an earlier day, and counting takes time
_SHORTEST_MONTH = 28  # days
# What of RFC 5545 a directive can mean: nothing shorter than a day.
_RULE = re.compile(
    r"FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)"
    r"(;(INTERVAL=[1-9]\d{0,2}|COUNT=\d{1,4}|UNTIL=\d{8}(T\d{6}Z?)?|WKST=[A-Z]{2}|BY(MONTH|MONTHDAY|DAY|SETPOS)=[-+\dA-Z,]+))*"
)


def today_in_vietnam() -> date:
    """The day it is where the offices are."""
    return datetime.now(UTC).astimezone(VIETNAM).date()


def occurrences(
    deadline: Deadline | Written, issued_on: date | None, start: date, end: date, limit: int = 60
) -> list[date]:
    """The days within start and end, both included, on which a deadline falls due, at most `limit` of them.

    A recurrence counts from the deadline's own start, else from the day of issue. One that cannot be understood gives none.
    "Every month" from the 31st falls on the last day of shorter months, where RFC 5545 would leave them out.
    """
    if deadline.due is not None:
        return [deadline.due] if start <= deadline.due <= end else []
    return list(islice(_recurring(deadline, issued_on, start, end), limit))


def _recurring(deadline: Deadline | Written, issued_on: date | None, start: date, end: date) -> Iterator[date]:
    text = deadline.rrule or ""
    begin = deadline.start or issued_on or start
    if begin < _EARLIEST or not _has_days(text):
        return
    # Only of a rule that leaves the day of the month to its beginning.
    late = begin.day > _SHORTEST_MONTH and re.fullmatch(r"FREQ=(MONTHLY|YEARLY)((?!;BY(?!MONTH=)).)*", text)
    from_ = begin.replace(day=_SHORTEST_MONTH) if late else begin
    rule = rrulestr(text, dtstart=datetime.combine(from_, time()), ignoretz=True)
    for moment in rule.xafter(datetime.combine(max(start.replace(day=1), from_), time()), inc=True):
        day = moment.date()
        if late:
            day = day.replace(day=min(begin.day, monthrange(day.year, day.month)[1]))
        if day > end:
            return
        if day >= max(start, begin):
            yield day


@lru_cache(4096)
def _has_days(text: str) -> bool:
    """Whether a rule can be understood and falls on any day: one that does not would be searched to the end of time.

    The last years of the calendar, leap years among them, are searched at once.
    """
    if not _RULE.fullmatch(text):
        return False
    try:
        unlimited = re.sub(r";(COUNT|UNTIL)=[^;]*", "", text)
        return next(iter(rrulestr(unlimited, dtstart=datetime(MAXYEAR - 8, 1, 1))), None) is not None
    except (ValueError, TypeError, KeyError, IndexError):
        return False


def next_due(deadlines: Sequence[Deadline], issued_on: date | None, today: date) -> tuple[date | None, bool]:
    """The first fixed date, else the next occurrence of a recurrence, else its last; and whether it moves on."""
    if fixed := [deadline.due for deadline in deadlines if deadline.due]:
        return min(fixed), False
    coming = [
        day for deadline in deadlines for day in occurrences(deadline, issued_on, today, today + _HORIZON, limit=1)
    ]
    if coming:
        return min(coming), True
    past = [day for deadline in deadlines for day in _recurring(deadline, issued_on, today - _HORIZON, today)]
    return max(past, default=None), False


def timeliness(due: date | None, state: str, completed_on: date | None, today: date, due_soon_days: int) -> Timeliness:
    """Whether a task is in time. The day of the deadline counts until its end; what is done is judged by when it was."""
    if due is None:
        return "no_deadline"
    if state == "done":
        return "overdue" if completed_on and completed_on > due else "in_time"
    if today > due:
        return "overdue"
    return "due_soon" if due - today <= timedelta(days=due_soon_days) else "in_time"
