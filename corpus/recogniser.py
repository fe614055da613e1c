"""`python -m corpus lines`: trains the recogniser of lines on made lines and writes it for `extractor.reading.lines`.

Needs PyTorch and ONNX, which nothing else here needs (`pip install "directives[training]"`), the typefaces of `fonts-croscore`,
`fonts-texgyre` and `fonts-dejavu`, and, to be done within minutes, a GPU.
"""

from __future__ import annotations

import math
import os
import queue
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from corpus.lines import HIGH, WIDTHS, lines
from corpus.worn import worn
from extractor.reading.lines import ALONG, HEIGHT, LETTERS

_LONGEST = 112
_CHUNK = 64  # lines that come from a maker at a time
_BATCH = (768, 512, 320)  # lines of each width
_SHARES = (0.25, 0.3, 0.45)  # of the batches
_POOL = (52_000, 68_000, 150_000)  # lines of each width that are kept and shown again, worn anew
RATE = 2e-3
_DILATIONS = (1, 2, 4, 8, 1, 2, 4, 1)
_NUMBERS = {letter: i + 1 for i, letter in enumerate(LETTERS)}

Chunk = tuple[int, Tensor, Tensor, Tensor]  # which width; ink; labels; top, bottom, width and length of each


class _Aside(nn.Module):  # type: ignore[misc]
    """What a few convolutions add to what they are given."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, values: Tensor) -> Tensor:
        return functional.relu(values + self.layers(values))


def _convolved(
    before: int,
    after: int,
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    *,
    dilation: int = 1,
    flat: bool = False,
) -> list[nn.Module]:
    padding = (0 if flat else kernel[0] // 2, kernel[1] // 2 * dilation)
    return [
        nn.Conv2d(before, after, kernel, stride, padding, (1, dilation), bias=False),
        nn.BatchNorm2d(after),
    ]


class Recogniser(nn.Module):  # type: ignore[misc]
    """(lines, 1, HEIGHT, columns) of ink to (lines, columns / ALONG, 1 + letters) of scores; the first is "nothing new here"."""

    def __init__(self, channels: int = 256) -> None:
        super().__init__()
        layers: list[nn.Module] = [
            *_convolved(1, 24, (3, 3), (2, 2)), nn.ReLU(),
            *_convolved(24, 48, (3, 3), (2, 1)), nn.ReLU(),
            _Aside(*_convolved(48, 48, (3, 3)), nn.ReLU(), *_convolved(48, 48, (3, 3))),
            *_convolved(48, 96, (3, 3), (2, 2)), nn.ReLU(),
            _Aside(*_convolved(96, 96, (3, 3)), nn.ReLU(), *_convolved(96, 96, (3, 3))),
            *_convolved(96, channels, (HEIGHT // 8, 1), flat=True), nn.ReLU(),
        ]  # fmt: skip
        for dilation in _DILATIONS:
            layers.append(
                _Aside(
                    *_convolved(channels, channels, (1, 3), dilation=dilation),
                    nn.ReLU(),
                    *_convolved(channels, channels, (1, 1)),
                )
            )
        layers += [nn.Dropout(0.1), nn.Conv2d(channels, 1 + len(LETTERS), 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, ink: Tensor) -> Tensor:
        scores: Tensor = self.layers(ink)
        return scores[:, :, 0].transpose(1, 2)


class _Made(IterableDataset):  # type: ignore[misc]
    """Made lines without end, by width."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __iter__(self) -> Iterator[Chunk]:
        worker = get_worker_info()
        rng = np.random.default_rng((self.seed, worker.id if worker else 0))
        waiting: tuple[list[tuple[np.ndarray, list[int], tuple[int, int, int, int]]], ...] = ([], [], [])
        while True:
            for line in lines(rng, 200):
                k = WIDTHS.index(line.ink.shape[1])
                label = [_NUMBERS[letter] for letter in line.text]
                width = int(np.flatnonzero(line.ink[line.top : line.bottom].max(axis=0))[-1]) + 1
                waiting[k].append(
                    (line.ink, label + [0] * (_LONGEST - len(label)), (line.top, line.bottom, width, len(label)))
                )
            for k, own in enumerate(waiting):
                while len(own) >= _CHUNK:
                    some, own[:] = own[:_CHUNK], own[_CHUNK:]
                    yield (
                        k,
                        torch.from_numpy(np.stack([ink for ink, _, _ in some])),
                        torch.tensor([label for _, label, _ in some], dtype=torch.int16),
                        torch.tensor([places for _, _, places in some], dtype=torch.int16),
                    )


