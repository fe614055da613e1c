"""The rooms of the data folder whose files are known by their SHA-256, and the columns that name them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.settings import Settings
from service.store.blobs import Blobs
from service.store.tables import Document, Page, PageWords

ROOMS: dict[str, tuple[InstrumentedAttribute[Any], ...]] = {
    "originals": (Document.sha256,),
    "images": (Page.sha256,),
    "readings": (Document.reading, PageWords.sha256),
}


def named(session: Session, room: str) -> set[str]:
    """The files of a room that rows name."""
    return {sha256 for column in ROOMS[room] for sha256 in session.scalars(sa.select(column).distinct()) if sha256}


def blobs(settings: Settings, room: str) -> Blobs:
    return Blobs(settings.data / room)
