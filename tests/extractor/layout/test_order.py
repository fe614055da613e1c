"""Reading order of made pages: columns, footers, and what is no text of the document."""

from __future__ import annotations

import random

import pytest

from extractor.layout.order import place
from extractor.reading.page import ReadPage, Word, turned

WIDTH, HEIGHT = 595.0, 842.0
LETTER, SPACE = 6.0, 4.0


def line(
    text: str, x: float, y: float, *, number: int = 0, height: float = 12.0, confidence: float = 0.97
) -> list[Word]:
    """The words of a line of type that begins at x, with its middle at y."""
    words = []
    for word in text.split():
        width = LETTER * len(word) * height / 12
        words.append(Word(word, (x, y - height / 2, x + width, y + height / 2), confidence, number))
        x += width + SPACE
    return words


def page(*lines: list[Word], number: int = 1, turn: float = 0.0) -> ReadPage:
    words = [w for words in lines for w in words]
    if turn:
        on_side = round(turn / 90) % 2 == 1
        width, height = (HEIGHT, WIDTH) if on_side else (WIDTH, HEIGHT)
        words = [Word(w.text, turned(w.box, WIDTH, HEIGHT, -turn), w.confidence, w.line) for w in words]
        return ReadPage(number, width, height, "ocr", words=tuple(words), turn=turn)
    return ReadPage(number, WIDTH, HEIGHT, "ocr", words=tuple(words))


MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
BODY = "Thực hiện các nhiệm vụ được giao, các sở và địa phương cần khẩn trương triển khai"
HEADER = [
    line("ỦY BAN NHÂN DÂN", 90, 80, number=1) + line(MOTTO, 260, 80, number=1),
    line("TỈNH HÒA AN", 100, 96, number=2) + line("Độc lập - Tự do - Hạnh phúc", 300, 96, number=2),
    line("Số: 12/CT-UBND", 95, 120, number=3) + line("Hòa An, ngày 05 tháng 3 năm 2024", 270, 120, number=3),
    line("CHỈ THỊ", 280, 160, number=4),
    line("Về việc phòng, chống cháy rừng", 210, 176, number=5),
]
HEADER_TEXT = [
    "ỦY BAN NHÂN DÂN",
    "TỈNH HÒA AN",
    "Số: 12/CT-UBND",
    MOTTO,
    "Độc lập - Tự do - Hạnh phúc",
    "Hòa An, ngày 05 tháng 3 năm 2024",
    "CHỈ THỊ",
    "Về việc phòng, chống cháy rừng",
]


def body(top: float, count: int = 3, first: int = 10) -> list[list[Word]]:
    return [line(BODY, 85, top + 18 * i, number=first + i) for i in range(count)]


def text_lines(read: ReadPage) -> list[str]:
    return place(read).text.split("\n")


@pytest.mark.parametrize("turn", [0.0, 180.0, 90.0, 270.0, -2.0, 181.5])
def test_the_header_is_read_column_by_column(turn: float) -> None:
    laid = place(page(*HEADER, *body(210), turn=turn))
    assert laid.text.split("\n") == [*HEADER_TEXT, BODY, BODY, BODY]
    assert [n.column for n in laid.lines] == ["left"] * 3 + ["right"] * 3 + ["full"] * 5


def test_words_without_engine_lines_are_put_in_lines() -> None:
    words = [Word(w.text, w.box, w.confidence) for words in [*HEADER, *body(210)] for w in words]
    random.Random(3).shuffle(words)
    assert text_lines(page(words)) == [*HEADER_TEXT, BODY, BODY, BODY]


