"""Agencies named in a text: bodies, heads of office that stand for them, generic groups, persons by office.

Three sources, longest first: the register (a gazetteer over spaCy's syllables), a closed grammar (head noun, name, place), and word
shape for names that are in no register. Roles are not decided here: a mention may be an actor or merely named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from extractor import patterns as re
from extractor.facts.fact import Fact, Range, overlaps
from extractor.facts.gazetteer import KnownName, known_names
from extractor.facts.words import continues_word
from extractor.knowledge import spelling
from extractor.knowledge.provinces import Province
from extractor.knowledge.register import register

_TOKEN = re.compile(r"\w+(?:[&.]\w+)*|[^\w\s]")

# Head nouns that begin the name of a body. Longest first; matched on the tone-normalised text, case as written here or all capitals.
_HEADS = sorted(
    (
        "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân", "Văn phòng HĐND và UBND", "Văn phòng HĐND&UBND", "Văn phòng HĐND-UBND", "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân",
        "Văn phòng Đoàn ĐBQH và HĐND", "Huyện đoàn", "Quận đoàn", "Thị đoàn", "Xã đoàn", "Đồn", "Xí nghiệp", "Công ty cổ phần", "Công ty Cổ phần", "Công ty TNHH", "Nhà máy", "Nhà văn hóa", "Thư viện", "Bảo tàng", "Hạt", "Đội", "Cấp ủy", "cấp ủy", "Hạt Kiểm lâm",
        "Ủy ban nhân dân", "Hội đồng nhân dân", "Ủy ban Mặt trận Tổ quốc", "Mặt trận Tổ quốc", "Ủy ban", "UBND", "HĐND", "UBMTTQ", "MTTQ", "Sở", "Bộ", "Ban", "Văn phòng",
        "Thanh tra", "Công an", "Cục", "Chi cục", "Tổng cục", "Vụ", "Viện", "Viện kiểm sát nhân dân", "Viện Kiểm sát nhân dân", "Tòa án nhân dân", "Tòa án",
        "Trường", "Học viện", "Đại học", "Trung tâm", "Hội", "Hội đồng", "Liên đoàn", "Liên minh", "Liên hiệp", "Đoàn", "Tỉnh đoàn", "Thành đoàn", "Đoàn Thanh niên",
        "Tỉnh ủy", "Thành ủy", "Huyện ủy", "Quận ủy", "Thị ủy", "Đảng ủy", "Chi bộ", "Đảng bộ", "Kho bạc", "Bảo hiểm xã hội", "Ngân hàng", "Đài", "Báo", "Công ty", "Tổng công ty",
        "Tổng Công ty", "Tập đoàn", "Điện lực", "Bưu điện", "Hiệp hội", "Bộ Chỉ huy", "Bộ Tư lệnh", "Ban Chỉ huy", "Bộ đội", "Quỹ", "Phòng", "Bệnh viện", "Cảng vụ", "Lực lượng", "lực lượng",
        "Cơ quan", "cơ quan", "Tổ công tác", "Tổ", "Thường trực", "Ban Thường vụ", "Ban Chấp hành", "Ban Thường trực", "Ban Quản lý", "Ban quản lý", "Ban Chỉ đạo", "Trạm", "Thuế",
        "Hải quan", "Chi nhánh", "Thống kê", "Kiểm toán", "Vườn quốc gia", "Khu", "Nhà xuất bản", "Tạp chí", "Cổng Thông tin", "Cổng thông tin", "Thương vụ", "Quân khu", "hệ thống",
        "ngành", "Ngành", "Hợp tác xã", "Cụm thi đua", "Khối thi đua", "Bí thư Thành đoàn", "Câu lạc bộ", "Ban cán sự đảng", "Ban Cán sự đảng", "Ban thường vụ", "Đảng đoàn", "Đảng Đoàn", "ban thường vụ", "đảng đoàn", "phòng", "trung tâm", "chi cục",
    ),
    key=len, reverse=True,
)  # fmt: skip
_HEAD = re.compile(r"(?<![\w/-])(?:" + "|".join(re.escape(h) for h in _HEADS) + r")(?!\w)")
_NEED_A_NAME = {"Bộ", "Ban", "Tổ", "Khu", "Hội", "Đoàn", "Phòng", "Sở", "Trường", "Cơ quan", "Quỹ", "Đài", "Báo"}
_LOWER_HEADS = {
    "phòng",
    "trung tâm",
    "chi cục",
    "ban thường vụ",
    "đảng đoàn",
    "lực lượng",
    "cơ quan",
    "hệ thống",
    "ngành",
}  # need a capital right after

# Heads of office who stand for their body (GUIDE: "Giám đốc Sở Y tế" is Sở Y tế).
_CHIEF = (
    r"Tổng Giám đốc|Giám đốc|Thủ trưởng|Chủ tịch Hội đồng Quản trị|Chủ tịch|Bộ trưởng|Chánh Văn phòng|Chánh văn phòng|Chánh Thanh tra|Chánh thanh tra|Chánh án|Viện trưởng|Trưởng ban|Trưởng Ban|"
    r"Trưởng phòng|Trưởng các phòng|Trưởng|Cục trưởng|Chi cục trưởng|Tổng cục trưởng|Tổng Cục trưởng|Vụ trưởng|Hiệu trưởng|Người đứng đầu|người đứng đầu|Bí thư Ban cán sự|Bí thư|Thống đốc|"
    r"Tổng Thanh tra|Tổng Kiểm toán|Tổng Biên tập|Chỉ huy trưởng|Tư lệnh|Chủ nhiệm|Lãnh đạo|lãnh đạo|thủ trưởng|giám đốc|chủ tịch|Kiểm lâm trưởng|Tổng KTNN"
)
_CHIEFS = re.compile(rf"(?<!\w)(?:{_CHIEF})(?:\s*(?:,|và|hoặc)\s*(?:{_CHIEF}))*\s+")
_BODY_AFTER_CHIEF = {"Chánh Văn phòng": "Văn phòng", "Chánh văn phòng": "văn phòng", "Chánh Thanh tra": "Thanh tra"}

_NAME = r"[[:upper:]][[:lower:]]+(?:\s+[[:upper:]][[:lower:]]+){1,4}"
_PERSON = re.compile(
    rf"(?<!\w)(?:đồng chí\s+)?(?P<office>Phó Thủ tướng(?: Thường trực)?(?: Chính phủ)?|Thứ trưởng|Phó (?:Tổng cục trưởng|Tổng Cục trưởng|Thống đốc|Tổng Giám đốc|Tổng Thanh tra|Cục trưởng|Bí thư|Chủ nhiệm|Trưởng ban|Viện trưởng|Chánh Văn phòng|Tổng Kiểm toán)|Phó Chủ tịch(?: Ủy ban nhân dân| UBND)?(?: (?:tỉnh|thành phố|huyện|quận|xã|phường))?|Phó Giám đốc)\s+(?P<name>{_NAME})"
)
_PERSON_GROUP = re.compile(
    r"(?<!\w)(?P<each>[Cc]ác)\s+(?:đồng chí\s+)?(?P<office>Phó Thủ tướng|Thứ trưởng|Phó Chủ tịch|Phó Tổng Giám đốc|Phó Tổng cục trưởng|Phó Thống đốc|Phó Giám đốc)(?P<rest>(?:\s+khác)?(?:\s+có liên quan|\s+liên quan)?)(?P<names>(?:\s*(?:,|và)?\s*(?:"
    + _NAME
    + r"))*)"
)

_KIND_WORDS = (
    "viện nghiên cứu", "trường đại học", "trường cao đẳng", "trường mầm non", "trường tiểu học", "trường trung học cơ sở", "trường trung học phổ thông", "trường phổ thông", "trung học cơ sở", "trung học phổ thông", "trường học", "cơ sở giáo dục", "cơ sở y tế", "cơ sở đào tạo", "cơ sở khám bệnh, chữa bệnh", "cơ sở sản xuất", "sở", "ban ngành", "ban, ngành", "ban", "ngành", "đoàn thể", "đơn vị", "cơ quan", "địa phương", "tổ chức", "cá nhân", "doanh nghiệp", "bộ", "cục", "vụ", "tổng cục", "chi cục", "viện", "trường",
    "bệnh viện", "xã", "phường", "thị trấn", "đặc khu", "huyện", "quận", "thị xã", "thành phố", "tỉnh", "hội", "hiệp hội", "hợp tác xã", "cấp ủy", "chính quyền", "chính quyền địa phương", "cấp",
    "phòng", "phòng, ban", "trung tâm", "tập đoàn", "tập đoàn kinh tế", "tổng công ty", "công ty", "khách sạn", "cơ sở", "thư viện", "bảo tàng", "hộ gia đình", "chủ đầu tư", "ban quản lý", "lực lượng", "đồng chí",
    "thành viên", "nhà trường", "nhà thầu", "chủ rừng", "hộ kinh doanh", "hiệp hội ngành nghề", "ngân hàng", "quỹ", "báo", "đài", "tổ chức chính trị", "tổ chức chính trị - xã hội", "tổ chức xã hội",
    "tổ chức tín dụng", "đảng ủy", "huyện ủy", "thành ủy", "tỉnh ủy", "thị ủy", "quận ủy", "chi bộ", "đảng bộ", "trạm", "học viện", "ban đảng", "liên đoàn", "khu, cụm công nghiệp", "nhà máy", "chủ thể", "cơ quan đơn vị", "nhà khoa học",
    "tổ", "đội", "đội, tổ", "thôn", "khu phố", "ấp", "bản", "hộ dân", "cộng đồng dân cư", "chủ cơ sở", "chủ phương tiện", "nhà đầu tư", "ban chỉ đạo", "ban chỉ huy", "ban thường vụ", "ban chấp hành", "đảng đoàn", "bộ phận thường trực", "cán bộ", "nhà tưởng niệm", "nhà truyền thống",
    "khu di tích lịch sử", "trưởng thôn", "vườn quốc gia", "hội đoàn thể", "đài truyền hình", "nhà hàng", "hộ kinh doanh", "tổ dân phố", "thuyền trưởng", "chủ tàu cá", "chủ tàu", "chủ hộ", "chủ hồ", "chủ chợ", "cơ sở kinh doanh", "trạm y tế", "nhà thuốc", "xí nghiệp", "nông trường", "lâm trường", "chủ vườn", "sở - ngành",
)  # fmt: skip
_KIND = "(?:" + "|".join(sorted(map(re.escape, _KIND_WORDS), key=len, reverse=True)) + r")(?!\w)"
_GROUP_START = re.compile(rf"(?<![\w/-])(?:(?P<det>các|mọi|những|toàn thể|từng)\s+)?(?P<kind>{_KIND})", re.IGNORECASE)
_GROUP_NEXT = re.compile(
    rf"\s*(?:,|-|–|và)\s*(?:(?P<chief>{_CHIEF})\s+)?(?P<det>các\s+)?(?P<kind>{_KIND})", re.IGNORECASE
)
_QUALIFIER = re.compile(
    r"\s+(?:có thẩm quyền|thẩm quyền|có liên quan|liên quan|hữu quan|trực thuộc(?:\s+(?:Trung ương|TW|trung ương|tỉnh|thành phố|Bộ|bộ|Sở|sở|Tổng cục))?|cấp (?:tỉnh|thành phố|huyện|xã|quận|cơ sở|Trung ương)|"
    r"các cấp|cùng cấp|chức năng|chuyên ngành|chuyên môn|vũ trang(?:, an ninh)?|cấp dưới|cấp trên|cơ sở|lưu trú|cấp nước(?: sạch)?|truyền thông|quản lý (?:nhà nước|Nhà nước)(?: chuyên ngành| về [^,.;:\n]{3,40}?(?=\s*[,.;:\n]))?|quản lý chuyên ngành|báo chí|xung kích|tại chỗ|tự vệ|dân quân(?: tự vệ)?|biên phòng|kiểm lâm|truyền thông|thông tấn(?:, báo chí)?|nhà nước|Nhà nước|khác|Trung ương|trung ương|"
    r"ngoài nước|trong nước|tại địa phương|ở địa phương|trên địa bàn(?: (?:tỉnh|thành phố|huyện|quận|xã|phường|cả nước|mình))?|trong (?:tỉnh|thành phố|ngành|Bộ|huyện|cả nước)|"
    r"(?:thuộc|của)\s+(?:tỉnh|thành phố|Thành phố|Tỉnh|Bộ|bộ|ngành|Ngành|huyện|quận|xã|phường|Sở|mình|Chính phủ|phạm vi quản lý|thẩm quyền quản lý)(?!\s+[[:upper:]])|thuộc phạm vi quản lý|"
    r"đóng trên địa bàn(?: (?:tỉnh|thành phố|huyện|xã|phường))?|tỉnh|thành phố|Thành phố|Tỉnh|huyện|quận|chính trị(?: - xã hội)?|xã hội(?: - nghề nghiệp)?|đoàn thể|sự nghiệp(?: công lập)?|ngang bộ|thuộc Chính phủ)(?!\w)"
)
_OF_BODY = re.compile(r"\s+(?:của|thuộc|trực thuộc)\s+")
_STOP_WORDS = re.compile(
    r"\s*(?:để|nhằm|trong việc|về việc|về|đối với|khi|nếu|mà|là|được|bị|đã|đang|gồm|bao gồm|như|do|từ|với|và|hoặc|cho|trước|sau|dịp|nhân dịp|trong dịp|tại|trên|ở|qua|vào|trong|của|thuộc|có|cùng|nhất là|đặc biệt|bằng)(?!\w)",
    re.IGNORECASE,
)
_PLACE_KIND = r"(?:thành phố|Thành phố|tỉnh|Tỉnh|huyện|Huyện|quận|Quận|thị xã|Thị xã|thị trấn|xã|Xã|phường|Phường|đặc khu|Đặc khu|TP\.?|Tp\.?|thủ đô|Thủ đô)"
_PROPER = r"[[:upper:]][\wà-ỹ]*(?:\s*-\s*[[:upper:]][\wà-ỹ]*|\s+[[:upper:]][\wà-ỹ]*)*"
_TAIL = re.compile(
    rf"\s+(?:(?P<listed>các tỉnh, thành phố(?: trực thuộc (?:Trung ương|trung ương|TW|T\.Ư))?|các tỉnh(?: trực thuộc Trung ương)?)|các cấp|cấp (?:tỉnh|huyện|xã|thành phố|cơ sở)|"
    rf"các địa phương|cả nước|Trung ương|trung ương|TW|Việt Nam|[Qq]uốc gia|cùng cấp|vùng\s+[IVX\d]+|tại các nước|khu vực(?:\s+[IVXL\d]+)?(?=\s*[,.;:)\n]|\s+[[:lower:]]|$)|{_PLACE_KIND}(?:\s+(?P<place>{_PROPER}|\d+))?)(?!\w)"
)
_LOCAL_LIST = re.compile(
    rf"\s+(?P<items>(?:các\s+)?{_PLACE_KIND}(?:\s+{_PROPER})?(?:\s*(?:,|-|–|và)\s*(?:các\s+)?{_PLACE_KIND}(?:\s+{_PROPER})?)+|các\s+{_PLACE_KIND})(?!\w)"
)
_OWN_TERRITORY = re.compile(
    r"\s+(?:thuộc|trên địa bàn|của|trong|trực thuộc)\s+(?:toàn\s+)?(?:tỉnh|thành phố|Tỉnh|Thành phố|TP|huyện|quận|xã|phường)(?!\s+trực)(?:\s+[[:upper:]]\w*)*\s*$|\s+trên địa bàn\s*$"
)


@dataclass(frozen=True, slots=True)
class Mention(Fact):
    """A body, group or person named at [start, end) of the text; `name` is canonical."""

    name: str
    agency_id: str | None
    group: bool
    chief: bool = False  # its head of office is written, who stands for it
    person: bool = False  # a deputy or a named person: an assignee by office and name


@dataclass(frozen=True, slots=True)
class Context:
    """What the head of the document says, by which names are completed: the issuer, its province, the date of issue."""

    issuer: str | None = None
    superior: str | None = None  # the body above the issuer in the letterhead, by its full name
    province: Province | None = None
    signed: date | None = None


@cache
def _verbs() -> re.Pattern[str]:
    lines = (Path(__file__).parent.parent / "knowledge" / "verbs.txt").read_text("utf-8").splitlines()
    phrases = sorted(
        (spelling.modern(line.strip()) for line in lines if line.strip() and not line.startswith("#")),
        key=len,
        reverse=True,
    )
    return re.compile(rf"\s*[,:]?\s*(?!{_NO_VERB})(?:{'|'.join(map(re.escape, phrases))})(?!\w)", re.IGNORECASE)


# Words that begin like a verb of one syllable.
_NO_VERB = (
    r"(?:giao (?:thông|dịch|lưu)|chi (?:phí|nhánh|cục|bộ|tiết|đoàn|hội)|thu (?:nhập|đông)|cấp (?:ủy|uỷ|tỉnh|huyện|xã|trên|dưới|cơ sở|học|độ|bách|thiết)|trực (?:thuộc|tuyến)"
    r"|chỉ (?:thị|số|tiêu|huy)|theo (?:đó|quy)|mở đầu|tạo (?:giống|hình)|lập trường|xét nghiệm|tự (?:nhiên|nguyện|do))(?!\w)"
)


def begins_predicate(text: str, position: int) -> bool:
    """Whether a verb or adverb of an order begins at `position` (after spaces, a comma or a colon)."""
    return bool(_verbs().match(text, position))


def _begins_long_predicate(text: str, position: int) -> bool:
    """The same for predicates of two syllables and more; one syllable may be part of a name ("Thường | trực")."""
    match = _verbs().match(text, position)
    return bool(match and " " in match[0].strip())


def as_sentence(text: str) -> str:
    """A heading in capitals as it would stand in a sentence, of the same length: names of the register and head nouns keep theirs."""
    if not text.isupper():
        return text
    lower = text.lower()
    view = list(lower if len(lower) == len(text) else text)
    spans = [(n.start, n.end, register().agency(n.agency_id)) for n in known_names(spelling.modern(text))]
    for start, end, agency in spans:
        official = agency.name if agency else ""
        if spelling.fold(official) == spelling.fold(text[start:end]):
            view[start:end] = official[: end - start]
        else:
            view[start] = view[start].upper()
    named = "".join(view)
    for head in _HEAD_ANY.finditer(named):
        if head[0].split()[0].capitalize() in _TITLED and not re.search(r"(?:các|trụ|,)\s+$", named[: head.start()]):
            view[head.start()] = view[head.start()].upper()
    return "".join(view)


_HEAD_ANY = re.compile(_HEAD.pattern, re.IGNORECASE)
_TITLED = {
    "Sở",
    "Bộ",
    "Công",
    "Thanh",
    "Văn",
    "Cục",
    "Ban",
    "Ủy",
    "Hội",
    "Tỉnh",
    "Thành",
    "Kho",
    "Ngân",
    "Bảo",
    "Đài",
    "Chi",
    "Tổng",
    "Trung",
    "Phòng",
    "Liên",
}


def find_agencies(text: str, *, context: Context, taken: Sequence[Range] = ()) -> list[Mention]:
    """Every mention in the text, in order, without overlaps. `taken` ranges (citations) are skipped."""
    view = spelling.modern(text)
    names = known_names(view)
    known = {name.start: name.end for name in names}  # in the order of the text
    misread = {name.start: name for name in names if name.misread}
    found: list[Mention] = []
    position = 0
    while position < len(view):
        at = _next_start(view, position, known)
        if at is None:
            break
        parsed = [] if overlaps(at, at + 1, taken) else _parse(view, at, known, context)
        parsed = [_repaired(m, view, misread) for m in parsed if not overlaps(m.start, m.end, taken)]
        found += parsed
        position = max(parsed[-1].end, at + 1) if parsed else at + 1
    return found


def _repaired(m: Mention, view: str, misread: dict[int, KnownName]) -> Mention:
    """A name whose accents were misread gets the register's spelling, and is doubtful."""
    for start, name in misread.items():
        if m.start <= start and name.end <= m.end and not m.group:
            agency = register().agency(name.agency_id)
            words = agency.name if agency else None
            if words and spelling.fold(words) == spelling.fold(view[start : name.end]):
                fixed = spelling.modern(m.name)
                at = spelling.fold(fixed).find(spelling.fold(words))
                if at >= 0:
                    return replace(
                        m,
                        name=fixed[:at] + words + fixed[at + len(words) :],
                        rule="misread",
                        confidence=min(m.confidence, 0.75),
                    )
    return m


