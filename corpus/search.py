"""``python -m corpus search``: how quickly hits and facets come from a store of made-up pages and tasks.

    python -m corpus search [--database postgresql] [--tasks 1000000] [--pages 300000] [--keep FOLDER]

The text is made: words as frequent as Zipf has it, with phrases that directives write, "Hải Phòng" in half of all pages and
tasks. It is put straight into the index, analysed by the same code, its word boundaries known from the making. Asked are
queries of many shapes, each anew: the first page of twenty hits, and all facets. Times are those of the process that searches,
without HTTP. As in the service, terms that are used often are brought to memory at the start. What was asked before is remembered as
well (`service.search.remembered`), so each shape is asked as often before it is measured, with other words; "first" is the time of
the very first query of a shape.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from corpus import stock
from corpus.place import Place
from corpus.postgres import Missing, Server
from service.access.actor import the_service
from service.search import analysis, bringer, entries, facets, index, postings
from service.search.entries import NEVER, Entry, Mark
from service.search.search import Asked, Search
from service.search.shelves import Shelves
from service.store import documents, offices, records, tables
from service.store.database import Database
from service.store.fold import fold, initials
from service.store.ids import new_id
from service.store.schedule import today_in_vietnam

PAGE_BAR, FACET_BAR = 100, 300  # ms
LATE = 1.0  # s, from an approval until it is found
_AT_ONCE = 400  # documents of a transaction
_TIMES = 40  # each shape is asked
_PAGE_WORDS, _TASK_WORDS = (120, 220), (12, 40)

# Words that directives write, the frequent first; each is one word, of one to four syllables.
_WORDS = """thực hiện|các|của|và|công tác|trong|theo|tỉnh|kế hoạch|cơ quan|đơn vị|tổ chức|quản lý|nhà nước|phối hợp|chủ trì|
báo cáo|kết quả|quy định|địa bàn|ủy ban|nhân dân|chỉ đạo|kiểm tra|phát triển|kinh tế|xã hội|bảo đảm|an toàn|giao thông|môi trường|
tài nguyên|giáo dục|đào tạo|y tế|du lịch|đầu tư|xây dựng|nông nghiệp|nông thôn|công nghệ|thông tin|chuyển đổi|số|hành chính|cải cách|
doanh nghiệp|ngân sách|tài chính|văn hóa|thể thao|phòng chống|thiên tai|dịch bệnh|cháy nổ|chất lượng|không khí|nước sạch|rác thải|
đất đai|quy hoạch|dân số|lao động|việc làm|hộ nghèo|trẻ em|người dân|thanh tra|khiếu nại|tố cáo|tham nhũng|lãng phí|tiết kiệm|
chăn nuôi|thủy sản|lâm nghiệp|bảo vệ|rừng|biển|cảng|hàng hải|hàng không|đường sắt|bưu chính|viễn thông|báo chí|xuất bản""".replace(
    "\n", ""
).split("|")
_SYLLABLES = [
    a + b
    for a, b in itertools.product(
        [
            "b",
            "c",
            "d",
            "đ",
            "g",
            "h",
            "kh",
            "l",
            "m",
            "n",
            "ng",
            "nh",
            "ph",
            "qu",
            "r",
            "s",
            "t",
            "th",
            "tr",
            "v",
            "x",
        ],
        ["anh", "ac", "âm", "ên", "iu", "ôi", "ơp", "ung", "ưa", "êt", "oat", "uyên", "ăng", "ich"],
    )
]
_COMMON = "hải phòng"


def main(argv: list[str]) -> int:
    """Measure and print; the exit status: 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m corpus search")
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=300_000)
    parser.add_argument(
        "--database", default="", help="postgresql: a server of its own; postgresql://…: an empty database; else SQLite"
    )
    parser.add_argument(
        "--keep", type=Path, help="keep the SQLite store in this folder, and measure the one that is there"
    )
    given = parser.parse_args(argv)
    if given.keep and given.database:
        parser.error("--keep: chỉ với SQLite / with SQLite alone")
    try:
        server = (
            Server("-c shared_buffers=1GB -c work_mem=64MB -c maintenance_work_mem=512MB -c max_wal_size=8GB")
            if given.database == "postgresql"
            else None
        )
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="directives-search-") as folder:
            place = Place(given.keep or Path(folder) / "data", server.fresh("search") if server else given.database)
            try:
                return _measure(place, given.tasks, given.pages)
            finally:
                place.close()
    finally:
        if server:
            server.close()


