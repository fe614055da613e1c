"""Which letter runs can be Vietnamese syllables: onset × rime × tone.

The tables follow the orthography taught in schools (bảng vần quốc ngữ), with both placements of the tone mark (hòa,
hoà). They judge a text as a whole (is this text layer Vietnamese?); a possible syllable need not be a word.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # huyền, sắc, ngã, hỏi, nặng
_STOP_TONES = frozenset(("", "\u0301", "\u0323"))


def _table(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_ONSETS = _table("ngh ch gh gi kh ng nh ph qu th tr b c d đ g h k l m n p r s t v x")

_RIMES = frozenset(
    _table(
        """
        a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
        e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
        i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
        o oc oi om on ong op ot oong ooc
        oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oem oen oeo oet
        ô ôc ôi ôm ôn ông ôp ôt ôông ơ ơi ơm ơn ơp ơt
        u ua uc ui um un ung up ut uân uâng uât uây uê uêch uên uêt uênh uơ
        uy uya uych uyn uynh uyp uyt uyu uyên uyêt uôc uôi uôm uôn uông uôt
        ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
        y yêm yên yêng yêt yêu
        """
    )
)
# After "qu" the rime lacks its medial u: quang = qu + ang, quốc = qu + ôc.
_AFTER_QU = frozenset(
    _table(
        """
        a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăt ăp âc âm ân âng ât ây
        e en eo et ê ên êt êch ênh êu
        i ich in inh it y ych yn ynh yt yên yêt ơ ơi ơt ôc ôi
        """
    )
)
_FRONT = ("e", "ê", "i", "y")
_LETTERS = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=50_000)
def is_syllable(token: str) -> bool:
    """Whether a run of letters (any case, Unicode NFC or NFD) can be one Vietnamese syllable."""
    marks = [c for c in unicodedata.normalize("NFD", token.lower()) if c in TONES]
    if len(marks) > 1:
        return False
    bare = unicodedata.normalize(
        "NFC", "".join(c for c in unicodedata.normalize("NFD", token.lower()) if c not in TONES)
    )
    tone = marks[0] if marks else ""
    if _fits("", bare, tone):
        return True
    # "gìn" is g + in, "giêng" is gi + êng written with one i: the short onset is tried as well.
    return any(_fits(o, bare[len(o) :], tone) for o in _ONSETS if bare.startswith(o))


def _fits(onset: str, rime: str, tone: str) -> bool:
    if rime not in (_AFTER_QU if onset == "qu" else _RIMES):
        return False
    if rime.endswith(("c", "ch", "p", "t")) and tone not in _STOP_TONES:
        return False
    front = rime.startswith(_FRONT)
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "ng"):
        return not front
    if onset == "g":
        return not front or rime.startswith("i")
    return True


def share_of_syllables(text: str) -> float:
    """Share of the letter runs of a text that can be Vietnamese syllables; 0.0 for a text without letters."""
    tokens = _LETTERS.findall(unicodedata.normalize("NFC", text))
    return sum(map(is_syllable, tokens)) / len(tokens) if tokens else 0.0


def share_of_accented(text: str) -> float:
    """Share of the letters that are not ASCII: 0.15 to 0.45 in Vietnamese prose; 0.0 for a text without letters."""
    letters = [c for c in unicodedata.normalize("NFC", text) if c.isalpha()]
    return sum(not c.isascii() for c in letters) / len(letters) if letters else 0.0
