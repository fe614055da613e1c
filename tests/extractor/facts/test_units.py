"""The body comes apart into its units: numbering styles, what reading loses, and where the document closes."""

from __future__ import annotations

import pytest
from laid import directive

from extractor.facts.units import Marker, Structure, Unit, marker_of, structure


def paths(body: str) -> list[str]:
    return [".".join(unit.path) for unit in structure(directive(body)).units()]


def words(body: str) -> dict[str, str]:
    """The own words of each unit by its path."""
    document = directive(body)
    return {".".join(u.path): document.flow[u.start : u.end] for u in structure(document).units()}


@pytest.mark.parametrize(
    ("text", "style", "value", "rest"),
    [
        ("Phần I. NHIỆM VỤ CHUNG", "part", "I", "NHIỆM VỤ CHUNG"),
        ("Phần thứ hai: Tổ chức thực hiện", "part", "hai", "Tổ chức thực hiện"),
        ("Điều 3. Sở Du lịch lập sổ giếng", "article", "3", "Sở Du lịch lập sổ giếng"),
        ("II. TỔ CHỨC THỰC HIỆN", "roman", "II", "TỔ CHỨC THỰC HIỆN"),
        ("IV- Kinh phí của đợt dọn giếng", "roman", "IV", "Kinh phí của đợt dọn giếng"),
        ("4. Sở Du lịch lập sổ giếng", "1", "4", "Sở Du lịch lập sổ giếng"),
        ("12. Các xã vét giếng", "1", "12", "Các xã vét giếng"),
        ("5) Các xã vét giếng", "1)", "5", "Các xã vét giếng"),
        ("2.1. Vét bùn", "2", "2.1", "Vét bùn"),
        ("2.1 Vét bùn", "2", "2.1", "Vét bùn"),
        ("2.1.3. Vét bùn", "3", "2.1.3", "Vét bùn"),
        ("a) Vét bùn", "letter", "a", "Vét bùn"),
        ("đ) Vét bùn", "letter", "đ", "Vét bùn"),
        ("b. Vét bùn", "letter", "b", "Vét bùn"),
        ("(i) Vét bùn", "(i)", "i", "Vét bùn"),
        ("(2) Vét bùn", "(i)", "2", "Vét bùn"),
        ("- Vét bùn", "-", "-", "Vét bùn"),
        ("– Vét bùn", "-", "–", "Vét bùn"),
        ("• Vét bùn", "•", "•", "Vét bùn"),
        ("+ Vét bùn", "+", "+", "Vét bùn"),
    ],
)
def test_marker(text: str, style: str, value: str, rest: str) -> None:
    marker = marker_of(text)
    assert marker == Marker(style, value, len(text) - len(rest))


@pytest.mark.parametrize(
    "text",
    [
        "Vét bùn trong giếng",
        "2023 là năm nắng nóng",
        "1.500 giếng đã được vét",
        "3,5 tỷ đồng cho việc vét giếng",
        "15/9 là hạn báo cáo",
        "Ibn là một từ",
        "a",
        "-",
        "IIII. Không phải số La Mã",
        "w) Không phải điểm",
    ],
)
def test_no_marker(text: str) -> None:
    assert marker_of(text) is None


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("©) Vét bùn", "letter", "c"),
        ("¢) Vét bùn", "letter", "c"),
        (": d) Vét bùn", "letter", "d"),
        ("' b) Vét bùn", "letter", "b"),
        ("~ Vét bùn", "-", "-"),
        ("¬ Vét bùn", "-", "-"),
        ("]. Sở Du lịch lập sổ giếng", "1", "1"),
        ("l. Sở Du lịch lập sổ giếng", "1", "1"),
        ("1/ Sở Du lịch lập sổ giếng", "1", "1"),
    ],
)
def test_misread_marker(text: str, style: str, value: str) -> None:
    marker = marker_of(text)
    assert marker is not None
    assert (marker.style, marker.value) == (style, value)


def test_a_number_printed_twice_stands_where_the_numbering_goes_on_from_it() -> None:
    assert paths("I. A\n1. Vét.\nII. B\n1. Đậy.\nII. C\n1. Rào.\nIII. D\n1. Khơi.\n") == [
        "I", "I.1", "II", "II.1", "II", "II.1", "III", "III.1",
    ]  # fmt: skip
    assert paths("I. A\n1. Vét.\nII. B\n1. Đậy.\nII. C\n1. Rào.\nIV. D\n1. Khơi.\n")[4] == "III"