def _measure(place: Place, tasks: int, pages: int) -> int:
    with place.database.reading() as session:
        filled = session.get_one(tables.SearchState, 1).next_entry > 1  # written last
    began = time.monotonic()
    if not filled:
        fill(place.database, tasks, pages)
    spent = f"in {time.monotonic() - began:.0f} s"
    print(
        f"{place.name}: "
        + ("as it was kept" if filled else f"{tasks} made-up tasks and {pages} pages indexed {spent}"),
        flush=True,
    )
    shelves = Shelves()
    began = time.monotonic()
    with place.database.reading() as session:
        shelves.refresh(session)
    print(f"  columns read in {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    brought = bringer.bring(place.database, shelves)
    print(f"  {brought} terms that are used often brought in {time.monotonic() - began:.0f} s")
    missed = False
    print(f"  {'query':44} {'hits':>9}  first   page p50   p95    facets p50   p95  ms")
    for name, what, make in _shapes(random.Random(7)):
        first, found, page, counted = _asked(place.database, shelves, what, make)
        missed |= _p95(page) > PAGE_BAR or _p95(counted) > FACET_BAR
        print(
            f"  {name + ', ' + what:44} {found:9.0f} {first:6.0f}   {statistics.median(page):8.1f} {_p95(page):5.1f}    "
            f"{statistics.median(counted):10.1f} {_p95(counted):5.1f}",
            flush=True,
        )
    late = _kept_up(place.database)
    print(
        f"  an approval is in the index after p50 {statistics.median(late):.2f} s, p95 {_p95(late):.2f} s (bar {LATE} s)"
    )
    print(f"  bars: page {PAGE_BAR} ms, facets {FACET_BAR} ms at p95: {'missed' if missed else 'kept'}")
    return int(missed or _p95(late) > LATE)


def _shapes(chance: random.Random) -> Iterator[tuple[str, Any, Callable[[], str]]]:
    """What people ask, by name and in what; each call asks anew."""
    rare = _rare(chance)
    some = [word for word in _WORDS if " " in word]
    long = [word for word in some if len(word.split()[0]) >= 3]
    shapes: list[tuple[str, Callable[[], str]]] = [
        ("everything", lambda: ""),
        ("a rare word", lambda: next(rare)),
        ("a frequent word", lambda: chance.choice(some)),
        ("without accents", lambda: fold(chance.choice(some))),
        ("in half of all", lambda: fold(_COMMON)),
        ("the same with accents", lambda: _COMMON),
        ("three words", lambda: " ".join(chance.sample(some, 3))),
        ("phrase of two", lambda: f'"{chance.choice(some)}"'),
        ("phrase of four", lambda: f'"{chance.choice(some)} {chance.choice(some)}"'),
        ("exclusion", lambda: f"{_COMMON} -{chance.choice(some).split()[0]}"),
        ("prefix", lambda: chance.choice(long)[:3] + "*"),
        ("either of two", lambda: f"{chance.choice(some)} OR {next(rare)}"),
        ("a number", lambda: f"{chance.randrange(1, 5000)}/CT-UBND"),
        ("fields", lambda: f'cơ-quan:"sở số {_agency(chance)}" vai-trò:chủ-trì hạn:<2026'),
        ("words and fields", lambda: f"{chance.choice(some)} năm:2024..2025 loại:chỉ-thị có-chỉ-tiêu:có"),
        ("in half of all, by agency", lambda: f'{_COMMON} cơ-quan:"sở số {_agency(chance)} tỉnh mẫu"'),
    ]
    for name, make in shapes:
        yield name, "tasks", make
    for name, make in shapes:
        if name != "fields":
            yield name, "pages", make
    yield shapes[2][0], "documents", shapes[2][1]
    yield shapes[6][0], "documents", shapes[6][1]


def _agency(chance: random.Random) -> int:
    return min(int(chance.paretovariate(0.7)) - 1, stock.AGENCIES - 1)


def _rare(chance: random.Random) -> Iterator[str]:
    while True:
        yield f"{chance.choice(_SYLLABLES)} {chance.choice(_SYLLABLES)}"


def _asked(
    database: Database, shelves: Shelves, what: Any, make: Callable[[], str]
) -> tuple[float, float, list[float], list[float]]:
    """The first time, the mean number of hits, and the times of pages and facets: ms."""
    first, pages, counted, hits = 0.0, [], [], []
    for number in range(2 * _TIMES):
        with database.reading() as session:
            began = time.perf_counter()
            shelves.refresh(session)
            search = Search(session, shelves, Asked(make(), what, None, False, today_in_vietnam()))
            found = search.page(None, 20)
            entries_ = session.scalars(
                sa.select(tables.SearchEntry).where(tables.SearchEntry.id.in_([hit.entry for hit in found.hits]))
            ).all()
            assert len(entries_) == len({hit.entry for hit in found.hits})
            spent = (time.perf_counter() - began) * 1000
            began = time.perf_counter()
            facets.count(search)
            counting = (time.perf_counter() - began) * 1000
        if number == 0:
            first = spent
        elif number >= _TIMES:
            pages.append(spent)
            # Facets are asked for with a query of their own as well.
            counted.append(spent + counting)
            hits.append(search.total)
    return first, statistics.mean(hits), pages, counted


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _kept_up(database: Database, times: int = 20) -> list[float]:
    """Seconds from an approval until the index knows of it: the follower's look, and its work, at this size.

    The first is not counted: underthesea is loaded for it.
    """
    from extractor.record import Directive, DirectiveRecord, Page, Source

    out = []
    for number in range(times + 1):
        text = "\n".join(
            f"{n}. Sở Y tế chủ trì kiểm tra chất lượng không khí tại khu vực số {n} của thành phố." for n in range(30)
        )
        page = Page(number=1, reading="text", confidence=1, width=0, height=0, text=text)
        source = Source(file_name="a.txt", sha256=f"{new_id().int:064x}", media_type="text/plain", pages=(page,))
        record = DirectiveRecord(source=source, directive=Directive(kind="chỉ thị", number=f"{number}/CT-X"))
        with database.writing() as session:
            document = documents.add(
                session, actor=the_service("bench"), office=offices.default(session).id, sha256=source.sha256,
                file_name="a.txt", media_type="text/plain", size=1,
            )  # fmt: skip
            records.keep_reading(session, document, record, pipeline_version="1", job_id=None)
            records.approve(session, document, the_service("bench"))
        began = time.monotonic()
        index.catch_up(database)
        out.append(time.monotonic() - began + index.LOOK_EVERY)
    return out[1:]


# --- a store full of made-up text ----------------------------------------------------------------------------------


def fill(database: Database, tasks: int, pages: int) -> None:
    """Put documents with so many tasks and pages into an empty store, as they are when they are indexed."""
    count = max(1, tasks // stock.TASKS_A_DOCUMENT)
    with database.writing() as session:
        office = offices.default(session).id
        names = [f"Sở số {n} tỉnh Mẫu" for n in range(stock.AGENCIES)]
        values = [
            {"name": name, "fold": fold(name), "initials": initials(name), "agency_id": f"so-{n}"}
            for n, name in enumerate(names)
        ]
        session.execute(sa.insert(tables.Agency), values)
        agencies = tuple(session.scalars(sa.select(tables.Agency.id).order_by(tables.Agency.id)))
        indexes = _taken_down(session)
    stock_ = _Stock(database.url, office, agencies, count, tasks, pages)
    used: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), gc.disable) as pool:
        for counted in pool.map(stock_.put, range(0, count, _AT_ONCE)):
            used.update(counted)
    with database.writing() as session:
        for statement in indexes:
            session.execute(sa.text(statement))
        index.count(session, 1, used)
        state = session.get_one(tables.SearchState, 1)
        state.change, state.next_entry, state.analysis = 1, tasks + pages + 1, analysis.VERSION
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE")


