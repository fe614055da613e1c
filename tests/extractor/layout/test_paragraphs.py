"""Lines become paragraphs, by geometry on a page and by words in a re-typed text."""

from __future__ import annotations

import pytest

from extractor.layout import lay_out
from extractor.layout.document import Line
from extractor.layout.paragraphs import MARKER, marker_view, starts
from extractor.reading.page import ReadPage

BOX = (85.0, 0.0, 535.0, 12.0)


def line(text: str, *, indent: float = 0.0, slack: float = 0.0, page: int = 1) -> Line:
    """A line of a column 450 points wide."""
    return Line(page, 0, len(text), text, (85.0 + indent, 0.0, 535.0 - slack, 12.0), indent, slack)


def joined(*lines: Line) -> list[str]:
    """The paragraphs that lines of the body make."""
    begins = starts(lines, ["body"] * len(lines), ["" for _ in range(9)])
    paragraphs: list[str] = []
    for found, begin in zip(lines, begins, strict=True):
        if begin:
            paragraphs.append(found.text)
        else:
            paragraphs[-1] += " " + found.text
    return paragraphs


def test_an_indent_after_a_full_stop_begins_a_paragraph() -> None:
    assert joined(
        line("Nhiều giếng cổ đã cạn vì nắng kéo", indent=35),
        line("dài.", slack=400),
        line("Sở Du lịch lập sổ giếng.", indent=35, slack=200),
    ) == ["Nhiều giếng cổ đã cạn vì nắng kéo dài.", "Sở Du lịch lập sổ giếng."]


def test_a_line_that_goes_on_in_small_letters_joins() -> None:
    assert len(joined(line("Sở Du lịch lập sổ.", slack=200), line("giếng cổ", indent=35))) == 1


def test_a_marker_begins_a_paragraph_where_something_else_says_so() -> None:
    assert len(joined(line("Vét giếng trước mùa mưa", slack=200), line("a) Lập sổ", indent=35))) == 2
    assert len(joined(line("Vét giếng;", slack=200), line("- Lập sổ"))) == 2
    assert len(joined(line("Kế hoạch giữ giếng giai đoạn 2021"), line("- 2025 của tỉnh"))) == 1


def test_a_paragraph_goes_on_over_a_page_break() -> None:
    assert len(joined(line("Sở Du lịch lập sổ giếng của"), line("Ủy ban nhân dân xã Giếng Đá.", page=2))) == 1
    assert len(joined(line("Sở Du lịch lập sổ.", slack=200), line("Sở Y tế lấy mẫu.", indent=35, page=2))) == 2


def paragraphs(text: str) -> list[str]:
    document = lay_out([ReadPage(1, 0.0, 0.0, "text", text="CHỈ THỊ\nVề việc giữ giếng\n\n" + text)])
    return [p.text for p in document.zone("body")]


def test_a_typed_text_keeps_its_own_lines() -> None:
    assert paragraphs("Nhiều giếng cổ đã cạn.\n1. Sở Du lịch lập sổ\n2. Sở Y tế lấy mẫu\n") == [
        "Nhiều giếng cổ đã cạn.",
        "1. Sở Du lịch lập sổ",
        "2. Sở Y tế lấy mẫu",
    ]


def test_a_year_after_a_dash_is_no_bullet() -> None:
    assert paragraphs("Sở Du lịch giữ giếng giai đoạn 2021\n- 2025 theo kế hoạch.\n") == [
        "Sở Du lịch giữ giếng giai đoạn 2021 - 2025 theo kế hoạch."
    ]


def test_a_hard_wrapped_text_is_put_together() -> None:
    words = ("Sở Du lịch lập sổ giếng cổ của từng làng ven biển và miền núi trong tỉnh " * 8).split()
    lines = [" ".join(words[i : i + 14]) for i in range(0, len(words), 14)]
    found = paragraphs("\n".join([*lines, *lines]) + ".\n")
    assert len(found) <= 2


def test_recipients_are_one_a_dash() -> None:
    text = "CHỈ THỊ\nVề việc giữ giếng\n\nSở Du lịch lập sổ.\n\nNơi nhận:\n- Các sở, ban,\nngành tỉnh;\n- Lưu: VT.\n"
    document = lay_out([ReadPage(1, 0.0, 0.0, "text", text=text)])
    assert [p.text for p in document.zone("recipients")] == ["Nơi nhận:", "- Các sở, ban, ngành tỉnh;", "- Lưu: VT."]


def test_one_line_and_none() -> None:
    assert joined(line("Sở Du lịch lập sổ.")) == ["Sở Du lịch lập sổ."]
    assert starts([], [], []) == []


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("©) Lập sổ", "c) Lập sổ"),
        (": d) Lập sổ", "  d) Lập sổ"),
        ("~ Lập sổ", "- Lập sổ"),
        ("]. Lập sổ", "1. Lập sổ"),
        ("Lập sổ (c) giếng", "Lập sổ (c) giếng"),
        ("", ""),
    ],
)
def test_marker_view_keeps_the_length(text: str, view: str) -> None:
    assert marker_view(text) == view
    assert len(view) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "I. Việc",
        "1. Việc",
        "1.1. Việc",
        "2.3 Việc",
        "a) Việc",
        "đ) việc",
        "(i) việc",
        "- Việc",
        "+ việc",
        "Điều 3",
        "- 5% số xã",
    ],
)
def test_markers(text: str) -> None:
    assert MARKER.match(text)


@pytest.mark.parametrize("text", ["Việc", "2023 là năm", "1.500 giếng", "15/9 là hạn", "và a) việc", "- 2025"])
def test_no_markers(text: str) -> None:
    assert not MARKER.match(text)
