"""``directives targets WORDS``: how a target moves over the documents of the store, as a table and a plot."""

from __future__ import annotations

import argparse
from typing import Any, get_args

from rich.console import Console
from rich.table import Table

from service.export import wording
from service.settings import Settings
from service.store.database import Database
from service.store.migrate import migrate
from service.study import place, plot, targets
from service.study.targets import Apart, Filter, Series

_SIGNS = {"=": "", ">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "~": "≈ "}
_CHANGES = {"level": "", "increase": "tăng", "decrease": "giảm"}
NOTHING = 3  # exit status where nothing is found


def register(commands: Any) -> None:
    asking = commands.add_parser("targets", help="chỉ tiêu theo thời gian / a target over the years: table and plot")
    asking.add_argument(
        "words", help="các từ của chỉ tiêu, không cần dấu / words of the indicator, e.g. 'ty le ho ngheo'"
    )
    asking.add_argument("--unit", help="đơn vị, kể cả đơn vị quy đổi được / any unit of its measure")
    asking.add_argument("--issuer", help="cơ quan ban hành / issuer: id, or part of the name")
    asking.add_argument("--province", help="tỉnh của cơ quan ban hành / the issuer's province")
    asking.add_argument(
        "--apart",
        choices=get_args(Apart),
        help="mỗi tỉnh một đường, lúc ban hành hay hiện nay / a series for each province, as it was or as it is",
    )
    asking.add_argument("--most", type=int, default=5, help="số đường nhiều điểm nhất / so many series (5)")
    asking.set_defaults(run=show)


def show(arguments: argparse.Namespace, settings: Settings) -> int:
    """Print each series with its plot; the exit status."""
    wanted = Filter(words=arguments.words, unit=arguments.unit, issuer=arguments.issuer, province=arguments.province)
    database = Database(settings.url)
    try:
        migrate(database)
        with database.reading() as session:
            found, cut = targets.series(session, wanted, arguments.apart)
    finally:
        database.close()
    out = Console(highlight=False, soft_wrap=False)
    if not found:
        out.print(f"Không có chỉ tiêu nào có các từ “{arguments.words}”. / No target has these words.", markup=False)
        return NOTHING
    for one in found[: arguments.most]:
        _print(out, one)
    if (left := len(found) - arguments.most) > 0:
        out.print(f"… và {left} chỉ tiêu khác (--most {len(found)}) / and {left} more")
    if cut:
        out.print(f"Chỉ gồm {targets.MOST} chỉ tiêu mới nhất. / The newest {targets.MOST} targets only.")
    return 0


def _print(out: Console, series: Series) -> None:
    what = [series.province or "", series.unit, f"/ {series.per}" if series.per else "", _CHANGES[series.change]]
    out.print()
    out.print(f"{series.name} ({', '.join(filter(None, what))})", style="bold", markup=False)
    if len(series.names) > 1:
        out.print(f"Gộp: {'; '.join(series.names)}", style="dim", markup=False)
    if series.near:
        names = "; ".join(other.name for other in series.near)
        out.print(f"Có thể cũng là: {names}", style="dim", markup=False)
    table = Table(box=None, pad_edge=False)
    for title in ("Đến", "Giá trị", "Nguồn", ""):
        table.add_column(title, justify="right" if title == "Giá trị" else "left", no_wrap=title in ("Đến", "Giá trị"))
    for point in series.points:
        target = point.found.target
        value = plot.spoken(point.value) + (f" – {plot.spoken(point.value_max)}" if point.value_max is not None else "")
        day = wording.day(point.on) + ("" if point.dated_by == "period" else " *")
        reviewed = "đã duyệt" if target.document.approved else "máy đọc"
        table.add_row(day, _SIGNS[target.comparator] + value, place.citation(target.document, target.page), reviewed)
    out.print(table)
    if any(point.dated_by == "issue" for point in series.points):
        out.print("* ngày ban hành, vì văn bản không nêu thời kỳ / day of issue, for no period is given", style="dim")
    lines = plot.in_characters([(point.on, point.value, point.value_max) for point in series.points])
    out.print("\n".join(lines), markup=False)
