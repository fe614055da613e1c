"""The terms whose entries a process remembers, so that what most texts say is not fetched for every search.

Of each question (terms that all have to be there, or one of them) the entries of its kind: their numbers where they are few, else
one bit for every entry of that kind. What is asked first is known by itself afterwards; what an index of this size says often
is brought at the start (`service.search.bringer`), before anybody asks.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from service.search.postings import Ids, Kind

ROOM = 128 * 1024 * 1024  # bytes, over all terms
_BROUGHT = 3 / 4  # of the room, at most

Mask = npt.NDArray[np.bool_]


class Question(NamedTuple):
    """Terms of a kind of entries: all of them have to be there, or at least one."""

    kind: Kind
    terms: tuple[str, ...]
    one: bool = False


class Remembered:
    """Entries by question, the longest unasked forgotten first. Masks are over the entries of the kind, in their order."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: OrderedDict[Question, tuple[int, npt.NDArray[Any]]] = OrderedDict()
        self._room = room
        self._weight = 0

    def __contains__(self, question: Question) -> bool:
        return question in self._kept

    @property
    def full(self) -> bool:
        """Whether nothing more is to be brought that nobody asked for."""
        return self._weight > self._room * _BROUGHT

    def upto(self, question: Question) -> int:
        """The greatest number of an entry that was looked at for it; 0: it is not known."""
        return self._kept[question][0] if question in self._kept else 0

    def recall(self, question: Question, numbers: Ids) -> Mask:
        """Which of these entries, all of the kind, have what is asked. Raises KeyError where it is not known."""
        self._kept.move_to_end(question)
        return _unfolded(self._kept[question][1], numbers)

    def learn(self, question: Question, numbers: Ids, found: Ids, upto: int) -> None:
        """Add what was found among the entries that came since the last time, up to this number."""
        _, old = self._kept.pop(question, (0, np.empty(0, np.int32)))
        self._weight -= old.nbytes
        if len(found):
            old = _folded(_unfolded(old, numbers) | _flags(found, numbers), numbers)
        self._kept[question] = upto, old
        self._weight += old.nbytes
        while self._weight > self._room and len(self._kept) > 1:
            _, (_, forgotten) = self._kept.popitem(last=False)
            self._weight -= forgotten.nbytes


def _flags(found: Ids, numbers: Ids) -> Mask:
    """Which of these entries, in the order of their numbers, were found; what is none of them is passed over."""
    there = np.zeros(int(numbers[-1]) + 1 if len(numbers) else 0, np.bool_)
    there[found[found < len(there)]] = True
    return there[numbers]


def _folded(there: Mask, numbers: Ids) -> npt.NDArray[Any]:
    """The numbers of entries or, where that is less, bits."""
    few = np.count_nonzero(there) * numbers.itemsize <= len(there) // 8
    return numbers[there] if few else np.packbits(there)


def _unfolded(kept: npt.NDArray[Any], numbers: Ids) -> Mask:
    if kept.dtype == np.uint8:
        return np.unpackbits(kept, count=len(numbers)).view(np.bool_)
    there = np.zeros(len(numbers), np.bool_)
    there[np.searchsorted(numbers, kept)] = True
    return there
