"""Targets (chỉ tiêu): quantities to be reached, in one unit of a directive.

A clause is read around its number. Left of it stand, nearest first, comparators, predicates ("đạt", "còn"), verbs of
change and periods; what remains to the left is the indicator, or, where nothing remains, what follows on the right
("100% số xã …"). A number is a target only with a cue that it is a goal; a finding, a threshold or the size of
something that exists is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from extractor.facts.fact import Fact, Range
from extractor.facts.numbers import Number, find_numbers, words_at
from extractor.facts.periods import Period, find_periods
from extractor.facts.words import inner_syllables
from extractor.knowledge.table import rows
from extractor.record import Change, Comparator


@dataclass(frozen=True, slots=True)
class TargetFact(Fact):
    """One target; the fields are those of the record, `parent` is an index in the list that it came in."""

    indicator: str
    comparator: Comparator
    value: str
    value_max: str | None
    unit: str | None
    per: str | None
    period_start: date | None
    period_end: date | None
    change: Change
    baseline: str | None
    of: str | None
    parent: int | None


# --- views of the text, all of its length -------------------------------------------------------------------------

_TAKEN, _PERIOD, _ASIDE, _DIGIT = "\x02", "\x01", "\x03", "#"

# Numbers that name or date something. Their digits are blanked, so that the words round about stay.
_NAMES = re.compile(
    r"""
      https?://\S+ | \S+@\S+ | [“"][^”"\n]{0,400}[”"]
    | \[\d+\]
    | (?<!\w)\d+(?:/\d{4})?\s?/\s?[A-ZĐ][\w&-]* | (?<!\w)\d+-[A-ZĐ]{2,}[\w/-]*
    | (?<![\w/])\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}(?!\w)
    | (?<![\w/.,])(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?![\w/.,]*\d)
        (?!\s+(?:xã|phường|huyện|hộ|đơn\ vị|trường|thôn)\b)
    | (?i:ngày)\s+\d{1,2}(?:\s+(?i:tháng)\s+\d{1,2})?(?:\s+(?i:năm)\s+\d{4})?
    | (?i:tháng|quý)\s+\d{1,2}(?:\s?[/-]\s?\d{4}|\s+(?i:năm)\s+\d{4})?
    | (?i:năm)\s+\d{4}
    | \b\d{1,2}\s?(?:giờ|h|g)\s?\d{0,2}(?:\s?phút)?\s+(?=ngày|hàng|hằng|mỗi) | \b24/(?:7|24)\b
    | \b0\d{2,3}[. ]?\d{3}[. ]?\d{3,4}\b
    | (?<!\w)(?i:điều|khoản|(?<!thí\ )(?<!trọng\ )(?<!dứt\ )(?<!làm\ )(?<!địa\ )điểm|chương|phụ\ lục|biểu(?:\ mẫu)?|mẫu|bảng|hình|quyển|tập|(?<!tổng\ )số|phiên\ bản
        |giai\ đoạn|bước|nhóm|loại|cấp(?=\s+\d(?!\d))|hạng|mức\ độ|vùng|khu|khoá|khóa|kỳ|lần(?:\ thứ)?|thứ|lớp|quốc\ lộ|ql|tổ|ấp|thôn
        |khu\ phố|phường|quận|mục\ tiêu|chỉ\ tiêu|tiêu\ chí|đề\ án|chương\ trình|nghị\ quyết
        |chỉ\ thị|kết\ luận|quyết\ định|công\ nghiệp|web
        |điều\ lệ|luật|iso|tcvn|qcvn|nhiệm\ vụ|ban\ chỉ\ đạo)\s+(?!\d{1,3}\.\d{3}(?!\d))\d+(?:[.\-]\d+)*(?!\s?%|[,.]?\d)
    | (?<=[^\W\d_])(?<!\bm)(?<!\bkm)-?\d+(?:[.,]\d+)* | \b\d+G\b
    | (?i:kỷ\ niệm)\s+\d+\s+năm
    | (?i:từ|dưới|trên|đủ)\s+(?:đủ\s+)?\d+(?:\s*(?:-|đến)\s*(?:dưới\s+)?\d+)?\s+(?:tháng\s+)?tuổi(?:\s+trở\s+lên)?
    """,
    re.VERBOSE,
)
_LIST_MARK = re.compile(r"(?m)^\s*(?:[-+*•]\s*)?\(?(?:\d+(?:\.\d+)*|[ivx]+|[a-zđ])[.)]\s|\((?:\d{1,2}|[ivx]+)\)")
_LOWER = "".join(filter(str.islower, map(chr, range(0x1F00))))
_SENTENCE_END = re.compile(
    rf"\.{{2,}}|…|[.!?](?=[\s*_”\"]*$|[\s*_”\"]*\n|[\s*_”\"]+[^{_LOWER}\s])|;|\n(?=\s*[^\s{_LOWER}])"
)
_BRACKETS = re.compile(r"\(([^()\n]*)\)")

_GOAL = re.compile(
    r"phấn đấu|quyết tâm|(?<!chương trình )(?<!có )mục tiêu(?! quốc gia)|chỉ tiêu|định hướng|kế hoạch đề ra",
    re.IGNORECASE,
)
_HEADING_GOAL = re.compile(r"(?<!chương trình )(?<!có )mục tiêu(?! quốc gia)|chỉ tiêu|phấn đấu", re.IGNORECASE)
_FINDING = re.compile(
    r"\bước\b|tính đến|\b\d{1,2}\s+tháng\s+(?:đầu|năm|đạt|\x01)|lũy kế|luỹ kế|\bđã\b|hiện nay|hiện có|hiện tại"
    r"|tháng đầu năm|vừa qua"
    r"|thời gian qua|(?:^|[,.;:]\s|trên )\s*thực tế|kết quả đạt",
    re.IGNORECASE,
)
_SURE_FINDING = re.compile(
    r"\bước (?:đạt|tính|thực hiện)|tính đến|lũy kế|luỹ kế|đã đạt|hiện (?:nay|tại|có)\b", re.IGNORECASE
)
_CONDITION = re.compile(r"^\W*(?:đối với|trường hợp|nếu|khi)\b[^,]*$", re.IGNORECASE)
_CONDITION_AFTER = re.compile(r"\s*(?:có thể|thì)\b", re.IGNORECASE)
_ENTITLEMENT = re.compile(
    r"\b(?:hưởng|được cấp|được hỗ trợ|thực hiện hỗ trợ|trợ cấp|phụ cấp|thanh toán|trích|khấu trừ|phạt"
    r"|lãi suất|miễn(?!\s+phí)|giảm trừ|hạn mức|(?:mức|hỗ trợ) (?:hỗ trợ|chi|vay|thu|tối đa|đóng))\b",
    re.IGNORECASE,
)
_SPAN_OF_TIME = re.compile(r"thời gian|tuổi|số (?:ngày|giờ|năm)", re.IGNORECASE)
_DURATION = re.compile(r"(?:\w+ (?:\w+ )?)??thời (?:gian|hạn)\s+(?=\w)", re.IGNORECASE)
_WITHIN = re.compile(r"(?P<what>\w.*?)\s+trong\s+thời gian$", re.IGNORECASE | re.S)
_COUNTS_FROM = re.compile(r"[^,;.]{0,20}?\b(?:kể từ|từ khi|từ ngày|sau khi|trước khi)\b", re.IGNORECASE)
# What these words open is a purpose, a circumstance or the past, not the order itself.
_BESIDE = re.compile(
    r"\b(?:để|nhằm|khi|đã|vừa|chưa|nếu|(?<!thiết )(?<!chuẩn )(?<!trang )bị|nhờ|(?<!trực )thuộc|trong số)\b[^,;:]*$",
    re.IGNORECASE,
)
_AFTER_EVENT = re.compile(r"\b(?:sau|trước|từ) khi\b[^,;:]*$", re.IGNORECASE)
_MATTER = re.compile(r"\b(?:việc|công tác|về)\b[^,;:]*$", re.IGNORECASE)
_MEANT_FOR = re.compile(r"\b(?:cho|đối với)[\s\x01]*$", re.IGNORECASE)
_GOVERNED = re.compile(r"\b(?:của|tại|ở|thuộc|giữa|với)\s*$", re.IGNORECASE)
_KNOWN_SIZE = re.compile(
    r"[^,;.\n]{0,80}?(?:\bdanh (?:mục|sách)\b|kèm theo|(?:nêu|nói|kể) trên|sau đây|\bnày\b|còn lại|hiện có|,?\s(?:bao )?gồm\b|:\s*\D|\bđã\b)",
    re.IGNORECASE,
)
_BUDGET = re.compile(
    r"^(?:tổng\s+)?(?:nhu cầu\s+|khái toán\s+|dự toán\s+|nguồn\s+)?(?:kinh phí|mức đầu tư|khái toán|dự toán)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"đồng|vnđ|vnd|usd|đô la|eur", re.IGNORECASE)
_RESULTS = re.compile(
    r"\W*(?:(?:\d+|[ivx]+|[a-zđ])[./)]\s*)?(?:(?:đánh giá|những|các|một số|khái quát)\s+)*"
    r"(?:kết quả(?!\s+(?:cần|phải|dự kiến|mong đợi|đầu ra))|tình hình|thực trạng|hạn chế|tồn tại|bối cảnh)\b",
    re.IGNORECASE,
)
_THRIFT = re.compile(r"\btiết kiệm(?: thêm)?$", re.IGNORECASE)
_COMPLETE = re.compile(r"(?<!tiến độ )(?<!thời gian )(?<!thời hạn )(?<!đã )(?<!sau khi )\bhoàn thành\b", re.IGNORECASE)

# --- what may stand directly left of a number ---------------------------------------------------------------------

_COMPARATORS: tuple[tuple[str, Comparator], ...] = (
    (r"trên dưới|khoảng|xấp xỉ|gần|chừng|≈|~", "~"),
    (r"tối thiểu(?: là)?|ít nhất(?: là)?|không (?:thấp|ít|nhỏ) hơn|không dưới|≥|>=|đạt và vượt", ">="),
    (
        r"(?:không |chưa )(?:được )?(?:vượt )?quá|không vượt|tối đa(?: là)?|nhiều nhất"
        r"|không (?:cao|lớn|nhiều) hơn|≤|<=",
        "<=",
    ),
    (r"trên|hơn|vượt(?: mức)?|lớn hơn|cao hơn|>", ">"),
    (r"dưới|thấp hơn|nhỏ hơn|ít hơn|<", "<"),
)
_FIRM: frozenset[str] = frozenset({">=", "<="})
_GROUP = re.compile(
    r"(?:^|(?<=[\s,:(\x01]))(?:"
    + "|".join(f"(?P<c{i}>{pattern})" for i, (pattern, _) in enumerate(_COMPARATORS))
    + r"|(?P<reach>đạt(?: được)?(?: mức| tỷ lệ)?|ở mức|là|chiếm(?: tỷ lệ)?|bằng|(?:(?:kéo )?giảm |hạ |rút ngắn )?(?:xuống )?còn"
    r"|(?:(?:kéo )?giảm |hạ |rút ngắn )?xuống(?: còn| mức)?|tăng lên(?: đến)?|lên(?: đến| tới| mức)?|(?:tăng )?gấp|(?:có |với )?(?:tổng )?trị giá|nằm trong nhóm|nằm trong|thuộc nhóm)"
    r"|(?P<up>tăng(?: thêm)?|cao hơn|nâng thêm)|(?P<down>giảm(?: thêm)?|cắt giảm|tiết giảm|kéo giảm|rút ngắn|tinh giản)"
    r"|(?P<have>có|gồm|được|với)|(?P<from>từ)"
    r"|(?P<goal>phấn đấu|bảo đảm|đảm bảo|quyết tâm|duy trì|giữ vững|phải|cần)"
    r"|(?P<per>(?:bình quân )?(?:mỗi|hàng|hằng) (?:năm|quý|tháng|tuần))"
    r"|(?P<filler>với (?:tổng )?(?:số lượng|quy mô|số)(?: là)?|bình quân|trung bình|cả|tỷ lệ|mức|thêm|tốc độ)"
    r"|(?P<period>\x01+))\s*$|(?P<comma>,)\s*$",
    re.IGNORECASE,
)
_EVERY = re.compile(r"(?:mỗi|hàng|hằng)\s+(năm|quý|tháng|tuần)", re.IGNORECASE)

# --- what may follow a number ------------------------------------------------------------------------------------

_SCALE = r"(?:(?:trăm|nghìn|ngàn|vạn|triệu|tỷ|tỉ)\b\s*)+"
_PER_COUNT = re.compile(r"\s*/\s*(?P<n>\d[\d.]*)(?:\s+(?P<words>[^\W\d_][^,;.()\x01\n]*?))?"
                        r"(?=\s*(?:[,;.()\x01\n]|$|(?:xuống|vào|còn(?=\s+\d)|đạt|giảm|tăng|lên|trong)\b))")  # fmt: skip
_PER_WORD = re.compile(r"\s*/\s*(?P<words>[^\W\d_]+)")
_PER_HEADS = re.compile(
    r"\s+(?:trên|tính trên)\s+(?P<words>(?:(?:1|một)\s+(?:vạn|triệu|nghìn)|10+(?:\.000)*|1(?:\.000)+)\s+(?:dân|người|trẻ|phụ nữ)\b)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*(?:(?P<least>trở lên|hoặc hơn)|(?P<most>trở xuống|đổ lại)|(?P<period>\x01+)"
    r"|(?P<per>(?:bình quân )?(?:mỗi|hàng|hằng) (?:năm|quý|tháng|tuần)\b)"
    r"|(?P<base>(?:so với|so cùng kỳ|so\s(?=dân số|năm))[^,;.()\n\x01]*))",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\bso (?:với|cùng kỳ)\b.*$", re.IGNORECASE | re.S)
_RIGHT_END = re.compile(
    r"[;\n]|,?\s+(?:trong đó|đồng thời|góp phần|nhằm|qua đó|từ đó)\b"
    r"|,\s*(?:phấn đấu|tạo|để|gắn với|đáp ứng|nâng cao|bảo đảm|đảm bảo|hướng tới|phục vụ|làm|giúp|thúc đẩy|coi"
    r"|có điều chỉnh|phù hợp|vượt|tăng|giảm|đạt|chiếm|bằng|riêng|với|theo|kèm|\.\.\."
    r"|(?:cơ bản )?hoàn thành|xong|chậm nhất|trước ngày|báo cáo|gửi|trình|tham mưu|chủ trì|phối hợp|chịu trách nhiệm)",
    re.IGNORECASE,
)
_NOT_A_WHOLE = re.compile(
    r"(?:vào|trong|trên|tại|ở|theo|so|đối với|với|cho|về|từ|đến|để|nhằm|và|là|của|như|khi|mỗi|/)\b|\W*$", re.IGNORECASE
)
_FROM_TO = re.compile(r"[\s\x01]*(?:\(#?[^)]*\))?\s*(?:xuống|lên|còn|thành)\b[^\d,;.]{0,20}$", re.IGNORECASE)
_LATER_VALUE = re.compile(r"(?:(?!\bvà\b)[^,;])*?\b(?:đạt|còn|xuống|chiếm|lên)\s[^,;\d]{0,40}\d", re.IGNORECASE)
_PREDICATE = re.compile(
    r"\s(?:đạt|được|có|bảo đảm|đảm bảo|đủ|ứng dụng|tham gia|sử dụng|không|hoàn thành|áp dụng|triển khai|thực hiện)\s.*",
    re.S,
)

# --- what surrounds an indicator ---------------------------------------------------------------------------------

_LEAD = re.compile(
    r"(?:[\s\-+*•_,:“\"(\x01]+|\(?(?:[\d#]+(?:\.[\d#]+)*|[ivx]{1,4}|[a-zđ])[.)/]\s|(?:một|hai|ba|bốn|năm|thứ \w+) là,?\s|(?:chỉ tiêu|mục tiêu)(?:\s*#+)?\s*[:.]"
    r"|(?:phấn đấu|bảo đảm|đảm bảo|quyết tâm|góp phần|trong đó(?: có)?|đồng thời|riêng|cụ thể|và"
    r"|đạt(?: được)?|có|mục tiêu"
    r"|duy trì|giữ vững|kiểm soát để|tiếp tục|từng bước|nhất là|dự kiến|định hướng|(?:mỗi|hàng|hằng) (?:năm|quý|tháng))"
    r"(?=[\s,:\x01]))",
    re.IGNORECASE,
)
_LAST_CUE = re.compile(
    r".*(?:\b(?:phấn đấu|trong đó|với mục tiêu|đạt mục tiêu|được mục tiêu|đạt chỉ tiêu|theo định hướng)\b|:(?=\s))",
    re.IGNORECASE | re.S,
)
_MOVE = re.compile(
    r"(?:nâng|đưa|tăng(?!\s+trưởng)|giảm|kéo giảm|hạ|rút ngắn|phấn đấu tăng|phấn đấu giảm)(?:\s+cao)?\s+", re.IGNORECASE
)
_VERB_WORDS = 3  # syllables of a verb with its adverb at most
_EACH_WORDS = 8  # a subject of more words ("mỗi …") is not understood
_WIDE = 1200  # characters on either side of a number that are read for its indicator and its order
_NEAR = 160  # characters left of a number in which its next cue stands
_FAR = 30  # words of an indicator beyond which its bounds are doubtful
_OBJECT_WORDS = 2  # syllables that the object of an order has at least
_SHORT = 6  # words up to which an indicator may be an ellipsis
_LONG = 14  # words before which nobody looks for a shorter indicator
_JOINT = re.compile(
    r"(?:,|\bvà|\bđồng thời)\s+(?:phải\s+|cần\s+)?(?=(?:đơn giản|giải ngân|cắt giảm|hoàn thành|xây dựng|hình thành|phát"
    r" triển|thành lập|tổ chức|đào tạo|bồi dưỡng|giải quyết|thu hút|huy động|quyết tâm)\b)|\bphải\s+(?=\w+\s+\w+\s*$)",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(r"\strong\s+(tổng\s.+)$|^t[ỷỉ] lệ\s.+?\strên\s+(?!địa bàn|toàn|cả)(.+)$", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?:(?:[Gg]iao|[Yy]êu cầu|[Đđ]ề nghị|[Cc]hỉ đạo|[Hh]ướng dẫn|[Đđ]ôn đốc)\s+)?(?:(?:[Cc]hủ tịch|[Gg]iám đốc|[Tt]hủ trưởng|[Cc]ục trưởng)\s+)?"
    r"(?:Sở|Ban|Ủy ban|Uỷ ban|UBND|Công an|Bộ|Cục|Chi cục|Tổng cục|Vụ|Thanh tra|Kho bạc|Ngân hàng|Bảo hiểm xã hội|Điện lực"
    r"|Liên đoàn|Hội|Tỉnh đoàn|Thành đoàn|Đoàn|Mặt trận|Phòng|Văn phòng|Trung tâm|Hạt|Đài|Công ty"
    r"|[Cc]ác (?:sở|bộ|ban|ngành|cơ quan|đơn vị|địa phương|huyện|quận|xã|phường|thị xã|thành phố|đặc khu))\b"
)
_COORDINATION = re.compile(r"(?:chủ trì,?\s+)?(?:và\s+)?phối hợp\s+(?:chặt chẽ\s+)?(?:với|cùng)\b", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:[-+*•]\s*)?(?:(?:\d+|[a-zđ])[.)]\s*)?(?P<stem>[^:;\n\d]{4,120}):(?=\s)")
_CONTRAST = re.compile(
    r"(?:(?:ở|tại) )?(?:cấp|luồng|khu vực|vùng|tuyến|nhóm|loại|bậc|ngành|mầm non|mẫu giáo|nhà trẻ|tiểu học|trung học|thành thị|đô thị"
    r"|nông thôn|miền núi|đồng bằng|nam|nữ|hộ|người|trẻ|cán bộ|công chức|thủ tục|dự án)\b",
    re.IGNORECASE,
)
_TAIL_OF_CONTRAST = re.compile(
    r"\s(?:được|đạt|có|xử lý|sử dụng|tham gia|hoàn thành|trong|trên|tại|ở|theo|biết|dùng|giải quyết|tiếp nhận)\s",
    re.IGNORECASE,
)
_DISBURSED = re.compile(
    r"giải ngân\s+((?:nguồn |các )?vốn [^,;:.()\n\d]+?)(?=\s+(?:là|đạt|được|theo|trong|để|và)\b|\s*[,;:.()\n])", re.I
)
_LEAD_WORD = re.compile(r"\btrong đó\b", re.IGNORECASE)
_SEPARATED = re.compile(r"^\s*(?:,|;|và\b|trong đó\b|đồng thời\b|còn\b)", re.IGNORECASE)
_SEPARATES = re.compile(r"(?:,|;|\bvà|\bcùng|\btrong đó|\bđồng thời)(?:\s*\x01*\s*)$", re.IGNORECASE)
_STRIVE = re.compile(r"\s*(?:phấn đấu|quyết tâm|bảo đảm|đảm bảo|góp phần)\b", re.IGNORECASE)
_SURPASS = re.compile(r"vượt (?:mục tiêu|chỉ tiêu|kế hoạch|mức)[^,;()]*\(\s*$", re.IGNORECASE)
_SPELLED = re.compile(r"(?<!\w)(?:(?P<times>đôi|rưỡi)|hai|ba|bốn|sáu|bảy|tám|chín|mười)(?!\w)", re.IGNORECASE)
_HAVE = re.compile(r"\b(?:có|thêm|trên|hơn|gần|khoảng|phấn đấu)\s+$", re.IGNORECASE)
_SYLLABLE = re.compile(r"\s+([^\W\d_]+)(?!\w)")
_TOP = re.compile(r"(?<!\w)(?:top|tốp|nhóm)\s+(\d{1,3})(?!\w|\s?%)", re.IGNORECASE)


@cache
def _words(role: str) -> tuple[str, ...]:
    found = [row["word"] for row in rows("quantities.csv") if row["role"] == role]
    return tuple(sorted(found, key=len, reverse=True))


@cache
def _unit() -> re.Pattern[str]:
    roles = ("measure", "counted", "fixed", "time")
    # The longest word of any role wins.
    words = sorted(((word, role) for role in roles for word in _words(role)), key=lambda pair: -len(pair[0]))
    listed = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word, _ in words)
    counted = _any(_words("counted"))
    # "05 khu, điểm du lịch", "300 lượt thí sinh"; not "100 xã, huyện Yên Lạc".
    joined = rf"(?:{counted}),\s+(?:{counted})(?!\w)(?!\s+(?-i:[A-ZĐ])|\s*\d)|lượt\s+(?:{counted})"
    kinds = _any(_words("kind"))
    return re.compile(
        rf"\s*(?P<scale>{_SCALE})?(?P<word>(?:(?:{joined}|{listed})(?!\w)(?:\s+(?:{kinds})(?!\w))?))?", re.IGNORECASE
    )


@cache
def _role_of() -> dict[str, str]:
    return {word: role for role in ("measure", "counted", "fixed", "time") for word in _words(role)}


@cache
def _head() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(map(re.escape, _words('head')))})(?!\w)", re.IGNORECASE)


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words)


@cache
def _output() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(_words('output') + _words('support'))})\b", re.IGNORECASE)


@cache
def _support() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any(_words('support'))})(?!\w)", re.IGNORECASE)


@cache
def _makes() -> re.Pattern[str]:
    """A verb whose object the number directly is."""
    return re.compile(
        rf"(?<!\w)(?:{_any(_words('output'))})"
        r"(?:\s+(?:mới|thêm|xong|dứt điểm|triệt để|thành công|bổ sung|thí điểm|điểm|toàn bộ|cơ bản|khoảng|được"
        r"|nghề|kiến\s+thức|kỹ\s+năng(?:\s+số)?|việc\s+làm|cho|đạt|ra))*[\s\x01]*$",
        re.IGNORECASE,
    )


@cache
def _order() -> re.Pattern[str]:
    """A verb in the middle of a sentence: lower case, so that no body's name is one ("Thanh tra tỉnh")."""
    inside = "".join(rf"(?<!{word}\s)" for word in _words("before"))  # "Chính phủ", "thành lập"
    return re.compile(rf"(?<!\w){inside}(?:{_any((*_words('output'), *_words('support')))})(?!\w)")


