"""``/v1/deadlines``: what a clerk writes as a deadline, understood."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from extractor import read_deadline
from extractor.record import Deadline
from extractor.show import wording
from service.api.at_hand import AtHand, Reader
from service.api.shapes import Shape, Text
from service.problems import Problem
from service.store import documents, schedule

router = APIRouter(prefix="/v1/deadlines", tags=["deadlines"])

OCCURRENCES = 12
_HORIZON = timedelta(days=(OCCURRENCES + 1) * 366)  # in which even what is yearly occurs so often


class UnderstoodDeadline(Shape):
    """Một thời hạn hiểu được / a deadline that was understood."""

    deadline: Deadline = Field(description="Như trong bản ghi / as in a record")
    wording: str = Field(description="Hiểu là / what it means", examples=["hằng năm, ngày 15 tháng 12"])
    occurrences: list[date] = Field(description="Các ngày đến hạn sắp tới / the next days on which it falls due")


class UnderstoodDeadlines(Shape):
    items: list[UnderstoodDeadline]


@router.get("", summary="Hiểu một thời hạn viết bằng lời / understand a deadline in words")
def understand_deadline(
    house: AtHand,
    actor: Reader,
    text: Annotated[
        Text,
        Query(
            max_length=300,
            description="Viết như trong văn bản / as a directive says it",
            examples=["trước 15/12 hàng năm"],
        ),
    ],
    document: Annotated[
        UUID | None,
        Query(description="Văn bản: ngày ban hành cho năm và mốc còn thiếu / its day of issue completes dates"),
    ] = None,
) -> UnderstoodDeadlines:
    """Không hiểu được thì danh sách trống / the list is empty where no deadline is said.

    Không cho biết văn bản, hoặc văn bản chưa rõ ngày, thì tính từ hôm nay / counts from today without a day of issue.
    """
    today = schedule.today_in_vietnam()
    issued_on = today
    if document:
        with house.database.reading() as session:
            about = documents.find(session, document, actor)
        if about is None:
            raise Problem("not-found")
        issued_on = about.issued_on or today
    return UnderstoodDeadlines(
        items=[
            UnderstoodDeadline(
                deadline=found,
                wording=wording.deadline(found),
                occurrences=schedule.occurrences(found, issued_on, today, today + _HORIZON, OCCURRENCES),
            )
            for found in read_deadline(text, issued_on=issued_on)
        ]
    )
