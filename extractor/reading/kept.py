"""A file as read, as bytes that can be kept, so that a better pipeline need not read its pages again.

A line that names the version of reading, then the file as JSON, compressed: some 40 bytes a word.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import fields, replace
from typing import Any

from extractor.reading.child import page_from_json, page_to_json
from extractor.reading.open import ReadFile
from extractor.record import Signature, Warning

# To be raised with every change by which a page gives other words, boxes or confidences than before.
READING_VERSION = 8


def dump_reading(file: ReadFile) -> bytes:
    """The file as bytes; the same file gives the same bytes."""
    values: dict[str, Any] = {field.name: getattr(file, field.name) for field in fields(file)}
    values["pages"] = [page_to_json(page) for page in file.pages]
    values["signatures"] = [signature.model_dump(mode="json") for signature in file.signatures]
    values["warnings"] = [warning.model_dump(mode="json") for warning in file.warnings]
    return _mark() + zlib.compress(json.dumps(values, separators=(",", ":")).encode())


def load_reading(kept: bytes) -> ReadFile | None:
    """The very file that was dumped; None for bytes that the present version of reading did not give, or that are damaged."""
    if not kept.startswith(_mark()):
        return None
    try:
        values = json.loads(zlib.decompress(kept[len(_mark()) :]))
        file = ReadFile(**values)
        return replace(
            file,
            pages=tuple(page_from_json(page) for page in values["pages"]),
            signatures=tuple(Signature(**signature) for signature in values["signatures"]),
            warnings=tuple(Warning(**warning) for warning in values["warnings"]),
        )
    except (zlib.error, ValueError, TypeError, LookupError):
        return None


def _mark() -> bytes:
    return f"directives reading {READING_VERSION}\n".encode()
