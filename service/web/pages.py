"""The pages: upload and documents, tasks, one document, the interface, the problems."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from service.api.at_hand import AtHand, Reader
from service.api.documents import get_document, list_documents
from service.api.tasks import list_tasks
from service.problems import KINDS

_HERE = Path(__file__).parent
_templates = Jinja2Templates(_HERE / "templates")

ROLES = {"lead": "Chủ trì", "coordinate": "Phối hợp", "report_to": "Báo cáo", "supervise": "Theo dõi, đôn đốc"}
STATES = {
    "queued": "Đang chờ",
    "running": "Đang xử lý",
    "succeeded": "Hoàn thành",
    "partial": "Chưa đủ trang",
    "failed": "Không đọc được",
    "cancelled": "Đã hủy",
}
KINDS_OF_DEADLINE = {
    "date": "Có ngày",
    "period": "Trong khoảng",
    "recurring": "Định kỳ",
    "relative": "Tính từ mốc",
    "ongoing": "Thường xuyên",
    "none": "Không có hạn",
}

router = APIRouter()


def static() -> StaticFiles:
    return StaticFiles(directory=_HERE / "static")


def _day(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


_templates.env.filters["day"] = _day
_templates.env.globals.update(roles=ROLES, states=STATES, kinds_of_deadline=KINDS_OF_DEADLINE)


def show(request: Request, page: str, **values: Any) -> HTMLResponse:
    """A page for whoever asks: `actor` is None for strangers."""
    return _templates.TemplateResponse(request, f"{page}.html", values | {"actor": request.state.actor})


@router.get("/", response_class=HTMLResponse)
def home(
    request: Request, house: AtHand, actor: Reader, cursor: Annotated[str | None, Query(max_length=400)] = None
) -> HTMLResponse:
    listed = list_documents(house, actor, limit=20, cursor=cursor)
    return show(request, "home", documents=listed, cursor=cursor, limit_mib=house.settings.upload_bytes >> 20)


@router.get("/tasks", response_class=HTMLResponse)
def find_tasks(
    request: Request,
    house: AtHand,
    actor: Reader,
    agency: Annotated[str, Query(max_length=300)] = "",
    role: str = "",
    deadline: str = "",
    q: Annotated[str, Query(max_length=300)] = "",
    due_from: str = "",
    due_to: str = "",
    order: str = "newest",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    # A form sends its empty fields too, and a person may edit the address: what makes no sense is no condition.
    wanted = {
        "agency": agency.strip() or None,
        "role": role if role in ROLES else None,
        "deadline": deadline if deadline in KINDS_OF_DEADLINE else None,
        "q": q.strip() or None,
        "due_from": _parsed(due_from),
        "due_to": _parsed(due_to),
        "order": "due" if order == "due" else "newest",
    }
    found = list_tasks(house, actor, **wanted, limit=50, cursor=cursor)  # type: ignore[arg-type]
    return show(request, "tasks", tasks=found, wanted=wanted)


def _parsed(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.get("/documents/{document_id}", response_class=HTMLResponse)
def show_document(
    request: Request,
    document_id: UUID,
    house: AtHand,
    actor: Reader,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    document = get_document(document_id, house, actor)
    tasks = list_tasks(house, actor, document=document_id, limit=200, cursor=cursor)
    return show(request, "document", document=document, tasks=tasks)


@router.get("/problems", response_class=HTMLResponse)
def show_problems(request: Request) -> HTMLResponse:
    return show(request, "problems", kinds=KINDS)


@router.get("/docs", response_class=HTMLResponse)
def show_interface(request: Request) -> HTMLResponse:
    return show(request, "interface", document=request.app.openapi())
