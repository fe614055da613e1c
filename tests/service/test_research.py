"""What researchers take away: whole, with where each value comes from, and enough to repeat a study."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import Citation, Span, Target
from service.access.actor import the_service
from service.client import Client
from service.export import research
from service.house import House
from service.store import offices
from service.store.tables import Audit
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]
NOTEBOOK = Path(__file__).parents[2] / "corpus" / "study.ipynb"
TARGETS = 1203  # more than two pages of an export


@pytest.fixture(scope="module")
def office(house: House) -> UUID:
    """An office with a few documents, one of them with very many targets."""
    with house.database.writing() as session:
        office = offices.add(session, the_service("tests"), "Văn phòng nghiên cứu").id
    many = tuple(
        Target(id=f"t{n}", indicator=f"Tỷ lệ hộ nghèo xã {n}", value="0.5", unit="%", text="=1+1", confidence=0.9)
        for n in range(TARGETS)
    )
    for n, targets in enumerate(((), (), many)):
        record = directive(f"nghiên cứu {n} tỷ lệ hộ nghèo", number=f"0{n + 1}/CT-UBND", lead="Sở Y tế")
        one = Target(
            id="h",
            indicator="tỷ lệ hộ nghèo",
            comparator="<=",
            value=f"{2 - n * 0.5}",
            unit="%",
            text="tỷ lệ hộ nghèo",
            spans=(Span(page=1, start=13, end=27),),
            confidence=0.8,
        )
        cited = Citation(
            kind="Chỉ thị", number="01/CT-UBND", issued_on=date(2026, 3, 1), relation="basis", text="Chỉ thị số 01"
        )
        there = Citation(kind="Nghị quyết", number="36-NQ/TW", text="Nghị quyết 36")
        put(house, record.model_copy(update={"targets": (one, *targets), "citations": (cited, there)}), office)
    return office


@pytest.fixture(scope="module")
def ask(house: House, app: FastAPI, office: UUID) -> TestClient:
    return client_of(house, app, ["read", "export"], office)


@pytest.fixture
def service(ask: TestClient) -> Client:
    made = Client("http://127.0.0.1", "x")
    made._http = ask  # type: ignore[assignment]  # the same requests, without a socket
    return made


def _lines(ask: TestClient, what: str, **query: Any) -> list[Json]:
    answer = ask.get(f"/v1/exports/{what}.jsonl", params=query)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


def test_every_row_says_where_it_comes_from(ask: TestClient) -> None:
    rows = _lines(ask, "targets")
    assert len(rows) == TARGETS + 3 and len({(row["document_id"], row["target_id"]) for row in rows}) == len(rows)
    assert all(row.keys() == research.TARGETS.keys() for row in rows)
    row = next(row for row in rows if row["document_number"] == "02/CT-UBND")
    assert (row["page"], row["span_start"], row["span_end"]) == (1, 13, 27)
    assert (row["reviewed"], row["pipeline_version"], row["amount"]) == (False, "1", 1.5)
    assert row["citation"] == "Chỉ thị số 02/CT-UBND ngày 01/03/2026 của Ủy ban nhân dân tỉnh Bình Minh, tr. 1".replace(
        "/03/", "/3/"
    )
    path = row["permalink"].removeprefix("http://127.0.0.1:8000").removeprefix("http://127.0.0.1")
    page = ask.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<mark>tỷ lệ hộ nghèo</mark>" in page.text


def test_all_forms_hold_the_same(ask: TestClient) -> None:
    rows = _lines(ask, "targets", q="hộ nghèo", document=_lines(ask, "targets")[-1]["document_id"])
    query = {"q": "hộ nghèo", "document": rows[0]["document_id"]}
    table = ask.get("/v1/exports/targets.csv", params=query).content.decode("utf-8-sig")
    [titles, *cells] = csv.reader(io.StringIO(table))
    assert titles == list(research.TARGETS.values()) and len(cells) == len(rows)
    book = openpyxl.load_workbook(io.BytesIO(ask.get("/v1/exports/targets.xlsx", params=query).content))
    [head, *body] = book.active.iter_rows(values_only=True)
    assert list(head) == titles and len(body) == len(rows)
    assert body[0][titles.index("Giá trị quy đổi")] == rows[0]["amount"]


def test_nothing_runs_in_a_spreadsheet(ask: TestClient) -> None:
    newest = _lines(ask, "targets", q="hộ nghèo xã")[0]["document_id"]
    table = ask.get("/v1/exports/targets.csv", params={"document": newest}).content.decode("utf-8-sig")
    assert '"\'=1+1"' in table and '"=1+1"' not in table
    book = openpyxl.load_workbook(io.BytesIO(ask.get("/v1/exports/targets.xlsx", params={"document": newest}).content))
    cell = book.active.cell(3, list(research.TARGETS).index("text") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_references_leave_resolved(ask: TestClient) -> None:
    rows = _lines(ask, "citations")
    assert all(row.keys() == research.CITATIONS.keys() for row in rows)
    assert sorted((row["document_number"], row["cited_number"], row["certainty"]) for row in rows) == [
        ("01/CT-UBND", "36-NQ/TW", None),  # a document does not refer to itself
        ("02/CT-UBND", "01/CT-UBND", "sure"),
        ("02/CT-UBND", "36-NQ/TW", None),
        ("03/CT-UBND", "01/CT-UBND", "sure"),
        ("03/CT-UBND", "36-NQ/TW", None),
    ]
    assert len(_lines(ask, "citations", number="36/NQ-TW")) == 3


def test_parquet_is_an_extra(ask: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = ask.get("/v1/exports/targets.parquet")
    assert answer.status_code == 501
    said = answer.json()
    assert said["code"] == "not-installed" and "directives[parquet]" in said["detail"] and said["detail_en"]


def test_exports_are_written_down_and_guarded(house: House, app: FastAPI, office: UUID, ask: TestClient) -> None:
    assert client_of(house, app, ["read"], office).get("/v1/exports/targets.csv").status_code == 403
    assert ask.get("/v1/exports/targets.doc").json()["code"] == "invalid"
    with house.database.writing() as session:
        elsewhere = offices.add(session, the_service("tests"), "Văn phòng không có gì").id
    assert _lines(client_of(house, app, ["export"], elsewhere), "targets") == []
    _lines(ask, "targets", q="hộ nghèo")
    with house.database.reading() as session:
        query = sa.select(Audit).where(Audit.action == "targets.exported", Audit.office_id == office)
        last = session.scalars(query.order_by(Audit.seq.desc())).first()
    assert last and last.after == {
        "filters": {"words": "hộ nghèo", "office": str(office)},
        "format": "jsonl",
        "rows": TARGETS + 3,
    }


def test_the_client_gives_plain_tables(service: Client) -> None:
    found = service.targets(q="ty le ho ngheo", year=2026)
    assert len(found) == TARGETS + 3 and found[-1]["document_number"] == "01/CT-UBND"
    assert not any(isinstance(value, dict) for row in found for value in row.values())
    points = service.series("tỷ lệ hộ nghèo")
    assert sorted(point["value"] for point in points if point["name"] == "tỷ lệ hộ nghèo") == [1.0, 1.5, 2.0]
    id_ = UUID(found[-1]["document_id"])
    assert [one["by_number"] for one in service.citations(id_) if one["direction"] == "incoming"] == [
        "03/CT-UBND",
        "02/CT-UBND",
    ]
    assert len(service.cited("36/NQ-TW")) == 3
    assert {one["standing"] for one in service.compare(id_, id_)} == {"kept"}


def test_the_notebook_repeats_its_study(
    ask: TestClient, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for what in ("tasks", "targets", "citations"):
        (tmp_path / f"{what}.jsonl").write_bytes(ask.get(f"/v1/exports/{what}.jsonl").content)
    monkeypatch.setenv("STUDY", str(tmp_path))
    capsys.readouterr()
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    exec(compile(code, NOTEBOOK.name, "exec"), {})
    said = capsys.readouterr().out
    assert f"9 nhiệm vụ / tasks, {TARGETS + 3} chỉ tiêu / targets, 5 viện dẫn" in said
    assert "Sở Y tế" in said and "<= 1.5 %  (máy đọc)" in said and "    3  36-NQ/TW  (chưa có trong kho)" in said


def test_tasks_by_agency_and_month(ask: TestClient) -> None:
    query = {"agency": "so y te", "role": "lead", "from": "2026-05", "months": 3}
    items = ask.get("/v1/tasks/by-month", params=query).json()["items"]
    assert [(one["month"], one["all"]) for one in items][1] == ("2026-06", 3) and len(items) == 3
    assert ask.get("/v1/tasks/by-month", params=query | {"agency": "sở nào đó"}).json()["items"][1]["all"] == 0
    assert ask.get("/v1/tasks/by-month", params=query | {"from": "2026-13"}).json()["code"] == "invalid"


def test_parquet_holds_the_same(ask: TestClient) -> None:
    files = pytest.importorskip("pyarrow.parquet", reason="không có pyarrow / pyarrow is not installed")
    answer = ask.get("/v1/exports/targets.parquet")
    assert answer.status_code == 200
    table = files.read_table(io.BytesIO(answer.content))
    assert table.column_names == list(research.TARGETS)
    assert table.to_pylist() == _lines(ask, "targets")
    cited = files.read_table(io.BytesIO(ask.get("/v1/exports/citations.parquet").content))
    assert cited.to_pylist() == _lines(ask, "citations")
