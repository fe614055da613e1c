"""The record's normalised values in the words that an office uses: dates, amounts, deadlines, targets, roles."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta, timezone

from extractor.record import (
    Anchor,
    AssignmentSource,
    Deadline,
    Period,
    Reading,
    Relation,
    Role,
    Signature,
    Signer,
    Target,
    Triage,
)

ROLES: dict[Role, str] = {
    "lead": "Chủ trì",
    "coordinate": "Phối hợp",
    "report_to": "Báo cáo",
    "supervise": "Theo dõi, đôn đốc",
}
SOURCES: dict[AssignmentSource, str] = {
    "explicit": "",
    "heading": "theo đề mục",
    "addressees": "theo phần mở đầu",
}
RELATIONS: dict[Relation, str] = {
    "basis": "căn cứ",
    "amends": "sửa đổi, bổ sung",
    "replaces": "thay thế",
    "mention": "nhắc đến",
}
READINGS: dict[Reading, str] = {
    "text_layer": "lớp văn bản trong PDF",
    "ocr": "nhận dạng chữ (OCR)",
    "text": "văn bản thuần",
    "blank": "trang trắng",
    "failed": "không đọc được",
}
TRIAGES: dict[Triage, str] = {
    "layer": "",
    "tcvn3": "mã cũ TCVN3, đã chuyển sang Unicode",
    "vni": "mã cũ VNI, đã chuyển sang Unicode",
    "no_layer": "trang chỉ có ảnh",
    "caption": "lớp văn bản chỉ có vài chữ, như chú thích chữ ký số",
    "foreign_layer": "lớp văn bản ẩn không phải tiếng Việt",
    "layer_elsewhere": "lớp văn bản ẩn không khớp với ảnh trang",
    "image": "tệp ảnh",
    "show_through": "chỉ có chữ của mặt sau hiện qua giấy",
    "text": "",
}
_ANCHORS: dict[Anchor, str] = {
    "signing": "ngày ký",
    "receipt": "ngày nhận được văn bản",
    "effect": "ngày có hiệu lực",
    "event": "khi phát sinh",
}
_COMPARATORS = {"=": "", ">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "khoảng "}
_CHANGES = {"level": "", "increase": "tăng ", "decrease": "giảm "}
_PARTS = {"Y": "năm", "M": "tháng", "W": "tuần", "D": "ngày", "TH": "giờ", "TM": "phút"}
_EVERY = {"DAILY": "ngày", "WEEKLY": "tuần", "MONTHLY": "tháng", "YEARLY": "năm"}
_DAYS = {
    "MO": "thứ Hai",
    "TU": "thứ Ba",
    "WE": "thứ Tư",
    "TH": "thứ Năm",
    "FR": "thứ Sáu",
    "SA": "thứ Bảy",
    "SU": "Chủ nhật",
}

# Characters that move a terminal's cursor or turn the direction of writing: what is shown must be what is there.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """The text, same length, with control and direction characters made visible as "�"; tab and newline stay."""
    return _UNPRINTABLE.sub("\ufffd", text)


def day(value: date | None) -> str:
    """31/12/2025; empty for none."""
    return f"{value:%d/%m/%Y}" if value else ""


def amount(value: str) -> str:
    """A decimal string as written in Vietnam: "89490.478" becomes "89.490,478"."""
    whole, _, fraction = value.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", ".")
    return f"{sign}{grouped},{fraction}" if fraction else f"{sign}{grouped}"


def percent(confidence: float) -> str:
    # Rounded down: 0.699 stays below a threshold of 70 %.
    return f"{int(confidence * 100 + 1e-9)} %"


def place(path: Sequence[str]) -> str:
    """A task's numbering: "II.3.b.-2"."""
    return ".".join(path)


def period(value: Period) -> str:
    """ "năm 2021", "2020–2025", "đến 31/12/2025" …"""
    start, end = value.start, value.end
    if start and end:
        if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
            return f"năm {start.year}" if start.year == end.year else f"{start.year}–{end.year}"
        return f"{day(start)}–{day(end)}"
    if end:
        return f"đến năm {end.year}" if (end.month, end.day) == (12, 31) else f"đến {day(end)}"
    return f"từ {day(start)}" if start else ""


