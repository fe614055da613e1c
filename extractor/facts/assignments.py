"""Who acts in a task, and in what role: cues between the agencies of a sentence.

A mention is an actor when a cue makes it one: it is ordered ("giao X"), it is the subject of the order ("X chủ trì …"), it comes after
"phối hợp với", or it receives the result ("báo cáo X", "qua X"). Bodies listed together share the role of the first. Everything else is a
mere mention. Roles missing in a task's own words are inherited from its headings, at last from the addressees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor import patterns as re
from extractor.facts.agencies import Mention, begins_predicate, group_id
from extractor.knowledge import spelling
from extractor.record import AssignmentSource, Role


@dataclass(frozen=True, slots=True)
class RoleFact:
    """An agency in a role. [start, end) are its words in the flow; `rule` names the cue."""

    role: Role
    mention: Mention
    start: int
    end: int
    source: AssignmentSource
    rule: str
    confidence: float
    clause: int = 0  # which clause of the unit named it; leads of different clauses may be different work

    @property
    def key(self) -> str:
        return spelling.key(self.mention.name)


_SENTENCE = re.compile(r"[.;!?…](?=\s+[[:upper:]“\"(+-])|\.(?=\s*$)|;(?=\s)|\n")
_ABBREVIATED = re.compile(r"(?:\b(?:TP|Tp|TT|Q|P|T|ThS|TS|BS|PCT|CT|Mr)|(?:^|\n)\d{1,2})$")

_REACH = (
    1200  # letters of a clause that are looked back over: a list of a thousand bodies must not be read a thousand times
)

# "(i) … (ii) …" inside a paragraph: each begins a clause of its own.
_ENUMERATOR = re.compile(r"\((?:[ivx]{1,4}|\d{1,2}|[a-zđ])\)\s*(?=[[:upper:]])")

# What may stand between two bodies of one list.
_IN_LIST = re.compile(
    r"\s*(?:,|;|và|hoặc|như|gồm|trong đó có|,? (?:nhất|đặc biệt) là(?: với)?|,? trong đó(?: có)?|cùng|cùng với|và các|với|-|–|,\s*và|;\s*và|,\s*với)?\s*(?:lãnh đạo\s+|đại diện\s+)?"
)
_COORDINATE = re.compile(
    r"(?:phối hợp|kết hợp|phối kết hợp|liên kết|cộng tác)(?:\s+(?:chặt chẽ|đồng bộ|thống nhất|thường xuyên|kịp thời|tốt|hiệu quả|tổ chức|triển khai|thực hiện|chặt|có hiệu quả|trao đổi))*(?:[,\s]+(?:với|cùng|cùng với|giữa))?\s*$|"
    r"(?:chủ trì|cùng)\s*,?\s*cùng(?: với)?\s*$|(?:chủ trì\s*,?\s*cùng(?: với)?|cùng với|với sự (?:tham gia|phối hợp) của|cùng sự tham gia của|hiệp đồng với|^\W*Với|^\W*với)\s*$|"
    r"phối hợp[^.;:]{0,25}\s(?:với|cùng)\s*$",
    re.IGNORECASE,
)
_REPORT_VERB = re.compile(
    r"(?<!\w)(?:báo cáo|trình|gửi|tham mưu|đề xuất|kiến nghị|phản ánh|xin ý kiến|thông báo|phản hồi|chuyển|giúp|gửi về|nộp)(?!\w)",
    re.IGNORECASE,
)
_RECEIVER = re.compile(
    r"(?:báo cáo|trình|gửi|tham mưu|đề xuất|kiến nghị|phản ánh|xin ý kiến)(?:\s+(?:cho|với|về|lên|giúp|đến|tới|kịp thời|nhanh|ngay|kết quả|định kỳ|đề xuất|báo cáo|trực tiếp|bằng văn bản|tình hình|thường xuyên|đầy đủ|xin ý kiến|đồng thời))*\s*$|"
    r"(?<!\w)(?:thông qua|qua)(?:\s+(?:cơ quan\s+)?(?:đầu mối|thường trực))?(?:\s+là)?\s*$",
    re.IGNORECASE,
)
_RECEIVER_FAR = re.compile(r"(?<!\w)(?:về|cho|gửi|tới|đến|lên|với|giúp)\s*$", re.IGNORECASE)
_VIA = re.compile(r"[(,]?\s*(?:thông qua|qua)\s*$", re.IGNORECASE)
_ORDER = re.compile(
    r"(?<!\w)(?:giao|yêu cầu|đề nghị|chỉ thị|phân công|giao nhiệm vụ|giao trách nhiệm|ủy quyền|uỷ quyền)(?:\s+(?:cho|đối với|nhiệm vụ cho|trách nhiệm cho|đồng chí))*\s*:?\s*$",
    re.IGNORECASE,
)
_DIRECTS = re.compile(
    r"(?<!\w)(?:chỉ đạo|lãnh đạo|hướng dẫn|đôn đốc|kiểm tra|giám sát|thanh tra|hỗ trợ|vận động|tạo điều kiện(?: thuận lợi)?(?: cho)?|đối với|khuyến khích|yêu cầu|đề nghị|tuyên truyền|nhắc nhở|quản lý|cho phép|giúp|cho|động viên(?: nhân dân và)?|huy động|tập huấn|bồi dưỡng|khen thưởng|bảo đảm cho|"
    r"phối hợp|theo dõi|chấn chỉnh|kiện toàn|thành lập|tổ chức|giao|phân công)\s*$",
    re.IGNORECASE,
)
_ACTS_AFTER = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:chịu trách nhiệm\s+)?(?:làm cơ quan\s+)?(?:chủ trì|là cơ quan (?:chủ trì|đầu mối|thường trực)|làm đầu mối|là đầu mối)(?!\w)",
    re.IGNORECASE,
)
_CHARGED_AFTER = re.compile(r"\s*(?:\([^)]*\)\s*)?,?\s*(?:có trách nhiệm|chịu trách nhiệm|có nhiệm vụ)", re.IGNORECASE)
_COORDINATES_AFTER = re.compile(
    r"\s*(?:cùng\s+)?phối hợp(?:\s+(?:thực hiện|triển khai|tổ chức))?\s*[).;,]?\s*$", re.IGNORECASE
)
_BY = re.compile(r"(?:^|[,;(]\s*|(?<!\w))do\s*$", re.IGNORECASE)
_BY_WORK = re.compile(r"\s*(?:chủ trì|chịu trách nhiệm|đảm nhận|làm chủ trì|đảm nhiệm|phụ trách)", re.IGNORECASE)
# Whoever does this orders others: it is not the one who has to get the work done.
_ORDERS_OTHERS = re.compile(
    r"\s*(?:yêu cầu|giao|đề nghị|chỉ thị|phân công|quyết định|thống nhất|đồng ý|biểu dương|ghi nhận|điện)(?!\w)",
    re.IGNORECASE,
)
_STANDING_BODY = re.compile(r"\s*(?:\([^)]*\)\s*)?[-–]\s*(?:[Cc]ơ quan|[Tt]hường trực|đơn vị|Đơn vị)")
_ADVERBIAL = re.compile(
    r"(?:hàng|hằng|định kỳ|trong|trước|sau|từ|đến|căn cứ|theo|trên cơ sở|để|nhằm|khi|ngoài|tùy|tuỳ|năm|quý|tháng|ngày|đồng thời|riêng|bên cạnh|với|qua|thông qua|đặc biệt|trường hợp|đối với|nếu|do đó|do vậy|vì vậy|vì thế|từ đó|trước mắt|"
    r"trên đây|nhận được|thực hiện|triển khai|hoạt động|các nội dung|chậm nhất|giao)(?!\w)",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(
    r"(?:^|[,:;)”\"–-]|\bthì|\bđồng thời|\bvà|(?<!\w)nếu\s[^.;:]{0,60}(?:khó khăn|vướng mắc|phát sinh|vấn đề mới|cần thiết))\s*$",
    re.IGNORECASE,
)
_MERE_RECEIVERS = re.compile(
    r"(?:các\s+)?(?:cấp có thẩm quyền|cơ quan có thẩm quyền|cấp trên|cơ quan cấp trên|người dân|nhân dân|doanh nghiệp|cấp thẩm quyền|cơ quan thẩm quyền)",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"(?:các |mọi |những |từng )?(?:tổ chức|cá nhân|doanh nghiệp|hộ |người|nhân dân|cơ sở|đối tượng|khách sạn|nhà thầu|chủ |hợp tác xã|cán bộ|thành viên)",
    re.IGNORECASE,
)
_REPORTING_OLD_ORDER = re.compile(r"(?:theo đó|trước đó|đã|tại \S+ (?:số|này)[^,]{0,60},)\s*,?\s*$", re.IGNORECASE)


# A line that ends so was broken within a phrase.
_GOES_ON = re.compile(
    r"(?:,|(?<!\w)(?:Chủ tịch|Giám đốc|Thủ trưởng|Trưởng|Bộ|Sở|Ủy ban|và|các|của|với|theo|tại|về|cho|là|thuộc|để|trong))\s*$"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of the clauses of a unit: split at full stops, semicolons and line ends, not inside abbreviations or numbers."""
    bounds: list[tuple[int, int]] = []
    start = 0
    depth = 0
    for i, char in enumerate(text):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == "\n":
            depth = 0
        if char == "(" and i and i > start and _ENUMERATOR.match(text, i):
            bounds.append((start, i))
            start = i
        if char == "\n" and _GOES_ON.search(text[max(0, i - 24) : i]):
            continue
        if char in ".;!?…\n" and (
            char == "\n"
            or (depth == 0 and _SENTENCE.match(text, i) and not (char == "." and _ABBREVIATED.search(text[:i])))
        ):
            bounds.append((start, i))
            start = i + 1
    bounds.append((start, len(text)))
    return [(s, e) for s, e in bounds if text[s:e].strip()]


