"""Reads the data files beside this module: CSV with a header row, UTF-8, `#` lines as comments for the reader."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

_FOLDER = Path(__file__).parent


class MalformedTable(ValueError):
    """A data file has a row that does not fit its header; the message names file and row."""


def rows(file: str) -> list[dict[str, str]]:
    """Every row of a data file as {column: stripped text}; raises MalformedTable for too many or too few cells."""
    with (_FOLDER / file).open(encoding="utf-8", newline="") as lines:
        reader = csv.reader(line for line in lines if line.strip() and not line.startswith("#"))
        header = [name.strip() for name in next(reader)]
        table = []
        for cells in reader:
            if len(cells) != len(header):
                raise MalformedTable(f"{file}: {len(cells)} cells instead of {len(header)} in {cells!r}")
            table.append({name: cell.strip() for name, cell in zip(header, cells, strict=True)})
    return table


def day(cell: str) -> date | None:
    """An ISO date, or None for an empty cell (open-ended)."""
    return date.fromisoformat(cell) if cell else None


def parts(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds several values, separated by `|`."""
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def in_force(valid_from: date | None, valid_to: date | None, on: date) -> bool:
    """Whether `on` lies in [valid_from, valid_to], either end open when None."""
    return (valid_from is None or valid_from <= on) and (valid_to is None or on <= valid_to)
