"""`python -m corpus`: score the pipeline (`evaluate`), make its confidences (`calibrate`), measure it (`bench`, `reading`), train
(`digits`, `lines`), make scans of specimens (`scan`), measure what the study of many documents rests on (`indicators`, `fields`)."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from corpus import evaluate
from corpus.degrade import RECIPES
from corpus.specimens import specimens


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; 0 if it ran, 1 if a document failed, 2 for a wrong use, 3 if there is nothing to run on."""
    parser = argparse.ArgumentParser(prog="python -m corpus", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    judge = commands.add_parser("evaluate", help="chấm điểm quy trình / score the pipeline against gold records")
    judge.add_argument("places", nargs="*", type=Path, metavar="FOLDER|FILE", help="mặc định: mọi văn bản mẫu")
    judge.add_argument("--scans", nargs="*", choices=sorted(RECIPES), metavar="RECIPE", help=" ".join(sorted(RECIPES)))
    judge.add_argument("--errors", action="store_true", help="in mọi lỗi / print every error")
    judge.add_argument("--json", type=Path, metavar="FILE", help="ghi các số vào tệp / write the figures")
    judge.add_argument(
        "--compare",
        type=Path,
        metavar="FILE",
        help="so với lần trước / gains and losses against --json (default for specimens: the committed figures)",
    )
    judge.add_argument("--keep", action="store_true", help="ghi làm số mốc / write the committed figures anew")
    judge.add_argument("--jobs", type=int, default=2, help="số văn bản cùng lúc / texts at a time")
    judge.add_argument(
        "--confidence",
        action=argparse.BooleanOptionalAction,
        help="độ tin cậy có đúng không / are the confidences right (default: over the specimens)",
    )

    weigh = commands.add_parser("calibrate", help="lập bảng độ tin cậy / make the tables that confidences come from")
    weigh.add_argument(
        "--again", nargs="*", default=[], metavar="NAME", help="chấm lại như lần đầu / judge anew as at first sight"
    )
    weigh.add_argument("--jobs", type=int, default=2, help="số văn bản cùng lúc / texts at a time")

    measure = commands.add_parser("bench", help="đo tốc độ / measure reading side by side with plain Tesseract")
    measure.add_argument(
        "scans", nargs="*", type=Path, metavar="FOLDER|PDF", help="bản quét khác, có .truth.txt hoặc .ref.txt bên cạnh"
    )
    measure.add_argument(
        "--peers", type=Path, metavar="VENV", help="nơi có OCRmyPDF, kreuzberg / a virtual environment that has them"
    )
    measure.add_argument(
        "--long", action="store_true", help="văn bản dài / only long documents: a text layer, a scan of 300 pages"
    )

    facts = commands.add_parser(
        "understand", help="bao nhiêu văn bản mỗi giây, không OCR / documents a second from kept words, without OCR"
    )
    facts.add_argument("files", nargs="*", type=Path, metavar="FILE", help="mặc định: mọi văn bản mẫu")

    reading = commands.add_parser(
        "reading", help="lỗi chữ của bản quét / character errors of scans, beside plain Tesseract"
    )
    reading.add_argument(
        "places", nargs="*", type=Path, metavar="FOLDER|PDF", help="có NAME.truth.txt hoặc NAME.ref.txt"
    )
    reading.add_argument(
        "--made", nargs="*", default=[], choices=sorted(RECIPES), metavar="RECIPE", help="bản quét tạo ra"
    )
    reading.add_argument("--texts", nargs="*", type=Path, metavar="FILE", help="văn bản để tạo bản quét; mặc định: mẫu")
    reading.add_argument("--alone", action="store_true", help="không chạy Tesseract thường / without plain Tesseract")

    commands.add_parser("bigrams", help="đếm âm tiết đi với nhau / count which syllables follow which, for repairs")

    commands.add_parser("indicators", help="gộp chỉ tiêu có đúng không / are indicators brought together rightly")

    field = commands.add_parser(
        "fields", help="lĩnh vực có đúng không / is the field of government right, on real texts"
    )
    field.add_argument("--train", action="store_true", help="tính lại trọng số / fit the weights anew first")

    train = commands.add_parser(
        "digits", help="luyện bộ đọc chữ số viết tay / train the reader of handwritten digits (needs PyTorch)"
    )
    train.add_argument("--steps", type=int, default=2400)
    train.add_argument("--out", type=Path, metavar="FILE", help="mặc định / default: models/digits.npz")

    train = commands.add_parser(
        "lines", help="luyện bộ đọc dòng chữ in / train the recogniser of lines (needs PyTorch; a GPU)"
    )
    train.add_argument("--minutes", type=float, default=10.0)
    train.add_argument("--since", type=Path, metavar="FILE", help="luyện tiếp / begin with the weights (.pt) of a run")
    train.add_argument("--out", type=Path, metavar="FILE", help="mặc định / default: models/lines.onnx")

    commands.add_parser("desk", add_help=False, help="trang kiểm tra nhanh đến đâu / how quick the review page is")
    commands.add_parser("load", add_help=False, help="đo dịch vụ dưới tải / measure the service under load")
    commands.add_parser("search", add_help=False, help="đo tìm kiếm / measure search over a large store")

    make = commands.add_parser("scan", help="tạo bản quét mẫu / make a scan of a specimen")
    make.add_argument("name", help="tên văn bản mẫu, hoặc một tệp .txt / a specimen's name or a text file")
    make.add_argument("--recipe", default="office", choices=sorted(RECIPES), metavar="RECIPE")
    make.add_argument("--seed", type=int, default=0)
    make.add_argument("--dpi", type=int)
    make.add_argument("--roomy", action="store_true", help="lề và giãn dòng rộng / widest margins and line spacing")
    make.add_argument("--no-ink", action="store_true", help="không chữ viết tay, chữ ký, dấu / print alone")
    make.add_argument("--out", type=Path, required=True)
    make.add_argument("--truth", action="store_true", help="ghi cả FILE.truth.txt / write the truth text too")

    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["desk"]:
        from corpus import desk  # needs a browser

        return desk.main(arguments[1:])
    if arguments[:1] == ["load"]:
        from corpus import load  # brings the service along, which the others do without

        return load.main(arguments[1:])
    if arguments[:1] == ["search"]:
        from corpus import search

        return search.main(arguments[1:])
    given = parser.parse_args(arguments)
    return {
        "evaluate": _evaluate,
        "calibrate": _calibrate,
        "bench": _bench,
        "understand": _understand,
        "scan": _scan,
        "reading": _reading,
        "bigrams": _bigrams,
        "indicators": _indicators,
        "fields": _fields,
        "digits": _digits,
        "lines": _lines,
    }[given.command](given)


def _evaluate(given: argparse.Namespace) -> int:
    if given.places:
        cases = evaluate.file_cases(given.places)
    else:
        cases = evaluate.specimen_cases(evaluate.RECIPES_BY_DEFAULT if given.scans is None else given.scans)
    if not cases:
        print("Không có văn bản nào có .gold.json hoặc .truth.txt bên cạnh.", file=sys.stderr)
        return 3
    if given.keep and given.places:
        print("--keep là số của mọi văn bản mẫu / --keep is for the specimens.", file=sys.stderr)
        return 2
    if not given.places and not given.compare and evaluate.COMMITTED.is_file():
        given.compare = evaluate.COMMITTED
    if given.compare and not given.compare.is_file():
        print(f"Không có tệp {given.compare} để so.", file=sys.stderr)
        return 2
    before = json.loads(given.compare.read_text("utf8")) if given.compare else None
    outcomes = []
    print(evaluate.head())
    for outcome in evaluate.evaluate(cases, given.jobs):
        outcomes.append(outcome)
        print(evaluate.line(outcome), flush=True)
    print(evaluate.totals(outcomes))
    if given.errors:
        for outcome in outcomes:
            for error in outcome.score.errors if outcome.score else []:
                print(f"{outcome.case.name} [{outcome.case.group}] {error}")
    if given.confidence or (given.confidence is None and not given.places):
        _print_confidence(outcomes, given.jobs)
    figures = evaluate.figures(outcomes)
    if given.json:
        given.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf8")
    if before is not None:
        print(f"\nso với {given.compare}:\n" + evaluate.compare(figures, before))
    if given.keep:
        evaluate.COMMITTED.write_text(json.dumps({**(before or {}), **figures}, ensure_ascii=False, indent=1), "utf8")
    return 0


def _print_confidence(outcomes: Sequence[evaluate.Outcome], jobs: int) -> None:
    """Whether confidences mean what they say, by group: each document's from tables of the other documents."""
    from corpus import calibrate

    known = {outcome.case: outcome for outcome in outcomes}
    cases = evaluate.calibration_cases(_shared())
    rest = evaluate.evaluate([case for case in cases if case not in known], jobs)
    texts = [fact for case in cases if case in known for fact in known[case].judged]
    texts += [fact for outcome in rest for fact in outcome.judged]
    reference, fresh = calibrate.at_first_sight(texts, calibrate.seen())
    groups: dict[str, list[calibrate.Judged]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.group, []).extend(outcome.judged)
    for group, judged in groups.items():
        print(f"\nđộ tin cậy, {group} (mỗi văn bản theo bảng lập từ các văn bản khác):")
        print(calibrate.reliability_table(calibrate.left_out(judged, reference, fresh)))


def _calibrate(given: argparse.Namespace) -> int:
    from corpus import calibrate

    first = {name: facts for name, facts in calibrate.seen().items() if name not in given.again}
    judged: list[calibrate.Judged] = []
    for outcome in evaluate.evaluate(evaluate.calibration_cases(_shared()), given.jobs):
        if outcome.error:
            print(f"{outcome.case.name}: {outcome.error}", file=sys.stderr)
            return 1
        judged += outcome.judged
        print(f"{outcome.case.name:45} {len(outcome.judged):4} giá trị", flush=True)
    for name in (specimen.name for specimen in specimens()):
        if name not in first:
            first[name] = [fact for fact in judged if fact.document == name]
            print(f"{name}: lần đầu được chấm")
    calibrate.keep(first)
    reference, fresh = calibrate.at_first_sight(judged, first)
    for name, text in calibrate.tables(reference, fresh).items():
        (calibrate.KNOWLEDGE / name).write_text(text, "utf8")
    rated = calibrate.left_out(reference, reference, fresh)
    print("\nvăn bản chấm lần đầu (mỗi văn bản theo bảng lập từ các văn bản khác):")
    print(calibrate.reliability_table([r for r in rated if r[0].document in fresh]))
    print("\nvăn bản đã có khi viết quy tắc:")
    print(calibrate.reliability_table([r for r in rated if r[0].document not in fresh]))
    return 0


def _bench(given: argparse.Namespace) -> int:
    from corpus.bench import bench, bench_facts, bench_long
    from corpus.cer import cer
    from corpus.reading import scans_in
    from corpus.scan import make_scan
    from corpus.typeset import ROOMY

    longest = max((specimen.text() for specimen in specimens()), key=len)
    plan = max((s.text() for s in specimens() if re.search(r"(?m)^II\.\s", s.text())), key=len)
    made = make_scan(longest, recipe="office", seed=1, style=ROOMY)
    if given.long:
        bench_long(plan, made.pdf)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ban-quet-mau.pdf"
        path.write_bytes(made.pdf)
        bench(path, lambda text: cer(text, made.truth), environment=given.peers)
    bench_facts(plan)
    for place in given.scans or _real_scans():
        known = {scan.path: scan.errors for scan in scans_in([place])}
        for path in known or [place]:
            bench(path, known.get(path), environment=given.peers)
    return 0


def _understand(given: argparse.Namespace) -> int:
    from corpus.bench import bench_understanding
    from extractor import dump_reading, read

    files = given.files or [specimen.text_path for specimen in specimens()]
    bench_understanding([dump_reading(read(file)) for file in files])
    return 0


def _reading(given: argparse.Namespace) -> int:
    from corpus import reading

    texts = given.texts or [specimen.text_path for specimen in specimens()]
    done = reading.run(given.places, given.made, texts, beside_plain=not given.alone)
    if not done:
        print("Không có bản quét nào có .truth.txt hoặc .ref.txt bên cạnh.", file=sys.stderr)
    return 0 if done else 3


def _bigrams(given: argparse.Namespace) -> int:
    from corpus import bigrams

    (bigrams.KNOWLEDGE / bigrams.NAME).write_text(bigrams.table(), "utf8")
    return 0


def _indicators(_: argparse.Namespace) -> int:
    from corpus import indicators

    indicators.report()
    return 0


def _fields(given: argparse.Namespace) -> int:
    from corpus import fields

    if given.train:
        fields.train()
    if not fields.report(_shared()):
        print("Không có văn bản thật nào ở đây (DIRECTIVES_SHARED). / No real documents are at hand.", file=sys.stderr)
        return 3
    return 0


def _digits(given: argparse.Namespace) -> int:
    try:
        from corpus.digits import train
    except ImportError:
        return _without_torch()
    from extractor.reading.digits import WEIGHTS

    train(given.steps, given.out or WEIGHTS)
    return 0


def _lines(given: argparse.Namespace) -> int:
    try:
        from corpus.recogniser import train
    except ImportError:
        return _without_torch()
    from extractor.reading.lines import WEIGHTS

    # What goes on from another run is shown other lines.
    train(given.minutes, given.out or WEIGHTS, since=given.since, seed=2 if given.since else 1)
    return 0


def _without_torch() -> int:
    print('Cần PyTorch: pip install "directives[training]" / PyTorch is needed.', file=sys.stderr)
    return 3


def _shared() -> Path:
    """Where real documents are, if any are at hand."""
    return Path(os.environ.get("DIRECTIVES_SHARED", Path(__file__).parents[2] / "shared"))


def _real_scans() -> list[Path]:
    """A real scan with a truth text, if real documents are at hand."""
    truths = sorted((_shared() / "real" / "scans").glob("*.truth.txt"), reverse=True)
    return [path for truth in truths if (path := truth.with_name(truth.name.replace(".truth.txt", ".pdf"))).exists()][
        :1
    ]


def _scan(given: argparse.Namespace) -> int:
    from corpus.scan import make_scan
    from corpus.typeset import ROOMY

    texts = {specimen.name: specimen.text_path for specimen in specimens()}
    path = texts.get(given.name, Path(given.name))
    if not path.is_file():
        print(f"Không có văn bản mẫu {given.name!r}. Có: {', '.join(texts)}", file=sys.stderr)
        return 3
    made = make_scan(
        path.read_text("utf8"),
        recipe=given.recipe,
        seed=given.seed,
        dpi=given.dpi,
        inked=False if given.no_ink else None,
        style=ROOMY if given.roomy else None,
    )
    given.out.write_bytes(made.pdf)
    if given.truth:
        given.out.with_suffix(".truth.txt").write_text(made.truth + "\n", "utf8")
    print(f"{given.out}: {len(made.pages)} trang, {len(made.pdf) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
