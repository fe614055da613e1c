"""Repair of marks by neighbours: what it puts back, and what it never touches."""

from __future__ import annotations

import pytest

from extractor.reading.engine import Recognised
from extractor.reading.repair import repair


def words(line: str, confidence: float) -> list[Recognised]:
    return [Recognised(text, (0.0, 0.0, 1.0, 1.0), confidence, 1) for text in line.split()]


def text(line: str, confidence: float = 0.88) -> str:
    return " ".join(word.text for word in repair(words(line, confidence)))


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("các tô chức, cá nhân", "các tổ chức, cá nhân"),
        ("hệ thông chính trị", "hệ thống chính trị"),
        ("triên khai thực hiện", "triển khai thực hiện"),
        ("tô chức tông kêt, đánh giá", "tổ chức tổng kết, đánh giá"),
        ("thành phó Hồ Chí Minh", "thành phố Hồ Chí Minh"),
        ("Uỷ ban nhân dân tính", "Uỷ ban nhân dân tỉnh"),
        ("CHÍ THỊ", "CHỈ THỊ"),
        ("BÔ TRƯỜNG", "BỘ TRƯỞNG"),
    ],
)
def test_marks_come_back(read: str, meant: str) -> None:
    assert text(read) == meant


@pytest.mark.parametrize(
    "read",
    [
        "các tổ chức, cá nhân",
        "ngày 12 thang3 năm 2025",  # nothing with a digit in it
        "Số: 1Z/CT-UBND",
        "Nguyễn Văn Tô",  # a person's name: no table has it
        "Đinh Thị Dung",
        "Đỗ Thị Nhài",  # not "đô thị"
        "Trần Quôc Bào",
    ],
)
def test_what_is_never_touched(read: str) -> None:
    assert text(read, 0.6) == read


def test_what_the_engine_is_sure_of_stays() -> None:
    assert text("các tô chức", 0.998) == "các tô chức"


def test_what_was_read_is_kept_beside_the_repair() -> None:
    first, repaired, last = repair(words("các tô chức", 0.88))
    assert (repaired.text, repaired.raw) == ("tổ", "tô")
    assert first.raw is None and last.raw is None
    assert 0.5 <= repaired.confidence <= 1


def test_neighbours_speak_for_what_was_read_too() -> None:
    *_, word = repair(words("Ủy ban nhân dân", 0.88))
    assert word.confidence > 0.95
    lone = repair(words("vân", 0.88))[0]
    assert lone.confidence < 0.95


def test_a_page_without_words() -> None:
    assert repair([]) == []
