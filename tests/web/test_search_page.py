"""The researcher's way: a query, what it finds, narrowed by its facets, opened at its place on the page, taken away."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from extractor.record import Assignment, Deadline, Directive, DirectiveRecord, Issuer, Source, Span, Target, Task
from extractor.record import Page as ReadPage
from service.store import pages
from service.store.blobs import Blobs

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]

TEXT = (
    "Sở Y tế chủ trì, phối hợp với Sở Nông nghiệp và Môi trường theo dõi chất lượng không khí tại các khu công nghiệp, "
    "bảo đảm 90% số ngày có chất lượng không khí tốt, báo cáo Ủy ban nhân dân thành phố trước ngày 30/6/2026."
)


def _record(number: str, issuer: str, issued_on: date, kind: str = "chỉ thị") -> DirectiveRecord:
    span = (Span(page=1, start=0, end=len(TEXT)),)
    return DirectiveRecord(
        source=Source(
            file_name=f"{number}.pdf",
            sha256="0" * 64,
            media_type="application/pdf",
            pages=(
                ReadPage(number=1, reading="ocr", confidence=0.9, width=595, height=842, text=TEXT),
                ReadPage(number=2, reading="ocr", confidence=0.9, width=595, height=842, text=f"Số: {number}. Hải Phòng."),
            ),
        ),
        directive=Directive(kind=kind, number=number, issuer=Issuer(name=issuer, confidence=1), issued_on=issued_on),
        tasks=(
            Task(
                id=f"{number}-1",
                path=("1",),
                title="Theo dõi chất lượng không khí",
                text=TEXT,
                spans=span,
                confidence=0.9,
                assignments=(
                    Assignment(role="lead", agency="Sở Y tế", source="explicit", confidence=0.9),
                    Assignment(
                        role="coordinate", agency="Sở Nông nghiệp và Môi trường", source="explicit", confidence=0.9
                    ),
                ),
                deadlines=(Deadline(kind="date", due=date(2026, 6, 30), text="trước ngày 30/6/2026"),),
            ),
        ),
        targets=(
            Target(
                id="t", task_id=f"{number}-1", indicator="Số ngày có chất lượng không khí tốt", value="90", unit="%",
                text="bảo đảm 90% số ngày có chất lượng không khí tốt", spans=span,
            ),
        ),
    )  # fmt: skip


@pytest.fixture
def filled(service: Any, office: UUID) -> UUID:
    """Six directives of three issuers; the words of the first page of each have places."""
    words = []
    for n, found in enumerate(re.finditer(r"\S+", TEXT)):
        x, y = 72 + n % 9 * 50, 100 + n // 9 * 20
        words.append([found.start(), found.end(), x, y, x + 46, y + 14, 0.9])

    sha256 = Blobs(service.data / "readings").put(json.dumps(words).encode())
    issuers = ("Ủy ban nhân dân thành phố Hải Phòng", "Ủy ban nhân dân tỉnh Hải Dương", "Bộ Y tế")
    for n in range(6):
        kind = "kế hoạch" if n % 3 == 2 else "chỉ thị"
        document = service.put(_record(f"{n + 1}/CT-UBND", issuers[n % 3], date(2020 + n, 5, 1), kind), office)
        with service.database.writing() as session:
            pages.keep(session, document, None, [(1, hashlib.sha256(TEXT.encode()).hexdigest(), sha256)])
    return office


def _indexed(page: Page, address: str, count: int) -> None:
    """Wait until the index knows all that was put there."""
    for _ in range(120):
        page.goto(address)
        if page.locator(".hits li").count() == count:
            return
        page.wait_for_timeout(250)
    raise AssertionError("the index did not follow")


def test_a_researcher_finds_narrows_and_opens(page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    _indexed(page, "/search?q=khong+khi", 6)
    page.goto("/tasks")
    page.get_by_role("link", name="Tra cứu").click()
    page.get_by_label("Tìm trong mọi văn bản").fill("chat luong khong khi")
    page.keyboard.press("Enter")
    hits = page.locator(".hits li")
    expect(hits).to_have_count(6)
    expect(hits.first.locator("mark").first).to_have_text("chất lượng")
    expect(page.get_by_role("status").first).to_contain_text("6 kết quả")
    axe(page), shoot(page, "search")
    page.get_by_role("link", name="Nhiệm vụ", exact=True).last.click()
    expect(hits).to_have_count(6)
    page.get_by_role("link", name="Kế hoạch 2").click()
    expect(hits).to_have_count(2)
    expect(page).to_have_url(re.compile("what=tasks"))
    expect(page.get_by_label("Tìm trong mọi văn bản")).to_have_value("chat luong khong khi loại:kế-hoạch")
    page.get_by_role("link", name="Kế hoạch 2").click()  # once more: no longer
    expect(hits).to_have_count(6)
    page.get_by_role("link", name="Hải Phòng 4").click()  # today: with what was Hải Dương
    expect(hits).to_have_count(4)
    axe(page), shoot(page, "search-narrowed")
    hits.first.locator("a").first.click()
    expect(page).to_have_url(re.compile(r"/documents/[-0-9a-f]+/pages/1\?at=0-"))
    assert page.locator("svg.page-image rect").count() > 20
    expect(page.locator("mark")).to_have_text(TEXT)
    axe(page), shoot(page, "search-place")
    page.get_by_role("link", name="Trang sau").click()
    expect(page.locator("main")).to_contain_text("Hải Phòng.")


def test_the_place_on_a_page_is_the_words(page: Page, filled: UUID) -> None:
    _indexed(page, "/search?q=khong+khi", 6)
    page.goto('/search?q="khu công nghiệp"')
    page.locator(".hits li a").first.click()
    expect(page.locator("svg.page-image rect")).to_have_count(3)
    expect(page.locator("mark")).to_have_text("khu công nghiệp")


def test_a_broken_query_and_an_empty_result(visitors: Any, page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    visitors.expected.append("422")
    page.goto("/search?q=h%E1%BA%A1n%3Amai")
    expect(page.get_by_role("alert")).to_contain_text("Không hiểu “mai”")
    expect(page.locator("mark")).to_have_text("mai")
    axe(page), shoot(page, "search-wrong")
    page.goto("/search?q=khongcogica")
    page.get_by_role("link", name="Tìm cả chữ quét sai").click()
    expect(page.get_by_label("Chấp nhận chữ quét sai")).to_be_checked()
    expect(page.get_by_text("Không tìm thấy gì")).to_be_visible()
    axe(page)
    english = visitors.page("researcher", language="en")
    english.goto("/search?q=h%E1%BA%A1n%3Amai")
    expect(english.get_by_role("alert")).to_contain_text("is not understood")
    expect(english.get_by_text("lead, coordinate")).to_be_visible()
    shoot(english, "search-english")


def test_what_was_found_is_taken_away(page: Page, filled: UUID) -> None:
    _indexed(page, "/search?q=khong+khi&what=documents", 6)
    page.get_by_text("Xuất kết quả").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Bảng chữ (.csv)").click()
    assert download.value.path().read_text("utf-8-sig").count("/CT-UBND") >= 6


def test_nobody_finds_what_is_not_theirs(visitors: Any, page: Page, filled: UUID, service: Any) -> None:
    _indexed(page, "/search?q=khong+khi", 6)
    hit = page.locator(".hits li a").first.get_attribute("href")
    stranger = visitors.page(user=service.user(service.office(), "researcher"))
    stranger.goto("/search?q=khong+khi")
    expect(stranger.get_by_text("Không tìm thấy gì")).to_be_visible()
    visitors.expected.append("404")
    answer = stranger.goto(str(hit))
    assert answer and answer.status == 404


def test_a_question_is_kept_and_followed(visitors: Any, page: Page, filled: UUID, axe: Look, shoot: Shoot) -> None:
    _indexed(page, "/search?q=khong+khi", 6)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Lưu câu hỏi …").click()
    page.get_by_label("Tên", exact=True).fill("Không khí")
    page.keyboard.press("Enter")
    kept = page.get_by_role("list", name="Bộ lọc đã lưu").get_by_role("link", name="Không khí")
    expect(kept).to_be_visible()
    axe(page), shoot(page, "search-kept")
    page.goto("/tasks")
    expect(page.get_by_role("link", name="Không khí", exact=True)).to_have_count(0)
    page.goto("/search")
    kept.click()
    expect(page.get_by_label("Tìm trong mọi văn bản")).to_have_value("khong khi")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Theo dõi văn bản mới …").click()
    page.get_by_role("button", name="Tạo địa chỉ").click()
    address = page.get_by_label("Địa chỉ, chỉ hiện lần này")
    expect(address).to_have_value(re.compile(r"^http://.*/v1/search\.atom\?q=khong\+khi&what=pages&token=dtk_"))
    axe(page), shoot(page, "search-follow")
    feed = page.request.get(address.input_value(), headers={"Cookie": ""})
    assert feed.ok and feed.text().count("<entry>") == 6
