"""How the pipeline tells its caller where it is, and how the caller stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Stage = Literal["open", "read", "layout", "facts", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step done: the stage, and within "read" how many of the document's pages are read."""

    stage: Stage
    page: int = 0  # pages done so far
    pages: int = 0  # pages in all; 0 while unknown


# Called after each step, from the thread that called `extract`. To stop the work, raise `errors.Cancelled` from it:
# running children are killed and the error rises to the caller.
OnProgress = Callable[[Progress], None]
