"""Which syllables follow which in directives: counted over the specimens and the knowledge files, for `extractor.reading.repair`."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import regex as re

from corpus.specimens import specimens
from extractor.knowledge.spelling import modern

KNOWLEDGE = Path(__file__).parents[1] / "extractor" / "knowledge"
NAME = "bigrams.csv"

HEAD = (
    "# Which syllables follow which, counted over the specimens and the other tables here: python -m corpus bigrams\n"
)

_SYLLABLE = re.compile(r"[[:alpha:]]+")
_MARKS = ".,;:()[]“”\"'/!?-–…"
_ENDS = ",.;:)!?”"  # what stands behind these follows nothing
_CELLS = str.maketrans(dict.fromkeys(',"|', " . "))


def table(without: Iterable[str] = ()) -> str:
    """The table as CSV: syllable, the one behind it (empty: the syllable by itself), how often. `without` names specimens to leave out."""
    left_out = set(without)
    known = [_facts(path).translate(_CELLS) for path in sorted(KNOWLEDGE.glob("*")) if _is_prose(path)]
    texts = [specimen.text() for specimen in specimens() if specimen.name not in left_out]
    alone: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    named = {pair for text in known for run in _runs(text) for pair in pairwise(map(_key, run))}
    for text in (*known, *texts):
        for run in _runs(text):
            alone.update(map(_key, run))
            for first, second in pairwise(run):
                pair = (_key(first), _key(second))
                # Two capitalised words that no table knows may be a person's name, which nothing is repaired to.
                if pair in named or not (first[0].isupper() and second[0].isupper()):
                    pairs[pair] += 1
    out = io.StringIO()
    out.write(HEAD)
    write = csv.writer(out, lineterminator="\n").writerow
    write(("syllable", "next", "count"))
    for syllable, count in sorted(alone.items()):
        write((syllable, "", count))
    for (syllable, behind), count in sorted(pairs.items()):
        write((syllable, behind, count))
    return out.getvalue()


def _is_prose(path: Path) -> bool:
    return path.suffix in (".csv", ".txt") and path.name not in (
        NAME,
        "evidence.csv",
        "reliability.csv",
        "calendar.csv",
    )


def _facts(path: Path) -> str:
    """What a table holds, without what it says of itself and the names of its columns, which are English."""
    lines = [line for line in path.read_text("utf8").splitlines() if not line.startswith("#")]
    return "\n".join(lines[1:] if path.suffix == ".csv" else lines)


def _runs(text: str) -> Iterator[list[str]]:
    """Stretches of syllables with nothing between them that ends a sentence or a part of it."""
    run: list[str] = []
    for word in unicodedata.normalize("NFC", text).split():
        bare = word.strip(_MARKS)
        if _SYLLABLE.fullmatch(bare):
            run.append(bare)
        if not _SYLLABLE.fullmatch(bare) or word[-1] in _ENDS:
            if run:
                yield run
            run = []
    if run:
        yield run


def _key(syllable: str) -> str:
    return modern(syllable.lower())
