"""What a search found as tables, each row with where it comes from: document, page, place, version, reviewed or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from service.export.printable import printable
from service.export.table import cell, lines
from service.search.look import Seen

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 32_000  # characters of a cell: Excel holds 32,767

COLUMNS: dict[str, Callable[[Seen], object]] = {
    "Số, ký hiệu": lambda seen: seen.document.number,
    "Loại văn bản": lambda seen: seen.document.kind,
    "Ngày ban hành": lambda seen: seen.document.issued_on,
    "Cơ quan ban hành": lambda seen: seen.document.issuer,
    "Trích yếu": lambda seen: seen.document.subject,
    "Trang": lambda seen: seen.page,
    "Từ ký tự": lambda seen: seen.start,
    "Đến ký tự": lambda seen: seen.end,
    "Nguyên văn": lambda seen: seen.text,
    "Đúng dấu": lambda seen: "x" if seen.hit.exact else "",
    "Đã duyệt": lambda seen: "x" if seen.document.approved else "",
    "Hết hiệu lực": lambda seen: "x" if seen.document.withdrawn_at else "",
    "Phiên bản": lambda seen: seen.document.current_version,
    "Bộ đọc": lambda seen: seen.pipeline_version,
    "Mã mục": lambda seen: seen.unit,
    "Mã văn bản": lambda seen: seen.document.id,
    "Địa chỉ": lambda seen: seen.address,
}


def csv_of(pages: Iterable[list[Seen]]) -> Iterator[bytes]:
    """The file, a piece a page, as `table.csv_of` writes it."""
    yield "\ufeff".encode() + lines([list(COLUMNS)])
    for page in pages:
        yield lines([[cell(value(seen)) for value in COLUMNS.values()] for seen in page])


def workbook(out: IO[bytes], pages: Iterable[list[Seen]], query: str) -> None:
    """One sheet; the query stands in the book's properties."""
    book = Workbook(write_only=True)
    book.properties.title = printable(query)[:200]
    sheet: Any = book.create_sheet("Tìm kiếm")
    sheet.freeze_panes = "A2"
    sheet.append(list(COLUMNS))
    for page in pages:
        for seen in page:
            sheet.append([_put(sheet, value(seen)) for value in COLUMNS.values()])
    book.save(out)


def _put(sheet: Any, value: object) -> Any:
    if value is None or isinstance(value, int):
        return value
    put = WriteOnlyCell(sheet, printable(str(value))[:_LONGEST])
    put.data_type = "s"  # text, also where it looks like a formula
    return put


def line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False) + "\n"
