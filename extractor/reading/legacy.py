"""Text layers in the 8-bit encodings that Vietnamese offices wrote in before Unicode: TCVN 5712:1993 (TCVN3, "ABC") and VNI for Windows.

Such a font draws Vietnamese letters at places where Latin-1 has others, so that a layer says "Th«ng t­" for "Thông tư". The tables
are those of the standard and of the VNI fonts. Capitals of TCVN3 with marks of tone are small letters in a font of capitals (".VnTimeH").
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from extractor.reading.syllable import is_syllable

Encoding = Literal["tcvn3", "vni"]
ENCODINGS: tuple[Encoding, ...] = ("tcvn3", "vni")

_TONES = ("\u0300", "\u0301", "\u0309", "\u0303", "\u0323")  # huyền, sắc, hỏi, ngã, nặng
_TCVN3_TONED = {
    "a": "µ¸¶·¹",
    "ă": "»¾¼½Æ",
    "â": "ÇÊÈÉË",
    "e": "ÌÐÎÏÑ",
    "ê": "ÒÕÓÔÖ",
    "i": "×ÝØÜÞ",
    "o": "ßãáâä",
    "ô": "åèæçé",
    "ơ": "êíëìî",
    "u": "ïóñòô",
    "ư": "õøö÷ù",
    "y": "úýûüþ",
}
_TCVN3_BARE = dict(zip("¨©ª«¬\xad®¡¢§£¤¥¦", "ăâêôơưđĂÂĐÊÔƠƯ", strict=True))
# Of a VNI font: the letter's own sign stands behind the letter; o and u with a horn, đ, i and ỵ have places of their own.
_VNI_TONES = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_BREVE = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_CIRCUMFLEX = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_ALONE = {"ñ": "đ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ô": "ơ", "ö": "ư"}

# What programs make of a few places of the fonts on their way: one form for each.
_SAME = str.maketrans({"μ": "µ", "Đ": "Ð"})


def _tcvn3() -> dict[int, str]:
    table = dict(_TCVN3_BARE)
    for letter, places in _TCVN3_TONED.items():
        table |= {
            place: unicodedata.normalize("NFC", letter + tone) for place, tone in zip(places, _TONES, strict=True)
        }
    return {ord(place): letter for place, letter in table.items()}


def _vni() -> dict[str, str]:
    """Pairs and single letters to what they stand for, in both cases."""
    table = dict(_VNI_ALONE)
    for letter, place in (("ơ", "ô"), ("ư", "ö")):
        table |= {place + sign: letter + tone for sign, tone in _VNI_TONES.items()}
    for vowel in "aeouy":
        table |= {vowel + sign: vowel + tone for sign, tone in _VNI_TONES.items()}
    table |= {"a" + sign: "ă" + tone for sign, tone in _VNI_BREVE.items()}
    for vowel, letter in (("a", "â"), ("e", "ê"), ("o", "ô")):
        table |= {vowel + sign: letter + tone for sign, tone in _VNI_CIRCUMFLEX.items()}
    both = {}
    for places, letters in table.items():
        for one, other in (
            (places, letters),
            (places.upper(), letters.upper()),
            (places.capitalize(), letters.title()),
        ):
            both[one] = unicodedata.normalize("NFC", other)
        if len(places) == 2:  # a capital with the small sign is written as well
            both[places[0].upper() + places[1]] = unicodedata.normalize("NFC", letters.upper())
    return both


_TCVN3 = _tcvn3()
_VNI = _vni()
_VNI_PLACES = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_RUN = re.compile(r"[^\W\d_]+-[^\W\d_]*|-[^\W\d_]+")  # no syllable has two of them


def decode(text: str, encoding: Encoding, font: str = "") -> str:
    """The Unicode (NFC) text of what a layer says in one of the encodings. `font`, where known, tells fonts of capitals."""
    if encoding == "vni":
        return unicodedata.normalize("NFC", _VNI_PLACES.sub(lambda found: _VNI[found[0]], text))
    decoded = text.translate(_SAME).translate(_TCVN3)
    if "-" in decoded:
        decoded = _RUN.sub(_with_horned_u, decoded)
    return decoded.upper() if is_of_capitals(font) else decoded


def is_of_capitals(font: str) -> bool:
    """Whether a font draws small letters as capitals: ".VnTimeH" and its like, by the custom of their names."""
    name = font.rpartition("+")[2].partition(",")[0].partition("-")[0]
    return name.lower().startswith(".vn") and name.endswith("H")


def _with_horned_u(found: re.Match[str]) -> str:
    """ "ư" stands at the place of the soft hyphen, which many programs write as a hyphen: taken back where that makes a syllable."""
    run = found[0]
    horned = run.replace("-", "ư")
    return horned if is_syllable(horned) else run
