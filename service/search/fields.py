"""The fields of a query: their names in Vietnamese and English, and what their values mean.

A name is known with and without marks, hyphens and capitals: "cơ-quan", "co_quan", "coquan", "agency".
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from extractor.knowledge.kinds import kind_abbreviated, kinds
from service.search import numbers
from service.store.fold import fold

Field = Literal[
    "agency", "agency_today", "role", "due", "kind", "issued", "province", "province_today", "issuer", "level", "targets", "field", "number",
    "in_force",
]  # fmt: skip

# The first name of each language is the one that help shows.
NAMES: dict[Field, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "agency": (("cơ-quan",), ("agency",)),
    "agency_today": (("cơ-quan-nay",), ("agency-today",)),
    "role": (("vai-trò",), ("role",)),
    "due": (("hạn", "thời-hạn"), ("due", "deadline")),
    "kind": (("loại", "loại-văn-bản"), ("kind", "type")),
    "issued": (("năm", "ngày", "ngày-ban-hành"), ("year", "issued", "date")),
    "province": (("tỉnh", "thành-phố"), ("province",)),
    "province_today": (("tỉnh-nay",), ("province-today",)),
    "issuer": (("nơi-ban-hành", "cơ-quan-ban-hành"), ("issuer",)),
    "level": (("cấp",), ("level",)),
    "targets": (("có-chỉ-tiêu", "chỉ-tiêu"), ("targets",)),
    "field": (("lĩnh-vực",), ("field",)),
    "number": (("số", "số-ký-hiệu"), ("number",)),
    "in_force": (("hiệu-lực",), ("in-force",)),
}
_YES = frozenset(("co", "yes", "true", "1"))
_NO = frozenset(("khong", "no", "false", "0"))
_ROLES = {
    "lead": ("chu tri", "lead"),
    "coordinate": ("phoi hop", "coordinate"),
    "report_to": ("nhan bao cao", "bao cao", "report to", "report"),
    "supervise": ("theo doi", "don doc", "giam sat", "supervise"),
}
_LEVELS: dict[str, tuple[str, ...]] = {
    "central": ("trung uong", "tw", "central"),
    "province": ("tinh", "province", "cap tinh"),
    "district": ("huyen", "district", "cap huyen"),
    "commune": ("xa", "commune", "cap xa"),
    "party": ("dang", "party"),
    "other": ("khac", "other"),
}
_RANGE = re.compile(r"(?P<sign><=|>=|<|>|=)?\s*(?P<one>[^.]*?)(?:\.\.(?P<other>.*))?")


class Unknown(ValueError):
    """No field of that name; `vi` and `en` list those that there are."""

    vi = ", ".join(names[0][0] for names in NAMES.values())
    en = ", ".join(names[1][0] for names in NAMES.values())


class BadValue(ValueError):
    """A field cannot have that value; why, in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        self.vi, self.en = vi, en
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Condition:
    """One field and what it has to be: words, a code of the field, yes or no, or days (either end open)."""

    field: Field
    words: str = ""
    whole: bool = False  # the words are the whole name, not a part of it
    code: str = ""
    yes: bool = True
    first: date | None = None
    last: date | None = None
    number: numbers.Number | None = None


def _key(name: str) -> str:
    return re.sub(r"[-_\s]", "", fold(name))


_BY_NAME: dict[str, Field] = {_key(name): field for field, names in NAMES.items() for each in names for name in each}


