import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from extractor.knowledge.spelling import abbreviations, fold, key, modern, slug, write_out

VIETNAMESE = st.text(
    alphabet="aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
    "AÀÁÂĂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY0123456789 .,-–&/()\n"
)
NAMES = st.lists(
    st.sampled_from([each.short for each in abbreviations()] + ["và", "&", "-", ".", "Sở", "uỷ", "hoà", "tỉnh", "_"])
).map(" ".join)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hoà bình", "hòa bình"),
        ("HOÀ BÌNH", "HÒA BÌNH"),
        ("Uỷ ban", "Ủy ban"),
        ("UỶ BAN", "ỦY BAN"),
        ("thoả thuận", "thỏa thuận"),
        ("sức khoẻ", "sức khỏe"),
        ("thuỷ lợi", "thủy lợi"),
        ("quý II", "quý II"),
        ("QUÝ", "QUÝ"),
        ("hoàn thành", "hoàn thành"),
        ("toàn quốc", "toàn quốc"),
        ("Huỳnh", "Huỳnh"),
        ("xoá, hoá", "xóa, hóa"),
        ("ngoài", "ngoài"),
        ("hòa bình", "hòa bình"),
    ],
)
def test_tone_marks_stand_in_one_place(old: str, new: str) -> None:
    assert modern(old) == new


@given(st.one_of(st.text(), VIETNAMESE))
@example("İstanbul ǅ ß ﬁ")
def test_views_keep_the_length(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert len(fold(text)) == len(text)
    assert len(modern(text)) == len(text)
    assert modern(modern(text)) == modern(text)
    assert fold(modern(text)) == fold(text)


def test_folding_takes_accents_and_bars_off() -> None:
    assert fold("Ủy ban nhân dân tỉnh Đắk Lắk") == "uy ban nhan dan tinh dak lak"


@given(st.one_of(st.text(), VIETNAMESE, NAMES))
def test_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@given(VIETNAMESE)
def test_key_does_not_mind_how_accents_are_stored(text: str) -> None:
    assert key(unicodedata.normalize("NFD", text)) == key(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("UBND TP. Hải Phòng", "Ủy ban nhân dân thành phố Hải Phòng"),
        ("UBND TP.HCM", "Ủy ban nhân dân thành phố Hồ Chí Minh"),
        ("Sở NN&PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Sở NN và PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Sở NN & PTNT", "Sở Nông nghiệp và Phát triển nông thôn"),
        ("Sở LĐ-TB&XH", "Sở Lao động - Thương binh và Xã hội"),
        ("Sở LĐTBXH", "Sở Lao động - Thương binh và Xã hội"),
        ("Sở VH,TT&DL", "Sở Văn hóa, Thể thao và Du lịch"),
        ("Ban Chỉ đạo T.Ư", "Ban Chỉ đạo Trung ương"),
        ("báo cáo UBND.", "báo cáo Ủy ban nhân dân."),
        ("ca nhạc, phần tư", "ca nhạc, phần tư"),
        ("Sở Nội vụ", "Sở Nội vụ"),
    ],
)
def test_abbreviations_are_written_out(short: str, full: str) -> None:
    assert write_out(short) == full


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sở GD&ĐT", "Sở Giáo dục và Đào tạo"),
        ("Sở Lao động, Thương binh và Xã hội", "Sở Lao động – Thương binh và Xã hội"),
        ("UỶ BAN NHÂN DÂN", "ủy ban  nhân dân"),
        ("Báo Nông nghiệp & Môi trường", "Báo Nông nghiệp và Môi trường"),
    ],
)
def test_spellings_of_one_name_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)


def test_slug_is_plain() -> None:
    assert slug("Sở Y tế (mới)") == "so-y-te-moi"
