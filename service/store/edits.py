"""Edits of a record, unit by unit, so that two people can correct one document at the same time.

A *unit* is what one person changes at once: a header field (``directive.number``), a task (``tasks/ID``), the order of the
tasks (``tasks``), a target (``targets/ID``), their order (``targets``), the list of citations (``citations``). An edit names
what its maker saw (`was`) and what it should be (`value`). Where `was` is no longer what is there, a colleague has changed
it meanwhile: that is a conflict, and nothing of the request is done.

Plain header fields travel with their evidence: ``{"value": "02/CT-UBND", "evidence": {…} or null}``; all other units
are the JSON of the record itself, null where there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from extractor.record import Addressee, Citation, Evidence, Issuer, Recipient, Signer, Target, Task

Json = dict[str, Any]


class Described(BaseModel):
    """A plain header field with its evidence."""

    value: Any = None
    evidence: Evidence | None = None


PLAIN = ("kind", "number", "place", "issued_on", "subject", "urgency", "secrecy")
WHOLE = ("issuer", "signer", "recipients", "addressees")
_LISTS = ("tasks", "targets")
_SHAPES: dict[str, TypeAdapter[Any]] = {
    "directive.issuer": TypeAdapter(Issuer),
    "directive.signer": TypeAdapter(Signer),
    "directive.recipients": TypeAdapter(tuple[Recipient, ...]),
    "directive.addressees": TypeAdapter(tuple[Addressee, ...]),
    "tasks/": TypeAdapter(Task),
    "targets/": TypeAdapter(Target),
    "citations": TypeAdapter(tuple[Citation, ...]),
    **{f"directive.{name}": TypeAdapter(Described) for name in PLAIN},
}
_PLACE = re.compile(r"(?P<list>tasks|targets|citations)\[(?P<index>\d+)\](?:\.(?P<rest>.+))?")
_PART = re.compile(r"(?P<name>\w+)\[(?P<index>\d+)\]")


@dataclass(frozen=True, slots=True)
class Edit:
    """`value` None deletes a task or target. `after` is the id that a new one is put behind; None: at the end."""

    unit: str
    was: Any
    value: Any
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """What an edit's maker saw, and what is there now."""

    unit: str
    was: Any
    now: Any


class UnknownUnit(ValueError):
    """No record has such a unit."""


def unit(record: Json, name: str) -> Any:
    """The present value of a unit. Raises UnknownUnit."""
    kind, _, key = name.partition("/")
    if key and kind in _LISTS:
        return next((item for item in record[kind] if item["id"] == key), None)
    if name in _LISTS:
        return [item["id"] for item in record[name]]
    if name == "citations":
        return record["citations"]
    kind, _, key = name.partition(".")
    if kind == "directive" and key in PLAIN:
        return {"value": record["directive"][key], "evidence": record["directive"]["evidence"].get(key)}
    if kind == "directive" and key in WHOLE:
        return record["directive"][key]
    raise UnknownUnit(name)


def units(record: Json) -> Iterator[str]:
    """The names of all units of a record."""
    yield from (f"directive.{name}" for name in (*PLAIN, *WHOLE))
    for kind in _LISTS:
        yield kind
        yield from (f"{kind}/{item['id']}" for item in record[kind])
    yield "citations"


def conflicts(record: Json, edits: Sequence[Edit]) -> list[Conflict]:
    """The edits whose makers have not seen what is there now; each sees what those before it have done. Raises UnknownUnit."""
    found = []
    state = _copy(record)
    for edit in edits:
        now = unit(state, edit.unit)
        if not (_same(edit.unit, now, edit.was) or _same(edit.unit, now, edit.value)):
            found.append(Conflict(edit.unit, edit.was, now))
        _do(state, edit)
    return found


