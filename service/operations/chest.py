"""Where a backup is kept: a folder, or one tar file. Files go in by name, and come out in the order in which they went in."""

from __future__ import annotations

import contextlib
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

PART = ".part"  # behind the name of a backup that is being made, or was cut off


class Chest(Protocol):
    """Being filled."""

    def put(self, name: str, file: Path) -> None:
        """Add a file, which stays as it is and is never changed by anybody."""


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, file: Path) -> None:
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)  # on one disk it takes neither time nor space
        except OSError:
            shutil.copyfile(file, target)


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def put(self, name: str, file: Path) -> None:
        self._tar.add(file, name)


@contextlib.contextmanager
def filling(path: Path) -> Iterator[Chest]:
    """A chest that is there under its name only when it is full. Raises FileExistsError."""
    part = path.with_name(path.name + PART)
    if path.exists() or part.exists():
        raise FileExistsError(str(path if path.exists() else part))
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if path.suffix == ".tar":
            with tarfile.open(part, "w") as tar:
                part.chmod(0o600)  # everything that the office keeps is in it
                yield _Tar(tar)
        else:
            part.mkdir(mode=0o700)
            yield _Folder(part)
        os.sync()  # a backup that says it is there has to survive the next power cut
    except BaseException:
        shutil.rmtree(part) if part.is_dir() else part.unlink(missing_ok=True)
        raise
    part.rename(path)


def files(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Each file of a chest by name, to be read before the next one. Raises OSError, tarfile.TarError."""
    if path.is_dir():
        # What is written first has to be met first, and sorts before the names of rooms.
        for file in sorted(path.rglob("*"), key=lambda file: (len(file.relative_to(path).parts), file)):
            if file.is_file():
                with file.open("rb") as opened:
                    yield file.relative_to(path).as_posix(), opened
        return
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            if member.isfile() and (content := tar.extractfile(member)):
                yield member.name, content
