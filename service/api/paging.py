"""What every list takes."""

from typing import Annotated

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=200, description="Số mục một trang / items a page")]
Cursor = Annotated[
    str | None, Query(max_length=400, description="`next_cursor` của trang trước / `next_cursor` of the page before")
]
