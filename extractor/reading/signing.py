"""A second look at the signature block, where seal and pen lie over the signer's title and name.

The block stands to the right of "Nơi nhận". The lines of print in it are found by their letters, with every piece of ink taken out that is
larger than a letter; each line is then read by itself, as it is and without such ink, with the rings of the seal, coloured strokes and pale ink
and without, and the reading that says most in Vietnamese stands. Names are chosen between readings, never repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, product

import cv2
import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from extractor.knowledge.names import is_of_names
from extractor.knowledge.spelling import fold
from extractor.knowledge.titles import title_like
from extractor.reading import clean, lettering, name, seal, second
from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.syllable import is_syllable
from extractor.record import Box

COLOUR = 60  # saturation (of 255) above which a pixel is ink of a seal or a pen, not print
BLACK, PALE = 40, 160  # value (of 255) of black print, and of what is no print in a picture of the lightest channels
PALER, PALE_SHARE = 40, 0.1  # grey values by which a seal is paler than print at least, and its share of the ink
DARK = 50  # value (of 255) below which even a coloured pixel is print
ABOVE, BELOW = 0.9, 3.2  # inches above and below the first line of "Nơi nhận" that the block takes
OVER = 0.3  # inches above that line which a title stands at most
LEFT = 0.42  # of the page's width, where the block begins at the earliest
GAP = 0.3  # inches: a wider gap in a line parts the list of recipients from the signature
EDGE = 0.04  # inches between the list and the block at least
SEAL = 1.5  # inches: the width of a seal
BY_SECOND = 0.0  # in the place of a zoom: by the second reader, which has a size of its own
ZOOMS = (1.0, BY_SECOND, 1.5, 0.75)  # what one size of the letters hides another shows
MOST_LINES = 8  # lines of print in a block that are read again
LOWEST = 0.05  # inches: the height of a word at least
SURE = 0.6  # probability from which a word counts as read
ENOUGH = 0.93  # mean probability of the words of a line that no other reading is asked for
SURE_NAME = 0.9  # … from which it may be a name that is not of Vietnamese syllables
READ = 0.7  # … that the surest of a line has, if the line is not what a title or a name may be
SCRAPS = 0.5  # … below which, if no word of a line has it, nothing was read there
TOLD = 0.85  # … of the words of a known title
KEPT, PITCH = "luu", 0.45  # the last of the recipients, folded; inches between two of them at most
LETTERS_OVER = 0.1  # inches that letters stand over a dash
RECIPIENTS, ALIKE = "noinhan", 85  # "Nơi nhận", folded, and how much of it has to be read (of 100)
AUTHORITIES = frozenset(("TM", "KT", "TL", "TUQ", "UBND", "HĐND"))
# What the model takes letters under strokes for; Vietnamese has none of these.
_FOREIGN = str.maketrans("ÑñÄäÖöÜüÇç", "NnAaOoUuCc")


def versions(picture: NDArray[np.uint8]) -> list[Image]:
    """A picture, grey or RGB, as its print may be read: with red lightened, without any coloured stroke, with red as dark as black,
    by the lightest channel of each pixel, in which ink of any colour is pale and black print stays black under it, and with the strokes of
    letters drawn on across coloured ink, which in some files hides what is under it.
    """
    grey = clean.grey(picture)
    if picture.ndim != 3:
        return [grey, *_black(grey)]
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)
    ink = (hsv[..., 1] > COLOUR) & (hsv[..., 2] > DARK)
    if not 0.0002 < float(ink.mean()) < 0.3:
        return [grey, *_black(grey)]
    # Strokes have pale rims: what touches ink goes with it.
    rim = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & (hsv[..., 2] > 110)
    plain = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    without = plain.copy()
    without[ink | rim] = 255
    lightest = np.clip((hsv[..., 2].astype(np.float32) - BLACK) * (255 / (PALE - BLACK)), 0, 255).astype(np.uint8)
    across = np.asarray(cv2.inpaint(plain, ink.astype(np.uint8), 3, cv2.INPAINT_NS), dtype=np.uint8)
    return [grey, without, plain, lightest, across]


def _black(grey: Image) -> Iterator[Image]:
    """The image without ink that is paler than its print, as a seal is in a grey scan; nothing where all ink is alike."""
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ink = grey[grey < threshold]
    if not ink.size:
        return
    between, _ = cv2.threshold(ink, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark, pale = ink[ink <= between], ink[ink > between]
    if min(dark.size, pale.size) < PALE_SHARE * ink.size or pale.mean() - dark.mean() < PALER:
        return
    black = float(np.median(dark))
    yield np.clip((grey.astype(np.float32) - black) * (255 / (between - black + 1)), 0, 255).astype(np.uint8)


def look_again(
    words: Sequence[Recognised], page: Callable[[], NDArray[np.uint8]], dpi: int, engine: Engine
) -> list[Recognised]:
    """The words with the lines of the signature block read anew where that says more. `page` is the upright page, grey or RGB."""
    page = cache(page)
    anchor = _recipients(words)
    if anchor is None:
        words = _with_recipients(words, page, dpi, engine)
        anchor = _recipients(words)
    if anchor is None:
        return list(words)
    upright = page()
    rows, columns = upright.shape[:2]
    reach = max(anchor[2] + 0.2 * dpi, *(x + EDGE * dpi for x in _ends_of_recipients(words, anchor, dpi)))
    left = round(min(max(columns * LEFT, reach), columns * 0.6))
    top, bottom = round(max(0.0, anchor[1] - ABOVE * dpi)), round(min(float(rows), anchor[1] + BELOW * dpi))
    # Lines of the body reach over the block's left edge: only what lies below the last of them is the block's.
    crossing = [w.box[3] for w in words if w.box[0] < left < w.box[2] and top <= w.box[1] <= anchor[1] + 0.1 * dpi]
    whole = [
        w.box[3] for w in words if w.box[0] >= left and _stands_in_body(w, words, left, dpi) and w.box[1] <= anchor[1]
    ]
    top = round(max([float(top), *(y + 0.03 * dpi for y in crossing + whole)]))
    if bottom - top < dpi // 2 or columns - left < dpi:
        return list(words)
    blocks = versions(upright[top:bottom, left:])
    cleared = [lettering.without_strokes(block, dpi) for block in blocks]
    lines = lettering.apart([line for block in cleared for line in lettering.rows(block, dpi)], dpi)
    if (bare := _without_seal(upright, top, bottom, left, dpi)) is not None:
        blocks.insert(0, bare)
        cleared.insert(0, lettering.without_strokes(bare, dpi))
        lines += [row for row in lettering.rows(cleared[0], dpi) if not any(_level(row, line) for line in lines)]
    widest = sorted(lines, key=lambda line: line[0] - line[2])[:MOST_LINES]
    downward = sorted(widest, key=lambda line: line[1])
    readings = [_Readings(line, old) for line, old in _with_words(downward, words, (left, top), dpi)]
    _read_each(readings, (*blocks, *cleared), (left, top), dpi, engine)
    if (middle := _middle_of_title(readings)) is not None:
        hidden = [line for line in readings if not _is_believed(line.best) and line.widen(middle, left, dpi)]
        _read_each(hidden, (*blocks, *cleared), (left, top), dpi, engine)
    found = list(words)
    for line in readings:
        best = _voted(line.best, line.all)
        if line.box != line.row or not _is_believed(best):
            # Letters of a seal stand in rows as well.
            best = max(name.pieced(line.seen, dpi), best if _is_believed(best) else [], key=len)
        if not best:
            lines = [box for box in lines if box not in (line.box, line.row)]
        if best is not line.first or len(line.first) < len(line.old):
            number = max((w.line for w in found), default=0) + 1
            kept = [w for w in found if not any(w is o for o in line.old)]
            found = kept + [replace(w, line=number) for w in best]
    on_page = [(line[0] + left, line[1] + top, line[2] + left, line[3] + top) for line in lines]
    return [w for w in found if w.box[0] < left or not top <= w.box[1] <= bottom or not _is_loose(w, on_page, dpi)]


def _read_each(
    lines: Sequence[_Readings], images: Sequence[Image], corner: tuple[int, int], dpi: int, engine: Engine
) -> None:
    """Read the lines of a block, whose corner is given, in each of its versions and sizes, as long as more is to be expected."""
    for zoom, image in product(ZOOMS, images):
        # All lines in one call: to begin one may cost as much as to read five lines.
        doubted = [line for line in lines if not _is_enough(line.best, zoom) and line.is_new(image, dpi, zoom)]
        again = _read(image, [line.box for line in doubted], dpi, engine, zoom)
        for line, words in zip(doubted, again, strict=True):
            line.compare([lettering.shifted(w, *corner) for w in _trimmed(words)])


def _is_believed(words: Sequence[Recognised]) -> bool:
    """Whether a line says something: a word of it was read, or it may be a title or a name."""
    return max((w.confidence for w in words), default=0.0) >= READ or _may_stand_alone(words)


def _middle_of_title(lines: Sequence[_Readings]) -> float | None:
    """The column of the page in the middle of the longest line in capitals that was read well."""
    titles = [line.best for line in lines if line.best and lettering.mean(line.best) >= TOLD]
    capitals = [words for words in titles if all(w.text.isupper() for w in words)]
    if not capitals:
        return None
    longest = max(capitals, key=lambda words: words[-1].box[2] - words[0].box[0])
    return (longest[0].box[0] + longest[-1].box[2]) / 2


def _read(image: Image, lines: Sequence[Box], dpi: int, engine: Engine, zoom: float) -> list[list[Recognised]]:
    """The words of each line, at one of the zooms or by the second reader."""
    return second.read(image, lines) if zoom == BY_SECOND else lettering.read(image, lines, dpi, engine, zoom)


def _is_loose(word: Recognised, lines: Sequence[Box], dpi: int) -> bool:
    """Whether a word of the block is a scrap of seal or strokes between its lines: as low as no letter, or doubted, if it may be
    of a title or a name hardly read."""
    low = word.box[3] - word.box[1] < LOWEST * dpi
    doubted = word.confidence < (SURE_NAME if not _fits(word.text) else READ)
    return (low or doubted) and not any(_covers(line, word.box, dpi) for line in lines)


def block_of(words: Sequence[Recognised], image: Image, dpi: int) -> Box | None:
    """About where the signature block of an upright page is; None where no list of recipients is seen."""
    anchor = _recipients(words)
    rows, columns = image.shape
    return anchor and (LEFT * columns, anchor[1] - ABOVE * dpi, columns, min(rows, anchor[1] + BELOW * dpi))


def words_of_block(words: Sequence[Recognised], columns: int, dpi: int) -> list[Recognised]:
    """The words of the signature block of an upright page so many pixels wide, whose lines were read in every way there is (`look_again`)."""
    anchor = _recipients(words)
    if anchor is None:
        return []
    left = LEFT * columns
    others = {word.line for word in words if word.box[0] < left}
    return [
        word
        for word in words
        if word.line not in others and anchor[1] - OVER * dpi < word.box[1] < anchor[1] + BELOW * dpi
    ]


def _without_seal(upright: NDArray[np.uint8], top: int, bottom: int, left: int, dpi: int) -> Image | None:
    """The block of a page without the rings of its seal, which reaches over the block's edges; None where there is no seal."""
    y, x = max(0, top - round(SEAL * dpi)), max(0, left - round(SEAL * dpi))
    bare = seal.without_rings(clean.grey(upright[y : bottom + round(SEAL * dpi), x:]), dpi)
    return None if bare is None else bare[top - y : bottom - y, left - x :]


