"""Who signed, in what office, and in whose place: the block of Nghị định 30/2020, annex I, II.7.

As typed, the block says it line by line: authority and body, head of office, the signer's own office, name. On a scan a seal and a pen lie over
it: lines are met with letters lost and with scraps between them, so that each is first told for what it is (authority, office, name,
or a scrap), and what is not a known office is none. Names are never repaired.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractor import patterns as re
from extractor.knowledge import spelling
from extractor.knowledge.register import register
from extractor.knowledge.titles import TITLES, title_like
from extractor.layout.document import Document, Paragraph
from extractor.layout.zones import folded, is_name
from extractor.reading.syllable import is_syllable
from extractor.record import Signer

TYPED, PARTLY = 0.97, 0.5  # of a whole block as typed; of one without name or office, or with a deduced one
STRANGE, SHORT = (
    0.3,
    0.6,
)  # on a scan: a name with what is no syllable; one of two syllables, which may have lost its surname

_AUTHORITY = re.compile(r"^\W*(?P<a>TM|T/M|KT|K/T|TL|T/L|TUQ|T/UQ|Q)\s*[./]?\s*(?=[[:upper:]])(?P<rest>.+)$")
# What the letters of an authority are taken for where a stroke stands between them.
_AUTHORITIES = {
    **{letters: letters for letters in ("TM", "KT", "TL", "TUQ", "Q")},
    **dict.fromkeys(("TIM", "TJM", "TLM", "TFM"), "TM"),
    **dict.fromkeys(("KIT", "KJT", "KLT", "KFT"), "KT"),
}
_BODIES = (
    "uy ban",
    "ubnd",
    "hoi dong",
    "hdnd",
    "chinh phu",
    "ban",
    "bo",
    "so",
    "tinh uy",
    "thanh uy",
    "dang uy",
    "doan",
)
_SCRAP = 4  # letters of a word at most that may be a pen's stroke or a seal's edge


@dataclass(slots=True)
class _Block:
    """What a signature block says, and the characters of the flow that say it."""

    name: str | None = None
    title: str | None = None
    authority: str | None = None
    stands_for: str | None = None
    deduced: bool = False
    at_most: float = TYPED
    places: list[tuple[int, int]] = field(default_factory=list)


def read_signer(document: Document, *, scanned: bool) -> Signer | None:
    """The signer by the signature block; None where there is none."""
    lines = list(document.zone("signature"))
    block = _scanned(lines) if scanned else _typed(lines)
    if not (block.title or block.name or block.authority):
        return None
    if not (block.name and block.title) or block.deduced:
        block.at_most = min(block.at_most, PARTLY)
    start, end = min(a for a, _ in block.places), max(b for _, b in block.places)
    seen = min(document.confidence(a, b) for a, b in block.places) if scanned else document.confidence(start, end)
    return Signer.model_validate(
        {
            "name": block.name,
            "title": lowered(block.title) if block.title else None,
            "authority": block.authority,
            "for": register().official(lowered(block.stands_for)) if block.stands_for else None,
            "spans": document.spans(start, end),
            "confidence": min(block.at_most, seen if seen < 0.9 else 1.0),
            "inferred": block.deduced,
        }
    )


def _typed(lines: Sequence[Paragraph]) -> _Block:
    block = _Block()
    titles: list[str] = []
    for p in lines:
        text = re.sub(r"^[\W_\d]+", "", p.text).strip(" .,;*")
        found = _AUTHORITY.match(text)
        block.places.append((p.start, p.end))
        if found and text.isupper():
            block.authority = found["a"].replace("/", "") + "."
            block.stands_for, titles = found["rest"].strip(" .,"), []
        elif titles and is_name(text) and not text.isupper():
            block.name = re.sub(r"\s+", " ", re.sub(r"[^\w\s.\-’'`]", "", text)).strip()
            break
        elif text.isupper() and re.search(r"\w{2}", text):
            titles.append(text)
        elif not titles and is_name(text):
            block.name = text
    if block.authority == "KT." and block.stands_for and len(titles) >= 2:
        # "KT. BỘ TRƯỞNG, / CHỦ NHIỆM / PHÓ CHỦ NHIỆM"
        block.stands_for, titles = " ".join([block.stands_for, *titles[:-1]]), titles[-1:]
    block.title = " ".join(titles) or None
    if block.authority == "Q." and not block.title and block.name:
        block.title = block.stands_for
    return block


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a scan told for what it is: an authority with whom it is for, an office, other capitals, or a name."""

    kind: str  # "authority", "title", "capitals", "name"
    text: str
    start: int
    end: int
    authority: str = ""


