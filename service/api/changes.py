"""``/v1/changes``: the ordered feed that trackers follow.

How a tracker begins, and goes on for ever:

1. ``GET /v1/changes/last`` and keep the number. First, so that what changes during the next step is told again.
2. ``GET /v1/tasks`` page by page: everything that is in force now. Put it down by `id`.
3. ``GET /v1/changes?after=<number>&wait=30``. For each item in order: `withdrawn` true, drop the task; else put it down
   by `id`, whether `type` says created or updated, unless a higher `version` of it is there already. Keep `next` in the
   same transaction as the items. Go on from there.

A tracker that begins with ``after=0`` instead learns of every task that there ever was. Stopped at any instant, it goes on
from the number that it kept, and gets each later change exactly once, in order.

One that gives every task one owner asks with ``by_lead=true`` and puts down by `id` and `lead`. A lead that a task is taken
from gets a tombstone: type ``task.withdrawn``, its own name in `lead`.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from service.api.at_hand import AtHand, FeedReader
from service.api.paging import Limit
from service.api.shapes import Shape
from service.feed import news
from service.feed.news import Change
from service.feed.tide import Tide
from service.house import House
from service.problems import Problem
from service.store import changes
from service.store.changes import Type

LONGEST_WAIT = 30  # seconds

router = APIRouter(prefix="/v1/changes", tags=["changes"])

Number = Annotated[
    int, Query(ge=0, le=2**53 - 1, description="Số đã giữ; 0: từ đầu / the number that was kept; 0: from the beginning")
]


class Changes(Shape):
    items: list[Change]
    next: int = Field(
        description="Giữ lại, dùng cho `after` lần sau / keep it: `after` of the next call", examples=[1042]
    )
    more: bool = Field(description="Còn nữa, hãy hỏi tiếp ngay / there are more: ask again at once")


class Last(Shape):
    last: int = Field(description="Số của thay đổi mới nhất / number of the newest change", examples=[1042])


@router.get("", summary="Các thay đổi, theo thứ tự / changes, in order", response_model=Changes)
async def list_changes(
    request: Request,
    house: AtHand,
    actor: FeedReader,
    after: Number = 0,
    limit: Limit = 200,
    wait: Annotated[
        float,
        Query(ge=0, le=LONGEST_WAIT, description="Chờ đến khi có thay đổi, tối đa số giây này / long poll, in seconds"),
    ] = 0,
    by_lead: Annotated[
        bool,
        Query(description="Mỗi cơ quan chủ trì một mục, có thể hơn `limit` / one item a lead, may exceed `limit`"),
    ] = False,
    types: Annotated[list[Type] | None, Query(description="Chỉ các loại này / of these types only")] = None,
) -> Response:
    """Không thiếu, không lặp, không đảo thứ tự, kể cả khi nhiều người cùng ghi. Giữ `next` cùng lúc với dữ liệu.

    Begin with `GET /v1/changes/last`, then `GET /v1/tasks`, then follow from that number. Each item holds the newest state
    of its task or document: put it down by `id` (with `by_lead`: by `id` and `lead`), drop it when `withdrawn` is true.
    """
    until = time.monotonic() + wait
    tide: Tide = request.app.state.tide
    while True:
        page = await asyncio.to_thread(_page, house, actor.office, after, limit, by_lead, types or ())
        if page.items or page.more or time.monotonic() >= until:
            break
        after = page.next
        if not await tide.beyond(after, until) or await request.is_disconnected():
            break
    # Written here, for hundreds of tasks take long and this is everybody's thread.
    return Response(await asyncio.to_thread(page.model_dump_json), media_type="application/json")


@router.get("/last", summary="Số của thay đổi mới nhất / number of the newest change")
def get_last_change(house: AtHand, actor: FeedReader) -> Last:
    """Lấy số này trước khi tải toàn bộ nhiệm vụ, rồi theo dõi tiếp từ đó / take it before you fetch all tasks."""
    with house.database.reading() as session:
        return Last(last=changes.last(session))


def _page(
    house: House, office: UUID | None, after: int, limit: int, by_lead: bool, types: list[Type] | tuple[()]
) -> Changes:
    with house.database.reading() as session:
        newest = changes.last(session)  # before the page, so that nothing is passed over
        if after > newest:
            raise Problem("unknown-change")
        events = changes.page(session, after=after, limit=limit + 1, office=office, types=types)
        more = len(events) > limit
        items = news.tell(session, events[:limit], house.settings, by_lead=by_lead)
    end = events[limit - 1].seq if more else max([newest, *(event.seq for event in events)])
    return Changes(items=items, next=end, more=more)