def _taken_down(session: Session) -> list[str]:
    """Drop the indexes of terms on PostgreSQL, which are made quicker of all rows at once; the statements that make them."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    found = session.execute(
        sa.text(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'search\\_%' AND indexdef LIKE '%gin%'"
        )
    ).all()
    for name, _ in found:
        session.execute(sa.text(f"DROP INDEX {name}"))
    return [definition for _, definition in found]


@dataclass(frozen=True)
class _Stock:
    """All that is to be put into the store; any process puts any part of it."""

    url: str
    office: UUID
    agencies: tuple[int, ...]
    documents: int
    tasks: int
    pages: int

    def put(self, start: int) -> Counter[str]:
        """Put in the documents from this one on, _AT_ONCE of them; how often their terms are used."""
        rows: dict[type[tables.Base], list[dict[str, Any]]] = defaultdict(list)
        terms: dict[Any, list[tuple[int, set[str]]]] = defaultdict(list)
        used: Counter[str] = Counter()
        chance, made = random.Random(start), _Made(start)
        entry = 1 + self._before(self.tasks, start) + self._before(self.pages, start)
        for number in range(start, min(start + _AT_ONCE, self.documents)):
            its_pages = self._before(self.pages, number + 1) - self._before(self.pages, number)
            its_tasks = self._before(self.tasks, number + 1) - self._before(self.tasks, number)
            issued = stock.FIRST + timedelta(days=number * stock.DAYS // self.documents)
            document, now = new_id(), datetime.now(UTC)
            rows[tables.Document].append(
                {
                    "id": document, "office_id": self.office, "sha256": f"{number:064x}", "file_name": f"{number}.pdf",
                    "media_type": "application/pdf", "size": 1, "received_at": now, "received_by": "bench",
                    "updated_at": now, "version": 1, "current_version": 1,
                    "kind": chance.choices(("chỉ thị", "kế hoạch", "công điện"), (6, 3, 1))[0],
                    "number": f"{number % 5000}/CT-UBND", "issuer": f"Ủy ban nhân dân tỉnh Mẫu {chance.randrange(60)}",
                    "issued_on": issued, "pages": its_pages,
                }
            )  # fmt: skip
            texts = [("page", str(n + 1), *made.text(_PAGE_WORDS)) for n in range(its_pages)]
            texts += [("task", str(new_id()), *made.text(_TASK_WORDS)) for _ in range(its_tasks)]
            told = []
            for n, (kind, unit, text, held) in enumerate(texts):
                due = entries.days(issued) + chance.randrange(30, 400) if chance.random() < 0.6 else NEVER
                marks = (Mark.DEADLINE if due != NEVER else Mark(0)) | (
                    Mark.TARGET if chance.random() < 0.2 else Mark(0)
                )
                acts = frozenset((self.agencies[_agency(chance)], role) for role in (0, 1, 1))
                told.append(Entry(kind, unit, text, 1, 0, len(text), due, marks, acts))  # type: ignore[arg-type]
                rows[tables.SearchEntry].append(
                    {"id": entry + n, "document_id": document, "what": kind, "unit": unit, "page": 1, "start": 0,
                     "end": len(text), "body": text, "held": held}
                )  # fmt: skip
                terms[kind].append((entry + n, analysis.terms(text, held)))
                if kind == "page":
                    used.update(analysis.words(text, held))
                    used.update(syllable.folded for syllable in analysis.syllables(text))
            measures, acts_ = entries.measures(told)
            rows[tables.SearchDocument].append(
                {"document_id": document, "change": 1, "first": entry, "size": len(texts), "refined": True,
                 "level": "province", "province": f"Mẫu {number % 60}", "measures": measures, "acts": acts_}
            )  # fmt: skip
            entry += len(texts)
        with _opened(self.url).writing() as session:
            for kind_, values in rows.items():
                session.execute(sa.insert(kind_), values)
            for kind, some in terms.items():
                postings.add(session, kind, some)
        return used

    def _before(self, of_all: int, number: int) -> int:
        """How many of all tasks or pages stand in the documents before this one."""
        return of_all * number // self.documents


@cache
def _opened(url: str) -> Database:
    """The database, opened once a process."""
    return Database(url)


class _Made:
    """Texts whose words are as frequent as Zipf has it."""

    def __init__(self, seed: int) -> None:
        self._words = _vocabulary()
        weights = 1 / np.arange(1, len(self._words) + 1)
        self._sums = np.cumsum(weights / weights.sum())
        self._chance = np.random.default_rng(seed)
        self._random = random.Random(seed)

    def text(self, size: tuple[int, int]) -> tuple[str, bytes]:
        """A text, and which of its syllables hold together."""
        numbers = np.searchsorted(self._sums, self._chance.random(self._random.randrange(*size)))
        words = [self._words[min(int(number), len(self._words) - 1)] for number in numbers]
        if self._random.random() < 0.5:
            words.insert(self._random.randrange(len(words)), "Hải Phòng")
        held = [more for word in words for more in [True] * word.count(" ") + [False]]
        return " ".join(words), bytes(np.packbits(held, bitorder="little"))


@cache
def _vocabulary() -> list[str]:
    """The words of every text, the frequent ones first."""
    rest = [f"{a} {b}" for a, b in itertools.product(_SYLLABLES, repeat=2)]
    random.Random(1).shuffle(rest)
    return [*_WORDS, *rest[:20_000]]
