"""The command `directives`, with a pipeline of the test's own in place of the real one."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from extractor.cli import main
from extractor.errors import DamagedFile, TesseractMissing
from extractor.progress import OnProgress, Progress
from extractor.record import Directive, DirectiveRecord, Page, Source


def record_of(path: Path) -> DirectiveRecord:
    return DirectiveRecord(
        source=Source(
            file_name=path.name,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            media_type="text/plain",
            pages=(Page(number=1, reading="text", confidence=1, width=0, height=0, text="Số: 07/CT-UBND"),),
        ),
        directive=Directive(number="07/CT-UBND"),
    )


def extract(path: Path, *, progress: OnProgress | None = None, jobs: int | None = None) -> DirectiveRecord:
    """Does what the file's name says."""
    if progress:
        progress(Progress("read", 1, 1))
    match path.stem:
        case "hong":
            raise DamagedFile()
        case "thieu":
            raise TesseractMissing()
        case "loi":
            raise ZeroDivisionError("chia cho 0")
        case "ngat":
            raise KeyboardInterrupt
    path.read_bytes()
    return record_of(path)


Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    pipeline = types.ModuleType("extractor.pipeline")
    pipeline.extract = extract  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "extractor.pipeline", pipeline)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: main([str(a) for a in arguments])


def touch(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text("x", "utf-8")


def written(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_each_file_becomes_a_record_and_a_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("a.pdf", "b.txt")
    assert run("extract", "a.pdf", "b.txt", "--out", "ra") == 0
    assert written("ra") == ["a.json", "b.json"]
    assert DirectiveRecord.model_validate_json(Path("ra/a.json").read_bytes()) == record_of(Path("a.pdf"))
    out, err = capsys.readouterr()
    assert [line.partition(" giây")[1] for line in out.splitlines()] == [" giây", " giây"]
    assert "xong: a.pdf → a.json: số 07/CT-UBND, 0 nhiệm vụ" in out
    assert err == ""


def test_folders_are_searched_for_what_can_be_read(run: Run) -> None:
    touch("vao/a.PDF", "vao/sau/b.tiff", "vao/ghi-chu.docx", "vao/.an/c.pdf", "vao/.d.pdf")
    assert run("extract", "vao", "--out", "ra") == 0
    assert written("ra") == ["a.json", "b.json"]


def test_files_of_one_base_name_do_not_overwrite_each_other(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("x/a.pdf", "y/A.pdf", "y/a.txt")
    assert run("extract", "x/a.pdf", "y/A.pdf", "y/a.txt", "x/a.pdf", "--out", "ra") == 0
    assert written("ra") == ["A-2.json", "a-3.json", "a.json"]
    assert "Trùng tên: y/A.pdf → A-2.json" in capsys.readouterr().err


def test_a_second_run_replaces_the_first(run: Run) -> None:
    touch("a.pdf")
    assert run("extract", "a.pdf", "--out", "ra") == 0
    Path("ra/a.json").write_text("cũ", "utf-8")
    assert run("extract", "a.pdf", "--out", "ra") == 0
    assert written("ra") == ["a.json"]
    assert Path("ra/a.json").read_text("utf-8").startswith("{")


def test_a_run_that_was_stopped_goes_on_where_it_stopped(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("a.pdf", "ngat.pdf", "z.pdf")
    assert run("extract", ".", "--out", "ra", "--resume") == 130
    assert written("ra") == ["a.json"]
    first = Path("ra/a.json").stat().st_ino
    Path("ngat.pdf").rename("p.pdf")
    assert run("extract", ".", "--out", "ra", "--resume") == 0
    assert written("ra") == ["a.json", "p.json", "z.json"]
    assert Path("ra/a.json").stat().st_ino == first
    assert "đã có: 1 tệp, còn 2" in capsys.readouterr().out


@pytest.mark.parametrize("spoil", ["a.pdf", "ra/a.json"])
def test_what_changed_or_was_left_half_is_done_anew(run: Run, spoil: str) -> None:
    touch("a.pdf")
    assert run("extract", "a.pdf", "--out", "ra", "--resume") == 0
    before = Path("ra/a.json").stat().st_ino
    Path(spoil).write_bytes(b"{")
    assert run("extract", "a.pdf", "--out", "ra", "--resume") == 0
    assert Path("ra/a.json").stat().st_ino != before


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_records_can_be_read_by_others_as_any_new_file(run: Run) -> None:
    touch("a.pdf")
    run("extract", "a.pdf", "--out", "ra")
    assert stat.S_IMODE(Path("ra/a.json").stat().st_mode) == stat.S_IMODE(Path("a.pdf").stat().st_mode)


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["a", "hong", "b"], 3),
        (["a", "khong-co"], 3),
        (["hong", "thieu", "b"], 4),
        (["hong", "thieu", "loi", "b"], 70),
    ],
)
def test_it_goes_on_after_a_bad_file_and_the_status_tells_the_worst(
    run: Run, names: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    touch(*(f"{name}.pdf" for name in names if name != "khong-co"))
    assert run("extract", *(f"{name}.pdf" for name in names), "--out", "ra") == status
    good = [f"{name}.json" for name in names if name in "ab"]
    assert written("ra") == good
    err = capsys.readouterr().err
    assert len([line for line in err.splitlines() if line.startswith("lỗi: ")]) == len(names) - len(good)
    assert "Traceback" not in err


def test_debug_shows_the_traceback(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("loi.pdf")
    assert run("extract", "loi.pdf", "--out", "ra", "--debug") == 70
    assert "ZeroDivisionError: chia cho 0" in capsys.readouterr().err.splitlines()


def test_several_files_at_a_time_give_the_same_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in "abc":
        Path(f"{name}.txt").write_text(f"Số: 0{len(name)}/CT-UBND\nCHỈ THỊ\n1. Sở {name} báo cáo.\n", "utf-8")
    Path("hong.pdf").write_bytes(b"%PDF-1.7 broken")
    files = ["a.txt", "hong.pdf", "b.txt", "c.txt"]
    assert main(["extract", *files, "--out", "mot"]) == 3
    assert main(["extract", *files, "--out", "hai", "--jobs", "2"]) == 3
    assert written("hai") == written("mot") == ["a.json", "b.json", "c.json"]
    for name in written("mot"):
        assert Path("mot", name).read_text("utf-8") == Path("hai", name).read_text("utf-8")


def test_an_empty_folder_is_bad_input(run: Run) -> None:
    Path("rong").mkdir()
    assert run("extract", "rong", "--out", "ra") == 3


def test_an_interrupt_is_clean(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("a.pdf", "ngat.pdf", "b.pdf")
    assert run("extract", "a.pdf", "ngat.pdf", "b.pdf", "--out", "ra") == 130
    assert written("ra") == ["a.json"]
    assert "Đã dừng" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["extract"], ["extract", "a.pdf"], ["extract", "a", "--out", "b", "--jobs", "0"], ["bay"]]
)
def test_wrong_usage_is_told_in_vietnamese(run: Run, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(*arguments)
    assert stop.value.code == 2
    assert "Sai cách dùng" in capsys.readouterr().err


def test_the_table_can_be_printed_at_once(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("a.pdf")
    assert run("extract", "a.pdf", "--out", "ra", "--table") == 0
    assert "Không tìm thấy nhiệm vụ nào." in capsys.readouterr().out


def test_show_prints_a_table_or_writes_a_page(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    touch("a.txt")
    run("extract", "a.txt", "--out", ".")
    capsys.readouterr()
    assert run("show", "a.json") == 0
    assert "07/CT-UBND" in capsys.readouterr().out
    assert run("show", "a.json", "--html") == 0
    assert capsys.readouterr().out == "a.html\n"
    assert "07/CT-UBND" in Path("a.html").read_text("utf-8")
    assert run("show", "a.json", "--html", "khac.html") == 0
    assert Path("khac.html").exists()


def test_show_never_writes_over_what_it_reads(run: Run) -> None:
    touch("a.txt")
    run("extract", "a.txt", "--out", ".")
    before = Path("a.json").read_bytes()
    assert run("show", "a.json", "--html", "a.json") == 3
    assert run("show", "a.json", "--html", "a.txt", "--source", "a.txt") == 3
    assert Path("a.json").read_bytes() == before
    assert Path("a.txt").read_text("utf-8") == "x"


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\x00", b'{"source": 1}'])
def test_show_of_no_record_is_bad_input(run: Run, content: bytes | None, capsys: pytest.CaptureFixture[str]) -> None:
    if content is not None:
        Path("a.json").write_bytes(content)
    assert run("show", "a.json") == 3
    err = capsys.readouterr().err
    assert err.startswith("Không đọc được tệp: a.json")
    assert "Traceback" not in err


def test_the_schema_describes_the_written_records(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert set(schema["properties"]) == set(json.loads(record_of(Path(__file__)).model_dump_json()))
    assert "for" in schema["$defs"]["Signer"]["properties"]


@pytest.mark.parametrize("arguments", [["--help"], ["extract", "--help"], ["schema"]])
def test_light_commands_do_not_load_the_pipeline(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from extractor.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'spacy', 'underthesea', 'cv2', 'numpy', 'pypdfium2', 'extractor.pipeline'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_closed_pipe_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m extractor.cli schema | true", shell=True, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
