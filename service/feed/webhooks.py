"""Webhooks: the addresses that are told of changes. Secrets are shown when they are made, and are in no audit entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.feed import deliveries, findings
from service.feed.seal import new_secret
from service.problems import Problem
from service.search.address import query_of
from service.search.query import parse
from service.search.search import Asked
from service.search.shelves import Shelves
from service.store import audit, changes
from service.store.ids import new_id
from service.store.tables import Delivery, Met, Webhook

Resume = Literal["kept", "now"]

OLD_SECRET_LASTS = timedelta(hours=24)


def add(
    session: Session,
    shelves: Shelves,
    actor: Actor,
    *,
    url: str,
    types: Collection[str],
    by_lead: bool,
    search: Asked | None,
    office: UUID | None,
    after: int | None,
) -> Webhook:
    """A webhook that tells the changes after a number, or what a search finds by them; None: those from now on.

    Raises Problem("forbidden"), Problem("unknown-change"), BadQuery, sqlalchemy.exc.IntegrityError at flush for an unknown
    office.
    """
    if not actor.sees(office):
        raise Problem("forbidden")
    if search:
        parse(search.text)
    newest = changes.last(session)
    if after is not None and after > newest:
        raise Problem("unknown-change")
    webhook = Webhook(
        id=new_id(),
        office_id=office,
        url=url,
        secret=new_secret(),
        types=sorted(types),
        by_lead=by_lead,
        search=query_of(search) if search else None,
        active=True,
        after=newest if after is None else after,
        created_at=datetime.now(UTC),
        created_by=actor.name,
        version=1,
    )
    session.add(webhook)
    session.flush()
    if after is None:
        _from_now(session, shelves, webhook)
    audit.note(session, actor, "webhook.create", "webhook", webhook.id, office=office, after=_said(webhook))
    return webhook


def _from_now(session: Session, shelves: Shelves, webhook: Webhook) -> None:
    """What has happened until now is not told."""
    if webhook.search is None:
        webhook.after = changes.last(session)
    else:
        findings.begin(session, shelves, webhook)


def change(
    session: Session,
    shelves: Shelves,
    webhook: Webhook,
    actor: Actor,
    *,
    url: str | None,
    types: Collection[str] | None,
    active: bool | None,
    resume: Resume,
) -> None:
    """Change a webhook. One that is switched on goes on with what it has kept, or from now; at a new address all that
    failed is tried anew."""
    if types and webhook.search is not None:
        raise Problem("conflict", "Webhook của một tra cứu không chọn loại.", "A webhook of a search has no types.")
    now = datetime.now(UTC)
    before = _said(webhook)
    webhook.url = url or webhook.url
    webhook.types = webhook.types if types is None else sorted(types)
    if active is False and webhook.active:
        webhook.active, webhook.switched_off_at, webhook.switched_off_why = False, now, "by-hand"
    elif active and not webhook.active:
        webhook.active, webhook.switched_off_at, webhook.switched_off_why = True, None, None
        if resume == "now":
            deliveries.skip(session, webhook)
            _from_now(session, shelves, webhook)
        deliveries.start_afresh(session, webhook, now)
    elif webhook.url != before["url"]:
        deliveries.start_afresh(session, webhook, now)
    after = _said(webhook)
    if after == before:
        return
    webhook.version += 1
    said = after | ({"resume": resume} if after["active"] and not before["active"] else {})
    audit.note(
        session, actor, "webhook.change", "webhook", webhook.id, office=webhook.office_id, before=before, after=said
    )


def rotate(session: Session, webhook: Webhook, actor: Actor) -> None:
    """A new secret; the old one signs beside it for a day, so that no call is lost while the receiver changes."""
    webhook.old_secret, webhook.old_secret_until = webhook.secret, datetime.now(UTC) + OLD_SECRET_LASTS
    webhook.secret = new_secret()
    webhook.version += 1
    audit.note(session, actor, "webhook.rotate_secret", "webhook", webhook.id, office=webhook.office_id)


def secrets(webhook: Webhook, now: datetime) -> list[str]:
    """What a call is signed with, the newest first."""
    old_too = webhook.old_secret and webhook.old_secret_until and now < webhook.old_secret_until
    return [webhook.secret, webhook.old_secret] if old_too and webhook.old_secret else [webhook.secret]


def remove(session: Session, webhook: Webhook, actor: Actor) -> None:
    """Delete a webhook with its deliveries."""
    audit.note(session, actor, "webhook.delete", "webhook", webhook.id, office=webhook.office_id, before=_said(webhook))
    for table in (Delivery, Met):
        session.execute(sa.delete(table).where(table.webhook_id == webhook.id))
    session.execute(sa.delete(Webhook).where(Webhook.id == webhook.id))


def find(session: Session, webhook_id: UUID, actor: Actor, *, lock: bool = False) -> Webhook | None:
    """A webhook that the actor's office may see."""
    webhook = session.get(Webhook, webhook_id, with_for_update=lock or None)
    return webhook if webhook and actor.sees(webhook.office_id) else None


def page(session: Session, actor: Actor) -> Sequence[Webhook]:
    """The webhooks of the actor's office, the first first."""
    query = sa.select(Webhook).order_by(Webhook.id)
    return session.scalars(query.where(Webhook.office_id == actor.office) if actor.office else query).all()


def _said(webhook: Webhook) -> dict[str, Any]:
    said = {"url": webhook.url, "types": webhook.types, "by_lead": webhook.by_lead, "active": webhook.active}
    return said | ({"search": webhook.search} if webhook.search is not None else {})
