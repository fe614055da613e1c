"""Which task of a new version is which task of the last one, so that a task keeps its id when it is read again.

A better pipeline may number, cut or spell a task otherwise. A task is the same when it has the same key; else when it
stands at the same place of the outline with much the same words; else when its words are nearly the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz, process

from extractor.record import Task as ReadTask
from service.store.fold import fold
from service.store.tables import Task

# Judged on specimens read with and without OCR errors: other tasks of one document stay below, the same stay above.
SAME_PLACE = 60.0
SAME_WORDS = 85.0


Matching = Callable[[Sequence[Task], Sequence[ReadTask]], Mapping[int, Task]]


def same_key(rows: Sequence[Task], tasks: Sequence[ReadTask]) -> dict[int, Task]:
    """Index among `tasks` to the row of the same key: people who correct a record say themselves which task is which."""
    by_key: dict[str, list[Task]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    found: dict[int, Task] = {}
    for index, task in enumerate(tasks):
        # A tombstone and a living task may share a key: the living one goes first.
        same = sorted(by_key.get(task.id, ()), key=lambda row: row.withdrawn_at is not None)
        if same and same[0] not in found.values():
            found[index] = same[0]
    return found


def match(rows: Sequence[Task], tasks: Sequence[ReadTask]) -> dict[int, Task]:
    """Index among `tasks` to the row that it is; tasks that are new are left out. No row is given twice."""
    found = same_key(rows, tasks)
    free = [row for row in rows if row not in found.values()]
    for least, same_place in ((SAME_PLACE, True), (SAME_WORDS, False)):
        for index, row in _alike(free, [(i, t) for i, t in enumerate(tasks) if i not in found], least, same_place):
            if row in free and index not in found:
                found[index] = row
                free.remove(row)
    return found


def _alike(
    rows: Sequence[Task], tasks: Sequence[tuple[int, ReadTask]], least: float, same_place: bool
) -> list[tuple[int, Task]]:
    """Pairs, the most alike first."""
    if not rows or not tasks:
        return []
    scores = process.cdist(
        [fold(task.text) for _, task in tasks], [fold(row.text) for row in rows], scorer=fuzz.ratio, score_cutoff=least
    )
    pairs = [
        (float(scores[i][j]), index, row)
        for i, (index, task) in enumerate(tasks)
        for j, row in enumerate(rows)
        if scores[i][j] >= least and (not same_place or list(task.path) == row.path)
    ]
    return [(index, row) for _, index, row in sorted(pairs, key=lambda pair: -pair[0])]
