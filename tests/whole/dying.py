"""The command `directives`, which kills itself at a chosen point: ``DIE_AT=store:after python -m tests.whole.dying serve …``.

Nothing of this is in the product: the functions at the boundaries between steps are wrapped here.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from service import jobs, reader
from service.intake.reception import Reception
from service.store import changes
from service.store.blobs import Incoming

# Where a function's start or end is a boundary between two steps, or the middle of a transaction.
POINTS: dict[str, tuple[Any, str]] = {
    "keep": (Incoming, "keep"),  # the original is, or is not yet, under its name
    "admit": (Reception, "_commit"),  # document and job are, or are not yet, committed
    "begin": (jobs.Worker, "_begin"),
    "read": (reader, "read"),
    "store": (jobs.Worker, "store"),
    "publish": (changes, "publish"),  # the last thing in a transaction
}
ALL = [f"{name}:{when}" for name in POINTS for when in ("before", "after")]


def arm(point: str) -> None:
    """Make this process die when it comes to `point`."""
    name, _, when = point.partition(":")
    owner, function = POINTS[name]
    setattr(owner, function, _deadly(getattr(owner, function), when))


def _deadly(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*args: Any, **given: Any) -> Any:
            if when == "before":
                _die()
            result = await function(*args, **given)
            _die()
            return result

        return later

    @functools.wraps(function)
    def now(*args: Any, **given: Any) -> Any:
        if when == "before":
            _die()
        result = function(*args, **given)
        _die()
        return result

    return now


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    if point := os.environ.get("DIE_AT"):
        arm(point)
    from service.cli import main

    sys.exit(main())
