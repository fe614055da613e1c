"""The other ways in: the watched folder, the command, and many files in one request."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from service.api.upload import MOST_FILES
from service.house import House
from service.intake import command
from service.intake import folder as folders
from service.intake.folder import RECEIVED, REFUSED, Folder
from service.intake.reception import Reception
from service.store import documents, tables
from service.store.documents import BULK, CLERK

Json = dict[str, Any]

_numbers = count()


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Folder:
    path = tmp_path / "den"
    path.mkdir()
    return Folder(path, house.reception, settle=0.05)


@pytest.fixture
def text() -> str:
    """Words that no other test hands in."""
    return f"number={next(_numbers)}/CT-UBND"


def _put(folder: Folder, name: str, content: str | bytes) -> Path:
    file = folder.path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def _looks(folder: Folder, times: int = 2) -> list[int]:
    return [folder.look() for _ in range(times)]


def _documents(house: House, *names: str) -> list[tables.Document]:
    with house.database.reading() as session:
        query = sa.select(tables.Document).where(tables.Document.file_name.in_(names)).order_by(tables.Document.id)
        return list(session.scalars(query))


def _jobs(house: House, document: tables.Document) -> list[tables.Job]:
    with house.database.reading() as session:
        return list(session.scalars(sa.select(tables.Job).where(tables.Job.document_id == document.id)))


def test_a_file_is_taken_when_it_has_stopped_changing(house: House, folder: Folder, text: str) -> None:
    file = _put(folder, "máy quét/22 CT.txt", text[:5])
    assert _looks(folder, 1) == [0]
    file.write_text(text)  # the scanner goes on
    assert _looks(folder) == [0, 1]
    assert not file.exists()
    assert (folder.path / RECEIVED / "máy quét" / "22 CT.txt").read_text() == text
    [document] = _documents(house, "22 CT.txt")
    assert document.received_by == "thư mục den"
    [job] = _jobs(house, document)
    assert job.priority == BULK
    assert _looks(folder) == [0, 0], "what was received is not looked at again"


def test_it_is_moved_only_after_the_commit(
    house: House, folder: Folder, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the commit nothing has happened; killed after it, the same bytes are the same document."""
    file = _put(folder, "giữa chừng.txt", text)

    def dies(*_: object) -> None:
        raise MemoryError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(Reception, "_commit", dies)
        assert _looks(folder) == [0, 0]
    assert file.exists() and _documents(house, "giữa chừng.txt") == []
    with monkeypatch.context() as dying:
        dying.setattr(Path, "rename", dies)
        assert _looks(folder) == [0, 0]
    assert file.exists() and len(_documents(house, "giữa chừng.txt")) == 1

    again = Folder(folder.path, house.reception, settle=0.05)
    assert _looks(again) == [0, 1]
    assert not file.exists()
    [document] = _documents(house, "giữa chừng.txt")
    assert len(_jobs(house, document)) == 1


def test_what_is_refused_is_put_aside_with_a_note(house: House, folder: Folder) -> None:
    _put(folder, "thư/bảng.xlsx", b"PK\x03\x04" + bytes(100))
    _put(folder, "lớn.txt", b"a" * 100_001)
    assert _looks(folder) == [0, 2]
    note = (folder.path / REFUSED / "thư" / "bảng.xlsx.ly-do.txt").read_text("utf-8")
    assert "không được hỗ trợ" in note and "supported" in note
    assert (folder.path / REFUSED / "thư" / "bảng.xlsx").exists()
    assert (folder.path / REFUSED / "lớn.txt.ly-do.txt").exists()
    assert _documents(house, "bảng.xlsx", "lớn.txt") == []
    assert not list(house.originals.root.glob(".incoming-*"))
    assert _looks(folder) == [0, 0]


def test_the_same_bytes_twice_are_one_document(house: House, folder: Folder, text: str) -> None:
    for name in ("một.txt", "hai.txt"):
        _put(folder, name, text)
    _looks(folder)
    _put(folder, "một.txt", text)  # and once more, under a name that was there
    _looks(folder)
    received = sorted(path.name for path in (folder.path / RECEIVED).iterdir())
    assert len(received) == 3 and {"một.txt", "hai.txt"} < set(received)
    assert len(_documents(house, "một.txt", "hai.txt")) == 1


