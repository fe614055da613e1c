"""Signing in, accounts, tokens, offices, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.access import accounts, tokens
from service.access.actor import SCOPES, Actor, Role, Scope
from service.access.doors import COOKIE, cookie_of
from service.api import cursor as cursors
from service.api.at_hand import Administrator, AtHand, Caller
from service.api.etag import WITH_ETAG, matched, of_version
from service.api.paging import Cursor, Limit
from service.api.shapes import Shape, Text
from service.problems import Problem
from service.store import audit, offices, tables

router = APIRouter(prefix="/v1", tags=["access"])


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(Form):
    """Tên và mật khẩu / name and password."""

    name: Text = Field(max_length=100, examples=["nguyen-van-a"])
    password: Text = Field(max_length=1000, examples=["bảy con vịt qua cầu"])


class Acceptance(Form):
    """Đặt mật khẩu bằng liên kết được cấp / set a password by an invitation."""

    secret: Text = Field(max_length=200, examples=["Zq3…"])
    password: Text = Field(
        max_length=1000, description="Ít nhất 10 ký tự / at least 10 characters", examples=["bảy con vịt qua cầu"]
    )


class Me(Shape):
    """Ai đang làm việc / who you are."""

    kind: str = Field(examples=["user"])
    name: str
    office_id: UUID | None = Field(description="Trống: mọi văn phòng / null: all offices")
    scopes: list[Scope]

    @classmethod
    def of(cls, actor: Actor) -> Me:
        return cls(kind=actor.kind, name=actor.name, office_id=actor.office, scopes=sorted(actor.scopes))


class User(Shape):
    id: UUID
    name: str
    full_name: str
    role: Role
    office_id: UUID | None
    active: bool
    created_at: datetime
    version: int


class Users(Shape):
    items: list[User]


class NewUser(Form):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._@-]{1,63}$", examples=["nguyen-van-a"])
    full_name: Text = Field(max_length=200, examples=["Nguyễn Văn A"])
    role: Role = Field(examples=["clerk"])
    office_id: UUID | None = Field(None, description="Trống: văn phòng của bạn / null: your own")


class UserChange(Form):
    """Chỉ những gì cần đổi / only what is to change."""

    full_name: Text | None = Field(None, max_length=200, examples=["Nguyễn Văn A"])
    role: Role | None = Field(None, examples=["approver"])
    active: bool | None = Field(None, description="Sai: khóa tài khoản / false: lock the account", examples=[True])


class Invitation(Shape):
    """Gửi địa chỉ `/way-in?secret=…` cho người dùng; dùng một lần, trong 24 giờ / once, within 24 hours."""

    secret: str


class Invited(Shape):
    user: User
    invitation: Invitation


class Token(Shape):
    id: UUID
    name: str
    scopes: list[Scope]
    office_id: UUID | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None


class Tokens(Shape):
    items: list[Token]


class NewToken(Form):
    name: Text = Field(min_length=1, max_length=100, examples=["theo-doi-nhiem-vu"])
    scopes: set[Scope] = Field(min_length=1, examples=[["read", "feed", "progress"]])
    office_id: UUID | None = Field(None, description="Trống: văn phòng của bạn / null: your own")
    days: int | None = Field(365, ge=1, le=3650, description="Hạn dùng; trống: mãi mãi / null: for ever")


class TokenMade(Shape):
    token: Token
    secret: str = Field(description="Chỉ hiện một lần / shown this once", examples=["dtk_…"])


class Office(Shape):
    id: UUID
    name: str


class Offices(Shape):
    items: list[Office]


class NewOffice(Form):
    name: Text = Field(min_length=1, max_length=200, examples=["Văn phòng UBND xã Mẫu"])


class Entry(Shape):
    """Ai đã làm gì / who did what."""

    seq: int
    at: datetime
    actor_kind: str
    actor: str
    action: str = Field(examples=["record.approve"])
    object_kind: str
    object_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    request_id: str | None


class Audit(Shape):
    items: list[Entry]
    next_cursor: str | None


def _told_once(response: Response) -> None:
    """There is a secret in the answer, which neither a cache nor `Idempotency` keeps."""
    response.headers["Cache-Control"] = "no-store"


TOLD_ONCE = [Depends(_told_once)]


@router.post("/session", dependencies=TOLD_ONCE, summary="Đăng nhập / sign in")
def sign_in(form: SignIn, request: Request, response: Response, house: AtHand) -> Me:
    """Đặt cookie cho trình duyệt. Chương trình dùng mã truy cập thay vì đăng nhập / programs use tokens instead."""
    with house.database.reading() as session:
        user = accounts.proved(session, form.name, form.password)
    if user is None:
        raise Problem("wrong-password")
    with house.database.writing() as session:  # proving takes long, and nobody else could write meanwhile
        secret = accounts.open_browser(session, user, request.state.request_id)
    set_cookie(request, response, secret)
    return Me.of(accounts.actor_of(user, None))


@router.get("/session", summary="Tôi là ai / who am I")
def get_session(actor: Caller) -> Me:
    return Me.of(actor)


@router.delete("/session", status_code=204, summary="Đăng xuất / sign out")
def sign_out(request: Request, response: Response, house: AtHand) -> None:
    if cookie := cookie_of(request.headers):
        with house.database.writing() as session:
            accounts.sign_out(session, cookie, request.state.request_id)
    response.delete_cookie(COOKIE)


@router.post("/invitation", dependencies=TOLD_ONCE, summary="Đặt mật khẩu lần đầu / set a password by an invitation")
def accept_invitation(form: Acceptance, request: Request, response: Response, house: AtHand) -> Me:
    """Liên kết chỉ dùng được một lần; sau đó đã đăng nhập / works once, and signs in."""
    request_id = request.state.request_id
    with house.database.writing() as session:
        user = accounts.accept(session, form.secret, form.password, request_id)
        secret = accounts.open_browser(session, user, request_id)
    set_cookie(request, response, secret)
    return Me.of(accounts.actor_of(user, None))


def set_cookie(request: Request, response: Response, secret: str) -> None:
    age = int(accounts.SIGNED_IN_LASTS.total_seconds())
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, secret, max_age=age, httponly=True, samesite="lax", secure=secure)


@router.get("/users", summary="Người dùng / users")
def list_users(house: AtHand, actor: Administrator) -> Users:
    with house.database.reading() as session:
        return Users(items=[User.model_validate(user) for user in accounts.page(session, actor)])


@router.post("/users", status_code=201, dependencies=TOLD_ONCE, summary="Thêm người dùng / add a user")
def add_user(form: NewUser, house: AtHand, actor: Administrator) -> Invited:
    """Người mới nhận liên kết để tự đặt mật khẩu / the user is given a link to set a password."""
    try:
        with house.database.writing() as session:
            office = form.office_id or actor.office
            user = accounts.add_user(
                session, actor, name=form.name, full_name=form.full_name, role=form.role, office=office
            )
            secret = accounts.invite(session, actor, user)
    except IntegrityError:
        raise Problem(
            "conflict", "Tên này đã có, hoặc không có văn phòng này.", "The name is taken, or there is no such office."
        ) from None
    return Invited(user=User.model_validate(user), invitation=Invitation(secret=secret))


@router.get("/users/{user_id}", summary="Một người dùng / one user", responses=WITH_ETAG)
def get_user(user_id: UUID, response: Response, house: AtHand, actor: Administrator) -> User:
    with house.database.reading() as session:
        user = _found(session, user_id, actor)
    response.headers["ETag"] = of_version(user.version)
    return User.model_validate(user)


@router.patch("/users/{user_id}", summary="Sửa, khóa người dùng / change or lock a user", responses=WITH_ETAG)
def change_user(
    user_id: UUID,
    form: UserChange,
    response: Response,
    house: AtHand,
    actor: Administrator,
    if_match: Annotated[str | None, Header()] = None,
) -> User:
    """Khóa hoặc đổi vai trò thì phiên đăng nhập của người đó kết thúc / ends the user's sign-ins."""
    with house.database.writing() as session:
        user = _found(session, user_id, actor, lock=True)
        matched(if_match, of_version(user.version))
        accounts.change_user(session, actor, user, full_name=form.full_name, role=form.role, active=form.active)
    response.headers["ETag"] = of_version(user.version)
    return User.model_validate(user)


