"""Amounts in one unit, so that "1,2 nghìn tỷ đồng" and "1.200 tỷ đồng" lie on one line of a plot.

Units of length, area, mass, energy and power, money, time and information come down to one each; any other unit ("hộ nghèo",
"lượt khách") stays what it is, with "nghìn", "triệu", "tỷ" in front of it counted out. Currencies are never converted.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from service.store.fold import fold


class Amount(NamedTuple):
    """How many of `measure` one of the printed unit is; an empty measure is a bare number."""

    measure: str
    factor: Decimal


_D = Decimal
_SCALES = {
    "tram": _D(100),
    "nghin": _D(10**3),
    "ngan": _D(10**3),
    "van": _D(10**4),
    "trieu": _D(10**6),
    "ty": _D(10**9),
    "ti": _D(10**9),
}
# Printed form, folded → measure and factor. SI and everyday factors; a month is no number of days, so it stays.
_UNITS: dict[str, tuple[str, Decimal]] = {
    **dict.fromkeys(("%", "phan tram", "o/o"), ("%", _D(1))),
    **dict.fromkeys(("‰", "phan nghin", "phan ngan", "%o"), ("‰", _D(1))),
    **dict.fromkeys(("diem %", "diem phan tram"), ("điểm %", _D(1))),
    **dict.fromkeys(("dong", "vnd", "dong viet nam"), ("đồng", _D(1))),
    **dict.fromkeys(("usd", "do la my", "do la", "dola", "do-la", "do la my (usd)"), ("USD", _D(1))),
    **dict.fromkeys(("euro", "eur"), ("EUR", _D(1))),
    **dict.fromkeys(("ha", "hecta", "hec ta", "hec-ta"), ("ha", _D(1))),
    **dict.fromkeys(("km2", "km²", "kilomet vuong", "cay so vuong"), ("ha", _D(100))),
    **dict.fromkeys(("m2", "m²", "met vuong"), ("ha", _D("0.0001"))),
    **dict.fromkeys(("km", "kilomet", "cay so"), ("km", _D(1))),
    **dict.fromkeys(("m", "met"), ("km", _D("0.001"))),
    **dict.fromkeys(("m3", "m³", "met khoi"), ("m³", _D(1))),
    **dict.fromkeys(("lit", "l"), ("m³", _D("0.001"))),
    "tan": ("tấn", _D(1)),
    "ta": ("tấn", _D("0.1")),
    "yen": ("tấn", _D("0.01")),
    **dict.fromkeys(("kg", "kilogam", "ki lo gam"), ("tấn", _D("0.001"))),
    "kw": ("MW", _D("0.001")),
    "mw": ("MW", _D(1)),
    "gw": ("MW", _D(1000)),
    "kwh": ("MWh", _D("0.001")),
    "mwh": ("MWh", _D(1)),
    "gwh": ("MWh", _D(1000)),
    "giay": ("giờ", _D(1) / 3600),
    "phut": ("giờ", _D(1) / 60),
    **dict.fromkeys(("gio", "tieng"), ("giờ", _D(1))),
    "mbps": ("Mbps", _D(1)),
    "mb/s": ("Mbps", _D(1)),
    "gbps": ("Mbps", _D(1000)),
    "gb/s": ("Mbps", _D(1000)),
    # The same people and things by their usual other names.
    **dict.fromkeys(("nguoi", "nhan khau", "lao dong", "nguoi lao dong"), ("người", _D(1))),
    **dict.fromkeys(("luot", "luot khach", "luot khach du lich", "khach", "luot nguoi"), ("lượt", _D(1))),
    **dict.fromkeys(("giuong", "giuong benh"), ("giường bệnh", _D(1))),
    **dict.fromkeys(("bac si", "bac sy"), ("bác sĩ", _D(1))),
    **dict.fromkeys(("ho", "ho dan", "ho gia dinh"), ("hộ", _D(1))),
    **dict.fromkeys(("nha", "can", "can nha", "can ho", "nha o"), ("căn", _D(1))),
}
_SCALE = re.compile(rf"({'|'.join(_SCALES)})\s+(?=\S)")


def amount(unit: str | None) -> Amount:
    """What a printed unit measures, and how much of it. Spaces, case and marks make no difference."""
    words = re.sub(r"\s*/\s*", "/", fold(unit or "").strip(" .,"))
    factor = _D(1)
    while words not in _UNITS and (scale := _SCALE.match(words)):
        factor *= _SCALES[scale[1]]
        words = words[scale.end() :]
    if words in _UNITS:
        measure, one = _UNITS[words]
        return Amount(measure, factor * one)
    if factor == 1 and words in _SCALES:  # "3 triệu" of what the indicator says
        return Amount("", _SCALES[words])
    return Amount(_as_printed(unit, words), factor)


def _as_printed(unit: str | None, words: str) -> str:
    """The last words of the printed unit, lower case, as many as are left of its folded form."""
    printed = (unit or "").lower().strip(" .,").split()
    return " ".join(printed[len(printed) - len(words.split()) :]) if words else ""


def converted(value: str, unit: str | None) -> tuple[str, float]:
    """A decimal value in the measure of its unit."""
    measure, factor = amount(unit)
    return measure, float(Decimal(value) * factor)
