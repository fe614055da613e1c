"""Fields of work: what follows "Bộ" or "Sở" in a name, where capitals do not show its end ("Giao thông vận tải")."""

from __future__ import annotations

from functools import cache

from extractor.knowledge.register import agencies
from extractor.knowledge.spelling import key
from extractor.knowledge.table import rows

_HEAD_NOUNS = ("Bộ ", "Sở ")


@cache
def fields_of_work() -> dict[str, str]:
    """Every field as it may be written, with its official name; longest first, so that a list is split rightly.

    >>> fields_of_work()["Kế hoạch - Đầu tư"]
    'Kế hoạch và Đầu tư'
    """
    fields: dict[str, str] = {}
    for body in agencies():
        for name in (body.name, *body.aliases):
            for noun in _HEAD_NOUNS:
                if name.startswith(noun) and body.name.startswith(noun):
                    fields.setdefault(name.removeprefix(noun), body.name.removeprefix(noun))
    for row in rows("fields_of_work.csv"):
        fields.setdefault(row["name"], row["official"] or row["name"])
    return dict(sorted(fields.items(), key=lambda pair: -len(pair[0])))


@cache
def _by_key() -> dict[str, str]:
    return {key(name): official for name, official in fields_of_work().items()}


def field_of_work(words: str) -> str | None:
    """The official name of the field that the words are, in any spelling; None if they are none."""
    return _by_key().get(key(words))
