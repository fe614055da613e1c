"""People: their accounts, the link by which each sets a password once, and the browsers that are signed in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import cast
from uuid import UUID

import argon2
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.access.actor import ROLES, Actor, Role, the_service
from service.access.tokens import hashed
from service.problems import Problem
from service.store import audit, offices
from service.store.database import Database
from service.store.ids import new_id
from service.store.tables import Invitation, SignIn, User

FIRST = "admin"
SHORTEST_PASSWORD = 10  # characters
INVITATION_LASTS = timedelta(hours=24)
SIGNED_IN_LASTS = timedelta(hours=12)
IDLE_LASTS = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=1)

_hasher = argon2.PasswordHasher()  # argon2id with the library's parameters, which follow RFC 9106
_hashing = threading.BoundedSemaphore(4)  # each takes 64 MiB and a core for a moment


def add_user(
    session: Session, actor: Actor, *, name: str, full_name: str, role: Role, office: UUID | None = None
) -> User:
    """A new account without a password. Raises Problem("forbidden"), sqlalchemy.exc.IntegrityError for a known name."""
    _within(actor, role, office)
    user = User(
        id=new_id(),
        office_id=office,
        name=name.lower(),
        full_name=full_name,
        role=role,
        active=True,
        created_at=datetime.now(UTC),
        version=1,
    )
    session.add(user)
    session.flush()
    audit.note(session, actor, "user.create", "user", user.id, office=office, after=_said(user))
    return user


def find(session: Session, user_id: UUID, actor: Actor, *, lock: bool = False) -> User | None:
    """An account that the actor's office may see. `lock`: until the transaction ends nobody else changes it, or who the
    administrators are."""
    if lock:
        session.scalars(_administrators().order_by(User.id).with_for_update()).all()
    user = session.get(User, user_id, with_for_update=lock or None)
    return user if user and actor.sees(user.office_id) else None


def change_user(
    session: Session, actor: Actor, user: User, *, full_name: str | None, role: Role | None, active: bool | None
) -> None:
    """Change an account that is locked; one that is no longer active, or has another role, is signed out everywhere.

    Raises Problem("forbidden"), Problem("last-administrator").
    """
    for either in (cast(Role, user.role), role or cast(Role, user.role)):
        _within(actor, either, user.office_id)
    if user.role == "administrator" and (active is False or role not in (None, "administrator")):
        others = session.scalars(_administrators().where(User.id != user.id)).all()
        if user.office_id is None and not others:
            raise Problem("last-administrator")
    before = _said(user)
    user.full_name = full_name if full_name is not None else user.full_name
    user.role = role or user.role
    user.active = user.active if active is None else active
    after = _said(user)
    if after == before:
        return
    user.version += 1
    if (after["role"], after["active"]) != (before["role"], before["active"]):
        session.execute(sa.delete(SignIn).where(SignIn.user_id == user.id))
        session.execute(sa.delete(Invitation).where(Invitation.user_id == user.id))
    audit.note(session, actor, "user.change", "user", user.id, office=user.office_id, before=before, after=after)


def _administrators() -> sa.Select[User]:
    """Those who can always let others in: of all offices, active, with a way to sign in."""
    way_in = sa.or_(User.password.is_not(None), User.subject.is_not(None))
    return sa.select(User).where(User.role == "administrator", User.office_id.is_(None), User.active, way_in)


def _within(actor: Actor, role: Role, office: UUID | None) -> None:
    if not (ROLES[role] <= actor.scopes and actor.sees(office)):
        raise Problem("forbidden")


def _said(user: User) -> dict[str, object]:
    return {"name": user.name, "full_name": user.full_name, "role": user.role, "active": user.active}


def page(session: Session, actor: Actor) -> Sequence[User]:
    """The accounts of the actor's office, by name."""
    query = sa.select(User).order_by(User.name)
    return session.scalars(query.where(User.office_id == actor.office) if actor.office else query).all()


