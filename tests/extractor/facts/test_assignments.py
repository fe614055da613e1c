"""Who acts, and in what role: cues in a sentence, and what is inherited from headings and addressees."""

from __future__ import annotations

from dataclasses import replace

import pytest
from laid import CONTEXT

from extractor.facts.agencies import as_sentence, find_agencies
from extractor.facts.assignments import RoleFact, find_roles, inherit, sentences
from extractor.record import AssignmentSource

Roles = list[tuple[str, str]]
ISSUER = "Ủy ban nhân dân tỉnh Quảng Ngãi"


def find(text: str, *, label: bool = False, source: AssignmentSource = "explicit") -> list[RoleFact]:
    mentions = find_agencies(text, context=CONTEXT)
    return find_roles(text, mentions, offset=0, source=source, label=label, issuer=ISSUER)


def roles(text: str, *, label: bool = False) -> Roles:
    return [(fact.role, fact.mention.name) for fact in find(text, label=label)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Giao Sở Y tế lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
        ("Giao Giám đốc Sở Y tế lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
        ("Sở Y tế có trách nhiệm lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
        ("Sở Y tế tổ chức lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
        ("Sở Y tế: Lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
        ("Sở Y tế, Sở Du lịch: Lập sổ giếng.", [("lead", "Sở Y tế"), ("lead", "Sở Du lịch")]),
        ("Giao Sở Y tế và Sở Du lịch lập sổ giếng.", [("lead", "Sở Y tế"), ("lead", "Sở Du lịch")]),
        ("Yêu cầu Ủy ban nhân dân các xã, phường vét giếng.", [("lead", "Ủy ban nhân dân các xã, phường")]),
        ("Đề nghị Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh vận động nhân dân giữ giếng.",
         [("lead", "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh")]),
        ("Các sở, ban, ngành rà soát giếng trong khuôn viên.", [("lead", "các sở, ban, ngành")]),
        ("Hằng năm, Sở Du lịch tổ chức ngày hội giếng làng.", [("lead", "Sở Du lịch")]),
        ("Ban thường vụ các huyện ủy, thành ủy tổ chức kiểm tra việc giữ giếng.", [("lead", "ban thường vụ các huyện ủy, thành ủy")]),
        ("Chủ giếng, người coi giếng có trách nhiệm đậy nắp giếng.", [("lead", "chủ giếng"), ("lead", "người coi giếng")]),
        ("Các hộ dùng chung giếng phải góp công vét giếng.", [("lead", "các hộ dùng chung giếng")]),
        ("Doanh nghiệp khoan giếng, hợp tác xã: Trám lấp giếng hỏng.", [("lead", "doanh nghiệp khoan giếng, hợp tác xã")]),
        ("Cơ quan kiểm nghiệm phối hợp với Sở Y tế lấy mẫu nước.", [("lead", "cơ quan kiểm nghiệm"), ("coordinate", "Sở Y tế")]),
        ("Cơ quan được giao chủ trì khơi giếng phải báo cáo tiến độ.", [("lead", "cơ quan được giao chủ trì khơi giếng")]),
        ("Ủy ban nhân dân 11 phường: Vét giếng công cộng.", [("lead", "Ủy ban nhân dân 11 phường")]),
        ("Nếu giếng cạn, có khó khăn, vướng mắc các xã, phường kịp thời báo cáo.", [("lead", "các xã, phường")]),
        ("Đối với giếng làng, các xã, phường bố trí người coi.", [("lead", "các xã, phường")]),
        ("Các cơ quan được phân công coi giếng có trách nhiệm đậy nắp.", [("lead", "các cơ quan được phân công coi giếng")]),
        ("Do đó, Sở Y tế, đặc biệt là các trung tâm y tế cần lấy mẫu nước.", [("lead", "Sở Y tế"), ("lead", "các trung tâm y tế")]),
        ("Các Bộ trưởng, Thủ trưởng cơ quan ngang Bộ, Chủ tịch Ủy ban nhân dân các tỉnh chịu trách nhiệm thi hành.",
         [("lead", "các bộ, cơ quan ngang bộ"), ("lead", "Ủy ban nhân dân các tỉnh")]),
    ],
)  # fmt: skip
def test_who_leads(text: str, expected: Roles) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sở Y tế chủ trì, phối hợp với Sở Du lịch lập sổ giếng.", [("lead", "Sở Y tế"), ("coordinate", "Sở Du lịch")]),
        ("Giao Sở Y tế chủ trì, phối hợp Sở Du lịch, Công an tỉnh lập sổ giếng.",
         [("lead", "Sở Y tế"), ("coordinate", "Sở Du lịch"), ("coordinate", "Công an tỉnh")]),
        ("Chủ trì, phối hợp với các cơ quan có liên quan lập sổ giếng.", [("coordinate", "các cơ quan có liên quan")]),
        ("Phối hợp chặt chẽ với Công an tỉnh giữ trật tự.", [("coordinate", "Công an tỉnh")]),
        ("Sở Y tế chủ trì cùng Sở Du lịch lập sổ giếng.", [("lead", "Sở Y tế"), ("coordinate", "Sở Du lịch")]),
        ("Phối hợp tổ chức ngày hội giếng làng.", []),
        ("Phối hợp với chính quyền địa phương, lực lượng tại chỗ canh giếng.",
         [("coordinate", "chính quyền địa phương"), ("coordinate", "lực lượng tại chỗ")]),
        ("Giao Vụ Khảo cổ chủ trì, phối hợp với các đơn vị liên quan của các Bộ: Tài chính, Y tế lập sổ giếng.",
         [("lead", "Vụ Khảo cổ"), ("coordinate", "Bộ Tài chính"), ("coordinate", "Bộ Y tế")]),
        ("Phối hợp với ngành y tế tỉnh và phòng Tư pháp tuyên truyền.",
         [("coordinate", "ngành y tế tỉnh"), ("coordinate", "phòng Tư pháp")]),
        ("Xây dựng Quy chế phối hợp giữa các cơ quan của tỉnh về giữ giếng.", []),
    ],
)  # fmt: skip
def test_who_helps(text: str, expected: Roles) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lập sổ giếng, báo cáo Ủy ban nhân dân tỉnh.", [("report_to", ISSUER)]),
        ("Lập sổ giếng, trình Ủy ban nhân dân tỉnh xem xét.", [("report_to", ISSUER)]),
        ("Lập sổ giếng, báo cáo Ủy ban nhân dân tỉnh (qua Sở Du lịch).", [("report_to", ISSUER), ("report_to", "Sở Du lịch")]),
        ("Báo cáo kết quả về Sở Du lịch để tổng hợp, báo cáo Ủy ban nhân dân tỉnh.",
         [("report_to", "Sở Du lịch"), ("report_to", ISSUER)]),
        ("Gửi Sở Du lịch để tổng hợp, báo cáo Ủy ban nhân dân tỉnh.", [("report_to", "Sở Du lịch"), ("report_to", ISSUER)]),
        ("Giao Sở Du lịch tham mưu Ủy ban nhân dân tỉnh kế hoạch vét giếng.", [("lead", "Sở Du lịch"), ("report_to", ISSUER)]),
        ("Giao Sở Du lịch tham mưu, đề xuất UBND tỉnh ban hành quy định.", [("lead", "Sở Du lịch"), ("report_to", ISSUER)]),
        ("Báo cáo cấp có thẩm quyền quyết định.", []),
        ("Kịp thời báo cáo cấp trên.", []),
    ],
)  # fmt: skip
def test_who_receives(text: str, expected: Roles) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lập sổ giếng (do Sở Du lịch chủ trì).", [("lead", "Sở Du lịch")]),
        ("Vét giếng (Sở Y tế chủ trì; Sở Du lịch phối hợp).", [("lead", "Sở Y tế"), ("coordinate", "Sở Du lịch")]),
        ("Ngày hội giếng làng do Sở Du lịch chủ trì tổ chức.", [("lead", "Sở Du lịch")]),
    ],
)
def test_who_acts_by_parentheses_or_passive(text: str, expected: Roles) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sở Y tế chỉ đạo các bệnh viện lấy mẫu nước.", [("lead", "Sở Y tế")]),
        ("Sở Du lịch hướng dẫn Ủy ban nhân dân các xã, phường lập sổ giếng.", [("lead", "Sở Du lịch")]),
        ("Chỉ đạo Trung tâm Kiểm soát bệnh tật tỉnh lấy mẫu nước.", []),
        ("Đôn đốc Sở Du lịch lập sổ giếng.", []),
        ("Công an tỉnh chỉ đạo Công an các xã giữ trật tự, phối hợp với Sở Du lịch đếm khách.",
         [("lead", "Công an tỉnh"), ("coordinate", "Sở Du lịch")]),
    ],
)  # fmt: skip
def test_whom_somebody_directs_has_no_role(text: str, expected: Roles) -> None:
    assert roles(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Rà soát các giếng thuộc quyền quản lý của Sở Y tế.",
        "Nâng cao chất lượng nước cho các doanh nghiệp.",
        "Thực hiện nghiêm quy định của Bộ Y tế về nước sạch.",
        "Tuyên truyền trên Báo Quảng Ngãi về giếng cổ.",
    ],
)
def test_a_mere_mention_is_no_actor(text: str) -> None:
    assert roles(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ủy ban nhân dân tỉnh yêu cầu Sở Y tế lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
        ("Chủ tịch Ủy ban nhân dân tỉnh giao Sở Y tế lấy mẫu nước giếng.", [("lead", "Sở Y tế")]),
    ],
)
def test_the_issuer_that_orders_does_not_lead(text: str, expected: Roles) -> None:
    assert roles(text) == expected


