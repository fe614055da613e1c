"""``directives receive``: files and folders of this machine are handed in without going through the web."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extractor.errors import DirectiveError
from service.access.actor import the_service
from service.house import House
from service.intake.reception import Order
from service.settings import Settings
from service.store.documents import BULK

REFUSED = 3  # some files were not taken, the others were: as `directives extract` says it


def register(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    parser = commands.add_parser("receive", help="nộp tệp, thư mục vào kho / hand files and folders in")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Hand each file in; the exit status. Said again, nothing is doubled."""
    house = House.open(settings, work=False)
    refused = 0
    try:
        for file in _files(arguments.paths):
            try:
                received = house.reception.take(file, Order(the_service("directives receive"), priority=BULK))
            except (DirectiveError, OSError) as error:
                refused += 1
                why = error.message if isinstance(error, DirectiveError) else str(error)
                print(f"từ chối: {file}: {why}", flush=True)
            else:
                word = "đã nhận" if received.new_document else "đã có"
                print(f"{word}: {file} → {received.document.id}", flush=True)
    finally:
        house.close()
    return REFUSED if refused else 0


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith("."))
        else:
            yield path
