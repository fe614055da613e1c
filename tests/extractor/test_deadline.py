"""A deadline as a clerk writes it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import read_deadline
from extractor.record import Deadline
from extractor.show.wording import deadline as in_words

ISSUED = date(2026, 3, 2)  # a Monday


def one(text: str, issued_on: date | None = ISSUED) -> Deadline:
    (found,) = read_deadline(text, issued_on=issued_on)
    assert found.text == text and found.confidence == 1
    return found


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("15/12/2026", date(2026, 12, 15)),
        ("15/12/26", date(2026, 12, 15)),
        ("15-12-26", date(2026, 12, 15)),
        ("15/12", date(2026, 12, 15)),
        ("ngày 15/01", date(2027, 1, 15)),
        ("trước 15/12/2020", date(2020, 12, 15)),
        ("chậm nhất ngày 30/6", date(2026, 6, 30)),
        ("quý II/2026", date(2026, 6, 30)),
        ("quý II", date(2026, 6, 30)),
        ("hết quý I", date(2026, 3, 31)),
        ("trong tháng 6", date(2026, 6, 30)),
        ("năm 2026", date(2026, 12, 31)),
        ("cuối năm", date(2026, 12, 31)),
        ("hoàn thành trước 17 giờ ngày 05/5", date(2026, 5, 5)),
    ],
)
def test_days(text: str, due: date) -> None:
    found = one(text)
    assert (found.kind, found.due) == ("date", due)


@pytest.mark.parametrize(
    ("text", "rrule"),
    [
        ("trước 15/12 hàng năm", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15"),
        ("hàng tháng", "FREQ=MONTHLY"),
        ("trước ngày 20 hằng tháng", "FREQ=MONTHLY;BYMONTHDAY=20"),
        ("hàng quý", "FREQ=MONTHLY;INTERVAL=3"),
        ("theo quý", "FREQ=MONTHLY;INTERVAL=3"),
        ("6 tháng một lần", "FREQ=MONTHLY;INTERVAL=6"),
        ("thứ Sáu hàng tuần", "FREQ=WEEKLY;BYDAY=FR"),
    ],
)
def test_cycles(text: str, rrule: str) -> None:
    found = one(text)
    assert (found.kind, found.rrule, found.due) == ("recurring", rrule, None)


@pytest.mark.parametrize(
    ("text", "anchor", "offset", "working", "due"),
    [
        ("05 ngày làm việc kể từ ngày ký", "signing", "P5D", True, date(2026, 3, 9)),
        ("30 ngày kể từ ngày ký", "signing", "P30D", False, date(2026, 4, 1)),
        ("10 ngày kể từ ngày nhận được văn bản", "receipt", "P10D", False, None),
        ("5 ngày", "event", "P5D", False, None),
    ],
)
def test_spans_of_time(text: str, anchor: str, offset: str, working: bool, due: date | None) -> None:
    found = one(text)
    assert (found.kind, found.anchor, found.offset, found.working_days, found.due) == (
        "relative",
        anchor,
        offset,
        working,
        due,
    )


def test_other_kinds() -> None:
    period = one("từ 01/3 đến 30/4/2026")
    assert (period.kind, period.start, period.due) == ("period", date(2026, 3, 1), date(2026, 4, 30))
    assert one("thường xuyên").kind == "ongoing"
    twice = read_deadline("trước 15/6 và 15/12 hàng năm", issued_on=ISSUED)
    assert [each.rrule for each in twice] == [
        "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=15",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15",
    ]


def test_white_space_and_composition_do_not_matter() -> None:
    (found,) = read_deadline("  tru\u031bo\u031b\u0301c   15/12 \n hàng năm ", issued_on=ISSUED)
    assert (found.text, found.rrule) == ("trước 15/12 hàng năm", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15")


@pytest.mark.parametrize(
    "text", ["", " ", "Sở Y tế", "khẩn trương", "31/02", "31/02 hàng năm", "{}", "{0} {x}", "15", "99/99/9999"]
)
def test_what_is_no_deadline_is_none(text: str) -> None:
    assert read_deadline(text, issued_on=ISSUED) == ()


def test_a_day_without_a_year_needs_the_day_of_issue() -> None:
    assert read_deadline("15/12") == ()
    assert read_deadline("15/12", issued_on=date.max) == ()
    assert one("15/12/2026", None).due == date(2026, 12, 15)


PIECES = st.sampled_from(
    ["trước", "ngày", "15/12", "31", "hàng năm", "quý", "II", "/2026", "từ", "đến", "tháng", "99", "999 năm", "kể từ ngày ký", "làm việc", "cuối", "lần", "-", ",", "{", "%", "thứ hai", "hết"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=9).map(" ".join), st.none() | st.dates())
def test_whatever_is_written_is_answered(text: str, issued_on: date | None) -> None:
    for found in read_deadline(text, issued_on=issued_on):
        assert in_words(found)
        assert found.kind == "ongoing" or found.due or found.start or found.rrule or found.offset