def test_following_up_as_the_task_itself_is_leading() -> None:
    assert roles("Giao Sở Du lịch theo dõi, đôn đốc, kiểm tra việc vét giếng.") == [("lead", "Sở Du lịch")]


@pytest.mark.xfail(strict=True, reason="whoever follows up beside the one who does the work is taken for another lead")
def test_following_up_instead_of_the_work_is_supervising() -> None:
    text = "Ủy ban nhân dân các xã, phường tổ chức thực hiện; giao Sở Du lịch theo dõi, đôn đốc, kiểm tra."
    assert roles(text) == [("lead", "Ủy ban nhân dân các xã, phường"), ("supervise", "Sở Du lịch")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Phó Chủ tịch Nguyễn Văn Mẫu trực tiếp chỉ đạo việc vét giếng.", [("lead", "Phó Chủ tịch Nguyễn Văn Mẫu")]),
        ("Giám đốc Sở Y tế, Chủ tịch UBND các xã, phường tổ chức lấy mẫu.",
         [("lead", "Sở Y tế"), ("lead", "Ủy ban nhân dân các xã, phường")]),
        ("Thủ trưởng các sở, ban, ngành; Chủ tịch Ủy ban nhân dân các xã, phường chịu trách nhiệm thi hành Chỉ thị này.",
         [("lead", "các sở, ban, ngành"), ("lead", "Ủy ban nhân dân các xã, phường")]),
        ("Sở Y tế (Trung tâm Kiểm soát bệnh tật) lấy mẫu nước.", [("lead", "Sở Y tế")]),
        ("Sở Du lịch là cơ quan đầu mối, tổng hợp kết quả báo cáo Ủy ban nhân dân tỉnh trước ngày 15/11/2023.",
         [("lead", "Sở Du lịch"), ("report_to", ISSUER)]),
        ("Trong quá trình thực hiện, nếu có vướng mắc, các địa phương báo cáo về Sở Du lịch để tổng hợp, trình Ủy ban nhân dân tỉnh.",
         [("lead", "các địa phương"), ("report_to", "Sở Du lịch"), ("report_to", ISSUER)]),
    ],
)  # fmt: skip
def test_whole_sentences(text: str, expected: Roles) -> None:
    assert roles(text) == expected


