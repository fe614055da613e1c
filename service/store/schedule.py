"""When tasks fall due: dates, occurrences of recurrences, and whether a task is in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice
from typing import Literal

from dateutil.rrule import rrulestr

from service.store.tables import Deadline

Timeliness = Literal["no_deadline", "in_time", "due_soon", "overdue"]

VIETNAM = timezone(timedelta(hours=7))
_HORIZON = timedelta(days=3 * 366)  # in which every recurrence that directives know occurs


def today_in_vietnam() -> date:
    """The day it is where the offices are."""
    return datetime.now(UTC).astimezone(VIETNAM).date()


def occurrences(deadline: Deadline, issued_on: date | None, start: date, end: date, limit: int = 60) -> list[date]:
    """The days within start and end, both included, on which a deadline falls due, at most `limit` of them.

    A recurrence counts from the deadline's own start, else from the day of issue. One that cannot be understood gives none.
    """
    if deadline.due is not None:
        return [deadline.due] if start <= deadline.due <= end else []
    if not deadline.rrule:
        return []
    begin = deadline.start or issued_on or start
    try:
        rule = rrulestr(deadline.rrule, dtstart=datetime.combine(begin, time()), ignoretz=True)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return []
    if getattr(rule, "_freq", 9) > 3:  # hours and shorter: no directive has them, and they never end
        return []
    after = datetime.combine(max(start, begin), time()) - timedelta(seconds=1)
    found = (moment.date() for moment in rule.xafter(after))
    days: list[date] = []
    for day in islice(found, limit):
        if day > end:
            break
        days.append(day)
    return days


def next_due(deadlines: Sequence[Deadline], issued_on: date | None, today: date) -> tuple[date | None, bool]:
    """The first fixed date, else the next occurrence of a recurrence; and whether it is such a one."""
    fixed = [deadline.due for deadline in deadlines if deadline.due]
    if fixed:
        return min(fixed), False
    coming = [
        day for deadline in deadlines for day in occurrences(deadline, issued_on, today, today + _HORIZON, limit=1)
    ]
    return (min(coming), True) if coming else (None, False)


def timeliness(due: date | None, state: str, completed_on: date | None, today: date, due_soon_days: int) -> Timeliness:
    """Whether a task is in time. The day of the deadline counts until its end; what is done is judged by when it was."""
    if due is None:
        return "no_deadline"
    if state == "done":
        return "overdue" if completed_on and completed_on > due else "in_time"
    if today > due:
        return "overdue"
    return "due_soon" if due - today <= timedelta(days=due_soon_days) else "in_time"
