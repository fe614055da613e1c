"""What many texts say is brought to memory before anybody asks: at the start, and when the index was built anew."""

from __future__ import annotations

import threading

import structlog

from service.beside import Beside
from service.patience import passing
from service.search import postings
from service.search.postings import Kind
from service.search.remembered import Question
from service.search.shelves import Shelves
from service.store.database import Database

OFTEN = 5000  # uses of a term that is brought: of fewer entries the database tells in a few milliseconds
KINDS: tuple[Kind, ...] = ("task", "page")  # what people search; of targets and citations there are few
_LOOK_EVERY = 60.0  # seconds

log = structlog.get_logger()


class Bringer(Beside):
    """Brings them, in a thread."""

    name = "search-terms"

    def _go_on(self) -> None:
        while not self._stopping.is_set():
            try:
                bring(self._house.database, self._house.shelves, self._stopping)
            except Exception as error:
                if not passing(error):
                    log.exception("terms are not brought")
            self._stopping.wait(_LOOK_EVERY)


def bring(database: Database, shelves: Shelves, stopping: threading.Event | None = None) -> int:
    """Remember the terms that are used most, as far as there is room; how many were brought.

    Searches go on meanwhile: the shelves are locked only to put in what was fetched.
    """
    with database.reading() as session, shelves.lock:
        shelves.refresh(session)
        often = sorted((uses, term) for term, uses in shelves.uses.items() if uses >= OFTEN)
    brought = 0
    for _, term in reversed(often):
        for kind in KINDS:
            if stopping and stopping.is_set():
                return brought
            with shelves.lock:
                if shelves.remembered.full:
                    return brought
                if Question(kind, (term,)) in shelves.remembered:
                    continue
                epoch, newest = shelves.epoch, shelves.size - 1
            with database.reading() as session:
                found = postings.having(session, kind, term)
            with shelves.lock:
                if shelves.epoch == epoch:
                    shelves.learn(Question(kind, (term,)), found, newest)
                    brought += 1
    return brought
