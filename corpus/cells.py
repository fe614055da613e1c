"""Splits a specimen's text into the numbered cells of the official layout (Nghị định 30/2020, Phụ lục I).

The text is plain: one paragraph a line, blank lines between blocks, in the order letterhead, motto, number, date line,
kind, subject, body, "Nơi nhận", signature, annexes. A run of lines with "|" (or tabs) between cells is a table; so is a
table that was flattened to one cell a line, where its head begins with "TT".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Zone = Literal[
    "letterhead", "number", "about", "urgency", "motto", "date_line", "kind", "subject", "body", "recipients",
    "signature", "annex",
]  # fmt: skip
Table = tuple[tuple[str, ...], ...]
Block = str | Table

_MOTTO = re.compile(r"(?i)^(cộng\s+h(òa|oà)\s+xã\s+hội|độc\s+lập\s*[-–]|đảng\s+cộng\s+sản\s+việt\s+nam)")
_NUMBER = re.compile(r"(?i)^số\s*:?\s*(\d|/|-|…|\.\.\.|_)")
_DATE_LINE = re.compile(r"(?i)\bngày\b.{0,12}\btháng\b.{0,12}\bnăm\b")
_URGENCY = re.compile(r"^(HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN|MẬT|TỐI MẬT|TUYỆT MẬT)\b")
_ABOUT = re.compile(r"^V/v\b")
_KIND = re.compile(
    r"^(CHỈ THỊ|CÔNG ĐIỆN|KẾ HOẠCH|QUYẾT ĐỊNH|THÔNG BÁO|NGHỊ QUYẾT|CHƯƠNG TRÌNH|HƯỚNG DẪN|KẾT LUẬN|BÁO CÁO|TỜ TRÌNH|"
    r"THÔNG TRI|QUY ĐỊNH|QUY CHẾ|ĐỀ ÁN|PHƯƠNG ÁN)( HÀNH ĐỘNG| HỎA TỐC| KHẨN)?$"
)
_RECIPIENTS = re.compile(r"(?i)^nơi\s+nhận\s*:?")
_AUTHORITY = re.compile(r"^(TM|KT|TL|TUQ|Q)\.\s|^T/[ML]\s")
_TABLE_HEAD = ("TT", "STT", "SỐ TT")
_NAME = re.compile(r"^(?:\w[^\W\d_]*\s){1,5}[^\W\d_]+$(?<![A-ZĐÀ-Ỹ]{2})")
_ROW = re.compile(r"^(\d{1,3}|[IVX]+\.? \S.*)$")  # a row's number, or a heading over the rows
_ANNEX = re.compile(r"^(PHỤ LỤC|Phụ lục|PHỤ BIỂU|Phụ biểu|BIỂU SỐ)\b")
_SIGNATURE_LINES = 8  # the longest stack of authorities, title and name


@dataclass(frozen=True, slots=True)
class Annex:
    """A phụ lục: its title lines, and its paragraphs and tables."""

    title: tuple[str, ...]
    body: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """The parts of a document as the official layout places them. Missing parts are empty."""

    letterhead: tuple[str, ...]
    number: str
    about: tuple[str, ...]  # "V/v …" of a công văn, under the number
    urgency: tuple[str, ...]
    motto: tuple[str, ...]
    date_line: str
    kind: str
    subject: tuple[str, ...]
    body: tuple[Block, ...]
    recipients: tuple[str, ...]
    signature: tuple[str, ...]
    annexes: tuple[Annex, ...]

    @property
    def party(self) -> bool:
        """Whether this is a document of the Party, which has its own letterhead."""
        return any(line.upper().startswith("ĐẢNG CỘNG SẢN") for line in self.motto)

    def paragraphs(self) -> Iterator[tuple[Zone, str]]:
        """Every paragraph and table cell with its zone, in reading order: a header's left column before the right."""
        for zone, lines in (
            ("letterhead", self.letterhead),
            ("number", (self.number,)),
            ("about", self.about),
            ("urgency", self.urgency),
            ("motto", self.motto),
            ("date_line", (self.date_line,)),
            ("kind", (self.kind,)),
            ("subject", self.subject),
        ):
            yield from ((zone, line) for line in lines if line)  # type: ignore[misc]
        yield from (("body", text) for text in _texts(self.body))
        yield from (("recipients", line) for line in self.recipients)
        yield from (("signature", line) for line in self.signature)
        for annex in self.annexes:
            yield from (("annex", line) for line in annex.title)
            yield from (("annex", text) for text in _texts(annex.body))


