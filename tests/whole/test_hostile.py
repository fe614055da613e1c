"""A service as people run it, and everything that nobody should send: each thing is answered, others are served meanwhile,
and nothing of it stays behind."""

from __future__ import annotations

import gzip
import io
import re
import socket
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import made_files as made
import pytest
import sqlalchemy as sa
from PIL import Image

from corpus.place import Place
from service.store import tables

ENDED = ("succeeded", "partial", "failed")


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/cron.d/evil", "* * * * * root true")
    return out.getvalue()


def _deep(pages: bytes = made.A4) -> bytes:
    """Arrays within arrays within arrays."""
    return made.pdf([pages + b" /Annots " + b"[" * 100_000 + b"]" * 100_000])


def _many_pages(count: int) -> bytes:
    """A page tree that names one page again and again."""
    kids = b" ".join([b"3 0 R"] * count)
    return made.pdf([made.A4]).replace(
        b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count %d" % (kids, count)
    )  # the offsets are wrong from here on, which readers mend


def _looping() -> bytes:
    """A page tree that is its own child."""
    return made.pdf([made.A4]).replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]")


TEXT = "ỦY BAN NHÂN DÂN TỈNH MẪU\nCHỈ THỊ\n1. Sở Y tế báo cáo trước ngày 30/6/2026.\n"
PLAIN_PDF = made.scanned_pdf([None])
SCRIPT = b"<html><script>alert(1)</script></html>"
PICTURE = made.encoded(Image.new("L", (60, 60), 255))

# Refused at the door, as what.
REFUSED = {
    "nothing": (b"", "empty-file"),
    "web page": (b"<!DOCTYPE html>" + SCRIPT, "unsupported-type"),
    "archive": (_zip(), "unsupported-type"),
    "packed PDF": (gzip.compress(PLAIN_PDF), "unsupported-type"),
    "program": (b"MZ\x90\x00" + bytes(2000), "unsupported-type"),
    "program of Unix": (b"\x7fELF" + bytes(2000), "unsupported-type"),
    "GIF": (b"GIF89a" + bytes(100), "unsupported-type"),
    "drawing": (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "unsupported-type"),
    "RTF": (rb"{\rtf1 \object}", "unsupported-type"),
    "video": (b"\x00\x00\x00\x20ftypisom" + bytes(100), "unsupported-type"),
    "PDF that begins too late": (b"\x00" * 2000 + PLAIN_PDF, "unsupported-type"),
}
# Taken, and how their jobs may end: with a record, or with one of these reasons.
TAKEN = {
    "PDF in a web page": (SCRIPT + PLAIN_PDF, ("damaged-file",)),
    "PDF and archive": (PLAIN_PDF + _zip(), ("damaged-file",)),
    "picture and script": (PICTURE + SCRIPT, ()),
    "PDF that runs a script": (
        made.pdf([made.A4 + b" /AA << /O << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"]),
        (),
    ),
    "PDF that opens another file": (
        made.pdf([made.A4 + b" /AA << /O << /S /GoToR /F (file:///etc/passwd) /D [0 /Fit] >> >>"]),
        (),
    ),
    "locked": (made.locked_pdf(), ("password-protected",)),
    "cut off": (made.scanned_pdf([made.printed(dpi=60)])[:900], ("damaged-file",)),
    "picture cut off": (made.encoded(made.printed(dpi=60))[:600], ("damaged-file",)),
    "PDF in name only": (b"%PDF-1.7\n" + b"\xde\xad\xbe\xef" * 500, ("damaged-file",)),
    "picture in name only": (b"\x89PNG\r\n\x1a\n" + b"\xde\xad\xbe\xef" * 500, ("damaged-file",)),
    "deflate bomb": (made.deflate_bomb(1 << 28), ("damaged-file", "too-large", "out-of-memory")),
    "picture of 900 million points": (made.image_bomb(30_016), ("too-large", "damaged-file")),
    "100,000 pages": (_many_pages(100_000), ("too-many-pages",)),
    "a page of five metres": (made.pdf([b"/MediaBox [0 0 14400 14400]"]), ()),
    "a page of no size": (made.pdf([b"/MediaBox [0 0 0 0]"]), ("damaged-file",)),
    "deep nesting": (_deep(), ("damaged-file",)),
    "its own child": (_looping(), ("damaged-file",)),
    "text that runs backwards": (f"Số: \u202e1\u2066/CT\n{TEXT}".encode(), ()),
    "one endless line": (b"a" * 300_000, ()),
}


