"""Units become tasks: which orders work, which is a heading, what is split, and by what words a task is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laid import FOOT, HEAD, HINGE, directive, laid

from extractor.facts import read_facts
from extractor.facts.tasks import clean, task_id, title_of
from extractor.record import Task


def tasks(body: str, *, hinge: str = HINGE, foot: str = FOOT) -> dict[str, Task]:
    """The tasks by path; parts of one unit get #2, #3 …"""
    found: dict[str, Task] = {}
    for task in read_facts(directive(body, hinge=hinge, foot=foot), sha256="0" * 64).tasks:
        path = ".".join(task.path)
        parts = sum(key.split("#")[0] == path for key in found)
        found[f"{path}#{parts + 1}" if parts else path] = task
    return found


def who(task: Task) -> list[tuple[str, str, str]]:
    return [(a.role, a.agency, a.source) for a in task.assignments]


def test_every_leaf_that_orders_is_a_task_under_the_label_that_gives_its_lead() -> None:
    found = tasks(
        "1. Giao Sở Du lịch:\na) Lập sổ giếng cổ của tỉnh.\nb) Thống kê từng giếng.\n2. Giao Sở Y tế lấy mẫu nước giếng.\n"
    )
    assert list(found) == ["1.a", "1.b", "2"]
    assert found["1.a"].text == "Lập sổ giếng cổ của tỉnh."
    assert found["1.a"].heading == "Giao Sở Du lịch"
    assert who(found["1.a"]) == [("lead", "Sở Du lịch", "heading")]
    assert found["2"].heading is None
    assert who(found["2"]) == [("lead", "Sở Y tế", "explicit")]


def test_a_short_leaf_under_a_lead_is_a_task_whatever_its_verb() -> None:
    assert list(tasks("1. Giao Sở Du lịch:\na) Lập sổ giếng cổ của tỉnh.\nb) Chụp ảnh từng giếng.\n")) == ["1.a", "1.b"]


def test_headings_are_joined_from_the_outside_in() -> None:
    found = tasks(
        "I. NHIỆM VỤ TRỌNG TÂM\n1. Sở Du lịch:\na) Lập sổ giếng cổ của tỉnh.\nII. TỔ CHỨC THỰC HIỆN\n1. Sở Y tế lấy mẫu nước giếng.\n"
    )
    assert found["I.1.a"].heading == "NHIỆM VỤ TRỌNG TÂM / Sở Du lịch"
    assert found["II.1"].heading == "TỔ CHỨC THỰC HIỆN"


def test_a_parent_that_orders_is_a_task_with_its_own_words() -> None:
    found = tasks(
        "1. Sở Du lịch tổ chức tổng kiểm kê giếng cổ trên toàn tỉnh, hoàn thành trước mùa mưa năm nay, trong đó tập trung kiểm tra những nơi sau.\na) Lập sổ giếng cổ ven biển.\nb) Lập sổ giếng cổ miền núi.\n"
    )
    assert list(found) == ["1", "1.a", "1.b"]
    assert found["1"].text.endswith("những nơi sau.")


@pytest.mark.parametrize("gap", [": ", "\n", ":\n"])
def test_a_label_with_one_paragraph_is_one_task_with_an_explicit_lead(gap: str) -> None:
    found = tasks(f"1. Sở Du lịch{gap}Theo dõi việc vét giếng ở các xã.\n2. Sở Y tế{gap}Lấy mẫu nước giếng.\n")
    task = found["1"]
    assert list(found) == ["1", "2"]
    assert task.heading is None
    assert " ".join(task.text.split()) == f"Sở Du lịch{gap}Theo dõi việc vét giếng ở các xã.".replace("\n", " ")
    assert who(task) == [("lead", "Sở Du lịch", "explicit")]


def test_a_leaf_for_different_named_bodies_is_split() -> None:
    found = tasks("1. Giao Sở Du lịch lập sổ giếng cổ của toàn tỉnh; Sở Y tế lấy mẫu nước của từng giếng.\n")
    assert list(found) == ["1", "1#2"]
    assert found["1"].path == found["1#2"].path == ("1",)
    assert found["1"].id != found["1#2"].id
    assert who(found["1"]) == [("lead", "Sở Du lịch", "explicit")]
    assert who(found["1#2"]) == [("lead", "Sở Y tế", "explicit")]


