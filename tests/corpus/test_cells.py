"""How a specimen's text is split into the cells of the official layout."""

from __future__ import annotations

from corpus.cells import split

OFFICIAL = """SỞ XÂY DỰNG TỈNH MẪU SƠN
BAN QUẢN LÝ DỰ ÁN

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 07/CT-BQL

Mẫu Sơn, ngày 05 tháng 3 năm 2024

CHỈ THỊ
Về việc sửa chữa cầu treo trước mùa mưa

Căn cứ tình hình cầu treo, Ban Quản lý yêu cầu:

1. Tổ Kỹ thuật kiểm tra 12 cầu trước ngày 30/4/2024.

Nơi nhận:
- Như trên;
- Lưu: VT.

KT. TRƯỞNG BAN
PHÓ TRƯỞNG BAN
Trần Văn Mẫu

PHỤ LỤC
DANH SÁCH CẦU

TT | Tên cầu | Hạn
1 | Cầu Đá | 15/3/2024
"""

PARTY = """TỈNH ỦY MẪU SƠN
*
Số 12-CT/TU

ĐẢNG CỘNG SẢN VIỆT NAM

Mẫu Sơn, ngày 18 tháng 3 năm 2024

CHỈ THỊ
CỦA BAN THƯỜNG VỤ TỈNH ỦY
về công tác tiếp dân
-----

Các cấp ủy tiếp dân hằng tháng.

Nơi nhận:
- Các huyện ủy,
- Lưu Văn phòng.

T/M BAN THƯỜNG VỤ
BÍ THƯ
Lê Thị Mẫu
"""


def test_the_official_layout() -> None:
    cells = split(OFFICIAL)
    assert cells.letterhead == ("SỞ XÂY DỰNG TỈNH MẪU SƠN", "BAN QUẢN LÝ DỰ ÁN")
    assert cells.number == "Số: 07/CT-BQL"
    assert cells.date_line == "Mẫu Sơn, ngày 05 tháng 3 năm 2024"
    assert cells.kind == "CHỈ THỊ"
    assert cells.subject == ("Về việc sửa chữa cầu treo trước mùa mưa",)
    assert len(cells.body) == 2
    assert cells.recipients == ("Nơi nhận:", "- Như trên;", "- Lưu: VT.")
    assert cells.signature == ("KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "Trần Văn Mẫu")
    assert cells.annexes[0].title == ("PHỤ LỤC", "DANH SÁCH CẦU")
    assert cells.annexes[0].body == ((("TT", "Tên cầu", "Hạn"), ("1", "Cầu Đá", "15/3/2024")),)
    assert not cells.party


def test_the_partys_layout() -> None:
    cells = split(PARTY)
    assert cells.party
    assert cells.letterhead == ("TỈNH ỦY MẪU SƠN", "*")
    assert cells.number == "Số 12-CT/TU"
    assert cells.subject == ("CỦA BAN THƯỜNG VỤ TỈNH ỦY", "về công tác tiếp dân", "-----")
    assert cells.signature[-1] == "Lê Thị Mẫu"


def test_a_table_flattened_to_one_cell_a_line_is_put_together() -> None:
    flat = OFFICIAL.split("TT |")[0] + "TT\n\nTên cầu\n\nHạn\n\nI. HUYỆN BẮC\n\n1\n\nCầu Đá\n\n15/3/2024\n"
    rows = (("TT", "Tên cầu", "Hạn"), ("I. HUYỆN BẮC",), ("1", "Cầu Đá", "15/3/2024"))
    assert split(flat).annexes[0].body == (rows,)


def test_no_word_is_lost() -> None:
    for text in (OFFICIAL, PARTY):
        said = " ".join(paragraph for _zone, paragraph in split(text).paragraphs()).split()
        assert sorted(said) == sorted(text.replace("|", " ").split())


def test_a_text_without_any_header_is_all_body() -> None:
    cells = split("Thực hiện chỉ đạo của cấp trên.\n\n1. Kiểm tra các cầu.\n")
    assert cells.body == ("Thực hiện chỉ đạo của cấp trên.", "1. Kiểm tra các cầu.")
    assert cells.letterhead == ()