def test_the_same_body_twice_in_one_role_is_one_assignment_at_its_first_place() -> None:
    text = "Sở Y tế lấy mẫu nước giếng; Sở Y tế công bố kết quả."
    (fact,) = find(text)
    assert (fact.start, text[fact.start : fact.end]) == (0, "Sở Y tế")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Các cơ quan quản lý giếng cổ:", "các cơ quan quản lý giếng cổ"),
        (
            "Cơ quan chủ trì giải quyết thủ tục đào giếng (Sở Y tế, Sở Du lịch)",
            "cơ quan chủ trì giải quyết thủ tục đào giếng",
        ),
        ("Các cơ quan, đơn vị thực hiện:", "các cơ quan, đơn vị"),
    ],
)
def test_a_label_may_say_what_a_body_is_for(label: str, name: str) -> None:
    assert roles(label, label=True) == [("lead", name)]


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("TRÁCH NHIỆM CỦA SỞ Y TẾ", ["Sở Y tế"]),
        ("ĐỐI VỚI CÁC ĐƠN VỊ TẠI TRỤ SỞ CHÍNH SỞ Y TẾ", ["các đơn vị tại trụ sở chính Sở Y tế"]),
        ("ĐỐI VỚI ỦY BAN NHÂN DÂN CÁC HUYỆN, THÀNH PHỐ", ["Ủy ban nhân dân các huyện, thành phố"]),
        ("CÔNG AN TỈNH, SỞ TƯ PHÁP VÀ THANH TRA TỈNH", ["Công an tỉnh", "Sở Tư pháp", "Thanh tra tỉnh"]),
        ("Đối với các tổ chức giữ giếng, chi nhánh nhà máy nước", ["các tổ chức giữ giếng, chi nhánh nhà máy nước"]),
        ("Nhiệm vụ, quyền hạn của Sở Du lịch", ["Sở Du lịch"]),
        ("NHIỆM VỤ, GIẢI PHÁP", []),
    ],
)
def test_a_heading_in_capitals_or_about_somebody(heading: str, names: list[str]) -> None:
    text = as_sentence(heading)
    found = find_roles(
        text, find_agencies(text, context=CONTEXT), offset=0, source="heading", label=True, issuer=ISSUER
    )
    assert [fact.mention.name for fact in found if fact.role == "lead"] == names


