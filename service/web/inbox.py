"""The inbox: hand documents in, and see what becomes of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.at_hand import AtHand, Reader
from service.api.documents import list_documents
from service.web.pages import show

router = APIRouter()


@router.get("/", response_class=HTMLResponse)
def show_inbox(
    request: Request, house: AtHand, actor: Reader, cursor: Annotated[str | None, Query(max_length=400)] = None
) -> HTMLResponse:
    listed = list_documents(house, actor, limit=20, cursor=cursor)
    return show(request, "home", documents=listed, cursor=cursor, limit_mib=house.settings.upload_bytes >> 20)
