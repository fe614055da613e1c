"""What differs between two versions of a record, field by field, in words that a person can read.

Confidence, places on the page and ids are no differences: two versions that say the same are alike.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError

from extractor.record import Citation, Deadline, Directive, DirectiveRecord, Role, Target, Task
from service.store import tables
from service.store.matching import match, same_key

Part = Literal["header", "task", "target", "citation"]
Fields = Mapping[str, str]

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Difference:
    """`name` is what people call the task, target or citation; `field` is empty where all of it is new or gone."""

    part: Part
    name: str
    field: str
    before: str | None
    after: str | None


def differences(old: DirectiveRecord, new: DirectiveRecord) -> list[Difference]:
    """From the header to the citations, in reading order of the newer record; what is gone comes behind."""
    found = list(_fields("header", "", _header(old.directive), _header(new.directive)))
    found += _items("task", old.tasks, new.tasks, _same_tasks(old.tasks, new.tasks))
    found += _items("target", old.targets, new.targets, _same_names(old.targets, new.targets))
    found += _items("citation", old.citations, new.citations, _same_names(old.citations, new.citations))
    return found


def of_items(was: Task | Target, now: Task | Target) -> list[Difference]:
    """What differs between two tasks, or two targets, that are the same."""
    part: Part = "task" if isinstance(now, Task) else "target"
    return list(_fields(part, name(now), _of(was), _of(now)))


def of_unit(unit: str, was: Any, now: Any) -> list[Difference]:
    """What an edit of one unit changed (units as `service.store.edits` has them). Order alone is no difference."""
    kind, _, _ = unit.partition("/")
    try:
        if unit.startswith("directive."):
            name = unit.removeprefix("directive.")
            return list(_fields("header", "", _header(_directive(name, was)), _header(_directive(name, now))))
        if kind in ("tasks", "targets") and kind != unit:
            model: type[Task | Target] = Task if kind == "tasks" else Target
            old, new = ([model.model_validate(value)] if value else [] for value in (was, now))
            return _items("task" if kind == "tasks" else "target", old, new, {0: 0} if old and new else {})
        if kind == "citations":
            cited, cites = ([Citation.model_validate(value) for value in values or ()] for values in (was, now))
            return _items("citation", cited, cites, _same_names(cited, cites))
    except ValidationError:
        return []  # of an older shape
    return []


def _directive(name: str, value: Any) -> Directive:
    plain = value["value"] if isinstance(value, dict) and value.keys() == {"value", "evidence"} else value
    return Directive.model_validate({name: plain} if plain else {})


def words(before: str, after: str) -> list[tuple[Literal["same", "gone", "new"], str]]:
    """Two texts as pieces of words that stayed, went and came, in reading order."""
    old, new = (re.findall(r"\S+|\s+", text) for text in (before, after))
    pieces: list[tuple[Literal["same", "gone", "new"], str]] = []
    for step, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            pieces.append(("same", "".join(old[i:j])))
            continue
        if j > i:
            pieces.append(("gone", "".join(old[i:j])))
        if m > k:
            pieces.append(("new", "".join(new[k:m])))
    return pieces


def _items(part: Part, old: Sequence[Any], new: Sequence[Any], same: Mapping[int, int]) -> list[Difference]:
    """`same` gives for an index in `new` the index in `old`."""
    found: list[Difference] = []
    for index, item in enumerate(new):
        if index in same:
            found += _fields(part, name(item), _of(old[same[index]]), _of(item))
        else:
            found.append(Difference(part, name(item), "", None, _whole(item)))
    gone = set(range(len(old))) - set(same.values())
    return found + [Difference(part, name(old[index]), "", _whole(old[index]), None) for index in sorted(gone)]


def _fields(part: Part, of: str, old: Fields, new: Fields) -> Iterator[Difference]:
    for field in new:
        if old[field] != new[field]:
            yield Difference(part, of, field, old[field] or None, new[field] or None)


def _same_tasks(old: Sequence[Task], new: Sequence[Task]) -> dict[int, int]:
    # Rows that matching knows; these are never stored.
    rows = [tables.Task(key=task.id, path=list(task.path), text=task.text) for task in old]
    place = {id(row): index for index, row in enumerate(rows)}
    found = {index: place[id(row)] for index, row in match(rows, new).items()}
    for index, row in same_key(rows, new).items():  # rewritten from end to end, it is the same still
        if index not in found and place[id(row)] not in found.values():
            found[index] = place[id(row)]
    return found


def _same_names(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """By id where both have it, else by what they are called."""
    free = list(range(len(old)))
    found: dict[int, int] = {}
    for key in (lambda item: getattr(item, "id", None), name):
        for index, item in enumerate(new):
            twin = next((i for i in free if key(item) and key(old[i]) == key(item)), None)
            if index not in found and twin is not None:
                found[index] = twin
                free.remove(twin)
    return found


def name(item: BaseModel) -> str:
    """What people call a task, a target or a citation."""
    match item:
        case Task():
            return " ".join(filter(None, [".".join(item.path), item.title]))
        case Target():
            return item.indicator
        case Citation():
            return " ".join(filter(None, [item.kind, item.number, item.issuer])) or item.text
    return ""


def _whole(item: Any) -> str:
    return str(item.text)


def _of(item: Any) -> Fields:
    match item:
        case Task():
            return _task(item)
        case Target():
            return _target(item)
    return _citation(item)


def _header(directive: Directive) -> Fields:
    signer = directive.signer
    return {
        "kind": directive.kind or "",
        "number": directive.number or "",
        "issuer": directive.issuer.name if directive.issuer else "",
        "place": directive.place or "",
        "issued_on": _day(directive.issued_on),
        "subject": directive.subject or "",
        "urgency": directive.urgency or "",
        "secrecy": directive.secrecy or "",
        "signer": " ".join(filter(None, [signer.authority, signer.for_, signer.title, signer.name])) if signer else "",
        "recipients": "; ".join(one.text for one in directive.recipients),
        "addressees": "; ".join(one.agency for one in directive.addressees),
    }


def _task(task: Task) -> Fields:
    who: Fields = {role: "; ".join(one.agency for one in task.assignments if one.role == role) for role in ROLES}
    return {
        "path": ".".join(task.path),
        "heading": task.heading or "",
        "title": task.title,
        "text": task.text,
        **who,
        "deadline": "; ".join(map(_deadline, task.deadlines)),
    }


def _target(target: Target) -> Fields:
    value = " – ".join(filter(None, [target.value, target.value_max]))
    comparator = "" if target.comparator == "=" else target.comparator
    period = target.period
    return {
        "indicator": target.indicator,
        "value": " ".join(filter(None, [comparator, value, target.unit, f"/ {target.per}" if target.per else None])),
        "change": "" if target.change == "level" else target.change,
        "period": " – ".join(filter(None, [_day(period.start), _day(period.end)])) if period else "",
        "of": target.of or "",
        "baseline": target.baseline or "",
        "text": target.text,
    }


def _citation(citation: Citation) -> Fields:
    return {
        "kind": citation.kind,
        "number": citation.number or "",
        "issued_on": _day(citation.issued_on),
        "issuer": citation.issuer or "",
        "subject": citation.subject or "",
        "relation": citation.relation,
        "text": citation.text,
    }


def _deadline(deadline: Deadline) -> str:
    day = _day(deadline.due)
    return f"{day} ({deadline.text})" if day and deadline.text else day or deadline.text


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
