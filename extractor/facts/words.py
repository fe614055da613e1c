"""Word boundaries by underthesea, behind this one module.

Vietnamese writes a word as several syllables and capitalises only the first of them in a name ("Sở Nội vụ"), so capitals do not
show where a name ends, words do. Without underthesea the caller gets no boundaries and falls back to syllables.
"""

from __future__ import annotations

import logging
import re
from functools import cache, lru_cache
from threading import Lock
from typing import Any

_SYLLABLE = re.compile(r"\w+(?:[&.]\w+)*|[^\w\s]")
_lock = Lock()


@cache
def _tokenizer() -> Any | None:
    # underthesea calls logging.basicConfig() when imported, and its first calls from several threads at once fail.
    with _lock:
        root = logging.getLogger()
        handlers, level = list(root.handlers), root.level
        try:
            from underthesea import word_tokenize

            word_tokenize("khởi động")
        except Exception:
            return None
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        return word_tokenize


def available() -> bool:
    """Whether underthesea is there to tell words."""
    return _tokenizer() is not None


_STOPS = "\n.;:,("  # no word goes on beyond them


def continues_word(text: str, at: int) -> bool:
    """Whether the syllable at `at` continues a word; reads the words between marks that hold it, no more."""
    start = max(text.rfind(stop, 0, at) for stop in _STOPS) + 1
    end = min((end for stop in _STOPS if (end := text.find(stop, at)) >= 0), default=len(text))
    return at > start and at - start in _inner(text[start:end])


def inner_syllables(text: str) -> frozenset[int]:
    """Offsets of the syllables that continue a word, so not its first syllable ("vụ" in "Nội vụ"); empty without underthesea."""
    inner: set[int] = set()
    offset = 0
    for line in text.split("\n"):
        inner.update(offset + i for i in _inner(line))
        offset += len(line) + 1
    return frozenset(inner)


@lru_cache(maxsize=256)  # a line is met again in the units, headings and fields that hold it
def _inner(line: str) -> frozenset[int]:
    tokenize = _tokenizer()
    if tokenize is None:
        return frozenset()
    inner: set[int] = set()
    position = 0
    try:
        words = tokenize(line, use_token_normalize=False)
    except Exception:  # one odd line must not cost the document; its syllables count as words
        return frozenset()
    for word in words:
        first = True
        for syllable in word.split():
            found = line.find(syllable, position)
            if found < 0 or found - position > 3:
                break  # not aligned: go on at the next word
            if not first:
                inner.add(found)
            position = found + len(syllable)
            first = False
    return frozenset(inner)
