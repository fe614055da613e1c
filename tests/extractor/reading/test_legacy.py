"""Text layers in encodings of before Unicode: decoded where they are the page, with the reason in the page."""

from __future__ import annotations

import made_files
import pytest

from extractor.reading.layer import judge
from extractor.reading.legacy import Encoding, decode, is_of_capitals
from extractor.reading.open import read
from extractor.record import Triage

FAKE = "fake_engine"

TCVN3 = (
    "ñy ban nh©n d©n tØnh yªu cÇu thñ tr­ëng c¸c së, ban, ngµnh vµ ®Þa ph­¬ng",
    "tæ chøc thùc hiÖn nghiªm tóc nh÷ng nhiÖm vô sau ®©y:",
    "1. Së Tµi chÝnh chñ tr×, phèi hîp víi c¸c ®¬n vÞ cã liªn quan x©y dùng",
    "kÕ ho¹ch, b¸o c¸o tr­íc ngµy 15 th¸ng 12 n¨m 2004 theo Th«ng t­ sè 07/TT-BTC.",
)
VNI = (
    "UÛy ban nhaân daân tænh yeâu caàu thuû tröôûng caùc sôû, ban, ngaønh vaø ñòa phöông",
    "toå chöùc thöïc hieän nghieâm tuùc nhöõng nhieäm vuï sau ñaây:",
    "1. Sôû Taøi chính chuû trì, phoái hôïp vôùi caùc ñôn vò coù lieân quan xaây döïng",
    "keá hoaïch, baùo caùo tröôùc ngaøy 15 thaùng 12 naêm 2004 theo Thoâng tö soá 07/TT-BTC.",
)
UNICODE = (
    "ủy ban nhân dân tỉnh yêu cầu thủ trưởng các sở, ban, ngành và địa phương",
    "tổ chức thực hiện nghiêm túc những nhiệm vụ sau đây:",
    "1. Sở Tài chính chủ trì, phối hợp với các đơn vị có liên quan xây dựng",
    "kế hoạch, báo cáo trước ngày 15 tháng 12 năm 2004 theo Thông tư số 07/TT-BTC.",
)


def layered(lines: tuple[str, ...], font: str = ".VnTime") -> bytes:
    """A page of these lines, a byte a letter, in a font of this name."""
    shown = b"".join(
        b"1 0 0 1 60 %d Tm (%s) Tj " % (780 - 20 * i, line.encode("latin-1").replace(b"(", b"\\("))
        for i, line in enumerate(lines)
    )
    widths = b"/FirstChar 0 /LastChar 255 /Widths [%s]" % (b" 500" * 256)
    name = font.encode()
    letters = (
        b"<< /Type /Font /Subtype /TrueType /BaseFont /%s /Encoding /WinAnsiEncoding /FontDescriptor 6 0 R %s >>"
        % (name, widths)
    )
    described = (
        b"<< /Type /FontDescriptor /FontName /%s /Flags 32 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        b"/Ascent 900 /Descent -200 /CapHeight 700 /StemV 80 >>" % name
    )
    page = made_files.A4 + b" /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
    return made_files.pdf([page], [made_files.stream(b"BT /F 11 Tf " + shown + b"ET"), letters, described])


@pytest.mark.parametrize("line", range(len(UNICODE)))
def test_a_line(line: int) -> None:
    assert decode(TCVN3[line], "tcvn3") == UNICODE[line]
    assert decode(VNI[line], "vni").lower() == UNICODE[line].lower()


