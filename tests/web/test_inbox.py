"""The inbox: files of every kind handed in, followed to their end, and found again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, expect

from tests.service.fakes import directive

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


def _files(folder: Path, **texts: str) -> list[Path]:
    files = []
    for name, text in texts.items():
        file = folder / f"{name}.txt"
        file.write_text(text)
        files.append(file)
    return files


def _row(page: Page, words: str) -> Any:
    return page.locator("#list tbody tr").filter(has_text=words)


def test_many_files_are_followed_to_their_end(page: Page, tmp_path: Path, axe: Look, shoot: Shoot) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Bắt đầu thế nào")).to_be_visible()
    axe(page), shoot(page, "inbox-empty")
    texts = {f"chi-thi-{n:02}": f"pages=3;number={n}/CT-UBND" for n in range(1, 13)}
    slow = {"cham": "pages=400;wait=0.15;number=77/CT-UBND"}
    cut = {"hong": "fail=thiếu trang cuối"}
    page.locator("#files").set_input_files(_files(tmp_path, **slow, **texts, **cut))
    # A line each at once, before anything has been sent.
    expect(page.locator("#sending li, #list tbody tr")).to_have_count(14)
    expect(_row(page, "cham.txt").get_by_text(re.compile(r"trang \d+/400"))).to_be_visible()
    axe(page), shoot(page, "inbox-busy")
    for n in range(1, 13):
        expect(_row(page, f"{n}/CT-UBND").first).to_contain_text("Cần kiểm tra")
    failed = _row(page, "hong.txt")
    expect(failed).to_contain_text("Tệp bị hỏng")
    expect(failed).to_contain_text("Hãy quét hoặc tải lại")
    expect(page.locator("#outbox")).to_be_hidden()
    expect(page.get_by_role("link", name="Cần kiểm tra 12")).to_be_visible()
    _row(page, "cham.txt").get_by_role("button", name="Hủy").click()
    expect(_row(page, "cham.txt")).to_contain_text("Đã hủy")
    # Again, by keyboard alone; the focus stays with the row though the row is drawn anew.
    again = failed.get_by_role("button", name="Đọc lại")
    again.focus()
    page.keyboard.press("Enter")
    expect(failed.get_by_role("button", name=re.compile("Đọc lại|Hủy"))).to_be_focused()
    expect(failed).to_contain_text("Tệp bị hỏng")
    page.get_by_role("link", name="Không đọc được").click()
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.reload()
    expect(page.locator("#list tbody tr")).to_have_count(2)


def test_progress_is_one_request_for_all_rows(page: Page, tmp_path: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.locator("#files").set_input_files(_files(tmp_path, **{f"f{n}": f"pages=4;wait=0.1;n={n}" for n in range(9)}))
    expect(page.get_by_text("Cần kiểm tra", exact=True)).to_have_count(9, timeout=60_000)
    assert not [url for url in asked if url.endswith("/events")]
    assert [url for url in asked if "/inbox/list" in url]


def test_known_files_lead_to_their_document(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    files = _files(tmp_path, one="number=5/CT-UBND")
    page.locator("#files").set_input_files(files)
    expect(_row(page, "5/CT-UBND")).to_contain_text("Cần kiểm tra")
    page.locator("#files").set_input_files(files)
    line = page.locator("#sending li")
    expect(line).to_contain_text("đã được nộp")
    line.get_by_role("link", name="5/CT-UBND").click()
    expect(page).to_have_url(re.compile("/documents/"))


def test_what_cannot_be_taken_is_said_at_once(page: Page, tmp_path: Path, shoot: Shoot, axe: Look) -> None:
    page.goto("/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    (tmp_path / "rỗng.pdf").write_bytes(b"")
    (tmp_path / "quá lớn.pdf").write_bytes(b"%PDF-1.7\n" + b"0" * (1 << 20))
    (tmp_path / "trang.html").write_bytes(b"<!doctype html><p>")
    (tmp_path / "dự thảo.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    page.locator("#files").set_input_files(sorted(tmp_path.iterdir()))
    expect(page.locator("#sending li")).to_have_count(4)
    for name, why in {
        "rỗng.pdf": "Tệp rỗng",
        "quá lớn.pdf": "tối đa 1 MiB",
        "trang.html": "Loại tệp không được hỗ trợ",
        "dự thảo.docx": "xuất ra PDF",
    }.items():
        expect(page.locator("#sending li").filter(has_text=name)).to_contain_text(why)
    assert "POST" not in sent
    axe(page), shoot(page, "inbox-refused")
    page.get_by_role("button", name="Dọn các dòng").click()
    expect(page.locator("#outbox")).to_be_hidden()


def test_a_dropped_folder_and_pasted_text(page: Page) -> None:
    page.goto("/")
    # A browser lets no script drop a folder of the disk; files are dropped as a person would.
    page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            for (const name of ["một.txt", "hai.txt"]) transfer.items.add(new File([`number=${name}`], name));
            const drop = document.getElementById("drop");
            drop.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
            drop.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#list tbody tr")).to_have_count(2)
    page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "number=9/CT-UBND\\n" + "Yêu cầu các sở, ban, ngành. ".repeat(20));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }"""
    )
    page.get_by_role("dialog").get_by_role("button", name="Nộp đoạn chữ này").click()
    expect(_row(page, "9/CT-UBND")).to_contain_text("Cần kiểm tra")


