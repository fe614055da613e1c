"""A PostgreSQL of one's own: a server in a temporary folder, on a free port, gone at the end. For tests and measurements."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg

MISSING = "không có PostgreSQL (initdb, pg_ctl) trên máy này / no PostgreSQL server is installed here"


class Missing(Exception):
    """No server is installed on this machine."""

    def __init__(self) -> None:
        super().__init__(MISSING)


class Server:
    """A running server. `options` are those of its command line, as ``-c fsync=off``. Raises Missing."""

    def __init__(self, options: str = "") -> None:
        self._programs = _programs()
        self._folder = Path(tempfile.mkdtemp(prefix="directives-pg-"))
        self._folder.chmod(0o755)
        self._as_postgres = _as_postgres(self._folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._options = f"-p {port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=200 {options}"
        self.address = f"postgresql://postgres@127.0.0.1:{port}"
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        log = str(self._folder / "log")
        self._run("pg_ctl", "-o", self._options, "-l", log, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it, as if the power were cut, or "fast": every connection is ended in order."""
        self._run("pg_ctl", "-m", mode, "-w", "stop")

    def fresh(self, name: str = "directives") -> str:
        """The URL of a new, empty database."""
        database = re.sub(r"\W", "_", name.lower())[:40] + "_" + uuid4().hex[:8]
        with psycopg.connect(f"{self.address}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        return f"{self.address}/{database}"

    def close(self) -> None:
        """Stop it and remove all that it kept."""
        try:
            self.stop()
        except subprocess.CalledProcessError:
            pass  # it was stopped before
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as_postgres, str(self._programs / program), "-D", str(self._folder / "data"), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )


def _programs() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = folders[-1] if folders else Path(shutil.which("initdb") or "/nowhere/initdb").resolve().parent
    if not (found / "initdb").exists():
        raise Missing
    return found


def _as_postgres(folder: Path) -> list[str]:
    """The server refuses to run as root."""
    if os.getuid() != 0:
        return []
    shutil.chown(folder, "postgres")
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"]
