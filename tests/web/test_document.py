"""One document: all that is known of it, its versions side by side, its annex on paper."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect

from corpus.specimens import specimens
from extractor.pipeline import extract
from extractor.record import DirectiveRecord, Issuer
from service.access.actor import Actor
from service.store import records, tables
from tests.service.fakes import directive

Look = Callable[[Page], None]
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def real() -> DirectiveRecord:
    """What the pipeline reads of a specimen with tasks of all kinds."""
    specimen = next(s for s in specimens() if s.name.startswith("nui-voi-03"))
    return extract(specimen.text_path, jobs=1)


def sheet(number: int) -> bytes:
    """A page as a picture."""
    image = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype("DejaVuSans.ttf", 20)
    for line in range(3, 36):
        draw.text((60, line * 22), f"Trang {number}, dòng {line}: các sở, ban, ngành", "black", font)
    out = io.BytesIO()
    image.save(out, "WEBP")
    return out.getvalue()


def _correct(service: Any, document: UUID, by: str, **changed: Any) -> None:
    with service.database.writing() as session:
        row = session.get_one(tables.Document, document)
        kept = records.version(session, document, row.current_version)
        record = DirectiveRecord.model_validate_json(kept.body)
        header = record.directive.model_copy(update=changed)
        records.correct(session, row, record.model_copy(update={"directive": header}), Actor("user", by))


def test_all_of_a_document(
    page: Page, service: Any, office: UUID, real: DirectiveRecord, axe: Look, shoot: Shoot
) -> None:
    images = [sheet(n) for n in range(1, 4)]
    document = service.put(real, office, file_name="03-CT-UBND quét.pdf", images=images)
    page.goto(f"/documents/{document}")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"Chỉ thị 03/CT-UBND"))
    expect(page.get_by_text("Ủy ban nhân dân tỉnh Núi Voi").first).to_be_visible()
    expect(page.locator(".tasks tbody tr")).to_have_count(len(real.tasks))
    expect(page.locator("#thumbnails img").nth(2)).to_have_js_property("complete", True)
    axe(page), shoot(page, "document")
    page.locator(".tasks summary").first.click()
    page.get_by_text("Phụ lục, xuất").click()
    expect(page.get_by_role("link", name="Phụ lục nhiệm vụ (Excel)")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Trang 2").click()
    expect(page.get_by_role("img", name="Ảnh trang 2")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("img", name="Ảnh trang 3")).to_be_visible()
    axe(page), shoot(page, "document-page")


def test_how_the_pages_were_read(page: Page, service: Any, office: UUID, real: DirectiveRecord, axe: Look) -> None:
    first = real.source.pages[0]
    pages = [
        first.model_copy(update={"number": number, "reading": reading, "triage": triage})
        for number, reading, triage in (
            (1, "text_layer", "tcvn3"),
            (2, "ocr", "foreign_layer"),
            (3, "ocr", "foreign_layer"),
            (4, "ocr", "no_layer"),
        )
    ]
    record = real.model_copy(update={"source": real.source.model_copy(update={"pages": tuple(pages)})})
    page.goto(f"/documents/{service.put(record, office, file_name='cũ.pdf')}")
    said = page.locator("dt", has_text="Cách đọc").locator("xpath=following-sibling::dd[1]")
    expect(said).to_contain_text("trang 1: lớp văn bản trong PDF (mã cũ TCVN3, đã chuyển sang Unicode)")
    expect(said).to_contain_text("trang 2–3: nhận dạng chữ (OCR) (lớp văn bản ẩn không phải tiếng Việt)")
    expect(said).to_contain_text("trang 4: nhận dạng chữ (OCR)")
    axe(page)


def test_citations_lead_to_what_is_here(page: Page, service: Any, office: UUID, real: DirectiveRecord) -> None:
    from extractor.record import Citation

    cited = tuple(
        Citation(kind="kế hoạch", number=number, relation="basis", text=number or "Luật")
        for number in ("17/KH-UBND", "18/KH-UBND", None)
    )
    there = service.put(directive("x", number="17/KH-UBND", lead="Sở Y tế"), office)
    document = service.put(real.model_copy(update={"citations": cited}), office)
    page.goto(f"/documents/{document}")
    rows = page.get_by_role("region", name="văn bản được viện dẫn").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.locator("a")).to_have_count(1)
    rows.locator("a").click()
    expect(page).to_have_url(re.compile(str(there)))


def test_who_changed_what(page: Page, service: Any, office: UUID, real: DirectiveRecord, axe: Look) -> None:
    document = service.put(real, office)
    page.goto(f"/documents/{document}")
    # As the review page corrects.
    answer = page.evaluate(
        """async (id) => {
            const record = await (await fetch(`/v1/documents/${id}/record`)).json();
            const evidence = record.directive.evidence.number ?? null;
            const edits = [{ unit: "directive.number", was: { value: record.directive.number, evidence }, value: { value: "30/CT-UBND", evidence } }];
            const answer = await fetch(`/v1/documents/${id}/record`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ edits }) });
            return answer.status;
        }""",
        str(document),
    )
    assert answer == 200
    page.reload()
    history = page.locator(".history > li")
    expect(history.first).to_contain_text("Sửa bản ghi")
    expect(history.first.locator("del")).to_have_text("03/CT-UBND")
    expect(history.first.locator("ins")).to_have_text("30/CT-UBND")
    expect(page.get_by_text("Máy đọc xong")).to_be_visible()


def test_a_newer_reading_is_compared_and_taken(
    page: Page, service: Any, office: UUID, real: DirectiveRecord, axe: Look, shoot: Shoot
) -> None:
    document = service.put(real, office)
    _correct(service, document, "lan", number="13/CT-UBND", issuer=Issuer(name="Ủy ban nhân dân tỉnh Núi Vôi"))
    tasks = (real.tasks[0].model_copy(update={"text": real.tasks[0].text + " Báo cáo kết quả trước ngày 20."}),)
    newer = real.model_copy(
        update={
            "tasks": tasks + real.tasks[2:],
            "directive": real.directive.model_copy(update={"issued_on": date(2023, 2, 18)}),
        }
    )
    service.read_again(document, newer)
    page.goto("/")
    page.get_by_role("link", name="Có bản đọc mới hơn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("So sánh hai phiên bản")
    expect(page.locator("tr", has_text="Số, ký hiệu").locator("del")).to_have_text("13/CT-UBND")
    expect(page.locator("tr", has_text="Ngày ban hành").locator("ins")).to_have_text("18/02/2023")
    expect(page.locator("tr", has_text="Nguyên văn").first.locator("ins")).to_contain_text("Báo cáo kết quả")
    expect(page.locator("tr", has_text="đã bỏ")).to_have_count(1)
    axe(page), shoot(page, "compare")
    page.get_by_role("button", name="Dùng phiên bản 3").click()
    page.get_by_role("button", name="Dùng phiên bản này").click()
    expect(page).to_have_url(re.compile(r"/documents/[0-9a-f-]+$"))
    expect(page.get_by_text("18/02/2023").first).to_be_visible()
    page.goto(f"/documents/{document}/compare?a=3&b=4")
    expect(page.get_by_role("heading", name="Hai phiên bản nói như nhau")).to_be_visible()


def test_recall_and_replacement(
    visitors: Any, page: Page, service: Any, office: UUID, tmp_path: Path, axe: Look, shoot: Shoot
) -> None:
    old = service.put(directive("a", number="1/CT-UBND", lead="Sở Y tế"), office)
    new = service.put(directive("b", number="2/CT-UBND", lead="Sở Y tế"), office)
    page.goto(f"/documents/{old}")
    page.get_by_text("Việc khác").click()
    page.get_by_role("button", name="Thu hồi …").click()
    dialog = page.get_by_role("dialog", name="Thu hồi văn bản này?")
    axe(page), shoot(page, "document-recall")
    dialog.get_by_label("Lý do").fill("Thu hồi theo Thông báo số 12/TB-UBND")
    dialog.get_by_label("Số của văn bản thay thế").fill("9/CT-UBND")
    dialog.get_by_role("button", name="Thu hồi").click()
    expect(dialog.get_by_role("alert")).to_have_text("Không có văn bản số 9/CT-UBND ở đây.")
    dialog.get_by_label("Số của văn bản thay thế").fill("2/ct-ubnd")
    dialog.get_by_role("button", name="Thu hồi").click()
    expect(page.get_by_text("Văn bản này đã được thay thế bằng")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="2/CT-UBND").click()
    expect(page).to_have_url(re.compile(str(new)))
    expect(page.get_by_text("Thay thế cho")).to_be_visible()
    # And by handing a file in.
    file = tmp_path / "thay thế.txt"
    file.write_text("number=3/CT-UBND")
    page.get_by_text("Việc khác").click()
    page.get_by_role("button", name="Nộp bản thay thế …").click()
    page.get_by_label("Tệp của bản thay thế").set_input_files(file)
    page.get_by_role("button", name="Nộp", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("3/CT-UBND"))
    # A clerk may not.
    clerk = visitors.page("clerk")
    clerk.goto(f"/documents/{new}")
    clerk.get_by_text("Việc khác").click()
    expect(clerk.get_by_role("button", name="Thu hồi …")).to_have_count(0)


def test_it_is_followed_while_it_is_read(page: Page, tmp_path: Path, axe: Look, shoot: Shoot) -> None:
    page.goto("/")
    file = tmp_path / "lâu.txt"
    file.write_text("pages=30;wait=0.2;think=3;number=8/CT-UBND")
    page.locator("#files").set_input_files(file)
    page.get_by_role("link", name="lâu.txt").click()
    expect(page.get_by_text(re.compile(r"trang \d+/30"))).to_be_visible()
    axe(page), shoot(page, "document-live")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chỉ thị 8/CT-UBND")
    page.get_by_text("Việc khác").click()
    page.get_by_role("button", name="Đọc lại bằng bộ đọc hiện nay").click()
    expect(page.get_by_role("button", name="Hủy đọc")).to_be_visible()
    page.get_by_role("button", name="Hủy đọc").click()
    expect(page.get_by_role("link", name="Kiểm tra", exact=True)).to_be_visible()


def test_the_annex_on_paper(
    page: Page, service: Any, office: UUID, real: DirectiveRecord, axe: Look, shoot: Shoot
) -> None:
    document = service.put(real, office)
    page.goto(f"/documents/{document}")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_contain_text("PHÂN CÔNG NHIỆM VỤ")
    expect(page.get_by_text("BẢN CHƯA DUYỆT")).to_be_visible()
    axe(page), shoot(page, "annex")
    printed = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert boxes and all(round(float(wide)) == 842 and round(float(high)) in (595, 596) for wide, high in boxes)
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="In")).to_be_hidden()
    # The page itself prints without what can only be pressed.
    page.goto(f"/documents/{document}")
    for hidden in (".top", ".actions", "#toasts"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".tasks")).to_be_visible()


HOSTILE = (
    '<img src=x onerror="document.title=1"><script>alert(1)</script>\u202egnp.exe\u2066 ${7*7} {{7*7}} ' + "A" * 2000
)


def test_a_hostile_document_shows_as_text(page: Page, service: Any, office: UUID, axe: Look, shoot: Shoot) -> None:
    record = directive("x", number=HOSTILE[:300], lead=HOSTILE)
    task = record.tasks[0].model_copy(update={"text": HOSTILE, "title": HOSTILE[:120], "heading": HOSTILE})
    header = record.directive.model_copy(update={"subject": HOSTILE, "kind": HOSTILE, "issuer": Issuer(name=HOSTILE)})
    document = service.put(
        record.model_copy(update={"tasks": (task, *record.tasks[1:]), "directive": header}),
        office,
        file_name=HOSTILE[:200] + ".pdf",
    )
    _correct(service, document, "lan<b>", subject=HOSTILE[::-1])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: asked.append("a dialog"))
    for path in ("/", f"/documents/{document}", f"/documents/{document}/compare?a=1&b=2", "/tasks"):
        page.goto(path)
        expect(page.get_by_text("<img src=x", exact=False).first).to_be_attached()
        expect(page.locator("img[src=x], main script")).to_have_count(0)
        axe(page)
        shoot(page, "hostile" + re.sub(r"[^a-z]+", "-", path.replace(str(document), "")).rstrip("-"))
    page.goto(f"/documents/{document}/annex")
    expect(page.locator("img[src=x], main script")).to_have_count(0)
    assert not [url for url in asked if url.endswith("/x") or url == "a dialog"]