def test_nothing_is_lost_when_the_service_is_away(visitors: Any, page: Page, tmp_path: Path) -> None:
    visitors.expected += ["Failed to load resource", "ERR_INTERNET_DISCONNECTED"]
    page.goto("/")
    page.clock.install()
    page.route("**/v1/documents*", lambda route: route.abort())
    page.locator("#files").set_input_files(_files(tmp_path, one="number=6/CT-UBND"))
    line = page.locator("#sending li")
    for _ in range(3):
        expect(line).to_contain_text("thử lại sau")
        page.clock.run_for(16_000)
    expect(line.get_by_role("button", name="Gửi lại")).to_be_visible()
    # Closing the page now would lose the file: the browser asks.
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    expect(line.get_by_role("button", name="Gửi lại")).to_be_visible()
    assert asked == ["beforeunload"]
    page.unroute("**/v1/documents*")
    line.get_by_role("button", name="Gửi lại").click()
    page.clock.run_for(3_000)
    expect(_row(page, "6/CT-UBND").or_(_row(page, "one.txt"))).to_be_visible()


def test_filters_orders_and_the_next_one(page: Page, service: Any, office: UUID, axe: Look, shoot: Shoot) -> None:
    for n in range(60):
        service.put(directive(f"{n}", number=f"{n}/CT-UBND", lead="Sở Y tế"), office, file_name=f"tệp {n}.pdf")
    service.put(None, office, state="queued", file_name="chờ.pdf")
    page.goto("/")
    expect(page.locator("#list tbody tr")).to_have_count(50)
    axe(page), shoot(page, "inbox-many")
    page.get_by_role("link", name="Tiếp theo").click()
    expect(page.locator("#list tbody tr")).to_have_count(11)
    expect(page.locator("#list .title").last).to_have_text("0/CT-UBND")
    page.wait_for_load_state("networkidle")
    page.get_by_label("Thứ tự").select_option("oldest")
    expect(page.locator("#list .title").first).to_have_text("0/CT-UBND")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    page.keyboard.type("17/ct-ubnd")
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.goto("/?shelf=working")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.goto("/?shelf=nonsense&order=x&q=kh%C3%B4ng%20c%C3%B3")
    expect(page.get_by_role("heading", name="Không tìm thấy")).to_be_visible()
    page.goto("/")
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(r"/documents/[0-9a-f-]+/review"))


def test_keyboard_walks_the_list(page: Page, service: Any, office: UUID) -> None:
    for n in (1, 2, 3):
        service.put(directive(f"{n}", number=f"{n}/CT-UBND", lead="Sở Y tế"), office)
    page.goto("/")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="3/CT-UBND", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="2/CT-UBND", exact=True)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/documents/"))


def test_others_see_but_do_not_touch(visitors: Any, service: Any, office: UUID) -> None:
    service.put(directive("x", number="1/CT-UBND", lead="Sở Y tế"), office)
    service.put(directive("y", number="2/CT-UBND", lead="Sở Y tế"), service.office())
    page = visitors.page("researcher")
    page.goto("/")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    expect(page.locator("#drop")).to_have_count(0)
    expect(page.get_by_role("link", name="Kiểm tra", exact=True)).to_have_count(0)
