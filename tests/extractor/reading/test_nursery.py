"""Children that read pages are forked from a process that has loaded what they need: it leaves nothing behind, and its death costs little."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_open import gone, is_alive, marked

from extractor.reading import nursery
from extractor.reading.nursery import Child, new_child
from extractor.reading.open import read

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="chỉ xem được trên Linux / can be seen on Linux only")
FAKE = "fake_engine"


@pytest.fixture
def order(tmp_path: Path) -> tuple[str, str, str]:
    path = tmp_path / "a.png"
    marked().save(path)
    return str(path), "image/png", FAKE


def ask(child: Child, **request: object) -> dict[str, object]:
    child.talk.sendall(json.dumps(request).encode() + b"\n")
    said = b""
    while not said.endswith(b"\n"):
        some = child.talk.recv(1 << 16)
        assert some, "the child has ended"
        said += some
    answer: dict[str, object] = json.loads(said)
    return answer


def children_of(parent: int) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(entry.read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.add(int(entry.parent.name))
        except OSError:
            continue
    return found


def a_child(*order: str) -> tuple[Child, int]:
    """A child that has answered, and its process id."""
    own = nursery.begin()._process.pid
    before = children_of(own)
    child = new_child(*order)
    assert ask(child, do="open") == {"pages": 1}
    (process,) = children_of(nursery.begin()._process.pid) - before
    return child, process


@on_linux
def test_children_lead_groups_of_their_own_and_are_gone_when_killed(order: tuple[str, str, str]) -> None:
    (one, first), (two, second) = a_child(*order), a_child(*order)
    assert [os.getpgid(process) for process in (first, second)] == [first, second]
    one.kill()
    assert not is_alive(first) and ask(two, do="open") == {"pages": 1}
    two.kill()
    assert not is_alive(second)


@on_linux
def test_a_nursery_keeps_no_descriptors(order: tuple[str, str, str]) -> None:
    held = set()
    for _ in range(3):
        child, _ = a_child(*order)
        child.kill()
        held.add(len(list(Path(f"/proc/{nursery.begin()._process.pid}/fd").iterdir())))
    assert len(held) == 1


@on_linux
def test_what_children_need_is_loaded_before_them_and_in_one_thread(order: tuple[str, str, str]) -> None:
    child, _ = a_child(*order)
    child.kill()
    process = nursery.begin()._process.pid
    assert "/cv2/" in Path(f"/proc/{process}/maps").read_text()
    assert len(list(Path(f"/proc/{process}/task").iterdir())) == 1, "what has threads cannot be forked"


@on_linux
def test_a_nursery_that_died_is_begun_anew(order: tuple[str, str, str]) -> None:
    child, process = a_child(*order)
    first = nursery.begin()._process
    first.kill()
    first.wait()
    assert ask(child, do="open") == {"pages": 1}, "children go on"
    child.kill()
    assert gone([process])
    found = read(Path(order[0]), engine=FAKE)
    assert [page.reading for page in found.pages] == ["ocr"]
    assert nursery.begin()._process.pid != first.pid


def test_a_nursery_does_not_outlive_its_parent() -> None:
    program = (
        "import os; from extractor.reading import nursery; print(nursery.begin()._process.pid, flush=True); os._exit(9)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert gone([int(said.stdout)])


def test_forked_processes_share_it_and_their_children_end_with_them(order: tuple[str, str, str]) -> None:
    program = f"""
import json, os, signal, sys
from extractor.reading import nursery
begun = nursery.begin()
if not os.fork():
    child = nursery.new_child(*{order!r})
    child.talk.sendall(b'{{"do": "open"}}\\n')
    print(child.talk.recv(100).decode().strip(), nursery.begin() is begun, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
os.wait()
print(begun._process.pid, flush=True)
sys.stdin.read()
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout and parent.stdin
    assert parent.stdout.readline() == '{"pages": 1} True\n'
    process = int(parent.stdout.readline())
    assert is_alive(process)
    end = time.monotonic() + 10
    while sys.platform == "linux" and children_of(process) and time.monotonic() < end:
        time.sleep(0.05)
    assert sys.platform != "linux" or not children_of(process)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone([process])
