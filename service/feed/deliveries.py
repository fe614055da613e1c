"""Deliveries: a row for each event that a webhook is told of, in the order and at the times that they are tried.

A webhook is worked on by one sender at a time: it claims the row of the webhook, which bars the others for a lease. A sender
that is killed loses its claim when the lease ends, and another goes on; what it had under way is sent again with the same
id, for nobody knows whether it arrived.

Order. Events are sent by their numbers, each when the one before has arrived. One that fails is tried ASIDE times within
minutes while the others wait, then steps aside: it is tried again at growing pauses, and the others go on without it, so
that a receiver that cannot take one event gets the rest. With MOST_ASIDE of them the receiver itself must be away, and
nothing new is tried; as soon as it answers, all that waits goes out in order. A receiver that keeps the highest version of
each task is right in every case, for each call tells the newest state.

Functions write no commit; moments are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from service.access.actor import Actor, the_service
from service.feed import news
from service.problems import Problem
from service.store import audit, changes
from service.store.database import Database
from service.store.ids import new_id
from service.store.tables import Delivery, Event, SearchState, Webhook

LEASE = timedelta(seconds=60)  # longer than a call and the writing about it take
PAUSES = [
    timedelta(seconds=s) for s in (5, 30, 120, 300, 900, 1800, 3600, 7200, 14400, 28800)
]  # the last again and again
GIVE_UP = timedelta(days=2)
ASIDE = 4  # tries
MOST_ASIDE = 3
AWAY = timedelta(minutes=10)  # a receiver that fails for so long was away; less may be one event that it cannot take
AHEAD = 200  # events that become deliveries at once
_AT_ONCE = 1000  # rows of one deletion

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Try:
    """One try at a delivery: what to send is told of `event`, or its lead's share of it."""

    webhook: Webhook
    delivery: Delivery
    event: Event
    attempt: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try: the status of the answer, or why there was none (a code of `troubles`)."""

    status: int | None
    error: str | None

    @classmethod
    def of(cls, status: int) -> Outcome:
        if 200 <= status < 300:
            return cls(status, None)
        if status == 410:
            return cls(status, "gone")
        return cls(status, "redirect" if 300 <= status < 400 else "status")


# What senders do


def due(session: Session, now: datetime, most: int) -> Sequence[UUID]:
    """Webhooks that have something to send and that no sender is at work on."""
    waiting = sa.exists().where(Delivery.webhook_id == Webhook.id, Delivery.state == "waiting", Delivery.next_at <= now)
    newest = sa.select(sa.func.max(Event.seq)).scalar_subquery()
    indexed = sa.select(SearchState.position).scalar_subquery()
    behind = Webhook.after < sa.case((Webhook.search.is_(None), newest), else_=indexed)
    query = sa.select(Webhook.id).where(*_free(now), sa.or_(behind, waiting)).order_by(Webhook.id).limit(most)
    return session.scalars(query).all()


def claim(session: Session, webhook_id: UUID, sender: str, now: datetime) -> bool:
    """Take a webhook for a lease; False when another was faster."""
    mine = sa.update(Webhook).where(Webhook.id == webhook_id, *_free(now))
    return session.scalar(mine.values(claimed_by=sender, rests_until=now + LEASE).returning(Webhook.id)) is not None


def begin(session: Session, webhook_id: UUID, sender: str, now: datetime) -> Try | None:
    """The next try of a claimed webhook, counted before it is made, and the lease anew.

    None when there is nothing to try, and then the claim is given back; also when another has taken it over.
    """
    webhook = claimed(session, webhook_id, sender)
    if webhook is None:
        return None
    delivery, rest = _next(session, webhook, now) if webhook.active else (None, None)
    if delivery is None:
        webhook.claimed_by, webhook.rests_until = None, rest
        return None
    webhook.rests_until = now + LEASE
    delivery.attempts += 1
    delivery.first_at = delivery.first_at or now
    end = delivery.first_at + GIVE_UP
    again = now + PAUSES[min(delivery.attempts, len(PAUSES)) - 1]
    delivery.next_at = min(again, end) if now < end else again
    event = session.get_one(Event, delivery.seq)
    return Try(webhook, delivery, event, delivery.attempts, now)


def end(session: Session, tried: Try, outcome: Outcome, now: datetime) -> None:
    """Write down what came of a try."""
    webhook = session.get(Webhook, tried.webhook.id, with_for_update=True)
    delivery = session.get(Delivery, tried.delivery.id, with_for_update=True) if webhook else None
    if webhook is None or delivery is None or delivery.state != "waiting":
        return
    if outcome.error is None:
        delivery.state, delivery.delivered_at = "delivered", now
        delivery.status, delivery.error = outcome.status, None
        if webhook.failing_since and webhook.failing_since <= now - AWAY:
            _try_now(session, webhook, now)
        webhook.failing_since = None
    elif delivery.attempts == tried.attempt:  # else somebody else is at it already
        delivery.status, delivery.error = outcome.status, outcome.error
        webhook.failing_since = webhook.failing_since or tried.at
        if outcome.error == "gone":
            switch_off(session, webhook, "gone", now)
        elif webhook.failing_since <= tried.at - GIVE_UP:
            switch_off(session, webhook, "failing", now)
        elif delivery.first_at and delivery.first_at <= tried.at - GIVE_UP:
            delivery.state = "failed"


def switch_off(session: Session, webhook: Webhook, why: str, now: datetime) -> None:
    """Send nothing more; what waits stays."""
    webhook.active, webhook.switched_off_at, webhook.switched_off_why = False, now, why
    webhook.version += 1
    after = {"active": False, "why": why}
    us = the_service("webhooks")
    audit.note(session, us, "webhook.switch_off", "webhook", webhook.id, office=webhook.office_id, after=after)
    log.warning("webhook switched off", webhook=str(webhook.id), why=why)


def give_back(session: Session, webhook_id: UUID, sender: str) -> None:
    """Let another sender take a webhook up at once."""
    webhook = claimed(session, webhook_id, sender)
    if webhook:
        webhook.claimed_by, webhook.rests_until = None, None


def _free(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Webhook.active.is_(True), sa.or_(Webhook.rests_until.is_(None), Webhook.rests_until <= now)


def claimed(session: Session, webhook_id: UUID, sender: str) -> Webhook | None:
    """A webhook, locked, if this sender has it."""
    webhook = session.get(Webhook, webhook_id, with_for_update=True)
    return webhook if webhook and webhook.claimed_by == sender else None


def _next(session: Session, webhook: Webhook, now: datetime) -> tuple[Delivery | None, datetime | None]:
    """What to try now; or nothing, and until when news, too, has to wait (None: it need not)."""
    waiting = _of(webhook).where(Delivery.state == "waiting").order_by(Delivery.seq, Delivery.id)
    aside = session.scalars(waiting.where(Delivery.attempts >= ASIDE)).all()
    for delivery in aside:
        if delivery.next_at <= now:
            return delivery, None
    rest = [delivery.next_at for delivery in aside]
    if len(aside) >= MOST_ASIDE:
        return None, min(rest)
    in_order = waiting.where(Delivery.attempts < ASIDE).limit(1)
    head = session.scalar(in_order)
    if head is None and _take_up(session, webhook, now):
        head = session.scalar(in_order)
    if head is None:
        return None, None
    if head.next_at <= now:
        return head, None
    return None, min([head.next_at, *rest])


def _take_up(session: Session, webhook: Webhook, now: datetime) -> bool:
    """Turn the next events into deliveries; whether there were any. What a search finds, `findings` lines up."""
    if webhook.search is not None:
        return False
    newest = changes.last(session)  # before the page, so that nothing is passed over
    events = changes.page(session, after=webhook.after, limit=AHEAD, office=webhook.office_id, types=webhook.types)
    for event, lead in news.shares(session, events, by_lead=webhook.by_lead):
        session.add(
            Delivery(
                id=new_id(),
                webhook_id=webhook.id,
                seq=event.seq,
                lead=lead,
                state="waiting",
                attempts=0,
                next_at=now,
                created_at=now,
            )
        )
    webhook.after = events[-1].seq if len(events) == AHEAD else max(newest, webhook.after, *(e.seq for e in events))
    session.flush()
    return bool(events)


def _of(webhook: Webhook) -> sa.Select[Delivery]:
    return sa.select(Delivery).where(Delivery.webhook_id == webhook.id)


def _try_now(session: Session, webhook: Webhook, now: datetime, **values: Any) -> None:
    """Let all that waits go out at once."""
    mine = sa.update(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.state == "waiting")
    session.execute(mine.values(next_at=now, **values))


# What people do


def start_afresh(session: Session, webhook: Webhook, now: datetime) -> None:
    """Forget what failed: all that waits is new again and goes out in order."""
    webhook.failing_since = None
    _try_now(session, webhook, now, attempts=0, first_at=None)
    _wake(webhook)


def skip(session: Session, webhook: Webhook) -> None:
    """What waits counts as failed."""
    mine = sa.update(Delivery).where(Delivery.webhook_id == webhook.id, Delivery.state == "waiting")
    session.execute(mine.values(state="failed", error="skipped"))


def send_again(session: Session, webhook: Webhook, delivery: Delivery, actor: Actor, now: datetime) -> None:
    """Send what has arrived or failed once more, with the same id. Raises Problem("conflict")."""
    if not webhook.active:
        raise Problem("conflict", "Webhook đang tắt; hãy bật lại trước.", "The webhook is off; switch it on first.")
    if delivery.seq is None:
        raise Problem("conflict", "Lần gửi thử không gửi lại được.", "A test is not sent again.")
    if delivery.state != "waiting":
        before = {"state": delivery.state}
        audit.note(
            session, actor, "webhook.send_again", "delivery", delivery.id, office=webhook.office_id, before=before
        )
    delivery.state, delivery.attempts, delivery.first_at, delivery.next_at = "waiting", 0, None, now
    _wake(webhook)


def _wake(webhook: Webhook) -> None:
    if webhook.claimed_by is None:  # else its sender looks by itself
        webhook.rests_until = None


def find(session: Session, webhook: Webhook, delivery_id: UUID, *, lock: bool = False) -> Delivery | None:
    delivery = session.get(Delivery, delivery_id, with_for_update=lock or None)
    return delivery if delivery and delivery.webhook_id == webhook.id else None


def page(
    session: Session, webhook: Webhook, *, state: str | None, before: UUID | None, limit: int
) -> Sequence[Delivery]:
    """The deliveries of a webhook, newest first, beginning after the one with the id `before`."""
    query = _of(webhook).order_by(Delivery.id.desc()).limit(limit)
    if state:
        query = query.where(Delivery.state == state)
    if before:
        query = query.where(Delivery.id < before)
    return session.scalars(query).all()


def forget(database: Database, before: datetime) -> int:
    """Delete the deliveries made before a moment that have ended, delivered or failed; how many."""
    old = (
        sa.select(Delivery.id)
        .where(Delivery.state.in_(("delivered", "failed")), Delivery.created_at < before)
        .limit(_AT_ONCE)
    )
    deleted = 0
    while True:  # in portions, so that nobody waits long for the tables
        with database.writing() as session:
            gone = session.execute(sa.delete(Delivery).where(Delivery.id.in_(old)).returning(Delivery.id)).all()
        deleted += len(gone)
        if len(gone) < _AT_ONCE:
            return deleted