def test_styles_nest_from_the_outside_in() -> None:
    body = """I. NHIỆM VỤ
1. Sở Du lịch:
1.1. Lập sổ giếng.
a) Ghi tên làng.
- Ghi tên xóm;
+ Ghi tên người trông giếng.
- Ghi năm đào giếng.
b) Chụp ảnh giếng.
(i) Chụp ban ngày.
(ii) Chụp mùa nước cạn.
1.2. Gửi sổ về tỉnh.
2. Các xã vét giếng.
II. KINH PHÍ
1. Ngân sách xã chi trả.
"""
    assert paths(body) == [
        "I", "I.1", "I.1.1.1", "I.1.1.1.a", "I.1.1.1.a.-1", "I.1.1.1.a.-1.-1", "I.1.1.1.a.-2", "I.1.1.1.b",
        "I.1.1.1.b.i", "I.1.1.1.b.ii", "I.1.1.2", "I.2", "II", "II.1",
    ]  # fmt: skip


def test_parts_and_articles() -> None:
    body = "Phần I. Việc chung\nĐiều 1. Các xã vét giếng.\n1. Vét trước mùa mưa.\nPhần II. Việc riêng\nĐiều 2. Sở Du lịch lập sổ.\n"
    assert paths(body) == ["Phần I", "Phần I.Điều 1", "Phần I.Điều 1.1", "Phần II", "Phần II.Điều 2"]


def test_a_list_may_restart_and_jump() -> None:
    assert paths("1. Vét giếng.\n- Vét bùn.\n2. Lập sổ.\n- Ghi tên.\n- Ghi năm.\n5. Báo cáo.\n") == [
        "1", "1.-1", "2", "2.-1", "2.-2", "5",
    ]  # fmt: skip


def test_letters_follow_the_vietnamese_alphabet() -> None:
    body = "1. Sở Du lịch:\n" + "".join(f"{c}) Ghi việc thứ {i}.\n" for i, c in enumerate("abcdđeghiklm"))
    assert paths(body)[1:] == [f"1.{c}" for c in "abcdđeghiklm"]


def test_a_letter_read_twice_is_the_next_one() -> None:
    body = "1. Sở Du lịch:\nc) Ghi tên.\nd) Ghi năm.\nd) Ghi làng.\ne) Ghi xóm.\n"
    assert paths(body) == ["1", "1.c", "1.d", "1.đ", "1.e"]


def test_a_stroke_that_reading_added_is_taken_away() -> None:
    assert paths("1. Sở Du lịch:\nc) Ghi tên.\nđ) Ghi năm.\ne) Ghi làng.\n")[:3] == ["1", "1.c", "1.d"]


def test_a_letter_of_no_alphabet_takes_its_place_in_the_sequence() -> None:
    units = list(structure(directive("1. Sở Du lịch:\nc) Ghi tên.\nø) Ghi năm.\nđ) Ghi làng.\n")).units())
    assert [u.path[-1] for u in units] == ["1", "c", "d", "đ"]
    assert [u.restored for u in units] == [False, False, True, False]


def test_a_number_read_twice_is_the_next_one() -> None:
    assert paths("1. Vét giếng.\n2. Lập sổ.\n2. Chụp ảnh.\n4. Báo cáo.\n") == ["1", "2", "3", "4"]


def test_a_lost_number_is_restored_where_the_sequence_shows_it() -> None:
    body = """3. Sở Du lịch lập sổ giếng.
Trong sổ ghi rõ tên làng.
Sở Tài chính bố trí kinh phí vét giếng.
5. Các xã vét giếng.
"""
    document = directive(body)
    units = list(structure(document).units())
    assert [u.path for u in units] == [("3",), ("4",), ("5",)]
    assert [u.restored for u in units] == [False, True, False]
    assert document.flow[units[0].start : units[0].end].endswith("ghi rõ tên làng.")


def test_no_number_is_restored_where_the_sequence_shows_none() -> None:
    body = "3. Sở Du lịch lập sổ giếng.\nSở ghi rõ tên làng.\n4. Các xã vét giếng.\n"
    assert paths(body) == ["3", "4"]


def test_a_roman_one_among_arabic_numbers_is_a_one() -> None:
    assert paths("I. Vét giếng cổ trước mùa mưa.\n2. Lập sổ giếng.\n3. Báo cáo kết quả.\n") == ["1", "2", "3"]


def test_paragraphs_without_a_number_belong_to_the_unit_before_them() -> None:
    found = words("1. Các xã vét giếng.\nBùn vét lên được đem ra đồng.\n2. Sở Du lịch lập sổ.\n")
    assert found == {"1": "Các xã vét giếng.\nBùn vét lên được đem ra đồng.", "2": "Sở Du lịch lập sổ."}


