"""The register of bodies: from the words on a page to a body, its official name, its identifier and its successor.

A body that every province has ("Sở Y tế") stands in the table once, as a template without the province's name. With a
province it becomes that province's body: id `tinh-quang-ngai/so-y-te`, name "Sở Y tế tỉnh Quảng Ngãi". The
words "tỉnh" and "thành phố" alone name no province: the caller knows it from the issuer and passes it on.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from extractor.knowledge.provinces import Province, provinces
from extractor.knowledge.spelling import key, modern, slug, write_out
from extractor.knowledge.table import day, in_force, parts, rows

_TEMPLATES = frozenset({"per_province", "territorial"})
_BARE = ("tỉnh", "thành phố")
_WORD = re.compile(r"[^\W_]+")
_LONGEST_TERRITORY = 7


@dataclass(frozen=True, slots=True)
class Agency:
    """A body under one name, valid in [valid_from, valid_to] (open where None).

    `scope` is `national`, `per_province` or `territorial` (templates; the latter mean nothing without a territory),
    `per_commune`, or the id of the one province that has it. `identifier` is the electronic one (Quyết định
    20/2020/QĐ-TTg), where known.
    """

    id: str
    name: str
    level: str
    scope: str
    valid_from: date | None
    valid_to: date | None
    successor: str | None
    identifier: str | None
    aliases: tuple[str, ...]

    def valid(self, on: date) -> bool:
        """Whether the body existed under this name on that day."""
        return in_force(self.valid_from, self.valid_to, on)


@cache
def agencies() -> tuple[Agency, ...]:
    """The table agencies.csv."""
    return tuple(
        Agency(
            id=row["id"],
            name=row["name"],
            level=row["level"],
            scope=row["scope"],
            valid_from=day(row["valid_from"]),
            valid_to=day(row["valid_to"]),
            successor=row["successor"] or None,
            identifier=row["identifier"] or None,
            aliases=parts(row["aliases"]),
        )
        for row in rows("agencies.csv")
    )


class Register:
    """Look-ups over the tables agencies.csv and provinces.csv; immutable once built."""

    def __init__(self, bodies: Iterable[Agency], territory: Iterable[Province]) -> None:
        self._agencies = {body.id: body for body in bodies}
        self._provinces = {province.id: province for province in territory}
        self._by_name: dict[str, list[Agency]] = defaultdict(list)
        self._by_alias: dict[str, list[Agency]] = defaultdict(list)
        self._by_territory: dict[str, list[Province]] = defaultdict(list)
        self._spelled: dict[str, str] = {}
        for body in self._agencies.values():
            self._by_name[key(body.name)].append(body)
            for alias in body.aliases:
                self._by_alias[key(alias)].append(body)
        for province in self._provinces.values():
            for form in _territory_forms(province):
                if province not in (known := self._by_territory[key(form)]):
                    known.append(province)
        self._spell()
        # How many words the longest known name has that begins with a word.
        self._longest: dict[str, int] = {}
        for form in self._spelled:
            words = form.split(" ")
            self._longest[words[0]] = max(self._longest.get(words[0], 0), len(words))

    def _spell(self) -> None:
        for form, bearers in self._by_alias.items():
            spellings = {body.name for body in bearers}
            written = {alias for body in bearers for alias in body.aliases if key(alias) == form and not _short(alias)}
            if written:
                self._spelled[form] = min(written)
            elif len(spellings) == 1:
                self._spelled[form] = spellings.pop()
        for form, bearers in self._by_name.items():
            self._spelled[form] = bearers[0].name
        for body in self._agencies.values():
            if body.scope == "territorial":
                self._spelled.pop(key(body.name), None)
        for form, named in self._by_territory.items():
            if form.startswith(_BARE):
                self._spelled.setdefault(form, named[-1].full_name)
        for province in self._provinces.values():
            for alias in province.aliases:
                if slug(alias).replace("-", "") == slug(province.name).replace("-", ""):
                    self._spelled.setdefault(key(alias), province.name)

    def agency(self, id: str) -> Agency | None:
        """The body of an id; a province's body is made from its template."""
        if id in self._agencies:
            return self._agencies[id]
        place, _, template = id.partition("/")
        province, body = self._provinces.get(place), self._agencies.get(template)
        if province and body and body.scope in _TEMPLATES:
            return self._in_province(body, province)
        return None

    def lookup(self, words: str, *, on: date | None = None) -> Agency | None:
        """The body that the words name, exact on `key`; the one valid on that day, else that of any era.

        "Sở Y tế" and "Sở Y tế tỉnh" give the template, "Sở Y tế tỉnh Quảng Ngãi" that province's body.
        """
        form = key(words)
        if found := self._exact(form, on):
            return found
        for base, place in _splits(form):
            if place in _BARE:
                if template := self._template(base, on):
                    return template
            elif (province := self._province(place, on)) and (template := self._template(base, on)):
                return self._in_province(template, province)
        return None

    def agency_id(self, words: str, *, province: Province | None, on: date | None = None) -> str | None:
        """The id of the body that the words name in a document of that province (None for a central issuer)."""
        form = key(words)
        if province:
            base = next((base for base, place in _splits(form) if place in _BARE), form)
            if own := self._exact(f"{base} {key(province.full_name)}", on):
                return own.id
            template = self._template(base, on)
            national = self._exact(form, on)
            if template and template.scope == "territorial" and base == form:
                template = None
            if template and not (national and _rank(national, on) < _rank(template, on)):
                return f"{province.id}/{template.id}"
        found = self.lookup(words, on=on)
        return found.id if found else None

    def names(self) -> Iterator[tuple[str, str]]:
        """Every written form of every body with the body's id, as it may stand in a text.

        Templates come bare and with "tỉnh" and "thành phố"; territorial ones with every province's name as well. A
        province's name after any other template is left to the caller.
        """
        for body in self._agencies.values():
            for form in (body.name, *body.aliases):
                if body.scope != "territorial":
                    yield form, body.id
                if body.scope in _TEMPLATES:
                    for place in (*_BARE, "TP"):
                        yield f"{form} {place}", body.id
                if body.scope == "territorial":
                    for province in self._provinces.values():
                        for place in (province.name, province.full_name):
                            yield f"{form} {place}", f"{province.id}/{body.id}"

    def official(self, words: str) -> str:
        """The words with abbreviations written out, official spelling, capitals and tone places; the rest as it is."""
        text = modern(write_out(" ".join(unicodedata.normalize("NFC", words).split())))
        tokens = list(_WORD.finditer(text))
        out: list[str] = []
        position = index = 0
        while index < len(tokens):
            start = tokens[index].start()
            longest = self._longest.get(tokens[index][0].lower(), 0)
            for size in range(min(longest, len(tokens) - index), 0, -1):
                end = tokens[index + size - 1].end()
                if _is_name(text[start:end]) and (spelling := self._spelled.get(key(text[start:end]))):
                    out += [text[position:start], spelling]
                    position = end
                    index += size
                    break
            else:
                index += 1
        return "".join(out) + text[position:]

    def successor(self, body: Agency, *, on: date | None = None) -> Agency:
        """The body that has its duties on that day (today's end of the chain without a day); itself if still there.

        A province's body follows its province into the merged one as well.
        """
        while body.successor and not (on is not None and (body.valid_to is None or on <= body.valid_to)):
            heir = self.agency(body.successor)
            if heir is None:
                break
            body = heir
        place, _, template = body.id.partition("/")
        province, pattern = self._provinces.get(place), self._agencies.get(template)
        if province and pattern and pattern.scope in _TEMPLATES:
            return self._in_province(pattern, self.province_successor(province, on=on))
        return body

    def province(self, words: str, *, on: date | None = None) -> Province | None:
        """The province that the words name, with or without its type; never a city before it was one.

        "Quảng Ngãi" and "tỉnh Quảng Ngãi" are the province; "thành phố Quảng Ngãi" is a town in it, hence None.
        """
        return self._province(key(words), on)

    def province_successor(self, province: Province, *, on: date | None = None) -> Province:
        """The province that has this territory on that day (after all mergers without a day)."""
        while province.successor and not (on is not None and (province.valid_to is None or on <= province.valid_to)):
            province = self._provinces[province.successor]
        return province

    def _province(self, form: str, on: date | None) -> Province | None:
        named = self._by_territory.get(form, [])
        if on is None:
            return max(named, key=lambda p: p.valid_to or date.max, default=None)
        if form.startswith(_BARE):
            named = [p for p in named if p.valid_from is None or p.valid_from <= on]
        return min(named, key=lambda p: (not p.valid(on), -(p.valid_to or date.max).toordinal()), default=None)

    def _in_province(self, template: Agency, province: Province) -> Agency:
        heir = self._agencies[template.successor] if template.successor else None
        return replace(
            template,
            id=f"{province.id}/{template.id}",
            name=f"{template.name} {province.full_name}",
            scope=province.id,
            successor=f"{province.id}/{heir.id}" if heir and heir.scope in _TEMPLATES else template.successor,
            identifier=None,
            aliases=(),
        )

    def _exact(self, form: str, on: date | None) -> Agency | None:
        found = [
            (_rank(body, on), body.scope in _TEMPLATES, place, body)
            for place, table in enumerate((self._by_name, self._by_alias))
            for body in table.get(form, ())
            if body.scope != "territorial"
        ]
        return min(found, key=lambda each: each[:3], default=(0, False, 0, None))[3]

    def _template(self, form: str, on: date | None) -> Agency | None:
        found = [
            (_rank(body, on), place, body)
            for place, table in enumerate((self._by_name, self._by_alias))
            for body in table.get(form, ())
            if body.scope in _TEMPLATES
        ]
        return min(found, key=lambda each: each[:2], default=(0, 0, None))[2]


