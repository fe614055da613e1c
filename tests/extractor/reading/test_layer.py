"""Which text layers are trusted."""

from __future__ import annotations

import numpy as np
import pytest

from extractor.reading.layer import covers, is_vietnamese
from extractor.reading.page import Word
from extractor.reading.syllable import is_syllable, share_of_syllables

GENUINE = "Ủy ban nhân dân tỉnh yêu cầu thủ trưởng các sở, ban, ngành tổ chức thực hiện Chỉ thị này kể từ ngày ký."


@pytest.mark.parametrize(
    "word",
    ["gìn", "giêng", "quốc", "hoà", "hòa", "nghiêng", "giữ", "khuỷu", "thuở", "yêu", "ĐẢNG", "quỳnh", "lỵ", "xoong"],
)
def test_possible_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["kông", "ngê", "cíc", "dàt", "file", "thị́", "gha", "bl", "UBND", "w"])
def test_impossible_syllables(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize(
    ("text", "trusted"),
    [
        (GENUINE, True),
        ("Ký bởi: Ủy ban nhân dân", False),  # too short for a page
        ("Uy ban nhan dan tinh yeu cau thu truong cac so, ban, nganh to chuc thuc hien Chi thi nay ke tu ngay", False),
        (
            "ñy ban nh©n d©n tØnh yªu cÇu thñ tr­ëng c¸c së, ban, ngµnh tæ chøc thùc hiÖn ChØ thÞ nµy kÓ tõ ngµy ký",
            False,
        ),
        (
            "UÛy ban nhaân daân tænh yeâu caàu thuû tröôûng caùc sôû, ban, ngaønh toå chöùc thöïc hieän Chæ thò naøy",
            False,
        ),
        (
            "Uy ban nhän dän tinh yéu ciu thü truöng cac sé, ban, nginh tö chirc thirc hién Chi thj näy ké tir ngäy ky",
            False,
        ),
    ],
    ids=["genuine", "caption", "bare", "tcvn3", "vni", "english-ocr"],
)
def test_is_vietnamese(text: str, trusted: bool) -> None:
    assert is_vietnamese(text) is trusted


def test_share_of_syllables_of_nothing() -> None:
    assert share_of_syllables("123 -- 4/5") == 0.0


def test_a_caption_on_a_scan_does_not_cover_its_ink() -> None:
    picture = np.full((421, 297), 255, dtype=np.uint8)
    picture[60:380:8, 40:260] = 0
    caption = (Word("Ký", (400.0, 20.0, 560.0, 60.0), 1.0),)
    page = tuple(Word("chữ", (80.0, 2.0 * y - 8, 520.0, 2.0 * y + 8), 1.0) for y in range(60, 380, 8))
    assert not covers(caption, picture, 595, 842)
    assert covers(page, picture, 595, 842)
