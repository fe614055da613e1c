"""Reading whole files: what is read, what is refused, and that no file takes the machine or another page with it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import fake_engine
import made_files
import numpy as np
import pytest
from PIL import Image, ImageDraw

from extractor import errors
from extractor.progress import Progress
from extractor.reading import scan, second
from extractor.reading.open import read
from extractor.reading.page import ReadPage

needs_tesseract = pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")
FAKE = "fake_engine"


def marked(x: int | None = None) -> Image.Image:
    """A page with a line of ink, and a black square at x from the left if given."""
    page = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((300, 600, 1300, 640), fill=0)
    if x is not None:
        draw.rectangle((x, 110, x + 80, 190), fill=0)
    return page


HANGS, DIES = marked(110), marked(1654 - 190)


def text_of(page: ReadPage) -> str:
    return " ".join(word.text for word in page.words)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def gone(pids: list[int]) -> bool:
    end = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(map(is_alive, pids))


def pids_in(log: Path) -> list[int]:
    return [int(pid) for pid in log.read_text().split()] if log.exists() else []


@needs_tesseract
def test_print_is_read_from_every_kind_of_image(tmp_path: Path) -> None:
    page = made_files.printed()
    files = {
        "application/pdf": made_files.scanned_pdf([page]),
        "image/png": made_files.encoded(page, "PNG", dpi=(200, 200)),
        "image/jpeg": made_files.encoded(page, "JPEG", quality=80),
        "image/tiff": made_files.encoded(page.convert("1"), "TIFF", compression="group4"),
    }
    for media_type, data in files.items():
        found = read(data, file_name="quét")
        (only,) = found.pages
        assert found.media_type == media_type
        assert found.sha256 == hashlib.sha256(data).hexdigest()
        assert only.reading == "ocr"
        assert "ban, ngành và địa phương" in text_of(only), media_type
        assert only.width == pytest.approx(595, abs=2)
        first = only.words[0]
        assert first.box[0] == pytest.approx(72, abs=4)
        assert first.box[1] == pytest.approx(75, abs=8)
        assert only.confidence > 0.9


@needs_tesseract
@pytest.mark.parametrize("degrees", [180, 90, 358])
def test_a_page_that_lies_wrong_is_turned_and_its_boxes_stay_on_it(degrees: int) -> None:
    upright = made_files.printed(made_files.PROSE * 2)
    scan = upright.rotate(degrees, expand=degrees == 90, fillcolor=255)  # anti-clockwise
    (page,) = read(made_files.encoded(scan, dpi=(200, 200)), file_name="a.png").pages
    assert page.turn == pytest.approx(degrees if degrees < 358 else -2, abs=0.3)
    assert "ban, ngành và địa phương" in text_of(page)
    assert page.upright(page.words[0].box)[0] == pytest.approx(72, abs=14)
    # The box on the page as it lies covers the first word's ink.
    x0, y0, x1, y1 = (round(v * 200 / 72) for v in page.words[0].box)
    assert np.asarray(scan)[y0:y1, x0:x1].min() < 80


@needs_tesseract
def test_print_that_has_faded_is_not_lost_and_the_other_side_is_no_print() -> None:
    page = np.asarray(made_files.printed(made_files.PROSE * 2)).astype(float)
    grain = np.random.default_rng(3).normal(0, 2, page.shape)

    def pale(ink: np.ndarray, by: float) -> Image.Image:
        return Image.fromarray(np.clip(240 - (255 - ink) * by + grain, 0, 255).astype(np.uint8))

    faded, behind, strong, turned, bare = read(
        made_files.scanned_pdf(
            [
                pale(page, 0.25),
                pale(page[:, ::-1], 0.25),
                pale(page[:, ::-1], 0.8),
                pale(page[::-1], 0.4),
                pale(page, 0),
            ]
        )
    ).pages
    assert faded.reading == "ocr" and "ban, ngành và địa phương" in text_of(faded)
    for one in (behind, strong, turned):
        assert (one.reading, one.triage, one.words) == ("blank", "show_through", ())
    assert (bare.reading, bare.triage) == ("blank", "no_layer")


@needs_tesseract
def test_a_shadow_over_a_page_hides_nothing() -> None:
    page = np.asarray(made_files.printed(made_files.PROSE * 2)).astype(float)
    height, width = page.shape
    light = np.clip(np.linspace(0.35, 1.3, width), 0, 1)[None, :] * np.linspace(0.75, 1, height)[:, None]
    (found,) = read(made_files.encoded(Image.fromarray((page * light).astype(np.uint8)), dpi=(200, 200))).pages
    assert abs(found.turn) < 1
    assert [word.text for word in found.words] == " ".join(made_files.PROSE * 2).split()


@needs_tesseract
@pytest.mark.parametrize("darkest", [0.55, 0.6, 0.65])
def test_few_lines_in_the_shade_are_not_lost(darkest: float) -> None:
    """Where a page has little print, one threshold for all of it parts light paper from dark."""
    page = np.asarray(made_files.printed()).astype(float)
    height, width = page.shape
    light = np.add.outer(np.linspace(0, 1, height), np.linspace(0, 1, width)) / 2 * (1.15 - darkest) + darkest
    grain = np.random.default_rng(3).normal(0, 3, page.shape)
    shaded = Image.fromarray(np.clip(page * np.clip(light, 0, 1) + grain, 0, 255).astype(np.uint8))
    (found,) = read(made_files.encoded(shaded, dpi=(200, 200))).pages
    assert [word.text for word in found.words] == " ".join(made_files.PROSE).split()


@needs_tesseract
@pytest.mark.parametrize("share", [0.01, 0.02, 0.03, 0.05, 0.08])
def test_specks_between_letters_are_no_print(share: float) -> None:
    page = np.asarray(made_files.printed())
    specks = np.random.default_rng(5).random(page.shape) < share
    dusty = Image.fromarray(np.where(specks, 0, page).astype(np.uint8))
    (found,) = read(made_files.encoded(dusty, dpi=(200, 200))).pages
    assert [word.text for word in found.words] == " ".join(made_files.PROSE).split()
    assert found.confidence > 0.98


def test_lines_that_could_not_be_read_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine reads one sentence, and neither it nor the second reader anything of the lines below it."""
    monkeypatch.setattr(second, "read", lambda _, boxes: [[] for _ in boxes])
    page = np.asarray(made_files.printed(made_files.PROSE * 2))
    found = scan.read_scan(7, page, 200, 595, 842, fake_engine.engine())
    (warning,) = found.warnings
    assert (warning.code, warning.page) == ("lines-unread", 7)
    assert "khoảng 11 dòng" in warning.message and "About 11 lines" in warning.message_en