def _newcomer(place: Place) -> httpx2.Client:
    """Who opens a connection for each request: one that is kept for more may be closed just as it is used again."""
    kept_for_none = httpx2.Limits(max_keepalive_connections=0)
    return httpx2.Client(
        base_url=place.client.base_url, headers=place.client.headers, timeout=place.client.timeout, limits=kept_for_none
    )


@contextmanager
def _others_are_served(place: Place) -> Iterator[None]:
    """Somebody looks at the state of the service and at the tasks all the while, and is always answered."""
    ended = threading.Event()
    faults: list[Any] = []

    def ask() -> None:
        while True:
            for path in ("/v1/health", "/v1/tasks"):
                try:
                    outcome: Any = client.get(path).status_code
                except Exception as error:
                    outcome = error
                if outcome != 200:
                    faults.append((path, outcome))
            if ended.wait(0.05):
                return

    with _newcomer(place) as client:
        somebody = threading.Thread(target=ask)
        somebody.start()
        try:
            yield
        finally:
            ended.set()
            somebody.join()
    assert not faults


def _left(place: Place) -> list[Path]:
    """What uploads and readings have left that nobody will look at."""
    found = list((place.data / "originals").glob(".incoming-*"))
    return found + [path for path in (place.data / "results").rglob("*") if path.is_file()]


