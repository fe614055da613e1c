"""Head and foot of the document: what is printed, what is blank, what a pen wrote, what is inferred."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from laid import FOOT, HEAD, HINGE, directive, laid

from extractor.facts.header import Header, read_header
from extractor.facts.units import structure
from extractor.layout.document import Document, PlacedWord
from extractor.record import Reading, Signature

BODY = "1. Sở Du lịch lập sổ giếng cổ.\n"


def header(
    *,
    head: str = HEAD,
    hinge: str = HINGE,
    foot: str = FOOT,
    reading: Reading = "text",
    signatures: tuple[Signature, ...] = (),
    file_name: str = "",
) -> Header:
    document = laid(head + hinge + BODY + foot, reading=reading)
    return read_header(document, structure(document), signatures=signatures, file_name=file_name)


def codes(found: Header) -> set[str]:
    return {warning.code for warning in found.warnings}


def test_what_a_clean_head_says() -> None:
    found = header()
    directive = found.directive
    assert directive.kind == "chỉ thị"
    assert directive.number == "17/CT-UBND"
    assert directive.place == "Quảng Ngãi"
    assert directive.issued_on == date(2023, 9, 12)
    assert directive.subject == "giữ gìn các giếng cổ"
    assert directive.issuer is not None
    assert directive.issuer.name == "Ủy ban nhân dân tỉnh Quảng Ngãi"
    assert directive.issuer.agency_id
    assert not directive.issuer.inferred
    assert (directive.urgency, directive.secrecy) == (None, None)
    assert found.warnings == []
    assert found.context.province is not None
    assert found.context.province.name == "Quảng Ngãi"


def test_every_plain_value_has_its_place() -> None:
    document = laid(HEAD + HINGE + BODY + FOOT)
    evidence = read_header(document, structure(document)).directive.evidence
    text = document.pages[0].text
    read = {name: " ".join(text[s.start : s.end] for s in e.spans) for name, e in evidence.items()}
    assert read["number"] == "17/CT-UBND"
    assert read["place"] == "Quảng Ngãi"
    assert read["issued_on"] == "ngày 12 tháng 9 năm 2023"
    assert read["subject"] == "giữ gìn các giếng cổ"
    assert read["kind"] == "CHỈ THỊ"


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Số: 17/CT-UBND", "17/CT-UBND"),
        ("Số: 17 /CT-UBND", "17/CT-UBND"),
        ("Số : 05/2008/CT-UBND", "05/2008/CT-UBND"),
        ("Số: 212/KH-UBND", "212/KH-UBND"),
        ("Số: 07-CT/TU", "07-CT/TU"),
        ("Số: 45/TB-VP", "45/TB-VP"),
        ("Số: 1234/UBND-KTN", "1234/UBND-KTN"),
        ("Số: 17/CT–UBND", "17/CT-UBND"),
        ("Số 17/CT-UBND", "17/CT-UBND"),
    ],
)
def test_number(printed: str, number: str) -> None:
    assert header(head=HEAD.replace("Số: 17/CT-UBND", printed)).directive.number == number


@pytest.mark.parametrize("printed", ["Số:      /CT-UBND", "Số: ...../CT-UBND", "Số: …/CT-UBND"])
def test_a_blank_number_is_null_with_a_warning(printed: str) -> None:
    found = header(head=HEAD.replace("Số: 17/CT-UBND", printed))
    assert found.directive.number is None
    assert "number-blank" in codes(found)


def test_no_number_at_all_is_a_warning() -> None:
    found = header(head=HEAD.replace("Số: 17/CT-UBND\n", ""))
    assert found.directive.number is None
    assert ("field-missing", "directive.number") in {(w.code, w.field) for w in found.warnings}


@pytest.mark.parametrize(
    ("printed", "place", "day"),
    [
        ("Quảng Ngãi, ngày 05 tháng 02 năm 2024", "Quảng Ngãi", date(2024, 2, 5)),
        ("Tp. Hồ Chí Minh, ngày 5 tháng 2 năm 2024", "Thành phố Hồ Chí Minh", date(2024, 2, 5)),
        ("Giếng Đá, ngày 31 tháng 12 năm 2021", "Giếng Đá", date(2021, 12, 31)),
        ("Quảng Ngãi, ngày l2 tháng O9 năm 2023", "Quảng Ngãi", date(2023, 9, 12)),
    ],
)
def test_place_and_date(printed: str, place: str, day: date) -> None:
    found = header(head=HEAD.replace("Quảng Ngãi, ngày 12 tháng 9 năm 2023", printed)).directive
    assert (found.place, found.issued_on) == (place, day)


@pytest.mark.parametrize(
    "printed",
    ["ngày    tháng    năm", "ngày ... tháng ... năm ...", "ngày … tháng 9 năm 2023", "ngày 31 tháng 02 năm 2023"],
)
def test_a_blank_or_impossible_date_is_null_with_a_warning(printed: str) -> None:
    found = header(head=HEAD.replace("ngày 12 tháng 9 năm 2023", printed))
    assert found.directive.issued_on is None
    assert found.directive.place == "Quảng Ngãi"
    assert codes(found) & {"date-blank", "date-unreadable"}


def test_number_and_date_of_a_scan_may_be_handwritten() -> None:
    found = header(reading="ocr")
    doubtful = {w.field for w in found.warnings if w.code == "perhaps-handwritten"}
    assert doubtful == {"directive.number", "directive.issued_on"}
    assert found.directive.number == "17/CT-UBND"
    assert found.directive.evidence["number"].confidence < 0.7
    assert found.directive.evidence["issued_on"].confidence < 0.7


def test_the_name_of_the_file_supports_a_number() -> None:
    found = header(reading="ocr", file_name="17-CT-UBND.pdf")
    assert found.directive.evidence["number"].confidence == pytest.approx(0.9)
    assert "directive.number" not in {w.field for w in found.warnings}


@pytest.mark.parametrize("name", ["so-31-ct-ubnd.pdf", "31CT_20250510.pdf", "2. CT-so-31-UB.pdf"])
def test_the_name_of_the_file_gives_a_number_that_handwriting_hides(name: str) -> None:
    found = header(reading="ocr", file_name=name)
    assert found.directive.number == "31/CT-UBND"
    evidence = found.directive.evidence["number"]
    assert evidence.inferred
    assert evidence.confidence < 0.7
    assert "number-from-file-name" in codes(found)


def test_a_number_with_any_letter_behind_it_is_compared_with_the_files_name() -> None:
    found = header(head=HEAD.replace("17/CT-UBND", "17e/CT-UBND"), reading="ocr", file_name="31-CT-UBND.pdf")
    assert found.directive.number == "31/CT-UBND"


def test_the_name_of_the_file_changes_no_typed_number() -> None:
    assert header(file_name="31-CT-UBND.pdf").directive.number == "17/CT-UBND"


def test_a_signing_time_supports_the_date() -> None:
    found = header(reading="ocr", signatures=(Signature(signed_at=datetime(2023, 9, 12, 3, tzinfo=UTC)),))
    assert found.directive.evidence["issued_on"].confidence == pytest.approx(0.9)
    assert not found.directive.evidence["issued_on"].inferred


def test_a_date_is_inferred_from_the_first_signing_time_on_the_day_in_vietnam() -> None:
    times = (datetime(2023, 9, 13, 2, tzinfo=UTC), datetime(2023, 9, 11, 18, 30, tzinfo=UTC))
    found = header(
        head=HEAD.replace("ngày 12 tháng 9 năm 2023", "ngày    tháng    năm"),
        signatures=tuple(Signature(signed_at=t) for t in times),
    )
    assert found.directive.issued_on == date(2023, 9, 12)
    evidence = found.directive.evidence["issued_on"]
    assert evidence.inferred
    assert evidence.spans == ()
    assert evidence.confidence < 0.7
    assert "date-inferred" in codes(found)


def test_the_digits_of_a_scan_that_cannot_be_read_are_no_number() -> None:
    found = header(head=HEAD.replace("Số: 17/CT-UBND", "Số: j⁄/CT-UBND"), reading="ocr")
    assert found.directive.number is None
    assert codes(found) & {"number-unreadable", "number-blank"}


# --- who issues -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letterhead", "issuer"),
    [
        ("ỦY BAN NHÂN DÂN\nTỈNH QUẢNG NGÃI", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("UỶ BAN NHÂN DÂN\nTHÀNH PHỐ HẢI PHÒNG", "Ủy ban nhân dân thành phố Hải Phòng"),
        ("UBND TỈNH QUẢNG NGÃI\nSỞ Y TẾ", "Sở Y tế tỉnh Quảng Ngãi"),
        ("UBND TỈNH QUẢNG NGÃI\nVĂN PHÒNG", "Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("BỘ TÀI CHÍNH", "Bộ Tài chính"),
        ("CHÍNH PHỦ", "Chính phủ"),
        ("THỦ TƯỚNG CHÍNH PHỦ", "Thủ tướng Chính phủ"),
        ("ĐẢNG BỘ TỈNH QUẢNG NGÃI\nTỈNH ỦY QUẢNG NGÃI", "Tỉnh ủy Quảng Ngãi"),
        ("UBND HUYỆN GIẾNG ĐÁ\nỦY BAN NHÂN DÂN XÃ ĐÁ MỚI", "Ủy ban nhân dân xã Đá Mới"),
    ],
)
def test_issuer(letterhead: str, issuer: str) -> None:
    found = header(head=HEAD.replace("ỦY BAN NHÂN DÂN\nTỈNH QUẢNG NGÃI", letterhead)).directive.issuer
    assert found is not None
    assert (found.name, found.inferred) == (issuer, False)


def test_the_superior_of_the_letterhead_completes_names() -> None:
    found = header(head=HEAD.replace("ỦY BAN NHÂN DÂN\nTỈNH QUẢNG NGÃI", "UBND TỈNH QUẢNG NGÃI\nSỞ Y TẾ"))
    assert found.context.superior == "Ủy ban nhân dân tỉnh Quảng Ngãi"


def test_without_a_letterhead_the_body_that_orders_issues() -> None:
    found = header(
        head="CHỈ THỊ\nVề việc giữ gìn các giếng cổ\n\n",
        hinge="Bộ trưởng Bộ Tài chính yêu cầu các đơn vị thực hiện các việc sau:\n",
    ).directive.issuer
    assert found is not None
    assert (found.name, found.inferred) == ("Bộ Tài chính", True)
    assert found.spans


PARTY = """TỈNH ỦY QUẢNG NGÃI
*
Số: 07-CT/TU

