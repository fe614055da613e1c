"""What people see of a document's pages: their images, and their words with places."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.store.tables import Page, PageWords


def keep(
    session: Session,
    document_id: UUID,
    images: Mapping[str, str] | None,
    words: Iterable[tuple[int, str, str]] = (),
) -> None:
    """Put these images (page number to SHA-256) in the place of the document's former ones; None: they stay.

    `words` are of each page its number, the SHA-256 of its text, and that of its placed words.
    """
    if images is not None:
        session.execute(sa.delete(Page).where(Page.document_id == document_id))
        session.add_all(Page(document_id=document_id, number=int(n), sha256=sha256) for n, sha256 in images.items())
    known = {
        (row.number, row.text_sha256): row
        for row in session.scalars(sa.select(PageWords).where(PageWords.document_id == document_id))
    }
    for number, text, sha256 in words:
        row = known.get((number, text)) or PageWords(document_id=document_id, number=number, text_sha256=text)
        row.sha256 = sha256
        session.add(row)


def image(session: Session, document_id: UUID, number: int) -> str | None:
    """The SHA-256 of a page's image; None for pages that have none (plain text, pages that cannot be drawn)."""
    page = session.get(Page, (document_id, number))
    return page.sha256 if page else None


def words(session: Session, document_id: UUID, number: int, text: str) -> str | None:
    """The SHA-256 of the placed words of a page with this text; None where there are none (plain text, an older reading)."""
    row = session.get(PageWords, (document_id, number, hashlib.sha256(text.encode()).hexdigest()))
    return row.sha256 if row else None
