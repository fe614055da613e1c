"""Typesets a specimen text in the official layout of Nghị định 30/2020 (Phụ lục I): A4, a Times-metric face, two-column
header and foot, page numbers in the top margin from page 2. The Party's documents get their own letterhead.

weasyprint writes the PDF, so its text layer is exact; the words are read back from it with their boxes and matched with
the text character by character, so a fault of the typesetting cannot pass as truth.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from corpus.cells import Annex, Block, Cells, Zone, split

Box = tuple[float, float, float, float]
POINTS_A_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Style:
    """What offices vary within the rules. Lengths in mm, sizes in points."""

    font: str = "Tinos, 'TeX Gyre Termes', 'Times New Roman', serif"
    size: float = 14.0  # of the body; the rule allows 13 to 14
    line_height: float = 1.25
    paragraph_gap: float = 6.0  # points
    top: float = 20.0
    left: float = 30.0
    right: float = 18.0
    bottom: float = 20.0
    handwriting: bool = False  # leave the number and the day blank, to be written by hand


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or its part on one line, as typeset. `box` in points from the page's top left, tight around glyphs."""

    text: str
    box: Box
    zone: Zone
    paragraph: int  # words of one paragraph share it
    glued: bool = False  # continues the word before it, which a line or page break cut
    blank: Box | None = None  # where this word has room for handwriting
    written: str = ""  # the digits to write there


@dataclass(frozen=True, slots=True)
class TypesetPage:
    """One page: its size in points and its words in reading order (without the page number)."""

    width: float
    height: float
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The page's text in reading order, one paragraph a line."""
        out = ""
        last = -1
        for word in self.words:
            out += ("" if word.glued else "\n" if word.paragraph != last else " ") + word.text if out else word.text
            last = word.paragraph
        return out


@dataclass(frozen=True, slots=True)
class Typeset:
    """A typeset document: the PDF with its text layer, and the pages with the words that stand on them."""

    pdf: bytes
    pages: tuple[TypesetPage, ...]


ROOMY = Style(
    line_height=1.5, paragraph_gap=8.0, top=25.0, left=35.0, right=20.0, bottom=25.0
)  # the most the rule allows


class TypesetMismatch(RuntimeError):
    """The PDF does not say what the text says."""


def typeset(text: str, style: Style | None = None) -> Typeset:
    """Typesets a specimen text.

    Raises OSError if weasyprint's system libraries (Pango) are missing, TypesetMismatch if the PDF says something else.
    """
    from weasyprint import HTML  # loads Pango; only the scan maker needs it

    style = style or Style()
    cells = split(text)
    document = HTML(string=page_html(cells, style)).render()
    pdf = document.write_pdf()
    assert pdf is not None
    return Typeset(pdf, tuple(_match(pdf, cells, style)))


def page_html(cells: Cells, style: Style) -> str:
    """The document as HTML; its order is the reading order."""
    head = f"<!doctype html><html lang=vi><meta charset=utf-8><style>{_css(style)}</style>"
    return f"{head}<body>{''.join(_html(cells, style))}"


