"""One document: what it is, its pages, tasks and history; two of its versions side by side; its annex to be printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord, Page
from service.access.actor import Actor
from service.api.at_hand import AtHand, Reader
from service.api.shapes import Document, Task
from service.export import wording
from service.house import House
from service.problems import Problem
from service.store import audit, compare, documents, records, tables, tasks
from service.store.compare import Difference
from service.study import fields as study_fields
from service.study import picture, place, references
from service.web import specimen
from service.web.language import term
from service.web.pages import show

router = APIRouter(prefix="/documents")

_HISTORY = 200  # entries shown; older ones are in the audit trail
UP, DOWN = 3, 3  # steps of the chain that is drawn
_MOST_TASKS = 5000  # of one document that are shown

PARTS = {
    "header": term("Thông tin chung"),
    "task": term("Nhiệm vụ"),
    "target": term("Chỉ tiêu"),
    "citation": term("Viện dẫn"),
}
FIELDS = {
    "kind": term("Loại văn bản"),
    "number": term("Số, ký hiệu"),
    "issuer": term("Cơ quan ban hành"),
    "place": term("Nơi ban hành"),
    "issued_on": term("Ngày ban hành"),
    "subject": term("Trích yếu"),
    "urgency": term("Độ khẩn"),
    "secrecy": term("Độ mật"),
    "signer": term("Người ký"),
    "recipients": term("Nơi nhận"),
    "addressees": term("Đối tượng thực hiện"),
    "path": term("Mục"),
    "heading": term("Đề mục"),
    "title": term("Tên ngắn"),
    "text": term("Nguyên văn"),
    "lead": term("Chủ trì"),
    "coordinate": term("Phối hợp"),
    "report_to": term("Nhận báo cáo"),
    "supervise": term("Theo dõi, đôn đốc"),
    "deadline": term("Thời hạn"),
    "indicator": term("Chỉ tiêu"),
    "value": term("Giá trị"),
    "change": term("Mức thay đổi"),
    "period": term("Thời kỳ"),
    "of": term("Tính trên"),
    "baseline": term("Gốc so sánh"),
    "relation": term("Quan hệ"),
}
READINGS = {
    "text_layer": term("lớp văn bản trong PDF"),
    "ocr": term("nhận dạng chữ (OCR)"),
    "text": term("văn bản thuần"),
    "blank": term("trang trắng"),
    "failed": term("không đọc được"),
}
TRIAGES = {
    "tcvn3": term("mã cũ TCVN3, đã chuyển sang Unicode"),
    "vni": term("mã cũ VNI, đã chuyển sang Unicode"),
    "caption": term("lớp văn bản chỉ có vài chữ, như chú thích chữ ký số"),
    "foreign_layer": term("lớp văn bản ẩn không phải tiếng Việt"),
    "layer_elsewhere": term("lớp văn bản ẩn không khớp với ảnh trang"),
    "show_through": term("chỉ có chữ của mặt sau hiện qua giấy"),
}
RELATIONS = {
    "implements": term("Thực hiện"),
    "basis": term("Căn cứ"),
    "amends": term("Sửa đổi, bổ sung"),
    "replaces": term("Thay thế"),
    "annuls": term("Bãi bỏ"),
    "mention": term("Nhắc đến"),
}
FIELDS_OF_GOVERNMENT = {
    "y-te": term("Y tế"),
    "giao-duc": term("Giáo dục và đào tạo"),
    "giao-thong": term("Giao thông vận tải"),
    "dau-tu": term("Kế hoạch, đầu tư công"),
    "nong-nghiep": term("Nông nghiệp và nông thôn"),
    "an-ninh": term("An ninh, trật tự, phòng cháy"),
    "quoc-phong": term("Quốc phòng, quân sự"),
    "moi-truong": term("Tài nguyên, đất đai, môi trường"),
    "thien-tai": term("Phòng, chống thiên tai"),
    "lao-dong": term("Lao động, xã hội"),
    "van-hoa": term("Văn hóa, thể thao, du lịch"),
    "cong-nghe": term("Khoa học, công nghệ, chuyển đổi số"),
    "cong-thuong": term("Công Thương"),
    "tai-chinh": term("Tài chính, ngân hàng"),
    "xay-dung": term("Xây dựng, nhà ở, đô thị"),
    "noi-vu": term("Nội vụ, cải cách hành chính"),
    "tu-phap": term("Tư pháp, thanh tra"),
    "dang": term("Xây dựng Đảng"),
    "tong-hop": term("Tổng hợp, kinh tế - xã hội"),
}
ACTIONS = {
    "document.receive": term("Nộp văn bản"),
    "document.read_again": term("Yêu cầu đọc lại"),
    "document.withdraw": term("Thu hồi văn bản"),
    "record.correct": term("Sửa bản ghi"),
    "record.approve": term("Duyệt"),
    "record.read": term("Máy đọc xong"),
    "annex.export": term("Xuất phụ lục nhiệm vụ"),
    "edxml.export": term("Xuất thông điệp edXML"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a document's history; `version` is the one that it made or approved."""

    at: datetime
    who: str
    action: str
    version: int | None
    differences: Sequence[Difference]
    note: str | None = None


