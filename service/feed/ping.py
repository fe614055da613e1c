"""A test of the way to a webhook: one call, made at once, with its outcome as a delivery."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from pydantic import BaseModel

from service.access.actor import Actor
from service.feed import reach, seal, webhooks
from service.feed.deliveries import Outcome
from service.feed.news import NOBODY, PREFIX, Envelope
from service.feed.sender import call
from service.settings import Settings
from service.store import audit
from service.store.database import Database
from service.store.ids import new_id
from service.store.tables import Delivery, Webhook


class Nothing(BaseModel):
    """A test tells nothing."""


class Ping(Envelope):
    data: Nothing = Nothing()


async def ping(database: Database, settings: Settings, webhook: Webhook, actor: Actor) -> Delivery:
    """Call a webhook, whether it is on or off; a test does not count among its failures and is not repeated."""
    delivery_id, at = new_id(), datetime.now(UTC)
    body = _ping(delivery_id, webhook, at).model_dump_json()
    async with reach.client() as client:
        sealed = seal.headers(webhooks.secrets(webhook, at), str(delivery_id), at, body)
        outcome = await call(client, webhook.url, sealed, body, settings)
    return await asyncio.to_thread(_keep, database, webhook, delivery_id, at, outcome, actor)


def _ping(delivery_id: UUID, webhook: Webhook, at: datetime) -> Ping:
    return Ping(
        id=delivery_id,
        source=f"urn:uuid:{webhook.office_id or webhook.id}",
        type=f"{PREFIX}webhook.test",
        subject=f"webhooks/{webhook.id}",
        time=at,
    )


def _keep(
    database: Database, webhook: Webhook, delivery_id: UUID, at: datetime, outcome: Outcome, actor: Actor
) -> Delivery:
    arrived = outcome.error is None
    delivery = Delivery(
        id=delivery_id,
        webhook_id=webhook.id,
        seq=None,
        lead=NOBODY,
        state="delivered" if arrived else "failed",
        attempts=1,
        first_at=at,
        next_at=at,
        status=outcome.status,
        error=outcome.error,
        created_at=at,
        delivered_at=datetime.now(UTC) if arrived else None,
    )
    with database.writing() as session:
        session.add(delivery)
        after = {"status": outcome.status, "error": outcome.error}
        audit.note(session, actor, "webhook.test", "webhook", webhook.id, office=webhook.office_id, after=after)
    return delivery
