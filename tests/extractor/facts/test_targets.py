from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.facts.periods import find_periods
from extractor.facts.targets import TargetFact, find_targets

SIGNED = date(2021, 1, 4)
GOALS = ("MỤC TIÊU",)


def read(text: str, *headings: str) -> list[TargetFact]:
    return find_targets(text, signed=SIGNED, headings=headings)


def one(text: str, *headings: str) -> TargetFact:
    (fact,) = read(text, *headings)
    return fact


@pytest.mark.parametrize(
    ("text", "comparator", "value", "value_max", "unit"),
    [
        ("Tỷ lệ dân số dùng nước sạch đạt 95%", "=", "95", None, "%"),
        ("Tỷ lệ dân số dùng nước sạch tối thiểu 95%", ">=", "95", None, "%"),
        ("Tỷ lệ dân số dùng nước sạch đạt từ 95% trở lên", ">=", "95", None, "%"),
        ("Tỷ lệ dân số dùng nước sạch ≥ 95%", ">=", "95", None, "%"),
        ("Tỷ lệ thất nghiệp không vượt quá 2,5 %", "<=", "2.5", None, "%"),
        ("Tỷ lệ thất nghiệp dưới 2.5%", "<", "2.5", None, "%"),
        ("Tỷ lệ che phủ rừng đạt trên 42%", ">", "42", None, "%"),
        ("Tổng vốn đầu tư khoảng 3.500-4.000 tỷ đồng", "~", "3500", "4000", "tỷ đồng"),
        ("Thu ngân sách đạt 12.345,678 tỷ đồng", "=", "12345.678", None, "tỷ đồng"),
        ("Tăng trưởng 8 - 8,5%", "=", "8", "8.5", "%"),
        ("Sản lượng hàng qua cảng đạt 40 triệu\ntấn", "=", "40", None, "triệu tấn"),
        ("Xây dựng 06 trường học", "=", "6", None, "trường học"),
        ("Có ít nhất hai mươi mô hình điểm", ">=", "20", None, "mô hình điểm"),
        ("Tuổi thọ trung bình đạt 75 tuổi", "=", "75", None, "tuổi"),
        ("Chỉ số hài lòng tăng 2-3 bậc", "=", "2", "3", "bậc"),
        ("Sản lượng gỗ đạt 1,200 m3", "=", "1200", None, "m3"),
    ],
)
def test_value_unit_and_comparator(
    text: str, comparator: str, value: str, value_max: str | None, unit: str | None
) -> None:
    fact = one(text, *GOALS)
    assert (fact.comparator, fact.value, fact.value_max, fact.unit) == (comparator, value, value_max, unit)


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("Phấn đấu tỷ lệ hộ dùng điện năm 2024 đạt 99%.", "tỷ lệ hộ dùng điện"),
        ("Đến năm 2025 có 70% số thôn có nhà văn hóa.", "số thôn có nhà văn hóa"),
        ("Hoàn thành xây dựng 03 trạm y tế đạt chuẩn.", "Hoàn thành xây dựng trạm y tế đạt chuẩn"),
        ("Giảm tỷ lệ sinh con thứ ba xuống dưới 8%.", "tỷ lệ sinh con thứ ba"),
        ("Tỷ trọng dịch vụ chiếm 40% GRDP của tỉnh.", "Tỷ trọng dịch vụ"),
        ("Quyết tâm giải ngân đạt 100% kế hoạch vốn được giao.", "giải ngân kế hoạch vốn được giao"),
        ("Sở Y tế phấn đấu đạt 12 bác sĩ/10.000 dân.", "bác sĩ"),
        ("(i) Tỷ lệ trẻ đến trường đạt 99%.", "Tỷ lệ trẻ đến trường"),
        ("Chỉ đạo các xã rà soát quỹ đất, xây dựng 50 nhà tình nghĩa.", "xây dựng nhà tình nghĩa"),
        ("Công an tỉnh phối hợp với Sở Y tế kiểm tra 20 nhà thuốc.", "kiểm tra nhà thuốc"),
        ("Mỗi xã vùng cao có ít nhất 02 sân bóng cỏ nhân tạo.", "sân bóng cỏ nhân tạo"),
    ],
)
def test_indicator(text: str, indicator: str) -> None:
    assert one(text, *GOALS).indicator == indicator


