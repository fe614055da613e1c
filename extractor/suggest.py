"""The bodies that a clerk may mean by a few letters: "skhđt", "so ke hoach", "ubnd" …

The register's bodies are offered by the names that they have in a document of this issuer and day; a caller adds those
that it knows. Case, accents, "&", dashes and the word "và" do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz, process

from extractor.knowledge.provinces import Province, provinces
from extractor.knowledge.register import Agency, agencies, register
from extractor.knowledge.spelling import fold, key
from extractor.record import Successor

Why = Literal["name", "abbreviation", "beginnings", "words", "similar"]

_WORD = re.compile(r"[^\W_]+")
_LINK = "va"
_IN_PLACE = re.compile(
    r"(?P<body>.+?) (?P<kind>tỉnh|thành phố|huyện|quận|thị xã|thị trấn|xã|phường|đặc khu) (?P<place>.+)", re.IGNORECASE
)
_SAYS_ITS_PLACE = re.compile(r"Sở |.*(?:Tỉnh|Thành) ủy")
_BY_PLACE_NAME = {"bao", "vien-thong"}  # "Báo Quảng Ngãi"
_SIMILAR = 80.0  # of 100: two letters in ten may be wrong
_LEAST_SIMILAR = 4  # letters; fewer are similar to everything


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body that a caller knows beside the register."""

    name: str
    agency_id: str | None = None
    abbreviations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A body by its canonical name, and why it is offered.

    `name`: the letters are the name or begin it; `abbreviation`: they do so with its abbreviation; `beginnings`: they begin
    its first words, one after the other; `words`: each word begins one of the name; `similar`: most letters are the same.
    `sure`: the letters stand for the whole of the name. `valid`: it existed on the day that was asked for. `successor`:
    who answers for it today, where that is another body.
    """

    name: str
    agency_id: str | None
    why: Why
    sure: bool
    valid: bool
    successor: Successor | None


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write a name, folded: its words, all of them after a space each, and their letters without "và".

    `spelt`: no word is an abbreviation ("Sở KHĐT"), so each gives one letter to an abbreviation of the whole.
    """

    words: tuple[str, ...]
    spaced: str
    letters: str
    spelt: bool


@dataclass(frozen=True, slots=True)
class _Body:
    """A body by the name that it is offered by, and the ways to write it, its name first.

    `near` is 0 for the issuer, 1 for a body of its province or one that the caller knows, 2 for the others.
    """

    name: str
    agency_id: str | None
    forms: tuple[_Form, ...]
    valid: bool
    near: int


def suggest_agencies(
    typed: str,
    *,
    issuer: str | None = None,
    issuer_id: str | None = None,
    place: str | None = None,
    on: date | None = None,
    known: Iterable[KnownBody] = (),
    limit: int = 10,
) -> list[Suggestion]:
    """The bodies that `typed` may mean in a document of this issuer, place (địa danh) and day, the likeliest first.

    `known` are bodies to look among beside the register's. Without a day those that are still there are the valid ones.
    """
    wanted = _form(typed)
    if not wanted.letters:
        return []
    bodies = [
        *_of_register(issuer, issuer_id, _province(issuer, issuer_id, place, on), on),
        *_of_any_place(typed, on),
        *(_Body(k.name, k.agency_id, _forms(k.name, *k.abbreviations), _valid(k.agency_id, on), 1) for k in known),
    ]
    fits = [(fit, body) for body in bodies if (fit := _fit(wanted, body))] or _alike(wanted, bodies)
    found: dict[str, Suggestion] = {}
    for (rank, why), body in sorted(fits, key=_order):
        found.setdefault(
            key(body.name),
            Suggestion(body.name, body.agency_id, why, rank <= _WHOLE, body.valid, _successor(body.agency_id)),
        )
        if len(found) == limit:
            break
    return list(found.values())


# How well the letters fit --------------------------------------------------------------------------------------------

_Fit = tuple[float, Why]  # the smaller, the better
_WHOLE = 1  # up to here the letters stand for all of the name
_LOOSE = 4  # from here on the letters only lie somewhere in the name


def _order(found: tuple[_Fit, _Body]) -> tuple[object, ...]:
    """Names that begin as it is typed before others; of either, those that were valid on the day first, then the issuer."""
    (rank, _), body = found
    return rank >= _LOOSE, not body.valid, body.near > 0, rank, body.near, len(body.name), body.name


def _fit(wanted: _Form, body: _Body) -> _Fit | None:
    return min(filter(None, (_form_fit(wanted, form) for form in body.forms)), default=None)


def _form_fit(wanted: _Form, form: _Form) -> _Fit | None:
    if form.letters == wanted.letters:
        return 0, "name" if form.spelt else "abbreviation"
    if form.letters.startswith(wanted.letters):
        return 2, "name" if form.spelt else "abbreviation"
    if form.spelt and form.letters[:1] == wanted.letters[0] and (reached := _reached(wanted.letters, form.words)):
        return (1, "abbreviation") if reached == len(form.words) else (3, "beginnings")
    if all(f" {part}" in form.spaced for part in wanted.words):
        return 4, "words"
    return None