_ANY_START = re.compile(
    rf"(?<![\w/-])(?:đồng chí\s+)?(?:{_CHIEF}|Phó Thủ tướng|Thứ trưởng|Phó Chủ tịch|Phó Giám đốc|Phó (?:Tổng cục trưởng|Tổng Cục trưởng|Thống đốc|Tổng Giám đốc|Tổng Thanh tra|Cục trưởng|Bí thư|Chủ nhiệm|Trưởng ban|Viện trưởng|Chánh Văn phòng|Tổng Kiểm toán)|các|Các|mọi|Mọi|những|từng|Từng|toàn thể|{_KIND}|{'|'.join(re.escape(h) for h in _HEADS)})(?!\w)"
    rf"|(?<![\w/-])[[:upper:]](?:[a-zđ]*|[A-ZĐ&]*)(?!\w)",
)


def _next_start(view: str, position: int, known: dict[int, int]) -> int | None:
    found = _ANY_START.search(view, position)
    at = found.start() if found else None
    register_at = next((s for s in known if s >= position), None)
    if at is None:
        return register_at
    return min(at, register_at) if register_at is not None else at


def _parse(view: str, at: int, known: dict[int, int], context: Context) -> list[Mention]:
    person = _PERSON.match(view, at)
    if person:
        name = f"{register().official(person['office'])} {person['name']}"
        return [Mention(at, person.end(), "person", 0.9, name, None, False, True, True)]
    territory = _TERRITORY.match(view, at)
    if territory and re.search(
        r"(?:^|[.;:\n]|\s[[:lower:]]+,|(?<!\w)(?:giao|đề nghị|yêu cầu|riêng|và))[\s-]*$",
        view[max(0, at - 16) : at],
        re.IGNORECASE,
    ):
        province = register().province(territory["name"], on=context.signed)
        after = territory.end()
        if province and (begins_predicate(view, after) or re.match(r"\s+(?:cần|phải)(?!\w)", view[after:])):
            name = f"Ủy ban nhân dân {province.full_name}"
            return [Mention(at, after, "territory acts", 0.7, view[at:after], _id(name, context), False)]
    persons = _PERSON_GROUP.match(view, at)
    if persons:
        return _persons(persons)
    chiefs = _CHIEFS.match(view, at)
    if chiefs:
        after = chiefs.end()
        title = _BODY_AFTER_CHIEF.get(chiefs[0].strip())
        if title:  # "Chánh Thanh tra tỉnh": the title holds the body's head noun
            begin = after - len(title) - 1
            inner = _named(view, begin, known, context) if view[begin : begin + len(title)] == title else []
            if inner:
                return [replace(inner[0], start=at, chief=True)]
        inner = _body_or_group(view, after, known, context)
        if inner:
            first = replace(inner[0], start=at, chief=True)
            return [first, *(replace(m, chief=True) for m in inner[1:])]
    bare = re.compile(
        r"(?:Bộ trưởng|Chủ tịch|Giám đốc|Tổng Giám đốc|Tổng Kiểm toán Nhà nước|Tổng KTNN|Thống đốc)(?!\w)"
    ).match(view, at)
    if bare and context.issuer and at not in known and (bare[0] != "Bộ trưởng" or context.issuer.startswith("Bộ ")):
        return [
            Mention(at, bare.end(), "issuer's head", 0.7, context.issuer, _id(context.issuer, context), False, True)
        ]
    own = _OWN_BODY.match(view, at)
    if (
        own
        and context.issuer
        and spelling.key(context.issuer).startswith(spelling.key(own["kind"]) + " ")
        and (own["chief"] or _HANDED_TO.search(view, max(0, at - 40), at))
    ):
        return [
            Mention(
                at,
                own.end(),
                "issuer's kind",
                0.75,
                context.issuer,
                _id(context.issuer, context),
                False,
                bool(own["chief"]),
            )
        ]
    return _body_or_group(view, at, known, context)


