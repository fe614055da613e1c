"""Which task of a new version is which task of the last one, so that a task keeps its id when it is read again.

A better pipeline may number, cut or spell a task otherwise, and the key that it gives a task is made of its place in the
outline. So words go before places: a task is the same when it has the very same words; else when it stands at the same
place with much the same words, or is a part of what stood there; else when its words are nearly the same anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rapidfuzz import fuzz, process

from extractor.record import Task as ReadTask
from service.store.fold import fold
from service.store.tables import Task

# Judged on specimens: of 2374 pairs of different tasks of one document, 99 of 100 are alike by less than 55, the most by 71,
# or 87 where a part is looked for; a text with one letter in twenty misread is like itself by 87 and more.
SAME_PLACE = 60.0
SAME_WORDS = 85.0
PART = 90.0  # the shorter one, found in the longer one: a task that was cut or joined


Matching = Callable[[Sequence[Task], Sequence[ReadTask]], Mapping[int, Task]]


def same_key(rows: Sequence[Task], tasks: Sequence[ReadTask]) -> dict[int, Task]:
    """Index among `tasks` to the row of the same key: people who correct a record say themselves which task is which."""
    found: dict[int, Task] = {}
    # A tombstone and a living task may share a key: the living one goes first.
    by_key = {row.key: row for row in sorted(rows, key=lambda row: row.withdrawn_at is None)}
    for index, task in enumerate(tasks):
        if row := by_key.pop(task.id, None):
            found[index] = row
    return found


def match(rows: Sequence[Task], tasks: Sequence[ReadTask]) -> dict[int, Task]:
    """Index among `tasks` to the row that it is; tasks that are new are left out. No row is given twice."""
    old, new = [fold(row.text) for row in rows], [fold(task.text) for task in tasks]
    free_rows, free_tasks = set(range(len(rows))), set(range(len(tasks)))
    found: dict[int, Task] = {}

    def at_its_place(i: int, j: int) -> bool:
        return tasks[i].id == rows[j].key or list(tasks[i].path) == rows[j].path

    def take(pairs: Iterable[tuple[float, int, int]]) -> None:
        """The most alike first; of equals what stands at the same place, and the living before tombstones."""
        rank = [(-score, not at_its_place(i, j), rows[j].withdrawn_at is not None, i, j) for score, i, j in pairs]
        for *_, i, j in sorted(rank):
            if i in free_tasks and j in free_rows:
                found[i] = rows[j]
                free_tasks.remove(i)
                free_rows.remove(j)

    by_words: dict[str, list[int]] = {}
    for j, words in enumerate(old):
        by_words.setdefault(words, []).append(j)
    take((100.0, i, j) for i, words in enumerate(new) for j in by_words.get(words, ()))
    if not free_rows or not free_tasks:
        return found

    # What is left is compared each with each.
    some, others = sorted(free_tasks), sorted(free_rows)
    scores = process.cdist([new[i] for i in some], [old[j] for j in others], scorer=fuzz.ratio)
    pairs = [(float(scores[a][b]), i, j) for a, i in enumerate(some) for b, j in enumerate(others)]
    here = [pair for pair in pairs if at_its_place(*pair[1:])]
    take((s, i, j) for s, i, j in here if s >= SAME_PLACE or fuzz.partial_ratio(new[i], old[j]) >= PART)
    take(pair for pair in pairs if pair[0] >= SAME_WORDS)
    return found
