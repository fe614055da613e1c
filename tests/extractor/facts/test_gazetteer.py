"""The register's names found in a text, and the spaCy pipeline that finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from extractor.facts.gazetteer import KnownName, SyllableTokenizer, known_names, pipeline

TEXT = "Giao Sở Y tế phối hợp với Sở Nông nghiệp và Phát triển nông thôn."


def found(text: str) -> list[tuple[str, bool]]:
    return [(text[n.start : n.end], n.misread) for n in known_names(text)]


def test_the_longest_names_with_exact_places() -> None:
    assert found(TEXT) == [("Sở Y tế", False), ("Sở Nông nghiệp và Phát triển nông thôn", False)]
    assert all(isinstance(n, KnownName) and n.agency_id for n in known_names(TEXT))


def test_capitals_are_the_same_name() -> None:
    assert found("SỞ Y TẾ lấy mẫu nước") == [("SỞ Y TẾ", False)]


def test_a_name_in_lower_case_is_no_name() -> None:
    assert found("bộ y tế") == []


def test_changed_accents_are_found_as_misread() -> None:
    assert found("Sở Nong nghiệp và Phát triển nông thôn") == [("Sở Nong nghiệp và Phát triển nông thôn", True)]


def test_a_name_goes_on_over_single_spaces_only() -> None:
    assert found("Sở Y tế,\nSở Y\ntế và Sở  Y tế") == [("Sở Y tế", False)]


def test_of_two_bodies_of_one_name_the_first_of_the_register_counts() -> None:
    assert [n.agency_id for n in known_names("Ngân hàng Nhà nước Việt Nam")] == ["ngan-hang-nha-nuoc-viet-nam"]


def test_nothing_in_nothing() -> None:
    assert known_names("") == ()
    assert known_names("\n\n") == ()


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["Sở", " ", "\n", "Y tế", "\t", ",", "ủy", "ban", "　"]), max_size=15).map("".join)
)
def test_tokens_give_the_text_back(text: str) -> None:
    doc = SyllableTokenizer(pipeline().vocab)(text)
    assert doc.text == text
    for token in doc:
        assert text[token.idx : token.idx + len(token)] == token.text


def test_the_pipeline_is_saved_and_loaded(tmp_path: Path) -> None:
    pipeline().to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    assert loaded.pipe_names == ["directive_gazetteer"]
    assert spans(loaded(TEXT)) == spans(pipeline()(TEXT))
    assert spans(loaded(TEXT))


@pytest.mark.parametrize("data", [b"", b"anything"])
def test_the_tokenizer_has_nothing_to_save(data: bytes) -> None:
    tokenizer = SyllableTokenizer(pipeline().vocab)
    assert tokenizer.to_bytes() == b""
    assert tokenizer.from_bytes(data) is tokenizer


def spans(doc: spacy.tokens.Doc) -> list[tuple[int, int, str]]:
    return [(s.start_char, s.end_char, s.label_) for s in doc.spans["agencies"]]
