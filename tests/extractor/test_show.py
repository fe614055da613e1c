"""A record shown: the wording of values, which are in doubt, the tables, and the HTML page with its marks."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from extractor.record import (
    Assignment,
    Citation,
    Deadline,
    Directive,
    DirectiveRecord,
    Evidence,
    Issuer,
    Page,
    Period,
    Source,
    Span,
    Target,
    Task,
    Warning,
)
from extractor.show import images, wording
from extractor.show.fields import fields
from extractor.show.table import table
from extractor.show.viewer import html_page

TEXT = """ỦY BAN NHÂN DÂN TỈNH LÂM HÀ
Số: 07/CT-UBND
1. Sở Công Thương chủ trì, phối hợp với Sở Tài chính rà soát quy hoạch chợ trước ngày 30/6/2024;
có ít nhất 95% chợ an toàn theo Quyết định số 88/QĐ-UBND."""


def read_at(words: str, confidence: float = 0.95, *, box_top: float = 100.0) -> dict[str, object]:
    start = TEXT.index(words)
    box = (60.0 + start, box_top, 60.0 + start + 5 * len(words), box_top + 14)
    return {"spans": (Span(page=1, start=start, end=start + len(words), boxes=(box,)),), "confidence": confidence}


def make_record(file: bytes = b"", media_type: str = "text/plain", text: str = TEXT) -> DirectiveRecord:
    size = 0.0 if media_type == "text/plain" else 1.0
    return DirectiveRecord(
        source=Source(
            file_name="mau.txt" if size == 0 else "mau.png",
            sha256=hashlib.sha256(file).hexdigest(),
            media_type=media_type,
            pages=(
                Page(
                    number=1,
                    reading="ocr" if size else "text",
                    confidence=0.9,
                    width=595 * size,
                    height=842 * size,
                    text=text,
                ),
            ),
        ),
        directive=Directive(
            kind="chỉ thị",
            number="07/CT-UBND",
            issuer=Issuer(name="Ủy ban nhân dân tỉnh Lâm Hà", **read_at("ỦY BAN NHÂN DÂN TỈNH LÂM HÀ")),
            evidence={"kind": Evidence(confidence=0.9), "number": Evidence(**read_at("07/CT-UBND", 0.41))},
        ),
        tasks=(
            Task(
                id="t1",
                path=("II", "1"),
                text=TEXT.partition("1. ")[2],
                title="Rà soát quy hoạch chợ",
                assignments=(
                    Assignment(role="lead", agency="Sở Công Thương", source="explicit", **read_at("Sở Công Thương")),
                    Assignment(role="coordinate", agency="Sở Tài chính", source="explicit", **read_at("Sở Tài chính")),
                ),
                deadlines=(Deadline(kind="date", due=date(2024, 6, 30), text="x", **read_at("trước ngày 30/6/2024")),),
                **read_at(TEXT.partition("1. ")[2]),
            ),
        ),
        targets=(
            Target(
                id="g1",
                task_id="t1",
                indicator="chợ an toàn",
                comparator=">=",
                value="95",
                unit="%",
                text="x",
                **read_at("ít nhất 95% chợ an toàn"),
            ),
        ),
        citations=(
            Citation(kind="Quyết định", text="Quyết định số 88/QĐ-UBND", **read_at("Quyết định số 88/QĐ-UBND")),
        ),
        warnings=(
            Warning(code="no-date", message="Không thấy ngày ban hành.", message_en="-", field="directive.issued_on"),
        ),
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [("89490.478", "89.490,478"), ("8", "8"), ("-1200", "-1.200"), ("0.5", "0,5"), ("1000000", "1.000.000")],
)
def test_amounts_are_written_as_in_vietnam(written: str, shown: str) -> None:
    assert wording.amount(written) == shown


@pytest.mark.parametrize(
    ("rrule", "shown"),
    [
        ("FREQ=MONTHLY", "hằng tháng"),
        ("FREQ=MONTHLY;INTERVAL=3", "hằng quý"),
        ("FREQ=MONTHLY;INTERVAL=6", "6 tháng một lần"),
        ("FREQ=MONTHLY;BYMONTHDAY=20", "hằng tháng, ngày 20"),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=10", "hằng năm, ngày 10 tháng 11"),
        ("FREQ=YEARLY;BYMONTH=5,11", "hằng năm, tháng 5, 11"),
        ("FREQ=WEEKLY;BYDAY=FR", "hằng tuần, thứ Sáu"),
        ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR", "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY"),
    ],
)
def test_recurrence_is_said_in_words_or_left_as_it_is(rrule: str, shown: str) -> None:
    assert wording.recurrence(rrule) == shown


@pytest.mark.parametrize(
    ("deadline", "shown"),
    [
        (Deadline(kind="date", due=date(2021, 12, 15), text="-"), "chậm nhất 15/12/2021"),
        (
            Deadline(kind="period", start=date(2021, 3, 1), due=date(2021, 4, 30), text="-"),
            "từ 01/03/2021 đến 30/04/2021",
        ),
        (
            Deadline(kind="relative", anchor="signing", offset="P5D", working_days=True, text="-"),
            "5 ngày làm việc kể từ ngày ký",
        ),
        (Deadline(kind="relative", anchor="event", offset="PT12H", text="-"), "12 giờ kể từ khi phát sinh"),
        (Deadline(kind="ongoing", text="-"), "thường xuyên"),
        (Deadline(kind="relative", text="ngay sau Tết"), "ngay sau Tết"),
    ],
)
def test_deadlines_are_said_in_words(deadline: Deadline, shown: str) -> None:
    assert wording.deadline(deadline) == shown


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        (Period(start=date(2021, 1, 1), end=date(2021, 12, 31)), "năm 2021"),
        (Period(start=date(2020, 1, 1), end=date(2025, 12, 31)), "2020–2025"),
        (Period(end=date(2025, 12, 31)), "đến năm 2025"),
        (Period(start=date(2024, 5, 2)), "từ 02/05/2024"),
        (Period(), ""),
    ],
)
def test_periods_are_said_in_words(period: Period, shown: str) -> None:
    assert wording.period(period) == shown


def test_a_target_says_what_is_measured_and_how_much() -> None:
    target = Target(
        id="1",
        indicator="Thu ngân sách",
        comparator=">=",
        value="3500",
        value_max="4000",
        unit="tỷ đồng",
        per="năm",
        baseline="so với năm 2020",
        text="-",
    )
    assert wording.target(target) == "Thu ngân sách: ≥ 3.500–4.000 tỷ đồng/năm (so với năm 2020)"


def test_control_and_direction_characters_are_made_visible_at_the_same_length() -> None:
    hostile = "a\x1b[31mb\u202ec\x00\ud800\nđ\t"
    assert wording.printable(hostile) == "a\ufffd[31mb\ufffdc\ufffd\ufffd\nđ\t"


def test_a_value_is_doubtful_by_its_confidence_or_by_a_warning_that_names_it() -> None:
    doubts = {f.path: f.reasons for f in fields(make_record()).doubtful()}
    assert doubts == {
        "directive.number": ("độ tin cậy chỉ 41 %",),
        "directive.issued_on": ("Không thấy ngày ban hành.",),
    }


def test_fields_are_named_by_their_place_in_the_record() -> None:
    paths = [f.path for f in fields(make_record())]
    assert paths == [
        "directive.issuer",
        "directive.kind",
        "directive.number",
        "directive.issued_on",
        "tasks[0]",
        "tasks[0].assignments[0]",
        "tasks[0].assignments[1]",
        "tasks[0].deadlines[0]",
        "targets[0]",
        "citations[0]",
    ]


def printed(record: DirectiveRecord) -> str:
    console = Console(file=io.StringIO(), width=140, color_system=None)
    console.print(table(record))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_shows_every_value_and_the_reasons_for_doubt() -> None:
    shown = printed(make_record())
    for words in ("Nhiệm vụ (1)", "II.1", "Sở Công Thương", "Phối hợp: Sở Tài chính", "chậm nhất 30/06/2024", "≥ 95 %"):
        assert words in shown
    assert "⚠ độ tin cậy chỉ 41 %" in shown
    assert "⚠ Không thấy ngày ban hành." in shown


def test_the_table_does_not_take_a_document_for_markup_or_commands() -> None:
    record = make_record()
    task = record.tasks[0].model_copy(update={"title": "[red]x[/red] \x1b[2J [/]"})
    shown = printed(record.model_copy(update={"tasks": (task,)}))
    assert "[red]x[/red]" in shown
    assert "\x1b" not in shown


def test_a_record_without_tasks_says_so() -> None:
    assert "Không tìm thấy nhiệm vụ nào." in printed(make_record().model_copy(update={"tasks": (), "targets": ()}))


# --- the HTML page -------------------------------------------------------------------------------------------------


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1240, 1754), "white").save(out, "PNG", dpi=(150, 150))
    return out.getvalue()


def test_without_an_image_the_pages_text_is_shown_whole_and_marked() -> None:
    page = html_page(make_record())
    sheet = re.search(r'<div class="sheet text"[^>]*>(.*?)</div>', page, re.S)
    assert sheet
    assert re.sub(r"<[^>]+>", "", sheet[1]) == TEXT
    assert '<mark class="assignment" data-fields="tasks[0] tasks[0].assignments[0]"' in page
    assert '<mark class="header doubtful" data-fields="directive.number"' in page


def test_with_an_image_every_box_is_drawn_over_it(tmp_path: Path) -> None:
    source = tmp_path / "mau.png"
    source.write_bytes(png())
    record = make_record(source.read_bytes(), "image/png")
    assert images.find_source(record, tmp_path) == source
    page = html_page(record, images.page_images(record, source))
    assert 'src="data:image/webp;base64,' in page
    assert page.count("<rect ") == sum(len(s.boxes) for f in fields(record) for s in f.evidence.spans)
    assert 'viewBox="0 0 595 842"' in page
    # The task lies beneath its agency, so that both can be clicked.
    assert page.index('data-fields="tasks[0]"') < page.index('data-fields="tasks[0].assignments[0]"')


def test_values_read_at_one_place_share_a_box(tmp_path: Path) -> None:
    record = make_record(b"", "image/png")
    task = record.tasks[0]
    second = task.model_copy(update={"id": "t2", "path": ("II", "2")})
    page = html_page(record.model_copy(update={"tasks": (task, second)}), {1: "data:image/webp;base64,AA=="})
    assert page.count("<rect ") == sum(len(s.boxes) for f in fields(record) for s in f.evidence.spans)
    assert 'data-fields="tasks[0].assignments[0] tasks[1].assignments[0]"' in page


def test_another_file_of_the_same_name_is_not_taken_for_the_source(tmp_path: Path) -> None:
    (tmp_path / "mau.png").write_bytes(png() + b"changed")
    assert images.find_source(make_record(png(), "image/png"), tmp_path) is None


def test_a_record_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(b"secret")
    record = make_record(b"secret")
    inside = tmp_path / "records"
    inside.mkdir()
    source = record.source.model_copy(update={"file_name": "../secret.txt"})
    assert images.find_source(record.model_copy(update={"source": source}), inside) is None


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_source_that_cannot_be_drawn_leaves_the_text(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "mau.bin"
    source.write_bytes(content)
    for media_type in ("application/pdf", "image/png"):
        assert images.page_images(make_record(content, media_type), source) == {}


def hostile_record() -> DirectiveRecord:
    evil = "</script><script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
    record = make_record(text=evil)
    page = record.source.pages[0]
    task = record.tasks[0]
    return record.model_copy(
        update={
            "source": record.source.model_copy(update={"file_name": evil, "pages": (page,)}),
            "directive": record.directive.model_copy(update={"number": evil, "kind": evil}),
            "tasks": (task.model_copy(update={"title": evil[:120], "text": evil, "heading": evil, "path": (evil,)}),),
            "warnings": (Warning(code="x", message=evil, message_en=evil, page=1),),
        }
    )


def test_a_hostile_document_is_shown_not_run() -> None:
    page = html_page(hostile_record())
    assert page.count("<script") == 1
    assert "<img" not in page


def test_the_policy_admits_only_the_pages_own_style_and_script() -> None:
    page = html_page(make_record())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1]
    for tag in ("style", "script"):
        content = re.search(f"<{tag}>(.*?)</{tag}>", page, re.S)
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src &#x27;sha256-{digest}&#x27;" in policy[1]
    assert " style=" not in page  # the policy would drop it
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)


CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium: set CHROMIUM or install it")
def test_in_a_browser_a_value_finds_its_place_and_a_place_its_value(tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    source = tmp_path / "mau.png"
    source.write_bytes(png())
    record = make_record(source.read_bytes(), "image/png")
    (tmp_path / "mau.html").write_text(html_page(record, images.page_images(record, source)), "utf-8")
    (tmp_path / "evil.html").write_text(html_page(hostile_record()), "utf-8")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((tmp_path / "mau.html").as_uri())

        page.locator('[data-field="tasks[0].deadlines[0]"]').click()
        expect(page.locator("rect.on")).to_have_count(1)
        expect(page.locator("rect.on")).to_be_in_viewport()

        page.locator('rect[data-fields="directive.number"]').click(position={"x": 3, "y": 3})
        expect(page.locator(".field.on")).to_contain_text("07/CT-UBND")
        expect(page.locator(".field.on")).to_contain_text("độ tin cậy chỉ 41 %")

        page.get_by_role("button", name="Không thấy ngày ban hành.", exact=True).click()
        expect(page.locator(".field.on")).to_contain_text("Ngày ban hành")

        page.get_by_label("Chỉ xem 2 chỗ cần kiểm tra").check()
        expect(page.locator('[data-field="directive.kind"]')).to_be_hidden()
        expect(page.locator('[data-field="directive.number"]')).to_be_visible()

        page.goto((tmp_path / "evil.html").as_uri())
        expect(page).not_to_have_title("pwned")
        browser.close()
    assert complaints == []