def test_offsets_and_geometry() -> None:
    read = page(*HEADER, *body(210))
    laid = place(read)
    texts = {w.box: w.text for w in read.words}
    assert len(laid.words) == len(read.words)
    assert all(laid.text[w.start : w.end] == texts[w.box] for w in laid.words)
    assert all(laid.text[n.start : n.end] == n.text for n in laid.lines)
    by_text = {n.text: n for n in laid.lines}
    assert by_text["CHỈ THỊ"].centred
    assert not by_text[BODY].centred
    assert by_text[BODY].indent == 0
    assert by_text[BODY].slack == 0
    assert {n.page for n in laid.lines} == {1}


def test_a_number_far_below_its_agency_is_the_headers() -> None:
    read = page(
        line("ỦY BAN NHÂN DÂN", 90, 80, number=1) + line(MOTTO, 260, 80, number=1),
        line("TỈNH HÒA AN", 100, 96, number=2) + line("Độc lập - Tự do - Hạnh phúc", 300, 96, number=2),
        line("Hòa An, ngày 05 tháng 3 năm 2024", 270, 124, number=3),
        line("Số: 12/CT-UBND", 95, 142, number=4),
        line("CHỈ THỊ", 280, 172, number=5),
        *body(210),
    )
    assert text_lines(read)[:7] == HEADER_TEXT[:7]


def test_a_partys_header_and_a_subject_that_hangs_in_the_left_column() -> None:
    read = page(
        line("TỈNH ỦY HÒA AN", 90, 80, number=1) + line("ĐẢNG CỘNG SẢN VIỆT NAM", 330, 80, number=1),
        line("Số 05-CV/TU", 100, 104, number=2) + line("Hòa An, ngày 05 tháng 3 năm 2024", 310, 104, number=2),
        line("V/v báo cáo kết quả", 85, 126, number=3),
        line("Kính gửi: Các huyện ủy", 240, 160, number=4),
        *body(190),
    )
    assert text_lines(read)[:6] == [
        "TỈNH ỦY HÒA AN",
        "Số 05-CV/TU",
        "V/v báo cáo kết quả",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "Hòa An, ngày 05 tháng 3 năm 2024",
        "Kính gửi: Các huyện ủy",
    ]


def test_recipients_come_before_the_signature() -> None:
    read = page(
        *body(100),
        line("TM. ỦY BAN NHÂN DÂN", 370, 205, number=20),
        line("Nơi nhận:", 85, 210, number=21) + line("KT. CHỦ TỊCH", 395, 221, number=21),
        line("- Như trên;", 85, 224, number=22) + line("PHÓ CHỦ TỊCH", 390, 237, number=23),
        line("- Văn phòng Chính phủ;", 85, 238, number=24),
        line("- Lưu: VT, TH.", 85, 252, number=25),
        line("x", 430, 270, number=26, confidence=0.3),
        line("Trần Văn Bình", 392, 300, number=27),
        number=2,
    )
    laid = place(read)
    assert laid.text.split("\n")[3:] == [
        "Nơi nhận:",
        "- Như trên;",
        "- Văn phòng Chính phủ;",
        "- Lưu: VT, TH.",
        "TM. ỦY BAN NHÂN DÂN",
        "KT. CHỦ TỊCH",
        "PHÓ CHỦ TỊCH",
        "Trần Văn Bình",
    ]
    assert [n.column for n in laid.lines[3:]] == ["left"] * 4 + ["right"] * 4


def test_a_table_above_the_recipients_stays_above() -> None:
    read = page(
        *body(100),
        line("Xây dựng kế hoạch", 85, 170, number=20) + line("Sở Nông nghiệp và", 380, 170, number=20),
        line("Môi trường", 400, 186, number=21),
        line("Nơi nhận:", 85, 210, number=22) + line("CHỦ TỊCH", 400, 210, number=22),
        number=2,
    )
    assert text_lines(read)[3:] == ["Xây dựng kế hoạch Sở Nông nghiệp và", "Môi trường", "Nơi nhận:", "CHỦ TỊCH"]


