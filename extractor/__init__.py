"""Vietnamese government directives: a file goes in, a structured record comes out.

>>> from extractor import extract
>>> record = extract("02-CT-UBND.pdf")
>>> [task.title for task in record.tasks]

`read` and `understand` are its two halves; what `read` gives can be kept (`dump_reading`, `load_reading`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from extractor.errors import DirectiveError
from extractor.record import DirectiveRecord

if TYPE_CHECKING:
    from extractor.deadline import read_deadline
    from extractor.facts.words import inner_syllables
    from extractor.pipeline import extract, load, place, read, understand
    from extractor.reading.kept import READING_VERSION, dump_reading, load_reading
    from extractor.suggest import Suggestion, suggest_agencies

__all__ = [
    "READING_VERSION",
    "DirectiveError",
    "DirectiveRecord",
    "Suggestion",
    "dump_reading",
    "extract",
    "inner_syllables",
    "load",
    "load_reading",
    "place",
    "read",
    "read_deadline",
    "suggest_agencies",
    "understand",
]

_HOMES = {
    "extractor.pipeline": ("extract", "load", "place", "read", "understand"),
    "extractor.reading.kept": ("READING_VERSION", "dump_reading", "load_reading"),
    "extractor.deadline": ("read_deadline",),
    "extractor.facts.words": ("inner_syllables",),
    "extractor.suggest": ("Suggestion", "suggest_agencies"),
}


def __getattr__(name: str) -> Any:
    # The pipeline pulls in spaCy (seconds of start-up); reading a record should not.
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(name)
