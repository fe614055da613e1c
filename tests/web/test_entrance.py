"""The way in: sign in, sign out, the first password, the other language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from service.access import accounts
from service.access.actor import the_service

PASSWORD = "một câu dài dễ nhớ"


def test_first_password_sign_out_sign_in(
    visitors: Any, service: Any, office: Any, axe: Callable[[Page], None], shoot: Callable[[Page, str], None]
) -> None:
    user = service.user(office, "clerk")
    with service.database.writing() as session:
        secret = accounts.invite(session, the_service("tests"), session.merge(user))
    page = visitors.page(role=None)
    page.goto(f"/way-in?secret={secret}")
    axe(page), shoot(page, "way-in")
    page.get_by_label("Mật khẩu mới").fill(PASSWORD)
    page.get_by_label("Nhập lại mật khẩu").fill("cái khác hẳn")
    page.get_by_role("button", name="Đặt mật khẩu").click()
    expect(page.get_by_role("alert")).to_have_text("Hai lần nhập không giống nhau.")
    page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Nhiệm vụ", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Quản trị")).to_have_count(0)

    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    page.goto("/tasks?agency=so")
    expect(page).to_have_url(f"{service.address}/sign-in?next=/tasks%3Fagency%3Dso")
    axe(page), shoot(page, "sign-in")
    visitors.expected.append("401")
    page.get_by_label("Tên đăng nhập").fill(user.name)
    page.get_by_label("Mật khẩu").fill("sai rồi nhé")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Tên đăng nhập hoặc mật khẩu không đúng.")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{service.address}/tasks?agency=so")


def test_english(page: Page, axe: Callable[[Page], None]) -> None:
    page.goto("/help")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    axe(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Tiếng Việt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trợ giúp")


def test_what_is_not_there_is_a_page_for_people(visitors: Any, page: Page, axe: Callable[[Page], None]) -> None:
    visitors.expected += ["404", "403"]
    page.goto("/documents/01890000-0000-7000-8000-000000000000")
    expect(page.get_by_role("heading", level=1)).to_have_text("Không tìm thấy")
    axe(page)


def test_the_first_stop_of_the_keyboard_leads_past_the_header(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
