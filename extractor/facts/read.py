"""The text becomes facts: header, citations, units, agencies, assignments, deadlines, targets.

The order is a promise: citations are found first and mask their words, so that "UBND" in "CT-UBND" is no agency and the date in a citation
no deadline; targets mask their periods before deadlines are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from extractor.facts import words
from extractor.facts.assignments import RoleFact
from extractor.facts.citations import CitationFact, find_citations, merge_citations
from extractor.facts.confidence import (
    Basis,
    goal_signs,
    header_basis,
    name_signs,
    reading,
    reliability,
    task_rule,
    words_of,
)
from extractor.facts.deadlines import Aim, DeadlineFact, find_deadlines
from extractor.facts.fact import Range
from extractor.facts.header import Header, read_header
from extractor.facts.respelling import respelled
from extractor.facts.targets import TargetFact, find_targets
from extractor.facts.tasks import TaskFact, find_tasks, task_id
from extractor.facts.units import structure
from extractor.knowledge.register import register
from extractor.layout.document import Document
from extractor.record import (
    DOUBTFUL,
    Assignment,
    Citation,
    Deadline,
    Directive,
    Evidence,
    Period,
    Signature,
    Signer,
    Span,
    Successor,
    Target,
    Task,
    Warning,
)

Weighed = TypeVar("Weighed", bound=Evidence)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the document says. `bases` tells what each confidence rests on, by the field's path ("tasks[3].assignments[0]")."""

    directive: Directive
    tasks: tuple[Task, ...]
    targets: tuple[Target, ...]
    citations: tuple[Citation, ...]
    warnings: tuple[Warning, ...]
    bases: Mapping[str, Basis] = field(default_factory=dict)


def read_facts(document: Document, *, sha256: str, signatures: Sequence[Signature] = (), file_name: str = "") -> Facts:
    """Everything that the laid-out document says, with its places and confidences."""
    return _Reader(document, sha256).read(signatures, file_name)


