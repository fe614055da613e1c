"""The description of the interface, and the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.access.actor import SCOPES
from service.access.idempotency import METHODS
from service.web.pages import KINDS_OF_DEADLINE

Json = dict[str, Any]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


@pytest.fixture(scope="module")
def document(app: FastAPI) -> Json:
    """What programs read of the interface, as they get it."""
    text: Json = json.loads(json.dumps(app.openapi()))
    return text


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def test_openapi_holds_together(document: Json) -> None:
    assert document["openapi"].startswith("3.1")
    for reference in _references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    names = [operation["operationId"] for *_, operation in _operations(document)]
    assert len(names) == len(set(names))
    for _, path, operation in _operations(document):
        assert path.startswith("/v1/") and operation["tags"], path
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert "422" not in operation["responses"]


def test_everything_is_described_in_both_languages(document: Json) -> None:
    for method, path, operation in _operations(document):
        told = [(f"{method} {path}", operation["summary"])]
        told += [
            (f"{method} {path} {each['name']}", each.get("description", "")) for each in operation.get("parameters", [])
        ]
        for where, words in told:
            vietnamese, slash, english = words.partition(" / ")
            assert vietnamese and slash and english, where


def test_every_body_has_an_example_that_is_valid(document: Json) -> None:
    seen = 0
    for method, path, operation in _operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        given = body.get("examples") or body["schema"].get("examples") or [body.get("example")]
        whole = {**body["schema"], "components": document["components"]}
        for value in given:
            assert value, f"{method} {path}"
            jsonschema_rs.validate(whole, value)
            seen += 1
    assert seen > 10


def test_who_may_ask_is_described(document: Json) -> None:
    assert {"token", "session"} <= document["components"]["securitySchemes"].keys()
    scopes = {
        scope
        for *_, each in _operations(document)
        for way in each.get("security", [])
        for scope in way.get("token", [])
    }
    assert scopes == SCOPES
    for method, path, operation in _operations(document):
        keyed = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
        assert keyed == (method in METHODS and "security" in operation), f"{method} {path}"


def test_what_can_be_changed_has_an_etag(document: Json) -> None:
    for method, path, operation in _operations(document):
        names = {each["name"].lower() for each in operation.get("parameters", [])}
        if method != "DELETE" and names & {"if-match", "if-none-match"}:
            assert "ETag" in operation["responses"]["200"]["headers"], f"{method} {path}"


def test_pages_show_what_is_there(client: TestClient, upload: Callable[..., Any], ended: Callable[[Any], Any]) -> None:
    good = upload("page=1;number=77/CT-UBND;lead=<b>Sở Y tế</b>").json()
    bad = upload("fail=cut").json()
    ended(good["job"]), ended(bad["job"])
    home = client.get("/").text
    assert "77/CT-UBND" in home and "Tệp bị hỏng" in home
    shown = client.get(f"/documents/{good['document']['id']}").text
    assert "Rà soát kế hoạch số 1" in shown and "30/06/2026" in shown
    assert "<b>Sở Y tế</b>" not in shown, "what a document says is no markup"
    failed = client.get(f"/documents/{bad['document']['id']}").text
    assert "Tệp bị hỏng" in failed
    found = client.get("/tasks", params={"agency": "so y te", "role": "", "due_from": "", "order": "due"}).text
    assert "Rà soát" in found
    for odd in ({"role": "boss"}, {"due_to": "soon"}, {"deadline": "x", "order": "y"}):
        assert client.get("/tasks", params=odd).status_code == 200
    for code in KINDS_OF_DEADLINE:
        assert client.get("/tasks", params={"deadline": code}).status_code == 200
    assert "POST /v1/documents" in client.get("/docs").text


@pytest.mark.parametrize("path", ["/", "/tasks", "/docs", "/problems"])
def test_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith(("/", "?", "#"))
        if address.startswith("/static/"):
            file = client.get(address)
            assert file.status_code == 200 and "immutable" in file.headers["cache-control"]
            # What a page asks for that was open over an upgrade, and a person without a version.
            for other in (re.sub("/[0-9a-f]{12}/", "/0123456789ab/", address), re.sub("/[0-9a-f]{12}/", "/", address)):
                again = client.get(other)
                assert (again.content, again.headers["cache-control"]) == (file.content, "no-cache")
    assert "'self'" in page.headers["content-security-policy"]
    assert 'lang="vi"' in page.text
