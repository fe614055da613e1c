"""Tasks as a workbook in the layout of an annex that assigns tasks (phụ lục phân công nhiệm vụ), ready to be printed.

A4 lying, Times New Roman and the page number in the middle of the top margin, as Decree 30/2020 has it. Values that a clerk
should look at are coloured, and named in a column of their own. Rows go to the file as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from service.api.shapes import Task
from service.export import wording
from service.export.printable import printable
from service.store.tables import Document

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = 1_000_000  # tasks of one sheet; Excel opens 1,048,576 rows
_LONGEST = 32_767  # characters that a cell can hold
_A4 = 9
_FIRST_YEAR = 1900  # that Excel knows dates of
_DOUBT = PatternFill("solid", start_color="FFF2CC")
_HEAD = PatternFill("solid", start_color="E7E6E6")
_NONE = PatternFill()
_LINE = Side("thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_LEGEND = "Ô tô màu: giá trị máy đọc chưa chắc chắn, cần kiểm tra lại (xem cột “Cần kiểm tra”)."

Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    task: Task
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters; `part` is the part of a task that is doubted in this column."""

    title: str
    width: int
    value: Callable[[Row], Value]
    part: str = ""
    centred: bool = False
    format: str = "General"


_NUMBER = Column("TT", 5, lambda row: row.number, centred=True)
_TASK = Column("Nội dung nhiệm vụ", 52, lambda row: row.task.text, "text")
_WHO = (
    Column("Cơ quan chủ trì", 20, lambda row: ";\n".join(row.task.leads), "lead"),
    Column("Cơ quan phối hợp", 20, lambda row: ";\n".join(row.task.coordinating), "coordinate"),
    Column("Báo cáo", 16, lambda row: ";\n".join(row.task.report_to), "report_to"),
)
_WHEN = (
    Column("Thời hạn", 12, lambda row: row.task.due, "deadline", centred=True, format="dd/mm/yyyy"),
    Column("Thời hạn ghi trong văn bản", 16, lambda row: wording.deadlines(row.task), "deadline"),
    Column("Tình trạng", 13, lambda row: wording.status(row.task)),
)
_PLACE = Column("Mã; mục; trang", 13, lambda row: f"{row.task.code}; {wording.place(row.task)}")
_SOURCE = Column(
    "Văn bản giao", 17, lambda row: f"{wording.source(row.task)}\n{row.task.code}; {wording.place(row.task)}"
)
_NOTES = (
    Column("Cần kiểm tra", 12, lambda row: wording.named(row.doubts)),
    Column("Ghi chú", 14, lambda row: wording.results(row.task)),
)
OF_DOCUMENT = (_NUMBER, _TASK, *_WHO, *_WHEN, _PLACE, *_NOTES)
OF_TASKS = (_NUMBER, _TASK, *_WHO, *_WHEN, _SOURCE, *_NOTES)


def of_document(out: IO[bytes], document: Document, tasks: Sequence[Task], below: float) -> None:
    """The annex of one directive: its tasks under their headings. Confidences under `below` are doubtful."""
    about = [
        (document.kind or "văn bản").capitalize(),
        f"số {document.number}" if document.number else None,
        wording.long_day(document.issued_on) if document.issued_on else None,
        f"của {document.issuer}" if document.issuer else None,
        f"về việc {document.subject}" if document.subject else None,
    ]
    standing = "Bản đã được duyệt." if document.approved else "Bản chưa được duyệt."
    if document.withdrawn_at:
        standing = f"Văn bản đã hết hiệu lực. {document.withdrawn_why or ''}"
    titles = [f"(Theo {' '.join(filter(None, about))})", standing]
    book = Workbook(write_only=True)
    sheet = _Sheet(book, "Phụ lục", titles, OF_DOCUMENT, below)
    heading: str | None = None
    for number, task in enumerate(tasks, 1):
        if task.heading != heading:
            sheet.heading(task.heading or "Nhiệm vụ khác")
        heading = task.heading
        sheet.task(number, task)
    sheet.end()
    book.save(out)


def of_tasks(out: IO[bytes], tasks: Iterable[Task], titles: Sequence[str], below: float) -> int:
    """The tasks of many directives, each with the one that gives it; how many rows they are."""
    book = Workbook(write_only=True)
    sheet = _Sheet(book, "Phụ lục", titles, OF_TASKS, below)
    number = 0
    for number, task in enumerate(tasks, 1):
        if number > ROWS and number % ROWS == 1:
            sheet.end(filtered=True)
            sheet = _Sheet(book, f"Phụ lục ({number // ROWS + 1})", titles, OF_TASKS, below)
        sheet.task(number, task)
    sheet.end(filtered=True)
    book.save(out)
    return number


