"""The documents that a document names; every sentence here is made up around real forms of numbers and names."""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.facts.citations import CitationFact, find_citations, merge_citations


def one(text: str) -> CitationFact:
    (fact,) = find_citations(text, preamble_end=0)
    assert text[fact.start : fact.end] == fact.text
    return fact


def numbers(text: str) -> list[str | None]:
    return [fact.number for fact in find_citations(text, preamble_end=0)]


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("theo Chỉ thị số 02/CT-UBND ngày 07/01/2021", "Chỉ thị", "02/CT-UBND"),
        ("theo Quyết định số 12/2021/QĐ-UBND", "Quyết định", "12/2021/QĐ-UBND"),
        ("theo Nghị quyết số 30c/NQ-CP", "Nghị quyết", "30c/NQ-CP"),
        ("theo Nghị quyết số 30c/NQCP", "Nghị quyết", "30c/NQ-CP"),
        ("theo Nghị quyết số 66.22/2026/NQ-CP", "Nghị quyết", "66.22/2026/NQ-CP"),
        ("theo Quyết định số 15/QĐUBND", "Quyết định", "15/QĐ-UBND"),
        ("theo Chỉ thị số 02 / CT - UBND", "Chỉ thị", "02/CT-UBND"),
        ("theo Nghị quyết số 71/NQ -CP", "Nghị quyết", "71/NQ-CP"),
        ("theo Quyết định số 95/QĐ-TTgngày 17 tháng 7 năm 2009", "Quyết định", "95/QĐ-TTg"),
        ("theo Nghị định số 20/2020/ND-CP", "Nghị định", "20/2020/NĐ-CP"),
        ("theo Chỉ thị số 15-CT/TW", "Chỉ thị", "15-CT/TW"),
        ("theo Chương trình hành động số 07 - CTr/TU", "Chương trình hành động", "07-CTr/TU"),
        ("theo Kết luận số 41-KL / TW", "Kết luận", "41-KL/TW"),
        ("theo Thông báo kết luận số 196-TB/TW", "Thông báo", "196-TB/TW"),
        ("theo công văn số 2231/SNV-CCHC&PC", "Công văn", "2231/SNV-CCHC&PC"),
        ("theo văn bản số 2600/TTg-KTTH", "Văn bản", "2600/TTg-KTTH"),
        ("theo Thông tư liên tịch số 15/2012/TTLT-BTC-BNNPTNT", "Thông tư liên tịch", "15/2012/TTLT-BTC-BNNPTNT"),
        ("theo Luật số 43/2022/QH15", "Luật", "43/2022/QH15"),
        ("theo Nghị quyết 16/2008/NQ-CP", "Nghị quyết", "16/2008/NQ-CP"),
        ("theo Quyết định số 1298/QĐ‑UBND‑HC", "Quyết định", "1298/QĐ-UBND-HC"),
        ("theo Tờ trình số 108/TTr-SLĐTBXH", "Tờ trình", "108/TTr-SLĐTBXH"),
    ],
)
def test_a_number_in_every_spelling(text: str, kind: str, number: str) -> None:
    fact = one(text)
    assert (fact.kind, fact.number) == (kind, number)