# "trình Lãnh đạo Bộ", "báo cáo Bộ để …": the issuer itself.
_OWN_BODY = re.compile(
    r"(?P<chief>[Ll]ãnh đạo\s+)?(?P<kind>Bộ|Sở|Ủy ban nhân dân|UBND|Tổng cục|Cục|Ngân hàng)(?!\w)(?=\s*(?:[,.;:()]|$|\n)|\s+[[:lower:]])(?!\s+(?:tỉnh|thành phố|huyện|quận|xã|phường|cấp|các)(?!\w))"
)
_HANDED_TO = re.compile(
    r"(?:báo cáo|trình|tham mưu|gửi|đề xuất|kiến nghị|về|cho|lên)\s+(?:với\s+|cho\s+)?$", re.IGNORECASE
)


# "Tỉnh A cần tiếp tục …": the territory stands for the committee that runs it.
_TERRITORY = re.compile(rf"(?<!\w)(?:[Tt]ỉnh|[Tt]hành phố)\s+(?P<name>{_PROPER})")


def _persons(match: re.Match[str]) -> list[Mention]:
    names = [n.strip() for n in re.split(r",|\bvà\b", match["names"] or "") if n.strip()]
    office = match["office"]
    if names and not match["rest"]:
        mentions = []
        position = match.start("names")
        for name in names:
            start = match.string.index(name, position)
            position = start + len(name)
            mentions.append(Mention(start, position, "person", 0.9, f"{office} {name}", None, False, True, True))
        first = mentions[0]
        return [replace(first, start=match.start()), *mentions[1:]]
    end = match.end("rest")
    return [
        Mention(
            match.start(),
            end,
            "persons",
            0.8,
            f"các {office}{match['rest']}",
            "group:" + spelling.fold(f"các {office}{match['rest']}").replace(" ", "-"),
            True,
            True,
            True,
        )
    ]


