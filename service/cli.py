"""The command ``directives``: the extractor's commands, and those of the service.

``extract``, `show` and `schema` are the extractor's own and are handed on to it unread. The service's are here: `serve` runs
everything in one place, `worker` adds a process or a machine, and the rest keep the house in order.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog
import uvicorn

from extractor.parser import Parser
from service.operations import logs
from service.settings import Settings

if TYPE_CHECKING:
    from service.house import House

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69  # sysexits EX_UNAVAILABLE
EXIT_INTERRUPTED = 130
AGAIN_SECONDS = 3.0  # after which a database that is away at the start is looked for again
EXTRACTOR = ("extract", "show", "schema")

log = structlog.get_logger()


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if argv and argv[0] in EXTRACTOR:
        from extractor import cli

        return cli.main(argv)
    gc.set_threshold(100_000, 50, 50)  # what is loaded is no garbage, and looking for some is a fifth of the start
    arguments = _parser().parse_args(argv)
    try:
        settings = Settings.load(
            host=getattr(arguments, "host", None),
            port=getattr(arguments, "port", None),
            data=arguments.data,
            watched_folder=getattr(arguments, "watch", None),
        )
        logs.configure(settings.log_level)
    except ValueError as error:
        return _complain(str(error), EXIT_USAGE)
    from service.patience import passing

    try:
        status: int = arguments.run(arguments, settings)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:
        if not passing(error):
            raise
        return _complain(
            f"Cơ sở dữ liệu không dùng được hoặc đĩa đã đầy: {_first_line(error)}\n"
            "The database cannot be used, or the disk is full.",
            EXIT_UNAVAILABLE,
        )
    return status


def _parser() -> argparse.ArgumentParser:
    from service.access import commands as access
    from service.export import gold
    from service.intake import command as intake
    from service.operations import commands as operations
    from service.search import commands as search
    from service.study import commands as study

    parser = Parser(
        prog="directives",
        description="Bóc tách văn bản chỉ đạo: extract, show, schema (xem: directives extract --help). Dịch vụ: các lệnh dưới "
        "đây. / The extractor's commands are extract, show, schema; those below run and keep the service.",
    )
    parser.add_argument("--data", type=Path, help="thư mục dữ liệu / data folder (./data)")
    commands = parser.add_subparsers(title="lệnh / commands", metavar="LỆNH", required=True)
    serving = commands.add_parser("serve", help="chạy dịch vụ / run the service: pages, API, worker")
    serving.add_argument("--host", help="địa chỉ lắng nghe / address to listen at (127.0.0.1)")
    serving.add_argument("--port", type=int, help="cổng, 0: cổng trống bất kỳ / port, 0: any free one (8000)")
    serving.add_argument("--watch", metavar="FOLDER", help="thư mục được theo dõi / folder whose files are taken in")
    serving.add_argument("--no-worker", action="store_true", help="chỉ trả lời, không đọc / answer only, read nothing")
    serving.set_defaults(run=serve)
    working = commands.add_parser("worker", help="chạy thêm một tiến trình đọc / run one more reader of documents")
    working.set_defaults(run=work)
    for group in (intake, operations, access, gold, search, study):
        group.register(commands)
    # People write --data behind the command as well.
    for name, command in commands.choices.items():
        if name not in ("user", "token"):
            command.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def serve(arguments: argparse.Namespace, settings: Settings) -> int:
    """Run the service until SIGTERM or Ctrl-C; the exit status."""
    from service.access import oidc

    try:
        oidc.check(settings)
    except oidc.Unusable as error:
        return _complain(str(error), EXIT_USAGE)
    try:
        door = _listen(settings)
    except OSError as error:
        return _complain(
            f"Không mở được cổng {settings.port} ({error.strerror}). Hãy chọn cổng khác bằng --port, hoặc --port 0.\n"
            f"Port {settings.port} cannot be opened. Choose another with --port, or --port 0.",
            EXIT_UNAVAILABLE,
        )
    from service.access.accounts import first_way_in
    from service.access.connections import Connection
    from service.app import create_app
    from service.house import InUse

    # A polite kill takes the same way out as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        house = _open(settings, work=not arguments.no_worker)
    except KeyboardInterrupt:
        return 0
    except InUse:
        return _in_use(settings)
    secret = first_way_in(house.database)

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _announce(door, settings, secret)

    server = Announcing(
        uvicorn.Config(
            create_app(house),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,  # watchers of progress may stay for ever
            timeout_keep_alive=30,
            http=Connection,
        )
    )
    with contextlib.ExitStack() as running:
        running.callback(house.close)
        for part in _beside(house):
            running.callback(part.stop)
            part.start()
        _settle()
        # The server finishes the requests under way, then hands the signal on.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[door])
    return 0


def work(arguments: argparse.Namespace, settings: Settings) -> int:
    """Read documents until SIGTERM or Ctrl-C; the exit status."""
    from service.house import InUse

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        house = _open(settings, work=True)
    except KeyboardInterrupt:
        return 0
    except InUse:
        return _in_use(settings)
    assert house.worker
    _settle()
    print(f"Đang đọc văn bản với tên {house.worker.name}. Dừng bằng Ctrl-C.", flush=True)
    print(f"Reading documents as {house.worker.name}. Ctrl-C stops it.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
    house.close()
    return 0


def _settle() -> None:
    """What is loaded by now stays: looking for garbage in it would hold every answer up for a third of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Part(Protocol):
    """Something that goes on beside the answering of requests."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def _beside(house: House) -> Iterator[Part]:
    from service.feed.sender import Sender
    from service.intake.folder import Folder
    from service.operations.housekeeping import Housekeeping
    from service.search.bringer import Bringer
    from service.search.index import Follower

    settings = house.settings
    yield Housekeeping(house)
    yield Sender(house)
    yield Follower(house)
    yield Bringer(house)
    if settings.watched_folder:
        yield Folder(Path(settings.watched_folder), house.reception, settings.settle_seconds)


def _open(settings: Settings, *, work: bool) -> House:
    """Open the house, as soon as its database is there. Raises InUse, and what no waiting mends."""
    from service.house import House
    from service.patience import passing

    while True:
        try:
            return House.open(settings, work=work)
        except Exception as error:
            if not passing(error):
                raise
            log.warning("waiting for the database", why=_first_line(error), seconds=AGAIN_SECONDS)
        time.sleep(AGAIN_SECONDS)


def _first_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).partition("\n")[0]


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted connections inherit it: head and body of an answer are two writes, and the second would wait 40 ms for an echo.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    door.bind((settings.host, settings.port))
    return door


def _announce(door: socket.socket, settings: Settings, secret: str | None) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{door.getsockname()[1]}"
    print(f"Dịch vụ đang chạy tại {address} (dữ liệu: {settings.data}). Dừng bằng Ctrl-C.", flush=True)
    print(f"The service is running at {address} (data: {settings.data}). Ctrl-C stops it.", flush=True)
    if secret:
        print("Lần đầu: mở địa chỉ sau (dùng một lần) để đặt mật khẩu cho tài khoản quản trị “admin”.", flush=True)
        print("First run: open this address (once) to set the password of the administrator “admin”:", flush=True)
        print(f"  {address}/way-in?secret={secret}", flush=True)


def _in_use(settings: Settings) -> int:
    if settings.worker_name:
        return _complain(
            f"Tên {settings.worker_name!r} đang được một tiến trình khác dùng trong {settings.data}.\n"
            f"Another process is working as {settings.worker_name!r} in {settings.data}.",
            EXIT_UNAVAILABLE,
        )
    return _complain(
        f"Đang khôi phục bản sao lưu vào {settings.data}. Hãy chờ xong rồi chạy lại.\n"
        f"A backup is being put back into {settings.data}. Wait for its end, then start again.",
        EXIT_UNAVAILABLE,
    )


def _complain(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
