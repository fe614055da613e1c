"""The module `regex` as grammars call it, with a memory of its own for what it has compiled.

A grammar keeps a short pattern beside the line that uses it. `regex` takes longer to look up a pattern that it knows than to match most of
them (ten times as long as `re`), and it forgets all of them beyond five hundred; here a look-up costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import regex
from regex import IGNORECASE, MULTILINE, Match, Pattern, S, escape

__all__ = [
    "IGNORECASE",
    "MULTILINE",
    "Match",
    "Pattern",
    "S",
    "compile",
    "escape",
    "findall",
    "finditer",
    "fullmatch",
    "match",
    "search",
    "split",
    "sub",
]


@lru_cache(maxsize=2048)  # some patterns are made of a document's words
def compile(pattern: str, flags: int = 0) -> Pattern[str]:
    return regex.compile(pattern, flags)


def match(pattern: str, text: str, flags: int = 0) -> Match[str] | None:
    return compile(pattern, flags).match(text)


def fullmatch(pattern: str, text: str, flags: int = 0) -> Match[str] | None:
    return compile(pattern, flags).fullmatch(text)


def search(pattern: str, text: str, flags: int = 0) -> Match[str] | None:
    return compile(pattern, flags).search(text)


def finditer(pattern: str, text: str, flags: int = 0) -> Iterator[Match[str]]:
    return compile(pattern, flags).finditer(text)


def findall(pattern: str, text: str, flags: int = 0) -> list[Any]:
    return compile(pattern, flags).findall(text)


def split(pattern: str, text: str, maxsplit: int = 0, flags: int = 0) -> list[str | Any]:
    return compile(pattern, flags).split(text, maxsplit)


def sub(pattern: str, put: str | Callable[[Match[str]], str], text: str, count: int = 0, flags: int = 0) -> str:
    return compile(pattern, flags).sub(put, text, count)
