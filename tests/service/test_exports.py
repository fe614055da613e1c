"""Exports: what leaves the service is whole, is what the tasks say, harms no program, and is written down."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import icalendar
import openpyxl
import pytest
import structlog
from conftest import client_of, put
from dateutil.rrule import rruleset, rrulestr
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import (
    Assignment,
    Deadline,
    Directive,
    DirectiveRecord,
    Issuer,
    Page,
    Recipient,
    Role,
    Signer,
    Source,
    Task,
)
from service.access.actor import Scope, the_service
from service.api.shapes import Task as Shape
from service.client import Client
from service.export import annex, calendar, edxml_rules, subscription, walk, wording
from service.house import House
from service.store import audit, documents, offices, records, schedule, tables
from service.store.tables import Audit

NS = edxml_rules.NAMESPACE
TODAY = schedule.today_in_vietnam()
NOBODY = "01a204f5-7d4c-7000-a3be-d7d3a568fa0b"
HOSTILE = '=HYPERLINK("http://x.example";"bấm")\x0b <b>&amp; ]]> ;=1+1'
LONG = "Rà soát, " * 4000


def _who(role: Role, *agencies: str, confidence: float = 0.9) -> tuple[Assignment, ...]:
    return tuple(Assignment(role=role, agency=name, source="explicit", confidence=confidence) for name in agencies)


def _task(n: int, text: str, *parts: Any, heading: str | None = None, **more: Any) -> Task:
    path = more.pop("path", ("II", str(n)))
    return Task(
        id=f"t{n}",
        path=path,
        heading=heading,
        text=text,
        title=text[:100],
        confidence=more.pop("confidence", 0.9),
        assignments=tuple(part for group in parts for part in group if isinstance(part, Assignment)),
        deadlines=tuple(part for group in parts for part in group if isinstance(part, Deadline)),
    )


def _on(due: date, text: str, confidence: float = 0.9) -> tuple[Deadline, ...]:
    return (Deadline(kind="date", due=due, text=text, confidence=confidence),)


def _every(rrule: str, text: str) -> tuple[Deadline, ...]:
    return (Deadline(kind="recurring", rrule=rrule, text=text, confidence=0.9),)


def _coming(days: int) -> date:
    return TODAY + timedelta(days=days)


def directive(number: str | None = "22/CT-UBND", *tasks: Task, **changes: Any) -> DirectiveRecord:
    """A directive of an invented province, with all that a message needs."""
    text = repr((number, tasks, changes))
    given = {
        "kind": "chỉ thị",
        "number": number,
        "issuer": Issuer(name="Ủy ban nhân dân tỉnh Bình Minh", agency_id="binh-minh", confidence=0.9),
        "place": "Bình Minh",
        "issued_on": date(2026, 1, 31),
        "subject": "tăng cường phòng cháy, chữa cháy & cứu nạn mùa khô",
        "signer": Signer(name="Trần Văn Mẫu", title="Chủ tịch", authority="TM.", confidence=0.9),
        "recipients": (Recipient(text="Như trên"), Recipient(text="Lưu: VT, NC <2>")),
    }
    return DirectiveRecord(
        source=Source(
            file_name="22.txt",
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            media_type="text/plain",
            pages=(Page(number=1, reading="text", confidence=1, width=0, height=0, text="…"),),
        ),
        directive=Directive(**given | changes),
        tasks=tasks,
    )


FIRE = (
    _task(
        1,
        "Chủ trì rà soát phương án chữa cháy rừng.",
        _who("lead", "Sở Y tế", "Công an tỉnh"),
        _who("coordinate", "Các sở, ngành có liên quan"),
        _who("report_to", "Ủy ban nhân dân tỉnh"),
        _on(_coming(40), "trước ngày đã định"),
        heading="NHIỆM VỤ CỤ THỂ",
    ),
    _task(
        2,
        "Báo cáo kết quả thực hiện.",
        _who("lead", "Sở Nội vụ", confidence=0.4),
        _every("FREQ=MONTHLY", "hàng tháng"),
        heading="NHIỆM VỤ CỤ THỂ",
    ),
    _task(3, HOSTILE, _who("lead", "Sở Y tế"), heading="TỔ CHỨC THỰC HIỆN", confidence=0.5, path=("III", "-2")),
    _task(4, "- Tuyên truyền sâu rộng trong Nhân dân.", _on(_coming(-20), "tháng trước", 0.3), path=("*1",)),
)


@pytest.fixture(scope="module")
def fire(house: House) -> UUID:
    return put(house, directive("22/CT-UBND", *FIRE))


@pytest.fixture(scope="module")
def elsewhere(house: House) -> UUID:
    """Another office, with a document of its own."""
    with house.database.writing() as session:
        office = offices.add(session, the_service("tests"), "Văn phòng phường Mẫu").id
    put(
        house,
        directive("07/KH-UBND", _task(1, "Việc của phường.", _who("lead", "Sở Y tế"), _on(_coming(5), "x"))),
        office,
    )
    return office


@pytest.fixture(scope="module", autouse=True)
def _furnished(fire: UUID, elsewhere: UUID) -> None:
    pass


@pytest.fixture
def ours(house: House, app: FastAPI) -> TestClient:
    """A program of the first office that may export."""
    with house.database.reading() as session:
        office = offices.default(session).id
    return client_of(house, app, {"export"}, office)


def _entries(house: House, action: str) -> list[Audit]:
    with house.database.reading() as session:
        page = audit.page(session, the_service("tests"), object_id=None, before=None, limit=1000)
        return [entry for entry in page if entry.action == action]


def _sheet(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == annex.MEDIA_TYPE
    assert int(answer.headers["content-length"]) == len(answer.content)
    return openpyxl.load_workbook(io.BytesIO(answer.content)).active


def _rows(sheet: Any) -> list[dict[str, Any]]:
    """The table below its head, by the names of the columns; rows across the table hold the first alone."""
    rows = list(sheet.iter_rows())
    head = next(i for i, row in enumerate(rows) if row[0].value == "TT")
    names = [cell.value for cell in rows[head]]
    return [dict(zip(names, row, strict=True)) for row in rows[head + 1 :]]


# --- tables


def test_json_lines_are_the_tasks_of_the_list(ours: TestClient, client: TestClient, fire: UUID) -> None:
    answer = ours.get("/v1/exports/tasks.jsonl", params={"document": str(fire)})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == client.get("/v1/tasks", params={"document": str(fire)}).json()["items"]
    assert [Shape.model_validate(line).code for line in lines] == ["NV-01", "NV-02", "NV-03", "NV-04"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert "nhiem-vu.jsonl" in answer.headers["content-disposition"]


def test_csv_shows_vietnamese_in_excel_and_runs_nothing(ours: TestClient, fire: UUID) -> None:
    answer = ours.get("/v1/exports/tasks.csv", params={"document": str(fire)})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\r\n") == 5
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    first, second, third, fourth = rows
    assert first["Cơ quan chủ trì"] == "Sở Y tế; Công an tỉnh"
    assert (first["Văn bản giao"], first["Ngày ban hành"]) == ("22/CT-UBND", "2026-01-31")
    assert (first["Thời hạn"], first["Cần kiểm tra"]) == (_coming(40).isoformat(), "")
    assert (second["Định kỳ"], second["Thời hạn ghi trong văn bản"]) == ("x", "hàng tháng")
    assert (third["Vị trí"], third["Cần kiểm tra"]) == ("III, gạch đầu dòng 2", "x")
    assert third["Nội dung nhiệm vụ"] == "'" + HOSTILE.replace(";=", ";'=")
    assert fourth["Nội dung nhiệm vụ"] == "'- Tuyên truyền sâu rộng trong Nhân dân."
    for cell in (cell for row in rows for cell in row.values()):
        for part in (cell, *cell.split(";")):
            assert not part.startswith(("=", "+", "-", "@", "\t", "\r")), part


@pytest.mark.parametrize(
    "cell", ["=1+1", "+84", "-5%", "@SUM(A1)", "\t=1", " =1", "\r=1", "＝1", "a;=1", "a\n=1", "a;@b"]
)
def test_what_looks_like_a_formula(house: House, ours: TestClient, cell: str) -> None:
    put(house, directive(f"{ord(cell[0])}{len(cell)}{cell[-1]}/TB", _task(1, cell), subject=cell))
    answer = ours.get("/v1/exports/tasks.csv", params={"q": cell.strip("=\n\r\t")})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    texts = {row["Nội dung nhiệm vụ"] for row in rows}
    assert any(text.replace("'", "") == cell for text in texts), "nothing but an apostrophe is added"
    assert cell not in texts


def test_filters_offices_and_shares_are_those_of_the_list(
    ours: TestClient, house: House, app: FastAPI, fire: UUID
) -> None:
    def found(client: TestClient, **query: Any) -> list[Any]:
        answer = client.get("/v1/exports/tasks.jsonl", params=query)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    assert {task["document"]["number"] for task in found(ours, agency="so y te")} == {"22/CT-UBND"}
    everyone = client_of(house, app, {"export"})
    assert {task["document"]["number"] for task in found(everyone, agency="so y te")} == {"22/CT-UBND", "07/KH-UBND"}
    assert [task["code"] for task in found(ours, document=fire, deadline="recurring")] == ["NV-02"]
    shares = found(ours, document=fire, by_lead=True)
    assert [(share["code"], share["leads"]) for share in shares] == [
        ("NV-01", ["Sở Y tế"]),
        ("NV-01", ["Công an tỉnh"]),
        ("NV-02", ["Sở Nội vụ"]),
        ("NV-03", ["Sở Y tế"]),
        ("NV-04", []),
    ]
    assert found(ours, document=NOBODY) == []
    assert ours.get("/v1/exports/tasks.csv", params={"role": "boss"}).status_code == 422


def test_every_task_once_however_many_pages(house: House, ours: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def ids() -> list[str]:
        return [json.loads(line)["id"] for line in ours.get("/v1/exports/tasks.jsonl").text.splitlines()]

    whole = ids()
    for size in (1, 2, len(whole)):
        monkeypatch.setattr(walk, "PAGE", size)
        assert ids() == whole
    assert len(whole) == len(set(whole)) > 4


# --- workbooks


def test_the_workbook_of_many_documents(ours: TestClient, fire: UUID) -> None:
    sheet = _sheet(ours.get("/v1/exports/tasks.xlsx", params={"document": str(fire), "agency": "so y te"}))
    assert [sheet["A1"].value, sheet["A2"].value] == ["PHỤ LỤC", "PHÂN CÔNG NHIỆM VỤ"]
    assert "cơ quan: so y te" in sheet["A4"].value
    first, third = _rows(sheet)
    assert [cell.value for cell in list(first.values())[:5]] == [
        1,
        "Chủ trì rà soát phương án chữa cháy rừng.",
        "Sở Y tế;\nCông an tỉnh",
        "Các sở, ngành có liên quan",
        "Ủy ban nhân dân tỉnh",
    ]
    assert first["Thời hạn"].value.date() == _coming(40)
    assert first["Thời hạn"].is_date and first["Thời hạn"].number_format == "dd/mm/yyyy"
    assert first["Văn bản giao"].value == "22/CT-UBND ngày 31/01/2026\nNV-01; II.1"
    assert first["Tình trạng"].value == "Chưa thực hiện, trong hạn"
    assert third["Nội dung nhiệm vụ"].value == HOSTILE.replace("\x0b", ""), "what XML forbids is gone, nothing else"
    assert third["Nội dung nhiệm vụ"].data_type == "s", "no formula"


def test_the_annex_of_a_directive(ours: TestClient, fire: UUID) -> None:
    answer = ours.get(f"/v1/documents/{fire}/annex.xlsx")
    assert "phu-luc-22-CT-UBND.xlsx" in answer.headers["content-disposition"]
    sheet = _sheet(answer)
    assert sheet["A3"].value == (
        "(Theo Chỉ thị số 22/CT-UBND ngày 31 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh Bình Minh "
        "về việc tăng cường phòng cháy, chữa cháy & cứu nạn mùa khô)"
    )
    assert sheet["A4"].value == "Bản chưa được duyệt."
    rows = _rows(sheet)
    assert [row["TT"].value for row in rows] == ["NHIỆM VỤ CỤ THỂ", 1, 2, "TỔ CHỨC THỰC HIỆN", 3, "Nhiệm vụ khác", 4]

    coloured = {
        row["TT"].value: {name for name, cell in row.items() if cell.fill.start_color.rgb == "00FFF2CC"}
        for row in rows
        if isinstance(row["TT"].value, int)
    }
    named = {row["TT"].value: row["Cần kiểm tra"].value for row in rows if isinstance(row["TT"].value, int)}
    assert coloured == {
        1: set(),
        2: {"Cơ quan chủ trì"},
        3: {"Nội dung nhiệm vụ"},
        4: {"Thời hạn", "Thời hạn ghi trong văn bản"},
    }
    assert named == {1: None, 2: "chủ trì", 3: "nội dung", 4: "thời hạn"}

    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "TT")
    assert sheet.freeze_panes == f"A{head + 1}"
    assert sheet.print_title_rows == f"${head}:${head}"
    assert sheet.print_area.endswith(f"$A$1:$K${sheet.max_row}")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert all(cell.alignment.wrap_text for cell in rows[1].values())


def test_a_sheet_ends_before_excel_does(house: House, monkeypatch: pytest.MonkeyPatch, fire: UUID) -> None:
    monkeypatch.setattr(annex, "ROWS", 3)
    with house.database.reading() as session:
        tasks = walk.at_once(session, walk.Filter(document=fire), house.settings)
    for count, sizes in ((0, [0]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])):
        out = io.BytesIO()
        assert annex.of_tasks(out, (tasks * 2)[:count], ["(Lập hôm nay)"], 0.7) == count
        book = openpyxl.load_workbook(out)
        assert [len(_rows(sheet)) for sheet in book] == sizes
    assert [row["TT"].value for sheet in book for row in _rows(sheet)] == list(range(1, 8))


def test_a_cell_too_long_for_excel_says_so(house: House, ours: TestClient) -> None:
    document = put(house, directive("30/CT-UBND", _task(1, LONG), _task(2, "Ngày xưa", _on(date(12, 3, 4), "năm 12"))))
    long, ancient = _rows(_sheet(ours.get(f"/v1/documents/{document}/annex.xlsx")))
    text = long["Nội dung nhiệm vụ"].value
    assert (len(text), text[-1]) == (32_767, "…")
    assert ancient["Thời hạn"].value == "04/3/0012", "Excel knows no dates before 1900"


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2026, 1, 5), "05/01/2026", "ngày 05 tháng 01 năm 2026"),
        (date(2026, 6, 29), "29/6/2026", "ngày 29 tháng 6 năm 2026"),
        (date(2026, 12, 9), "09/12/2026", "ngày 09 tháng 12 năm 2026"),
    ],
)
def test_days_are_written_as_offices_do(day: date, short: str, long: str) -> None:
    assert (wording.day(day), wording.long_day(day)) == (short, long)


# --- the audit trail and who may


@pytest.mark.parametrize("kind", ["jsonl", "csv", "xlsx"])
def test_exports_of_tasks_are_written_down(house: House, ours: TestClient, fire: UUID, kind: str) -> None:
    before = len(_entries(house, "tasks.export"))
    answer = ours.get(f"/v1/exports/tasks.{kind}", params={"document": str(fire), "role": "lead", "by_lead": True})
    assert answer.status_code == 200
    entries = _entries(house, "tasks.export")
    assert len(entries) == before + 1
    entry = entries[0] if kind == "xlsx" else _entries(house, "tasks.exported")[0]
    assert entry.after is not None
    assert (entry.after["format"], entry.after["by_lead"], entry.after["rows"]) == (kind, True, 4)
    assert entry.after["filters"]["role"] == "lead"
    assert (entry.object_id, entry.actor_kind) == (str(fire), "token")
    assert entry.request_id == entries[0].request_id == answer.headers["x-request-id"]


def test_a_broken_off_export_has_a_beginning_and_no_end(
    house: House, fire: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    from service.api import exports

    monkeypatch.setattr(walk, "PAGE", 1)
    began, ended = len(_entries(house, "tasks.export")), len(_entries(house, "tasks.exported"))
    pages = exports._told(house, the_service("tests"), walk.Filter(document=fire), "csv", by_lead=False)
    assert len(_entries(house, "tasks.export")) == began + 1, "before the first row is read"
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert len(_entries(house, "tasks.exported")) == ended


def test_exports_of_a_document_are_written_down(house: House, ours: TestClient, fire: UUID) -> None:
    ours.get(f"/v1/documents/{fire}/annex.xlsx")
    ours.get(f"/v1/documents/{fire}/message.edxml", params={"sender": "H24", "receiver": ["H24.10", "H24.12"]})
    table, message = _entries(house, "annex.export")[0], _entries(house, "edxml.export")[0]
    assert table.after == {"version": 1, "rows": 4}
    assert message.after == {"version": 1, "rows": 4, "sender": "H24", "receivers": ["H24.10", "H24.12"]}
    assert table.object_id == message.object_id == str(fire)


def _paths(fire: UUID) -> dict[str, dict[str, str]]:
    return {
        "/v1/exports/tasks.jsonl": {},
        "/v1/exports/tasks.csv": {},
        "/v1/exports/tasks.xlsx": {},
        f"/v1/documents/{fire}/annex.xlsx": {},
        f"/v1/documents/{fire}/message.edxml": {"sender": "H24", "receiver": "H24.10"},
    }


def test_who_may_export(house: House, app: FastAPI, stranger: TestClient, fire: UUID, elsewhere: UUID) -> None:
    callers: list[tuple[TestClient, int]] = [
        (stranger, 401),
        (client_of(house, app, {"read"}), 403),
        (client_of(house, app, {"calendar"}), 403),
        (client_of(house, app, {"export"}), 200),
    ]
    for path, query in _paths(fire).items():
        for caller, status in callers:
            assert caller.get(path, params=query).status_code == status, path
    neighbour = client_of(house, app, {"export"}, elsewhere)
    for path, query in _paths(fire).items():
        answer = neighbour.get(path, params=query)
        if "/documents/" in path:
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        else:
            assert b"22/CT-UBND" not in answer.content


# --- the calendar


def _calendar(answer: Any) -> icalendar.Calendar:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n")), "folded by bytes, not letters"
    read = icalendar.Calendar.from_ical(answer.content)
    assert isinstance(read, icalendar.Calendar)
    return read


def _events(answer: Any) -> dict[str, icalendar.Event]:
    events = list(_calendar(answer).walk("VEVENT"))
    named = {str(event["SUMMARY"]): event for event in events}
    assert len({str(event["UID"]) for event in events}) == len(events)
    return named  # type: ignore[return-value]


def test_deadlines_in_any_calendar_program(client: TestClient, fire: UUID) -> None:
    answer = client.get("/v1/calendar.ics", params={"document": str(fire), "remind": 3})
    read = _calendar(answer)
    assert (str(read["X-WR-CALNAME"]), str(read["VERSION"])) == ("Nhiệm vụ – 22/CT-UBND", "2.0")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in answer.content
    events = _events(answer)
    assert set(events) == {f"{FIRE[n].title} (22/CT-UBND)" for n in (0, 1, 3)}, "a task without a day has no entry"
    event = events["Chủ trì rà soát phương án chữa cháy rừng. (22/CT-UBND)"]
    task = client.get("/v1/tasks", params={"document": str(fire)}).json()["items"][0]
    assert event.decoded("DTSTART") == _coming(40) == event.decoded("DTEND") - timedelta(days=1)
    assert str(event["UID"]) == f"{task['id']}-0@directives"
    assert int(event["SEQUENCE"]) == task["version"]
    assert event.decoded("LAST-MODIFIED") == datetime.fromisoformat(task["updated_at"]).replace(microsecond=0)
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CONFIRMED", "TRANSPARENT")
    assert str(event["URL"]) == f"http://127.0.0.1/documents/{fire}"
    assert "Chủ trì: Sở Y tế, Công an tỉnh\n" in str(event["DESCRIPTION"])
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(days=-3, hours=8)
    silent = _events(client.get("/v1/calendar.ics", params={"document": str(fire), "remind": 0}))
    assert not any(event.walk("VALARM") for event in silent.values())


RULES = [
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;INTERVAL=3",
    "FREQ=MONTHLY;INTERVAL=6",
    "FREQ=MONTHLY;BYMONTHDAY=20",
    "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTH=2,6;COUNT=3",
    "FREQ=MONTHLY;COUNT=5",
    "FREQ=MONTHLY;UNTIL=20270630",
    "FREQ=MONTHLY;UNTIL=20270630T170000Z",
    "FREQ=YEARLY",
    "FREQ=YEARLY;INTERVAL=2",
    "FREQ=YEARLY;BYMONTH=5,11",
    "FREQ=YEARLY;BYMONTH=2",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=2,11",
    "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15",
    "FREQ=WEEKLY",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR",
    "FREQ=DAILY;INTERVAL=10",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
]


@pytest.mark.parametrize("begin", [date(2026, 1, 31), date(2024, 2, 29), date(2026, 4, 30), date(2026, 3, 14)])
def test_recurrences_fall_on_the_days_that_the_service_tells(begin: date) -> None:
    """Read by the rules of RFC 5545, with no help from us."""
    for rrule in RULES:
        deadline = tables.Deadline(position=0, kind="recurring", due=None, start=begin, rrule=rrule, text=rrule)
        document = tables.Document(id=UUID(NOBODY), number="1/CT", kind=None, issuer=None, issued_on=date(2026, 1, 1))
        task = tables.Task(
            id=UUID(NOBODY), document=document, deadlines=[deadline], assignments=[], title="t", text="t", ordinal=1,
            version=1, updated_at=datetime(2026, 1, 1).astimezone(), state="not_started", approved=True,
        )  # fmt: skip
        body = calendar.calendar_of([task], "x", "http://127.0.0.1/", 0)
        (event,) = icalendar.Calendar.from_ical(body).walk("VEVENT")
        expected = schedule.occurrences(deadline, None, begin, date(2034, 1, 1), limit=20)
        assert _days(event, 20, date(2034, 1, 1)) == expected, (rrule, begin)
        assert expected[0] == event.decoded("DTSTART")


def _days(event: Any, limit: int, end: date) -> list[date]:
    first = datetime.combine(event.decoded("DTSTART"), datetime.min.time())
    days = rruleset()
    days.rdate(first)
    if "RRULE" in event:
        days.rrule(rrulestr(event["RRULE"].to_ical().decode(), dtstart=first, ignoretz=True))
    if "RDATE" in event:
        assert event["RDATE"].params["VALUE"] == "DATE"
        for day in event["RDATE"].dts:
            days.rdate(datetime.combine(day.dt, datetime.min.time()))
    return [day.date() for day in islice(days, limit) if day.date() <= end]


def test_a_subscription_is_of_an_agency_and_a_role(
    client: TestClient, house: House, app: FastAPI, elsewhere: UUID
) -> None:
    def titles(caller: TestClient, **query: str) -> set[str]:
        return {name.rpartition(" (")[0] for name in _events(caller.get("/v1/calendar.ics", params=query))}

    health = {"Chủ trì rà soát phương án chữa cháy rừng."}
    assert titles(client, agency="so y te") == health | {"Việc của phường."}
    assert titles(client, agency="so y te", role="coordinate") == set()
    assert titles(client, role="coordinate") == health
    neighbour = client_of(house, app, {"calendar"}, elsewhere)
    assert titles(neighbour) == titles(neighbour, agency="Sở Y tế") == {"Việc của phường."}
    answer = client.get("/v1/calendar.ics", params={"agency": "noi vu"})
    assert str(_calendar(answer)["X-WR-CALNAME"]) == "Nhiệm vụ – Sở Nội vụ"
    evil = client.get("/v1/calendar.ics", params={"agency": "x\r\nX-EVIL:1"})
    assert b"\nX-EVIL" not in evil.content


def test_asking_again_costs_little_until_something_changes(house: House, client: TestClient) -> None:
    task = _task(1, "Nộp báo cáo.", _who("lead", "Chi cục Mẫu"), _on(_coming(9), "x"))
    document = put(house, directive("31/CT-UBND", task))
    query = {"agency": "Chi cục Mẫu"}
    first = client.get("/v1/calendar.ics", params=query)
    entries = len(_entries(house, "calendar.export"))
    tag = {"If-None-Match": first.headers["etag"]}
    again = client.get("/v1/calendar.ics", params=query, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    assert len(_entries(house, "calendar.export")) == entries, "nothing left the house"
    assert client.get("/v1/calendar.ics", params=query).content == first.content

    found = client.get("/v1/tasks", params={"document": str(document)}).json()["items"][0]
    client.put(f"/v1/tasks/{found['id']}/progress", json={"state": "done", "completed_on": "2026-03-01"})
    done = client.get("/v1/calendar.ics", params=query, headers=tag)
    ((name, event),) = _events(done).items()
    assert name == "✓ Nộp báo cáo. (31/CT-UBND)"
    assert int(event["SEQUENCE"]) == found["version"] + 1
    assert not event.walk("VALARM")

    client.post(f"/v1/documents/{document}/recall", json={"why": "nhầm"})
    gone = client.get("/v1/calendar.ics", params=query, headers={"If-None-Match": done.headers["etag"]})
    (event,) = _events(gone).values()
    assert str(event["STATUS"]) == "CANCELLED"
    entry = _entries(house, "calendar.export")[0]
    assert entry.after == {"filters": {"agency": "Chi cục Mẫu"}, "rows": 1}


def test_a_calendar_forgets_what_is_long_past(
    house: House, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = (
        _task(1, "Xong từ lâu.", _on(_coming(-400), "x")),
        _task(2, "Nhiều kỳ.", _on(_coming(-400), "x"), _on(_coming(3), "y")),
        _task(3, "Hằng năm.", _every("FREQ=YEARLY", "hằng năm")),
        _task(4, "Sắp tới.", _on(_coming(2), "x")),
    )
    document = put(house, directive("33/CT-UBND", *tasks))

    def shown() -> list[str]:
        events = _calendar(client.get("/v1/calendar.ics", params={"document": str(document)})).walk("VEVENT")
        return [str(event["SUMMARY"]).partition(" (")[0] for event in events]

    assert shown() == ["Hằng năm.", "Nhiều kỳ.", "Nhiều kỳ.", "Sắp tới."]
    monkeypatch.setattr(subscription, "MOST", 2)
    assert shown() == ["Hằng năm.", "Nhiều kỳ.", "Nhiều kỳ."]
    with house.database.writing() as session:
        found = documents.find(session, document, the_service("tests"))
        assert found
        records.withdraw(session, found, the_service("tests"), "Thu hồi")
    assert len(shown()) == 3
    monkeypatch.setattr(subscription, "CANCELLED", timedelta(0))
    assert shown() == []


def test_a_calendar_with_unreadable_rules_still_comes(house: House, client: TestClient) -> None:
    bad = ("FREQ=HOURLY", "DTSTART:20200101\nRRULE:FREQ=DAILY", "nonsense", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")
    deadlines = [part for rule in bad for part in _every(rule, "x")] + list(_on(date.max, "xa"))
    document = put(house, directive("32/CT-UBND", _task(1, "Một.\r\x07Hai.", deadlines, _on(_coming(1), "mai"))))
    (event,) = _events(client.get("/v1/calendar.ics", params={"document": str(document)})).values()
    assert event.decoded("DTSTART") == _coming(1)


# --- the way into the calendar


def _secret(client: TestClient) -> str:
    return client.headers["Authorization"].removeprefix("Bearer ")


def _basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"lich:{password}".encode()).decode()}


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the service logs."""
    written: list[str] = []
    kept = structlog.get_config()
    structlog.configure(processors=[lambda _, __, event: written.append(repr(event)) or repr(event)])
    yield written
    structlog.configure(**kept)