def _body_or_group(view: str, at: int, known: dict[int, int], context: Context) -> list[Mention]:
    counted = _COUNTED.match(view, at)
    if counted:
        name = re.sub(r"\s+", " ", f"{register().official(counted['body'])} {counted['places']}")
        return [Mention(at, counted.end(), "local bodies", 0.85, name, group_id(name), True)]
    sector = _SECTOR.match(view, at)
    if sector:
        return [Mention(at, sector.end(), "sector", 0.75, sector[0], group_id(sector[0]), True)]
    cabinet = _CABINET.match(view, at)
    if cabinet:
        name = "các bộ, cơ quan ngang bộ" + (", cơ quan thuộc Chính phủ" if cabinet["rest"] else "")
        return [Mention(at, cabinet.end(), "group", 0.9, name, group_id(name), True, True)]
    board = _BOARD_OF.match(view, at)
    if board and (inner := _group(view, board.end(), known, context)):
        name = f"{view[at : board.end()].strip().lower()} {inner[0].name}"
        return [replace(inner[0], start=at, name=name, agency_id=group_id(name)), *inner[1:]]
    shared = _shared_head(view, at, context)
    if shared:
        return shared
    plural = _plural(view, at, known, context)
    if plural:
        return plural
    named = _named(view, at, known, context)
    group = _group(view, at, known, context)
    if named and (
        not group or (view[at].isupper() and not view.startswith("Các ", at) and named[-1].end >= group[-1].end)
    ):
        return named
    return group or named


# "ban thường vụ các huyện ủy, thành ủy": a board of each of a group.
_BOARD_OF = re.compile(r"[Bb]an (?:thường vụ|chấp hành|[Gg]iám hiệu|[Gg]iám đốc|lãnh đạo|quản trị) (?=các\s)")
_PLURAL = re.compile(r"[Cc]ác\s+(?=[[:upper:]])")


def _plural(view: str, at: int, known: dict[int, int], context: Context) -> list[Mention]:
    """ "các Chi cục Quản lý thị trường": several bodies of one name."""
    match = _PLURAL.match(view, at)
    if not match:
        return []
    chiefs = _CHIEFS.match(view, match.end())
    begin = chiefs.end() if chiefs else match.end()
    head = _HEAD.match(view, begin)
    if not head or head[0] in ("UBND", "Ủy ban nhân dân", "Ngành", "Khu", "Hội"):
        return []
    named = _named(view, begin, known, context)
    if not named or named[0].end <= head.end() or re.fullmatch(r"(?:Sở|Bộ|Ban|Cục|Vụ),?", view[begin : named[0].end]):
        return []
    first = named[0]
    name = f"các {first.name}"
    return [replace(first, start=at, name=name, agency_id=group_id(name), group=True, chief=bool(chiefs)), *named[1:]]


_SHARED = re.compile(
    r"(?:[Cc]ác\s+)?(?P<head>Sở|sở|Bộ|bộ|Vụ|vụ|Cục|cục|Ban|Phòng|phòng|Hội|Chi cục)(?P<ministry>, ngành|, ban, ngành)?\s*:\s*(?=[[:upper:]])"
)


def _shared_head(view: str, at: int, context: Context) -> list[Mention]:
    """ "Các Sở: Nội vụ, Tài chính, Kế hoạch và Đầu tư": one body for each field of work."""
    match = _SHARED.match(view, at)
    if not match:
        return []
    head = match["head"][0].upper() + match["head"][1:]
    mentions: list[Mention] = []
    position = match.end()
    while True:
        item = _HEAD.match(view, position)
        known_field = _known_field_end(view, position, head)
        if (item and item[0] != head and known_field is None) or _CHIEFS.match(view, position):
            break
        if known_field is not None:
            item = None
        begin = item.end() + 1 if item else position
        end = _field_end(view, begin, head)
        if end is None:
            break
        end = begin + len(view[begin:end].rstrip())
        name = register().official(f"{head} {view[begin:end]}")
        mentions.append(Mention(position, end, "shared head", 0.9, name, _id(name, context), False))
        gap = re.compile(r"\s*(?:,|;|và)\s*(?=[[:upper:]])").match(view, end)
        if not gap:
            break
        position = gap.end()
    if mentions:
        mentions[0] = replace(mentions[0], start=at)
    return mentions


def _field_end(view: str, begin: int, head: str) -> int | None:
    """The end of a field of work ("Kế hoạch và Đầu tư") that the register knows under this head, else by shape."""
    known = _known_field_end(view, begin, head)
    return (
        known if known is not None else _shape_end(view, begin, small=head in ("Vụ", "Cục", "Phòng", "Ban", "Chi cục"))
    )


def _known_field_end(view: str, begin: int, head: str) -> int | None:
    best = None
    for stop in re.finditer(
        r"(?=[,;.:)]|\s+(?:và|chủ|phối|có|tổ|theo|căn|triển|khẩn|xây)\b|\s*$|\n)", view[begin : begin + 90]
    ):
        candidate = view[begin : begin + stop.start()].strip()
        if candidate and candidate[-1].isalnum() and register().lookup(f"{head} {candidate}", on=None):
            best = begin + stop.start()
    return best


def _named(view: str, at: int, known: dict[int, int], context: Context) -> list[Mention]:
    """A body with a name of its own at `at`, or the several bodies of a list of places."""
    head = _HEAD.match(view, at)
    end = known.get(at)
    if head and end is not None and head[0].startswith("Văn phòng ") and head.end() > end:
        end = head.end()  # "Văn phòng Hội đồng nhân dân | và Ủy ban nhân dân"
    rule, confidence = ("register", 0.97) if end else ("shape", 0.8)
    if end is not None and (goes_on := _goes_on(view, end)) is not None:
        end, rule, confidence = goes_on, "register and shape", 0.85
    parks = _PARKS.match(view, at)
    if end is None and parks:
        end = parks.end()
    if end is None:
        if head is None:
            return []
        word = head[0]
        if word.startswith("Văn phòng ") or word in (
            "Hạt Kiểm lâm",
            "Ủy ban nhân dân",
            "UBND",
            "Hội đồng nhân dân",
            "HĐND",
            "Công an",
            "Tòa án nhân dân",
            "Viện kiểm sát nhân dân",
            "Viện Kiểm sát nhân dân",
            "MTTQ",
            "Mặt trận Tổ quốc",
            "UBMTTQ",
            "Ủy ban Mặt trận Tổ quốc",
        ):
            end = head.end()
            further = _shape_end(view, end) if word.startswith(("Công an", "Mặt trận", "Ủy ban Mặt")) else None
            end = further or end
        else:
            shaped = _shape_end(view, head.end())
            if shaped is None:
                tail_only = _TAIL.match(view, head.end())
                # "Sở tỉnh", "Hội tỉnh" are written for a whole name; of other heads a place alone makes no name.
                if not tail_only or (word in _NEED_A_NAME and word not in ("Đài", "Sở", "Hội")):
                    return []
                shaped = head.end()
            if word in _LOWER_HEADS and not re.match(r"\s+[[:upper:]]", view[head.end() :]):
                return []
            end = shaped
    if (longer := _lower_name_end(view, at, end)) is not None:
        end = longer
    if parks and parks.end() > end:
        end = parks.end()
    zones = re.compile(r"\s+và\s+các\s+[Kk]hu\s+(?:công nghiệp|kinh tế|chế xuất|công nghệ cao)").match(view, end)
    if zones and view.startswith(("Ban Quản lý", "Ban quản lý"), at):
        end = zones.end()
    if (zones or parks) and (further := _goes_on(view, end)) is not None:
        end = further  # the place: "… các Khu công nghiệp | Quảng Ngãi"
    return _with_place(view, at, end, rule, confidence, context)


