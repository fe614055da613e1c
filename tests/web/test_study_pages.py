"""What researchers look at: a target over the years, each point led back to its sentence; two years of one directive."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from extractor.record import Assignment, DirectiveRecord, Issuer, Period, Span, Target, Task
from extractor.record import Page as ReadPage
from tests.service.fakes import directive
from tests.web.conftest import ZOOMED

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


def _year(year: int, percent: str, *tasks: str) -> DirectiveRecord:
    """The directive of a year, which wants so many percent of pupils to swim by its end."""
    sentence = f"Phấn đấu đến cuối năm {year}, tỷ lệ học sinh tiểu học biết bơi đạt {percent}%."
    record = directive(f"{year} {percent} {tasks}", number=f"{year - 2015}/CT-UBND", lead="Sở Y tế", tasks=1)
    source = record.source.model_copy(
        update={
            "pages": (ReadPage(number=1, reading="ocr", confidence=0.9, width=595, height=842, text=sentence),),
        }
    )
    header = record.directive.model_copy(
        update={
            "issued_on": date(year, 3, 1),
            "subject": f"phòng, chống đuối nước năm {year}",
            "issuer": Issuer(name="Ủy ban nhân dân tỉnh Bình Minh", confidence=0.9),
        }
    )
    wanted = Target(
        id=f"{year}-{percent}",
        indicator="tỷ lệ học sinh tiểu học biết bơi",
        value=percent,
        unit="%",
        period=Period(end=date(year, 12, 31)),
        text=sentence,
        spans=(Span(page=1, start=0, end=len(sentence)),),
        confidence=0.9,
    )
    return record.model_copy(
        update={
            "source": source,
            "directive": header,
            "targets": (wanted,),
            "warnings": (),
            "tasks": tuple(
                Task(
                    id=f"{year}-{n}",
                    path=("I", str(n)),
                    text=text,
                    title=text[:100],
                    confidence=0.9,
                    assignments=(Assignment(role="lead", agency="Sở Y tế", source="explicit", confidence=0.9),),
                )
                for n, text in enumerate(tasks, start=1)
            ),
        }
    )


@pytest.fixture
def filled(service: Any, office: UUID) -> UUID:
    """Three years of one directive."""
    swim = "Sở Y tế tổ chức dạy bơi an toàn cho học sinh tại các trường tiểu học."
    service.put(_year(2021, "60", swim, "Sở Y tế vận động quyên góp áo phao cho trẻ em vùng ven sông."), office)
    service.put(_year(2022, "70", swim), office)
    service.put(_year(2023, "85", swim, "Báo Bình Minh mở chuyên mục về kỹ năng sơ cứu người bị nạn."), office)
    return office


def test_a_target_over_the_years_leads_back_to_each_sentence(
    visitors: Any, page: Page, filled: UUID, axe: Look, shoot: Shoot
) -> None:
    page.goto("/tasks")
    page.get_by_role("link", name="Chỉ tiêu", exact=True).click()
    expect(page.get_by_text("Gõ vài từ của một chỉ tiêu")).to_be_visible()
    axe(page), shoot(page, "targets-none")
    page.get_by_label("Các từ của chỉ tiêu").fill("hoc sinh biet boi")
    page.keyboard.press("Enter")
    section = page.get_by_role("region", name="biết bơi").first
    rows = section.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("31/12/2023")
    points = page.locator("figure.series a")
    expect(points).to_have_count(3)
    heights = [float(point.get_attribute("cy") or 0) for point in page.locator("figure.series circle").all()]
    assert heights == sorted(heights, reverse=True), "what grows goes up"
    axe(page), shoot(page, "targets")
    page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
    expect(points.first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page itself does not scroll sideways"
    )
    axe(page), shoot(page, "targets-zoomed")
    points.last.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/documents/[-0-9a-f]+/pages/1\?at=0-"))
    expect(page.locator("mark")).to_contain_text("đạt 85%")
    page.goto("/targets?q=khong+co+gi&year=x&unit=")
    expect(page.get_by_text("Không có chỉ tiêu nào như vậy")).to_be_visible()
    english = visitors.page("researcher", language="en")
    english.goto("/targets")
    expect(english.get_by_role("heading", level=1)).to_have_text("Targets over time")


def test_a_target_is_taken_away(page: Page, filled: UUID) -> None:
    page.goto("/targets?q=biet+boi")
    page.get_by_text("Xuất những gì đang xem").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Bảng chữ (.csv)").click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.count("biết bơi") >= 3 and "8/CT-UBND" in text


def test_two_years_of_a_directive_side_by_side(page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    page.goto("/compare")
    expect(page.get_by_text("Ghi số của hai văn bản")).to_be_visible()
    axe(page)
    page.get_by_label("Văn bản trước").fill("6/CT-UBND")
    page.get_by_label("Văn bản sau").fill("08/ct-ubnd")
    page.get_by_role("button", name="So sánh").click()
    tasks = page.get_by_role("region", name="Nhiệm vụ").locator("tbody tr")
    expect(tasks).to_have_count(3)
    for standing in ("Giữ nguyên", "Mới", "Đã bỏ"):
        expect(tasks.filter(has_text=standing)).to_have_count(1)
    targets = page.get_by_role("region", name="Chỉ tiêu").locator("tbody tr")
    expect(targets).to_have_count(1)
    expect(targets.locator("del").first).to_have_text("60")
    expect(targets.locator("ins").first).to_have_text("85")
    axe(page), shoot(page, "compare-documents")
    page.set_viewport_size({"width": ZOOMED[0], "height": ZOOMED[1]})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page), shoot(page, "compare-documents-zoomed")
    page.goto("/compare?left=99/CT-UBND&right=8/CT-UBND")
    expect(page.get_by_text("Không có văn bản 99/CT-UBND ở đây.")).to_be_visible()
    axe(page)


def test_other_years_are_offered_from_a_document(page: Page, filled: UUID, axe: Look) -> None:
    page.goto("/compare?right=8/CT-UBND")
    offered = page.get_by_role("region", name="So sánh với").get_by_role("link")
    expect(offered.first).to_be_visible()
    axe(page)
    offered.first.click()
    expect(page.get_by_role("heading", name="Nhiệm vụ")).to_be_visible()