def test_a_sections_title_names_nobody() -> None:
    assert roles("TỔ CHỨC THỰC HIỆN", label=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "Phân công cán bộ, tổ chức trực bên giếng.",
        "Giữ giếng do Sở Y tế quản lý.",
        "Trường hợp giếng cạn phải báo ngay.",
        "Ngày hội giếng phải giữ nếp xưa.",
    ],
)
def test_no_subject_of_an_order(text: str) -> None:
    assert [role for role in roles(text) if role[0] == "lead"] == []


def test_the_issuer_receives_by_its_bare_kind() -> None:
    context = replace(CONTEXT, issuer="Bộ Giếng nước")
    text = "Tổng hợp, trình Lãnh đạo Bộ xem xét; báo cáo Bộ để theo dõi."
    found = find_agencies(text, context=context)
    assert [m.name for m in found] == ["Bộ Giếng nước", "Bộ Giếng nước"]


def test_a_label_names_who_acts() -> None:
    assert roles("Sở Y tế", label=True) == [("lead", "Sở Y tế")]
    assert roles("Giao Sở Y tế:", label=True) == [("lead", "Sở Y tế")]
    assert roles("Sở Y tế chủ trì, phối hợp với Sở Du lịch:", label=True) == [
        ("lead", "Sở Y tế"), ("coordinate", "Sở Du lịch"),
    ]  # fmt: skip