def invite(session: Session, actor: Actor, user: User) -> str:
    """The secret of a link by which the user sets a password, once; an earlier link is void.

    Raises Problem("forbidden"): who sets somebody's password may do all that they may.
    """
    _within(actor, cast(Role, user.role), user.office_id)
    session.execute(sa.delete(Invitation).where(Invitation.user_id == user.id))
    secret = secrets.token_urlsafe(32)
    expires = datetime.now(UTC) + INVITATION_LASTS
    session.add(Invitation(hash=hashed(secret), user_id=user.id, expires_at=expires))
    audit.note(session, actor, "user.invite", "user", user.id, office=user.office_id)
    return secret


def accept(session: Session, secret: str, password: str, request_id: str | None) -> User:
    """Set a password by an invitation, which is void afterwards. Raises Problem("bad-invitation"), Problem("weak-password")."""
    invitation = session.get(Invitation, hashed(secret), with_for_update=True)
    user = session.get(User, invitation.user_id) if invitation else None
    if invitation is None or user is None or invitation.expires_at <= datetime.now(UTC) or not user.active:
        raise Problem("bad-invitation")
    if len(password) < SHORTEST_PASSWORD or password.lower() == user.name:
        raise Problem("weak-password")
    with _hashing:
        user.password = _hasher.hash(password)
    session.delete(invitation)
    session.execute(sa.delete(SignIn).where(SignIn.user_id == user.id))
    audit.note(session, actor_of(user, request_id), "user.set_password", "user", user.id, office=user.office_id)
    return user


@cache
def _nobodys() -> str:
    """Verified when there is no such user, so that a wrong name takes as long as a wrong password."""
    return _hasher.hash(secrets.token_urlsafe(16))


def proved(session: Session, name: str, password: str) -> User | None:
    """The active user of this name and password."""
    user = session.scalar(sa.select(User).where(User.name == name.lower()))
    try:
        with _hashing:
            _hasher.verify(user.password if user and user.password else _nobodys(), password)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return None
    return user if user and user.password and user.active else None


def open_browser(session: Session, user: User, request_id: str | None) -> str:
    """Sign a browser in as a user who has proved to be one; the secret for its cookie."""
    secret = secrets.token_urlsafe(32)
    now = datetime.now(UTC)
    session.add(
        SignIn(hash=hashed(secret), user_id=user.id, created_at=now, seen_at=now, expires_at=now + SIGNED_IN_LASTS)
    )
    audit.note(session, actor_of(user, request_id), "user.sign_in", "user", user.id, office=user.office_id)
    return secret


def sign_out(session: Session, secret: str, request_id: str | None) -> None:
    """End a browser's sign-in. Twice is once."""
    found = session.get(SignIn, hashed(secret))
    if found is None:
        return
    user = session.get_one(User, found.user_id)
    session.delete(found)
    audit.note(session, actor_of(user, request_id), "user.sign_out", "user", user.id, office=user.office_id)


def signed_in(session: Session, secret: str, now: datetime) -> User | None:
    """Who a browser's cookie is of, unless the sign-in has ended."""
    found = session.get(SignIn, hashed(secret))
    if found is None or found.expires_at <= now or found.seen_at <= now - IDLE_LASTS:
        return None
    user = session.get(User, found.user_id)
    return user if user and user.active else None


def is_noted(session: Session, secret: str, now: datetime) -> bool:
    """Whether this browser's last sign of life is written down well enough."""
    found = session.get(SignIn, hashed(secret))
    return found is None or found.seen_at >= now - _SEEN_EVERY


def note_use(session: Session, secret: str, now: datetime) -> None:
    """Write down that a browser is in use."""
    session.execute(sa.update(SignIn).where(SignIn.hash == hashed(secret)).values(seen_at=now))


def actor_of(user: User, request_id: str | None) -> Actor:
    """The user as one who acts."""
    return Actor("user", user.name, user.id, user.office_id, ROLES[cast(Role, user.role)], request_id)


def first_way_in(database: Database) -> str | None:
    """The secret of the first administrator's invitation, made anew at each start until a password is set; then None."""
    service = the_service("lần chạy đầu")
    with database.writing() as session:
        offices.default(session)
        users = session.scalars(sa.select(User)).all()
        if any(user.password or user.subject for user in users):
            return None
        first = next((user for user in users if user.name == FIRST), None)
        user = first or add_user(session, service, name=FIRST, full_name="Quản trị viên", role="administrator")
        return invite(session, service, user)
