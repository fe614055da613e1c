"""``directives migrate``, ``backup``, ``restore`` and ``check``."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from service.house import InUse, prepare
from service.operations import backup, check, dump, restore
from service.operations.backup import Damaged, Manifest
from service.operations.restore import NotEmpty, Unsuited
from service.settings import FILE, Settings
from service.store import migrate
from service.store.database import Database

FAULTY = 1
UNAVAILABLE = 69  # sysexits EX_UNAVAILABLE

Run = Callable[[argparse.Namespace, Settings], int]


def register(commands: Any) -> None:
    """Add the commands to the parser's subcommands."""
    _command(commands, "migrate", "nâng cấp cơ sở dữ liệu / bring the database to the newest schema", _migrate)

    making = _command(commands, "backup", "sao lưu, cả khi đang chạy / back up, while the service runs too", _backup)
    making.add_argument(
        "target", type=Path, metavar="THƯ-MỤC|TỆP.tar", help="thư mục hoặc tệp mới / a new folder or file"
    )
    making.add_argument(
        "--quick", action="store_true", help="không đọc lại để kiểm tra / do not read it again to verify it"
    )

    putting = _command(commands, "restore", "khôi phục bản sao lưu / put a backup back", _restore)
    putting.add_argument("source", type=Path, metavar="THƯ-MỤC|TỆP.tar")
    putting.add_argument("--force", action="store_true", help="thay cả dữ liệu đang có / in place of what is there")

    looking = _command(commands, "check", "kiểm tra dữ liệu có khớp / check that all that is kept agrees", _check)
    looking.add_argument("--deep", action="store_true", help="đọc từng tệp, từng bản ghi / read every file and record")
    looking.add_argument("--json", action="store_true", help="kết quả dạng JSON / the result as JSON")
    looking.add_argument(
        "--remove-orphans",
        action="store_true",
        help="xóa tệp mồ côi cũ hơn một ngày / remove files that nothing names, if older than a day",
    )


def _command(commands: Any, name: str, summary: str, run: Run) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary)
    parser.set_defaults(run=_told(run))
    return parser


def _told(run: Run) -> Run:
    """The command, which says in both languages why it cannot be done."""

    def told(arguments: argparse.Namespace, settings: Settings) -> int:
        try:
            return run(arguments, settings)
        except Damaged as error:
            why = "Bản sao lưu hỏng hoặc thiếu / the backup is damaged or incomplete: " + str(error)
        except NotEmpty:
            why = (
                "Ở đó đã có dữ liệu; dùng --force để thay thế. / Something is kept there already; --force replaces it."
            )
        except Unsuited:
            why = (
                "Bản sao lưu của phiên bản mới hơn, hoặc của PostgreSQL mà đích là SQLite. / The backup is of a newer version, "
                "or of PostgreSQL while the target is SQLite."
            )
        except InUse:
            why = (
                "Hãy dừng dịch vụ và mọi lệnh khác trên dữ liệu này trước. / Stop the service and other commands first."
            )
        except Nothing:
            why = f"Chưa có dữ liệu ở đây / nothing is kept here: {settings.data.resolve()}"
        except FileExistsError as error:
            why = f"Đã có {error}. / {error} is there already."
        except dump.NoTool as error:
            why = f"Thiếu chương trình {error}: cài postgresql-client. / {error} is missing: install postgresql-client."
        except dump.Failed as error:
            why = f"Cơ sở dữ liệu báo / the database says: {error}"
        print(why, file=sys.stderr)
        return UNAVAILABLE

    return told


def _migrate(arguments: argparse.Namespace, settings: Settings) -> int:
    settings.data.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(Database(settings.url)) as database:
        prepare(settings, database)
    print(f"Lược đồ / schema: {migrate.known()[0]}")
    return 0


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    with _kept(settings) as database:
        manifest = backup.make(settings, database, arguments.target)
    if not arguments.quick:
        backup.verify(arguments.target)
    print(f"Đã sao lưu / backed up: {arguments.target} ({_said(manifest)})")
    return _missing(manifest)


def _restore(arguments: argparse.Namespace, settings: Settings) -> int:
    manifest, queued = restore.put_back(settings, arguments.source, force=arguments.force)
    print(
        f"Đã khôi phục bản ngày / restored, as of {manifest.made_at:%Y-%m-%d %H:%M} UTC: {_said(manifest)}\n"
        f"Xếp hàng lại / queued anew: {queued}\n"
        "Mã truy cập đã thu hồi sau ngày đó lại có hiệu lực: xem directives token list. / Tokens that were revoked since are "
        "valid again: see directives token list."
    )
    return _missing(manifest)


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    with _kept(settings) as database:
        report = check.check(settings, database, deep=arguments.deep, remove_orphans=arguments.remove_orphans)
    print(report.as_json() if arguments.json else "\n".join(report.as_text()))
    return 0 if report.ok else FAULTY


class Nothing(Exception):
    """The service never ran here."""


@contextlib.contextmanager
def _kept(settings: Settings) -> Iterator[Database]:
    """The database, which has to be there. Raises Nothing."""
    if not settings.database_url and not (settings.data / FILE).exists():
        raise Nothing
    with contextlib.closing(Database(settings.url)) as database:
        with database.engine.connect() as connection:
            if migrate.schema_version(connection) is None:
                raise Nothing
        yield database


def _said(manifest: Manifest) -> str:
    files = sum(map(len, manifest.files.values()))
    return f"{manifest.documents} văn bản / documents, {files} tệp / files, {manifest.database}"


def _missing(manifest: Manifest) -> int:
    lacking = [f"{room}/{sha256}" for room, files in manifest.missing.items() for sha256 in files]
    for name in lacking:
        print(f"THIẾU / MISSING: {name}", file=sys.stderr)
    return FAULTY if lacking else 0
