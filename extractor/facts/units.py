"""The operative part comes apart into its numbered units: a tree, by the numbering of Nghị định 30/2020 and practice.

Numbering goes Phần, I, 1, 1.1, a), (i), -, + from the outside in. Any level may be missing; a list may restart, jump, or lose a
number. Paragraphs without a number belong to the unit before them, except the closing paragraphs, which are about the whole
document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor import patterns as re
from extractor.layout.document import Document, Paragraph
from extractor.layout.paragraphs import marker_view

_ROMAN = re.compile(r"[IVX]{1,6}")
_ROMAN_VALUE = {"I": 1, "V": 5, "X": 10}
# The Vietnamese alphabet of điểm (no f, j, w, z).
LETTERS = "abcdđeghiklmnopqrstuvxy"

_MARKERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "part",
        re.compile(
            r"\s*(?:PHẦN|Phần)\s+(?:THỨ\s+|thứ\s+)?(?P<v>[IVX]+|\d{1,2}|NHẤT|HAI|BA|nhất|hai|ba)\b\s*[.:\-–]?\s*"
        ),
    ),
    ("article", re.compile(r"\s*Điều\s+(?P<v>\d{1,3})\s*[.:]\s*")),
    (
        "roman",
        re.compile(
            r"\s*(?P<v>[IVX]{1,6}|I[iI]{1,2}|V[iI]{1,3}|Iv|I[xX]|X[iI]{1,3})\s*[.\-–/](?=\s|[[:upper:][:lower:]])\s*"
        ),
    ),
    ("3", re.compile(r"\s*(?P<v>\d{1,2}\.\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)\s*[.)]?\s+")),
    ("2", re.compile(r"\s*(?P<v>\d{1,2}\.\d{1,2})\s*(?:[.)\-]\s*|\s+)(?=[[:upper:]“\"a-z])")),
    (
        "1",
        re.compile(
            r"\s*(?P<v>\d{1,2})\s*(?:[./]|,(?=\s+[[:upper:]][[:lower:]])|-(?=\s*[[:upper:]]))(?=\s|[[:upper:]“\"])\s*(?!\d)"
        ),
    ),
    ("1)", re.compile(r"\s*(?P<v>\d{1,2})\s*\)\s*")),
    ("letter", re.compile(r"\s*(?P<v>[a-zđøœæñ])\s*(?:\)|[./](?=\s)|-(?=\s[[:upper:]]))\s*")),
    ("(i)", re.compile(r"\s*\((?P<v>[ivx]{1,5}|\d{1,2}|[a-zđ])\)\s*")),
    ("-", re.compile(r"\s*(?P<v>[-–—])\s*(?=\S)")),
    ("•", re.compile(r"\s*(?P<v>[•●▪◦*])\s*(?=\S)")),
    ("+", re.compile(r"\s*(?P<v>\+)\s*(?=\S)")),
)
# From the outside in; the patterns above stand in another order, because "1.1" must be tried before "1.".
_RANK = {s: r for r, s in enumerate(("part", "article", "roman", "1", "1)", "2", "3", "letter", "(i)", "-", "•", "+"))}

_DASHES = ("-", "•", "+")  # counted, not numbered

_ORDER = re.compile(
    r"yêu cầu|chỉ thị|giao\b|đề nghị|phân công|ban hành|kết luận|thống nhất|quyết định|chỉ đạo|thực hiện|triển khai|tập trung|điện\s*:",
    re.IGNORECASE,
)
_HINGE_END = re.compile(r"(?:sau|sau đây|như sau|dưới đây|cụ thể|nội dung)\s*[:.;]?\s*$|:\s*$", re.IGNORECASE)
_HINGE_END_STRICT = re.compile(r"(?:sau|sau đây|như sau|dưới đây)\s*[:.;]?\s*$", re.IGNORECASE)
_WHOLE_DOCUMENT = re.compile(
    r"(?:chỉ thị|công điện|kế hoạch|thông báo|quyết định|nghị quyết|hướng dẫn|chương trình|kết luận|văn bản|đề án|phương án)\s+này\b|^trên đây là|"
    r"^(?:văn phòng [^.;]{0,60}\s)?(?:xin\s+)?(?:trân trọng\s+)?thông báo\b|^thừa lệnh|^trong quá trình (?:tổ chức\s+)?(?:thực hiện|triển khai|tổ chức)|^quá trình (?:tổ chức\s+)?(?:thực hiện|triển khai)",
    re.IGNORECASE,
)
_CLOSING_ORDER = re.compile(
    r"^(?:(?:chủ tịch\s+)?(?:ủy ban|uỷ ban|ubnd|bộ trưởng|thủ tướng|ban thường vụ|chủ tịch)[^.;:]{0,90}?\s)?(?:yêu cầu|đề nghị|giao|nhận được|căn cứ|khen thưởng)\b|"
    r"^(?:thủ trưởng|giám đốc|chủ tịch|chánh văn phòng|văn phòng|ubnd|ủy ban nhân dân|uỷ ban nhân dân|các bộ|các địa phương|các sở|các đồng chí|các cơ quan|các đơn vị|sở|ban)\b[^.;]{0,160}"
    r"(?:chịu trách nhiệm|theo dõi|đôn đốc|nghiêm túc|báo cáo|tổ chức thực hiện|triển khai)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A unit's number as printed: its style, its value, and where the words begin after it."""

    style: str
    value: str
    length: int


