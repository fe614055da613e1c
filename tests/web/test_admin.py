"""Administration: people come and go, secrets are shown once, what runs and what went wrong is seen and acted upon."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.service.fakes import directive

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


@pytest.fixture
def admin(visitors: Any) -> Page:
    page: Page = visitors.page("administrator")
    return page


def test_only_administrators(visitors: Any, page: Page) -> None:
    visitors.expected.append("403")
    page.goto("/admin/users")
    expect(page.get_by_role("heading", level=1)).to_have_text("Không có quyền")
    expect(page.get_by_role("link", name="Quản trị")).to_have_count(0)


def test_users(visitors: Any, admin: Page, axe: Look, shoot: Shoot) -> None:
    admin.goto("/admin")
    axe(admin), shoot(admin, "admin")
    admin.get_by_role("link", name="Người dùng").click()
    admin.wait_for_load_state()
    admin.get_by_role("button", name="Thêm người dùng").click()
    axe(admin), shoot(admin, "admin-user-add")
    name = f"van-thu-{visitors.office.hex[-8:]}"
    admin.get_by_label("Tên đăng nhập").fill(name)
    admin.get_by_label("Họ và tên").fill("Nguyễn Thị Ẩn")
    admin.get_by_label("Văn thư", exact=False).first.check()
    admin.get_by_role("button", name="Thêm", exact=True).click()
    link = admin.get_by_role("textbox", name=f"Liên kết cho {name}")
    expect(link).to_have_value(re.compile(r"/way-in\?secret=[\w-]{30,}$"))
    axe(admin), shoot(admin, "admin-user-link")
    newcomer = visitors.page(role=None)
    newcomer.goto(link.input_value())
    newcomer.get_by_label("Mật khẩu mới").fill("một câu dài dễ nhớ")
    newcomer.get_by_label("Nhập lại mật khẩu").fill("một câu dài dễ nhớ")
    newcomer.keyboard.press("Enter")
    expect(newcomer.get_by_role("link", name="Nhiệm vụ", exact=True)).to_be_visible()
    with admin.expect_navigation():
        admin.get_by_role("button", name="Đã cất, đóng lại").click()
    row = admin.locator("tr", has_text=name)
    expect(row).to_contain_text("Đang dùng")
    axe(admin), shoot(admin, "admin-users")
    # Another role, then the door.
    row.get_by_label(f"Vai trò của {name}").select_option("approver")
    with admin.expect_navigation():
        admin.get_by_role("button", name="Đổi", exact=True).click()
    expect(row.get_by_label(f"Vai trò của {name}")).to_have_value("approver")
    newcomer.goto("/")
    expect(newcomer.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    admin.wait_for_load_state()
    row.get_by_role("button", name=f"Khóa {name}", exact=True).click()
    admin.get_by_role("dialog").get_by_role("button", name="Khóa", exact=True).click()
    expect(row).to_contain_text("Đã khóa")
    admin.wait_for_load_state()  # its scripts are there
    row.get_by_role("button", name="Mở khóa").click()
    expect(row).to_contain_text("Đang dùng")


def test_tokens(admin: Page, axe: Look, shoot: Shoot) -> None:
    admin.goto("/admin/tokens")
    expect(admin.get_by_role("heading", name="Chưa có mã nào")).to_be_visible()
    admin.get_by_role("button", name="Tạo mã").click()
    admin.get_by_label("Tên chương trình").fill("theo-doi-nhiem-vu")
    admin.get_by_label("báo tiến độ").check()
    axe(admin), shoot(admin, "admin-token-add")
    admin.get_by_role("dialog").get_by_role("button", name="Tạo mã").click()
    secret = admin.get_by_role("textbox", name="Mã truy cập").input_value()
    asked = admin.request.get("/v1/session", headers={"Authorization": f"Bearer {secret}", "Cookie": ""})
    assert asked.json()["scopes"] == ["progress", "read"]
    with admin.expect_navigation():
        admin.get_by_role("button", name="Đã cất, đóng lại").click()
    row = admin.locator("tr", has_text="theo-doi-nhiem-vu")
    expect(row).to_contain_text("báo tiến độ; xem văn bản, nhiệm vụ")
    axe(admin), shoot(admin, "admin-tokens")
    admin.wait_for_load_state()
    row.get_by_role("button", name="Thu hồi").click()
    admin.get_by_role("dialog").get_by_role("button", name="Thu hồi").click()
    expect(row).to_contain_text("Đã thu hồi")
    assert admin.request.get("/v1/session", headers={"Authorization": f"Bearer {secret}", "Cookie": ""}).status == 401


def test_webhooks(visitors: Any, admin: Page, axe: Look, shoot: Shoot) -> None:
    admin.goto("/admin/webhooks")
    admin.get_by_role("button", name="Thêm webhook").click()
    admin.get_by_label("Địa chỉ (https)").fill("https://127.0.0.1/nhan")
    admin.get_by_label("task.created").check()
    axe(admin), shoot(admin, "admin-webhook-add")
    visitors.expected += ["status of 4"]
    admin.get_by_role("button", name="Thêm", exact=True).click()
    expect(admin.get_by_role("alert")).to_contain_text("mạng nội bộ")
    # No host has this name: it is taken, for it may have one tomorrow.
    admin.get_by_label("Địa chỉ (https)").fill("https://theo-doi.invalid/nhan")
    admin.get_by_role("button", name="Thêm", exact=True).click()
    expect(admin.get_by_role("textbox", name="Khóa ký")).to_have_value(re.compile("^whsec_"))
    with admin.expect_navigation():
        admin.get_by_role("button", name="Đã cất, đóng lại").click()
    axe(admin), shoot(admin, "admin-webhooks")
    admin.get_by_role("link", name="https://theo-doi.invalid/nhan").click()
    admin.wait_for_load_state()
    admin.get_by_role("button", name="Gọi thử").click()
    expect(admin.get_by_role("dialog")).to_contain_text("Không tìm thấy tên máy chủ này")
    with admin.expect_navigation():
        admin.keyboard.press("Escape")
    expect(admin.locator("tbody tr")).to_contain_text("Không tìm thấy tên máy chủ này")
    axe(admin), shoot(admin, "admin-webhook")
    admin.wait_for_load_state()
    admin.get_by_role("button", name="Tắt", exact=True).click()
    expect(admin.get_by_text("Đang tắt")).to_be_visible()
    admin.wait_for_load_state()
    admin.get_by_role("button", name="Xóa").click()
    admin.get_by_role("dialog").get_by_role("button", name="Xóa").click()
    expect(admin.get_by_role("heading", name="Chưa có webhook nào")).to_be_visible()


def test_a_webhook_of_a_search(admin: Page, axe: Look, shoot: Shoot) -> None:
    admin.goto("/search?q=khong+khi+-rung")
    admin.get_by_role("button", name="Theo dõi văn bản mới …").click()
    axe(admin), shoot(admin, "search-follow-admin")
    admin.get_by_role("link", name="thêm webhook cho tra cứu này").click()
    dialog = admin.get_by_role("dialog", name="Thêm webhook")
    expect(dialog).to_contain_text("khong khi -rung")
    admin.get_by_label("Địa chỉ (https)").fill("https://theo-doi.invalid/tin")
    axe(admin), shoot(admin, "admin-webhook-search")
    dialog.get_by_role("button", name="Thêm", exact=True).click()
    expect(admin.get_by_role("textbox", name="Khóa ký")).to_have_value(re.compile("^whsec_"))
    with admin.expect_navigation():
        admin.get_by_role("button", name="Đã cất, đóng lại").click()
    expect(admin).to_have_url(re.compile("/admin/webhooks$"))
    expect(admin.locator("tbody tr")).to_contain_text("văn bản mới của tra cứu khong khi -rung")
    admin.get_by_role("link", name="https://theo-doi.invalid/tin").click()
    expect(admin.get_by_role("main")).to_contain_text(
        "Báo mỗi văn bản mới mà tra cứu này tìm thấy, một lần: khong khi -rung"
    )
    axe(admin), shoot(admin, "admin-webhook-of-search")
    admin.wait_for_load_state()
    admin.get_by_role("button", name="Xóa").click()
    admin.get_by_role("dialog").get_by_role("button", name="Xóa").click()
    expect(admin.get_by_role("heading", name="Chưa có webhook nào")).to_be_visible()


def test_agencies(admin: Page, axe: Look, shoot: Shoot) -> None:
    admin.goto("/admin/agencies?q=skh%C4%91t")
    expect(admin.locator("tbody th").first).to_contain_text("Kế hoạch và Đầu tư")
    admin.get_by_role("button", name="Thêm cơ quan").click()
    admin.get_by_label("Tên đầy đủ").fill("Ban Quản lý Vịnh Cát Vàng")
    admin.get_by_label("Viết tắt, cách nhau").fill("BQLVCV, BQL Vịnh")
    admin.get_by_role("button", name="Thêm", exact=True).click()
    own = admin.get_by_role("region", name="Cơ quan do văn phòng thêm")
    expect(own).to_contain_text("BQLVCV, BQL Vịnh")
    axe(admin), shoot(admin, "admin-agencies")
    admin.wait_for_load_state()
    own.get_by_role("button", name="Bỏ").click()
    admin.get_by_role("dialog").get_by_role("button", name="Bỏ").click()
    expect(own).to_have_count(0)


def test_queue_storage(admin: Page, service: Any, office: UUID, axe: Look, shoot: Shoot) -> None:
    why = ("damaged-file", "Tệp bị hỏng. Hãy quét lại.", "The file is damaged. Scan it again.")
    service.put(None, office, file_name="hỏng.pdf", error=why)
    service.put(None, office, file_name="chờ.pdf", state="queued")
    service.put(None, office, file_name="đang đọc.pdf", state="running")
    admin.goto("/admin/queue")
    expect(admin.get_by_text("Đang chạy")).to_be_visible()
    expect(admin.get_by_role("region", name="Không đọc được, gần đây")).to_contain_text("Hãy quét lại")
    axe(admin), shoot(admin, "admin-queue")
    admin.get_by_role("button", name="Hủy đọc chờ.pdf").click()
    expect(admin.get_by_role("region", name="Đang chờ")).to_have_count(0)
    admin.wait_for_load_state()
    with admin.expect_navigation():
        admin.get_by_role("button", name="Đọc lại hỏng.pdf").click()
    admin.goto("/admin/storage")
    expect(admin.get_by_text("Còn trống trên đĩa")).to_be_visible()
    axe(admin), shoot(admin, "admin-storage")


def test_the_audit_trail(admin: Page, service: Any, office: UUID, axe: Look, shoot: Shoot) -> None:
    document = service.put(directive("x", number="1/CT-UBND", lead="Sở Y tế"), office)
    for n in range(110):
        service.put(None, office, state="queued", file_name=f"{n}.pdf")
    admin.goto("/admin/audit")
    rows = admin.locator(".trail tbody tr")
    expect(rows).to_have_count(100)
    admin.get_by_role("link", name="Cũ hơn").click()
    expect(rows.last).to_contain_text("office.create")
    admin.goto(f"/admin/audit?object={document}")
    expect(rows).to_have_count(1)
    rows.locator("summary").click()
    expect(rows).to_contain_text("văn bản.pdf")
    axe(admin), shoot(admin, "admin-audit")
    admin.get_by_label("Việc").select_option("token.")
    admin.get_by_label("Mã đối tượng").fill("")
    admin.get_by_role("button", name="Lọc").click()
    expect(admin.get_by_text("Không có dòng nào như vậy.")).to_be_visible()
