"""Which numbered cell of Nghị định 30/2020 (Phụ lục I, mục IV) each line belongs to.

A small automaton over the lines in reading order: the head (letterhead, motto, number, place and date, kind, subject), the
body, then recipients and signature, then annexes. It reads words, because re-typed texts have nothing else; where a line has
geometry it is used to see where the subject ends and the body begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from extractor import patterns as re
from extractor.layout.document import Line, Zone

_MOTTO = ("cong hoa xa hoi chu nghia viet nam", "doc lap tu do hanh phuc", "dang cong san viet nam")

# Kinds of document that give or carry tasks, as titles (Phụ lục III of NĐ 30/2020 and Party practice).
KIND_TITLES = (
    "nghị quyết", "quyết định", "chỉ thị", "quy chế", "quy định", "thông cáo", "thông báo", "hướng dẫn", "chương trình hành động",
    "chương trình", "kế hoạch", "phương án", "đề án", "báo cáo", "tờ trình", "công điện", "kết luận", "thông tri", "công văn", "thông tư",
    "quyết nghị", "nghị định", "điều lệ", "luật", "pháp lệnh", "lệnh", "biên bản", "giấy mời",
)  # fmt: skip

_NUMBER = re.compile(r"^\W*(?:Số|SỐ|số|Sô|So|S[óôố])\s*[:.;]?\s*(?=[\d/.…_\-]|\S{0,12}\s?[/-]\s?[[:upper:]])")
# A handwritten day runs into the print around it ("ngà⁄{ tháng"), so the words need not be whole.
_DATE_LINE = re.compile(
    r"^(?=.{8,90}$)(?!.*\b(?:trước|đến|từ|sau|kể|vào)\b)(?:.{0,60}?[,\s]|)\s*ng\S{0,3}.{0,8}?th[áa]ng.{0,7}?n[ăa]m\s*[\d.…_]{0,6}\s*$"
)
_SECRECY = re.compile(r"^(TUYỆT MẬT|TỐI MẬT|MẬT)$")
_URGENCY = re.compile(r"^(HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN)\b")
_RECIPIENTS = re.compile(r"^\W*n[oơớờở]i\s*nh[aậâ]n\b", re.IGNORECASE)
_ADDRESSED = re.compile(r"^\W*k[íi]nh\s+g[ửưuủ]i\b", re.IGNORECASE)
_SUBJECT_CUE = re.compile(r"^\W*(V/v|V/V|v/v|Về\b|VỀ\b|về\b|Vê\b)")
_AUTHORITY = re.compile(r"^\W*(TM|T/M|KT|K/T|TL|T/L|TUQ|T/UQ|Q)\s*[./]?\s*(?=[[:upper:]])")
_TITLE = re.compile(
    r"^\W*(?:Q\.\s*)?(?:PHÓ\s+)?(CHỦ TỊCH|BỘ TRƯỞNG|THỦ TƯỚNG|THỨ TRƯỞNG|GIÁM ĐỐC|TỔNG GIÁM ĐỐC|BÍ THƯ|CHỦ NHIỆM|TỔNG\b|THỐNG ĐỐC|CỤC TRƯỞNG|"
    r"TỔNG CỤC TRƯỞNG|CHI CỤC TRƯỞNG|VIỆN TRƯỞNG|CHÁNH|HIỆU TRƯỞNG|TRƯỞNG|VỤ TRƯỞNG|TƯ LỆNH|CHỈ HUY TRƯỞNG|PHÓ)"
)
_ANNEX = re.compile(
    r"^\W*(PHỤ\s+LỤC|Phụ\s+lục|DANH\s+MỤC|BIỂU\s+MẪU|BIỂU\s+SỐ|Mẫu\s+số|(?:\()?(?:Kèm|Ban hành kèm)\s+theo)\b"
)
_ORGAN = re.compile(
    r"^\W*(ỦY BAN|UỶ BAN|UBND|BỘ|SỞ|CHÍNH PHỦ|THỦ TƯỚNG|QUỐC HỘI|VĂN PHÒNG|TỈNH|THÀNH|HUYỆN|QUẬN|ĐẢNG|BAN|HỘI|TỔNG|CỤC|VIỆN|KIỂM TOÁN|NGÂN HÀNG|"
    r"TÒA|TOÀ|THANH TRA|ĐOÀN|CHI CỤC|TRƯỜNG|CHỦ TỊCH|XÃ|PHƯỜNG|BẢO HIỂM|KHO BẠC|CÔNG AN|LIÊN|MẶT TRẬN|TRUNG TÂM|TẬP ĐOÀN|CÔNG TY|BCH|CỘNG HÒA)"
)
_HEAD_LINES = 40  # the head of a document never takes more lines than this

_FOLD = str.maketrans(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ",
    "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd",
)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case without diacritics, letters and single spaces only."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower().translate(_FOLD)).split())


def _is_motto(text: str) -> bool:
    f = folded(text)
    return len(f) >= 12 and any(fuzz.ratio(f, motto) >= 80 for motto in _MOTTO)


def _is_upper(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= 2 and sum(c.isupper() for c in letters) / len(letters) >= 0.8


def kind_of(text: str) -> tuple[str, str] | None:
    """The document kind that a title line names, and what follows it on the line; None if it is no title.

    A title is a kind alone on its line, or in capitals at the start of a line, or at the start of the first line of a text
    that lost its head ("Chỉ thị về việc …", "Thông báo kết luận của …").
    """
    stripped = text.strip(" .:*-–_")
    low = stripped.lower()
    upper = _is_upper(stripped)
    if low in KIND_TITLES and upper:
        return low, ""
    for kind in KIND_TITLES:
        if upper and len(stripped) <= len(kind) + 2 and fuzz.ratio(folded(low), folded(kind)) >= 88:
            return kind, ""
        if low.startswith(kind) and (len(low) == len(kind) or not low[len(kind)].isalnum()):
            rest = stripped[len(kind) :].strip()
            head = stripped[: len(kind)]
            if not rest:
                return kind, ""
            if head.isupper() and (_SUBJECT_CUE.match(rest) or _is_upper(rest)):
                return kind, rest
            if _SUBJECT_CUE.match(rest) or re.match(r"(về|của|triển khai|thực hiện|kết luận|ý kiến)\b", rest):
                return kind, rest
    return None


def _blank_before(lines: Sequence[Line], i: int, texts: Sequence[str]) -> bool:
    """Whether an empty line stands before line i (only re-typed texts have them)."""
    if i == 0 or lines[i].page != lines[i - 1].page:
        return i > 0
    return "\n\n" in texts[lines[i].page - 1][lines[i - 1].end : lines[i].start].replace(" ", "").replace("\t", "")


def assign(lines: Sequence[Line], texts: Sequence[str]) -> list[Zone]:
    """The zone of each line. `texts` are the pages' texts, page 1 first."""
    kind_at = _find_kind(lines)
    zones: list[Zone] = []
    body_from = 0
    if kind_at is None:
        head = _head_without_kind(lines)
        zones += _head(lines[:head])
        body_from = head
    else:
        zones += _head(lines[:kind_at])
        body_from = _subject_end(lines, texts, kind_at)
        zones.append("kind")
        zones += ["subject"] * (body_from - kind_at - 1)
    tail = _tail_start(lines, body_from)
    for i in range(body_from, tail):
        zones.append("addressed_to" if _ADDRESSED.match(lines[i].text) and i < body_from + 5 else "body")
    zones += _tail(lines[tail:])
    return zones


