"""Word boundaries, with underthesea and without it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from laid import CONTEXT, HEAD, HINGE, directive

from extractor.facts import read_facts, words
from extractor.facts.agencies import find_agencies


@pytest.fixture
def fresh() -> Iterator[None]:
    """Forgets what was tokenized before and after."""
    caches: list[Any] = [words._tokenizer, words._inner]
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def without_underthesea(fresh: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "underthesea", None)
    yield
    monkeypatch.undo()


@pytest.mark.skipif(not words.available(), reason="underthesea is not installed")
def test_a_word_goes_on_over_its_syllables() -> None:
    text = "Giao Sở Nội vụ rà soát\nvà báo cáo"
    inner = words.inner_syllables(text)
    assert text.index("vụ") in inner
    assert text.index("soát") in inner
    assert text.index("Giao") not in inner
    assert text.index("và") not in inner


def test_without_underthesea_there_are_no_boundaries(without_underthesea: None) -> None:
    assert not words.available()
    assert words.inner_syllables("Giao Sở Nội vụ rà soát") == frozenset()


def test_names_are_found_without_underthesea(without_underthesea: None) -> None:
    found = find_agencies("Giao Sở Nội vụ chủ trì, phối hợp với Công an tỉnh rà soát.", context=CONTEXT)
    assert [m.name for m in found] == ["Sở Nội vụ", "Công an tỉnh"]


def test_the_record_says_that_underthesea_is_missing(without_underthesea: None) -> None:
    facts = read_facts(
        directive("1. Giao Sở Nội vụ rà soát sổ giếng của tỉnh.\n", head=HEAD, hinge=HINGE), sha256="0" * 64
    )
    assert [task.path for task in facts.tasks] == [("1",)]
    assert "no-word-boundaries" in {w.code for w in facts.warnings}


def test_an_odd_line_costs_only_its_own_boundaries(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def tokenize(line: str, use_token_normalize: bool) -> list[str]:
        if "lạ" in line:
            raise ValueError(line)
        return ["Nội vụ"]

    monkeypatch.setattr(words, "_tokenizer", lambda: tokenize)
    assert words.inner_syllables("dòng lạ\nNội vụ") == frozenset({len("dòng lạ\nNội ")})


def test_words_that_do_not_stand_in_the_line_are_passed_over(fresh: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_tokenizer", lambda: lambda line, use_token_normalize: ["giếng nước", "Nội vụ"])
    assert words.inner_syllables("Nội vụ") == frozenset({4})


def test_importing_underthesea_leaves_the_logging_alone(fresh: None) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    words.available()
    assert (root.handlers, root.level) == (handlers, level)