def _css(s: Style) -> str:
    return f"""
@page {{ size: A4; margin: {s.top}mm {s.right}mm {s.bottom}mm {s.left}mm;
  @top-center {{ content: counter(page); font: 13pt {s.font}; vertical-align: bottom; padding-bottom: 2mm }} }}
@page :first {{ @top-center {{ content: none }} }}
html {{ font: {s.size}pt/{s.line_height} {s.font}; font-variant-ligatures: none; color: black }}
body, p {{ margin: 0 }}
.head {{ width: 176mm; margin: 0 -5mm 8pt -7mm; border-collapse: collapse; line-height: 1.2 }}
.head td {{ vertical-align: top; text-align: center; padding: 0 }}
.head td:first-child {{ width: 41%; padding-right: 2mm }}
.caps {{ font-size: 12pt }}
.strong {{ font-weight: bold }}
.rule {{ border-top: .6pt solid black; margin: 1pt auto 0; height: 4pt }}
.line {{ font-size: 13pt; margin-top: 5pt; white-space: nowrap }}
.date {{ font-style: italic }}
.about {{ font-size: 12pt }}
.urgency {{ display: inline-block; border: 1.2pt solid #c8102e; color: #c8102e; font-weight: bold; font-size: 13pt;
  padding: 1mm 4mm; margin-top: 6pt }}
.hand {{ display: inline-block; color: white; min-width: 9mm; text-align: center; letter-spacing: 1mm }}
.kind {{ text-align: center; font-weight: bold; font-size: 14pt; margin-top: 8pt }}
.subject {{ text-align: center; font-weight: bold; padding: 0 10mm }}
.under {{ border-top: .6pt solid black; width: 32mm; margin: 3pt auto 10pt }}
.body p {{ text-align: justify; text-indent: 12.7mm; margin-bottom: {s.paragraph_gap}pt; orphans: 2; widows: 2 }}
.body p.to {{ text-indent: 0; text-align: center }}
.foot {{ width: 100%; margin-top: 8pt; border-collapse: collapse; break-inside: avoid; break-before: avoid }}
.foot td {{ vertical-align: top; padding: 0 }}
.foot td:first-child {{ width: 52% }}
.given {{ font-size: 11pt; line-height: 1.15 }}
.given:first-child {{ font-size: 12pt; font-weight: bold; font-style: italic }}
.signed {{ text-align: center; font-weight: bold; font-size: 13.5pt; line-height: 1.2 }}
.room {{ height: 27mm }}
.annex {{ break-before: page }}
.annex .title {{ text-align: center; font-weight: bold }}
.annex .with {{ text-align: center; font-style: italic; font-weight: normal; margin-bottom: 10pt }}
table.grid {{ width: 100%; border-collapse: collapse; font-size: 12pt; line-height: 1.15; margin: 6pt 0 }}
.grid td, .grid th {{ border: .6pt solid black; padding: 3pt 4pt; vertical-align: top; text-align: left;
  font-weight: normal }}
.grid tr {{ break-inside: avoid }}
.grid th {{ font-weight: bold; text-align: center; vertical-align: middle }}
.grid td:first-child {{ text-align: center; white-space: nowrap }}
"""


def _html(cells: Cells, style: Style) -> Iterator[str]:
    yield "<table class=head><tr><td>"
    yield from _letterhead(cells)
    if cells.number:
        yield f"<div class=line>{_with_blank(cells.number, _NUMBER, style)}</div>"
    yield from (f"<div class=about>{_(line)}</div>" for line in cells.about)
    yield from (f"<div class=urgency>{_(line)}</div>" for line in cells.urgency)
    yield "</td><td>"
    for i, line in enumerate(cells.motto):
        last = i == len(cells.motto) - 1
        size = "" if (len(cells.motto) > 1 and last) or cells.party else " caps"
        yield f"<div class='strong{size}' style='white-space:nowrap'>{_(line)}</div>"
        if last:
            yield f"<div class=rule style='width:{'74' if cells.party else '62'}%'></div>"
    if cells.date_line:
        yield f"<div class='line date'>{_with_blank(cells.date_line, _DATE, style)}</div>"
    yield "</td></tr></table>"
    if cells.kind:
        yield f"<div class=kind>{_(cells.kind)}</div>"
        yield from (f"<div class=subject>{_(line)}</div>" for line in cells.subject)
        if not cells.subject[-1:] or cells.subject[-1].strip("-"):  # the Party's documents type their rule
            yield "<div class=under></div>"
    yield "<div class=body>" + "".join(_block(block) for block in cells.body) + "</div>"
    if cells.recipients or cells.signature:
        yield "<table class=foot><tr><td>"
        yield from (f"<div class=given>{_(line)}</div>" for line in cells.recipients)
        yield "</td><td class=signed>"
        for line in cells.signature[:-1]:
            yield f"<div>{_(line)}</div>"
        yield "<div class=room></div>"
        yield from (f"<div>{_(line)}</div>" for line in cells.signature[-1:])
        yield "</td></tr></table>"
    for annex in cells.annexes:
        yield from _annex(annex)


