"""Many files to many records: one after the other or several at a time, going on after a bad one."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import BadInput, DirectiveError
from extractor.progress import OnProgress, Progress
from extractor.reading import nursery
from extractor.record import DirectiveRecord

if TYPE_CHECKING:
    import rich.progress

SUFFIXES = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".txt"})  # looked for in folders


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its record, or the error that stopped it."""

    seconds: float
    record: DirectiveRecord | None = None
    error: DirectiveError | None = None
    trace: str = ""


def extract_all(
    paths: Iterable[Path], out: Path, *, jobs: int = 1, table: bool = False, debug: bool = False, resume: bool = False
) -> int:
    """Write `out`/BASE.json for each file of `paths`; the exit status is that of the worst failure, 0 if there is none.

    One line a file goes to standard output, as each is done; progress goes to standard error, on a terminal only.
    `resume` passes over files whose record is there already, made of the very same bytes.
    """
    files, statuses = [], [0]
    for path in paths:
        found = list(_files(path))
        if not found:
            error = BadInput(detail="không có tệp nào ở đây / no files here")
            statuses.append(_report_failure(path, Outcome(0, error=error), debug))
        files += found
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(detail=f"{out}: {error.strerror}") from error

    targets = _targets(files, out)
    if resume:
        there = [path for path, target in targets.items() if _is_there(path, target)]
        targets = {path: target for path, target in targets.items() if path not in there}
        if there:
            print(
                f"đã có: {len(there)} tệp, còn {len(targets)} / {len(there)} done before, {len(targets)} left",
                flush=True,
            )
    with _Bar(len(targets)) as bar:
        for path, outcome in _outcomes(list(targets), jobs, bar.page_done):
            if outcome.record is None:
                statuses.append(_report_failure(path, outcome, debug))
            else:
                write_atomically(targets[path], outcome.record.model_dump_json(indent=2) + "\n")
                _report(path, targets[path], outcome.record, outcome.seconds)
                if table:
                    from extractor.show.table import print_table

                    print_table(outcome.record)
            bar.file_done()
    # The statuses rise with how much is wrong: a bad file, a missing program, a defect of this one.
    return max(statuses)


def write_atomically(path: Path, content: str) -> None:
    """Write UTF-8; a reader sees the old file or the new one, never a half."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp makes it private
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or the readable files anywhere in the folder, in the order of their names."""
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if found.suffix.lower() in SUFFIXES and found.is_file() and not hidden:
            yield found


def _targets(files: Sequence[Path], out: Path) -> dict[Path, Path]:
    """Where each file's record goes. Files of one base name get -2, -3 … in the order given, and it is said."""
    targets: dict[Path, Path] = {}
    taken: set[str] = set()
    for path in files:
        if path in targets:  # named twice, or by its folder too
            continue
        base, n = path.stem, 1
        while base.casefold() in taken:  # some file systems do not tell A.json from a.json
            n += 1
            base = f"{path.stem}-{n}"
        taken.add(base.casefold())
        targets[path] = out / f"{base}.json"
        if n > 1:
            print(f"Trùng tên: {path} → {base}.json / same base name, written as {base}.json", file=sys.stderr)
    return targets


def _is_there(path: Path, target: Path) -> bool:
    """Whether the whole record of this file, as it is now, has been written before; one that lacks pages is none."""
    try:
        record = DirectiveRecord.model_validate_json(target.read_bytes())
        with path.open("rb") as file:
            return (
                record.status == "success" and record.source.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
            )
    except (OSError, ValueError):
        return False


# --- running -------------------------------------------------------------------------------------------------------


def _outcomes(paths: Sequence[Path], jobs: int, on_page: Callable[[Progress], None]) -> Iterator[tuple[Path, Outcome]]:
    if jobs == 1 or len(paths) < 2:
        for path in paths:
            yield path, _extract_one(path, on_page)
        return
    crashed: list[Path] = []
    for path, outcome in _in_processes(paths, min(jobs, len(paths))):
        if outcome is None:
            crashed.append(path)
        else:
            yield path, outcome
    # When a worker dies, the files beside it fall too. Alone, each shows whether it was the one.
    for path in crashed:
        for _, outcome in _in_processes([path], 1):
            yield (
                path,
                outcome or Outcome(0, error=DirectiveError(detail="tiến trình con bị dừng / a child process died")),
            )