def test_what_is_no_document_stays(house: House, folder: Folder, text: str) -> None:
    outside = _put(folder, "../ngoài.txt", text)
    for name in (".ẩn.txt", "~$tạm.docx", ".sync/a.txt"):
        _put(folder, name, text)
    _put(folder, "rỗng.txt", "")
    (folder.path / "lối tắt.txt").symlink_to(outside)
    before = sorted(folder.path.rglob("*"))
    assert _looks(folder, 3) == [0, 0, 0]
    assert sorted(folder.path.rglob("*")) == before and outside.exists()


def test_one_bad_file_does_not_stop_the_others(
    house: House, folder: Folder, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(folder, "a không đọc được.txt", text)
    _put(folder, "b tốt.txt", text + ";good=1")
    take = Reception.take

    def unreadable(self: Reception, file: Path, order: Any) -> Any:
        if file.name.startswith("a"):
            raise PermissionError(13, "Permission denied")
        return take(self, file, order)

    monkeypatch.setattr(Reception, "take", unreadable)
    assert _looks(folder) == [0, 1]
    assert [path.name for path in folder.path.glob("*.txt")] == ["a không đọc được.txt"]
    assert len(_documents(house, "b tốt.txt")) == 1


def test_a_file_that_changes_while_it_is_read_is_left_alone(
    house: House, folder: Folder, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _put(folder, "còn ghi.txt", text)
    stat = os.fstat

    def growing(handle: int) -> os.stat_result:
        found = stat(handle)
        with file.open("a") as writer:
            writer.write(" ")
        return found

    _looks(folder, 1)
    with monkeypatch.context() as writing:
        writing.setattr(os, "fstat", growing)
        assert _looks(folder, 1) == [0]
    assert file.exists() and _documents(house, "còn ghi.txt") == []
    assert _looks(folder) == [0, 1]
    [document] = _documents(house, "còn ghi.txt")
    assert document.size == len(text) + 2


def test_it_watches_by_itself_and_stops(
    house: House, folder: Folder, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count()
    look = Folder.look

    def troubled(self: Folder) -> int:
        if next(looks) == 0:
            raise OSError("the share is away")
        return look(self)

    monkeypatch.setattr(folders.Folder, "look", troubled)
    file = _put(folder, "tự động.txt", text)
    folder.start()
    end = time.monotonic() + 30
    while file.exists() and time.monotonic() < end:
        time.sleep(0.02)
    folder.stop()
    assert len(_documents(house, "tự động.txt")) == 1
    _put(folder, "sau.txt", text)
    assert not folder._thread or not folder._thread.is_alive()


def test_the_command_hands_in_files_and_folders(
    house: House, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sâu" / "hơn").mkdir(parents=True)
    (tmp_path / "sâu" / "hơn" / "lệnh một.txt").write_text(text)
    (tmp_path / "sâu" / ".bỏ qua.txt").write_text(text)
    (tmp_path / "lệnh hai.txt").write_text(text + ";2=2")
    (tmp_path / "hỏng.zip").write_bytes(b"PK\x03\x04")
    paths = [tmp_path / "sâu", tmp_path / "lệnh hai.txt"]
    assert command.run(argparse.Namespace(paths=paths), house.settings) == 0
    said = capsys.readouterr().out.splitlines()
    found = _documents(house, "lệnh một.txt", "lệnh hai.txt")
    assert len(found) == 2 and all(_jobs(house, document)[0].priority == BULK for document in found)
    assert [line.split(":")[0] for line in said] == ["đã nhận", "đã nhận"] and str(found[0].id) in said[0]

    paths += [tmp_path / "hỏng.zip", tmp_path / "không có.pdf"]
    assert command.run(argparse.Namespace(paths=paths), house.settings) == command.REFUSED
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["đã có", "đã có", "từ chối", "từ chối"]
    assert len(_documents(house, "lệnh một.txt", "lệnh hai.txt")) == 2


def test_the_command_queues_what_was_read_behind_what_people_wait_for(
    house: House,
    upload: Callable[..., Any],
    ended: Callable[[Json], Json],
    text: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    received = upload(text).json()
    ended(received["job"])
    document_id = UUID(received["document"]["id"])
    given = argparse.Namespace(all=False, document=[document_id])
    assert command.read_again(given, house.settings) == 0
    assert "1 documents are queued" in capsys.readouterr().out
    with house.database.reading() as session:
        job = documents.latest_jobs(session, [document_id])[document_id]
        assert job.priority == BULK
        assert document_id in documents.read_ids(session)
    assert ended({"id": str(job.id)})["state"] == "succeeded"

    assert command.read_again(argparse.Namespace(all=False, document=[job.id]), house.settings) == command.REFUSED
    assert "không có" in capsys.readouterr().out


# Many files in one request


def _batch(client: TestClient, *files: tuple[str, bytes], **query: Any) -> Any:
    return client.post("/v1/documents/batch", params=query, files=[("file", file) for file in files])


def test_each_file_of_many_is_taken_or_refused_by_itself(client: TestClient, house: House, text: str) -> None:
    one, two = text.encode(), (text + ";2=2").encode()
    files = [("a.txt", one), ("b.zip", b"PK\x03\x04" + bytes(50)), ("c.txt", two), ("../a lại.txt", one), ("rỗng", b"")]
    answer = _batch(client, *files)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["refused"]) == (3, 2)
    assert [item["file_name"] for item in body["items"]] == ["a.txt", "b.zip", "c.txt", "a lại.txt", "rỗng"]
    assert [item["problem"] and item["problem"]["code"] for item in body["items"]] == [
        None,
        "unsupported-type",
        None,
        None,
        "empty-file",
    ]
    assert body["items"][1]["problem"]["request_id"] == answer.headers["X-Request-ID"]
    uploads = [item["upload"] for item in body["items"]]
    assert [upload and upload["new_document"] for upload in uploads] == [True, None, True, False, None]
    assert uploads[0]["document"]["id"] == uploads[3]["document"]["id"]
    again = _batch(client, *files).json()
    assert [item["upload"] and item["upload"]["document"]["id"] for item in again["items"]] == [
        upload and upload["document"]["id"] for upload in uploads
    ]
    assert not any(item["upload"]["new_document"] for item in again["items"] if item["upload"])


def test_many_files_give_way_to_what_somebody_waits_for(client: TestClient, house: House, text: str) -> None:
    def priority(name: str) -> int:
        [document] = _documents(house, name)
        return _jobs(house, document)[0].priority

    _batch(client, ("nhiều.txt", text.encode()))
    _batch(client, ("gấp.txt", (text + ";a=1").encode()), bulk=False)
    single = {"content": (text + ";b=1").encode(), "headers": {"Content-Type": "text/plain"}}
    client.post("/v1/documents", params={"file_name": "một mình.txt"}, **single)
    assert [priority(name) for name in ("nhiều.txt", "gấp.txt", "một mình.txt")] == [BULK, CLERK, CLERK]


def test_what_is_no_batch(client: TestClient, text: str) -> None:
    one = text.encode()
    too_many = [(f"{n}.txt", one + str(n).encode()) for n in range(MOST_FILES + 1)]
    refused = {
        "too-many-files": (413, _batch(client, *too_many)),
        "too-large": (413, _batch(client, ("a.txt", b"a" * 90_000), ("b.txt", b"b" * 90_000))),
        "no-file": (400, client.post("/v1/documents/batch", files=[("other", ("a.txt", one))])),
    }
    for code, (status, answer) in refused.items():
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.post("/v1/documents/batch", content=one, headers={"Content-Type": "text/plain"}).status_code == 400
    assert client.get("/v1/documents", params={"fields": "file_name"}).json()["items"][0] != {"file_name": "100.txt"}


def test_reading_again_at_once_is_one_reading(client: TestClient, text: str, ended: Callable[[Json], Json]) -> None:
    [item] = _batch(client, ("đọc lại.txt", text.encode())).json()["items"]
    ended(item["upload"]["job"])
    path = f"/v1/documents/{item['upload']['document']['id']}/jobs"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post(path), range(8)))
    assert all(answer.is_success for answer in answers)
    queued = {answer.json()["job"]["id"] for answer in answers if answer.status_code == 202}
    assert {answer.json()["job"]["id"] for answer in answers} == queued, "who is not the first is shown the first one's"