# Boards are named by their task, often in lower case: "Ban chỉ đạo | phòng thủ dân sự quốc gia", "Ban Chỉ huy | quân sự".
_BOARD = re.compile(
    r"(?:Văn phòng (?:thường trực )?)?(?:Ban [Cc]hỉ đạo|Ban [Cc]hỉ huy|Hội đồng|Tổ công tác|Tổ giúp việc|Ban [Tt]ổ chức|Ban [Vv]ận động|Cơ quan Thường trực|Ban điều hành)(?= [[:lower:]])"
)


def _lower_name_end(view: str, at: int, end: int) -> int | None:
    """The end of a board's name that goes on in lower case up to a verb or a mark, at most ten syllables."""
    board = _BOARD.match(view, at)
    if board is None or end > board.end() + 1:
        return None
    i = board.end()
    for _ in range(10):
        if (
            begins_predicate(view, i) and not _noun_here(view, i) and not re.match(r"\s+(?:phòng|công tác)", view[i:])
        ) or (_STOP_WORDS.match(view, i) and not re.match(r"\s+về\s", view[i:])):
            break
        syllable = re.compile(r"(?:,\s+(?=chống))?[ \t]*([[:lower:]]+)(?!\w)").match(view, i)
        if (
            syllable is None
            or _TAIL.match(view, i)
            or re.match(r"\s+(?:các|những|mọi|tỉnh|thành phố|huyện|xã|phường)(?!\w)", view[i:])
        ):
            break
        i = syllable.end()
    return i if i > board.end() else None


_DOCUMENT_WORD = re.compile(
    r" (?:Đề án|Quyết định|Nghị quyết|Nghị định|Kế hoạch|Chương trình|Chỉ thị|Luật|Thông tư|Thông báo|Báo cáo|Dự án|Danh mục|Quy chế|Phương án|Công điện|Kết luận|Tờ trình|Chiến lược|Quy hoạch|Chính phủ)"
)


# "Ban Quản lý các khu công nghệ cao và khu công nghiệp": the management boards are named by their zones, in lower case.
_ZONE = (
    r"[Kk]hu (?:kinh tế|công nghiệp|công nghệ cao|chế xuất|công nghệ thông tin|du lịch|nông nghiệp(?: công nghệ cao)?)"
)
_PARKS = re.compile(rf"Ban [Qq]uản lý (?:các )?{_ZONE}(?:(?:,| và| -)(?: các)? (?:{_ZONE}|công nghiệp|chế xuất))*")


def _goes_on(view: str, end: int) -> int | None:
    """A name that goes on past what the register knows: "Ban Quản lý các khu công nghiệp | Cần Thơ", "Khu kinh tế A và các Khu công nghiệp"."""
    if (
        re.match(r" [[:upper:]]", view[end:])
        and not _DOCUMENT_WORD.match(view, end)
        and not _HEAD.match(view, end + 1)
        and not _CHIEFS.match(view, end + 1)
    ):
        return _shape_end(view, end)
    joined = re.compile(r" (?:và|-) (?=[[:upper:]][[:lower:]])").match(view, end)
    if (
        joined
        and not re.match(r"(?:Phó|Thủ tướng|Chính phủ|Quốc hội|Chủ tịch|Bí thư)(?!\w)", view[joined.end() :])
        and not _HEAD.match(view, joined.end())
        and not _CHIEFS.match(view, joined.end())
        and not _DOCUMENT_WORD.match(view, joined.end() - 1)
    ):
        return _shape_end(view, joined.end())  # "Phòng Kinh tế | và Hạ tầng"
    return None


def _with_place(view: str, at: int, end: int, rule: str, confidence: float, context: Context) -> list[Mention]:
    ends_in_kind = re.compile(rf"\s+{_PLACE_KIND}$").search(view[at:end])
    if ends_in_kind and re.match(rf"\s*(?:,|-|và)\s*{_PLACE_KIND}(?!\w)", view[end:]):
        end = at + ends_in_kind.start()  # "Ủy ban nhân dân xã | , phường": the register's name is the first of a list
    words = view[at:end]
    places = _PLACES_OF_KIND.match(view, end)
    if places and not begins_predicate(view, places.start("items")):
        return _named_places(view, at, end, places)
    tail = _TAIL.match(view, end)
    local = None if tail and tail["listed"] else _LOCAL_LIST.match(view, end)
    if local and re.match(
        r"(?:Ủy ban nhân dân|UBND|Công an|Hội đồng nhân dân|HĐND|Huyện ủy|Đảng ủy|Phòng|Trung tâm|Hội|Công đoàn|Ban)",
        words,
    ):
        return _local_bodies(view, at, end, local, context)
    if tail:
        listed = (
            re.compile(r"\s*:\s*(?=[[:upper:]])|\s+(?=[[:upper:]])").match(view, tail.end()) if tail["listed"] else None
        )
        if listed and ":" not in listed[0]:  # "các tỉnh Hà Tĩnh, Quảng Trị"
            first = re.compile(_PROPER).match(view, listed.end())
            listed = listed if first and register().province(first[0], on=context.signed) else None
        if listed:
            return _listed_places(view, at, words, listed.end(), context)
        end = tail.end()
        if tail["place"] and begins_predicate(view, tail.start("place")):
            end = at + len(view[at : tail.start("place")].rstrip())  # "Ủy ban nhân dân thành phố | Chịu trách nhiệm …"
        kind_of_place = _KIND_OF_PLACE.match(view, end)
        if kind_of_place:
            end = kind_of_place.end()
        again = _TAIL.match(view, end)  # "Việt Nam thành phố", "cấp xã …"
        if again and not again["listed"]:
            end = again.end()
    scheme = _SCHEME.match(view, at)
    if scheme and scheme.end() > end:
        end = scheme.end()  # "Tổ Công tác Đề án 30 của Bộ"
    numbered = _NUMBERED.match(view, end) if _POST.match(view, at) else None
    if numbered:
        end = numbered.end()
    name = _canonical(view[at:end], context)
    return [Mention(at, end, rule, confidence, name, _id(name, context), _many(name))]


# Posts and teams go by numbers: "Đồn Biên phòng 741", "Trạm Kiểm ngư số 3".
_POST = re.compile(r"(?:Đồn|Trạm|Đội|Đoàn|Tổ|Hạt|Hải đội|Lữ đoàn|Trung đoàn|Sư đoàn|Bệnh viện|Trường)(?!\w)")
_NUMBERED = re.compile(r"\s+(?:số\s+)?\d{1,4}(?![\w/%.,]*\d)(?!\s*(?:%|người|đồng))")
_SCHEME = re.compile(
    r"Tổ (?:[Cc]ông tác |[Gg]iúp việc )?(?:chuyên trách(?: [[:lower:]]+){1,6}|(?:thực hiện )?Đề án \d+)(?:\s+của\s+(?:Bộ|Thủ tướng Chính phủ|Chính phủ|tỉnh|thành phố|Ủy ban nhân dân(?: tỉnh| thành phố)?))?"
)
_KIND_OF_PLACE = re.compile(
    rf"\s+(?:biên giới|ven biển|miền núi|Tây Nguyên|miền Trung|trọng điểm|phía Bắc|phía Nam|nêu trên|nói trên|(?:vùng|khu vực|miền|phía) {_PROPER}"
    rf"|(?:có|giáp)(?: [[:lower:]]+){{1,5}}(?: {_PROPER})?(?=\s*[,:;]))(?!\w)"
)