@pytest.mark.parametrize(
    ("text", "issued_on", "issuer"),
    [
        (
            "Chỉ thị số 11/CT-TTg ngày 16 tháng 4 năm 2021 của Thủ tướng Chính phủ về kỳ thi",
            date(2021, 4, 16),
            "Thủ tướng Chính phủ",
        ),
        ("Nghị quyết số 46/NQ-CP của Chính phủ ngày 08 tháng 3 năm 2025", date(2025, 3, 8), "Chính phủ"),
        (
            "Thông tư số 05/2021/TT-BGDĐT ngày 12/3/2021 của Bộ trưởng Bộ Giáo dục và Đào tạo hướng dẫn",
            date(2021, 3, 12),
            "Bộ Giáo dục và Đào tạo",
        ),
        (
            "Quyết định số 07/2005/QĐ-BGTVT ngày 07/01/2005 của Bộ trưởng Bộ Giao thông vận tải",
            date(2005, 1, 7),
            "Bộ Giao thông vận tải",
        ),
        (
            "Quyết định số 5/QĐ-BVHTTDL của Bộ Văn hóa, Thể thao và Du lịch, các đơn vị",
            None,
            "Bộ Văn hóa, Thể thao và Du lịch",
        ),
        ("Quyết định số 15/QĐ-UBND của Chủ tịch UBND tỉnh phê duyệt", None, "Ủy ban nhân dân tỉnh"),
        (
            "Chỉ thị số 06/CT-UBND ngày 06/5/2020 của Uỷ ban nhân dân thành phố về phòng dịch",
            date(2020, 5, 6),
            "Ủy ban nhân dân thành phố",
        ),
        ("Quyết định số 7/QĐ-NHNN của Thống đốc Ngân hàng Nhà nước Việt Nam", None, "Ngân hàng Nhà nước Việt Nam"),
        ("Kế hoạch số 14-KH/TU của Ban Thường vụ Tỉnh uỷ về", None, "Ban Thường vụ Tỉnh ủy"),
        ("Nghị quyết số 45-NQ/TW ngày 24/01/2019 của Bộ Chính trị", date(2019, 1, 24), "Bộ Chính trị"),
        ("chỉ đạo của Thủ tướng Chính phủ tại văn bản số 2600/TTg-KTTH", None, "Thủ tướng Chính phủ"),
        ("Quyết định số 04/2010/QĐ-UBND về ban hành kế hoạch", None, None),
    ],
)
def test_day_and_issuer(text: str, issued_on: date | None, issuer: str | None) -> None:
    fact = one(text)
    assert (fact.issued_on, fact.issuer) == (issued_on, issuer)


def test_the_subject_is_no_part_of_the_words() -> None:
    fact = one(
        "Thực hiện Kế hoạch số 12/KH-UBND ngày 05/3/2020 của UBND tỉnh về việc phòng, chống dịch năm 2020; các sở"
    )
    assert fact.text == "Kế hoạch số 12/KH-UBND ngày 05/3/2020 của UBND tỉnh"
    assert fact.subject == "phòng, chống dịch năm 2020"
    assert fact.reach > fact.end


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("quy định của Luật Đất đai.", ["Luật Đất đai"]),
        ("quy định của Luật Tài nguyên nước năm 2023 và các văn bản hướng dẫn", ["Luật Tài nguyên nước năm 2023"]),
        ("theo Luật Thi đua, Khen thưởng và các quy định", ["Luật Thi đua, Khen thưởng"]),
        (
            "phổ biến Luật Chất lượng sản phẩm hàng hóa, Luật An toàn thực phẩm, Luật Xử lý vi phạm hành chính và các",
            ["Luật Chất lượng sản phẩm hàng hóa", "Luật An toàn thực phẩm", "Luật Xử lý vi phạm hành chính"],
        ),
        ("theo Luật các tổ chức tín dụng và Pháp lệnh Ngoại hối", ["Luật các tổ chức tín dụng", "Pháp lệnh Ngoại hối"]),
        ("theo Bộ luật Lao động năm 2019", ["Bộ luật Lao động năm 2019"]),
        ("theo Luật Biển xanh được Quốc hội thông qua", ["Luật Biển xanh"]),  # no such law: its name ends at a verb
    ],
)
def test_laws_by_name(text: str, names: list[str]) -> None:
    assert [fact.text for fact in find_citations(text, preamble_end=0)] == names


def test_a_law_with_number_and_day() -> None:
    fact = one("Căn cứ Luật Tổ chức chính quyền địa phương số 72/2025/QH15 ngày 16 tháng 6 năm 2025;")
    assert (fact.kind, fact.number, fact.issued_on) == ("Luật", "72/2025/QH15", date(2025, 6, 16))


