"""Administration: people, tokens, webhooks, bodies, the queue, storage, the audit trail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.access import accounts, tokens
from service.access.actor import ROLES, SCOPES
from service.api import webhooks as hooks
from service.api.agencies import suggest_agency
from service.api.at_hand import Administrator, AtHand
from service.feed import webhooks
from service.operations import state
from service.search.address import asked_by, query_of
from service.store import holdings, offices, own_agencies, queue, tables, trail
from service.store.changes import TYPES
from service.web.language import term
from service.web.pages import show

router = APIRouter(prefix="/admin")

_WAITING = 100  # documents of the queue that are shown
_FAILED = 50
_ENTRIES = 100
_FOUND = 50  # names of bodies

PAGES = {
    "": term("Tổng quan"),
    "users": term("Người dùng"),
    "tokens": term("Mã truy cập"),
    "webhooks": term("Webhook"),
    "agencies": term("Cơ quan"),
    "queue": term("Hàng đợi"),
    "storage": term("Lưu trữ"),
    "audit": term("Nhật ký"),
}
SCOPE_NAMES = {
    "read": term("xem văn bản, nhiệm vụ"),
    "upload": term("nộp văn bản"),
    "correct": term("sửa bản ghi"),
    "approve": term("duyệt, thu hồi"),
    "export": term("xuất dữ liệu"),
    "calendar": term("xem lịch thời hạn"),
    "search": term("xem tin tìm kiếm"),
    "feed": term("theo dõi thay đổi"),
    "progress": term("báo tiến độ"),
    "webhooks": term("quản lý webhook"),
    "admin": term("quản trị"),
}
ROLE_HINTS = {
    "clerk": term("nộp, kiểm tra, sửa, xuất"),
    "approver": term("như văn thư, thêm duyệt và thu hồi"),
    "researcher": term("chỉ xem và xuất"),
    "integrator": term("cho phần mềm theo dõi: nộp, xuất, báo tiến độ, webhook"),
    "administrator": term("mọi việc, cả quản trị"),
}
PARTS = {
    "document.": term("Văn bản"),
    "record.": term("Sửa, duyệt"),
    "task": term("Nhiệm vụ"),
    "user.": term("Người dùng"),
    "token.": term("Mã truy cập"),
    "webhook": term("Webhook"),
    "agency": term("Cơ quan"),
    "job.": term("Hàng đợi"),
}


def _page(request: Request, name: str, template: str = "", **values: Any) -> HTMLResponse:
    return show(request, f"admin_{template or name or 'overview'}", pages=PAGES, here=name, **values)


@router.get("", response_class=HTMLResponse)
def show_overview(request: Request, house: AtHand, actor: Administrator) -> HTMLResponse:
    with house.database.reading() as session:
        now = state.look(session, house.settings)
    return _page(request, "", now=now, free=state.disk_free(house.settings))


@router.get("/users", response_class=HTMLResponse)
def show_users(request: Request, house: AtHand, actor: Administrator) -> HTMLResponse:
    with house.database.reading() as session:
        users, all_offices = accounts.page(session, actor), offices.page(session, actor)
    grantable = [role for role, scopes in ROLES.items() if scopes <= actor.scopes]
    founder = actor.office is None and actor.scopes == SCOPES
    return _page(
        request, "users", users=users, offices=all_offices, grantable=grantable, founder=founder, hints=ROLE_HINTS
    )


@router.get("/tokens", response_class=HTMLResponse)
def show_tokens(request: Request, house: AtHand, actor: Administrator) -> HTMLResponse:
    with house.database.reading() as session:
        found, all_offices = tokens.page(session, actor), offices.page(session, actor)
    scopes = {scope: name for scope, name in SCOPE_NAMES.items() if scope in actor.scopes}
    now = datetime.now(UTC)
    return _page(request, "tokens", tokens=found, offices=all_offices, scopes=scopes, names=SCOPE_NAMES, now=now)


@router.get("/webhooks", response_class=HTMLResponse)
def show_webhooks(
    request: Request,
    house: AtHand,
    actor: Administrator,
    search: Annotated[str | None, Query(max_length=hooks.LONGEST_URL)] = None,
) -> HTMLResponse:
    """With `search`, the dialog for a webhook of this search is open."""
    with house.database.reading() as session:
        found = [hooks.Webhook.of(row) for row in webhooks.page(session, actor)]
        all_offices = offices.page(session, actor)
    asked = query_of(asked_by(search, None)) if search is not None else None
    return _page(
        request, "webhooks", webhooks=found, offices=all_offices, types=TYPES, search=asked, question=_question
    )


def _question(search: str) -> str:
    return asked_by(search, None).text


@router.get("/webhooks/{webhook_id}", response_class=HTMLResponse)
def show_webhook(
    request: Request,
    webhook_id: UUID,
    house: AtHand,
    actor: Administrator,
    state: str = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    wanted: Any = state if state in ("waiting", "delivered", "failed") else None
    listed = hooks.list_deliveries(webhook_id, house, actor, state=wanted, limit=50, cursor=cursor)
    with house.database.reading() as session:
        row = webhooks.find(session, webhook_id, actor)
    assert row, "the list of deliveries has found it"
    return _page(
        request,
        "webhooks",
        "webhook",
        webhook=hooks.Webhook.of(row),
        question=_question,
        deliveries=listed.items,
        next_cursor=listed.next_cursor,
        wanted=wanted,
        types=TYPES,
    )


@router.get("/agencies", response_class=HTMLResponse)
def show_agencies(
    request: Request, house: AtHand, actor: Administrator, q: Annotated[str, Query(max_length=200)] = ""
) -> HTMLResponse:
    with house.database.reading() as session:
        own = own_agencies.page(session, actor.office)
    found = suggest_agency(house, actor, q.strip(), limit=_FOUND).items if q.strip() else []
    return _page(request, "agencies", own=own, found=found, q=q)


@router.get("/queue", response_class=HTMLResponse)
def show_queue(request: Request, house: AtHand, actor: Administrator) -> HTMLResponse:
    with house.database.reading() as session:
        values: dict[str, Any] = {
            "running": queue.running(session, actor.office),
            "waiting": queue.waiting(session, actor.office, _WAITING),
            "failed": queue.failed(session, actor.office, _FAILED),
            "workers": queue.workers(session, datetime.now(UTC), house.settings.dead_seconds),
            "now": state.look(session, house.settings),
        }
    return _page(request, "queue", **values)


@router.get("/storage", response_class=HTMLResponse)
def show_storage(request: Request, house: AtHand, actor: Administrator) -> HTMLResponse:
    with house.database.reading() as session:
        counts, database = holdings.counts(session, actor.office), holdings.database_bytes(session)
    folders = {
        "originals": holdings.folder_bytes(house.originals.root),
        "images": holdings.folder_bytes(house.images.root),
        "database": database,
        "free": state.disk_free(house.settings),
    }
    return _page(request, "storage", counts=counts, folders=folders, data=str(house.settings.data))


@router.get("/audit", response_class=HTMLResponse)
def show_audit(
    request: Request,
    house: AtHand,
    actor: Administrator,
    who: Annotated[str, Query(max_length=100)] = "",
    what: Annotated[str, Query(max_length=40)] = "",
    object: Annotated[str, Query(max_length=100)] = "",
    before: int | None = Query(None, ge=1, lt=2**62),
) -> HTMLResponse:
    asked = trail.Asked(actor.office, who.strip() or None, what or None, object.strip() or None)
    with house.database.reading() as session:
        rows = trail.page(session, asked, before=before, limit=_ENTRIES + 1)
    more = rows[_ENTRIES - 1].seq if len(rows) > _ENTRIES else None
    given = {name: value for name, value in (("who", who), ("what", what), ("object", object)) if value}
    return _page(
        request,
        "audit",
        entries=[(row, _changes(row)) for row in rows[:_ENTRIES]],
        asked=asked,
        query=urlencode(given),
        more=more,
        later=before is not None,
        parts=PARTS,
    )


def _changes(entry: tables.Audit) -> list[tuple[str, str, str]]:
    """What an entry says of each value: its name, what it was and what it is."""
    old, new = entry.before or {}, entry.after or {}
    return [
        (name, _written(old.get(name)), _written(new.get(name)))
        for name in [*old, *(name for name in new if name not in old)]
        if old.get(name) != new.get(name)
    ]


def _written(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
