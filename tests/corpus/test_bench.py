"""The plan of many pages that the growth of facts is measured on."""

from __future__ import annotations

import pytest

from corpus.bench import PAGE_LETTERS, plan_of

SPECIMEN = "UBND XÃ MẪU\nKẾ HOẠCH\nVét giếng\n" + "".join(
    f"{roman}. NHIỆM VỤ {roman}\n1. Thôn {roman} vét giếng.\n2. Xã kiểm tra.\n" for roman in ("I", "II", "III")
)


def test_a_plan_has_about_so_many_pages_and_sections_numbered_anew() -> None:
    made = plan_of(SPECIMEN + "Nơi nhận:\n- Lưu: VT.", 5)
    assert 4 <= made.count("\f") + 1 <= 7
    assert all(len(page) < 1.2 * PAGE_LETTERS for page in made.split("\f"))
    assert [f"{n}. NHIỆM VỤ" in made for n in (1, 2, 9)] == [True, True, True]
    assert made.rstrip().endswith("Lưu: VT.")


def test_a_text_without_sections_makes_no_plan() -> None:
    with pytest.raises(ValueError, match="sections"):
        plan_of("CÔNG VĂN\nKính gửi: Thôn A.", 5)