@needs_tesseract
def test_a_photo_without_text_and_an_empty_page() -> None:
    shade = np.add.outer(np.arange(600), np.arange(450)) % 256
    noise = np.random.default_rng(7).normal(0, 25, shade.shape)
    photo = Image.fromarray(np.clip(shade + noise, 0, 255).astype(np.uint8))
    (page,) = read(made_files.encoded(photo, "JPEG")).pages
    assert (page.reading, page.words) == ("ocr", ())
    assert [w.code for w in page.warnings] == ["no-text"]
    (page,) = read(made_files.scanned_pdf([None])).pages
    assert (page.reading, page.words, page.warnings) == ("blank", (), ())


def test_a_text_layer_is_taken_where_it_is_vietnamese(tmp_path: Path) -> None:
    weasyprint = pytest.importorskip("weasyprint")
    html = "<p>" + "</p><p>".join(made_files.PROSE) + "</p><p><b>Nơi nhận</b></p>"
    data = weasyprint.HTML(string=html).write_pdf()
    (page,) = read(data, engine="no_such_engine").pages
    assert page.reading == "text_layer"
    assert "xây dựng kế hoạch, báo cáo trước ngày 15" in text_of(page)
    assert {w.text for w in page.words if w.bold} == {"Nơi", "nhận"}


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.pdf", errors.EmptyFile),
        (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(500), "directive.pdf", errors.UnsupportedType),
        (b"PK\x03\x04\x14\x00\x06\x00", "a.docx", errors.UnsupportedType),
        (b"\xff\xfe\xfa".ljust(99, b"\x00"), "a.txt", errors.UnsupportedType),
        ("Chỉ thị".encode("cp1258", "ignore") * 9 + b"\xfe", "a.txt", errors.UnsupportedType),
        (made_files.scanned_pdf([marked()])[:3000], "a.pdf", errors.DamagedFile),
        (b"%PDF-1.7\nnothing", "a.pdf", errors.DamagedFile),
        (made_files.encoded(marked())[:20], "a.png", errors.DamagedFile),
        (made_files.locked_pdf(), "a.pdf", errors.PasswordProtected),
        (made_files.pdf([made_files.A4] * 5000), "a.pdf", errors.TooManyPages),
        (b"x\f" * 2001, "a.txt", errors.TooManyPages),
        (made_files.image_bomb(50_048), "a.png", errors.TooLarge),
    ],
    ids=[
        "empty",
        "exe",
        "docx",
        "binary",
        "cp1258",
        "truncated",
        "garbage",
        "cut-png",
        "locked",
        "5000-pages",
        "2001-forms",
        "image-bomb",
    ],
)
def test_files_that_are_refused(data: bytes, name: str, error: type[errors.DirectiveError]) -> None:
    with pytest.raises(error) as raised:
        read(data, file_name=name, engine=FAKE)
    assert raised.value.exit_status == 3
    assert raised.value.message


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.pdf"):
        with pytest.raises(errors.BadInput):
            read(path)


