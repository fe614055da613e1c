"""Who signed, from blocks over which seals and pens have gone: lines with letters lost, and scraps between them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from laid import laid

from extractor.facts.signer import read_signer
from extractor.record import Signer


def signer(block: str) -> Signer:
    document = laid(block.replace(" | ", "\n\n"), reading="ocr")
    paragraphs = tuple(replace(paragraph, zone="signature") for paragraph in document.paragraphs)
    found = read_signer(replace(document, paragraphs=paragraphs), scanned=True)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("block", "authority", "stands_for", "title", "name"),
    [
        ("KT. CHỦ TỊCH | PHÓ CHỦ TỊCH | THƯ CŨ | Lê Thị Mẫu", "KT.", "Chủ tịch", "Phó chủ tịch", "Lê Thị Mẫu"),
        ("TL. CỤC TRƯỞNG | CHÁNH VĂN v PHÒNG | Lê Thị Mẫu", "TL.", "Cục trưởng", "Chánh văn phòng", "Lê Thị Mẫu"),
        ("KT. GIÁM ĐỐC | Vĩ xr | Lê Thị Mẫu", "KT.", "Giám đốc", "Phó giám đốc", "Lê Thị Mẫu"),
        ("Vĩ GIÁM ĐỐC | HÓ GI ÁM ĐÓC | Lê Thị Mẫu", "KT.", "Giám đốc", "Phó giám đốc", "Lê Thị Mẫu"),
        ("L^T, GIÁM ĐỐC | PHÓ GIÁM ĐỐC | Lê Thị Mẫu", "KT.", "Giám đốc", "Phó giám đốc", "Lê Thị Mẫu"),
        ("KJT CHỦ TỊCH | PHÓ CHỦ TỊCH | Lê Thị Mẫu", "KT.", "Chủ tịch", "Phó chủ tịch", "Lê Thị Mẫu"),
        ("TÌM UBND TỈNH | CHỦ TỊCH | Lê Thị Mẫu", "TM.", None, "Chủ tịch", "Lê Thị Mẫu"),
        (
            "L.BỘ TRƯỞNG, CHỦ NHIỆM | PHÓ CHỦ NHIỆM | Lê Thị Mẫu",
            "KT.",
            "Bộ trưởng chủ nhiệm",
            "Phó chủ nhiệm",
            "Lê Thị Mẫu",
        ),
        ("KT. BỘ TRƯỚN G | THỨ“ TRƯỞNG | Lê Thị Mẫu", "KT.", "Bộ trưởng", "Thứ trưởng", "Lê Thị Mẫu"),
        ("CHỦ TỊCH | xua ——— | Đặng x Văn Mẫu", None, None, "Chủ tịch", "Đặng Văn Mẫu"),
        ("CHỦ TỊCH | Nay H'Mẫu", None, None, "Chủ tịch", "Nay H'Mẫu"),
        ("CHỦ TỊCH | Nguyễn Á Văn Mẫu H", None, None, "Chủ tịch", "Nguyễn Văn Mẫu"),
        ("TRƯỞNG BAN | ĐỐC SỞ Y TẾ | Lê Thị Mẫu", None, None, "Trưởng ban", "Lê Thị Mẫu"),
        ("TRƯỞNG BAN | CHỦ TỊCH UBND TỈNH | Lê Thị Mẫu", None, None, "Trưởng ban", "Lê Thị Mẫu"),
        ("GIÁM ĐỐC | SỞ Y TẾ | Lê Thị Mẫu", None, None, "Giám đốc sở y tế", "Lê Thị Mẫu"),
        ("Q. GIÁM ĐỐC | Lê Thị Mẫu", "Q.", "Giám đốc", "Giám đốc", "Lê Thị Mẫu"),
        ("TƯỚNG | Lê Thị Mẫu", None, None, "Thủ tướng", "Lê Thị Mẫu"),
        ("GIÁM ĐỐC | Lê Thị Mẫu | M/ZV V016 uếc", None, None, "Giám đốc", "Lê Thị Mẫu"),
    ],
)
def test_a_block_on_a_scan(
    block: str, authority: str | None, stands_for: str | None, title: str | None, name: str | None
) -> None:
    found = signer(block)
    assert (found.authority, found.title, found.name) == (authority, title, name)
    if stands_for:
        assert found.for_ == stands_for


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ("GIÁM ĐỐC | Mẫu Anh", "Mẫu Anh"),  # the surname may lie under the seal
        ("GIÁM ĐỐC | Phan: Ägọc Mẫu", "Phan Ägọc Mẫu"),  # a name is never repaired
        ("GIÁM ĐỐC | x", None),
        ("TƯỚNG | Lê Thị Mẫu", "Lê Thị Mẫu"),  # the office is put together from its last word
        ("KT. GIÁM ĐỐC | Lê Thị Mẫu", "Lê Thị Mẫu"),  # … or from the head's
    ],
)
def test_what_a_seal_may_have_taken_is_doubtful(block: str, name: str | None) -> None:
    found = signer(block)
    assert found.name == name
    assert found.confidence < 0.7
