"""Vietnamese text without case and marks, for comparing what people type with what documents say."""

from __future__ import annotations

import re
import unicodedata


def fold(text: str) -> str:
    """Lower case, base letters only, đ as d, one space between words: "Sở Y tế" and "so  y te" fold alike."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_BASES).split())


def initials(name: str) -> str:
    """The first letters of a folded name's words, by which people find it: "Sở Kế hoạch và Đầu tư" has "skhdt"."""
    words = re.findall(r"[^\W_]+", fold(name))
    return "".join(word[0] for word in words if word != "va")


class _Bases(dict[int, str]):
    """The base letter of each letter, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = "d" if letter in "đĐ" else unicodedata.normalize("NFD", letter)[0].lower()
        return self[code]


_BASES = _Bases()
