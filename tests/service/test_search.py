"""Search on both databases: what is found, in what order, how it is counted, and how the index follows what people do."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import postgres
import pytest
import sqlalchemy as sa
from conftest import client_of, put, settings_for
from fastapi import FastAPI
from openpyxl import load_workbook
from starlette.testclient import TestClient

from extractor.record import (
    Assignment,
    Citation,
    Deadline,
    Directive,
    DirectiveRecord,
    Issuer,
    Page,
    Source,
    Span,
    Target,
    Task,
)
from service.access.actor import the_service
from service.client import Client
from service.house import House
from service.search import index, postings
from service.store import offices, records, tables
from service.store.database import Database
from service.store.tables import SearchDocument, SearchEntry, SearchState

Json = dict[str, Any]
TEAR = "Sở Lao động - Thương binh và Xã hội"


def record(
    number: str,
    text: str,
    *,
    issuer: str = "Ủy ban nhân dân thành phố Hải Phòng",
    issuer_id: str | None = None,
    kind: str = "chỉ thị",
    issued_on: date | None = date(2024, 1, 7),
    tasks: tuple[Task, ...] = (),
    targets: tuple[Target, ...] = (),
    citations: tuple[Citation, ...] = (),
) -> DirectiveRecord:
    """A directive whose pages are divided by form feeds."""
    pages = tuple(
        Page(number=n, reading="text", confidence=1, width=0, height=0, text=page)
        for n, page in enumerate(text.split("\f"), 1)
    )
    sha256 = hashlib.sha256((number + text).encode()).hexdigest()
    return DirectiveRecord(
        source=Source(file_name=f"{number}.txt", sha256=sha256, media_type="text/plain", pages=pages),
        directive=Directive(
            kind=kind, number=number, issuer=Issuer(name=issuer, agency_id=issuer_id, confidence=1), issued_on=issued_on
        ),
        tasks=tasks,
        targets=targets,
        citations=citations,
    )


def task(key: str, text: str, *who: tuple[str, str], due: date | None = None, page: int = 1) -> Task:
    return Task(
        id=key,
        path=("1",),
        title=text[:80],
        text=text,
        confidence=0.9,
        spans=(Span(page=page, start=0, end=len(text)),),
        assignments=tuple(
            Assignment(role=role, agency=agency, source="explicit", confidence=0.9)  # type: ignore[arg-type]
            for role, agency in who
        ),
        deadlines=(Deadline(kind="date", due=due, text="trước ngày"),) if due else (),
    )


AIR = record(
    "02/CT-UBND",
    "Số: 02/CT-UBND\nHải Phòng, ngày 07 tháng 01 năm 2024\nVề việc kiểm soát chất lượng không khí, phát triển kinh tế xanh"
    "\fSở Y tế chủ trì, phối hợp với Công an thành phố theo dõi chất lượng không khí; phòng cháy, chữa cháy rừng.",
    tasks=(
        task(
            "a1", "Sở Y tế chủ trì theo dõi chất lượng không khí.", ("lead", "Sở Y tế"), due=date(2025, 6, 30), page=2
        ),
        task("a2", "Công an thành phố kiểm tra khí thải.", ("lead", "Công an thành phố"), ("coordinate", "Sở Y tế")),
    ),
    targets=(
        Target(id="t1", task_id="a1", indicator="Tỷ lệ ngày không khí tốt", value="90", unit="%", text="đạt 90%"),
    ),
    citations=(
        Citation(kind="nghị quyết", number="36-NQ/TW", text="Nghị quyết số 36-NQ/TW ngày 22/10/2018", relation="basis"),
    ),
)
CELLS = record(
    "15/KH-SYT",
    "Kế hoạch nghiên cứu thần kinh tế bào tại quận Đống Đa, Hà Nội. Nhắc lại Chỉ thị số 02/CT-UBND.",
    issuer="Sở Y tế thành phố Hà Nội",
    kind="kế hoạch",
    issued_on=date(2025, 3, 1),
)
ROOMS = record(
    "9/TB-VP",
    "Thông báo bố trí hai phòng họp, bàn giao trong năm; xã, phường chuẩn bị.",
    issuer="Văn phòng Ủy ban nhân dân tỉnh Hải Dương",
    kind="thông báo",
    issued_on=date(2026, 2, 1),
    tasks=(task("r1", "Các xã bố trí hai phòng họp.", ("lead", TEAR), due=date(2020, 1, 1)),),
)
ALL = (AIR, CELLS, ROOMS)


@pytest.fixture(scope="module")
def shelf(house: House) -> Iterator[dict[str, str]]:
    """Ids of the three documents, by number; they are indexed."""
    ids = {str(one.directive.number): str(put(house, one)) for one in ALL}
    index.catch_up(house.database)
    yield ids


@pytest.fixture(scope="module")
def ask(client: TestClient, shelf: dict[str, str]) -> Callable[..., list[str]]:
    """The numbers of the documents of all hits, in order."""

    def find(q: str, what: str = "documents", **more: Any) -> list[str]:
        answer = client.get("/v1/search", params={"q": q, "what": what, "limit": 200} | more)
        assert answer.status_code == 200, answer.text
        return [item["document"]["number"] for item in answer.json()["items"]]

    return find


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("hai phong", ["9/TB-VP", "02/CT-UBND"]),  # neither has these accents: the newest first
        ("hải phòng", ["02/CT-UBND", "9/TB-VP"]),  # the exact one first
        ("hai phòng", ["9/TB-VP", "02/CT-UBND"]),
        ("HẢI PHÒNG", ["02/CT-UBND", "9/TB-VP"]),
        ("dong da", ["15/KH-SYT"]),
        ("Đống Đa", ["15/KH-SYT"]),
        ("kinh tế", ["02/CT-UBND"]),  # not "thần kinh | tế bào"
        ("kinh te", ["02/CT-UBND"]),
        ('"kinh tế"', ["15/KH-SYT", "02/CT-UBND"]),  # syllables in a row, whatever words they are of
        ('"phòng cháy chữa cháy"', ["02/CT-UBND"]),
        ('"chữa cháy phòng cháy"', []),
        ("phong chay", ["02/CT-UBND"]),
        ("không khí hải phòng", ["02/CT-UBND"]),  # on different pages of one document
        ("hai phong -không", ["9/TB-VP"]),
        ('-"hai phong"', ["15/KH-SYT"]),
        ("ngh*", ["15/KH-SYT"]),
        ("(rừng OR quận) -hà", ["02/CT-UBND"]),
        ("rừng | quận", ["15/KH-SYT", "02/CT-UBND"]),
        ("rừng HOẶC quận", ["15/KH-SYT", "02/CT-UBND"]),
        ("02/CT-UBND", ["15/KH-SYT", "02/CT-UBND"]),
        ("2/ct-ubnd", ["15/KH-SYT", "02/CT-UBND"]),
        ("02 ct ubnd", ["15/KH-SYT", "02/CT-UBND"]),
        ("chi thi 02", ["15/KH-SYT", "02/CT-UBND"]),
        ("chỉ thị số 2", ["15/KH-SYT", "02/CT-UBND"]),
        ("số:02/CT-UBND", ["02/CT-UBND"]),
        ("number:15", ["15/KH-SYT"]),
        ('cơ-quan:"Sở Y tế"', ["02/CT-UBND"]),
        ('coquan:"so y te" vaitro:lead', ["02/CT-UBND"]),
        ('agency:"công an" role:coordinate', []),
        ("hạn:<2021", ["9/TB-VP"]),
        ("due:2025", ["02/CT-UBND"]),
        ("hạn:01/2025..6/2025", ["02/CT-UBND"]),
        ("hạn:không", ["15/KH-SYT"]),
        ("hạn:quá-hạn", ["9/TB-VP", "02/CT-UBND"]),
        ("loại:kế-hoạch", ["15/KH-SYT"]),
        ("kind:CT", ["02/CT-UBND"]),
        ("năm:2024..2025", ["15/KH-SYT", "02/CT-UBND"]),
        ("năm:>=2026", ["9/TB-VP"]),
        ('tỉnh:"Hải Phòng"', ["02/CT-UBND"]),
        ('tỉnh-nay:"hai phong"', ["9/TB-VP", "02/CT-UBND"]),  # Hải Dương is part of it since 1 July 2025
        ('nơi-ban-hành:"Sở Y tế"', ["15/KH-SYT"]),
        ('issuer:="Sở Y tế"', []),
        ("có-chỉ-tiêu:có", ["02/CT-UBND"]),
        ("lĩnh-vực:y-tế", []),
        ("hiệu-lực:có", ["9/TB-VP", "15/KH-SYT", "02/CT-UBND"]),
        ("", ["9/TB-VP", "15/KH-SYT", "02/CT-UBND"]),
        ("khongcogica", []),
    ],
)
def test_what_is_found(ask: Callable[..., list[str]], query: str, numbers: list[str]) -> None:
    assert ask(query) == numbers


@pytest.mark.parametrize(
    ("query", "what", "count"),
    [
        ("không khí", "pages", 2),
        ("không khí", "tasks", 1),
        ("không khí", "targets", 1),
        ("36-NQ/TW", "citations", 1),
        ("nghi quyet", "citations", 1),
        ('cơ-quan:"Sở Y tế"', "tasks", 2),
        ('cơ-quan:"Sở Y tế" vai-trò:chủ-trì', "tasks", 1),
        ("vai-trò:phối-hợp", "tasks", 1),
        ('cơ-quan:"Sở Y tế" vai-trò:chủ-trì', "targets", 1),
        ("hạn:quá-hạn", "tasks", 2),
        ("02/CT-UBND", "tasks", 2),  # its own
    ],
)
def test_what_is_looked_through(ask: Callable[..., list[str]], query: str, what: str, count: int) -> None:
    assert len(ask(query, what)) == count


def test_misread_letters_are_forgiven_when_asked(ask: Callable[..., list[str]]) -> None:
    assert ask("nghien cuu thaan") == []
    assert ask("khônq khí") == []
    assert ask("khonq khi", tolerant=True) == ["02/CT-UBND"]
    assert ask('"thân kính"', tolerant=True) == ["15/KH-SYT"]


@pytest.mark.parametrize(
    ("query", "code", "start", "end"),
    [
        ('phòng "cháy', "unclosed-quote", 6, 11),
        ("(phòng", "unclosed-bracket", 0, 6),
        ("phòng)", "unopened-bracket", 5, 6),
        ("phòng OR", "dangling-or", 6, 8),
        ("OR phòng", "dangling-or", 0, 2),
        ("p*", "short-prefix", 0, 2),
        ("màu:xanh", "unknown-field", 0, 3),
        ("hạn:mai", "bad-value", 4, 7),
        ("hạn:", "bad-value", 4, 4),
        ("hạn:2025..2024", "bad-value", 4, 14),
        ("vai-trò:vua", "bad-value", 8, 11),
        ("loại:thơ", "bad-value", 5, 8),
        ("a " * 100, "too-many-parts", 120, 121),
    ],
)
def test_broken_queries_say_where(client: TestClient, query: str, code: str, start: int, end: int) -> None:
    answer = client.get("/v1/search", params={"q": query})
    assert answer.status_code == 422 and answer.json()["code"] == "bad-query"
    [error] = answer.json()["errors"]
    assert (error["code"], error["start"], error["end"]) == (code, start, end)
    assert error["message"] and error["message_en"] and answer.json()["detail"] == error["message"]


@pytest.mark.parametrize(
    "query", ['a" OR terms:*', "'; DROP TABLE x", "NEAR(a b)", "a & !b | <-> c:*", "{a} : b^2", "-OR", "- -", "*"]
)
def test_no_text_of_a_user_reaches_the_index(client: TestClient, shelf: dict[str, str], query: str) -> None:
    assert client.get("/v1/search", params={"q": query}).status_code in (200, 422)


def test_a_hit_says_where_it_stands(client: TestClient, shelf: dict[str, str]) -> None:
    answer = client.get("/v1/search", params={"q": "phòng cháy", "what": "pages", "facets": True}).json()
    [hit] = answer["items"]
    assert (hit["page"], hit["exact"], hit["what"]) == (2, True, "pages")
    text, marks = hit["snippet"]["text"], hit["snippet"]["marks"]
    assert [text[a:b] for a, b in marks] == ["phòng cháy"]
    place = AIR.source.pages[1].text.index("phòng cháy")
    assert hit["address"] == f"/documents/{shelf['02/CT-UBND']}/pages/2?at={place}-{place + 10}"
    assert answer["count"] == 1 and answer["count_is_exact"]
    [task_] = client.get("/v1/search", params={"q": "theo dõi", "what": "tasks"}).json()["items"]
    assert client.get(f"/v1/tasks/{task_['unit']}").json()["key"] == "a1"
    assert task_["address"].endswith(f"/pages/2?at=0-{len(AIR.tasks[0].text)}")


def test_facets_count_and_narrow(client: TestClient, shelf: dict[str, str]) -> None:
    for what in ("pages", "tasks", "documents"):
        found = client.get("/v1/search", params={"what": what, "facets": True, "limit": 200}).json()
        assert found["facets"]
        for facet, values in found["facets"].items():
            for value in values:
                narrowed = client.get("/v1/search", params={"what": what, "q": value["query"], "limit": 200}).json()
                assert len(narrowed["items"]) == value["count"], (what, facet, value)
    found = client.get("/v1/search", params={"what": "tasks", "facets": True}).json()["facets"]
    counts = {facet: {value["value"]: value["count"] for value in values} for facet, values in found.items()}
    assert counts["agency"] == {"Sở Y tế": 2, "Công an thành phố": 1, TEAR: 1}
    assert counts["role"] == {"lead": 3, "coordinate": 1}
    assert counts["due"] == {"yes": 2, "no": 1, "overdue": 2}
    assert counts["targets"] == {"yes": 1, "no": 2}
    assert counts["year"] == {"2026": 1, "2024": 2}
    assert counts["province"] == {"tp-hai-phong": 2, "tinh-hai-duong": 1}
    assert counts["province_today"] == {"tp-hai-phong": 3}


def test_pages_of_hits_hold_all_of_them_once(client: TestClient, shelf: dict[str, str]) -> None:
    whole = client.get("/v1/search", params={"q": "hai OR khi", "what": "pages", "limit": 200}).json()["items"]
    walked, cursor = [], None
    while True:
        query = {"q": "hai OR khi", "what": "pages", "limit": 1} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/search", params=query).json()
        walked += page["items"]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(walked) > 2 and walked == whole
    assert client.get("/v1/search", params={"q": "khác", "cursor": "abc"}).json()["code"] == "bad-cursor"


def test_an_office_finds_its_own(house: House, app: FastAPI, shelf: dict[str, str]) -> None:
    with house.database.writing() as session:
        other = offices.add(session, the_service("tests"), "Văn phòng khác").id
    theirs = record("77/CT-UBND", "Không khí của văn phòng khác")
    put(house, theirs, other)
    index.catch_up(house.database)
    client = client_of(house, app, ["read"], other)
    found = client.get("/v1/search", params={"q": "không khí", "what": "documents", "facets": True}).json()
    assert [item["document"]["number"] for item in found["items"]] == ["77/CT-UBND"]
    assert [value["count"] for value in found["facets"]["issuer"]] == [1]
    with house.database.reading() as session:
        mine = offices.default(session).id
    numbers = {
        item["document"]["number"]
        for item in client_of(house, app, ["read"], mine)
        .get("/v1/search", params={"what": "documents"})
        .json()["items"]
    }
    assert "77/CT-UBND" not in numbers and "02/CT-UBND" in numbers
    assert client_of(house, app, ["feed"], mine).get("/v1/search").status_code == 403


def test_files_hold_what_was_found(client: TestClient, shelf: dict[str, str]) -> None:
    query = {"q": "hải phòng", "what": "pages"}
    lines = [json.loads(line) for line in client.get("/v1/exports/search.jsonl", params=query).text.splitlines()]
    shown = client.get("/v1/search", params=query).json()["items"]
    assert [(line["document_id"], line["unit"]) for line in lines] == [
        (item["document"]["id"], item["unit"]) for item in shown
    ]
    first, hit = lines[0], shown[0]
    assert first["text"] == AIR.source.pages[0].text
    assert first["permalink"] == "http://127.0.0.1" + hit["address"]
    assert first["citation"].startswith("Chỉ thị số 02/CT-UBND") and first["citation"].endswith("tr. 1")
    assert (first["exact"], first["reviewed"], first["withdrawn"], first["pipeline_version"]) == (
        True,
        False,
        False,
        "1",
    )
    rows = list(csv.reader(io.StringIO(client.get("/v1/exports/search.csv", params=query).text.removeprefix("\ufeff"))))
    book = load_workbook(io.BytesIO(client.get("/v1/exports/search.xlsx", params=query).content))
    assert len(rows) == book.active.max_row == len(shown) + 1  # type: ignore[union-attr]
    assert dict(zip(rows[0], rows[1], strict=True))["Văn bản"] == "02/CT-UBND"
    assert client.get("/v1/exports/search.csv", params={"q": "("}).json()["code"] == "bad-query"


def _entries(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        query = sa.select(SearchEntry.what, SearchEntry.unit, SearchEntry.body).order_by(
            SearchEntry.what, SearchEntry.unit
        )
        return [tuple(row) for row in session.execute(query)]  # type: ignore[misc]


def _words(database: Database, kind: Any, term: str) -> int:
    with database.reading() as session:
        return len(postings.having(session, kind, term))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[House]:
    """A house of the test's own, for what it does to the index."""
    opened = House.open(settings_for(tmp_path / "data"), work=False)
    yield opened
    opened.close()