def test_a_label_and_its_one_paragraph_are_one_unit() -> None:
    found = words("1. Sở Du lịch\nLập sổ giếng cổ và gửi về tỉnh.\n2. Sở Y tế\nLấy mẫu nước giếng.\n")
    assert found == {
        "1": "Sở Du lịch\nLập sổ giếng cổ và gửi về tỉnh.",
        "2": "Sở Y tế\nLấy mẫu nước giếng.",
    }


def test_a_last_label_keeps_its_paragraph_even_where_that_speaks_of_the_directive() -> None:
    body = "1. Các xã vét giếng.\n2. Sở Du lịch\nTheo dõi việc thực hiện Chỉ thị này.\n"
    assert paths(body) == ["1", "2"]


def test_closing_paragraphs_are_counted_formulas_included() -> None:
    body = """1. Các xã vét giếng.
2. Sở Du lịch lập sổ.
Chỉ thị này có hiệu lực kể từ ngày ký.
Giao Sở Du lịch theo dõi, đôn đốc việc thực hiện Chỉ thị này./.
"""
    found = words(body)
    assert list(found) == ["1", "2", "*1", "*2"]
    assert found["*1"] == "Chỉ thị này có hiệu lực kể từ ngày ký."


def test_a_closing_paragraph_inside_the_last_section_is_a_root() -> None:
    body = """II. TỔ CHỨC THỰC HIỆN
1. Sở Du lịch lập sổ.
2. Các xã vét giếng.
Trong quá trình thực hiện, nếu có vướng mắc, các xã báo cáo Sở Du lịch.
"""
    assert paths(body) == ["II", "II.1", "II.2", "*1"]


def test_dashes_under_a_closing_paragraph_are_its_children() -> None:
    body = "1. Các xã vét giếng.\nThủ trưởng các sở chịu trách nhiệm thi hành Chỉ thị này:\n- Gửi báo cáo.\n- Cử người theo dõi.\n"
    assert paths(body) == ["1", "*1", "*1.-1", "*1.-2"]


def test_an_annex_is_no_unit_of_the_body() -> None:
    document = directive(
        "1. Các xã vét giếng.\n", foot="\nNơi nhận:\n- Lưu: VT.\n\nCHỦ TỊCH\n\nLê Thị Mẫu\n\nPHỤ LỤC\n1. Giếng Ông\n"
    )
    assert [u.path for u in structure(document).units()] == [("1",)]


def read(body: str, hinge: str) -> tuple[Structure, str]:
    document = directive(body, hinge=hinge)
    found = structure(document)
    return found, document.flow[found.preamble_start : found.preamble_end]


def test_the_preamble_ends_with_the_sentence_that_orders() -> None:
    found, preamble = read(
        "1. Các xã vét giếng.\n",
        "Nhiều giếng cổ đã cạn.\nChủ tịch Ủy ban nhân dân tỉnh yêu cầu các xã thực hiện các việc sau:\n",
    )
    assert found.hinge is not None
    assert found.hinge.text.endswith("các việc sau:")
    assert preamble.strip().endswith("các việc sau:")


def test_a_dash_list_of_addressees_is_preamble() -> None:
    found, preamble = read(
        "1. Các xã vét giếng.\n2. Sở Du lịch lập sổ.\n",
        "Chủ tịch Ủy ban nhân dân tỉnh điện:\n- Giám đốc Sở Du lịch;\n- Chủ tịch Ủy ban nhân dân các xã.\nĐể giữ giếng cổ, Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:\n",
    )
    assert [u.path for u in found.units()] == [("1",), ("2",)]
    assert "- Giám đốc Sở Du lịch;" in preamble


def test_orders_without_numbers_are_counted_with_stars() -> None:
    found, _ = read(
        "Các xã vét giếng trước mùa mưa.\nSở Du lịch lập sổ giếng.\n",
        "Nhiều giếng cổ đã cạn. Chủ tịch Ủy ban nhân dân tỉnh yêu cầu thực hiện các việc sau:\n",
    )
    assert [u.path for u in found.units()] == [("*1",), ("*2",)]


def test_a_body_that_orders_nothing_has_no_units() -> None:
    found, _ = read("Năm nay nắng nhiều.\n", "Nhiều giếng cổ đã cạn.\n")
    assert list(found.units()) == []


def test_parents_walk_outwards() -> None:
    units = list(structure(directive("I. VIỆC CHUNG\n1. Sở Du lịch:\na) Lập sổ giếng.\n")).units())
    leaf: Unit = units[-1]
    assert [p.path for p in leaf.parents()] == [("I", "1"), ("I",)]
    assert not leaf.closing
