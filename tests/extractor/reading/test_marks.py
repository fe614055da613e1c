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
