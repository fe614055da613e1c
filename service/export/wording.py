"""A task in the words of an office: what the cells of a table say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from service.api.shapes import Task
from service.store.tasks import Filter

STATES = {
    "not_started": "Chưa thực hiện",
    "in_progress": "Đang thực hiện",
    "awaiting_confirmation": "Chờ xác nhận",
    "done": "Đã hoàn thành",
    "returned": "Phải thực hiện lại",
    "refused": "Từ chối thực hiện",
    "suspended": "Tạm dừng",
    "cancelled": "Đã hủy",
}
TIMELINESS = {
    "no_deadline": "không hạn",
    "in_time": "trong hạn",
    "due_soon": "sắp đến hạn",
    "overdue": "quá hạn",
}
ROLES = {"lead": "chủ trì", "coordinate": "phối hợp", "report_to": "báo cáo", "supervise": "theo dõi, đôn đốc"}
DEADLINES = {
    "date": "có ngày",
    "period": "trong khoảng",
    "recurring": "định kỳ",
    "relative": "tính từ mốc",
    "ongoing": "thường xuyên",
    "none": "không có",
}
PARTS = {"text": "nội dung", "deadline": "thời hạn"} | ROLES


def day(value: date | None) -> str:
    """05/01/2026, but 29/6/2026: a nought before days below 10 and before months 1 and 2 alone (Decree 30/2020)."""
    return f"{value:%d}/{_month(value)}/{value.year:04d}" if value else ""


def long_day(value: date) -> str:
    """ngày 05 tháng 01 năm 2026"""
    return f"ngày {value:%d} tháng {_month(value)} năm {value.year:04d}"


def _month(value: date) -> str:
    return f"{value.month:02d}" if value.month < 3 else str(value.month)


def source(task: Task) -> str:
    """The document that gives a task: "22/CT-UBND ngày 01/3/2026"."""
    given = [task.document.number, f"ngày {day(task.document.issued_on)}" if task.document.issued_on else None]
    return " ".join(filter(None, given)) or task.document.kind or ""


def place(task: Task) -> str:
    """Where a task stands in its document: "II.3.b, gạch đầu dòng 2; trang 4"."""
    numbers = [part for part in task.path if part[:1] not in ("-", "*")]
    others = [
        ("gạch đầu dòng " if part[0] == "-" else "đoạn cuối ") + part[1:]
        for part in task.path
        if part[:1] in ("-", "*")
    ]
    where = ", ".join(filter(None, [".".join(numbers), *others]))
    return "; ".join(filter(None, [where, f"trang {task.page}" if task.page else None]))


def deadlines(task: Task) -> str:
    """The deadlines as the document words them."""
    return "; ".join(dict.fromkeys(when.text for when in task.deadlines))


def status(task: Task) -> str:
    """How far a task is and whether it is in time: "Đang thực hiện, quá hạn"."""
    timely = "đúng hạn" if (task.state, task.timeliness) == ("done", "in_time") else TIMELINESS[task.timeliness]
    return f"{STATES[task.state]}, {timely}"


def results(task: Task) -> str:
    """What trackers say about the result: day, document, and their note."""
    told = []
    for report in task.progress:
        parts = [
            f"{report.lead}:" if report.lead else None,
            f"hoàn thành ngày {day(report.completed_on)}" if report.completed_on else None,
            f"văn bản số {report.result_number}" if report.result_number else None,
            report.note,
        ]
        if any(parts[1:]):
            told.append(" ".join(filter(None, parts)))
    return "; ".join(told)


def doubts(task: Task, below: float) -> list[str]:
    """The parts of a task, keys of `PARTS`, that a clerk should look at: those of a confidence under `below`."""
    found: list[str] = list(dict.fromkeys(who.role for who in task.assignments if who.confidence < below))
    if any(when.confidence < below for when in task.deadlines):
        found.append("deadline")
    return ["text", *found] if task.confidence < below or (task.doubtful and not found) else found


def named(parts: Iterable[str]) -> str:
    """Parts of a task by their Vietnamese names."""
    return ", ".join(PARTS[part] for part in parts)


def conditions(wanted: Filter) -> str:
    """What a list was narrowed by, for its head; empty for a list of everything."""
    told = {
        "cơ quan": wanted.agency,
        "vai trò": ROLES[wanted.role] if wanted.role else None,
        "từ ngày": day(wanted.due_from),
        "đến ngày": day(wanted.due_to),
        "thời hạn": DEADLINES[wanted.deadline] if wanted.deadline else None,
        "có các từ": wanted.words,
        "duyệt": None if wanted.approved is None else "đã duyệt" if wanted.approved else "chưa duyệt",
        "tiến độ": STATES[wanted.state].lower() if wanted.state else None,
        "tình trạng": TIMELINESS[wanted.timeliness] if wanted.timeliness else None,
        "mã theo dõi": wanted.external_id,
        "thay đổi từ": f"{wanted.updated_since:%H:%M:%S %d/%m/%Y %z}" if wanted.updated_since else None,
        "kể cả": "nhiệm vụ đã hết hiệu lực" if wanted.withdrawn else None,
    }
    narrowed = "; ".join(f"{name}: {value}" for name, value in told.items() if value)
    return f"(Chỉ gồm – {narrowed})" if narrowed else ""
