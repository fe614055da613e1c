"""The specimen directives: invented documents, each with the record that a careful reader makes of it.

A specimen is a pair of files in `specimens/`: `NAME.txt`, the text as it would be typed, and `NAME.gold.json`,
its gold record. `specimens/README.md` says what is invented and how the gold was made.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "specimens"


@dataclass(frozen=True)
class Specimen:
    """One invented directive and its gold record."""

    name: str
    text_path: Path
    gold_path: Path

    def text(self) -> str:
        """The whole document as it would be typed, from the letterhead to the last row of its annex."""
        return self.text_path.read_text("utf-8")

    def gold(self) -> dict[str, Any]:
        """The gold record. A gold with a "parts" list vouches for those parts alone."""
        record: dict[str, Any] = json.loads(self.gold_path.read_text("utf-8"))
        return record


def specimens(folder: Path = FOLDER) -> list[Specimen]:
    """All specimens, by name. Raises FileNotFoundError for a text without its gold record."""
    found = []
    for text_path in sorted(folder.glob("*.txt")):
        gold_path = text_path.with_suffix(".gold.json")
        if not gold_path.is_file():
            raise FileNotFoundError(gold_path)
        found.append(Specimen(text_path.stem, text_path, gold_path))
    return found
