"""Documents to read facts from, laid out from text written in a test."""

from __future__ import annotations

from dataclasses import replace

from extractor.facts.agencies import Context
from extractor.knowledge.provinces import provinces
from extractor.layout import lay_out
from extractor.layout.document import Document
from extractor.reading.page import ReadPage
from extractor.record import Reading

PROVINCE = next(p for p in provinces() if p.name == "Quảng Ngãi")
CONTEXT = Context(issuer="Ủy ban nhân dân tỉnh Quảng Ngãi", province=PROVINCE)

HEAD = """ỦY BAN NHÂN DÂN
TỈNH QUẢNG NGÃI

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 17/CT-UBND

Quảng Ngãi, ngày 12 tháng 9 năm 2023

CHỈ THỊ
Về việc giữ gìn các giếng cổ

"""

FOOT = """
Nơi nhận:
- Các sở, ban, ngành tỉnh;
- Lưu: VT.

CHỦ TỊCH

Lê Thị Mẫu
"""

HINGE = (
    "Để giữ gìn các giếng cổ, Chủ tịch Ủy ban nhân dân tỉnh yêu cầu các sở, ban, ngành thực hiện các nội dung sau:\n"
)


def laid(*pages: str, reading: Reading = "text") -> Document:
    """A document of these pages' texts. With another `reading` it claims to have been read so, as a scan does."""
    document = lay_out([ReadPage(i, 0.0, 0.0, "text", text=page) for i, page in enumerate(pages, start=1)])
    return replace(document, pages=tuple(replace(page, reading=reading) for page in document.pages))


def directive(body: str, *, head: str = HEAD, hinge: str = HINGE, foot: str = FOOT) -> Document:
    """A document with head and foot around these paragraphs of the body."""
    return laid(head + hinge + body + "\n" + foot)
