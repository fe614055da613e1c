"""All tasks that a filter lets through, page by page, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy.orm import Session

from service.api.shapes import Task
from service.settings import Settings
from service.store import tasks
from service.store.database import Database
from service.store.tasks import Filter, Place

PAGE = 500


def pages(database: Database, wanted: Filter, settings: Settings) -> Iterator[list[Task]]:
    """Newest document first, in reading order; each page read by itself.

    A long export holds no transaction, so a slow reader hinders no writer. A task that is there throughout comes exactly
    once, for its place never changes; one that comes or goes meanwhile may be in it or not.
    """
    return _pages(database.reading, wanted, settings)


def at_once(session: Session, wanted: Filter, settings: Settings) -> list[Task]:
    """The tasks of one document, say: few enough to be read in one transaction."""
    return [task for page in _pages(lambda: nullcontext(session), wanted, settings) for task in page]


def _pages(
    opened: Callable[[], AbstractContextManager[Session]], wanted: Filter, settings: Settings
) -> Iterator[list[Task]]:
    after: Place | None = None
    while True:
        with opened() as session:
            rows = tasks.page(session, wanted, order="newest", after=after, limit=PAGE)
            page = [Task.of(row, settings) for row in rows]
            if rows:
                after = Place(rows[-1].document_id, rows[-1].position, rows[-1].id)
        if page:
            yield page
        if len(page) < PAGE:
            return