def test_a_calendar_token_in_the_address_or_as_a_password(
    house: House, app: FastAPI, stranger: TestClient, fire: UUID, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = _secret(client_of(house, app, {"calendar"}))
    answer = stranger.get("/v1/calendar.ics", params={"document": str(fire), "token": secret, "remind": 0})
    assert len(_events(answer)) == 3, "the rest of the address still counts"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "private" in answer.headers["cache-control"]
    assert secret not in answer.text
    assert stranger.get("/v1/calendar.ics", headers=_basic(secret)).status_code == 200
    assert lines and "/v1/calendar.ics" in "".join(lines)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx2")]
    assert secret not in "".join([*lines, *ours])
    assert not any(secret in repr((entry.after, entry.actor)) for entry in _entries(house, "calendar.export"))


@pytest.mark.parametrize("scopes", [{"read"}, {"calendar", "read"}, {"export", "calendar"}])
def test_other_tokens_are_taken_neither_from_addresses_nor_as_passwords(
    house: House, app: FastAPI, stranger: TestClient, scopes: set[Scope]
) -> None:
    secret = _secret(client_of(house, app, scopes))
    for answer in (
        stranger.get("/v1/calendar.ics", params={"token": secret}),
        stranger.get("/v1/calendar.ics", headers=_basic(secret)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "subscription-token-only")


def test_the_calendar_token_opens_the_calendar_alone(
    house: House, app: FastAPI, stranger: TestClient, fire: UUID
) -> None:
    bearer = client_of(house, app, {"calendar"})
    secret = _secret(bearer)
    assert bearer.get("/v1/calendar.ics").status_code == 200
    others = {
        "/v1/tasks": {},
        "/v1/documents": {},
        "/v1/changes": {},
        "/v1/audit": {},
        f"/v1/documents/{fire}/record": {},
    }
    for path, query in {**others, **_paths(fire)}.items():
        assert stranger.get(path, params={**query, "token": secret}).status_code == 401, path
        assert stranger.get(path, params=query, headers=_basic(secret)).status_code == 401, path
        assert bearer.get(path, params=query).status_code == 403, path
    assert stranger.get("/tasks", params={"token": secret}).status_code == 303, "to the sign-in"
    assert stranger.post("/v1/calendar.ics", params={"token": secret}).status_code == 405


@pytest.mark.parametrize("wrong", ["dtk_nothing", "", "é" * 20])
def test_programs_are_asked_for_a_password(stranger: TestClient, wrong: str) -> None:
    for answer in (
        stranger.get("/v1/calendar.ics"),
        stranger.get("/v1/calendar.ics", params={"token": wrong}),
        stranger.get("/v1/calendar.ics", headers=_basic(wrong)),
        stranger.get("/v1/calendar.ics", headers={"Authorization": "Basic %%%"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith('Basic realm="calendar"')


# --- the message of the document exchange


def _message(client: TestClient, document: UUID, **query: Any) -> Any:
    given: dict[str, Any] = {"sender": "H24", "receiver": ["H24.10,Sở Nội vụ", "000.00.12.H24"]}
    return client.get(f"/v1/documents/{document}/message.edxml", params=given | query)


def _root(answer: Any) -> ET.Element:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    root = ET.fromstring(answer.content)
    assert edxml_rules.breaches(root) == []
    return root


def _at(root: ET.Element, path: str) -> str | None:
    return root.findtext(".//" + "/".join(f"{{{NS}}}{name}" for name in path.split("/")))


def test_the_message_says_what_the_record_says(ours: TestClient, fire: UUID) -> None:
    answer = _message(ours, fire)
    assert answer.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<edXML:edXML xmlns:edXML=")
    assert "vb-22-CT-UBND.edxml" in answer.headers["content-disposition"]
    root = _root(answer)
    said = {
        "From/OrganId": "H24",
        "From/OrganName": "Ủy ban nhân dân tỉnh Bình Minh",
        "To/OrganName": "Sở Nội vụ",
        "Code/CodeNumber": "22",
        "Code/CodeNotation": "CT-UBND",
        "PromulgationInfo/Place": "Bình Minh",
        "PromulgationInfo/PromulgationDate": "2026/01/31",
        "DocumentType/TypeName": "Chỉ thị",
        "MessageHeader/Subject": "tăng cường phòng cháy, chữa cháy & cứu nạn mùa khô",
        "SignerInfo/Competence": "TM.",
        "SignerInfo/FullName": "Trần Văn Mẫu",
        "MessageHeader/DueDate": f"{_coming(-20):%Y/%m/%d}",
        "OtherInfo/Priority": "0",
        "MessageHeader/SteeringType": "1",
        "MessageHeader/DocumentId": "H24,2026/01/31,22/CT-UBND",
        "Bussiness/BussinessDocType": "0",
    }
    assert {path: _at(root, path) for path in said} == said
    assert [place.text for place in root.iterfind(f".//{{{NS}}}Place")][1:] == ["Như trên", "Lưu: VT, NC <2>"]


def test_the_table_of_tasks_is_attached(ours: TestClient, fire: UUID) -> None:
    root = _root(_message(ours, fire))
    packed = zipfile.ZipFile(io.BytesIO(base64.b64decode(_at(root, "Attachment/ContentTransferEncoded") or "")))
    (name,) = packed.namelist()
    assert f"cid:{_at(root, 'Attachment/ContentId')}" == _at(root, "Reference/ContentId")
    assert name == _at(root, "Attachment/AttachmentName")
    sheet = openpyxl.load_workbook(io.BytesIO(packed.read(name))).active
    assert [row["TT"].value for row in _rows(sheet)] == [
        "NHIỆM VỤ CỤ THỂ",
        1,
        2,
        "TỔ CHỨC THỰC HIỆN",
        3,
        "Nhiệm vụ khác",
        4,
    ]


@pytest.mark.parametrize(
    ("changes", "query", "path", "value"),
    [
        ({"urgency": "Hỏa tốc"}, {}, "OtherInfo/Priority", "3"),
        ({"urgency": "HOẢ TỐC HẸN GIỜ"}, {}, "OtherInfo/Priority", "4"),
        ({"urgency": "Khẩn"}, {}, "OtherInfo/Priority", "1"),
        ({"number": "15-CT/TU"}, {}, "Code/CodeNotation", "CT/TU"),
        ({"number": "12/2026/QĐ-UBND"}, {}, "Code/CodeNotation", "2026/QĐ-UBND"),
        ({"number": "05/CT-UBND"}, {"sender": "H24,Ủy ban", "issuer": "000.00.00.H24"}, "Bussiness/DocumentId", "000.00.00.H24,2026/01/31,05/CT-UBND"),
        ({}, {"sender": "H31,Văn phòng, Sở Mẫu"}, "From/OrganName", "Văn phòng, Sở Mẫu"),
        ({}, {"steering": 2}, "MessageHeader/SteeringType", "2"),
        ({"subject": "a\x0c<&>]]>"}, {}, "MessageHeader/Subject", "a<&>]]>"),
    ],
)  # fmt: skip
def test_particulars(
    house: House, ours: TestClient, changes: dict[str, Any], query: dict[str, Any], path: str, value: str
) -> None:
    record = directive(**{"number": "40/CT-UBND", **changes, "kind": f"chỉ thị {path} {value}"})
    assert _at(_root(_message(ours, put(house, record), **query)), path) == value


@pytest.mark.parametrize(
    ("lack", "path"),
    [
        ({"number": None}, "MessageHeader/Code/CodeNumber"),
        ({"number": "CT-UBND"}, "MessageHeader/Code/CodeNumber"),
        ({"issued_on": None}, "MessageHeader/PromulgationInfo/PromulgationDate"),
        ({"signer": None}, "MessageHeader/SignerInfo/FullName"),
        ({"subject": None}, "MessageHeader/Subject"),
        ({"kind": None}, "MessageHeader/DocumentType/TypeName"),
    ],
)
def test_what_the_record_lacks_is_said(house: House, ours: TestClient, lack: dict[str, Any], path: str) -> None:
    answer = _message(ours, put(house, directive(**{"number": "41/CT-UBND", "place": repr(lack)} | lack)))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (409, "message-incomplete")
    wrong = {error["field"].removeprefix("edXML/edXMLEnvelope/edXMLHeader/"): error for error in body["errors"]}
    assert path in wrong
    assert wrong[path]["message"] and wrong[path]["message_en"]


def test_what_may_not_go(house: House, ours: TestClient, fire: UUID) -> None:
    secret = put(house, directive("42/CT-UBND", secrecy="Mật"))
    assert _message(ours, secret).json()["code"] == "classified"
    for query in ({"sender": "h24"}, {"sender": ""}, {"receiver": []}, {"issuer": "H24,"}, {"steering": 3}):
        assert _message(ours, fire, **query).status_code == 422, query
    assert _message(ours, fire, sender="H" * 36).json()["code"] == "message-incomplete", "35 characters at most"
    assert _message(ours, UUID(NOBODY)).status_code == 404
    assert not [entry for entry in _entries(house, "edxml.export") if entry.object_id == str(secret)]


def test_a_recalled_and_a_replacing_document(house: House, ours: TestClient) -> None:
    old = put(house, directive("50/CT-UBND", *FIRE[:1]))
    new = put(house, directive("51/CT-UBND", *FIRE[:2]))
    with house.database.writing() as session:
        service = the_service("tests")
        first, second = (documents.find(session, each, service) for each in (old, new))
        assert first and second
        records.withdraw(session, first, service, "Thay thế", second)
    recalled, replacing = _root(_message(ours, old)), _root(_message(ours, new))
    assert [_at(recalled, f"Bussiness/{name}") for name in ("BussinessDocType", "BussinessDocReason")] == [
        "1",
        "Thay thế",
    ]
    assert _at(recalled, "AttachmentEncoded/Attachment") is None
    assert _at(replacing, "Bussiness/BussinessDocType") == "3"
    assert _at(replacing, "ReplacementInfo/DocumentId") == "H24,2026/01/31,50/CT-UBND"
    sheet = _sheet(ours.get(f"/v1/documents/{old}/annex.xlsx"))
    assert sheet["A4"].value == "Văn bản đã hết hiệu lực. Thay thế"


# What is done to a good message, and where it is then wrong.
BROKEN = [
    ("{NS}edXMLEnvelope", "{NS}Envelope", "edXML/edXMLEnvelope"),
    (NS, "http://www.e-doc.vn/Schema/", "edXML"),
    ("Bussiness", "Business", "edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"),
    (">2026/01/31<", ">2026-01-31<", "PromulgationDate"),
    (">2026/01/31<", ">2026/02/30<", "PromulgationDate"),
    (">2026/01/31<", ">2026/1/31<", "PromulgationDate"),
    ("<edXML:Priority>0<", "<edXML:Priority>5<", "Priority"),
    ("<edXML:SteeringType>1<", "<edXML:SteeringType><", "SteeringType"),
    ("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>x<", "BussinessDocType"),
    ("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>1<", "BussinessDocReason"),
    ("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>3<", "ReplacementInfo"),
    ("<edXML:Paper>0<", "<edXML:Paper>2<", "Paper"),
    ("<edXML:OrganId>H24.10<", "<edXML:OrganId>H24-10<", "To[1]/OrganId"),
    ("<edXML:OrganId>H24.10<", f"<edXML:OrganId>{'H' * 36}<", "To[1]/OrganId"),
    (">H24,2026/01/31,22/CT-UBND<", ">H24;2026/01/31;22/CT-UBND<", "MessageHeader/DocumentId"),
    (">H24,2026/01/31,22/CT-UBND<", ">H24,2026/01/30,22/CT-UBND<", "MessageHeader/DocumentId"),
    ("cid:", "", "Reference[1]/ContentId"),
    ("cid:phu", "cid:khac", "edXMLManifest"),
    ('version="1.0"', 'version="2.0"', "edXMLManifest/@version"),
    ("<edXML:edXMLManifest ", '<edXML:edXMLManifest extra="1" ', "edXMLManifest/@extra"),
    ("<edXML:Subject>", "<edXML:Subject/><edXML:Subject>", "MessageHeader/Subject"),
    ("<edXML:ContentTransferEncoded>", "<edXML:ContentTransferEncoded>!", "ContentTransferEncoded"),
    ("<edXML:TraceHeader>", "<edXML:TraceHeader>chữ", "TraceHeader[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "bad", "path"), BROKEN)
def test_broken_messages_do_not_pass(ours: TestClient, fire: UUID, good: str, bad: str, path: str) -> None:
    text = _message(ours, fire).text
    good, bad = (part.replace("{NS}", "edXML:") for part in (good, bad))
    assert good in text
    wrong = edxml_rules.breaches(ET.fromstring(text.replace(good, bad)))
    assert any(breach.path.endswith(path) or path in breach.path for breach in wrong), wrong


def test_every_element_is_in_its_place(ours: TestClient, fire: UUID) -> None:
    """Take away or move any element that has to be there: the message does not pass."""
    text = _message(ours, fire).text
    optional = {
        "OrganName", "Content", "Competence", "Position", "DueDate", "ToPlaces", "Place", "PageAmount", "Appendixes",
        "Appendix", "To",
    }  # fmt: skip
    places = [(parent, n) for parent in ET.fromstring(text).iter() for n in range(len(parent))]
    for place in range(len(places)):
        root = ET.fromstring(text)
        parent, n = [(parent, n) for parent in root.iter() for n in range(len(parent))][place]
        child = parent[n]
        parent.remove(child)
        name = child.tag.rpartition("}")[2]
        if name not in optional:
            assert edxml_rules.breaches(root), f"without {name}"
        if n < len(parent) and parent[-1].tag != child.tag:
            parent.append(child)
            assert edxml_rules.breaches(root), f"{name} last"


# --- the client


def test_the_typed_client_exports(house: House, app: FastAPI, fire: UUID, tmp_path: Path) -> None:
    service = Client("http://127.0.0.1", "")
    service._http = client_of(house, app, {"export", "calendar"})  # type: ignore[assignment]
    file = tmp_path / "việc.csv"
    service.export(file, document=fire)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [path.name for path in tmp_path.iterdir()] == ["việc.csv"]
    assert service.annex(fire).startswith(b"PK")
    assert b"BEGIN:VCALENDAR" in service.calendar(document=fire)
    assert b"edXMLEnvelope" in service.message(fire, sender="H24", receivers=["H24.10"])