class _Reader:
    def __init__(self, document: Document, sha256: str) -> None:
        self.document = document
        self.view = respelled(document)  # what grammars read; texts and places are the document's own
        self.sha256 = sha256
        self.warnings: list[Warning] = []
        self.bases: dict[str, Basis] = {}
        self.day_unknown = False

    def read(self, signatures: Sequence[Signature], file_name: str) -> Facts:
        body = structure(self.view)
        header = read_header(self.view, body, signatures=signatures, file_name=file_name)
        self.day_unknown = header.directive.issued_on is None
        cited = self._cited(body.preamble_end, header)
        taken = [(s, max(e, f.reach if i == 0 else e)) for f, ranges in cited for i, (s, e) in enumerate(ranges)]
        found = find_tasks(
            self.view,
            body,
            as_read=self.document.flow,
            context=header.context,
            addressees=header.addressees,
            cited=taken,
        )
        tasks: list[Task] = []
        targets = self._preamble_targets(body.preamble_start, body.preamble_end, taken, header)
        for fact in found:
            task, own = self._task(fact, taken, header, len(tasks), len(targets))
            tasks.append(task)
            targets += own
        self.warnings += header.warnings
        if not words.available():
            self._warn(
                "no-word-boundaries",
                "Thiếu underthesea: ranh giới tên cơ quan kém chính xác hơn.",
                "underthesea is missing: the ends of agency names are less exact.",
            )
        if not tasks:
            self._warn("no-tasks", "Không tìm thấy nhiệm vụ nào trong văn bản.", "No task was found in the document.")
        self._doubts(tasks, targets)
        return Facts(
            self._weighed(header),
            tuple(tasks),
            tuple(targets),
            tuple(self._citation(f, r, i) for i, (f, r) in enumerate(cited)),
            tuple(self.warnings),
            self.bases,
        )

    # --- citations -----------------------------------------------------------------------------------------------------

    def _cited(self, preamble_end: int, header: Header) -> list[tuple[CitationFact, list[Range]]]:
        found: list[CitationFact] = []
        for zone in ("body", "annex"):
            part = list(self.view.zone(zone))
            if not part:
                continue
            start = part[0].start
            found += [
                replace(fact, start=fact.start + start, end=fact.end + start, reach=fact.reach + start)
                for fact in find_citations(
                    self.view.flow[start : part[-1].end],
                    preamble_end=max(0, preamble_end - start) if zone == "body" else 0,
                    own_number=header.directive.number,
                    signed=header.directive.issued_on,
                )
            ]
        return [
            (fact, ranges)
            for fact, ranges in merge_citations(found)
            if not re.fullmatch(r"\d{1,2}/\s*\w", fact.number or "")  # "1/ Giám đốc …" is a unit's number
        ]

    def _citation(self, fact: CitationFact, ranges: Sequence[Range], index: int) -> Citation:
        spans = [span for s, e in ranges for span in self.document.spans(s, e)]
        return Citation(
            kind=fact.kind, number=fact.number, issued_on=fact.issued_on, issuer=fact.issuer, subject=fact.subject, relation=fact.relation,
            text=fact.text, spans=tuple(spans),
            confidence=self._sure(
                f"citations[{index}]", Basis("citation", fact.rule, fact.confidence, () if fact.number else ("no number",)), self.document.spans(*ranges[0])
            ),
        )  # fmt: skip

    # --- tasks ---------------------------------------------------------------------------------------------------------

    def _task(
        self, fact: TaskFact, cited: Sequence[Range], header: Header, index: int, targets_before: int
    ) -> tuple[Task, list[Target]]:
        signed = header.dated
        text = self.view.flow[fact.start : fact.end]
        taken = [
            (max(s, fact.start) - fact.start, min(e, fact.end) - fact.start)
            for s, e in cited
            if s < fact.end and fact.start < e
        ]
        id_ = task_id(self.sha256, fact.id_part)
        goals = find_targets(text, signed=signed, taken=taken, headings=fact.headings)
        targets = [self._target(g, i, fact.start, id_, targets_before, goals) for i, g in enumerate(goals)]
        deadlines = []
        if not (fact.goal and goals):
            aims = [Aim(g.start, g.end, g.period_end) for g in goals]
            deadlines = find_deadlines(text, signed=signed, taken=taken, aims=aims)
        where = [(d, fact.start) for d in deadlines]
        for start, end in fact.when:
            year = re.fullmatch(r"\W*(?:[Nn]ăm\s+)?(20\d{2})\W*", self.view.flow[start:end])
            if year:  # a cell that only says the year
                due = date(int(year[1]), 12, 31)
                where.append(
                    (DeadlineFact(year.start(1), year.end(1), "year cell", 0.85, "date", due=due, text=year[1]), start)
                )
                continue
            where += [(d, start) for d in find_deadlines(self.view.flow[start:end], signed=signed)]
        spans, place = self.document.spans(fact.start, fact.end), f"tasks[{index}]"
        signs = () if any(r.role == "lead" for r in fact.roles) else ("no lead",)
        sure = self._sure(place, Basis("task", task_rule(fact.path, fact.id_part), fact.confidence, signs), spans)
        weak = ("doubtful task",) if sure < DOUBTFUL else ()
        task = Task(
            id=id_, path=fact.path, heading=fact.heading, text=fact.text, title=fact.title, spans=spans, confidence=sure,
            assignments=tuple(self._assignment(r, f"{place}.assignments[{i}]", weak) for i, r in enumerate(fact.roles)),
            deadlines=tuple(self._deadline(d, base, f"{place}.deadlines[{i}]", weak) for i, (d, base) in enumerate(where)),
        )  # fmt: skip
        return task, targets

    def _preamble_targets(self, start: int, end: int, cited: Sequence[Range], header: Header) -> list[Target]:
        """Goals that the preamble sets ("phấn đấu …"). Preambles mostly report, so these belong to no task and are doubtful."""
        found: list[Target] = []
        for p in self.view.zone("body"):
            if not start <= p.start < end or not re.search(r"(?<!\w)phấn đấu(?!\w)", p.text, re.IGNORECASE):
                continue
            taken = [
                (max(s, p.start) - p.start, min(e, p.end) - p.start) for s, e in cited if s < p.end and p.start < e
            ]
            goals = find_targets(p.text, signed=header.dated, taken=taken)
            found += [self._target(g, i, p.start, None, len(found), goals) for i, g in enumerate(goals)]
        return found

    def _assignment(self, role: RoleFact, place: str, signs: tuple[str, ...]) -> Assignment:
        spans = self.document.spans(role.start, role.end)
        own = () if role.source == "explicit" else (role.source,)
        return Assignment(
            role=role.role, agency=role.mention.name, agency_id=role.mention.agency_id, as_written=self.document.flow[role.start : role.end],
            source=role.source, successor=self._successor(role.mention.agency_id), inferred=role.source == "addressees", spans=spans,
            confidence=self._sure(place, Basis("assignment", role.rule, role.confidence, (*signs, *own, *name_signs(role.mention))), spans),
        )  # fmt: skip

    @staticmethod
    def _successor(agency_id: str | None) -> Successor | None:
        """Who answers today for a body of an earlier time, where that is another one."""
        body = register().agency(agency_id) if agency_id else None
        heir = register().successor(body) if body else None
        return Successor(agency_id=heir.id, name=heir.name) if body and heir and heir.id != body.id else None

    def _deadline(self, fact: DeadlineFact, base: int, place: str, signs: tuple[str, ...]) -> Deadline:
        start, end = fact.start + base, fact.end + base
        spans = self.document.spans(start, end)
        own = ("problem",) if fact.problem else ()
        if fact.problem:
            self._warn(
                "deadline-doubtful",
                f"Thời hạn “{fact.text}” cần kiểm tra ({fact.problem}).",
                f"The deadline “{fact.text}” needs a check ({fact.problem}).",
            )
        counted = fact.anchor == "signing" and self.day_unknown  # from a month whose day is blank
        return Deadline(
            kind=fact.kind, due=None if counted else fact.due, start=fact.begin, rrule=fact.rrule, anchor=fact.anchor, offset=fact.offset, working_days=fact.working_days,
            text=self.document.flow[start:end], spans=spans, confidence=self._sure(place, Basis("deadline", fact.rule, fact.confidence, (*signs, *own)), spans),
        )  # fmt: skip

    def _target(
        self, fact: TargetFact, index: int, base: int, task_id: str | None, before: int, goals: Sequence[TargetFact]
    ) -> Target:
        start, end = fact.start + base, fact.end + base
        spans, place = self.document.spans(start, end), f"targets[{before + index}]"
        signs = goal_signs(fact, goals[fact.parent] if fact.parent is not None else None, in_preamble=task_id is None)
        period = Period(start=fact.period_start, end=fact.period_end) if fact.period_start or fact.period_end else None
        return Target(
            id=f"t{before + index + 1}", task_id=task_id, indicator=fact.indicator, comparator=fact.comparator, value=fact.value, value_max=fact.value_max,
            unit=fact.unit, per=fact.per, period=period, change=fact.change, baseline=fact.baseline, of=fact.of,
            parent_id=f"t{before + fact.parent + 1}" if fact.parent is not None else None, text=self.document.flow[start:end].replace("\n", " "),
            spans=spans, confidence=self._sure(place, Basis("target", fact.rule, fact.confidence, signs), spans),
        )  # fmt: skip

    # --- confidence ----------------------------------------------------------------------------------------------------

    def _sure(self, place: str, basis: Basis, spans: Sequence[Span]) -> float:
        """The confidence of the fact at `place`, lowered by how its words were read; its basis is kept."""
        read = reading(basis.kind, words_of(self.document, spans))
        self.bases[place] = basis = replace(basis, reading=read)
        return reliability().confidence(basis)

    def _weighed(self, header: Header) -> Directive:
        """The head and foot with the same kind of confidences as the rest."""
        found = header.directive

        def sure(name: str, value: Evidence) -> dict[str, float]:
            place = f"directive.{name}"
            return {"confidence": self._sure(place, header_basis(name, value, header.warnings), value.spans)}

        def weighed(name: str, values: Iterable[Weighed]) -> tuple[Weighed, ...]:
            return tuple(v.model_copy(update=sure(f"{name}[{i}]", v)) for i, v in enumerate(values))

        return found.model_copy(
            update={
                "issuer": found.issuer and found.issuer.model_copy(update=sure("issuer", found.issuer)),
                "signer": found.signer
                and self._weighed_signer(found.signer, sure("signer", found.signer)["confidence"]),
                "recipients": weighed("recipients", found.recipients),
                "addressees": weighed("addressees", found.addressees),
                "evidence": {name: e.model_copy(update=sure(name, e)) for name, e in found.evidence.items()},
            }
        )

    @staticmethod
    def _weighed_signer(signer: Signer, sure: float) -> Signer:
        """Never surer than its words were read: no register puts a name right."""
        return signer.model_copy(update={"confidence": min(sure, signer.confidence)})

    def _doubts(self, tasks: Iterable[Task], targets: Iterable[Target]) -> None:
        for i, task in enumerate(tasks):
            if not any(a.role == "lead" for a in task.assignments):
                self._warn(
                    "no-lead",
                    f"Nhiệm vụ {'.'.join(task.path)}: không rõ cơ quan chủ trì.",
                    f"Task {'.'.join(task.path)}: nobody is named as lead.",
                    f"tasks[{i}].assignments",
                )
        for i, target in enumerate(targets):
            if target.confidence < DOUBTFUL:
                self._warn(
                    "target-doubtful",
                    f"Chỉ tiêu “{target.text[:80]}” đọc chưa chắc chắn.",
                    f"The target “{target.text[:80]}” was read with doubt.",
                    f"targets[{i}]",
                )

    def _warn(self, code: str, vi: str, en: str, field: str | None = None) -> None:
        self.warnings.append(Warning(code=code, message=vi, message_en=en, field=field))