@cache
def _each_subject() -> re.Pattern[str]:
    verbs = _any((*_words("output"), *_words("support"), "phải", "cần", "phấn đấu", "đạt"))
    return re.compile(rf"(?:bình quân\s+)?mỗi\s+(?P<per>\w.*?)(?:\s+(?=(?:{verbs})(?!\w))|$)", re.IGNORECASE | re.S)


@cache
def _zero() -> re.Pattern[str]:
    words = sorted({*_words("zero"), *_words("counted")}, key=len, reverse=True)
    return re.compile(
        rf"(?<!\w)(?:cơ bản\s+)?không\s+còn\s+(?:tình trạng\s+)?(?P<noun>(?:{_any(words)})(?!\w))", re.IGNORECASE
    )


# --- candidates ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Candidate:
    """A number with its unit and surroundings, as offsets into the text."""

    number: Number
    kind: str  # percent, measure, counted, guessed, fixed, time, rank, bare
    unit: str | None
    unit_end: int
    group_start: int
    tail_end: int
    comparator: Comparator = "="
    per: str | None = None
    baseline: str | None = None
    cues: set[str] = field(default_factory=set)
    periods: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """A target in the making: the fact and what its later neighbours need to know of it."""

    fact: TargetFact
    value_first: bool
    right: str
    own_period: bool


