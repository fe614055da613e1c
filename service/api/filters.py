"""Which tasks a caller asks for: the conditions that the list of tasks and the exports have in common."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query

from extractor.record import DeadlineKind, Role
from service.api.at_hand import AtHand, Caller
from service.api.paging import AwareMoment
from service.api.shapes import TaskState
from service.store import schedule
from service.store.tasks import Filter

AGENCY = Query(
    max_length=300,
    description="Mã cơ quan, hoặc một phần tên, không cần dấu và chữ hoa / an agency id, or part of a name, without "
    "regard to marks and case",
    examples=["so noi vu"],
)


async def asked(
    house: AtHand,
    actor: Caller,
    agency: Annotated[str | None, AGENCY] = None,
    role: Annotated[
        Role | None, Query(description="Vai trò; cùng `agency` thì của chính cơ quan đó / role; of that agency")
    ] = None,
    due_from: Annotated[date | None, Query(description="Có hạn từ ngày / due on this day or later")] = None,
    due_to: Annotated[date | None, Query(description="Có hạn đến ngày / due on this day or earlier")] = None,
    deadline: Annotated[
        DeadlineKind | Literal["none"] | None, Query(description="Loại thời hạn; `none`: không có / kind of deadline")
    ] = None,
    document: Annotated[UUID | None, Query(description="Chỉ của văn bản này / of this document only")] = None,
    q: Annotated[
        str | None, Query(max_length=300, description="Các từ cần có, không cần dấu / words, without regard to marks")
    ] = None,
    approved: Annotated[
        bool | None, Query(description="Chỉ nhiệm vụ đã duyệt, hay chưa / approved ones only, or the others")
    ] = None,
    state: Annotated[TaskState | None, Query(description="Tiến độ theo báo cáo / progress as reported")] = None,
    timeliness: Annotated[
        schedule.Timeliness | None, Query(description="Tình trạng hạn / whether it is in time")
    ] = None,
    external_id: Annotated[
        str | None, Query(max_length=200, description="Mã của phần mềm theo dõi / the tracker's own id")
    ] = None,
    updated_since: AwareMoment = None,
    withdrawn: Annotated[bool, Query(description="Cả nhiệm vụ đã hết hiệu lực / tombstones too")] = False,
) -> Filter:
    """All that are given must hold; the caller's office is one of them."""
    return Filter(
        document=document,
        agency=agency,
        role=role,
        due_from=due_from,
        due_to=due_to,
        deadline=deadline,
        words=q,
        office=actor.office,
        approved=approved,
        state=state,
        timeliness=timeliness,
        external_id=external_id,
        updated_since=updated_since,
        withdrawn=withdrawn,
        today=schedule.today_in_vietnam(),
        soon=house.settings.due_soon_days,
    )


Asked = Annotated[Filter, Depends(asked)]