def condition(name: str, value: str) -> Condition:
    """The condition that `name:value` asks. Raises Unknown, BadValue."""
    field = _BY_NAME.get(_key(name))
    if field is None:
        raise Unknown(name)
    value = value.strip()
    if not value.strip("<>="):
        raise BadValue(f"Sau “{name}:” cần một giá trị.", f'A value has to stand behind "{name}:".')
    plain = " ".join(re.sub(r"[-_]", " ", fold(value)).split())
    match field:
        case "agency" | "agency_today" | "issuer" | "province" | "province_today" | "field":
            return Condition(field, words=fold(value.lstrip("=<>").replace("_", " ")), whole=value.startswith("="))
        case "role":
            return Condition(field, code=_coded(_ROLES, plain, "vai trò", "a role"))
        case "level":
            return Condition(field, code=_coded(_LEVELS, plain, "cấp", "a level"))
        case "kind":
            return Condition(field, words=_kind(value, plain))
        case "targets" | "in_force":
            return Condition(field, yes=_yes(plain))
        case "number":
            found = numbers.number(value)
            if found is None:
                raise BadValue("Số văn bản phải có chữ số, ví dụ 02/CT-UBND.", "A number has digits, as 02/CT-UBND.")
            return Condition(field, number=found)
        case "due":
            if plain in _YES | _NO:
                return Condition(field, code="any", yes=plain in _YES)
            if plain in ("qua han", "overdue"):
                return Condition(field, code="overdue")
            first, last = _days(value)
            return Condition(field, code="days", first=first, last=last)
        case _:
            first, last = _days(value)
            return Condition(field, first=first, last=last)


def _coded(codes: dict[str, tuple[str, ...]], plain: str, vi: str, en: str) -> str:
    for code, said in codes.items():
        if plain in said:
            return code
    known = ", ".join(said[0] for said in codes.values())
    raise BadValue(f"“{plain}” không phải {vi}. Có: {known}.", f'"{plain}" is not {en}. There are: {", ".join(codes)}.')


def _kind(value: str, plain: str) -> str:
    """The folded name of a kind of document, by name or abbreviation."""
    names = {fold(kind.name) for kind in kinds()}
    if plain in names:
        return plain
    short = kind_abbreviated(value.upper()) or kind_abbreviated(value)
    if short:
        return fold(short.name)
    raise BadValue(f"“{value}” không phải loại văn bản.", f'"{value}" is not a kind of document.')


def _yes(plain: str) -> bool:
    if plain in _YES | _NO:
        return plain in _YES
    raise BadValue("Giá trị là “có” hoặc “không”.", 'The value is "yes" or "no".')


def _days(value: str) -> tuple[date | None, date | None]:
    """The first and last day of 2024, 6/2024, 2024-06, 30/6/2024, 2024-06-30, with <, >, or from..to."""
    found = _RANGE.fullmatch(value)
    if found is None or (found["sign"] and found["other"] is not None):
        raise _bad_day(value)
    if found["other"] is not None:
        first = _span(found["one"])[0] if found["one"].strip() else None
        last = _span(found["other"])[1] if found["other"].strip() else None
        if (first is None and last is None) or (first and last and first > last):
            raise _bad_day(value)
        return first, last
    first, last = _span(found["one"])
    match found["sign"]:
        case "<":
            return None, date.fromordinal(first.toordinal() - 1)
        case "<=":
            return None, last
        case ">":
            return date.fromordinal(last.toordinal() + 1), None
        case ">=":
            return first, None
    return first, last


def _span(text: str) -> tuple[date, date]:
    numbers_ = [int(part) for part in re.findall(r"\d+", text)]
    written = re.fullmatch(r"\d{4}(-\d{1,2}){0,2}|(\d{1,2}/){0,2}\d{4}", text.strip())
    if not written or not all(numbers_):
        raise _bad_day(text)
    if "/" in text:
        numbers_.reverse()
    year, month, day_ = (*numbers_, None, None)[:3]
    if not 1900 <= year <= 2200:  # type: ignore[operator]
        raise _bad_day(text)
    try:
        first = date(year, month or 1, day_ or 1)  # type: ignore[arg-type]
        last_month = month or 12
        last = date(year, last_month, day_ or calendar.monthrange(year, last_month)[1])  # type: ignore[arg-type]
    except ValueError:
        raise _bad_day(text) from None
    return first, last


def _bad_day(value: str) -> BadValue:
    return BadValue(
        f"Không hiểu “{value}”. Viết 2024, 6/2024, 30/6/2024, <2026, >=2020 hoặc 2020..2024.",
        f'"{value}" is not understood. Write 2024, 2024-06, 2024-06-30, <2026, >=2020 or 2020..2024.',
    )
