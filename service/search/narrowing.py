"""A value of a facet as a part of a query: what is added when somebody chooses it, in the words of the query language."""

from __future__ import annotations

from collections.abc import Callable

from service.search.facets import Facet, Value

_ROLES = {"lead": "chủ-trì", "coordinate": "phối-hợp", "report_to": "nhận-báo-cáo", "supervise": "theo-dõi"}
_LEVELS = {
    "central": "trung-ương",
    "province": "tỉnh",
    "district": "huyện",
    "commune": "xã",
    "party": "đảng",
    "other": "khác",
}
_ANSWERS = {"yes": "có", "no": "không", "overdue": "quá-hạn"}


def _named(field: str) -> Callable[[Value], str]:
    return lambda value: f'{field}:="{value.label.replace(chr(34), " ")}"'


_PARTS: dict[Facet, Callable[[Value], str]] = {
    "issuer": _named("nơi-ban-hành"),
    "level": lambda value: f"cấp:{_LEVELS.get(value.value, value.value)}",
    "province": _named("tỉnh"),
    "province_today": _named("tỉnh-nay"),
    "agency": _named("cơ-quan"),
    "agency_today": _named("cơ-quan-nay"),
    "kind": lambda value: f"loại:{value.value.replace(' ', '-')}",
    "year": lambda value: f"năm:{value.value}",
    "field": _named("lĩnh-vực"),
    "role": lambda value: f"vai-trò:{_ROLES[value.value]}",
    "due": lambda value: f"hạn:{_ANSWERS[value.value]}",
    "targets": lambda value: f"có-chỉ-tiêu:{_ANSWERS[value.value]}",
}


def query(facet: Facet, value: Value) -> str:
    """What of a query asks for it."""
    return _PARTS[facet](value)
