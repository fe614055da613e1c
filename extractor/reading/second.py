"""A second reader's look at the words of a page: those that the engine doubts are read again, with their neighbours, by the project's own
recogniser (`lines`), and each gets what that reader makes of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import Levenshtein

from extractor.reading import lettering, lines
from extractor.reading.engine import Image, Recognised
from extractor.reading.syllable import is_syllable
from extractor.record import Box

DOUBTED = 0.95  # a word below this is looked at again
NEIGHBOURS = 2  # … with so many words on each side: fewer cost errors, more cost time
BESIDE = 0.2  # of a line's height: the white before and behind its words that goes with them
FITTED = 5  # words from which the bend of a line is judged
NORMAL = (0.6, 1.3)  # of the usual height of a line's words: those that are lower or higher do not say where it runs
BENT = 0.2  # of a line's height: a line that bends less is straight
LOOSE = 0.2  # … and one whose words stand so far from any curve
SURER = 3.0  # log odds by which another division into words has to be likelier
LIKELY, FAIR = 0.5, 0.01  # … and its probability, and where the engine itself doubts every word
SUREST = 0.95  # of what one reader alone has read
FIRST, LAST = (
    3,
    1,
)  # places by which the network says a word's first letter behind its beginning, and its last behind its end

_MARKS = ".,;:/%()-–"
_STROKES = re.compile(r".*\w[.;,:](?=[-_–—~]+$)")  # a word with strokes of a pen, a seal or a rule behind its end


@dataclass(frozen=True, slots=True)
class Sight:
    """What the second reader makes of a word: its own reading, and how likely any reading is to it."""

    text: str
    line: lines.Line

    def chances_of(self, texts: Sequence[str]) -> list[float]:
        """The log probability of each reading."""
        return self.line.chances_of(texts)


def look(
    words: Sequence[Recognised], image: Callable[[], Image], without: Sequence[Recognised] = ()
) -> tuple[list[Recognised], list[Sight | None]]:
    """The words of an upright page, here and there divided otherwise, and what the second reader makes of each; None where it did not look,
    as at the words in `without`.
    """
    left = {id(word) for word in without}
    by_line: dict[int, list[int]] = {}
    for i, word in enumerate(words):
        by_line.setdefault(word.line, []).append(i)
    doubted: list[list[int]] = []
    rows: list[lines.Row] = []
    for ids in by_line.values():
        own = sorted(ids, key=lambda i: words[i].box[0])
        for first, last in _stretches([words[i].confidence < DOUBTED and id(words[i]) not in left for i in own]):
            doubted.append(own[first : last + 1])
            rows.append(_row([words[i] for i in own], first, last))
    if not doubted:
        return list(words), [None] * len(words)
    read = lines.read(image(), rows)
    kept: dict[int, list[tuple[Recognised, Sight | None]]] = {}
    for own, line in zip(doubted, read, strict=True):
        for group, seen, stretch in _compared([words[i].text for i in own], line):
            kept.update(_decided([(own[k], words[own[k]]) for k in group], seen, stretch))
    both = [pair for i, word in enumerate(words) for pair in kept.get(i, [(word, None)])]
    return [word for word, _ in both], [sight for _, sight in both]


def read(image: Image, boxes: Sequence[Box]) -> list[list[Recognised]]:
    """The words that the second reader alone sees in these boxes, each close about a line's ink, on an upright page; numbered line by line."""
    found: list[list[Recognised]] = []
    for number, (box, line) in enumerate(zip(boxes, lines.read(image, [_alone(box) for box in boxes]), strict=True), 1):
        letters = line.letters()
        own = []
        for sight in _words_of(letters, 0, len(letters), line):
            left, right = _x(sight)
            sure = math.exp(sight.chances_of([sight.text])[0])
            own.append(Recognised(sight.text, (left, box[1], right, box[3]), min(sure, SUREST), number))
        found.append(own)
    return found


def _alone(box: Box) -> lines.Row:
    white = BESIDE * (box[3] - box[1])
    return lines.Row((box[0] - white, box[1], box[2] + white, box[3]), _straight)


def _stretches(doubted: Sequence[bool]) -> list[tuple[int, int]]:
    """From which to which word of a line is to be read: those that are doubted, with their neighbours on each side."""
    found: list[tuple[int, int]] = []
    for i in (i for i, doubt in enumerate(doubted) if doubt):
        first, last = max(0, i - NEIGHBOURS), min(len(doubted) - 1, i + NEIGHBOURS)
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _decided(
    group: Sequence[tuple[int, Recognised]], seen: Sequence[Sight], stretch: lines.Line
) -> dict[int, list[tuple[Recognised, Sight | None]]]:
    """What stands for each word of a group that both readers see as one stretch."""
    if len(group) == len(seen):
        return {
            i: [(word, None if word.guesses or _same_but_dots(word.text, sight.text) else sight)]
            for (i, word), sight in zip(group, seen, strict=True)
        }
    as_they_are: dict[int, list[tuple[Recognised, Sight | None]]] = {i: [(word, None)] for i, word in group}
    if not seen or any(word.guesses for _, word in group):
        return as_they_are
    ours = "".join(letter.text for letter in stretch.letters()).strip()
    theirs = " ".join(word.text for _, word in group)
    if ours.replace(" ", "") == theirs.replace(" ", "") and not all(is_syllable(sight.text) for sight in seen):
        return as_they_are  # white within a number or a syllable parts nothing
    if any(figure.isdecimal() and figure not in ours for _, word in group for figure in [word.text.strip(_MARKS)]):
        return as_they_are  # a figure that one of the two does not see may be a pen's
    likely, other = stretch.chances_of([ours, theirs])
    doubted = max(word.confidence for _, word in group) < LIKELY
    if likely - other < SURER or likely < math.log(FAIR if doubted else LIKELY):
        return as_they_are
    first = group[0][1]
    top, bottom = min(w.box[1] for _, w in group), max(w.box[3] for _, w in group)
    new: list[tuple[Recognised, Sight | None]] = []
    for sight in seen:
        left, right = _x(sight)
        new.append((Recognised(sight.text, (left, top, right, bottom), math.exp(likely), first.line, raw=theirs), None))
    return {group[0][0]: new, **{i: [] for i, _ in group[1:]}}


