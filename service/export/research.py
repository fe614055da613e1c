"""What was found, targets and references as tables for research: each row with where it stands, how it was read, and how it is cited.

Programs get stable English names of columns (JSON Lines, Parquet), people Vietnamese ones (CSV, Excel), in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from service.export import table
from service.export.printable import printable
from service.problems import Problem
from service.search.look import Seen
from service.search.search import Asked
from service.study import place
from service.study.references import Link
from service.study.targets import Found

Row = dict[str, Any]

_LONGEST = 32_767  # characters that a cell of Excel can hold

_OF_DOCUMENT = {
    "document_number": "Văn bản",
    "document_kind": "Loại văn bản",
    "document_date": "Ngày ban hành",
    "document_issuer": "Cơ quan ban hành",
    "document_issuer_id": "Mã cơ quan ban hành",
    "document_field": "Lĩnh vực (máy phân)",
}
_PROVENANCE = {
    "page": "Trang",
    "span_start": "Từ ký tự",
    "span_end": "Đến ký tự",
    "confidence": "Độ tin cậy",
    "reviewed": "Đã duyệt",
    "pipeline_version": "Phiên bản bộ đọc",
    "citation": "Trích dẫn",
    "permalink": "Địa chỉ",
    "document_id": "Mã văn bản",
}
FOUND = {
    "text": "Nguyên văn",
    "what": "Loại mục",
    "unit": "Mã mục",
    "exact": "Đúng dấu",
    **_OF_DOCUMENT,
    "document_subject": "Trích yếu",
    "withdrawn": "Hết hiệu lực",
    "record_version": "Phiên bản bản ghi",
    **{name: said for name, said in _PROVENANCE.items() if name != "confidence"},
}
TARGETS = {
    "indicator": "Chỉ tiêu",
    "comparator": "So sánh",
    "value": "Giá trị",
    "value_max": "Giá trị đến",
    "unit": "Đơn vị",
    "per": "Trên",
    "change": "Mức hay thay đổi",
    "measure": "Đơn vị quy đổi",
    "amount": "Giá trị quy đổi",
    "amount_max": "Giá trị quy đổi đến",
    "period_start": "Từ ngày",
    "period_end": "Đến ngày",
    "baseline": "Gốc so sánh",
    "of": "Tính trên",
    "text": "Nguyên văn",
    **_OF_DOCUMENT,
    **_PROVENANCE,
    "target_id": "Mã chỉ tiêu",
}
CITATIONS = {
    **_OF_DOCUMENT,
    "relation": "Quan hệ",
    "cited_kind": "Loại văn bản được viện dẫn",
    "cited_number": "Văn bản được viện dẫn",
    "cited_date": "Ngày của văn bản ấy",
    "cited_issuer": "Cơ quan của văn bản ấy",
    "cited_subject": "Trích yếu của văn bản ấy",
    "text": "Nguyên văn",
    "certainty": "Khớp với văn bản trong kho",
    "cited_document_id": "Mã văn bản được viện dẫn",
    **_PROVENANCE,
}


def of_hit(seen: Seen, asked: Asked, base: str) -> Row:
    """A row of `FOUND`; `base` is the address of the service, which permalinks begin with."""
    document = seen.document
    return {
        "text": seen.text,
        "what": asked.what,
        "unit": str(document.id) if asked.what == "documents" else seen.unit,
        "exact": seen.hit.exact,
        **_of_document(document),
        "document_subject": document.subject,
        "withdrawn": document.withdrawn_at is not None,
        "record_version": document.current_version,
        "page": seen.page,
        "span_start": seen.start,
        "span_end": seen.end,
        "reviewed": document.approved,
        "pipeline_version": seen.pipeline_version,
        "citation": place.citation(document, seen.page),
        "permalink": base.rstrip("/") + seen.address,
        "document_id": str(document.id),
    }


def of_target(found: Found, base: str) -> Row:
    """A row of `TARGETS`; `base` is the address of the service, which permalinks begin with."""
    row = found.target
    return {
        "indicator": row.indicator,
        "comparator": row.comparator,
        "value": row.value,
        "value_max": row.value_max,
        "unit": row.unit,
        "per": row.per,
        "change": row.change,
        "measure": row.measure,
        "amount": row.amount,
        "amount_max": row.amount_max,
        "period_start": _day(row.period_start),
        "period_end": _day(row.period_end),
        "baseline": row.baseline,
        "of": row.of,
        "text": row.text,
        **_of_document(row.document),
        **_provenance(row, found.pipeline_version, base),
        "target_id": row.key,
    }


def of_reference(link: Link, pipeline_version: str, base: str) -> Row:
    """A row of `CITATIONS`; a reference that may mean several documents has one for each."""
    row = link.reference
    return {
        **_of_document(row.document),
        "relation": row.relation,
        "cited_kind": row.kind,
        "cited_number": row.number,
        "cited_date": _day(row.issued_on),
        "cited_issuer": row.issuer,
        "cited_subject": row.subject,
        "text": row.text,
        "certainty": link.certainty,
        "cited_document_id": str(link.meant.id) if link.meant else None,
        **_provenance(row, pipeline_version, base),
    }


def _of_document(document: Any) -> Row:
    return {
        "document_number": document.number,
        "document_kind": document.kind,
        "document_date": _day(document.issued_on),
        "document_issuer": document.issuer,
        "document_issuer_id": document.issuer_id,
        "document_field": document.field,
    }


def _provenance(row: Any, pipeline_version: str, base: str) -> Row:
    return {
        "page": row.page,
        "span_start": row.begins,
        "span_end": row.ends,
        "confidence": row.confidence,
        "reviewed": row.document.approved,
        "pipeline_version": pipeline_version,
        "citation": place.citation(row.document, row.page),
        "permalink": base.rstrip("/") + place.address(row.document_id, row.page, (row.begins, row.ends)),
        "document_id": str(row.document_id),
    }


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


# Forms


def lines(pages: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """JSON Lines."""
    for page in pages:
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in page).encode()


def csv_of(columns: Mapping[str, str], pages: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Comma-separated values as those of tasks: Excel knows the letters, and runs nothing."""
    return table.pieces(list(columns.values()), ([[row[name] for name in columns] for row in page] for page in pages))


def workbook(out: IO[bytes], columns: Mapping[str, str], pages: Iterable[Sequence[Row]]) -> int:
    """A plain sheet, to be filtered and counted; how many rows it has."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Dữ liệu")  # the type stubs know little of sheets that are only written
    sheet.freeze_panes = "A2"
    sheet.append(list(columns.values()))
    count = 0
    for page in pages:
        for row in page:
            sheet.append([_cell(sheet, row[name]) for name in columns])
            count += 1
    book.save(out)
    return count


def _cell(sheet: Any, value: Any) -> Any:
    """Text stays text, also where it looks like a formula."""
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet)
    cell.value = printable(value)[:_LONGEST]
    cell.data_type = "s"
    return cell


_NUMBERS = {"amount", "amount_max", "confidence"}
_COUNTS = {"page", "span_start", "span_end", "record_version"}
_ANSWERS = {"reviewed", "exact", "withdrawn"}


def parquet(out: IO[bytes], columns: Mapping[str, str], pages: Iterable[Sequence[Row]]) -> int:
    """Parquet, a row group a page; how many rows. Raises Problem("not-installed") without pyarrow, which few need."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet as files
    except ImportError:
        raise Problem("not-installed") from None
    types = {
        **dict.fromkeys(_NUMBERS, arrow.float64()),
        **dict.fromkeys(_COUNTS, arrow.int32()),
        **dict.fromkeys(_ANSWERS, arrow.bool_()),
    }
    schema = arrow.schema([(name, types.get(name, arrow.string())) for name in columns])
    count = 0
    with files.ParquetWriter(out, schema) as writer:
        for page in pages:
            writer.write_table(arrow.Table.from_pylist(list(page), schema=schema))
            count += len(page)
    return count
