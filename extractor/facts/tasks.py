"""Units become tasks: which unit orders work, which is only a heading, who acts, by when.

A leaf that orders work is a task. A parent that only labels or names who acts is the heading of its children; one that orders something
itself is a task with its own words. A leaf that gives different named bodies different work is split, one task for each lead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractor.facts.agencies import Context, Mention, begins_predicate, find_agencies
from extractor.facts.assignments import RoleFact, find_roles, inherit
from extractor.facts.fact import Range
from extractor.facts.units import Structure, Unit
from extractor.layout.document import Document

# Headings whose leaves order nothing: purposes, findings, whom it applies to.
_NO_ORDERS = re.compile(
    r"^(?:(?:về\s+)?(?:mục đích|quan điểm|yêu cầu|sự cần thiết|căn cứ|phạm vi|đối tượng|giải thích từ ngữ|thực trạng|tình hình|đánh giá|kết quả(?! thực hiện nhiệm vụ)|ưu điểm|tồn tại|hạn chế|nguyên nhân|"
    r"những kết quả|một số kết quả|khái quát|đặc điểm|bối cảnh|chủ đề|thời gian|địa điểm|thành phần|nguyên tắc chung|tiêu chí)(?:\s*(?:,|và|-)\s*(?:yêu cầu|phạm vi|đối tượng|nguyên tắc|quan điểm|tình hình|"
    r"kết quả|hạn chế|nguyên nhân|địa điểm|thời gian|mục đích|áp dụng))*(?:\s+(?:chung|áp dụng|điều chỉnh|thực hiện|đạt được|của kế hoạch|xây dựng kế hoạch|ban hành|cơ bản|thời gian qua|kế hoạch|tổ chức|bộ nhận diện.*))*\s*[:.]?)$",
    re.IGNORECASE,
)
_GOALS = re.compile(r"mục tiêu|chỉ tiêu", re.IGNORECASE)
_EFFECT_ONLY = re.compile(
    r"^(?:chỉ thị|kế hoạch|quyết định|công điện|văn bản|hướng dẫn|nghị quyết|thông báo) này (?:có hiệu lực|được (?:phổ biến|ban hành|quán triệt)|thay thế|bãi bỏ)[^;]*$|^trên đây là (?:kế hoạch|nội dung|chương trình|thông báo|hướng dẫn)[^;]*$",
    re.IGNORECASE,
)
_TO_WORK = re.compile(
    r"(?:(?:tập trung|khẩn trương|gấp|ngay|tốt|nghiêm túc|nghiêm|quyết liệt|đồng bộ|có hiệu quả|hiệu quả|trọng tâm|cụ thể|chủ yếu|một số|các|những|gấp|sau|đây|như|nội dung|nhiệm vụ|công việc|giải pháp|biện pháp|hoạt động|khâu|yêu cầu|vấn đề|công tác|"
    r"mục tiêu|chỉ tiêu|việc|thực hiện|triển khai|tổ chức|chỉ đạo|trực tiếp|theo|chức năng|nhiệm vụ|được giao|giao|có|trách nhiệm|nhiệm vụ|cho|yêu cầu|đề nghị|phân công|trong quá trình|phải|cần|và|,|:|;|\.|chủ trì|phối hợp|với|cùng|chặt chẽ|của|mình|thuộc|đối với|về|là|"
    r"lãnh đạo|làm tốt|trong thời gian tới|thời gian tới|trên địa bàn|tỉnh|thành phố)(?!\w)|[,:;.])",
    re.IGNORECASE,
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
    goal: bool  # an item of a "Mục tiêu / Chỉ tiêu" part


def clean(words: str) -> str:
    """A unit's words in one line; the closing "./." is a full stop."""
    text = re.sub(r"\s+", " ", words).strip()
    return _END.sub(".", text) if re.search(r"/\s*\.?\s*[\w✓*]{0,6}\s*$", text) else text


def find_tasks(document: Document, structure: Structure, *, context: Context, addressees: Sequence[Mention], cited: Sequence[Range]) -> list[TaskFact]:
    """The tasks of the operative part, in reading order. `cited` are the ranges of citations in the flow."""
    builder = _Builder(document, context, addressees, cited)
    return [task for root in structure.roots for unit in root.walk() for task in builder.tasks(unit)]