@dataclass(slots=True)
class Unit:
    """A unit of the operative part. [start, end) are its own words in the flow, without number, up to its first child."""

    path: tuple[str, ...]
    style: str
    start: int
    end: int
    first_end: int  # end of the first paragraph: where a label would end
    first: str  # the words of the first paragraph
    parent: Unit | None = None
    children: list[Unit] = field(default_factory=list)
    restored: bool = False  # the number was lost or doubled and put right by the sequence

    @property
    def closing(self) -> bool:
        return self.path[0].startswith("*")

    def parents(self) -> Iterator[Unit]:
        """From the nearest parent outwards."""
        unit = self.parent
        while unit is not None:
            yield unit
            unit = unit.parent

    def walk(self) -> Iterator[Unit]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Structure:
    """The body: [preamble_start, preamble_end) of the flow, the paragraph that orders, and the units in reading order."""

    preamble_start: int
    preamble_end: int
    hinge: Paragraph | None
    roots: tuple[Unit, ...]

    def units(self) -> Iterator[Unit]:
        for root in self.roots:
            yield from root.walk()


def marker_of(text: str) -> Marker | None:
    """The number or bullet that the paragraph begins with."""
    text = marker_view(text)
    for style, pattern in _MARKERS:
        found = pattern.match(text)
        if not found or found.end() >= len(text):
            continue
        value = found["v"]
        if style == "letter" and value in "fjwz":
            continue
        if style == "roman" and not _valid_roman(value.upper()):
            continue
        return Marker(style, value, found.end())
    return None


def _valid_roman(value: str) -> bool:
    return bool(re.fullmatch(r"X{0,3}(?:IX|IV|V?I{0,3})", value))


def _roman(value: str) -> int:
    total = 0
    digits = [_ROMAN_VALUE[c] for c in value.upper()]
    for i, d in enumerate(digits):
        total += -d if i + 1 < len(digits) and d < digits[i + 1] else d
    return total


def _to_roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def structure(document: Document) -> Structure:
    """The body's preamble and units."""
    body = [p for p in document.zone("body") if p.cell is None]  # tables are read row by row elsewhere
    if not body:
        return Structure(0, 0, None, ())
    markers = [marker_of(p.text) for p in body]
    _mend(markers)
    _rejoin(body, markers)
    first, hinge = _operative(body, markers)
    preamble_end = body[first].start if first < len(body) else body[-1].end
    roots = _tree(body[first:], markers[first:])
    return Structure(body[0].start, preamble_end, hinge, tuple(roots))


def _mend(markers: list[Marker | None]) -> None:
    """Restores what reading lost: "I." for "1." before "2.", and "d)" for "đ)" after "d)"."""
    romans = {_roman(m.value) for m in markers if m and m.style == "roman"}
    arabic = {int(m.value) for m in markers if m and m.style in ("1", "1)")}
    if romans == {1} and 1 not in arabic and 2 in arabic:
        for i, m in enumerate(markers):
            if m and m.style == "roman":
                markers[i] = Marker("1", "1", m.length)


# What wants a number behind it: "… các địa bàn cấp độ ⏎ 1. Cấp ngay …" is one sentence, broken where the line ended.
_WANTS_NUMBER = re.compile(
    r"(?<!\w)(?:cấp độ|cấp|mức độ|mức|nhóm|giai đoạn|loại|hạng|số|điểm|khoản|điều|bước|bảng|mục|phần|tháng|quý|năm|ngày|lần|thứ|đợt|vùng|khu|tổ|từ|đến|khoảng)$",
    re.IGNORECASE,
)


def _rejoin(body: Sequence[Paragraph], markers: list[Marker | None]) -> None:
    """Takes a number that ends the sentence before it for no marker."""
    for i in range(1, len(body)):
        marker = markers[i]
        if (
            marker
            and marker.style in ("1", "1)", "roman")
            and len(body[i - 1].text.split()) > 4
            and _WANTS_NUMBER.search(body[i - 1].text.rstrip())
        ):
            markers[i] = None