def test_inline_numbers_split_and_the_lead_in_goes_into_no_part() -> None:
    found = tasks(
        "1. Để giữ giếng cổ, phân công như sau: (i) Sở Du lịch lập sổ giếng cổ của tỉnh; (ii) Sở Y tế lấy mẫu nước của từng giếng.\n"
    )
    assert list(found) == ["1", "1#2"]
    assert "phân công" not in found["1"].text
    assert [a.agency for a in found["1"].assignments] == ["Sở Du lịch"]


def test_generic_groups_do_not_split() -> None:
    found = tasks(
        "1. Các sở, ban, ngành rà soát giếng trong khuôn viên; Ủy ban nhân dân các xã, phường rà soát giếng làng.\n"
    )
    assert list(found) == ["1"]


def test_addressees_act_where_nobody_is_named() -> None:
    found = tasks("1. Rà soát các giếng cổ trên địa bàn.\n")
    assert who(found["1"]) == [("lead", "các sở, ban, ngành", "addressees")]
    assert found["1"].assignments[0].inferred


def test_purposes_and_findings_order_nothing() -> None:
    body = """I. MỤC ĐÍCH, YÊU CẦU
1. Giữ gìn giếng cổ cho đời sau.
2. Bảo đảm tiết kiệm khi thực hiện.
II. NHIỆM VỤ
1. Sở Du lịch lập sổ giếng cổ của tỉnh.
"""
    assert list(tasks(body)) == ["II.1"]


def test_praise_orders_nothing() -> None:
    body = "1. Thời gian qua, các xã đã tích cực vét giếng và đạt được nhiều kết quả so với cùng kỳ.\n2. Sở Du lịch lập sổ giếng cổ của tỉnh.\n"
    assert list(tasks(body)) == ["2"]


@pytest.mark.parametrize(
    "formula",
    [
        "Chỉ thị này có hiệu lực kể từ ngày ký./.",
        "Chỉ thị này thay thế Chỉ thị số 03/CT-UBND ngày 04 tháng 5 năm 2015 của Ủy ban nhân dân tỉnh./.",
    ],
)
def test_a_closing_formula_is_no_task_but_counts(formula: str) -> None:
    found = tasks(
        f"1. Sở Du lịch lập sổ giếng cổ của tỉnh.\n{formula[:-3]}.\nGiao Văn phòng Ủy ban nhân dân tỉnh theo dõi, đôn đốc việc thực hiện Chỉ thị này./.\n"
    )
    assert list(found) == ["1", "*2"]
    assert found["*2"].text.endswith("thực hiện Chỉ thị này.")


def test_the_responsible_are_a_closing_task() -> None:
    found = tasks(
        "1. Sở Du lịch lập sổ giếng cổ của tỉnh.\nThủ trưởng các sở, ban, ngành chịu trách nhiệm thi hành Chỉ thị này./.\n"
    )
    assert who(found["*1"]) == [("lead", "các sở, ban, ngành", "explicit")]


def test_a_field_block_gives_who_and_when() -> None:
    body = """1. Lập sổ giếng cổ của tỉnh
a) Nội dung: Rà soát tên, tuổi và chủ của từng giếng cổ.
b) Cơ quan chủ trì: Sở Du lịch.
c) Cơ quan phối hợp: Sở Y tế; Ủy ban nhân dân các xã, phường.
d) Thời gian hoàn thành: Trước ngày 15/11/2023.
"""
    found = tasks(body)
    assert list(found) == ["1.a"]
    task = found["1.a"]
    assert task.text == "Rà soát tên, tuổi và chủ của từng giếng cổ."
    assert who(task) == [
        ("lead", "Sở Du lịch", "heading"),
        ("coordinate", "Sở Y tế", "heading"),
        ("coordinate", "Ủy ban nhân dân các xã, phường", "heading"),
    ]
    assert [str(d.due) for d in task.deadlines] == ["2023-11-15"]


def test_a_row_of_an_annex_is_a_task() -> None:
    foot = (
        FOOT
        + "\nPHỤ LỤC I\nTT\nNhiệm vụ\nCơ quan chủ trì\nThời hạn\n1\nVẽ bản đồ giếng cổ của tỉnh.\nSở Du lịch\n30/11/2023\n"
    )
    found = tasks("1. Sở Y tế lấy mẫu nước giếng.\n", foot=foot)
    assert list(found) == ["1", "Phụ lục I.1"]
    row = found["Phụ lục I.1"]
    assert row.text == "Vẽ bản đồ giếng cổ của tỉnh."
    assert who(row) == [("lead", "Sở Du lịch", "heading")]
    assert [str(d.due) for d in row.deadlines] == ["2023-11-30"]


