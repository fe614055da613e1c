"""The review page in a real browser: a scan brought to approved by keyboard, two people at once, places and words, hostile text."""

from __future__ import annotations

import hashlib
import json
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from extractor import place, read, understand
from extractor.record import Deadline, DirectiveRecord, Evidence, Span, Target
from extractor.show.images import page_images
from service.store import pages, records, tables
from service.store.blobs import Blobs
from tests.service.fakes import directive
from tests.web.conftest import Service, Visitors

SCAN = Path(__file__).parents[2] / "corpus" / "demo" / "chi-thi-mau.pdf"
Json = dict[str, Any]
Shoot = Callable[[Page, str], None]


@dataclass(frozen=True)
class Scan:
    """The demonstration's scan as the pipeline really reads it, cut to ten tasks, and its pages' images."""

    record: DirectiveRecord
    images: list[bytes]
    words: list[list[list[float]]]  # of each page [start, end, x0, y0, x1, y1, confidence]


@pytest.fixture(scope="session")
def scan() -> Scan:
    file = read(SCAN)
    record = understand(file)
    ten = record.tasks[:10]
    ids = {task.id for task in ten}
    kept = record.model_copy(
        update={
            "tasks": ten,
            "targets": tuple(target for target in record.targets if target.task_id in ids),
            "warnings": tuple(w for w in record.warnings if not (w.field or "").startswith(("tasks[", "targets["))),
        }
    )
    images = page_images(record, SCAN)
    words = [[[w.start, w.end, *w.box, w.confidence] for w in laid.words] for laid in place(file)]
    return Scan(kept, [b64decode(images[n].partition(",")[2]) for n in sorted(images)], words)


@pytest.fixture
def document(service: Service, office: UUID, scan: Scan) -> UUID:
    """The scan, handed in and read."""
    return service.put(scan.record, office, file_name="chỉ thị.pdf", images=scan.images)


def _open(page: Page, document: UUID) -> None:
    page.goto(f"/documents/{document}/review")
    expect(page.locator("#review")).to_have_attribute("data-ready", "true")


