"""Kinds of documents (tên loại) and their abbreviations in document numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from extractor.knowledge.table import MalformedTable, parts, rows

Family = Literal["state", "legal", "party", "copy"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its name in lower case and the abbreviations ("CT") that one family of bodies uses for it."""

    name: str
    short: tuple[str, ...]
    family: Family


def _family(cell: str) -> Family:
    for family in get_args(Family):
        if cell == family:
            return cell  # type: ignore[return-value]
    raise MalformedTable(f"kinds.csv: no family {cell!r}")


@cache
def kinds() -> tuple[Kind, ...]:
    """The table kinds.csv; a kind that State and Party both use stands twice."""
    return tuple(Kind(row["name"], parts(row["short"]), _family(row["family"])) for row in rows("kinds.csv"))


def kind_abbreviated(short: str, *, party: bool = False) -> Kind | None:
    """The kind that an abbreviation in a number stands for ("CT" → chỉ thị); Đ lost by a reader is forgiven ("QD").

    `TT` is thông tư of the State and thông tri of the Party, so the family decides first.
    """
    wanted = [kind for kind in kinds() if (kind.family == "party") == party] + list(kinds())
    for letters in (str, _without_bars):
        for kind in wanted:
            if any(letters(form) == letters(short) for form in kind.short):
                return kind
    return None


def _without_bars(short: str) -> str:
    return short.upper().replace("Đ", "D")
