"""The command `directives`, which kills itself at a chosen point: ``DIE_AT=store:after python -m tests.whole.dying serve …``.

Nothing of this is in the product: the functions at the boundaries between steps are wrapped here.
"""

from __future__ import annotations

import functools
import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from importlib import import_module
from typing import Any

# Functions whose start or end is a boundary between two steps, or lies in the middle of a transaction: name to
# "module:function" or "module:class.function". Those that `serve` comes to:
ANSWERING = {
    "keep": "service.store.blobs:Incoming.keep",  # the original is, or is not yet, under its name
    "admit": "service.intake.reception:Reception._commit",  # document and job are, or are not yet, committed
    "enqueue": "service.jobs:Queue.enqueue",  # the middle of the transaction of both
    "correct": "service.store.records:correct",
    "approve": "service.store.records:approve",
    "announce": "service.store.changes:publish",  # the last thing in a transaction
    "deliver": "service.feed.deliveries:begin",  # a delivery is, or is not yet, counted as tried
    "delivered": "service.feed.deliveries:end",  # it has arrived, which is, or is not yet, written down
}
# Those that a worker comes to.
READING = {
    "begin": "service.jobs:Worker._begin",
    "read": "service.reader:read",
    "store": "service.jobs:Worker.store",
    "finish": "service.store.progress:finish",
    "lay-out": "service.store.records:keep_reading",
    "publish": "service.store.changes:publish",
    "clear": "shutil:rmtree",  # all is committed, the result is still there
}
# Those that a worker comes to when another is silent.
TAKING_OVER = {"put-back": "service.jobs:Queue.put_back", "leave": "service.store.workers:leave"}

POINTS = ANSWERING | READING | TAKING_OVER
WHENS = ("before", "after")


def points(names: Iterable[str], whens: Sequence[str]) -> list[str]:
    """Before or after each, or both."""
    return [f"{name}:{when}" for name in names for when in whens]


def arm(point: str) -> None:
    """Make this process die when it comes to `point`."""
    name, _, when = point.partition(":")
    module, _, path = POINTS[name].partition(":")
    owner: Any = import_module(module)
    *classes, function = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    setattr(owner, function, _deadly(getattr(owner, function), when))


def _deadly(function: Callable[..., Any], when: str) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*given: Any, **named: Any) -> Any:
            if when == "before":
                _die()
            await function(*given, **named)
            _die()

        return later

    @functools.wraps(function)
    def now(*given: Any, **named: Any) -> Any:
        if when == "before":
            _die()
        function(*given, **named)
        _die()

    return now


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from service.feed import deliveries

    deliveries.LEASE = timedelta(seconds=3)  # a dead sender is missed sooner than in earnest
    if point := os.environ.get("DIE_AT"):
        arm(point)
    from service.cli import main

    sys.exit(main())
