"""What a clerk writes into the field "Thời hạn", read by the grammar that reads directives."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from extractor.facts.deadlines import DeadlineFact, find_deadlines
from extractor.record import Deadline

# A directive says the words in a sentence, a clerk says them alone. The first of these sentences that makes sense is taken.
_SENTENCES = ("{}", "Thời hạn: {}", "Trong vòng {}", "Báo cáo {}", "Chậm nhất {}")
_SHORT_YEAR = re.compile(r"(?<!\d)(\d{1,2}([/.-])\d{1,2}\2)(\d\d)(?!\d)")


def read_deadline(text: str, *, issued_on: date | None = None) -> tuple[Deadline, ...]:
    """The deadlines that the words say, none where they say none: "trước 15/12 hàng năm", "quý II/2026", "15/12".

    `issued_on` is the directive's day of issue: it supplies missing years and dates spans of time that count from the
    signing. The confidence is 1, for a person says so.
    """
    words = " ".join(unicodedata.normalize("NFC", text).split())
    full = _SHORT_YEAR.sub(r"\g<1>20\3", words)
    for signed in dict.fromkeys((issued_on, None)):  # of a day before the day of issue the grammar makes no deadline
        for sentence in _SENTENCES:
            found = [fact for fact in _found(sentence.format(full), signed) if _says_when(fact)]
            if found:
                return tuple(_deadline(fact, words) for fact in found)
    return ()


def _found(sentence: str, signed: date | None) -> list[DeadlineFact]:
    try:
        return find_deadlines(sentence, signed=signed)
    except (ValueError, OverflowError):  # beyond the calendar
        return []


def _says_when(fact: DeadlineFact) -> bool:
    return fact.kind == "ongoing" or any((fact.due, fact.begin, fact.rrule, fact.offset))


def _deadline(fact: DeadlineFact, words: str) -> Deadline:
    return Deadline(
        kind=fact.kind,
        due=fact.due,
        start=fact.begin,
        rrule=fact.rrule,
        anchor=fact.anchor,
        offset=fact.offset,
        working_days=fact.working_days,
        text=words,
        confidence=1.0,
    )
