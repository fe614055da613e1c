"""Who issued a document: at what level of government, and in which province, then and after the mergers of 2025."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Literal, get_args

from extractor.knowledge.provinces import provinces
from extractor.knowledge.register import register
from service.store.fold import fold

Level = Literal["central", "province", "district", "commune", "party", "other"]
LEVELS: tuple[Level, ...] = get_args(Level)

# Of issuers that the register does not know, the first that is found in the folded name.
_CUES: tuple[tuple[str, Level], ...] = (
    (r"^(ban chap hanh|ban thuong vu|ban bi thu|bo chinh tri|dang uy|tinh uy|thanh uy|huyen uy|quan uy|thi uy)\b", "party"),
    (r"^(chinh phu|thu tuong|quoc hoi|bo|tong cuc|van phong (chinh phu|quoc hoi|bo)|ngan hang nha nuoc|kiem toan)\b", "central"),
    (r"\b(xa|phuong|thi tran|dac khu)\b", "commune"),
    (r"\b(huyen|quan|thi xa)\b", "district"),
    (r"\b(tinh|thanh pho)\b", "province"),
    (r"^so\b", "province"),
    (r"^cuc\b", "central"),
)  # fmt: skip
_PLACE = re.compile(r"\b(?:tỉnh|thành phố)\s+(\S.*)$", re.IGNORECASE)


def level(issuer: str | None, issuer_id: str | None) -> Level | None:
    """The level of a document's issuer; None when nobody is named."""
    if not issuer:
        return None
    body = register().agency(issuer_id) if issuer_id else None
    if body and body.level in LEVELS:
        return body.level
    name = fold(issuer)
    return next((level for cue, level in _CUES if re.search(cue, name)), "other")


def province(issuer: str | None, issuer_id: str | None, place: str | None, on: date | None) -> str | None:
    """The province that an issuer below the central level belongs to, as it was on that day: an id, else a name."""
    if level(issuer, issuer_id) in (None, "central"):
        return None
    known = {one.id for one in provinces()}
    if issuer_id and issuer_id.partition("/")[0] in known:
        return issuer_id.partition("/")[0]
    named = _PLACE.search(issuer or "")
    for words in filter(None, (named and named[0], named and named[1], place)):
        if found := register().province(words, on=on):
            return found.id
    return named[1] if named else None


@cache
def today(province: str) -> str:
    """The province that has this territory now; what is no province of the register stays."""
    found = next((one for one in provinces() if one.id == province), None)
    return register().province_successor(found).id if found else province


@cache
def name(province: str) -> str:
    """A province as people say it."""
    return next((one.name for one in provinces() if one.id == province), province)


@cache
def successor(agency_id: str, name: str) -> str:
    """The name of the body that has the duties of this one today; its own where the register does not know it."""
    body = register().agency(agency_id) if agency_id else None
    if body is None:
        return name
    heir = register().successor(body)
    return heir.name if heir.id != body.id else name