@pytest.mark.parametrize(
    ("scrap", "y", "x"),
    [("2", 40, 295), ("- 3 -", 40, 285), ("12", 815, 500), ("Trang 2/5", 815, 290)],
)
def test_page_numbers_are_left_out(scrap: str, y: float, x: float) -> None:
    assert text_lines(page(line(scrap, x, y, number=99), *body(100), number=2)) == [BODY] * 3


def test_stamps_captions_and_scraps_are_left_out() -> None:
    read = page(
        line("Ký bởi: Ủy ban nhân dân tỉnh", 420, 20, number=41, height=6),
        line("Email: ubnd@hoaan.gov.vn", 420, 27, number=42, height=6),
        line("Ngày ký: 05/03/2024 08:15:00", 420, 34, number=43, height=6),
        *HEADER,
        line("CÔNG VĂN ĐẾN", 90, 200, number=6),
        line("Số: 1234", 92, 216, number=7),
        line("Ngày: 08/3/2024", 92, 232, number=8),
        *body(270),
        line("~ »", 300, 400, number=30, confidence=0.2),
    )
    assert text_lines(read) == [*HEADER_TEXT, BODY, BODY, BODY]


@pytest.mark.parametrize(
    "text",
    [
        "Số: 83 /TTr-UBND",  # print under handwriting is doubted and still there
        "Ngày 08 tháng 3 năm 2024 các đơn vị báo cáo kết quả",
        "Người ký văn bản chịu trách nhiệm về nội dung của văn bản theo quy định",
        "ĐẾN NĂM 2025",
        "d) Sở Y tế",
        "3. Nơi nhận hồ sơ là bộ phận một cửa",
        "Đảng Cộng sản Việt Nam lãnh đạo toàn diện",
    ],
)
def test_text_of_the_body_is_never_lost(text: str) -> None:
    doubted = line(text, 85, 180, number=9, confidence=0.34)
    for read in (page(*body(100), doubted, number=2), page(*HEADER, *body(210), line(text, 120, 300, number=40))):
        assert text.replace(" /", "/") in text_lines(read)


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Số: 83 /TTr-UBND", "Số: 83/TTr-UBND"),
        ("Thông tư số 12/2007/TT- BTC-BTM và 63/2002/T T-BTC, 20/2004/TT -BTC.", "Thông tư số 12/2007/TT-BTC-BTM và 63/2002/TT-BTC, 20/2004/TT-BTC."),
        ("theo thiết kế ./.", "theo thiết kế./."),
        ("năm 2024 / Quý II; 12/2007/TT - BTC", "năm 2024 / Quý II; 12/2007/TT - BTC"),
        ("ngày 3/2 - Công an xã; A - B/C D-E", "ngày 3/2 - Công an xã; A - B/C D-E"),
    ],
)  # fmt: skip
def test_number_and_symbol_are_one(read: str, meant: str) -> None:
    laid = place(page(*body(100), line(read, 85, 180, number=9), number=2))
    assert meant in laid.text.split("\n")
    assert [laid.text[word.start : word.end] for word in laid.words][-len(read.split()) :] == read.split()
    assert laid.lines[-1].text == laid.text[laid.lines[-1].start : laid.lines[-1].end] == meant


def test_given_text_keeps_its_lines() -> None:
    text = "  CHỈ THỊ \n\nVề việc\tphòng cháy\n"
    laid = place(ReadPage(1, 0, 0, "text", text=text))
    assert laid.text == text
    assert [(n.text, text[n.start : n.end]) for n in laid.lines] == [("CHỈ THỊ",) * 2, ("Về việc\tphòng cháy",) * 2]
    assert all(n.box is None and n.indent is None and n.centred is None for n in laid.lines)


@pytest.mark.parametrize("reading", ["blank", "failed"])
def test_a_page_without_words(reading: str) -> None:
    laid = place(ReadPage(4, WIDTH, HEIGHT, reading, confidence=0.0))  # type: ignore[arg-type]
    assert (laid.number, laid.text, laid.lines, laid.words) == (4, "", (), ())
