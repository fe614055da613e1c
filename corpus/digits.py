"""`python -m corpus digits`: trains the reader of digits on made strips and writes its weights.

Needs PyTorch, which nothing else here needs: `pip install "directives[training]"`. On two processors it takes about half an hour.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from corpus.handwriting import strip
from extractor.reading.digits import HEIGHT, WEIGHTS, levelled

# Out-channels, kernel, pool, and whether rows are padded: rows 32 → 16 → 8 → 4 → 2 → 1, columns halved once.
_LAYERS: tuple[tuple[int, tuple[int, int], tuple[int, int], bool], ...] = (
    (12, (3, 3), (2, 2), True),
    (24, (3, 3), (2, 1), True),
    (40, (3, 3), (2, 1), True),
    (64, (3, 3), (2, 1), True),
    (80, (2, 5), (1, 1), False),
    (80, (1, 7), (1, 1), True),
    (11, (1, 1), (1, 1), True),
)
_ALONG = 2  # columns of a strip for one place
_BATCH = 32
_POOL = 24_000  # strips kept and shown again, slightly changed, while new ones are made


@dataclass(frozen=True, slots=True)
class Made:
    """A strip as ink, its digits, and the columns of their middles."""

    ink: NDArray[np.float16]
    digits: str
    middles: tuple[float, ...]


def made(seed: int, count: int) -> list[Made]:
    """Made strips; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    strips = (strip(rng) for _ in range(count))
    return [Made(levelled(s.image).astype(np.float16), s.digits, s.middles) for s in strips]


def network() -> nn.Sequential:
    """The network with normalisation behind each convolution but the last; `_folded` makes one of the two."""
    parts: list[nn.Module] = []
    channels = 1
    for out, kernel, pool, padded in _LAYERS:
        padding = (kernel[0] // 2 if padded else 0, kernel[1] // 2)
        last = out == _LAYERS[-1][0]
        parts.append(nn.Conv2d(channels, out, kernel, padding=padding))
        if not last:
            parts += [nn.BatchNorm2d(out), nn.ReLU()]
        if pool != (1, 1):
            parts.append(nn.MaxPool2d(pool))
        channels = out
    return nn.Sequential(*parts)


def train(steps: int = 2400, out: Path = WEIGHTS, seed: int = 1) -> float:
    """Trains for so many batches, writes the weights, says how it goes; the share of unseen made strips read wrong comes back."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    net = network()
    held = made(999_999, 800)
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-4)
    # Where the digits stand is known of made strips: to say what is at each place is learned many times sooner than from the digits alone.
    loss_of = nn.CrossEntropyLoss(weight=torch.tensor([0.4] + [1.0] * 10), ignore_index=-1)
    running, said = 0.0, time.monotonic()
    with get_context("spawn").Pool(1) as makers:
        supply = _supply(makers, rng, seed)
        for step in range(1, steps + 1):
            for group in optimiser.param_groups:
                group["lr"] = 3e-3 * min(1.0, step / 100) * min(1.0, 0.02 + 1.4 * (1 - step / steps))
            inks, wanted = _batch(next(supply), rng)
            loss = loss_of(net(inks)[:, :, 0], wanted)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            running = 0.98 * running + 0.02 * float(loss.detach())
            if time.monotonic() - said > 60:
                said = time.monotonic()
                _write(net, out)
                wrong = _wrong(net, held[:200])
                print(f"bước / step {step}: loss {running:.3f}, sai / wrong {100 * wrong:.1f} %", flush=True)
    _write(net, out)
    wrong = _wrong(net, held)
    print(f"bước / step {steps}: sai / wrong {100 * wrong:.2f} % of {len(held)} → {out}", flush=True)
    return wrong


def _supply(makers: object, rng: np.random.Generator, seed: int) -> Iterator[list[Made]]:
    """Batches of a pool of strips that another process renews all the time; those of like width together."""
    pool = made(seed * 1_000_003, 800)
    coming, number = makers.apply_async(made, (seed * 1_000_003 + 1, 400)), 1  # type: ignore[attr-defined]
    while True:
        if coming.ready():
            pool = (pool + coming.get())[-_POOL:]
            number += 1
            coming = makers.apply_async(made, (seed * 1_000_003 + number, 400))  # type: ignore[attr-defined]
        chosen = sorted((pool[i] for i in rng.integers(len(pool), size=_BATCH * 4)), key=lambda m: m.ink.shape[1])
        for k in rng.permutation(4):
            yield chosen[k * _BATCH : (k + 1) * _BATCH]


def _batch(strips: list[Made], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Strips in one tensor, each moved, darkened or lightened a little, and what is to be said at each of their places."""
    widest = (max(s.ink.shape[1] for s in strips) + 8 + 1) // _ALONG * _ALONG
    inks = np.zeros((len(strips), 1, HEIGHT, widest), np.float32)
    wanted = np.zeros((len(strips), widest // _ALONG), np.int64)
    for i, s in enumerate(strips):
        down, right = int(rng.integers(-2, 3)), int(rng.integers(0, 8))
        moved = np.roll(s.ink.astype(np.float32), down, axis=0)
        if rng.random() < 0.5:
            moved = moved ** rng.uniform(0.7, 1.4)
        inks[i, 0, :, right : right + moved.shape[1]] = moved
        places = [min((m + right) / _ALONG, wanted.shape[1] - 1.0) for m in s.middles]
        for k, place in enumerate(places):
            # A digit is said at its middle; beside it either is right, but between two digits none has to stand.
            near = min((abs(place - other) for n, other in enumerate(places) if n != k), default=9.0)
            for beside in (-1, 1):
                at = int(place) + beside
                if near >= 4 and 0 <= at < wanted.shape[1] and wanted[i, at] == 0:
                    wanted[i, at] = -1
        for place, digit in zip(places, s.digits, strict=True):
            wanted[i, max(0, int(place))] = 1 + int(digit)
    return torch.from_numpy(inks), torch.from_numpy(wanted)


def _wrong(net: nn.Sequential, strips: list[Made]) -> float:
    """The share of strips whose likeliest path says other digits."""
    net.eval()
    wrong = 0
    with torch.no_grad():
        for s in strips:
            best = net(torch.from_numpy(s.ink.astype(np.float32))[None, None])[0, :, 0].argmax(0).tolist()
            text = "".join(str(c - 1) for before, c in zip([0, *best], best, strict=False) if c and c != before)
            wrong += text != s.digits
    net.train()
    return wrong / len(strips)


def _write(net: nn.Sequential, out: Path) -> None:
    """The weights in half precision, each normalisation folded into its convolution."""
    kept: dict[str, NDArray[np.generic]] = {
        "pools": np.asarray([pool for _, _, pool, _ in _LAYERS]),
        "padded": np.asarray([padded for *_, padded in _LAYERS]),
    }
    parts = list(net)
    for i, at in enumerate(k for k, part in enumerate(parts) if isinstance(part, nn.Conv2d)):
        weights, bias = parts[at].weight.detach().numpy(), parts[at].bias.detach().numpy()
        if at + 1 < len(parts) and isinstance(parts[at + 1], nn.BatchNorm2d):
            norm = parts[at + 1]
            factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().numpy()
            weights = weights * factor[:, None, None, None]
            bias = (bias - norm.running_mean.numpy()) * factor + norm.bias.detach().numpy()
        kept[f"weights{i}"], kept[f"bias{i}"] = weights.astype(np.float16), bias.astype(np.float16)
    out.parent.mkdir(exist_ok=True)
    np.savez_compressed(out, **kept)  # type: ignore[arg-type]