def test_an_ellipsis_takes_the_indicator_before_it() -> None:
    first, second = read("Tỷ trọng kinh tế số chiếm 20% GRDP của tỉnh, 5% GRDP của vùng.", *GOALS)
    assert (first.indicator, first.of) == ("Tỷ trọng kinh tế số", "GRDP của tỉnh")
    assert (second.indicator, second.of) == ("Tỷ trọng kinh tế số", "GRDP của vùng")
    first, second = read("Độ che phủ rừng đến năm 2025 đạt 42%, đến năm 2030 đạt 43%.", *GOALS)
    assert second.indicator == first.indicator
    assert (first.period_end, second.period_end) == (date(2025, 12, 31), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("text", "indicator"),
    [
        ("Tỷ lệ hộ nghèo ở thành thị còn 1%, ở nông thôn còn 3%.", "Tỷ lệ hộ nghèo ở nông thôn"),
        (
            "Tỷ lệ hồ sơ cấp tỉnh giải quyết trực tuyến đạt 90%, cấp xã đạt 70%.",
            "Tỷ lệ hồ sơ cấp xã giải quyết trực tuyến",
        ),
        ("Tỷ lệ học sinh đến lớp: Tiểu học 99%; trung học cơ sở 95%.", "Tỷ lệ học sinh đến lớp trung học cơ sở"),
        ("Tổng dư nợ tăng 12%, tín dụng chính sách tăng 8%.", "tín dụng chính sách"),
    ],
)
def test_an_ellipsis_is_completed_by_the_indicator_or_label_before_it(text: str, indicator: str) -> None:
    assert read(text, *GOALS)[-1].indicator == indicator


@pytest.mark.parametrize(
    ("text", "comparator", "value", "unit"),
    [
        ("Ủy ban nhân dân các huyện trồng mới 1.500 ha rừng phòng hộ.", "=", "1500", "ha"),
        ("Xử lý dứt điểm 07 điểm đen về tai nạn giao thông.", "=", "7", "điểm đen"),
        ("Nạo vét khoảng 40 km kênh mương nội đồng.", "~", "40", "km"),
        ("Phát quang 12 km hành lang lưới điện.", "=", "12", "km"),
        ("Mỗi huyện hoàn thành ba tuyến phố văn minh.", "=", "3", "tuyến phố"),
        ("Kiểm tra việc chấp hành pháp luật tại ít nhất 15 công ty xây dựng.", ">=", "15", "công ty"),
        ("Lựa chọn tối thiểu 03 xã, phường làm điểm.", ">=", "3", "xã, phường"),
        ("Mỗi khu phố có ít nhất năm thành viên nòng cốt.", ">=", "5", "thành viên"),
        ("Cấp 2.350 giấy chứng nhận quyền sử dụng đất.", "=", "2350", "giấy chứng nhận"),
        ("Dạy và đào tạo nghề cho 900 lao động nông thôn.", "=", "900", "lao động"),
        ("Xây dựng từ 04 mô hình điểm trở lên.", ">=", "4", "mô hình điểm"),
        ("Tổng lượng gạo dự trữ khoảng 500 tấn.", "~", "500", "tấn"),
        ("Vận động, huy động 20 tỷ đồng từ nguồn xã hội hóa.", "=", "20", "tỷ đồng"),
        ("Số hóa 80% hồ sơ lưu trữ của cơ quan.", "=", "80", "%"),
        ("Rút ngắn thời gian cấp phép xây dựng còn không quá 10 ngày.", "<=", "10", "ngày"),
        ("Bảo đảm không còn trường học thiếu nước sạch.", "=", "0", "trường học"),
    ],
)
def test_an_ordinary_order_sets_a_goal_by_its_verb(text: str, comparator: str, value: str, unit: str) -> None:
    fact = one(text)
    assert (fact.comparator, fact.value, fact.unit) == (comparator, value, unit)


def test_a_bound_on_time_is_the_value_of_an_indicator() -> None:
    first, second = read("Phấn đấu xử lý hồ sơ nhóm A trong thời gian không quá 03 giờ, nhóm B tối đa 90 phút.")
    assert (first.indicator, first.value, first.unit) == ("thời gian xử lý hồ sơ nhóm A", "3", "giờ")
    assert (second.indicator, second.value, second.unit) == ("thời gian xử lý hồ sơ nhóm B", "90", "phút")


