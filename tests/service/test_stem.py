"""Readers are forked from a process that has loaded the extractor: it leaves nothing behind, and its death costs little."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.child import Order
from service.house import House
from service.stem import Gone, Stem
from tests.service.conftest import gone

FAKES = "tests.service.fakes"


@pytest.fixture
def stem() -> Iterator[Stem]:
    with contextlib.closing(Stem(FAKES)) as stem:
        yield stem


def _order(folder: Path, text: str) -> Order:
    source = folder / "a.txt"
    source.write_text(text)
    room = str(folder)
    return Order(
        source=str(source),
        file_name="a.txt",
        kept=None,
        results=room,
        images=room,
        readings=room,
        extractor=FAKES,
        processes=1,
        memory=1 << 31,
        seconds=60,
    )


@contextlib.contextmanager
def _reader(stem: Stem, order: Order) -> Iterator[tuple[int, Any]]:
    """A reader's process id and what it says."""
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()
    with (
        os.fdopen(ours_in, "wb", buffering=0),
        os.fdopen(ours_out, "r") as said,
        Path(os.devnull).open("wb") as nowhere,
    ):
        try:
            process = stem.fork(order, theirs_in, theirs_out, nowhere.fileno())
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        yield process, said


def test_readers_are_processes_of_their_own_and_end(stem: Stem, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with (
        _reader(stem, _order(tmp_path, f"trace={trace}")) as (one, first),
        _reader(stem, _order(tmp_path, f"trace={trace};number=2")) as (two, second),
    ):
        for said in (first, second):
            assert '"status": "success"' in said.readlines()[-1]
        assert one != two and [os.getpgid(process) for process in (one, two)] == [one, two]
        stem.end(one)
        stem.end(two)
    for process in (one, two):
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_reader_is_ended_in_the_middle(stem: Stem, tmp_path: Path) -> None:
    with _reader(stem, _order(tmp_path, "pages=2;wait=60")) as (process, said):
        assert "open" in said.readline()
        stem.end(process)
        assert said.read() == "", "nobody holds the other end any more"
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="chỉ xem được trên Linux / can be seen on Linux only")
def test_a_stem_keeps_no_descriptors(stem: Stem, tmp_path: Path) -> None:
    def held() -> int:
        return len(list(Path(f"/proc/{stem._process.pid}/fd").iterdir()))

    counts = set()
    for number in range(3):
        with _reader(stem, _order(tmp_path, f"number={number}")) as (process, said):
            said.read()
            stem.end(process)
        counts.add(held())
    assert len(counts) == 1


def test_a_stem_that_died_is_begun_anew(stem: Stem, tmp_path: Path) -> None:
    order = _order(tmp_path, "")
    stem._process.kill()
    stem._process.wait()
    with pytest.raises(Gone), _reader(stem, order):
        pass
    with _reader(stem, order) as (process, said):
        assert '"status": "success"' in said.readlines()[-1]
        stem.end(process)


def test_a_reader_outlives_its_stem_and_no_job_is_lost(
    house: House, upload: Callable[..., Any], ended: Callable[[Any], Any]
) -> None:
    assert house.worker
    body = upload("pages=4;wait=0.3").json()
    os.kill(house.worker._readers._stem._process.pid, signal.SIGKILL)
    assert ended(body["job"])["state"] == "succeeded"
    assert ended(upload("number=2/CT-UBND").json()["job"])["state"] == "succeeded"


@pytest.mark.skipif(sys.platform != "linux", reason="chỉ xem được trên Linux / can be seen on Linux only")
def test_the_extractor_is_loaded_before_the_first_reader(tmp_path: Path) -> None:
    order = _order(tmp_path, "CHỈ THỊ\n1. Sở Y tế báo cáo.\n")
    order["extractor"] = "extractor"
    with contextlib.closing(Stem("extractor")) as stem, _reader(stem, order) as (process, said):
        assert '"status": "success"' in said.readlines()[-1]
        assert "/spacy/" in Path(f"/proc/{stem._process.pid}/maps").read_text()
        stem.end(process)


def test_a_stem_does_not_outlive_its_worker() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import os; from service.stem import Stem; print(Stem({FAKES!r})._process.pid, flush=True); os._exit(9)",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert gone(said.stdout)