def find_roles(
    text: str,
    mentions: Sequence[Mention],
    *,
    offset: int,
    source: AssignmentSource,
    label: bool = False,
    issuer: str | None = None,
) -> list[RoleFact]:
    """The roles in a unit's words (or in a heading's: `label`), at most one for a body and role.

    `mentions` are the agencies in `text`; `offset` moves their places into the flow. The `issuer` orders, it is not ordered.
    """
    facts: list[RoleFact] = []
    about = _ABOUT.match(text) if label else None
    if about:  # "Đối với Sở Y tế", "Trách nhiệm của các trường học": whom the section is about
        text = " " * about.end() + text[about.end() :]
        mentions = [m for m in mentions if m.start >= about.end()]
    if label and (about or not text.rstrip().endswith(":")) and (whole := _whole_group(text, mentions)):
        begin, name = whole
        mention = Mention(begin, begin + len(name), "unnamed", 0.7, name, group_id(name), True)
        return [RoleFact("lead", mention, begin + offset, begin + len(name) + offset, source, "label", 0.75)]
    if label and (title := _body_title(text)):
        begin, name = title
        mention = Mention(begin, begin + len(name), "unnamed", 0.7, name[0].lower() + name[1:], group_id(name), True)
        return [RoleFact("lead", mention, begin + offset, begin + len(name) + offset, source, "label", 0.7)]
    orderers = frozenset(m.end for m in mentions if _is_orderer(text, m, issuer))
    for number, (start, end) in enumerate(_joined(text, sentences(text), mentions)):
        inside = [m for m in mentions if start <= m.start < end and m.end not in orderers]
        found = _clause(text, start, end, inside, number, offset, source, label and number == 0, orderers)
        if not any(f.role == "lead" for f in found):
            found = [*_unnamed_subject(text, start, end, inside, number, offset, source), *found]
        facts += found
    own = spelling.key(issuer) if issuer else None
    return _once([f for f in facts if not (f.role == "lead" and f.key == own and f.rule not in ("acts", "label"))])


