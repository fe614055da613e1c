"""Help where it is needed: the tour on the specimen, the keyboard map, the pages that explain; every page in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from service.web.specimen import SPECIMEN
from tests.service.fakes import directive

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


def test_the_tour(page: Page, service: Any, office: UUID, axe: Look, shoot: Shoot) -> None:
    # As it is after its reading, for the reader of these tests reads no scans.
    record = directive("mẫu", number="03/CT-UBND", lead="Sở Y tế")
    document = service.put(record, office, file_name=SPECIMEN.name, original=SPECIMEN.read_bytes())
    page.goto("/help")
    axe(page), shoot(page, "help")
    page.get_by_role("button", name="Xem thử với văn bản mẫu").click()
    tour = page.get_by_role("region", name="Hướng dẫn")
    expect(tour.get_by_role("heading")).to_have_text("Mỗi tệp một dòng")
    expect(tour.get_by_role("heading")).to_be_focused()
    expect(page).to_have_url(f"{service.address}/")
    expect(page.locator("#list tr.toured")).to_contain_text("Văn bản mẫu")
    axe(page), shoot(page, "tour")
    seen = []
    for _ in range(6):
        seen.append(tour.get_by_role("heading").inner_text())
        tour.get_by_role("button", name="Tiếp").click()
        expect(tour.get_by_role("heading")).not_to_have_text(seen[-1])
        page.wait_for_load_state()
        expect(page.locator(".toured")).to_be_visible()
    assert len(set(seen)) == 6
    # It has led through the document and its review.
    expect(tour.get_by_role("heading")).to_have_text("Đến lượt văn bản của bạn")
    tour.get_by_role("button", name="Quay lại").click()
    expect(page).to_have_url(re.compile(f"/tasks\\?document={document}"))
    page.wait_for_load_state()
    tour.get_by_role("button", name="Bỏ qua").click()
    expect(tour).to_have_count(0)
    page.goto("/")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(tour).to_have_count(0)


def test_the_specimen_is_handed_in(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Xem thử với văn bản mẫu").click()
    row = page.locator("#list tbody tr")
    expect(row).to_contain_text("Văn bản mẫu")
    expect(page.get_by_role("region", name="Hướng dẫn")).to_be_visible()


def test_the_keyboard_map(page: Page, axe: Look, shoot: Shoot) -> None:
    page.goto("/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Phím tắt")
    expect(dialog.get_by_role("row", name="Kiểm tra văn bản tiếp theo")).to_be_visible()
    axe(page), shoot(page, "keys")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    # In a field, letters are letters.
    page.keyboard.press("/")
    page.keyboard.type("t?v")
    expect(page.locator("[data-search]")).to_have_value("t?v")
    page.locator("[data-search]").blur()
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("/tasks$"))
    page.wait_for_load_state()
    # Switched off, they do nothing (WCAG 2.1.4).
    page.keyboard.press("?")
    page.get_by_label("Dùng phím tắt một chữ").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.wait_for_timeout(300)
    expect(page).to_have_url(re.compile("/tasks$"))
    page.locator("[data-keys]").click()
    page.get_by_label("Dùng phím tắt một chữ").check()


PAGES = (
    "/",
    "/tasks",
    "/tasks?view=month",
    "/tasks?view=timeline",
    "/tasks?view=agencies",
    "/help",
    "/docs",
    "/problems",
)
OF_ADMINISTRATORS = tuple(f"/admin{part}" for part in ("", "/users", "/tokens", "/webhooks", "/agencies", "/queue", "/storage", "/audit"))  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_lets_everybody_in(visitors: Any, service: Any, language: str, office: UUID, axe: Look, shoot: Shoot) -> None:  # fmt: skip
    document = service.put(directive("x", number="1/CT-UBND", lead="Sở Y tế"), office)
    page = visitors.page("administrator", language=language)
    for path in (*PAGES, *OF_ADMINISTRATORS, f"/documents/{document}", f"/documents/{document}/compare"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        axe(page)
        if language == "en":
            shoot(page, "en" + re.sub(r"[^a-z]+", "-", path.replace(str(document), "one")))


@pytest.mark.parametrize("path", ["/", "/tasks", "/help"])
def test_all_is_reached_by_keyboard(page: Page, service: Any, office: UUID, path: str) -> None:
    service.put(directive("x", number="1/CT-UBND", lead="Sở Y tế"), office)
    page.goto(path)
    stops = page.evaluate(
        "[...document.querySelectorAll('a[href], button, input, select, textarea, summary')]"
        ".filter((e) => e.checkVisibility({ checkVisibilityCSS: true }) && !e.disabled && e.type !== 'hidden').length"
    )
    reached: set[str] = set()
    for _ in range(stops + 5):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                """() => {
                    const here = document.activeElement;
                    const style = getComputedStyle(here);
                    if (here !== document.body && style.outlineStyle === "none") return "no outline: " + here.outerHTML;
                    return [...document.querySelectorAll("*")].indexOf(here) + " " + here.tagName;
                }"""
            )
        )
    assert not [one for one in reached if one.startswith("no outline")]
    assert len([one for one in reached if not one.endswith(("BODY", "DIV"))]) >= stops