def split(text: str) -> Cells:
    """The cells of a specimen text. Never fails: what matches no rule is body."""
    lines = [" ".join(line.split(" ")).strip() for line in unicodedata.normalize("NFC", text).splitlines()]
    start = _header_end(lines)
    header = [line for line in lines[:start] if line]
    rest = lines[start:]

    kind = ""
    subject: list[str] = []
    if rest and _KIND.match(rest[0]):
        kind = rest.pop(0)
        subject, rest = _subject(rest)

    body_end, tail = _tail(rest)
    foot_end = next((i for i, line in enumerate(tail) if _ANNEX.match(line)), len(tail))
    recipients, signature, beyond = _foot(tail[:foot_end])
    return Cells(
        # A typed rule ("-------") stands for the one that is drawn.
        letterhead=tuple(line for line in header if _header_zone(line) == "letterhead" and line.strip("- ")),
        number=next((line for line in header if _header_zone(line) == "number"), ""),
        about=tuple(line for line in header if _header_zone(line) == "about"),
        urgency=tuple(line for line in header if _header_zone(line) == "urgency"),
        motto=tuple(line for line in header if _header_zone(line) == "motto"),
        date_line=next((line for line in header if _header_zone(line) == "date_line"), ""),
        kind=kind,
        subject=tuple(subject),
        body=tuple(_blocks(rest[:body_end])),
        recipients=tuple(recipients),
        signature=tuple(signature),
        annexes=tuple(_annexes([*beyond, *tail[foot_end:]])),
    )


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, str):
            yield block
        else:
            yield from (cell for row in block for cell in row if cell)


def _header_zone(line: str) -> Zone:
    if _MOTTO.match(line):
        return "motto"
    if _NUMBER.match(line):
        return "number"
    if _DATE_LINE.search(line):
        return "date_line"
    if _ABOUT.match(line):
        return "about"
    if _URGENCY.match(line):
        return "urgency"
    return "letterhead"


def _header_end(lines: list[str]) -> int:
    """The line of the kind; without one, the line after the last of number, motto, date line and "V/v"."""
    for i, line in enumerate(lines[:30]):
        if _KIND.match(line):
            return i
    found = [(i, _header_zone(line)) for i, line in enumerate(lines[:20]) if _header_zone(line) != "letterhead"]
    return found[-1][0] + 1 if any(zone == "motto" for _i, zone in found) else 0


def _subject(rest: list[str]) -> tuple[list[str], list[str]]:
    """The block after the kind; only its first line if the text has no blank lines."""
    while rest and not rest[0]:
        rest = rest[1:]
    end = next((i for i, line in enumerate(rest) if not line), len(rest))
    if end > 3 or (end > 1 and any(len(line) > 120 for line in rest[1:end])):
        end = min(1, len(rest))
    return rest[:end], rest[end:]


def _tail(rest: list[str]) -> tuple[int, list[str]]:
    """Where the foot begins: at "Nơi nhận", else at the last authority line ("TM. …"); (index, lines from there)."""
    for i, line in enumerate(rest):
        if _RECIPIENTS.match(line) and len(line) < 40:
            return i, rest[i:]
    signed = [i for i, line in enumerate(rest) if _AUTHORITY.match(line) and line == line.upper()]
    start = signed[0] if signed else len(rest)
    return start, rest[start:]


def _foot(tail: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Recipients, signature, and what follows the signature's block."""
    lines = list(tail)
    cut = next(
        (
            i
            for i, line in enumerate(lines)
            if line and line == line.upper() and line[0] not in "-+*" and any(map(str.isalpha, line))
        ),
        len(lines),
    )
    recipients = [line for line in lines[:cut] if line]
    signature: list[str] = []
    for i, line in enumerate(lines[cut:], cut):
        if not line:
            continue
        if len(signature) >= _SIGNATURE_LINES:
            return recipients, signature, lines[i:]
        signature.append(line)
        if _NAME.match(line):  # the name ends the block
            return recipients, signature, lines[i + 1 :]
    return recipients, signature, []


def _annexes(lines: list[str]) -> Iterator[Annex]:
    while lines and not lines[0]:
        lines = lines[1:]
    starts = [i for i, line in enumerate(lines) if _ANNEX.match(line) and len(line) < 60]
    if not starts and any(lines):
        starts = [0]
    for start, end in pairwise([*starts, len(lines)]):
        part = lines[start:end]
        title = [part[0]]
        rest = part[1:]
        while rest and (rest[0] == rest[0].upper() or rest[0].startswith("(")) and "|" not in rest[0]:
            if rest[0].upper() in _TABLE_HEAD:
                break
            line = rest.pop(0)
            if line:
                title.append(line)
            if line.startswith("("):
                break
        yield Annex(tuple(title), tuple(_blocks(rest)))


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    table: list[tuple[str, ...]] = []
    for line in _unflattened([line for line in lines if line]):
        if "|" in line or "\t" in line:
            cells = tuple(cell.strip() for cell in re.split(r"[|\t]", line.strip("|")))
            if not all(re.fullmatch(r":?-*:?", cell) for cell in cells):
                table.append(cells)
            continue
        if table:
            yield tuple(table)
            table = []
        yield line
    if table:
        yield tuple(table)


def _unflattened(lines: list[str]) -> Iterator[str]:
    """The lines, with a table of one cell a line put back into rows of cells between "|"."""
    head = next((i for i, line in enumerate(lines) if line.upper() in _TABLE_HEAD), len(lines))
    first = next((i for i in range(head + 1, len(lines)) if _ROW.match(lines[i])), len(lines))
    yield from lines[:head]
    if not 3 <= first - head <= 8:  # no head of a table
        yield from lines[head:]
        return
    row = lines[head:first]
    for line in lines[first:]:
        if _ROW.match(line) and (line.isdigit() or len(row) != 1):
            yield "|".join(row) + ("|" if len(row) == 1 else "")
            row = []
        row.append(line)
    yield "|".join(row) + ("|" if len(row) == 1 else "")
