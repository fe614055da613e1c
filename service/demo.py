"""``python -m service.demo [FILE]``: the whole way of one document through the service, shown on a terminal.

Starts the service on a free port over a temporary folder, hands the file in by HTTP, shows the pages being read, prints
the tasks, and leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

import httpx2
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
SPECIMEN = ROOT / "corpus" / "demo" / "chi-thi-mau.pdf"
START_SECONDS = 60

STAGES = {
    "queued": "Chờ xử lý",
    "open": "Mở tệp",
    "read": "Đang đọc",
    "layout": "Dựng lại văn bản",
    "facts": "Bóc tách nhiệm vụ",
    "done": "Xong",
}

Json = dict[str, Any]


class Failed(Exception):
    """The demonstration can not go on; says why, in both languages."""


def main() -> int:
    """Show one document; the exit status."""
    arguments = sys.argv[1:]
    # In a log or a pipe there is no terminal to be narrow.
    console = Console(highlight=False, width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120)
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("Cách dùng / usage: python -m service.demo [FILE]", file=sys.stderr)
        return 2
    file = Path(arguments[0]) if arguments else SPECIMEN
    if not file.is_file():
        print(f"Không có tệp {file} / there is no file {file}", file=sys.stderr)
        return 3
    # A polite kill ends the demonstration the way Ctrl-C does, so that it tidies up.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _service() as (address, token), _client(address, token) as client:
            console.print(f"Dịch vụ chạy tạm tại {address}; nộp [bold]{file.name}[/bold].")
            job = _follow(client, _upload(client, file), console)
            document = _get(client, f"/v1/documents/{job['document_id']}")
            tasks = _tasks(client, job["document_id"])
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nĐã dừng, không để lại gì. / Stopped; nothing is left behind.", file=sys.stderr)
        return 130
    _show(console, document, tasks)
    return 0


@contextlib.contextmanager
def _service() -> Iterator[tuple[str, str]]:
    """The address of a service of our own and a token to it; gone afterwards, with all that it kept."""
    with tempfile.TemporaryDirectory(prefix="directives-demo-") as folder:
        log = Path(folder) / "service.log"
        with log.open("w") as said:
            data = str(Path(folder) / "data")
            token = _token(data, said)
            service = subprocess.Popen(
                [sys.executable, "-m", "service", "serve", "--port", "0", "--data", data],
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is ours to handle, in order
            )
            try:
                yield _address(service, log), token
            finally:
                _end(service)


def _token(data: str, said: IO[str]) -> str:
    command = [sys.executable, "-m", "service", "token", "create", "demo", "--role", "administrator", "--data", data]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=said, text=True, env=_environment(), check=False)
    if made.returncode:
        raise Failed("Dịch vụ không khởi động được. / The service did not start.")
    return made.stdout.strip()


def _client(address: str, token: str) -> httpx2.Client:
    return httpx2.Client(base_url=address, timeout=30, headers={"Authorization": f"Bearer {token}"})


def _environment() -> dict[str, str]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    keep = {
        name: value for name, value in os.environ.items() if name not in ("DIRECTIVES_DATABASE_URL", "DATABASE_URL")
    }
    return {
        **keep,
        "PYTHONPATH": path,
        "PYTHONIOENCODING": "utf-8",
        "DIRECTIVES_DRAIN_SECONDS": "0",
        "DIRECTIVES_POLL_SECONDS": "0.2",
    }


def _address(service: subprocess.Popen[str], log: Path) -> str:
    assert service.stdout
    late = threading.Timer(START_SECONDS, service.kill)
    late.start()
    try:
        for line in service.stdout:
            if found := re.search(r"http://[^\s/]+", line):
                return found[0]
    finally:
        late.cancel()
    raise Failed(f"Dịch vụ không khởi động được. / The service did not start.\n{log.read_text('utf-8')[-2000:]}")


def _end(service: subprocess.Popen[str]) -> None:
    service.terminate()
    try:
        service.wait(10)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(service.pid, signal.SIGKILL)
        service.wait()
    if service.stdout:
        service.stdout.close()


def _answer(answer: httpx2.Response) -> Json:
    content: Json = answer.json()
    if answer.is_error:
        raise Failed(f"{content['detail']}\n{content['detail_en']}")
    return content


def _get(client: httpx2.Client, path: str, **query: Any) -> Json:
    return _answer(client.get(path, params=query))


def _upload(client: httpx2.Client, file: Path) -> Json:
    with file.open("rb") as content:
        job: Json = _answer(client.post("/v1/documents", files={"file": (file.name, content)}))["job"]
    return job


def _follow(client: httpx2.Client, job: Json, console: Console) -> Json:
    """The job when it has ended. Raises Failed when the document could not be read."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[where]}"), TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip
    shown = ""
    with bar if console.is_terminal else contextlib.nullcontext():
        line = bar.add_task("", total=None, where="")
        while True:
            job = _get(client, f"/v1/jobs/{job['id']}")
            where = f"trang {job['page']}/{job['pages']}" if job["pages"] else ""
            stage = STAGES.get(job["stage"], job["stage"])
            bar.update(line, description=stage, completed=job["page"], total=job["pages"] or None, where=where)
            if not console.is_terminal and (now := f"{stage} {where}".rstrip()) != shown:
                console.print(now)
                shown = now
            if job["state"] not in ("queued", "running"):
                break
            time.sleep(0.2)
    if error := job["error"]:
        raise Failed(f"{error['message']}\n{error['message_en']}")
    return job


