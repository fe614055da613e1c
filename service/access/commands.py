"""``directives user …`` and ``directives token …``: accounts and tokens, for whoever may read the data folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.access import accounts, tokens
from service.access.actor import ROLES, SCOPES, Scope, the_service
from service.house import prepare
from service.settings import Settings
from service.store import offices, tables
from service.store.database import Database

_ME = the_service("directives")
Run = Callable[[Session, argparse.Namespace], int]


def register(commands: Any) -> None:
    """Add the commands to the parser's subcommands."""
    users = commands.add_parser("user", help="tài khoản / accounts").add_subparsers(metavar="VIỆC", required=True)
    add = _command(users, "add", "thêm người dùng / add a user", _add_user)
    add.add_argument("name")
    add.add_argument("--full-name", default="")
    add.add_argument("--role", choices=list(ROLES), default="clerk")
    add.add_argument("--office", help="tên văn phòng / name of an office; mặc định: tất cả / default: all")
    _command(users, "list", "danh sách / list", _list_users)
    invite = _command(users, "invite", "liên kết đặt mật khẩu / a link to set a password", _invite)
    invite.add_argument("name")

    kinds = commands.add_parser("token", help="mã truy cập / tokens").add_subparsers(metavar="VIỆC", required=True)
    create = _command(kinds, "create", "tạo mã / create a token, which is printed once", _create_token)
    create.add_argument("name")
    create.add_argument("--role", choices=list(ROLES), help="quyền của vai trò này / the scopes of a role")
    create.add_argument("--scopes", help="cách nhau bằng dấu phẩy / by commas: " + ",".join(sorted(SCOPES)))
    create.add_argument("--office", help="tên văn phòng / name of an office")
    create.add_argument("--days", type=int, default=365, help="hạn dùng, 0: mãi mãi / 0: for ever (365)")
    _command(kinds, "list", "danh sách / list", _list_tokens)
    revoke = _command(kinds, "revoke", "thu hồi / revoke", _revoke)
    revoke.add_argument("id", type=UUID)


def _command(group: Any, name: str, summary: str, act: Run) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = group.add_parser(name, help=summary)
    parser.add_argument("--data", type=Path, default=argparse.SUPPRESS, help="thư mục dữ liệu / data folder")

    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = Database(settings.url)
        try:
            prepare(settings, database)
            with database.writing() as session:
                return act(session, arguments)
        finally:
            database.close()

    parser.set_defaults(run=run)
    return parser


def _add_user(session: Session, given: argparse.Namespace) -> int:
    office = _office(session, given.office)
    try:
        user = accounts.add_user(
            session, _ME, name=given.name, full_name=given.full_name, role=given.role, office=office
        )
    except IntegrityError:
        session.rollback()
        print(f"Đã có người dùng {given.name}. / There is a user {given.name} already.")
        return 1
    return _print_invitation(session, user)


def _invite(session: Session, given: argparse.Namespace) -> int:
    user = session.scalar(sa.select(tables.User).where(tables.User.name == given.name.lower()))
    if user is None:
        print(f"Không có người dùng {given.name}. / There is no user {given.name}.")
        return 1
    return _print_invitation(session, user)


def _print_invitation(session: Session, user: tables.User) -> int:
    secret = accounts.invite(session, _ME, user)
    print(
        f"Gửi cho {user.name} (dùng một lần, 24 giờ) / for {user.name}, once, within 24 hours: /way-in?secret={secret}"
    )
    return 0


def _list_users(session: Session, given: argparse.Namespace) -> int:
    for user in accounts.page(session, _ME):
        print(f"{user.name:20} {user.role:14} {'' if user.active else 'khóa / locked':14} {user.full_name}")
    return 0


def _create_token(session: Session, given: argparse.Namespace) -> int:
    scopes = set(given.scopes.split(",")) if given.scopes else set(ROLES[given.role or "integrator"])
    if unknown := scopes - SCOPES:
        print(f"Không có quyền / no such scope: {', '.join(sorted(unknown))}")
        return 2
    wanted = cast(set[Scope], scopes)
    secret, _ = tokens.create_token(
        session, _ME, given.name, wanted, _office(session, given.office), given.days or None
    )
    print(secret)
    return 0


def _list_tokens(session: Session, given: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    for token in tokens.page(session, _ME):
        ended = token.revoked_at or (token.expires_at if token.expires_at and token.expires_at <= now else None)
        print(f"{token.id} {token.name:20} {'hết hạn / ended' if ended else '':16} {','.join(token.scopes)}")
    return 0


def _revoke(session: Session, given: argparse.Namespace) -> int:
    token = session.get(tables.Token, given.id)
    if token is None:
        print("Không có mã này. / There is no such token.")
        return 1
    tokens.revoke(session, _ME, token)
    return 0


def _office(session: Session, name: str | None) -> UUID | None:
    if name is None:
        return None
    found = session.scalar(sa.select(tables.Office).where(tables.Office.name == name))
    return (found or offices.add(session, _ME, name)).id
