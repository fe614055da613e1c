"""Marks that their place says to be others."""

from __future__ import annotations

import pytest

from extractor.reading.engine import Recognised
from extractor.reading.marks import put_right


def page(*lines: str, confidence: float = 0.8) -> list[Recognised]:
    return [
        Recognised(text, (0.0, 0.0, 1.0, 1.0), confidence, number)
        for number, line in enumerate(lines, start=1)
        for text in line.split()
    ]


def lines(words: list[Recognised]) -> list[str]:
    found: dict[int, list[str]] = {}
    for word in words:
        found.setdefault(word.line, []).append(word.text)
    return [" ".join(own) for own in found.values()]


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        (["b) Sở Y tế;", "©) Sở Tài chính;"], ["b) Sở Y tế;", "c) Sở Tài chính;"]),
        (["c) Một;", "đ) Hai;", "e) Ba;"], ["c) Một;", "d) Hai;", "e) Ba;"]),
        (["c) Một;", "d) Hai;", "d) Ba;"], ["c) Một;", "d) Hai;", "đ) Ba;"]),
        (["c) Một;", ": đ) Hai;"], ["c) Một;", "d) Hai;"]),
        (["4. Sở Y tế", "Š. Sở Tài chính"], ["4. Sở Y tế", "5. Sở Tài chính"]),
        (["~ Văn phòng Chính phủ;"], ["- Văn phòng Chính phủ;"]),
        (["tổ chức. thực hiện"], ["tổ chức thực hiện"]),
        (["triển . khai thực hiện"], ["triển khai thực hiện"]),
        (["theo quy định../"], ["theo quy định../"]),
        (["theo quy định ./"], ["theo quy định ./."]),
        (["theo quy định.."], ["theo quy định./."]),
        (["Email: vanthu(@hainam.gov.vn), vp(hainam.gov.vn;"], ["Email: vanthu@hainam.gov.vn), vp@hainam.gov.vn;"]),
        (
            ["I. Mục đích", "II. Nhiệm vụ", "II. Tổ chức thực hiện"],
            ["I. Mục đích", "II. Nhiệm vụ", "III. Tổ chức thực hiện"],
        ),
        (["VI. Một", "VI. Hai"], ["VI. Một", "VII. Hai"]),
        (["HI. TỔ CHỨC THỰC HIỆN"], ["III. TỔ CHỨC THỰC HIỆN"]),
        (["I. Một", "H. Hai", "1II. Ba"], ["I. Một", "II. Hai", "III. Ba"]),
        (["xong trong quý 11/2024; Quý 1V, quý I1"], ["xong trong quý II/2024; Quý IV, quý II"]),
        (["quý II/⁄2024, 30⁄6"], ["quý II/2024, 30/6"]),
        (["Số: 17/CI-UBND"], ["Số: 17/CT-UBND"]),
        (["số 46/2018/T1-BYT, 5/1l-BTC"], ["số 46/2018/TT-BYT, 5/TT-BTC"]),
        (["- Bộ Y tế (b/C);", "- Bộ Y tế (để b/C);"], ["- Bộ Y tế (b/c);", "- Bộ Y tế (để b/c);"]),
        (["Tăng, cường kiểm tra"], ["Tăng cường kiểm tra"]),
        (["phối hợp với Công,", "an, Biên phòng"], ["phối hợp với Công", "an, Biên phòng"]),
    ],
)
def test_place_tells(read: list[str], meant: list[str]) -> None:
    assert lines(put_right(page(*read))) == meant


@pytest.mark.parametrize(
    "read",
    [
        ["a) Một;", "b) Hai;", "đ) Năm;"],
        ["1. Một", "I. Hai"],  # a Roman numeral, not the second section
        ["§. Một"],
        ["I. Một", "I. Một của phần khác", "II. Hai"],
        ["IV. Bốn", "IV. Bốn"],  # the one behind looks otherwise
        ["VIII. Tám", "VI. Sáu"],
        ["H. Hà"],
        ["II. Hai", "II. hai"],
        ["tháng 11/2024, quý 1/2024, quý 1"],
        ["số 12/TTr-SYT, 3/BII-X, 7/TI, 8/CĐ-TTg, 12/I-X"],
        ["thực hiện. Các sở, ngành"],
        ["kết quả thực hiện ..."],
        ["QUYẾT ĐỊNH :"],
        ["trang thông tin (hainam.gov.vn)"],
        ["thanh tra, kiểm tra"],  # words that stand beside each other with and without a comma
    ],
)
def test_what_stays(read: list[str]) -> None:
    assert lines(put_right(page(*read))) == read


def test_what_was_read_is_kept() -> None:
    assert [w.raw for w in put_right(page("~ Lưu: VT."))] == ["~", None, None]


def test_a_speck_that_is_surely_read_stays() -> None:
    assert lines(put_right(page("triển . khai", confidence=0.99))) == ["triển . khai"]


def test_a_comma_that_is_sure_goes_only_from_the_midst_of_a_name() -> None:
    said = page("phối hợp với Công, an, Biên phòng; Thủ trưởng, các đơn vị; đầu, tư công", confidence=0.99)
    meant = "phối hợp với Công an, Biên phòng; Thủ trưởng, các đơn vị; đầu, tư công"
    assert lines(put_right(said)) == [meant]
    assert [(word.text, word.raw) for word in put_right(said) if word.raw] == [("Công", "Công,")]
