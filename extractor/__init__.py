"""Vietnamese government directives: a file goes in, a structured record comes out.

>>> from extractor import extract
>>> record = extract("02-CT-UBND.pdf")
>>> [task.title for task in record.tasks]
"""

from typing import TYPE_CHECKING, Any

from extractor.errors import DirectiveError
from extractor.record import DirectiveRecord

if TYPE_CHECKING:
    from extractor.pipeline import extract

__all__ = ["DirectiveError", "DirectiveRecord", "extract"]


def __getattr__(name: str) -> Any:
    # The pipeline pulls in spaCy (seconds of start-up); reading a record should not.
    if name == "extract":
        from extractor.pipeline import extract

        return extract
    raise AttributeError(name)