def _operative(body: Sequence[Paragraph], markers: Sequence[Marker | None]) -> tuple[int, Paragraph | None]:
    """The index of the first operative paragraph, and the paragraph that orders (the hinge)."""
    for i in range(len(body) - 1):
        marker = markers[i]
        if marker is not None and marker.style not in ("-", "•"):
            break
        follows = markers[i + 1]
        if follows is None or not _ORDER.search(body[i].text) or not _HINGE_END.search(body[i].text):
            continue
        if follows.style in ("-", "•", "+") and not _HINGE_END_STRICT.search(body[i].text):
            continue  # "… điện: - Bộ trưởng …": a list of addressees
        return i + 1, body[i]
    for i, m in enumerate(markers):
        if m is not None and m.style not in ("-", "•", "+"):
            return i, body[i - 1] if i else None
    for i, paragraph in enumerate(body):
        if (
            re.search(r"\b(?:yêu cầu|chỉ thị|giao|đề nghị)\b", paragraph.text)
            and i + 1 < len(body)
            and _HINGE_END.search(paragraph.text)
        ):
            return i + 1, paragraph
    for i, paragraph in enumerate(body):
        if re.match(r"(?:\S+\s+){0,12}?(?:yêu cầu|chỉ thị|giao|đề nghị)\b", paragraph.text, re.IGNORECASE):
            return i, None
    return len(body), None


_SUBJECT_OF_ORDER = re.compile(
    r"(?:Giao\s+|Đề nghị\s+)?(?:Giám đốc|Chủ tịch|Thủ trưởng|Sở|Công an|Đài|Báo|UBND|Ủy ban|Uỷ ban|Ban|Văn phòng|Cục|Chi cục|Bộ Chỉ huy|Hội|Thanh tra|Các sở|Các đơn vị|Công ty|Ngân hàng|Kho bạc|Bảo hiểm)\b"
)


def _lost_numbers(body: Sequence[Paragraph], markers: list[Marker | None]) -> list[Marker | None]:
    """A number lost before a paragraph that begins with a body, restored where the sequence shows it: 3, (4), 5."""
    restored = list(markers)
    last: tuple[int, int] | None = None  # index and value of the last arabic number
    for i, marker in enumerate(markers):
        if marker is None or marker.style not in ("1", "1)"):
            if marker is not None and marker.style in ("part", "article", "roman"):
                last = None
            continue
        value = int(marker.value)
        if last is not None and value == last[1] + 2:
            lost = [
                j for j in range(last[0] + 2, i)
                if markers[j] is None and _SUBJECT_OF_ORDER.match(body[j].text) and not _WHOLE_DOCUMENT.search(body[j].text)
            ]  # fmt: skip
            if len(lost) == 1:
                restored[lost[0]] = Marker(marker.style, str(value - 1), 0)
        last = (i, value)
    return restored


def annexed_units(document: Document) -> list[Unit]:
    """The units of a plan that is annexed to the document ("Ban hành kèm theo Quyết định này Kế hoạch …"), under "Phụ lục".

    An annex is such a plan when it has sections numbered I, II, … of which one speaks of tasks or of carrying them out.
    """
    annex = [p for p in document.zone("annex") if p.cell is None]
    markers = [marker_of(p.text) for p in annex]
    sections = [p.text for p, m in zip(annex, markers, strict=True) if m and m.style in ("roman", "part")]
    if len(sections) < 2 or not any(
        re.search(r"nhiệm vụ|tổ chức thực hiện|giải pháp|phân công", s, re.IGNORECASE) for s in sections
    ):
        return []
    if any(re.fullmatch(r"\W*(?:TT|STT|Stt|Số TT)\W*", p.text) for p in annex):
        return []  # a table: its rows are read elsewhere
    first = next(i for i, m in enumerate(markers) if m and m.style in ("roman", "part"))
    roots = [u for u in _tree(annex[first:], markers[first:]) if not u.closing]
    for root in roots:
        for unit in root.walk():
            unit.path = ("Phụ lục", *unit.path)
    return roots


