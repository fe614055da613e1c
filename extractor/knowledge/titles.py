"""Titles of office that stand above a signature (Nghị định 30/2020, annex I, II.7), and how a line of a scan is told for one of them."""

from __future__ import annotations

from rapidfuzz import fuzz

from extractor.knowledge.spelling import fold

TITLES = (
    "CHỦ TỊCH", "PHÓ CHỦ TỊCH", "BỘ TRƯỞNG", "THỨ TRƯỞNG", "THỦ TƯỚNG", "PHÓ THỦ TƯỚNG", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "TỔNG GIÁM ĐỐC", "PHÓ TỔNG GIÁM ĐỐC", "BÍ THƯ", "PHÓ BÍ THƯ",
    "PHÓ BÍ THƯ THƯỜNG TRỰC", "CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG", "CHÁNH THANH TRA", "PHÓ CHÁNH THANH TRA", "CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG", "TỔNG CỤC TRƯỞNG", "PHÓ TỔNG CỤC TRƯỞNG", "CHI CỤC TRƯỞNG",
    "PHÓ CHI CỤC TRƯỞNG", "CHỦ NHIỆM", "PHÓ CHỦ NHIỆM", "THỐNG ĐỐC", "PHÓ THỐNG ĐỐC", "VIỆN TRƯỞNG", "PHÓ VIỆN TRƯỞNG", "VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG", "TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "HIỆU TRƯỞNG",
    "PHÓ HIỆU TRƯỞNG", "TỔNG KIỂM TOÁN NHÀ NƯỚC", "PHÓ TỔNG KIỂM TOÁN NHÀ NƯỚC", "TỔNG THANH TRA", "PHÓ TỔNG THANH TRA", "CHỈ HUY TRƯỞNG", "TƯ LỆNH", "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "CHÁNH ÁN",
    "PHÓ CHÁNH ÁN", "PHÓ CHỦ TỊCH THƯỜNG TRỰC", "THỨ TRƯỞNG THƯỜNG TRỰC", "PHÓ GIÁM ĐỐC THƯỜNG TRỰC",
)  # fmt: skip
_CLOSE = 82  # of 100: how alike a line and a title are


def title_like(line: str) -> str | None:
    """The title that a line of letters and single spaces is, with a letter or two misread; None where it is none."""
    said = fold(line)
    best = max(TITLES, key=lambda title: fuzz.ratio(fold(title), said))
    return best if fuzz.ratio(fold(best), said) >= _CLOSE else None
