"""``directives export-gold``: approved records as gold, for training and evaluation.

Each approved document gives three files: the original as it was handed in, ``NAME.gold.json`` (the meaning that people have
approved, in the form of the specimens' gold records, without places and confidences) and ``NAME.read.json`` (what the
pipeline had read, whole). ``python -m corpus evaluate FOLDER`` measures against them.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord
from service.access.actor import the_service
from service.settings import Settings
from service.store import audit, records
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.schedule import VIETNAM
from service.store.tables import Document, Record

Json = dict[str, Any]

_HEADER = ("kind", "number", "issuer", "place", "issued_on", "subject", "urgency", "secrecy", "signer")
_SIGNER = ("name", "title", "authority", "for")
_ASSIGNMENT = ("role", "agency", "as_written", "source")
_DEADLINE = ("kind", "due", "start", "rrule", "anchor", "offset", "working_days", "text")
_TARGET = (
    "id", "indicator", "comparator", "value", "value_max", "unit", "per", "period", "change", "baseline", "of", "parent_id",
    "text",
)  # fmt: skip
_CITATION = ("kind", "number", "issued_on", "issuer", "subject", "text", "relation")
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tif",
    "text/plain": ".txt",
}


def register(commands: Any) -> None:
    """Add the command to the parser's subcommands."""
    parser = commands.add_parser(
        "export-gold", help="xuất bản ghi đã duyệt làm dữ liệu chuẩn / approved records as gold, for evaluation"
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="duyệt từ ngày này / approved since"
    )
    parser.add_argument(
        "--corrected", action="store_true", help="chỉ văn bản người đã sửa / only those that people have corrected"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the gold; the exit status. The files of a document that was exported before are written anew."""
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    originals = Blobs(settings.data / "originals")
    database = Database(settings.url)
    count = 0
    try:
        with database.writing() as session:
            for document, approved, read in _approved(session, arguments.since, arguments.corrected):
                name = _name(document)
                shutil.copyfile(
                    originals.path(document.sha256), folder / (name + _SUFFIXES.get(document.media_type, ".bin"))
                )
                gold = gold_of(DirectiveRecord.model_validate_json(approved.body))
                _write(folder / f"{name}.gold.json", json.dumps(gold, ensure_ascii=False, indent=1))
                if read:
                    _write(folder / f"{name}.read.json", read.body)
                count += 1
            after = {"documents": count, "since": str(arguments.since) if arguments.since else None}
            audit.note(session, the_service("directives export-gold"), "export.gold", "documents", None, after=after)
    finally:
        database.close()
    print(f"Đã xuất {count} văn bản vào {folder}. / {count} documents exported.")
    return 0


def _approved(
    session: Session, since: date | None, corrected: bool
) -> Iterator[tuple[Document, Record, Record | None]]:
    query = sa.select(Document).where(Document.approved_version.is_not(None)).order_by(Document.id)
    if since:
        query = query.where(Document.approved_at >= datetime.combine(since, datetime.min.time(), VIETNAM))
    for document in session.scalars(query):
        approved = records.version(session, document.id, document.approved_version)
        assert approved, "an approved version is there"
        read = session.scalar(
            sa.select(Record)
            .where(Record.document_id == document.id, Record.origin == "read", Record.version <= approved.version)
            .order_by(Record.version.desc())
            .limit(1)
        )
        if approved.origin == "corrected" or not corrected:
            yield document, approved, read


def _name(document: Document) -> str:
    """A file name that people know the document by, and that no other document has."""
    known = re.sub(r"[^\w.-]+", "-", document.number or Path(document.file_name).stem).strip("-.")[:60]
    return f"{known or 'van-ban'}-{document.sha256[:8]}"


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n", "utf-8")


def gold_of(record: DirectiveRecord) -> Json:
    """What a record says, in the form of a gold record: meaning alone, no places, no confidences."""
    whole = record.model_dump(mode="json", by_alias=True)
    header = {name: whole["directive"][name] for name in _HEADER}
    if header["issuer"]:
        header["issuer"] = header["issuer"]["name"]
    if header["signer"]:
        header["signer"] = _only(header["signer"], _SIGNER)
    header["recipients"] = [one["text"] for one in whole["directive"]["recipients"]]
    header["addressees"] = [one["agency"] for one in whole["directive"]["addressees"]]
    paths = {task["id"]: task["path"] for task in whole["tasks"]}
    return {
        "schema_version": whole["schema_version"],
        "directive": header,
        "tasks": [
            {
                **_only(task, ("path", "heading", "text")),
                "assignments": [_only(who, _ASSIGNMENT) for who in task["assignments"]],
                "deadlines": [_only(when, _DEADLINE) for when in task["deadlines"]],
            }
            for task in whole["tasks"]
        ],
        "targets": [
            {**_only(target, _TARGET), "task_path": paths.get(target["task_id"])} for target in whole["targets"]
        ],
        "citations": [_only(citation, _CITATION) for citation in whole["citations"]],
    }


def _only(item: Json, names: tuple[str, ...]) -> Json:
    return {name: item[name] for name in names}
