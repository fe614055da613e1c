"""The register's names as annotations of spaCy's `Doc` over syllables.

spaCy's `Doc` over syllables is where annotations meet; underthesea words as tokens would break the spans of names. The tokenizer and
the gazetteer are registered factories, so that the pipeline can be saved to disk and loaded by `spacy.load`. Reading a directive does
without: spaCy takes seconds to import.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from extractor.facts.gazetteer import PIECE, known_names


class SyllableTokenizer:
    """Text to a Doc of syllables and punctuation marks, with exact offsets."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for piece in PIECE.findall(text):
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


@Language.component("directive_gazetteer")
def annotate(doc: Doc) -> Doc:
    """Marks the register's names as `doc.spans["agencies"]`, those with other accents as `doc.spans["misread"]`."""
    names = known_names(doc.text)
    for key, misread in (("agencies", False), ("misread", True)):
        doc.spans[key] = [
            span
            for name in names
            if name.misread == misread and (span := doc.char_span(name.start, name.end, label=name.agency_id))
        ]
    return doc


@cache
def pipeline() -> Language:
    """The spaCy pipeline: syllables and the gazetteer."""
    config = {"nlp": {"tokenizer": {"@tokenizers": "directives.Syllables.v1"}}}
    nlp = spacy.blank("xx", config=config)
    nlp.add_pipe("directive_gazetteer")
    return nlp