def _find_kind(lines: Sequence[Line]) -> int | None:
    headed = False
    for i, line in enumerate(lines[:_HEAD_LINES]):
        if line.page != lines[0].page or _ADDRESSED.match(line.text):
            break  # a letter has no title, and a title stands on the first page
        headed = headed or _is_motto(line.text) or bool(_NUMBER.match(line.text))
        found = kind_of(line.text)
        if not found or (found[1] and headed and not _is_upper(line.text[: len(found[0])])):
            continue  # a sentence of the body that begins with "Quyết định của …"
        if found[1] and not _is_upper(line.text) and i > 0 and not headed:
            continue
        return i
    return None


def _head_without_kind(lines: Sequence[Line]) -> int:
    """Where the body begins in a text without a title: after the last head-like line near the top."""
    last = 0
    for i, line in enumerate(lines[:_HEAD_LINES]):
        t = line.text
        if _ADDRESSED.match(t) or len(t) > 140 or line.page != lines[0].page:
            break
        if (
            _is_motto(t)
            or _NUMBER.match(t)
            or _DATE_LINE.match(t)
            or (_SUBJECT_CUE.match(t) and "V/v" in t[:5])
            or _SECRECY.match(t)
        ):
            last = i + 1
    return last


# A line that holds a document's symbol is the number's, however badly its digits were read.
_SYMBOL = re.compile(
    r"[/-]\s*[[:upper:]]{1,4}\s*-\s*[[:upper:]]{2,}|^\W*S\S{0,2}\s*[:;.]\s*\S{0,8}\s*[/-]|\d\s*[/-]\s*[[:upper:]]{2,}[[:alpha:]]*\W*$"
)


