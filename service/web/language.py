"""The two languages of the pages. The Vietnamese text is the key; `english.json` gives the English beside it.

A text may hold places, ``{count} nhiệm vụ``; an English text that has a singular is a pair, chosen by `count`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

from starlette.requests import Request

Language = Literal["vi", "en"]
Translate = Callable[..., str]

COOKIE = "lang"
CATALOGUE = Path(__file__).parent / "english.json"


def language_of(request: Request) -> Language:
    """What the reader has chosen; Vietnamese until then."""
    return "en" if request.cookies.get(COOKIE) == "en" else "vi"


@cache
def english() -> dict[str, str | list[str]]:
    """The catalogue: Vietnamese text to English text, or to its singular and plural."""
    words: dict[str, str | list[str]] = json.loads(CATALOGUE.read_text("utf-8"))
    return words


def translator(language: Language) -> Translate:
    """`t("Nộp văn bản")` in this language. A text that the catalogue lacks stays Vietnamese."""

    def t(text: str, **values: Any) -> str:
        said: str | list[str] = english().get(text, text) if language == "en" else text
        if isinstance(said, list):
            said = said[values.get("count") != 1]
        return said.format(**values) if values else said

    return t


def term(text: str) -> str:
    """A text that is translated later, where it is shown: marks it for the check that the catalogue is whole."""
    return text
