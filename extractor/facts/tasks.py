"""Units become tasks: which unit orders work, which is only a heading, who acts, by when.

A leaf that orders work is a task. A parent that only labels or names who acts is the heading of its children; one that orders something
itself is a task with its own words. A leaf that gives different named bodies different work is split, one task for each lead.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractor import patterns as re
from extractor.facts.agencies import Context, Mention, as_sentence, begins_predicate, find_agencies, group_id
from extractor.facts.aliases import find_aliases, resolve
from extractor.facts.assignments import RoleFact, find_roles, inherit, listed_bodies
from extractor.facts.fact import Range
from extractor.facts.fields import Field, fields_of, leading_field
from extractor.facts.tables import Row, find_rows
from extractor.facts.units import Structure, Unit, annexed_units
from extractor.layout.document import Document

# Headings whose leaves order nothing: purposes, findings, whom it applies to.
_NO_ORDERS = re.compile(
    r"^(?:(?:về\s+)?(?:mục đích|quan điểm|yêu cầu|sự cần thiết|căn cứ|phạm vi|đối tượng|đánh giá tình hình|giải thích từ ngữ|thực trạng|tình hình|đánh giá|kết quả(?! thực hiện nhiệm vụ)|ưu điểm|tồn tại|hạn chế|nguyên nhân|"
    r"những kết quả|một số kết quả|khái quát|đặc điểm|bối cảnh|chủ đề|thời gian|địa điểm|thành phần|nguyên tắc chung|tiêu chí)(?:\s*(?:,|và|-)\s*(?:yêu cầu|phạm vi|đối tượng|nguyên tắc|quan điểm|tình hình|"
    r"kết quả|hạn chế|nguyên nhân|địa điểm|thời gian|mục đích|áp dụng))*(?:\s+(?:chung|áp dụng|điều chỉnh|thực hiện|đạt được|của kế hoạch|xây dựng kế hoạch|ban hành|cơ bản|thời gian qua|kế hoạch|tổ chức|bộ nhận diện.*))*\s*[:.]?)$",
    re.IGNORECASE,
)
# The same at more length: "ĐÁNH GIÁ TÌNH HÌNH THIỆT HẠI", "Kết quả thực hiện Chỉ thị số … trong năm 2024".
_TOLD = re.compile(
    r"^(?:(?:đánh giá|khái quát|một số nét về|nhận định|dự báo)\s+)?(?:tình hình|thực trạng|bối cảnh|kết quả(?!\s+(?:cần|phải|dự kiến|đầu ra|thực hiện nhiệm vụ))"
    r"|(?:những )?(?:tồn tại|hạn chế|khó khăn|ưu điểm)|nguyên nhân)(?![^.;:]*(?:giải pháp|nhiệm vụ|phương hướng|khắc phục|xử lý))[^.;:]{0,90}:?$",
    re.IGNORECASE,
)
# Under these only what is ordered of somebody is work: the rest says where money, goods and places are.
_MEANS = re.compile(
    r"^(?:(?:nguồn\s+)?kinh phí|nguồn (?:lực|vốn|kinh phí|huy động)|dự toán|cơ chế tài chính)\b", re.IGNORECASE
)
_LISTED = re.compile(
    r"^(?:xác định\s+)?(?:các\s+)?(?:khu vực|địa bàn|nhu cầu|đối tượng|thành phần|nguồn|phạm vi|địa điểm|hồ sơ|điều kiện|tiêu chuẩn|danh mục)\b",
    re.IGNORECASE,
)
# "Các nhiệm vụ cụ thể tại Phụ lục kèm theo …": the tasks are there, not here.
_POINTER = re.compile(
    r"^[^.;]{0,90}(?:tại|theo|trong)\s+(?:các\s+)?(?:phụ lục|biểu|danh mục)[^.;]{0,60}[.;]?$", re.IGNORECASE
)
_GOALS = re.compile(r"mục tiêu|chỉ tiêu", re.IGNORECASE)
_EFFECT_ONLY = re.compile(
    r"^(?:chỉ thị|kế hoạch|quyết định|công điện|văn bản|hướng dẫn|nghị quyết|thông báo) này (?:có hiệu lực|(?:được\s+)?(?:phổ biến|ban hành|quán triệt)|thay thế|bãi bỏ)[^;.]*$|^ban hành kèm theo (?:quyết định|văn bản|kế hoạch) này[^;.]*$|^(?:văn phòng [^.;]{0,60})?(?:xin\s+)?(?:trân trọng\s+)?thông báo (?:để|đến|ý kiến)[^;.]*$|^(?:thừa lệnh|thừa ủy quyền)[^;]*thông báo[^;.]*$|^trên đây là (?:kế hoạch|nội dung|chương trình|thông báo|hướng dẫn)[^;.]*$",
    re.IGNORECASE,
)
# A unit whose last words introduce what follows, and headings under which work is ordered.
_HINGE = re.compile(r"(?:sau|sau đây|như sau|dưới đây)\s*:$")
_ORDERS_BELOW = re.compile(
    r"\b(?:mục tiêu|chỉ tiêu|nhiệm vụ|giải pháp|tổ chức thực hiện|phân công|nội dung)\b", re.IGNORECASE
)
_TO_WORK = re.compile(
    r"(?:(?:tập trung|khẩn trương|gấp|ngay|tốt|nghiêm túc|nghiêm|quyết liệt|đồng bộ|có hiệu quả|hiệu quả|trọng tâm|cụ thể|chủ yếu|một số|các|những|gấp|sau|đây|như|nội dung|nhiệm vụ|công việc|giải pháp|biện pháp|hoạt động|khâu|yêu cầu|vấn đề|công tác|"
    r"mục tiêu|chỉ tiêu|việc|thực hiện|triển khai|tổ chức|chỉ đạo|trực tiếp|theo|chức năng|nhiệm vụ|được giao|giao|có|trách nhiệm|nhiệm vụ|cho|yêu cầu|đề nghị|phân công|trong quá trình|phải|cần|và|,|:|;|\.|chủ trì|phối hợp|với|cùng|chặt chẽ|của|mình|thuộc|đối với|về|là|"
    r"lãnh đạo|làm tốt|trong thời gian tới|thời gian tới|trên địa bàn|tỉnh|thành phố)(?!\w)|[,:;.])",
    re.IGNORECASE,
)
# "Phê duyệt Đề án … với nội dung sau:" is the issuer's own act; "Các giải pháp: …, cụ thể như sau:" a label with its reason.
_APPROVES = re.compile(r"(?:Phê duyệt|Phê chuẩn|Thông qua|Ban hành|Công bố)\s[^;]*:$")
_TOPIC = re.compile(
    r"(?:Các|Một số|Những)?\s*(?:giải pháp|nhiệm vụ|nội dung|biện pháp)[^:.;]{0,30}:\s[^;]*(?:cụ thể\s+)?như sau:$",
    re.IGNORECASE,
)
_TOPIC_WORDS = (
    16  # up to so many words before a colon name the topic of the list below; longer ones order something themselves
)
_LABEL_WORDS = 8  # a parent with a colon is a label if not more than these words are left besides names and cues
_END = re.compile(r"\s*[./]+\s*[./]+\s*[\w✓*]{0,6}\s*$")  # "./." and what a pen left after it


@dataclass(frozen=True, slots=True)
class TaskFact:
    """A task: its unit, its words as ranges of the flow, its heading, and who acts."""

    id_part: str
    path: tuple[str, ...]
    heading: str | None
    headings: tuple[str, ...]
    start: int
    end: int
    text: str
    title: str
    roles: tuple[RoleFact, ...]
    confidence: float
    when: tuple[Range, ...]  # where a field block or a table cell says by when
    goal: bool  # an item of a "Mục tiêu / Chỉ tiêu" part


def clean(words: str) -> str:
    """A unit's words in one line; the closing "./." is a full stop."""
    text = re.sub(r"\s+", " ", words).strip()
    return _END.sub(".", text) if re.search(r"/\s*\.?\s*[\w✓*]{0,6}\s*$", text) else text


