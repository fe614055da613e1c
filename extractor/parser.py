"""Arguments of a command: argparse speaking Vietnamese first."""

from __future__ import annotations

import argparse
import sys
from typing import Any, NoReturn


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Cách dùng (usage): " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """What argparse gives, with Vietnamese titles; wrong usage ends the process with status 2."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, add_help=False, allow_abbrev=False, **options)
        self._positionals.title = "Tham số (arguments)"
        self._optionals.title = "Tùy chọn (options)"
        self.add_argument("-h", "--help", action="help", help="in hướng dẫn này / show this help")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"Sai cách dùng: {message}. Xem / see: {self.prog} --help\n")
