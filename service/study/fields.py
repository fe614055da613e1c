"""The field of government that a document is about (lĩnh vực): health, transport, public investment, …

A linear classifier whose every weight can be read in field_weights.csv: pairs of neighbouring folded syllables ("bao hiem",
"y te"), and for each field how much a pair speaks for it. What a document is called counts four times what its tasks say.
The weights are fitted by ``python -m corpus fields --train``; models/README.md says on what, and how right they are.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from extractor.record import DirectiveRecord
from service.store.fold import fold

# Named from the structure of ministries and provincial departments.
FIELDS = (
    "y-te",  # Y tế
    "giao-duc",  # Giáo dục và đào tạo
    "giao-thong",  # Giao thông vận tải
    "dau-tu",  # Kế hoạch, đầu tư công
    "nong-nghiep",  # Nông nghiệp và nông thôn, thủy sản, lâm nghiệp
    "an-ninh",  # An ninh, trật tự, phòng cháy và chữa cháy
    "quoc-phong",  # Quốc phòng, quân sự
    "moi-truong",  # Tài nguyên, đất đai, môi trường
    "thien-tai",  # Phòng, chống thiên tai
    "lao-dong",  # Lao động, người có công, xã hội
    "van-hoa",  # Văn hóa, thể thao, du lịch
    "cong-nghe",  # Khoa học, công nghệ, chuyển đổi số
    "cong-thuong",  # Công Thương
    "tai-chinh",  # Tài chính, ngân hàng
    "xay-dung",  # Xây dựng, nhà ở, đô thị
    "noi-vu",  # Nội vụ, cải cách hành chính, thi đua
    "tu-phap",  # Tư pháp, thanh tra
    "dang",  # Xây dựng Đảng
    "tong-hop",  # Tổng hợp, kinh tế - xã hội
)
DOUBTFUL = 0.5  # below this probability the field is shown as doubtful

TITLE_COUNTS = 4
OPENING = 400  # characters of a text without a subject that stand for one
_WEIGHTS = Path(__file__).with_name("field_weights.csv")
_SYLLABLE = re.compile(r"[a-z0-9]+")
# What stands at the head of every document.
_HEAD = re.compile(r"cong hoa xa hoi chu nghia viet nam|doc lap tu do hanh phuc")


class Field(NamedTuple):
    """A key of `FIELDS`, and how probable it is."""

    field: str
    probability: float

    @property
    def doubtful(self) -> bool:
        return self.probability < DOUBTFUL


def field_of(record: DirectiveRecord) -> Field | None:
    """What the record's document is about; None where it says nothing that the classifier knows."""
    told = scores(features(*material(record)))
    return best(told) if told else None


def material(record: DirectiveRecord) -> tuple[str, str]:
    """What a document is called (with who issues it), and what it says."""
    text = "\n".join(page.text for page in record.source.pages)
    header = record.directive
    title = header.subject or text[:OPENING]
    body = "\n".join(" ".join(filter(None, (task.heading, task.text))) for task in record.tasks)
    return f"{title}. {header.issuer.name if header.issuer else ''}", body or text


def features(title: str, body: str) -> dict[str, float]:
    """Pairs of syllables with their damped counts, brought to length 1. No pair reaches over punctuation but commas."""
    counts: Counter[str] = Counter()
    for text, times in ((title, TITLE_COUNTS), (body, 1)):
        for part in re.split(r"[.;:\n]", fold_lines(text)):
            syllables = _SYLLABLE.findall(_HEAD.sub(" ", part))
            for pair in pairwise(syllables):
                counts[" ".join(pair)] += times
    damped = {pair: 1 + math.log(count) for pair, count in counts.items()}
    length = math.sqrt(sum(value * value for value in damped.values())) or 1.0
    return {pair: value / length for pair, value in damped.items()}


def fold_lines(text: str) -> str:
    """Folded, with the ends of lines kept."""
    return "\n".join(map(fold, text.splitlines()))


def scores(known: Mapping[str, float]) -> dict[str, float]:
    """What speaks for each field; empty where no pair is known."""
    told: dict[str, float] = {}
    for pair, value in known.items():
        for field, weight in _weights().get(pair, ()):
            told[field] = told.get(field, 0.0) + weight * value
    return told


def best(told: Mapping[str, float]) -> Field:
    """The field that most speaks for, by the softmax over all of them."""
    highest = max(told.values())
    whole = sum(math.exp(score - highest) for score in told.values()) + (len(FIELDS) - len(told)) * math.exp(-highest)
    field = max(told, key=lambda field: told[field])
    return Field(field, 1 / whole)


@cache
def _weights() -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    with _WEIGHTS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            found.setdefault(row["pair"], []).append((row["field"], float(row["weight"])))
    return found
