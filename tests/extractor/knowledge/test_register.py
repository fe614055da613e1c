from collections import defaultdict
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.knowledge.provinces import provinces
from extractor.knowledge.register import agencies, register
from extractor.knowledge.spelling import key

BEFORE, AFTER = date(2021, 1, 7), date(2025, 10, 1)
SCOPES = {"national", "per_province", "territorial", "per_commune"}


@pytest.mark.parametrize(
    ("words", "id"),
    [
        ("UBND TP Hải Phòng", "tp-hai-phong/uy-ban-nhan-dan"),
        ("Ủy ban nhân dân tỉnh", "uy-ban-nhan-dan"),
        ("SỞ Y TẾ", "so-y-te"),
        ("Sở Y tế tỉnh Quảng Ngãi", "tinh-quang-ngai/so-y-te"),
        ("Sở Y tế Quảng Ngãi", "tinh-quang-ngai/so-y-te"),
        ("SLĐ-TB&XH", "so-lao-dong-thuong-binh-va-xa-hoi"),
        ("Bộ NN và PTNT", "bo-nong-nghiep-va-phat-trien-nong-thon"),
        ("Thủ tướng", "thu-tuong-chinh-phu"),
        ("Báo Hải Phòng", "tp-hai-phong/bao"),
        ("Công an thành phố Cần Thơ", "tp-can-tho/cong-an"),
        ("Đoàn Thanh niên Cộng sản Hồ Chí Minh", "trung-uong-doan-thanh-nien-cong-san-ho-chi-minh"),
        ("Tỉnh đoàn Quảng Ngãi", "tinh-quang-ngai/doan-thanh-nien-cong-san-ho-chi-minh-tinh"),
        ("Ngân hàng Nhà nước Việt Nam - Chi nhánh tỉnh Gia Lai", "tinh-gia-lai/ngan-hang-nha-nuoc-viet-nam-chi-nhanh"),
        ("Báo", None),
        ("Thanh tra", None),
        ("Công an thành phố Quảng Ngãi", None),
        ("UBND huyện Hòa Bình", None),
        ("các sở, ban, ngành", None),
        ("", None),
    ],
)
def test_words_name_a_body(words: str, id: str | None) -> None:
    body = register().lookup(words)
    assert (body.id if body else None) == id


def test_a_province_s_body_has_its_own_name() -> None:
    body = register().lookup("Sở NN&MT tỉnh Đak Lak")
    assert body is not None
    assert body.name == "Sở Nông nghiệp và Môi trường tỉnh Đắk Lắk"
    assert body.scope == "tinh-dak-lak"
    assert register().agency(body.id) == body


def test_the_day_decides_between_bodies_of_one_name() -> None:
    assert register().lookup("Cục Thuế", on=BEFORE).id == "cuc-thue-tinh"  # type: ignore[union-attr]
    assert register().lookup("Cục Thuế", on=AFTER).id == "cuc-thue"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "on", "id"),
    [
        ("Sở Y tế", BEFORE, "tinh-quang-ngai/so-y-te"),
        ("UBND tỉnh", BEFORE, "tinh-quang-ngai/uy-ban-nhan-dan"),
        ("Kho bạc Nhà nước tỉnh", BEFORE, "tinh-quang-ngai/kho-bac-nha-nuoc-tinh"),
        ("Cục Thuế", BEFORE, "tinh-quang-ngai/cuc-thue-tinh"),
        ("Cục Thuế", AFTER, "cuc-thue"),
        ("Bộ Y tế", BEFORE, "bo-y-te"),
        ("Sở Y tế tỉnh Kon Tum", BEFORE, "tinh-kon-tum/so-y-te"),
        ("Thanh tra tỉnh", BEFORE, "tinh-quang-ngai/thanh-tra"),
        ("Thanh tra", BEFORE, None),
        ("UBND thành phố Quảng Ngãi", BEFORE, None),
    ],
)
def test_the_issuer_s_province_completes_a_name(words: str, on: date, id: str | None) -> None:
    province = register().province("Quảng Ngãi")
    assert register().agency_id(words, province=province, on=on) == id


def test_a_body_of_one_province_is_found_from_there_alone() -> None:
    city, other = register().province("TP.HCM"), register().province("Cần Thơ")
    words = "Đài Truyền hình thành phố"
    id = register().agency_id(words, province=city)
    assert id == "tp-ho-chi-minh/dai-truyen-hinh-thanh-pho-ho-chi-minh"
    assert register().agency_id(words, province=other) is None


@pytest.mark.parametrize(
    ("words", "official"),
    [
        ("UBND TP Hải Phòng", "Ủy ban nhân dân thành phố Hải Phòng"),
        ("UBND TP", "Ủy ban nhân dân thành phố"),
        ("UBND TPHCM", "Ủy ban nhân dân Thành phố Hồ Chí Minh"),
        ("Sở NN&PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Sở Văn hoá, Thể thao và Du lịch", "Sở Văn hóa, Thể thao và Du lịch"),
        ("Sở Công thương", "Sở Công Thương"),
        ("SỞ NỘI VỤ", "Sở Nội vụ"),
        ("SNV", "Sở Nội vụ"),
        ("Tỉnh uỷ Đak Lak", "Tỉnh ủy Đắk Lắk"),
        ("UBMTTQVN tỉnh", "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh"),
        ("BCH Quân sự tỉnh", "Bộ Chỉ huy Quân sự tỉnh"),
        ("Hội LHPN tỉnh", "Hội Liên hiệp Phụ nữ tỉnh"),
        # Words stay as printed where they are another rightful name of the body.
        ("Tỉnh đoàn Quảng Ngãi", "Tỉnh đoàn Quảng Ngãi"),
        ("UBND các quận, huyện", "Ủy ban nhân dân các quận, huyện"),
        # Common nouns are no names.
        ("các cơ quan báo chí", "các cơ quan báo chí"),
        ("lực lượng công an cấp xã", "lực lượng công an cấp xã"),
        ("ca nhạc", "ca nhạc"),
        ("", ""),
    ],
)
def test_names_are_written_officially(words: str, official: str) -> None:
    assert register().official(words) == official