def test_places_are_moved_by_the_offset() -> None:
    text = "Giao Sở Y tế lấy mẫu nước."
    mentions = find_agencies(text, context=CONTEXT)
    (fact,) = find_roles(text, mentions, offset=100, source="explicit")
    assert (fact.start, fact.end) == (105, 112)


# --- what is inherited ----------------------------------------------------------------------------------------------


def inherited(text: str, *headings: str, addressees: str = "") -> list[tuple[str, str, str]]:
    given = [find(heading, label=True, source="heading") for heading in headings]
    addressed = find(addressees, label=True, source="addressees") if addressees else []
    return [(f.role, f.mention.name, f.source) for f in inherit(find(text), given, addressed)]


def test_a_heading_gives_the_lead() -> None:
    assert inherited("Lấy mẫu nước giếng.", "Sở Y tế:") == [("lead", "Sở Y tế", "heading")]


def test_the_nearest_heading_wins() -> None:
    assert inherited("Lấy mẫu nước giếng.", "Sở Y tế:", "Các sở, ban, ngành:") == [("lead", "Sở Y tế", "heading")]


def test_a_heading_gives_the_coordinators_as_well() -> None:
    assert inherited("Lấy mẫu nước giếng.", "Sở Y tế chủ trì, phối hợp với Sở Du lịch:") == [
        ("lead", "Sở Y tế", "heading"),
        ("coordinate", "Sở Du lịch", "heading"),
    ]


def test_addressees_act_where_nobody_is_named() -> None:
    assert inherited("Lấy mẫu nước giếng.", addressees="các sở, ban, ngành:") == [
        ("lead", "các sở, ban, ngành", "addressees")
    ]


def test_a_named_lead_suppresses_the_addressees() -> None:
    assert inherited("Giao Sở Y tế lấy mẫu nước.", addressees="các sở, ban, ngành:") == [
        ("lead", "Sở Y tế", "explicit")
    ]


def test_a_coordinator_alone_leaves_the_lead_to_the_heading() -> None:
    assert inherited("Phối hợp với Công an tỉnh giữ trật tự.", "Sở Y tế:") == [
        ("coordinate", "Công an tỉnh", "explicit"),
        ("lead", "Sở Y tế", "heading"),
    ]


def test_a_named_lead_stands_beside_that_of_the_heading() -> None:
    found = inherited("Giao Thanh tra tỉnh kiểm tra giếng.", "Sở Y tế:")
    assert ("lead", "Thanh tra tỉnh", "explicit") in found
    assert ("lead", "Sở Y tế", "heading") in found


def test_a_named_lead_that_is_one_of_the_heading_narrows_it() -> None:
    assert inherited("Giao Sở Y tế lấy mẫu nước.", "Sở Y tế, Sở Du lịch:") == [("lead", "Sở Y tế", "explicit")]


def test_the_public_under_a_heading_only_resumes_it() -> None:
    found = inherited("Các doanh nghiệp phải ghi nhật ký nước.", "Sở Y tế:")
    assert ("lead", "Sở Y tế", "heading") not in found


# --- clauses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Vét giếng. Lập sổ.", ["Vét giếng", " Lập sổ"]),
        ("Vét giếng; lập sổ", ["Vét giếng", " lập sổ"]),
        ("UBND TP. Quảng Ngãi vét giếng.", ["UBND TP. Quảng Ngãi vét giếng"]),
        ("Vét 1.500 giếng trước ngày 10.9.", ["Vét 1.500 giếng trước ngày 10.9"]),
        ("Vét giếng (ưu tiên xã nghèo; xã biển) trước mùa mưa.", ["Vét giếng (ưu tiên xã nghèo; xã biển) trước mùa mưa"]),
        ("Vét giếng\nLập sổ", ["Vét giếng", "Lập sổ"]),
        ("Vét giếng (chưa đóng ngoặc\nLập sổ; báo cáo", ["Vét giếng (chưa đóng ngoặc", "Lập sổ", " báo cáo"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected
