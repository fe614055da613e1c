"""The demonstration, run as people run it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.conftest import gone

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "tmp"
    folder.mkdir()
    return {**os.environ, "TMPDIR": str(folder), "DIRECTIVES_EXTRACTOR": "tests.service.fakes"}


def _run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.demo", *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_shows_the_way_of_a_document(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "mẫu.txt"
    file.write_text("pages=2;number=9/CT-UBND;wait=0.3")
    shown = _run(environ, str(file))
    assert shown.returncode == 0, shown.stderr
    for words in ("9/CT-UBND", "Ủy ban nhân dân tỉnh Bình Minh", "3 nhiệm vụ", "30/06/2026", "make serve", "trang 2/2"):
        assert words in shown.stdout
    assert not list(Path(environ["TMPDIR"]).iterdir())


def test_it_says_why_it_cannot(environ: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "hỏng.txt"
    file.write_text("fail=cut off")
    failed = _run(environ, str(file))
    assert failed.returncode == 1
    assert "bị hỏng" in failed.stderr and "damaged" in failed.stderr
    assert _run(environ, str(tmp_path / "nothing.pdf")).returncode == 3
    assert _run(environ, "--what").returncode == 2
    assert not list(Path(environ["TMPDIR"]).iterdir())


def test_interrupted_it_leaves_nothing(environ: dict[str, str], tmp_path: Path) -> None:
    file, trace = tmp_path / "chậm.txt", tmp_path / "trace"
    file.write_text(f"pages=100;wait=0.2;trace={trace}")
    demo = subprocess.Popen(
        [sys.executable, "-m", "service.demo", str(file)],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout
    for line in demo.stdout:
        if "trang 1/100" in line:
            break
    demo.send_signal(signal.SIGTERM)  # takes the way of Ctrl-C
    _, said = demo.communicate(timeout=60)
    assert demo.returncode == 130 and "Đã dừng" in said
    assert not list(Path(environ["TMPDIR"]).iterdir())
    assert gone(trace.read_text())
