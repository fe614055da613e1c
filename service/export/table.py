"""Tasks as comma-separated values that spreadsheet programs open well and run nothing of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator

from service.api.shapes import Task
from service.export import wording

COLUMNS: dict[str, Callable[[Task], object]] = {
    "Mã": lambda task: task.code,
    "Văn bản giao": lambda task: task.document.number,
    "Ngày ban hành": lambda task: task.document.issued_on,
    "Cơ quan ban hành": lambda task: task.document.issuer,
    "Vị trí": wording.place,
    "Đề mục": lambda task: task.heading,
    "Tên nhiệm vụ": lambda task: task.title,
    "Nội dung nhiệm vụ": lambda task: task.text,
    "Cơ quan chủ trì": lambda task: "; ".join(task.leads),
    "Cơ quan phối hợp": lambda task: "; ".join(task.coordinating),
    "Báo cáo": lambda task: "; ".join(task.report_to),
    "Thời hạn": lambda task: task.due,
    "Thời hạn ghi trong văn bản": wording.deadlines,
    "Định kỳ": lambda task: "x" if task.recurring else "",
    "Tiến độ": lambda task: wording.STATES[task.state],
    "Tình trạng hạn": lambda task: wording.TIMELINESS[task.timeliness],
    "Ngày hoàn thành": lambda task: task.completed_on,
    "Kết quả": wording.results,
    "Độ tin cậy": lambda task: task.confidence,
    "Cần kiểm tra": lambda task: "x" if task.doubtful else "",
    "Đã duyệt": lambda task: "x" if task.approved else "",
    "Hết hiệu lực từ": lambda task: task.withdrawn_at.isoformat() if task.withdrawn_at else "",
    "Mã nhiệm vụ": lambda task: task.id,
    "Mã văn bản": lambda task: task.document.id,
}

# What a spreadsheet takes for the beginning of a formula: at the start of a cell, and, because programs of some countries
# divide cells at semicolons, behind what could divide them.
_FORMULA = re.compile("(^\\s*|[;\t\r\n])(?=[=+\\-@＝＋－＠])")


def csv_of(pages: Iterable[list[Task]]) -> Iterator[bytes]:
    """The file, a piece a page. It begins with the mark by which Excel knows UTF-8; lines end as RFC 4180 says."""
    return pieces(list(COLUMNS), ([[value(task) for value in COLUMNS.values()] for task in page] for page in pages))


def pieces(titles: list[str], pages: Iterable[list[list[object]]]) -> Iterator[bytes]:
    """A file of these columns, a piece a page of rows."""
    yield "\ufeff".encode() + lines([titles])
    for page in pages:
        yield lines([[cell(value) for value in row] for row in page])


def lines(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()


def cell(value: object) -> str:
    """The value as text; an apostrophe keeps what looks like a formula from being one."""
    return "" if value is None else _FORMULA.sub(r"\1'", str(value))
