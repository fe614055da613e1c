"""A record as one HTML page: the document's pages on the left with every value marked, the values on the right.

The page is a file of its own: style, script and images are inside it, and its content security policy lets nothing
else in. Whatever the document says is escaped, so a hostile document is shown, not run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.resources import files
from itertools import pairwise

from extractor.record import Box, DirectiveRecord, Page
from extractor.show import wording
from extractor.show.fields import Field, Kind, RecordFields, TaskFields, fields

KINDS: dict[Kind, tuple[str, str]] = {
    "header": ("Thông tin văn bản", "Header"),
    "task": ("Nhiệm vụ", "Tasks"),
    "assignment": ("Cơ quan", "Agencies"),
    "deadline": ("Thời hạn", "Deadlines"),
    "target": ("Chỉ tiêu", "Targets"),
    "citation": ("Viện dẫn", "Citations"),
}


def html_page(record: DirectiveRecord, images: Mapping[int, str] | None = None) -> str:
    """The whole page. `images` gives a `data:` address by page number; a page without one is shown by its text."""
    style, script = (files("extractor.show").joinpath(name).read_text("utf-8") for name in ("viewer.css", "viewer.js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    shown = fields(record)
    directive = record.directive
    name = " ".join(filter(None, ((directive.kind or "văn bản").capitalize(), directive.number))).strip()
    return f"""<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_text(name)} – {_text(record.source.file_name)}</title>
<style>{style}</style>
</head>
<body>
<header class="bar">
<h1>{_text(name)}</h1>
<p class="source">{_text(record.source.file_name)} · {len(record.source.pages)} trang · {len(shown.tasks)} nhiệm vụ</p>
{"".join(f'<p class="source">Chữ ký số: {_text(wording.signature(s))}</p>' for s in record.source.signatures)}
{_legend(shown)}
</header>
<main>
<section class="pages" aria-label="Trang văn bản / Pages" tabindex="0">
{"".join(_page(page, shown, (images or {}).get(page.number)) for page in record.source.pages)}
</section>
<section class="values" aria-label="Kết quả trích xuất / Values" tabindex="0">
{"".join(_values(record, shown))}
</section>
</main>
<script>{script}</script>
</body>
</html>
"""


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")


def _text(value: str) -> str:
    return escape(wording.printable(value))


def _legend(shown: RecordFields) -> str:
    present = {f.kind for f in shown}
    layers = "".join(
        f'<label class="layer {kind}" title="{en}"><input type="checkbox" data-layer="{kind}" checked> {vi}</label>'
        for kind, (vi, en) in KINDS.items()
        if kind in present
    )
    doubts = sum(1 for _ in shown.doubtful())
    only = (
        '<label class="layer doubt" title="Show only what should be checked">'
        f'<input type="checkbox" data-only-doubtful> Chỉ xem {doubts} chỗ cần kiểm tra</label>'
        if doubts
        else '<span class="layer" title="Nothing in doubt">Không có chỗ nào đáng ngờ</span>'
    )
    return f'<div class="legend" role="group" aria-label="Hiện trên trang / Shown on the page">{layers}{only}</div>'


# --- the pages -----------------------------------------------------------------------------------------------------


def _page(page: Page, shown: RecordFields, image: str | None) -> str:
    how = wording.READINGS[page.reading]
    if page.triage and (why := wording.TRIAGES[page.triage]):
        how += f", {why}"
    if page.reading == "ocr":
        how += f", độ tin cậy {wording.percent(page.confidence)}"
    if image and page.width > 0 and page.height > 0:
        size = f"{page.width:g} {page.height:g}"
        body = (
            f'<div class="sheet"><img src="{escape(image)}" alt="Trang {page.number}">'
            f'<svg viewBox="0 0 {size}" preserveAspectRatio="none" aria-hidden="true">'
            f"{''.join(_boxes(page, shown))}</svg></div>"
        )
    else:
        body = f'<div class="sheet text" lang="vi">{"".join(_marked(page, shown))}</div>'
    return (
        f'<figure id="page-{page.number}"><figcaption>Trang {page.number} <span>({how})</span></figcaption>'
        f"{body}</figure>\n"
    )


def _boxes(page: Page, shown: RecordFields) -> Iterator[str]:
    """One rectangle a box, the large ones first, so that the small ones lie on top and can be clicked.

    Values read at the same place, such as the heading's agency in every task under it, share a rectangle.
    """
    places: dict[tuple[Box, Kind], list[Field]] = {}
    for field in shown:
        for span in field.evidence.spans:
            if span.page == page.number:
                for box in span.boxes:
                    places.setdefault((box, field.kind), []).append(field)

    def depth(place: tuple[tuple[Box, Kind], list[Field]]) -> tuple[int, float]:
        ((x0, y0, x1, y1), _), here = place
        return max(map(_rank, here)), -(x1 - x0) * (y1 - y0)

    for ((x0, y0, x1, y1), kind), here in sorted(places.items(), key=depth):
        here = sorted(here, key=_rank)
        doubt = " doubtful" if any(field.doubtful for field in here) else ""
        paths = escape(" ".join(dict.fromkeys(field.path for field in here)))
        titles = "\n".join(dict.fromkeys(map(_tooltip, here)))
        yield (
            f'<rect class="{kind}{doubt}" data-fields="{paths}" x="{x0 - 1:g}" y="{y0 - 1:g}" '
            f'width="{max(x1 - x0, 0) + 2:g}" height="{max(y1 - y0, 0) + 2:g}" rx="1.5">'
            f"<title>{titles}</title></rect>"
        )


def _marked(page: Page, shown: RecordFields) -> Iterator[str]:
    """The page's text, cut wherever a value begins or ends; each piece names the values that it belongs to."""
    length = len(page.text)
    spans = [
        (min(span.start, length), min(span.end, length), field)
        for field in shown
        for span in field.evidence.spans
        if span.page == page.number
    ]
    # The longest first: the last named, which a click selects, is the most particular.
    spans.sort(key=lambda s: (_rank(s[2]), s[0] - s[1]))
    cuts = sorted({0, length, *(s for s, _, _ in spans), *(e for _, e, _ in spans)})
    for start, end in pairwise(cuts):
        piece = _text(page.text[start:end])
        here = [field for s, e, field in spans if s <= start and end <= e]
        if not here:
            yield piece
            continue
        top = here[-1]
        doubt = " doubtful" if any(f.doubtful for f in here if f.kind != "task" or f is top) else ""
        paths = escape(" ".join(dict.fromkeys(f.path for f in here)))
        yield f'<mark class="{top.kind}{doubt}" data-fields="{paths}" title="{_tooltip(top)}">{piece}</mark>'


