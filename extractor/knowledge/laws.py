"""The names of laws, to tell where a name that holds commas or "và" ends."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def law_names() -> tuple[str, ...]:
    """The names in laws.txt without "Luật", "Bộ luật" or "Pháp lệnh", the longest first."""
    lines = Path(__file__).with_name("laws.txt").read_text(encoding="utf-8").splitlines()
    names = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    return tuple(sorted(names, key=lambda name: (-len(name), name)))