_BODY_NAME = re.compile(
    r"^(ỦY BAN|UỶ BAN|HỘI ĐỒNG|SỞ|VĂN PHÒNG|BAN|BỘ|CỤC|CHI CỤC|TỔNG CỤC|PHÒNG|THANH TRA|THỦ TƯỚNG|CHỦ TỊCH|KHO BẠC|"
    r"BẢO HIỂM|CÔNG AN|TỈNH ỦY|THÀNH ỦY|HUYỆN ỦY|ĐẢNG ỦY|TRUNG TÂM|TRƯỜNG|NGÂN HÀNG|KIỂM TOÁN)\b"
)


def _letterhead(cells: Cells) -> Iterator[str]:
    """The superior body in regular, the issuer (from the last line that names a body) in bold with a rule below."""
    named = [i for i, line in enumerate(cells.letterhead) if _BODY_NAME.match(line)]
    issuer = named[-1] if named else 0
    for i, line in enumerate(cells.letterhead):
        if len(line) > 24:  # offices break a long name before the name of the place
            line = re.sub(r" (?=(?:TỈNH|THÀNH PHỐ|HUYỆN|QUẬN|THỊ XÃ|XÃ|PHƯỜNG|ĐẶC KHU) )", "\n", line, count=1)
        name = _(line).replace("\n", "<br>")
        yield f"<div class='caps{' strong' if i >= issuer else ''}'>{name}</div>"
    if cells.letterhead and not cells.party:  # the Party's letterhead has an asterisk instead, which is text
        yield "<div class=rule style='width:34%'></div>"


_NUMBER = re.compile(r"(?i)(số\s*:?\s*)(\d+)(.*)$")
_DATE = re.compile(r"(?i)(.*\bngày\s+)(\d+)(\s+tháng.*)$")


def _with_blank(line: str, pattern: re.Pattern[str], style: Style) -> str:
    """The line with its handwritten digits in white: they hold the room, and their place can be read back."""
    found = pattern.match(line)
    if not style.handwriting or not found:
        return _(line)
    before, digits, after = found.groups()
    return f"{_(before)}<span class=hand>{digits}</span>{_(after)}"


def _block(block: Block) -> str:
    if not isinstance(block, str):
        return _grid(block)
    if re.match(r"(?i)kính gửi\s*:", block):
        return f"<p class=to>{_(block)}</p>"
    if block.startswith("Căn cứ ") and block.endswith((";", ".")) and len(block) < 400:
        return f"<p><i>{_(block)}</i></p>"
    article = re.match(r"Điều \d+\.", block)
    if article:
        return f"<p><b>{_(article.group())}</b>{_(block[article.end() :])}</p>"
    titled = re.match(r"(?:[IVX]+[.-]|\d+(?:\.\d+)*\.)\s", block) and len(block) < 110 and block[-1] not in ".;,:"
    if titled or (re.match(r"(Phần|PHẦN|[IVX]+[.-])\s", block) and block == block.upper()):
        return f"<p><b>{_(block)}</b></p>"
    return f"<p>{_(block)}</p>"


def _grid(rows: tuple[tuple[str, ...], ...]) -> str:
    width = max(map(len, rows))
    out = "<table class=grid>"
    for i, row in enumerate(rows):
        tag = "th" if i == 0 else "td"
        filled = [cell for cell in row if cell]
        if i and len(filled) == 1 and len(row) < width:  # a heading over the whole width
            out += f"<tr><td colspan={width} style='text-align:left;white-space:normal'><b>{_(filled[0])}</b></td></tr>"
            continue
        padded = (*row, *[""] * (width - len(row)))
        out += "<tr>" + "".join(f"<{tag}>{_(cell)}</{tag}>" for cell in padded) + "</tr>"
    return out + "</table>"


