"""The images of a document's pages."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Page


def keep(session: Session, document_id: UUID, images: Mapping[str, str]) -> None:
    """Put these images (page number to SHA-256) in the place of the document's former ones."""
    session.execute(sa.delete(Page).where(Page.document_id == document_id))
    session.add_all(Page(document_id=document_id, number=int(n), sha256=sha256) for n, sha256 in images.items())


def image(session: Session, document_id: UUID, number: int) -> str | None:
    """The SHA-256 of a page's image; None for pages that have none (plain text, pages that cannot be drawn)."""
    page = session.get(Page, (document_id, number))
    return page.sha256 if page else None
