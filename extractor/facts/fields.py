"""Field blocks of plans: "Cơ quan chủ trì: …", "Thời gian hoàn thành: …" after a task, and the columns of task tables.

A field is no task of its own: it gives the task beside it who acts and by when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from extractor import patterns as re

FieldKind = Literal["content", "lead", "coordinate", "who", "when", "product", "other"]

# The labels as plans and annexes print them; the first that matches decides.
_LABELS: tuple[tuple[FieldKind, str], ...] = (
    ("lead", r"(?:cơ quan|đơn vị|bộ phận|cơ quan, đơn vị|đ/v|cq)\s*(?:,\s*đơn vị\s*|,\s*cá nhân\s*)?(?:chủ trì|đầu mối|tham mưu)(?:\s*,?\s*(?:thực hiện|tham mưu|chính|triển khai|theo dõi))*|chủ trì(?:\s+(?:thực hiện|tham mưu|triển khai))*|trách nhiệm chủ trì"),
    ("coordinate", r"(?:cơ quan|đơn vị|cơ quan, đơn vị|đ/v|cq)\s*(?:,\s*đơn vị\s*)?phối hợp(?:\s+(?:thực hiện|triển khai|tham mưu))*|phối hợp(?:\s+(?:thực hiện|triển khai))*"),
    ("who", r"(?:cơ quan|đơn vị|cơ quan, đơn vị|tổ chức)\s*(?:,\s*đơn vị\s*)?(?:thực hiện|chịu trách nhiệm)|phân công(?:\s+(?:thực hiện|nhiệm vụ))?|trách nhiệm(?:\s+thực hiện)?|phân công trách nhiệm"),
    ("when", r"(?:thời gian|thời hạn|tiến độ|lộ trình|thời điểm)(?:\s*,\s*tiến độ)?(?:\s+(?:thực hiện|hoàn thành|triển khai|trình|ban hành|báo cáo|xong))*"),
    ("product", r"(?:sản phẩm|kết quả|sản phẩm dự kiến|kết quả đầu ra|sản phẩm đầu ra|sản phẩm hoàn thành)(?:\s*(?:,|/|hoặc)?\s*(?:kết quả|dự kiến|đạt được|đầu ra|hoàn thành))*"),
    ("content", r"(?:nội dung|nhiệm vụ|tên nhiệm vụ|nội dung nhiệm vụ|nội dung công việc|công việc|hoạt động|nội dung thực hiện|nhiệm vụ cụ thể|nhiệm vụ, giải pháp|nội dung, nhiệm vụ|nội dung/nhiệm vụ|nội dung chỉ đạo)"),
    ("other", r"(?:kinh phí|nguồn kinh phí|ghi chú|căn cứ|địa điểm|thành phần|đối tượng|kinh phí thực hiện|cách thức|hình thức)(?:\s+thực hiện)?"),
)  # fmt: skip
_ANY = "|".join(f"(?P<k{i}>{pattern})" for i, (_, pattern) in enumerate(_LABELS))
_FIELD = re.compile(rf"(?:^|(?<=[.;\n])\s*|^\W{{0,3}})(?:[-+•*]\s*)?(?:{_ANY})\s*:", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(rf"^\W*(?:{_ANY})\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled field; its value is [start, end) of the text."""

    kind: FieldKind
    label_start: int
    start: int
    end: int


def _kind(match: re.Match[str]) -> FieldKind:
    return next(kind for i, (kind, _) in enumerate(_LABELS) if match[f"k{i}"] is not None)


def fields_of(text: str) -> list[Field]:
    """The labelled fields of a text, in order; each value runs to the next label or the end."""
    found = list(_FIELD.finditer(text))
    fields: list[Field] = []
    for i, match in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(text)
        fields.append(Field(_kind(match), match.start(), match.end(), end))
    return fields


def leading_field(text: str) -> Field | None:
    """The field that the text begins with, if it begins with one."""
    fields = fields_of(text)
    return fields[0] if fields and not text[: fields[0].label_start].strip(" -+•*\n") else None


# A content column has many names: "Nhiệm vụ và giải pháp chủ yếu", "Danh mục đề án", "Chỉ tiêu".
_CONTENT_COLUMN = re.compile(
    r"^\W*(?:tên\s+|danh mục\s+|các\s+|một số\s+)*(?:nội dung|nhiệm vụ|công việc|giải pháp|chỉ tiêu|mục tiêu|đề án|hoạt động|chương trình)\b",
    re.IGNORECASE,
)


def column_kind(title: str) -> FieldKind | None:
    """What a table column with this title holds; None if it is no title of a task table."""
    words = re.sub(r"\s+", " ", title).strip()
    match = _HEADER.match(words)
    if match:
        return _kind(match)
    return "content" if len(words) <= 60 and _CONTENT_COLUMN.match(words) else None