@pytest.mark.parametrize(
    "body",
    [
        "I. ĐÁNH GIÁ TÌNH HÌNH GIẾNG CẠN\n- Mùa khô vừa rồi nhiều giếng cạn.\nII. NHIỆM VỤ\n1. Vét giếng làng.\n",
        "I. KINH PHÍ VÀ NGUỒN LỰC\n- Ngân sách tỉnh và nguồn đóng góp của các làng.\nII. NHIỆM VỤ\n1. Vét giếng làng.\n",
        "I. KHU VỰC ƯU TIÊN\n- Nhóm 1: 12 làng ven núi.\nII. NHIỆM VỤ\n1. Vét giếng làng.\n",
        "I. Các giải pháp: Từ năm 2024, theo lệ làng, cụ thể như sau:\n1. Đậy nắp giếng.\nII. NHIỆM VỤ\n1. Vét giếng làng.\n",
    ],
)
def test_what_tells_or_lists_orders_nothing(body: str) -> None:
    assert [path for path in tasks(body) if path not in ("I.1", "II.1")] == []


def test_a_short_topic_before_a_list_is_its_heading() -> None:
    body = "1. Nâng cao chất lượng nước giếng làng:\na) Tổ chức lấy mẫu nước.\nb) Báo cáo kết quả.\n"
    assert list(tasks(body)) == ["1.a", "1.b"]


def test_a_number_that_ends_a_sentence_begins_no_unit() -> None:
    body = "1. Tổ chức vét giếng làng.\n2. Đậy nắp giếng ở các làng có nguy cơ cạn cấp độ\n1. Cấp nước cho dân.\n3. Báo cáo kết quả.\n"
    found = tasks(body)
    assert list(found) == ["1", "2", "3"]
    assert "Cấp nước cho dân" in found["2"].text


def test_a_pointer_to_the_annex_is_no_task() -> None:
    found = tasks(
        "1. Sở Du lịch lập sổ giếng cổ của tỉnh.\n2. Các nhiệm vụ cụ thể được giao tại Phụ lục kèm theo Chỉ thị này.\n"
    )
    assert list(found) == ["1"]


def test_a_restored_number_is_doubtful() -> None:
    found = tasks(
        "3. Sở Du lịch lập sổ giếng cổ.\nTrong sổ ghi rõ tên làng.\nSở Tài chính bố trí kinh phí vét giếng.\n5. Sở Y tế lấy mẫu nước.\n"
    )
    assert list(found) == ["3", "4", "5"]
    assert found["4"].confidence < found["5"].confidence


def test_a_task_over_a_page_break_is_one_task() -> None:
    document = laid(
        HEAD + HINGE + "1. Sở Du lịch lập sổ giếng cổ và gửi bản sao của sổ ấy\n",
        "về Ủy ban nhân dân các xã, phường.\n" + FOOT,
    )
    (task,) = read_facts(document, sha256="0" * 64).tasks
    assert task.text == "Sở Du lịch lập sổ giếng cổ và gửi bản sao của sổ ấy về Ủy ban nhân dân các xã, phường."
    assert [span.page for span in task.spans] == [1, 2]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Vét giếng./.", "Vét giếng."),
        ("Vét giếng. /.", "Vét giếng."),
        ("Vét giếng./. ✓", "Vét giếng."),
        ("Vét giếng;", "Vét giếng;"),
        ("Vét \n giếng", "Vét giếng"),
        ("Vét giếng ngày 10/9/2023.", "Vét giếng ngày 10/9/2023."),
        ("Theo Chỉ thị số 17/CT-UBND.", "Theo Chỉ thị số 17/CT-UBND."),
    ],
)
def test_clean(words: str, expected: str) -> None:
    assert clean(words) == expected


def test_a_title_is_the_first_clause() -> None:
    assert title_of("Sở Du lịch lập sổ giếng cổ của tỉnh; gửi về các xã.") == "Sở Du lịch lập sổ giếng cổ của tỉnh"
    assert title_of("Vét giếng theo thứ tự ưu tiên sau: xã nghèo; xã biển.") == "Vét giếng theo thứ tự ưu tiên sau"


@given(st.text(st.sampled_from("ab ,.;:-ếĐ\n“”…"), max_size=400))
def test_a_title_is_one_short_line(text: str) -> None:
    title = title_of(clean(text))
    assert len(title) <= 120
    assert "\n" not in title


def test_an_id_depends_on_document_and_unit_alone() -> None:
    assert task_id("a" * 64, "1/a") == task_id("a" * 64, "1/a")
    assert len({task_id("a" * 64, "1/a"), task_id("a" * 64, "1/b"), task_id("b" * 64, "1/a")}) == 3