def _tasks(client: httpx2.Client, document: str) -> list[Json]:
    tasks: list[Json] = []
    query: Json = {"document": document, "limit": 200}
    while True:
        page = _get(client, "/v1/tasks", **query)
        tasks += page["items"]
        if not page["next_cursor"]:
            return tasks
        query["cursor"] = page["next_cursor"]


def _show(console: Console, document: Json, tasks: list[Json]) -> None:
    header = Table.grid(padding=(0, 2))
    for name, value in (
        ("Loại văn bản", document["kind"]),
        ("Số, ký hiệu", document["number"]),
        ("Cơ quan ban hành", document["issuer"]),
        ("Nơi, ngày", ", ".join(filter(None, (document["place"], _day(document["issued_on"]))))),
        ("Trích yếu", document["subject"]),
    ):
        header.add_row(Text(name, "dim"), Text(value or "(không rõ)", "bold"))
    console.print(header)

    table = Table(title=f"{len(tasks)} nhiệm vụ", show_lines=True, expand=True)
    table.add_column("Mục", no_wrap=True)
    table.add_column("Nhiệm vụ", ratio=4)
    table.add_column("Chủ trì", ratio=2)
    table.add_column("Phối hợp", ratio=2)
    table.add_column("Thời hạn", ratio=2)
    table.add_column("?", no_wrap=True)
    for task in tasks:
        table.add_row(
            Text(".".join(task["path"])),
            Text(task["title"]),
            Text(_agencies(task, "lead")),
            Text(_agencies(task, "coordinate")),
            Text("\n".join(_deadline(when) for when in task["deadlines"])),
            Text("?" if task["doubtful"] else "", "bold yellow"),
        )
    console.print(table)
    doubtful = sum(task["doubtful"] for task in tasks)
    if document["state"] == "partial":
        console.print("[yellow]Có trang không đọc được: kết quả chưa đầy đủ.[/yellow]")
    console.print(f"Dấu ? ({doubtful} nhiệm vụ): máy chưa chắc, cần người kiểm tra lại.")
    console.print("Chạy [bold]make serve[/bold] để nộp văn bản của bạn bằng trình duyệt và tra cứu nhiệm vụ.")


def _agencies(task: Json, role: str) -> str:
    return "\n".join(who["agency"] for who in task["assignments"] if who["role"] == role)


def _deadline(when: Json) -> str:
    return " – ".join(filter(None, (_day(when["due"]), when["text"])))


def _day(day: str | None) -> str:
    return date.fromisoformat(day).strftime("%d/%m/%Y") if day else ""


if __name__ == "__main__":
    sys.exit(main())
