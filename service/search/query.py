"""What people ask, understood: words, "phrases", -exclusion, prefix*, OR, brackets, and fields with values.

    phòng cháy "ủy ban nhân dân" -rừng kinh* (bão OR lũ) cơ-quan:"Sở Y tế" vai-trò:chủ-trì hạn:<2026

Parts side by side must all hold; OR (HOẶC, |) binds weaker; a part with "-" before it must not hold. Words that stand together
stay together here: which of them make one word, `search` tells. Fields and their values are `fields`'s.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.search import fields, numbers
from service.search.analysis import Syllable, composed, syllables
from service.search.fields import Condition
from service.search.numbers import Number

LONGEST = 1000  # characters
MOST_PARTS = 60  # words, phrases, conditions
_SHORTEST_PREFIX = 2

_TOKEN = re.compile(
    r"""\s+
    | (?P<open>\()
    | (?P<close>\))
    | (?P<or>(?:OR|HOẶC|\|)(?=[\s()]|$))
    | (?P<not>-(?=["\w(]))
    | (?P<field>[^\W\d_]+(?:[-_][^\W\d_]+)*):
    | "(?P<phrase>[^"]*)(?P<end>"?)
    | (?P<word>[^\s"()]+)""",
    re.VERBOSE,
)
_VALUE = re.compile(r"""(?P<sign><=|>=|<|>|=)?(?:"(?P<phrase>[^"]*)(?P<end>"?)|(?P<word>[^\s"()]*))""")


@dataclass(frozen=True, slots=True)
class Words:
    """Syllables that stand together without quotes; `glued` are those written in one with the next ("covid-19")."""

    said: tuple[Syllable, ...]
    glued: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Syllables in a row."""

    said: tuple[Syllable, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Syllables that begin so, folded."""

    begin: str


@dataclass(frozen=True, slots=True)
class Not:
    part: Node


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any_:
    parts: tuple[Node, ...]


Node = Words | Phrase | Prefix | Number | Condition | Not | All | Any_


class BadQuery(ValueError):
    """A query that cannot be understood: a stable code, where (characters of the query), and why in both languages."""

    def __init__(self, code: str, start: int, end: int, message: str, message_en: str) -> None:
        self.code, self.start, self.end = code, start, end
        self.message, self.message_en = message, message_en
        super().__init__(message_en)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def parse(text: str) -> All:
    """The query; without parts it asks for everything. Raises BadQuery."""
    text = composed(text)
    if len(text) > LONGEST:
        raise BadQuery(
            "too-long", LONGEST, len(text),
            f"Câu hỏi dài quá {LONGEST} ký tự.", f"The query is longer than {LONGEST} characters.",
        )  # fmt: skip
    tokens = list(_tokens(text))
    if len(tokens) > MOST_PARTS:
        there = tokens[MOST_PARTS]
        raise BadQuery(
            "too-many-parts", there.start, there.end,
            f"Câu hỏi có quá {MOST_PARTS} phần.", f"The query has more than {MOST_PARTS} parts.",
        )  # fmt: skip
    return _Parser(text, tokens).whole()


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:  # a sign alone
            place += 1
            continue
        start, place = place, found.end()
        match found.lastgroup:
            case None:
                continue
            case "end" | "phrase":
                _closed(found, start, text)
                yield _Token("phrase", found["phrase"], start, place)
            case "field":
                value = _VALUE.match(text, place)
                assert value
                name, place = found["field"], value.end()
                if value["phrase"] is not None:
                    _closed(value, value.start(), text)
                said = value["phrase"] if value["phrase"] is not None else value["word"]
                yield _Token("field", f"{name}:{value['sign'] or ''}{said}", start, place)
            case kind:
                yield _Token(kind, found[0], start, place)


def _closed(found: re.Match[str], start: int, text: str) -> None:
    if not found["end"]:
        raise BadQuery(
            "unclosed-quote", start, len(text),
            "Thiếu dấu nháy kép đóng.", "A closing quotation mark is missing.",
        )  # fmt: skip


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def whole(self) -> All:
        node = self._any(None)
        return node if isinstance(node, All) else All((node,))

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _any(self, opened: _Token | None) -> Node:
        parts = [self._all(opened)]
        while (token := self._peek()) and token.kind == "or":
            self._next += 1
            parts.append(self._all(opened))
            if not _something(parts[-2]) or not _something(parts[-1]):
                raise BadQuery(
                    "dangling-or", token.start, token.end,
                    "Hai bên của OR đều phải có điều cần tìm.", "Something has to stand on both sides of OR.",
                )  # fmt: skip
        return parts[0] if len(parts) == 1 else Any_(tuple(parts))

    def _all(self, opened: _Token | None) -> Node:
        parts: list[Node] = []
        while (token := self._peek()) and token.kind != "or":
            if token.kind == "close":
                if opened is None:
                    raise BadQuery(
                        "unopened-bracket", token.start, token.end,
                        "Dấu ngoặc đóng không có dấu mở.", "A closing bracket has no opening one.",
                    )  # fmt: skip
                break
            if token.kind == "word" and not token.text.endswith("*"):
                parts += self._words()
            else:
                self._next += 1
                parts += filter(None, [self._one(token)])
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _words(self) -> Iterator[Node]:
        """The words from here on that have nothing between them, document numbers among them by themselves."""
        start = end = self._tokens[self._next].start
        while (token := self._peek()) and token.kind == "word" and not token.text.endswith("*"):
            self._next, end = self._next + 1, token.end
        for part in numbers.cut(self._text[start:end]):
            if isinstance(part, Number):
                yield part
            elif said := syllables(part):
                pairs = enumerate(itertools.pairwise(said))
                glued = frozenset(n for n, (a, b) in pairs if not re.search(r"\s", part[a.end : b.start]))
                yield Words(tuple(said), glued)

    def _one(self, token: _Token) -> Node | None:
        match token.kind:
            case "not":
                follower = self._peek()
                assert follower, "a part stands behind it"
                if follower.kind == "or" or (follower.kind == "word" and not follower.text.endswith("*")):
                    self._next += 1
                    said = syllables(follower.text)
                    # A number, an address: what is written together is meant together.
                    return Not(Phrase(tuple(said))) if said else None
                self._next += 1
                part = self._one(follower)
                return Not(part) if part else None
            case "open":
                inside = self._any(token)
                if self._peek() is None:
                    raise BadQuery(
                        "unclosed-bracket", token.start, len(self._text),
                        "Thiếu dấu ngoặc đóng.", "A closing bracket is missing.",
                    )  # fmt: skip
                self._next += 1
                return inside if _something(inside) else None
            case "phrase":
                said = syllables(token.text)
                return Phrase(tuple(said)) if said else None
            case "word":
                return self._prefix(token)
            case _:
                return self._condition(token)

    def _prefix(self, token: _Token) -> Node | None:
        said = syllables(token.text)
        if not said or len(said[-1].folded) < _SHORTEST_PREFIX:
            raise BadQuery(
                "short-prefix", token.start, token.end,
                "Trước dấu * cần ít nhất hai chữ cái.", "At least two letters have to stand before *.",
            )  # fmt: skip
        begin = Prefix(said[-1].folded)
        return All((Phrase(tuple(said[:-1])), begin)) if said[:-1] else begin

    def _condition(self, token: _Token) -> Condition:
        name, _, value = token.text.partition(":")
        try:
            return fields.condition(name, value)
        except fields.Unknown as error:
            raise BadQuery(
                "unknown-field", token.start, token.start + len(name),
                f"Không có trường “{name}”. Có: {error.vi}.", f'There is no field "{name}". There are: {error.en}.',
            ) from None  # fmt: skip
        except fields.BadValue as error:
            raise BadQuery("bad-value", token.start + len(name) + 1, token.end, error.vi, error.en) from None


def _something(node: Node) -> bool:
    return not isinstance(node, All) or bool(node.parts)