ĐẢNG CỘNG SẢN VIỆT NAM

Quảng Ngãi, ngày 03 tháng 4 năm 2024

CHỈ THỊ
CỦA BAN THƯỜNG VỤ TỈNH ỦY
Về giữ gìn các giếng cổ

"""


def test_the_head_of_a_party_document() -> None:
    directive = header(head=PARTY, hinge="Ban Thường vụ Tỉnh ủy yêu cầu các cấp ủy thực hiện các việc sau:\n").directive
    assert directive.number == "07-CT/TU"
    assert directive.issued_on == date(2024, 4, 3)
    assert directive.subject == "giữ gìn các giếng cổ"
    assert directive.issuer is not None
    assert directive.issuer.name == "Tỉnh ủy Quảng Ngãi"


def test_the_subject_of_a_party_document_may_begin_small() -> None:
    assert header(head=PARTY.replace("\nVề giữ", "\nvề giữ")).directive.subject == "giữ gìn các giếng cổ"


@pytest.mark.parametrize(
    ("stamp", "urgency"), [("HỎA TỐC", "Hỏa tốc"), ("KHẨN", "Khẩn"), ("THƯỢNG KHẨN", "Thượng khẩn")]
)
def test_urgency(stamp: str, urgency: str) -> None:
    assert header(head=HEAD.replace("CHỈ THỊ\n", f"{stamp}\n\nCHỈ THỊ\n")).directive.urgency == urgency


def test_secrecy() -> None:
    found = header(head=HEAD.replace("CHỈ THỊ\n", "MẬT\n\nCHỈ THỊ\n")).directive
    assert (found.secrecy, found.urgency) == ("Mật", None)


def test_the_subject_keeps_its_capitals_and_loses_its_cue() -> None:
    head = HEAD.replace("Về việc giữ gìn các giếng cổ", "V/v tăng cường giữ gìn Giếng Cổ\ntrên địa bàn tỉnh")
    assert header(head=head).directive.subject == "tăng cường giữ gìn Giếng Cổ trên địa bàn tỉnh"


# --- who signs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "authority", "stands_for", "title"),
    [
        ("CHỦ TỊCH", None, None, "Chủ tịch"),
        ("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "TM.", "Ủy ban nhân dân", "Chủ tịch"),
        ("TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", "KT.", "Chủ tịch", "Phó Chủ tịch"),
        ("KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH", "KT.", "Chủ tịch", "Phó Chủ tịch"),
        ("TL. CHỦ TỊCH\nCHÁNH VĂN PHÒNG", "TL.", "Chủ tịch", "Chánh Văn phòng"),
        ("TUQ. CHỦ TỊCH\nGIÁM ĐỐC SỞ DU LỊCH", "TUQ.", "Chủ tịch", "Giám đốc Sở Du lịch"),
        ("T/M ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "TM.", "Ủy ban nhân dân", "Chủ tịch"),
        ("Q. CHỦ TỊCH", "Q.", None, "Chủ tịch"),
        ("T/M BAN THƯỜNG VỤ\nPHÓ BÍ THƯ", "TM.", "Ban Thường vụ", "Phó Bí thư"),
    ],
)
def test_signer(signature: str, authority: str | None, stands_for: str | None, title: str) -> None:
    signer = header(foot=f"\nNơi nhận:\n- Lưu: VT.\n\n{signature}\n\nLê Thị Mẫu\n").directive.signer
    assert signer is not None
    assert signer.name == "Lê Thị Mẫu"
    assert signer.authority == authority
    assert (signer.title or "").lower() == title.lower()  # sentence case: whether inner words keep capitals is open
    if authority != "Q.":
        assert (signer.for_ or "").lower() == (stands_for or "").lower()
    assert signer.spans


def test_a_title_without_a_name_is_doubtful() -> None:
    found = header(foot="\nNơi nhận:\n- Lưu: VT.\n\nCHỦ TỊCH\n")
    assert found.directive.signer is not None
    assert found.directive.signer.name is None
    assert "signer-doubtful" in codes(found)


def test_nobody_signed() -> None:
    found = header(foot="\nNơi nhận:\n- Lưu: VT.\n")
    assert found.directive.signer is None
    assert ("field-missing", "directive.signer") in {(w.code, w.field) for w in found.warnings}


# --- who receives -----------------------------------------------------------------------------------------------------


def test_recipients_line_by_line() -> None:
    foot = "\nNơi nhận:\n- Thủ tướng Chính phủ (để b/c);\n- Sở Y tế;\n- Các sở, ban,\nngành tỉnh;\n- Lưu: VT, VX (3b).\n\nCHỦ TỊCH\n\nLê Thị Mẫu\n"
    recipients = header(foot=foot).directive.recipients
    assert [r.text for r in recipients] == [
        "Thủ tướng Chính phủ (để b/c)",
        "Sở Y tế",
        "Các sở, ban, ngành tỉnh",
        "Lưu: VT, VX (3b)",
    ]
    assert recipients[0].agency_id
    assert recipients[1].agency_id
    assert recipients[3].agency_id is None


def test_addressees_of_the_opening() -> None:
    hinge = "Chủ tịch Ủy ban nhân dân tỉnh yêu cầu Giám đốc các sở, Thủ trưởng các ban, ngành; Chủ tịch Ủy ban nhân dân các xã, phường thực hiện các việc sau:\n"
    found = header(hinge=hinge)
    assert found.directive.addressees
    assert found.directive.addressees[-1].agency == "Ủy ban nhân dân các xã, phường"
    assert all(a.spans for a in found.directive.addressees)


def test_no_addressees_where_the_opening_names_none() -> None:
    assert header(hinge="Ủy ban nhân dân tỉnh yêu cầu thực hiện các việc sau:\n").directive.addressees == ()


def test_an_empty_document_has_no_head() -> None:
    document = laid("")
    found = read_header(document, structure(document))
    assert found.directive.number is None
    assert {"directive.kind", "directive.number", "directive.issuer"} <= {w.field for w in found.warnings}


@pytest.mark.parametrize(
    ("below", "subject"),
    [
        ("chăm lo đời sống đoàn viên dịp hè", "chăm lo đời sống đoàn viên dịp hè"),
        ("Kết luận của đồng chí Chủ tịch tại cuộc họp" + " về giếng cổ" * 12, None),
        ("Thực hiện Kế hoạch năm 2023, Ủy ban nhân dân tỉnh ban hành Chỉ thị như sau:", ""),
    ],
)
def test_the_subject_right_below_the_title(below: str, subject: str | None) -> None:
    found = header(head=HEAD.replace("Về việc giữ gìn các giếng cổ", below)).directive.subject
    assert (found or "") == (below if subject is None else subject)


@pytest.mark.parametrize(
    ("title", "hinge", "issuer"),
    [
        (
            "Chỉ thị về giữ gìn giếng cổ trên địa bàn tỉnh quảng ngãi\n",
            "Ủy ban nhân dân tỉnh yêu cầu các sở, ban, ngành thực hiện:\n",
            "Ủy ban nhân dân tỉnh Quảng Ngãi",
        ),
        (
            "Chỉ thị về giữ gìn giếng cổ trên địa bàn tỉnh quảng ngãi và địa bàn tỉnh cà mau\n",
            "Ủy ban nhân dân tỉnh yêu cầu các sở, ban, ngành thực hiện:\n",
            "Ủy ban nhân dân tỉnh",
        ),
    ],
)
def test_the_issuer_without_a_letterhead_is_completed_by_the_one_place_named(
    title: str, hinge: str, issuer: str
) -> None:
    found = header(head=title, hinge=hinge, foot="").directive.issuer
    assert found is not None
    assert (found.name, found.inferred) == (issuer, True)


def test_a_deputy_s_title_under_a_seal_is_deduced_and_doubted() -> None:
    foot = FOOT.replace("CHỦ TỊCH\n", "KT. GIÁM ĐỐC\nXQ Z\n")
    found = header(foot=foot, reading="ocr")
    signer = found.directive.signer
    assert signer is not None
    assert (signer.title, signer.authority, signer.inferred) == ("Phó giám đốc", "KT.", True)
    assert "signer-doubtful" in codes(found)


def test_an_unknown_body_is_spelled_as_the_text_spells_it() -> None:
    head = HEAD.replace("QUẢNG NGÃI\n", "QUẢNG NGÃI\nBAN QUẢN LÝ RỪNG ĐẶC DỤNG SUỐI MẬN\n", 1)
    found = header(head=head, hinge="Ban Quản lý Rừng đặc dụng Suối Mận yêu cầu các trạm thực hiện:\n")
    assert found.directive.issuer is not None
    assert found.directive.issuer.name == "Ban Quản lý Rừng đặc dụng Suối Mận"


def written(document: Document, **readings: dict[str, float]) -> Document:
    """The document with these words of its first page read from handwriting; a word is named by its text in `readings` as "w17"."""
    page = document.pages[0]
    words = []
    for found in re.finditer(r"\S+", page.text):
        digits = re.sub(r"\D.*", "", found[0])
        guesses = readings.get(f"w{digits}", {}) if digits else {}
        end = found.start() + len(digits) if guesses else found.end()
        words.append(
            PlacedWord(found.start(), end, (10.0, 10.0, 20.0, 20.0), 0.5 if guesses else 0.99, tuple(guesses.items()))
        )
    return replace(document, pages=(replace(page, words=tuple(words)), *document.pages[1:]))


def test_of_the_readings_of_a_written_number_the_one_that_the_file_s_name_says_is_taken() -> None:
    document = written(directive("1. Sở Y tế báo cáo.", head=HEAD), w17={"17": 0.6, "11": 0.3})
    document = replace(document, pages=tuple(replace(p, reading="ocr") for p in document.pages))
    found = read_header(document, structure(document), file_name="11-CT-UBND.pdf").directive
    assert found.number == "11/CT-UBND"
    assert not found.evidence["number"].inferred


def test_of_the_readings_of_a_written_day_the_one_before_the_signing_is_taken() -> None:
    document = written(directive("1. Sở Y tế báo cáo.", head=HEAD), w12={"12": 0.5, "17": 0.3, "11": 0.1})
    document = replace(document, pages=tuple(replace(p, reading="ocr") for p in document.pages))
    signed = (Signature(signed_at=datetime(2023, 9, 18, 3, tzinfo=UTC)),)
    found = read_header(document, structure(document), signatures=signed).directive
    assert found.issued_on == date(2023, 9, 17)
    later = (Signature(signed_at=datetime(2023, 9, 12, 3, tzinfo=UTC)),)
    assert read_header(document, structure(document), signatures=later).directive.issued_on == date(2023, 9, 12)


def test_a_written_day_without_evidence_is_the_likeliest_and_doubtful() -> None:
    document = written(directive("1. Sở Y tế báo cáo.", head=HEAD), w12={"15": 0.7, "12": 0.2})
    document = replace(document, pages=tuple(replace(p, reading="ocr") for p in document.pages))
    found = read_header(document, structure(document)).directive
    assert found.issued_on == date(2023, 9, 15)
    assert found.evidence["issued_on"].confidence < 0.7


def test_a_deputy_below_the_head_signs_in_his_place_where_a_pen_wrote_so() -> None:
    foot = "\nNơi nhận:\n- Lưu: VT.\n\nGIÁM ĐỐC\nPHÓ GIÁM ĐỐC\n\nLê Thị Mẫu\n"
    document = directive("1. Phòng A báo cáo.", foot=foot)
    document = replace(document, pages=tuple(replace(p, reading="ocr") for p in document.pages))
    signer = read_header(document, structure(document)).directive.signer
    assert signer is not None
    assert (signer.authority, signer.title, signer.name) == ("KT.", "Phó giám đốc", "Lê Thị Mẫu")