def _many(name: str) -> bool:
    """Whether the name is of many bodies of one kind ("Ủy ban nhân dân các quận, huyện", "Công an cấp xã")."""
    return bool(re.search(r"\s(?:các|cấp)\s", name) and not re.match(r"Ban [Qq]uản lý|Hội|Liên hiệp", name))


def _listed_places(view: str, at: int, words: str, position: int, context: Context) -> list[Mention]:
    """ "Ủy ban nhân dân các tỉnh, thành phố: Hà Tĩnh, Huế": one body a place, with its type from the register."""
    mentions: list[Mention] = []
    start = at
    item = re.compile(r"(?:(?:tỉnh|thành phố)\s+)?(" + _PROPER + r")")
    while True:
        found = item.match(view, position)
        place = register().province(found[1], on=context.signed) if found else None
        if found is None or place is None:
            break
        type_ = place.type
        official = register().official(words.strip())
        name = (
            f"{official} {place.name}" if re.match(r"(Tỉnh|Thành) ủy", official) else f"{official} {type_} {place.name}"
        )
        mentions.append(Mention(start, found.end(), "listed places", 0.9, name, _id(name, context), False))
        gap = re.compile(r"\s*(?:,|;|và)\s*(?=(?:tỉnh|thành phố)?\s*[[:upper:]])").match(view, found.end())
        if not gap:
            break
        start = position = gap.end()
    return mentions


_ITEM = rf"(?!(?:{_CHIEF}|{'|'.join(map(re.escape, _HEADS))})(?!\w))(?:{_PLACE_KIND}\s+)?{_PROPER}"
_PLACES_OF_KIND = re.compile(
    rf"\s+(?:các\s+)?(?P<kind>{_PLACE_KIND})(?:(?:\s*,\s*(?:{_PLACE_KIND}))*\s*:\s*|(?<=các\s{{1,2}}(?:huyện|quận|xã|phường|thị trấn|đặc khu))\s+)(?P<items>{_ITEM}(?:\s*(?:,|;|và)\s*(?:các\s+)?{_ITEM})*)"
)


def _named_places(view: str, at: int, end: int, match: re.Match[str]) -> list[Mention]:
    """ "UBND các huyện: Suối A, Đá B và thị xã C": one body a place, of the list's kind unless the item has its own."""
    official = register().official(view[at:end].strip())
    kind = match["kind"].lower()
    mentions: list[Mention] = []
    start = at
    for item in re.finditer(rf"(?:(?P<own>{_PLACE_KIND})\s+)?(?P<name>{_PROPER})", match["items"]):
        stop = match.start("items") + item.end()
        name = f"{official} {(item['own'] or kind).lower()} {item['name']}"
        mentions.append(
            Mention(
                start if not mentions else match.start("items") + item.start(),
                stop,
                "named places",
                0.88,
                name,
                None,
                False,
            )
        )
    return mentions


def _local_bodies(view: str, at: int, end: int, match: re.Match[str], context: Context) -> list[Mention]:
    """ "UBND các huyện, thị xã Đức Phổ và thành phố Quảng Ngãi": a named place is a body of its own, the rest is one group."""
    official = register().official(view[at:end].strip())
    items = re.findall(rf"(?:các\s+)?({_PLACE_KIND})(?:\s+({_PROPER}))?", match["items"])
    named = [(kind, place) for kind, place in items if place]
    plain = [kind.lower() for kind, place in items if not place]
    mentions: list[Mention] = []
    if plain:
        each = "các " if match["items"].lower().startswith("các") else ""
        name = f"{official} {each}{', '.join(plain)}"
        stop = match.end() if not named else view.index(named[0][0], end) - 1
        if not named:
            further = re.compile(
                rf"\s+(?:trực thuộc (?:Trung ương|TW)|ven biển|miền núi|biên giới|trọng điểm|trong tỉnh|(?:vùng|khu vực|miền|phía) {_PROPER}"
                r"|(?:có|giáp)(?: [[:lower:]]+){1,4}(?=\s*[,:;]|\s+(?:chỉ đạo|tổ chức|chủ động|phối hợp|có trách nhiệm|triển khai|rà soát)))(?!\w)"
            ).match(view, stop)
            if further:
                name, stop = name + view[further.start() : further.end()], further.end()
        mentions.append(Mention(at, max(stop, end + 1), "local bodies", 0.92, name, group_id(name), True))
    position = end
    for kind, place in named:
        begin = view.index(f"{kind}", view.index(place, position) - len(kind) - 2) if place in view[position:] else end
        stop = view.index(place, begin) + len(place)
        mentions.append(
            Mention(
                at if not mentions else begin,
                stop,
                "local bodies",
                0.9,
                f"{official} {kind.lower()} {place}",
                None,
                False,
            )
        )
        position = stop
    return mentions


# Words of names that need an object after them, in lower case: "Quản lý | thị trường".
_NEEDS_OBJECT = re.compile(
    r"(?:Quản lý|Phát triển|Bảo vệ|Kiểm soát|Xúc tiến|Phòng chống|Kiểm định|Đăng ký|Dịch vụ|Hỗ trợ|Cung ứng|Khai thác|Đầu tư)$"
)


def _shape_end(view: str, position: int, *, small: bool = False) -> int | None:
    """Where a name ends that goes on at `position`, by word shape; None if no name goes on there. `small`: of a small unit."""
    end: int | None = None
    i = position
    while True:
        match = re.compile(r"[ \t]*(\w+(?:[&.]\w+)*)").match(view, i)
        if (
            end is not None
            and view[max(position, i - 5) : i].lower() == "phòng"
            and (against := re.compile(r",\s*[Cc]hống(?!\w)").match(view, i))
        ):
            i = end = against.end()  # "Cục Phòng, chống …"
            while (lower := re.compile(r"[ \t]+([[:lower:]]+)(?!\w)").match(view, i)) and not (
                begins_predicate(view, i) or _STOP_WORDS.match(view, i) or _TAIL.match(view, i)
            ):
                i = end = lower.end()
            continue
        connector = re.compile(r"\s*(-|–|&|,|và|/)\s*(?=[[:upper:]])").match(view, i)
        if connector and end is not None:
            word = connector[1]
            after = connector.end()
            if _HEAD.match(view, after) or _CHIEFS.match(view, after) or word == ",":
                return end
            i = after
            match = re.compile(r"(\w+(?:[&.]\w+)*)").match(view, i)
        if not match:
            return end
        start, token = match.start(1), match[1]
        if token[0].isupper():
            if end is None and token in ("Các", "Chủ"):
                return None
            end = match.end(1)
        elif (
            end is not None
            and (continues_word(view, start) or re.match(r"-[[:upper:]]", view[match.end(1) :]))
            and not _begins_long_predicate(view, start)
        ):
            end = match.end(1)
        elif end is not None and (tail := _lower_tail(view, i, position, small=small)):
            return tail
        elif (
            end is not None
            and _NEEDS_OBJECT.search(view, position, end)
            and not begins_predicate(view, start)
            and not _STOP_WORDS.match(view, i)
        ):
            end = match.end(1)
            following = re.compile(r" (\w+)").match(view, end)
            if following and continues_word(view, following.start(1)):
                end = following.end(1)
            position = end
        elif end is not None and _lower_bridge(view, i):
            i = _lower_bridge(view, i) or i
            continue
        else:
            return end
        i = match.end(1)


# Heads of small units, whose names often end in lower case: "Vụ Thị trường | trong nước", "Cục Quản lý | công trình thủy lợi".
_SMALL_UNIT = re.compile(
    r"(?:Vụ|Cục|Chi cục|Tổng cục|Phòng|Trung tâm|Ban|Viện|Đài|Hội|Hiệp hội|Hội đồng|Lực lượng|lực lượng|Công ty|Tổng công ty)\s*$"
)


# Words that are verbs of orders and nouns of names alike: nouns where the name visibly ends soon after.
_NOUN_OR_VERB = re.compile(
    r" (?:thông tin|kiểm soát|thống kê|quản lý|đào tạo|thanh tra|kiểm tra|đầu tư|nghiên cứu|phát triển|bảo vệ|thi đua|khen thưởng|chi|thu|giám sát|sử dụng|ứng dụng|phòng, chống)(?!\w)(?! (?:việc|công tác|các|những|chặt chẽ))"
)