def _in_processes(paths: Sequence[Path], jobs: int) -> Iterator[tuple[Path, Outcome | None]]:
    """Outcomes as they come; None for the files that were lost with a dying worker."""
    # Spawned, not forked: the libraries inside start threads of their own.
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_be_a_worker)
    try:
        pages_at_once = max(1, (os.cpu_count() or 1) // jobs)
        futures: dict[Future[Outcome], Path] = {
            pool.submit(_extract_one, path, None, pages_at_once): path for path in paths
        }
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], None
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()
        raise
    pool.shutdown()


def _be_a_worker() -> None:
    # Ctrl-C reaches the whole group. The parent alone decides what it means, and ends its workers by SIGTERM, which
    # unwinds the pipeline, so that no child of a worker is left behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _stop_working)


_busy = False  # whether this process has a file in work


class _Stopped(BaseException):
    """Unwinds a worker that has a file in work."""


def _stop_working(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if not _busy:
        os._exit(130)
    raise _Stopped


def _extract_one(path: Path, progress: OnProgress | None = None, pages_at_once: int | None = None) -> Outcome:
    start = time.monotonic()

    def failed(error: DirectiveError) -> Outcome:
        return Outcome(time.monotonic() - start, error=error, trace=traceback.format_exc())

    global _busy
    _busy = True
    try:
        if path.suffix.lower() != ".txt":
            nursery.begin()  # it loads while the pipeline does
        from extractor.pipeline import extract

        record = extract(path, progress=progress, jobs=pages_at_once)
        return Outcome(time.monotonic() - start, record=record)
    except DirectiveError as error:
        return failed(error)
    except OSError as error:
        return failed(BadInput(detail=error.strerror or str(error)))
    except _Stopped:
        os._exit(130)
    except Exception as error:
        return failed(DirectiveError(detail=f"{type(error).__name__}: {error}"))
    finally:
        _busy = False


# --- reporting -----------------------------------------------------------------------------------------------------


def _report(path: Path, target: Path, record: DirectiveRecord, seconds: float) -> None:
    from extractor.show.fields import fields
    from extractor.show.wording import printable

    state = "xong" if record.status == "success" else "thiếu trang"
    doubtful = sum(1 for _ in fields(record).doubtful())
    duration = f"{seconds:.1f}".replace(".", ",")
    print(
        f"{state}: {path.name} → {target.name}: số {printable(record.directive.number or '?')}, "
        f"{len(record.tasks)} nhiệm vụ, {doubtful} chỗ cần xem lại, {duration} giây",
        flush=True,
    )


def _report_failure(path: Path, outcome: Outcome, debug: bool) -> int:
    assert outcome.error is not None
    print(f"lỗi: {path}: {outcome.error.message} / {outcome.error.message_en}", file=sys.stderr, flush=True)
    if debug and outcome.trace:
        print(outcome.trace, file=sys.stderr)
    return outcome.error.exit_status


class _Bar:
    """Progress on standard error, where that is a terminal; silent elsewhere."""

    def __init__(self, files: int) -> None:
        self._files = files
        self._bar: rich.progress.Progress | None = None

    def __enter__(self) -> _Bar:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("tệp{task.fields[page]}"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
                # The lines for standard output go through the bar only where both are the same terminal.
                redirect_stdout=sys.stdout.isatty(),
            )
            self._task = self._bar.add_task("Đang đọc", total=self._files, page="")
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def page_done(self, progress: Progress) -> None:
        if self._bar is not None and progress.pages:
            self._bar.update(self._task, page=f", trang {progress.page}/{progress.pages}")

    def file_done(self) -> None:
        if self._bar is not None:
            self._bar.update(self._task, advance=1, page="")