def _annex(annex: Annex) -> Iterator[str]:
    yield "<div class=annex>"
    for line in annex.title:
        yield f"<div class={'with' if line.startswith('(') else 'title'}>{_(line)}</div>"
    yield "<div class=body>" + "".join(_block(block) for block in annex.body) + "</div></div>"


def _(text: str) -> str:
    return html.escape(text, quote=False)


def _match(pdf: bytes, cells: Cells, style: Style) -> Iterator[TypesetPage]:
    """The pages with their words: the text's characters against the PDF's, both in the order of writing."""
    sizes: list[tuple[float, float]] = []
    glyphs: list[tuple[int, str, Box]] = []
    with pdfium.PdfDocument(pdf) as document:
        for number, sheet in enumerate(document):
            sizes.append(sheet.get_size())
            top = style.top * POINTS_A_MM  # above it stands the page number, which is no part of the text
            glyphs += [(number, char, box) for char, box in _glyphs(sheet, sizes[-1][1]) if _middle(box) > top]
    pages: list[list[Word]] = [[] for _size in sizes]
    at = 0
    for paragraph, (zone, text) in enumerate(cells.paragraphs()):
        by_hand = _by_hand(zone, text) if style.handwriting else range(0)
        for found in re.finditer(r"\S+", text):
            glued = False
            own = glyphs[at : at + len(found.group())]
            if "".join(char for _page, char, _box in own) != found.group():
                raise TypesetMismatch(f"{found.group()!r} became {''.join(char for _page, char, _box in own)!r}")
            at += len(own)
            for first, last in _lines(own):
                page = own[first][0]
                boxes = [box for _page, _char, box in own[first:last]]
                blank = [i for i in range(first, last) if found.start() + i in by_hand]
                pages[page].append(
                    Word(
                        text=found.group()[first:last],
                        box=union(boxes),
                        zone=zone,
                        paragraph=paragraph,
                        glued=glued,
                        blank=union([own[i][2] for i in blank]) if blank else None,
                        written="".join(found.group()[i] for i in blank),
                    )
                )
                glued = True
    if at != len(glyphs):
        raise TypesetMismatch(
            f"the PDF says more than the text: {''.join(char for _page, char, _box in glyphs[at : at + 40])!r}"
        )
    for (width, height), words in zip(sizes, pages, strict=True):
        yield TypesetPage(width, height, tuple(words))


def _by_hand(zone: Zone, text: str) -> range:
    """The characters of a number or date line that offices leave to the pen: the running number, the day."""
    pattern = {"number": _NUMBER, "date_line": _DATE}.get(zone)
    found = pattern.match(text) if pattern else None
    return range(*found.span(2)) if found else range(0)


def _lines(glyphs: list[tuple[int, str, Box]]) -> Iterator[tuple[int, int]]:
    """The ranges of a word's characters that stand on one line of one page."""
    first = 0
    for i in range(1, len(glyphs)):
        (page, _char, box), (next_page, _next_char, next_box) = glyphs[i - 1], glyphs[i]
        if next_page != page or next_box[2] < box[0]:
            yield first, i
            first = i
    yield first, len(glyphs)


def _glyphs(sheet: pdfium.PdfPage, height: float) -> Iterator[tuple[str, Box]]:
    """The page's printed characters in the order of the content stream, with boxes from the top left."""
    textpage = sheet.get_textpage()
    for i in range(textpage.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(textpage, i)
        char = (
            "-" if code == 2 else unicodedata.normalize("NFC", chr(code))
        )  # PDFium's mark for a hyphen at a line's end
        if char.isspace() or pdfium_c.FPDFText_IsGenerated(textpage, i) == 1:
            continue
        left, bottom, right, top = textpage.get_charbox(i)
        yield char, (left, height - top, right, height - bottom)


def union(boxes: list[Box]) -> Box:
    """The smallest box around these boxes."""
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def _middle(box: Box) -> float:
    return (box[1] + box[3]) / 2
