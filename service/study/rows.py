"""A record's targets and references in rows, beside its tasks: laid out whenever a record comes into force.

Nothing but the record decides what the rows say, so they may be dropped and laid out anew at any time; `REVISION` rises
when they would say something else, and `catch_up` then brings every document up to it.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from sqlalchemy.orm import Session

from extractor.record import Citation, DirectiveRecord, Evidence
from extractor.record import Target as ReadTarget
from service.store.database import Database
from service.store.tables import Document, Record, Reference, Target
from service.study import fields, numbers, units
from service.study.indicators import indicator

REVISION = 1
BATCH = 100  # documents of a transaction of `catch_up`

_CUE = 90  # characters before a citation in which its cue stands
_ANNULS = re.compile(r"(?:bãi|hủy|huỷ)\s+bỏ(?!\s+thầu)[^.;\n]*$|hết\s+hiệu\s+lực[^.;\n]*$", re.IGNORECASE)
_IMPLEMENTS = re.compile(
    r"(?:thực\s+hiện|triển\s+khai|cụ\s+thể\s+hóa|quán\s+triệt|chấp\s+hành|thi\s+hành)[^.;\n]*$", re.IGNORECASE
)


def lay_out(session: Session, document: Document, record: DirectiveRecord) -> None:
    """Bring the document's rows in line with the record that is in force."""
    for table in (Target, Reference):
        session.execute(sa.delete(table).where(table.document_id == document.id))
    if record.targets:
        session.execute(sa.insert(Target), [_target(document, n, one) for n, one in enumerate(record.targets)])
    if record.citations:
        texts = {page.number: page.text for page in record.source.pages}
        found = [_reference(document, n, one, texts) for n, one in enumerate(record.citations)]
        session.execute(sa.insert(Reference), found)
    document.symbol = numbers.symbol(record.directive.number)
    about = fields.field_of(record)
    document.field, document.field_probability = (about.field, round(about.probability, 3)) if about else (None, None)
    document.studied = REVISION


def catch_up(database: Database) -> int:
    """Lay out the documents whose rows are of an older revision, or that have none yet; how many."""
    done = 0
    behind = sa.or_(Document.studied.is_(None), Document.studied != REVISION)
    some = sa.select(Document).where(Document.current_version.is_not(None), behind).order_by(Document.id).limit(BATCH)
    while True:
        with database.writing() as session:
            documents = session.scalars(some.with_for_update(skip_locked=True)).all()
            for document in documents:
                body = session.scalar(
                    sa.select(Record.body).where(
                        Record.document_id == document.id, Record.version == document.current_version
                    )
                )
                lay_out(session, document, DirectiveRecord.model_validate_json(body or ""))
        done += len(documents)
        if len(documents) < BATCH:
            return done


def _target(document: Document, position: int, read: ReadTarget) -> dict[str, object]:
    measured = indicator(read.indicator)
    measure, amount = units.converted(read.value, read.unit)
    change = "increase" if measured.growth and read.change == "level" else read.change
    return {
        "document_id": document.id,
        "office_id": document.office_id,
        "position": position,
        "key": read.id,
        "task_key": read.task_id,
        "indicator": read.indicator,
        "words": f" {' '.join(sorted(measured.words))} ",
        "comparator": read.comparator,
        "value": read.value,
        "value_max": read.value_max,
        "unit": read.unit,
        "per": read.per,
        "change": change,
        "measure": measure,
        "amount": amount,
        "amount_max": units.converted(read.value_max, read.unit)[1] if read.value_max else None,
        "period_start": read.period.start if read.period else None,
        "period_end": read.period.end if read.period else None,
        "baseline": read.baseline,
        "of": read.of,
        "text": read.text,
        **_place(read),
        "confidence": read.confidence,
        "inferred": read.inferred,
    }


def _reference(document: Document, position: int, read: Citation, texts: dict[int, str]) -> dict[str, object]:
    return {
        "document_id": document.id,
        "office_id": document.office_id,
        "position": position,
        "relation": relation(read, texts),
        "kind": read.kind,
        "number": read.number,
        "symbol": numbers.symbol(read.number),
        "issued_on": read.issued_on,
        "issuer": read.issuer,
        "subject": read.subject,
        "text": read.text,
        **_place(read),
        "confidence": read.confidence,
    }


def relation(read: Citation, texts: dict[int, str]) -> str:
    """Why a document is named, finer than the record: of what it replaces some is only annulled, of its bases some it carries
    out. Told from the words right before the citation, by page number to text."""
    if read.relation not in ("replaces", "basis"):
        return read.relation
    for span in read.spans:
        before = texts.get(span.page, "")[max(0, span.start - _CUE) : span.start]
        if read.relation == "replaces" and _ANNULS.search(before) and "thay thế" not in before.lower():
            return "annuls"
        if read.relation == "basis" and _IMPLEMENTS.search(before):
            return "implements"
    return read.relation


def _place(read: Evidence) -> dict[str, int | None]:
    first = read.spans[0] if read.spans else None
    return {
        "page": first.page if first else None,
        "begins": first.start if first else None,
        "ends": first.end if first else None,
    }
