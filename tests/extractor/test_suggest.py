"""What a clerk types for a body, and the body that is meant."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from extractor import suggest_agencies
from extractor.knowledge.register import agencies
from extractor.suggest import KnownBody

PROVINCE = {
    "issuer": "Ủy ban nhân dân tỉnh Quảng Ngãi",
    "issuer_id": "tinh-quang-ngai/uy-ban-nhan-dan",
    "place": "Quảng Ngãi",
}
CITY = {
    "issuer": "Ủy ban nhân dân thành phố Hải Phòng",
    "issuer_id": "tp-hai-phong/uy-ban-nhan-dan",
    "place": "Hải Phòng",
}
DEPARTMENT = {"issuer": "Sở Y tế tỉnh Quảng Ngãi", "issuer_id": "tinh-quang-ngai/so-y-te", "place": "Quảng Ngãi"}
COMMUNE = {"issuer": "Ủy ban nhân dân xã Nam Hòa", "issuer_id": None, "place": "Nam Hòa"}
CENTRE = {"issuer": "Thủ tướng Chính phủ", "issuer_id": "thu-tuong-chinh-phu", "place": "Hà Nội"}
THEN, NOW = date(2021, 3, 1), date(2026, 3, 1)


def first(typed: str, where: dict[str, Any], on: date | None) -> tuple[str, str | None]:
    found = suggest_agencies(typed, **where, on=on, limit=1)
    return (found[0].name, found[0].agency_id) if found else ("", None)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("skhđt", "Sở Kế hoạch và Đầu tư"),
        ("skhdt", "Sở Kế hoạch và Đầu tư"),
        ("SKH&ĐT", "Sở Kế hoạch và Đầu tư"),
        ("sở khđt", "Sở Kế hoạch và Đầu tư"),
        ("so ke hoach", "Sở Kế hoạch và Đầu tư"),
        ("so ke hoach v", "Sở Kế hoạch và Đầu tư"),
        ("sở kế hoạch, đầu tư", "Sở Kế hoạch và Đầu tư"),
        ("so ke hoach dau tuu", "Sở Kế hoạch và Đầu tư"),
        ("ubnd", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("UBND tỉnh", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("uỷ ban nhân dân", "Ủy ban nhân dân tỉnh Quảng Ngãi"),
        ("hđnd", "Hội đồng nhân dân tỉnh"),
        ("ca", "Công an tỉnh"),
        ("vpubnd", "Văn phòng Ủy ban nhân dân tỉnh"),
        ("tỉnh ủy", "Tỉnh ủy"),
        ("thanh tra", "Thanh tra tỉnh"),
        ("mttq", "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh"),
        ("y tế", "Sở Y tế"),
        ("byt", "Bộ Y tế"),
        ("báo", "Báo Quảng Ngãi"),
        ("UBND tỉnh Quảng Nam", "Ủy ban nhân dân tỉnh Quảng Nam"),
        ("sở lao dong thuong bình xa hội", "Sở Lao động - Thương binh và Xã hội"),
    ],
)
def test_in_a_document_of_a_province(typed: str, name: str) -> None:
    assert first(typed, PROVINCE, THEN)[0] == name


@pytest.mark.parametrize(
    ("typed", "where", "on", "expected"),
    [
        ("skhđt", PROVINCE, THEN, ("Sở Kế hoạch và Đầu tư", "tinh-quang-ngai/so-ke-hoach-va-dau-tu")),
        ("skhđt", CENTRE, THEN, ("Sở Kế hoạch và Đầu tư", "so-ke-hoach-va-dau-tu")),
        ("skhđt", {}, None, ("Sở Kế hoạch và Đầu tư", "so-ke-hoach-va-dau-tu")),
        ("snn", PROVINCE, THEN, ("Sở Nông nghiệp và Phát triển nông thôn", "tinh-quang-ngai/so-nong-nghiep-va-phat-trien-nong-thon")),
        ("snn", PROVINCE, NOW, ("Sở Nông nghiệp và Môi trường", "tinh-quang-ngai/so-nong-nghiep-va-moi-truong")),
        ("syt", DEPARTMENT, THEN, ("Sở Y tế tỉnh Quảng Ngãi", "tinh-quang-ngai/so-y-te")),
        ("ubnd", DEPARTMENT, THEN, ("Ủy ban nhân dân tỉnh Quảng Ngãi", "tinh-quang-ngai/uy-ban-nhan-dan")),
        ("ubnd", COMMUNE, NOW, ("Ủy ban nhân dân xã Nam Hòa", None)),
        ("ubnd xã", COMMUNE, NOW, ("Ủy ban nhân dân xã Nam Hòa", None)),
        ("ubnd tỉnh", COMMUNE, NOW, ("Ủy ban nhân dân tỉnh", "uy-ban-nhan-dan")),
        ("ubnd", CITY, THEN, ("Ủy ban nhân dân thành phố Hải Phòng", "tp-hai-phong/uy-ban-nhan-dan")),
        ("catp", CITY, THEN, ("Công an thành phố", "tp-hai-phong/cong-an")),
        ("tu", CITY, THEN, ("Thành ủy", "tp-hai-phong/thanh-uy")),
        ("ubnd", CENTRE, THEN, ("Ủy ban nhân dân", "uy-ban-nhan-dan")),
    ],
)  # fmt: skip
def test_in_a_document_of_its_place_and_day(
    typed: str, where: dict[str, Any], on: date | None, expected: tuple[str, str | None]
) -> None:
    assert first(typed, where, on) == expected


def test_a_body_that_was_not_there_on_the_day_says_so_and_who_came_after() -> None:
    (gone,) = suggest_agencies("skhđt", **PROVINCE, on=NOW, limit=1)
    assert not gone.valid
    assert gone.successor and gone.successor.name == "Sở Tài chính tỉnh Quảng Ngãi"
    (there,) = suggest_agencies("stc", **PROVINCE, on=NOW, limit=1)
    assert there.valid and there.successor is None


@pytest.mark.parametrize(
    ("typed", "why", "sure"),
    [
        ("skhđt", "abbreviation", True),
        ("sở kế hoạch và đầu tư", "name", True),
        ("sở kế h", "name", False),
        ("skh", "abbreviation", False),
        ("sở k hoạch", "beginnings", False),
        ("kế hoạch và đầu tư", "words", False),
        ("so ke hoach dau tuu", "similar", False),
    ],
)
def test_it_says_why(typed: str, why: str, sure: bool) -> None:
    found = next(each for each in suggest_agencies(typed, **PROVINCE, on=THEN) if each.name == "Sở Kế hoạch và Đầu tư")
    assert (found.why, found.sure) == (why, sure)


def test_what_begins_so_goes_before_what_only_holds_it() -> None:
    found = [each.why for each in suggest_agencies("ban d", **PROVINCE, on=THEN, limit=30)]
    assert found == sorted(found, key=["abbreviation", "name", "beginnings", "words"].index)
    assert len(set(found)) > 1


def test_bodies_that_the_caller_knows_are_found_too() -> None:
    known = [KnownBody("Ban Quản lý Vịnh Cát Vàng", "office:1", ("BVCV",)), KnownBody("Sở Y tế", "so-khac")]
    assert first("bvcv", PROVINCE | {"known": known}, THEN) == ("Ban Quản lý Vịnh Cát Vàng", "office:1")
    assert first("bqlvcv", PROVINCE | {"known": known}, THEN) == ("Ban Quản lý Vịnh Cát Vàng", "office:1")
    assert first("vinh cat", PROVINCE | {"known": known}, THEN) == ("Ban Quản lý Vịnh Cát Vàng", "office:1")
    same = [each.agency_id for each in suggest_agencies("sở y tế", **PROVINCE, on=THEN, known=known)]
    assert same == ["tinh-quang-ngai/so-y-te"], "the register's goes before"


@pytest.mark.parametrize("typed", ["", " ", "&", "và", "…", "zzzzzz", "\x00", "🙂", "((((", "a" * 3000])
def test_what_means_nothing_finds_nothing(typed: str) -> None:
    assert suggest_agencies(typed, **PROVINCE, on=THEN) == []


def test_every_body_is_found_by_its_name_and_its_abbreviations() -> None:
    for body in agencies():
        if body.scope not in ("national", "per_province"):
            continue
        on = body.valid_to or body.valid_from or THEN
        for words in (body.name, body.name.upper(), *body.aliases):
            found = suggest_agencies(words, on=on)
            assert any(each.agency_id == body.id for each in found), (words, [each.name for each in found])