def find_tasks(
    document: Document,
    structure: Structure,
    *,
    as_read: str,
    context: Context,
    addressees: Sequence[Mention],
    cited: Sequence[Range],
) -> list[TaskFact]:
    """The tasks of the operative part, in reading order. `as_read` is the flow as it was read, which gives the tasks' words;
    `cited` are the ranges of citations in it."""
    builder = _Builder(document, as_read, context, addressees, cited)
    annexed = annexed_units(document)
    numbered = [task for root in (*structure.roots, *annexed) for unit in root.walk() for task in builder.tasks(unit)]
    return _told_apart(numbered + [builder.row(row) for row in find_rows(document) if row.cell("content")])


def _told_apart(tasks: Sequence[TaskFact]) -> list[TaskFact]:
    """Ids made unique where a document prints the same number twice."""
    seen: dict[str, int] = {}
    unique: list[TaskFact] = []
    for task in tasks:
        count = seen[task.id_part] = seen.get(task.id_part, 0) + 1
        unique.append(task if count == 1 else replace(task, id_part=f"{task.id_part}~{count}"))
    return unique


class _Builder:
    def __init__(
        self, document: Document, as_read: str, context: Context, addressees: Sequence[Mention], cited: Sequence[Range]
    ) -> None:
        self.flow = document.flow
        self.as_read = as_read
        self.context = context
        self.aliases = find_aliases(document.flow, context=context)
        self.cited = cited
        self.addressees = [RoleFact("lead", m, m.start, m.end, "addressees", "addressees", 0.75) for m in addressees]
        self._mentions: dict[tuple[int, int], list[Mention]] = {}
        self._roles: dict[tuple[int, int], list[RoleFact]] = {}
        self._heading_roles: dict[int, list[RoleFact]] = {}
        self._labels: dict[int, bool] = {}

    def mentions(self, start: int, end: int) -> list[Mention]:
        key = (start, end)
        if key not in self._mentions:
            taken = [(max(s, start) - start, min(e, end) - start) for s, e in self.cited if s < end and start < e]
            text = self.flow[start:end]
            known = [alias for alias in self.aliases if alias.start <= start]
            self._mentions[key] = resolve(
                text, find_agencies(text, context=self.context, taken=taken), known, taken=taken
            )
        return self._mentions[key]

    def tasks(self, unit: Unit) -> Iterable[TaskFact]:
        text = self.flow[unit.start : unit.end]
        block = self.block_of(unit)
        heads_block = bool(self.fields_below(unit)) and not any(f.kind == "content" for _, f in self.fields_below(unit))
        if not re.search(r"\w{2}", text) or self.is_field(unit):
            return
        if not heads_block and (self.is_label(unit) or not self.orders(unit)):
            return
        start, end = unit.start, unit.end
        own_fields = fields_of(text) if not unit.closing else []
        if own_fields and own_fields[0].kind == "content" and leading_field(text):
            start = unit.start + own_fields[0].start  # "Nội dung: …": the label is no word of the task
        within = [f for f in own_fields if f.kind in ("lead", "coordinate", "who", "when")]
        below = next(
            (f.label_start for f in own_fields if f.kind != "content" and "\n" in text[: f.label_start + 1]), None
        )
        if within and below is not None:
            end = unit.start + below  # the fields in paragraphs of their own below the task are no words of it
        headings = [self.heading_roles(parent) for parent in unit.parents()]
        fields = block + [(unit.start, f) for f in own_fields]
        field_roles = self.field_roles(fields)
        own = [r for r in self.roles(start, end) if not self._in_fields(r, unit.start, own_fields)]
        if any(r.role == "lead" for r in field_roles):  # a field names who acts: a group as subject only repeats it
            own = [r for r in own if not (r.role == "lead" and r.mention.group)]
        when = tuple(
            (base + f.start, base + f.end)
            for base, f in fields
            if f.kind == "when" and (base != unit.start or below is not None)
        )
        pieces = self.split(unit, own) or [(start, end, own)]
        for index, (piece_start, piece_end, roles) in enumerate(pieces):
            words = clean(self.as_read[piece_start:piece_end])
            labels = tuple(
                clean(self.as_read[p.start : p.end]).rstrip(" :.;")
                for p in reversed(list(unit.parents()))
                if self.is_label(p) and not self.is_field(p)
            )
            yield TaskFact(
                id_part="/".join(unit.path) + (f"#{index + 1}" if len(pieces) > 1 else ""),
                path=unit.path,
                heading=" / ".join(labels) or None,
                headings=tuple(clean(self.flow[p.start : p.end]) for p in reversed(list(unit.parents()))),
                start=piece_start,
                end=piece_end,
                text=words,
                title=title_of(words),
                roles=tuple(
                    inherit(
                        roles,
                        [field_roles, *headings] if field_roles else headings,
                        [] if unit.closing and roles else self.addressees,
                    )
                ),
                confidence=self.sureness(unit, roles, headings),
                when=when,
                goal=any(_GOALS.search(self.flow[p.start : p.end][:120]) for p in unit.parents()),
            )

    def row(self, row: Row) -> TaskFact:
        """A row of a task table as a task."""
        content = row.cell("content")
        assert content
        words = clean(self.as_read[content.start : content.end])
        fields = [(0, Field(c.kind, c.start, c.start, c.end)) for c in row.cells]
        return TaskFact(
            id_part="/".join(row.path), path=row.path, heading=row.section, headings=(row.section,) if row.section else (), start=content.start, end=content.end,
            text=words, title=title_of(words), roles=tuple(self.field_roles(fields)), confidence=0.85,
            when=tuple((c.start, c.end) for c in row.cells if c.kind == "when"), goal=False,
        )  # fmt: skip

    def roles(self, start: int, end: int) -> list[RoleFact]:
        key = (start, end)
        if key not in self._roles:
            self._roles[key] = find_roles(
                self.flow[start:end],
                self.mentions(start, end),
                offset=start,
                source="explicit",
                issuer=self.context.issuer,
            )
        return self._roles[key]

    # --- field blocks ----------------------------------------------------------------------------------------------

    def is_field(self, unit: Unit) -> bool:
        """Whether a unit is a field of a task ("b) Cơ quan chủ trì: …"), not a task."""
        field = leading_field(self.flow[unit.start : unit.end])
        if field is None or unit.closing or unit.parent is None:
            return False
        if field.kind == "content":
            return bool(unit.children) and field.end - field.start < 4
        siblings = [leading_field(self.flow[u.start : u.end]) for u in unit.parent.children]
        return any(f and f.kind in ("lead", "coordinate", "who", "when", "content") for f in siblings)

    def fields_below(self, unit: Unit) -> list[tuple[int, Field]]:
        """The fields that the children of a unit are, each with the offset of its text in the flow."""
        found: list[tuple[int, Field]] = []
        for child in unit.children:
            text = self.flow[child.start : child.end]
            if self.is_field(child) or leading_field(text):
                found += [(child.start, f) for f in fields_of(text)]
                found += [
                    (grand.start, Field("who", 0, 0, grand.end - grand.start))
                    for grand in child.children
                    if (f := leading_field(text)) and f.kind == "who"
                ]
        return found if any(f.kind in ("lead", "coordinate", "who", "when") for _, f in found) else []

    def block_of(self, unit: Unit) -> list[tuple[int, Field]]:
        """The fields that apply to a unit: its own children's, or those beside it or beside its parent."""
        below = self.fields_below(unit)
        if below:
            return below
        for holder in unit.parents():
            beside = self.fields_below(holder)
            if beside:
                return [(base, f) for base, f in beside if f.kind != "content"]
        return []

    def field_roles(self, fields: Sequence[tuple[int, Field]]) -> list[RoleFact]:
        roles: list[RoleFact] = []
        for base, field in fields:
            start, end = base + field.start, base + field.end
            if field.kind in ("lead", "coordinate"):
                known = self.mentions(start, end)
                members = sorted([*known, *listed_bodies(self.flow[start:end], known)], key=lambda m: m.start)
                if (
                    len(members) > 1 and not known and not any(m.name.startswith("các ") for m in members)
                ):  # nobody but kinds of actors: one entry
                    first, last = members[0], members[-1]
                    name = clean(self.flow[start + first.start : start + last.end])
                    members = [replace(first, end=last.end, name=name[0].lower() + name[1:], agency_id=group_id(name))]
                roles += [
                    RoleFact(
                        field.kind,
                        m,
                        m.start + start,
                        m.end + start,
                        "heading",
                        "field",
                        min(0.92, m.confidence + 0.05),
                    )
                    for m in members
                ]
            elif field.kind == "who":
                found = find_roles(
                    self.flow[start:end], self.mentions(start, end), offset=start, source="heading", label=True
                )
                roles += found or [
                    RoleFact("lead", m, m.start + start, m.end + start, "heading", "field", 0.85)
                    for m in self.mentions(start, end)
                ]
        return roles

    @staticmethod
    def _in_fields(role: RoleFact, base: int, fields: Sequence[Field]) -> bool:
        return any(base + f.label_start <= role.start < base + f.end for f in fields if f.kind != "content")

    # --- what a unit is ---------------------------------------------------------------------------------------------

    def is_label(self, unit: Unit) -> bool:
        """Whether a parent only labels, or only names who acts."""
        known = self._labels.get(id(unit))
        if known is None:
            known = self._labels[id(unit)] = self._is_label(unit)
        return known

    def _is_label(self, unit: Unit) -> bool:
        if not unit.children:
            return False
        text = self.flow[unit.start : unit.end].strip()
        if self.mentions(unit.start, unit.end) and self._residue(unit) <= 2:
            return True  # nothing but who acts, though over several lines or without a colon
        if _APPROVES.match(text) or _TOPIC.match(text):
            return True
        if "\n" in text:
            # A label and a paragraph that only leads to the list: "II. NHIỆM VỤ ⏎ … thực hiện các nội dung sau:"
            first, _, rest = text.partition("\n")
            last = rest.rsplit("\n", 1)[-1]
            if (
                not re.search(r"[.;:]\s*$", first)
                and _HINGE.search(last)
                and re.search(r"(?<!\w)(?:yêu cầu|chỉ thị|giao|đề nghị)(?!\w)", last)
            ):
                return True  # a preamble of the section's own
            return (
                not re.search(r"[.;:]\s*$", first) and "\n" not in rest and bool(_HINGE.search(rest)) and len(rest.split()) <= 60
                and not re.search(r"[.;]\s+[[:upper:]]", rest)
            )  # fmt: skip
        if not re.search(r"[:.;,]\s*$", text):
            return len(text.split()) <= 90 and ";" not in text
        if text.endswith((".", ";")):
            return len(text.split()) <= 6 and not begins_predicate(text, 0)
        if not _has_order(text) or (len(text.split()) <= _TOPIC_WORDS and not self.mentions(unit.start, unit.end)):
            return True
        return self._residue(unit) <= _LABEL_WORDS and not re.search(
            r"chịu trách nhiệm\s+(?:toàn diện|chính|về|trước)|(?<!\w)(?:gửi|nộp)\s+(?:báo cáo|kết quả|hồ sơ)",
            text,
            re.IGNORECASE,
        )

    def _residue(self, unit: Unit) -> int:
        """How many words of a parent are neither names nor cues that only introduce the list."""
        text = self.flow[unit.start : unit.end]
        kept = list(text)
        mentions = self.mentions(unit.start, unit.end)
        for m in mentions:
            kept[m.start : m.end] = " " * (m.end - m.start)
        if mentions and re.match(r"\s*(?:Để|Nhằm)\s", text):
            kept[: mentions[0].start] = " " * mentions[0].start  # what for
        left = _TO_WORK.sub(" ", re.sub(r"\([^)]*\)", " ", "".join(kept)))
        left = _TO_WORK.sub(" ", left)
        return len(re.findall(r"\w+", left))

    def orders(self, unit: Unit) -> bool:
        """Whether the unit orders work at all."""
        text = self.flow[unit.start : unit.end].strip()
        if _EFFECT_ONLY.match(
            re.sub(r"^(?:hiệu lực|điều khoản) thi hành\W+", "", clean(text), flags=re.IGNORECASE).rstrip(".")
        ):
            return False
        labels = [self.flow[p.start : p.end].split("\n")[0].strip() for p in (unit, *unit.parents())]
        for label, parent in zip(labels[1:], unit.parents(), strict=True):
            if (_NO_ORDERS.match(label) or _TOLD.match(label)) and not _HINGE.search(
                self.flow[parent.start : parent.end].strip()
            ):
                return False
            if _ORDERS_BELOW.search(label):
                break  # the nearest heading that decides
        if _NO_ORDERS.match(labels[0]) or _POINTER.match(clean(text)):
            return False
        led = any(r.role == "lead" for r in self.roles(unit.start, unit.end))
        if not led and any(_MEANS.match(label) for label in labels):
            return False
        headed = any(r.role == "lead" for p in unit.parents() for r in self.heading_roles(p))
        if not (led or headed or unit.closing or any(_GOALS.search(x) for x in labels) or _has_order(text)):
            return False
        if not led and len(labels) > 1 and re.match(r"Nhóm \d", text) and not _DEONTIC.search(text):
            return False  # groups of what the heading names
        if not led and len(labels) > 1 and _LISTED.match(labels[1]) and not begins_predicate(text, 0):
            return False
        if not unit.children and len(text.split()) < 3:
            return False
        if (
            len(text.split()) <= 14
            and not self._has_actor(unit)
            and not self._has_verb(text)
            and not headed
            and not any(_GOALS.search(x) for x in labels)
        ):
            return False
        return begins_predicate(text, 0) or not _is_finding(text)

    def _has_actor(self, unit: Unit) -> bool:
        return bool(self.mentions(unit.start, unit.end))

    @staticmethod
    def _has_verb(text: str) -> bool:
        return any(begins_predicate(text, m.start()) for m in re.finditer(r"(?:^|(?<=\s))(?=\w)", text))

    # --- who acts ----------------------------------------------------------------------------------------------------

    def heading_roles(self, unit: Unit) -> list[RoleFact]:
        known = self._heading_roles.get(id(unit))
        if known is None:
            known = self._heading_roles[id(unit)] = self._find_heading_roles(unit)
        return known

    def _find_heading_roles(self, unit: Unit) -> list[RoleFact]:
        text = self.flow[unit.start : unit.end]
        mentions = self.mentions(unit.start, unit.end)
        if text.isupper():
            text = as_sentence(text)
            mentions = find_agencies(text, context=self.context)
        return find_roles(
            text,
            mentions,
            offset=unit.start,
            source="heading",
            label=True,
            issuer=self.context.issuer,
        )

    def split(self, unit: Unit, roles: Sequence[RoleFact]) -> list[tuple[int, int, list[RoleFact]]]:
        """The parts of a leaf that gives different named bodies different work; empty if it is one task."""
        if unit.children:
            return []
        leads = [r for r in roles if r.role == "lead" and not r.mention.group]
        clauses = sorted({r.clause for r in leads})
        if len(clauses) < 2:
            return []
        starts: list[int] = []
        for clause in clauses:
            first = min(r.start for r in leads if r.clause == clause)
            starts.append(self._part_start(unit, first))
        if not _common_lead_in(self.flow[unit.start : starts[0]]):
            starts[0] = unit.start
        parts: list[tuple[int, int, list[RoleFact]]] = []
        for i, start in enumerate(starts):
            end = starts[i + 1] if i + 1 < len(starts) else unit.end
            if len(self.flow[start:end].split()) < 6:
                return []
            parts.append((start, end, self.roles(start, end)))
        if any(not [r for r in part[2] if r.role == "lead"] for part in parts):
            return []
        named = [{r.key for r in part[2] if r.role == "lead"} for part in parts]
        return parts if len(set(map(frozenset, named))) == len(named) else []

    def _part_start(self, unit: Unit, position: int) -> int:
        """Where the clause begins that has a lead at `position`: after the last ";", "." or line end before it."""
        text = self.flow[unit.start : position]
        bounds = [m.end() for m in re.finditer(r"[.;\n:]\s+(?:\([ivx\d]+\)\s*)?(?=\S|$)", text)]
        return unit.start + (bounds[-1] if bounds else 0)

    def sureness(self, unit: Unit, roles: Sequence[RoleFact], headings: Sequence[Sequence[RoleFact]]) -> float:
        sure = 0.93
        if unit.restored:
            sure -= 0.15
        if unit.children:
            sure -= 0.1
        if not any(r.role == "lead" for r in roles) and not any(r.role == "lead" for h in headings for r in h):
            sure -= 0.08
        return sure