def test_a_huge_page_is_read_at_a_small_scale() -> None:
    drawing = made_files.stream(b"0 0 25000 25000 re f")
    data = made_files.pdf([b"/MediaBox [0 0 50000 50000] /Contents 4 0 R"], [drawing])
    (page,) = read(data, engine=FAKE).pages
    assert page.reading == "ocr"
    assert (page.width, page.height) == (50000, 50000)
    assert max(word.box[2] for word in page.words) <= 50000


def test_a_deflate_bomb_costs_its_own_page_only() -> None:
    found = read(made_files.deflate_bomb(3 << 30), engine=FAKE, page_seconds=15)
    assert [p.reading for p in found.pages] == ["failed", "ocr"]


def test_a_page_that_hangs_is_killed_with_what_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(log))
    data = made_files.scanned_pdf([marked(), HANGS, marked()])
    found = read(data, engine=FAKE, page_seconds=12, jobs=2)
    assert [p.reading for p in found.pages] == ["ocr", "failed", "ocr"]
    (warning,) = found.pages[1].warnings
    assert (warning.code, warning.page) == ("page-failed", 2)
    pids = pids_in(log)
    assert len(pids) == 2
    assert gone(pids)


def test_a_child_that_dies_costs_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(log))
    found = read(made_files.scanned_pdf([DIES, marked()]), engine=FAKE, jobs=1)
    assert [p.reading for p in found.pages] == ["failed", "ocr"]
    assert len(set(pids_in(log))) == 2  # it was given a second child


def test_progress_counts_pages_and_cancelling_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Progress] = []
    read(made_files.scanned_pdf([marked(), marked()]), engine=FAKE, progress=seen.append)
    pages = [p.page for p in seen if p.stage == "read"]
    assert pages == sorted(pages)
    assert seen[0].stage == "open"
    assert seen[-1] == Progress("read", 2, 2)

    log = tmp_path / "log"
    monkeypatch.setenv("FAKE_ENGINE_LOG", str(log))

    def stop(progress: Progress) -> None:
        if pids_in(log):
            raise errors.Cancelled()

    with pytest.raises(errors.Cancelled):
        read(made_files.scanned_pdf([HANGS]), engine=FAKE, progress=stop)
    assert gone(pids_in(log))


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    log, source = tmp_path / "log", tmp_path / "a.pdf"
    source.write_bytes(made_files.scanned_pdf([HANGS]))
    program = (
        "from pathlib import Path; from extractor.reading.open import read; "
        f"read(Path({str(source)!r}), engine={FAKE!r})"
    )
    paths = os.pathsep.join(str(Path(p).absolute()) for p in sys.path)
    parent = subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": paths, "FAKE_ENGINE_LOG": str(log)}
    )
    end = time.monotonic() + 30
    while len(pids_in(log)) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    assert len(pids_in(log)) == 2
    assert gone(pids_in(log))


def test_a_missing_engine_is_said_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.TesseractMissing):
        read(made_files.scanned_pdf([marked()] * 3))


def test_the_original_is_never_altered(tmp_path: Path) -> None:
    source = tmp_path / "bản gốc.pdf"
    data = made_files.scanned_pdf([marked()])
    source.write_bytes(data)
    source.chmod(0o444)
    before = source.stat()
    found = read(source, engine=FAKE)
    assert found.file_name == "bản gốc.pdf"
    assert source.read_bytes() == data
    assert source.stat().st_mtime_ns == before.st_mtime_ns
    assert [p.name for p in tmp_path.iterdir()] == [source.name]


def test_a_child_is_light() -> None:
    program = (
        "import sys, extractor.reading.child, extractor.reading.pdf, extractor.reading.picture;"
        "import extractor.reading.tesseract;"
        "print(sorted({'spacy', 'underthesea', 'pdfplumber', 'pyhanko', 'pandas'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
