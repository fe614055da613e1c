"""Handing in, finding again, and getting back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from extractor.record import DirectiveRecord
from service.house import House

Upload = Callable[..., Any]
Ended = Callable[[dict[str, Any]], dict[str, Any]]


def test_a_document_goes_all_the_way(client: TestClient, upload: Upload, ended: Ended) -> None:
    text = "pages=3;number=12/CT-UBND"
    answer = upload(text, "Chỉ thị số 12.txt")
    assert answer.status_code == 202
    body = answer.json()
    assert body["new_document"] and body["new_job"]
    assert answer.headers["location"] == f"/v1/jobs/{body['job']['id']}"
    assert body["document"]["state"] == "queued"
    assert body["document"]["version"] is None

    job = ended(body["job"])
    assert (job["state"], job["page"], job["pages"], job["error"], job["attempts"]) == ("succeeded", 3, 3, None, 1)
    document = client.get(f"/v1/documents/{body['document']['id']}").json()
    assert (document["number"], document["version"], document["state"]) == ("12/CT-UBND", 1, "succeeded")

    record = client.get(f"/v1/documents/{document['id']}/record")
    parsed = DirectiveRecord.model_validate_json(record.content)
    assert parsed.source.file_name == "Chỉ thị số 12.txt"
    original = client.get(f"/v1/documents/{document['id']}/original")
    assert original.content == text.encode()
    assert document["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert original.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Ch%E1%BB%89")


def test_the_same_bytes_are_the_same_document(client: TestClient, upload: Upload, ended: Ended) -> None:
    first = upload("same=1", "một.txt").json()
    ended(first["job"])
    again = upload("same=1", "hai.txt")
    assert again.status_code == 200
    body = again.json()
    assert not body["new_document"] and not body["new_job"]
    assert body["document"]["id"] == first["document"]["id"]
    assert body["job"]["id"] == first["job"]["id"]
    assert again.headers["location"] == f"/v1/jobs/{first['job']['id']}"


def test_the_same_bytes_at_once_are_one_document_and_one_job(upload: Upload, ended: Ended) -> None:
    with ThreadPoolExecutor(8) as pool:
        bodies = [answer.json() for answer in pool.map(lambda _: upload("at-once=1;wait=0.1"), range(8))]
    assert len({body["document"]["id"] for body in bodies}) == 1
    assert len({body["job"]["id"] for body in bodies}) == 1
    assert [body["new_document"] for body in bodies].count(True) == 1
    ended(bodies[0]["job"])


def test_a_failed_document_is_read_again_when_it_comes_again(upload: Upload, ended: Ended) -> None:
    first = upload("fail=cut off").json()
    assert ended(first["job"])["state"] == "failed"
    again = upload("fail=cut off")
    assert again.status_code == 202
    assert not again.json()["new_document"] and again.json()["new_job"]
    assert again.json()["job"]["id"] != first["job"]["id"]
    ended(again.json()["job"])


def test_what_is_read_otherwise_is_a_new_version_and_the_old_is_kept(
    client: TestClient, upload: Upload, ended: Ended, tmp_path: Path
) -> None:
    first = upload(f"versions=1;mind={tmp_path / 'mind'}").json()
    ended(first["job"])
    path = f"/v1/documents/{first['document']['id']}"
    before = client.get(f"{path}/record")
    again = client.post(f"{path}/jobs")
    assert again.status_code == 202
    ended(again.json()["job"])
    assert client.get(path).json()["version"] == 2
    after = client.get(f"{path}/record")
    assert after.headers["etag"] != before.headers["etag"]
    assert client.get(f"{path}/record?version=1").content == before.content
    assert client.get(f"{path}/record?version=3").status_code == 404
    tasks = client.get("/v1/tasks", params={"document": first["document"]["id"]}).json()["items"]
    assert len(tasks) == 3, "the rows of the old version are gone"


def test_a_record_is_not_sent_twice(client: TestClient, upload: Upload, ended: Ended) -> None:
    body = upload("etag=1").json()
    ended(body["job"])
    path = f"/v1/documents/{body['document']['id']}/record"
    tag = client.get(path).headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        unchanged = client.get(path, headers={"If-None-Match": header})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_body_may_be_the_file_itself(client: TestClient, ended: Ended) -> None:
    answer = client.post(
        "/v1/documents",
        params={"file_name": "..\\..\\etc/công\x07 điện.txt"},
        content=b"raw=1",
        headers={"Content-Type": "text/plain"},
    )
    assert answer.status_code == 202
    assert answer.json()["document"]["file_name"] == "công điện.txt"
    ended(answer.json()["job"])


def test_what_is_refused_leaves_nothing(client: TestClient, house: House, upload: Upload) -> None:
    before = client.get("/v1/documents").json()
    refused = {
        "too-large": upload(b"a" * 100_001),
        "empty-file": upload(b""),
        "unsupported-type": upload(b"PK\x03\x04" + bytes(2000)),
        "no-file": client.post("/v1/documents", data={"file": "words"}),
    }
    assert {code: answer.json()["code"] for code, answer in refused.items()} == {code: code for code in refused}
    assert [answer.status_code for answer in refused.values()] == [413, 422, 415, 400]
    assert upload(b"<!DOCTYPE html><html>", "a.pdf").status_code == 415
    assert client.get("/v1/documents").json() == before
    assert not list(house.originals.root.glob(".incoming-*"))


def test_a_body_of_unknown_length_is_counted(client: TestClient) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b"a" * 10_000

    answer = client.post("/v1/documents", content=endless(), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 413
    assert "0.0953" in answer.json()["detail"]


def test_pages_hold_still_while_documents_come_in(client: TestClient, upload: Upload) -> None:
    for n in range(5):
        upload(f"paging={n}")
    everything = [item["id"] for item in client.get("/v1/documents?limit=200").json()["items"]]
    seen: list[str] = []
    cursor = None
    while True:
        page = client.get("/v1/documents", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        upload(f"meanwhile={len(seen)}")
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == everything
