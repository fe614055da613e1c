"""What copying and scanning do to made lines of print, many at a time on whatever device trains (PyTorch): scanned at some resolution, a little
askew, blurred, faded, speckled, struck by pen or seal, made 1-bit or packed as JPEG, and cut out again as pages' lines are.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from corpus.lines import EM
from extractor.reading.lines import HEIGHT

_GROUP = 64  # lines that share a resolution
_LUMINANCE = torch.tensor(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=torch.float32,
)  # ITU-T T.81, Annex K


def worn(ink: Tensor, top: Tensor, bottom: Tensor, width: Tensor) -> tuple[Tensor, Tensor]:
    """Lines as a reader gets them.

    `ink` is (lines, rows, columns), 0 to 255, with the rows and columns that each line's own ink takes. Comes back as (lines, 1, HEIGHT, columns),
    0 paper to 1 ink, and the columns that each takes.
    """
    wide = round(ink.shape[2] * 0.86) // 8 * 8
    parts = [
        _worn(ink[i : i + _GROUP], top[i : i + _GROUP], bottom[i : i + _GROUP], width[i : i + _GROUP], wide)
        for i in range(0, len(ink), _GROUP)
    ]
    return torch.cat([lines for lines, _ in parts]), torch.cat([columns for _, columns in parts])


def _worn(ink: Tensor, top: Tensor, bottom: Tensor, width: Tensor, wide: int) -> tuple[Tensor, Tensor]:
    n, _rows, _columns = ink.shape
    at = ink.device
    # Pixels of the scan for one of the made line: 13 points at 100 to 200 dpi are 18 to 36 pixels of type.
    shrink = math.exp(float(torch.empty(()).uniform_(math.log(16), math.log(38)))) / EM
    page = _scanned(ink.float()[:, None] / 255, shrink)
    page = _inked(page)
    page = _page(page, shrink)
    return _cut(page, top * shrink, bottom * shrink, width * shrink, wide, at, n)


def _uniform(n: int, low: float, high: float, at: torch.device) -> Tensor:
    return torch.empty(n, 1, 1, 1, device=at).uniform_(low, high)


def _some(n: int, share: float, at: torch.device) -> Tensor:
    """True for so large a share of the lines."""
    return torch.rand(n, 1, 1, 1, device=at) < share


def _scanned(ink: Tensor, shrink: float) -> Tensor:
    """At another resolution, turned and bent a little."""
    n, _, rows, columns = ink.shape
    at = ink.device
    if shrink < 0.8:
        ink = _soft(ink, 0.4 / shrink - 0.3)
    high, wide = round(rows * shrink), round(columns * shrink)
    y = torch.linspace(-1, 1, high, device=at)[None, :, None].expand(n, high, wide)
    x = torch.linspace(-1, 1, wide, device=at)[None, None, :].expand(n, high, wide)
    along = x * columns / rows  # in half heights
    turned = _uniform(n, -0.006, 0.006, at)[:, 0] * _some(n, 0.7, at)[:, 0]
    slant = _uniform(n, -0.12, 0.12, at)[:, 0] * _some(n, 0.2, at)[:, 0]
    bent = _uniform(n, 0, 0.06, at)[:, 0] * _some(n, 0.25, at)[:, 0]
    wave = torch.sin(along / _uniform(n, 4, 14, at)[:, 0] + _uniform(n, 0, 6.3, at)[:, 0])
    moved_y = y + turned * along + bent * wave + _uniform(n, -0.5, 0.5, at)[:, 0] / high
    moved_x = x + slant * y * rows / columns + _uniform(n, -1, 1, at)[:, 0] / wide
    return functional.grid_sample(ink, torch.stack([moved_x, moved_y], -1), align_corners=False)


def _inked(ink: Tensor) -> Tensor:
    """Strokes that spread or break, ink that fades."""
    n, _, high, wide = ink.shape
    at = ink.device
    spread = functional.max_pool2d(ink, 3, 1, 1)
    thin = -functional.max_pool2d(-ink, 3, 1, 1)
    share = _uniform(n, -0.4, 0.65, at) * _some(n, 0.4, at)
    ink = torch.where(share > 0, ink + (spread - ink) * share, ink + (ink - thin) * share)
    faded = _clouds(n, 3, max(3, wide // 40), high, wide, at) * _uniform(n, 0.1, 0.7, at) * _some(n, 0.15, at)
    grain = torch.rand(n, 1, high, wide, device=at) * _uniform(n, 0, 0.5, at) * _some(n, 0.12, at)
    ink = ink * (1 - faded) * (1 - grain)
    # A copier: grown soft, clumped, hard again.
    copied = _some(n, 0.13, at)
    clumps = _soft(torch.randn(n, 1, high, wide, device=at), 0.9) * 2.5
    level = _uniform(n, 0.28, 0.6, at)
    hard = torch.sigmoid((_soft(ink, 0.8) + clumps * _uniform(n, 0.0, 0.16, at) - level) / _uniform(n, 0.05, 0.14, at))
    return torch.where(copied, hard, ink).clamp(0, 1)


def _page(ink: Tensor, shrink: float) -> Tensor:
    """On paper, with what else is on it, through lens, wire and packing; 0 ink to 1 paper."""
    n, _, high, wide = ink.shape
    at = ink.device
    paper = _uniform(n, 0.72, 1.0, at).clamp(max=1.0)
    black = _uniform(n, 0.0, 0.42, at)
    black = torch.where(_some(n, 0.6, at), black * 0.35, black)
    shade = 1 - _clouds(n, 2, 4, high, wide, at) * _uniform(n, 0, 0.25, at) * _some(n, 0.25, at)
    image = (paper - (paper - black).clamp(min=0.3) * ink) * shade
    back = _soft(ink.roll(1, 0).flip(-1).roll(int(torch.randint(-6, 7, ())), -2), 1.0)
    image = image * (1 - back * _uniform(n, 0.05, 0.4, at) * _some(n, 0.15, at))
    image = _struck(image, shrink)
    # Lens.
    for sigma in (0.45, 0.8, 1.2):
        blurred = _soft(image, sigma * max(0.8, shrink * 1.4))
        image = torch.where(_some(n, 0.22, at), image + (blurred - image) * _uniform(n, 0.4, 1.0, at), image)
    noise = torch.randn(n, 1, high, wide, device=at)
    image = image + noise * _uniform(n, 0.0, 0.03, at) + noise * _uniform(n, 0.03, 0.16, at) * _some(n, 0.15, at)
    # Specks of a pixel or two.
    dots = torch.rand(n, 1, high, wide, device=at)
    large = functional.max_pool2d((dots > 0.985).float(), 2, 1, 1)[:, :, :high, :wide] > 0
    share = _uniform(n, 0, 0.03, at) * _some(n, 0.3, at)
    image = torch.where(dots < share / 2, torch.zeros_like(image), image)
    image = torch.where((dots < share) & (dots >= share / 2), torch.ones_like(image), image)
    image = torch.where(large & (torch.rand_like(dots) < 0.5) & _some(n, 0.03, at), torch.zeros_like(image), image)
    image = torch.where(_some(n, 0.3, at), _packed(image.clamp(0, 1)), image)
    level = paper * _uniform(n, 0.45, 0.8, at)
    image = torch.where(_some(n, 0.35, at), (image > level).float(), image)
    # Wire: rows that repeat the one above.
    lost = (torch.rand(n, 1, high, 1, device=at) < 0.03) & _some(n, 0.04, at)
    image = torch.where(lost, image.roll(1, 2), image)
    # A median takes specks off, as readers do.
    if torch.rand(()) < 0.12:
        image = _without_specks(image)
    return image.clamp(0, 1)


def _struck(image: Tensor, shrink: float) -> Tensor:
    """The rim of a seal, strokes of a pen, rules of a table or below a line."""
    n, _, high, wide = image.shape
    at = image.device
    y = torch.arange(high, device=at, dtype=torch.float32)[None, None, :, None]
    x = torch.arange(wide, device=at, dtype=torch.float32)[None, None, None, :]
    em = EM * shrink
    for share in (0.07, 0.04):
        radius = _uniform(n, 2.0, 5.0, at) * em
        cx, cy = _uniform(n, 0, 1, at) * wide, _uniform(n, -2.5, 3.5, at) * high
        away = ((x - cx).square() + (y - cy).square()).sqrt()
        stroke = (1 - ((away - radius).abs() / (_uniform(n, 0.02, 0.09, at) * em))).clamp(0, 1)
        image = torch.minimum(
            image, torch.where(_some(n, share, at), 1 - stroke * _uniform(n, 0.1, 0.95, at), torch.ones_like(image))
        )
    for share in (0.05, 0.03):
        lean = torch.tan(_uniform(n, -1.45, 1.45, at))
        away = (
            x - _uniform(n, 0, 1, at) * wide - lean * (y - high / 2) - _uniform(n, 0, 3, at) * torch.sin(y / em)
        ).abs()
        stroke = (1 - away / (1 + lean.square()).sqrt() / (_uniform(n, 0.02, 0.07, at) * em)).clamp(0, 1)
        image = torch.minimum(
            image, torch.where(_some(n, share, at), 1 - stroke * _uniform(n, 0.2, 1.0, at), torch.ones_like(image))
        )
    rule = ((y - _uniform(n, 0.72, 1.0, at) * high).abs() < _uniform(n, 0.5, 1.2, at)) & _some(n, 0.03, at)
    return torch.where(rule, image * 0.2, image)


def _packed(image: Tensor) -> Tensor:
    """Through JPEG: the cosine transform of blocks of 8, rounded."""
    n, _, high, wide = image.shape
    at = image.device
    full = functional.pad(image, (0, -wide % 8, 0, -high % 8), mode="replicate")
    rows, columns = full.shape[2] // 8, full.shape[3] // 8
    k, i = (
        torch.arange(8, device=at, dtype=torch.float32)[:, None],
        torch.arange(8, device=at, dtype=torch.float32)[None],
    )
    basis = torch.cos(math.pi * (2 * i + 1) * k / 16) * torch.where(k == 0, math.sqrt(1 / 8), 0.5)
    blocks = (full * 255 - 128).view(n, rows, 8, columns, 8).permute(0, 1, 3, 2, 4)
    quality = _uniform(n, 12, 75, at)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    steps = (_LUMINANCE.to(at)[None] * scale[:, 0]).clamp(min=1)[:, None, None]
    rounded = torch.round(basis @ blocks @ basis.T / steps) * steps
    back = (basis.T @ rounded @ basis).permute(0, 1, 3, 2, 4).reshape(n, 1, rows * 8, columns * 8)
    return ((back[:, :, :high, :wide] + 128) / 255).clamp(0, 1)


def _cut(
    page: Tensor, top: Tensor, bottom: Tensor, width: Tensor, wide: int, at: torch.device, n: int
) -> tuple[Tensor, Tensor]:
    """The line with a margin about its ink, HEIGHT rows high; the columns beyond its end are paper."""
    _, _, high, long = page.shape
    tall = (bottom - top).float()
    above = tall * torch.empty(n, device=at).uniform_(0.02, 0.30)
    below = tall * torch.empty(n, device=at).uniform_(0.02, 0.30)
    first, last = top - above, bottom + below
    scale = HEIGHT / (last - first)
    stretch = torch.empty(n, device=at).uniform_(0.94, 1.06)
    lead = torch.empty(n, device=at).uniform_(0.0, 10.0)  # pixels of what is cut out before the line
    along = torch.minimum(scale * stretch, (wide - lead - 6) / width)
    y = first[:, None] + (torch.arange(HEIGHT, device=at)[None] + 0.5) / scale[:, None]
    x = (torch.arange(wide, device=at)[None] + 0.5 - lead[:, None]) / along[:, None]
    grid = torch.stack(
        [
            (x[:, None, :] / long * 2 - 1).expand(n, HEIGHT, wide),
            (y[:, :, None] / high * 2 - 1).expand(n, HEIGHT, wide),
        ],
        -1,
    )
    # Readers enlarge smoothly and shrink by averaging.
    cut = functional.grid_sample(page, grid, mode="bicubic", padding_mode="border", align_corners=False).clamp(0, 1)
    ends = (lead + along * width + 2 + torch.empty(n, device=at).uniform_(0.0, 8.0)).clamp(max=wide)
    beyond = torch.arange(wide, device=at)[None, None, None] >= ends[:, None, None, None]
    return torch.where(beyond, torch.zeros_like(cut), _levelled(cut, ends)), ends


def _levelled(lines: Tensor, ends: Tensor) -> Tensor:
    """As `extractor.reading.lines.levelled`, judged by some of the columns that each line takes."""
    columns = (torch.rand(len(lines), 160, device=lines.device) * ends[:, None]).long()
    seen = lines.gather(3, columns[:, None, None].expand(-1, 1, lines.shape[2], -1)).flatten(1).sort(1).values
    dark, paper = (seen[:, int(share * seen.shape[1])][:, None, None, None] for share in (0.01, 0.85))
    return ((paper - lines) / (paper - dark).clamp(min=0.24)).clamp(0, 1)


def _soft(image: Tensor, sigma: float) -> Tensor:
    """Blurred by a Gaussian. Shifted copies are added up: a library's convolution would look for its best way at each new size."""
    if sigma < 0.2:
        return image
    reach = max(1, math.ceil(2.3 * sigma))
    taps = [math.exp(-(i * i) / (2 * sigma * sigma)) for i in range(-reach, reach + 1)]
    for axis, sides in ((3, (reach, reach, 0, 0)), (2, (0, 0, reach, reach))):
        wide = functional.pad(image, sides, mode="replicate")
        size = image.shape[axis]
        total = torch.zeros_like(image)
        for i, tap in enumerate(taps):
            total.add_(wide.narrow(axis, i, size), alpha=tap / sum(taps))
        image = total
    return image


# Exchanges that bring the median of nine to the middle (Paeth 1990).
_EXCHANGES = ((1, 2), (4, 5), (7, 8), (0, 1), (3, 4), (6, 7), (1, 2), (4, 5), (7, 8), (0, 3), (5, 8), (4, 7), (3, 6), (1, 4), (2, 5), (4, 7), (4, 2), (6, 4), (4, 2))  # fmt: skip


def _without_specks(image: Tensor) -> Tensor:
    high, wide = image.shape[2:]
    around = functional.pad(image, (1, 1, 1, 1), mode="replicate")
    nine = [around[:, :, y : y + high, x : x + wide] for y in range(3) for x in range(3)]
    for a, b in _EXCHANGES:
        nine[a], nine[b] = torch.minimum(nine[a], nine[b]), torch.maximum(nine[a], nine[b])
    return nine[4]


def _clouds(n: int, down: int, along: int, high: int, wide: int, at: torch.device) -> Tensor:
    coarse = torch.rand(n, 1, down, along, device=at)
    return functional.interpolate(coarse, (high, wide), mode="bicubic", align_corners=False).clamp(0, 1)
