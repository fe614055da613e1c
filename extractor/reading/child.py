"""A child process that reads pages (`nursery` makes them).

Requests come as JSON lines on standard input, answers go as JSON lines to standard output: `{"do": "open"}` is
answered by the number of pages, `{"do": "page", "number": n}` by a page, `{"do": "signatures"}` by the signatures. An
error that a person can act upon comes as `{"error": code, "details": {...}}`, any other as `{"error":
"internal-error", …}`.

One child reads many pages, for starting costs as much as a page. It limits itself before it touches the file, and
kills its whole process group when its standard input closes: a parent that was killed leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import resource
import signal
import sys
import threading
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from extractor.errors import BadInput, DirectiveError
from extractor.reading import limits
from extractor.reading.engine import load
from extractor.reading.page import ReadPage, Word
from extractor.reading.sniff import PDF
from extractor.record import Warning


class File(Protocol):
    """An open file of pages; `engine` is called only where a page has to be recognised."""

    count: int

    def read(self, number: int, engine: Any) -> ReadPage: ...


def main(path: str, media_type: str, engine_name: str) -> None:
    """Answer requests about a file of this type, with this engine, until standard input closes."""
    _limit()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library that prints must not garble the answers
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()

    engine = lru_cache(maxsize=1)(lambda: load(engine_name))
    file: File | None = None
    while True:
        request = requests.get()
        try:
            if request["do"] == "signatures":
                answer = _signatures(Path(path))
            else:
                file = file or _open(Path(path), media_type)
                answer = {"pages": file.count} if request["do"] == "open" else _page(file, request["number"], engine)
        except DirectiveError as error:
            answer = {"error": error.code, "details": error.details}
        except MemoryError:
            answer = {"error": "internal-error", "details": {"detail": "MemoryError"}}
        except Exception as error:
            answer = {"error": "internal-error", "details": {"detail": type(error).__name__}}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _limit() -> None:
    wanted = {
        resource.RLIMIT_AS: limits.MEMORY_BYTES,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: limits.WRITE_BYTES,
        resource.RLIMIT_NOFILE: limits.OPEN_FILES,
    }
    for kind, value in wanted.items():
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            hard = resource.getrlimit(kind)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (value, value))
    with contextlib.suppress(OSError):
        os.nice(limits.NICENESS)


def _listen(requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        requests.put(json.loads(line))
    os.killpg(0, signal.SIGKILL)


def _open(path: Path, media_type: str) -> File:
    if media_type == PDF:
        from extractor.reading.pdf import Pdf

        return Pdf(path)
    from extractor.reading.picture import Picture

    return Picture(path, media_type)


def _page(file: File, number: int, engine: Any) -> dict[str, Any]:
    return {"page": page_to_json(file.read(number, engine))}


def _signatures(path: Path) -> dict[str, Any]:
    from extractor.reading.signature import signatures_of

    return {"signatures": [s.model_dump(mode="json") for s in signatures_of(path)]}


def page_to_json(page: ReadPage) -> dict[str, Any]:
    """A page as JSON's types."""
    values = asdict(replace(page, words=()))  # it would copy every part of every word
    values["words"] = [[w.text, w.box, w.confidence, w.line, w.bold, w.italic, w.raw, w.guesses] for w in page.words]
    values["warnings"] = [w.model_dump() for w in page.warnings]
    return values


def page_from_json(values: dict[str, Any]) -> ReadPage:
    """The page that `page_to_json` made these values of."""
    values = dict(values)
    values["words"] = tuple(
        Word(
            w[0],
            (w[1][0], w[1][1], w[1][2], w[1][3]),
            w[2],
            w[3],
            w[4],
            w[5],
            w[6],
            tuple((text, p) for text, p in w[7]),
        )
        for w in values["words"]
    )
    values["warnings"] = tuple(Warning(**w) for w in values["warnings"])
    values["rules"] = tuple((r[0], r[1], r[2], r[3]) for r in values["rules"])
    return ReadPage(**values)


def error_from_json(answer: dict[str, Any]) -> DirectiveError:
    """The error that an answer tells of."""
    kinds: list[type[DirectiveError]] = [DirectiveError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    named = {kind.code: kind for kind in kinds}
    return named.get(answer["error"], BadInput)(**answer.get("details", {}))
