"""The other documents that a document names: by number, by a law's name, by a congress, by a plan's title.

A citation is read in steps: a kind, a number or a name, then its day and its issuer in either order, then its subject.
Numbers are found first, since nothing else in a text looks like one; names only where a closed grammar knows their end.
Confidences are stated priors of the rules, not calibrated figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from extractor.facts.dates import DAY, complete, day_parts, plain
from extractor.facts.fact import Fact, Range, overlaps
from extractor.knowledge.issuers import issuers
from extractor.knowledge.kinds import kind_abbreviated, kinds
from extractor.knowledge.laws import law_names
from extractor.knowledge.register import agencies
from extractor.knowledge.spelling import fold, modern, write_out
from extractor.record import Relation


@dataclass(frozen=True, slots=True)
class CitationFact(Fact):
    """One mention of another document.

    `text` is the words as written, from the kind to the issuer, without article or clause; [start, end) is their place.
    `issuer` is as named, in official spelling, the body for its head. `reach` is where the words about the document
    end, its subject included: no later grammar should read a date or a body before it.
    """

    kind: str
    number: str | None
    issued_on: date | None
    issuer: str | None
    subject: str | None
    relation: Relation
    text: str
    reach: int = 0


# Kinds and numbers ---------------------------------------------------------------------------------------------------


def _capital(kind: str) -> str:
    return kind[:1].upper() + kind[1:]


# Code of the kind in a number → kind, and kinds in words → kind to record.
_CODES = {short: _capital(k.name) for k in reversed(kinds()) if k.family in ("state", "legal") for short in k.short}
_KINDS = {
    **{
        k.name: _capital(k.name)
        for k in kinds()
        if k.family != "copy" and not k.name.startswith(("bản ", "phiếu ", "giấy "))
    },
    "thông báo kết luận": "Thông báo",
    "kế hoạch hành động": "Kế hoạch",
    "chương trình hành động": "Chương trình hành động",
    "quy hoạch": "Quy hoạch",
    "chiến lược": "Chiến lược",
    "sắc lệnh": "Sắc lệnh",
    "giấy phép": "Giấy phép",
    "giấy mời": "Giấy mời",
}
_KIND = "|".join(kind.replace(" ", r"\s+") for kind in sorted(_KINDS, key=len, reverse=True))

_UP = "A-ZĐƯƠÂÊÔĂ"
_PIECE = rf"(?=[{_UP}])(?:TTg|CTr|TTr|QyĐ|ThU|TrS|[{_UP}0-9&]|[a-zđư](?=[{_UP}]))+"
# Only the first hyphen may have lost itself between spaces: "02 / CT - UBND", but "… /QĐ-BNV - Bộ Nội vụ" ends in time.
_SYMBOL = rf"{_PIECE}(?:\s?-\s?(?=\S?\S*[{_UP}])(?=[{_UP}]\S*[{_UP}]|[{_UP}]\b){_PIECE})?(?:-{_PIECE})*"
_PARTY_CODE = r"NQ|QĐ|QyĐ|QĐi|QC|CT|KL|TB|BC|KH|CTr|TTr|TT|CV|BB|ĐA|PA|HD"
_NUMBER = re.compile(
    rf"(?<![\w./-])(?:"
    rf"(?P<party>\d{{1,4}})\s?-\s?(?P<code>{_PARTY_CODE})\s?/\s?(?P<organ>{_PIECE}(?:-{_PIECE})*)"
    rf"|(?P<num>\d{{1,5}}[a-zđ]?(?:\.\d{{1,3}})?)\s?/\s?(?:(?P<year>(?:19|20)\d{{2}})\s?/\s?)?(?P<symbol>{_SYMBOL})"
    rf"|(?<=số\s)(?P<glued>\d{{1,5}})(?P<glued_symbol>(?:{_PARTY_CODE}|NĐ)-{_PIECE}(?:-{_PIECE})*)"
    rf")"
)
_STANDARD = re.compile(
    r"(?P<kind>TCVN|QCVN|TCXDVN|TCXD|QCĐP|ISO|\d{2}\s?TCN)(?:/[A-Z]+)?\s*(?P<number>\d[\d.\-]*(?:\s?:\s?\d{4})?(?:/[A-ZĐ]+)?)"
)
_BARE = re.compile(rf"(?P<kind>{_KIND})\s+số\s+(?P<number>\d{{1,5}})(?![\w/.-])", re.IGNORECASE)

_LOST_MARK = {"ND": "NĐ", "QD": "QĐ", "CD": "CĐ", "HDND": "HĐND", "DA": "ĐA", "UBNO": "UBND", "UBMD": "UBND"}


@cache
def _split(letters: str) -> tuple[str, str] | None:
    """A kind's code and an issuer's letters that lost the hyphen between them ("QĐUBND"), or None."""
    for code in sorted(_CODES, key=len, reverse=True):
        organ = letters.removeprefix(code)
        if organ and organ != letters and issuers(organ):
            return code, organ
    return None


def _symbol(text: str, kind: str | None) -> str:
    """A symbol as the issuer wrote it before OCR lost a hyphen or the bar of a Đ."""
    pieces = re.sub(r"\s", "", text).split("-")
    pieces = [_LOST_MARK.get(p, p) if p != "DA" or kind == "Đề án" else p for p in pieces]
    pieces = ["TTg" if p == "TTG" else p for p in pieces]
    if len(pieces) == 1 and kind in _KINDS.values() and not issuers(pieces[0]) and (parts := _split(pieces[0])):
        pieces = list(parts)
    return "-".join(pieces)


def _kind_of_symbol(symbol: str) -> str | None:
    first, *rest = symbol.split("-")
    return _CODES.get(first) if rest or first in ("TTLT", "VBHN") else None


# Who issued it -------------------------------------------------------------------------------------------------------

_FIXED_NAMES = {
    name.lower(): name
    for name in (
        "Thủ tướng Chính phủ",
        "Thủ tướng",
        "Chính phủ",
        "Chủ tịch nước",
        "Ủy ban Thường vụ Quốc hội",
        "Quốc hội",
        "Bộ Chính trị",
        "Ban Bí thư Trung ương Đảng",
        "Ban Bí thư Trung ương",
        "Ban Bí thư",
        "Ban Chấp hành Trung ương Đảng",
        "Ban Chấp hành Trung ương",
        "Trung ương Đảng",
        "Văn phòng Chính phủ",
        "Văn phòng Trung ương Đảng",
    )
}
_FIXED_ISSUER = "|".join(name.replace(" ", r"\s+") for name in sorted(_FIXED_NAMES, key=len, reverse=True))
_ISSUER_HEAD = (
    r"(?:đồng\s+chí\s+)?(?:bộ|ban|bí\s+thư|tỉnh\s+ủy|thành\s+ủy|huyện\s+ủy|quận\s+ủy|thị\s+ủy|đảng\s+ủy|đảng\s+bộ"
    r"|thường\s+trực|thường\s+vụ|chủ\s+tịch|thống\s+đốc"
    r"|tổng\s+(?:thanh|kiểm|cục|giám|liên|công|bí)|văn\s+phòng|chánh|sở|thanh\s+tra|viện|tòa\s+án|kiểm\s+toán"
    r"|ngân\s+hàng|liên|trưởng|cục|chi\s+cục|bảo\s+hiểm|trung\s+ương"
    r"|công\s+an|hội|đoàn|mặt\s+trận|giám\s+đốc|ủy\s+ban|ubnd|hđnd|tp|vpcp|tổ|hội\s+đồng|đại\s+hội|bch|btv|bhxh"
    r"|ttcp|phòng|kho\s+bạc|quân|chủ\s+nhiệm|học\s+viện|trường|tòa)\b"
)
_STOP_WORDS = (
    "về|v/v|quy định|qui định|phê duyệt|ban hành|hướng dẫn|sửa đổi|bổ sung|ngày|số(?=\\s*\\d)|tại|để|nhằm"
    "|theo|trong|đối với|cho|trên|thực hiện|triển khai|tăng cường|thông qua|đã|được|giao(?!\\s+thông)|kèm"
    "|thay thế|tiếp tục|khóa|đẩy mạnh|công bố|yêu cầu|xác định|thì|nêu|có|là|từ|đến|giai đoạn|năm"
    "|kiện toàn|thành lập|phát động|như|cùng|bãi bỏ|nâng cao|họp|nhiệm kỳ|gắn|bằng|ra|vào|bảo đảm|đảm bảo"
    "|chấn chỉnh|quán triệt|tổ chức thực|góp phần|tập trung|phấn đấu|điều chỉnh|chấp hành|nghiêm|đồng thời"
    "|cũng|với|này|trước|sau|khi|các nội dung|trình|gửi|cấp cho|xử lý|quyết định|liên quan"
).replace(" ", "\\s+")
_ISSUER_STOP = re.compile(
    rf"[;:.()\[\]\n“”\"]|(?<!\w)(?:{_STOP_WORDS}|(?<![Bb]an\s)chỉ\s+đạo|Khóa|Về|Quy\s+định|Ban\s+hành|Hướng\s+dẫn"
    rf"|Phê\s+duyệt|Sửa\s+đổi)(?!\w)"
)
_HEAD_OFFICE = re.compile(
    r"^(?:đồng chí\s+)?(?:(?:bộ trưởng|thứ trưởng)(?:\s*,?\s*chủ nhiệm)?(?=\s+(?:bộ|ủy ban|văn phòng|thanh tra))"
    r"|(?:phó\s+)?chủ tịch(?=\s+(?:ủy ban|hội đồng|ubnd|hđnd))"
    r"|(?:phó\s+)?giám đốc(?=\s+(?:sở|công an|học viện))|thống đốc(?=\s+ngân)|tổng(?=\s+(?:thanh tra|kiểm toán))"
    r"|tổng giám đốc(?=\s+\w)|chủ nhiệm(?=\s+\w)|chánh(?=\s+(?:văn phòng|thanh tra|án))"
    r"|(?:phó\s+)?(?:tổng\s+)?cục trưởng(?=\s+(?:tổng\s+)?cục)|viện trưởng(?=\s+viện)|chi cục trưởng(?=\s+chi)"
    r"|trưởng(?=\s+(?:ban|phòng|đoàn)))\s+",
    re.IGNORECASE,
)


@cache
def _ministry() -> re.Pattern[str]:
    """A ministry, with its head or without: the one kind of body whose name ends where the register says."""
    names = {body.name for body in agencies() if body.name.startswith("Bộ ")}
    longest = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:(?:Bộ|Thứ)\s+trưởng\s+)?(?:{longest})(?!\w)", re.IGNORECASE)


# Fields whose bodies have a comma in their name ("Sở Văn hóa, Thể thao và Du lịch").
_LISTED_FIELD = re.compile(r"(?:văn\s+hóa|lao\s+động|khoa\s+học|nông\s+nghiệp)$", re.IGNORECASE)


def issuer_at(text: str, position: int) -> tuple[int, str] | None:
    """The issuing body named from `position` on: where its words end, and its name in official spelling."""
    fixed = re.compile(rf"\s*({_FIXED_ISSUER})(?!\w)", re.IGNORECASE).match(text, position)
    if fixed:
        words = re.sub(r"\s+", " ", fixed[1]).lower()
        return fixed.end(), _FIXED_NAMES.get(words, _capital(words))
    head = re.compile(rf"\s*(?P<head>{_ISSUER_HEAD})", re.IGNORECASE).match(text, position)
    if head is None:
        return None
    begin = head.start("head")
    known = _ministry().match(text, begin)
    if known:
        return known.end(), _official(known[0])
    stop = _ISSUER_STOP.search(text, head.end(), begin + 130)
    end = min(stop.start() if stop else len(text), begin + 120)
    for break_ in re.finditer(r"\s*,\s*|\s+và\s+", text[head.end() : end]):
        following = text[head.end() + break_.end() : end + 40]
        inside = re.match(r"(?:bộ|bộ trưởng bộ|sở|tổng cục|cục|giám đốc sở|ủy ban)\s", text[begin:end], re.IGNORECASE)
        opens = re.match(rf"(?:{_KIND}|{_ISSUER_HEAD}|{_FIXED_ISSUER}|các|những)(?!\w)", following, re.IGNORECASE)
        continues = bool(inside and following[:1].isupper() and not opens)
        if "," in break_[0]:
            named = text[begin : head.end() + break_.start()]
            continues = continues and bool(_LISTED_FIELD.search(named))
        if not continues:
            end = head.end() + break_.start()
            break
    words = text[begin:end].rstrip(" ,-")
    if not words:
        return None
    return begin + len(words), _official(words)


def _official(words: str) -> str:
    name = write_out(re.sub(r"\s+", " ", words))
    name = _HEAD_OFFICE.sub("", name)
    name = re.sub(r"(?<=nhân dân )(Tỉnh|Thành phố|Huyện|Quận|Xã|Phường)(?!\w)", lambda m: m[1].lower(), name)
    return name[:1].upper() + name[1:]


# The rest of a citation ----------------------------------------------------------------------------------------------

_ON_DAY = re.compile(rf"\s*,?\s*\(?\s*(?:(?:ban\s+hành|ký|ra|được\s+ban\s+hành)\s+)?(?P<day>{DAY})")
_OF = re.compile(r"\s*,?\s*của\s+(?:liên\s+bộ\s+)?", re.IGNORECASE)
_TERM = re.compile(r"\s*,?\s*(?:\(\s*khóa\s+[IVXLC]+\s*\)|khóa\s+[IVXLC]+)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\s*,?\s*(?P<subject>(?P<about>về\s+việc|v/v|về)\s+|(?:quy\s+định|qui\s+định|phê\s+duyệt|ban\s+hành(?!\s+kèm)"
    r"|hướng\s+dẫn|sửa\s+đổi,?|thông\s+qua|công\s+bố|tăng\s+cường|thực\s+hiện"
    r"|triển\s+khai|đẩy\s+mạnh|tiếp\s+tục|kiểm\s+tra|điều\s+chỉnh|bổ\s+sung)\s+|(?=[“\"]))",
    re.IGNORECASE,
)
_SUBJECT_END = re.compile(
    r"[;\n]|\.(?=\s|$)|\((?=sau đây|gọi|viết)|,\s+(?=[A-ZĐƯƠÂÊÔĂÁÀẢÃẠỦỤ]|(?:nhằm|để|theo đó|trong đó|làm cho|tránh"
    r"|bảo đảm|đảm bảo|cụ thể|gắn với|đồng thời|yêu cầu|góp phần|các|trên cơ sở|tạo)\b)"
)


@dataclass(frozen=True, slots=True)
class _Tail:
    end: int
    issued_on: date | None
    issuer: str | None


def _tail(view: str, low: str, position: int, year: int | None, *, issuer: bool = True) -> _Tail:
    """The day and the issuer that follow a number or a name, in either order."""
    end, issued_on, named = position, None, None
    for _ in range(3):
        if issued_on is None and (day := _ON_DAY.match(low, end)):
            number, month, written = day_parts(day["day"])
            moment = complete(number, month, written or year, None)
            if moment.value or not moment.problem:
                issued_on, end = moment.value, day.end()
                continue
        if issuer and named is None and (of := _OF.match(view, end)) and (body := issuer_at(view, of.end())):
            end, named = body
            continue
        if (term := _TERM.match(view, end)) and (named or issued_on):
            end = term.end()
        break
    return _Tail(end, issued_on, named)


def _subject(view: str, text: str, position: int) -> tuple[int, str | None]:
    """Where the words about the document end, and what it is about."""
    opening = _SUBJECT.match(view, position)
    if opening is None:
        return position, None
    begin = opening.end() if opening["about"] else opening.start("subject")
    end, depth = begin, 0
    limit = min(len(view), begin + 500)
    while end < limit:
        if view[end] in "(“":
            depth += 1
        elif view[end] in ")”":
            depth -= 1
            if depth < 0:
                break
        if depth == 0 and end > begin and (stop := _SUBJECT_END.match(view, end)):
            after = stop.end()
            if view[end] != "," or not re.match(r"(?:phòng|chống)", view[after:]):
                break
        elif view[end] == "\n":
            break
        listed = re.compile(
            rf"\s+và\s+(?:các\s+)?(?:{_KIND})\s+(?:số\s+)?\d|,\s+(?:{_KIND})\s+(?:số\s+)?\d", re.IGNORECASE
        ).match(view, end)
        if depth == 0 and end > begin and listed:
            break
        end += 1
    subject = text[begin:end].strip(" ,")
    return begin + len(text[begin:end].rstrip(" ,")), subject or None


_ISSUED_THEN = re.compile(
    rf"(?:^|[.;\n]\s*|,\s*)(?P<day>{DAY})\s*,\s*[^.;\n\d]{{3,110}}?\s(?:ban\s+hành|có|ký|gửi)\s*$"
)


def _day_ahead(low: str, position: int) -> date | None:
    """The day of issue that opens the sentence: "Ngày 28/10/2025, Chủ tịch … đã ban hành | Công văn số …"."""
    before = _ISSUED_THEN.search(low[max(0, position - 200) : position])
    return complete(*day_parts(before["day"]), None).value if before else None


def _kind_before(view: str, position: int, floor: int) -> tuple[int, str, str] | None:
    """The kind that a number belongs to: where its words begin, the kind, and the words between it and the number."""
    window = max(floor, position - 140)
    before = re.split(r"[.;\n](?=\s|$)", view[window:position])[-1]
    offset = position - len(before)
    best = None
    for kind in re.finditer(rf"(?<!\w)(?:{_KIND})(?!\w)", before, re.IGNORECASE):
        between = before[kind.end() :]
        if (
            not between.strip()
            or re.fullmatch(r"\s*:?\s*(?:số|só|sô)?\s*:?\s*", between, re.IGNORECASE)
            or re.fullmatch(r"\s+[^,;:()“”\"\d]{1,100}?(?::\s*|\s)(?:số|só)\s*:?\s*", between, re.IGNORECASE)
        ):
            best = kind
    if best is None:
        return None
    return offset + best.start(), _KINDS[re.sub(r"\s+", " ", best[0].lower())], before[best.end() :]


# Names ---------------------------------------------------------------------------------------------------------------


@cache
def _known_law() -> re.Pattern[str]:
    """A law's name as it stands after "Luật": any case, commas and their absence alike."""
    names = (r",?\s+".join(re.escape(word) for word in name.replace(",", "").split()) for name in law_names())
    return re.compile(rf"\s+(?:về\s+)?(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)


_LAW = re.compile(r"(?<!\w)(?:Bộ\s+[Ll]uật|Luật|Pháp\s+lệnh|Hiến\s+pháp)(?!\w)")
_LAW_AMENDING = re.compile(
    r"\s+[Ss]ửa\s+đổi(?:\s*,?\s*bổ\s+sung)?(?:\s+một\s+số\s+điều)?(?:\s+của)?(?:\s+các)?\s+(?:Bộ\s+[Ll]uật|Luật"
    r"|Pháp\s+lệnh)"
)
_LAW_END = re.compile(
    r"[;:.,()\[\]\n“”\"]|\s(?:năm|số|ngày|được|đã|có|quy|để|theo|về|của|trong|đối|trên|tại|nhằm|do|khi|với|cho|đến"
    r"|từ|là|vào|ra|này|và|hoặc|bảo|đảm|bằng|như|sang|thì|còn|phù|áp|gắn|hiện)(?!\w)"
)
_OF_YEAR = re.compile(
    r"\s*,?\s*(?:\(sửa\s+đổi\)\s*)?,?\s*(?:năm\s+(?P<year>(?:19|20)\d{2})|(?P<only>(?:19|20)\d{2})(?![\d/-]))"
)
_DRAFT = r"(?:dự\s+thảo|dự\s+án|soạn\s+thảo|xây\s+dựng|hồ\s+sơ|đề\s+nghị\s+xây\s+dựng)(?:\s+(?:các|và\s+trình))?\s*$"

_ORDINAL = (
    r"(?:[IVXLC]+|\d{1,3}|(?:thứ\s+)?(?:nhất|hai|ba|tư|năm|sáu|bảy|tám|chín|mười(?:\s+(?:một|hai|ba|bốn|lăm|sáu|bảy"
    r"|tám|chín))?))"
)
_CONGRESS = re.compile(
    rf"(?P<kind>Nghị\s+quyết|Kết\s+luận|Văn\s+kiện|Chương\s+trình\s+hành\s+động)\s+(?:số\s+\d+\s+)?(?:của\s+)?"
    rf"(?P<body>(?:Đại\s+hội|Hội\s+nghị)(?:\s+[^\s,;.:()“”\"\n]+){{0,12}}?\s+(?:lần\s+thứ\s+{_ORDINAL}|(?:XX|X[IV]*"
    rf"|VI*|IV|I+)(?=\s|$|[,.;]))"
    rf"(?:\s*,?\s*(?:Ban\s+[Cc]hấp\s+hành\s+Trung\s+ương(?:\s+Đảng)?|của\s+Đảng"
    rf"|Đảng\s+bộ\s+[^\s,;.]+(?:\s+[A-ZĐ][^\s,;.]+)*))?"
    rf"(?:\s*,?\s*\(?khóa\s+[IVXLC]+\)?)?)"
    rf"(?P<term>\s*,?\s*\(?nhiệm\s+kỳ\s+\d{{4}}\s*-\s*\d{{4}}\)?)?"
)
_PLENUM = re.compile(
    r"(?P<kind>Nghị\s+quyết|Kết\s+luận)\s+(?:của\s+)?(?P<body>"
    r"(?:Hội\s+nghị\s+)?Trung\s+ương\s+\d{1,2}\s*,?\s*\(?[Kk]hóa\s+[IVXLC]+\)?)"
)

_TREATY = re.compile(
    r"(?P<kind>Công\s+ước|Hiệp\s+định|Nghị\s+định\s+thư|Hiệp\s+ước)(?P<name>(?:\s+khung)?\s+(?:về|của"
    r"|[A-ZĐ])[^,;.:()“”\"\n]{2,120}?)(?=[,;.:()“”\"\n]|\s+(?:và|đã|theo|để|nhằm|trong|cho)\s|$)"
)
_SCHEME_KIND = r"(?:Đề\s+án|Chương\s+trình|Chiến\s+lược|Quy\s+hoạch|Kế\s+hoạch|Dự\s+án)"
_QUOTED_SCHEME = re.compile(
    rf"(?P<kind>{_SCHEME_KIND})(?:\s+(?:quốc\s+gia|tổng\s+thể"
    rf"|hành\s+động))?\s*:?\s*[“\"](?P<name>[^“”\"\n]{{4,300}})[”\"](?P<term>\s*(?:giai\s+đoạn"
    rf"|thời\s+kỳ)\s+\d{{4}}\s*-\s*\d{{4}})?"
)
_PERIOD_OF_SCHEME = (
    r"(?:(?:giai\s+đoạn|thời\s+kỳ)\s+\d{4}\s*-\s*\d{4}|đến\s+năm\s+\d{4})(?:\s*,?\s*(?:và\s+)?(?:tầm\s+nhìn"
    r"|định\s+hướng)\s+đến\s+(?:năm\s+)?\d{4})?"
)
_DATED_SCHEME = re.compile(
    rf"(?P<kind>Quy\s+hoạch|Chiến\s+lược|Chương\s+trình|Đề\s+án)(?P<name>(?:\s+(?!(?:này|đã|được|để|theo"
    rf"|và\s+các)\b)[^\s;.:()“”\"\n]+){{2,22}}?\s+{_PERIOD_OF_SCHEME})"
)
# Named by its title alone: "thực hiện Đề án …", "Chiến lược …"; the title ends where another clause begins.
_TITLED_SCHEME = re.compile(
    r"(?P<kind>Đề\s+án|Chiến\s+lược|Quy\s+hoạch)(?!\s+(?:cho|của|các|từng)\b)(?P<name>(?:\s+(?!(?:này|đã|được|để|nhằm|theo|tại|trong|và|gồm|nêu|trên|do|với)\b)"
    r"[^\s;.:,()“”\"\n\d]+){3,22})(?=\s*[;.:,()\n]|\s+(?:đã|được|để|nhằm|theo|tại|trong|và|do|với)\b|\s*$)"
)
# "Kế hoạch hành động của Ban Thường vụ … về …": a kind, whose it is, and what about, without a number.
_BODYS_PAPER = re.compile(
    rf"(?P<kind>Nghị\s+quyết|Kết\s+luận|Chương\s+trình|Kế\s+hoạch)(?P<name>(?:\s+hành\s+động)?\s+của\s+[{_UP}][^;.:()“”\"\n\d]{{3,70}}?"
    r"\s+về\s+[^;.:()“”\"\n]{8,200}?)(?=\s*[;.:()\n]|,\s|\s+(?:đã|được|để|nhằm)\b|\s*$)"
)
_NATIONAL = re.compile(
    r"(?P<kind>Chương\s+trình)(?P<name>\s+mục\s+tiêu\s+quốc\s+gia\s+(?:về\s+)?(?:xây\s+dựng\s+)?[^,;.:"
    r"()“”\"\n]{4,90}?(?:\s+giai\s+đoạn\s+\d{4}\s*-\s*\d{4})?)(?=[,;.:()“”\"\n]|\s+(?:và|trên|theo|để|nhằm|trong"
    r"|đến|năm|của)\s|$)"
)
_NUMBERED_SCHEME = re.compile(r"(?P<kind>Đề\s+án)\s+(?P<name>\d{2})(?![\d/-]|[.,]\d|\s*(?:đề|dự|nhiệm|nội))")
_CALLS_FOR = re.compile(
    r"(?:theo|thực\s+hiện|triển\s+khai|tại|trong|của|phù\s+hợp\s+với|quán\s+triệt|căn\s+cứ|hoàn\s+thành|và|,"
    r"|tổng\s+kết|sơ\s+kết|thuộc|với|thi\s+hành)(?:\s+(?:có\s+)?(?:hiệu\s+quả|tốt|nghiêm(?:\s+túc)?|đồng\s+bộ|các"
    r"|nội\s+dung|mục\s+tiêu|nhiệm\s+vụ|quả|kịp\s+thời|,|và))*\s*$",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"(?:xây\s+dựng|ban\s+hành|phê\s+duyệt|lập|soạn\s+thảo|trình|hoàn\s+thiện|nghiên\s+cứu|điều\s+chỉnh|tham\s+mưu"
    r"|thông\s+qua|đề\s+xuất|thẩm\s+định|dự\s+thảo|rà\s+soát|bổ\s+sung|công\s+bố|xong)(?:\s+[^\s,;.]+){0,3}\s*$",
    re.IGNORECASE,
)
_APPROVED_BY = re.compile(
    r"\s*\(?\s*,?\s*(?:đã\s+)?(?:được\s+)?(?:[^,;.()\n]{0,40}?\s)?(?:ban\s+hành|phê\s+duyệt)\s+(?:kèm\s+)?(?:theo|tại)",
    re.IGNORECASE,
)


def _laws(view: str, low: str, text: str) -> Iterator[CitationFact]:
    amended = 0  # where the name of an amending law ends: the laws in it have no year and no number of their own
    for law in _LAW.finditer(view):
        before = view[max(0, law.start() - 60) : law.start()]
        if re.search(_DRAFT, before, re.IGNORECASE) or before.endswith(("Pháp ", "pháp ")):
            continue
        constitution = law[0].startswith("Hiến")
        named = _known_law().match(view, law.end())
        amending = _LAW_AMENDING.match(view, law.end())
        if amending:
            end = _amended_end(view, amending.end())
        elif named and not (len(named[0].split()) == 1 and not named[0].strip()[0].isupper()):
            end = named.end()
        elif constitution:
            end = law.end()
        elif re.match(rf"\s+(?!(?:{_KIND})\b)[{_UP}ÁÀẢÃẠỦỤÝ]", view[law.end() : law.end() + 60]):
            end = _free_end(view, law.end())
        else:
            continue
        if end is None:
            continue
        name = text[law.start() : end]
        kind = re.sub(r"\s+", " ", law[0])
        kind = kind[0] + kind[1:].lower()
        if end <= amended:
            yield CitationFact(law.start(), end, "law", 0.85, kind, None, None, None, name, "mention", name, end)
            continue
        amended = end if amending else amended
        year = _OF_YEAR.match(view, end)
        if constitution and not year:
            continue
        written = None
        if year:
            end = year.end()
            written = int(year["year"] or year["only"])
        number = None
        symbol = re.compile(r"\s*,?\s*\(?\s*số\s*").match(view, end)
        if symbol and (found := _NUMBER.match(view, symbol.end())):
            number, end = _written_number(found, "Luật"), found.end()
        tail = _tail(
            view, low, end, written, issuer=bool(re.match(r"[^;.\n]{0,40}của\s+Quốc\s+hội", view[end : end + 60]))
        )
        end = tail.end
        rule = "law-number" if number else "law"
        confidence = 0.95 if number else 0.9 if named or amending else 0.75
        reach, subject = _subject(view, text, end) if number else (end, None)
        yield CitationFact(
            law.start(),
            end,
            rule,
            confidence,
            kind,
            number,
            tail.issued_on,
            tail.issuer,
            subject or name,
            "mention",
            text[law.start() : end],
            reach,
        )


def _amended_end(view: str, position: int) -> int | None:
    """Where the names of the laws that an amending law amends end: "… của Luật A, Luật B và Luật C"."""
    inner = _known_law().match(view, position)
    if inner is None:
        return _free_end(view, position)
    end = inner.end()
    further = re.compile(r"\s*(?:,|và|,\s*và)\s*(?:Bộ\s+[Ll]uật|Luật|Pháp\s+lệnh)")
    while (law := further.match(view, end)) and (name := _known_law().match(view, law.end())):
        end = name.end()
    return end


def _free_end(view: str, position: int) -> int | None:
    """Where an unknown law's name ends: at the first word that no name holds."""
    limit = min(len(view), position + 160)
    stop = _LAW_END.search(view, position + 1, limit)
    end = stop.start() if stop else limit
    return end if 0 < len(view[position:end].split()) <= 14 else None


def _written_number(match: re.Match[str], kind: str | None) -> str:
    if match["party"]:
        return f"{match['party']}-{match['code']}/{match['organ']}"
    if match["glued"]:
        return f"{match['glued']}/{match['glued_symbol']}"
    year = f"/{match['year']}" if match["year"] else ""
    return f"{match['num']}{year}/{_symbol(match['symbol'], kind)}"


_NO_BEFORE = re.compile(r"[Ss]ố\s*:?\s*\Z")


def _numbers(view: str, low: str, text: str, taken: list[Range]) -> Iterator[CitationFact]:
    floor = 0
    carried: str | None = None
    head: str | None = None  # the issuer of a whole list: "các Nghị quyết của Chính phủ: số …, số …"
    for match in _NUMBER.finditer(view):
        if overlaps(*match.span(), taken):
            floor, carried = match.end(), None
            continue
        before = _kind_before(view, match.start(), floor)
        code = match["code"] or (None if match["symbol"] is None else _symbol(match["symbol"], None).split("-")[0])
        coded = (
            _CODES.get(code or "")
            if match["party"]
            else _kind_of_symbol(_symbol(match["symbol"] or match["glued_symbol"], None))
        )
        listed = re.fullmatch(r"[^.;\n]{0,200}?(?:,|;|và|:)\s*(?:số\s*)?", view[floor : match.start()])
        numbered = _NO_BEFORE.search(view, max(0, match.start() - 12), match.start())
        between = ""
        if before:
            start, kind, between = before
            carried, head = kind, None
        elif coded or (carried and listed):
            start, kind = (numbered.start() if numbered else match.start()), coded or carried or ""
        elif numbered and len(re.findall(rf"[{_UP}]", match["symbol"] or "")) >= 2:
            start, kind = numbered.start(), "Văn bản"
        else:
            continue
        year = int(match["year"]) if match["year"] else None
        tail = _tail(view, low, match.end(), year)
        issuer = tail.issuer
        if issuer is None and (of := re.search(r"của\s+", between)):
            named = issuer_at(view, match.start() - len(between) + of.end())
            issuer = named[1] if named else None
            head = issuer if ":" in between else None
        if issuer is None and not before and listed:
            issuer = head
        if issuer is None and (
            by := re.search(r"của\s+([^,;.()\n]{4,80}?)\s+tại\s+(?:các\s+)?$", view[max(0, start - 110) : start])
        ):
            named = issuer_at(view, max(0, start - 110) + by.start(1))
            issuer = named[1] if named else None
        reach, subject = _subject(view, text, tail.end)
        yield CitationFact(
            start,
            tail.end,
            "number" if before else "number-alone",
            0.96 if before else 0.8,
            kind,
            _written_number(match, kind),
            tail.issued_on,
            issuer,
            subject,
            "mention",
            text[start : tail.end],
            reach,
        )
        floor = match.end()


def _bare_numbers(view: str, low: str, text: str) -> Iterator[CitationFact]:
    for match in _BARE.finditer(view):
        tail = _tail(view, low, match.end(), None)
        kind = _KINDS[re.sub(r"\s+", " ", match["kind"].lower())]
        reach, subject = _subject(view, text, tail.end)
        yield CitationFact(
            match.start(),
            tail.end,
            "bare-number",
            0.7 if tail.issued_on else 0.4,
            kind,
            match["number"],
            tail.issued_on,
            tail.issuer,
            subject,
            "mention",
            text[match.start() : tail.end],
            reach,
        )


def _names(view: str, text: str) -> Iterator[CitationFact]:
    def fact(match: re.Match[str], rule: str, confidence: float, issuer: str | None = None) -> CitationFact:
        kind = _capital(re.sub(r"\s+", " ", match["kind"]).lower())
        words = text[match.start() : match.end()].rstrip()
        end = match.start() + len(words)
        return CitationFact(match.start(), end, rule, confidence, kind, None, None, issuer, None, "mention", words, end)

    for pattern in (_CONGRESS, _PLENUM):
        for match in pattern.finditer(view):
            issuer = re.sub(r"\s+", " ", modern(text[match.start("body") : match.end("body")]))
            yield fact(match, "congress", 0.9, issuer)
    for match in _TREATY.finditer(view):
        before = view[max(0, match.start() - 60) : match.start()]
        if not _MAKES.search(before) and not re.search(r"(?:các|những|ký(?:\s+kết)?|đàm\s+phán|một\s+số)\s+$", before):
            yield fact(match, "treaty", 0.75)
    for match in _STANDARD.finditer(view):
        number = f"{match['kind']} " + re.sub(r"\s", "", match["number"])
        known = kind_abbreviated(match["kind"])
        kind = _capital(known.name) if known else "Tiêu chuẩn"
        yield CitationFact(
            match.start(),
            match.end(),
            "standard",
            0.8,
            kind,
            number,
            None,
            None,
            None,
            "mention",
            text[match.start() : match.end()],
            match.end(),
        )
    for pattern, rule, confidence in (
        (_QUOTED_SCHEME, "quoted-title", 0.65),
        (_DATED_SCHEME, "dated-title", 0.65),
        (_NATIONAL, "national", 0.6),
        (_BODYS_PAPER, "titled", 0.55),
        (_TITLED_SCHEME, "titled", 0.5),
        (_NUMBERED_SCHEME, "numbered-scheme", 0.6),
    ):
        for match in pattern.finditer(view):
            before = re.split(r"[.;\n](?=\s|$)", view[max(0, match.start() - 90) : match.start()])[-1]
            if (
                _MAKES.search(before)
                or re.search(r"(?:các|những)\s+$", before)
                or not _CALLS_FOR.search(before)
                or _APPROVED_BY.match(view, match.end())
            ):
                continue
            yield fact(match, rule, confidence)


# Why it is cited -----------------------------------------------------------------------------------------------------

_CUE = re.compile(
    r"(?<!\w)(?:căn\s*cứ|n\s+cứ|thực\s+hiện|theo|triển\s+khai|quán\s+triệt|chấp\s+hành|thi\s+hành"
    r"|trên\s+cơ\s+sở)(?!\w)",
    re.IGNORECASE,
)
_THIS = (
    r"(?:chỉ\s+thị|quyết\s+định|kế\s+hoạch|văn\s+bản|công\s+điện|thông\s+báo|quy\s+định|quy\s+chế|chương\s+trình"
    r"|nghị\s+quyết)\s+này[^.\n]{0,80}?\s"
)
_REPLACES = re.compile(
    rf"(?:{_THIS}(?:thay\s+thế|bãi\s+bỏ|thay\s+cho)|(?:^|\n)\s*(?:\d+\.\s*)?bãi\s+bỏ)[^.\n]*$", re.IGNORECASE
)
_AMENDS = re.compile(rf"{_THIS}(?:sửa\s+đổi|bổ\s+sung)[^.\n]*$", re.IGNORECASE)


def _relation(
    view: str, fact: CitationFact, preamble_end: int, outer: CitationFact | None, others: Iterable[CitationFact]
) -> Relation:
    if outer is None:
        sentence = view[max(0, fact.start - 600) : fact.start]
        if _AMENDS.search(sentence):
            return "amends"
        if _REPLACES.search(sentence):
            return "replaces"
    if fact.start >= preamble_end:
        return "mention"
    if outer is not None:
        cued = outer.relation == "basis" and _CUE.search(view[outer.end : fact.start])
        return "basis" if cued else "mention"
    return "basis" if _cued(view, fact, others) else "mention"


_NEAR = 60  # citations before one that can hold it in their title or stand in one list with it
_REACH_OF_CUE = 90  # letters between a cue and what it governs, other citations not counted


def _cued(view: str, fact: CitationFact, others: Iterable[CitationFact]) -> bool:
    """Whether a cue of the same sentence governs the citation: only other citations and a few words stand between."""
    floor = max(view.rfind("\n", 0, fact.start) + 1, fact.start - 4000)
    stops = [m.end() for m in re.finditer(r"\.\s+", view[floor : fact.start]) if view[floor + m.end()].isupper()]
    floor += stops[-1] if stops else 0
    cues = list(_CUE.finditer(view, floor, fact.start))
    if not cues:
        return False
    covered = {i for other in others for i in range(other.start, min(other.reach, fact.start))}
    outside = [cue.end() for cue in cues if cue.start() not in covered] or [cues[-1].end()]
    return sum(i not in covered for i in range(outside[-1], fact.start)) <= _REACH_OF_CUE


# The way through -----------------------------------------------------------------------------------------------------


def _key(number: str) -> str:
    return re.sub(r"[\s]", "", number).upper()


def _amends(law: CitationFact) -> bool:
    return law.text.lower().startswith(("luật sửa", "bộ luật sửa", "pháp lệnh sửa"))


def find_citations(
    text: str, *, preamble_end: int, own_number: str | None = None, signed: date | None = None
) -> list[CitationFact]:
    """Every mention of another document in the text, in order.

    `text` is the body, one paragraph a line; [0, preamble_end) is what stands before the operative part. A document
    dated after `signed` is kept with a lower confidence; the document itself (`own_number`) is left out.
    """
    view = modern(text).translate(dict.fromkeys(map(ord, "‐‑‒–—−"), "-")).translate({0xA0: " ", 0xD0: "Đ"})
    low = plain(view)
    found: list[CitationFact] = []
    covered = bytearray(len(text))  # one byte a character: a list of ranges would be searched for every mention

    def keep(facts: Iterable[CitationFact]) -> None:
        for fact in facts:
            if not any(covered[fact.start : fact.end]):
                found.append(fact)
                covered[fact.start : fact.end] = b"\1" * (fact.end - fact.start)

    laws = list(_laws(view, low, text))
    amending = [law for law in laws if _amends(law)]
    keep(_shared(list(_numbers(view, low, text, [(law.start, law.end) for law in laws if law.number])), view))
    keep(amending)
    # The law that an amending law amends stands inside its title and is cited as well.
    titles = bytearray(len(text))
    for law in amending:
        titles[law.start + 1 : law.end] = b"\1" * (law.end - law.start - 1)
    inner = [law for law in laws if not _amends(law) and all(titles[law.start : law.end])]
    found += inner
    keep(law for law in laws if not _amends(law))
    keep(_names(view, text))
    keep(_bare_numbers(view, low, text))
    found.sort(key=lambda fact: (fact.start, -fact.end))

    own = _key(own_number) if own_number else None
    cited: list[CitationFact] = []
    for fact in found:
        if own and fact.number and _key(fact.number) == own and (signed is None or fact.issued_on in (None, signed)):
            continue
        outer = next((o for o in cited[-_NEAR:] if o is not fact and o.end <= fact.start < o.reach), None)
        if (
            outer
            and outer.number
            and not fact.number
            and fact.rule in ("quoted-title", "dated-title", "national", "titled")
        ):
            continue  # the title of the very document that the number names
        confidence = fact.confidence
        if signed and fact.issued_on and fact.issued_on > signed:
            confidence *= 0.5
        if fact.number and fact.issued_on is None:
            fact = replace(fact, issued_on=_day_ahead(low, fact.start))
        cited.append(
            replace(
                fact,
                relation=_relation(view, fact, preamble_end, outer, cited[-_NEAR:]),
                confidence=round(confidence, 3),
            )
        )
    return cited


_LIST_GLUE = re.compile(
    r"\s*(?:,|;|và|\s)*\s*(?:số\s*)?(?:(?:và\s+)?được\s+)?(?:(?:sửa\s+đổi|bổ\s+sung|thay\s+thế|,|\s)+(?:tại|bởi"
    r"|bằng|theo))?\s*"
)


def _shared(facts: list[CitationFact], view: str) -> list[CitationFact]:
    """Documents listed together share what only the last of them says: "các Nghị quyết số 1/…, 2/… ngày … của …"."""
    out = list(facts)
    plural: list[bool] = []
    for index, fact in enumerate(facts):
        before = facts[index - 1] if index else None
        listed = before and before.kind == fact.kind and _LIST_GLUE.fullmatch(view[before.end : fact.start])
        heads = re.search(r"(?:các|những)\s+$", view[max(0, fact.start - 12) : fact.start], re.IGNORECASE)
        plural.append(plural[-1] and fact.rule == "number-alone" if listed else bool(heads))
    for index in range(len(out) - 2, -1, -1):
        fact, later = out[index], out[index + 1]
        if fact.kind != later.kind or not _LIST_GLUE.fullmatch(view[fact.end : later.start]):
            continue
        if fact.issuer is None and later.issuer and _organ(fact.number) == _organ(later.number):
            fact = replace(fact, issuer=later.issuer)
        if fact.issued_on is None and later.issued_on and plural[index + 1]:
            fact = replace(fact, issued_on=later.issued_on, confidence=round(fact.confidence * 0.85, 3))
        out[index] = fact
    return out


def _organ(number: str | None) -> str:
    return (number or "").rsplit("/", 1)[-1].split("-")[-1]


def merge_citations(found: list[CitationFact]) -> list[tuple[CitationFact, list[Range]]]:
    """The same document cited several times as one, with all its places, in the order of the first.

    Its words are those of the mention that says most; a day, an issuer or a subject known from another is filled in,
    and the strongest relation holds. A number without its symbol ("Nghị quyết số 01") joins the document that it
    stands for, or is dropped where that is not cited.
    """
    groups: list[list[CitationFact]] = []
    short: list[CitationFact] = []
    for fact in found:
        if fact.rule == "bare-number" and fact.issued_on is None:
            short.append(fact)
            continue
        for group in groups:
            if _same(group, fact):
                group.append(fact)
                break
        else:
            groups.append([fact])
    for fact in short:
        for group in groups:
            number = group[0].number or ""
            if group[0].kind == fact.kind and re.match(rf"{fact.number}(?!\d)", number):
                group.append(fact)
                break
    return [(_one(group), sorted((f.start, f.end) for f in group)) for group in groups]


def _same(group: list[CitationFact], fact: CitationFact) -> bool:
    first = group[0]
    if (first.number is None) != (fact.number is None):
        return first.rule.startswith("law") and fact.rule.startswith("law") and _name(first) == _name(fact)
    if first.number is not None and fact.number is not None:
        if _key(first.number) != _key(fact.number):
            return False
        if re.search(r"/(?:19|20)\d{2}/", first.number):
            return True  # numbered within its year: no other document has this number
        days = {f.issued_on for f in group if f.issued_on}
        return fact.issued_on is None or not days or fact.issued_on in days
    return first.kind == fact.kind and _name(first) == _name(fact)


def _name(fact: CitationFact) -> str:
    name = fact.subject if fact.rule.startswith("law") and fact.subject else fact.text
    name = re.sub(r",?\s*\(?nhiệm kỳ.*$", "", name.replace("QPPL", "quy phạm pháp luật"))
    return " ".join(re.findall(r"\w+", fold(name)))


_STRENGTH: dict[Relation, int] = {"mention": 0, "basis": 1, "amends": 2, "replaces": 3}


def _fullness(fact: CitationFact) -> tuple[bool, bool, bool, bool, bool, int]:
    words = len(fact.text) if fact.number is None else 0
    return (
        fact.rule != "bare-number",
        not fact.text.isupper(),
        fact.number is not None,
        fact.issued_on is not None,
        fact.issuer is not None,
        words,
    )


def _one(group: list[CitationFact]) -> CitationFact:
    fullest = max(group, key=_fullness)
    first = group[0]
    days = [f.issued_on for f in group if f.issued_on]
    numbered = re.search(r"/((?:19|20)\d{2})/", first.number or "")
    fitting = [
        day for day in days if numbered and str(day.year) == numbered[1]
    ]  # a misread year does not fit the number
    return replace(
        fullest,
        start=first.start,
        end=first.end,
        reach=first.reach,
        issued_on=next(iter(fitting or days), None),
        issuer=fullest.issuer or next((f.issuer for f in group if f.issuer), None),
        subject=fullest.subject or next((f.subject for f in group if f.subject), None),
        relation=max((f.relation for f in group), key=_STRENGTH.__getitem__),
        confidence=max(f.confidence for f in group),
    )