def _is_section(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return 6 <= len(letters) <= 120 and all(c.isupper() for c in letters)


def _tree(body: Sequence[Paragraph], markers: list[Marker | None]) -> list[Unit]:
    roots: list[Unit] = []
    stack: list[Unit] = []
    closing: Unit | None = None
    closings = 0
    markers = _lost_numbers(body, markers)
    # Dashes after a closing paragraph are its own, so they do not count.
    last_numbered = max(
        (i for i, m in enumerate(markers) if m is not None and m.style not in ("-", "+", "•")), default=-1
    )
    for i, paragraph in enumerate(body):
        marker = markers[i]
        if marker is None:
            if _is_section(paragraph.text):
                stack, closing = [], None
                continue
            ends = closing is not None or _closes(paragraph, stack, after_last=i > last_numbered) or not stack
            if ends:
                closings += 1
                closing = Unit((f"*{closings}",), "*", paragraph.start, paragraph.end, paragraph.end, paragraph.text)
                roots.append(closing)
                stack = [closing]
            else:
                stack[-1].end = paragraph.end
            continue
        if closing is not None and marker.style not in ("-", "+", "•", "letter", "(i)"):
            closing, stack = None, []  # numbering goes on: the paragraph before was none of the closing ones
        while stack and stack[-1].style != "*" and _RANK[stack[-1].style] >= _RANK[marker.style]:
            stack.pop()
        parent = stack[-1] if stack else None
        siblings = parent.children if parent else roots
        alike = [s for s in siblings if s.style == marker.style or (s.style in _DASHES and marker.style in _DASHES)]
        element, restored = _element(marker, alike, _following(markers, i) if alike else None)
        restored = restored or marker.length == 0
        start = paragraph.start + marker.length
        path = (*(parent.path if parent else ()), element)
        unit = Unit(
            path,
            marker.style,
            start,
            paragraph.end,
            paragraph.end,
            paragraph.text[marker.length :],
            parent,
            restored=restored,
        )
        siblings.append(unit)
        stack.append(unit)
    return roots


def _next_value(style: str, value: str) -> str | None:
    """The number after this one in its style."""
    if style == "roman":
        return _to_roman(_roman(value) + 1)
    if style == "letter":
        at = LETTERS.find(value)
        return LETTERS[at + 1] if 0 <= at < len(LETTERS) - 1 else None
    return str(int(value) + 1) if value.isdigit() else None


def _following(markers: Sequence[Marker | None], at: int) -> str | None:
    """The value of the next marker of the same style and list."""
    own = markers[at]
    assert own is not None
    for marker in markers[at + 1 :]:
        if marker and marker.style == own.style:
            return marker.value.upper() if own.style == "roman" else marker.value.lstrip("0") or "0"
        if marker and _RANK[marker.style] < _RANK[own.style]:
            return None
    return None


def _element(marker: Marker, siblings: Sequence[Unit], following: str | None) -> tuple[str, bool]:
    """The element of the path for a marker after its siblings of the same style; `following` is the next number of the list."""
    if marker.style in _DASHES:
        return f"-{len(siblings) + 1}", False
    value = marker.value
    if siblings and following and value == siblings[-1].path[-1] and _next_value(marker.style, value) == following:
        return value, False  # printed twice, and the numbering goes on from it: as printed
    if marker.style == "roman":
        last = _roman(siblings[-1].path[-1]) if siblings else 0
        if last and _roman(value) <= last:
            return _to_roman(last + 1), True  # "III." read as "II."
        return value.upper(), False
    if marker.style == "letter" and value not in LETTERS:
        before = siblings[-1].path[-1] if siblings else ""
        return (LETTERS[(LETTERS.index(before) + 1) % len(LETTERS)] if before in LETTERS and before else "a"), True
    if marker.style == "letter" and siblings:
        before = siblings[-1].path[-1]
        if value == before and value in LETTERS[:-1]:
            return LETTERS[LETTERS.index(value) + 1], True  # "d)" read twice: the second is "đ)"
        if value == "đ" and before == "c":
            return "d", True  # OCR gave "d)" a stroke
    if marker.style in ("1", "1)"):
        value = str(int(value))
        number, last = int(value), int(siblings[-1].path[-1]) if siblings else 0
        if last and (1 < number <= last or number == last):
            return str(last + 1), True
    if marker.style == "part":
        return f"Phần {value}", False
    if marker.style == "article":
        return f"Điều {value}", False
    return value, False


def _closes(paragraph: Paragraph, stack: Sequence[Unit], *, after_last: bool) -> bool:
    """Whether a paragraph without a number is about the whole document, not about the unit before it."""
    text = paragraph.text
    if stack and stack[-1].end == stack[-1].first_end and not re.search(r"[.;,]\s*$", stack[-1].first):
        return False  # the unit before is a bare label: this paragraph is what it labels
    if not after_last:
        return bool(
            _WHOLE_DOCUMENT.search(text[:160]) and re.match(r"trên đây|trong quá trình|quá trình", text, re.IGNORECASE)
        )
    return bool(_WHOLE_DOCUMENT.search(text) or _CLOSING_ORDER.match(text))