def _noun_here(view: str, position: int) -> bool:
    return bool(_NOUN_OR_VERB.match(view, position))


def _lower_tail(view: str, position: int, name_start: int, *, small: bool) -> int | None:
    """The lower-case end of a small unit's name: at most four syllables, and then the name must visibly end."""
    if not small and not _SMALL_UNIT.search(view, max(0, name_start - 14), name_start):
        return None
    i, count = position, 0
    while count < 5:
        begins = _begins_long_predicate if continues_word(view, i + 1) else begins_predicate
        if (
            (begins(view, i) and not _noun_here(view, i))
            or (_STOP_WORDS.match(view, i) and not re.match(r" trong nước", view[i:]))
            or _TAIL.match(view, i)
        ):
            break
        match = re.compile(r" ([[:lower:]]+)(?!\w)").match(view, i)
        if not match:
            break
        if match[1] in ("các", "những", "mọi", "cho"):
            return None
        i = match.end()
        count += 1
    ends = (
        begins_predicate(view, i)
        or _TAIL.match(view, i)
        or (_STOP_WORDS.match(view, i) and not re.match(r"\s*và\s+[[:upper:]]", view[i:]))
        or re.match(r"\s*(?:[-–—,;:.)(\n]|$|và (?:các|Vụ|Cục|Sở|Bộ|Ban))", view[i:])
    )
    return i if count and ends else None


def _lower_bridge(view: str, position: int) -> int | None:
    """A lower-case word inside a name: it is followed by a capital, directly or after "và" ("Quản lý chất lượng Nông lâm sản")."""
    match = re.compile(
        r"\s+((?!và\b)[[:lower:]]+(?:\s+(?!và\b)[[:lower:]]+){0,2})(?=\s+(?:và\s+|-\s+)?[[:upper:]])"
    ).match(view, position)
    if (
        not match
        or (begins_predicate(view, position) and not _noun_here(view, position))
        or _STOP_WORDS.match(view, position)
    ):
        return None
    words = match[1].split()
    if words[-1] in (
        "tỉnh",
        "phố",
        "huyện",
        "quận",
        "xã",
        "phường",
        "khu",
        "và",
        "của",
        "các",
        "với",
        "Trung",
    ) or words[0] in ("tỉnh", "thành", "huyện", "quận", "xã", "phường", "đặc", "thị", "và", "các"):
        return None
    after = re.compile(r"\s+(?:và\s+|-\s+)?").match(view, match.end())
    if after and (_HEAD.match(view, after.end()) or _CHIEFS.match(view, after.end())):
        return None
    return match.end()


_TRADE = re.compile(rf"\s+[[:lower:]]+(?:\s+[[:lower:]]+)?(?=,\s+{_KIND})")
_WHOLE_KINDS = {"chính quyền địa phương", "bộ phận thường trực"}  # says who without more words
_IDIOM = re.compile(r"các cấp, các ngành|các ngành, các cấp|các cấp, ngành", re.IGNORECASE)
# "Ủy ban nhân dân 11 phường": all of them, counted.
_COUNTED = re.compile(
    rf"(?P<body>Ủy ban nhân dân|UBND|Công an|Hội đồng nhân dân|HĐND)\s+(?P<places>\d{{1,3}}\s+{_PLACE_KIND}(?:\s*(?:,|và)\s*(?:\d{{1,3}}\s+)?{_PLACE_KIND})*)(?!\s+[[:upper:]])(?!\w)"
)
# A branch of the administration by its field: "phối hợp với ngành y tế".
_SECTOR = re.compile(
    r"[Nn]gành (?:công thương|y tế|giáo dục(?: và đào tạo)?|nông nghiệp(?: và (?:môi trường|phát triển nông thôn))?|công an|quân đội|tài chính|ngân hàng|xây dựng|giao thông(?: vận tải)?|văn hóa(?:, thể thao và du lịch)?"
    r"|du lịch|tư pháp|nội vụ|thuế|hải quan|kiểm lâm|bưu chính|viễn thông|điện lực|điện|đường sắt|hàng không|thanh tra|lao động|tài nguyên và môi trường|kiểm sát|tòa án|bảo hiểm xã hội)(?:\s+(?:tỉnh|thành phố|quận|huyện|địa phương))?(?!\w)"
)
# "Các Bộ trưởng, Thủ trưởng cơ quan ngang Bộ, Thủ trưởng cơ quan thuộc Chính phủ": heads of office, one group.
_CABINET = re.compile(
    r"[Cc]ác Bộ trưởng,\s+(?:Thủ trưởng\s+)?(?:các\s+)?cơ quan ngang [Bb]ộ(?P<rest>(?:,|\s+và)\s+(?:Thủ trưởng\s+)?(?:các\s+)?cơ quan (?:thuộc|trực thuộc) Chính phủ)?"
)


def _group(view: str, at: int, known: dict[int, int], context: Context) -> list[Mention]:
    """A group at `at`, unless it stands inside a word ("văn bản, cơ quan")."""
    found = _group_here(view, at, known, context)
    return [] if found and continues_word(view, at) else found


def _group_here(view: str, at: int, known: dict[int, int], context: Context) -> list[Mention]:
    start = _GROUP_START.match(view, at)
    if not start:
        return []
    if _is_verb(view, start):
        return []  # "báo cáo"
    determined = bool(start["det"])
    kinds = 1
    end = start.end()
    idiom = _IDIOM.match(view, at)
    if idiom:
        name = _canonical_group(idiom[0], context)
        return [Mention(at, idiom.end(), "group", 0.8, name, group_id(name), True)]
    while True:
        more = _GROUP_NEXT.match(view, end)
        if not more or more["det"] or _is_verb(view, more) or (more["kind"].lower() == "lực lượng" and not determined):
            break
        if _is_own_body(view, more, known):
            break
        kinds += 1
        end = more.end()
    trade = _TRADE.match(view, end) if determined and kinds == 1 else None
    if trade and not begins_predicate(view, end) and not _STOP_WORDS.match(view, end):
        end = trade.end()  # "các doanh nghiệp | viễn thông |, tổ chức, cá nhân"
        while (more := _GROUP_NEXT.match(view, end)) and not more["det"] and not _is_verb(view, more):
            kinds, end = kinds + 1, more.end()
    qualified = False
    while True:
        qualifier = _QUALIFIER.match(view, end)
        if not qualifier:
            break
        qualified = True
        end = qualifier.end()
        more = _GROUP_NEXT.match(view, end)
        if (
            more
            and not more["det"]
            and re.match(r"\s*(?:,|và)\s", more[0])
            and determined
            and not _is_own_body(view, more, known)
        ):
            end = more.end()
    place = re.compile(rf"\s*(?:,|và)\s*(?P<kind>{_PLACE_KIND})\s+(?P<name>{_PROPER})$").search(
        view[at : end + len(m[0])] if (m := re.compile(rf"\s+{_PROPER}").match(view, end)) else ""
    )
    if place and kinds > 1 and determined:  # "các xã, phường, đặc khu Lý Sơn": a named place is a body of its own
        cut = at + place.start()
        name = _canonical_group(view[at:cut], context)
        named_at, named_end = at + place.start("kind"), at + place.end("name")
        return [
            Mention(at, cut, "group", 0.85, name, group_id(name), True),
            Mention(named_at, named_end, "named place", 0.85, view[named_at:named_end], None, False),
        ]
    if determined and kinds == 1 and not qualified and (field_end := _lower_field_end(view, start.start("kind"), end)):
        end, qualified = field_end, True
    of_body = _OF_BODY.match(view, end)
    if of_body:
        shared = _shared_head(view, of_body.end(), context) if determined else []
        if shared and "của" in of_body[0] and re.match(r"(?:các\s+)?(?:đơn vị|cơ quan)", view[at:end], re.IGNORECASE):
            return [replace(shared[0], start=at), *shared[1:]]
        bodies = _named(view, of_body.end(), known, context)
        if bodies and determined and re.match(r"(?:các\s+)?(?:đơn vị|cơ quan)", view[at:end], re.IGNORECASE):
            if "của" in of_body[0]:  # "các đơn vị của Bộ Tài chính" is the ministry, by its units
                return [replace(bodies[0], start=at)]
            end = bodies[0].end
            qualified = True
        elif bodies and determined:
            end = bodies[0].end
            qualified = True
    if (
        determined
        and re.search(r"(?:thành viên|đại diện|cán bộ)$", view[at:end])
        and re.match(r"\s+[[:upper:]]", view[end:])
    ):
        bodies = _named(view, end + 1, known, context)
        if bodies:
            end, qualified = bodies[0].end, True
    if not determined and kinds < 2 and not qualified and view[at:end].lower() not in _WHOLE_KINDS:
        return []
    if (
        not determined
        and view[at].islower()
        and kinds < 2
        and not re.match(r"(?:đơn vị|cơ quan|sở|ngành|địa phương|chính quyền|lực lượng)", view[at:])
    ):
        return []
    if determined:
        end = _free_qualifier(view, end)
    words = view[at:end]
    if re.fullmatch(
        r"(?:các|mọi|những|mỗi|từng)\s+(?:cấp|tổ|đội|ban|bản|đài|báo|hội|quỹ|trường|trạm|cán bộ|thành viên|chủ thể)",
        words,
        re.IGNORECASE,
    ) and words.lower() not in ("các cấp", "các trường", "các ban"):
        return []
    name = _canonical_group(words, context)
    return [Mention(at, end, "group", 0.85 if qualified or kinds > 1 else 0.75, name, group_id(name), True)]