def _found(session: Session, user_id: UUID, actor: Actor, *, lock: bool = False) -> tables.User:
    user = accounts.find(session, user_id, actor, lock=lock)
    if user is None:
        raise Problem("not-found")
    return user


@router.post(
    "/users/{user_id}/invitation",
    status_code=201,
    dependencies=TOLD_ONCE,
    summary="Liên kết đặt lại mật khẩu / a new invitation",
)
def invite_user(user_id: UUID, house: AtHand, actor: Administrator) -> Invitation:
    with house.database.writing() as session:
        user = _found(session, user_id, actor)
        return Invitation(secret=accounts.invite(session, actor, user))


@router.get("/tokens", summary="Mã truy cập / tokens")
def list_tokens(house: AtHand, actor: Administrator) -> Tokens:
    with house.database.reading() as session:
        return Tokens(items=[Token.model_validate(token) for token in tokens.page(session, actor)])


@router.post("/tokens", status_code=201, dependencies=TOLD_ONCE, summary="Tạo mã truy cập / create a token")
def create_token(form: NewToken, house: AtHand, actor: Administrator) -> TokenMade:
    """Không ai cho được quyền mình không có / nobody gives away more than they have."""
    try:
        with house.database.writing() as session:
            office = form.office_id or actor.office
            secret, token = tokens.create_token(session, actor, form.name, form.scopes, office, form.days)
    except IntegrityError:
        raise Problem("conflict", "Không có văn phòng này.", "There is no such office.") from None
    return TokenMade(token=Token.model_validate(token), secret=secret)