def _rank(field: Field) -> int:
    """Tasks lie beneath all else; what was only inferred from a place lies beneath what was read there."""
    return 0 if field.kind == "task" else 1 if field.evidence.inferred else 2


def _tooltip(field: Field) -> str:
    reasons = "".join(f"\n⚠ {reason}" for reason in field.reasons)
    sure = f"({wording.percent(field.evidence.confidence)}{', suy ra' if field.evidence.inferred else ''})"
    return _text(f"{field.label}: {field.value} {sure}{reasons}")


def _classes(field: Field) -> str:
    return f"{field.kind} doubtful" if field.doubtful else field.kind


# --- the values ----------------------------------------------------------------------------------------------------


def _values(record: DirectiveRecord, shown: RecordFields) -> Iterator[str]:
    if record.warnings:
        yield f'<details class="warnings" open><summary>Cần xem lại ({len(record.warnings)})</summary><ul>'
        known = {field.path for field in shown}
        for warning in record.warnings:
            where = f'<a href="#page-{warning.page}">trang {warning.page}</a>: ' if warning.page else ""
            said = _text(warning.message)
            if warning.field in known:
                said = f'<button type="button" class="link" data-go-to="{escape(warning.field)}">{said}</button>'
            yield f'<li title="{_text(warning.message_en)}">{where}{said}</li>'
        yield "</ul></details>"
    yield _heading("Thông tin văn bản", "Header", None)
    yield "".join(map(_field, shown.header))
    yield _heading("Nhiệm vụ", "Tasks", len(shown.tasks))
    targets = _targets_by_task(record, shown)
    for task in shown.tasks:
        yield _task(task, targets.pop(task.task.id, []))
    rest = [field for group in targets.values() for field in group]
    if rest:
        yield _heading("Chỉ tiêu khác", "Other targets", len(rest))
        yield "".join(map(_field, rest))
    if shown.citations:
        yield _heading("Văn bản viện dẫn", "Citations", len(shown.citations))
        yield "".join(map(_field, shown.citations))


def _targets_by_task(record: DirectiveRecord, shown: RecordFields) -> dict[str | None, list[Field]]:
    grouped: dict[str | None, list[Field]] = {}
    for target, field in zip(record.targets, shown.targets, strict=True):
        grouped.setdefault(target.task_id, []).append(field)
    return grouped


def _heading(vi: str, en: str, count: int | None) -> str:
    number = f" ({count})" if count is not None else ""
    return f'<h2>{vi}{number} <span lang="en">{en}</span></h2>'


def _task(task: TaskFields, targets: Iterable[Field]) -> str:
    parts = [*task.assignments, *task.deadlines, *targets]
    quiet = "" if task.field.doubtful or any(f.doubtful for f in parts) else " sure"
    heading = f'<p class="under">{_text(task.task.heading)}</p>' if task.task.heading else ""
    path = _text(wording.place(task.task.path))
    return (
        f'<article class="task-card{quiet}">{heading}{_field(task.field, label=path)}'
        f"{''.join(map(_field, parts))}"
        f"<details><summary>Nguyên văn</summary><p>{_text(task.task.text)}</p></details></article>"
    )


def _field(field: Field, label: str | None = None) -> str:
    """A button: clicking it shows where on the page the value was read."""
    marks = '<span class="note">suy ra</span>' if field.evidence.inferred else ""
    marks += "".join(f'<span class="reason">⚠ {_text(reason)}</span>' for reason in field.reasons)
    value = _text(field.value) or "<em>không có</em>"
    return (
        f'<button type="button" class="field {_classes(field)}" data-field="{escape(field.path)}" '
        f'title="{escape(field.label_en)}, {wording.percent(field.evidence.confidence)}">'
        f'<span class="label">{_text(field.label) if label is None else label}</span>'
        f'<span class="value">{value}{marks}</span></button>'
    )
