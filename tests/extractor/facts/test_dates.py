"""Dates in every spelling, and the periods of the calendar."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.facts.dates import PERIOD, add_months, complete, find_dates, period_of, plain

SIGNED = date(2021, 1, 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ngày 05 tháng 01 năm 2021", date(2021, 1, 5)),
        ("ngày 5/1/2021", date(2021, 1, 5)),
        ("05-01-2021", date(2021, 1, 5)),
        ("ngày 05.01.2021", date(2021, 1, 5)),
        ("ngày O5 tháng 0l năm 2021", date(2021, 1, 5)),
        ("ngày 12 tháng 3", date(2021, 3, 12)),
        ("ngày 06/01", date(2022, 1, 6)),  # gone by at the signing: the next year
        ("ngày 29 tháng 02 năm 2024", date(2024, 2, 29)),
    ],
)
def test_a_day_is_read(text: str, expected: date) -> None:
    (fact,) = find_dates(text, signed=SIGNED)
    assert fact.value == expected
    assert fact.problem is None


@pytest.mark.parametrize("text", ["14.5%", "tăng 13,5 điểm", "02/CT-UBND", "1.234.567 đồng", "tỷ lệ 8-10%"])
def test_a_number_is_no_day(text: str) -> None:
    assert not list(find_dates(text, signed=SIGNED))


def test_a_day_that_no_calendar_has_is_told_not_raised() -> None:
    (fact,) = find_dates("ngày 31/02/2021")
    assert fact.value is None
    assert fact.problem == "31/02/2021"
    assert fact.confidence < 0.5


def test_without_the_day_of_issue_a_missing_year_stays_missing() -> None:
    (fact,) = find_dates("ngày 15 tháng 12")
    assert fact.value is None
    assert fact.problem is None


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("tháng 3/2021", date(2021, 3, 1), date(2021, 3, 31)),
        ("tháng 02 năm 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("quý II/2021", date(2021, 4, 1), date(2021, 6, 30)),
        ("Quí IV-2025", date(2025, 10, 1), date(2025, 12, 31)),
        ("quý l/2022", date(2022, 1, 1), date(2022, 3, 31)),
        ("quý II", date(2021, 4, 1), date(2021, 6, 30)),
        ("quý I và quý II năm 2022", date(2022, 1, 1), date(2022, 6, 30)),
        ("năm 2023", date(2023, 1, 1), date(2023, 12, 31)),
        ("6 tháng đầu năm 2022", date(2022, 1, 1), date(2022, 6, 30)),
        ("6 tháng cuối năm", date(2021, 7, 1), date(2021, 12, 31)),
        ("đầu tháng 6/2021", date(2021, 6, 1), date(2021, 6, 1)),
        ("giữa tháng 6/2021", date(2021, 6, 1), date(2021, 6, 15)),
        ("cuối năm 2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("đầu quý I năm 2022", date(2022, 1, 1), date(2022, 1, 31)),
    ],
)
def test_a_period_has_its_first_and_last_day(text: str, begin: date, end: date) -> None:
    match = re.search(PERIOD, plain(text))
    assert match is not None
    assert match[0] == plain(text)
    assert period_of(match, SIGNED) == (begin, end)


@given(
    st.dates(date(1990, 1, 1), date(2090, 12, 31)),
    st.sampled_from(["ngày {0:%d} tháng {0:%m} năm {0:%Y}", "{0:%d}/{0:%m}/{0:%Y}", "ngày {0.day}/{0.month}/{0.year}"]),
)
def test_a_written_day_is_found_where_it_stands(day: date, form: str) -> None:
    written = form.format(day)
    text = f"Báo cáo kết quả trước {written}, gửi về Văn phòng."
    (fact,) = find_dates(text)
    assert fact.value == day
    assert text[fact.start : fact.end] == written


@given(st.text(max_size=80))
def test_the_plain_view_keeps_every_offset(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(st.integers(0, 99), st.integers(0, 99))
def test_a_missing_year_never_gives_a_day_before_the_signing(day: int, month: int) -> None:
    moment = complete(day, month, None, SIGNED)
    assert (moment.value is None) == (moment.problem is not None)
    assert moment.value is None or moment.value >= SIGNED