def _at(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.path ?? document.activeElement.id"))


def _field(page: Page, path: str) -> Any:
    return page.locator(f'[data-path="{path}"]')


def _saved(page: Page) -> None:
    expect(page.locator(".saved")).to_have_text("Đã lưu")


def _record(service: Service, document: UUID) -> Json:
    with service.database.reading() as session:
        row = session.get_one(tables.Document, document)
        kept = records.version(session, document, row.current_version)
        assert kept
        body: Json = json.loads(kept.body)
        return body


def _until(service: Service, document: UUID, right: Callable[[Json], bool]) -> None:
    """Waits until the record that is kept is right."""
    end = time.monotonic() + 20
    while not right(record := _record(service, document)):
        assert time.monotonic() < end, record["tasks"][0]
        time.sleep(0.1)


def _row(service: Service, document: UUID) -> tables.Document:
    with service.database.reading() as session:
        return session.get_one(tables.Document, document)


def _wrong(scan: Scan) -> tuple[DirectiveRecord, dict[str, str]]:
    """Ten tasks, five wrong fields as a bad scan gives them, and what each should be; the pipeline doubts all five."""
    record, doubt = scan.record, 0.4
    first, second, third = record.tasks[1:4]
    lead = first.assignments[0].model_copy(update={"agency": "Sở Tài chinh", "agency_id": None, "confidence": doubt})
    due = Deadline(
        kind="date", due=date(2023, 3, 1), text="trước ngày 01/3/2023", confidence=doubt, spans=second.spans[:1]
    )
    tasks = {
        first.id: first.model_copy(update={"assignments": (lead, *first.assignments[1:])}),
        second.id: second.model_copy(update={"deadlines": (due,)}),
        third.id: third.model_copy(update={"text": third.text[:-12], "confidence": doubt}),
    }
    evidence = dict(record.directive.evidence) | {
        "number": record.directive.evidence.get("number", Evidence()).model_copy(update={"confidence": doubt}),
        "issued_on": Evidence(confidence=doubt, spans=(Span(page=1, start=0, end=5),)),
    }
    header = record.directive.model_copy(
        update={"number": "22/CT-UBND", "issued_on": date(2023, 2, 11), "evidence": evidence}
    )
    wrong = record.model_copy(
        update={"directive": header, "tasks": tuple(tasks.get(task.id, task) for task in record.tasks)}
    )
    right = {
        "directive.number": "03/CT-UBND",
        "directive.issued_on": "17/02/2023",
        f"tasks/{first.id}/assignments/0": "Sở Tài chính",
        f"tasks/{second.id}/deadlines/0": "trước ngày 31/3/2023",
        f"tasks/{third.id}": third.text,
    }
    return wrong, right


class Hands:
    """A clerk's hands: every key and click is counted, but not the values themselves."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions: list[str] = []

    def key(self, press: str) -> None:
        self.actions.append(press)
        self.page.keyboard.press(press)

    def type(self, value: str) -> None:
        self.page.keyboard.insert_text(value)


def test_a_scan_of_ten_tasks_is_approved_in_few_actions(page: Page, service: Service, office: UUID, scan: Scan) -> None:
    wrong, right = _wrong(scan)
    document = service.put(wrong, office, file_name="chỉ thị.pdf", images=scan.images)
    _open(page, document)
    hands = Hands(page)
    corrected = set()
    while (at := _at(page)) != "approve":
        assert len(hands.actions) < 40, hands.actions
        if at in right and at not in corrected:
            hands.type(right[at])
            corrected.add(at)
            hands.key("Enter")
        elif page.locator("[data-path]:focus ~ *, .row:has(:focus) .alike").filter(has_text="Đúng cho cả").count():
            hands.key("Shift+Enter")  # whom the opening names, once for all tasks
        else:
            hands.key("Enter")  # right as it stands
        expect(page.locator(f'[data-path="{at}"]:focus')).to_have_count(0)
    hands.key("Control+Enter")
    expect(page.get_by_role("button", name="Đã duyệt")).to_be_disabled()
    assert corrected == right.keys()
    print(f"{len(hands.actions)} actions: {' '.join(hands.actions)}")
    assert len(hands.actions) <= 25

    row, record = _row(service, document), _record(service, document)
    assert row.approved and row.number == "03/CT-UBND" and row.issued_on == date(2023, 2, 17)
    tasks = {task["id"]: task for task in record["tasks"]}
    first, second, third = scan.record.tasks[1:4]
    lead, due = tasks[first.id]["assignments"][0], tasks[second.id]["deadlines"][0]
    assert (lead["agency"], lead["agency_id"] is not None, lead["confidence"]) == ("Sở Tài chính", True, 1)
    assert (due["due"], due["text"]) == ("2023-03-31", "trước ngày 31/3/2023")
    assert tasks[third.id]["text"] == third.text


def test_a_document_is_corrected_without_a_mouse(page: Page, service: Service, document: UUID, scan: Scan) -> None:
    _open(page, document)
    first, second = (task.id for task in scan.record.tasks[:2])
    keys = page.keyboard
    # Down to the first task, from field to field.
    for _ in range(60):
        if _at(page).startswith(f"tasks/{first}"):
            break
        keys.press("Alt+ArrowDown")
    else:
        raise AssertionError(f"never came to the first task, but to {_at(page)}")
    _field(page, f"tasks/{first}").focus()
    text = str(_field(page, f"tasks/{first}").input_value())
    cut = text.index(" ", 20)
    keys.press("Control+Home")
    for _ in range(cut):
        keys.press("ArrowRight")
    keys.press("Alt+s")
    expect(page.locator('[data-kind="tasks"] > li')).to_have_count(11)
    assert _at(page).startswith("tasks/") and first not in _at(page)
    expect(page.locator("[data-path]:focus")).to_have_value(text[cut:].strip())
    keys.press("Alt+m")
    expect(page.locator('[data-kind="tasks"] > li')).to_have_count(10)
    expect(_field(page, f"tasks/{first}")).to_have_value(" ".join(text.split()))
    keys.press("Alt+Shift+ArrowDown")
    expect(page.locator('[data-kind="tasks"] > li').nth(1)).to_have_attribute("data-key", first)
    keys.press("Alt+a")
    expect(page.locator('[data-kind="tasks"] > li')).to_have_count(11)
    keys.insert_text("Tổng hợp, báo cáo kết quả thực hiện.")
    keys.press("Alt+g")
    page.keyboard.type("stc", delay=20)
    expect(page.locator(".options:visible").get_by_role("option", name="Sở Tài chính").first).to_be_visible()
    keys.press("Enter")
    expect(page.locator("[data-path]:focus")).to_have_value("Sở Tài chính")
    keys.press("Alt+h")
    keys.insert_text("trước ngày 15/12 hằng năm")
    keys.press("Enter")
    expect(page.locator(".item.open .meaning").last).to_contain_text("15/12/")
    _saved(page)
    made = next(
        task
        for task in _record(service, document)["tasks"]
        if task["text"].startswith("Tổng hợp, báo cáo kết quả thực hiện.")
    )
    assert [who["agency"] for who in made["assignments"]] == ["Sở Tài chính"]
    assert [when["rrule"] for when in made["deadlines"]] == ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15"]
    # Back, one after the other, to where it began.
    for _ in range(12):
        if page.locator("#undo").is_disabled():
            break
        page.locator("#undo").focus()
        keys.press("Enter")
    _saved(page)
    end = _record(service, document)
    assert [task["id"] for task in end["tasks"]] == [task.id for task in scan.record.tasks]
    assert end["tasks"][0]["text"] == scan.record.tasks[0].text
    assert second in {task["id"] for task in end["tasks"]}


def test_two_people_on_one_document_lose_nothing(
    visitors: Visitors, service: Service, document: UUID, scan: Scan
) -> None:
    visitors.expected.append("409")
    mai, nam = visitors.page(), visitors.page()
    _open(mai, document)
    _open(nam, document)
    task = scan.record.tasks[5].id
    _field(mai, "directive.number").fill("03/CT-UBND")
    mai.keyboard.press("Tab")
    nam.locator(f'li[data-key="{task}"] > .line').click()
    _field(nam, f"tasks/{task}#title").fill("Tên do Nam đặt")
    nam.keyboard.press("Tab")
    _saved(mai), _saved(nam)
    now = _record(service, document)
    assert now["directive"]["number"] == "03/CT-UBND"
    assert next(one for one in now["tasks"] if one["id"] == task)["title"] == "Tên do Nam đặt"
    # Nam's page has taken in what Mai did, for his own change was answered by a record that was not his.
    expect(_field(nam, "directive.number")).to_have_value("03/CT-UBND")

    # Both at the same field: the later one is shown both values, and decides.
    nam.route("**/record", lambda route: route.abort() if route.request.method == "PATCH" else route.continue_())
    visitors.expected.append("ERR_FAILED")
    _field(nam, "directive.place").fill("Nam Định")
    nam.keyboard.press("Tab")
    expect(nam.locator(".saved")).to_contain_text("Chưa lưu được")
    _field(mai, "directive.place").fill("Hà Nam")
    mai.keyboard.press("Tab")
    _saved(mai)
    nam.unroute("**/record")
    dialog = nam.get_by_role("dialog")
    expect(dialog).to_contain_text("Đồng nghiệp vừa sửa cùng chỗ này", timeout=20_000)
    expect(dialog).to_contain_text("Hà Nam")
    expect(dialog).to_contain_text("Nam Định")
    assert _record(service, document)["directive"]["place"] == "Hà Nam"
    dialog.get_by_role("button", name="Dùng của tôi").click()
    _saved(nam)
    assert _record(service, document)["directive"]["place"] == "Nam Định"


def test_nothing_is_lost_while_the_service_is_away(
    page: Page, visitors: Visitors, service: Service, document: UUID
) -> None:
    visitors.expected.append("ERR_FAILED")
    _open(page, document)
    page.route("**/record", lambda route: route.abort())
    _field(page, "directive.place").fill("Núi Voi")
    page.keyboard.press("Tab")
    _field(page, "directive.place").fill("Bến Mơ")
    page.keyboard.press("Tab")
    expect(page.locator(".saved")).to_contain_text("Chưa lưu được")
    page.unroute("**/record")
    expect(page.locator(".saved")).to_have_text("Đã lưu", timeout=20_000)
    assert _record(service, document)["directive"]["place"] == "Bến Mơ"


def test_a_field_shows_its_place_and_a_place_its_field(page: Page, document: UUID, scan: Scan, shoot: Shoot) -> None:
    _open(page, document)
    _field(page, "directive.number").focus()
    expect(page.locator(".marks .mark-shown")).to_have_count(1)
    last = scan.record.tasks[-1]
    page.locator(f'li[data-key="{last.id}"] > .line').click()
    _field(page, f"tasks/{last.id}").focus()
    where = last.spans[0].page
    expect(page.locator(".viewer-bar .where")).to_have_text(f"Trang {where}/{len(scan.images)}")
    expect(page.locator(".marks .mark-shown").first).to_be_visible()
    for key in ("Alt+=", "Alt+r", "Alt+0", "Alt+PageUp"):
        page.keyboard.press(key)
    expect(page.locator(".viewer-bar .where")).to_have_text(f"Trang {max(where - 1, 1)}/{len(scan.images)}")
    page.keyboard.press("Alt+r"), page.keyboard.press("Alt+r"), page.keyboard.press("Alt+r")
    # A click on the place of a doubtful field goes to the field.
    _field(page, "directive.number").focus()
    expect(page.locator(".viewer-bar .where")).to_have_text(f"Trang 1/{len(scan.images)}")
    box = page.locator(".marks .mark-shown").first.bounding_box()
    assert box
    _field(page, "directive.kind").focus()
    page.wait_for_timeout(300)  # the image may move to the other place
    page.keyboard.press("Alt+0")
    _field(page, "directive.number").focus()
    box = page.locator(".marks .mark-shown").first.bounding_box()
    assert box
    _field(page, "directive.subject").focus()
    box = page.locator(".marks .mark-doubt").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("[data-path]:focus")).to_have_count(1)
    assert _at(page) != "directive.subject"


def test_words_of_the_page_fill_a_field(page: Page, service: Service, document: UUID, scan: Scan) -> None:
    blobs = Blobs(service.data / "readings")
    text, words = scan.record.source.pages[0].text, scan.words[0]
    with service.database.writing() as session:
        kept = blobs.put(json.dumps(words).encode())
        pages.keep(session, document, None, [(1, hashlib.sha256(text.encode()).hexdigest(), kept)])
    _open(page, document)
    task = scan.record.tasks[0]
    page.locator(f'li[data-key="{task.id}"] > .line').click()
    who = _field(page, f"tasks/{task.id}/assignments/0")
    who.focus()
    expect(page.locator(".viewer-bar .where")).to_have_text(f"Trang 1/{len(scan.images)}")
    expect(page.locator(".marks .mark-shown").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    # From the first to the last word of a group in the opening, as a hand with Shift would.
    first, last = (
        next(w for w in words if text[int(w[0]) : int(w[1])].startswith(start)) for start in ("các", "ngành")
    )
    assert first[0] < last[0]
    corners = page.evaluate(
        """(places) => { const to = document.querySelector("svg.marks").getScreenCTM();
            return places.map(([x, y]) => { const at = new DOMPoint(x, y).matrixTransform(to); return [at.x, at.y]; }) }""",
        [[(w[2] + w[4]) / 2, (w[3] + w[5]) / 2] for w in (first, last)],
    )
    page.keyboard.down("Shift")
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.mouse.move(*corners[1], steps=8)
    page.mouse.up()
    page.keyboard.up("Shift")
    chosen = " ".join(text[int(first[0]) : int(last[1])].split())
    expect(page.locator(".offer q")).to_have_text(chosen)
    page.locator("#fill").click()
    expect(_field(page, f"tasks/{task.id}/assignments/0")).not_to_have_value(task.assignments[0].agency)

    def filled(record: Json) -> bool:
        who = record["tasks"][0]["assignments"][0]
        span = who["spans"][0]
        return who["as_written"] == chosen and (span["page"], span["start"], span["end"]) == (1, first[0], last[1])

    _until(service, document, filled)


def test_agencies_are_found_by_abbreviation_and_can_be_added(
    page: Page, service: Service, document: UUID, scan: Scan, axe: Callable[[Page], None]
) -> None:
    _open(page, document)
    task = scan.record.tasks[0]
    page.locator(f'li[data-key="{task.id}"] > .line').click()
    box = _field(page, f"tasks/{task.id}/assignments/0")
    box.fill("skhđt")
    expect(page.locator(".options:visible [role=option]").first).to_contain_text("Sở Kế hoạch và Đầu tư")
    axe(page)
    box.press("Enter")
    expect(box).to_have_value("Sở Kế hoạch và Đầu tư")
    _saved(page)

    def slowly(route: Any) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/v1/agencies", slowly)
    box.fill("Ban Điều phối Chợ nổi Núi Voi")
    page.locator(".options:visible").get_by_role(
        "option", name="Thêm “Ban Điều phối Chợ nổi Núi Voi” vào danh mục"
    ).click()
    expect(page.locator(".saved")).to_have_text("Đang lưu …")
    _saved(page)
    expect(box).to_have_value("Ban Điều phối Chợ nổi Núi Voi")
    lead = _record(service, document)["tasks"][0]["assignments"][0]
    assert (lead["agency"], lead["source"]) == ("Ban Điều phối Chợ nổi Núi Voi", "explicit")
    box.fill("cho noi nui voi")
    expect(page.locator(".options:visible [role=option]").first).to_contain_text("Ban Điều phối Chợ nổi Núi Voi")


def test_deadlines_are_written_as_the_document_does(page: Page, service: Service, document: UUID, scan: Scan) -> None:
    _open(page, document)
    task = scan.record.tasks[0]
    page.locator(f'li[data-key="{task.id}"] > .line').click()
    page.get_by_role("button", name="+ Thời hạn").click()
    box = page.locator("[data-path]:focus")
    box.fill("khi nào rảnh")
    box.press("Enter")
    expect(page.locator(".meaning").last).to_contain_text("Không hiểu thời hạn này")
    expect(box).to_have_attribute("aria-invalid", "true")
    box.fill("trước 15/12 hàng năm")
    box.press("Enter")
    expect(page.locator(".meaning").last).to_contain_text("15/12/")
    _saved(page)
    when = _record(service, document)["tasks"][0]["deadlines"][-1]
    assert (when["kind"], when["rrule"]) == ("recurring", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15")


def test_targets_have_parts(page: Page, service: Service, office: UUID, scan: Scan, shoot: Shoot) -> None:
    whole = Target(
        id="t1",
        task_id=scan.record.tasks[0].id,
        indicator="Thu ngân sách",
        value="89490.478",
        unit="tỷ đồng",
        text="Thu ngân sách 89.490,478 tỷ đồng",
        confidence=0.9,
    )
    part = Target(
        id="t2",
        indicator="thu nội địa",
        value="35000",
        unit="tỷ đồng",
        parent_id="t1",
        text="thu nội địa 35.000 tỷ đồng",
        confidence=0.5,
    )
    document = service.put(scan.record.model_copy(update={"targets": (part, whole)}), office, images=scan.images)
    _open(page, document)
    rows = page.locator('[data-kind="targets"] > li')
    expect(rows.nth(0)).to_contain_text("89.490,478 tỷ đồng")
    expect(rows.nth(1)).to_have_class("item child doubtful")
    rows.nth(1).locator(".line").click()
    value = _field(page, "targets/t2")
    value.fill("mười")
    value.press("Enter")
    expect(value).to_have_attribute("aria-invalid", "true")
    value.fill("35.500,25")
    value.press("Enter")
    _field(page, "targets/t2#period").fill("đến 2025")
    page.keyboard.press("Tab")
    _saved(page)
    kept = next(one for one in _record(service, document)["targets"] if one["id"] == "t2")
    assert (kept["value"], kept["period"]) == ("35500.25", {"start": None, "end": "2025-12-31"})
    shoot(page, "review-targets")


def test_approval_asks_when_doubts_are_left_and_leads_to_the_next(
    page: Page, service: Service, office: UUID, scan: Scan
) -> None:
    older = service.put(scan.record, office, file_name="cũ.pdf", images=scan.images)
    newer = service.put(scan.record, office, file_name="mới.pdf", images=scan.images)
    _open(page, newer)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("chỗ chưa xem. Vẫn duyệt?")
    page.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(page.locator("#next")).to_be_focused()
    assert _row(service, newer).approved
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/documents/{older}/review")


def test_who_may_not_correct_is_led_to_the_document(visitors: Visitors, document: UUID) -> None:
    reader, clerk = visitors.page("researcher"), visitors.page("clerk")
    reader.goto(f"/documents/{document}/review")
    assert reader.url.endswith(f"/documents/{document}")
    _open(clerk, document)
    expect(clerk.locator("#approve")).to_be_disabled()


HOSTILE = (
    "<script>document.title='hỏng'</script><img src=x onerror=alert(1)> \u202eỏn \u2066\"' {{ 7*7 }} " + "dài" * 400
)


def test_a_hostile_document_is_text(page: Page, service: Service, office: UUID, shoot: Shoot) -> None:
    record = directive(HOSTILE, number="1/<b>CT</b>", lead="<i>Sở</i> \u202eế tY")
    task = record.tasks[0].model_copy(update={"text": HOSTILE, "title": HOSTILE[:120]})
    hostile = record.model_copy(update={"tasks": (task, *record.tasks[1:])})
    document = service.put(hostile, office, file_name="\u202efdp." + "x" * 180 + ".pdf")
    _open(page, document)
    assert "hỏng" not in page.title()
    page.locator(f'li[data-key="{task.id}"] > .line').click()
    expect(_field(page, f"tasks/{task.id}")).to_have_value(HOSTILE)
    assert page.locator("#review script, #review b > b, #review i, #review .record img").count() == 0
    shoot(page, "review-hostile")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_everybody_can_use_it(
    visitors: Visitors, document: UUID, scan: Scan, axe: Callable[[Page], None], shoot: Shoot, language: str
) -> None:
    page = visitors.page(language=language)
    _open(page, document)
    page.wait_for_timeout(500)
    axe(page)
    shoot(page, f"review-{language}")
    page.locator(f'li[data-key="{scan.record.tasks[2].id}"] > .line').click()
    axe(page)
    shoot(page, f"review-task-{language}")
    page.keyboard.press("F1")
    page.locator("[data-keys]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Ctrl")
    axe(page)
    if language == "en":
        assert "Cần xem" not in page.locator("body").inner_text()


def test_a_plan_of_300_tasks_is_worked_in_like_a_short_one(page: Page, service: Service, office: UUID) -> None:
    document = service.put(directive("dài", number="9/KH-UBND", lead="Sở Y tế", tasks=300), office)
    _open(page, document)
    expect(page.locator('[data-kind="tasks"] > li')).to_have_count(300)
    row = page.locator('[data-kind="tasks"] > li').nth(150)  # the last one is doubtful, and open already
    row.scroll_into_view_if_needed()
    row.locator(".line").click()
    title = row.locator('[data-path$="#title"]')
    title.fill("Việc ở giữa")
    title.press("Tab")
    _saved(page)
    assert _record(service, document)["tasks"][150]["title"] == "Việc ở giữa"
    expect(page.locator(".item.open")).to_have_count(1)
