"""Names that the document makes for itself: "… (sau đây gọi tắt là Ban Chỉ đạo)", "(viết tắt là KCN)"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractor import patterns as re
from extractor.facts.agencies import Context, Mention, find_agencies
from extractor.facts.fact import Range, overlaps

_MADE = re.compile(
    r"\s*\(\s*(?:sau đây|dưới đây)?\s*(?:gọi|viết)\s*(?:tắt|chung)?\s*(?:là|:)\s*[“\"']?(?P<alias>[[:upper:]][^)“”\"';:.]{1,60}?)[”\"']?\s*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Alias:
    """A short name and the body that it stands for from `start` on."""

    words: str
    body: Mention
    start: int


def find_aliases(text: str, *, context: Context) -> list[Alias]:
    """The names that a text makes for bodies: the body named right before "(sau đây gọi tắt là …)"."""
    found: list[Alias] = []
    for match in _MADE.finditer(text):
        if not match["alias"][0].isupper():
            continue
        window = max(0, match.start() - 200)
        before = [
            m for m in find_agencies(text[window : match.start()], context=context) if window + m.end == match.start()
        ]
        if before and not before[-1].group:
            found.append(Alias(match["alias"].strip(), before[-1], match.end()))
    return found


def resolve(
    text: str, mentions: Sequence[Mention], aliases: Sequence[Alias], *, taken: Sequence[Range] = ()
) -> list[Mention]:
    """The mentions of a text with the document's own short names resolved to the bodies that they stand for."""
    resolved = list(mentions)
    for alias in aliases:
        for match in re.finditer(rf"(?<![\w/-]){re.escape(alias.words)}(?![\w-])", text):
            start, end = match.span()
            same = [m for m in resolved if m.start <= start and end <= m.end]
            if any(m.end - m.start > end - start + 12 for m in same) or overlaps(start, end, taken):
                continue  # part of a longer name
            chief = any(m.chief for m in same)
            start = min([start, *(m.start for m in same)])
            resolved = [m for m in resolved if m not in same and not overlaps(m.start, m.end, [(start, end)])]
            resolved.append(
                Mention(start, end, "document's alias", 0.88, alias.body.name, alias.body.agency_id, False, chief)
            )
    return sorted(resolved, key=lambda m: m.start)
