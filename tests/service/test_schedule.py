"""When tasks fall due."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from service.store import schedule
from service.store.schedule import next_due, occurrences, timeliness, today_in_vietnam
from service.store.tables import Deadline


def day(text: str) -> date:
    return date.fromisoformat(text)


def deadline(rrule: str | None = None, start: str | None = None, due: str | None = None) -> Deadline:
    return Deadline(kind="x", rrule=rrule, start=start and day(start), due=due and day(due), text="")


def days(*texts: str) -> list[date]:
    return [day(text) for text in texts]


@pytest.mark.parametrize(
    ("rrule", "start", "found"),
    [
        ("FREQ=MONTHLY", "2026-01-15", ["2026-03-15", "2026-04-15", "2026-05-15"]),
        ("FREQ=MONTHLY", "2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("FREQ=MONTHLY", "2026-01-30", ["2026-02-28", "2026-03-30", "2026-04-30", "2026-05-30"]),
        ("FREQ=MONTHLY", "2026-05-30", ["2026-05-30"]),
        ("FREQ=MONTHLY;INTERVAL=3", "2025-11-30", ["2026-02-28", "2026-05-30"]),
        ("FREQ=MONTHLY;INTERVAL=6", "2025-08-31", ["2026-02-28"]),
        ("FREQ=MONTHLY;BYMONTHDAY=25", "2026-01-31", ["2026-03-25", "2026-04-25", "2026-05-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-01", ["2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2026-01-01", ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=5,20;UNTIL=20260410", "2026-01-01", ["2026-03-05", "2026-03-20", "2026-04-05"]),
        ("FREQ=MONTHLY;COUNT=3", "2026-01-10", ["2026-03-10"]),
        ("FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=15", "2020-01-01", ["2026-03-15"]),
        ("FREQ=YEARLY;BYMONTH=4,5", "2026-01-31", ["2026-04-30", "2026-05-31"]),
        ("FREQ=YEARLY", "2024-02-29", ["2026-02-28"]),
        ("FREQ=WEEKLY;BYDAY=FR", "2026-05-08", ["2026-05-08", "2026-05-15", "2026-05-22", "2026-05-29"]),
        ("FREQ=DAILY", "2026-05-30", ["2026-05-30", "2026-05-31"]),
        ("FREQ=MONTHLY", "2026-06-01", []),
        # What nobody can mean is no deadline, and takes no time.
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01", []),
        ("FREQ=DAILY;INTERVAL=0", "2026-01-01", []),
        ("FREQ=SECONDLY", "2026-01-01", []),
        ("FREQ=DAILY", "0001-01-01", []),
        ("FREQ=YEARLY", "9999-12-31", []),
        ("FREQ=WEEKLY;BYDAY=XX", "2026-01-01", []),
        ("FREQ=YEARLY;BYMONTH=13", "2026-01-01", []),
        ("hằng tháng", "2026-01-01", []),
        ("", "2026-01-01", []),
    ],
)
def test_a_recurrence_falls_on_days(rrule: str, start: str, found: list[str]) -> None:
    """From 28 February to 31 May 2026."""
    assert occurrences(deadline(rrule, start), None, day("2026-02-28"), day("2026-05-31")) == days(*found)


def test_a_recurrence_counts_from_the_day_of_issue_when_nothing_else_is_said() -> None:
    found = occurrences(deadline("FREQ=MONTHLY"), day("2026-01-31"), day("2026-02-01"), day("2026-03-31"))
    assert found == days("2026-02-28", "2026-03-31")
    assert occurrences(deadline("FREQ=MONTHLY"), None, day("2026-02-10"), day("2026-03-31")) == days(
        "2026-02-10", "2026-03-10"
    )


def test_a_date_is_its_only_occurrence() -> None:
    fixed = deadline(due="2026-06-30", rrule="FREQ=DAILY")
    assert occurrences(fixed, None, day("2026-06-30"), day("2026-06-30")) == days("2026-06-30")
    assert occurrences(fixed, None, day("2026-07-01"), day("2026-12-31")) == []


def test_at_most_as_many_as_asked_for() -> None:
    assert len(occurrences(deadline("FREQ=DAILY", "2026-01-01"), None, day("2026-01-01"), day("2029-01-01"))) == 60


@pytest.mark.parametrize(
    ("deadlines", "due", "moves"),
    [
        ([], None, False),
        ([deadline(due="2026-06-30"), deadline(due="2026-03-01")], "2026-03-01", False),
        ([deadline(due="2027-01-01"), deadline("FREQ=DAILY", "2026-01-01")], "2027-01-01", False),
        ([deadline("FREQ=MONTHLY;BYMONTHDAY=25", "2026-01-01")], "2026-05-25", True),
        ([deadline("FREQ=MONTHLY;BYMONTHDAY=15", "2026-01-01")], "2026-05-15", True),
        ([deadline("FREQ=YEARLY", "2026-08-01"), deadline("FREQ=MONTHLY;BYMONTHDAY=20")], "2026-05-20", True),
        ([deadline("FREQ=MONTHLY;UNTIL=20260331", "2026-01-31")], "2026-03-31", False),
        ([deadline(None)], None, False),
    ],
)
def test_what_a_task_is_due_on(deadlines: list[Deadline], due: str | None, moves: bool) -> None:
    """On 15 May 2026: a date, else the next occurrence, else the last."""
    assert next_due(deadlines, day("2026-01-01"), day("2026-05-15")) == (due and day(due), moves)


@pytest.mark.parametrize(
    ("due", "state", "completed_on", "is_"),
    [
        (None, "not_started", None, "no_deadline"),
        (None, "done", "2026-05-15", "no_deadline"),
        ("2026-05-14", "in_progress", None, "overdue"),
        ("2026-05-15", "in_progress", None, "due_soon"),  # the day itself counts until its end
        ("2026-05-22", "not_started", None, "due_soon"),
        ("2026-05-23", "not_started", None, "in_time"),
        ("2026-05-01", "done", "2026-05-01", "in_time"),
        ("2026-05-01", "done", "2026-05-02", "overdue"),
        ("2026-05-01", "done", None, "in_time"),
        ("2026-05-01", "awaiting_confirmation", "2026-05-01", "overdue"),
    ],
)
def test_whether_a_task_is_in_time(due: str | None, state: str, completed_on: str | None, is_: str) -> None:
    """On 15 May 2026, when a week is soon."""
    told = timeliness(due and day(due), state, completed_on and day(completed_on), day("2026-05-15"), 7)
    assert told == is_


@pytest.mark.parametrize(
    ("now", "today"),
    [
        ("2026-05-14T16:59:59", "2026-05-14"),
        ("2026-05-14T17:00:00", "2026-05-15"),
        ("2026-12-31T20:00:00", "2027-01-01"),
    ],
)
def test_days_begin_where_the_offices_are(monkeypatch: pytest.MonkeyPatch, now: str, today: str) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.fromisoformat(now).replace(tzinfo=UTC)

    monkeypatch.setattr(schedule, "datetime", Clock)
    assert today_in_vietnam() == day(today)
