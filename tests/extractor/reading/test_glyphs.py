"""Characters and strokes by PDFium are those by pdfplumber, and pages that are not plain are left to it."""

from __future__ import annotations

from pathlib import Path

import pdfplumber
import pypdfium2
import pytest

from corpus.specimens import specimens
from extractor.reading import glyphs, layer
from extractor.reading.pdf import Pdf

pytest.importorskip("weasyprint")
from corpus.typeset import typeset

# With tables, with numbers broken at the end of a line, in many fonts.
NAMES = ("bo-gddt-45-2008-ct-bgddt", "son-trang-cd-bch-2017", "xa-nam-hoa-34-kh-ubnd-2026", "phu-luong-48-kh-tu-2023")


@pytest.fixture(scope="module", params=NAMES)
def specimen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("pdf") / f"{request.param}.pdf"
    text = next(one for one in specimens() if one.name == request.param).text()
    path.write_bytes(typeset(text).pdf)
    return path


def test_words_and_rules_are_the_same(specimen: Path) -> None:
    with pypdfium2.PdfDocument(specimen) as document, pdfplumber.open(specimen) as plumbed:
        for page, whole in zip(document, plumbed.pages, strict=True):
            letters, drawn = glyphs.glyphs(page), glyphs.edges(page)
            assert letters is not None and drawn is not None
            ours, theirs = layer.words_of_glyphs(letters), layer.words_of(whole)
            assert [(w.text, w.bold, w.italic) for w in ours] == [(w.text, w.bold, w.italic) for w in theirs]
            for one, other in zip(ours, theirs, strict=True):
                assert one.box == pytest.approx(other.box, abs=2)
            width = page.get_width()
            ruled, known = layer.rules_of_edges(drawn, width), layer.rules_of(whole, width)
            assert len(ruled) == len(known)
            for box, there in zip(sorted(ruled), sorted(known), strict=True):
                assert box == pytest.approx(there, abs=0.01)


@pytest.mark.parametrize("change", ["turned", "cropped"])
def test_other_pages_are_left_to_pdfplumber(specimen: Path, tmp_path: Path, change: str) -> None:
    changed = tmp_path / "changed.pdf"
    with pypdfium2.PdfDocument(specimen) as document:
        if change == "turned":
            document[0].set_rotation(90)
        else:
            document[0].set_cropbox(20, 20, 560, 820)
        document.save(changed)
    with pypdfium2.PdfDocument(changed) as document:
        assert glyphs.glyphs(document[0]) is None
    read = Pdf(changed).read(1, lambda: pytest.fail("no engine is needed"))
    assert read.reading == "text_layer" and len(read.words) > 50
