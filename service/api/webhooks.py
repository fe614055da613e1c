"""``/v1/webhooks``: addresses that are told of changes, and what came of each call."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.api import cursor as cursors
from service.api.at_hand import AtHand, HookKeeper
from service.api.etag import WITH_ETAG, matched, of_version
from service.api.paging import Cursor, Limit
from service.api.search import bad_query
from service.api.shapes import Error, Shape, Text
from service.feed import deliveries, ping, reach, troubles, webhooks
from service.house import House
from service.problems import Problem
from service.search.address import asked_by
from service.search.query import BadQuery
from service.store import tables
from service.store.changes import Type

LONGEST_URL = 2000

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

State = Literal["waiting", "delivered", "failed"]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _callable(url: HttpUrl | None) -> HttpUrl | None:
    if url and (url.username or url.password or url.fragment or len(str(url)) > LONGEST_URL):
        raise ValueError("không có tên, mật khẩu, #; tối đa 2000 ký tự / no user, password, fragment; 2000 characters")
    return url


class NewWebhook(Form):
    url: HttpUrl = Field(
        description="https; http chỉ cho máy chủ nội bộ được phép / http only for allowed hosts of the own network",
        examples=["https://theo-doi.example/directives"],
    )
    types: set[Type] = Field(set(), description="Trống: mọi loại / empty: all", examples=[["task.created"]])
    by_lead: bool = Field(
        False, description="Mỗi cơ quan chủ trì một lần gọi; không đổi được / one call a lead, for good"
    )
    search: Text | None = Field(
        None,
        max_length=LONGEST_URL,
        description="Chỉ báo văn bản mới của một tra cứu: phần sau dấu `?` của địa chỉ trang tra cứu, như `query` của bộ lọc đã lưu; "
        "không đổi được, không đi với `types`, `by_lead` / tells what a search finds anew, each document once, and no changes: "
        "what follows `?` in the search's address, as saved filters have it; for good; without `types` and `by_lead`",
        examples=[None],
    )
    office_id: UUID | None = Field(None, description="Trống: văn phòng của bạn / null: your own")
    after: int | None = Field(
        None, ge=0, le=2**53 - 1, description="Gửi các thay đổi sau số này; trống: từ bây giờ / null: from now on"
    )

    _checked = field_validator("url")(_callable)

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.search is not None and (self.types or self.by_lead):
            raise ValueError("`search` không đi với `types`, `by_lead` / `search` goes without `types` and `by_lead`")
        return self


class WebhookChange(Form):
    url: HttpUrl | None = None
    types: set[Type] | None = None
    active: bool | None = Field(None, description="Tắt, bật lại / switch off, on again", examples=[False])
    resume: webhooks.Resume = Field(
        "kept", description="Khi bật lại: `kept`: tiếp từ chỗ đã dừng; `now`: từ bây giờ / where to go on from"
    )

    _checked = field_validator("url")(_callable)


class Webhook(Shape):
    id: UUID
    url: str
    types: list[Type]
    by_lead: bool
    search: str | None = Field(description="Tra cứu mà webhook báo văn bản mới / whose news it tells", examples=[None])
    office_id: UUID | None
    active: bool
    switched_off_at: datetime | None
    switched_off_why: Error | None = Field(description="Vì sao bị tắt / why it is off")
    failing_since: datetime | None = Field(description="Chưa lần nào thành công từ khi / no success since")
    after: int = Field(description="Các thay đổi đến số này đã được xếp hàng gửi / changes up to here are lined up")
    created_at: datetime
    created_by: str
    version: int

    @classmethod
    def of(cls, webhook: tables.Webhook) -> Webhook:
        plain = {name: getattr(webhook, name) for name in cls.model_fields if name != "switched_off_why"}
        return cls(**plain, switched_off_why=troubles.error(webhook.switched_off_why))


class Webhooks(Shape):
    items: list[Webhook]


class WebhookMade(Shape):
    webhook: Webhook
    secret: str = Field(
        description="Để kiểm tra chữ ký (Standard Webhooks); chỉ hiện một lần / verifies signatures; shown this once",
        examples=["whsec_…"],
    )


class Delivery(Shape):
    """Một lần gửi / a call, or several until one arrives."""

    id: UUID = Field(description="`webhook-id` của mọi lần gọi / of all its calls")
    sequence: int | None = Field(description="Số của thay đổi; trống: gọi thử / number of the change; null: a test")
    lead: str | None = Field(description="Phần việc của cơ quan này / whose share")
    state: State
    attempts: int
    next_at: datetime | None = Field(description="Khi nào gọi lại / when it is tried again")
    status: int | None = Field(description="Mã trả lời gần nhất / status of the last answer", examples=[503])
    error: Error | None
    created_at: datetime
    delivered_at: datetime | None

    @classmethod
    def of(cls, delivery: tables.Delivery) -> Delivery:
        return cls(
            id=delivery.id,
            sequence=delivery.seq,
            lead=delivery.lead or None,
            state=delivery.state,  # checked by the database
            attempts=delivery.attempts,
            next_at=delivery.next_at if delivery.state == "waiting" else None,
            status=delivery.status,
            error=troubles.error(delivery.error),
            created_at=delivery.created_at,
            delivered_at=delivery.delivered_at,
        )


class Deliveries(Shape):
    items: list[Delivery]
    next_cursor: str | None = Field(
        description="Đưa vào `cursor` để lấy trang sau / for the next page; null at the end"
    )


@router.get("", summary="Các webhook / webhooks")
def list_webhooks(house: AtHand, actor: HookKeeper) -> Webhooks:
    with house.database.reading() as session:
        return Webhooks(items=[Webhook.of(webhook) for webhook in webhooks.page(session, actor)])


@router.post("", status_code=201, summary="Thêm webhook / add a webhook")
async def add_webhook(form: NewWebhook, house: AtHand, actor: HookKeeper) -> WebhookMade:
    """Mỗi thay đổi được gửi bằng POST: CloudEvents JSON, ký theo Standard Webhooks. Trả lời 2xx là đã nhận.

    Changes are sent in order. One that is not taken is tried again at growing pauses for two days; after some minutes the
    others go on without it. An answer of 410, or two days without a success, switch the webhook off. A change may arrive
    twice, with the same `webhook-id`; every call tells the newest state.

    Với `search`: mỗi văn bản được báo một lần, khi tra cứu tìm thấy nó lần đầu (`vn.directives.search.found`), kèm những mục đầu
    tiên tìm thấy / each document once, when the search first finds it, with the first of its hits.
    """
    await _reachable(house, str(form.url))

    def add() -> WebhookMade:
        with house.database.writing() as session:
            office = form.office_id or actor.office
            made = webhooks.add(
                session,
                house.shelves,
                actor,
                url=str(form.url),
                types=form.types,
                by_lead=form.by_lead,
                search=asked_by(form.search, office) if form.search is not None else None,
                office=office,
                after=form.after,
            )
            return WebhookMade(webhook=Webhook.of(made), secret=made.secret)

    try:
        return await asyncio.to_thread(add)
    except IntegrityError:
        raise Problem("conflict", "Không có văn phòng này.", "There is no such office.") from None
    except BadQuery as error:
        raise bad_query(error, "body.search") from None


@router.get("/{webhook_id}", summary="Một webhook / one webhook", responses=WITH_ETAG)
def get_webhook(webhook_id: UUID, response: Response, house: AtHand, actor: HookKeeper) -> Webhook:
    with house.database.reading() as session:
        webhook = _found(session, webhook_id, actor)
    response.headers["ETag"] = of_version(webhook.version)
    return Webhook.of(webhook)


@router.patch(
    "/{webhook_id}", summary="Sửa, tắt, bật webhook / change a webhook, switch it off or on", responses=WITH_ETAG
)
async def change_webhook(
    webhook_id: UUID,
    form: WebhookChange,
    response: Response,
    house: AtHand,
    actor: HookKeeper,
    if_match: Annotated[str | None, Header(description="ETag đã đọc / the ETag that you have read")] = None,
) -> Webhook:
    """Đổi địa chỉ thì những lần gửi chưa thành công được gửi lại ngay / a new address is tried at once."""
    if form.url:
        await _reachable(house, str(form.url))

    def change() -> Webhook:
        with house.database.writing() as session:
            webhook = _found(session, webhook_id, actor, lock=True)
            matched(if_match, of_version(webhook.version))
            url = str(form.url) if form.url else None
            webhooks.change(
                session,
                house.shelves,
                webhook,
                actor,
                url=url,
                types=form.types,
                active=form.active,
                resume=form.resume,
            )
            return Webhook.of(webhook)

    changed = await asyncio.to_thread(change)
    response.headers["ETag"] = of_version(changed.version)
    return changed


@router.delete("/{webhook_id}", status_code=204, summary="Xóa webhook / delete a webhook")
def delete_webhook(webhook_id: UUID, house: AtHand, actor: HookKeeper) -> None:
    with house.database.writing() as session:
        webhooks.remove(session, _found(session, webhook_id, actor, lock=True), actor)


@router.post("/{webhook_id}/secret", status_code=201, summary="Đổi khóa ký / a new secret")
def rotate_secret(webhook_id: UUID, house: AtHand, actor: HookKeeper) -> WebhookMade:
    """Khóa cũ còn được dùng kèm trong 24 giờ / the old one signs as well for 24 hours."""
    with house.database.writing() as session:
        webhook = _found(session, webhook_id, actor, lock=True)
        webhooks.rotate(session, webhook, actor)
        return WebhookMade(webhook=Webhook.of(webhook), secret=webhook.secret)


@router.post("/{webhook_id}/test", status_code=201, summary="Gọi thử / try it")
async def test_webhook(webhook_id: UUID, house: AtHand, actor: HookKeeper) -> Delivery:
    """Gọi một lần, ngay bây giờ, kể cả khi webhook đang tắt; trả lời cho biết kết quả.

    One call, of type `vn.directives.webhook.test`, now, even when the webhook is off; the answer tells what came of it.
    """
    webhook = await asyncio.to_thread(_look, house, webhook_id, actor)
    try:
        return Delivery.of(await ping.ping(house.database, house.settings, webhook, actor))
    except IntegrityError:  # deleted meanwhile
        raise Problem("not-found") from None


@router.get("/{webhook_id}/deliveries", summary="Các lần gửi, mới nhất trước / deliveries, newest first")
def list_deliveries(
    webhook_id: UUID,
    house: AtHand,
    actor: HookKeeper,
    state: Annotated[State | None, Query(description="Chỉ các lần gửi ở trạng thái này / in this state")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Deliveries:
    asked = (webhook_id, state)
    before = _place(cursor, asked) if cursor else None
    with house.database.reading() as session:
        webhook = _found(session, webhook_id, actor)
        rows = deliveries.page(session, webhook, state=state, before=before, limit=limit + 1)
    more = cursors.encode([rows[limit - 1].id], asked) if len(rows) > limit else None
    return Deliveries(items=[Delivery.of(row) for row in rows[:limit]], next_cursor=more)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/send-again", status_code=202, summary="Gửi lại / send a delivery again"
)
def send_again(webhook_id: UUID, delivery_id: UUID, house: AtHand, actor: HookKeeper) -> Delivery:
    """Cùng `webhook-id`, nội dung mới nhất / with the same `webhook-id`, telling the newest state."""
    with house.database.writing() as session:
        webhook = _found(session, webhook_id, actor, lock=True)
        delivery = deliveries.find(session, webhook, delivery_id, lock=True)
        if delivery is None:
            raise Problem("not-found")
        deliveries.send_again(session, webhook, delivery, actor, datetime.now(UTC))
        return Delivery.of(delivery)


def _look(house: House, webhook_id: UUID, actor: Actor) -> tables.Webhook:
    with house.database.reading() as session:
        return _found(session, webhook_id, actor)


def _found(session: Session, webhook_id: UUID, actor: Actor, *, lock: bool = False) -> tables.Webhook:
    webhook = webhooks.find(session, webhook_id, actor, lock=lock)
    if webhook is None:
        raise Problem("not-found")
    return webhook


async def _reachable(house: House, url: str) -> None:
    """Refuse at once what no call would ever reach; a name that is not known yet may be tomorrow."""
    try:
        await reach.checked(url, house.settings.webhook_private_hosts)
    except reach.Unreachable as why:
        if why.code != "unresolved":
            error = troubles.error(why.code)
            assert error
            raise Problem("webhook-address", error.message, error.message_en) from None


def _place(cursor: str, asked: object) -> UUID:
    (place,) = cursors.decode(cursor, asked, 1)
    try:
        return UUID(place)
    except (ValueError, TypeError, AttributeError):
        raise Problem("bad-cursor") from None
