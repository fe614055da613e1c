"""Made lines of print for the recogniser of lines: what they say, and their picture as a typesetter leaves it.

Half of what they say is directives' language (the specimens, pairs of syllables that follow each other there, agencies); the rest is made so that
letters and not habits are learned: every possible syllable, numbers, dates, symbols, names, lists. What copying and scanning do to a line is
added where they are used (`corpus.worn`).
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from corpus.specimens import specimens
from extractor.knowledge.table import rows
from extractor.reading.lines import LETTERS
from extractor.reading.syllable import is_syllable

Picture = NDArray[np.uint8]
T = TypeVar("T")

EM = 32  # pixels of a typeface's size
HIGH = 64  # pixels of a picture: the line with a part of those above and below it
BASELINE = 43
WIDTHS = (320, 640, 1216)  # pixels; a line is as wide as the first that holds it
_LONGEST = 110  # characters

_KNOWN = frozenset(LETTERS)
_FOLDERS = (
    Path("/usr/share/fonts/truetype/croscore"),
    Path("/usr/share/texmf/fonts/opentype/public/tex-gyre"),
    Path("/usr/share/fonts/truetype/dejavu"),
)
# Official documents are set in Times; other faces stand in stamps, captions, forms, and letters of companies. Each as regular, bold, italic,
# bold italic.
_FACES: tuple[tuple[float, tuple[str, str, str, str]], ...] = (
    (0.44, ("texgyretermes-regular.otf", "texgyretermes-bold.otf", "texgyretermes-italic.otf", "texgyretermes-bolditalic.otf")),
    (0.36, ("Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf")),
    (0.07, ("Arimo-Regular.ttf", "Arimo-Bold.ttf", "Arimo-Italic.ttf", "Arimo-BoldItalic.ttf")),
    (0.04, ("texgyreheros-regular.otf", "texgyreheros-bold.otf", "texgyreheros-italic.otf", "texgyreheros-bolditalic.otf")),
    (0.03, ("texgyreschola-regular.otf", "texgyreschola-bold.otf", "texgyreschola-italic.otf", "texgyreschola-bolditalic.otf")),
    (0.02, ("texgyrepagella-regular.otf", "texgyrepagella-bold.otf", "texgyrepagella-italic.otf", "texgyrepagella-bolditalic.otf")),
    (0.02, ("texgyreheroscn-regular.otf", "texgyreheroscn-bold.otf", "texgyreheroscn-italic.otf", "texgyreheroscn-bolditalic.otf")),
    (0.01, ("Cousine-Regular.ttf", "Cousine-Bold.ttf", "Cousine-Italic.ttf", "Cousine-BoldItalic.ttf")),
    (0.01, ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf", "DejaVuSerif-Italic.ttf", "DejaVuSerif-BoldItalic.ttf")),
)  # fmt: skip


def _listed(text: str, mark: str | None = None) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(mark))


_KINDS = _listed(
    """
    QĐ CT KH TB CV NQ BC TTr HD CĐ TT NĐ TTLT KL GM PA ĐA CTr
    """
)
_BODIES = _listed(
    """
    UBND TTg CP BCT BTC BNV HĐND BGDĐT BTNMT VPCP BYT STC SNV SYT SKHĐT TU BCĐ VP VX KTN NC TH BNN BXD BCA BQP TTCP UBDT BTTTT KGVX QH14
    UBTVQH
    """
)
_FAMILIES = _listed(
    """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai Trương Lâm Cao Hà Tô Tạ Kiều Quách Thạch Rơ Ksor Y Siu
    """
)
_GIVEN = _listed(
    """
    Văn Thị Hữu Đức Minh Quốc Xuân Ngọc Thanh Hồng Anh Tuấn Hùng Dũng Hải Sơn Thắng Nam Bình An Lan Hương Hạnh Phúc Trọng Tấn Kim Bảo Khánh
    Việt Cường Thủy Hiển Quyết Tiến Chiến Thành Trung Tường Vinh Huy Nghĩa Phương Linh Loan Đông Bửu Thạnh Nhã Ưng Tịnh
    """
)
_FORMAL = _listed(
    """
    TM. ỦY BAN NHÂN DÂN | KT. CHỦ TỊCH | PHÓ CHỦ TỊCH | CHỦ TỊCH | BỘ TRƯỞNG | THỨ TRƯỞNG | KT. BỘ TRƯỞNG | GIÁM ĐỐC | PHÓ GIÁM ĐỐC | CHÁNH
    VĂN PHÒNG | PHÓ CHÁNH VĂN PHÒNG | THỦ TƯỚNG | PHÓ THỦ TƯỚNG | TUQ. BỘ TRƯỞNG | TL. CHỦ TỊCH | Q. CHỦ TỊCH | CHÁNH THANH TRA | VỤ TRƯỞNG
    | CỤC TRƯỞNG | TỔNG CỤC TRƯỞNG | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM | CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM | Độc lập - Tự do - Hạnh phúc |
    ĐỘC LẬP - TỰ DO - HẠNH PHÚC | ĐẢNG CỘNG SẢN VIỆT NAM | CHỈ THỊ | QUYẾT ĐỊNH | KẾ HOẠCH | THÔNG BÁO | CÔNG ĐIỆN | NGHỊ QUYẾT | BÁO CÁO |
    PHỤ LỤC | Nơi nhận: | Như trên; | Lưu: VT, KTN. | - Lưu: VT, NC. | - Như Điều 3; | (đã ký) | (Đã ký) | ỦY BAN NHÂN DÂN | HỎA TỐC | KHẨN
    | CÔNG VĂN ĐẾN | ĐẾN | Kính gửi: | Lưu: VT. | (để báo cáo); | (b/c); | VBĐT
    """,
    "|",
)
_FOREIGN = _listed(
    """
    email | internet | website | logistics | OCOP | FDI | ODA | GRDP | PCI | PAPI | ISO | WTO | ASEAN | Covid-19 | COVID-19 | SARS-CoV-2 |
    HIV/AIDS | VNeID | DTI | CPI | BOT | PPP | EVN | Viettel | Zalo | Facebook | World Bank | FAO | UNESCO | G7 | AI | IoT | Formosa |
    Mobifone | x | kW | kWh | MW | ha | km | m2 | km2 | m3 | kg | mm | A/H5N1 | IUU | VietGAP | Jrai | Êđê
    """,
    "|",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of print: HIGH rows of ink (0 paper, 255 ink), what it says, the rows that its own ink takes, and its columns."""

    ink: Picture
    text: str
    top: int
    bottom: int


