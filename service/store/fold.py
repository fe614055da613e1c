"""Vietnamese text without case and marks, for comparing what people type with what documents say."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
    """Lower case, base letters only, đ as d, one space between words: "Sở Y tế" and "so  y te" fold alike."""
    letters = (_base(letter) for letter in unicodedata.normalize("NFC", text))
    return " ".join("".join(letters).split())


def initials(name: str) -> str:
    """The first letters of a folded name's words, by which people find it: "Sở Kế hoạch và Đầu tư" has "skhdt"."""
    words = re.findall(r"[^\W_]+", fold(name))
    return "".join(word[0] for word in words if word != "va")


def _base(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    return unicodedata.normalize("NFD", letter)[0].lower()
