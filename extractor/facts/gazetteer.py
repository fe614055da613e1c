"""Names that the register knows, found in a text: spaCy's PhraseMatcher over syllables.

spaCy's `Doc` over syllables is where annotations meet; underthesea words as tokens would break the spans of names. The tokenizer and
the gazetteer are registered factories, so that the pipeline can be saved to disk and loaded by `spacy.load`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans, registry
from spacy.vocab import Vocab

from extractor.knowledge import spelling
from extractor.knowledge.register import register

_PIECE = re.compile(r"\w+|[^\w\s]|\s+")
_SHORTEST_FOLDED = 9  # letters of a name that is still told without its accents


class SyllableTokenizer:
    """Text to a Doc of syllables and punctuation marks, with exact offsets."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _PIECE.findall(text):
            if piece == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: Any) -> bytes:
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> SyllableTokenizer:
        return self

    def to_disk(self, _path: Any, **_: Any) -> None: ...

    def from_disk(self, _path: Any, **_: Any) -> SyllableTokenizer:
        return self


@registry.tokenizers("directives.Syllables.v1")  # type: ignore[untyped-decorator]
def create_syllable_tokenizer() -> Any:
    return lambda nlp: SyllableTokenizer(nlp.vocab)


@Language.factory("directive_gazetteer")
def create_gazetteer(nlp: Language, name: str) -> Any:
    exact, folded = PhraseMatcher(nlp.vocab, attr="LOWER"), PhraseMatcher(nlp.vocab, attr="LOWER")
    known: set[tuple[bool, str]] = set()  # of two bodies of one name the first of the register counts
    for words, agency_id in register().names():
        for matcher, form in ((exact, spelling.modern(words)), (folded, spelling.fold(words))):
            if matcher is folded and (len(words) < _SHORTEST_FOLDED or " " not in words):
                continue
            written = (matcher is exact, form.lower())
            if written not in known:
                known.add(written)
                matcher.add(agency_id, [nlp.make_doc(form)])

    def annotate(doc: Doc) -> Doc:
        spans = [Span(doc, start, end, label=label) for label, start, end in exact(doc)]
        doc.spans["agencies"] = filter_spans([s for s in spans if s.text[0].isupper()])
        # Names that only lost or changed accents, as OCR does: found in a folded view of the same length.
        view = nlp.make_doc(spelling.fold(doc.text))
        if len(view) == len(doc):
            taken = {at for span in doc.spans["agencies"] for at in range(span.start, span.end)}
            near = [Span(doc, start, end, label=label) for label, start, end in folded(view)]
            doc.spans["misread"] = filter_spans(
                [s for s in near if taken.isdisjoint(range(s.start, s.end)) and s.text[0].isupper()]
            )
        return doc

    return annotate


@cache
def pipeline() -> Language:
    """The spaCy pipeline: syllables and the gazetteer."""
    config = {"nlp": {"tokenizer": {"@tokenizers": "directives.Syllables.v1"}}}
    nlp = spacy.blank("xx", config=config)
    nlp.add_pipe("directive_gazetteer")
    return nlp


@dataclass(frozen=True, slots=True)
class KnownName:
    """A name of the register at [start, end) of the text; `misread` if only its accents differ."""

    start: int
    end: int
    agency_id: str
    misread: bool


@lru_cache(maxsize=32)
def known_names(text: str) -> tuple[KnownName, ...]:
    """The longest names of the register in the text, which is tone-normalised (`spelling.modern`)."""
    doc = pipeline()(text)
    found = [KnownName(s.start_char, s.end_char, s.label_, False) for s in doc.spans["agencies"]]
    found += [KnownName(s.start_char, s.end_char, s.label_, True) for s in doc.spans.get("misread", [])]
    return tuple(sorted(found, key=lambda n: n.start))