def test_a_part_is_cut_from_its_whole() -> None:
    whole, part = read("Trồng mới 300 ha cây ăn quả, trong đó ít nhất 30% diện tích là cây có múi.")
    assert (whole.indicator, part.indicator, part.parent) == (
        "Trồng mới cây ăn quả",
        "diện tích là cây có múi",
        0,
    )
    assert read("Đào tạo 200 học viên, trong đó ít nhất 40% là nữ.")[1].indicator == "học viên là nữ"


def test_a_disbursement_names_its_plan_as_the_whole() -> None:
    fact = one("Đẩy nhanh giải ngân vốn vay ODA. Phấn đấu giải ngân đạt 98% kế hoạch được giao.")
    assert (fact.indicator, fact.of) == ("giải ngân vốn vay ODA", "kế hoạch được giao")
    assert one("Thu ngân sách đạt 105% dự toán.", *GOALS).of == "dự toán"


def test_a_day_in_an_order_is_a_deadline_and_no_period() -> None:
    fact = one("Xây dựng 50 nhà tình nghĩa trước ngày 30/6/2021.")
    assert fact.period_end is None and fact.indicator == "Xây dựng nhà tình nghĩa"
    assert one("Phấn đấu đến ngày 30/6/2021 xây dựng 50 nhà tình nghĩa.").period_end == date(2021, 6, 30)


def test_the_period_of_a_target_ends_with_it() -> None:
    first, second = read("Hoàn thành 02 tuyến đường trong năm 2021; trồng mới 30 ha rừng.")
    assert (first.period_end, second.period_end) == (date(2021, 12, 31), None)


def test_shares_have_their_predicate_in_common() -> None:
    first, second = read("80% cán bộ và 95% công chức cấp xã đạt chuẩn về trình độ.", *GOALS)
    assert first.indicator == "cán bộ đạt chuẩn về trình độ"
    assert second.indicator == "công chức cấp xã đạt chuẩn về trình độ"


def test_nothing_left_is_a_target_of_zero() -> None:
    fact = one("Không còn hộ nghèo theo chuẩn đa chiều.", *GOALS)
    assert (fact.value, fact.unit, fact.indicator) == ("0", "hộ nghèo", "hộ nghèo theo chuẩn đa chiều")
    assert not read("Bãi bỏ các quy định không còn phù hợp.", *GOALS)


@pytest.mark.parametrize(
    ("text", "change", "baseline"),
    [
        ("Tăng trưởng GRDP đạt 9% so với năm 2020", "level", "so với năm 2020"),
        ("Phấn đấu giảm 5% số vụ tai nạn giao thông so với cùng kỳ", "decrease", "so với cùng kỳ"),
        ("Phấn đấu doanh thu du lịch tăng trên 10%", "increase", None),
        ("Giảm số vụ cháy ít nhất 5% so với năm 2020", "decrease", "so với năm 2020"),
        ("Chi phí vận chuyển rút ngắn 15%", "decrease", None),
        ("Thu nhập bình quân gấp hai lần so với năm 2015", "level", "so với năm 2015"),
        ("Doanh thu du lịch tăng gấp đôi so với năm 2015", "level", "so với năm 2015"),
        ("Phấn đấu nâng tỷ lệ đô thị hóa lên 45%", "level", None),
        ("Giảm tỷ lệ hộ nghèo 1%/năm theo mục tiêu", "decrease", None),
        ("Phấn đấu tỷ suất tử vong giảm từ 20‰ xuống 15‰", "level", "từ 20‰"),
    ],
)
def test_change_and_baseline(text: str, change: str, baseline: str | None) -> None:
    fact = one(text, *GOALS)
    assert (fact.change, fact.baseline) == (change, baseline)


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("Thu nhập bình quân đạt 80 triệu đồng/người/năm", "người/năm"),
        ("Tỷ số giới tính ở mức 107 bé trai/100 bé gái", "100 bé gái"),
        ("Tỷ suất chết mẹ dưới 9/100.000 trẻ đẻ sống vào năm 2025", "100.000 trẻ đẻ sống"),
        ("Mỗi năm đào tạo 500 học viên", "năm"),
        ("Phấn đấu đạt 12 bác sĩ trên 1 vạn dân", "1 vạn dân"),
        ("Phấn đấu đạt 35 giường bệnh/vạn dân", "vạn dân"),
        ("Năng suất đạt 200 triệu đồng/lao động/năm", "lao động/năm"),
        ("Mỗi thôn, tổ dân phố có ít nhất 02 camera", "thôn, tổ dân phố"),
        ("Mỗi xã xây dựng ít nhất 01 mô hình điểm", "xã"),
        ("Tỷ lệ hộ nghèo giảm bình quân mỗi năm 1%", "năm"),
    ],
)
def test_per(text: str, per: str) -> None:
    assert one(text, *GOALS).per == per