def _settled(place: Place) -> None:
    until = time.monotonic() + 20
    while (left := _left(place)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not left


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service that reads with the real reader."""
    place = Place(tmp_path_factory.mktemp("hostile") / "data", DIRECTIVES_JOB_SLOTS="2")
    place.start("serve", "--port", "0")
    yield place
    place.close()


@pytest.fixture(scope="module")
def taking(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Place]:
    """A service that takes files in and reads none."""
    place = Place(tmp_path_factory.mktemp("hostile") / "data", database_url)
    place.start("serve", "--port", "0", "--no-worker")
    yield place
    place.close()


def test_hostile_files_are_refused_or_end_with_a_reason(reading: Place) -> None:
    reading.ended(reading.upload(PLAIN_PDF, "đầu.pdf")["job"]["id"])  # now all is there that stays
    _settled(reading)
    idle = set(reading.alive())
    with _others_are_served(reading):
        for what, (content, code) in REFUSED.items():
            answer = reading.client.post("/v1/documents", content=content)
            assert answer.status_code in (415, 422), what
            assert answer.json()["code"] == code, what
            assert answer.json()["detail"] and answer.json()["detail_en"]
        taken = {what: reading.upload(content, f"{what}.pdf") for what, (content, _) in TAKEN.items()}
        for what, upload in taken.items():
            job = reading.ended(upload["job"]["id"])
            if job["state"] == "failed":
                assert job["error"]["code"] in TAKEN[what][1], (what, job["error"])
                assert job["error"]["message"] and job["error"]["message_en"]
            else:
                record = reading.get(f"/v1/documents/{upload['document']['id']}/record")
                assert record["source"]["file_name"] == f"{what}.pdf"
            assert job["attempts"] == 1, what
    _settled(reading)
    assert set(reading.alive()) <= idle, "a reader has outlived its document"


def test_what_was_handed_in_runs_nowhere(reading: Place) -> None:
    for content in (SCRIPT + PLAIN_PDF, PICTURE + SCRIPT, TEXT.encode() + SCRIPT):
        document = reading.upload(content, "a.html")["document"]["id"]
        original = reading.client.get(f"/v1/documents/{document}/original")
        assert original.content == content
        assert original.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in original.headers["content-security-policy"]
        assert original.headers["x-content-type-options"] == "nosniff"
        assert "html" not in original.headers["content-type"]


# A name, and how it is shown. None: the request is refused.
NAMES = {
    "../../../etc/passwd": "passwd",
    "/etc/cron.d/evil": "evil",
    "..\\..\\windows\\system32\\evil.dll": "evil.dll",
    "C:\\scan\\chỉ thị.pdf": "chỉ thị.pdf",
    "....//....//a.pdf": "a.pdf",
    "..": "van-ban",
    ".": "van-ban",
    "": "van-ban",
    "   ": "van-ban",
    "a\u202efdp.exe": "afdp.exe",
    "\u2066a\u2069.pdf": "a.pdf",
    "a\r\nSet-Cookie: evil=1\r\n\r\n<script>.pdf": "aSet-Cookie: evil=1<script>.pdf",
    'a"; filename="b.exe': 'a"; filename="b.exe',
    "<img src=x onerror=alert(1)>.pdf": "<img src=x onerror=alert(1)>.pdf",
    "'; DROP TABLE document; --.pdf": "'; DROP TABLE document; --.pdf",
    "%2e%2e%2fa.pdf": "%2e%2e%2fa.pdf",
    "{{7*7}}${7*7}.pdf": "{{7*7}}${7*7}.pdf",
    "a" * 900 + ".pdf": "a" * 196 + ".pdf",
    "chi\u0309 thi\u0323.pdf": "chỉ thị.pdf",
    "🗎" * 100 + ".pdf": "🗎" * 100 + ".pdf",
    "CON": "CON",
    "-rf": "-rf",
    "a" * 10_000 + ".pdf": None,
    "a\x00.pdf": None,
}


@pytest.mark.parametrize("way", ["query", "form"])
def test_names_are_names_only(taking: Place, way: str) -> None:
    for number, (name, shown) in enumerate(NAMES.items()):
        content = f"{way} {number}".encode()
        if way == "query":
            answer = taking.client.post(f"/v1/documents?file_name={quote(name, safe='')}", content=content)
        else:
            answer = _form(taking, name, content)
        if shown is None and answer.status_code >= 400:
            assert answer.status_code in (400, 422) and answer.json()["detail"], name
            continue
        document = answer.raise_for_status().json()["document"]
        if shown is not None:
            assert document["file_name"] in (shown, _escaped(name)), name
        assert re.fullmatch(r"[^\x00-\x1f/\\]{1,200}", document["file_name"])
        original = taking.client.get(f"/v1/documents/{document['id']}/original").raise_for_status()
        assert original.content == content
        assert "set-cookie" not in original.headers
        page = taking.client.get(f"/documents/{document['id']}").raise_for_status()
        assert "<img src=x" not in page.text and "<script>.pdf" not in page.text and "49$49" not in page.text
    kept = [path.relative_to(taking.data / "originals") for path in (taking.data / "originals").rglob("*")]
    assert all(re.fullmatch(r"[0-9a-f]{2}(/[0-9a-f]{62})?", str(path)) for path in kept)
    assert {path.name for path in taking.data.iterdir()} & {"passwd", "evil", "a.pdf"} == set()


def _form(place: Place, name: str, content: bytes) -> Any:
    """A form that gives the file this name."""
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    return place.client.post("/v1/documents", content=body % (_escaped(name).encode(), content), headers=kind)


def _escaped(name: str) -> str:
    """As browsers write what would end a name in a form."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


BROKEN_FORMS = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "nothing": ("multipart/form-data; boundary=x", b""),
    "no end": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc'),
    "a head without end": ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: a\r\n" * 100_000),
    "a header without end": ("multipart/form-data; boundary=x", b"--x\r\nA: " + b"a" * 3_000_000),
    "many parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 50_000 + b"--x--\r\n",
    ),
    "many files": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n' * 5_000 + b"--x--\r\n",
    ),
    "two files": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n' * 2 + b"--x--\r\n",
    ),
    "an odd boundary": ("multipart/form-data; boundary=" + "x" * 5000, b"--x--\r\n"),
    "an odd charset": ("multipart/form-data; boundary=x; charset=klingon", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n1\r\n--x--\r\n'),
    "an odd kind": ("multipart/form-data; boundary=\xff\xfe", b""),
    "a form of words": ("application/x-www-form-urlencoded", b"file=abc"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN_FORMS)
def test_broken_forms_are_answered(taking: Place, what: str) -> None:
    kind, body = BROKEN_FORMS[what]
    answer = taking.client.post("/v1/documents", content=body, headers={"Content-Type": kind.encode("latin-1")})
    assert answer.status_code in (400, 413, 415, 422) or (what == "an odd charset" and answer.status_code == 202)
    if answer.status_code != 202:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"] and answer.json()["detail_en"]
    _settled(taking)


def test_many_small_files_at_once(taking: Place) -> None:
    before = _documents(taking)
    with _others_are_served(taking), ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda n: taking.upload(f"tệp nhỏ {n % 250}".encode(), bulk=True), range(300)))
    assert len({answer["document"]["id"] for answer in answers}) == 250
    assert _documents(taking) - before == 250, "the same bytes at once are one document"
    _settled(taking)


