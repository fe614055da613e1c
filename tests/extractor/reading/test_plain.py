"""Plain text: encodings, form feeds, Markdown's marks."""

from __future__ import annotations

import unicodedata

import pytest

from extractor.reading import plain
from extractor.reading.open import read

TEXT = "Ủy ban nhân dân tỉnh\nsố 02/CT-UBND"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        unicodedata.normalize("NFD", TEXT).encode(),
        TEXT.replace("\n", "\r\n").encode(),
    ],
)
def test_encodings(data: bytes) -> None:
    found = read(data, file_name="a.txt")
    (page,) = found.pages
    assert (page.reading, page.text, page.words, page.width) == ("text", TEXT, (), 0.0)
    assert found.media_type == "text/plain"


def test_form_feeds_part_pages() -> None:
    pages = plain.pages("một\ftrang hai\f \f".encode())
    assert [(p.number, p.reading) for p in pages] == [(1, "text"), (2, "text"), (3, "blank")]


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("Số: **02** /CT-UBND", "Số: 02 /CT-UBND"),
        ("*Góp phần*: đạt", "Góp phần: đạt"),
        ("**TM. *KT.* CHỦ TỊCH** và ***hết***", "TM. KT. CHỦ TỊCH và hết"),
        ("# CHỈ THỊ", "CHỈ THỊ"),
        ("2 * 3 * 4 xã", "2 * 3 * 4 xã"),
        ("* Ghi chú một dòng", "* Ghi chú một dòng"),
        ("thư: a_b@c.vn, #tag", "thư: a_b@c.vn, #tag"),
    ],
)
def test_markdown_keeps_every_word(marked: str, bare: str) -> None:
    assert read(marked.encode(), file_name="a.md").pages[0].text == bare
    assert read(marked.encode(), file_name="a.txt").pages[0].text == marked