class _Readings:
    """A line of the block and how it was read: at first with the page, then by itself."""

    def __init__(self, box: Box, old: Sequence[Recognised]) -> None:
        self.box = self.row = box
        self.old = old
        # Marks without a letter or a digit on such a line are scraps of seal and strokes.
        self.first = self.best = [w for w in old if any(c.isalnum() for c in w.text)]
        self.all = [self.first]
        self.seen: list[list[Recognised]] = []  # whatever was read, believed or not
        self._pixels: set[tuple[float, bytes]] = set()

    def is_new(self, block: Image, dpi: int, zoom: float) -> bool:
        """Whether the line was not read from the same pixels before, in another version of the block."""
        version = (zoom, lettering.strip(block, self.box, dpi).tobytes())
        known = version in self._pixels
        self._pixels.add(version)
        return not known

    def widen(self, middle: float, left: float, dpi: int) -> bool:
        """Make the line as wide as the name is of which it shows a part, if it does; the block begins at the page's column `left`."""
        if not (whole := name.reach(self.seen, middle, dpi)):
            return False
        self.box = (max(0.0, whole[0] - left), self.box[1], whole[1] - left, self.box[3])
        return True

    def compare(self, read: list[Recognised]) -> None:
        """Keep the better of what was best and another reading."""
        self.seen.append(read)
        # Where nothing was read before, only what may be a title or a name is more than scraps of the seal.
        if not read or (max((w.confidence for w in self.first), default=0.0) < SCRAPS and not _may_stand_alone(read)):
            return
        self.all.append(read)
        lead = 0.5 if self.best is self.first and self.first else 0.0
        if _says(read) > _says(self.best) + lead:
            self.best = read