def _reached(letters: str, words: tuple[str, ...]) -> int:
    """How many of the words, from the first, have beginnings that make up the letters; "và" may be left out. 0: none do."""
    reached, open_at = 0, {0}  # numbers of letters that the words so far may have used
    for count, word in enumerate(words, start=1):
        after = {at + size for at in open_at for size in range(1, len(word) + 1) if letters.startswith(word[:size], at)}
        if word == _LINK:
            after |= open_at
        if len(letters) in after:
            reached = count
        open_at = after - {len(letters)}
        if not open_at:
            break
    return reached


def _alike(wanted: _Form, bodies: Sequence[_Body]) -> list[tuple[_Fit, _Body]]:
    """For what is misspelt: the bodies whose names have most of the letters, in one place."""
    if len(wanted.letters) < _LEAST_SIMILAR:
        return []
    names = [body.forms[0].letters for body in bodies]
    found = process.extract(wanted.letters, names, scorer=fuzz.partial_ratio, score_cutoff=_SIMILAR, limit=50)
    return [((_LOOSE + 2 - score / 100, "similar"), bodies[index]) for _, score, index in found]


@lru_cache(maxsize=8192)
def _form(written: str) -> _Form:
    words = tuple(_WORD.findall(fold(written)))
    letters = "".join(word for word in words if word != _LINK)
    spelt = not any(sum(map(str.isupper, word)) > 1 for word in _WORD.findall(written))
    return _Form(words, "".join(f" {word}" for word in words), letters, spelt)


def _forms(*written: str) -> tuple[_Form, ...]:
    return tuple(dict.fromkeys(map(_form, written)))


# The bodies ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _of_register(
    issuer: str | None, issuer_id: str | None, province: Province | None, on: date | None
) -> tuple[_Body, ...]:
    """The issuer, and the register's bodies as a document of this province names them."""
    bodies = (
        [] if issuer is None else [_Body(issuer, issuer_id, _forms(*_ways_to_say(issuer)), _valid(issuer_id, on), 0)]
    )
    for body in agencies():
        if body.scope in ("per_province", "territorial"):
            bodies += _in_province(body, province, issuer_id, on)
        elif province is None or body.scope in ("national", "per_commune", province.id):
            valid = body.valid(on) if on else body.valid_to is None
            bodies.append(_Body(body.name, body.id, _forms(body.name, *body.aliases), valid, 2))
    return tuple(bodies)


def _in_province(body: Agency, province: Province | None, issuer_id: str | None, on: date | None) -> Iterator[_Body]:
    """A body that every province has, in this one, by the words that its documents use: "Sở Y tế", "Công an tỉnh"."""
    valid = body.valid(on) if on else body.valid_to is None
    complete = bool(_SAYS_ITS_PLACE.match(body.name))
    if province is None:
        if body.scope != "territorial":  # else its name means nothing without a territory
            yield _Body(body.name, body.id, _forms(body.name, *body.aliases), valid, 2)
        for kind in () if complete else ("tỉnh", "thành phố"):
            yield _Body(f"{body.name} {kind}", body.id, _forms(f"{body.name} {kind}"), valid, 2)
        return
    agency_id = f"{province.id}/{body.id}"
    party = "Thành ủy" if province.type == "tỉnh" else "Tỉnh ủy"
    if agency_id == issuer_id or party in body.name:
        return
    full = f"{body.name} {province.full_name}"
    if body.id == "uy-ban-nhan-dan":  # the issuer, or the body above it, which is completed
        name = full
    elif body.id in _BY_PLACE_NAME:
        name = f"{body.name} {province.name}"
    else:
        name = body.name if complete else f"{body.name} {province.type}"
    yield _Body(name, agency_id, _forms(name, body.name, full, *body.aliases), valid, 1)


def _ways_to_say(issuer: str) -> Iterator[str]:
    """ "Ủy ban nhân dân xã Nam Hòa" is in its own documents "Ủy ban nhân dân" and "Ủy ban nhân dân xã" as well."""
    yield issuer
    if parts := _IN_PLACE.fullmatch(issuer):
        yield parts["body"]
        yield f"{parts['body']} {parts['kind']}"


def _of_any_place(typed: str, on: date | None) -> Iterator[_Body]:
    """The body that is named with its place, wherever that is: "ubnd tỉnh Quảng Nam"."""
    body = register().lookup(typed, on=on)
    if body and "/" in body.id:
        yield _Body(body.name, body.id, (_form(typed),), _valid(body.id, on), 2)


def _province(issuer: str | None, issuer_id: str | None, place: str | None, on: date | None) -> Province | None:
    """The province of a document; None for one of a central body, or of a place that is not known."""
    own, _, _ = (issuer_id or "").partition("/")
    if known := next((each for each in provinces() if each.id == own), None):
        return known
    if issuer_id and (body := register().agency(issuer_id)):
        return next((each for each in provinces() if each.id == body.scope), None)
    parts = _IN_PLACE.fullmatch(issuer or "")
    named = register().province(f"{parts['kind']} {parts['place']}", on=on) if parts else None
    return named or (register().province(place, on=on) if place else None)


def _valid(agency_id: str | None, on: date | None) -> bool:
    body = register().agency(agency_id) if agency_id else None
    return body is None or (body.valid(on) if on else body.valid_to is None)


def _successor(agency_id: str | None) -> Successor | None:
    body = register().agency(agency_id) if agency_id else None
    heir = register().successor(body) if body else None
    return Successor(agency_id=heir.id, name=heir.name) if body and heir and heir.id != body.id else None
