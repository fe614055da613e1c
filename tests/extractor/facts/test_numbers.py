from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.facts.numbers import find_numbers, parse_numeral, parse_words, words_at

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("89.490,478", "89490.478"),
        ("6.600", "6600"),
        ("13,5", "13.5"),
        ("14.5", "14.5"),
        ("08", "8"),
        ("00", "0"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("7.420.000.000.000", "7420000000000"),
        ("15.12.2021", None),
        ("1.2.3", None),
    ],
)
def test_numerals(written: str, value: str | None) -> None:
    assert parse_numeral(written) == value


@given(st.integers(0, 10**13), st.text("0123456789", max_size=4))
def test_a_number_in_vietnamese_format_comes_back(whole: int, fraction: str) -> None:
    written = f"{whole:,}".replace(",", ".") + ("," + fraction if fraction else "")
    assert parse_numeral(written) == f"{whole}" + ("." + fraction if fraction else "")


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.sampled_from(["-", " - ", " – ", "%-", " đến "]))
def test_a_range_comes_back(low: int, more: int, between: str) -> None:
    high = low + more
    if 1900 <= low < 2200 and 1900 <= high < 2200:
        return
    text = "từ " + f"{low:,}".replace(",", ".") + between + f"{high:,}".replace(",", ".") + " %"
    (number,) = find_numbers(text)
    assert (number.value, number.value_max) == (str(low), str(high))


def test_years_with_a_dash_are_no_range() -> None:
    assert [n.value_max for n in find_numbers("2021 - 2025")] == [None, None]


def test_a_fall_is_no_range() -> None:
    assert [n.value for n in find_numbers("10 - 5")] == ["10", "5"]


def _spell(n: int) -> str:
    """The everyday spelling of 1 … 999,999."""
    if n >= 1000:
        rest = n % 1000
        return _spell(n // 1000) + " nghìn" + (f" {_spell_group(rest)}" if rest else "")
    return _spell_plain(n)


def _spell_group(n: int) -> str:
    return _spell_plain(n) if n >= 100 else "không trăm " + (f"linh {_DIGITS[n]}" if n < 10 else _spell_plain(n))


def _spell_plain(n: int) -> str:
    hundreds, tens, ones = n // 100, n // 10 % 10, n % 10
    parts = [f"{_DIGITS[hundreds]} trăm"] if hundreds else []
    if tens > 1:
        parts.append(f"{_DIGITS[tens]} mươi")
        parts += [{1: "mốt", 5: "lăm"}.get(ones, _DIGITS[ones])] if ones else []
    elif tens == 1:
        parts.append("mười")
        parts += [{5: "lăm"}.get(ones, _DIGITS[ones])] if ones else []
    elif ones:
        parts.append(("linh " if hundreds else "") + _DIGITS[ones])
    return " ".join(parts)


@given(st.integers(1, 999_999))
def test_a_spelled_number_comes_back(n: int) -> None:
    assert parse_words(_spell(n)) == n
    spelled = words_at(f"ít nhất {_spell(n)} hộ", 8)
    assert spelled is not None and spelled.value == str(n)


@pytest.mark.parametrize(("words", "value"), [("mười", 10), ("một trăm", 100), ("hai ba", None), ("xã", None)])
def test_words(words: str, value: int | None) -> None:
    assert parse_words(words) == value


def test_digits_with_their_spelling_are_one_number() -> None:
    (agree,) = find_numbers("trong 05 (năm) ngày")
    assert (agree.value, agree.doubtful) == ("5", False)
    (differ,) = find_numbers("trong 06 (năm) ngày")
    assert (differ.value, differ.doubtful) == ("6", True)


def test_an_ambiguous_notation_is_flagged_with_both_readings() -> None:
    (number,) = find_numbers("1,200 hộ")
    assert (number.value, number.other, number.doubtful) == ("1.200", "1200", True)


@given(st.text("0123456789.,-–% đếnaxã()", max_size=60))
def test_any_text_gives_ordered_numbers_inside_it(text: str) -> None:
    end = 0
    for number in find_numbers(text):
        assert end <= number.start < number.end <= len(text)
        end = number.end
