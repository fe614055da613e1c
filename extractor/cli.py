"""The command `directives`: extract records from files, show a record, print the record's JSON Schema.

Exit statuses are those of `extractor.errors`: 0 all done, 2 wrong usage, 3 some file could not be read, 4 Tesseract is
missing, 70 internal error, 130 interrupted. Messages are Vietnamese with English beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from extractor.errors import BadInput, DirectiveError
from extractor.parser import Parser

INTERRUPTED = 130
BROKEN_PIPE = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the value is the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("Đã dừng. / Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # `directives schema | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except DirectiveError as error:
        if arguments.debug:
            traceback.print_exc()
        return _complain(error)
    except Exception as error:
        if arguments.debug:
            traceback.print_exc()
        return _complain(DirectiveError(detail=f"{type(error).__name__}: {error} (--debug)"))


def _complain(error: DirectiveError) -> int:
    print(f"{error.message}\n{error.message_en}", file=sys.stderr)
    return error.exit_status


# --- the commands --------------------------------------------------------------------------------------------------
# Each imports what it needs when it runs: the pipeline takes seconds to load, and `--help` should not.


def _extract(arguments: argparse.Namespace) -> int:
    from extractor.batch import extract_all

    return extract_all(
        arguments.paths,
        arguments.out,
        jobs=arguments.jobs,
        table=arguments.table,
        debug=arguments.debug,
        resume=arguments.resume,
    )


def _show(arguments: argparse.Namespace) -> int:
    from pydantic import ValidationError

    from extractor.record import DirectiveRecord

    path: Path = arguments.record
    try:
        record = DirectiveRecord.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(detail=f"{path}: {where}: {first['msg']}".replace(": :", ":")) from error
    except OSError as error:
        raise BadInput(detail=f"{path}: {error.strerror}") from error

    if arguments.html is None:
        from extractor.show.table import print_table

        print_table(record)
        return 0

    from extractor.batch import write_atomically
    from extractor.show.images import find_source, is_source, page_images
    from extractor.show.viewer import html_page

    source: Path | None = arguments.source
    if source is None:
        source = find_source(record, path.parent)
    elif not source.is_file():
        raise BadInput(detail=f"{source}: không có tệp này / no such file")
    elif not is_source(record, source):
        print(f"Lưu ý: {source} khác với tệp đã trích xuất. / Note: not the file of this record.", file=sys.stderr)
    if source is None and record.source.media_type != "text/plain":
        print(
            f"Không thấy {record.source.file_name} bên cạnh {path.name}: trang xem chỉ có văn bản. Dùng --source TỆP.\n"
            "The source file is not beside the record: the page shows text only. Give --source FILE.",
            file=sys.stderr,
        )
    out: Path = path.with_suffix(".html") if arguments.html == "" else Path(arguments.html)
    if out.resolve() in (path.resolve(), source and source.resolve()):
        raise BadInput(detail=f"{out}: sẽ ghi đè tệp đầu vào / would overwrite the input")
    write_atomically(out, html_page(record, page_images(record, source) if source else None))
    print(out)
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    from extractor.record import DirectiveRecord

    schema = DirectiveRecord.model_json_schema(mode="serialization")
    print(
        json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, ensure_ascii=False, indent=2)
    )
    return 0


# --- the arguments -------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="directives",
        description="Đọc văn bản chỉ đạo (bản quét, PDF, văn bản) thành nhiệm vụ, cơ quan, thời hạn, chỉ tiêu.\n"
        "Turn Vietnamese government directives into tasks, agencies, deadlines and targets.",
        epilog="Mã thoát (exit status): 0 xong · 2 sai cách dùng · 3 có tệp không đọc được · 4 thiếu Tesseract · "
        "70 lỗi bên trong · 130 bị dừng",
    )
    commands = parser.add_subparsers(title="Lệnh (commands)", metavar="LỆNH", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str, description: str) -> Parser:
        added = commands.add_parser(name, help=summary, description=description)
        added.add_argument("--debug", action="store_true", help="in cả vết lỗi / print tracebacks")
        added.set_defaults(run=run)
        return added

    extract = command(
        "extract",
        _extract,
        "trích xuất tệp thành bản ghi JSON / files to records",
        "Trích xuất mỗi tệp PDF, PNG, JPEG, TIFF, TXT thành một bản ghi THƯ_MỤC/TÊN.json (ghi đè bản cũ).\n"
        "Write one record DIR/BASE.json for each file, replacing an older one. Folders are searched.",
    )
    extract.add_argument("paths", nargs="+", type=Path, metavar="ĐƯỜNG_DẪN", help="tệp hoặc thư mục / files or folders")
    extract.add_argument(
        "--out", "-o", required=True, type=Path, metavar="THƯ_MỤC", help="nơi ghi các bản ghi / where records go"
    )
    extract.add_argument(
        "--jobs", "-j", type=_count, default=1, metavar="N", help="số tệp đọc cùng lúc (mặc định 1) / files at a time"
    )
    extract.add_argument(
        "--resume",
        action="store_true",
        help="bỏ qua tệp đã có bản ghi / pass over files whose record is there, made of the same bytes",
    )
    extract.add_argument("--table", action="store_true", help="in luôn bảng kết quả / print each record as a table")

    show = command(
        "show",
        _show,
        "xem một bản ghi / show a record",
        "In bản ghi thành bảng, hoặc thành một trang HTML có đánh dấu từng giá trị trên trang văn bản.\n"
        "Print a record as tables, or write one HTML page with every value marked on the document's pages.",
    )
    show.add_argument("record", type=Path, metavar="BẢN_GHI.json", help="bản ghi / the record")
    show.add_argument(
        "--html",
        nargs="?",
        const="",
        metavar="TỆP.html",
        help="ghi trang HTML (mặc định cạnh bản ghi) / write an HTML page, beside the record by default",
    )
    show.add_argument(
        "--source",
        type=Path,
        metavar="TỆP",
        help="tệp gốc (mặc định tìm cạnh bản ghi) / the original file, by default looked for beside the record",
    )

    schema = "in JSON Schema của bản ghi / print the record's JSON Schema"
    command("schema", _schema, schema, schema)
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text}: phải từ 1 / at least 1")
    return count


if __name__ == "__main__":
    sys.exit(main())
