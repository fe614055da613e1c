"""``directives migrate``, ``backup``, ``restore`` and ``check``."""

from __future__ import annotations

from typing import Any


def register(commands: Any) -> None:
    """Add the commands to the parser's subcommands."""