def test_a_part_names_its_whole_and_a_larger_part_is_doubtful() -> None:
    whole, part, other = read("Thu ngân sách 500 tỷ đồng, trong đó thu nội địa 300 tỷ đồng; chi 400 tỷ đồng.", *GOALS)
    assert (whole.parent, part.parent, other.parent) == (None, 0, None)
    _, larger = read("Thu ngân sách 500 tỷ đồng, trong đó thu nội địa 700 tỷ đồng.", *GOALS)
    assert larger.confidence < part.confidence


def test_a_count_inside_a_share_is_its_part() -> None:
    share, count = read("100% số xã mỗi tháng có ít nhất 02 buổi tuyên truyền.", *GOALS)
    assert share.indicator == "số xã mỗi tháng có ít nhất 02 buổi tuyên truyền"
    assert (count.value, count.unit, count.per, count.parent) == ("2", "buổi", "tháng", 0)


def test_a_label_with_a_colon_sets_the_period_until_the_next() -> None:
    text = (
        "Phấn đấu đạt các chỉ tiêu năm 2021: Tăng trưởng đạt 9%; thu nhập đạt 60 triệu đồng.\n"
        "Đến năm 2025: Tăng trưởng đạt 10%. Tỷ lệ nghèo còn 1% vào năm 2024."
    )
    assert [(f.period_start, f.period_end) for f in read(text)] == [
        (date(2021, 1, 1), date(2021, 12, 31)),
        (date(2021, 1, 1), date(2021, 12, 31)),
        (None, date(2025, 12, 31)),
        (date(2024, 1, 1), date(2024, 12, 31)),
    ]


def test_headings_give_the_period_where_the_text_gives_none() -> None:
    fact = one("Tỷ lệ che phủ rừng đạt 42%.", "II. MỤC TIÊU ĐẾN NĂM 2030", "1. Về môi trường")
    assert (fact.period_start, fact.period_end) == (None, date(2030, 12, 31))
    assert one("Tỷ lệ che phủ rừng đạt 42%.", *GOALS).period_end is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("năm 2021", "2021-01-01", "2021-12-31"),
        ("giai đoạn 2021 – 2025", "2021-01-01", "2025-12-31"),
        ("đến hết năm 2025", None, "2025-12-31"),
        ("từ năm 2025 trở đi", "2025-01-01", None),
        ("quý II/2024", "2024-04-01", "2024-06-30"),
        ("6 tháng cuối năm 2024", "2024-07-01", "2024-12-31"),
        ("đến ngày 30/6/2024", None, "2024-06-30"),
        ("đến tháng 2/2024", None, "2024-02-29"),
        ("trước năm 2030", None, "2029-12-31"),
    ],
)
def test_periods(text: str, first: str | None, last: str | None) -> None:
    (period,) = find_periods(f"Phấn đấu {text} đạt")
    assert [d and d.isoformat() for d in (period.first, period.last)] == [first, last]


def test_the_year_compared_with_and_a_plans_horizon_are_no_period() -> None:
    assert find_periods("tăng 5% so với năm 2020")[0].last is None
    assert find_periods("Chương trình phát triển du lịch đến năm 2030")[0].weak
    assert not find_periods("đến ngày 31/02/2024")


