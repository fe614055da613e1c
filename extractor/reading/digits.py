"""Digits in the gap of a printed line, written by pen or typed: a small recogniser of this project's own.

A convolutional network looks along a strip of the line and says at each place which digit it sees there, or none; print beside the gap is
none. It was trained on made digits alone (`python -m corpus digits`; models/README.md tells how well it reads), and runs in numpy: a strip
takes some milliseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractor.reading.engine import Image

WEIGHTS = Path(__file__).parents[2] / "models" / "digits.npz"
STRIP_DPI = 100
HEIGHT = 32  # pixels of a strip: 0.32 inches, the line's x-height about its middle
BEAM = 12  # readings kept at each place

Array = NDArray[np.float32]


class Guess(NamedTuple):
    """A reading of a strip and its probability."""

    digits: str
    probability: float


class Layer(NamedTuple):
    """A convolution: weights (out, in, rows, columns), bias (out), and by how many rows and columns the largest is taken behind it.

    It keeps the columns (zeros beyond the edges); it keeps the rows where `padded`, else a window has to lie within them.
    """

    weights: Array
    bias: Array
    pool: tuple[int, int]
    padded: bool


def levelled(strip: Image) -> Array:
    """The strip as ink from 0 to 1: its paper at 0, its darkest at 1; a strip of paper alone stays near 0."""
    paper, dark = np.percentile(strip, 90), np.percentile(strip, 1)
    return np.asarray(np.clip((float(paper) - strip) / max(60.0, float(paper - dark)), 0, 1), np.float32)


def read_digits(strip: Image, allowed: Callable[[str], bool] = lambda _: True, count: int = 4) -> list[Guess]:
    """The likeliest readings of a strip (HEIGHT rows at STRIP_DPI) that are allowed, with their share of what is allowed.

    "" is the reading of a strip without digits. An empty list says that nothing likely is allowed.
    """
    found = [
        guess for guess in _readings(_run(levelled(strip), _layers())) if not guess.digits or allowed(guess.digits)
    ]
    total = sum(guess.probability for guess in found)
    if total < 1e-4:
        return []
    # What is not allowed counts against the rest a little: a strip that reads best as "47" is no sure day.
    total = max(total, 0.5)
    return [Guess(guess.digits, round(float(guess.probability / total), 4)) for guess in found[:count]]


@cache
def _layers() -> tuple[Layer, ...]:
    with np.load(WEIGHTS) as kept:
        count = len([name for name in kept.files if name.startswith("weights")])
        return tuple(
            Layer(
                kept[f"weights{i}"].astype(np.float32),
                kept[f"bias{i}"].astype(np.float32),
                (int(kept["pools"][i][0]), int(kept["pools"][i][1])),
                bool(kept["padded"][i]),
            )
            for i in range(count)
        )


def _run(ink: Array, layers: Sequence[Layer]) -> Array:
    """The log probabilities of "none" and the ten digits at each place: (places, 11)."""
    values = ink[None]
    for i, layer in enumerate(layers):
        out, _, rows, columns = layer.weights.shape
        above = rows // 2 if layer.padded else 0
        around = np.pad(values, ((0, 0), (above, above), (columns // 2, columns // 2)))
        windows = np.lib.stride_tricks.sliding_window_view(around, (rows, columns), axis=(1, 2))
        high, wide = windows.shape[1:3]
        flat = windows.transpose(1, 2, 0, 3, 4).reshape(high * wide, -1)
        values = (flat @ layer.weights.reshape(out, -1).T + layer.bias).T.reshape(out, high, wide)
        if i < len(layers) - 1:
            values = np.maximum(values, 0)
        down, along = layer.pool
        if (down, along) != (1, 1):
            values = values[:, : high // down * down, : wide // along * along]
            values = values.reshape(out, high // down, down, wide // along, along).max(axis=(2, 4))
    scores = values[:, 0].T
    scores = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)), np.float32)


def _readings(log_probabilities: Array) -> list[Guess]:
    """The likeliest digit strings by prefix beam search (connectionist temporal classification; Graves 2006, Hannun 2014)."""
    # For each prefix the probability of ending in "none" and of ending in its last digit.
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for place in np.exp(log_probabilities.astype(np.float64)):
        if place[0] > 0.9999:  # nothing here
            beam = {prefix: ((none + ends) * float(place[0]), 0.0) for prefix, (none, ends) in beam.items()}
            continue
        after: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for prefix, (none, ends) in beam.items():
            after[prefix][0] += (none + ends) * place[0]
            if prefix:
                after[prefix][1] += ends * place[1 + int(prefix[-1])]
            for digit in range(10):
                p = float(place[1 + digit])
                if p < 1e-4:
                    continue
                begun = none if prefix and int(prefix[-1]) == digit else none + ends
                after[f"{prefix}{digit}"][1] += begun * p
        best = sorted(after.items(), key=lambda entry: -sum(entry[1]))[:BEAM]
        beam = {prefix: (none, ends) for prefix, (none, ends) in best}
    return sorted((Guess(prefix, sum(p)) for prefix, p in beam.items()), key=lambda guess: -guess.probability)


def strip_of(image: Image, left: float, right: float, middle: float, dpi: float) -> Image:
    """The strip of a page image at this resolution from `left` to `right`, about the line's `middle`; white beyond the page. Pixels."""
    half = HEIGHT / 2 * dpi / STRIP_DPI
    top, bottom = round(middle - half), round(middle + half)
    x0, x1 = round(left), max(round(right), round(left) + round(half))
    rows, columns = image.shape
    inside = image[max(0, top) : max(0, min(rows, bottom)), max(0, x0) : max(0, min(columns, x1))]
    edges = (max(0, -top), max(0, bottom - max(rows, top)), max(0, -x0), max(0, x1 - max(columns, x0)))
    whole = cv2.copyMakeBorder(inside, *edges, cv2.BORDER_CONSTANT, value=(255.0,)) if any(edges) else inside
    width = max(12, round((x1 - x0) * STRIP_DPI / dpi))
    return np.asarray(cv2.resize(whole, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
