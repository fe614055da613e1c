"""What is kept of a reading, and the words of a page with their places."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor import load_reading
from extractor.reading import kept
from service.house import House
from service.store import pages
from service.store.tables import Document
from tests.service.conftest import Json, client_of

Upload = Callable[..., Any]
Ended = Callable[[Json], Json]


@pytest.fixture
def read(upload: Upload, ended: Ended) -> Callable[[str], str]:
    """The id of a document that was handed in and read."""

    def hand_in(text: str) -> str:
        answer = upload(text).json()
        assert ended(answer["job"])["state"] in ("succeeded", "partial")
        return str(answer["document"]["id"])

    return hand_in


@pytest.fixture
def again(client: TestClient, ended: Ended) -> Callable[[str], Json]:
    """Reads a document again; its job."""
    return lambda document: ended(client.post(f"/v1/documents/{document}/jobs").json()["job"])


def _reading(house: House, document: str) -> str | None:
    with house.database.reading() as session:
        return session.get_one(Document, UUID(document)).reading


def test_words_lie_where_the_text_of_the_record_has_them(client: TestClient, read: Callable[[str], str]) -> None:
    document = read("scanned=1;number=5/CT-UBND;trước ngày 30/6")
    answer = client.get(f"/v1/documents/{document}/pages/1/words")
    assert answer.status_code == 200
    page = answer.json()
    (recorded,) = client.get(f"/v1/documents/{document}/record").json()["source"]["pages"]
    assert {name: page[name] for name in ("width", "height", "text")} == {
        name: recorded[name] for name in ("width", "height", "text")
    }
    assert (page["page"], page["width"]) == (1, 595)
    assert [page["text"][start:end] for start, end, *_ in page["words"]] == page["text"].split()
    assert page["words"][1][2:] == [10, 20, 19, 30, 0.9]


def test_words_are_not_sent_twice(client: TestClient, read: Callable[[str], str]) -> None:
    path = f"/v1/documents/{read('scanned=1;etag=1')}/pages/1/words"
    first = client.get(path)
    assert "no-cache" in first.headers["cache-control"]
    for known in (first.headers["etag"], f"W/{first.headers['etag']}", "*"):
        unchanged = client.get(path, headers={"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_plain_text_has_no_places(client: TestClient, read: Callable[[str], str]) -> None:
    document = read("plain=1")
    page = client.get(f"/v1/documents/{document}/pages/1/words").json()
    assert page == {"page": 1, "width": 0, "height": 0, "text": "plain=1", "words": []}


def test_what_is_not_there(client: TestClient, house: House, app: FastAPI, read: Callable[[str], str]) -> None:
    document = read("scanned=1;absent=1")
    for path, code in (
        (f"{document}/pages/2/words", "not-found"),
        (f"{UUID(int=1)}/pages/1/words", "not-found"),
        (f"{document}/pages/1/words?version=9", "no-record"),
    ):
        answer = client.get(f"/v1/documents/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert client.get(f"/v1/documents/{document}/pages/0/words").status_code == 422
    uploader = client_of(house, app, ["upload"])
    assert uploader.get(f"/v1/documents/{document}/pages/1/words").status_code == 403


def test_reading_again_takes_the_words_that_are_there(
    client: TestClient, house: House, tmp_path: Path, read: Callable[[str], str], again: Callable[[str], Json]
) -> None:
    trace = tmp_path / "trace"
    document = read(f"scanned=1;trace={trace};number=8/CT-UBND")
    first = _reading(house, document)
    job = again(document)
    assert (job["state"], job["page"], job["pages"]) == ("succeeded", 2, 2)
    assert len(trace.read_text().split()) == 1, "the pages were not read again"
    shown = client.get(f"/v1/documents/{document}").json()
    assert (shown["version"], shown["number"]) == (1, "8/CT-UBND"), "it says the same"
    assert _reading(house, document) == first
    assert client.get(f"/v1/documents/{document}/pages/1/words").json()["words"]
    assert first
    file = load_reading(house.readings.get(first))
    assert file and file.pages[0].text and file.file_name == "chỉ thị.txt"


@pytest.mark.parametrize("how", ["lost", "damaged", "older"])
def test_a_reading_that_is_no_use_is_made_again(
    how: str, house: House, tmp_path: Path, read: Callable[[str], str], again: Callable[[str], Json]
) -> None:
    trace = tmp_path / "trace"
    document = read(f"scanned=1;how={how};trace={trace}")
    first = _reading(house, document)
    assert first
    whole = house.readings.get(first)
    house.readings.delete(first)
    if how == "damaged":
        house.readings.path(first).write_bytes(whole[:-9])
    if how == "older":
        older = whole.replace(f" {kept.READING_VERSION}\n".encode(), f" {kept.READING_VERSION - 1}\n".encode(), 1)
        with house.database.writing() as session:
            session.get_one(Document, UUID(document)).reading = house.readings.put(older)
    assert again(document)["state"] == "succeeded"
    assert len(trace.read_text().split()) == 2
    made = _reading(house, document)
    assert made == first
    if how != "damaged":  # bytes under the right name are taken for right: `directives check` tells of them
        assert house.readings.get(first) == whole


def test_kept_words_of_many_documents_are_understood_by_few_processes(
    tmp_path: Path, read: Callable[[str], str], again: Callable[[str], Json]
) -> None:
    trace = tmp_path / "trace"
    documents = [read(f"scanned=1;mind={trace};number={n}/CT-UBND") for n in range(1, 6)]
    first = trace.read_text().split()
    assert len(set(first)) == 5, "a process for each document that somebody sent"
    assert {again(document)["state"] for document in documents} == {"succeeded"}
    then = trace.read_text().split()[5:]
    assert len(then) == 5 and len(set(then)) == 1 and not set(then) & set(first)


def test_a_reader_of_many_that_dies_takes_one_document_with_it(
    client: TestClient, tmp_path: Path, read: Callable[[str], str], ended: Callable[[Json], Json]
) -> None:
    trace, stone = tmp_path / "trace", tmp_path / "stone"
    texts = [f"scanned=1;mind={trace};number={n}/CT-UBND" for n in range(1, 5)]
    documents = [read(text + (f";stumble={stone}" if n == 2 else "")) for n, text in enumerate(texts)]
    stone.touch()
    jobs = [client.post(f"/v1/documents/{document}/jobs").json()["job"] for document in documents]
    after = [ended(job) for job in jobs]
    assert [job["state"] for job in after] == ["succeeded"] * 4
    assert [job["attempts"] for job in after] == [1, 1, 2, 1]


def test_a_reading_that_lacks_pages_is_not_kept(
    house: House, tmp_path: Path, read: Callable[[str], str], again: Callable[[str], Json]
) -> None:
    trace = tmp_path / "trace"
    document = read(f"scanned=1;partial=1;trace={trace}")
    assert _reading(house, document) is None
    assert again(document)["state"] == "partial"
    assert len(trace.read_text().split()) == 2, "another time the page may be read"


def test_words_stay_with_the_text_that_they_are_of(
    client: TestClient, house: House, read: Callable[[str], str]
) -> None:
    """A newer pipeline that lays a page out otherwise does not move the words of the version in force."""
    document = read("scanned=1;layout=1")
    before = client.get(f"/v1/documents/{document}/pages/1/words").json()
    text = "scanned=1 layout=1 otherwise"
    placed = [[0, 9, 1.0, 2.0, 3.0, 4.0, 0.5]]
    with house.database.writing() as session:
        sha256 = house.readings.put(json.dumps(placed).encode())
        pages.keep(session, UUID(document), None, [(1, hashlib.sha256(text.encode()).hexdigest(), sha256)])
    assert client.get(f"/v1/documents/{document}/pages/1/words").json() == before
    record = client.get(f"/v1/documents/{document}/record")
    body = record.json()
    body["source"]["pages"][0]["text"] = text
    corrected = client.put(f"/v1/documents/{document}/record", json=body, headers={"If-Match": record.headers["etag"]})
    assert corrected.status_code == 200
    after = client.get(f"/v1/documents/{document}/pages/1/words").json()
    assert (after["text"], after["words"]) == (text, placed)
    assert client.get(f"/v1/documents/{document}/pages/1/words?version=1").json() == before


def test_images_stay_where_the_words_are_taken_from(
    house: House, read: Callable[[str], str], again: Callable[[str], Json]
) -> None:
    document = UUID(read("scanned=1;images=1"))
    image = house.images.put(b"an image")
    with house.database.writing() as session:
        pages.keep(session, document, {"1": image})
    again(str(document))
    with house.database.reading() as session:
        assert pages.image(session, document, 1) == image
