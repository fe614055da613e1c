"""Finding tasks over documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.house import House
from tests.service.conftest import put
from tests.service.fakes import directive

LEADS = ("Sở Y tế", "Sở Giáo dục và Đào tạo", "Ủy ban nhân dân huyện Đông Hà")


def _add(house: House, name: str, lead: str) -> str:
    return str(put(house, directive(name, number=name, lead=lead)))


@pytest.fixture(scope="module", autouse=True)
def ids(house: House) -> Iterator[list[str]]:
    yield [_add(house, f"{n}", lead) for n, lead in enumerate(LEADS)]


def _find(client: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_task_tells_all_about_itself(client: TestClient, ids: list[str]) -> None:
    task = _find(client, document=ids[0])[0]
    assert task["document"]["id"] == ids[0]
    assert task["document"]["issuer"] == "Ủy ban nhân dân tỉnh Bình Minh"
    assert task["document"]["issued_on"] == "2026-03-01"
    assert (task["path"], task["heading"], task["due"]) == (["I", "1"], "NHIỆM VỤ", "2026-06-30")
    assert [who["role"] for who in task["assignments"]] == ["lead", "coordinate"]
    assert not task["doubtful"]
    assert _find(client, document=ids[0])[2]["doubtful"], "the record warns about the third"


def test_newest_document_first_then_in_reading_order(client: TestClient) -> None:
    found = [(task["document"]["number"], task["path"][1]) for task in _find(client)]
    assert found == [(number, place) for number in "210" for place in "123"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"agency": "Sở Y tế"}, 3),
        ({"agency": "so y te"}, 3),
        ({"agency": "SỞ Y TẾ"}, 3),
        ({"agency": "dong ha"}, 3),
        ({"agency": "so-dau-tien"}, 9),
        ({"agency": "Sở Y tế", "role": "coordinate"}, 0),
        ({"agency": "cong an", "role": "coordinate"}, 9),
        ({"agency": "%"}, 0),
        ({"agency": "_"}, 0),
        ({"role": "supervise"}, 0),
        ({"due_from": "2026-06-30", "due_to": "2026-06-30"}, 3),
        ({"due_from": "2026-07-01"}, 0),
        ({"due_to": "2026-06-29"}, 0),
        ({"deadline": "recurring"}, 3),
        ({"deadline": "recurring", "due_from": "2020-01-01"}, 0),
        ({"deadline": "none"}, 3),
        ({"q": "chua chay phong"}, 9),
        ({"q": "ke hoach so 2"}, 3),
        ({"q": "khong co"}, 0),
    ],
)
def test_filters(client: TestClient, query: dict[str, str], count: int) -> None:
    assert len(_find(client, **query)) == count


@pytest.mark.parametrize("order", ["newest", "due"])
def test_pages_hold_still_while_documents_come_in(client: TestClient, house: House, order: str) -> None:
    everything = [(task["document"]["id"], task["id"]) for task in _find(client, order=order, limit=200)]
    seen = []
    query: dict[str, Any] = {"order": order, "limit": 4}
    while True:
        page = client.get("/v1/tasks", params=query).json()
        seen += [(task["document"]["id"], task["id"]) for task in page["items"]]
        _add(house, f"meanwhile-{order}-{len(seen)}", "Sở Nội vụ")
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert [task for task in seen if task in everything] == everything
    assert len(seen) == len(set(seen))


def test_a_cursor_belongs_to_its_filters(client: TestClient) -> None:
    cursor = client.get("/v1/tasks", params={"limit": 1}).json()["next_cursor"]
    for query in ({"cursor": cursor, "role": "lead"}, {"cursor": "gibberish"}, {"cursor": "é"}, {"cursor": "WyJhIl0"}):
        answer = client.get("/v1/tasks", params=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")


def test_what_makes_no_sense_is_said(client: TestClient) -> None:
    answer = client.get("/v1/tasks", params={"role": "boss", "due_from": "31/12/2026", "limit": 0})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"query.role", "query.due_from", "query.limit"}