def test_an_amending_law_and_the_law_that_it_amends() -> None:
    text = "thi hành Luật sửa đổi, bổ sung một số điều của Luật Đầu tư công từ ngày 01/01/2025"
    assert [fact.text for fact in find_citations(text, preamble_end=0)] == [
        "Luật sửa đổi, bổ sung một số điều của Luật Đầu tư công",
        "Luật Đầu tư công",
    ]


def test_an_amending_law_of_several_laws_keeps_its_own_day() -> None:
    text = "Căn cứ Luật sửa đổi, bổ sung một số điều của Luật Giá và Luật Đấu thầu ngày 22 tháng 11 năm 2019;"
    facts = find_citations(text, preamble_end=0)
    assert [(fact.text[-8:], fact.issued_on) for fact in facts] == [
        ("năm 2019", date(2019, 11, 22)),
        ("Luật Giá", None),
        ("Đấu thầu", None),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "năm đầu thực hiện Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XX nhiệm kỳ 2020 - 2025, Kế hoạch của tỉnh",
            "Nghị quyết Đại hội Đảng bộ tỉnh lần thứ XX nhiệm kỳ 2020 - 2025",
        ),
        (
            "theo Nghị quyết Hội nghị Thành ủy lần thứ 18 khóa VIII, các quận",
            "Nghị quyết Hội nghị Thành ủy lần thứ 18 khóa VIII",
        ),
        (
            "theo Quy hoạch mạng lưới y tế thời kỳ 2021 - 2030, tầm nhìn đến năm 2050.",
            "Quy hoạch mạng lưới y tế thời kỳ 2021 - 2030, tầm nhìn đến năm 2050",
        ),
        ("thực hiện Công ước về quyền trẻ em.", "Công ước về quyền trẻ em"),
        ("thực hiện Đề án 06, các đơn vị", "Đề án 06"),
        ("triển khai Đề án “Sữa học đường” giai đoạn 2021-2025 tại", "Đề án “Sữa học đường” giai đoạn 2021-2025"),
    ],
)
def test_documents_without_a_number(text: str, words: str) -> None:
    fact = one(text)
    assert fact.text == words
    assert fact.number is None


def test_the_day_of_issue_may_open_the_sentence() -> None:
    fact = one(
        "Ngày 28 tháng 10 năm 2023, Chủ tịch Ủy ban nhân dân tỉnh đã ban hành Công văn số 77/UBND-VX về giếng cổ."
    )
    assert (fact.number, fact.issued_on) == ("77/UBND-VX", date(2023, 10, 28))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("triển khai Đề án khôi phục giếng cổ trong làng", "Đề án khôi phục giếng cổ"),
        ("thực hiện Chiến lược gìn giữ nguồn nước ngầm, các xã vét giếng", "Chiến lược gìn giữ nguồn nước ngầm"),
        (
            "theo Kế hoạch hành động của Tỉnh ủy Đồi Chè về giữ nguồn nước sạch.",
            "Kế hoạch hành động của Tỉnh ủy Đồi Chè về giữ nguồn nước sạch",
        ),
        ("theo Quy phạm đào giếng 22 TCN 265-06", "22 TCN 265-06"),
    ],
)
def test_named_by_the_title_alone(text: str, words: str) -> None:
    assert [fact.text for fact in find_citations(text, preamble_end=0)] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "xây dựng Đề án khôi phục giếng cổ trong làng",
        "triển khai Đề án của từng địa phương",
        "thực hiện các Đề án khôi phục giếng cổ",
    ],
)
def test_a_scheme_still_to_be_made_or_without_title_is_none(text: str) -> None:
    assert find_citations(text, preamble_end=0) == []


def test_a_standard_is_a_document() -> None:
    assert one("đạt TCVN 5801: 2005.").number == "TCVN 5801:2005"