@pytest.mark.parametrize(
    "text",
    [
        "Gửi báo cáo trong 05 ngày làm việc, 02 lần/năm, trước ngày 15/12/2021.",
        "Đẩy mạnh 4 phong trào thi đua, thực hiện 5 nhiệm vụ, 3 đột phá của 12 sở, ngành.",
        "Triển khai Luật số 72/2025/QH15, Nghị định 30/2020/NĐ-CP, Điều 5, khoá XV, lần thứ 13.",
        "Tính đến ngày 30/6, toàn tỉnh đã giải ngân đạt 35% kế hoạch.",
        "Doanh nghiệp sử dụng từ 10 lao động trở lên phải đăng ký.",
        "Hộ có trên 2 ha rừng được hỗ trợ 5 triệu đồng/ha.",
        "Trường hợp tỷ lệ dưới 30% có thể điều chỉnh.",
        "Người học được hưởng 100% tiền lương và phụ cấp.",
        "Trực ban 24/7, điện thoại 0912.345.678, phòng 203, địa chỉ số 18 đường Hoàng Diệu.",
        "Ứng dụng mạng 5G, công nghiệp 4.0, ISO 9001:2015, phòng, chống Covid-19.",
        "Kinh phí thực hiện khoảng 5 tỷ đồng từ ngân sách tỉnh.",
        "Kinh phí thực hiện dự kiến 12 tỷ đồng.",
        "Tập trung nguồn lực để hoàn thành 02 công trình trọng điểm.",
        "Sau khi hoàn thành 03 tuyến đường, bàn giao cho địa phương quản lý.",
        "Hoàn thành 02 cầu dân sinh, gồm: cầu Đông, cầu Tây.",
        "Triển khai 09 cơ sở dữ liệu (danh mục kèm theo).",
        "Xử lý xe quá tải trên 10% tại 5 tuyến đường cấm.",
        "Cuộc họp không quá 30 người; giữ khoảng cách tối thiểu 2 m.",
        "Giải quyết trong thời gian không quá 05 ngày kể từ ngày nhận đủ hồ sơ.",
        "KẾT QUẢ NĂM 2020\nNăm 2020, tỷ lệ hộ dùng nước sạch đạt 93%; giải quyết việc làm cho 500 lao động.",
        "Quản lý hoạt động của 02 bệnh viện; hỗ trợ 5 triệu đồng cho mỗi hộ.",
        "Rà soát các hộ không còn nhà ở.",
        "",
    ],
)
def test_numbers_that_are_no_goals(text: str) -> None:
    assert read(text) == []


def test_what_stands_under_results_is_a_finding_until_a_goal_is_named() -> None:
    headings = ("I. KẾT QUẢ NĂM 2020",)
    assert not read("Tỷ lệ hộ dùng nước sạch đạt 93%.", *headings)
    assert one("Tỷ lệ hộ dùng nước sạch đạt 93%. Phấn đấu tỷ lệ này đạt 95%.", *headings).value == "95"


def test_what_the_citations_took_is_not_read() -> None:
    text = "Thực hiện Kế hoạch phấn đấu đạt 90% và phấn đấu tỷ lệ hài lòng đạt 95%."
    (fact,) = find_targets(text, signed=SIGNED, taken=[(10, 36)])
    assert fact.value == "95"


@settings(deadline=None)  # the first word that is guessed loads a model
@given(
    st.lists(
        st.sampled_from(
            [
                "Phấn đấu",
                "đạt",
                "100%",
                "số xã",
                "trong đó",
                "từ",
                "12,5",
                "-",
                "15",
                "tỷ đồng",
                ",",
                ";",
                ".",
                ":",
                "(",
                ")",
                "năm 2021",
                "đến năm 2025",
                "giảm",
                "xuống",
                "không còn hộ nghèo",
                "ít nhất",
                "một",
                "/",
                "người",
                "\n",
                "“",
            ]
        ),
        max_size=25,
    )
)
def test_any_words_give_facts_inside_the_text(words: list[str]) -> None:
    text = " ".join(words)
    facts = find_targets(text, signed=SIGNED, headings=GOALS)
    for index, fact in enumerate(facts):
        assert 0 <= fact.start < fact.end <= len(text)
        assert re.fullmatch(r"\d+(\.\d+)?", fact.value)
        assert fact.indicator.strip() and 0 < fact.confidence <= 1
        assert fact.parent is None or 0 <= fact.parent < index


