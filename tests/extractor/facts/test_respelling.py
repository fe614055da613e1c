"""The view of scanned text that grammars read: as long as the text, only its misreadings put right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.facts.respelling import respell


@pytest.mark.parametrize(
    ("read", "view"),
    [
        ("kiểm tra thường. xuyên các giếng", "kiểm tra thường  xuyên các giếng"),
        ("vét giếng làng. Sở Y tế lấy mẫu", "vét giếng làng. Sở Y tế lấy mẫu"),
        ("gầu, dây, nắp, v.v. của giếng", "gầu, dây, nắp, v.v. của giếng"),
        ("tại TP. cũ và ngày 15. sau đó", "tại TP. cũ và ngày 15. sau đó"),
        ("tô chức vét giếng", "tổ chức vét giếng"),
    ],
)
def test_specks_and_lost_marks(read: str, view: str) -> None:
    assert respell(read) == view


@given(st.text(alphabet="thường xuyên. v,15TP\n", max_size=60))
def test_the_view_is_as_long_as_the_text(text: str) -> None:
    assert len(respell(text)) == len(text)
