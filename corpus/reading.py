"""Character errors of scans, read by this pipeline and by plain Tesseract in one run; and whether words are as sure as they say.

A scan is a PDF with `NAME.truth.txt` beside it (what its pages say, in reading order) or `NAME.ref.txt` (a text typed anew: its body
counts); or it is made of a text, by a recipe.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from corpus.bench import plain
from corpus.cer import body_cer, cer, fold
from corpus.evaluate import truth_text
from corpus.score import PARTS, Score

SURE = 0.95
_say = partial(print, flush=True)
_BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan to read: PDF, what it says, and whether that was typed anew; its group in the table; its gold record, if any."""

    name: str
    group: str
    path: Path
    truth: str
    retyped: bool = False
    gold: Path | None = None

    def errors(self, text: str) -> float:
        return body_cer(text, self.truth) if self.retyped else cer(text, self.truth)


@dataclass(frozen=True, slots=True)
class Result:
    """Of one scan: the error rates of this pipeline and of plain Tesseract, F1 of facts from the scan and from its truth text by part,
    and how many words of each confidence there were and were right.
    """

    scan: Scan
    pages: int
    ours: float
    plain: float | None
    facts: dict[str, tuple[float, float]]
    words: Counter[float]
    right: Counter[float]


def scans_in(places: Iterable[Path]) -> Iterator[Scan]:
    """The scans with a truth or a re-typed text in these folders, or these files."""
    for place in places:
        for path in sorted(place.glob("*.pdf")) if place.is_dir() else [place]:
            truth, retyped = path.with_name(f"{path.stem}.truth.txt"), path.with_name(f"{path.stem}.ref.txt")
            gold = path.with_name(f"{path.stem}.gold.json")
            if truth.exists():
                yield Scan(path.stem, "real", path, truth_text(truth), gold=gold if gold.exists() else None)
            elif retyped.exists():
                yield Scan(path.stem, "re-typed", path, retyped.read_text("utf8"), retyped=True)


def made(texts: Sequence[Path], recipes: Sequence[str], folder: Path) -> Iterator[Scan]:
    """A scan of every text by every recipe, laid in the folder."""
    from corpus.scan import make_scan
    from corpus.typeset import TypesetMismatch

    for recipe in recipes:
        for seed, text in enumerate(texts):
            try:
                scan = make_scan(text.read_text("utf8"), recipe=recipe, seed=seed)
            except TypesetMismatch:
                continue  # a text that is no document of the usual plan
            path = folder / f"{text.stem}.{recipe}.pdf"
            path.write_bytes(scan.pdf)
            yield Scan(text.stem, recipe, path, scan.truth)
            path.unlink()


def measure(scan: Scan, *, beside_plain: bool = True) -> Result:
    """Reads a scan both ways."""
    from extractor.layout import lay_out
    from extractor.reading.open import read

    file = read(scan.path)
    document = lay_out(file.pages)
    text = "\n".join(page.text for page in document.pages)
    words, right = Counter[float](), Counter[float]()
    if not scan.retyped:
        said = [(p.text[w.start : w.end], w.confidence) for p in document.pages for w in p.words]
        words, right = _tally(said, scan.truth)
    facts: dict[str, tuple[float, float]] = {}
    if scan.gold:
        from corpus.evaluate import Case, run

        seen, known = (
            run(Case(scan.name, "scan", path, scan.gold)).score
            for path in (scan.path, scan.path.with_name(f"{scan.name}.truth.txt"))
        )
        facts = _both(seen, known)
    by_plain = scan.errors(plain(scan.path, "plain", threads=1).text) if beside_plain else None
    return Result(scan, len(file.pages), scan.errors(text), by_plain, facts, words, right)


def _both(seen: Score | None, known: Score | None) -> dict[str, tuple[float, float]]:
    if not seen or not known:
        return {}
    return {part: (seen[part].f1, known[part].f1) for part in PARTS if known[part].gold}


def _tally(said: Sequence[tuple[str, float]], truth: str) -> tuple[Counter[float], Counter[float]]:
    words, right = Counter[float](), Counter[float]()
    ours = [fold(word) for word, _ in said]
    ok = set[int]()
    for step in Levenshtein.opcodes(ours, fold(truth).split()):
        if step.tag == "equal":
            ok.update(range(step.src_start, step.src_end))
    for i, (_, confidence) in enumerate(said):
        floor = max(low for low in _BINS if confidence >= low)
        words[floor] += 1
        right[floor] += i in ok
    return words, right


def report(scans: Iterable[Scan], say: Callable[[str], None] = _say, *, beside_plain: bool = True) -> list[Result]:
    """Measures the scans one by one and says each, the means of the groups, and how often words were right."""
    results: list[Result] = []
    say(f"{'bản quét / scan':40}{'loại / kind':>14}{'trang':>7}{'Tesseract':>11}{'ta / ours':>11}  CER %")
    for scan in scans:
        result = measure(scan, beside_plain=beside_plain)
        results.append(result)
        say(_line(scan.name[:38], scan.group, result.pages, result.plain, result.ours))
        for part, (seen, known) in result.facts.items():
            say(f"{'':44}{part:16} F1 bản quét {seen:.3f}, lời thật {known:.3f}, {100 * (seen - known):+.1f}")
    say("")
    for group in dict.fromkeys(result.scan.group for result in results):
        own = [result for result in results if result.scan.group == group]
        known_plain = [result.plain for result in own if result.plain is not None]
        mean = sum(known_plain) / len(known_plain) if known_plain else None
        say(_line("trung bình / mean", group, sum(r.pages for r in own), mean, sum(r.ours for r in own) / len(own)))
    for name, chosen in (("real", [r for r in results if r.scan.group == "real"]), ("all", results)):
        words, right = Counter[float](), Counter[float]()
        for result in chosen:
            words.update(result.words)
            right.update(result.right)
        if words:
            say(f"\nđộ tin cậy của từ / confidence of words, {name}:")
            for low in sorted(words):
                say(f"  ≥ {low:.3f}: {words[low]:6} từ, đúng {100 * right[low] / words[low]:.2f}%")
            sure = [low for low in words if low >= SURE]
            if whole := sum(words[low] for low in sure):
                share = sum(right[low] for low in sure) / whole
                say(f"  từ {SURE} trở lên: {whole} từ ({100 * whole / words.total():.1f}%), đúng {100 * share:.2f}%")
    return results


def _line(name: str, group: str, pages: int, plain_rate: float | None, ours: float) -> str:
    rate = f"{100 * plain_rate:11.2f}" if plain_rate is not None else f"{'–':>11}"
    return f"{name:40}{group:>14}{pages:7}{rate}{100 * ours:11.2f}"


def run(
    places: Sequence[Path], recipes: Sequence[str], texts: Sequence[Path], *, beside_plain: bool = True
) -> list[Result]:
    """The table of the scans in these places, and of scans made of the texts by the recipes."""
    with tempfile.TemporaryDirectory() as folder:

        def every() -> Iterator[Scan]:
            yield from scans_in(places)
            yield from made(texts, recipes, Path(folder))

        return report(every(), beside_plain=beside_plain)
