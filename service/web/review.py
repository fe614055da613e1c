"""The page on which a clerk checks a record against the page images, and corrects and approves it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from service.api.at_hand import AtHand, Reader
from service.api.documents import get_document
from service.web.pages import show

router = APIRouter()


@router.get("/documents/{document_id}/review", response_class=HTMLResponse)
def review(request: Request, document_id: UUID, house: AtHand, actor: Reader) -> Response:
    document = get_document(document_id, house, actor)
    if document.current_version is None or not actor.may("correct"):
        return RedirectResponse(f"/documents/{document_id}", 303)  # nothing to correct, or nobody who may
    approvable = actor.may("approve") and document.withdrawn_at is None
    return show(request, "review", document=document, approvable=approvable, section="documents")
