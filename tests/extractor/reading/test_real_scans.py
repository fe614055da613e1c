"""Character errors on real scans, in reading order, against transcriptions made by hand."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from rapidfuzz.distance import Levenshtein

from extractor.layout.order import place
from extractor.reading.open import read

SCANS = Path(os.environ.get("DIRECTIVES_SHARED", Path(__file__).parents[4] / "shared")) / "real" / "scans"
TRUTHS = sorted(SCANS.glob("*.truth.txt")) if SCANS.is_dir() else []


@pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")
@pytest.mark.skipif(not TRUTHS, reason="no real scans: set DIRECTIVES_SHARED to the folder that has real/scans")
@pytest.mark.parametrize("truth", TRUTHS, ids=lambda path: path.name.split(".")[0])
def test_ordered_character_errors(truth: Path) -> None:
    name = truth.name.removesuffix(".truth.txt")
    found = read(SCANS / f"{name}.pdf")
    wanted = _folded(re.sub(r"^=== page \d+ ===$", "", truth.read_text(), flags=re.MULTILINE))
    text = _folded(" ".join(place(page).text for page in found.pages))
    assert Levenshtein.distance(text, wanted) / len(wanted) < 0.03


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
