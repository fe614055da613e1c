"""The order of hits over many documents: accents first, page by page, however few are looked at, and whatever is remembered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import postgres
import pytest
from conftest import put, settings_for
from test_search import record, task

from service.house import House
from service.search import bringer, index, postings, search
from service.search.search import Asked, Place, Search, What

SAID = ("hải phòng", "hai phòng", "hải phóng", "Hải Phòng", "HẢI PHÒNG", "hai phong")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Sixty documents, some of one day, that write a name in several ways on pages and in tasks."""
    url = "" if request.param == "sqlite" else postgres.fresh("order")
    house = House.open(settings_for(tmp_path_factory.mktemp("order"), database_url=url), work=False)
    chance = random.Random(7)
    for n in range(60):
        said = chance.choice(SAID)
        pages = [f"Trang {k} của {chance.choice(SAID) if chance.random() < 0.5 else 'tỉnh'}" for k in range(3)]
        tasks = tuple(
            task(f"t{n}-{k}", f"Kiểm tra tại {said}, khu vực {k}.", ("lead", "Sở Y tế"))
            for k in range(chance.randrange(3))
        )
        text = "\f".join(pages)
        put(
            house,
            record(f"{n}/CT-UBND", text, issued_on=date(2024, 1, 1) + timedelta(chance.randrange(9)), tasks=tasks),
        )
    index.catch_up(house.database)
    yield house
    house.close()


def turned(house: House, text: str, what: What, limit: int) -> list[tuple[int, bool]]:
    """Entry and exactness of all hits, read page by page."""
    told, after = [], None
    while True:
        with house.database.reading() as session, house.shelves.lock:
            house.shelves.refresh(session)
            found = Search(session, house.shelves, Asked(text, what)).page(after, limit)
        told += [(hit.entry, hit.exact) for hit in found.hits]
        if not found.more:
            return told
        after = found.hits[-1].place


@pytest.mark.parametrize("what", ["pages", "tasks", "documents"])
@pytest.mark.parametrize(
    "text", ["hải phòng", "hai phong", '"hải phòng"', "hải phóng OR tỉnh", "-hải", "hải* kiểm", "trang"]
)
def test_pages_of_any_length_are_one_list(full: House, monkeypatch: pytest.MonkeyPatch, text: str, what: What) -> None:
    whole = turned(full, text, what, 500)
    assert len({entry for entry, _ in whole}) == len(whole)
    assert [exact for _, exact in whole] == sorted((exact for _, exact in whole), reverse=True)
    monkeypatch.setattr(search, "_FEW", 2)
    for limit in (1, 4, 7):
        assert turned(full, text, what, limit) == whole
    monkeypatch.setattr(search, "_TEXTS", 5)
    assert turned(full, text, what, 4) == whole


@pytest.mark.parametrize("what", ["pages", "documents"])
def test_accents_of_few_are_told_as_those_of_all(full: House, monkeypatch: pytest.MonkeyPatch, what: What) -> None:
    """That only few are looked at is seen by the terms that are asked for: the accented ones are not."""
    asked: list[str] = []
    real = postings.having

    def having(session: object, kind: str, *terms: str, **more: object) -> object:
        asked.extend(terms)
        return real(session, kind, *terms, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(postings, "having", having)
    whole = turned(full, "hải phòng", what, 500)
    exact = sum(same for _, same in whole)
    assert 10 < exact < len(whole)
    for few, all_of_them in ((2, False), (1000, False), (2, True)):
        monkeypatch.setattr(search, "_FEW", few)
        full.shelves.clear()
        asked.clear()
        with full.database.reading() as session, full.shelves.lock:
            full.shelves.refresh(session)
            # None of the newest is written so, so all have to be asked for.
            text = "hài phong" if all_of_them else "hải phòng"
            page = Search(session, full.shelves, Asked(text, what)).page(None, 4)
        assert any(term.startswith("=") for term in asked) == all_of_them
        if not all_of_them:
            assert [(hit.entry, hit.exact) for hit in page.hits] == whole[:4]


@pytest.mark.parametrize("what", ["pages", "tasks", "documents"])
def test_what_was_brought_is_not_fetched(full: House, monkeypatch: pytest.MonkeyPatch, what: What) -> None:
    queries = ["hải phòng", "hai phong tỉnh", "tra*", "phòng -tỉnh", "kiểm OR trang", '"hải phòng"']
    before = {text: turned(full, text, what, 9) for text in queries}
    monkeypatch.setattr(bringer, "OFTEN", 1)
    full.shelves.clear()
    assert bringer.bring(full.database, full.shelves) > 20
    assert bringer.bring(full.database, full.shelves) == 0, "all of them are there"
    fetched: list[tuple[str, ...]] = []
    real = postings.having

    def having(session: object, kind: str, *terms: str, **more: object) -> object:
        fetched.append(terms)
        return real(session, kind, *terms, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(postings, "having", having)
    assert {text: turned(full, text, what, 9) for text in queries} == before
    assert not any(full.shelves.uses.get(term) for terms in fetched for term in terms)
    put(full, record(f"9{what}/CT-UBND", "Trang mới của hải phòng", tasks=(task("n", "Kiểm tra tại hải phòng."),)))
    index.catch_up(full.database)
    after = turned(full, "hải phòng", what, 9)
    assert len(after) == len(before["hải phòng"]) + 1
    assert {place for place, _ in before["hải phòng"]} < {place for place, _ in after}


def test_an_index_built_anew_forgets(full: House) -> None:
    before = turned(full, "hải phòng", "tasks", 9)
    index.rebuild(full.database)
    assert [exact for _, exact in turned(full, "hải phòng", "tasks", 9)] == [exact for _, exact in before]


def test_a_place_whose_document_is_gone_has_a_place(full: House) -> None:
    whole = turned(full, "hải phòng", "tasks", 500)
    with full.database.reading() as session, full.shelves.lock:
        first = Search(session, full.shelves, Asked("hải phòng", "tasks")).page(None, 1).hits[0].place
        gone = Place(first.exact, first.issued, type(first.document)(int=0), 3)
        rest = Search(session, full.shelves, Asked("hải phòng", "tasks")).page(gone, 500)
    assert 0 < len(rest.hits) <= len(whole)