def _scanned(lines: Sequence[Paragraph]) -> _Block:
    block = _Block()
    found = [line for p in lines for line in _told(p)]
    last = max((i for i, line in enumerate(found) if line.kind == "authority"), default=-1)
    below = [line for line in found[last + 1 :] if line.kind in ("title", "capitals")]
    titles = [line for line in below if line.kind == "title"]
    if last >= 0:
        said = found[last]
        block.authority, block.stands_for = said.authority + ".", said.text
        block.places.append((said.start, said.end))
        _in_place_of(block, titles)
    else:
        _in_own_name(block, titles, below)
    if name := _name(found, block):
        block.name = name.text
        block.places.append((name.start, name.end))
        if not _of_syllables(name.text):
            block.at_most = min(block.at_most, STRANGE)
        elif len(name.text.split()) < 3:
            block.at_most = min(block.at_most, SHORT)
    return block


def _in_place_of(block: _Block, titles: Sequence[_Line]) -> None:
    """The signer's own office below the line of authority; under a seal, who signs in the head's place is his deputy."""
    assert block.stands_for
    held = [_known(office.split()) for office in block.stands_for.split(",")]  # "KT. BỘ TRƯỞNG, CHỦ NHIỆM"
    head = ", ".join(filter(None, held)) if all(held) else None
    if block.authority == "KT.":
        deputies = [i for i, line in enumerate(titles) if _is_deputy(line.text)]
        if deputies:  # "KT. BỘ TRƯỞNG, / CHỦ NHIỆM / PHÓ CHỦ NHIỆM"
            between = [line.text for line in titles[: deputies[0]]]
            block.stands_for = " ".join(
                [head if head and set(held) <= set(TITLES) and not between else block.stands_for, *between]
            )
            _take(block, titles[deputies[0]])
        else:
            block.stands_for = head or block.stands_for
            block.title = _deputy(block.stands_for)
            block.deduced = block.title is not None
    elif titles:
        _take(block, titles[0])
    elif block.authority == "Q.":
        block.title = block.stands_for


def _in_own_name(block: _Block, titles: Sequence[_Line], below: Sequence[_Line]) -> None:
    if len(titles) >= 2 and _deputy(_head(titles[0].text)) == titles[1].text:
        # "KT." by pen before "GIÁM ĐỐC", above "PHÓ GIÁM ĐỐC"
        block.authority, block.stands_for = "KT.", titles[0].text
        block.places.append((titles[0].start, titles[0].end))
        _take(block, titles[1])
    elif titles:  # "TRƯỞNG BAN … GIÁM ĐỐC SỞ Y TẾ": the office signed in comes first
        _take(block, titles[0])
        after = below[below.index(titles[0]) + 1 :]
        if after and after[0].kind == "capitals" and _names_body(after[0].text):
            block.title = f"{block.title} {after[0].text}"
    elif below and (office := _ending_in(below[-1].text)):
        block.title, block.deduced = office, True
        block.places.append((below[-1].start, below[-1].end))


def _take(block: _Block, line: _Line) -> None:
    block.title = line.text
    block.places.append((line.start, line.end))


def _name(found: Sequence[_Line], block: _Block) -> _Line | None:
    """Of the lines that may be a name the one of syllables, else the first: scraps of a pen are met too."""
    names = [line for line in found if line.kind == "name"]
    if block.places:
        names = [line for line in names if line.start >= max(a for a, _ in block.places)] or names
    whole = [line for line in names if _of_syllables(line.text)]
    return next(iter(whole or names), None)


def _of_syllables(name: str) -> bool:
    return all(is_syllable(part) for part in re.findall(r"[^\W\d_]+", name))