def _head(lines: Sequence[Line]) -> list[Zone]:
    zones: list[Zone] = []
    for line in lines:
        t = line.text.strip()
        if _is_motto(t):
            zones.append("motto")
        elif _SECRECY.match(t) or _URGENCY.match(t):
            zones.append("urgency")
        elif _NUMBER.match(t) or _SYMBOL.search(t) or (_number_without_label(t) and "motto" in zones):
            zones.append("number")
        elif _DATE_LINE.match(t):
            zones.append("date_line")
        elif _SUBJECT_CUE.match(t) or (zones and zones[-1] == "subject" and not _is_upper(t)):
            zones.append("subject")
        else:
            zones.append("letterhead")
    return zones


def _number_without_label(text: str) -> bool:
    return bool(re.fullmatch(r"\W*\d{1,5}\s*/\s*(?:\d{4}\s*/\s*)?[[:upper:]][A-Za-zĐđ&-]*", text.strip()))


_ORDERING_OFFICE = re.compile(
    r"^\W*(?:THỦ TƯỚNG CHÍNH PHỦ|CHÍNH PHỦ|QUỐC HỘI|(?:BỘ TRƯỞNG|CHỦ TỊCH|GIÁM ĐỐC|TỔNG GIÁM ĐỐC|THỐNG ĐỐC|CHÁNH VĂN PHÒNG|CỤC TRƯỞNG|ỦY BAN NHÂN DÂN|UỶ BAN NHÂN DÂN|HỘI ĐỒNG NHÂN DÂN|BAN THƯỜNG VỤ)\b.{0,80})\W*$"
)


def _may_be_subject(line: Line) -> bool:
    """Whether the words right below a title that stands alone are its subject, not a sentence of the body.

    No sentence begins with a small letter, as the subjects of Party documents do. One of re-typed text stands whole on its line,
    so its end tells; a printed line is short, and a subject is rarely longer.
    """
    text = line.text.strip()
    if text.endswith((".", ":", ";")):
        return False
    return text[:1].islower() or len(text) < (160 if line.indent is not None else 300)