def lines(rng: np.random.Generator, count: int) -> list[Line]:
    """So many made lines."""
    words, before = _Words(rng), np.zeros((HIGH, 0), np.uint8)
    made: list[Line] = []
    while len(made) < count:
        longest = int(rng.choice([rng.integers(2, 14), rng.integers(14, 55), rng.integers(55, 95)], p=[0.2, 0.3, 0.5]))
        line = picture(words.line(longest), rng, before)
        if line:
            before = line.ink
            made.append(line)
    return made


# --- what a line says ---------------------------------------------------------------------------------------------------------


@cache
def _specimen_words() -> tuple[tuple[str, ...], ...]:
    paragraphs = (p.split() for s in specimens() for p in unicodedata.normalize("NFC", s.text()).splitlines())
    return tuple(tuple(p) for p in paragraphs if p)


@cache
def _followers() -> dict[str, tuple[tuple[str, ...], NDArray[np.float64]]]:
    """What follows a syllable, with the running sums of how often, damped so that the rare is seen as well."""
    behind: dict[str, list[tuple[str, float]]] = {}
    for row in rows("bigrams.csv"):
        if row["next"]:
            behind.setdefault(row["syllable"], []).append((row["next"], float(row["count"]) ** 0.5))
    return {
        first: (tuple(n for n, _ in entries), np.cumsum([c for _, c in entries])) for first, entries in behind.items()
    }


@cache
def syllables() -> tuple[str, ...]:
    """Every possible syllable, tone marks where either school puts them."""
    onsets = ("", "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", *"bcdđghklmnprstvx")
    rimes = [
        (vowels, end)
        for size in (1, 2, 3)
        for vowels in map("".join, itertools.product("aăâeêioôơuưy", repeat=size))
        for end in ("", "c", "ch", "m", "n", "ng", "nh", "p", "t")
        if any(is_syllable(onset + vowels + end + tone) for onset in ("", "qu") for tone in ("", "\u0301"))
    ]
    found = []
    for onset in onsets:
        for vowels, end in rimes:
            for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"):
                for at in _toned(vowels, end) if tone else (0,):
                    syllable = unicodedata.normalize("NFC", onset + vowels[: at + 1] + tone + vowels[at + 1 :] + end)
                    if is_syllable(syllable):
                        found.append(syllable)
    return tuple(dict.fromkeys(found))


