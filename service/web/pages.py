"""What every page shares: templates, languages, the names of states and kinds, and the files beside the pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import pass_context
from jinja2.runtime import Context
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from service.problems import Problem
from service.store.schedule import VIETNAM, today_in_vietnam
from service.web.language import language_of, term, translator

_HERE = Path(__file__).parent
_templates = Jinja2Templates(_HERE / "templates")
_templates.env.trim_blocks = _templates.env.lstrip_blocks = True

ROLES = {
    "lead": term("Chủ trì"),
    "coordinate": term("Phối hợp"),
    "report_to": term("Nhận báo cáo"),
    "supervise": term("Theo dõi, đôn đốc"),
}
STATES = {
    "queued": term("Đang chờ"),
    "running": term("Đang đọc"),
    "succeeded": term("Đã đọc"),
    "partial": term("Thiếu trang"),
    "failed": term("Không đọc được"),
    "cancelled": term("Đã hủy"),
}
KINDS_OF_DEADLINE = {
    "date": term("Có ngày"),
    "period": term("Trong khoảng"),
    "recurring": term("Định kỳ"),
    "relative": term("Tính từ mốc"),
    "ongoing": term("Thường xuyên"),
    "none": term("Không có hạn"),
}
TIMELINESS = {
    "overdue": term("Quá hạn"),
    "due_soon": term("Sắp đến hạn"),
    "in_time": term("Trong hạn"),
    "no_deadline": term("Không có hạn"),
}
TASK_STATES = {
    "not_started": term("Chưa thực hiện"),
    "in_progress": term("Đang thực hiện"),
    "awaiting_confirmation": term("Chờ xác nhận"),
    "done": term("Đã hoàn thành"),
    "returned": term("Làm lại"),
    "refused": term("Từ chối"),
    "suspended": term("Tạm dừng"),
    "cancelled": term("Đã hủy"),
}
ROLES_OF_USERS = {
    "clerk": term("Văn thư"),
    "approver": term("Người duyệt"),
    "researcher": term("Người tra cứu"),
    "integrator": term("Tích hợp"),
    "administrator": term("Quản trị"),
}
STAGES = {
    "queued": term("Chờ đến lượt"),
    "open": term("Mở tệp"),
    "read": term("Đọc trang"),
    "layout": term("Dựng lại văn bản"),
    "facts": term("Bóc tách nhiệm vụ"),
    "done": term("Đang lưu kết quả"),
}


_STATIC = _HERE / "static"
_VERSION = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(_STATIC.rglob("*")) if path.is_file())
).hexdigest()[:12]


class _Files(StaticFiles):
    """Scripts and styles. Pages ask for them under the version of all, so browsers keep them and see an upgrade at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, rest = path.partition("/")
        # A page that is open over an upgrade asks for the old version, and gets what there is.
        named = re.fullmatch("[0-9a-f]{12}", version) is not None
        answer = await super().get_response(rest if named else path, scope)
        kept = version == _VERSION and answer.status_code in (200, 304)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return answer


def static() -> StaticFiles:
    return _Files(directory=_STATIC)


def show(request: Request, page: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for whoever asks, in the language chosen: `actor` is None for strangers."""
    language = language_of(request)
    shared = {"actor": request.state.actor, "lang": language, "t": translator(language), "today": today_in_vietnam()}
    return _templates.TemplateResponse(request, f"{page}.html", shared | values, status_code=status)


def wants_page(request: Request) -> bool:
    """Whether a person looks at the answer, in a browser."""
    return not request.url.path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")


def show_problem(request: Request, problem: Problem) -> HTMLResponse:
    """An error as a page, for people; programs get the same as JSON."""
    return show(request, "problem", status=problem.status, problem=problem, request_id=request.state.request_id)


def day(value: date | None) -> str:
    return value.strftime("%d/%m/%Y") if value else ""


def moment(value: datetime | None) -> str:
    """When, on the clocks of Vietnam."""
    return value.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y") if value else ""


@pass_context
def _number(context: Context, value: int | float) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English."""
    text = f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"
    return text if context["lang"] == "en" else text.translate({ord(","): ".", ord("."): ","})


@pass_context
def _size(context: Context, value: int) -> str:
    """Bytes as people say them."""
    size, units = float(value), iter(("byte", "KiB", "MiB", "GiB", "TiB"))
    unit = next(units)
    while size >= 1024 and unit != "TiB":
        size, unit = size / 1024, next(units)
    return f"{_number(context, round(size, 1) if size < 100 else round(size))} {unit}"


@pass_context
def _path(context: Context, parts: Sequence[str]) -> str:
    """Where a task stands in the outline: "mục II.3.b, gạch 2"."""
    t = context["t"]
    numbers = ".".join(part for part in parts if part[:1] not in ("-", "*"))
    told = [t("mục {numbers}", numbers=numbers)] if numbers else []
    told += [t("gạch {number}", number=part[1:]) for part in parts if part[:1] == "-"]
    told += [t("đoạn cuối") for part in parts if part[:1] == "*"]
    return ", ".join(told)


@pass_context
def _said(context: Context, message: Any) -> str:
    """What an error or a warning says, in the reader's language."""
    return str(message.message_en if context["lang"] == "en" else message.message)


_templates.env.filters.update(day=day, moment=moment, number=_number, size=_size, path=_path, said=_said)
_templates.env.globals.update(
    files=f"/static/{_VERSION}",
    term=term,
    roles=ROLES,
    states=STATES,
    stages=STAGES,
    kinds_of_deadline=KINDS_OF_DEADLINE,
    timeliness_names=TIMELINESS,
    task_states=TASK_STATES,
    user_roles=ROLES_OF_USERS,
)
