"""``directives receive`` and ``reextract``: files and folders are handed in, and documents read anew, without the web."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from extractor.errors import DirectiveError
from service.access.actor import the_service
from service.house import House
from service.intake.reception import Order
from service.settings import Settings
from service.store import documents
from service.store.documents import BULK

REFUSED = 3  # some files were not taken, the others were: as `directives extract` says it


def register(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    parser = commands.add_parser("receive", help="nộp tệp, thư mục vào kho / hand files and folders in")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.set_defaults(run=run)

    again = commands.add_parser(
        "reextract",
        help="bóc tách lại văn bản đã đọc, không OCR lại / facts anew of documents that were read, without OCR",
    )
    which = again.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="mọi văn bản còn hiệu lực / all that are not withdrawn")
    which.add_argument("--document", type=UUID, nargs="+", default=[], metavar="ID")
    again.set_defaults(run=read_again)


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


def read_again(arguments: argparse.Namespace, settings: Settings) -> int:
    """Queue documents behind all that people wait for; the exit status. Said again, nothing is doubled.

    A job takes the words that are kept of its document; only where none are, or reading itself has changed, are pages read anew.
    """
    house = House.open(settings, work=False)
    actor = the_service("directives reextract")
    queued = missing = 0
    try:
        with house.database.reading() as session:
            wanted = documents.read_ids(session) if arguments.all else arguments.document
        for document_id in wanted:
            with house.database.reading() as session:
                document = documents.find(session, document_id, actor)
            if document is None:
                missing += 1
                print(f"không có: {document_id} / no such document", flush=True)
            else:
                queued += house.reception.read_again(document, actor, BULK).new_job
    finally:
        house.close()
    print(f"đã xếp hàng {queued} văn bản / {queued} documents are queued", flush=True)
    return REFUSED if missing else 0


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith("."))
        else:
            yield path