def _period_of(fact: TargetFact) -> Period | None:
    return Period(0, 0, fact.period_start, fact.period_end) if fact.period_start or fact.period_end else None


def find_targets(
    text: str, *, signed: date | None, taken: Sequence[Range] = (), headings: Sequence[str] = ()
) -> list[TargetFact]:
    """The targets of one unit, in reading order.

    `text` is the unit's own words, paragraphs apart by newlines. `taken` are citations and document dates, not the
    periods of targets. `headings` are the label texts above the unit, outermost first: they may name the period or
    say that goals follow. `signed` is the date of issue: what lies wholly before it is a finding.
    """
    return _Reader(text, signed, taken, headings).read()


class _Reader:
    """Reads one unit from left to right; keeps the scope of periods and goals as it goes."""

    def __init__(self, text: str, signed: date | None, taken: Sequence[Range], headings: Sequence[str]) -> None:
        self.text, self.signed = text, signed
        view = list(text)
        for start, end in taken:
            view[start:end] = _TAKEN * (end - start)
        self.periods = find_periods("".join(view), signed)
        for found in (*_LIST_MARK.finditer("".join(view)), *_NAMES.finditer("".join(view))):
            if _TOP.fullmatch(found.group()):
                continue
            for at in range(*found.span()):
                if view[at].isdigit():
                    view[at] = _DIGIT
        for period in self.periods:
            for at in range(period.start, period.end):
                if not period.weak:
                    view[at] = _PERIOD
                elif view[at].isdigit():
                    view[at] = _DIGIT
        self.view = "".join(view)
        self.goal = any(_HEADING_GOAL.search(heading) for heading in headings)
        first_line = text.lstrip().split("\n", 1)[0]
        labels = [*headings, first_line] if first_line.isupper() else headings
        self.stem = ""
        self.scope = self._scope_of_headings(headings, signed)
        # What stands under "Kết quả", "Tình hình" is a finding until a goal is named.
        self.told = not self.goal and any(_RESULTS.match(label) for label in labels)
        self.listing = False
        self.trailing: set[int] = set()
        # Once for the text, so that a sentence of a thousand numbers is not read a thousand times.
        self.goals = [found.end() for found in _GOAL.finditer(self.view)]
        self.findings = [found.start() for found in _FINDING.finditer(self.view)]
        self.sure_findings = [found.start() for found in _SURE_FINDING.finditer(self.view)]
        self.capital = _DISBURSED.search(text)
        self.found: list[_Found] = []

    @staticmethod
    def _scope_of_headings(headings: Sequence[str], signed: date | None) -> Period | None:
        for heading in reversed(headings):
            periods = [p for p in find_periods(heading.lower()) if p.first or p.last]
            # What was over on the date of issue is the date of a document cited.
            if periods := [p for p in periods if not (signed and p.last and p.last < signed)]:
                return periods[-1]
        return None

    def read(self) -> list[TargetFact]:
        for sentence, start, end in self._clauses():
            if start == sentence:
                self.stem = ""
            self._labels(start, end)
            self._clause(sentence, start, end)
        return [found.fact for found in self.found]

    def _clauses(self) -> Iterator[tuple[int, int, int]]:
        """(start of the sentence, start, end) of each clause; a bracket with a goal of its own is a clause."""
        brackets = []
        for found in _BRACKETS.finditer(self.view):
            inner = found.group(1)
            if re.search(r"\d", inner):
                if re.search(r"phấn đấu|đạt|tối thiểu|ít nhất|không quá|không dưới|trong đó", inner, re.IGNORECASE):
                    brackets.append(found.span(1))
                    continue
                if _SURPASS.search(self.view[: found.start(1)]):
                    continue
            self._blank(*found.span(1))
        sentence = clause = 0
        for found in _SENTENCE_END.finditer(self.view):
            yield from self._around_brackets(sentence, clause, found.end(), brackets)
            clause = found.end()
            if found.group() != ";":
                sentence = clause
        yield from self._around_brackets(sentence, clause, len(self.view), brackets)

    def _around_brackets(
        self, sentence: int, start: int, end: int, brackets: list[Range]
    ) -> Iterator[tuple[int, int, int]]:
        for opened, closed in brackets:
            if start <= opened and closed <= end:
                yield sentence, start, opened - 1
                yield sentence, opened, closed
                start = closed + 1
        yield sentence, start, end

    def _blank(self, start: int, end: int) -> None:
        """An aside in brackets: its digits are no candidates, its punctuation ends nothing."""
        aside = re.sub(r"[,;:.…]", _ASIDE, re.sub(r"\d", _DIGIT, self.view[start:end]))
        self.view = self.view[:start] + aside + self.view[end:]

    def _labels(self, start: int, end: int) -> None:
        """A label that ends in a colon sets period and goal for all that follows it."""
        for colon in re.finditer(r":", self.view[start:end]):
            label = (start, start + colon.start())
            if re.search(r"\d", self.view[label[0] : label[1]]):
                break
            inside = [p for p in self.periods if label[0] <= p.start < label[1] and not p.weak]
            if inside:
                self.scope = inside[-1]
            if _GOAL.search(self.view[label[0] : label[1]]):
                self.goal = True
        stem = _LABEL.match(self.view, start, end)
        if stem and _head().match(stem["stem"]):
            self.stem = self._plain(*stem.span("stem"))

    # --- one clause ---

    def _said(self, start: int, end: int) -> int | None:
        """Where the last goal word between start and end ends."""
        at = bisect_right(self.goals, end) - 1
        return self.goals[at] if at >= 0 and self.goals[at] > start else None

    def _found_before(self, start: int, end: int, *, sure: bool) -> bool:
        """Whether a word of a finding stands between start and end."""
        starts = self.sure_findings if sure else self.findings
        at = bisect_left(starts, start)
        return at < len(starts) and starts[at] < end

    def _clause(self, sentence: int, start: int, end: int) -> None:
        first_of_clause = len(self.found)
        floor = start
        self.listing = False
        zeros = [(found, self._zero_end(found, end)) for found in _zero().finditer(self.view, start, end)]
        candidates = [
            c
            for c in self._candidates(start, end)
            if not any(found.start() <= c.number.start < stop for found, stop in zeros)
        ]
        baseline: tuple[_Candidate, str] | None = None
        for position, candidate in enumerate(candidates):
            following = candidates[position + 1] if position + 1 < len(candidates) else None
            if following and "from" in candidate.cues and self._falls_to(candidate, following):
                baseline = candidate, self._slice(self._from(candidate), candidate.tail_end)
                continue
            if baseline:
                origin, words = baseline
                candidate.baseline = words
                candidate.group_start = origin.group_start
                candidate.cues |= (origin.cues - {"from", "up", "down"}) | {"reach"}
                baseline = None
            taken_until = self._target(sentence, start, floor, end, candidate, following, first_of_clause)
            floor = max(floor, taken_until)
        for found, stop in zeros:
            self._zero_target(sentence, start, found, stop)
        self._share_predicates(first_of_clause)

    def _from(self, candidate: _Candidate) -> int:
        at = self.view.lower().rfind("từ", candidate.group_start, candidate.number.start)
        return at if at >= 0 else candidate.number.start

    def _falls_to(self, candidate: _Candidate, following: _Candidate) -> bool:
        between = self.view[candidate.tail_end : following.number.start]
        return _FROM_TO.match(between) is not None

    def _candidates(self, start: int, end: int) -> Iterator[_Candidate]:
        numbers = [replace(n, start=n.start + start, end=n.end + start) for n in find_numbers(self.view[start:end])]
        for cue in re.finditer(r"(?:ít nhất|tối thiểu)(?: là)?\s+(?=\D)", self.view[start:end], re.IGNORECASE):
            spelled = words_at(self.view, start + cue.end())
            if (
                spelled
                and spelled.end <= end
                and not re.match(r"\s+(?:trong|trở|số)\b", self.view[spelled.end : spelled.end + 9])
            ):
                numbers.append(spelled)
        numbers += self._spelled(start, end)
        passed = start
        for number in sorted(numbers, key=lambda n: n.start):
            if number.start < passed:
                continue
            candidate = self._candidate(number, start, end)
            if candidate:
                passed = candidate.unit_end
                yield candidate

    def _spelled(self, start: int, end: int) -> Iterator[Number]:
        """ "hoàn thành hai tuyến phố", "gấp ba lần", "gấp đôi"; a lone "một" or "năm" says too little."""
        for found in _SPELLED.finditer(self.view, start, end):
            before = self.view[max(start, found.start() - _NEAR) : found.start()]
            times = re.search(r"\bgấp\s+$", before, re.IGNORECASE)
            if found["times"]:
                if times:
                    yield Number(*found.span(), "2" if found["times"].lower() == "đôi" else "1.5")
                continue
            spelled = words_at(self.view, found.start())
            if spelled is None or spelled.end > end:
                continue
            unit = _unit().match(self.view, spelled.end, end)
            word = re.sub(r"\s+", " ", (unit["word"] or "").lower()) if unit else ""
            role = _role_of().get(word, "counted" if word else None)
            if (times and word == "lần") or (role == "counted" and (_makes().search(before) or _HAVE.search(before))):
                yield spelled

    def _candidate(self, number: Number, start: int, end: int) -> _Candidate | None:
        kind, unit, unit_end = self._unit_of(number, end)
        if kind == "bare" and re.fullmatch(r"(?:19|20|21)\d\d", self.view[number.start : number.end]):
            return None
        candidate = _Candidate(number, kind, unit, unit_end, number.start, unit_end)
        before_slash = _PER_COUNT.match(self.view, number.end, end)
        if before_slash and float(number.value) < float(before_slash["n"].replace(".", "").replace(",", ".") or 0):
            words = (before_slash["words"] or "").strip()
            if re.fullmatch(r"10+|1(?:\.000)+|10{1,2}(?:\.000)+", before_slash["n"]):
                candidate.kind, candidate.unit = "ratio", None
                candidate.per = self._slice(before_slash.start("n"), before_slash.end()).strip()
                candidate.unit_end = candidate.tail_end = before_slash.end()
            elif words:
                count = Number(before_slash.start("n"), before_slash.end("n"), "0")
                candidate.kind, candidate.unit, candidate.unit_end = self._unit_of(count, end)
                candidate.tail_end = candidate.unit_end
        elif unit:
            if per := _PER_COUNT.match(self.view, unit_end, end):
                at = self.view.index("/", unit_end) + 1
                candidate.per = self._slice(at, per.end()).strip()
                candidate.unit_end = candidate.tail_end = per.end()
            elif per_end := self._per_words(unit_end, end):
                candidate.per = self._slice(self.view.index("/", unit_end) + 1, per_end).strip()
                candidate.unit_end = candidate.tail_end = per_end
            elif per := _PER_HEADS.match(self.view, unit_end, end):
                candidate.per = self._slice(*per.span("words"))
                candidate.unit_end = candidate.tail_end = per.end()
        self._read_group(candidate, start)
        self._read_tail(candidate, end)
        if number.value_max is None and "from" in candidate.cues and candidate.comparator == "=":
            candidate.comparator = ">="
        return candidate

    def _per_words(self, at: int, end: int) -> int:
        """The end of "/người/năm", "/vạn dân", "/hộ gia đình" behind a unit; 0 where there is none."""
        reached = 0
        while slash := _PER_WORD.match(self.view, at, end):
            unit = _unit().match(self.view, slash.start("words"), end)
            at = reached = max(slash.end(), unit.end() if unit and unit["word"] else 0)
        return reached

    def _unit_of(self, number: Number, end: int) -> tuple[str, str | None, int]:
        found = _unit().match(self.view, number.end, end)
        assert found is not None  # every part of it is optional
        word = re.sub(r"\s+", " ", (found["word"] or "").lower())
        if re.search(r"gấp\s+(?:đôi|rưỡi)$", self.view[max(0, number.end - 12) : number.end], re.IGNORECASE):
            return "rank", "lần", number.end
        attached = number.end < end and self.view[number.end].isalpha()
        if not found.group().strip():
            if attached:
                return "fixed", None, number.end
            guessed = _SYLLABLE.match(self.view, number.end, end)
            if guessed is None or _NOT_A_WHOLE.match(guessed.group(1)) or _GROUP.match(guessed.group(1)):
                return "bare", None, number.end
            stop = self._word_end(*guessed.span(1), end)
            return "guessed", re.sub(r"\s+", " ", self.view[guessed.start(1) : stop].lower()), stop
        unit = re.sub(r"\s+", " ", found.group().strip().lower())
        role = _role_of().get(word) or ("counted" if word else "measure")
        if attached and role != "measure":
            return "fixed", None, number.end
        if word in {"%", "‰", "phần trăm", "điểm %", "điểm phần trăm"}:
            role = "percent"
        elif word in {"bậc", "hạng", "vị trí", "lần"}:
            role = "rank"
        return role, unit, found.end()

    def _word_end(self, start: int, stop: int, end: int) -> int:
        """Where the noun that begins with the syllable [start, stop) ends: a classifier takes the next syllable."""
        following = _SYLLABLE.match(self.view, stop, end)
        if following is None or _NOT_A_WHOLE.match(following.group(1)) or _GROUP.match(following.group(1)):
            return stop
        inner = inner_syllables(self.view[start : min(end, start + 60)])
        if self.view[start:stop].lower() not in _words("classifier") and following.start(1) - start not in inner:
            return stop
        stop = following.end()
        while (following := _SYLLABLE.match(self.view, stop, end)) and following.start(1) - start in inner:
            stop = following.end()
        return stop

    def _read_group(self, candidate: _Candidate, start: int) -> None:
        at = candidate.number.start
        top = re.search(r"(?:top|tốp|nhóm)\s+$", self.view[max(start, at - 12) : at], re.IGNORECASE)
        if top:
            candidate.kind, candidate.comparator, candidate.unit = "rank", "<=", None
            candidate.unit_end = candidate.tail_end = candidate.number.end
            candidate.cues.add("top")
            at = max(start, at - 12) + top.start()
        surpassed = _SURPASS.search(self.view, max(start, at - _NEAR), at)
        if surpassed:
            candidate.comparator, at = ">", surpassed.start()
            candidate.cues.add("reach")
        while True:
            window = max(start, at - _NEAR)
            left = self.view[window:at].rstrip()
            found = _GROUP.search(left)
            if found is None or found.end() == found.start():
                break
            name = found.lastgroup or ""
            if name == "comma":
                rest = left[: found.start()].rstrip()
                if not rest.endswith(_PERIOD):
                    break
            elif name == "period":
                candidate.periods += self._periods_in(window + found.start(), window + found.end())
            elif name == "filler" and "reach" in candidate.cues:
                break
            elif name == "per":
                every = _EVERY.search(found.group())
                candidate.per = candidate.per or (every.group(1).lower() if every else None)
            elif name.startswith("c"):
                if candidate.comparator == "=":
                    candidate.comparator = _COMPARATORS[int(name[1:])][1]
                if candidate.comparator in _FIRM:
                    candidate.cues.add("firm")
            else:
                if name in {"up", "down"} and candidate.cues & {"up", "down", "reach"}:
                    break
                candidate.cues.add(name)
                if name == "reach" and re.match(
                    r"(?:còn|giảm|rút|xuống|tăng lên|lên)", found.group("reach"), re.IGNORECASE
                ):
                    candidate.cues.add("moved")
                if name == "reach" and re.search(r"trị giá", found.group("reach"), re.IGNORECASE):
                    candidate.cues.add("worth")
                if name == "reach" and re.search(r"gấp", found.group("reach"), re.IGNORECASE):
                    candidate.cues.add("times")
            at = window + found.start()
        candidate.group_start = at

    def _read_tail(self, candidate: _Candidate, end: int) -> None:
        while found := _TAIL.match(self.view, candidate.tail_end, end):
            if found["least"]:
                candidate.comparator = ">="
            elif found["most"]:
                candidate.comparator = "<="
            elif found["period"]:
                candidate.periods += self._periods_in(*found.span("period"))
            elif found["per"]:
                every = _EVERY.search(found["per"])
                candidate.per = candidate.per or (every.group(1).lower() if every else None)
            elif found["base"]:
                candidate.baseline = self._slice(*found.span("base")).strip()
            candidate.tail_end = found.end()

    def _periods_in(self, start: int, end: int) -> list[int]:
        return [i for i, p in enumerate(self.periods) if start <= p.start < end and not p.weak]

    def _slice(self, start: int, end: int) -> str:
        return re.sub(r"\s+", " ", self.text[start:end])

    def _plain(self, start: int, end: int) -> str:
        """The words from start to end without periods and citations' leftovers, one space between them."""
        kept = "".join(
            " " if v in (_PERIOD, _TAKEN) else t
            for t, v in zip(self.text[start:end], self.view[start:end], strict=True)
        )
        return re.sub(r"\s+([,;.])", r"\1", re.sub(r"\s+", " ", kept)).strip(' ,;:.*_-–“”"/')

    # --- one target ---

    def _target(
        self,
        sentence: int,
        start: int,
        floor: int,
        end: int,
        candidate: _Candidate,
        following: _Candidate | None,
        first_of_clause: int,
    ) -> int:
        """Adds the candidate if it is a target; returns up to where the clause is used up."""
        number = candidate.number
        whole_clause = floor == start
        floor = max(floor, candidate.group_start - _WIDE)
        previous = self.found[-1] if len(self.found) > first_of_clause else None
        between = self.view[floor : candidate.group_start]
        nested = False
        left_start = floor
        child = False
        if previous is not None:
            child = _LEAD_WORD.search(between) is not None
            if not between.strip() or _SEPARATED.match(between):
                pass
            elif _SEPARATES.search(between):
                left_start = candidate.group_start
            elif (cut := self._new_head(between)) is not None:
                left_start = floor + cut
            else:
                nested = True
            child = child or self.listing
            self.listing = self.listing or re.search(r"\btrong đó\s*:", between, re.IGNORECASE) is not None
        elif whole_clause and _LEAD_WORD.search(between):
            child = len(self.found) > 0 and start != sentence

        if re.search(r"\btrong đó(?: có)?\s*$", between, re.IGNORECASE):
            left_start = candidate.group_start
        left_start, left_end = self._indicator_bounds(left_start, candidate.group_start)
        left_start = self._past_subject(left_start, left_end, candidate)
        if "reach" not in candidate.cues:
            left_start = self._last_order(left_start, left_end)
        left = "" if nested else self._plain(left_start, left_end)
        right_start, right_end = self._right(candidate, following, end)
        right = self._plain(right_start, right_end)
        if compared := _COMPARED.search(right):
            candidate.baseline = candidate.baseline or compared.group().strip()
            right = right[: compared.start()].rstrip(" ,")
        part_of = "là" if child and candidate.kind == "percent" and right.startswith("là ") else ""
        whole = candidate.kind in {"counted", "guessed"} or part_of or not _NOT_A_WHOLE.match(right)
        if not whole and not (right and _order().fullmatch(left.lower())):
            right, right_end = "", right_start
        if candidate.kind != "percent" and re.fullmatch(r"(?:(?!\btừ\b)[^\d,])*\btrở lên", right):
            candidate.comparator, right = ">=", right.removesuffix("trở lên").rstrip()

        if right and candidate.kind in {"percent", "counted", "guessed"} and self._begins(left_start, candidate):
            left_start, left = candidate.group_start, ""
        if child:
            candidate.cues.add("part")
        if previous and not left and candidate.group_start == number.start and not child and not nested:
            self._inherit(candidate, previous)
        if every := _EVERY.search(between):
            candidate.per = candidate.per or every.group(1).lower()
        elif (
            candidate.kind not in {"percent", "rank", "time"}
            and (every := _each_subject().match(left))
            and len(every["per"].split()) <= _EACH_WORDS
        ):
            candidate.per, left = candidate.per or every["per"], left[every.end() :].strip()
            candidate.cues.add("each")
        left = self._completed(sentence, candidate, left)
        confidence = self._confidence(sentence, start, candidate, left, right, nested)
        if confidence is None:
            return floor
        change, left, left_start = self._change(candidate, left, left_start)
        indicator, of, value_first = self._indicator(candidate, left, right, previous)
        if nested:
            if not ("have" in candidate.cues and candidate.comparator in _FIRM):
                return floor
            parent: int | None = len(self.found) - 1
            confidence *= 0.9
        else:
            parent = self._parent(first_of_clause if previous else None) if child else None
        if part_of and previous and previous.fact.unit:
            indicator = f"{previous.fact.unit} {indicator}"
        if not indicator:
            return floor
        if len(indicator.split()) > _FAR:
            confidence *= 0.7
        if number.doubtful:
            confidence *= 0.6
        value = number.value
        # Nobody writes a decimal fraction with a zero at its end, or half a village.
        if number.other and candidate.kind != "percent" and (candidate.kind != "measure" or value.endswith("0")):
            value = number.other

        used = max(candidate.tail_end, right_end if right and (of or value_first or right in indicator) else 0)
        fact_start = left_start if left else min(candidate.group_start, number.start)
        if not self.goal and self._said(sentence, number.start) is None:
            candidate.periods = [i for i in candidate.periods if not self.periods[i].day]
            due = [p.start for p in self.periods if p.day and number.end <= p.start < used]
            used = min([used, *due])
            fact_start = max([fact_start, *(p.end for p in self.periods if p.day and fact_start == p.start)])
            period, own = self._period(sentence, start, fact_start, used, candidate, days=False)
        else:
            period, own = self._period(sentence, start, fact_start, used, candidate)
        if period is None and parent is not None:
            period = _period_of(self.found[parent].fact)
        elif period is None and previous and not left and not value_first:
            period = _period_of(previous.fact)
        leading = not left and any(self.periods[i].start < number.start for i in candidate.periods)
        if own and not leading:
            self.trailing |= {i for i, p in enumerate(self.periods) if fact_start <= p.start < used}
        if period and period.last and self.signed and period.last < self.signed:
            confidence *= 0.5
        if confidence < 0.25:
            return floor
        words = self.text[fact_start:used]
        fact = TargetFact(
            start=fact_start + len(words) - len(words.lstrip(" \n,:;")),
            end=fact_start + len(words.rstrip(" \n,:;.")),
            rule=self._rule(candidate, left, value_first, nested),
            confidence=round(min(confidence, 0.95), 3),
            indicator=indicator,
            comparator=candidate.comparator,
            value=value,
            value_max=number.value_max,
            unit=candidate.unit,
            per=candidate.per,
            period_start=period.first if period else None,
            period_end=period.last if period else None,
            change=change,
            baseline=candidate.baseline,
            of=of,
            parent=parent,
        )
        self.found.append(_Found(self._checked(fact), value_first, right, own))
        # A nested number lies in the words of its parent: the next one may still be nested there.
        return candidate.tail_end

    def _past_subject(self, start: int, end: int, candidate: _Candidate) -> int:
        """Who acts is no part of the indicator: "Sở Y tế phấn đấu đạt …", "… phối hợp với Công an tỉnh xử lý …"."""
        moved = start
        for opening in (_SUBJECT, _COORDINATION, _SUBJECT):
            if found := opening.match(self.view, moved, end):
                order = _order().search(self.view, found.end(), end)
                if order:
                    moved = order.start()
                elif "goal" in candidate.cues:
                    return end
        return moved

    def _last_order(self, start: int, end: int) -> int:
        """Of orders in a row ("Rà soát các hộ, cấp thẻ cho 100% …") the last; of verbs with one object ("Phát dọn, tu sửa") all."""
        left = self.view[start:end]
        moved = _MOVE.match(left)
        if _head().match(left, moved.end() if moved else 0):
            return start
        cut = start
        for joint in re.finditer(r"(?:,(?:\s+và)?|\bvà)\s+", left):
            ordered = self.view[cut : start + joint.start()].lower()
            if len(_order().sub("", ordered).split()) >= _OBJECT_WORDS and _order().match(left, joint.end()):
                cut = start + joint.end()
        return cut

    def _completed(self, sentence: int, candidate: _Candidate, left: str) -> str:
        """What an ellipsis left out: the label's words, or those of the indicator before it in the sentence."""
        if candidate.kind == "time" and (within := _WITHIN.match(left)):
            return f"thời gian {within['what']}"
        words = left.split()
        if not words or len(words) > _SHORT or _head().match(left) or _MOVE.match(left):
            return left
        if self.stem and not _output().match(left):
            return f"{self.stem} {left}"
        last = self.found[-1] if self.found and self.found[-1].fact.start >= sentence else None
        if last is None or last.value_first or not _head().match(last.fact.indicator) or not _CONTRAST.match(left):
            return left
        if (last.fact.unit == "%") != (candidate.kind == "percent"):
            return left
        before = last.fact.indicator
        anchor = re.search(rf"(?<!\w){re.escape(words[0])}(?!\w)", before, re.IGNORECASE)
        if anchor is None:
            kept = before.split()[: -len(words)]
            return " ".join([*kept, left]) if kept else left
        tail = None if _TAIL_OF_CONTRAST.search(f" {left} ") else _TAIL_OF_CONTRAST.search(before, anchor.end())
        return f"{before[: anchor.start()]}{left}{before[tail.start() :] if tail else ''}"

    @staticmethod
    def _inherit(candidate: _Candidate, previous: _Found) -> None:
        """ "Cắt giảm ít nhất 30% thời gian, 30% chi phí": verb and comparator hold for both."""
        fact = previous.fact
        if (candidate.kind == "percent") != (fact.unit == "%") or candidate.number.value == "100":
            return
        if fact.change != "level" and previous.value_first:
            candidate.cues.add("up" if fact.change == "increase" else "down")
        if (
            fact.comparator in _FIRM
            and candidate.comparator == "="
            and (not previous.value_first or fact.change != "level")
        ):
            candidate.comparator = fact.comparator

    def _begins(self, left_start: int, candidate: _Candidate) -> bool:
        """Whether what stands left of the group is a label or a clause of its own, not the indicator."""
        before = self.view[left_start : candidate.group_start].rstrip(" \x01")
        group = self.view[candidate.group_start : candidate.number.start]
        return before.endswith(":") or (before.endswith(",") and _STRIVE.match(group) is not None)

    @staticmethod
    def _rule(candidate: _Candidate, left: str, value_first: bool, nested: bool) -> str:
        shape = "nested" if nested else "value-first" if value_first else "value-last" if left else "ellipsis"
        return f"target-{candidate.kind}-{shape}"

    def _checked(self, fact: TargetFact) -> TargetFact:
        """A part that is larger than its whole is doubtful."""
        if fact.parent is None:
            return fact
        whole = self.found[fact.parent].fact
        if (
            whole.unit == fact.unit
            and float(fact.value) > float(whole.value)
            and fact.change == whole.change == "level"
        ):
            return replace(fact, confidence=round(fact.confidence * 0.5, 3))
        return fact

    def _parent(self, first_of_clause: int | None) -> int | None:
        at = len(self.found) - 1 if first_of_clause is None else first_of_clause
        while at >= 0 and self.found[at].fact.parent is not None:
            at -= 1
        return at if at >= 0 else None

    def _new_head(self, between: str) -> int | None:
        """Where a new indicator begins behind the words of the one before it."""
        cut = None
        for comma in re.finditer(r"(?:,|\bvà)\s+", between):
            rest = between[comma.end() :]
            if _head().match(rest) or _LEAD_WORD.match(rest) or _output().match(rest) or _STRIVE.match(rest):
                cut = comma.end()
        return cut

    def _indicator_bounds(self, start: int, end: int) -> Range:
        left = self.view[start:end]
        if cue := _LAST_CUE.match(left):
            rest = left[cue.end() :]
            if rest.strip(" ,:\x01"):
                start += cue.end()
        left = self.view[start:end]
        headed = _head().match(left.lstrip()) is not None
        for comma in re.finditer(r"(?P<so>\b(?:để|theo)\s+)|,\s+(?:và\s+)?", left):
            if _head().match(left, comma.end()) and (comma["so"] or not headed):
                start += comma.end()
                break
        else:
            if len(left.split()) > _LONG and not headed:
                joints = [
                    m.end() for m in _JOINT.finditer(left) if len(left[m.end() :].split()) > 1 and m.start() > _LONG
                ]
                start += joints[-1] if joints else 0
        while (lead := _LEAD.match(self.view, start, end)) and lead.end() > start:
            start = lead.end()
        stripped = self.view[start:end].rstrip(" ,:\n\x01")
        return start, start + len(stripped)

    def _right(self, candidate: _Candidate, following: _Candidate | None, end: int) -> Range:
        start = candidate.tail_end
        if candidate.kind in {"counted", "guessed"}:
            start = candidate.unit_end
        stop = end = min(end, start + _WIDE)
        if found := _RIGHT_END.search(self.view, start, end):
            stop = found.start()
        if following and following.group_start < stop:
            between = self.view[start : following.group_start]
            if _SEPARATED.match(between):
                stop = start
            elif (separates := _SEPARATES.search(between)) is not None:
                stop = start + separates.start()
            elif (cut := self._new_head(between)) is not None:
                stop = start + cut
        if re.match(r"\s*[,;)]", self.view[start:stop]):
            stop = start
        return start, max(start, stop)

    def _change(self, candidate: _Candidate, left: str, left_start: int) -> tuple[Change, str, int]:
        """Level or growth, and the indicator without the verb that says so ("Giảm tỷ lệ … xuống")."""
        cues = candidate.cues
        verb = _MOVE.match(left)
        if "reach" not in cues and "up" in cues:
            change: Change = "increase"
        elif "reach" not in cues and "down" in cues:
            change = "decrease"
        elif verb and "reach" not in cues and self._by_so_much(candidate, verb.group()):
            change = "decrease" if re.match(r"giảm|kéo|hạ|rút", verb.group(), re.IGNORECASE) else "increase"
            if re.match(r"nâng|đưa", verb.group(), re.IGNORECASE):
                change = "level"
        else:
            change = "level"
        if verb and _head().match(left, verb.end()) and not re.match(r"tăng\s+trưởng", left, re.IGNORECASE):
            return change, left[verb.end() :], left_start
        return change, left, left_start

    @staticmethod
    def _by_so_much(candidate: _Candidate, verb: str) -> bool:
        """Whether "giảm … 5%" names the step; "giảm … dưới 5%" names the level."""
        if candidate.kind == "percent":
            grows = re.match(r"tăng|phấn đấu tăng", verb, re.IGNORECASE)
            return candidate.comparator in ({"=", "~", ">="} if grows else {"=", "~", ">=", ">"})
        return candidate.comparator in {"=", "~", ">="} and re.match(r"(?:kéo )?giảm|tăng", verb, re.I) is not None

    def _indicator(
        self, candidate: _Candidate, left: str, right: str, previous: _Found | None
    ) -> tuple[str, str | None, bool]:
        """(indicator, whole of the share, whether the value came first)."""
        kind = candidate.kind
        if kind in {"counted", "guessed"}:
            noun = self._slice(self._noun_start(candidate), candidate.unit_end).strip()
            if candidate.per:
                noun = re.split(r"/|\s(?:tính )?trên\s", noun)[0].strip()
            if left and "reach" in candidate.cues:
                return left, None, False
            if "have" in candidate.cues and re.match(
                r"(?:toàn |trên địa bàn )?(?:tỉnh|thành phố|huyện|cả nước)\b", left, re.I
            ):
                left = ""
            if left and not right and "part" in candidate.cues and not _output().match(left):
                return left, None, False
            return " ".join(part for part in (left, noun, right) if part), None, not left
        if not left:
            if not right:
                last = previous or (self.found[-1] if self.found else None)
                return (last.fact.indicator if last else ""), (last.fact.of if last else None), False
            if previous and previous.fact.of and not previous.value_first and kind == "percent":
                return previous.fact.indicator, right, False
            return right, None, True
        of = None
        if share := _SHARE_OF.search(left):
            of = share.group(1) or share.group(2)
        if not right:
            return left, of, False
        if kind == "percent" and _head().match(left) and ("reach" in candidate.cues or candidate.comparator != "="):
            return left, of or right, False
        if kind == "percent" and re.match(r"(?:kế hoạch|dự toán|chỉ tiêu)\b", right, re.IGNORECASE):
            return self._planned(left, right)
        if kind == "rank" and candidate.unit == "lần" and "reach" in candidate.cues:
            return left, right, False
        if kind in {"ratio", "rank"} and "top" not in candidate.cues:
            return left, of, False
        if "reach" in candidate.cues and kind != "percent":
            return left, of, False
        return f"{left} {right}", of, False

    def _planned(self, left: str, right: str) -> tuple[str, str | None, bool]:
        """ "giải ngân đạt 95% kế hoạch vốn": what is disbursed stands elsewhere in the unit, or in the plan's name."""
        if re.fullmatch(r"(?:\w+ ){0,2}giải ngân", left, re.IGNORECASE):
            capital = None if re.match(r"kế hoạch\s+vốn\b", right, re.IGNORECASE) else self.capital
            return (f"{left} {capital.group(1)}", right, False) if capital else (f"{left} {right}", None, False)
        if _order().fullmatch(left.lower()):
            return f"{left} {right}", None, False
        return left, right, False

    def _noun_start(self, candidate: _Candidate) -> int:
        at = candidate.number.end
        scale = re.compile(rf"\s*(?:/\s*\d[\d.]*\s*)?(?:{_SCALE})?", re.IGNORECASE).match(self.view, at)
        return scale.end() if scale else at

    def _period(
        self, sentence: int, clause: int, start: int, end: int, candidate: _Candidate, *, days: bool = True
    ) -> tuple[Period | None, bool]:
        """The period that holds here and whether it stands in the target's own words; `days` says whether a day may be one.

        Where it may not, the unit sets no goal: then a period in another clause is when that clause's work is due.
        """
        firm = [i for i, p in enumerate(self.periods) if not p.weak and (days or not p.day)]
        own = candidate.periods or [i for i in firm if start <= self.periods[i].start < end]
        if own:
            nearest = min(own, key=lambda i: abs(self.periods[i].start - candidate.number.start))
            return self.periods[nearest], True
        before = [i for i in firm if sentence <= self.periods[i].start < start and i not in self.trailing]
        if not days:
            before = [i for i in before if self._opens_with(sentence, clause, self.periods[i])]
        if before:
            return self.periods[before[-1]], False
        if self.scope:
            return self.scope, False
        weak = [p for p in self.periods if p.weak and start <= p.start < end and (p.first or p.last)]
        return (weak[0] if weak else None), False

    def _opens_with(self, sentence: int, clause: int, period: Period) -> bool:
        if period.start >= clause:
            return True
        ahead = self.view[max(sentence, period.start - _NEAR) : period.start]
        return not re.search(r"\w", ahead) and period.start - sentence < _NEAR

    # --- is it a goal? ---

    def _confidence(
        self, sentence: int, start: int, candidate: _Candidate, left: str, right: str, nested: bool
    ) -> float | None:
        """How sure it is that the number is a goal (stated priors, uncalibrated), or None for no goal."""
        number, kind, cues = candidate.number, candidate.kind, candidate.cues
        said = self._said(sentence, number.start)
        goal = self.goal or said is not None
        finding = self._found_before(said or sentence, number.start, sure=self.goal)
        self.told = not goal and (self.told or finding)
        if kind == "fixed" and candidate.unit and candidate.comparator == ">=" and cues & {"have", "each"}:
            kind = candidate.kind = "counted"
        if (
            finding
            or self.told
            or kind == "fixed"
            or (kind == "bare" and number.value_max is None and not candidate.baseline)
        ):
            return None
        start = max(start, number.start - _WIDE)
        clause = self.view[start : candidate.group_start]
        ahead = self.view[start : number.start]
        segment = re.split(r"[,;:]", ahead)[-1]
        if _CONDITION_AFTER.match(self.view, candidate.tail_end) or _CONDITION.match(ahead):
            return None
        headed = _head().match(left) is not None
        entitles = _ENTITLEMENT.search(segment) and not (headed and "reach" in cues)
        if said is None and (_AFTER_EVENT.search(segment) or ("goal" not in cues and entitles)):
            return None
        money = candidate.unit is not None and _MONEY.search(candidate.unit) is not None
        if money and "goal" not in cues and _BUDGET.match(left):
            return None
        if "worth" in cues and not _head().match(left):
            return None
        plain = candidate.comparator == "=" and not cues & {"reach", "up", "down", "goal"}
        if not nested and left and plain and _LATER_VALUE.match(self.view, candidate.unit_end):
            return None
        firm = candidate.comparator in _FIRM
        predicate = bool(cues & {"reach", "up", "down", "goal"})
        ordered = _order().match(left.lower()) is not None
        meant = ordered and _MEANT_FOR.search(clause) is not None
        if kind == "percent":
            whole = number.value == "100"
            if goal:
                return 0.9 if predicate or whole or candidate.comparator != "=" or not left else 0.75
            if re.search(r"\bchiếm\b", ahead[-20:], re.IGNORECASE):
                return None
            if whole or predicate or firm or _THRIFT.search(left):
                return 0.7
            bounded = candidate.comparator != "="
            if bounded and (meant or (headed and clause.lstrip().startswith(left[:20]))):
                return 0.5
            return (
                0.55
                if "part" in cues or _makes().search(clause) or re.match(r"(?:số|tổng số)\b", right, re.IGNORECASE)
                else None
            )
        if kind == "time":
            return None if _COUNTS_FROM.match(self.view, candidate.tail_end) else self._duration(candidate, left, goal)
        if kind == "rank":
            per_time = candidate.per in {"năm", "quý", "tháng", "tuần"}
            moves = bool(cues & {"reach", "up", "down"}) or candidate.comparator == "<="
            if per_time or not moves:
                return None
            return 0.6 if goal else 0.5 if "times" in cues and headed else None
        if kind in {"measure", "ratio", "bare"}:
            if goal:
                return 0.85 if predicate or candidate.comparator != "=" or headed else 0.6
            if cues & {"reach"} and not re.search(r"\b(?:là|chiếm|bằng)\s*$", ahead[-20:], re.IGNORECASE):
                return 0.55
            if self._beside(segment, firm):
                return None
            if _COMPLETE.search(left) or ("firm" in cues and (headed or _output().search(left))):
                return 0.5
            if headed and clause.lstrip().startswith(left[:20]) and candidate.comparator in {"~", ">", ">="}:
                return 0.5
            made = _makes().search(clause)
            gathered = re.match(r"(?:huy|vận|thu hồi|thu hút)", made.group(), re.IGNORECASE) if made else None
            if made or (not money and not firm and self._opens(start, candidate, left)):
                return 0.5 if not money or gathered else None
            return None
        if candidate.comparator == "=" and not predicate and self._definite(candidate):
            return None
        aside = segment if said is None else segment[max(0, len(segment) - (number.start - said)) :]
        if not firm and _GOVERNED.search(clause):
            return None
        if not predicate and not firm and not meant and (_AFTER_EVENT.search(aside) or _BESIDE.search(aside)):
            return None
        made = _makes().search(clause)
        produced = kind == "counted" and (not left or _output().search(left) is not None or headed)
        produced = produced or "part" in cues
        if goal:
            sure = 0.8 if kind == "counted" else 0.55
            return sure if predicate or candidate.comparator != "=" or produced else None
        if meant and not self._known(candidate) and (candidate.comparator != "=" or _output().match(left)):
            return 0.5
        if self._beside(segment, firm):
            return None
        if (
            candidate.comparator == ">="
            and "firm" in cues
            and (_output().search(clause) or cues & {"have", "goal", "each"})
        ):
            return 0.55
        if candidate.comparator == ">=" and "firm" in cues and "part" in cues:
            return 0.5
        if self._known(candidate):
            return None
        if kind == "guessed":
            return 0.45 if made and len(left.split()) <= _VERB_WORDS else None
        if (_COMPLETE.search(left) and "from" not in cues) or made:
            return 0.6
        return 0.45 if self._opens(start, candidate, left) else None

    def _opens(self, start: int, candidate: _Candidate, left: str) -> bool:
        """Whether the clause is a few syllables and the number: orders begin with their verb ("Phát quang 30 km …")."""
        if candidate.cues & {"have", "from"} or not 1 <= len(left.split()) <= _VERB_WORDS:
            return False
        if _NOT_A_WHOLE.match(left) or _head().match(left):
            return False
        before = self.view[start : candidate.group_start].strip(" \n\x01-+*•")
        noun = _unit().match(left)
        named = noun is not None and noun["word"] is not None
        return before == left and not named and not _SUBJECT.match(left) and not _support().match(left)

    @staticmethod
    def _duration(candidate: _Candidate, left: str, goal: bool) -> float | None:
        """A length of time is a goal where it is an indicator's value, a deadline where it counts from something."""
        cues = candidate.cues
        if goal and "reach" in cues and _SPAN_OF_TIME.search(left):
            return 0.5
        bound = candidate.comparator in {"<=", "<"} or cues & {"moved", "down"}
        return 0.5 if bound and _DURATION.match(left) and not re.match(r"trong\b", left, re.IGNORECASE) else None

    @staticmethod
    def _beside(ahead: str, firm: bool) -> bool:
        """Whether the count stands in a purpose, a circumstance or the name of a matter, not in the order itself."""
        return _BESIDE.search(ahead) is not None or (not firm and _MATTER.search(ahead) is not None)

    def _known(self, candidate: _Candidate) -> bool:
        """Whether the words behind a count say that its things are already known ("… nêu trên", "… gồm: A, B")."""
        return candidate.comparator == "=" and _KNOWN_SIZE.match(self.view, candidate.unit_end) is not None

    def _definite(self, candidate: _Candidate) -> bool:
        """The same count named twice in the unit ("02 công trình … 02 công trình") is the size of something known."""
        words = self.view[candidate.number.start : candidate.unit_end].strip()
        same = re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", self.view, re.IGNORECASE)
        return next(same, None) is not None and next(same, None) is not None

    def _zero_end(self, found: re.Match[str], end: int) -> int:
        stop = end = min(end, found.end() + _WIDE)
        if bound := _RIGHT_END.search(self.view, found.end(), end):
            stop = bound.start()
        return found.start("noun") + len(self.view[found.start("noun") : stop].rstrip(" .,;…*_\x01"))

    def _zero_target(self, sentence: int, start: int, found: re.Match[str], stop: int) -> None:
        """ "Không còn hộ nghèo …": none of them shall be left."""
        said = self._said(sentence, found.start())
        goal = self.goal or said is not None
        if self._found_before(sentence, found.start(), sure=goal) or (self.told and not said):
            return
        before = self.view[max(sentence, found.start() - _NEAR) : found.start()]
        # Of a person or thing that is spoken of by the way it is said as well: "đối với hộ không còn nhà ở".
        opens = not re.search(r"\w", self.view[start : found.start()]) or re.search(
            r"(?:[,:]|\b(?:để|đảm bảo|bảo đảm|phấn đấu|quyết tâm|và))[\s\x01]*$", before, re.IGNORECASE
        )
        if not opens and not goal:
            return
        indicator = self._plain(found.start("noun"), stop)
        blank = _Candidate(Number(*found.span(), "0"), "zero", None, found.end(), found.start(), found.end())
        period, _ = self._period(sentence, start, found.start(), stop, blank)
        fact = TargetFact(
            start=found.start(),
            end=stop,
            rule="target-zero",
            confidence=0.9 if goal else 0.6,
            indicator=indicator,
            comparator="=",
            value="0",
            value_max=None,
            unit=re.sub(r"\s+", " ", found["noun"].lower()),
            per=None,
            period_start=period.first if period else None,
            period_end=period.last if period else None,
            change="level",
            baseline=None,
            of=None,
            parent=None,
        )
        self.found.append(_Found(fact, True, "", False))

    def _share_predicates(self, first: int) -> None:
        """ "85% cán bộ và 95% công chức đạt chuẩn": the first shares the predicate of the last."""
        for at in range(len(self.found) - 2, first - 1, -1):
            one, two = self.found[at], self.found[at + 1]
            if (
                one.value_first
                and two.value_first
                and two.fact.parent is None
                and one.fact.unit == two.fact.unit == "%"
            ):
                predicate = _PREDICATE.search(two.fact.indicator)
                if predicate and not _PREDICATE.search(one.fact.indicator + " "):
                    indicator = one.fact.indicator + predicate.group()
                    self.found[at] = replace(one, fact=replace(one.fact, indicator=indicator))