_DEONTIC = re.compile(
    r"(?<!\w)(?:phải|cần|không được|nghiêm cấm|cấm|có trách nhiệm|chịu trách nhiệm|yêu cầu|đề nghị|giao|bảo đảm|đảm bảo|không để|theo)(?!\w)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?:^|[,;:.)–-]\s+|(?<!\w)(?:(?:hằng|hàng|mỗi) (?:ngày|tuần|tháng|quý|năm)|và|để|được|sẽ|với|trong|chủ động|kịp thời|nghiêm túc|tổng|có)\s+)(?=\w)",
    re.IGNORECASE,
)


def _has_order(text: str) -> bool:
    """Whether anything in the words is ordered or demanded: a list of goods, places or sources of money is no work."""
    if re.match(r"\W*Các\s", text) and any(begins_predicate(text, m.start()) for m in re.finditer(r"\s(?=\w)", text)):
        return True  # a subject that no register knows
    return (
        _DEONTIC.search(text) is not None
        or "%" in text
        or any(begins_predicate(text, m.end()) for m in _CLAUSE.finditer(text))
    )


def _common_lead_in(words: str) -> bool:
    """Whether the words before the first part are a lead-in to all parts ("… như sau: (i)"): they go into none."""
    return bool(re.search(r":\s*(?:\([ivx\d]+\)\s*)?$", words)) and len(words.split()) >= 2


