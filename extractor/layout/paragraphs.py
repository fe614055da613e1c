"""Lines become paragraphs: joined over line and page breaks, split where a new one begins.

A scan shows paragraphs by first-line indents and short last lines; a re-typed text by its own line breaks, unless it was hard
wrapped. A unit's number ("1.", "a)", "-") begins a paragraph in both.
"""

from __future__ import annotations

from collections.abc import Sequence

from extractor import patterns as re
from extractor.layout.document import Line, Zone

# A number or bullet at the start of a line: roman, arabic, letter, (i), dash, plus.
MARKER = re.compile(
    r"^\s*(?:(?:PHẦN|Phần|Phụ lục|Điều|Mục)\s+[IVX\d]+\b|[IVX]{1,5}[a-z]?\s*[.\-–/)](?=\s|[[:upper:]])|\d{1,2}(?:\.\d{1,2}){0,3}\s*[.)/](?=\s|[[:upper:]“\"])|"
    r"\d{1,2}(?:\.\d{1,2}){1,3}\s+(?=[[:upper:]])|[a-zđøœæñ]\s*[)./\-](?=\s|[[:upper:]])|\([ivx\d]{1,4}\)|[-–—•+*](?=\s*[^\d\s]|\s+\d+[.,%]?\d*\s*[^\d\s]))"
)
# What OCR makes of the first character of a marker, one for one.
_MISREAD = str.maketrans(
    {"©": "c", "¢": "c", "€": "e", "]": "1", "§": "8", "¡": "i", "~": "-", "¬": "-", "«": "-", "_": "-"}
)
_MISREAD_MARKER = re.compile(
    r"^(?P<noise>[:.,;'`‘’„“ˆ|~_\-\s]{0,4})(?=(?P<mark>[a-zđ©¢€¡]\)|[\]lI|§]\s*\.\s|[~¬«_]\s|(?:Điều|PHẦN|Phần)\s+[\dIVX]|\d{1,2}(?:\.\d{1,2})?\.\s+[[:upper:]]|[IVX]{1,4}\.\s+[[:upper:]]))"
)


def marker_view(text: str) -> str:
    """The text with a misread marker put right at its start, same length: "©) …" → "c) …", ": d) …" → "  d) …"."""
    match = _MISREAD_MARKER.match(text)
    if not match:
        return text
    if not match["noise"].strip() and match["mark"][0] not in "©¢€¡]l|§~¬«_":
        return text
    at = match.end("noise")
    first = "1" if match["mark"][0] in "]l|" and match["mark"].rstrip().endswith(".") else text[at].translate(_MISREAD)
    return " " * at + first + text[at + 1 :]


_TERMINAL = re.compile(r"[.;:!?…][”\"’')\]]*\s*$|/\s*\.\s*/?\s*\w{0,3}\W*$")
_PAGE_EDGE = (
    12.0  # points: an indent below this is no first-line indent (the rule asks for 1 to 1.27 cm = 28 to 36 points)
)
_SHORT = 0.12  # share of the column's width by which a paragraph's last line falls short


_DASH = re.compile(r"\s*[-–—+•*~¬]")


def starts(lines: Sequence[Line], zones: Sequence[Zone], texts: Sequence[str]) -> list[bool]:
    """Whether each line begins a paragraph."""
    dashed = sum(zone == "recipients" and bool(_DASH.match(line.text)) for line, zone in zip(lines, zones, strict=True))
    wrapped = _hard_wrapped([line for line, zone in zip(lines, zones, strict=True) if zone == "body"])
    result: list[bool] = []
    for i, line in enumerate(lines):
        if i == 0 or zones[i] != zones[i - 1]:
            result.append(True)
        elif zones[i] in ("body", "annex", "addressed_to"):
            before = lines[i - 1]
            if line.indent is not None and before.slack is not None:
                result.append(_starts_by_geometry(before, line))
            else:
                result.append(_starts_by_words(before, line, texts, wrapped))
        elif zones[i] == "recipients":
            dash = bool(_DASH.match(line.text)) or bool(re.match(r"\W*(?:Lưu|Nơi nhận)\b", line.text))
            result.append(dash or (dashed < 3 and not _continues(line.text)))
        elif zones[i] == "subject":
            result.append(False)
        else:
            result.append(True)
    return result


def _starts_by_geometry(before: Line, line: Line) -> bool:
    text = marker_view(line.text).lstrip()
    assert line.indent is not None and before.slack is not None
    indented = line.indent > _PAGE_EDGE
    ended = bool(_TERMINAL.search(before.text))
    width = (before.box[2] - before.box[0] + before.slack + (before.indent or 0.0)) if before.box else 450.0
    short = before.slack > _SHORT * width
    if MARKER.match(text):
        # "- 2025" or "1. 200" inside a paragraph also look like markers: they need a sign of a break.
        return indented or ended or short
    if text[:1].islower():
        return False
    if line.page != before.page:
        return indented and (ended or short)
    return (indented and (ended or short)) or (short and ended) or (indented and text[:1].isupper() and short)


def _starts_by_words(before: Line, line: Line, texts: Sequence[str], wrapped: bool) -> bool:
    text = marker_view(line.text).lstrip()
    ended = bool(_TERMINAL.search(before.text))
    if re.match(r"[-–]\s*\d{4}\b", text) and re.search(r"\d{4}\s*$", before.text):
        return False  # "2021 ⏎ - 2025"
    if MARKER.match(text):
        return True
    if text[:1].islower() and not ended:
        return False
    if text[:1].islower() and not MARKER.match(before.text) and not wrapped:
        return not (before.text.rstrip().endswith((",", "-", "và")) or _gap(before, line, texts) > 1)
    if wrapped:
        return ended and len(before.text) < 0.8 * 90
    return True


def _gap(before: Line, line: Line, texts: Sequence[str]) -> int:
    if before.page != line.page:
        return 2
    return texts[line.page - 1][before.end : line.start].count("\n")


def _hard_wrapped(body: Sequence[Line]) -> bool:
    """Whether the text was broken into lines of about one length, as printing to text does."""
    if len(body) < 12 or any(line.indent is not None for line in body):
        return False
    open_ended = sum(not _TERMINAL.search(line.text) for line in body)
    return open_ended / len(body) > 0.55 and max(len(line.text) for line in body) < 130


def _continues(text: str) -> bool:
    return text[:1].islower() or text[:1] in "(,;"
