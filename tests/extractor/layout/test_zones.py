"""The cells of a document's head and foot, told by words alone as re-typed texts have them."""

from __future__ import annotations

import pytest

from extractor.layout.document import Line, Zone
from extractor.layout.zones import assign, folded, is_name, kind_of


def zones(text: str) -> list[tuple[Zone, str]]:
    lines: list[Line] = []
    offset = 0
    for raw in text.split("\n"):
        if raw.strip():
            lines.append(Line(1, offset, offset + len(raw), raw))
        offset += len(raw) + 1
    return list(zip(assign(lines, [text]), (line.text for line in lines), strict=True))


def of(text: str, zone: Zone) -> list[str]:
    return [words for found, words in zones(text) if found == zone]


DIRECTIVE = """ỦY BAN NHÂN DÂN
TỈNH MẪU SƠN

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 17/CT-UBND
Mẫu Sơn, ngày 12 tháng 9 năm 2023

HỎA TỐC

CHỈ THỊ
Về việc giữ gìn các giếng cổ
trên địa bàn tỉnh

Nhiều giếng cổ đã cạn. Ủy ban nhân dân tỉnh yêu cầu:
1. Sở Du lịch lập sổ giếng cổ.
2. Sở Y tế lấy mẫu nước.

Nơi nhận:
- Như trên;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH

Lê Thị Mẫu

PHỤ LỤC
DANH SÁCH GIẾNG CỔ
1. Giếng Ông
"""


def test_every_cell_of_a_directive() -> None:
    assert zones(DIRECTIVE) == [
        ("letterhead", "ỦY BAN NHÂN DÂN"),
        ("letterhead", "TỈNH MẪU SƠN"),
        ("motto", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("motto", "Độc lập - Tự do - Hạnh phúc"),
        ("number", "Số: 17/CT-UBND"),
        ("date_line", "Mẫu Sơn, ngày 12 tháng 9 năm 2023"),
        ("urgency", "HỎA TỐC"),
        ("kind", "CHỈ THỊ"),
        ("subject", "Về việc giữ gìn các giếng cổ"),
        ("subject", "trên địa bàn tỉnh"),
        ("body", "Nhiều giếng cổ đã cạn. Ủy ban nhân dân tỉnh yêu cầu:"),
        ("body", "1. Sở Du lịch lập sổ giếng cổ."),
        ("body", "2. Sở Y tế lấy mẫu nước."),
        ("recipients", "Nơi nhận:"),
        ("recipients", "- Như trên;"),
        ("recipients", "- Lưu: VT."),
        ("signature", "TM. ỦY BAN NHÂN DÂN"),
        ("signature", "CHỦ TỊCH"),
        ("signature", "Lê Thị Mẫu"),
        ("annex", "PHỤ LỤC"),
        ("annex", "DANH SÁCH GIẾNG CỔ"),
        ("annex", "1. Giếng Ông"),
    ]


def test_a_letter_without_a_title() -> None:
    text = DIRECTIVE.replace("HỎA TỐC\n\nCHỈ THỊ\nVề việc giữ", "V/v giữ").replace(
        "trên địa bàn tỉnh\n", "\nKính gửi: Sở Du lịch\n"
    )
    assert of(text, "kind") == []
    assert of(text, "subject") == ["V/v giữ gìn các giếng cổ"]
    assert of(text, "addressed_to") == ["Kính gửi: Sở Du lịch"]
    assert of(text, "body")[-1] == "2. Sở Y tế lấy mẫu nước."


def test_a_signature_above_the_recipients() -> None:
    text = "CHỈ THỊ\nVề việc giữ giếng\n\nSở Du lịch lập sổ.\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nNơi nhận:\n- Lưu: VT.\n"
    assert of(text, "signature") == [] or of(text, "signature") == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    assert of(text, "body") == ["Sở Du lịch lập sổ."]


def test_a_signature_without_recipients() -> None:
    text = "CHỈ THỊ\nVề việc giữ giếng\n\nSở Du lịch lập sổ.\n\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nLê Thị Mẫu\n"
    assert of(text, "signature") == ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lê Thị Mẫu"]


def test_a_motto_that_lost_its_accents() -> None:
    text = DIRECTIVE.replace("CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "CỌNG HOÀ XÃ HỘI CHU NGHIA").replace("Độc lập", "Đôc lâp")
    assert len(of(text, "motto")) == 2


def test_a_text_without_head_and_foot_is_body() -> None:
    assert {zone for zone, _ in zones("Nhiều giếng cổ đã cạn.\nSở Du lịch lập sổ.\n")} == {"body"}


def test_nothing_has_no_zones() -> None:
    assert zones("") == []


def test_every_beginning_of_a_document_has_a_zone_a_line() -> None:
    lines = DIRECTIVE.split("\n")
    for cut in range(len(lines)):
        for text in ("\n".join(lines[:cut]), "\n".join(lines[cut:])):
            assert len(zones(text)) == sum(bool(line.strip()) for line in text.split("\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CHỈ THỊ", ("chỉ thị", "")),
        ("CHỈ THỊ:", ("chỉ thị", "")),
        ("KẾ HOẠCH", ("kế hoạch", "")),
        ("CÔNG ĐIỆN", ("công điện", "")),
        ("CHI THỊ", ("chỉ thị", "")),
        ("KÉ HOẠCH", ("kế hoạch", "")),
        ("CHƯƠNG TRÌNH HÀNH ĐỘNG", ("chương trình hành động", "")),
        ("CHỈ THỊ VỀ VIỆC GIỮ GIẾNG", ("chỉ thị", "VỀ VIỆC GIỮ GIẾNG")),
        ("Chỉ thị về việc giữ giếng", ("chỉ thị", "về việc giữ giếng")),
        ("Kế hoạch vét giếng", None),
        ("Chỉ thị", ("chỉ thị", "")),
        ("GIẾNG CỔ", None),
        ("", None),
    ],
)
def test_kind(text: str, expected: tuple[str, str] | None) -> None:
    assert kind_of(text) == expected


@pytest.mark.parametrize("text", ["Lê Thị Mẫu", "Nguyễn Văn Một", "TS. Trần Hai", "Y Ba Niê", "K’Brin Đá"])
def test_names(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    "text", ["Lê", "Lê thị mẫu", "Đã ký ngày 3", "Lê Thị Mẫu 2", "", "giếng cổ", "Một Hai Ba Bốn Năm Sáu Bảy"]
)
def test_no_names(text: str) -> None:
    assert not is_name(text)


def test_folded() -> None:
    assert folded("Độc lập - Tự do!") == "doc lap tu do"
    assert folded("…") == ""