# Who is no office and is ordered all the same: owners, masters, members, the public; the head nouns of such subjects.
_BODY_NOUN = (
    r"(?:chủ(?! trương| đề| động| trì| yếu| tịch)|người|hộ|nhà|tổ chức|cá nhân|doanh nghiệp|cơ sở|đơn vị|cơ quan|trường(?! hợp)|bệnh viện|thuyền (?:trưởng|viên)|lái xe|lái tàu|học sinh|sinh viên|giáo viên"
    r"|cán bộ|công chức|viên chức|đảng viên|hội viên|đoàn viên|công dân|lực lượng|hội đồng|ban|tổ|đội|công ty|tổng công ty|tập đoàn|hợp tác xã|bến|cảng|chợ|khách sạn|ngân hàng|hiệp hội|cộng đồng|gia đình"
    r"|nhân dân|thí sinh|phụ huynh|khách hàng|thành viên|trưởng|phó|đại lý|nhà thầu|cửa hàng|phòng|trạm|trung tâm|tiểu ban|bộ phận|ngành|địa phương|cấp ủy|chính quyền)"
)
_UNNAMED = re.compile(
    rf"\s*[“\"'–+*-]*\s*(?P<who>(?:(?:tất cả(?: các)?|các|mọi|những|từng|toàn thể)\s+)?{_BODY_NOUN}(?!\w)(?:(?!\b(?:có trách nhiệm|chịu trách nhiệm|có nhiệm vụ|phải)\b)[^.;:\n]){{0,110}}?)"
    r"(?:\s*,)?\s*(?::(?=\s|$)|(?<=\s)(?:có trách nhiệm|chịu trách nhiệm|có nhiệm vụ|phải)(?!\w))",
    re.IGNORECASE,
)
_PERSON_NOUN = re.compile(
    r"(?:chủ|người|thuyền|lái|học sinh|sinh viên|giáo viên|thí sinh|phụ huynh|[^,]{0,20}viên\b|trưởng|phó)",
    re.IGNORECASE,
)


# The same before any verb of an order, for heads that say without more words that somebody is meant.
_ACTOR = re.compile(
    r"\s*[“\"'–+*-]*\s*(?P<who>(?:(?:[Tt]ất cả(?: các)?|[Cc]ác|[Mm]ọi|[Tt]oàn thể)\s+)?(?:[Hh]ội đồng (?:quản trị|thành viên|quản lý|trường)|[Bb]an (?:giám đốc|giám hiệu|quản trị|điều hành|lãnh đạo)|[Cc]hủ (?:bến|đầu tư|cơ sở|phương tiện"
    r"|tàu|hộ|rừng|nhà|công trình|sử dụng|doanh nghiệp)|[Nn]gười (?:đứng đầu|lao động|dân|sử dụng|lái)|[Dd]oanh nghiệp|[Cc]ơ quan|[Cc]ấp (?:tỉnh|huyện|xã|ủy)|[Nn]hà (?:thầu|đầu tư|trường)|[Vv]iện|[Tt]rường(?! hợp)|[Bb]ệnh viện)(?!\w)[^.;:\n]{0,90})"
)


def _acting(text: str, start: int, end: int) -> re.Match[str] | None:
    """A subject that runs up to the first verb: "Doanh nghiệp viễn thông | bảo đảm …"; at most eight words, no comma before the verb."""
    match = _ACTOR.match(text, start, end)
    if match is None:
        return None
    for word in re.finditer(r"\s+(?=\w)", match["who"]):
        at = match.start("who") + word.start()
        if word.start() and begins_predicate(text, at) and len(match["who"][: word.start()].split()) >= 2:
            who = text[match.start("who") : at]
            if "," in who or len(who.split()) > 8:
                return None
            return re.compile(r"\s*[“\"'–+*-]*\s*(?P<who>.+)", re.S).match(text, start, at)
    return None