def _told(p: Paragraph) -> Iterator[_Line]:
    """What a line is, without the scraps in it; nothing where it is all scraps."""
    parts = re.finditer(r"[^\W\d_]+(?:[/’'`][^\W\d_]+)?", p.text)
    words = [(part[0], p.start + part.start(), p.start + part.end()) for part in parts]
    letters = "".join(word for word, _, _ in words)
    if sum(c.isupper() for c in letters) * 10 > len(letters) * 6:
        words = [word for word in words if any(c.isupper() for c in word[0])]
        yield from _of_capitals(p, words)
        return
    # "Y" and "H" begin names of the Central Highlands, "A" stands within those of the Hmong; other letters alone are scraps.
    words = [
        w
        for i, w in enumerate(words)
        if len(w[0]) >= 2 or (i + 1 < len(words) and (w[0] in ("Y", "H") or (w[0] == "A" and i)))
    ]
    text = "".join(
        word if not i or (words[i - 1][2] == start - 1 and not p.text[start - 1 - p.start].isspace()) else f" {word}"
        for i, (word, start, _) in enumerate(words)
    )
    if is_name(text):
        yield _Line("name", text, words[0][1], words[-1][2])


def _of_capitals(p: Paragraph, words: Sequence[tuple[str, int, int]]) -> Iterator[_Line]:
    if len("".join(word for word, _, _ in words)) < 2:
        return
    texts = [word.upper() for word, _, _ in words]
    first, end = words[0][1], words[-1][2]
    letters = folded(texts[0]).replace(" ", "").upper()
    authority = _AUTHORITIES.get(letters)
    rest = texts[1:]
    for_body = authority == "TM" and bool(rest) and _names_body(" ".join(rest))
    if authority and rest and (for_body or _known(rest) or letters == authority):
        said = p.text[words[1][1] - p.start : end - p.start]
        yield _Line("authority", said.strip(" .,"), first, end, authority)
        return
    for lost in range(min(3, len(texts))):
        if lost and len(texts[lost - 1]) > _SCRAP:
            break
        if office := _known(texts[lost:]):
            yield _Line("title", office, words[lost][1], end)
            return
    yield _Line("capitals", " ".join(texts), first, end)


def _known(words: Sequence[str]) -> str | None:
    """The known office that a line of capitals is close to; the line itself where it is one with more behind it."""
    line = " ".join(words)
    if title := title_like(line):
        return title
    begins = max((t for t in TITLES if folded(line).startswith(folded(t) + " ")), key=len, default=None)
    if begins is None:
        return None
    # "CHỦ TỊCH UBND TỈNH" below "TRƯỞNG BAN" is a line of its own; a scrap behind an office is not said.
    more = words[len(begins.split()) :]
    return " ".join([begins, *more]) if all(is_syllable(word) or word in ("UBND", "HĐND") for word in more) else begins


def _head(office: str) -> str:
    """The office itself, of several that one person holds: "BỘ TRƯỞNG CHỦ NHIỆM" has a deputy who is "PHÓ CHỦ NHIỆM"."""
    return max((title for title in TITLES if office.endswith(title)), key=len, default=office)


def _deputy(head: str) -> str | None:
    """The title of the deputy of a known head of office."""
    deputy = "THỨ TRƯỞNG" if head == "BỘ TRƯỞNG" else f"PHÓ {head}"
    return deputy if deputy in TITLES else None


def _is_deputy(office: str) -> bool:
    return office.startswith(("PHÓ ", "THỨ TRƯỞNG"))


def _names_body(words: str) -> bool:
    said = folded(words)
    return any(said.startswith(body + " ") or said == body for body in _BODIES)


def _ending_in(words: str) -> str | None:
    """The one head of office whose title ends in these words, where a seal hides how it begins."""
    heads = [t for t in TITLES if not _is_deputy(t) and folded(t).endswith(" " + folded(words))]
    return heads[0] if len(heads) == 1 else None


def lowered(text: str) -> str:
    """A title of office as printed, in sentence case."""
    lower = re.sub(r"\s+", " ", text.lower()).strip()
    return spelling.modern(lower[:1].upper() + lower[1:])
