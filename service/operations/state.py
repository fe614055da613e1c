"""How the service stands, in numbers that any of its processes can tell: from the database and the disk alone."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.settings import Settings
from service.store import changes, tally
from service.store.tables import LIVE, Delivery, Job, Webhook, Worker


@dataclass(frozen=True, slots=True)
class State:
    """`counts` are those of `service.store.tally`, by name and label; ages in seconds, sizes in bytes."""

    queued: int
    running: int
    oldest_queued: float
    workers: int
    undelivered: int
    oldest_undelivered: float
    webhooks_off: int
    last_change: int
    counts: dict[tuple[str, str], float]


def look(session: Session, settings: Settings) -> State:
    """Every query is one that an index answers: a monitor asks several times a minute."""
    now = datetime.now(UTC)
    live = dict(
        session.execute(sa.select(Job.state, sa.func.count()).where(Job.state.in_(LIVE)).group_by(Job.state)).all()
    )
    first = session.scalar(sa.select(sa.func.min(Job.created_at)).where(Job.state == "queued"))
    undelivered, since = session.execute(
        sa.select(sa.func.count(), sa.func.min(Delivery.created_at)).where(Delivery.state == "waiting")
    ).one()
    off = sa.select(sa.func.count()).select_from(Webhook).where(~Webhook.active, Webhook.switched_off_why != "by-hand")
    return State(
        queued=live.get("queued", 0),
        running=live.get("running", 0),
        oldest_queued=_age(first, now),
        workers=alive(session, settings),
        undelivered=undelivered,
        oldest_undelivered=_age(since, now),
        webhooks_off=session.scalar(off) or 0,
        last_change=changes.last(session),
        counts=tally.counts(session),
    )


def alive(session: Session, settings: Settings) -> int:
    """Workers that gave a sign of life not long ago."""
    since = datetime.now(UTC) - timedelta(seconds=settings.dead_seconds)
    return session.scalar(sa.select(sa.func.count()).select_from(Worker).where(Worker.seen_at >= since)) or 0


def is_writable(session: Session) -> bool:
    """Whether the database takes changes: a standby of PostgreSQL, or a file of another user, does not."""
    bind = session.get_bind()
    if bind.dialect.name == "sqlite":
        return os.access(str(bind.engine.url.database), os.W_OK)
    return bool(session.scalar(sa.text("SELECT current_setting('transaction_read_only') = 'off'")))


def disk_free(settings: Settings) -> int:
    """Bytes that the service may still write into its data folder."""
    return shutil.disk_usage(settings.data).free


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
