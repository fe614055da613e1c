"""Approved records as gold: what comes out is what the evaluation takes in."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from starlette.testclient import TestClient

from corpus.score import PARTS, score
from extractor import extract
from service.export.gold import gold_of
from service.house import House
from tests.service.conftest import put

ROOT = Path(__file__).parents[2]
SPECIMEN = ROOT / "corpus" / "specimens" / "doi-che-04-cd-ubnd-2022.txt"


def _kept(house: House, tmp_path: Path, text: str) -> str:
    file = tmp_path / "công điện.txt"
    file.write_text(text)
    house.originals.put(text.encode())
    return str(put(house, extract(file)))


def test_a_record_is_its_own_gold() -> None:
    record = extract(SPECIMEN)
    whole = record.model_dump(mode="json", by_alias=True)
    result = score(whole, gold_of(record))
    assert {part: result[part].f1 for part in PARTS if result[part].gold} == {
        part: 1.0 for part in PARTS if result[part].gold
    }
    assert result["tasks"].gold > 3


def test_what_was_approved_is_exported_beside_what_was_read(
    house: House, client: TestClient, tmp_path: Path, database_url: str
) -> None:
    text = SPECIMEN.read_text("utf-8")
    approved, waiting = _kept(house, tmp_path, text), _kept(house, tmp_path, text + "\n")
    seen = client.get(f"/v1/documents/{approved}/record")
    task = seen.json()["tasks"][0]
    edit = {"unit": f"tasks/{task['id']}", "was": task, "value": {**task, "text": "Nội dung đã sửa."}}
    tag = client.patch(f"/v1/documents/{approved}/record", json={"edits": [edit]}).headers["etag"]
    client.post(f"/v1/documents/{approved}/approval", headers={"If-Match": tag}).raise_for_status()

    out = tmp_path / "gold"
    command = ["export-gold", str(out), "--data", str(house.settings.data)]
    done = subprocess.run(
        [sys.executable, "-m", "service", *command],
        cwd=ROOT,
        env={"DATABASE_URL": database_url, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in out.iterdir())
    stem = files[0].removesuffix(".gold.json")
    assert files == [f"{stem}.gold.json", f"{stem}.read.json", f"{stem}.txt"]
    gold = json.loads((out / files[0]).read_text("utf-8"))
    read = json.loads((out / files[1]).read_text("utf-8"))
    assert gold["tasks"][0]["text"] == "Nội dung đã sửa."
    assert read["tasks"][0]["text"] == task["text"]
    assert (out / files[2]).read_text("utf-8") == text
    audit = client.get("/v1/audit").json()["items"]
    assert any(note["action"] == "export.gold" and note["after"]["documents"] == 1 for note in audit)
    assert waiting not in (out / files[0]).read_text("utf-8")
