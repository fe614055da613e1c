"""Vietnamese text without case and marks, for comparing what people type with what documents say."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case, base letters only, đ as d, one space between words: "Sở Y tế" and "so  y te" fold alike."""
    letters = (_base(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join("".join(letters).split())


def _base(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    return unicodedata.normalize("NFD", letter)[0].lower()