def _with_words(
    lines: Sequence[Box], words: Sequence[Recognised], corner: tuple[int, int], dpi: int
) -> Iterator[tuple[Box, list[Recognised]]]:
    """The lines of a block, whose corner is given, that are no sentences, each with the words that were read on it."""
    left, top = corner
    free = [w for w in words if w.box[0] >= left - 0.05 * dpi]
    for line in lines:
        on_page = (line[0] + left, line[1] + top, line[2] + left, line[3] + top)
        old = [w for w in free if _covers(on_page, w.box, dpi)]
        free = [w for w in free if not any(w is o for o in old)]
        if 2 * sum(w.text.islower() for w in old) <= len(old):
            yield line, old


def _may_stand_alone(words: Sequence[Recognised]) -> bool:
    """Whether words where nothing was read before may be a title or a name, or what a seal leaves of a title."""
    if len(words) >= 3 and lettering.mean(words) >= SURE_NAME and all(w.text.istitle() for w in words):
        return True  # names of peoples whose syllables are not the Vietnamese: "Rơ Châm", "Niê Kdăm"
    return all(_fits(w.text) for w in words) and (
        len(words) >= 2 or any(w.text.isupper() and len(w.text) >= 4 and w.confidence >= 0.85 for w in words)
    )


def _is_enough(words: Sequence[Recognised], zoom: float) -> bool:
    """Whether nothing better is to be expected: all may stand in a title or a name, and it is not what a seal leaves of one. Of a title it is
    enough that it is told from others, once all versions were read at the first zoom.
    """
    if zoom != ZOOMS[0] and lettering.mean(words) >= TOLD and title_like(" ".join(w.text for w in words)):
        return True
    return (
        bool(words)
        and lettering.mean(words) >= ENOUGH
        and all(_fits(w.text) for w in words)
        and (len(words) > 2 or (len(words) == 2 and words[0].text.isupper()))
    )


def _voted(best: list[Recognised], readings: Sequence[Sequence[Recognised]]) -> list[Recognised]:
    """Each word as the surest or most readings have it that differ in nothing but its marks: strokes hide marks."""
    voted = []
    for word in best:
        votes: dict[str, float] = {}
        for other in (other for reading in readings for other in reading):
            # A reading that lost the first letters under a seal still tells the marks of the others.
            lost = len(word.text) - len(other.text)
            told = lost >= 0 and len(other.text) >= 2 and fold(word.text)[lost:] == fold(other.text)
            if told and _overlap(other.box, word.box):
                spelling = word.text[:lost] + other.text
                votes[spelling] = votes.get(spelling, 0.0) + other.confidence
        chosen = max(votes, key=lambda text: votes[text], default=word.text)
        sure = votes[chosen] / sum(votes.values()) if votes else 1.0
        voted.append(word if chosen == word.text else replace(word, text=chosen, confidence=min(word.confidence, sure)))
    return voted if any(v is not b for v, b in zip(voted, best, strict=True)) else best


def _level(one: Box, other: Box) -> bool:
    return min(one[3], other[3]) > max(one[1], other[1])


def _overlap(one: Box, other: Box) -> bool:
    shared = min(one[2], other[2]) - max(one[0], other[0])
    return shared > 0.5 * min(one[2] - one[0], other[2] - other[0])


def _stands_in_body(word: Recognised, words: Sequence[Recognised], left: float, dpi: int) -> bool:
    """Whether a word goes on a line that begins at the page's left: a neighbour to its left is near."""
    return any(
        w.line == word.line and w.box[0] < left and 0 <= word.box[0] - w.box[2] < GAP * dpi
        for w in words
        if w is not word
    )


def _covers(line: Box, word: Box, dpi: int) -> bool:
    middle = (word[1] + word[3]) / 2
    return (
        line[1] - 0.02 * dpi < middle < line[3] + 0.02 * dpi
        and word[0] < line[2] + 0.5 * dpi
        and word[2] > line[0] - 0.8 * dpi
    )


def _trimmed(words: Sequence[Recognised]) -> list[Recognised]:
    """A line without the scraps of seal and strokes before and behind what is print; nothing where no word is sure."""
    read = [replace(w, text=_without_scraps(w.text)) for w in words]
    while read and _is_scrap(read[0]):
        del read[0]
    while read and _is_scrap(read[-1]):
        del read[-1]
    if not any(w.confidence >= SURE for w in read):
        return []
    read[0] = replace(read[0], text=read[0].text.lstrip("“”\"'`‘’.,:;_-—^*~|"))
    read[-1] = replace(read[-1], text=read[-1].text.rstrip("“”\"'`‘’.,:;_-—^*~|"))
    return [w for w in read if any(c.isalpha() for c in w.text)]


def _without_scraps(text: str) -> str:
    """A word without what a seal's edge before it was read as: "Š*z⁄Ñguyễn" ends in a name."""
    text = text.translate(_FOREIGN)
    if _fits(text) or text.isupper():
        return text
    for start in (i for i in range(len(text) - 2) if text[i].isupper()):
        letters = "".join(c for c in text[start:] if c.isalpha())
        if len(letters) >= 3 and _fits(letters):
            return letters
    return text


def _is_scrap(word: Recognised) -> bool:
    letters = "".join(c for c in word.text if c.isalpha())
    if len(letters) >= 4 and _fits(letters):
        return False  # no accident
    if letters in ("Y", "H") and word.confidence >= SURE_NAME:
        return False  # they begin names of the Central Highlands
    return len(letters) < 2 or (word.confidence < SURE and not is_syllable(letters)) or word.confidence < 0.2


def _says(words: Sequence[Recognised]) -> float:
    """How much a reading says: its letters by probability, more for what names and titles are made of; scraps count against it."""
    score = 0.0
    for w in words:
        parts = [part for part in _parts(w.text) if len(part) >= 2 and (part in AUTHORITIES or is_syllable(part))]
        if not parts:
            score -= 0.3
        for part in parts:
            weight = 1.0 if _fits(part) else 0.7 if part[:1].isupper() else 0.4
            score += len(part) * w.confidence * weight
    return score


def _parts(text: str) -> list[str]:
    """The runs of letters in a word: "KT.BỘ" is two, "T/M" is one."""
    if (authority := text.replace("/", "").strip(".,")) in AUTHORITIES:
        return [authority]
    return "".join(c if c.isalpha() else " " for c in text).split()


def _fits(text: str) -> bool:
    """Whether a word may stand in a title, in capitals, or in a name."""
    parts = _parts(text)
    return bool(parts) and all(
        part in AUTHORITIES or (is_syllable(part) and (part.isupper() or (part[:1].isupper() and is_of_names(part))))
        for part in parts
    )


def _ends_of_recipients(words: Sequence[Recognised], anchor: Box, dpi: int) -> list[float]:
    """Where the lines of the list below "Nơi nhận" end, each before its first wide gap; a first 0.0, so that there is one."""
    ends = [0.0]
    below = sorted(
        (w for w in words if w.box[1] > anchor[3] and w.box[3] < anchor[3] + BELOW * dpi), key=lambda w: w.line
    )
    for _, own in groupby(below, key=lambda w: w.line):
        line = sorted(own, key=lambda w: w.box[0])
        if line[0].box[0] > anchor[0] + dpi:
            continue
        end = line[0].box[2]
        for word in line[1:]:
            if word.box[0] - end > GAP * dpi:
                break
            end = word.box[2]
        ends.append(end)
    return ends


def _with_recipients(
    words: Sequence[Recognised], page: Callable[[], NDArray[np.uint8]], dpi: int, engine: Engine
) -> list[Recognised]:
    """The words with "Nơi nhận", read by itself above the list that ends with "- Lưu: …": small, slanted, and beside a title on another
    level, it is often read as something else.
    """
    marks = [w for w in words if w.text.startswith("-")]
    kept = [w for w in words if fold(w.text).strip("-:.,") == KEPT]
    ends = [mark for mark in marks for w in kept if mark.line == w.line and w.box[0] - mark.box[0] < 0.3 * dpi]
    if not ends:
        return list(words)
    top = ends[-1]
    above = [w for w in marks if w.box[3] < top.box[3] and abs(w.box[0] - top.box[0]) < 0.1 * dpi]
    for mark in sorted(above, key=lambda w: -w.box[3]):
        if top.box[3] - mark.box[3] > PITCH * dpi:
            break
        top = mark
    left, over = max(0, round(top.box[0] - 0.1 * dpi)), max(0, round(top.box[3] - PITCH * dpi))
    block = clean.grey(page())[over : round(top.box[1] - LETTERS_OVER * dpi), left : left + round(1.5 * dpi)]
    for line, zoom in product(lettering.rows(block, dpi, 4)[-1:], ZOOMS):
        (read,) = _read(block, [line], dpi, engine, zoom)
        if not _is_recipients(read):
            continue
        x0, y0, x1, y1 = (line[0] + left, line[1] + over, line[2] + left, line[3] + over)
        others = [w for w in words if w.box[0] > x1 or w.box[2] < x0 or not y0 < (w.box[1] + w.box[3]) / 2 < y1]
        number = max(w.line for w in words) + 1
        return others + [replace(lettering.shifted(w, left, over), line=number) for w in read]
    return list(words)


def _recipients(words: Sequence[Recognised]) -> Box | None:
    """The box of "Nơi nhận" where a line begins in the left half of the page, the last if there are several."""
    found = None
    width = max((w.box[2] for w in words), default=0.0)
    for _, own in groupby(words, key=lambda w: w.line):
        line = [w for w in own if sum(map(str.isalpha, w.text)) >= 2][:2]
        if line and line[0].box[0] < width * 0.4 and _is_recipients(line):
            found = (line[0].box[0], line[0].box[1], max(w.box[2] for w in line), line[0].box[3])
    return found


def _is_recipients(words: Sequence[Recognised]) -> bool:
    said = "".join(c for c in fold("".join(w.text for w in words)) if c.isalpha())
    return fuzz.ratio(said[: len(RECIPIENTS)], RECIPIENTS) >= ALIKE
