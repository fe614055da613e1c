"""Every error has one shape, in both languages, wherever it comes from."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from extractor.errors import DirectiveError
from service.app import create_app
from service.house import House
from service.problems import KINDS, Problem
from tests.service.conftest import client_of

NOBODY = "01a204f5-7d4c-7000-a3be-d7d3a568fa0b"


def _is_problem(answer: Any, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems#{code}")
    assert body["title"] and body["title_en"] and body["detail"] and body["detail_en"]
    assert body["title"] != body["title_en"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert body["instance"].startswith("/")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/v1/nowhere", 404, "not-found"),
        ("GET", "/static/nothing.js", 404, "not-found"),
        ("GET", f"/v1/documents/{NOBODY}", 404, "not-found"),
        ("GET", f"/v1/documents/{NOBODY}/record", 404, "not-found"),
        ("GET", f"/v1/documents/{NOBODY}/original", 404, "not-found"),
        ("POST", f"/v1/documents/{NOBODY}/jobs", 404, "not-found"),
        ("GET", f"/v1/jobs/{NOBODY}", 404, "not-found"),
        ("GET", f"/documents/{NOBODY}", 404, "not-found"),
        ("GET", "/v1/documents/not-an-id", 422, "invalid"),
        ("GET", "/v1/documents?limit=many", 422, "invalid"),
        ("GET", "/v1/documents?cursor=broken", 400, "bad-cursor"),
        ("DELETE", "/v1/documents", 405, "method-not-allowed"),
        ("PUT", "/v1/tasks", 405, "method-not-allowed"),
        ("POST", "/v1/documents", 422, "empty-file"),
    ],
)
def test_errors_of_the_caller(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    _is_problem(client.request(method, path), status, code)


@pytest.mark.parametrize(
    "request_",
    [
        {"data": {"a": "b"}},
        {"files": {"other": ("a.txt", b"text")}},
        {"files": [("file", ("a.txt", b"text")), ("file", ("b.txt", b"text"))]},
        {"content": b"--", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"nothing", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    ],
)
def test_forms_without_one_file(client: TestClient, request_: dict[str, Any]) -> None:
    _is_problem(client.post("/v1/documents", **request_), 400, "no-file")


def test_our_own_defects_say_nothing_of_the_inside(house: House) -> None:
    app = create_app(house)

    @app.get("/v1/broken")
    def broken() -> None:
        raise RuntimeError("a secret")

    answer = client_of(house, app, ["read"]).get("/v1/broken")
    _is_problem(answer, 500, "internal-error")
    assert "secret" not in answer.text


def test_other_hosts_and_other_sites_stay_outside(client: TestClient) -> None:
    _is_problem(client.get("/v1/health", headers={"Host": "evil.example"}), 421, "misdirected")
    assert client.get("/v1/health", headers={"Host": "localhost:8000"}).status_code == 200
    assert client.get("/v1/health", headers={"Host": "[::1]:8000"}).status_code == 200
    foreign = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "http://evil.example"})
    for headers in foreign:
        _is_problem(client.post("/v1/documents", content=b"a", headers=headers), 403, "cross-site")
    own = ({"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://127.0.0.1"}, {})
    for headers in own:
        assert client.post("/v1/documents", content=b"text", headers=headers).status_code in (200, 202)
    assert client.get("/v1/health", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_every_problem_is_explained(client: TestClient) -> None:
    page = client.get("/problems").text
    for code in KINDS:
        assert f'id="{code}"' in page
    assert Problem.of(DirectiveError(detail="x")).code == "bad-request"
    assert Problem.of_status(418).status == 418