@given(st.sampled_from(sorted(register().names())))
def test_official_names_are_found_and_stay(named: tuple[str, str]) -> None:
    form, _ = named
    official = register().official(form)
    assert register().official(official) == official
    assert register().lookup(form) is not None
    assert register().lookup(official) is not None


@pytest.mark.parametrize(
    ("words", "on", "id"),
    [
        ("Quảng Ngãi", None, "tinh-quang-ngai"),
        ("tỉnh Đăk Lăk", None, "tinh-dak-lak"),
        ("TP. Hồ Chí Minh", None, "tp-ho-chi-minh"),
        ("TPHCM", None, "tp-ho-chi-minh"),
        ("Bà Rịa-Vũng Tàu", None, "tinh-ba-ria-vung-tau"),
        ("thành phố Quảng Ngãi", None, None),
        ("Huế", BEFORE, "tinh-thua-thien-hue"),
        ("thành phố Huế", BEFORE, None),
        ("thành phố Huế", AFTER, "tp-hue"),
        ("Đồng Nai", AFTER, "tinh-dong-nai"),
        ("Đồng Nai", date(2026, 5, 1), "tp-dong-nai"),
        ("tỉnh Hải Dương", AFTER, "tinh-hai-duong"),
        ("Hồ Chí Minh", None, "tp-ho-chi-minh"),
    ],
)
def test_words_name_a_province(words: str, on: date | None, id: str | None) -> None:
    province = register().province(words, on=on)
    assert (province.id if province else None) == id


@pytest.mark.parametrize(
    ("words", "on", "id"),
    [
        ("Bộ Thủy sản", None, "bo-nong-nghiep-va-moi-truong"),
        ("Bộ Thủy sản", date(2010, 1, 1), "bo-nong-nghiep-va-phat-trien-nong-thon"),
        ("Bộ Y tế", None, "bo-y-te"),
        ("Sở Lao động - Thương binh và Xã hội tỉnh Kon Tum", None, "tinh-quang-ngai/so-noi-vu"),
        ("Sở Kế hoạch và Đầu tư tỉnh Kon Tum", date(2025, 5, 1), "tinh-kon-tum/so-tai-chinh"),
        ("Sở Y tế tỉnh Kon Tum", BEFORE, "tinh-kon-tum/so-y-te"),
        ("Kho bạc Nhà nước tỉnh Kon Tum", None, "kho-bac-nha-nuoc-khu-vuc"),
    ],
)
def test_duties_pass_to_the_successor(words: str, on: date | None, id: str) -> None:
    body = register().lookup(words)
    assert body is not None
    assert register().successor(body, on=on).id == id


def test_there_are_63_provinces_before_and_34_after_july_2025() -> None:
    assert sum(province.valid(BEFORE) for province in provinces()) == 63
    assert sum(province.valid(date(2025, 6, 30)) for province in provinces()) == 63
    assert sum(province.valid(date(2025, 7, 1)) for province in provinces()) == 34
    codes = [province.gso_2025 for province in provinces() if province.valid(date(2025, 7, 1))]
    assert len(set(codes)) == 34
    assert None not in codes
    assert next(p for p in provinces() if p.id == "tinh-kon-tum").gso_2025 is None


def test_every_province_leads_to_one_of_the_34() -> None:
    for province in provinces():
        assert register().province_successor(province, on=date(2025, 7, 1)).valid(date(2025, 7, 1)) or (
            province.valid_from and province.valid_from > date(2025, 7, 1)
        )
        assert register().province_successor(province).valid_to is None


def test_successors_resolve_follow_in_time_and_make_no_circle() -> None:
    by_id = {body.id: body for body in agencies()}
    assert len(by_id) == len(agencies())
    for body in agencies():
        seen = {body.id}
        while body.successor:
            assert body.successor in by_id, body
            heir = by_id[body.successor]
            assert heir.id not in seen, body
            assert heir.valid_to is None or body.valid_to is None or heir.valid_to > body.valid_to, body
            seen.add(heir.id)
            body = heir


def test_rows_are_in_order() -> None:
    place_ids = {province.id for province in provinces()}
    for body in agencies():
        assert body.scope in SCOPES | place_ids, body
        assert body.scope in SCOPES or body.id.startswith(f"{body.scope}/"), body
        assert body.valid_from is None or body.valid_to is None or body.valid_from < body.valid_to, body
        assert body.name == register().official(body.name) or body.scope == "territorial", body


def test_one_name_means_one_body_at_a_time() -> None:
    bearers = defaultdict(list)
    for body in agencies():
        bearers[key(body.name), body.scope in {"per_province", "territorial"}].append(body)
    for same in bearers.values():
        spans = sorted((body.valid_from or date.min, body.valid_to or date.max) for body in same)
        assert all(first[1] < then[0] for first, then in pairwise(spans)), same


def test_a_province_bears_one_name_at_a_time() -> None:
    eras = defaultdict(list)
    for province in provinces():
        eras[province.name].append((province.valid_from or date.min, province.valid_to or date.max))
    assert all(first[1] < then[0] for spans in eras.values() for first, then in pairwise(sorted(spans)))