def _same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a unit mean the same: a field that is left out is its default."""
    return bool(one == other or _whole(name, one) == _whole(name, other))


def _whole(name: str, value: Any) -> Any:
    """A value with all its fields, as the record would have it; as it is where it makes no sense."""
    kind = _SHAPES.get(name) or (_SHAPES.get(name.partition("/")[0] + "/") if "/" in name else None)
    if kind is None or value is None:
        return value
    try:
        return kind.dump_python(kind.validate_python(value), mode="json", by_alias=True)
    except ValidationError:
        return value


def apply(record: Json, edits: Sequence[Edit]) -> Json:
    """The record after the edits; warnings about what was changed are gone. Raises UnknownUnit."""
    edited = _copy(record)
    for edit in edits:
        _do(edited, edit)
    edited["targets"] = _tied(edited)
    edited["warnings"] = [kept for warning in record["warnings"] if (kept := _still(warning, record, edited))]
    return edited


def _copy(record: Json) -> Json:
    """A record whose units can be put in the place of others without touching the first one."""
    return {**record, "directive": {**record["directive"], "evidence": {**record["directive"]["evidence"]}}}


def _do(record: Json, edit: Edit) -> None:
    kind, _, key = edit.unit.partition("/")
    name = edit.unit.removeprefix("directive.")
    if key and kind in _LISTS:
        record[kind] = _put(record[kind], key, edit)
    elif edit.unit in _LISTS:
        record[edit.unit] = _ordered(record[edit.unit], edit.value)
    elif edit.unit == "citations":
        record["citations"] = edit.value
    elif name in PLAIN:
        _describe(record["directive"], name, edit.value)
    elif name in WHOLE:
        record["directive"][name] = edit.value
    else:
        raise UnknownUnit(edit.unit)


def _put(items: list[Json], key: str, edit: Edit) -> list[Json]:
    if edit.value is None:
        return [item for item in items if item["id"] != key]
    value = {**edit.value, "id": key}
    if any(item["id"] == key for item in items):
        return [value if item["id"] == key else item for item in items]
    place = next((n + 1 for n, item in enumerate(items) if item["id"] == edit.after), len(items))
    return [*items[:place], value, *items[place:]]


def _ordered(items: list[Json], ids: Sequence[str]) -> list[Json]:
    rank = {key: n for n, key in enumerate(ids)}
    return sorted(items, key=lambda item: rank.get(item["id"], len(rank)))


def _describe(directive: Json, name: str, value: Json) -> None:
    directive[name] = value["value"]
    if value.get("evidence") is None:
        directive["evidence"].pop(name, None)
    else:
        directive["evidence"][name] = value["evidence"]


def _tied(record: Json) -> list[Json]:
    """A target of a task, or part of a target, that is gone stands for itself."""
    tasks = {task["id"] for task in record["tasks"]}
    targets = {target["id"] for target in record["targets"]}
    return [
        {
            **target,
            "task_id": target.get("task_id") if target.get("task_id") in tasks else None,
            "parent_id": target.get("parent_id") if target.get("parent_id") in targets else None,
        }
        for target in record["targets"]
    ]


def _still(warning: Json, before: Json, after: Json) -> Json | None:
    """The warning with the place where its field now is; None when the field was dealt with or is gone."""
    field = warning.get("field") or ""
    if field.startswith("directive."):
        name = re.split(r"[.\[]", field)[1]
        known = name in PLAIN or name in WHOLE
        return None if known and unit(before, f"directive.{name}") != unit(after, f"directive.{name}") else warning
    place = _PLACE.fullmatch(field)
    if place is None:
        return warning
    items, index = before[place["list"]], int(place["index"])
    if index >= len(items):
        return warning
    old = items[index]
    where = _where(after[place["list"]], old)
    if where is None:
        return None
    new, rest = after[place["list"]][where], place["rest"]
    if rest is None:
        return {**warning, "field": f"{place['list']}[{where}]"} if _own(old) == _own(new) else None
    part = _PART.fullmatch(rest)
    if part is None:
        same = old.get(rest) == new.get(rest)
        return {**warning, "field": f"{place['list']}[{where}].{rest}"} if same else None
    parts, number = old.get(part["name"]) or [], int(part["index"])
    if number >= len(parts) or parts[number] not in (new.get(part["name"]) or []):
        return None
    number = new[part["name"]].index(parts[number])
    return {**warning, "field": f"{place['list']}[{where}].{part['name']}[{number}]"}


def _where(items: Sequence[Json], old: Json) -> int | None:
    key = old.get("id")
    return next((n for n, item in enumerate(items) if (item.get("id") == key if key else item == old)), None)


def _own(item: Json) -> Json:
    """An item without its parts, which have warnings of their own."""
    return {name: value for name, value in item.items() if name not in ("assignments", "deadlines")}
