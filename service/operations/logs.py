"""The log: one JSON object a line on standard error, ours and that of the libraries alike.

It names documents, jobs and people by id alone. No line holds words of a document, names of files, passwords or tokens, so
that whoever keeps the machine may read the log without having the right to read the directives. Errors are told by kind and
place, for what they say may quote either.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from service.trace import trace

LEVELS = ("debug", "info", "warning", "error")


def _without_words(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error by its kind and place."""
    told = event.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else told[1] if isinstance(told, tuple) else None
    if told is True:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = trace(error)
    return event


_COMMON: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,  # the request's id
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _without_words,
]


def configure(level: str) -> None:
    """Write the log from `level` on. Raises ValueError for an unknown level."""
    if level not in LEVELS:
        raise ValueError(f"DIRECTIVES_LOG_LEVEL={level!r}: {', '.join(LEVELS)}")
    line = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*_COMMON, line],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # Libraries say more than anybody reads, so theirs begins at warnings.
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_COMMON, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, line],
        )
    )
    logging.basicConfig(level="ERROR" if level == "error" else "WARNING", handlers=[libraries], force=True)
    # The job engine brings a handler of its own unless it finds one.
    engine = logging.getLogger("dbos")
    engine.handlers = [libraries]
    engine.propagate = False
