"""Heads of office: titles that, before a body's name, stand for the body ("Giám đốc Sở Y tế")."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from extractor.knowledge.table import parts, rows


@dataclass(frozen=True, slots=True)
class Head:
    """A title; deputies and aides do not stand for the body. `bodies` are the first nouns of its bodies."""

    title: str
    stands_for_body: bool
    bodies: tuple[str, ...]


@cache
def heads() -> tuple[Head, ...]:
    """The table heads.csv, longest title first, so that the first that fits is the right one."""
    table = (Head(row["title"], row["stands_for_body"] == "yes", parts(row["bodies"])) for row in rows("heads.csv"))
    return tuple(sorted(table, key=lambda head: -len(head.title)))
