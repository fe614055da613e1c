"""Two years of the same directive: what is kept, changed, new and gone."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from extractor.record import Assignment, Deadline, DirectiveRecord, Target, Task
from service.access.actor import the_service
from service.house import House
from service.store import offices
from service.store.ids import new_id
from service.study.comparison import compared
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]


def task(n: int, text: str, lead: str = "Sở Y tế", due: date | None = None) -> Task:
    deadlines = (Deadline(kind="date", due=due, text=f"trước ngày {due:%d/%m/%Y}", confidence=1),) if due else ()
    return Task(
        id=new_id().hex,
        path=("I", str(n)),
        text=text,
        title=text[:100],
        assignments=(Assignment(role="lead", agency=lead, source="explicit", confidence=1),),
        deadlines=deadlines,
    )


def target(indicator: str, value: str) -> Target:
    return Target(id=new_id().hex, indicator=indicator, value=value, unit="%", text=f"{indicator} đạt {value}%")


def year(number: str, day: date, tasks: list[Task], *targets: Target) -> DirectiveRecord:
    record = directive(f"{number} {day}", number=number, lead="Sở Y tế", tasks=1)
    header = record.directive.model_copy(update={"issued_on": day, "subject": f"công tác hè năm {day.year}"})
    return record.model_copy(update={"directive": header, "tasks": tuple(tasks), "targets": targets, "warnings": ()})


OLD = year(
    "05/CT-UBND",
    date(2021, 4, 1),
    [
        task(1, "Sở Y tế chủ trì tổ chức dạy bơi an toàn cho học sinh trong dịp hè năm 2021 tại các trường tiểu học."),
        task(2, "Sở Y tế kiểm tra các điểm tắm sông, cắm biển cảnh báo nơi nguy hiểm.", due=date(2021, 5, 31)),
        task(3, "Đoàn Thanh niên vận động quyên góp áo phao cho trẻ em vùng ven sông."),
    ],
    target("tỷ lệ học sinh tiểu học biết bơi", "60"),
    target("xã có bể bơi", "20"),
)
NEW = year(
    "07/CT-UBND",
    date(2022, 4, 1),
    [
        task(1, "Sở Y tế chủ trì tổ chức dạy bơi an toàn cho học sinh trong dịp hè năm 2022 tại các trường tiểu học."),
        task(2, "Báo Bình Minh mở chuyên mục hằng tuần về kỹ năng sơ cứu người bị nạn."),
        task(
            3, "Sở Y tế kiểm tra các điểm tắm sông, cắm biển cảnh báo nơi nguy hiểm.", "Công an tỉnh", date(2022, 5, 15)
        ),
    ],
    target("học sinh tiểu học biết bơi", "70"),
    target("tỷ lệ trường có nhân viên y tế", "100"),
)


def test_tasks_and_targets_of_two_years() -> None:
    found = compared(OLD, NEW)
    assert [pair.standing for pair in found.tasks] == ["kept", "new", "changed", "gone"]
    assert {one.field for one in found.tasks[2].differences} == {"lead", "deadline"}
    assert found.tasks[3].left.text.startswith("Đoàn Thanh niên")
    assert [pair.standing for pair in found.targets] == ["changed", "new", "gone"]
    assert ("value", "60 %", "70 %") in {(one.field, one.before, one.after) for one in found.targets[0].differences}
    assert found.counts()["tasks"] == {"kept": 1, "changed": 1, "new": 1, "gone": 1}


def test_a_document_is_like_itself() -> None:
    assert {pair.standing for pair in (*compared(NEW, NEW).tasks, *compared(NEW, NEW).targets)} == {"kept"}
    mirrored = compared(NEW, OLD).counts()["tasks"]
    assert mirrored == {"kept": 1, "changed": 1, "new": 1, "gone": 1}


@pytest.fixture(scope="module")
def office(house: House) -> UUID:
    with house.database.writing() as session:
        return offices.add(session, the_service("tests"), "Văn phòng so sánh").id


@pytest.fixture(scope="module")
def ids(house: House, office: UUID) -> tuple[UUID, UUID]:
    return put(house, OLD, office), put(house, NEW, office)


@pytest.fixture(scope="module")
def ask(house: House, app: FastAPI, office: UUID) -> TestClient:
    return client_of(house, app, ["read"], office)


def test_the_interface_compares(ask: TestClient, ids: tuple[UUID, UUID]) -> None:
    answer: Json = ask.get("/v1/compare", params={"left": ids[0], "right": ids[1]}).json()
    assert answer["task_counts"] == {"kept": 1, "changed": 1, "new": 1, "gone": 1}
    assert answer["left"]["number"] == "05/CT-UBND" and answer["tasks"][1]["left"] is None
    assert ask.get("/v1/compare", params={"left": ids[0], "right": new_id()}).status_code == 404


def test_other_offices_do_not_compare(house: House, app: FastAPI, ids: tuple[UUID, UUID]) -> None:
    with house.database.writing() as session:
        elsewhere = offices.add(session, the_service("tests"), "Văn phòng khác nữa").id
    stranger = client_of(house, app, ["read"], elsewhere)
    assert stranger.get("/v1/compare", params={"left": ids[0], "right": ids[1]}).status_code == 404
    shown = stranger.get("/compare", params={"left": ids[0], "right": "07/CT-UBND"}, headers={"Accept": "text/html"})
    assert shown.status_code == 200 and "dạy bơi" not in shown.text


def test_the_page_takes_numbers_and_offers_other_years(ask: TestClient, ids: tuple[UUID, UUID]) -> None:
    html = {"Accept": "text/html"}
    page = ask.get("/compare", params={"left": "5/CT-UBND", "right": "07 / CT-UBND"}, headers=html)
    assert page.status_code == 200 and "Giữ nguyên: 1" in page.text and "Đoàn Thanh niên" in page.text
    offered = ask.get("/compare", params={"right": ids[1]}, headers=html).text
    assert f"left={ids[0]}" in offered
    assert "99/CT-UBND" in ask.get("/compare", params={"left": "99/CT-UBND", "right": ids[1]}, headers=html).text
    assert ask.get("/compare", headers=html).status_code == 200
