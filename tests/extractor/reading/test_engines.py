"""Tesseract, as a program and bound into the process: the same words in the same places."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import made_files
import numpy as np
import pytest

from extractor.errors import TesseractMissing
from extractor.reading.engine import Engine, load

pytestmark = pytest.mark.skipif(not shutil.which("tesseract"), reason="Tesseract is not installed")

ENGINES = ("program", "binding")
PAGE = np.asarray(made_files.printed())


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "binding":
        pytest.importorskip("tesserocr", reason="không có tesserocr / tesserocr is not installed here")
    return load(f"extractor.reading.{request.param}")


def test_a_page_is_read_with_places_and_lines(engine: Engine) -> None:
    for _ in range(2):  # what was read before leaves nothing behind
        words = engine.recognise(PAGE, 200)
        assert [word.text for word in words] == " ".join(made_files.PROSE).split()
        assert len({word.line for word in words}) == len(made_files.PROSE)
        first = words[0]
        assert first.box[0] == pytest.approx(200, abs=8) and first.box[1] == pytest.approx(208, abs=12)
        assert np.mean([word.confidence for word in words]) > 0.95
    assert engine.recognise(np.full((400, 400), 255, np.uint8), 200) == []


def test_lines_are_read_each_by_itself(engine: Engine) -> None:
    strips = [PAGE[200 + n * 66 - 6 : 200 + n * 66 + 56, 150:] for n in range(2)]
    found = engine.recognise_lines(strips, 200)
    assert [" ".join(word.text for word in line) for line in found] == list(made_files.PROSE[:2])
    assert engine.recognise_lines([], 200) == []


@pytest.mark.parametrize("name", ENGINES)
def test_a_missing_model_is_said(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name == "binding":
        pytest.importorskip("tesserocr", reason="không có tesserocr / tesserocr is not installed here")
    module = importlib.import_module(f"extractor.reading.{name}")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    with pytest.raises(TesseractMissing):
        module.engine()
    monkeypatch.delenv("TESSDATA_PREFIX")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TesseractMissing):
        module.engine()


def test_without_the_binding_the_program_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "extractor.reading.binding", None)
    assert type(load()).__module__ == "extractor.reading.program"