@pytest.mark.parametrize(
    "text",
    [
        "thực hiện Nghị quyết của Đảng, pháp luật của Nhà nước và các Nghị định, Thông tư hướng dẫn",
        "xây dựng Kế hoạch triển khai giai đoạn 2021 - 2025 của ngành",
        "trình Hội đồng nhân dân tỉnh ban hành Nghị quyết",
        "tổ chức thực hiện nghiêm túc Chỉ thị này",
        "xây dựng Đề án “Đô thị thông minh” trình Ủy ban nhân dân tỉnh",
        "hồ sơ dự án Luật Dân số",
        "phân công 24/7, tốc độ 40 km/h, 100 tấn/ngày, ngày 24/01/2019",
        "hỗ trợ của Đoàn Luật sư và Hội Luật gia",
    ],
)
def test_what_is_no_citation(text: str) -> None:
    assert find_citations(text, preamble_end=0) == []


def test_a_list_shares_kind_day_and_issuer() -> None:
    text = "theo các Nghị quyết số 1/NQ-CP, 2/NQ-CP và số 3/NQ-CP ngày 08/01/2024 của Chính phủ"
    facts = find_citations(text, preamble_end=0)
    assert [(f.kind, f.number, f.issued_on, f.issuer) for f in facts] == [
        ("Nghị quyết", f"{n}/NQ-CP", date(2024, 1, 8), "Chính phủ") for n in (1, 2, 3)
    ]


def test_a_list_after_one_plural_kind() -> None:
    text = "tại các Quyết định: số 36/QĐ-TTg ngày 11/01/2024; số 1569/QĐ-TTg ngày 12/12/2024"
    facts = find_citations(text, preamble_end=0)
    assert [(f.kind, f.number) for f in facts] == [("Quyết định", "36/QĐ-TTg"), ("Quyết định", "1569/QĐ-TTg")]
    assert facts[0].issued_on == date(2024, 1, 11)


def test_why_it_is_cited() -> None:
    preamble = "Thực hiện Chỉ thị số 11/CT-TTg ngày 16/4/2021 của Thủ tướng Chính phủ; Thông tư số 15/2020/TT-BYT.\n"
    body = (
        "1. Rà soát theo Quyết định số 9/QĐ-BYT.\n"
        "Chỉ thị này thay thế Chỉ thị số 4/CT-UBND ngày 31/01/2005 và bãi bỏ Chỉ thị số 5/CT-UBND."
    )
    facts = find_citations(preamble + body, preamble_end=len(preamble))
    assert {f.number: f.relation for f in facts} == {
        "11/CT-TTg": "basis",
        "15/2020/TT-BYT": "basis",
        "9/QĐ-BYT": "mention",
        "4/CT-UBND": "replaces",
        "5/CT-UBND": "replaces",
    }


def test_cited_only_in_another_title_is_a_mention() -> None:
    text = (
        "Căn cứ Nghị định số 200/2023/NĐ-CP ngày 28/12/2023 của Chính phủ quy định chi tiết một số điều của "
        "Luật Phòng thủ dân sự;\n"
    )
    relations = {f.kind: f.relation for f in find_citations(text, preamble_end=len(text))}
    assert relations == {"Nghị định": "basis", "Luật": "mention"}


def test_the_document_itself_is_left_out() -> None:
    text = "(Kèm theo Kế hoạch số 617/KH-UBND ngày 01/12/2025 của UBND tỉnh)"
    assert find_citations(text, preamble_end=0, own_number="617/KH-UBND", signed=date(2025, 12, 1)) == []


def test_a_document_dated_after_the_signing_is_doubted() -> None:
    text = "theo Quyết định số 15/QĐ-UBND ngày 05/3/2027"
    sure = find_citations(text, preamble_end=0)[0].confidence
    assert find_citations(text, preamble_end=0, signed=date(2021, 1, 7))[0].confidence < sure