@dataclass
class _Pool:
    """Made lines of one width on the device: the newest so many."""

    ink: Tensor
    labels: Tensor
    places: Tensor
    count: int = 0

    @classmethod
    def of(cls, width: int, size: int, device: torch.device) -> _Pool:
        return cls(
            torch.zeros(size, HIGH, width, dtype=torch.uint8, device=device),
            torch.zeros(size, _LONGEST, dtype=torch.int16, device=device),
            torch.zeros(size, 4, dtype=torch.int16, device=device),
        )

    def take(self, ink: Tensor, labels: Tensor, places: Tensor) -> None:
        at = self.count % len(self.ink)
        n = min(len(ink), len(self.ink) - at)
        self.ink[at : at + n], self.labels[at : at + n], self.places[at : at + n] = ink[:n], labels[:n], places[:n]
        self.count += n

    def some(self, n: int) -> tuple[Tensor, Tensor, Tensor]:
        chosen = torch.randint(min(self.count, len(self.ink)), (n,), device=self.ink.device)
        return self.ink[chosen], self.labels[chosen].long(), self.places[chosen].long()


def train(minutes: float, out: Path, *, since: Path | None = None, seed: int = 1) -> float:
    """Trains for so long, beginning with the weights in `since` where given, and says how it goes; writes the recogniser, and beside it its weights
    (`.pt`), which are written every half minute. The share of characters of unseen made lines that are read wrong comes back.
    """
    weights = out.with_suffix(".pt")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = True
    net = Recogniser().to(device, memory_format=torch.channels_last)
    if since:
        net.load_state_dict(torch.load(since, map_location=device))
    kept = Recogniser().to(device)
    kept.load_state_dict(net.state_dict())
    kept.requires_grad_(False)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01, fused=device.type == "cuda")
    makers = max(1, (os.cpu_count() or 2) - 1)
    supply = iter(
        DataLoader(
            _Made(seed), batch_size=None, num_workers=makers, prefetch_factor=4, pin_memory=device.type == "cuda"
        )
    )
    pools = [_Pool.of(width, size, device) for width, size in zip(WIDTHS, _POOL, strict=True)]
    held = [_Pool.of(width, 4 * _CHUNK, device) for width in WIDTHS]
    started = time.monotonic()
    while any(pool.count < 4 * _CHUNK for pool in held):
        k, *made = next(supply)
        held[k].take(*made)
    while any(pool.count < 8 * _CHUNK for pool in pools):
        k, *made = next(supply)
        pools[k].take(*made)
    coming: queue.Queue[Chunk] = queue.Queue(64)
    threading.Thread(target=_fetch, args=(supply, coming), daemon=True).start()
    print(f"vật liệu / lines to begin with: {time.monotonic() - started:.0f} s", flush=True)
    began = said = time.monotonic()
    step, running, seen = 0, 0.0, 0
    while (gone := (time.monotonic() - began) / (60 * minutes)) < 1:
        step += 1
        for _ in range(min(16, coming.qsize())):
            k, *made = coming.get()
            pools[k].take(*made)
        k = int(torch.multinomial(torch.tensor(_SHARES), 1))
        ink, labels, places = pools[k].some(_BATCH[k])
        shown, ends = worn(ink, places[:, 0], places[:, 1], places[:, 2])
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, step / 200) * max(0.01, 0.5 * (1 + math.cos(math.pi * gone)))
        with torch.autocast(device.type, torch.bfloat16):
            scores = net(shown.to(memory_format=torch.channels_last))
        loss = _loss(scores, labels, places[:, 3], ends)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        seen += len(ink)
        _follow(kept, net, min(0.999, step / (step + 20)))
        if step % 20 == 0:
            running = float(loss.detach()) if not running else 0.8 * running + 0.2 * float(loss.detach())
            if not math.isfinite(running):
                raise FloatingPointError("loss")
        if time.monotonic() - said > 30:
            said = time.monotonic()
            torch.save(kept.state_dict(), weights)
            print(
                f"{said - began:5.0f} s, bước / step {step}, {seen} dòng / lines: loss {running:.3f}, sai / wrong {100 * _wrong(kept, held):.2f} %",
                flush=True,
            )
    torch.save(kept.state_dict(), weights)
    wrong = _wrong(kept, held)
    write(weights, out)
    print(f"bước / step {step}: sai / wrong {100 * wrong:.2f} % → {out}", flush=True)
    return float(wrong)


def _fetch(supply: Iterator[Chunk], coming: queue.Queue[Chunk]) -> None:
    for made in supply:
        coming.put(made)


def _loss(scores: Tensor, labels: Tensor, lengths: Tensor, ends: Tensor) -> Tensor:
    likely = functional.log_softmax(scores.float(), 2).transpose(0, 1)
    places = (ends / ALONG).ceil().long().clamp(max=likely.shape[0])
    lost = functional.ctc_loss(likely, labels, places, lengths, reduction="none", zero_infinity=True)
    return (lost / lengths.clamp(min=4)).mean()


@torch.no_grad()  # type: ignore[untyped-decorator]
def _follow(kept: nn.Module, net: nn.Module, share: float) -> None:
    """Moves the running mean of the weights."""
    ours, theirs = list(kept.parameters()), [p.detach() for p in net.parameters()]
    torch._foreach_lerp_(ours, theirs, 1 - share)
    for mean, value in zip(kept.buffers(), net.buffers(), strict=True):
        mean.copy_(value if not mean.is_floating_point() else torch.lerp(mean, value, 1 - share))


@torch.no_grad()  # type: ignore[untyped-decorator]
def _wrong(net: nn.Module, held: list[_Pool]) -> float:
    """The share of the characters of these lines, worn, that the likeliest path gets wrong."""
    net.eval()
    wrong = size = 0
    for pool in held:
        state = torch.get_rng_state(), torch.cuda.get_rng_state() if pool.ink.is_cuda else None
        torch.manual_seed(7)
        shown, ends = worn(pool.ink, *(pool.places[:, i].long() for i in range(3)))
        torch.set_rng_state(state[0])
        if state[1] is not None:
            torch.cuda.set_rng_state(state[1])
        best = net(shown).argmax(2).tolist()
        for path, end, label in zip(best, ends.tolist(), pool.labels.tolist(), strict=True):
            path = path[: math.ceil(end / ALONG)]
            read = [c for before, c in zip([0, *path], path, strict=False) if c and c != before]
            wanted = [c for c in label if c]
            wrong += Levenshtein.distance(read, wanted)
            size += len(wanted)
    net.train()
    return float(wrong / size)


def write(weights: Path, out: Path, seed: int = 5) -> None:
    """Writes the network with these weights as ONNX, its numbers as 8 bits: half the time, a quarter of the size, and as good on real scans."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    net = Recogniser()
    net.load_state_dict(torch.load(weights, map_location="cpu"))
    net.eval()
    with tempfile.TemporaryDirectory() as folder:
        plain, ready = Path(folder) / "plain.onnx", Path(folder) / "ready.onnx"
        torch.onnx.export(
            net,
            (torch.zeros(1, 1, HEIGHT, 256),),
            str(plain),
            input_names=["ink"],
            output_names=["scores"],
            dynamic_axes={"ink": {0: "lines", 3: "columns"}, "scores": {0: "lines", 1: "places"}},
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(out),
            _Examples(seed),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,  # processors without instructions for it would overflow
        )


class _Examples:
    """Worn lines by which the ranges of the numbers are told."""

    def __init__(self, seed: int) -> None:
        torch.manual_seed(seed)
        made = iter(_Made(seed))
        wanted = set(range(len(WIDTHS)))
        self._waiting: list[dict[str, np.ndarray]] = []
        while wanted:
            k, ink, _, places = next(made)
            if k in wanted:
                wanted.discard(k)
                shown, _ = worn(ink, *(places[:, i].long() for i in range(3)))
                self._waiting += [{"ink": part.numpy()} for part in shown.split(8)]

    def get_next(self) -> dict[str, np.ndarray] | None:
        """The next lines; None behind the last, as quantisation wants it."""
        return self._waiting.pop() if self._waiting else None
