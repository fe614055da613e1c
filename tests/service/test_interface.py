"""The description of the interface, and the pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.web.pages import KINDS_OF_DEADLINE


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def test_openapi_holds_together(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for reference in _references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        assert operation["summary"] and operation["tags"]
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert "422" not in operation["responses"]
        for parameter in operation.get("parameters", []):
            assert parameter["name"] in ("document_id", "job_id", "if-none-match") or parameter.get("description")
    assert all(path.startswith("/v1/") for path in document["paths"])
    assert "record" in document["paths"]["/v1/documents/{document_id}/record"]["get"]["operationId"]


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
            assert client.get(address).status_code == 200
    assert "'self'" in page.headers["content-security-policy"]
    assert 'lang="vi"' in page.text
