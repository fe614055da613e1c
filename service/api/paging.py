"""What every list takes."""

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

Limit = Annotated[int, Query(ge=1, le=200, description="Số mục một trang / items a page")]
Cursor = Annotated[
    str | None,
    Query(min_length=1, max_length=400, description="`next_cursor` của trang trước / `next_cursor` of the page before"),
]
AwareMoment = Annotated[
    AwareDatetime | None,
    Query(
        description="Có thay đổi từ thời điểm này; để không sót thay đổi nào, dùng `/v1/changes` / changed at this moment or "
        "later; to miss no change use `/v1/changes`",
        examples=["2026-06-01T00:00:00+07:00"],
    ),
]
