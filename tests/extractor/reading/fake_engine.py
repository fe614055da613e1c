"""An OCR engine for tests: it reads one sentence from any page, and misbehaves on a page with a black mark.

A black square at the top left hangs it, together with a program that it starts; one at the top right kills its process.
It writes its process ids to the file that FAKE_ENGINE_LOG names.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from extractor.reading.engine import Engine, Image, Recognised

SENTENCE = ["Ủy", "ban", "nhân", "dân", "tỉnh", "yêu", "cầu", "các", "sở", "thực", "hiện"]


class Fake:
    def recognise(self, image: Image, dpi: int) -> list[Recognised]:
        if _black(image[120:180, 120:180]):
            program = subprocess.Popen(["sleep", "600"])
            _log(f"{os.getpid()} {program.pid}")
            program.wait()
        if _black(image[120:180, -180:-120]):
            _log(f"{os.getpid()}")
            os.kill(os.getpid(), signal.SIGKILL)
        return [
            Recognised(text, (200.0 + 100 * i, 400.0, 280.0 + 100 * i, 440.0), 0.9, 1)
            for i, text in enumerate(SENTENCE)
        ]

    def recognise_lines(self, images: Sequence[Image], dpi: int) -> list[list[Recognised]]:
        return [[] for _ in images]


def _black(corner: Image) -> bool:
    return float(corner.mean()) < 60


def _log(line: str) -> None:
    if path := os.environ.get("FAKE_ENGINE_LOG"):
        with Path(path).open("a") as file:
            file.write(line + "\n")


def engine() -> Engine:
    return Fake()