def _subject_end(lines: Sequence[Line], texts: Sequence[str], kind_at: int) -> int:
    """The first line after the subject (trích yếu) that follows the title at `kind_at`."""
    inline = kind_of(lines[kind_at].text)
    if inline and inline[1] and not _is_upper(lines[kind_at].text):
        return kind_at + 1  # "Chỉ thị về việc …" on one line
    i = kind_at + 1
    while i < len(lines) and i - kind_at <= 10:
        line, text = lines[i], lines[i].text.strip()
        if re.fullmatch(r"[-_–—=*.\s]{2,}", text):
            i += 1
            continue
        seen = i - kind_at - 1
        if text.endswith(":") or _ADDRESSED.match(text):
            break  # the body's opening ("… điện:", "Kính gửi: …")
        if seen == 0:
            if not (_is_upper(text) or _SUBJECT_CUE.match(text) or line.centred or _may_be_subject(line)):
                break
        elif (
            _ORDERING_OFFICE.match(text)
            and _is_upper(text)
            and not re.search(r"(?:\bCỦA|,|\bVÀ|\bTRÊN|\bTẠI|\bDO|\bVỚI)\s*$", lines[i - 1].text.strip())
        ):
            break  # "THỦ TƯỚNG CHÍNH PHỦ" above the body of a decision
        elif _is_upper(text) and _is_upper(lines[i - 1].text):
            pass
        elif (
            _SUBJECT_CUE.match(text)
            and seen <= 2
            and _is_upper(lines[i - 1].text)
            and lines[i - 1].text.strip().upper().startswith("CỦA")
        ):
            pass  # "CHỈ THỊ / CỦA BAN THƯỜNG VỤ TỈNH ỦY / về …"
        elif (_is_upper(lines[i - 1].text) and not _is_upper(text)) or _blank_before(lines, i, texts):
            break
        elif line.indent is not None:
            if not line.centred and not text[:1].islower():
                break
        elif not (text[:1].islower() or text[:1].isdigit() or text[:1] in '(“"-') or text.endswith((".", ":", ";")):
            break
        i += 1
    return i


def _tail_start(lines: Sequence[Line], body_from: int) -> int:
    """Where recipients or signature begin, whichever is first; the number of lines if there are none."""
    for i in range(body_from, len(lines)):
        if _RECIPIENTS.match(lines[i].text) and len(lines[i].text) < 60:
            j = i
            while j > body_from and _signs(lines[j - 1].text):
                j -= 1
            return j
    # No "Nơi nhận": a signature is an authority or a title in capitals near the end, with a name after it.
    for i in range(max(body_from, len(lines) - 14), len(lines)):
        if _AUTHORITY.match(lines[i].text) and _is_upper(lines[i].text):
            return i
        if _TITLE.match(lines[i].text) and _is_upper(lines[i].text) and i + 1 < len(lines) and i >= len(lines) - 6:
            return i
    return len(lines)


def _signs(text: str) -> bool:
    return _is_upper(text) and bool(_AUTHORITY.match(text) or _TITLE.match(text))


def is_name(text: str) -> bool:
    """Whether the line could be a person's name: two to six words, each with a capital, no digits."""
    words = re.sub(r"[^\w\s.\-]", " ", re.sub(r"(?<=\w)[’'`](?=\w)", "", text)).split()
    words = [
        w for w in words if not re.fullmatch(r"(?:GS|PGS|TS|ThS|BS|KS|Ths|Ts|Đại|Thiếu|Trung|Thượng|tá|tướng|úy)\.?", w)
    ] or words
    return 2 <= len(words) <= 6 and all(w[0].isupper() and not any(c.isdigit() for c in w) for w in words)


def _tail(lines: Sequence[Line]) -> list[Zone]:
    zones: list[Zone] = []
    state: Zone = "recipients"
    named = False
    for i, line in enumerate(lines):
        t = line.text.strip()
        if state == "signature" and i and line.page != lines[i - 1].page:
            state = "annex"  # what begins on a page of its own after the signature
        elif state != "annex" and i and _is_motto(t):
            state = "annex"  # another document, attached
        if state != "annex" and _ANNEX.match(t) and not t.startswith("-"):
            state = "annex"
        elif state == "annex":
            pass
        elif _RECIPIENTS.match(t):
            state = "recipients"
        elif _AUTHORITY.match(t) and _is_upper(t):
            state = "signature"
            named = False
        elif state == "recipients" and not t.startswith(("-", "–", "+", "*")):
            if (_TITLE.match(t) and _is_upper(t)) or line.column == "right":
                state = "signature"
        elif state == "signature" and t.startswith(("-", "–")):
            state = "recipients"
        elif state == "signature" and named and not _is_upper(t) and not is_name(t):
            state = "annex"
        if state == "signature" and is_name(t) and not _is_upper(t):
            named = True
        zones.append(state)
    return zones
