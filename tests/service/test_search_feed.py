"""The feed of a search: what came last first, each document once, to programs that have nothing but an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from xml.etree import ElementTree as etree

import pytest
import sqlalchemy as sa
from conftest import client_of, put
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.access.actor import the_service
from service.house import House
from service.search import index
from service.store import offices, records, tables
from service.store.ids import new_id
from tests.service.fakes import directive

ATOM = "{http://www.w3.org/2005/Atom}"


def _put(house: House, office: UUID, number: str, text: str) -> UUID:
    document = put(house, directive(text, number=number, lead="Sở Y tế"), office)
    index.catch_up(house.database)
    return document


def _entries(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)
    assert root.tag == f"{ATOM}feed" and root.findtext(f"{ATOM}updated") and root.findtext(f"{ATOM}id")
    return [
        {part: str(entry.findtext(f"{ATOM}{part}")) for part in ("id", "title", "updated", "summary")}
        | {"link": str(entry.find(f"{ATOM}link").get("href"))}  # type: ignore[union-attr]
        for entry in root.iter(f"{ATOM}entry")
    ]


@pytest.fixture
def office(house: House) -> UUID:
    with house.database.writing() as session:
        return offices.add(session, the_service("tests"), f"Văn phòng {new_id().hex}").id


@pytest.fixture
def reader(house: House, app: FastAPI, office: UUID) -> TestClient:
    return client_of(house, app, {"search"}, office)


def test_what_came_last_is_first_and_each_document_is_there_once(
    house: House, office: UUID, reader: TestClient
) -> None:
    first = _put(house, office, "01/CT-UBND", "Phòng cháy rừng. Phòng cháy nhà ở.")
    second = _put(house, office, "02/CT-UBND", "Phòng cháy chợ <b>& kho</b>")
    _put(house, office, "03/CT-UBND", "Đê điều")
    answer = reader.get("/v1/search.atom", params={"q": "phong chay", "what": "pages"})
    assert answer.headers["content-type"].startswith("application/atom+xml")
    entries = _entries(answer)
    assert [entry["id"] for entry in entries] == [f"urn:uuid:{second}", f"urn:uuid:{first}"]
    assert "số 02/CT-UBND" in entries[0]["title"] and "<b>& kho</b>" in entries[0]["summary"]
    assert entries[0]["link"].startswith(f"http://127.0.0.1/documents/{second}/pages/1?at=")
    assert [entry["id"] for entry in _entries(reader.get("/v1/search.atom", params={"what": "tasks"}))][1:] == [
        f"urn:uuid:{second}",
        f"urn:uuid:{first}",
    ]
    assert _entries(reader.get("/v1/search.atom", params={"q": "khongcogica"})) == []


def test_a_correction_or_approval_is_no_news(house: House, office: UUID, reader: TestClient) -> None:
    document = _put(house, office, "04/CT-UBND", "Phòng bão")
    before = reader.get("/v1/search.atom", params={"q": "bão"})
    tag = before.headers["etag"]
    with house.database.writing() as session:
        records.approve(session, session.get_one(tables.Document, document), the_service("tests"))
    index.catch_up(house.database)
    again = reader.get("/v1/search.atom", params={"q": "bão"}, headers={"If-None-Match": tag})
    assert again.status_code == 304
    _put(house, office, "05/CT-UBND", "Phòng bão, lũ")
    assert len(_entries(reader.get("/v1/search.atom", params={"q": "bão"}, headers={"If-None-Match": tag}))) == 2


def test_a_feed_reader_has_nothing_but_an_address(
    house: House, app: FastAPI, office: UUID, stranger: TestClient
) -> None:
    _put(house, office, "06/CT-UBND", "Phòng dịch")
    made = client_of(house, app, {"search", "read"}, office).post("/v1/search/links")
    secret = made.json()["secret"]
    assert made.status_code == 201 and made.json()["token"]["scopes"] == ["search"]
    address = {"q": "dịch", "token": secret}
    answer = stranger.get("/v1/search.atom", params=address)
    assert len(_entries(answer)) == 1 and secret not in answer.text
    assert stranger.get("/v1/search", params=address).status_code == 401
    assert stranger.get("/v1/calendar.ics", params={"token": secret}).json()["code"] == "subscription-token-only"
    lacking = stranger.get("/v1/search.atom")
    assert lacking.status_code == 401 and lacking.headers["www-authenticate"].startswith('Basic realm="search"')
    with house.database.reading() as session:
        told = sa.select(tables.Audit).where(tables.Audit.action == "search.feed", tables.Audit.office_id == office)
        assert [entry.after for entry in session.scalars(told)] == [
            {"q": "dịch", "what": "pages", "tolerant": False, "rows": 1}
        ]


def test_other_offices_are_not_told(house: House, app: FastAPI, office: UUID, reader: TestClient) -> None:
    _put(house, office, "07/CT-UBND", "Phòng hạn")
    with house.database.writing() as session:
        elsewhere = offices.add(session, the_service("tests"), f"Nơi khác {new_id().hex}").id
    assert _entries(client_of(house, app, {"search"}, elsewhere).get("/v1/search.atom", params={"q": "hạn"})) == []
    assert len(_entries(reader.get("/v1/search.atom", params={"q": '"phòng hạn"'}))) == 1


def test_a_wrong_question_says_why(reader: TestClient) -> None:
    answer = reader.get("/v1/search.atom", params={"q": "hạn:mai"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-query")
