"""Bodies by a few letters, the bodies that offices add, and deadlines in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import Assignment, DirectiveRecord, Issuer
from service.access.actor import the_service
from service.house import House
from service.store import documents, offices, records, schedule
from tests.service.conftest import Json, client_of
from tests.service.fakes import directive

TODAY = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "today_in_vietnam", lambda: TODAY)


@pytest.fixture(scope="module")
def keep(house: House) -> Callable[..., UUID]:
    """A document with a record, as if it had been read."""

    def put(name: str, office: UUID | None = None, *, tasks_of: tuple[str, ...] = (), **directive_: Any) -> UUID:
        record = _assigned(directive(name, number="1/CT-UBND", lead="Sở Y tế"), tasks_of)
        record = record.model_copy(update={"directive": record.directive.model_copy(update=directive_)})
        with house.database.writing() as session:
            document = documents.add(
                session, actor=the_service("tests"), office=office or offices.default(session).id,
                sha256=record.source.sha256, file_name=name, media_type="text/plain", size=1,
            )  # fmt: skip
            documents.add_job(session, document, priority=1).state = "succeeded"
            records.keep_reading(session, document, record, pipeline_version="1", job_id=None)
            return document.id

    return put


def _assigned(record: DirectiveRecord, names: tuple[str, ...]) -> DirectiveRecord:
    who = tuple(
        Assignment(role="lead", agency=name, agency_id=known or None, source="explicit", confidence=1)
        for name, _, known in (each.partition("|") for each in names)
    )
    first, *rest = record.tasks
    return record.model_copy(update={"tasks": (first.model_copy(update={"assignments": who}), *rest)})


@pytest.fixture(scope="module")
def province(keep: Callable[..., UUID]) -> UUID:
    return keep(
        "của tỉnh", place="Quảng Ngãi", issued_on=date(2021, 3, 1), issuer=_issuer("Ủy ban nhân dân tỉnh Quảng Ngãi")
    )


def _issuer(name: str) -> Issuer:
    return Issuer(name=name, agency_id="tinh-quang-ngai/uy-ban-nhan-dan", confidence=0.9)


def suggested(client: TestClient, q: str, **query: Any) -> list[Json]:
    answer = client.get("/v1/agencies", params={"q": q} | query)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


def test_a_body_by_its_abbreviation(client: TestClient, province: UUID) -> None:
    for typed in ("skhđt", "skhdt", "SKH&ĐT"):
        assert suggested(client, typed, document=province)[0] == {
            "name": "Sở Kế hoạch và Đầu tư",
            "agency_id": "tinh-quang-ngai/so-ke-hoach-va-dau-tu",
            "why": "abbreviation",
            "sure": True,
            "valid": True,
            "successor": {
                "agency_id": "tinh-quang-ngai/so-tai-chinh",
                "name": "Sở Tài chính tỉnh Quảng Ngãi",
            },
        }


def test_names_are_those_of_the_document_and_its_day(
    client: TestClient, keep: Callable[..., UUID], province: UUID
) -> None:
    assert suggested(client, "ubnd", document=province)[0]["name"] == "Ủy ban nhân dân tỉnh Quảng Ngãi"
    assert suggested(client, "snn", document=province)[0]["name"] == "Sở Nông nghiệp và Phát triển nông thôn"
    assert suggested(client, "snn")[0]["name"] == "Sở Nông nghiệp và Môi trường", "today, for no document is named"
    undated = keep("không rõ ngày", issued_on=None)
    assert suggested(client, "snn", document=undated)[0]["name"] == "Sở Nông nghiệp và Môi trường"


def test_names_that_tasks_are_assigned_to(client: TestClient, keep: Callable[..., UUID], province: UUID) -> None:
    keep(
        "có tên riêng",
        tasks_of=(
            "Ban Quản lý Đầm Sen Trắng",
            "các sở, ban, ngành|group:cac-so-ban-nganh",
            "Sở Y tế|tinh-khac/so-y-te",
        ),
    )
    for typed in ("đầm sen", "dam sen", "bqldst", "ban quản lý đầm s"):
        assert suggested(client, typed, document=province)[0]["name"] == "Ban Quản lý Đầm Sen Trắng"
    (group,) = suggested(client, "các sở, ban", document=province)
    assert group["agency_id"] == "group:cac-so-ban-nganh"
    assert [each["agency_id"] for each in suggested(client, "sở y tế", document=province)] == [
        "tinh-quang-ngai/so-y-te"
    ]


def test_limits_and_odd_letters(client: TestClient, province: UUID) -> None:
    assert len(suggested(client, "s", document=province, limit=3)) == 3
    for typed in ("%", "_", "và", "🙂", "zzzzzzz", "\\", "a" * 200):
        assert suggested(client, typed, document=province) == []
    for query in ({"q": ""}, {}, {"q": "a", "limit": 0}, {"q": "a" * 201}):
        assert client.get("/v1/agencies", params=query).status_code == 422
    assert client.get("/v1/agencies", params={"q": "\x00"}).status_code in (400, 422)
    assert client.get("/v1/agencies", params={"q": "a", "document": UUID(int=1)}).status_code == 404


@pytest.fixture
def other(house: House, app: FastAPI) -> Iterator[tuple[UUID, TestClient]]:
    """Another office, and somebody of it who may do everything there."""
    with house.database.writing() as session:
        office = offices.add(session, the_service("tests"), f"Văn phòng khác {datetime.now(UTC).isoformat()}").id
    yield office, client_of(house, app, ["read", "correct", "admin"], office)


def test_an_office_adds_a_body(client: TestClient, province: UUID) -> None:
    made = client.post("/v1/agencies", json={"name": " Ban Quản lý  Vịnh Cát Vàng", "abbreviations": ["BVCV"]})
    assert made.status_code == 201
    body = made.json()
    assert (body["name"], body["abbreviations"], body["version"]) == ("Ban Quản lý Vịnh Cát Vàng", ["BVCV"], 1)
    assert body["agency_id"] == f"office:{body['id']}"
    for typed in ("bvcv", "bqlvcv", "vịnh cát", "ban quan ly vinh"):
        assert suggested(client, typed, document=province)[0]["agency_id"] == body["agency_id"]
    again = client.post("/v1/agencies", json={"name": "ban quản lý vịnh cát vàng"})
    assert (again.status_code, again.json()["id"]) == (200, body["id"])
    assert body["id"] in [each["id"] for each in client.get("/v1/agencies/own").json()["items"]]

    path = f"/v1/agencies/{body['id']}"
    assert client.patch(path, json={"name": "x"}).status_code == 428
    assert client.patch(path, json={"name": "x"}, headers={"If-Match": '"7"'}).status_code == 412
    changed = client.patch(path, json={"name": "Ban Quản lý Vịnh Cát Bạc"}, headers={"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert suggested(client, "vịnh cát bạc", document=province)[0]["agency_id"] == body["agency_id"]
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert suggested(client, "vịnh cát bạc", document=province) == []

    entries = client.get("/v1/audit", params={"object_id": body["id"]}).json()["items"]
    assert [entry["action"] for entry in entries] == ["agency.delete", "agency.change", "agency.create"]
    assert entries[1]["before"]["name"] == "Ban Quản lý Vịnh Cát Vàng"
    assert entries[1]["after"]["name"] == "Ban Quản lý Vịnh Cát Bạc"


def test_two_who_add_the_same_body_at_once_add_one(client: TestClient) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/agencies", json={"name": "Trạm Cứu hộ Đảo Nhỏ"}), range(6)))
    assert {answer.json()["id"] for answer in answers} == {answers[0].json()["id"]}
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]


def test_a_name_cannot_be_taken_twice(client: TestClient) -> None:
    one = client.post("/v1/agencies", json={"name": "Đội Một"})
    client.post("/v1/agencies", json={"name": "Đội Hai"})
    taken = client.patch(f"/v1/agencies/{one.json()['id']}", json={"name": "đội hai"}, headers={"If-Match": '"1"'})
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    for name in ("", " ", "…", "a\x00b", "a" * 301):
        assert client.post("/v1/agencies", json={"name": name}).status_code == 422
    nowhere = client.post("/v1/agencies", json={"name": "Đội Ba", "office_id": str(UUID(int=7))})
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "conflict")


def test_offices_do_not_see_each_others_bodies(
    client: TestClient, keep: Callable[..., UUID], province: UUID, other: tuple[UUID, TestClient]
) -> None:
    office, stranger = other
    made = client.post("/v1/agencies", json={"name": "Xưởng Mộc Làng Trong"}).json()
    keep("tên ở văn phòng này", tasks_of=("Hợp tác xã Muối Làng Trong",))
    keep("tên ở văn phòng khác", office, tasks_of=("Hợp tác xã Cói Làng Ngoài",))
    assert {each["name"] for each in suggested(client, "làng trong", document=province)} == {
        "Xưởng Mộc Làng Trong", "Hợp tác xã Muối Làng Trong",
    }  # fmt: skip
    assert suggested(stranger, "làng trong") == []
    assert [each["name"] for each in suggested(stranger, "làng ngoài")] == ["Hợp tác xã Cói Làng Ngoài"]
    assert stranger.get("/v1/agencies/own").json()["items"] == []
    assert stranger.get("/v1/agencies", params={"q": "s", "document": province}).status_code == 404
    assert stranger.delete(f"/v1/agencies/{made['id']}").status_code == 404
    assert stranger.post("/v1/agencies", json={"name": "x", "office_id": made["office_id"]}).status_code == 403


def test_who_may_do_what(house: House, app: FastAPI) -> None:
    reader, clerk = client_of(house, app, ["read"]), client_of(house, app, ["read", "correct"])
    assert reader.post("/v1/agencies", json={"name": "Đội Tuần tra"}).status_code == 403
    made = clerk.post("/v1/agencies", json={"name": "Đội Tuần tra"}).json()
    path = f"/v1/agencies/{made['id']}"
    assert clerk.patch(path, json={}, headers={"If-Match": '"1"'}).status_code == 403
    assert clerk.delete(path).status_code == 403
    uploader = client_of(house, app, ["upload"])
    for asked in ("/v1/agencies?q=a", "/v1/agencies/own", "/v1/deadlines?text=15/12"):
        assert uploader.get(asked).status_code == 403


def understood(client: TestClient, text: str, **query: Any) -> list[Json]:
    answer = client.get("/v1/deadlines", params={"text": text} | query)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


def test_a_deadline_in_words(client: TestClient, keep: Callable[..., UUID]) -> None:
    document = keep("tháng ba", issued_on=date(2026, 3, 2))
    (yearly,) = understood(client, "trước 15/12 hàng năm", document=document)
    assert yearly["deadline"] == {
        "kind": "recurring", "due": None, "start": None, "rrule": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15", "anchor": None,
        "offset": None, "working_days": False, "text": "trước 15/12 hàng năm", "spans": [], "confidence": 1.0, "inferred": False,
    }  # fmt: skip
    assert yearly["wording"] == "hằng năm, ngày 15 tháng 12"
    assert yearly["occurrences"] == [f"{year}-12-15" for year in range(2026, 2038)]
    (relative,) = understood(client, "05 ngày làm việc kể từ ngày ký", document=document)
    assert (relative["deadline"]["due"], relative["occurrences"]) == ("2026-03-09", []), "it has passed"
    (day,) = understood(client, "15/12", document=document)
    assert (day["deadline"]["due"], day["occurrences"], day["wording"]) == (
        "2026-12-15",
        ["2026-12-15"],
        "chậm nhất 15/12/2026",
    )
    assert len(understood(client, "trước 15/6 và 15/12 hàng năm", document=document)) == 2


def test_the_day_of_issue_completes_a_deadline(client: TestClient, keep: Callable[..., UUID]) -> None:
    old, undated = keep("năm 2021", issued_on=date(2021, 1, 7)), keep("chưa rõ ngày", issued_on=None)
    assert understood(client, "15/12", document=old)[0]["deadline"]["due"] == "2021-12-15"
    assert understood(client, "15/02", document=undated)[0]["deadline"]["due"] == "2027-02-15", "counted from today"
    assert understood(client, "15/02")[0]["deadline"]["due"] == "2027-02-15"
    monthly = understood(client, "hàng tháng", document=old)[0]["occurrences"]
    assert len(monthly) == 12 and monthly[:2] == ["2026-04-07", "2026-05-07"], "the next ones from today"


def test_what_is_no_deadline_is_no_error(client: TestClient) -> None:
    for text in ("", "Sở Y tế", "31/02", "{}", "%", "a" * 300):
        assert understood(client, text) == []
    assert client.get("/v1/deadlines", params={"text": "a" * 301}).status_code == 422
    assert client.get("/v1/deadlines", params={"text": "\x00"}).status_code in (400, 422)
    assert client.get("/v1/deadlines", params={"text": "15/12", "document": UUID(int=1)}).status_code == 404
