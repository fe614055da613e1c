"""Made scans: the same for a seed, true to their text, with boxes over the ink."""

from __future__ import annotations

import re
import subprocess
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pytest

from corpus.cells import split
from corpus.degrade import RECIPES
from corpus.scan import MadeScan, make_scan
from corpus.specimens import specimens
from corpus.typeset import Style, typeset

OFFICIAL = """ỦY BAN NHÂN DÂN
TỈNH MẪU SƠN

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 07/CT-UBND

Mẫu Sơn, ngày 05 tháng 3 năm 2024

CHỈ THỊ
Về việc sửa chữa cầu treo trước mùa mưa

Qua kiểm tra, nhiều cầu treo dân sinh trên địa bàn tỉnh đã xuống cấp. Ủy ban nhân dân tỉnh yêu cầu:

1. Sở Giao thông vận tải kiểm tra ít nhất 12 cầu trước ngày 30/4/2024; lập danh mục cầu phải sửa.

2. Ủy ban nhân dân các xã cắm biển báo ở hai đầu cầu, hằng tuần báo cáo Sở Giao thông vận tải./.

Nơi nhận:
- Như trên;
- Lưu: VT.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH
Trần Văn Mẫu

PHỤ LỤC
DANH SÁCH CẦU

TT | Tên cầu | Hạn
1 | Cầu Đá | 15/3/2024
"""
PARTY = next(specimen.text() for specimen in specimens() if split(specimen.text()).party)


@pytest.fixture(autouse=True, scope="module")
def _needs_pango() -> None:
    try:
        import weasyprint  # noqa: F401
    except OSError as fault:
        pytest.skip(f"thiếu thư viện hệ thống của weasyprint (libpango-1.0-0 libpangoft2-1.0-0 …): {fault}")
    try:
        fonts = subprocess.run(["fc-list", ":family"], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return
    if not any(name in fonts for name in ("Tinos", "TeX Gyre Termes", "Times New Roman")):
        pytest.skip("thiếu phông kiểu Times có đủ chữ Việt (fonts-croscore hoặc fonts-texgyre)")


@cache
def _made(recipe: str, seed: int = 5, text: str = OFFICIAL) -> MadeScan:
    return make_scan(text, recipe=recipe, seed=seed, dpi=100)


def _images(made: MadeScan, scale: float = 100 / 72) -> list[npt.NDArray[np.uint8]]:
    with pdfium.PdfDocument(made.pdf) as document:
        return [np.array(page.render(scale=scale, grayscale=True).to_numpy()).squeeze() for page in document]


@pytest.mark.parametrize("recipe", ["office", "fax", "photocopy"])
def test_a_seed_gives_the_same_scan(recipe: str) -> None:
    again = make_scan(OFFICIAL, recipe=recipe, seed=5, dpi=100)
    assert again.pdf == _made(recipe).pdf
    assert again.pages == _made(recipe).pages
    assert make_scan(OFFICIAL, recipe=recipe, seed=6, dpi=100).pdf != again.pdf


@pytest.mark.parametrize("text", [OFFICIAL, PARTY])
def test_the_truth_has_the_words_of_the_text(text: str) -> None:
    made = _made("clean", text=text)
    assert sorted(made.truth.split()) == sorted(text.replace("|", " ").split())


def test_the_truth_reads_columns_one_after_another() -> None:
    truth = _made("office").truth
    places = [
        truth.index(word) for word in ("ỦY BAN", "07/CT-UBND", "CỘNG HÒA", "ngày 05", "CHỈ THỊ", "Nơi nhận", "KT.")
    ]
    assert places == sorted(places)


def test_the_pages_are_images_alone() -> None:
    with pdfium.PdfDocument(_made("office").pdf) as document:
        assert all(page.get_textpage().count_chars() == 0 for page in document)


@pytest.mark.parametrize("recipe", sorted(RECIPES))
def test_boxes_lie_on_the_page_and_over_the_ink(recipe: str) -> None:
    made = _made(recipe)
    for page, image in zip(made.pages, _images(made), strict=True):
        scale = image.shape[1] / page.width
        inside = np.zeros(image.shape, bool)
        for word in page.words:
            x0, y0, x1, y1 = word.box
            assert 0 <= x0 < x1 <= page.width + 0.1
            assert 0 <= y0 < y1 <= page.height + 0.1
            inside[int(y0 * scale) : int(y1 * scale) + 1, int(x0 * scale) : int(x1 * scale) + 1] = True
        assert image[inside].mean() < image[~inside].mean() - 10


@pytest.mark.parametrize("recipe", ["skew", "curl", "upside-down", "clean"])
def test_every_word_has_ink_in_its_box(recipe: str) -> None:
    made = _made(recipe)
    for page, image in zip(made.pages, _images(made), strict=True):
        scale = image.shape[1] / page.width
        for word in page.words:
            x0, y0, x1, y1 = (round(side * scale) for side in word.box)
            part = image[max(0, y0 - 1) : y1 + 2, max(0, x0 - 1) : x1 + 2]
            assert part.min() < 150, word.text


def test_number_and_day_are_written_in_blue_and_the_seal_is_red() -> None:
    made = _made("sealed")
    written = [word.text for page in made.pages for word in page.words if word.handwritten]
    assert written == ["07/CT-UBND", "05"]
    with pdfium.PdfDocument(made.pdf) as document:
        image = np.array(document[0].render(scale=100 / 72, rev_byteorder=True).to_numpy())[:, :, :3]
    hue, saturation, _value = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2HSV))
    strong = saturation > 90
    assert (strong & (hue > 100) & (hue < 130)).sum() > 100  # a pen's blue
    assert (strong & ((hue < 8) | (hue > 170))).sum() > 500  # a seal's red
    assert not any(word.handwritten for page in _made("clean").pages for word in page.words)


def test_a_fax_has_one_bit_a_pixel() -> None:
    assert b"CCITTFaxDecode" in _made("fax").pdf


def test_a_landscape_of_styles_keeps_the_text() -> None:
    for style in (Style(size=13, line_height=1.0), Style(font="'TeX Gyre Termes', Tinos", line_height=1.5)):
        made = typeset(OFFICIAL, style)
        assert sorted(" ".join(page.text for page in made.pages).split()) == sorted(OFFICIAL.replace("|", " ").split())


def test_every_specimen_can_be_typeset() -> None:
    for specimen in specimens():
        pages = typeset(specimen.text(), Style(handwriting=True)).pages
        said = " ".join(page.text for page in pages).split()
        # Below an issuer a typed rule is drawn.
        meant = re.sub(r"\A((?:\S.*\n)+?)-{3,}\n", r"\1", specimen.text()).replace("|", " ").split()
        assert sorted(said) == sorted(meant), specimen.name