@router.delete("/tokens/{token_id}", status_code=204, summary="Thu hồi mã truy cập / revoke a token")
def revoke_token(token_id: UUID, house: AtHand, actor: Administrator) -> None:
    with house.database.writing() as session:
        token = session.get(tables.Token, token_id)
        if token is None or not actor.sees(token.office_id):
            raise Problem("not-found")
        tokens.revoke(session, actor, token)


@router.get("/offices", summary="Văn phòng / offices")
def list_offices(house: AtHand, actor: Administrator) -> Offices:
    with house.database.reading() as session:
        return Offices(items=[Office.model_validate(office) for office in offices.page(session, actor)])


@router.post("/offices", status_code=201, summary="Thêm văn phòng / add an office")
def add_office(form: NewOffice, house: AtHand, actor: Administrator) -> Office:
    if actor.office or actor.scopes != SCOPES:
        raise Problem("forbidden")
    try:
        with house.database.writing() as session:
            return Office.model_validate(offices.add(session, actor, form.name))
    except IntegrityError:
        raise Problem("conflict", "Tên này đã có.", "The name is taken.") from None


@router.get("/audit", summary="Nhật ký, mới nhất trước / audit trail, newest first")
def list_audit(
    house: AtHand,
    actor: Administrator,
    object_id: Annotated[
        str | None, Query(max_length=100, description="Chỉ của đối tượng này / of this object only")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Audit:
    """Mọi thay đổi và mọi lần xuất dữ liệu / every change and every export."""
    before = None
    if cursor:
        (place,) = cursors.decode(cursor, ("audit", object_id), 1)
        if not isinstance(place, int) or abs(place) >= 2**62:
            raise Problem("bad-cursor")
        before = place
    with house.database.reading() as session:
        rows = audit.page(session, actor, object_id=object_id, before=before, limit=limit + 1)
    more = cursors.encode([rows[limit - 1].seq], ("audit", object_id)) if len(rows) > limit else None
    return Audit(items=[Entry.model_validate(row) for row in rows[:limit]], next_cursor=more)
