"""The chain of references as a drawing: what is carried out above, what carries it out below, level by level."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from service.study.references import Certainty, Chain, Node, label

WIDTH, HEIGHT = 200, 62  # of a box
_GAP, _RISE = 16, 46  # between boxes, between levels
ROW = 6  # boxes of a level; the others are counted


@dataclass(frozen=True, slots=True)
class Box:
    """A document; `x`, `y` are its top left corner."""

    node: Node
    x: int
    y: int
    lines: Sequence[str]
    year: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """From the citing document up to the cited one."""

    x1: int
    y1: int
    x2: int
    y2: int
    relation: str
    certainty: Certainty | None


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[Line]
    hidden: int  # documents of full levels, and of a chain that was cut at least one


def of(chain: Chain) -> Picture | None:
    """None where the document neither refers to others nor is referred to."""
    if len(chain.nodes) < 2:
        return None
    levels = [
        list(nodes) for _, nodes in groupby(sorted(chain.nodes.values(), key=_order), key=lambda node: node.level)
    ]
    columns = min(max(map(len, levels)), ROW)
    width = columns * (WIDTH + _GAP) + _GAP
    boxes: dict[str, Box] = {}
    hidden = int(chain.cut)
    for row, nodes in enumerate(levels):
        hidden += len(nodes[ROW:])
        shown = nodes[:ROW]
        left = (width - len(shown) * (WIDTH + _GAP) + _GAP) // 2
        for column, node in enumerate(shown):
            x, y = left + column * (WIDTH + _GAP), _GAP + row * (HEIGHT + _RISE)
            words = textwrap.wrap(label(node), 25, max_lines=2, placeholder="…")
            day = node.document.issued_on if node.document else node.named.issued_on if node.named else None
            boxes[node.key] = Box(node, x, y, words, day.year if day else None)
    lines = [
        _line(boxes[edge.citing], boxes[edge.cited], edge.relation, edge.certainty)
        for edge in chain.edges
        if edge.citing in boxes and edge.cited in boxes
    ]
    height = len(levels) * (HEIGHT + _RISE) - _RISE + 2 * _GAP
    return Picture(width, height, list(boxes.values()), lines, hidden)


def _order(node: Node) -> tuple[int, bool, str]:
    """From the top down; in a level the documents that are here first, by number."""
    return -node.level, node.document is None, label(node)


def _line(citing: Box, cited: Box, relation: str, certainty: Certainty | None) -> Line:
    x1, x2 = citing.x + WIDTH // 2, cited.x + WIDTH // 2
    if citing.y == cited.y:  # within a level, from side to side
        step = WIDTH // 2 if cited.x > citing.x else -WIDTH // 2
        return Line(x1 + step, citing.y + HEIGHT // 2, x2 - step, cited.y + HEIGHT // 2, relation, certainty)
    upwards = cited.y < citing.y
    return Line(
        x1, citing.y + (0 if upwards else HEIGHT), x2, cited.y + (HEIGHT if upwards else 0), relation, certainty
    )
