"""Lines of print read by a recogniser of this project's own: a second reader beside the engine, where the engine doubts.

A convolutional network looks along the line and says at each place which letter is new there, or none (connectionist temporal classification;
Graves 2006). It was trained on made lines alone (`python -m corpus lines`; models/README.md tells how well it reads) and runs by onnxruntime.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.reading import clean
from extractor.reading.engine import Image
from extractor.record import Box

WEIGHTS = Path(__file__).parents[2] / "models" / "lines.onnx"
LETTERS = (
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
    "AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬBCDĐEÈÉẺẼẸÊỀẾỂỄỆFGHIÌÍỈĨỊJKLMNOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢPQRSTUÙÚỦŨỤƯỪỨỬỮỰVWXYỲÝỶỸỴZ"
    "0123456789 .,;:!?()[]\"'“”‘’/-–—…%+=<>≥≤±×°&*•§@#_²³→|~"
)
HEIGHT = 40  # rows of a line: its ink with a margin above and below
ALONG = 4  # columns of a line for one place
MARGIN = 0.17
TOGETHER = 8  # lines in one run of the network
FAINTEST = 0.3  # ink of a strip of paper alone, of which the network knows nothing
LEAST = -30.0  # log probability of what cannot be
AT_ONCE = 512  # texts that are weighed together

_NUMBERS = {letter: i + 1 for i, letter in enumerate(LETTERS)}

Array = NDArray[np.float32]


class Row(NamedTuple):
    """Where a line runs on a page: a box as high as its ink and as long as is to be read, and by how many pixels the line lies lower at a column than
    the box says.
    """

    box: Box
    bend: Callable[[float], float]


class Letter(NamedTuple):
    """A letter (or a space) of a line and the places that it takes: from `start` up to `end`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Line:
    """What the network sees along a line: the log probabilities of "none" and of every letter at each place, and where the places are on the page:
    the first at column `left`, and so many columns from one to the next.
    """

    chances: Array  # (places, 1 + letters)
    left: float
    pitch: float

    def letters(self) -> list[Letter]:
        """The likeliest letter of each place, those that go on taken once."""
        best = self.chances.argmax(axis=1).tolist()
        found: list[Letter] = []
        place = 0
        while place < len(best):
            end = place
            while end < len(best) and best[end] == best[place]:
                end += 1
            if best[place]:
                found.append(Letter(LETTERS[best[place] - 1], place, end))
            place = end
        return found

    def part(self, start: int, end: int) -> Line:
        """The line's places from `start` up to `end`."""
        return Line(self.chances[start:end], self.left + start * self.pitch, self.pitch)

    def chances_of(self, texts: Sequence[str]) -> list[float]:
        """The log probability of each text as what all places together say; no less than LEAST."""
        return chances_of([self], [texts])[0]


def chances_of(parts: Sequence[Line], texts: Sequence[Sequence[str]]) -> list[list[float]]:
    """The log probability of each of the texts of each part of a line, as what all its places together say; no less than LEAST. Many at once cost
    little more than a few.
    """
    asked = [(i, text) for i, own in enumerate(texts) for text in own]
    both = [(i, form) for i, text in asked for form in (text, text.replace("...", "…"))]
    known = sorted(
        {(i, form) for i, form in both if len(parts[i].chances) and all(letter in _NUMBERS for letter in form)},
        key=lambda pair: len(parts[pair[0]].chances),
        reverse=True,
    )
    found: dict[tuple[int, str], float] = {}
    for start in range(0, len(known), AT_ONCE):
        chosen = known[start : start + AT_ONCE]
        found.update(
            zip(chosen, _said([parts[i].chances for i, _ in chosen], [text for _, text in chosen]), strict=True)
        )
    chances = [max(found.get(pair, LEAST) for pair in both[k : k + 2]) for k in range(0, len(both), 2)]
    each = iter(chances)
    return [[next(each) for _ in own] for own in texts]


