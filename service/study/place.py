"""Where a value stands, as an address that stays, and as the words by which an article cites it."""

from __future__ import annotations

from uuid import UUID

from service.export import wording
from service.store.tables import Document


def address(document_id: UUID, page: int | None, *places: tuple[int | None, int | None]) -> str:
    """The page of the document with the characters [begins, ends) of its text marked; without a page, the document."""
    if page is None:
        return f"/documents/{document_id}"
    marked = "&".join(f"at={begins}-{ends}" for begins, ends in places if begins is not None and ends is not None)
    return f"/documents/{document_id}/pages/{page}" + (f"?{marked}" if marked else "")


def citation(document: Document, page: int | None = None) -> str:
    """Chỉ thị số 02/CT-UBND ngày 07/01/2021 của Ủy ban nhân dân thành phố Hải Phòng, tr. 3"""
    kind = document.kind or "văn bản"
    told = [
        kind[:1].upper() + kind[1:],
        f"số {document.number}" if document.number else None,
        f"ngày {wording.day(document.issued_on)}" if document.issued_on else None,
        f"của {document.issuer}" if document.issuer else None,
    ]
    text = " ".join(filter(None, told))
    if not document.number:
        text += f" ({document.file_name})"
    return f"{text}, tr. {page}" if page else text
