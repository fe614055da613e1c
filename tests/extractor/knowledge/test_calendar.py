from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.knowledge.calendar import add_working_days, corrections, is_working_day

DAYS = st.dates(min_value=date(2005, 1, 1), max_value=date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2021, 1, 7), True),
        (date(2021, 1, 9), False),  # Saturday
        (date(2021, 2, 12), False),  # Tết
        (date(2021, 4, 21), False),  # Giỗ Tổ
        (date(2021, 5, 3), False),  # substitute for 1 May on a Saturday
        (date(2024, 4, 29), False),  # swapped with …
        (date(2024, 5, 4), True),  # … this Saturday
        (date(2026, 1, 2), False),
        (date(2026, 1, 10), True),
    ],
)
def test_days_at_work(day: date, works: bool) -> None:
    assert is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2021, 1, 4), 5, date(2021, 1, 11)),
        (date(2021, 1, 4), 0, date(2021, 1, 4)),
        (date(2021, 2, 9), 1, date(2021, 2, 17)),
        (date(2024, 4, 26), 1, date(2024, 5, 2)),
        (date(2024, 5, 3), 1, date(2024, 5, 4)),
    ],
)
def test_the_first_day_is_not_counted(start: date, count: int, end: date) -> None:
    assert add_working_days(start, count) == end


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2021, 1, 4), -1)


@given(DAYS, st.integers(min_value=1, max_value=40))
def test_counting_agrees_with_looking(start: date, count: int) -> None:
    end = add_working_days(start, count)
    assert is_working_day(end)
    assert sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1)) == count


def test_corrections_say_whether_they_are_verified() -> None:
    assert corrections()[date(2026, 1, 2)].verified is False