def _same_but_dots(theirs: str, ours: str) -> bool:
    """Whether readings differ in the length of a row of dots alone, which engines count better."""
    return "...." in theirs and theirs.replace(".", "") == ours.replace(".", "")


def _compared(theirs: Sequence[str], line: lines.Line) -> Iterator[tuple[list[int], list[Sight], lines.Line]]:
    """The words of a line (by index) in groups, each with what the second reader sees there; groups end where both see a space."""
    letters = line.letters()
    text, read = " ".join(theirs), "".join(letter.text for letter in letters)
    spaces = {
        step.src_start + k: step.dest_start + k
        for step in Levenshtein.opcodes(text, read)
        if step.tag == "equal"
        for k in range(step.src_end - step.src_start)
        if text[step.src_start + k] == " "
    }
    group: list[int] = []
    begun, at = 0, 0
    for i, word in enumerate(theirs):
        group.append(i)
        at += len(word)
        if at == len(text) or at in spaces:
            until = spaces.get(at, len(letters))
            left = letters[begun - 1].end if begun else 0
            right = letters[until].start if until < len(letters) else len(line.chances)
            yield group, list(_words_of(letters, begun, until, line)), line.part(left, right)
            group, begun = [], until + 1
        at += 1


def _words_of(letters: Sequence[lines.Letter], begun: int, until: int, line: lines.Line) -> Iterator[Sight]:
    """The second reader's words among these of its letters."""
    start = begun
    for k in range(begun, until + 1):
        if k == until or letters[k].text == " ":
            if k > start:
                left = letters[start - 1].end if start else 0
                right = letters[k].start if k < len(letters) else len(line.chances)
                text = "".join(letter.text for letter in letters[start:k])
                if said := _STROKES.match(text):
                    text, right = said[0], letters[start + len(said[0]) - 1].end
                yield Sight(text.replace("…", "..."), line.part(left, right))
            start = k + 1


def _x(sight: Sight) -> tuple[float, float]:
    """From which column of the page to which a word reaches."""
    letters = sight.line.letters()
    first, last = (letters[0].start, letters[-1].end) if letters else (FIRST, FIRST + 1)
    left, pitch = sight.line.left, sight.line.pitch
    return left + (first - FIRST) * pitch, left + max(last - LAST, first - FIRST + 1) * pitch


def _row(words: Sequence[Recognised], first: int, last: int) -> lines.Row:
    """Where these words of a line run, with half of the white beside them."""
    left, right = min(word.box[0] for word in words), max(word.box[2] for word in words)
    bend = _bend(words, right - left)
    level = [
        replace(word, box=(x0, y0 - (down := bend((x0 + x1) / 2)), x1, y1 - down))
        for word in words
        for x0, y0, x1, y1 in [word.box]
    ]
    top, bottom = lettering.extent(level)
    white = BESIDE * (bottom - top)
    left, right = words[first].box[0], max(word.box[2] for word in words[first : last + 1])
    before = words[first - 1].box[2] if first else left - 2 * white
    behind = words[last + 1].box[0] if last + 1 < len(words) else right + 2 * white
    return lines.Row(
        (left - _within((left - before) / 2, white), top, right + _within((behind - right) / 2, white), bottom), bend
    )


def _within(value: float, most: float) -> float:
    return min(max(value, 0.0), most)


def _bend(words: Sequence[Recognised], long: float) -> Callable[[float], float]:
    """By how much a line lies lower at a column than it does on the whole: 0 for one that runs straight."""
    tall = lettering.middling([(word.box[3] - word.box[1], len(word.text)) for word in words], 0.5)
    words = [word for word in words if NORMAL[0] * tall <= word.box[3] - word.box[1] <= NORMAL[1] * tall]
    if len(words) < FITTED:
        return _straight
    x = np.array([(word.box[0] + word.box[2]) / 2 for word in words])
    y = np.array([(word.box[1] + word.box[3]) / 2 for word in words])
    scale, middle = max(long, 1.0), x.mean()
    curve = np.polyfit((x - middle) / scale, y, 2, w=np.sqrt([len(word.text) for word in words]))
    at = np.polyval(curve, (x - middle) / scale)
    # The middles of words go up and down with their letters; what is more than that is the line's own.
    if np.ptp(at) < BENT * tall or np.abs(y - at).mean() > LOOSE * tall:
        return _straight
    mean = float(at.mean())
    return lambda column: float(np.polyval(curve, (column - middle) / scale)) - mean


def _straight(column: float) -> float:
    return 0.0
