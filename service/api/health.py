"""``/v1/health``: whether the service can do its work."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError

from service.api.at_hand import AtHand
from service.api.shapes import Health
from service.problems import Problem
from service.store.tables import LIVE, Job
from service.version import VERSION

router = APIRouter(prefix="/v1", tags=["health"])


@router.get("/health", summary="Tình trạng dịch vụ / state of the service")
def get_health(house: AtHand) -> Health:
    try:
        with house.database.reading() as session:
            counts = session.execute(
                sa.select(Job.state, sa.func.count().label("jobs")).where(Job.state.in_(LIVE)).group_by(Job.state)
            )
            live = {row.state: row.jobs for row in counts}
    except SQLAlchemyError:
        raise Problem("not-ready") from None
    return Health(status="ok", version=VERSION, queued=live.get("queued", 0), running=live.get("running", 0))