def test_the_newest_version_takes_the_place_of_the_old(house: House, ask: Callable[..., list[str]]) -> None:
    document = put(
        house, record("31/CT-UBND", "Chỉ thị về xoài", tasks=(task("x", "Trồng xoài.", ("lead", "Sở Xoài")),))
    )
    index.catch_up(house.database)
    assert ask("xoài") == ["31/CT-UBND"] and ask("xoài", "tasks") == ["31/CT-UBND"]
    again = record("31/CT-UBND", "Chỉ thị về ổi", tasks=(task("x", "Trồng ổi.", ("lead", "Sở Ổi")),))
    with house.database.writing() as session:
        row = session.get_one(tables.Document, document)
        records.correct(session, row, again, the_service("tests"))
    index.catch_up(house.database)
    assert ask("xoài") == [] and ask("xoài", "tasks") == [] and _words(house.database, "page", "xoai") == 0
    assert ask("ổi", "tasks") == ["31/CT-UBND"] and ask('cơ-quan:"Sở Xoài"', "tasks") == []
    with house.database.writing() as session:
        row = session.get_one(tables.Document, document)
        records.approve(session, row, the_service("tests"))
        records.withdraw(session, row, the_service("tests"), "thu hồi")
    index.catch_up(house.database)
    assert ask("ổi hiệu-lực:không") == ["31/CT-UBND"] and ask("ổi hiệu-lực:có") == []