@cache
def register() -> Register:
    """The register of the shipped tables."""
    return Register(agencies(), provinces())


def _rank(body: Agency, on: date | None) -> int:
    """0 for a body valid on that day (or, without a day, still there), 1 otherwise."""
    return int(not body.valid(on) if on else body.valid_to is not None)


def _territory_forms(province: Province) -> Iterator[str]:
    yield province.full_name
    # Where the type is part of the name (Thành phố Hồ Chí Minh) the rest alone is a person, not a place.
    if province.full_name.startswith(province.type):
        yield province.name
    yield from province.aliases
    for alias in province.aliases:
        if not key(alias).startswith(_BARE):
            yield f"{province.type} {alias}"


def _splits(form: str) -> Iterator[tuple[str, str]]:
    """A name's form cut into (body, territory), longest territory first."""
    words = form.split(" ")
    for size in range(min(_LONGEST_TERRITORY, len(words) - 1), 0, -1):
        yield " ".join(words[:-size]), " ".join(words[-size:])


def _is_name(words: str) -> bool:
    """Whether a capital shows a name: "công an" and "báo" are common nouns as well as names."""
    return any(word[0].isupper() for word in _WORD.findall(words))


def _short(form: str) -> bool:
    """Whether the form is an abbreviation ("SNV", "Sở NN&PTNT"), by two capitals in one word."""
    return any(sum(letter.isupper() for letter in word) > 1 for word in _WORD.findall(form))
