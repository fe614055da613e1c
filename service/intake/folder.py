"""The watched folder: scanners and people put files there, and they are taken in.

A file is taken when it has stopped changing, and moved to ``da-nhan/`` (received) only after its document and job are
committed; killed in between, the same bytes are met again and are the same document. What is refused goes to ``tu-choi/``
with a note beside it that says why.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from extractor.errors import DirectiveError
from service.access.actor import the_service
from service.intake.reception import Order, Reception, StillChanging
from service.store.documents import BULK

log = structlog.get_logger()

RECEIVED = "da-nhan"
REFUSED = "tu-choi"


@dataclass(slots=True)
class Folder:
    """Watches one folder, and the folders in it. Looks every `settle` seconds: a file unchanged since is complete."""

    path: Path
    reception: Reception
    settle: float
    _seen: dict[Path, tuple[int, int]] = field(default_factory=dict)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._watch, name="folder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(self.settle):
            try:
                self.look()
            except Exception:
                # A share that is away: the files are still there at the next look.
                log.exception("watched folder", folder=str(self.path))

    def look(self) -> int:
        """Take in what has not changed since the last look; how many files were taken or refused."""
        now = {file: seen for file in self._files() if (seen := _state(file))}
        complete = [file for file, seen in now.items() if self._seen.get(file) == seen and seen[0] > 0]
        self._seen = now
        done = 0
        for file in complete:
            if self._stopping.is_set():
                break
            try:
                done += self._take(file)
            except Exception:
                # One that cannot be read, or a database that restarts: it is tried at the next look, and the others now.
                log.exception("file not taken")
        return done

    def _files(self) -> Iterator[Path]:
        aside = (self.path / RECEIVED, self.path / REFUSED)
        for file in sorted(self.path.rglob("*")):
            hidden = any(part.startswith((".", "~")) for part in file.relative_to(self.path).parts)
            if file.is_file() and not file.is_symlink() and not hidden and not any(a in file.parents for a in aside):
                yield file

    def _take(self, file: Path) -> bool:
        order = Order(the_service(f"thư mục {self.path.name}"), priority=BULK)
        try:
            received = self.reception.take(file, order)
        except DirectiveError as error:
            aside = self._place(file, REFUSED)
            # The note first: killed in between, there is a note too many and no file without one.
            aside.with_name(f"{aside.name}.ly-do.txt").write_text(f"{error.message}\n{error.message_en}\n", "utf-8")
            file.rename(aside)
            log.warning("file refused", code=error.code)  # which, says the note
            return True
        except (StillChanging, FileNotFoundError):  # the next look sees what has become of it
            return False
        if _state(file) == self._seen[file]:
            file.rename(self._place(file, RECEIVED))
        log.info("file received", document=str(received.document.id), new=received.new_document)
        return True

    def _place(self, file: Path, room: str) -> Path:
        """A free place in a room, with the folders that the file lay in."""
        target = self.path / room / file.relative_to(self.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target = target.with_name(f"{target.stem}.{datetime.now():%Y%m%d-%H%M%S-%f}{target.suffix}")
        return target


def _state(file: Path) -> tuple[int, int] | None:
    """Size and moment of the last change; None when it has gone."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