def _toned(vowels: str, end: str) -> tuple[int, ...]:
    """Which vowel of a rime bears its tone; of "oa", "oe", "uy" either may."""
    marked = [i for i, vowel in enumerate(vowels) if vowel in "ăâêôơư"]
    if marked:
        return (marked[-1],)
    if len(vowels) == 1:
        return (0,)
    if end or len(vowels) == 3:
        return (1,)
    return (0, 1) if vowels in ("oa", "oe", "uy") else (0,)


@cache
def _agencies() -> tuple[tuple[str, ...], ...]:
    names = [row["name"] for name in ("agencies.csv", "provinces.csv") for row in rows(name)]
    return tuple(tuple(unicodedata.normalize("NFC", name).split()) for name in names if name)


class _Words:
    """Makes what lines say."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.makers: tuple[tuple[float, Callable[[], list[str]]], ...] = (
            (0.27, self._specimen),
            (0.23, self._chain),
            (0.22, self._any_syllables),
            (0.15, self._figures),
            (0.05, self._agency),
            (0.04, self._name),
            (0.04, self._formal),
        )

    def line(self, longest: int) -> str:
        """A line of up to so many characters, in the letters that are known."""
        words: list[str] = []
        while sum(map(len, words)) + len(words) < longest:
            words += self._pick(self.makers)()
        while len(words) > 1 and sum(map(len, words)) + len(words) - 1 > longest:
            words.pop()
        if self._chance(0.12):
            words = [w.upper() for w in words]
        elif self._chance(0.05):
            words = [w[:1].upper() + w[1:] for w in words]
        if self._chance(0.12):
            words.insert(
                0,
                str(
                    self.rng.choice(
                        ["-", "+", "*", "•", "–", "1.", "2.", "a)", "b)", "đ)", "I.", "IV.", "1.2.", "3)", "(1)", "…"]
                    )
                ),
            )
        return "".join(c for c in " ".join(words) if c in _KNOWN).strip()

    def _pick(self, options: Sequence[tuple[float, T]]) -> T:
        at = self.rng.random() * sum(weight for weight, _ in options)
        for weight, option in options:
            at -= weight
            if at < 0:
                return option
        return options[-1][1]

    def _chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def _one(self, options: Sequence[T]) -> T:
        return options[int(self.rng.integers(len(options)))]

    def _specimen(self) -> list[str]:
        paragraph = self._one(_specimen_words())
        start = int(self.rng.integers(len(paragraph)))
        return list(paragraph[start : start + int(self.rng.integers(2, 14))])

    def _chain(self) -> list[str]:
        followers = _followers()
        word = self._one(tuple(followers))
        words = [word]
        for _ in range(int(self.rng.integers(1, 12))):
            if word not in followers:
                break
            names, sums = followers[word]
            word = names[int(np.searchsorted(sums, self.rng.random() * sums[-1]))]
            words.append(word)
        return self._marked(words)

    def _any_syllables(self) -> list[str]:
        return self._marked([self._one(syllables()) for _ in range(int(self.rng.integers(1, 7)))])

    def _marked(self, words: list[str]) -> list[str]:
        """Words with capitals and marks here and there."""
        out = []
        for word in words:
            if self._chance(0.12):
                word = word[:1].upper() + word[1:]
            if self._chance(0.03):
                word = word.upper()
            if self._chance(0.1):
                word += self._pick(
                    ((0.6, ","), (0.15, "."), (0.12, ";"), (0.1, ":"), (0.02, "!"), (0.02, "?"), (0.01, "…"))
                )
            if self._chance(0.03):
                a, b = self._one((("(", ")"), ("“", "”"), ('"', '"'), ("[", "]"), ("‘", "’"), ("'", "'")))
                word = self._pick(((0.5, a + word + b), (0.25, a + word), (0.25, word + b)))
            if self._chance(0.01):
                out.append(self._one(("-", "–", "/", "&", "+", "=", "x", "→")))
            out.append(word)
        return out

    def _number(self, digits: int) -> str:
        return "".join(str(d) for d in self.rng.integers(0, 10, digits))

    def _figure(self) -> str:
        rng = self.rng
        whole = str(int(10 ** rng.uniform(0, 7)))
        if len(whole) > 3 and self._chance(0.8):
            whole = f"{int(whole):,}".replace(",", ".")
        if self._chance(0.3):
            whole += "," + self._number(int(rng.integers(1, 4)))
        return whole

    def _symbol(self) -> str:
        number = self._pick(
            (
                (0.5, self._number(int(self.rng.integers(1, 5)))),
                (0.2, f"0{self.rng.integers(1, 10)}"),
                (0.3, str(self.rng.integers(1, 3000))),
            )
        )
        year = f"{self.rng.integers(1990, 2031)}/" if self._chance(0.35) else ""
        body = (
            self._one(_BODIES)
            if self._chance(0.8)
            else "".join(self._one(tuple("ABCDĐGHKLMNPQSTVXY")) for _ in range(int(self.rng.integers(2, 6))))
        )
        further = f"-{self._one(_BODIES)}" if self._chance(0.15) else ""
        return f"{number}/{year}{self._one(_KINDS)}-{body}{further}"

    def _figures(self) -> list[str]:
        rng = self.rng
        day, month, year = int(rng.integers(1, 32)), int(rng.integers(1, 13)), int(rng.integers(1986, 2036))
        makers: tuple[tuple[float, Callable[[], str]], ...] = (
            (1.2, lambda: f"ngày {day:02d} tháng {month:02d} năm {year}"),
            (0.5, lambda: f"ngày {day} tháng {month} năm {year}"),
            (1.0, lambda: f"{day:02d}/{month:02d}/{year}"),
            (0.6, lambda: f"{day}/{month}/{year}"),
            (0.3, lambda: f"{month:02d}/{year}"),
            (0.2, lambda: f"{day:02d}-{month:02d}-{year}"),
            (1.2, lambda: f"số {self._symbol()}"),
            (0.8, lambda: f"Số: {self._symbol()}"),
            (0.8, self._symbol),
            (1.0, lambda: f"{self._figure()} {self._one(('tỷ đồng', 'triệu đồng', 'đồng', 'ha', 'km', 'hộ', 'người', 'tấn', 'xã', 'm2', 'm³', 'lượt', 'giường', 'MW'))}"),
            (0.8, lambda: f"{self._figure()}%"),
            (0.3, lambda: f"{self._figure()} %"),
            (0.3, lambda: f"{self._one(('≥', '≤', '>', '<', '±', '='))} {self._figure()}"),
            (1.5, self._figure),
            (0.4, lambda: f"{self._figure()} - {self._figure()}"),
            (0.3, lambda: f"quý {self._one(('I', 'II', 'III', 'IV', '1', '2', '3', '4'))}/{year}"),
            (0.3, lambda: f"{self._one(('I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI', 'XII', 'XIII', 'XIV', 'XV'))}{self._one(('.', ')', '/', ',', ''))}"),
            (0.5, lambda: f"Điều {rng.integers(1, 130)}, khoản {rng.integers(1, 12)}, điểm {self._one(tuple('abcdđeghik'))}"),
            (0.3, lambda: f"{rng.integers(1, 20)}.{rng.integers(1, 20)}.{self._one(('', str(rng.integers(1, 9)) + '.'))}"),
            (0.2, lambda: f"{self._one(tuple('abcdđeghiklmn'))})"),
            (0.3, lambda: f"{rng.integers(0, 24)} giờ {rng.integers(0, 60):02d} phút"),
            (0.2, lambda: f"{rng.integers(0, 24)}h{rng.integers(0, 60):02d}"),
            (0.2, lambda: f"{self._number(4)}.{self._number(3)}.{self._number(3)}"),
            (0.2, lambda: f"0{self._number(9)}"),
            (0.3, lambda: self._one(_FOREIGN)),
            (0.15, lambda: "".join(self._one(tuple("abcdefghijklmnopqrstuvwxyz0123456789._-")) for _ in range(int(rng.integers(4, 12)))) + "@" + self._one(("gmail.com", "tinh.gov.vn", "moit.gov.vn"))),
            (0.15, lambda: f"http://www.{self._one(('chinhphu', 'moit', 'vbpl', 'sotaichinh'))}.{self._one(('vn', 'gov.vn'))}"),
            (0.2, lambda: "".join(self._one(LETTERS) for _ in range(int(rng.integers(1, 6))))),
            (0.2, lambda: self._one(("./.", "...", "……", "…/…", "..........", "______", "/", "- - -", "*****", "o0o", "§ 2", "15°C"))),
            (0.3, lambda: f"{year}-{year + 5}"),
            (0.3, lambda: f"năm {year}"),
            (0.2, lambda: f"({rng.integers(1, 100)})"),
        )  # fmt: skip
        return self._pick(makers)().split()

    def _agency(self) -> list[str]:
        name = list(self._one(_agencies()))
        return [w.upper() for w in name] if self._chance(0.25) else name

    def _name(self) -> list[str]:
        name = [self._one(_FAMILIES)] + [self._one(_GIVEN) for _ in range(int(self.rng.integers(1, 4)))]
        return [w.upper() for w in name] if self._chance(0.2) else name

    def _formal(self) -> list[str]:
        return self._one(_FORMAL).split()


# --- how it looks ---------------------------------------------------------------------------------------------------------------


@cache
def face(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A typeface at a size in pixels. Raises FileNotFoundError where it is not installed."""
    file = _file(name)
    if file is None:
        raise FileNotFoundError(name)
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def is_installed(name: str) -> bool:
    """Whether a typeface is on this machine."""
    return _file(name) is not None


