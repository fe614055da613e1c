"""Labelled fields of plans, and the columns of task tables."""

from __future__ import annotations

import pytest

from extractor.facts.fields import FieldKind, column_kind, fields_of, leading_field


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Cơ quan chủ trì: Sở Du lịch.", "lead", "Sở Du lịch."),
        ("Đơn vị chủ trì thực hiện: Sở Du lịch", "lead", "Sở Du lịch"),
        ("Chủ trì: Sở Du lịch", "lead", "Sở Du lịch"),
        ("Cơ quan phối hợp: Sở Y tế", "coordinate", "Sở Y tế"),
        ("Phối hợp thực hiện: Sở Y tế", "coordinate", "Sở Y tế"),
        ("Đơn vị thực hiện: Sở Y tế", "who", "Sở Y tế"),
        ("Phân công thực hiện: Sở Y tế", "who", "Sở Y tế"),
        ("Thời gian hoàn thành: Tháng 11/2023", "when", "Tháng 11/2023"),
        ("Thời hạn: Quý IV", "when", "Quý IV"),
        ("Tiến độ thực hiện: Quý IV", "when", "Quý IV"),
        ("Sản phẩm: Sổ giếng", "product", "Sổ giếng"),
        ("Kết quả đầu ra: Sổ giếng", "product", "Sổ giếng"),
        ("Nội dung: Lập sổ giếng", "content", "Lập sổ giếng"),
        ("Nhiệm vụ: Lập sổ giếng", "content", "Lập sổ giếng"),
        ("Kinh phí thực hiện: Ngân sách xã", "other", "Ngân sách xã"),
        ("- Cơ quan chủ trì: Sở Du lịch", "lead", "Sở Du lịch"),
    ],
)
def test_leading_field(text: str, kind: FieldKind, value: str) -> None:
    field = leading_field(text)
    assert field is not None
    assert field.kind == kind
    assert text[field.start : field.end].strip() == value


@pytest.mark.parametrize(
    "text",
    [
        "Sở Du lịch chủ trì: lập sổ giếng",
        "Lập sổ giếng trong thời gian sớm nhất",
        "Nội dung này giao Sở Du lịch",
        "",
    ],
)
def test_no_field(text: str) -> None:
    assert leading_field(text) is None


def test_each_value_runs_to_the_next_label() -> None:
    text = "Lập sổ giếng.\nCơ quan chủ trì: Sở Du lịch\nThời gian: Tháng 11/2023"
    assert [(f.kind, text[f.start : f.end].strip()) for f in fields_of(text)] == [
        ("lead", "Sở Du lịch"),
        ("when", "Tháng 11/2023"),
    ]
    assert leading_field(text) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Nội dung nhiệm vụ", "content"),
        ("NHIỆM VỤ", "content"),
        ("Cơ quan chủ trì", "lead"),
        ("Đơn vị\nchủ trì", "lead"),
        ("Cơ quan phối hợp", "coordinate"),
        ("Thời gian hoàn thành", "when"),
        ("Sản phẩm", "product"),
        ("Ghi chú", "other"),
        ("TT", None),
        ("Giếng Ông", None),
        ("", None),
    ],
)
def test_column(title: str, kind: FieldKind | None) -> None:
    assert column_kind(title) == kind