_FINDING = re.compile(
    r"(?:thời gian qua|trong những năm qua|năm qua|đã (?:đạt được|có nhiều|triển khai|tích cực)|ghi nhận|biểu dương những|đánh giá cao|ước đạt|lũy kế|luỹ kế|so với cùng kỳ|tuy nhiên)",
    re.IGNORECASE,
)


def _is_finding(text: str) -> bool:
    """Praise and findings: past tense in the opening, and no order in the unit."""
    opening = text[:220]
    hits = len(_FINDING.findall(opening))
    return hits >= 2 or (
        hits == 1
        and not re.search(
            r"(?:yêu cầu|giao|tiếp tục|tăng cường|phải|khẩn trương|chủ trì|thực hiện|đề nghị|tập trung|rà soát|đẩy mạnh)",
            text,
            re.IGNORECASE,
        )
    )


def title_of(text: str) -> str:
    """One line of at most 120 characters by which a person would know the task: its first clause, cut at a word."""
    first = re.split(r"(?<=[.;])\s|:\s", text, maxsplit=1)[0].strip(" .;:,")
    if len(first) < 25 and len(text) > len(first):
        first = text
    if len(first) <= 120:
        return first.strip(" ;:,")
    cut = first[:118]
    comma = cut.rfind(", ")
    cut = cut[:comma] if comma > 60 else cut[: cut.rfind(" ")]
    return cut.rstrip(" ,;:-") + "…"


def task_id(sha256: str, part: str) -> str:
    """Stable: the same document and the same unit give the same id on every run."""
    return hashlib.sha256(f"{sha256}\n{part}".encode()).hexdigest()[:16]