def _file(name: str) -> Path | None:
    return next((folder / name for folder in _FOLDERS if (folder / name).is_file()), None)


def picture(text: str, rng: np.random.Generator, before: Picture | None = None) -> Line | None:
    """A line set in a face of its own, perhaps with a part of another (`before`) above or below it; None if there is nothing to set or no room."""
    if not text or len(text) > _LONGEST:
        return None
    family = _FACES[int(rng.choice(len(_FACES), p=[share for share, _ in _FACES]))][1]
    style = int(rng.choice(4, p=[0.6, 0.2, 0.14, 0.06]))
    size = int(rng.integers(EM - 3, EM + 3))
    font = face(family[style], size)
    other = face(family[int(rng.integers(4))], size) if rng.random() < 0.12 else font
    words = text.split(" ")
    changes = int(rng.integers(len(words) + 1))
    space = font.getlength(" ") * rng.uniform(0.7, 2.2 if rng.random() < 0.5 else 1.15)
    tracking = float(rng.uniform(-0.6, 2.0)) if rng.random() < 0.15 else 0.0
    outlined = rng.random() < 0.012
    underlined = rng.random() < 0.03

    sheet = Pillow.new("L", (WIDTHS[-1], HIGH), 0)
    draw = ImageDraw.Draw(sheet)
    x = 2.0
    for i, word in enumerate(words):
        own = other if i >= changes else font
        parts = list(word) if tracking else [word]
        start = x
        for part in parts:
            if outlined:
                draw.text((x, BASELINE), part, fill=0, font=own, anchor="ls", stroke_width=1, stroke_fill=255)
            else:
                draw.text((x, BASELINE), part, fill=255, font=own, anchor="ls")
            x += own.getlength(part) + tracking
        if x > WIDTHS[-1] - 4:
            return None
        if underlined:
            draw.line((start, BASELINE + 4, x, BASELINE + 4), fill=255, width=2)
        x += space
    ink = np.asarray(sheet, np.uint8)
    inked = np.flatnonzero(ink.max(axis=1) > 60)
    if not len(inked):
        return None
    width = next(w for w in WIDTHS if x - space + 2 <= w)
    ink = ink[:, :width].copy()
    if before is not None and before.shape[1] and rng.random() < 0.5:
        _crowd(ink, before, rng)
    return Line(ink, text, int(inked[0]), int(inked[-1]) + 1)


def _crowd(ink: Picture, before: Picture, rng: np.random.Generator) -> None:
    """Lays another line above or below, as far away as lines stand."""
    pitch = int(rng.uniform(1.12, 1.7) * EM)
    wide = min(ink.shape[1], before.shape[1])
    if rng.random() < 0.6:
        rows_ = HIGH - pitch
        ink[:rows_, :wide] = np.maximum(ink[:rows_, :wide], before[pitch:, :wide])
    if rng.random() < 0.6:
        ink[pitch:, :wide] = np.maximum(ink[pitch:, :wide], before[: HIGH - pitch, :wide])
