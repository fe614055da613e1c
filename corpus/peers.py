"""What else one could pick to read scans: run on the same file in the same way, where it is installed.

The peers live in a virtual environment of their own (`python -m venv PEERS; PEERS/bin/pip install ocrmypdf kreuzberg`), for the project needs
none of them. OCRmyPDF needs Ghostscript beside it. Each is asked to recognise every page anew, in Vietnamese, with all cleaning that
it offers without more programs.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

_KREUZBERG = """
import sys
from kreuzberg import ExtractionConfig, OcrConfig, extract_file_sync
wanted = ExtractionConfig(force_ocr=True, ocr=OcrConfig(backend="tesseract", language="vie"))
open(sys.argv[2], "w", encoding="utf-8").write(extract_file_sync(sys.argv[1], config=wanted).content)
"""


def _ocrmypdf(python: Path, scan: Path, text: Path) -> list[str]:
    # A signed file is read only by giving up its signatures, in the copy.
    options = ["--output-type", "pdf", "--force-ocr", "--deskew", "--rotate-pages", "--invalidate-digital-signatures"]
    said = ["--sidecar", str(text), "-l", "vie", "--quiet"]
    return [str(python), "-m", "ocrmypdf", *options, *said, str(scan), os.devnull]


def _kreuzberg(python: Path, scan: Path, text: Path) -> list[str]:
    return [str(python), "-c", _KREUZBERG, str(scan), str(text)]


PEERS: dict[str, Callable[[Path, Path, Path], list[str]]] = {"OCRmyPDF": _ocrmypdf, "kreuzberg": _kreuzberg}


def read(name: str, environment: Path, scan: Path) -> str:
    """What a peer of this virtual environment reads. Raises RuntimeError with the end of what it said when it fails."""
    with tempfile.TemporaryDirectory(prefix="directives-peer-") as folder:
        text = Path(folder, "text.txt")
        done = subprocess.run(
            PEERS[name](environment / "bin" / "python", scan, text),
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            check=False,
        )
        if done.returncode or not text.exists():
            raise RuntimeError(done.stderr.strip()[-300:] or f"exit status {done.returncode}")
        return text.read_text("utf8", errors="replace")
