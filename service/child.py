"""The process that reads one document, or understands the kept words of several one after the other; `service.stem` forks it.

It speaks in JSON lines on standard output: ``{"stage", "page", "pages"}`` as it goes on, at last
``{"status", "result", "pipeline", "reading", "images", "words"}`` or ``{"error": {"code", "message", "message_en"}}``, or
``{"stale": true}`` where the words that are kept are no longer what its pages would give. A reader of kept words then waits for its next
order, a JSON line on standard input. It leads its process group and ends the group when its standard input closes, so nothing of it outlives
a service that was killed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import queue
import resource
import signal
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypedDict

from service.store.blobs import FULL
from service.trace import trace

if TYPE_CHECKING:
    from extractor.pipeline import LaidPage, ReadFile
    from extractor.record import DirectiveRecord

DEFECT = "internal-error"
NO_SPACE = "no-space"


class Order(TypedDict):
    """What to read, as what, and within what limits (bytes, seconds)."""

    source: str
    file_name: str
    kept: str | None  # an earlier reading, among the readings
    results: str
    images: str
    readings: str
    extractor: str
    processes: int
    memory: int
    seconds: int


def load() -> None:
    """Load what reading needs beside the extractor."""
    for module in (
        "extractor",
        "extractor.errors",
        "extractor.progress",
        "extractor.show.images",
        "service.store.blobs",
    ):
        import_module(module)


def read(order: Order) -> None:
    """Be the reader of one document; of more, when it is of kept words: only the making of words sees what somebody sent."""
    _limit(order)
    further: queue.SimpleQueue[Order] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(further,), daemon=True).start()
    # Libraries print; what they print must not mix with what we say.
    say = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    while True:
        try:
            last = _read(order, say)
        except OSError as error:
            if error.errno not in FULL:
                raise
            last = {"error": _no_space()}
        _say(say, last)
        if not order["kept"]:
            return
        order = further.get()
        _limit_time(order)


def _read(order: Order, say: IO[str]) -> dict[str, Any]:
    from extractor.errors import DirectiveError
    from extractor.progress import Progress
    from service.store.blobs import Blobs
    from service.version import VERSION

    def told(progress: Progress) -> None:
        _say(say, {"stage": progress.stage, "page": progress.page, "pages": progress.pages})

    try:
        extractor = import_module(order["extractor"])
        kept = _kept(order)
        if order["kept"] and not kept:
            return {"stale": True}
        # The file is kept under its hash; the record names it as its sender did.
        file: ReadFile = kept or extractor.read(
            Path(order["source"]),
            file_name=order["file_name"],
            progress=told,
            jobs=order["processes"] or None,
        )
        record: DirectiveRecord = extractor.understand(file, progress=told)
        pages: tuple[LaidPage, ...] = extractor.place(file)
    except DirectiveError as error:
        return {"error": {"code": error.code, "message": error.message, "message_en": error.message_en}}
    except MemoryError:
        return {"error": _out_of_memory(order["memory"])}
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        print(trace(error), file=sys.stderr)  # for the log, not for people
        return {"error": _defect()}
    result = Blobs(Path(order["results"])).put(record.model_dump_json(by_alias=True).encode())
    return {
        "status": record.status,
        "result": result,
        "pipeline": VERSION,
        "reading": order["kept"] if kept else _keep(file, order),
        "images": None if kept else _images(record, order),
        "words": _words(pages, order),
    }


def _kept(order: Order) -> ReadFile | None:
    """What an earlier job read, if the pages would be read alike today."""
    from extractor import load_reading
    from service.store.blobs import Blobs

    if order["kept"]:
        with contextlib.suppress(FileNotFoundError):
            return load_reading(Blobs(Path(order["readings"])).get(order["kept"]))
    return None


def _keep(file: ReadFile, order: Order) -> str | None:
    """The SHA-256 of the reading; None for one that lacks pages: another time they may be read."""
    from extractor import dump_reading
    from service.store.blobs import Blobs

    if any(page.reading == "failed" for page in file.pages):
        return None
    return Blobs(Path(order["readings"])).put(dump_reading(file))


def _words(pages: tuple[LaidPage, ...], order: Order) -> list[tuple[int, str, str]]:
    """Of each page that has placed words its number, the SHA-256 of its text, and that of the words among the readings."""
    from service.store.blobs import Blobs

    blobs = Blobs(Path(order["readings"]))
    return [
        (page.number, hashlib.sha256(page.text.encode()).hexdigest(), blobs.put(_placed(page)))
        for page in pages
        if page.words
    ]


def _placed(page: LaidPage) -> bytes:
    """Each word as [start, end, x0, y0, x1, y1, confidence], as JSON."""
    words = [
        [word.start, word.end, *(round(edge, 1) for edge in word.box), round(word.confidence, 3)] for word in page.words
    ]
    return json.dumps(words, separators=(",", ":")).encode()


def _images(record: DirectiveRecord, order: Order) -> dict[str, str]:
    """Page number to the SHA-256 of its image, as people will see it beside the record."""
    from extractor.show.images import page_images
    from service.store.blobs import Blobs

    blobs = Blobs(Path(order["images"]))
    return {
        str(number): blobs.put(base64.b64decode(image.partition(",")[2]))
        for number, image in page_images(record, Path(order["source"])).items()
    }


def _defect() -> dict[str, str]:
    return {
        "code": DEFECT,
        "message": "Lỗi bên trong bộ bóc tách với văn bản này. Hãy báo quản trị viên.",
        "message_en": "The extractor failed on this document. Tell the operator.",
    }


def _no_space() -> dict[str, str]:
    return {
        "code": NO_SPACE,
        "message": "Đĩa đã đầy. Việc đọc sẽ tiếp tục khi có chỗ trống.",
        "message_en": "The disk is full. Reading goes on when there is space.",
    }


def _out_of_memory(limit: int) -> dict[str, str]:
    size = f"{limit // (1024 * 1024)} MiB"
    return {
        "code": "out-of-memory",
        "message": f"Văn bản cần nhiều bộ nhớ hơn giới hạn {size}. Hãy tách tệp hoặc quét ở độ phân giải thấp hơn.",
        "message_en": f"The document needs more memory than the limit of {size}. Split it or scan it coarser.",
    }


def _say(say: IO[str], line: dict[str, Any]) -> None:
    say.write(json.dumps(line, ensure_ascii=False) + "\n")
    say.flush()


def _limit(order: Order) -> None:
    os.nice(10)  # the service answers people meanwhile
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit_time(order)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    if sys.platform == "linux":  # elsewhere address space is not counted this way
        resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))


def _limit_time(order: Order) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + order["seconds"]
    # What stays must be able to raise it again for its next document.
    hard = resource.RLIM_INFINITY if order["kept"] else soft + 5
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _listen(further: queue.SimpleQueue[Order]) -> None:
    """Hear what to read next; die with whoever says it."""
    for line in os.fdopen(0, "rb", closefd=False):
        further.put(json.loads(line))
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
