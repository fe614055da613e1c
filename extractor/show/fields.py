"""Every value of a record as a field to show: its path, its wording, its evidence, and why it may be doubted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from extractor.record import DOUBTFUL, Citation, Directive, DirectiveRecord, Evidence, Target, Task
from extractor.show import wording

Kind = Literal["header", "task", "assignment", "deadline", "target", "citation"]


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the record. `path` is its place in the record ("tasks[0].deadlines[1]"), as warnings name it."""

    path: str
    kind: Kind
    label: str
    label_en: str
    value: str  # in Vietnamese wording; empty where the document has none
    evidence: Evidence
    reasons: tuple[str, ...] = ()  # why a clerk should look at it, in Vietnamese; empty where there is no doubt

    @property
    def doubtful(self) -> bool:
        return bool(self.reasons)


@dataclass(frozen=True, slots=True)
class TaskFields:
    """A task, and its assignments and deadlines in the record's order."""

    task: Task
    field: Field
    assignments: tuple[Field, ...]
    deadlines: tuple[Field, ...]

    def assigned(self, *roles: str) -> Iterator[Field]:
        return (f for a, f in zip(self.task.assignments, self.assignments, strict=True) if a.role in roles)


@dataclass(frozen=True, slots=True)
class RecordFields:
    """All fields of a record, in its order."""

    header: tuple[Field, ...]
    tasks: tuple[TaskFields, ...]
    targets: tuple[Field, ...]
    citations: tuple[Field, ...]

    def __iter__(self) -> Iterator[Field]:
        yield from self.header
        for task in self.tasks:
            yield task.field
            yield from task.assignments
            yield from task.deadlines
        yield from self.targets
        yield from self.citations

    def doubtful(self) -> Iterator[Field]:
        return (f for f in self if f.doubtful)


def fields(record: DirectiveRecord) -> RecordFields:
    """The fields of a record. Header fields without a value are left out, unless a warning names them."""
    named: dict[str, list[str]] = defaultdict(list)
    for warning in record.warnings:
        if warning.field:
            named[warning.field].append(warning.message)

    def field(path: str, kind: Kind, label: str, label_en: str, value: str, evidence: Evidence) -> Field:
        reasons = list(named.get(path, ()))
        if value and not reasons and evidence.confidence < DOUBTFUL:
            reasons.append(f"độ tin cậy chỉ {wording.percent(evidence.confidence)}")
        return Field(path, kind, label, label_en, value, evidence, tuple(dict.fromkeys(reasons)))

    def task(i: int, t: Task) -> TaskFields:
        path = f"tasks[{i}]"
        return TaskFields(
            t,
            field(path, "task", "Nhiệm vụ", "Task", t.title, t),
            tuple(
                field(f"{path}.assignments[{n}]", "assignment", wording.ROLES[a.role], a.role, a.agency, a)
                for n, a in enumerate(t.assignments)
            ),
            tuple(
                field(f"{path}.deadlines[{n}]", "deadline", "Thời hạn", "Deadline", wording.deadline(d), d)
                for n, d in enumerate(t.deadlines)
            ),
        )

    def target(i: int, t: Target) -> Field:
        return field(f"targets[{i}]", "target", "Chỉ tiêu", "Target", wording.target(t), t)

    def citation(i: int, c: Citation) -> Field:
        return field(
            f"citations[{i}]", "citation", f"Viện dẫn ({wording.RELATIONS[c.relation]})", "Citation", c.text, c
        )

    header = (
        field(path, "header", label, label_en, value, evidence)
        for path, label, label_en, value, evidence in _header(record.directive)
    )
    return RecordFields(
        tuple(f for f in header if f.value or f.doubtful),
        tuple(task(i, t) for i, t in enumerate(record.tasks)),
        tuple(target(i, t) for i, t in enumerate(record.targets)),
        tuple(citation(i, c) for i, c in enumerate(record.citations)),
    )


def _header(d: Directive) -> Iterator[tuple[str, str, str, str, Evidence]]:
    plain = (
        ("kind", "Loại văn bản", "Kind", d.kind),
        ("number", "Số, ký hiệu", "Number", d.number),
        ("place", "Nơi ban hành", "Place", d.place),
        ("issued_on", "Ngày ban hành", "Issued on", wording.day(d.issued_on)),
        ("subject", "Trích yếu", "Subject", d.subject),
        ("urgency", "Độ khẩn", "Urgency", d.urgency),
        ("secrecy", "Độ mật", "Secrecy", d.secrecy),
    )
    nothing = Evidence()
    yield "directive.issuer", "Cơ quan ban hành", "Issuer", d.issuer.name if d.issuer else "", d.issuer or nothing
    for name, label, label_en, value in plain:
        yield f"directive.{name}", label, label_en, value or "", d.evidence.get(name, nothing)
    yield "directive.signer", "Người ký", "Signer", wording.signer(d.signer) if d.signer else "", d.signer or nothing
    for i, addressee in enumerate(d.addressees):
        yield f"directive.addressees[{i}]", "Đối tượng thực hiện", "Addressee", addressee.agency, addressee
    for i, recipient in enumerate(d.recipients):
        yield f"directive.recipients[{i}]", "Nơi nhận", "Recipient", recipient.text, recipient