def _shared() -> Path:
    default = Path(__file__).resolve().parents[4] / "shared"
    return Path(os.environ.get("DIRECTIVES_SHARED", default))


def _fold(words: str | None) -> str:
    return re.sub(r"\s+", " ", (words or "").lower()).strip()


def test_the_gold_of_a_real_directive_is_found() -> None:
    gold_file = _shared() / "record" / "seed.gold.json"
    if not gold_file.exists():
        pytest.skip("no real documents: set DIRECTIVES_SHARED to the folder that holds them")
    gold = json.loads(gold_file.read_text("utf-8"))
    found = [
        (float(f.value), _fold(f.unit), f.comparator, f.period_end and f.period_end.isoformat(), f.change)
        for task in gold["tasks"]
        for f in find_targets(task["text"], signed=date.fromisoformat(gold["directive"]["issued_on"]))
    ]
    wanted = [
        (float(t["value"]), _fold(t["unit"]), t["comparator"], (t.get("period") or {}).get("end"), t["change"])
        for t in gold["targets"]
    ]
    right = sum(1 for t in wanted if t in found)
    assert right >= 17 and len(found) <= len(wanted) + 1


@pytest.mark.parametrize(
    ("text", "comparator", "value", "unit"),
    [
        ("Tổ chức dạy bơi miễn phí cho tối thiểu 450 lượt trẻ em vùng lũ.", ">=", "450", "lượt trẻ em"),
        ("Lắp thiết bị giám sát hành trình cho ít nhất 60 tàu cá.", ">=", "60", "tàu cá"),
        ("Thành lập 03 đội cứu hộ cơ động.", "=", "3", "đội cứu hộ cơ động"),
        ("Xây dựng 40 nhà tình nghĩa.", "=", "40", "nhà tình nghĩa"),
        ("Tạo lập mã định danh cho trên 70% số hộ.", ">", "70", "%"),
        ("Tỷ lệ trẻ suy dinh dưỡng dưới 8%.", "<", "8", "%"),
        ("Phấn đấu nợ đọng giảm xuống dưới 4% tổng thu.", "<", "4", "%"),
        ("Phấn đấu số hồ sơ trực tuyến gấp 3 lần năm trước.", "=", "3", "lần"),
    ],
)
def test_value_behind_an_object_or_bound(text: str, comparator: str, value: str, unit: str) -> None:
    (fact,) = read(text)
    assert (fact.comparator, fact.value, fact.unit) == (comparator, value, unit)


def test_a_period_in_another_clause_of_an_order_is_not_the_targets() -> None:
    first, second = read("Nạo vét 20 km kênh trong năm 2021; mỗi xã có ít nhất 02 sân chơi.")
    assert (first.period_end, second.period_end) == (date(2021, 12, 31), None)


def test_a_part_has_the_period_of_its_whole() -> None:
    whole, part = read("Phấn đấu đến năm 2025 hoàn thành 900 căn hộ, trong đó có ít nhất 300 căn cho thuê.")
    assert whole.period_end == part.period_end == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("Phấn đấu trong quý IV thu", date(2021, 12, 31)),
        ("Trong 6 tháng đầu năm thu", date(2021, 6, 30)),
        ("Phấn đấu hết niên độ 2021 thu", date(2021, 12, 31)),
    ],
)
def test_a_quarter_half_or_budget_year_without_its_year(text: str, last: date) -> None:
    assert [p.last for p in find_periods(text, SIGNED)] == [last]


@pytest.mark.parametrize("text", ["tăng 5% so với quý III", "tăng 5% so với thực hiện năm 2020"])
def test_what_is_compared_with_is_no_period(text: str) -> None:
    assert not [p for p in find_periods(text, SIGNED) if p.last]


@pytest.mark.parametrize(
    "text",
    [
        "Người học được hưởng 100% tiền lương.",
        "Hỗ trợ hộ bị thiệt hại trên 70% diện tích.",
        "Rà soát các dự án có tỷ lệ giải ngân dưới 30%.",
    ],
)
def test_entitlements_and_thresholds_are_no_goals(text: str) -> None:
    assert read(text) == []