def listed_bodies(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Members of a bare list of bodies (a table's cell, after "phối hợp với") that no grammar knows, by their head noun."""
    found = []
    for item in re.finditer(r"[^,;\n]+?(?=\s*(?:[,;\n]|\s+và\s|$))", text):
        words = re.sub(r"^\s*(?:và\s+)?", "", item.group()).rstrip(" .")
        start = item.start() + item.group().index(words) if words else item.end()
        if any(m.start < start + len(words) and start < m.end for m in mentions) or not 1 <= len(words.split()) <= 10:
            continue
        if re.match(rf"(?:các\s+|những\s+)?{_BODY_NOUN}(?!\w)", words, re.IGNORECASE):
            name = words[0].lower() + words[1:]
            found.append(Mention(start, start + len(words), "unnamed", 0.6, name, group_id(name), True))
    return found


_TITLE = re.compile(
    r"\s*(?P<name>(?:các\s+)?(?:cơ quan|đơn vị|doanh nghiệp|cơ sở)(?!\w)[^,;:.()\n]+?)\s*(?:\([^()]*\)\s*)?$",
    re.IGNORECASE,
)


# What a heading says before whom it is about.
_ABOUT = re.compile(
    r"\s*(?:(?:Đối với|Về phía|Trách nhiệm của|Nhiệm vụ(?:,? quyền hạn)?(?: và quyền hạn| và trách nhiệm)? của|Phân công)\s+)(?=\S)",
    re.IGNORECASE,
)


def _whole_group(text: str, mentions: Sequence[Mention]) -> tuple[int, str] | None:
    """A heading's group with all that it says of it: "các đơn vị | tại trụ sở chính …", unless it names several bodies."""
    line = text.split("\n")[0]
    name = re.sub(r"\s*\([^()]*\)|\s*,?\s(?:theo|căn cứ|trong phạm vi)\s.*$", "", line).strip(" .:;")
    begin = len(text) - len(text.lstrip())
    if not re.match(r"các\s", name, re.IGNORECASE) or len(name.split()) > 18 or line.find("(") >= 0:
        return None
    inside = [m for m in mentions if m.start < begin + len(name)]
    several = any(re.search(r"(?:\bvà|,|;)\s+$", text[: m.start]) for m in inside[1:])
    covered = inside and inside[0].start <= begin and inside[0].end >= begin + len(name)
    if several or covered or re.search(r"\s(?:có trách nhiệm|chủ trì|thực hiện|phối hợp)(?!\w)", name):
        return None
    return begin, name[0].lower() + name[1:]


def _body_title(text: str) -> tuple[int, str] | None:
    """A heading that is nothing but whom it is about, by what they are for: "Cơ quan chủ trì giải quyết thủ tục (Sở X, …)"."""
    match = _TITLE.match(text)
    if match is None or not 4 <= len(match["name"].split()) <= 12:
        return None
    name = match["name"]
    if re.search(
        r"(?:thực hiện|triển khai|liên quan|trực thuộc|có trách nhiệm|phối hợp)(?: với)?$|\s(?:và|với)\s", name
    ) or not any(begins_predicate(name, w.start()) for w in re.finditer(r"\s+(?=\w)", name)):
        return None
    return match.start("name"), name


def _unnamed_subject(
    text: str, start: int, end: int, mentions: Sequence[Mention], number: int, offset: int, source: AssignmentSource
) -> list[RoleFact]:
    """Who is ordered at the clause's start though it is no office: "Chủ giếng, người coi giếng có trách nhiệm …", "Cơ quan kiểm nghiệm: …"."""
    match = _UNNAMED.match(text, start, end) or _acting(text, start, end)
    if match is None:
        return []
    who, at = match["who"].rstrip(" ,"), match.start("who")
    if text[match.end() - 1] == ":" and (number or len(who.split()) > 12):
        return []
    cued = text[match.end() - 1] != ":"
    plain_body = (
        cued
        and "," not in who
        and re.match(r"(?:các\s+)?(?:cơ quan|đơn vị|tổ chức|doanh nghiệp)\s", who, re.IGNORECASE)
    )
    who = re.sub(r"\s*\([^()]*\)\s*$", "", who)
    named = any(not m.group and m.start < at + len(who) for m in mentions)
    verbs = [w for w in re.finditer(r"(?<!\S)(?=\S)", who) if w.start() and begins_predicate(who, w.start())]
    aside = re.search(r"\b(?:nào|để|khi|nếu|mà|không|chưa|đã|bị)\b", who)
    if named or aside or len(who.split()) > 18 or (len(verbs) > 1 and cued and not plain_body):
        return []
    parts = [
        (m.start(), m.end())
        for m in re.finditer(
            r"[^,]+?(?=\s*(?:,|\s+và\s|$))", re.sub(r"\s+và\s", lambda m: "," + " " * (len(m[0]) - 1), who)
        )
    ]
    several = len(parts) > 1 and all(_PERSON_NOUN.match(who[a:b].strip()) for a, b in parts)
    facts = []
    for a, b in parts if several else [(0, len(who))]:
        words = re.sub(r"^và\s+", "", who[a:b].strip())
        name = words[0].lower() + words[1:]
        begin = at + who.index(words, a)
        mention = Mention(begin, begin + len(words), "unnamed", 0.6, name, group_id(name), True)
        facts.append(
            RoleFact(
                "lead", mention, begin + offset, begin + len(words) + offset, source, "unnamed subject", 0.6, number
            )
        )
    return facts


def _joined(text: str, bounds: Sequence[tuple[int, int]], mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    """Clauses with lists of bodies put together again: "các sở, ngành; | cơ quan báo chí"."""
    ends, starts = {m.end for m in mentions}, {m.start for m in mentions}
    joined: list[tuple[int, int]] = []
    for start, end in bounds:
        if joined and text[joined[-1][1] : joined[-1][1] + 1] == ";":
            before = len(text[: joined[-1][1]].rstrip())
            after = start + len(text[start:]) - len(text[start:].lstrip())
            if before in ends and after in starts:
                joined[-1] = (joined[-1][0], end)
                continue
        joined.append((start, end))
    return joined


def _is_orderer(text: str, m: Mention, issuer: str | None) -> bool:
    """Whether a mention is the body that orders here: "Ủy ban nhân dân tỉnh yêu cầu …", "Bộ trưởng giao …"."""
    if not _ORDERS_OTHERS.match(text, m.end) or _RECEIVER.search(text[: m.start]):
        return False
    return issuer is None or spelling.key(m.name) == spelling.key(issuer) or m.chief


def _clause(
    text: str,
    start: int,
    end: int,
    mentions: Sequence[Mention],
    number: int,
    offset: int,
    source: AssignmentSource,
    label: bool,
    orderers: frozenset[int],
) -> list[RoleFact]:
    facts: list[RoleFact] = []
    role: Role | None = None  # the role of the list that the last mention belongs to
    rule = ""
    confidence = 0.0
    led = False
    persons_direct = False
    last_end = start
    for i, m in enumerate(mentions):
        gap = text[last_end : m.start]
        so_far = text[max(start, m.start - _REACH) : m.start]
        listed = i > 0 and (bool(_IN_LIST.fullmatch(gap)) or (role is not None and _unknown_member(gap)))
        in_parentheses = so_far.count("(") > so_far.count(")")
        follow = _list_end(text, mentions, i)
        if listed and not (role is None and not facts):
            # A new subject after ", " that acts on its own ("X …, Y chủ trì") is not in the list.
            if (
                role not in ("lead", None)
                and _ACTS_AFTER.match(text, follow)
                and not _IN_LIST.fullmatch(text[last_end : m.start].strip(" ,") or ",")
            ):
                role, rule, confidence = "lead", "acts", 0.9
        elif listed:
            pass
        else:
            role, rule, confidence = _cue(
                text,
                start,
                m,
                i,
                mentions,
                gap,
                so_far,
                follow,
                led=led,
                first=i == 0,
                label=label,
                in_parentheses=in_parentheses,
                before=role,
                orderers=orderers,
            )
        if listed and role in ("lead", "coordinate"):
            facts += _unknown(text, last_end, m.start, role, rule, number, offset, source)
        if role == "report_to" and (_MERE_RECEIVERS.fullmatch(m.name) or re.match(r"(?:từng|mỗi|mọi) ", m.name)):
            pass
        elif role is not None:
            facts.append(
                RoleFact(
                    role,
                    m,
                    m.start + offset,
                    m.end + offset,
                    source,
                    rule,
                    min(confidence, m.confidence + 0.05),
                    number,
                )
            )
            after = mentions[i + 1].start if i + 1 < len(mentions) else end
            if (
                role == "coordinate"
                and not _IN_LIST.fullmatch(text[m.end : after])
                and not _unknown_member(text[m.end : after])
            ):
                facts += _unknown(text, m.end, after, role, rule, number, offset, source)
            led = led or role == "lead"
        if m.person and label and role == "lead":
            persons_direct = True
        last_end = m.end
    if persons_direct and re.search(r"chỉ đạo\s*:?\s*(?:$|[[:upper:]])", text[start:end]):
        facts = _supervised(text, start, end, facts)
    return facts


def _supervised(text: str, start: int, end: int, facts: Sequence[RoleFact]) -> list[RoleFact]:
    """ "Thứ trưởng A … chỉ đạo (Vụ X chủ trì …):": the deputy follows up, the body that is named after leads."""
    changed: list[RoleFact] = []
    for fact in facts:
        if fact.role == "lead" and fact.mention.person:
            changed.append(replace(fact, role="supervise"))
        else:
            changed.append(fact)
    return changed


# A member of a list that nobody knows: "Công an, | Hải quan, | Y tế, | Sở Công Thương".
_MEMBER = re.compile(r"\s*(?:,|và|, và)\s+(?:các\s+)?(?P<words>[^,;.:()\n]{3,70}?)(?=\s*,|\s+và\s)")


def _unknown_member(gap: str) -> bool:
    """Whether between two bodies of a list stand only members that nobody knows, with no verb in them."""
    position = 0
    while match := _MEMBER.match(gap, position):
        words = match["words"]
        if len(words.split()) > 9 or any(
            begins_predicate(words, w.start()) for w in re.finditer(r"(?<!\S)(?=\S)", words)
        ):
            return False
        position = match.end()
    return position > 0 and re.fullmatch(r"\s*(?:,|và|, và)\s*(?:các\s+)?", gap[position:]) is not None


def _unknown(
    text: str, start: int, end: int, role: Role, rule: str, number: int, offset: int, source: AssignmentSource
) -> list[RoleFact]:
    """The members that nobody knows in text[start:end], from a known member on: capitalised names up to a verb."""
    facts: list[RoleFact] = []
    position = start
    while opening := re.compile(r"\s*(?:,|và|, và)\s+(?=[[:upper:]][[:lower:]]*(?!\w))").match(text, position, end):
        stop = i = opening.end()
        while (word := re.compile(r"[ \t]*([^\W\d_][\w-]*)").match(text, i, end)) and not (
            i > opening.end()
            and (begins_predicate(text, i) or re.match(r"\s+(?:và|để|trong|về|theo|khi|tại)\s", text[i:end]))
        ):
            stop = i = word.end()
        words = text[opening.end() : stop]
        ends = begins_predicate(text, stop) or re.match(r"\s*(?:,|và\s)", text[stop:]) is not None
        if not ends or not 1 <= len(words.split()) <= 6 or begins_predicate(text, opening.end()):
            break
        mention = Mention(opening.end(), stop, "unknown member", 0.6, words, None, False)
        facts.append(RoleFact(role, mention, opening.end() + offset, stop + offset, source, rule, 0.6, number))
        position = stop
    return facts


def _list_end(text: str, mentions: Sequence[Mention], i: int) -> int:
    """The end of the list of bodies that begins with mention i."""
    end = mentions[i].end
    for m in mentions[i + 1 :]:
        if not _IN_LIST.fullmatch(text[end : m.start]):
            break
        end = m.end
    return end


def _cue(
    text: str, start: int, m: Mention, i: int, mentions: Sequence[Mention], gap: str, so_far: str, follow: int, *, led: bool, first: bool, label: bool, in_parentheses: bool, before: Role | None, orderers: frozenset[int]
) -> tuple[Role | None, str, float]:  # fmt: skip
    if in_parentheses:
        if re.match(r"\s*là (?:cơ quan )?thường trực", text[m.end : m.end + 30]):
            return None, "apposition", 0.0
        if _ACTS_AFTER.match(text, m.end):
            return "lead", "parentheses", 0.9
        if _COORDINATES_AFTER.match(text[m.end : m.end + 60].split(")")[0]):
            return "coordinate", "parentheses", 0.88
        if _VIA.search(gap):
            return "report_to", "via", 0.9
        if before == "report_to" and re.search(r"[(;–-]\s*$", gap) and _several_inside(text, m, mentions):
            return "report_to", "apposition", 0.7
        if re.search(r"\(\s*$", gap):
            return None, "apposition", 0.0
    if _COORDINATE.search(so_far if i == 0 else gap):
        if re.search(
            r"(?:quy chế|cơ chế|quy trình|nguyên tắc|công tác|sự)\s+phối hợp\s+giữa\s*$", so_far, re.IGNORECASE
        ):
            return None, "mention", 0.0
        return "coordinate", "coordination", 0.93
    if _ACTS_AFTER.match(text, follow) and not re.search(r"(?:của|thuộc)\s*$", gap):
        return "lead", "acts", 0.95
    receiver = _receiver(gap, so_far, first)
    if receiver:
        return receiver
    if _ORDER.search(gap if i else so_far):
        if _REPORTING_OLD_ORDER.search(_ORDER.sub("", so_far).strip() + " ") and re.search(
            r"theo đó", so_far, re.IGNORECASE
        ):
            return None, "old order", 0.0
        duty = re.search(r"(?:phân công|bố trí)\s*$", so_far, re.IGNORECASE) and re.match(r"(?:các )?cán bộ", m.name)
        if (
            duty
            or not _orders_here(text, start, so_far, orderers)
            or (_PUBLIC.match(m.name) and not label and start > 0)
        ):
            return None, "directs", 0.0
        if not led or re.search(
            r"(?:^|[,;:]\s*|đồng thời\s*,?\s*)(?:giao|phân công|đề nghị|yêu cầu)\s*(?:cho\s*)?:?\s*$",
            gap,
            re.IGNORECASE,
        ):
            if led and not re.search(r"giao|phân công", gap, re.IGNORECASE):
                return None, "directs", 0.0
            return "lead", "ordered", 0.94
        return None, "directs", 0.0
    if _BY.search(gap):
        works = _BY_WORK.match(text, follow) or (
            not m.group and re.match(r"\s*(?:bảo đảm|đảm bảo|thực hiện|tổ chức|quản lý)(?!\w)", text[follow:])
        )
        return (
            ("lead", "by", 0.8)
            if works
            and (
                _BY_WORK.match(text, follow)
                or re.search(r"(?:^|[(:]|^\W*riêng\s[^,;]{0,60})\s*do\s*$", so_far, re.IGNORECASE)
            )
            and not re.search(r"(?:phong trào|cuộc vận động|chương trình|dự án|văn bản|hoạt động)[^,;]*$", so_far)
            else (None, "mention", 0.0)
        )
    if _DIRECTS.search(gap):
        if (label or not led) and _CHARGED_AFTER.match(text, follow) and "chỉ đạo" in gap:
            return "lead", "directed and charged", 0.7
        return None, "directs", 0.0
    return _subject(text, start, m, gap, so_far, follow, led=led, label=label)


def _several_inside(text: str, m: Mention, mentions: Sequence[Mention]) -> bool:
    """Whether the parentheses around a mention name several bodies: then they are the receivers, not an apposition."""
    opening, closing = text.rfind("(", 0, m.start), text.find(")", m.end)
    return opening >= 0 and closing >= 0 and sum(opening < other.start < closing for other in mentions) >= 2


def _orders_here(text: str, start: int, so_far: str, orderers: frozenset[int]) -> bool:
    """Whether the order begins the clause, or follows an adverbial; "hướng dẫn, yêu cầu X" within a task orders nobody new."""
    before = _ORDER.sub("", so_far)
    opening = before.strip(' \t“"-–+*')
    if start + len(before.rstrip()) in orderers:
        return True
    if re.search(
        r"(?:hướng dẫn|đôn đốc|kiểm tra|chỉ đạo|tuyên truyền|vận động|nhắc nhở|giám sát)\s*(?:,|và)?$", opening
    ):
        return False
    if not opening or (opening.endswith((",", ";", ":", "(")) and (_ADVERBIAL.match(opening) or len(opening) < 3)):
        return True
    if re.search(r"giao|phân công", so_far[len(opening) :], re.IGNORECASE) and opening.endswith((",", ";", ":")):
        return True
    if opening.endswith("đồng thời"):
        return True
    return bool(_ADVERBIAL.match(opening)) and not begins_predicate(text, start) and len(opening.split()) <= 25


def _receiver(gap: str, so_far: str, first: bool) -> tuple[Role, str, float] | None:
    near = so_far if first else gap
    if _RECEIVER.search(near):
        return "report_to", "report", 0.92
    far = _RECEIVER_FAR.search(near)
    if far:
        verb = next(reversed(list(_REPORT_VERB.finditer(so_far))), None)
        if verb and re.match(
            r"báo cáo|gửi|phản ánh|tham mưu|trình|kiến nghị|đề xuất|nộp|chuyển", verb[0], re.IGNORECASE
        ):
            between = so_far[verb.end() :]
            preposition = far[0].strip().lower()
            strong = bool(re.match(r"báo cáo|gửi|phản ánh|trình|nộp|chuyển", verb[0], re.IGNORECASE))
            if preposition == "với" and not re.match(r"đề xuất|kiến nghị|báo cáo", verb[0], re.IGNORECASE):
                return None
            if preposition in ("cho", "giúp") and (
                (not strong and len(between.split()) > 12) or len(between.split()) > 18
            ):
                return None
            if re.search(r"(?<!\w)không\s+(?:\S+\s+){0,2}$", so_far[: verb.start()]):
                return None
            if re.search(
                r"(?:ý thức|trách nhiệm|quy định|kiến thức|nhận thức|điều kiện|tập huấn|hướng dẫn|hỗ trợ|cung cấp)\s+(?:\S+\s+){0,6}(?:về|cho)\s*$",
                near,
            ):
                return None
            if len(between.split()) <= 40:
                return "report_to", "report far", 0.85 if strong else 0.72
    return None


# The Party's secretary before the committee's chairman, in telegrams.
_SECRETARY = re.compile(
    r"^\s*(?:[Cc]ác\s+)?(?:[Đđ]ồng chí\s+)?Bí thư(?:\s+(?:các\s+)?(?:tỉnh|thành|huyện|đảng) ủy)?(?:\s*,\s*(?:thành|đảng) ủy)*\s*(?:,|và)\s*(?=$)",
    re.IGNORECASE,
)


def _subject(
    text: str, start: int, m: Mention, gap: str, so_far: str, follow: int, *, led: bool, label: bool
) -> tuple[Role | None, str, float]:
    opening = _SECRETARY.sub("", _ENUMERATOR.sub("", so_far.lstrip() + " X").rstrip("X"))
    at_start = not opening.strip(" \t“\"'–-+*")
    after = text[follow : follow + 3].lstrip(" ")
    if at_start and (label or after[:1] in (":", "\n") or (after == "" and label)):
        return "lead", "label", 0.95
    follow = _past_insertion(text, follow)
    acts = (
        begins_predicate(text, follow)
        or _CHARGED_AFTER.match(text, follow)
        or (re.match(r"\s*\(", text[follow:]) and begins_predicate(text, _after_parentheses(text, follow)))
    )
    if at_start and acts:
        return "lead", "subject", 0.93
    if (at_start or _ADVERBIAL.match(so_far.strip())) and not led and _STANDING_BODY.match(text, m.end):
        return "lead", "subject in apposition", 0.8
    if at_start and re.match(r"\s*(?:\([^)]*\)\s*)?(?:-|–)", text[follow:]) and len(text) > follow + 4:
        return "lead", "subject in apposition", 0.8
    if at_start and not m.group and re.match(r"\s+\w", text[follow:]):
        return "lead", "subject without a known verb", 0.7
    if at_start and m.group and re.match(r"\s+\w", text[follow:]) and not _PUBLIC.match(m.name):
        return "lead", "subject without a known verb", 0.62
    if led or not acts:
        return None, "mention", 0.0
    if _GOVERNED.search(so_far) and not re.match(r"\W*Đối với\s", so_far):
        return None, "mention", 0.0
    if re.search(r"(?:để|mà|khi|nơi|của|được|bị|nhằm|giữa|cho|trong đó)\s*(?:có\s*)?$", gap):
        return None, "mention", 0.0
    if not _CLAUSE_START.search(so_far):
        return None, "mention", 0.0
    opening = so_far.strip()
    if _ADVERBIAL.match(opening) and (not _PUBLIC.match(m.name) or len(opening.split()) <= 12):
        return "lead", "subject after an adverbial", 0.85
    if opening.endswith((",", ":", ";")) and not m.group and len(opening.split()) <= 40:
        return "lead", "subject after a clause", 0.72
    if (
        opening.endswith((",", ":"))
        and m.group
        and not _PUBLIC.match(m.name)
        and re.match(r"(?:các\s+)?(?:sở|cơ quan|đơn vị|địa phương|bộ|ban)", m.name, re.IGNORECASE)
    ):
        return "lead", "subject after a clause", 0.66
    return None, "mention", 0.0


# A list that a verb governs goes on: "chỉ đạo, đôn đốc các ngành, | các địa phương triển khai".
_GOVERNED = re.compile(
    r"(?<!\w)(?:chỉ đạo|đôn đốc|hướng dẫn|phối hợp(?: với)?|kiểm tra|giám sát|hỗ trợ|vận động|đối với|với|cho|yêu cầu)\s+(?:[^\s,;:.]+\s+){0,9}[^\s,;:.]+\s*,\s*$",
    re.IGNORECASE,
)


_INSERTION = re.compile(
    r"\s*,?\s*(?:được (?:phân công|giao)|trên cơ sở|theo (?:chức năng|thẩm quyền|nhiệm vụ|phân cấp|đề nghị|đề xuất)|căn cứ|trong phạm vi|đóng (?:tại|trên)|với (?:vai trò|chức năng)|ngoài (?:nhiệm vụ|việc))[^.;:\n]{0,110}?"
    r"(?=,\s*(?:chủ trì|chủ động|phối hợp|tổ chức|có trách nhiệm|xây dựng|thực hiện|triển khai|tham mưu|kịp thời|khẩn trương|rà soát|tập trung)|\s+(?:có trách nhiệm|chịu trách nhiệm))",
    re.IGNORECASE,
)


def _past_insertion(text: str, position: int) -> int:
    """Past one phrase between a subject and its verb: "X, trên cơ sở đề xuất của Y, | chủ trì …"."""
    match = _INSERTION.match(text, position)
    return match.end() if match else position


def _after_parentheses(text: str, position: int) -> int:
    close = text.find(")", position)
    return close + 1 if 0 <= close - position < 120 else position


def _once(facts: Sequence[RoleFact]) -> list[RoleFact]:
    """The same body twice in one role is one assignment, at its first place; a lead is not also a coordinator of itself."""
    seen: set[tuple[str, str]] = set()
    kept: list[RoleFact] = []
    leads = {f.key for f in facts if f.role == "lead"}
    for fact in facts:
        if (fact.role, fact.key) in seen or (fact.role == "coordinate" and fact.key in leads):
            continue
        seen.add((fact.role, fact.key))
        kept.append(fact)
    return kept


def inherit(
    own: Sequence[RoleFact], headings: Sequence[Sequence[RoleFact]], addressees: Sequence[RoleFact]
) -> list[RoleFact]:
    """The unit's roles completed by those of its headings (nearest first), at last by the addressees.

    A body's role in the unit's own words replaces the role that a heading gives it. A heading's lead stands beside an explicit lead
    unless it is a group, or the explicit lead is one of several that the heading names.
    """
    above = next((leads for heading in headings if (leads := [f for f in heading if f.role == "lead"])), [])
    if above and all(_PUBLIC.match(f.mention.name) for f in above):
        own = [f for f in own if f.rule != "unnamed subject"]  # the public again, in other words
    roles = list(own)
    explicit = {f.key for f in own}
    own_leads = [f for f in own if f.role == "lead"]
    led = bool(own_leads)
    own_lead_keys = {f.key for f in own_leads}
    for heading in headings:
        leads = [f for f in heading if f.role == "lead"]
        others = [f for f in heading if f.role != "lead"]
        if leads and not led:
            roles += [f for f in leads if f.key not in own_lead_keys]
            led = True
        elif (
            leads
            and own_leads
            and not any(f.mention.group for f in leads)
            and len(leads) == 1
            and all(f.key != leads[0].key for f in own_leads)
        ) and not _resumes(own_leads):
            roles += [leads[0]]
        if not own_leads or not leads:
            roles += [f for f in others if f.key not in explicit]
        explicit |= {f.key for f in heading}
        if leads:
            own_leads = own_leads or leads
    if not led:
        roles += [replace(f, source="addressees") for f in addressees if f.key not in explicit]
    return _once(roles)


def _resumes(own: Sequence[RoleFact]) -> bool:
    """Whether explicit leads only speak of the heading's lead again, or of the public under it."""
    return all(
        f.mention.group and (_PUBLIC.match(f.mention.name) is not None or f.rule == "unnamed subject") for f in own
    )
