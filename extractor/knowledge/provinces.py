"""Provinces and cities under the central government, by name and era."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from extractor.knowledge.table import day, in_force, parts, rows

_MERGERS = date(2025, 7, 1)

ProvinceType = Literal["tỉnh", "thành phố"]


@dataclass(frozen=True, slots=True)
class Province:
    """A province under one name and type, valid in [valid_from, valid_to] (open where None).

    `gso` is the statistical code, `gso_2025` the one since 1 July 2025 (None if the province was gone by then);
    `h_code` the level-1 electronic identifier of Quyết định 20/2020/QĐ-TTg, a deduction unless `h_code_verified`.
    """

    id: str
    name: str
    type: ProvinceType
    full_name: str
    gso: str
    gso_2025: str | None
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    h_code: str | None
    h_code_verified: bool
    aliases: tuple[str, ...]

    def valid(self, on: date) -> bool:
        """Whether the province bore this name and type on that day."""
        return in_force(self.valid_from, self.valid_to, on)


def _gone(valid_to: date | None) -> bool:
    return valid_to is not None and valid_to < _MERGERS


@cache
def provinces() -> tuple[Province, ...]:
    """The table provinces.csv."""
    return tuple(
        Province(
            id=row["id"],
            name=row["name"],
            type="thành phố" if row["type"] == "thành phố" else "tỉnh",
            full_name=row["full_name"],
            gso=row["gso"],
            gso_2025=row["gso_2025"] or (None if _gone(day(row["valid_to"])) else row["gso"]),
            valid_from=day(row["valid_from"]),
            valid_to=day(row["valid_to"]),
            successor=row["successor"] or None,
            h_code=row["h_code"] or None,
            h_code_verified=row["h_code_verified"] == "yes",
            aliases=parts(row["aliases"]),
        )
        for row in rows("provinces.csv")
    )
