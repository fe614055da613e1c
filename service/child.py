"""The process that reads one document: ``python -m service.child`` with what to do as JSON in the first argument.

It speaks in JSON lines on standard output: ``{"stage", "page", "pages"}`` as it goes on, at last
``{"status", "result", "pipeline"}`` or ``{"error": {"code", "message", "message_en"}}``. It leads its process
group and ends the group when its standard input closes, so nothing of it outlives a service that was killed.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import signal
import sys
import threading
import traceback
from importlib import import_module
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypedDict

from service.store.blobs import FULL

if TYPE_CHECKING:
    from extractor.record import DirectiveRecord

DEFECT = "internal-error"
NO_SPACE = "no-space"


class Order(TypedDict):
    """What to read, as what, and within what limits (bytes, seconds)."""

    source: str
    file_name: str
    results: str
    images: str
    extractor: str
    processes: int
    memory: int
    seconds: int


def main() -> int:
    order: Order = json.loads(sys.argv[1])
    _limit(order)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # Libraries print; what they print must not mix with what we say.
    say = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    try:
        last = _read(order, say)
    except OSError as error:
        if error.errno not in FULL:
            raise
        last = {"error": _no_space()}
    _say(say, last)
    return 0


def _read(order: Order, say: IO[str]) -> dict[str, Any]:
    from extractor.errors import DirectiveError
    from extractor.progress import Progress
    from service.store.blobs import Blobs
    from service.version import VERSION

    def told(progress: Progress) -> None:
        _say(say, {"stage": progress.stage, "page": progress.page, "pages": progress.pages})

    module, _, function = order["extractor"].partition(":")
    try:
        record: DirectiveRecord = getattr(import_module(module), function)(
            Path(order["source"]), progress=told, jobs=order["processes"] or None
        )
    except DirectiveError as error:
        return {"error": {"code": error.code, "message": error.message, "message_en": error.message_en}}
    except MemoryError:
        return {"error": _out_of_memory(order["memory"])}
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        traceback.print_exc()  # for the log, not for people
        return {"error": _defect()}
    # The file is kept under its hash; the record names it as its sender did.
    source = record.source.model_copy(update={"file_name": order["file_name"]})
    record = record.model_copy(update={"source": source})
    images = _images(record, order)
    result = Blobs(Path(order["results"])).put(record.model_dump_json(by_alias=True).encode())
    return {"status": record.status, "result": result, "pipeline": VERSION, "images": images}


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
    resource.setrlimit(resource.RLIMIT_CPU, (order["seconds"], order["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    if sys.platform == "linux":  # elsewhere address space is not counted this way
        resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))


def _die_with_parent() -> None:
    while os.read(0, 4096):
        pass
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
