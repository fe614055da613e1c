"""Tokens: what programs show to be let in. The service keeps hashes alone, so nobody can read a token from its database."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import Actor, Scope
from service.problems import Problem
from service.store import audit
from service.store.ids import new_id
from service.store.tables import Token

PREFIX = "dtk_"  # so that a token that got lost is known for one
_USED_EVERY = timedelta(minutes=1)


def hashed(secret: str) -> str:
    """What is kept of a secret. It is long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_token(
    session: Session, actor: Actor, name: str, scopes: Iterable[Scope], office: UUID | None, days: int | None
) -> tuple[str, Token]:
    """A new token, whose secret is told now and never again. Nobody gives away more than they have.

    Raises Problem("forbidden").
    """
    wanted = set(scopes)
    if not wanted <= actor.scopes or not actor.sees(office):
        raise Problem("forbidden")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    token = Token(
        id=new_id(),
        office_id=office,
        name=name,
        hash=hashed(secret),
        scopes=sorted(wanted),
        created_by=actor.name,
        created_at=now,
        expires_at=now + timedelta(days=days) if days else None,
    )
    session.add(token)
    after = {"name": name, "scopes": token.scopes, "days": days}
    audit.note(session, actor, "token.create", "token", token.id, office=office, after=after)
    return secret, token


def revoke(session: Session, actor: Actor, token: Token) -> None:
    """Let nobody in by this token any more. Twice is once."""
    if token.revoked_at is None:
        token.revoked_at = datetime.now(UTC)
        audit.note(session, actor, "token.revoke", "token", token.id, office=token.office_id)


def find(session: Session, secret: str, now: datetime) -> Token | None:
    """The token of a secret, unless it has expired or was revoked."""
    token = session.scalar(sa.select(Token).where(Token.hash == hashed(secret)))
    if token is None or token.revoked_at is not None or (token.expires_at and token.expires_at <= now):
        return None
    return token


def is_noted(token: Token, now: datetime) -> bool:
    """Whether its last use is written down well enough: not at each request, for a reader would wait for writers."""
    return token.used_at is not None and token.used_at >= now - _USED_EVERY


def note_use(session: Session, token_id: UUID, now: datetime) -> None:
    """Write down that a token is in use."""
    session.execute(sa.update(Token).where(Token.id == token_id).values(used_at=now))


def actor_of(token: Token, request_id: str | None) -> Actor:
    """Who acts when this token is shown."""
    scopes = frozenset(cast(list[Scope], token.scopes))
    return Actor("token", token.name, token.id, token.office_id, scopes, request_id)


def page(session: Session, actor: Actor) -> Sequence[Token]:
    """The tokens of the actor's office, newest first."""
    query = sa.select(Token).order_by(Token.id.desc())
    return session.scalars(query.where(Token.office_id == actor.office) if actor.office else query).all()
