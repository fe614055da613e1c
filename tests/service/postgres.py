"""A PostgreSQL of the tests' own: a server in a temporary folder, on a free port, gone at the end."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import socket
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

MISSING = "không có PostgreSQL (initdb, pg_ctl) trên máy này / no PostgreSQL server is installed here"


def fresh(name: str = "test") -> str:
    """The URL of a new, empty database. Skips the test where no server is installed."""
    address = _server()
    if address is None:
        pytest.skip(MISSING)
    database = re.sub(r"\W", "_", name.lower())[:40] + "_" + uuid4().hex[:8]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{database}"'.encode())
    return f"{address}/{database}"


@cache
def _server() -> str | None:
    """Start the server, once; its URL without a database."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = str(folders[-1]) if folders else str(Path(shutil.which("initdb") or "/nowhere/initdb").resolve().parent)
    if not Path(found, "initdb").exists():
        return None
    folder = Path(tempfile.mkdtemp(prefix="directives-pg-"))
    folder.chmod(0o755)
    as_postgres = _as_postgres(folder)
    data = folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
    run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    initdb = [*as_postgres, f"{found}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale=C"], **run)  # type: ignore[call-overload]
    control = [*as_postgres, f"{found}/pg_ctl", "-D", str(data)]
    subprocess.run([*control, "-o", options, "-l", str(folder / "log"), "-w", "start"], **run)  # type: ignore[call-overload]

    def stop() -> None:
        subprocess.run([*control, "-m", "immediate", "stop"], **run | {"check": False})  # type: ignore[call-overload]
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    return f"postgresql://postgres@127.0.0.1:{port}"


def _as_postgres(folder: Path) -> list[str]:
    """The server refuses to run as root."""
    if os.getuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
