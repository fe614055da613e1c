"""One document: what it is, its pages, tasks and history."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from service.api.at_hand import AtHand, Reader
from service.api.documents import get_document
from service.api.tasks import list_tasks
from service.store.tasks import Filter
from service.web.pages import show

router = APIRouter(prefix="/documents")


@router.get("/{document_id}", response_class=HTMLResponse)
def show_document(
    request: Request,
    document_id: UUID,
    house: AtHand,
    actor: Reader,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> HTMLResponse:
    document = get_document(document_id, house, actor)
    tasks = list_tasks(house, actor, Filter(document=document_id, office=actor.office), limit=200, cursor=cursor)
    return show(request, "document", document=document, tasks=tasks)
