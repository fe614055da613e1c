"""Files by the SHA-256 of their bytes, as ``ab/cdef…`` below a folder: what is written once is never changed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

STALE_SECONDS = 24 * 3600.0
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})  # what a disk without space says


class Incoming:
    """A file being received: bytes go to a temporary file and into the hash, and nobody sees it until `keep`."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        handle, name = tempfile.mkstemp(prefix=".incoming-", dir=blobs.root)
        self._file = os.fdopen(handle, "wb")
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self.size += len(piece)

    def keep(self) -> str:
        """Make it safe on disk under its SHA-256, which is returned; the same bytes twice are one file."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sha256 = self._hash.hexdigest()
        target = self._blobs.path(sha256)
        if not _touched(target):
            target.parent.mkdir(exist_ok=True)
            self._path.chmod(0o440)
            self._path.replace(target)
            _sync_folder(target.parent)
            _sync_folder(self._blobs.root)
        return sha256

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()  # which writes what is still in memory, and may find the disk full once more
        except OSError:
            if error is None:
                raise
        finally:
            self._path.unlink(missing_ok=True)


class Blobs:
    """One folder of content-addressed files. May be shared by several machines."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def incoming(self) -> Incoming:
        return Incoming(self)

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:]

    def put(self, content: bytes) -> str:
        with self.incoming() as incoming:
            incoming.write(content)
            return incoming.keep()

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises FileNotFoundError."""
        return self.path(sha256).read_bytes()

    def delete(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)

    def sweep(self, older_than: float = STALE_SECONDS) -> int:
        """Remove what uploads that never ended left behind, and say how many files that was.

        Younger ones may be somebody's who writes here now.
        """
        done = 0
        for leftover in self.root.glob(".incoming-*"):
            with contextlib.suppress(FileNotFoundError):
                if leftover.stat().st_mtime < time.time() - older_than:
                    leftover.unlink()
                    done += 1
        return done


def _touched(file: Path) -> bool:
    """Whether the file is there. It counts as new from now on, so that nobody takes it for one that no row names."""
    try:
        os.utime(file)
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    # A rename is on disk only when its folder is.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
