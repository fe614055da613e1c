"""``/v1/health``: whether the process lives, and whether the service can do its work. ``/metrics``: its measures."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.api.at_hand import AtHand
from service.api.shapes import Health, Readiness
from service.house import House
from service.operations import state
from service.operations.metrics import MEDIA_TYPE, Metrics
from service.problems import Problem
from service.settings import MIB
from service.store import migrate
from service.version import VERSION

router = APIRouter(prefix="/v1", tags=["health"])
measures = APIRouter()

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_RETRY = {"Retry-After": "5"}


@router.get("/health", summary="Dịch vụ còn sống / the process answers")
def get_health() -> Health:
    """Không hỏi cơ sở dữ liệu: để biết có cần khởi động lại tiến trình / asks no database: tells whether to restart it."""
    return Health(status="ok", version=VERSION)


@router.get("/health/ready", summary="Dịch vụ làm việc được / the service can do its work")
def get_readiness(house: AtHand) -> Readiness:
    """503 kèm phần nào hỏng: cơ sở dữ liệu, phiên bản lược đồ, dung lượng, tiến trình đọc / 503 says which part fails:
    the database, its schema, free space, workers."""
    try:
        with house.database.reading() as session:
            failing = list(_failing(session, house))
            now = state.look(session, house.settings)
    except SQLAlchemyError:
        failing = [_part("database", "không trả lời", "does not answer")]
    if failing:
        raise Problem(
            "not-ready",
            "Dịch vụ chưa làm việc được: " + "; ".join(part["message"] for part in failing),
            "The service cannot do its work: " + "; ".join(part["message_en"] for part in failing),
            headers=_RETRY,
            errors=failing,
        )
    return Readiness(
        status="ready",
        version=VERSION,
        queued=now.queued,
        running=now.running,
        workers=now.workers,
        disk_free=state.disk_free(house.settings),
    )


def _failing(session: Session, house: House) -> Iterator[dict[str, str]]:
    if not state.is_writable(session):
        yield _part("database", "cơ sở dữ liệu chỉ cho đọc", "the database is read-only")
    if migrate.schema_version(session.connection()) != migrate.known()[0]:
        yield _part(
            "schema",
            "lược đồ chưa được nâng cấp (directives migrate)",
            "the schema is not the newest (directives migrate)",
        )
    free, floor = state.disk_free(house.settings), house.settings.disk_floor
    if free < floor:
        yield _part("disk", f"chỉ còn {free // MIB} MiB trống", f"only {free // MIB} MiB are free")
    if not state.alive(session, house.settings):
        yield _part("workers", "không có tiến trình đọc nào hoạt động", "no worker gives a sign of life")


def _part(name: str, message: str, message_en: str) -> dict[str, str]:
    return {"field": name, "message": message, "message_en": message_en}


@measures.get("/metrics", response_class=Response)
def get_metrics(request: Request) -> Response:
    """For this machine, and for tokens with the scope "admin"."""
    actor: Actor | None = request.state.actor
    if actor is None and not _is_local(request):
        raise Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer scope="admin"'})
    if actor and not actor.may("admin"):
        raise Problem("forbidden", headers={"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="admin"'})
    metrics: Metrics = request.app.state.metrics
    return Response(metrics.text(), media_type=MEDIA_TYPE)


def _is_local(request: Request) -> bool:
    """Whether it is asked from this machine itself, and not through a proxy that runs here."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