class _Builder:
    def __init__(self, document: Document, context: Context, addressees: Sequence[Mention], cited: Sequence[Range]) -> None:
        self.flow = document.flow
        self.context = context
        self.cited = cited
        self.addressees = [RoleFact("lead", m, m.start, m.end, "addressees", "addressees", 0.75) for m in addressees]
        self._mentions: dict[tuple[int, int], list[Mention]] = {}
        self._labels: dict[int, bool] = {}

    def mentions(self, start: int, end: int) -> list[Mention]:
        key = (start, end)
        if key not in self._mentions:
            taken = [(max(s, start) - start, min(e, end) - start) for s, e in self.cited if s < end and start < e]
            self._mentions[key] = find_agencies(self.flow[start:end], context=self.context, taken=taken)
        return self._mentions[key]

    def tasks(self, unit: Unit) -> Iterable[TaskFact]:
        text = self.flow[unit.start : unit.end]
        if not re.search(r"\w{2}", text) or self.is_label(unit) or not self.orders(unit):
            return
        own = find_roles(text, self.mentions(unit.start, unit.end), offset=unit.start, source="explicit")
        headings = [self.heading_roles(parent) for parent in unit.parents()]
        inside_closing = unit.closing
        addressees = [] if inside_closing and own else self.addressees
        pieces = self.split(unit, own) or [(unit.start, unit.end, own)]
        for index, (start, end, roles) in enumerate(pieces):
            words = clean(self.flow[start:end])
            labels = tuple(clean(self.flow[p.start : p.end]).rstrip(" :.;") for p in reversed(list(unit.parents())) if self.is_label(p))
            yield TaskFact(
                id_part="/".join(unit.path) + (f"#{index + 1}" if len(pieces) > 1 else ""),
                path=unit.path,
                heading=" / ".join(labels) or None,
                headings=tuple(clean(self.flow[p.start : p.end]) for p in reversed(list(unit.parents()))),
                start=start,
                end=end,
                text=words,
                title=title_of(words),
                roles=tuple(inherit(roles, headings, addressees)),
                confidence=self.sureness(unit, roles, headings),
                goal=any(_GOALS.search(self.flow[p.start : p.end][:120]) for p in unit.parents()),
            )

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
        if "\n" in text:
            return False
        if not re.search(r"[:.;,]\s*$", text):
            return len(text.split()) <= 90 and ";" not in text
        if text.endswith((".", ";")):
            return len(text.split()) <= 6 and not begins_predicate(text, 0)
        return self._residue(unit) <= _LABEL_WORDS

    def _residue(self, unit: Unit) -> int:
        """How many words of a parent are neither names nor cues that only introduce the list."""
        text = self.flow[unit.start : unit.end]
        kept = list(text)
        for m in self.mentions(unit.start, unit.end):
            kept[m.start : m.end] = " " * (m.end - m.start)
        left = _TO_WORK.sub(" ", re.sub(r"\([^)]*\)", " ", "".join(kept)))
        left = _TO_WORK.sub(" ", left)
        return len(re.findall(r"\w+", left))

    def orders(self, unit: Unit) -> bool:
        """Whether the unit orders work at all."""
        text = self.flow[unit.start : unit.end].strip()
        if unit.closing and _EFFECT_ONLY.match(clean(text).rstrip(".")):
            return False
        labels = [self.flow[p.start : p.end].split("\n")[0].strip() for p in (unit, *unit.parents())]
        if any(_NO_ORDERS.match(label) for label in labels[1:]):
            return False
        if "\n" in text and _NO_ORDERS.match(labels[0]) and not self._has_actor(unit):
            return False
        if not unit.children and len(text.split()) < 3:
            return False
        if len(text.split()) <= 14 and not self._has_actor(unit) and not self._has_verb(text) and not any(_GOALS.search(x) for x in labels):
            return False
        return not _is_finding(text)

    def _has_actor(self, unit: Unit) -> bool:
        return bool(self.mentions(unit.start, unit.end))

    @staticmethod
    def _has_verb(text: str) -> bool:
        return any(begins_predicate(text, m.start()) for m in re.finditer(r"(?:^|(?<=\s))(?=\w)", text))

    # --- who acts ----------------------------------------------------------------------------------------------------

    def heading_roles(self, unit: Unit) -> list[RoleFact]:
        text = self.flow[unit.start : unit.end]
        return find_roles(text, self.mentions(unit.start, unit.end), offset=unit.start, source="heading", label=True)

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
        if starts[0] - unit.start > 60 and not _common_lead_in(self.flow[unit.start : starts[0]]):
            starts[0] = unit.start
        elif not _common_lead_in(self.flow[unit.start : starts[0]]):
            starts[0] = unit.start
        parts: list[tuple[int, int, list[RoleFact]]] = []
        for i, start in enumerate(starts):
            end = starts[i + 1] if i + 1 < len(starts) else unit.end
            if len(self.flow[start:end].split()) < 6:
                return []
            parts.append((start, end, [r for r in roles if start <= r.start < end]))
        if any(not [r for r in part[2] if r.role == "lead"] for part in parts):
            return []
        named = [{r.key for r in part[2] if r.role == "lead"} for part in parts]
        return parts if len(set(map(frozenset, named))) == len(named) else []

    def _part_start(self, unit: Unit, position: int) -> int:
        """Where the clause begins that has a lead at `position`: after the last ";", "." or line end before it."""
        text = self.flow[unit.start : position]
        bounds = [m.end() for m in re.finditer(r"[.;\n:]\s*(?:\([ivx\d]+\)\s*)?(?=\S)", text)]
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


def _common_lead_in(words: str) -> bool:
    """Whether the words before the first part are a lead-in to all parts ("… như sau: (i)"): they go into none."""
    return bool(re.search(r":\s*(?:\([ivx\d]+\)\s*)?$", words)) and len(words.split()) >= 2


_FINDING = re.compile(
    r"(?:thời gian qua|trong những năm qua|năm qua|đã (?:đạt được|có nhiều|triển khai|tích cực)|ghi nhận|biểu dương những|đánh giá cao|ước đạt|lũy kế|luỹ kế|so với cùng kỳ|tuy nhiên)", re.IGNORECASE
)


def _is_finding(text: str) -> bool:
    """Praise and findings: past tense in the opening, and no order in the unit."""
    opening = text[:220]
    hits = len(_FINDING.findall(opening))
    return hits >= 2 or (hits == 1 and not re.search(r"(?:yêu cầu|giao|tiếp tục|tăng cường|phải|khẩn trương|chủ trì|thực hiện|đề nghị|tập trung|rà soát|đẩy mạnh)", text, re.IGNORECASE))


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