@router.get("/{document_id}", response_class=HTMLResponse)
def show_document(request: Request, document_id: UUID, house: AtHand, actor: Reader) -> HTMLResponse:
    with house.database.reading() as session:
        row = _found(session, document_id, actor)
        record = _record(session, row, row.current_version)
        versions = records.versions(session, row.id)
        links = references.outgoing(session, [row])[row.id]
        others = {"similar": documents.same_number(session, row), "replaces": _replaced(session, row)}
        values: dict[str, Any] = {
            "document": Document.of(row, documents.latest_jobs(session, [row.id])[row.id]),
            "record": record,
            "tasks": _tasks(session, row, house),
            "links": links,
            "citing": references.incoming(session, [row])[row.id],
            "picture": picture.of(references.chain(session, row, up=UP, down=DOWN)),
            "versions": versions,
            "history": _history(session, row, actor, versions),
            "images": _images(session, row.id),
            "replaced_by": session.get(tables.Document, row.replaced_by) if row.replaced_by else None,
            "field": _field(row),
            **others,
        }
    names: dict[str, Any] = {"fields": FIELDS, "parts": PARTS, "relations": RELATIONS, "actions": ACTIONS}
    names |= {"readings": READINGS, "triages": TRIAGES}
    return show(
        request,
        "document",
        runs=_runs(record) if record else (),
        **values,
        **names,
        specimen_sha256=specimen.sha256(),
        words=compare.words,
        place=place.address,
    )


def _runs(record: DirectiveRecord) -> list[tuple[int, int, Page]]:
    """The pages that were read in one way for one reason, as first, last, and one of them."""
    runs: list[tuple[int, int, Page]] = []
    for page in record.source.pages:
        if runs and (runs[-1][2].reading, runs[-1][2].triage) == (page.reading, page.triage):
            runs[-1] = (runs[-1][0], page.number, page)
        else:
            runs.append((page.number, page.number, page))
    return runs


@router.get("/{document_id}/compare", response_class=HTMLResponse)
def compare_versions(
    request: Request,
    document_id: UUID,
    house: AtHand,
    actor: Reader,
    a: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    b: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> HTMLResponse:
    """Version `b` against version `a`; without them, the newest against the one in force."""
    with house.database.reading() as session:
        row = _found(session, document_id, actor)
        versions = records.versions(session, row.id)
        a, b = a or row.current_version, b or row.version
        old, new = _record(session, row, a), _record(session, row, b)
        document = Document.of(row, documents.latest_jobs(session, [row.id])[row.id])
    if old is None or new is None:
        raise Problem("no-record")
    found = compare.differences(old, new)
    return show(
        request,
        "compare",
        document=document,
        versions=versions,
        a=a,
        b=b,
        differences={part: [one for one in found if one.part == part] for part in PARTS},
        count=len(found),
        parts=PARTS,
        fields=FIELDS,
        words=compare.words,
    )


@router.get("/{document_id}/annex", response_class=HTMLResponse)
def show_annex(request: Request, document_id: UUID, house: AtHand, actor: Reader) -> HTMLResponse:
    """The tasks as an annex that assigns them, for A4 lying."""
    with house.database.reading() as session:
        row = _found(session, document_id, actor)
        document = Document.of(row, documents.latest_jobs(session, [row.id])[row.id])
        found = _tasks(session, row, house)
    return show(request, "annex", document=document, tasks=found, wording=wording)


def _field(row: tables.Document) -> dict[str, Any] | None:
    if row.field not in FIELDS_OF_GOVERNMENT:
        return None
    doubtful = (row.field_probability or 0) < study_fields.DOUBTFUL
    return {"name": FIELDS_OF_GOVERNMENT[row.field], "doubtful": doubtful}


def _found(session: Session, document_id: UUID, actor: Actor) -> tables.Document:
    row = documents.find(session, document_id, actor)
    if row is None:
        raise Problem("not-found")
    return row


def _record(session: Session, row: tables.Document, version: int | None) -> DirectiveRecord | None:
    kept = records.version(session, row.id, version)
    return DirectiveRecord.model_validate_json(kept.body) if kept else None


def _tasks(session: Session, row: tables.Document, house: House) -> list[Task]:
    wanted = tasks.Filter(document=row.id, withdrawn=row.withdrawn_at is not None)
    found = tasks.page(session, wanted, order="newest", after=None, limit=_MOST_TASKS)
    return [Task.of(task, house.settings) for task in found]


def _images(session: Session, document_id: UUID) -> Sequence[int]:
    query = sa.select(tables.Page.number).where(tables.Page.document_id == document_id).order_by(tables.Page.number)
    return session.scalars(query).all()


def _replaced(session: Session, row: tables.Document) -> Sequence[tables.Document]:
    return session.scalars(sa.select(tables.Document).where(tables.Document.replaced_by == row.id)).all()


def _history(
    session: Session, row: tables.Document, actor: Actor, versions: Sequence[tables.Record]
) -> list[Happening]:
    """Who did what, newest first; with it what the machine read."""
    entries = audit.page(session, actor, object_id=str(row.id), before=None, limit=_HISTORY)
    told = [Happening(one.at, one.actor, one.action, *_said(one)) for one in entries]
    told += [Happening(one.created_at, "", "record.read", one.version, ()) for one in versions if one.origin == "read"]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _said(entry: tables.Audit) -> tuple[int | None, Sequence[Difference], str | None]:
    before, after = entry.before or {}, entry.after or {}
    units = after.get("units", {})
    changed = [one for unit, now in units.items() for one in compare.of_unit(unit, before["units"].get(unit), now)]
    return after.get("version") or after.get("approved_version"), changed, after.get("why")