def read(image: Image, rows: Sequence[Row]) -> list[Line]:
    """The lines of an upright page that run in these rows."""
    cut = [_cut(image, row) for row in rows]
    found: dict[int, Line] = {}
    order = sorted(range(len(cut)), key=lambda i: cut[i][0].shape[1])
    for start in range(0, len(order), TOGETHER):
        chosen = order[start : start + TOGETHER]
        widest = max(cut[i][0].shape[1] for i in chosen)
        ink = np.zeros((len(chosen), 1, HEIGHT, -(-widest // ALONG) * ALONG), np.float32)
        for row, i in zip(ink, chosen, strict=True):
            row[0, :, : cut[i][0].shape[1]] = cut[i][0]
        (scores,) = _network().run(None, {"ink": ink})
        for line, i in zip(scores, chosen, strict=True):
            strip, left, scale = cut[i]
            own = line[: -(-strip.shape[1] // ALONG)]
            if strip.max() < FAINTEST:
                own = np.zeros_like(own) + np.eye(1, own.shape[1], dtype=np.float32) * -LEAST
            own = own - own.max(axis=1, keepdims=True)
            chances = own - np.log(np.exp(own).sum(axis=1, keepdims=True))
            found[i] = Line(np.asarray(chances, np.float32), left, ALONG / scale)
    return [found[i] for i in range(len(rows))]


def levelled(strip: Image) -> Array:
    """The strip as ink from 0 to 1: its paper at 0, its darkest at 1; a strip of paper alone stays near 0."""
    dark, paper = np.percentile(strip, (1, 85))
    return np.asarray(np.clip((float(paper) - strip) / max(61.0, float(paper - dark)), 0, 1), np.float32)


@cache
def _network() -> Any:
    import onnxruntime  # only where a word is doubted: it costs a fifth of a second

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # pages are read side by side
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(str(WEIGHTS), options, providers=["CPUExecutionProvider"])


def _cut(image: Image, row: Row) -> tuple[Array, float, float]:
    """A line as the network takes it, the page's column where it begins, and how many of its columns one of the page's is."""
    box, bend = row
    tall = max(1.0, box[3] - box[1])
    left, right = max(0.0, box[0]), min(float(image.shape[1]), box[2])
    top, bottom = box[1] - MARGIN * tall, box[3] + MARGIN * tall
    scale = HEIGHT / (bottom - top)
    wide = max(ALONG, round((right - left) * scale))
    x = (left + (np.arange(wide) + 0.5) / scale - 0.5).astype(np.float32)
    y = (top + (np.arange(HEIGHT) + 0.5) / scale - 0.5).astype(np.float32)
    lower = np.array([bend(column) for column in x[:: 4 * ALONG].tolist()], np.float32)
    lower = np.interp(np.arange(wide), np.arange(0, wide, 4 * ALONG), lower).astype(np.float32)
    # Shrunk by more than a half, pixels would be passed over.
    part, step = (clean.scale(image, 0.5), 2.0) if scale < 0.5 else (image, 1.0)
    columns = np.broadcast_to(x / step, (HEIGHT, wide)).astype(np.float32)
    rows = ((y[:, None] + lower[None]) / step).astype(np.float32)
    strip = cv2.remap(part, columns, rows, cv2.INTER_CUBIC, borderValue=255)
    return levelled(np.asarray(strip, np.uint8)), left, scale


def _said(parts: Sequence[Array], texts: Sequence[str]) -> list[float]:
    """For each text the sum over all ways of saying it in the places of its part, the longest part first (forward variables of connectionist
    temporal classification).
    """
    size = 2 * max(map(len, texts)) + 1
    said = np.zeros((len(texts), size), np.int64)
    for row, text in zip(said, texts, strict=True):
        row[1 : 2 * len(text) : 2] = [_NUMBERS[letter] for letter in text]
    # A letter may follow another without "none" between them, if it is not the same.
    skips = np.zeros(said.shape, bool)
    skips[:, 3::2] = said[:, 3::2] != said[:, 1:-2:2]
    lengths = np.array([len(part) for part in parts])
    emitted = np.zeros((lengths[0], *said.shape))
    for i, (part, row) in enumerate(zip(parts, said, strict=True)):
        emitted[: len(part), i] = np.exp(part[:, row])
    state = np.zeros(said.shape)
    state[:, :2] = emitted[0, :, :2]
    total = np.zeros(len(texts))
    for place in range(1, lengths[0]):
        on = int(np.searchsorted(-lengths, -place, side="left"))  # those that have this place
        before = state[:on]
        now = before.copy()
        now[:, 1:] += before[:, :-1]
        now[:, 2:] += np.where(skips[:on, 2:], before[:, :-2], 0)
        now *= emitted[place, :on]
        whole = np.maximum(now.sum(axis=1), 1e-200)
        state[:on] = now / whole[:, None]
        total[:on] += np.log(whole)
    ends = 2 * np.array([len(text) for text in texts])
    rows = np.arange(len(texts))
    last = state[rows, ends] + np.where(ends > 0, state[rows, np.maximum(ends - 1, 0)], 0)
    found: list[float] = np.maximum(LEAST, total + np.log(np.maximum(last, 1e-200))).tolist()
    return found