def duration(value: str) -> str:
    """An ISO 8601 duration in words: "P5D" becomes "5 ngày"; unchanged where it is none."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", value)
    if not match or not any(match.groups()):
        return value
    return " ".join(f"{n} {unit}" for n, unit in zip(match.groups(), _PARTS.values(), strict=True) if n)


def recurrence(rrule: str) -> str:
    """An RFC 5545 rule in words; the rule itself where it says more than these words can."""
    parts = dict(part.partition("=")[::2] for part in rrule.removeprefix("RRULE:").split(";") if part)
    unit = _EVERY.get(parts.pop("FREQ", ""))
    interval = parts.pop("INTERVAL", "1")
    months, days, weekdays = parts.pop("BYMONTH", ""), parts.pop("BYMONTHDAY", ""), parts.pop("BYDAY", "")
    if unit is None or parts or not set(filter(None, weekdays.split(","))) <= _DAYS.keys():
        return rrule
    words = f"hằng {unit}" if interval == "1" else f"{interval} {unit} một lần"
    if (unit, interval) == ("tháng", "3"):
        words = "hằng quý"
    if weekdays:
        words += ", " + ", ".join(_DAYS[d] for d in weekdays.split(","))
    if days:
        words += ", " + ("ngày cuối" if days == "-1" else f"ngày {days}")
    if months:
        words += (" tháng " if days else ", tháng ") + months.replace(",", ", ")
    return words


def deadline(value: Deadline) -> str:
    """By when, in the fewest words that say it."""
    if value.kind == "date":
        return f"chậm nhất {day(value.due)}" if value.due else value.text
    if value.kind == "period":
        ends = (value.start and f"từ {day(value.start)}", value.due and f"đến {day(value.due)}")
        return " ".join(end for end in ends if end) or value.text
    if value.kind == "recurring":
        return recurrence(value.rrule) if value.rrule else value.text
    if value.kind == "relative":
        words = duration(value.offset) if value.offset else value.text
        if value.working_days:
            words += " làm việc"
        if value.anchor and value.offset:
            words += f" kể từ {_ANCHORS[value.anchor]}"
        return f"{words} ({day(value.due)})" if value.due else words
    return "thường xuyên"


def target(value: Target) -> str:
    """ "Thu nội địa: ≥ 35.000 tỷ đồng (năm 2021)"."""
    number = amount(value.value)
    if value.value_max is not None:
        number += f"–{amount(value.value_max)}"
    unit = f" {value.unit}" if value.unit else ""
    # A unit that already says "/người" need not say it twice.
    per = f"/{value.per}" if value.per and not unit.lower().endswith(f"/{value.per.lower()}") else ""
    notes = [
        f"trong {value.of}" if value.of else "",
        period(value.period) if value.period else "",
        value.baseline or "",
    ]
    note = "; ".join(note for note in notes if note)
    measure = f"{_COMPARATORS[value.comparator]}{_CHANGES[value.change]}{number}{unit}{per}"
    return f"{value.indicator}: {measure}" + (f" ({note})" if note else "")


def signature(value: Signature) -> str:
    """Who signed the file, when by the signature's own word, and whether it still holds: "Ủy ban nhân dân tỉnh X, 08:15 ngày 05/01/2021, còn nguyên vẹn"."""
    who = ", ".join(dict.fromkeys(filter(None, (value.signer, value.organisation)))) or "không rõ người ký"
    local = value.signed_at and value.signed_at.astimezone(timezone(timedelta(hours=7)))
    when = f"{local:%H:%M} ngày {local:%d/%m/%Y}" if local else "không rõ lúc nào"
    if value.valid is False:
        state = "nội dung đã ký bị sửa"
    elif value.changed:
        state = "tệp bị thay đổi sau khi ký"
    elif value.valid:
        state = "còn nguyên vẹn" + ("" if value.covers == "entire_file" else " (ký phần đầu của tệp)")
    else:
        state = "chưa kiểm tra được"
    return f"{who}, {when}, {state}"


def signer(value: Signer) -> str:
    """ "TM. Ủy ban nhân dân, Chủ tịch Nguyễn Văn A"."""
    for_whom = " ".join(filter(None, (value.authority, value.for_)))
    who = " ".join(filter(None, (value.title, value.name)))
    return ", ".join(filter(None, (for_whom, who)))