@pytest.mark.parametrize(
    ("encoding", "places", "letters"),
    [
        ("tcvn3", "µ¸¶·¹ ¨»¾¼½Æ ©ÇÊÈÉË", "àáảãạ ăằắẳẵặ âầấẩẫậ"),
        ("tcvn3", "ÌÐÎÏÑ ªÒÕÓÔÖ ×ÝØÜÞ", "èéẻẽẹ êềếểễệ ìíỉĩị"),
        ("tcvn3", "ßãáâä «åèæçé ¬êíëìî", "òóỏõọ ôồốổỗộ ơờớởỡợ"),
        ("tcvn3", "ïóñòô \xadõøö÷ù úýûüþ ®", "ùúủũụ ưừứửữự ỳýỷỹỵ đ"),
        ("tcvn3", "§¡¢£¤¥¦", "ĐĂÂÊÔƠƯ"),
        ("vni", "aøaùaûaõaï aêaèaéaúaüaë aâaàaáaåaãaä", "àáảãạ ăằắẳẵặ âầấẩẫậ"),
        ("vni", "eøeùeûeõeï eâeàeáeåeãeä ìíæóò", "èéẻẽẹ êềếểễệ ìíỉĩị"),
        ("vni", "oøoùoûoõoï oâoàoáoåoãoä ôôøôùôûôõôï", "òóỏõọ ôồốổỗộ ơờớởỡợ"),
        ("vni", "uøuùuûuõuï ööøöùöûöõöï yøyùyûyõî ñ", "ùúủũụ ưừứửữự ỳýỷỹỵ đ"),
        ("vni", "COÄNG HOØA XAÕ HOÄI CHUÛ NGHÓA VIEÄT NAM ÑOÄC LAÄP TÖÏ DO", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM ĐỘC LẬP TỰ DO"),
    ],
)  # fmt: skip
def test_every_letter(encoding: Encoding, places: str, letters: str) -> None:
    assert decode(places, encoding) == letters


def test_a_horned_u_that_became_a_hyphen_comes_back_and_hyphens_stay() -> None:
    assert decode("th- viÖn, Tr-êng, UBND - së Tµi-chÝnh, 07/TT-BTC", "tcvn3") == (
        "thư viện, Trường, UBND - sở Tài-chính, 07/TT-BTC"
    )


@pytest.mark.parametrize(
    ("font", "capitals"),
    [(".VnTimeH", True), ("ABCDEF+.VnTimeH,Bold", True), (".VnTime", False), ("TimesNewRomanH", False), ("", False)],
)
def test_fonts_of_capitals(font: str, capitals: bool) -> None:
    assert is_of_capitals(font) is capitals
    assert decode("céng hßa", "tcvn3", font) == ("CỘNG HÒA" if capitals else "cộng hòa")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (" ".join(UNICODE), "layer"),
        (" ".join(TCVN3), "tcvn3"),
        (" ".join(VNI), "vni"),
        ("", "no_layer"),
        ("Ký bởi: Ủy ban nhân dân", "caption"),
        ("Uy ban nhän dän tinh yéu ciu thü truöng cac sé, ban, nginh tö chirc thirc hién Chi thj", "foreign_layer"),
        ("The department shall report to the committee before the end of the year, as ordered.", "foreign_layer"),
    ],
)
def test_what_a_layer_is(text: str, verdict: Triage) -> None:
    assert judge(text) == verdict


@pytest.mark.parametrize(
    ("lines", "verdict"), [(TCVN3, "tcvn3"), (VNI, "vni")], ids=["tcvn3", "vni"]
)  # read without recognising anything: there is no such engine
def test_a_pdf_of_before_unicode_is_read_by_its_layer(lines: tuple[str, ...], verdict: Triage) -> None:
    (page,) = read(layered(lines), engine="no_such_engine").pages
    assert (page.reading, page.triage) == ("text_layer", verdict)
    assert " ".join(word.text for word in page.words).lower() == " ".join(UNICODE).lower()


def test_capitals_of_a_pdf_of_before_unicode() -> None:
    (page,) = read(layered(TCVN3, font=".VnTimeH"), engine="no_such_engine").pages
    assert " ".join(word.text for word in page.words) == " ".join(UNICODE).upper()


def test_a_bad_layer_is_told_from_none() -> None:
    bad = ("Uy ban nhan dan tinh yeu ciu thu truong cac se, ban, nginh to chirc thirc hien", "Chi thj nay")
    (page,) = read(layered(bad, font="Helvetica"), engine=FAKE).pages
    assert (page.reading, page.triage) == ("ocr", "foreign_layer")
    (page,) = read(made_files.scanned_pdf([made_files.printed()]), engine=FAKE).pages
    assert (page.reading, page.triage) == ("ocr", "no_layer")
    (page,) = read(made_files.encoded(made_files.printed()), engine=FAKE).pages
    assert (page.reading, page.triage) == ("ocr", "image")
    (page,) = read("Chỉ thị".encode(), file_name="a.txt").pages
    assert (page.reading, page.triage) == ("text", "text")