class _Sheet:
    """A sheet that grows downwards: titles, names of the columns, then tasks."""

    def __init__(
        self, book: Workbook, name: str, titles: Sequence[str], columns: Sequence[Column], below: float
    ) -> None:
        self._sheet: Any = book.create_sheet(name)  # the type stubs know little of sheets that are only written
        self._columns = columns
        self._below = below
        self._rows = 0
        self._head = len(titles) + 4  # where the names of the columns stand
        self._last = get_column_letter(len(columns))
        self._width = sum(column.width for column in columns)
        self._lay_out()
        self._across("PHỤ LỤC", _font(14, bold=True))
        self._across("PHÂN CÔNG NHIỆM VỤ", _font(14, bold=True))
        for title in titles:
            self._across(title, _font(13, italic=True))
        self._across(_LEGEND, _font(12, italic=True), fill=_DOUBT)
        self._append([self._cell(_font(12, bold=True), column.title, fill=_HEAD) for column in columns], _height(2, 12))
        # One cell for each column and look, written over and over: a row is in the file before the next one comes.
        self._plain = [self._of_column(column, _NONE) for column in columns]
        self._doubtful = [self._of_column(column, _DOUBT) for column in columns]

    def task(self, number: int, task: Task) -> None:
        row = Row(number, task, wording.doubts(task, self._below))
        cells = []
        lines = 1
        for column, plain, doubtful in zip(self._columns, self._plain, self._doubtful, strict=True):
            cell = doubtful if column.part in row.doubts else plain
            value = column.value(row)
            _put(cell, value)
            cells.append(cell)
            if isinstance(value, str):
                lines = max(lines, sum(_lines(part, column.width) for part in value.split("\n")))
        self._append(cells, _height(lines, 12))

    def heading(self, text: str) -> None:
        self._across(text, _font(12, bold=True), boxed=True)

    def end(self, *, filtered: bool = False) -> None:
        """Say what is printed, and what can be filtered, now that the table's end is known."""
        self._sheet.print_area = f"A1:{self._last}{self._rows}"
        if filtered:
            self._sheet.auto_filter.ref = f"A{self._head}:{self._last}{self._rows}"

    def _lay_out(self) -> None:
        sheet = self._sheet
        for number, column in enumerate(self._columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        sheet.freeze_panes = f"A{self._head + 1}"
        sheet.print_title_rows = f"{self._head}:{self._head}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.top = sheet.page_margins.bottom = 20 / 25.4  # inches
        sheet.page_margins.left = sheet.page_margins.right = 15 / 25.4
        sheet.oddHeader.center.text = "&P"

    def _cell(self, font: Font, text: str | None, *, fill: PatternFill = _NONE, boxed: bool = True) -> Cell:
        cell = WriteOnlyCell(self._sheet)
        _put(cell, text)
        cell.font, cell.fill = font, fill
        cell.alignment = Alignment("center", "center", wrap_text=True)
        if boxed:
            cell.border = _BOX
        return cell

    def _of_column(self, column: Column, fill: PatternFill) -> Cell:
        cell = self._cell(_font(12), None, fill=fill)
        cell.alignment = Alignment("center" if column.centred else "left", "top", wrap_text=True)
        cell.number_format = column.format
        return cell

    def _across(self, text: str, font: Font, *, fill: PatternFill = _NONE, boxed: bool = False) -> None:
        """A row over the whole width."""
        texts = [text, *[None] * (len(self._columns) - 1)]
        cells = [self._cell(font, part, fill=fill, boxed=boxed) for part in texts]
        if boxed:
            cells[0].alignment = Alignment("left", "center", wrap_text=True)
        self._sheet.merged_cells.add(f"A{self._rows + 1}:{self._last}{self._rows + 1}")
        size = font.sz or 12
        self._append(cells, _height(_lines(text, self._width * 12 / size), size))

    def _append(self, cells: Sequence[Cell], height: float) -> None:
        self._rows += 1
        self._sheet.row_dimensions[self._rows].height = height
        self._sheet.append(cells)
        del self._sheet.row_dimensions[self._rows]  # it is in the file; kept, they would add up


def _lines(text: str, width: float) -> int:
    """How many lines a text takes, for not every program fits rows to what is in them. Measured on Vietnamese prose."""
    return ceil(len(text) / (1.05 * width - 2)) or 1


def _height(lines: int, size: float) -> float:
    """Of a row, in points; Excel knows no higher one than the highest here."""
    return min(lines * 1.3 * size + 4, 409)


def _font(size: int, *, bold: bool = False, italic: bool = False) -> Font:
    return Font(name="Times New Roman", size=size, bold=bold, italic=italic)


def _put(cell: Cell, value: Value) -> None:
    """Set the value; text stays text, also where it looks like a formula."""
    if isinstance(value, str):
        text = printable(value)
        cell.value = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        cell.data_type = "s"
    elif isinstance(value, date) and value.year < _FIRST_YEAR:
        _put(cell, wording.day(value))
    else:
        cell.value = value
