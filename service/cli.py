"""``serve``: migrations, interface, pages and worker in one command."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog
import uvicorn

from service.settings import Settings

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69  # sysexits EX_UNAVAILABLE


def serve(argv: Sequence[str]) -> int:
    """Run the service until SIGTERM or Ctrl-C; the exit status."""
    try:
        settings = _settings(argv)
    except ValueError as error:
        return _complain(str(error), EXIT_USAGE)
    _log()
    try:
        door = _listen(settings)
    except OSError as error:
        return _complain(
            f"Không mở được cổng {settings.port} ({error.strerror}). Hãy chọn cổng khác bằng --port, hoặc --port 0.\n"
            f"Port {settings.port} cannot be opened. Choose another with --port, or --port 0.",
            EXIT_UNAVAILABLE,
        )
    from service.app import create_app
    from service.house import House, InUse

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                _announce(door, settings)

    # A polite kill takes the same way out as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        house = House.open(settings)
    except KeyboardInterrupt:
        return 0
    except InUse:
        return _complain(
            f"Thư mục dữ liệu {settings.data} đang được một dịch vụ khác dùng.\n"
            f"The data folder {settings.data} is in use by another service.",
            EXIT_UNAVAILABLE,
        )
    server = Announcing(
        uvicorn.Config(
            create_app(house),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,  # watchers of progress may stay for ever
        )
    )
    # The server finishes the requests under way, then hands the signal on.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[door])
    house.close()
    return 0


def _settings(argv: Sequence[str]) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m service serve",
        description="Chạy dịch vụ: nhận văn bản, bóc tách, tra cứu. / Run the service.",
    )
    parser.add_argument("--host", help="địa chỉ lắng nghe / address to listen at (127.0.0.1)")
    parser.add_argument("--port", type=int, help="cổng, 0: cổng trống bất kỳ / port, 0: any free one (8000)")
    parser.add_argument("--data", type=Path, help="thư mục dữ liệu / data folder (./data)")
    given = parser.parse_args(argv)
    return Settings.load(host=given.host, port=given.port, data=given.data)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((settings.host, settings.port))
    return door


def _announce(door: socket.socket, settings: Settings) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{door.getsockname()[1]}"
    print(f"Dịch vụ đang chạy tại {address} (dữ liệu: {settings.data}). Dừng bằng Ctrl-C.", flush=True)
    print(f"The service is running at {address} (data: {settings.data}). Ctrl-C stops it.", flush=True)


def _log() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def _complain(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
