"""A record as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from extractor.record import DirectiveRecord
from extractor.show import wording
from extractor.show.fields import Field, fields


def table(record: DirectiveRecord) -> RenderableType:
    """Header, tasks, targets, citations and warnings, in Vietnamese; a doubtful value stands with its reason."""
    shown = fields(record)
    parts: list[RenderableType] = []

    header = _table("Văn bản", "Trường", "Giá trị")
    for label, group in _by_label(shown.header):
        header.add_row(label, _values(group))
    for signature in record.source.signatures:
        header.add_row("Chữ ký số", _text(wording.signature(signature)))
    header.add_row("Tệp nguồn", _text(f"{record.source.file_name}, {len(record.source.pages)} trang"))
    parts.append(header)

    if shown.tasks:
        tasks = _table(f"Nhiệm vụ ({len(shown.tasks)})", "Mục", "Nhiệm vụ", "Chủ trì", "Phối hợp, báo cáo", "Thời hạn")
        for row in shown.tasks:
            tasks.add_row(
                _text(wording.place(row.task.path)),
                _values([row.field]),
                _values(row.assigned("lead")),
                _values(row.assigned("coordinate", "report_to", "supervise"), labelled=True),
                _values(row.deadlines),
            )
        parts.append(tasks)
    else:
        parts.append(Text("Không tìm thấy nhiệm vụ nào.", style="bold"))

    if shown.targets:
        places = {task.id: wording.place(task.path) for task in record.tasks}
        targets = _table(f"Chỉ tiêu ({len(shown.targets)})", "Mục", "Chỉ tiêu")
        for target, field in zip(record.targets, shown.targets, strict=True):
            targets.add_row(_text(places.get(target.task_id or "", "")), _values([field]))
        parts.append(targets)

    if shown.citations:
        citations = _table(f"Văn bản viện dẫn ({len(shown.citations)})", "Quan hệ", "Văn bản")
        for citation, field in zip(record.citations, shown.citations, strict=True):
            citations.add_row(wording.RELATIONS[citation.relation], _values([field]))
        parts.append(citations)

    if record.warnings:
        warnings = _table(f"Cần xem lại ({len(record.warnings)})", "Trang", "Cảnh báo")
        for warning in record.warnings:
            warnings.add_row(str(warning.page or ""), _text(warning.message))
        parts.append(warnings)
    return Group(*parts)


def print_table(record: DirectiveRecord) -> None:
    """Print it to standard output, 120 columns wide where that is no terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    console.print(table(record))


def _table(title: str, *columns: str) -> Table:
    out = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, show_lines=False, pad_edge=False
    )
    for column in columns:
        out.add_column(column, overflow="fold", vertical="top")
    out.columns[0].no_wrap = columns[0] in ("Mục", "Trang")
    return out


def _by_label(group: Iterable[Field]) -> Iterable[tuple[str, list[Field]]]:
    """Recipients and addressees share one row."""
    rows: dict[str, list[Field]] = {}
    for field in group:
        rows.setdefault(field.label, []).append(field)
    return rows.items()


def _values(group: Iterable[Field], *, labelled: bool = False) -> Text:
    """One value a line, each followed by the reason for its doubt."""
    lines = []
    for field in group:
        line = _text(f"{field.label}: {field.value}" if labelled else field.value or "—")
        if field.evidence.inferred:
            line.append(" (suy ra)", style="dim")
        for reason in field.reasons:
            line.append(f"\n  ⚠ {wording.printable(reason)}", style="bold yellow")
        lines.append(line)
    return Text("\n").join(lines)


def _text(value: str) -> Text:
    # Text, not markup: brackets in a document are no commands to rich.
    return Text(wording.printable(value))