def test_mentions_of_one_document_are_one_citation() -> None:
    text = (
        "theo Nghị quyết số 01/NQ-CP và Luật Đất đai;\n"
        "theo Nghị quyết số 01/NQ-CP ngày 05/01/2024 của Chính phủ và Luật Đất đai năm 2024;\n"
        "theo Nghị quyết số 01 nêu trên; theo Nghị quyết số 99 nêu trên."
    )
    merged = merge_citations(find_citations(text, preamble_end=0))
    assert [(fact.number, len(ranges)) for fact, ranges in merged] == [("01/NQ-CP", 3), (None, 2)]
    assert (merged[0][0].issued_on, merged[0][0].issuer) == (date(2024, 1, 5), "Chính phủ")
    assert merged[1][0].text == "Luật Đất đai năm 2024"
    for fact, ranges in merged:
        assert ranges[0] == (fact.start, fact.start + ranges[0][1] - ranges[0][0])


def test_the_same_number_of_another_year_is_another_document() -> None:
    text = "theo Nghị quyết số 01/NQ-CP ngày 05/01/2024; theo Nghị quyết số 01/NQ-CP ngày 08/01/2025"
    assert len(merge_citations(find_citations(text, preamble_end=0))) == 2


def test_a_misread_day_of_a_number_with_its_year_makes_no_second_document() -> None:
    text = "theo Nghị định số 80/2021/NĐ-CP ngày 26/8/2027; theo Nghị định số 80/2021/NĐ-CP ngày 26/8/2021"
    ((fact, ranges),) = merge_citations(find_citations(text, preamble_end=0))
    assert fact.issued_on == date(2021, 8, 26)
    assert len(ranges) == 2


_CODES = st.sampled_from(["CT-UBND", "QĐ-TTg", "NQ-HĐND", "KH-UBND", "QĐ-BYT", "TB-VPCP"])
_DASH = st.sampled_from(["-", "–", " - ", "- "])


@given(st.integers(1, 9999), _CODES, _DASH, st.dates(date(1995, 1, 1), date(2030, 1, 1)))
def test_a_number_is_found_whatever_its_spaces_and_dashes(number: int, code: str, dash: str, day: date) -> None:
    text = f"Rà soát theo Quyết định số {number:02}/{code.replace('-', dash)} ngày {day:%d/%m/%Y}, báo cáo kết quả."
    (fact,) = find_citations(text, preamble_end=0)
    assert (fact.number, fact.issued_on) == (f"{number:02}/{code}", day)
    assert text[fact.start : fact.end] == fact.text


@given(st.text(max_size=150))
def test_any_text_is_read_without_error(text: str) -> None:
    for fact in find_citations(text, preamble_end=len(text) // 2):
        assert text[fact.start : fact.end] == fact.text
        assert fact.end <= fact.reach <= len(text)


def test_citations_of_real_documents() -> None:
    """Numbered documents of annotated texts: every gold number is found, and few that gold does not have."""
    folder = Path(os.environ.get("DIRECTIVES_SHARED", Path(__file__).parents[4] / "shared"))
    if not (folder / "real").is_dir():
        pytest.skip("no real documents here: set DIRECTIVES_SHARED to read them")
    right = found_ = wanted = 0
    for gold in sorted((folder / "real").glob("*/*.gold.json")):
        record = json.loads(gold.read_text("utf8"))
        if "citations" not in record or "citations" not in record.get("parts", ["citations"]):
            continue
        source = next(p for end in (".txt", ".truth.txt") if (p := Path(str(gold).replace(".gold.json", end))).exists())
        text = re.sub(r"[*#]", "", source.read_text("utf8"))
        directive = record["directive"]
        signed = date.fromisoformat(directive["issued_on"]) if directive.get("issued_on") else None
        found = find_citations(text, preamble_end=0, own_number=directive.get("number"), signed=signed)
        got = {fact.number.upper() for fact, _ in merge_citations(found) if fact.number}
        expected = {c["number"].upper() for c in record["citations"] if c.get("number")}
        right, found_, wanted = right + len(got & expected), found_ + len(got), wanted + len(expected)
    assert 2 * right / (found_ + wanted) >= 0.95
