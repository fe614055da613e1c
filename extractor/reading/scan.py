"""A page's image to words: cleaned, brought upright and level, recognised, and the words' boxes laid back on the
page.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from extractor.reading import clean, pen, rules, second, signing
from extractor.reading.bend import bend_of
from extractor.reading.cells import recognise_cells, without_tables
from extractor.reading.engine import Engine, Image, Recognised
from extractor.reading.grid import find_grids
from extractor.reading.limits import MAX_RENDER_SIDE
from extractor.reading.marks import put_right
from extractor.reading.missed import MANY, doubled, inside, missed, unread
from extractor.reading.page import ReadPage, Word, turned
from extractor.reading.repair import repair
from extractor.record import Box, Warning

# As accurate as 300 dpi on official scans and a quarter cheaper; scans of 100 dpi, 1-bit ones too, have half the errors
# when they are enlarged to it (smoothly, in grey).
RECOGNITION_DPI = 200
MIN_SKEW = 0.1  # degrees; levelling less than this only blurs
BLANK_INK = 0.0005  # share of dark pixels
FAINT_INK = 0.002  # … of faint ones, from which a page without dark ones is looked at nevertheless
DOUBTFUL = 0.65  # mean probability of the words below which the page may lie upside down or on its side
HOPELESS = 0.45  # … and below which every direction is tried
THROUGH = 0.75  # … from which words of the mirrored page say that the other side shines through
# A page is read without its specks as well where …
POOR = 0.91  # … the mean probability of its words is below this (of 13 such pages of 34 real scans 9 gained, of 13 at .91 to .93 one)
DUSTY = 0.35  # … this share of its ink is specks
SPECKLED = 0.05  # … or this share, and lines were passed over.
COVERED = 0.5  # … from which nothing is read before they are gone
WORTH_MORE = 1.02  # times as much has to be read without specks
TOLD_FROM = 3  # lines that could not be read: of one or two, most are no print
NOISE = 0.40  # mean probability of what is "read" from a picture without text


def read_scan(
    number: int, picture: NDArray[np.uint8], dpi: float, width: float, height: float, engine: Engine
) -> ReadPage:
    """Recognise a page image (grey, or RGB) of a page of this size in points."""
    image = clean.grey(picture)
    scanned_dpi = dpi
    if max(image.shape) * RECOGNITION_DPI / dpi <= MAX_RENDER_SIDE:
        image, dpi = clean.scale(image, RECOGNITION_DPI / dpi), RECOGNITION_DPI
    image = clean.in_even_light(image)
    if clean.dust(image) > COVERED:
        image = clean.without_specks(image)
    # Print may have faded, and nothing is to be lost; but most of what is faint is the other side of the sheet.
    faint = clean.share_of_ink(image) < BLANK_INK
    if faint and clean.share_of_faint_ink(image) < FAINT_INK:
        return ReadPage(number, width, height, "blank")
    if faint and _shines_through(image, round(dpi), engine):
        return ReadPage(number, width, height, "blank", triage="show_through")
    found, turn, ruled, upright = _recognise_upright(image, round(dpi), engine)
    unreadable = 0
    if _mean(found) >= DOUBTFUL:
        found, unreadable = _completed(found, upright, round(dpi), engine)
    else:
        if faint:
            return ReadPage(number, width, height, "blank")
        if _shines_through(image, round(dpi), engine):
            return ReadPage(number, width, height, "blank", triage="show_through")
    if not ruled:
        found = signing.look_again(
            found, lambda: _brought_upright(clean.scale(picture, dpi / scanned_dpi), turn), round(dpi), engine
        )
    shape = image.shape if round(turn / 90) % 2 == 0 else image.shape[::-1]
    level = cache(lambda: _brought_upright(image, turn))
    found = pen.fill_gaps(found, level, (shape[0], shape[1]), round(dpi))
    if _mean(found) < NOISE or not any(w.confidence > 0.5 and _letters(w.text) >= 2 for w in found):
        return ReadPage(number, width, height, "ocr", confidence=0.0, warnings=(_no_text(number),))
    found, sights = second.look(found, level, without=signing.words_of_block(found, shape[1], round(dpi)))
    rows, columns = image.shape
    on_side = round(turn / 90) % 2 == 1
    # The image may be a pixel off the page's proportions: scale each axis by itself.
    across, down = (width / columns, height / rows) if not on_side else (height / rows, width / columns)
    upright_size = (height, width) if on_side else (width, height)

    def on_page(box: Box) -> Box:
        return turned((box[0] * across, box[1] * down, box[2] * across, box[3] * down), *upright_size, -turn)

    words = tuple(
        Word(text=w.text, box=on_page(w.box), confidence=w.confidence, line=w.line, raw=w.raw, guesses=w.guesses)
        for w in put_right(repair(found, sights))
    )
    mean = sum(w.confidence for w in words) / len(words)
    lines = tuple(map(on_page, ruled))
    warnings = (_unreadable(number, unreadable),) if unreadable >= TOLD_FROM else ()
    return ReadPage(
        number, width, height, "ocr", words=words, confidence=mean, turn=turn, rules=lines, warnings=warnings
    )


def _shines_through(image: Image, dpi: int, engine: Engine) -> bool:
    """Whether what is on a page is the other side of the sheet: mirrored, left to right or top to bottom, it can be read."""
    level = clean.turn_slightly(image, slope) if abs(slope := clean.skew(image)) >= MIN_SKEW else image
    return any(_mean(engine.recognise(np.ascontiguousarray(np.flip(level, axis)), dpi)) >= THROUGH for axis in (1, 0))


def _brought_upright(image: NDArray[np.uint8], turn: float) -> NDArray[np.uint8]:
    """An image turned as the one was that the words were read from."""
    quarter = round(turn / 90) * 90 % 360
    slope = turn - round(turn / 90) * 90
    upright = clean.turn_quarters(image, quarter)
    return clean.turn_slightly(upright, slope) if slope else upright


def _recognise_upright(image: Image, dpi: int, engine: Engine) -> tuple[list[Recognised], float, list[Box], Image]:
    """The words in the direction that reads best, the degrees clockwise by which the image was turned for it, the
    ruled lines of tables in pixels of the image that was read, and that image.
    """
    quarters = [90, 270, 0, 180] if clean.is_sideways(image) else [0, 180, 90, 270]
    best: list[Recognised] = []
    best_turn = 0.0
    best_rules: list[Box] = []
    best_image = image
    for attempt, quarter in enumerate(quarters):
        upright = clean.turn_quarters(image, quarter)
        slope = clean.skew(upright)
        if abs(slope) >= MIN_SKEW:
            upright = clean.turn_slightly(upright, slope)
        else:
            slope = 0.0
        words, ruled = _recognise(upright, dpi, engine)
        if attempt == 0 or _mean(words) > _mean(best):
            best, best_turn, best_rules, best_image = words, quarter + slope, ruled, upright
        if _mean(best) >= (DOUBTFUL if attempt == 0 else HOPELESS):
            break
    if _mean(best) >= DOUBTFUL and not best_rules and (bend := bend_of(best, best_image, dpi)):
        straight, _ = _recognise(bend.straightened(best_image), dpi, engine)
        if _mean(straight) > _mean(best):
            best = [bend.back(word) for word in straight]
    return best, best_turn, best_rules, best_image


def _completed(words: list[Recognised], image: Image, dpi: int, engine: Engine) -> tuple[list[Recognised], int]:
    """The words of an upright page with those of lines that were passed over, and how many such lines could not be read."""
    lines = unread(words, image, dpi)
    dust = clean.dust(image)
    if _mean(words) < POOR or dust > DUSTY or (dust > SPECKLED and len(lines) >= MANY):
        again, _ = _recognise(clean.without_specks(image), dpi, engine)
        if _worth(again) > WORTH_MORE * _worth(words):
            words, lines = again, unread(again, image, dpi)
    if both := doubled(words):
        rest = [word for word in words if not any(word is other for other in both)]
        found = missed(rest, unread(rest, image, dpi), image, dpi, engine)
        if _worth(found) > WORTH_MORE * _worth(both):
            words = rest + found
            lines = unread(words, image, dpi)
    # The signer's lines, under seal and strokes, are looked at by themselves.
    block = signing.block_of(words, image, dpi)
    lines = [line for line in lines if not (block and inside(line, block))]
    found = missed(words, lines, image, dpi, engine)
    return words + found, len(lines) - len({word.line for word in found})


def _recognise(image: Image, dpi: int, engine: Engine) -> tuple[list[Recognised], list[Box]]:
    """The words of an upright image, those of ruled tables cell by cell, and the tables' rules in pixels."""
    to_points = 72 / dpi
    found = [_scaled(box, to_points) for box in rules.strokes(image, dpi)]
    ruled = rules.grids(found, image.shape[1] * to_points)
    tables = find_grids(ruled)
    if not tables:
        return engine.recognise(image, dpi), []
    in_pixels = [_scaled(box, 1 / to_points) for box in ruled]
    plain = rules.without(image, in_pixels)
    loose = without_tables(plain, tables, dpi)
    words = engine.recognise(loose, dpi) if clean.share_of_ink(loose) > 0 else []
    lines = max((w.line for w in words), default=0)
    cells = recognise_cells(plain, tables, dpi, engine)
    return words + [replace(w, line=w.line + lines) for w in cells], in_pixels


def _scaled(box: Box, factor: float) -> Box:
    return (box[0] * factor, box[1] * factor, box[2] * factor, box[3] * factor)


def _mean(words: list[Recognised]) -> float:
    """Mean probability of the words that have letters enough to be judged; 0.0 if there are none."""
    scores = [w.confidence for w in words if _letters(w.text) >= 2]
    return sum(scores) / len(scores) if scores else 0.0


def _worth(words: list[Recognised]) -> float:
    """How many words of two letters or more are right, by their probabilities."""
    return sum(w.confidence for w in words if _letters(w.text) >= 2)


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _unreadable(number: int, lines: int) -> Warning:
    return Warning(
        code="lines-unread",
        message=f"Trang {number} có khoảng {lines} dòng chữ không đọc được. Hãy đối chiếu với bản quét.",
        message_en=f"About {lines} lines of page {number} could not be read. Compare with the scan.",
        page=number,
    )


def _no_text(number: int) -> Warning:
    return Warning(
        code="no-text",
        message=f"Trang {number} có hình nhưng không đọc được chữ nào. Hãy xem lại bản quét.",
        message_en=f"Page {number} has an image but no text could be read. Look at the scan again.",
        page=number,
    )
