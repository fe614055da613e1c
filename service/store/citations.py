"""Documents that a directive names and that the office has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from extractor.record import Citation
from service.store.fold import fold
from service.store.tables import Document

_AT_ONCE = 500  # numbers that one query asks for


def here(session: Session, document: Document, citations: Sequence[Citation]) -> Mapping[int, UUID]:
    """Index of a citation to the document that it names: the same number, and no other day, in the same office.

    Of several, one that is in force goes first, then the newest.
    """
    wanted = {fold(citation.number) for citation in citations if citation.number}
    by_number: dict[str, list[Document]] = {}
    numbers = sorted(wanted)
    for start in range(0, len(numbers), _AT_ONCE):
        query = sa.select(Document).where(
            Document.office_id == document.office_id,
            Document.number_fold.in_(numbers[start : start + _AT_ONCE]),
            Document.id != document.id,
        )
        for found in session.scalars(query):
            by_number.setdefault(found.number_fold or "", []).append(found)
    named: dict[int, UUID] = {}
    for index, citation in enumerate(citations):
        fitting = [
            one
            for one in by_number.get(fold(citation.number or ""), ())
            if citation.issued_on in (None, one.issued_on) or one.issued_on is None
        ]
        if fitting:
            named[index] = max(fitting, key=lambda one: (one.withdrawn_at is None, one.id)).id
    return named
