"""``directives reindex``."""

from __future__ import annotations

import argparse
import contextlib
import time
from typing import Any

from service.settings import Settings


def register(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    building = commands.add_parser(
        "reindex",
        help="lập lại chỉ mục tìm kiếm, cả khi đang chạy / build the search index anew, while the service runs too",
    )
    building.set_defaults(run=_reindex)


def _reindex(arguments: argparse.Namespace, settings: Settings) -> int:
    from service.house import prepare
    from service.search import index
    from service.store.database import Database

    settings.data.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with contextlib.closing(Database(settings.url)) as database:
        prepare(settings, database)
        count = index.rebuild(database)
    seconds = time.monotonic() - began
    print(f"Đã lập lại chỉ mục tìm kiếm: {count} văn bản, {seconds:.0f} giây.")
    print(f"The search index is built anew: {count} documents, {seconds:.0f} seconds.")
    return 0
