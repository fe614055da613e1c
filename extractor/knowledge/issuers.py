"""Which body the letters in a document's number stand for: "TTg" in 12/QĐ-TTg, "BYT" in 5/TT-BYT."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from extractor.knowledge.register import agencies
from extractor.knowledge.spelling import fold
from extractor.knowledge.table import rows


@dataclass(frozen=True, slots=True)
class Symbol:
    """A pattern that matches a whole part of a number, and a body that uses it."""

    pattern: re.Pattern[str]
    name: str


@cache
def symbols() -> tuple[Symbol, ...]:
    """The table issuers.csv."""
    return tuple(Symbol(re.compile(row["symbol"]), row["name"]) for row in rows("issuers.csv"))


@cache
def _abbreviated() -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for position, body in enumerate(agencies()):
        for alias in body.aliases:
            if " " not in alias:
                index.setdefault(_letters(alias), []).append(position)
    return index


def issuers(symbol: str, *, on: date | None = None) -> tuple[str, ...]:
    """The official names that a part of a number may stand for, none if unknown, several if it does not decide.

    "TW" is the Central Committee, the Politburo or the Secretariat. Of bodies with the same letters those that existed
    on that day come alone. "UBND" gives the name without its territory. Lost bars (BGDDT) and "&" do not matter.
    """
    found = tuple(each.name for each in symbols() if each.pattern.fullmatch(symbol))
    if found:
        return found
    bodies = [agencies()[position] for position in _abbreviated().get(_letters(symbol), ())]
    valid = [body for body in bodies if on is None or body.valid(on)]
    return tuple(dict.fromkeys(body.name for body in valid or bodies))


def _letters(symbol: str) -> str:
    return re.sub(r"[\W_]", "", fold(symbol))