def test_slow_senders_keep_nobody_out(taking: Place) -> None:
    before = _documents(taking)
    heads = [_slow(taking, b"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ") for _ in range(260)]
    bodies = [_slow(taking, _upload_head(taking, 1_000_000) + b"chi thi") for _ in range(260)]
    ended = threading.Event()

    def trickle() -> None:
        while not ended.wait(0.5):
            for caller in heads + bodies:
                with suppress(OSError):  # given up
                    caller.send(b"a")

    trickling = threading.Thread(target=trickle)
    trickling.start()
    try:
        with _others_are_served(taking), _newcomer(taking) as client:
            for number in range(10):
                client.post("/v1/documents", content=f"nhanh {number}".encode()).raise_for_status()
                with client.stream("GET", "/v1/tasks") as answer:
                    assert answer.status_code == 200
            for _ in range(20):
                with _slow(
                    taking, b"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                ) as caller:
                    assert caller.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        ended.set()
        trickling.join()
        for caller in heads + bodies:
            caller.close()
    _settled(taking)
    assert _documents(taking) - before == 10


def test_senders_who_break_off_leave_nothing(taking: Place) -> None:
    before = _documents(taking)
    with _others_are_served(taking):
        for number in range(40):
            caller = _slow(taking, _upload_head(taking, 5_000_000) + b"x" * (number * 50_000))
            if number % 2:  # in anger
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.close()
    _settled(taking)
    assert _documents(taking) == before


def test_a_sender_who_breaks_off_may_send_again(taking: Place) -> None:
    key = "Idempotency-Key: mot-lan\r\n"
    caller = _slow(taking, _upload_head(taking, 100_000, key) + b"x" * 50_000)
    caller.close()
    content = b"x" * 100_000
    until = time.monotonic() + 20
    while True:  # until the service has learnt that the first is gone
        answer = taking.client.post("/v1/documents", content=content, headers={"Idempotency-Key": "mot-lan"})
        if answer.status_code != 409 or time.monotonic() > until:
            break
        time.sleep(0.1)
    assert answer.status_code == 202, answer.text
    _settled(taking)


def _documents(place: Place) -> int:
    with place.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(tables.Document)) or 0


def _slow(place: Place, said: bytes) -> socket.socket:
    base = place.client.base_url
    caller = socket.create_connection((base.host, base.port), timeout=30)
    caller.sendall(said)
    return caller


def _upload_head(place: Place, size: int, more: str = "") -> bytes:
    return (
        "POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {place.token}\r\nContent-Length: {size}\r\n{more}\r\n"
    ).encode()
