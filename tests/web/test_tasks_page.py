"""The tasks of an office: found, seen on a calendar, counted, kept as filters, taken out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from extractor.record import Assignment, Deadline, DirectiveRecord, Task
from service.store import reports, tables
from service.store.schedule import today_in_vietnam
from tests.service.fakes import directive

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]

LEADS = ("Sở Y tế", "Sở Nội vụ", "Sở Tài chính", "Ủy ban nhân dân các huyện, thị xã, thành phố")


def _record(number: int, days: tuple[int | None, ...]) -> DirectiveRecord:
    """Tasks that are due so many days from now; None: without a deadline."""
    tasks = []
    for n, days_left in enumerate(days, start=1):
        due = today_in_vietnam() + timedelta(days=days_left) if days_left is not None else None
        lead = LEADS[n % len(LEADS)]
        tasks.append(
            Task(
                id=f"{number}-{n}",
                path=("II", str(n)),
                heading="NHIỆM VỤ CỤ THỂ",
                text=f"{lead} chủ trì, phối hợp với Công an tỉnh rà soát, báo cáo kết quả thực hiện nội dung thứ {n}.",
                title=f"Rà soát, báo cáo kết quả thực hiện nội dung thứ {n}",
                confidence=0.9 if n % 3 else 0.4,
                assignments=(
                    Assignment(role="lead", agency=lead, source="explicit", confidence=0.9),
                    Assignment(role="coordinate", agency="Công an tỉnh", source="explicit", confidence=0.9),
                ),
                deadlines=(Deadline(kind="date", due=due, text=f"trước ngày {due:%d/%m/%Y}", confidence=0.9),)
                if due
                else (),
            )
        )
    record = directive(str(number), number=f"{number}/CT-UBND", lead="Sở Y tế")
    return record.model_copy(update={"tasks": tuple(tasks), "warnings": ()})


@pytest.fixture
def filled(service: Any, office: UUID) -> UUID:
    """An office with tasks of all kinds, and one that a tracker calls done."""
    service.put(_record(11, (-40, -3, 0, 2, 5, 20, 45, None)), office)
    service.put(_record(12, (-200, -1, 1, 9, 9, 9, 9, 9, None, None)), office)
    recurring = directive("r", number="13/CT-UBND", lead="Sở Y tế")
    document = service.put(recurring, office)
    with service.database.writing() as session:
        row = session.query(tables.Task).filter_by(document_id=document, ordinal=1).one()
        from service.access.actor import Actor

        tracker = Actor("token", "theo-doi", office=office)
        reports.report(session, row, tracker, state="done", completed_on=date(2026, 6, 1), result_number="5/BC-SYT")
    return office


def test_the_list_and_its_filters(page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    page.goto("/tasks")
    rows = page.locator(".tasks tbody tr")
    expect(rows).to_have_count(21)
    expect(rows.first).to_contain_text("Quá hạn")
    expect(page.get_by_role("link", name="Quá hạn 4")).to_be_visible()
    axe(page), shoot(page, "tasks")
    page.get_by_role("link", name="Quá hạn 4").click()
    expect(rows).to_have_count(4)
    page.get_by_role("link", name="Mọi hạn").click()
    expect(rows).to_have_count(21)
    page.wait_for_load_state()
    page.get_by_label("Cơ quan", exact=True).fill("so noi vu")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(5)
    assert "=&" not in page.url and not page.url.endswith("="), "conditions that are none stay out of the address"
    page.get_by_text("Điều kiện khác").click()
    page.get_by_label("Loại thời hạn").select_option("none")
    page.get_by_role("button", name="Lọc", exact=True).click()
    expect(rows).to_have_count(1)
    axe(page), shoot(page, "tasks-filtered")
    page.get_by_role("link", name="Bỏ lọc").click()
    expect(rows).to_have_count(21)
    done = rows.filter(has_text="Đã hoàn thành")
    done.locator("summary").click()
    expect(done).to_contain_text("5/BC-SYT")
    page.goto(
        "/tasks?role=boss&due_from=soon&view=x&month=13&document=y&state=z&q=kh%C3%B4ng%20c%C3%B3%20%C4%91%C3%A2u"
    )
    expect(page.get_by_role("heading", name="Không có nhiệm vụ nào như vậy")).to_be_visible()
    axe(page)


def test_agencies_are_offered_while_typing(page: Page, filled: UUID) -> None:
    page.goto("/tasks")
    page.get_by_label("Cơ quan", exact=True).press_sequentially("skhđt")
    expect(page.locator("#agencies option").first).to_have_attribute("value", re.compile("Kế hoạch và Đầu tư"))


def test_a_month_of_the_calendar(page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    today = today_in_vietnam()
    page.goto("/tasks?view=month")
    expect(page.get_by_role("heading", level=2)).to_have_text(f"Tháng {today.month}/{today.year}")
    expect(page.locator(".calendar .today li")).to_have_count(1)
    crowded = page.locator(f'.calendar td:has(time[datetime="{today + timedelta(days=9)}"])')
    if crowded.count():
        expect(crowded.locator(".count")).to_have_text("5")
        crowded.get_by_text("thêm 2").click()
    axe(page), shoot(page, "tasks-month")
    # A recurring task is in every month.
    for _ in range(3):
        page.get_by_role("link", name="Tháng sau").click()
        expect(page.get_by_role("link", name="Rà soát kế hoạch số 2").first).to_be_visible()
    page.get_by_role("link", name="Tháng này").click()
    page.locator(".today a").click()
    expect(page).to_have_url(re.compile(r"/documents/.*#NV-"))


def test_timeline_agencies_documents(page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    page.goto("/tasks?view=timeline")
    expect(page.locator(".sums tbody tr")).to_have_count(12)
    expect(page.locator(".chart rect").first).to_be_visible()
    axe(page), shoot(page, "tasks-timeline")
    page.get_by_role("link", name="Theo cơ quan").click()
    expect(page.get_by_role("link", name="Sở Tài chính")).to_be_visible()
    axe(page), shoot(page, "tasks-agencies")
    page.get_by_role("link", name="Sở Tài chính").click()
    expect(page.locator(".tasks tbody tr")).to_have_count(5)
    page.goto("/tasks?view=documents")
    axe(page), shoot(page, "tasks-documents")
    page.get_by_role("link", name="12/CT-UBND").click()
    expect(page.locator(".tasks tbody tr")).to_have_count(10)
    page.get_by_role("link", name="Xem mọi văn bản").click()
    expect(page.locator(".tasks tbody tr")).to_have_count(21)


def test_saved_filters(visitors: Any, page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    page.goto("/tasks?agency=So+Y+te&timeliness=overdue")
    page.get_by_role("button", name="Lưu bộ lọc …").click()
    axe(page), shoot(page, "tasks-save")
    page.get_by_label("Tên", exact=True).fill("Quá hạn <b>của</b> Sở Y tế")
    page.get_by_label("Cả văn phòng dùng chung").check()
    page.keyboard.press("Enter")
    saved = page.get_by_role("link", name="Quá hạn <b>của</b> Sở Y tế")
    expect(saved).to_be_visible()
    axe(page)
    colleague = visitors.page("clerk")
    colleague.goto("/tasks")
    colleague.get_by_role("link", name="Quá hạn <b>của</b> Sở Y tế").click()
    expect(colleague).to_have_url(re.compile("timeliness=overdue"))
    expect(colleague.get_by_role("button", name="Bỏ bộ lọc")).to_have_count(0)
    stranger = visitors.page(user=visitors.service.user(visitors.service.office(), "clerk"))
    stranger.goto("/tasks")
    expect(stranger.get_by_role("link", name="Quá hạn <b>của</b> Sở Y tế")).to_have_count(0)
    page.wait_for_load_state()
    page.get_by_role("button", name="Bỏ bộ lọc").click()
    expect(saved).to_have_count(0)
    page.reload()
    expect(saved).to_have_count(0)


def test_export_and_calendar(page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    page.goto("/tasks?agency=So+Y+te")
    shown = page.locator(".tasks tbody tr").count()
    page.get_by_text("Xuất những gì đang xem").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Bảng chữ (.csv)").click()
    lines = download.value.path().read_text("utf-8-sig").strip()
    assert lines.count("Rà soát") >= shown
    page.get_by_role("button", name="Đưa vào lịch …").click()
    page.get_by_role("button", name="Tạo địa chỉ").click()
    address = page.get_by_label("Địa chỉ, chỉ hiện lần này")
    expect(address).to_have_value(re.compile(r"^http://.*/v1/calendar\.ics\?agency=So\+Y\+te&token=dtk_"))
    axe(page), shoot(page, "tasks-calendar")
    answer = page.request.get(address.input_value(), headers={"Cookie": ""})
    assert answer.ok and "BEGIN:VCALENDAR" in answer.text()
