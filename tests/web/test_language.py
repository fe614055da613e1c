"""Every text that the pages and scripts show is in the English catalogue, and the catalogue holds no other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from service.web import language

WEB = Path(language.__file__).parent
_SAID = re.compile(r"""\b(?:t|term)\(\s*("(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*)""")


def _used() -> dict[str, str]:
    """Text to the file that shows it."""
    files = [
        *WEB.glob("*.py"),
        *WEB.glob("templates/*.html"),
        *WEB.glob("static/*.js"),
        *WEB.glob("static/review/*.js"),
    ]
    used: dict[str, str] = {}
    for file in files:
        if file.name == "language.py":
            continue
        text = re.sub(r"^\s*(//|/?\*|#).*$", "", file.read_text("utf-8"), flags=re.MULTILINE)
        for found in _SAID.findall(text):
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"', found)
            used["".join(parts).replace('\\"', '"')] = file.name
    return used


def test_the_catalogue_is_whole() -> None:
    used = _used()
    assert len(used) > 50, "the texts are not found"
    missing = {text: file for text, file in used.items() if text not in language.english()}
    assert not missing
    assert not language.english().keys() - used.keys(), "texts that nothing shows"


def test_translations_keep_the_places() -> None:
    for text, said in language.english().items():
        for one in [said] if isinstance(said, str) else said:
            assert one.strip(), text
            places = set(re.findall(r"\{(\w+)\}", text))
            # "1 task" may leave its number out.
            assert set(re.findall(r"\{(\w+)\}", one)) in (places, places - {"count"}), text


def test_the_catalogue_is_in_order() -> None:
    text = language.CATALOGUE.read_text("utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=0, sort_keys=True) + "\n"


@pytest.mark.parametrize(
    ("count", "vi", "en"), [(1, "1 nhiệm vụ", "1 task"), (0, "0 nhiệm vụ", "0 tasks"), (12, "12 nhiệm vụ", "12 tasks")]
)
def test_numbers(count: int, vi: str, en: str) -> None:
    assert language.translator("vi")("{count} nhiệm vụ", count=count) == vi
    assert language.translator("en")("{count} nhiệm vụ", count=count) == en


def test_values_are_not_read_as_places() -> None:
    assert language.translator("vi")("{count} nhiệm vụ", count="{name}") == "{name} nhiệm vụ"
