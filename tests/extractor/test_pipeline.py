"""A file in, a record out, whatever the file is: hostile and foreign input, progress, cancelling."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from corpus.specimens import specimens
from extractor import errors
from extractor.pipeline import extract, place, read, understand
from extractor.progress import Progress
from extractor.record import DirectiveRecord

needs_tesseract = pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")
SPECIMEN = specimens()[0]


def of_text(text: str) -> DirectiveRecord:
    return extract(text.encode(), file_name="a.txt", jobs=1)


def codes(record: DirectiveRecord) -> set[str]:
    return {warning.code for warning in record.warnings}


def pdf_of(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PDF")
    return out.getvalue()


def texts(record: DirectiveRecord) -> Iterator[str]:
    yield from (task.text for task in record.tasks)
    yield from (a.agency for task in record.tasks for a in task.assignments)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.pdf", errors.EmptyFile),
        (pdf_of(Image.new("L", (600, 800), 255))[:400], "a.pdf", errors.DamagedFile),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(900), "chi-thi.pdf", errors.UnsupportedType),
        (b"x\f" * 2001, "a.txt", errors.TooManyPages),
        (b"\x00\x01\x02" * 99, "a.txt", errors.UnsupportedType),
    ],
    ids=["empty", "truncated", "exe", "pages", "binary"],
)
def test_a_file_that_is_no_document_raises_its_own_error(data: bytes, name: str, error: type[errors.BadInput]) -> None:
    with pytest.raises(error) as raised:
        extract(data, file_name=name, jobs=1)
    assert raised.value.exit_status == 3
    assert raised.value.message
    assert raised.value.message_en


def test_a_password_is_asked_for() -> None:
    lock = b"4 0 obj\n<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <%s> /U <%s> >>\nendobj\n" % (
        b"41" * 32,
        b"42" * 32,
    )
    data = (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n" + lock
        + b"trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] >>\n%%EOF\n"
    )  # fmt: skip
    with pytest.raises(errors.BadInput) as raised:
        extract(data, file_name="a.pdf", jobs=1)
    assert isinstance(raised.value, errors.PasswordProtected | errors.DamagedFile)


def test_a_path_is_read_as_its_bytes_are(tmp_path: Path) -> None:
    path = tmp_path / "chỉ thị.txt"
    path.write_text(SPECIMEN.text(), "utf-8")
    record = extract(str(path), jobs=1)
    assert record.source.file_name == "chỉ thị.txt"
    assert record == extract(path.read_bytes(), file_name="chỉ thị.txt", jobs=1)


def test_another_language_gives_a_record_with_warnings() -> None:
    record = of_text(
        "DIRECTIVE\n\nOn the care of old wells\n\n1. The Department of Tourism shall list every well.\n"
        "2. Communes shall clean their wells before 15 November 2023.\n\nRecipients:\n- As above.\n\nTHE CHAIR\n\nJane Doe\n"
    )
    assert record.directive.kind is None
    assert record.directive.number is None
    assert not any(a.agency_id for task in record.tasks for a in task.assignments)
    assert record.warnings


@pytest.mark.parametrize(
    "text",
    [
        "Từ lâu, làng có một giếng cổ. Người làng kể rằng giếng ấy không bao giờ cạn.\n",
        "1\n2\n3\n",
        "Nơi nhận:\n",
        "CHỈ THỊ\n",
        "Số:     /CT-UBND\n",
        "-\n- \n+\na)\n",
        "PHỤ LỤC\nTT\nNhiệm vụ\nChủ trì\n",
        ".\n" * 50,
        "\n\n\n \t \n x",
    ],
)
def test_a_text_without_orders_gives_no_tasks_and_says_so(text: str) -> None:
    record = of_text(text)
    assert record.tasks == ()
    assert "no-tasks" in codes(record)


def test_white_space_alone_is_a_blank_page() -> None:
    record = of_text(" \n\n\t\n")
    assert [page.reading for page in record.source.pages] == ["blank"]
    assert "no-tasks" in codes(record)


@needs_tesseract
def test_a_photo_without_text_says_so() -> None:
    photo = Image.radial_gradient("L").resize((450, 600))
    record = extract(pdf_of(photo), file_name="a.pdf", jobs=1)
    assert record.tasks == ()
    assert "no-tasks" in codes(record)
    assert len(record.source.pages) == 1


def test_tags_and_bidirectional_marks_are_text() -> None:
    marked = SPECIMEN.text().replace("2. Giao Sở Y tế:", "2. Giao Sở Y tế \u202e<script>alert(1)</script>\u202c:")
    record = of_text(marked)
    assert len(record.tasks) == len(of_text(SPECIMEN.text()).tasks)
    assert "<script>" not in {a.agency for task in record.tasks for a in task.assignments}
    assert DirectiveRecord.model_validate_json(record.model_dump_json()) == record


def test_decomposed_letters_are_composed() -> None:
    import unicodedata

    record = of_text(unicodedata.normalize("NFD", SPECIMEN.text()))
    assert [t.text for t in record.tasks] == [t.text for t in of_text(SPECIMEN.text()).tasks]


PIECES = st.sampled_from(
    ["1. ", "a) ", "- ", "I. ", "\n", "\n\n", "Giao Sở Y tế ", "chủ trì, ", "phối hợp với ", "các sở, ban, ngành ", "trước ngày 15/11/2023", "ngày 99/99/9999",
     "đạt 95%", "từ 5 đến 3 tỷ đồng", "Chỉ thị số 1/CT-TTg ", "(qua ", ")", "((((", ";", ".", "./.", "Nơi nhận:\n- Lưu: VT.", "CHỈ THỊ\n", "Về việc ", "TM. ỦY BAN NHÂN DÂN\n",
     "PHỤ LỤC\n", "TT\n", "\f", "\u200b", "\u202e", "<b>", "\ufffd", "yêu cầu:\n", "hàng tháng ", "00000000000000000000", "XIX. ", "năm 0000"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_mixture_of_pieces_gives_a_record(text: str) -> None:
    if not text.strip("\ufeff"):
        return
    record = of_text(text)
    assert DirectiveRecord.model_validate_json(record.model_dump_json()) == record


def test_long_repetitions_are_read() -> None:
    text = SPECIMEN.text()
    record = of_text(text + "\f" + "1. Giao Sở Y tế, " * 2000 + "(" * 2000 + "\n" + "- a, " * 2000)
    assert record.tasks


# --- progress ---------------------------------------------------------------------------------------------------------


def test_progress_comes_in_order() -> None:
    steps: list[Progress] = []
    text = SPECIMEN.text() + "\ftrang hai\ftrang ba"
    extract(text.encode(), file_name="a.txt", jobs=1, progress=steps.append)
    stages = [step.stage for step in steps]
    order = ["open", "read", "layout", "facts", "done"]
    assert [stage for stage in order if stage in stages] == order or "read" not in stages
    assert stages == sorted(stages, key=order.index)
    assert stages[0] == "open"
    assert stages[-1] == "done"
    pages = [step.page for step in steps if step.stage == "read"]
    assert pages == sorted(pages)
    assert (steps[-1].page, steps[-1].pages) == (3, 3)


@pytest.mark.parametrize("stage", ["open", "layout", "facts", "done"])
def test_raising_cancelled_stops_the_work(stage: str) -> None:
    seen: list[str] = []

    def stop(step: Progress) -> None:
        seen.append(step.stage)
        if step.stage == stage:
            raise errors.Cancelled

    with pytest.raises(errors.Cancelled) as raised:
        extract(SPECIMEN.text_path, jobs=1, progress=stop)
    assert raised.value.exit_status == 5
    assert seen[-1] == stage


def test_warnings_are_whole_sentences_in_both_languages() -> None:
    record = of_text("CHỈ THỊ\nVề việc giữ giếng\n\n1. Rà soát giếng cổ trên địa bàn.\n")
    assert record.warnings
    for warning in record.warnings:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", warning.code)
        assert warning.message.strip().endswith(".")
        assert warning.message_en.strip().endswith(".")


def test_reading_and_understanding_are_the_two_halves_of_extracting() -> None:
    told: list[Progress] = []
    file = read(SPECIMEN.text_path, jobs=1)
    record = understand(file, progress=told.append)
    assert record == extract(SPECIMEN.text_path, jobs=1)
    assert [step.stage for step in told] == ["layout", "facts", "done"]
    assert [page.text for page in place(file)] == [page.text for page in record.source.pages]
