"""Bodies, heads of office, groups and persons named in a text, by canonical name."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laid import CONTEXT

from extractor.facts.agencies import Context, Mention, begins_predicate, find_agencies
from extractor.knowledge import spelling


def find(text: str, context: Context = CONTEXT) -> list[Mention]:
    return find_agencies(text, context=context)


def names(text: str, context: Context = CONTEXT) -> list[str]:
    return [m.name for m in find(text, context)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sở Y tế lấy mẫu nước giếng.", ["Sở Y tế"]),
        ("Giao Sở Nông nghiệp và Phát triển nông thôn kiểm tra bờ giếng.", ["Sở Nông nghiệp và Phát triển nông thôn"]),
        ("Giao Sở NN&PTNT kiểm tra bờ giếng.", ["Sở Nông nghiệp và Phát triển nông thôn"]),
        ("Sở LĐ-TB&XH rà soát hộ nghèo.", ["Sở Lao động - Thương binh và Xã hội"]),
        ("Công an tỉnh bảo đảm trật tự.", ["Công an tỉnh"]),
        ("Văn phòng UBND tỉnh theo dõi việc vét giếng.", ["Văn phòng Ủy ban nhân dân tỉnh"]),
        ("Báo cáo Bộ Văn hóa, Thể thao và Du lịch.", ["Bộ Văn hóa, Thể thao và Du lịch"]),
        ("Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh vận động nhân dân.", ["Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh"]),
        ("Báo cáo UBND tỉnh.", ["Ủy ban nhân dân tỉnh Quảng Ngãi"]),
        ("Báo cáo Ủy ban nhân dân tỉnh.", ["Ủy ban nhân dân tỉnh Quảng Ngãi"]),
        ("Báo cáo Uỷ ban nhân dân tỉnh.", ["Ủy ban nhân dân tỉnh Quảng Ngãi"]),
        ("SỞ Y TẾ: lấy mẫu nước.", ["Sở Y tế"]),
    ],
)
def test_bodies(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Giám đốc Sở Y tế chịu trách nhiệm.", "Sở Y tế"),
        ("Giao Thủ trưởng Sở Nội vụ rà soát.", "Sở Nội vụ"),
        ("Chủ tịch Ủy ban nhân dân tỉnh giao việc.", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("Chủ tịch UBND huyện Lý Sơn vét giếng.", "Ủy ban nhân dân huyện Lý Sơn"),
        ("Bộ trưởng Bộ Tài chính quyết định.", "Bộ Tài chính"),
        ("Chánh Thanh tra tỉnh kiểm tra.", "Thanh tra tỉnh"),
        ("Chánh Văn phòng Ủy ban nhân dân tỉnh theo dõi.", "Văn phòng Ủy ban nhân dân tỉnh"),
        ("Chỉ huy trưởng Bộ Chỉ huy Quân sự tỉnh điều động lực lượng.", "Bộ Chỉ huy quân sự tỉnh"),
    ],
)
def test_the_head_of_office_stands_for_the_body(text: str, name: str) -> None:
    mention = find(text)[0]
    assert spelling.key(mention.name) == spelling.key(name)
    assert mention.chief
    assert not mention.group


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Các Sở: Nội vụ, Tài chính, Kế hoạch và Đầu tư lập dự toán.", ["Sở Nội vụ", "Sở Tài chính", "Sở Kế hoạch và Đầu tư"]),
        ("Giám đốc các Sở: Y tế, Du lịch chịu trách nhiệm.", ["Sở Y tế", "Sở Du lịch"]),
        pytest.param("các Bộ: Tài chính, Y tế, Công an hướng dẫn.", ["Bộ Tài chính", "Bộ Y tế", "Bộ Công an"],
                     marks=pytest.mark.xfail(strict=True, reason="Công an in a list of ministries is taken for a police force")),
        ("Sở Y tế, Sở Du lịch và Công an tỉnh phối hợp.", ["Sở Y tế", "Sở Du lịch", "Công an tỉnh"]),
        ("Giám đốc Sở Y tế, Chủ tịch UBND huyện Mộ Đức báo cáo.", ["Sở Y tế", "Ủy ban nhân dân huyện Mộ Đức"]),
    ],
)  # fmt: skip
def test_several_bodies_under_one_head(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Các Chi cục Thuế khu vực báo cáo.", "các Chi cục Thuế khu vực"),
        ("các Hạt Kiểm lâm huyện tuần tra.", "các Hạt Kiểm lâm huyện"),
    ],
)
def test_several_bodies_of_one_name_are_a_group(text: str, expected: str) -> None:
    (mention,) = find(text)
    assert mention.name == expected
    assert mention.group
    assert mention.agency_id
    assert mention.agency_id.startswith("group:")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("UBND các huyện, thị xã Đức Phổ và thành phố Quảng Ngãi vét giếng.",
         ["Ủy ban nhân dân các huyện", "Ủy ban nhân dân thị xã Đức Phổ", "Ủy ban nhân dân thành phố Quảng Ngãi"]),
        ("Ủy ban nhân dân các huyện: Ba Tơ, Trà Bồng và thị xã Đức Phổ vét giếng.",
         ["Ủy ban nhân dân huyện Ba Tơ", "Ủy ban nhân dân huyện Trà Bồng", "Ủy ban nhân dân thị xã Đức Phổ"]),
        ("Ủy ban nhân dân các huyện, thị xã, thành phố vét giếng.", ["Ủy ban nhân dân các huyện, thị xã, thành phố"]),
        ("UBND các quận, huyện vét giếng.", ["Ủy ban nhân dân các quận, huyện"]),
        ("Ủy ban nhân dân các xã, phường, đặc khu vét giếng.", ["Ủy ban nhân dân các xã, phường, đặc khu"]),
    ],
)  # fmt: skip
def test_committees_of_listed_places(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("các sở, ban, ngành thực hiện.", ["các sở, ban, ngành"]),
        ("Các sở, ban, ngành và Ủy ban nhân dân các xã, phường thực hiện.",
         ["các sở, ban, ngành", "Ủy ban nhân dân các xã, phường"]),
        ("Thủ trưởng các cơ quan, đơn vị chịu trách nhiệm.", ["các cơ quan, đơn vị"]),
        ("Thủ trưởng các sở, ban, ngành; Chủ tịch Ủy ban nhân dân các huyện, thị xã, thành phố thi hành.",
         ["các sở, ban, ngành", "Ủy ban nhân dân các huyện, thị xã, thành phố"]),
        ("phối hợp với các cơ quan có liên quan.", ["các cơ quan có liên quan"]),
        ("các đơn vị, địa phương liên quan báo cáo.", ["các đơn vị, địa phương liên quan"]),
        ("Các sở, ban, ngành thuộc tỉnh thực hiện.", ["các sở, ban, ngành"]),
        pytest.param("Các doanh nghiệp trên địa bàn tỉnh thực hiện.", ["các doanh nghiệp"],
                     marks=pytest.mark.xfail(strict=True, reason="a short group keeps the issuer's own territory")),
        ("Ủy ban nhân dân cấp xã thực hiện.", ["Ủy ban nhân dân cấp xã"]),
        ("các cơ quan thông tấn, báo chí đưa tin.", ["các cơ quan thông tấn, báo chí"]),
        ("các xã, phường, đặc khu Lý Sơn thực hiện.", ["các xã, phường", "đặc khu Lý Sơn"]),
        ("các đơn vị trực thuộc Sở Y tế lấy mẫu.", ["các đơn vị trực thuộc Sở Y tế"]),
        ("các tổ chức chính trị - xã hội vận động.", ["các tổ chức chính trị - xã hội"]),
    ],
)  # fmt: skip
def test_groups(text: str, expected: list[str]) -> None:
    found = find(text)
    assert [m.name for m in found] == expected
    assert all(m.agency_id and m.agency_id.startswith("group:") for m in found if m.group)
    assert found[0].group


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ban Quản lý Khu bảo tồn biển Lý Sơn báo cáo.", "Ban Quản lý Khu bảo tồn biển Lý Sơn"),
        ("Công ty Cổ phần Cấp thoát nước Trà Câu có trách nhiệm vét giếng.", "Công ty Cổ phần Cấp thoát nước Trà Câu"),
        ("Trung tâm Bảo tồn Giếng Cổ tổ chức khảo sát.", "Trung tâm Bảo tồn Giếng Cổ"),
        ("Hội Làm vườn tỉnh tuyên truyền.", "Hội Làm vườn tỉnh"),
    ],
)
def test_names_of_no_register_by_their_shape(text: str, name: str) -> None:
    mention = find(text)[0]
    assert mention.name == name
    assert mention.confidence < 0.97


def test_a_deputy_is_named_by_office_and_name() -> None:
    (mention,) = find("Phó Thủ tướng Nguyễn Văn Mẫu chỉ đạo trực tiếp.")
    assert (mention.name, mention.person, mention.agency_id) == ("Phó Thủ tướng Nguyễn Văn Mẫu", True, None)


def test_several_deputies() -> None:
    found = find("các Thứ trưởng Lê Văn Một, Trần Thị Hai kiểm tra.")
    assert [m.name for m in found] == ["Thứ trưởng Lê Văn Một", "Thứ trưởng Trần Thị Hai"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Giao Sở Nong nghiệp và Phát triển nông thôn kiểm tra.", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Giao Sở Kê hoạch và Đầu tư tổng hợp.", "Sở Kế hoạch và Đầu tư"),
        ("Giao Sở Lao đông - Thương binh và Xã hội rà soát.", "Sở Lao động - Thương binh và Xã hội"),
    ],
)
def test_misread_accents_are_repaired_and_doubtful(text: str, name: str) -> None:
    (mention,) = find(text)
    assert mention.name == name
    assert mention.confidence <= 0.75


@pytest.mark.parametrize(
    ("context", "text", "name"),
    [
        (Context(issuer="Ủy ban nhân dân tỉnh Mẫu Sơn"), "Báo cáo UBND tỉnh.", "Ủy ban nhân dân tỉnh Mẫu Sơn"),
        (Context(issuer="Ủy ban nhân dân xã Giếng Đá"), "Báo cáo UBND xã.", "Ủy ban nhân dân xã Giếng Đá"),
        (Context(issuer="Sở Y tế", superior="Ủy ban nhân dân tỉnh Mẫu Sơn"), "Trình UBND tỉnh.", "Ủy ban nhân dân tỉnh Mẫu Sơn"),
        (Context(issuer="Tỉnh ủy Mẫu Sơn"), "Báo cáo Tỉnh ủy.", "Tỉnh ủy Mẫu Sơn"),
        (Context(issuer="Ủy ban nhân dân xã Giếng Đá"), "Báo cáo UBND tỉnh.", "Ủy ban nhân dân tỉnh"),
        (Context(), "Báo cáo UBND tỉnh.", "Ủy ban nhân dân tỉnh"),
    ],
)  # fmt: skip
def test_the_issuer_and_its_superior_complete_a_name(context: Context, text: str, name: str) -> None:
    assert names(text, context) == [name]


def test_only_the_issuer_is_completed() -> None:
    assert names("Công an tỉnh, Thanh tra tỉnh và Báo Quảng Ngãi đưa tin.")[:2] == ["Công an tỉnh", "Thanh tra tỉnh"]


def test_an_id_says_the_province() -> None:
    before = replace(CONTEXT, signed=date(2020, 5, 4))
    (mention,) = find("Sở Y tế lấy mẫu nước.", before)
    assert mention.agency_id
    assert "quang-ngai" in mention.agency_id


@pytest.mark.parametrize(
    "text",
    [
        "Bộ quần áo mưa được cấp phát.",
        "Giếng sâu mười thước.",
        "Hội nghị tổng kết tổ chức vào mùa xuân.",
        "Ban hành kế hoạch vét giếng.",
        "Báo cáo kết quả trước mùa mưa.",
        "Khu vườn sau giếng cần dọn.",
        "",
    ],
)
def test_no_body(text: str) -> None:
    assert names(text) == []


def test_a_citation_names_no_body() -> None:
    text = "Theo Kế hoạch số 12/KH-UBND của Bộ Y tế, Sở Du lịch lập sổ."
    start = text.index("Kế hoạch")
    found = find_agencies(text, context=CONTEXT, taken=[(start, text.index(", Sở"))])
    assert [m.name for m in found] == ["Sở Du lịch"]


PIECES = st.sampled_from(
    ["Sở Y tế", "các sở, ban, ngành", "UBND các huyện, thị xã Đức Phổ", "Giám đốc", "chủ trì", "phối hợp với", ",", ";", "và",
     "các Sở: Nội vụ, Tài chính", "Phó Thủ tướng Lê Văn Một", "Uỷ ban nhân dân tỉnh", "Sở Kê hoạch và Đầu tư", "\n", "(qua", ")", "Bộ",
     "Công ty Nước Sạch", "trên địa bàn tỉnh", "hoà", "ﬁ", "​", "Các", "của"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_mentions_stand_in_order_inside_the_text(text: str) -> None:
    found = find(text)
    for a, b in pairwise(found):
        assert a.end <= b.start
    for m in found:
        assert 0 <= m.start < m.end <= len(text)
        assert text[m.start : m.end].strip()
        assert 0 < m.confidence <= 1
        assert m.name and m.name == unicodedata.normalize("NFC", m.name)


def test_a_mention_ends_with_its_last_word() -> None:
    text = "các Sở: Nội vụ, Tài chính , Y tế lập dự toán."
    assert [text[m.start : m.end] for m in find(text)] == ["các Sở: Nội vụ", "Tài chính", "Y tế"]


@pytest.mark.parametrize("text", ["chủ trì, phối hợp", ", phối hợp với", ": tổ chức thực hiện", "khẩn trương rà soát"])
def test_predicates(text: str) -> None:
    assert begins_predicate(text, 0)


@pytest.mark.parametrize("text", ["giếng cổ", "Sở Y tế", ""])
def test_no_predicates(text: str) -> None:
    assert not begins_predicate(text, 0)