# A long qualifier before "có trách nhiệm": "các tổ chức, cá nhân | khai thác, sử dụng … | có trách nhiệm".
_CHARGED = re.compile(
    r"(?:(?!chủ trì|phối hợp|báo cáo|chỉ đạo|triển khai|các |Chủ tịch|Giám đốc|Thủ trưởng|UBND|Ủy ban|Sở )[^.;:\n]){1,110}?(?=\s+(?:có trách nhiệm|có nhiệm vụ|chịu trách nhiệm))"
)


# What a body is for, in words that could also order: "các cơ quan | đăng ký đầu tư |:", "các sở | quản lý quy hoạch | và Ủy ban …".
_MODIFIED = re.compile(
    r"\s+(?:đăng ký|quản lý|phụ trách|chủ trì giải quyết|khai thác|sử dụng|vận hành|cung cấp|sản xuất|kinh doanh|đầu tư|tham mưu|thu|cấp phép|giải quyết|được giao|có chức năng)\s+"
    r"(?:(?!(?:chặt chẽ|tốt|hiệu quả|nghiêm|theo|để|trên|trong|tại|cho)(?!\w))[[:lower:]]+(?!\w)\s*){1,7}?(?=:|\s*\n|\s*$|(?:,|\s+và)\s+(?:[Cc]ác\s|(?:Ủy ban|UBND|Sở|Công an|Chủ tịch|Giám đốc|Thủ trưởng)\b)"
    r"|\s+(?:chủ trì|chủ động|có trách nhiệm|chịu trách nhiệm|phối hợp|khẩn trương|thường xuyên|tăng cường|rà soát|tập trung|nghiêm túc|phải)(?!\w))"
)


_TASKED = re.compile(
    r"\s+được (?:phân công|giao|giao nhiệm vụ)(?:[^.;:\n]){1,110}?(?=\s+(?:có trách nhiệm|có nhiệm vụ|chịu trách nhiệm))"
)


def _is_verb(view: str, more: re.Match[str]) -> bool:
    """Whether what looks like a kind begins a longer verb: "báo | cáo", not "tổ chức"."""
    verb = _verbs().match(view, more.start("kind"))
    return bool(verb and verb.end() > more.end("kind"))


def _lower_field_end(view: str, kind_at: int, end: int) -> int | None:
    """The end of a field of work in lower case after a group's kind: "các sở | giáo dục và đào tạo"."""
    if not re.match(r"(?:sở|bộ|phòng|cục|chi cục)$", view[kind_at:end], re.IGNORECASE):
        return None
    best = None
    for match in re.finditer(r"(?<=\w)(?=[\s,;:.)]|$)", view[end : end + 60]):
        words = view[end : end + match.start()].strip()
        if words and words[0].islower() and register().lookup(f"{view[kind_at:end]} {words}"):
            best = end + match.start()
    return best


def _free_qualifier(view: str, end: int) -> int:
    """A group's own qualifier in free words, up to the verb: "các đơn vị | cấp nước sạch …", at most eight syllables."""
    tasked = _TASKED.match(view, end)
    if tasked:
        return tasked.end()
    charged = _CHARGED.match(view, end)
    if charged:
        return charged.start() + len(re.sub(r"\s*,?\s(?:theo|căn cứ|trong phạm vi)\s.*$", "", charged[0], flags=re.S))
    modified = _MODIFIED.match(view, end)
    if modified:
        return modified.end()
    i, taken = end, 0
    while taken < 8:
        if begins_predicate(view, i) or _STOP_WORDS.match(view, i):
            break
        match = re.compile(r"[ \t]+(?!các\s)(\w+)").match(view, i)
        if not match:
            break
        i = match.end()
        taken += 1
    follows = view[i : i + 1]
    # Free words count only where a verb or the end of the clause follows them; otherwise they are the sentence itself.
    if taken and (begins_predicate(view, i) or follows in (":", "\n", "") or re.match(r"\s+có trách nhiệm", view[i:])):
        return i
    if taken and taken <= 4 and follows in (",", ";", "."):
        return i
    return end


def _is_own_body(view: str, more: re.Match[str], known: dict[int, int]) -> bool:
    at = more.start("kind")
    if more["det"]:
        return True
    if re.match(r"[[:upper:]]\w*\s+[[:upper:]]\w", more["kind"]):
        return True  # "… và | Ban Chỉ đạo chuyển đổi số tỉnh"
    word = view[at : at + 1]
    return word.isupper() and (
        at in known
        or bool(re.match(r"\s+(?!Thành phố|Tỉnh|Huyện|Quận|Xã|Phường)[[:upper:]]", view[more.end("kind") :]))
    )


def _canonical(words: str, context: Context) -> str:
    """Abbreviations written out, official spelling; the issuer itself is completed by its place."""
    name = register().official(re.sub(r"\s+", " ", words).strip())
    name = re.sub(r"\b(Chi|Tổng) Cục\b", r"\1 cục", name)
    name = re.sub(
        r"\bPTNT\b", "Phát triển nông thôn", re.sub(r"\bTB\s*(?:&|và)\s*XH\b|\bTBXH\b", "Thương binh và Xã hội", name)
    )
    name = re.sub(r"\b(Tỉnh|Thành phố|Huyện|Quận|Xã|Phường)$", lambda m: m[0].lower(), name)
    for issuer in (context.issuer, context.superior):
        if not issuer:
            continue
        same = spelling.key(issuer)
        bare = spelling.key(name)
        if issuer == context.issuer and re.fullmatch(rf"{re.escape(bare)} (?:tỉnh|thành phố) .+", same) and " " in bare:
            return issuer
        if same.startswith(bare + " ") and re.fullmatch(
            r"(?:ủy ban nhân dân|hội đồng nhân dân|tỉnh ủy|thành ủy|ban thường vụ tỉnh ủy|ban thường vụ thành ủy)(?: (?:tỉnh|thành phố|huyện|quận|thị xã|xã|phường|đặc khu))?",
            bare,
        ):
            return issuer
    return name


def _canonical_group(words: str, context: Context) -> str:
    name = re.sub(r"\s+", " ", words).strip(" ,;:")
    name = re.sub(rf"(?<=, )(?:{_CHIEF})\s+(?=\w)", "", name)
    name = (
        re.sub(r"\s+-\s+", ", ", name)
        if re.match(r"(?:các\s+)?sở - ngành|(?:các\s+)?quận - huyện", name, re.IGNORECASE)
        else name
    )
    stripped = _OWN_TERRITORY.sub("", name)
    name = stripped if len(stripped.split()) >= 4 else name
    name = register().official(name)
    return name[0].lower() + name[1:] if name else name


def group_id(name: str) -> str:
    return "group:" + re.sub(r"[^a-z0-9]+", "-", spelling.fold(name)).strip("-")


def _id(name: str, context: Context) -> str | None:
    if _many(name):
        return group_id(name)
    return register().agency_id(name, province=context.province, on=context.signed)
