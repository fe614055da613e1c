"""By when a task is due, in the phrases of directives; every sentence here is made up."""

from __future__ import annotations

import ast
import json
import os
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from extractor.facts.citations import find_citations
from extractor.facts.dates import plain
from extractor.facts.deadlines import _RULES, Aim, DeadlineFact, _Rule, find_deadlines

SIGNED = date(2021, 1, 7)


def short(fact: DeadlineFact) -> str:
    """A deadline in one word: "date 2021-12-15", "recurring FREQ=YEARLY", "relative P5D", …"""
    if fact.kind == "date":
        return f"date {fact.due}"
    if fact.kind == "period":
        return f"period {fact.begin} {fact.due}"
    return " ".join(filter(None, (fact.kind, fact.rrule, fact.offset)))


def read(text: str, signed: date | None = SIGNED) -> list[str]:
    return [short(fact) for fact in find_deadlines(text, signed=signed)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Báo cáo kết quả về Sở Nội vụ trước ngày 15/12/2021.", "2021-12-15"),
        ("Hoàn thành trước ngày 31 tháng 3 năm 2021.", "2021-03-31"),
        ("Gửi báo cáo chậm nhất là ngày 30/6/2021 để tổng hợp.", "2021-06-30"),
        ("Gửi danh sách muộn nhất vào ngày 05-02-2021.", "2021-02-05"),
        ("Trình Ủy ban nhân dân tỉnh trước 16 giờ 30 phút ngày 20/01/2021.", "2021-01-20"),
        ("Báo cáo trước 10h00 ngày 12/01/2021.", "2021-01-12"),
        ("Tham mưu ban hành kế hoạch trong tháng 3/2021.", "2021-03-31"),
        ("Xây dựng xong phần mềm trong tháng 02.", "2021-02-28"),
        ("Hoàn thành việc rà soát trong quý II/2021.", "2021-06-30"),
        ("Ngay trong Quý I năm 2021, tổ chức tập huấn cho cán bộ.", "2021-03-31"),
        ("Đặc biệt, trong năm 2021, tham mưu khen thưởng các tập thể.", "2021-12-31"),
        ("Duy trì chốt kiểm soát đến hết năm 2025.", "2025-12-31"),
        ("Hoàn thành việc giải ngân đến hết ngày 31/01/2022.", "2022-01-31"),
        ("Trình ban hành vào đầu quý I năm 2022.", "2022-01-31"),
        ("Hoàn thành vào giữa tháng 6/2021.", "2021-06-15"),
        ("Chậm nhất là cuối quý III năm 2021, các đơn vị phải có trang thông tin.", "2021-09-30"),
        ("Hoàn thành trong 6 tháng đầu năm 2021.", "2021-06-30"),
        ("Báo cáo kết quả trước ngày 15/02.", "2021-02-15"),
        ("Báo cáo kết quả trước ngày 05/01.", "2022-01-05"),
        ("Quí IV-2025", "2025-12-31"),
        ("Tháng 12/2025", "2025-12-31"),
        ("Thời gian thực hiện: Quý III năm 2026.", "2026-09-30"),
        ("Thời hạn hoàn thành: 30/11/2021", "2021-11-30"),
        ("Hoàn thành trước tháng 6/2021.", "2021-05-31"),
        ("Kiểm tra các quán ăn, hoàn thành trong tuần đầu tháng 02/2021.", "2021-02-07"),
        ("Tổng vệ sinh trường lớp trước ngày khai giảng (05/9/2021).", "2021-09-05"),
        ("Tổ chức lễ giao, nhận quân trong một ngày 25/02/2021.", "2021-02-25"),
        ("Quý III hoàn thành rà soát các bến thủy nội địa.", "2021-09-30"),
        ("Tổ chức lễ hội vào ngày 10 tháng 3 (tức ngày 21/4/2021).", "2021-03-10"),
    ],
)
def test_a_day_to_be_done_by(text: str, expected: str) -> None:
    assert read(text) == [f"date {expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tổ chức đợt cao điểm từ ngày 01/3 đến ngày 30/4/2021.", "2021-03-01 2021-04-30"),
        ("Trực từ ngày 13/02/2021 đến hết ngày 18/02/2021.", "2021-02-13 2021-02-18"),
        ("Tổ chức tuần lễ từ ngày 10 đến ngày 16 tháng 5 năm 2021.", "2021-05-10 2021-05-16"),
        ("Tổng kiểm tra từ ngày 20/12 đến ngày 10/01/2022.", "2021-12-20 2022-01-10"),
        ("Trực 24/24 giờ trong các ngày 22, 23 và 24 tháng 5 năm 2021.", "2021-05-22 2021-05-24"),
        ("Thời gian thực hiện: giai đoạn 2021-2025.", "2021-01-01 2025-12-31"),
        ("Thời gian thực hiện: Quý IV/2021 - Quý II/2022", "2021-10-01 2022-06-30"),
    ],
)
def test_a_period_to_do_it_in(text: str, expected: str) -> None:
    assert read(text) == [f"period {expected}"]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Báo cáo hàng tháng về Sở Y tế.", ["FREQ=MONTHLY"]),
        ("Báo cáo kết quả hàng quý gửi Sở Tài chính.", ["FREQ=MONTHLY;INTERVAL=3"]),
        ("Hàng năm, Sở Nội vụ tham mưu tổng kết công tác.", ["FREQ=YEARLY"]),
        ("Định kỳ 6 tháng báo cáo kết quả thực hiện.", ["FREQ=MONTHLY;INTERVAL=6"]),
        ("Báo cáo Bộ trưởng định kỳ 6 tháng/lần.", ["FREQ=MONTHLY;INTERVAL=6"]),
        ("Báo cáo Ủy ban nhân dân tỉnh trước ngày 05 của tháng sau.", ["FREQ=MONTHLY;BYMONTHDAY=5"]),
        ("Gửi báo cáo trước ngày 20 hằng quý.", ["FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=20"]),
        ("Báo cáo trước ngày 15 các tháng 3, 6, 9 và 12 hằng năm.", ["FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=15"]),
        ("Báo cáo trong quý I hằng năm.", ["FREQ=YEARLY;BYMONTH=3"]),
        ("Báo cáo trước ngày 20 hàng tháng.", ["FREQ=MONTHLY;BYMONTHDAY=20"]),
        ("Định kỳ (vào ngày 22 hằng tháng) gửi báo cáo tiến độ.", ["FREQ=MONTHLY;BYMONTHDAY=22"]),
        ("Hằng tháng, các đơn vị báo cáo Sở Xây dựng trước ngày 25.", ["FREQ=MONTHLY;BYMONTHDAY=25"]),
        ("Báo cáo trước ngày 15/12 hằng năm.", ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15"]),
        ("Hằng năm, báo cáo kết quả trước ngày 10/11.", ["FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=10"]),
        ("Báo cáo định kỳ hằng năm (trước ngày 15 tháng 12).", ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15"]),
        (
            "Định kỳ trước ngày 01/6 và 15/11 hằng năm báo cáo kết quả.",
            ["FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=15"],
        ),
        (
            "Báo cáo 6 tháng (trước ngày 15/6), báo cáo năm (trước ngày 15/12).",
            ["FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=15", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=15"],
        ),
        ("Gửi báo cáo trước ngày 15 tháng cuối quý.", ["FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=15"]),
        ("Gửi báo cáo trước ngày 05 của tháng đầu quý sau.", ["FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=5"]),
        ("Gửi báo cáo thứ Sáu hàng tuần.", ["FREQ=WEEKLY;BYDAY=FR"]),
        ("Báo cáo trước 16 giờ thứ Năm hằng tuần.", ["FREQ=WEEKLY;BYDAY=TH"]),
        ("Báo cáo Ủy ban nhân dân tỉnh trước 17 giờ hằng ngày.", ["FREQ=DAILY"]),
        ("Đưa bản tin cảnh báo cháy rừng hằng ngày trong mùa khô.", ["FREQ=DAILY"]),
        ("Công khai tình hình giải quyết hồ sơ hằng tuần.", ["FREQ=WEEKLY"]),
        ("Ra quân dọn vệ sinh vào Chủ nhật đầu tiên hằng tháng.", ["FREQ=MONTHLY;BYDAY=1SU"]),
        ("Công bố xếp hạng hằng năm vào dịp 10/10.", ["FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=10"]),
        ("Báo cáo thống kê tài liệu theo quý.", ["FREQ=MONTHLY;INTERVAL=3"]),
        (
            "Báo cáo định kỳ 6 tháng, trước ngày 10/6 và 10/12 hằng năm.",
            ["FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=10", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=10"],
        ),
        ("Tổ chức 06 tháng một lần (tháng 5 và tháng 11).", ["FREQ=YEARLY;BYMONTH=5,11"]),
        ("Tổ chức diễn tập vào tháng 12 hằng năm.", ["FREQ=YEARLY;BYMONTH=12"]),
        ("Thực hiện chế độ báo cáo 6 tháng, năm.", ["FREQ=MONTHLY;INTERVAL=6", "FREQ=YEARLY"]),
        ("Báo cáo định kỳ 6 tháng và tổng kết năm.", ["FREQ=MONTHLY;INTERVAL=6", "FREQ=YEARLY"]),
        ("Báo cáo tình hình hàng tháng và quý gửi Văn phòng.", ["FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=3"]),
        ("Kiểm tra 02 lần/năm.", ["FREQ=MONTHLY;INTERVAL=6"]),
        ("Sơ kết 02 năm/lần.", ["FREQ=YEARLY;INTERVAL=2"]),
        ("Hằng năm", ["FREQ=YEARLY"]),
        ("Thời gian thực hiện: Hằng năm.", ["FREQ=YEARLY"]),
    ],
)
def test_a_cycle(text: str, rules: list[str]) -> None:
    assert read(text) == [f"recurring {rule}" for rule in rules]


@pytest.mark.parametrize(
    ("text", "offset", "anchor", "working", "due"),
    [
        (
            "Ban hành kế hoạch trong vòng 05 ngày làm việc kể từ ngày ký Chỉ thị này.",
            "P5D",
            "signing",
            True,
            "2021-01-14",
        ),
        ("Hoàn thành trong thời hạn 10 ngày kể từ ngày ban hành.", "P10D", "signing", False, "2021-01-17"),
        ("Trả lời trong thời hạn 15 (mười lăm) ngày kể từ ngày nhận được hồ sơ.", "P15D", "receipt", False, None),
        ("Thực hiện chậm nhất 12 giờ sau khi kết thúc đợt lũ.", "PT12H", "event", False, None),
        ("Ban hành trong thời hạn 01 tháng kể từ ngày Chỉ thị này có hiệu lực.", "P1M", "effect", False, None),
        ("Báo cáo chậm nhất sau 03 ngày làm việc kể từ khi phát sinh.", "P3D", "event", True, None),
        ("Gửi tài liệu trước kỳ sinh hoạt ít nhất 03 ngày.", "P3D", "event", False, None),
        ("Gửi hồ sơ trước khi tổ chức tối thiểu 30 ngày làm việc.", "P30D", "event", True, None),
        ("Thông báo lịch ngừng cấp điện trước ít nhất 05 ngày.", "P5D", "event", False, None),
    ],
)
def test_a_span_from_an_event(text: str, offset: str, anchor: str, working: bool, due: str | None) -> None:
    (fact,) = find_deadlines(text, signed=SIGNED)
    assert (fact.kind, fact.offset, fact.anchor, fact.working_days) == ("relative", offset, anchor, working)
    assert fact.due == (date.fromisoformat(due) if due else None)


@pytest.mark.parametrize(
    "text",
    [
        "Thường xuyên kiểm tra, đôn đốc việc thực hiện.",
        "Tổ chức tuyên truyền thường xuyên, liên tục về kỳ thi.",
        "Nếu có vướng mắc thì kịp thời phản ánh về Sở Công Thương.",
        "Kịp thời phát hiện, báo cáo các trường hợp vi phạm.",
        "Tổng hợp, báo cáo kịp thời về Bộ để giải quyết.",
        "Định kỳ tổng hợp, báo cáo kết quả.",
        "Kiểm tra định kỳ hoặc đột xuất các cơ sở.",
        "Triển khai trong năm 2021 và các năm tiếp theo.",
        "Thường xuyên",
    ],
)
def test_work_without_end(text: str) -> None:
    assert read(text) == ["ongoing"]


@pytest.mark.parametrize(
    "text",
    [
        "Khẩn trương triển khai theo tiến độ, trực 24/7.",
        "Kịp thời tháo gỡ khó khăn cho doanh nghiệp.",
        "Cân đối chi thường xuyên trong dự toán ngân sách hằng năm.",
        "Nâng cao hiệu quả hoạt động thường xuyên của các cụm thi đua.",
        "Bảo đảm đường truyền thường xuyên cho các điểm cầu.",
        "Bảo đảm an toàn trước, trong và sau Tết Nguyên đán.",
        "Xây dựng quy hoạch đến năm 2030, tầm nhìn đến năm 2050.",
        "Xây dựng kế hoạch giai đoạn 2021-2025 và năm 2021.",
        "Đến năm 2025: Thu ngân sách đạt 145.000 tỷ đồng.",
        "Đến hết năm 2025: 80% số xã đạt chuẩn.",
        "Trong dự toán chi ngân sách hằng năm của các đơn vị.",
        "Theo Nghị quyết hằng năm của Hội đồng nhân dân.",
        "Tổ chức kỳ thi năm học 2020-2021.",
        "Xử lý các công trình đã xây dựng trước ngày 01/7/2014.",
        "Tính đến ngày 31/12/2021, tỷ lệ giải ngân còn thấp.",
        "Tổ chức kỷ niệm 90 năm Ngày thành lập Đoàn 26/3.",
        "Thực hiện Kế hoạch “Phòng chống dịch trong năm 2021” của tỉnh.",
        "Phối hợp với báo ra hàng ngày để tuyên truyền.",
        "Chỉ thị này có hiệu lực kể từ ngày ký.",
        "Cải tạo các nút giao thường xuyên ùn tắc.",
        "Coi kết quả tiếp dân là một tiêu chuẩn đánh giá cán bộ hằng năm.",
        "Bảo đảm hệ thống hoạt động liên tục, ổn định.",
        "Phân loại rác trong sinh hoạt hằng ngày.",
        "Mỗi tháng phát sóng, đăng tải không dưới 04 tin, bài.",
        "Chi trả trợ cấp hằng tháng cho đối tượng bảo trợ.",
    ],
)
def test_what_only_looks_like_a_deadline(text: str) -> None:
    assert read(text) == []


def test_the_period_of_a_target_is_no_deadline_but_a_day_to_act_by_is() -> None:
    text = "Phấn đấu đến hết quý III năm 2021 giải quyết 100% số vụ việc."
    aim = Aim(text.index("giải quyết"), len(text) - 1, date(2021, 9, 30))
    assert find_deadlines(text, signed=SIGNED, aims=[aim]) == []
    text = "Tiêm xong trước ngày 31/12/2021, bảo đảm tỷ lệ tiêm đạt ít nhất 95%."
    aim = Aim(0, len(text) - 1, None)
    assert [short(d) for d in find_deadlines(text, signed=SIGNED, aims=[aim])] == ["date 2021-12-31"]


def test_the_same_deadline_of_several_verbs_is_one() -> None:
    text = "Rà soát trước ngày 15/3/2021, tổng hợp trước ngày 15/3/2021."
    assert read(text) == ["date 2021-03-15"]


def test_several_deadlines_come_in_reading_order() -> None:
    text = "Xây dựng kế hoạch trước ngày 15/3/2021; thường xuyên đôn đốc; báo cáo hằng quý."
    assert read(text) == ["date 2021-03-15", "ongoing", "recurring FREQ=MONTHLY;INTERVAL=3"]


def test_what_a_citation_took_is_no_deadline() -> None:
    text = "Triển khai Kế hoạch số 12/KH-UBND ngày 05 tháng 3 năm 2021 trước ngày 30/4/2021."
    taken = [(fact.start, fact.reach) for fact in find_citations(text, preamble_end=0)]
    assert [short(f) for f in find_deadlines(text, signed=SIGNED, taken=taken)] == ["date 2021-04-30"]


def test_a_day_that_no_calendar_has_is_a_problem_not_an_error() -> None:
    (fact,) = find_deadlines("Báo cáo trước ngày 31/02.", signed=SIGNED)
    assert (fact.due, fact.problem) == (None, "31/02")
    assert fact.confidence < 0.5


def test_a_day_before_the_signing_is_a_problem_where_something_is_ordered_for_it() -> None:
    (fact,) = find_deadlines("Gửi báo cáo về Sở trước ngày 15/12/2020.", signed=SIGNED)
    assert (fact.due, fact.problem) == (date(2020, 12, 15), "before the signing")
    assert fact.confidence < 0.5


def test_without_the_day_of_issue_nothing_is_guessed() -> None:
    (fact,) = find_deadlines("Báo cáo trước ngày 15/12.", signed=None)
    assert (fact.kind, fact.due) == ("date", None)
    assert fact.confidence < 0.5


_PHRASES = st.sampled_from(
    [
        "trước ngày {d} hằng tháng",
        "trước ngày {d}/{m} hằng năm",
        "trước ngày {d} tháng cuối quý",
        "định kỳ {m} tháng",
        "thứ Hai hằng tuần",
        "{m} tháng/lần",
        "vào tháng {m} hằng năm",
        "hằng quý",
        "{m} lần/năm",
    ]
)


@given(_PHRASES, st.integers(1, 28), st.integers(1, 12))
def test_every_rule_of_recurrence_can_be_computed(phrase: str, day: int, month: int) -> None:
    text = f"Báo cáo kết quả {phrase.format(d=day, m=month)} về Sở Nội vụ."
    for fact in find_deadlines(text, signed=SIGNED):
        if fact.rrule:
            rule = rrulestr(fact.rrule, dtstart=datetime(2021, 1, 7))
            assert next(iter(rule)) is not None


@given(
    st.dates(date(2021, 1, 7), date(2050, 12, 31)),
    st.sampled_from(["trước", "chậm nhất là", "đến hết", "muộn nhất vào", "xong trước"]),
    st.sampled_from(["ngày {0:%d} tháng {0:%m} năm {0:%Y}", "ngày {0:%d/%m/%Y}", "ngày {0.day}/{0.month}/{0.year}"]),
)
def test_a_day_is_found_and_stands_where_it_says(day: date, cue: str, form: str) -> None:
    text = f"Sở Y tế báo cáo Ủy ban nhân dân tỉnh {cue} {form.format(day)}; gửi Sở Nội vụ."
    (fact,) = find_deadlines(text, signed=SIGNED)
    assert fact.due == day
    assert text[fact.start : fact.end] == fact.text


@given(st.text(max_size=120), st.lists(st.tuples(st.integers(0, 60), st.integers(60, 120)), max_size=2))
def test_any_text_is_read_without_error(text: str, ranges: list[tuple[int, int]]) -> None:
    taken = [(a, min(b, len(text))) for a, b in ranges if a < min(b, len(text))]
    for fact in find_deadlines(text, signed=SIGNED, taken=taken):
        assert text[fact.start : fact.end] == fact.text


_SENTENCES = [
    plain(node.value)
    for node in ast.walk(ast.parse(Path(__file__).read_text("utf8")))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
]


@pytest.mark.parametrize("rule", [rule for rule in _RULES if rule.core], ids=lambda rule: rule.name)
def test_whatever_a_rule_matches_has_its_core(rule: _Rule) -> None:
    """Of all that is written in this file."""
    matched = [match[0] for sentence in _SENTENCES for match in rule.pattern.finditer(sentence)]
    assert matched and rule.core and all(map(rule.core.search, matched))


def _shared() -> Path | None:
    folder = Path(os.environ.get("DIRECTIVES_SHARED", Path(__file__).parents[4] / "shared"))
    return folder if (folder / "real").is_dir() else None


def test_deadlines_of_real_tasks() -> None:
    """Tasks of annotated documents: (kind, due | rrule | offset) must agree, micro F1 at least 0.90."""
    folder = _shared()
    if folder is None:
        pytest.skip("no real documents here: set DIRECTIVES_SHARED to read them")
    right = read_ = wanted = 0
    for gold in sorted((folder / "real").glob("*/*.gold.json")):
        record = json.loads(gold.read_text("utf8"))
        if record.get("parts") or not record["directive"].get("issued_on"):
            continue
        signed = date.fromisoformat(record["directive"]["issued_on"])
        for task in record["tasks"]:
            taken = [(c.start, c.reach) for c in find_citations(task["text"], preamble_end=0)]
            found = Counter(
                (f.kind, str(f.due) if f.kind == "date" else f.rrule or f.offset)
                for f in find_deadlines(task["text"], signed=signed, taken=taken)
            )
            expected = Counter(
                (d["kind"], d.get("due") if d["kind"] == "date" else d.get("rrule") or d.get("offset"))
                for d in task["deadlines"]
            )
            right += sum((found & expected).values())
            read_ += sum(found.values())
            wanted += sum(expected.values())
    assert 2 * right / (read_ + wanted) >= 0.90
