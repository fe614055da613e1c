"""Queries with judged answers, over the specimens and, where they are at hand, real texts, on both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import postgres
import pytest

from corpus.specimens import specimens
from extractor import extract
from extractor.record import DirectiveRecord
from service.access.actor import the_service
from service.search import index
from service.search.search import Asked, Search
from service.search.shelves import Shelves
from service.settings import Settings
from service.store import documents, offices, records
from service.store.database import Database
from service.store.migrate import migrate

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("DIRECTIVES_SHARED", ROOT.parent / "shared")) / "real" / "texts"


@dataclass(frozen=True)
class Query:
    text: str
    what: str
    answers: tuple[str, ...]


def _queries() -> list[Query]:
    lines = Path(__file__).with_name("search_queries.tsv").read_text("utf-8").splitlines()
    cells = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return [Query(text, what, tuple(answers.split(","))) for text, what, answers in cells]


QUERIES = _queries()


@cache
def _texts() -> dict[str, Path]:
    """The texts that queries are judged on, by name."""
    names = {answer for query in QUERIES for answer in query.answers}
    here = {specimen.name: specimen.text_path for specimen in specimens()}
    real = {f"/{path.stem}": path for path in REAL.glob("*.txt")}
    return {name: path for name, path in sorted((here | real).items()) if name in names}


@cache
def _read() -> dict[str, DirectiveRecord]:
    return {name: extract(path) for name, path in _texts().items()}


class Shelf:
    """A store of all texts, indexed."""

    def __init__(self, folder: Path, url: str) -> None:
        self.database = Database(Settings(data=folder, database_url=url).url)
        migrate(self.database)
        self.names: dict[object, str] = {}
        with self.database.writing() as session:
            office = offices.default(session).id
            for name, record in _read().items():
                document = documents.add(
                    session,
                    actor=the_service("tests"),
                    office=office,
                    sha256=record.source.sha256,
                    file_name=name,
                    media_type="text/plain",
                    size=1,
                )
                records.keep_reading(session, document, record, pipeline_version="1", job_id=None)
                self.names[document.id] = name
        index.catch_up(self.database, words=True)
        self._shelves = Shelves()

    def ask(self, query: Query, *, tolerant: bool = False) -> list[tuple[str, int]]:
        """Name of the document and place in it, of every hit in order."""
        with self.database.reading() as session:
            self._shelves.refresh(session)
            asked = Asked(query.text, query.what, None, tolerant)  # type: ignore[arg-type]
            found = Search(session, self._shelves, asked).page(None, 10_000)
        return [(self.names[hit.document], hit.place.position) for hit in found.hits]


@pytest.fixture(scope="module")
def shelves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shelf, Shelf]]:
    made = (
        Shelf(tmp_path_factory.mktemp("sqlite"), ""),
        Shelf(tmp_path_factory.mktemp("postgresql"), postgres.fresh("queries")),
    )
    yield made
    for shelf in made:
        shelf.database.close()


def test_there_are_two_hundred() -> None:
    assert len(QUERIES) >= 200 and len({(query.text, query.what) for query in QUERIES}) == len(QUERIES)


def test_every_judged_hit_is_found_on_both(shelves: tuple[Shelf, Shelf]) -> None:
    lost, different = [], []
    for query in QUERIES:
        wanted = [answer for answer in query.answers if answer in _texts()]
        if not wanted:
            continue  # a real text that is not here
        one, other = (shelf.ask(query) for shelf in shelves)
        if sorted(one) != sorted(other):
            different.append((query.text, one, other))
        found = {name for name, _ in one}
        lost += [(query.text, query.what, answer) for answer in wanted if answer not in found]
    assert not different, "\n".join(map(str, different))
    assert not lost, "\n".join(map(str, lost))


def test_tolerance_loses_nothing(shelves: tuple[Shelf, Shelf]) -> None:
    for query in QUERIES[::10]:
        exactly = set(shelves[0].ask(query))
        tolerantly = [set(shelf.ask(query, tolerant=True)) for shelf in shelves]
        assert exactly <= tolerantly[0], query.text
        assert {name for name, _ in tolerantly[0]} == {name for name, _ in tolerantly[1]}, query.text