def test_a_beginning_finds_what_only_a_task_says(house: House, ask: Callable[..., list[str]]) -> None:
    put(house, record("32/CT-UBND", "Chỉ thị về cây", tasks=(task("x", "Rà soát khoằm khoặm.", ("lead", "Sở Xoài")),)))
    index.catch_up(house.database)
    assert ask("khoam*") == [] and ask("khoamx*", "tasks") == []
    assert ask("khoam*", "tasks") == ["32/CT-UBND"]


def test_it_is_built_anew_with_the_same_hits(house: House, ask: Callable[..., list[str]]) -> None:
    before, entries_before = ask("hải phòng"), _entries(house.database)
    assert index.rebuild(house.database) >= 3
    assert _entries(house.database) == entries_before
    assert ask("hải phòng") == before, "processes that remember the old index learn of the new one"


def test_two_followers_do_the_work_once(house: House, shelf: dict[str, str]) -> None:
    put(house, record("32/CT-UBND", "Hai người cùng lập chỉ mục"))
    threads = [threading.Thread(target=index.catch_up, args=(house.database,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _words(house.database, "page", "=nguời") == 0 and _words(house.database, "page", "=người") == 1
    with house.database.reading() as session:
        assert session.get_one(SearchState, 1).position == session.scalar(sa.select(sa.func.max(tables.Event.seq)))


def test_broken_off_anywhere_it_goes_on(house: House, monkeypatch: pytest.MonkeyPatch, shelf: dict[str, str]) -> None:
    """What is written of a document is written with the position or not at all."""
    put(house, record("33/CT-UBND", "Bị ngắt giữa chừng"))
    put(house, record("34/CT-UBND", "Bị ngắt giữa chừng lần nữa"))
    real = index._count

    def cut(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(index, "_count", cut)
    with pytest.raises(KeyboardInterrupt):
        index.catch_up(house.database)
    assert _words(house.database, "page", "ngat") == 0
    monkeypatch.setattr(index, "_count", real)
    index.catch_up(house.database)
    assert _words(house.database, "page", "ngat") == 2
    with house.database.reading() as session:
        indexed = session.scalar(sa.select(sa.func.count()).select_from(SearchDocument))
        entries = session.scalar(sa.select(sa.func.count()).select_from(SearchEntry))
        assert entries == session.scalar(sa.select(sa.func.sum(SearchDocument.size)))
        assert indexed == session.scalar(sa.select(sa.func.count()).select_from(tables.Document))


# Imports once, then indexes in a fork at each line, and says so: what is killed is at its work.
_NURSERY = """
import os, sys
from service.search import analysis, index
from service.store.database import Database
analysis.held("nạp từ vựng")
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
        index.catch_up(Database(sys.argv[1]))
        os._exit(0)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_again_and_again_the_index_is_what_it_would_have_been(tmp_path: Path, kind: str) -> None:
    url = "" if kind == "sqlite" else postgres.fresh("killed-index")
    house = House.open(settings_for(tmp_path / "data", database_url=url), work=False)
    chance = random.Random(20261127)
    command = [sys.executable, "-c", _NURSERY, house.settings.url]
    nursery = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert nursery.stdin and nursery.stdout
    try:
        killed = 0
        for number in range(30):
            put(
                house, record(f"{number}/CT-UBND", f"Phòng cháy rừng đợt {number}. " + "Sở Y tế báo cáo kết quả. " * 20)
            )
            if number % 5:
                continue
            nursery.stdin.write("go\n")
            nursery.stdin.flush()
            pid = int(nursery.stdout.readline())
            time.sleep(chance.uniform(0, 0.25))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
            assert nursery.stdout.readline() == "gone\n"
        assert killed > 3
        index.catch_up(house.database)
        found = _entries(house.database), *(_words(house.database, "page", term) for term in ("chay_rung", "=cháy"))
        with house.database.reading() as session:
            uses = {row.term: row.uses for row in session.scalars(sa.select(tables.SearchTerm))}
        assert found[1:] == (30, 30)
        assert index.rebuild(house.database) == 30
        assert found == (
            _entries(house.database),
            *(_words(house.database, "page", term) for term in ("chay_rung", "=cháy")),
        )
        with house.database.reading() as session:
            assert uses == {row.term: row.uses for row in session.scalars(sa.select(tables.SearchTerm))}
    finally:
        nursery.kill()
        nursery.wait()
        house.close()


def test_a_long_text_is_found_by_syllables_first(house: House, ask: Callable[..., list[str]]) -> None:
    put(
        house,
        record(
            "35/CT-UBND",
            "Nuôi ong lấy mật. Kế hoạch nghiên cứu thần kinh tế bào tại quận Đống Đa.\n"
            + "câu dài " * (index.AT_ONCE // 8),
        ),
    )
    index.catch_up(house.database)
    assert ask("nuôi ong") == ["35/CT-UBND"]
    assert ask("kinh tế ong") == ["35/CT-UBND"], "words are not told yet"
    assert index.refine(house.database)
    assert ask("nuôi ong") == ["35/CT-UBND"]
    assert ask("kinh tế ong") == []
    assert not index.refine(house.database)


def test_the_follower_finds_an_approval(own: House) -> None:
    follower = index.Follower(own)
    follower.start()
    try:
        document = put(own, AIR)
        with own.database.writing() as session:
            records.approve(session, session.get_one(tables.Document, document), the_service("tests"))
        until = time.monotonic() + 30
        while time.monotonic() < until and not _words(own.database, "task", "khong_khi"):
            time.sleep(0.02)
        assert _words(own.database, "task", "khong_khi") == 1
    finally:
        follower.stop()


def test_the_client_searches(house: House, client: TestClient, shelf: dict[str, str], tmp_path: Path) -> None:
    service = Client("http://127.0.0.1", "x")
    service._http = client  # type: ignore[assignment]
    assert next(service.search("hải phòng", what="documents")).document.number == "02/CT-UBND"
    found = service.found('cơ-quan:"Sở Y tế"', what="tasks")
    assert found.count == 2 and found.facets and found.facets["role"]
    service.export_found(tmp_path / "a.csv", "hải phòng", what="documents")
    assert "02/CT-UBND" in (tmp_path / "a.csv").read_text("utf-8-sig")
