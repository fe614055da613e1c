"""By when a task is due: dates, periods, cycles, spans of time counted from an event, and work without end.

Read over the own words of one task. Every rule is one pattern with one reading; a rule that comes first takes its
words, later ones see none of them. A target's year, an attribute and a title are no deadlines. Confidences are stated
priors of the rules, not calibrated figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from extractor.facts.dates import (
    DAY,
    MONTH,
    PERIOD,
    PERIOD_CORE,
    add_months,
    complete,
    day_before,
    day_parts,
    period_of,
    plain,
)
from extractor.facts.fact import Fact, Range, mask, overlaps
from extractor.knowledge.calendar import add_working_days
from extractor.record import Anchor, DeadlineKind


@dataclass(frozen=True, slots=True)
class DeadlineFact(Fact):
    """One deadline. `due` is the last day still in time, `begin` the first day of a period.

    `offset` is an ISO 8601 duration from `anchor`. `problem` is what a clerk should look at: a day that no calendar has
    ("31/02"), or "before the signing".
    """

    kind: DeadlineKind
    due: date | None = None
    begin: date | None = None
    rrule: str | None = None
    anchor: Anchor | None = None
    offset: str | None = None
    working_days: bool = False
    text: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a rule makes of its words; with `kind` None the words are taken and give nothing."""

    kind: DeadlineKind | None
    due: date | None = None
    begin: date | None = None
    rrule: str | None = None
    anchor: Anchor | None = None
    offset: str | None = None
    working_days: bool = False
    problem: str | None = None
    weight: float = 1.0  # how much of the rule's confidence is left


_WINDOW = 800  # letters on either side in which a clause is looked for


@dataclass
class _Text:
    view: str  # lower case, citations and quotations blanked
    signed: date | None
    claimed: list[Range] = field(default_factory=list)

    def clause(self, start: int, stops: str = ".;\n") -> str:
        """The words before `start` in its clause."""
        return re.split(rf"[{stops}](?=\s|$)", self.view[max(0, start - _WINDOW) : start])[-1]

    def rest(self, end: int, stops: str = ".;\n") -> str:
        """The words after `end` in its clause."""
        return re.split(rf"[{stops}](?=\s|$)", self.view[end : end + _WINDOW], maxsplit=1)[0]


_Handler = Callable[[re.Match[str], _Text], "Iterator[_Reading] | list[_Reading] | None"]


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    pattern: re.Pattern[str]
    read: _Handler
    prior: float
    core: re.Pattern[str] | None  # what is in all that it matches, found much sooner than that it does not match


_RULES: list[_Rule] = []
_GAP = "\ufffc"  # stands for what other grammars took: no pattern reaches across it


def _rule(name: str, pattern: str, prior: float, core: str = "") -> Callable[[_Handler], _Handler]:
    def add(read: _Handler) -> _Handler:
        _RULES.append(_Rule(name, re.compile(pattern), read, prior, re.compile(core) if core else None))
        return read

    return add


_NOTHING = [_Reading(None)]
_EVERY = r"(?:hằng|mỗi)"
_HOUR = r"(?:\d{1,2}\s*(?:giờ|h|g)(?:\s*\d{1,2})?(?:\s*phút)?\s*,?\s*(?:sáng\s+|chiều\s+|tối\s+)?(?:của\s+)?)"
_TIMES = r"(?:một|hai|ba|\d{1,2})"
_BEFORE = (
    r"(?:trước|chậm\s+nhất|muộn\s+nhất|trễ\s+nhất|hạn\s+chót|hạn\s+cuối|thời\s+hạn|không\s+muộn\s+hơn|không\s+quá"
    r"|đến\s+hết|tới\s+hết"
    r"|từ\s+nay\s+(?:cho\s+)?đến(?:\s+hết)?|xong|hoàn\s+thành|hoàn\s+tất)"
)
_TO = r"(?:\s+(?:là|vào|đến|đến\s+hết|trong|trước|hết|vào\s+lúc|ngay|lúc|cuối))*\s*:?\s*"
_DAYS = rf"(?P<days>{DAY}(?:\s*(?:,|;|và|hoặc)\s*(?:trước\s+)?{DAY}){{0,11}})"
_NTH = r"(?:0?[1-9]|[12]\d|3[01])(?![\d/])"
_NTHS = rf"(?P<nths>{_NTH}(?:\s*(?:,|-|và|đến|đến\s+ngày|và\s+ngày)\s*{_NTH}){{0,11}})"
_ORDER = (
    r"(?:báo\s+cáo|gửi|trình|hoàn\s+thành|hoàn\s+tất|xong|nộp|tổng\s+hợp|cung\s+cấp|triển\s+khai|thực\s+hiện"
    r"|ban\s+hành|xây\s+dựng|tổ\s+chức)"
)


_HANDING_IN = r"(?:báo\s+cáo|gửi|trình|hoàn\s+thành|hoàn\s+tất|xong|nộp|cung\s+cấp)"

# What looks like a deadline and is none -----------------------------------------------------------------------------


@_rule(
    "state",
    r"(?:tính|số\s+liệu)\s+đến(?:\s+hết)?\s+(?:thời\s+điểm\s+)?[^,.;]{4,40}|tính\s+từ\s+ngày\s[^,.;]{4,80}",
    0,
)
@_rule("lunar", r"\(?\s*(?:tức|nhằm)\s+(?:là\s+)?(?:từ\s+)?ngày[^).;]*", 0, r"tức|nhằm")
@_rule("around", r"trước\s*,\s*trong\s+và\s+sau", 0)
@_rule("round-the-clock", r"(?<!ngày )\b24\s*(?:/\s*24|/\s*7|giờ\s*/\s*ngày)(?!\s*/)(?:\s*(?:giờ|h))?", 0)
@_rule("school-year", r"năm\s+học\s+\d{4}(?:\s*-\s*\d{4})?", 0)
@_rule("term", r"(?:nhiệm\s+kỳ|niên\s+độ|khóa|khoá)\s+\d{4}\s*-\s*\d{4}", 0)
@_rule("effect", r"(?:có\s+)?hiệu\s+lực(?:\s+thi\s+hành)?\s+(?:kể\s+từ|từ|sau|đến)[^.;]{3,40}?(?=[.;,)]|$)", 0)
@_rule(
    "feast",
    r"(?:kỷ\s+niệm|chào\s+mừng|ngày\s+thế\s+giới|ngày\s+quốc\s+tế|ngày\s+thành\s+lập|ngày\s+truyền\s+thống"
    r"|ngày\s+pháp\s+luật|ngày\s+hội)[^.;]{0,80}?" + DAY,
    0,
)
@_rule(
    "named-day",
    r"(?<!năm vào )(?:lễ|tết|dịp|đại\s+lễ|ngày\s+lễ)\s+(?:quốc\s+khánh\s+)?(?:ngày\s+)?\d{1,2}/\d{1,2}(?!/)(?:\s*(?:,|và"
    r"|-)\s*\d{1,2}/\d{1,2}(?!/))*",
    0,
)
@_rule(
    "baseline",
    rf"(?:so\s+với|cùng\s+kỳ|kể\s+từ|bắt\s+đầu\s+từ|từ\s+sau|sau)\s+(?:{DAY}|{PERIOD})(?!\s*(?:đến|-)\s)".replace(
        "?P<", "?P<b_"
    ),
    0,
)
@_rule("ruled-by", r"theo\s+(?:định\s+mức|tiến\s+độ|quy\s+định)\s+(?:hằng|từng)\s+(?:năm|tháng|quý)", 0)
def _nothing(_match: re.Match[str], _text: _Text) -> list[_Reading]:
    return _NOTHING


# Spans of time from an event -----------------------------------------------------------------------------------------

_LENGTH = (
    r"(?P<n>\d{1,3}|một|hai|ba|bốn|năm|sáu|bảy|mười)\s*(?:\([^)]{1,20}\)\s*)?"
    r"(?P<unit>ngày\s+làm\s+việc|ngày|tháng|tuần|giờ\s+làm\s+việc|giờ|năm|phút)(?:\s+liên\s+t(?:iếp|ục)|\s+đầu(?:\s+tiên)?)?"
)
_WORDS = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "mười": 10}
_WITHIN = (
    r"(?:trong\s+(?:vòng|thời\s+(?:hạn|gian))(?:\s+(?:tối\s+đa|không\s+quá|chậm\s+nhất))?(?:\s+là)?"
    r"|(?:chậm|muộn)\s+nhất(?:\s+là)?(?:\s+sau)?(?:\s+trong)?(?:\s+(?:vòng|thời\s+(?:hạn|gian)))?"
    r"|không\s+(?:quá|chậm\s+quá)|tối\s+đa(?:\s+là)?|trước|trong|sau)"
)
_FROM = r"(?P<from>\s*,?\s*(?:(?:kể|tính)\s+)?(?:từ|sau)\s+(?:ngày|khi|thời\s+điểm|lúc)\s+(?P<event>[^,.;()]{2,80}))"


_ISO = {
    "ngày": ("P", "D"),
    "tuần": ("P", "W"),
    "tháng": ("P", "M"),
    "năm": ("P", "Y"),
    "giờ": ("PT", "H"),
    "phút": ("PT", "M"),
}


_THIS = r"(?:chỉ\s+thị|quyết\s+định|kế\s+hoạch|văn\s+bản|công\s+điện)"


def _anchor(event: str) -> Anchor:
    if re.match(rf"{_THIS}\s+này", event):
        return "effect" if "hiệu lực" in event else "signing"
    if re.match(rf"(?:ký|ban\s+hành)(?:\s+ban\s+hành)?\s*(?:$|{_THIS}(?:\s+này|\s*$))", event):
        return "signing"
    if re.match(r"có\s+hiệu\s+lực|chỉ\s+thị\s+có\s+hiệu\s+lực", event):
        return "effect"
    if re.match(r"nhận|tiếp\s+nhận", event):
        return "receipt"
    return "event"


@_rule("within", rf"(?:{_WITHIN}\s+)?{_LENGTH}(?:{_FROM})?", 0.85)
def _within(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    cue = re.match(_WITHIN, match[0])
    weak = cue is None or cue[0] in ("sau", "trong", "trước", "không quá") or cue[0].startswith("tối")
    if weak and not match["from"]:
        return None
    if cue is None and not re.search(r"(?:thời\s+hạn|thời\s+gian|hạn)[^,.;]{0,20}$", text.clause(match.start())):
        return None
    if re.search(r"hiệu\s+lực(?:\s+thi\s+hành)?\s*(?:,|kể|từ)?\s*$", text.clause(match.start())):
        return _NOTHING
    unit = match["unit"]
    working = "làm việc" in unit
    count = _WORDS.get(match["n"]) or int(match["n"])
    event = match["event"]
    anchor: Anchor = _anchor(event) if event else "event"
    prefix, letter = _ISO[unit.split()[0]]
    offset = f"{prefix}{count}{letter}"
    due = None
    if anchor == "signing" and text.signed is not None:
        if working and unit.startswith("ngày"):
            due = add_working_days(text.signed, count)
        elif unit == "ngày":
            due = text.signed + timedelta(days=count)
        elif unit == "tuần":
            due = text.signed + timedelta(weeks=count)
        elif unit in ("tháng", "năm"):
            due = add_months(text.signed, count * (12 if unit == "năm" else 1))
    return [
        _Reading("relative", due=due, anchor=anchor, offset=offset, working_days=working, weight=1.0 if event else 0.7)
    ]


@_rule(
    "ahead",
    rf"trước\s+(?P<event>(?:khi|ngày|kỳ|lúc|thời\s+điểm|buổi|cuộc|phiên|lễ|vụ|mùa)\s+(?!\d)(?:[^\W\d_]+\s+){{1,7}}?)"
    rf"(?:ít\s+nhất\s+|tối\s+thiểu\s+|chậm\s+nhất\s+|không\s+quá\s+|là\s+){{0,2}}{_LENGTH}(?!\s*(?:lần|một\s+lần))"
    rf"|trước\s+(?:ít\s+nhất|tối\s+thiểu)\s+{_LENGTH.replace('?P<', '?P<b_')}",
    0.8,
)
def _ahead(match: re.Match[str], _text: _Text) -> list[_Reading]:
    """So long before something happens: "trước khi tổ chức ít nhất 05 ngày làm việc"."""
    count, unit = match["n"] or match["b_n"], match["unit"] or match["b_unit"]
    prefix, letter = _ISO[unit.split()[0]]
    offset = f"{prefix}{_WORDS.get(count) or int(count)}{letter}"
    return [_Reading("relative", anchor="event", offset=offset, working_days="làm việc" in unit)]


# Cycles --------------------------------------------------------------------------------------------------------------


def _yearly(month: int | str, day: int | str | None = None) -> str:
    return f"FREQ=YEARLY;BYMONTH={month}" + (f";BYMONTHDAY={day}" if day is not None else "")


def _every(count: int, unit: str) -> str:
    """The rule of "every `count` units"; quarters and whole years are written in their simplest form."""
    unit = unit.strip()
    if unit == "quý":
        unit, count = "tháng", count * 3
    if unit == "tháng" and count % 12 == 0:
        unit, count = "năm", count // 12
    frequency = {"ngày": "DAILY", "tuần": "WEEKLY", "tháng": "MONTHLY", "năm": "YEARLY"}[unit]
    return f"FREQ={frequency}" + (f";INTERVAL={count}" if count > 1 else "")


def _recur(*rules: str) -> list[_Reading]:
    return [_Reading("recurring", rrule=rule) for rule in rules]


def _nths(text: str) -> str:
    """Days of the month; of "từ ngày 15 đến ngày 20" the last is the one that counts."""
    days = [int(n) for n in re.findall(r"\d+", text)]
    return str(days[-1]) if re.search(r"đến|-", text) else ",".join(map(str, days))


_LEAD = rf"(?:định\s+kỳ\s*,?\s*)?(?:\(\s*)?(?:{_BEFORE}{_TO}|vào\s+|từ\s+|gửi\s+|đến\s+)*{_HOUR}?"


@_rule(
    "day-of-month",
    rf"{_LEAD}(?:các\s+)?ngày\s+(?:mồng\s+"
    rf"|mùng\s+)?{_NTHS}\s+(?:của\s+)?{_EVERY}\s+tháng(?P<quarter>\s+và\s+"
    rf"(?:ngày\s+{_NTH}\s+)?tháng\s+cuối\s+quý)?\)?",
    0.95,
    rf"{_EVERY}\s+tháng",
)
def _day_of_month(match: re.Match[str], _text: _Text) -> list[_Reading]:
    day = _nths(match["nths"])
    rules = [f"FREQ=MONTHLY;BYMONTHDAY={day}"]
    if match["quarter"]:
        own = re.search(r"\d+", match["quarter"])
        rules.append(_yearly("3,6,9,12", int(own[0]) if own else day))
    return _recur(*rules)


@_rule(
    "day-of-next-month",
    rf"{_LEAD}ngày\s+(?:mồng\s+|mùng\s+)?{_NTHS}\s+(?:của\s+)?tháng\s+(?:sau|kế\s+tiếp|liền\s+kề|tiếp\s+theo"
    rf"|báo\s+cáo)(?:\s+liền\s+kề)?",
    0.85,
    r"tháng\s+(?:sau|kế|liền|tiếp|báo)",
)
@_rule(
    "monthly-day",
    rf"{_EVERY}\s+tháng\s*,?\s*[(:]?\s*(?:gửi\s+)?{_LEAD}(?:các\s+)?ngày\s+(?:mồng\s+|mùng\s+)?{_NTHS}(?!\s*tháng)",
    0.9,
)
def _day_of_a_month(match: re.Match[str], _text: _Text) -> list[_Reading]:
    return _recur(f"FREQ=MONTHLY;BYMONTHDAY={_nths(match['nths'])}")


@_rule(
    "day-of-quarter",
    rf"{_LEAD}ngày\s+(?:mồng\s+|mùng\s+)?{_NTHS}\s+(?:của\s+)?(?:{_EVERY}\s+)?tháng\s+(?P<which>đầu|cuối"
    rf"|cuối\s+cùng|giữa|thứ\s+hai)"
    rf"\s+(?:tiên\s+)?(?:của\s+)?(?:{_EVERY}\s+|các\s+)?quý(?:\s+(?:sau|kế\s+tiếp|tiếp\s+theo))?\)?",
    0.95,
    r"quý",
)
def _day_of_quarter(match: re.Match[str], _text: _Text) -> list[_Reading]:
    months = "1,4,7,10" if match["which"] == "đầu" else "3,6,9,12" if match["which"].startswith("cuối") else "2,5,8,11"
    return _recur(_yearly(months, _nths(match["nths"])))


@_rule("day-every-quarter", rf"{_LEAD}ngày\s+{_NTHS}\s+(?:của\s+)?{_EVERY}\s+quý", 0.8, rf"{_EVERY}\s+quý")
def _day_every_quarter(match: re.Match[str], _text: _Text) -> list[_Reading]:
    return _recur(f"FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY={_nths(match['nths'])}")


@_rule(
    "day-of-months",
    rf"{_LEAD}ngày\s+{_NTHS}\s+(?:của\s+)?(?:các\s+)?tháng\s+(?P<months>\d{{1,2}}(?:\s*(?:,|và|tháng"
    rf"|và\s+tháng)\s*\d{{1,2}}(?!\s+tháng)){{1,11}})(?![\d/])(?:\s+{_EVERY}\s+năm)?",
    0.9,
    r"tháng\s+\d",
)
def _day_of_months(match: re.Match[str], _text: _Text) -> list[_Reading] | None:
    months = [int(m) for m in re.findall(r"\d+", match["months"])]
    if not all(1 <= m <= 12 for m in months):
        return None
    return _recur(_yearly(",".join(map(str, months)), _nths(match["nths"])))


@_rule(
    "days-every-year",
    rf"{_LEAD}{_DAYS}\s*,?\s*(?:của\s+)?(?:{_EVERY}\s+năm|năm\s+(?:trước|liền\s+trước|báo\s+cáo"
    rf"|kế\s+tiếp)(?!\s+(?:đó|khi)))\)?",
    0.97,
    rf"{_EVERY}\s+năm|năm\s+(?:trước|liền|báo|kế)",
)
def _days_every_year(match: re.Match[str], text: _Text) -> list[_Reading]:
    return [_yearly_on(day, text) for day in re.findall(DAY, match["days"])]


def _yearly_on(day: str, text: _Text) -> _Reading:
    number, month, _year = day_parts(day)
    moment = complete(number, month, 2020, text.signed)  # a leap year, so that 29/02 is a day
    if moment.problem:
        return _Reading("recurring", problem=f"{number:02}/{month:02}", weight=0.3)
    return _Reading("recurring", rrule=_yearly(month, number))


_CYCLIC = r"(?:hằng\s+năm|mỗi\s+năm|định\s+kỳ)"


@_rule(
    "every-year-days", rf"(?:định\s+kỳ\s+)?{_EVERY}\s+năm\s*,?\s*[(:]?\s*{_LEAD}(?:dịp\s+)?{_DAYS}(?!\s*năm)\)?", 0.95
)
def _every_year_days(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    days = re.findall(DAY, match["days"])
    if any(day_parts(day)[2] for day in days):
        return None
    return [_yearly_on(day, text) for day in days]


_DAY_NAMES = {
    **dict(
        zip(
            ("hai", "ba", "tư", "năm", "sáu", "bảy", "chủ nhật"),
            ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
            strict=True,
        )
    ),
    **dict(zip("234567", ("MO", "TU", "WE", "TH", "FR", "SA"), strict=True)),
    "bốn": "WE",
}
_WEEKDAY = r"(?:thứ\s+(?:hai|ba|tư|bốn|năm|sáu|bảy|[2-7])|chủ\s+nhật)"
_WEEKDAYS = rf"(?:sáng\s+|chiều\s+|ngày\s+|cuối\s+)*(?P<weekdays>{_WEEKDAY}(?:\s*(?:,|và)\s*(?:ngày\s+)?{_WEEKDAY})*)"


@_rule("weekday", rf"{_LEAD}{_WEEKDAYS}\s*,?\s*(?:của\s+)?{_EVERY}\s+tuần", 0.97, rf"{_EVERY}\s+tuần")
@_rule("weekly-on", rf"(?:định\s+kỳ\s+)?{_EVERY}\s+tuần\s*,?\s*[(]?\s*{_LEAD}{_WEEKDAYS}\)?", 0.95)
def _weekday(match: re.Match[str], _text: _Text) -> list[_Reading]:
    return _recur("FREQ=WEEKLY;BYDAY=" + ",".join(_weekdays(match["weekdays"])))


def _weekdays(words: str) -> list[str]:
    return [_DAY_NAMES[re.sub(r"thứ\s+", "", name).replace("  ", " ")] for name in re.findall(_WEEKDAY, words)]


_NTH_WEEK = {"đầu": 1, "thứ nhất": 1, "thứ hai": 2, "thứ ba": 3, "thứ tư": 4, "cuối": -1}


@_rule(
    "weekday-of-month",
    rf"{_LEAD}{_WEEKDAYS}\s+(?:của\s+)?(?:tuần\s+)?(?P<week>đầu|cuối|thứ\s+(?:nhất|hai|ba|tư))(?:\s+(?:tiên|cùng))?\s+"
    rf"(?:của\s+|trong\s+)?{_EVERY}\s+(?P<unit>tháng|quý)",
    0.9,
    rf"{_EVERY}\s+(?:tháng|quý)",
)
def _weekday_of_month(match: re.Match[str], _text: _Text) -> list[_Reading]:
    nth = _NTH_WEEK[" ".join(match["week"].split())]
    days = ",".join(f"{nth}{day}" for day in _weekdays(match["weekdays"]))
    return _recur(f"{_every(1, match['unit'])};BYDAY={days}")


@_rule("by-the-unit", r"theo\s+(?:từng\s+)?(?P<unit>ngày|tuần|tháng|quý|năm)(?!\s*(?:\d|học|kế|tài))", 0.7)
def _by_the_unit(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    """ "báo cáo thống kê theo quý": only of what is handed in."""
    if re.search(
        r"(?:báo\s+cáo|thống\s+kê|tổng\s+hợp|gửi)(?:\s+[^\W\d_]+){0,5}\s*$", text.clause(match.start(), ".;,\n")
    ):
        return _recur(_every(1, match["unit"]))
    return None


@_rule("hour-daily", rf"(?:{_BEFORE}{_TO}|vào\s+|lúc\s+)*{_HOUR}{_EVERY}\s+ngày", 0.9, rf"{_EVERY}\s+ngày")
def _daily(_match: re.Match[str], _text: _Text) -> list[_Reading]:
    return _recur("FREQ=DAILY")


@_rule(
    "months-every-year",
    rf"(?:(?:{_BEFORE}|vào|trong)\s+)*(?:các\s+)?tháng\s+(?P<months>\d{{1,2}}(?:\s*(?:,|và"
    rf"|tháng)\s*(?:tháng\s+)?\d{{1,2}}){{0,11}})\s+(?:của\s+)?{_EVERY}\s+năm",
    0.95,
    rf"{_EVERY}\s+năm",
)
def _months_every_year(match: re.Match[str], _text: _Text) -> list[_Reading]:
    return _recur(_yearly(",".join(str(int(m)) for m in re.findall(r"\d+", match["months"]))))


@_rule(
    "quarter-every-year",
    rf"(?:(?:{_BEFORE}|vào|trong)\s+)*quý\s+(?P<quarter>iv|iii|ii|i|[1-4])\s+(?:của\s+)?{_EVERY}\s+năm",
    0.85,
    rf"{_EVERY}\s+năm",
)
def _quarter_every_year(match: re.Match[str], _text: _Text) -> list[_Reading]:
    quarter = {"i": 1, "ii": 2, "iii": 3, "iv": 4}.get(match["quarter"]) or int(match["quarter"])
    return _recur(_yearly(quarter * 3))


_COUNT = {"một": 1, "hai": 2, "ba": 3, "sáu": 6, "mỗi": 1, "": 1}


@_rule(
    "times",
    r"(?:định\s+kỳ\s*,?\s*|mỗi\s+)?(?P<count>\d{1,2}|một|hai|ba|sáu|mỗi)\s+(?P<unit>ngày|tuần|tháng|quý"
    r"|năm)\s*(?:/|,)?\s*(?P<often>một|0?1|hai|0?2)?\s*lần(?![\w])"
    r"(?:\s*[(,]\s*(?:vào\s+|trong\s+)?(?:các\s+)?tháng\s+(?P<months>\d{1,2}(?:\s*(?:,"
    r"|và)\s*(?:tháng\s+)?\d{1,2}){0,11})\s*\)?)?",
    0.93,
    r"lần",
)
def _times(match: re.Match[str], _text: _Text) -> list[_Reading] | None:
    if match["months"]:
        return _recur(_yearly(",".join(str(int(m)) for m in re.findall(r"\d+", match["months"]))))
    count = _COUNT.get(match["count"]) or int(match["count"])
    often = 2 if (match["often"] or "").lstrip("0") in ("2", "hai") else 1
    return _often(count, match["unit"], often)


@_rule(
    "times-a-unit",
    rf"(?P<often>{_TIMES})\s+lần\s*(?:/|trong|mỗi|một|trên)\s*(?:một\s+|0?1\s+|mỗi\s+)?(?P<unit>ngày|tuần|tháng|quý|năm)",
    0.85,
    r"lần",
)
def _times_a_unit(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    if match["unit"] == "ngày":  # of a report a cycle, else how intense the work is
        return _recur("FREQ=DAILY") if re.search(r"báo\s+cáo", text.clause(match.start())) else None
    return _often(1, match["unit"], _COUNT.get(match["often"]) or int(match["often"]))


def _often(count: int, unit: str, often: int) -> list[_Reading] | None:
    """Every `count` units, `often` times; None where that divides into no simple rule."""
    months = {"tháng": 1, "quý": 3, "năm": 12}.get(unit)
    if often <= 1:
        return _recur(_every(count, unit))
    if months is not None and count * months % often == 0:
        return _recur(_every(count * months // often, "tháng"))
    return None


_ITEM = (
    rf"(?:(?:{_EVERY}\s+)?(?:tuần|tháng|quý|năm)(?!\s+(?:\d|nay|trước|sau|này|tới|[iv]+\b|học))"
    rf"|0?[369]\s+tháng(?:\s+(?:đầu|cuối)\s+năm(?!\s+\d))?|0?1\s+năm|cả\s+năm"
    rf"|(?:báo\s+cáo\s+)?tổng\s+kết\s+năm(?!\s+\d))"
)
_LIST = rf"(?P<items>{_ITEM}(?:\s*(?:,|và|/|hoặc|;)\s*(?:và\s+)?(?:báo\s+cáo\s+|định\s+kỳ\s+)?{_ITEM}){{0,9}})"
_REPORTING = (
    r"(?:báo\s+cáo|sơ\s+kết|tổng\s+kết|đánh\s+giá|kiểm\s+tra|giao\s+ban|tổng\s+hợp|rà\s+soát|họp|công\s+bố"
    r"|cập\s+nhật|tập\s+huấn|diễn\s+tập|tổ\s+chức|kiểm\s+kê|thống\s+kê|khảo\s+sát)"
)
# What is itself a thing of every year: a budget, a plan of work, a yearly resolution.
_OWNED = (
    r"(?:nghị\s+quyết|chỉ\s+tiêu|nhu\s+cầu|báo\s+ra|xuất\s+bản|phát\s+hành|thường\s+xuyên|(?:dự\s+toán|ngân\s+sách"
    r"|kinh\s+phí|\bchi|vốn|cân\s+đối|phân\s+bổ|định\s+mức|xếp\s+loại)[^.;]{0,60}"
    r"|(?:chương\s+trình|kế\s+hoạch|quy\s+hoạch)\s+(?:công\s+tác|tổ\s+chức|tạo\s+nguồn|xây\s+dựng|phát\s+triển"
    r"|bồi\s+dưỡng|đào\s+tạo|đầu\s+tư|sử\s+dụng|vốn)[^.;]{0,60})"
)


def _items(text: str) -> list[_Reading]:
    rules: list[str] = []
    for item in re.findall(_ITEM, text):
        number = re.search(r"\d+", item)
        if "tháng" in item and number:
            months = int(number[0])
            rules.append(_yearly(9) if months == 9 else _every(months, "tháng"))
        else:
            unit = re.search(r"tuần|tháng|quý|năm", item)
            rules.append(_every(1, unit[0] if unit else "năm"))
    return _recur(*dict.fromkeys(rules))


@_rule("every-list", rf"(?P<fixed>định\s+kỳ\s*,?\s*\(?\s*(?:theo\s+)?(?:vào\s+)?)?{_LIST}", 0.85, r"tuần|tháng|quý|năm")
def _every_list(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    items = match["items"]
    first = re.match(_EVERY, items)
    several = len(re.findall(_ITEM, items)) > 1
    before = text.clause(match.start(), ".;\n,") if first and not match["fixed"] else text.clause(match.start())
    after = text.rest(match.end())
    if re.search(r"đối\s+với\s+báo\s+cáo\s+$", before):
        return _NOTHING  # which report the day before is for
    if re.search(r"\d\s*$|[\d.,]+\s*(?:%|đồng|người)?\s*/\s*$", before) or after.startswith("/"):
        return None
    if not match["fixed"] and not (first and re.search(r":\s*$", before)):
        if not first:
            # "báo cáo 6 tháng, năm", "báo cáo quý, năm": bare units are a cycle only after a report, and only several.
            near = re.search(
                r"(?:báo\s+cáo|sơ\s+kết|tổng\s+kết)(?:\s+(?:định\s+kỳ|kết\s+quả|tình\s+hình|tiến\s+độ|thực\s+hiện"
                r"|công\s+tác))*\s*\(?$",
                before,
            )
            if not near or not (several or re.match(r"0?6\s+tháng(?!\s+(?:đầu|cuối))", items)):
                return None
        elif items.startswith("mỗi") and not several:
            if re.search(r"\w", before.strip()) and not re.search(_REPORTING, before):
                return None
        elif (
            re.search(rf"{_OWNED}\s*$", text.clause(match.start()))
            and not re.search(
                r"(?:báo\s+cáo|đánh\s+giá|sơ\s+kết|tổng\s+kết)\s+(?:kết\s+quả|tình\s+hình|việc)[^.;]*$",
                text.clause(match.start()),
            )
        ) or (re.search(r"\w", before.strip()) and not _regular_work(items, text.clause(match.start())[-160:])):
            return _NOTHING
        pace = re.match(r"\s*,?\s*(?:có|đạt|tăng|giảm|ít\s+nhất|tối\s+thiểu|số)\b", after) or (
            items.startswith("mỗi")
            and re.match(r"[^.;]{1,50}\s(?:ít\s+nhất|tối\s+thiểu|không\s+(?:dưới|ít\s+hơn))\s", after)
        )
        if pace and not re.search(_REPORTING, after[:60]):
            return _NOTHING  # the pace of a target
        if re.search(r"(?:tiêu\s+(?:chuẩn|chí)|căn\s+cứ|cơ\s+sở)\s[^,.;]*$", before):
            return _NOTHING
        if re.match(r"\s*(?:của|thuộc|cho\s+các|đảm\s+bảo|được\s+(?:giao|phê))", after) and re.search(r"\w", before):
            return _NOTHING
    return (
        _NOTHING
        if not several and _told_elsewhere(match, items, text)
        else _day_of_cycle(items, after) or _items(items)
    )


def _regular_work(items: str, clause: str) -> bool:
    """Whether the cycle is that of the work: of every week or month mostly, of every year only of reports and their like."""
    if re.search(_REPORTING, clause):
        return True
    if "năm" in items:
        return False
    return not re.search(
        r"(?:lương|trợ\s+cấp|phụ\s+cấp|học\s+phí|tiền|mức|thu\s+nhập|lịch|chương\s+trình|kế\s+hoạch|chi\s+phí|sinh\s+hoạt|ấn\s+phẩm"
        r"|bản\s+tin|tạp\s+chí|nhu\s+cầu|bình\s+quân|cước)(?:\s+[^\W\d_]+){0,3}\s*$",
        clause,
    )


_YEARLESS = rf"(?:{_BEFORE}{_TO}|vào\s+){_HOUR}?{DAY}(?!\s*(?:/|năm\s+\d))"


def _told_elsewhere(match: re.Match[str], items: str, text: _Text) -> bool:
    """Whether another rule reads the day of this cycle in the same clause: "Hằng năm, … trước ngày 15/12"."""
    unit = re.search(r"tuần|tháng|quý|năm", items)
    if unit is None:
        return False
    if re.fullmatch(r"0?6\s+tháng", items) and re.match(
        rf"\s*[,(:]?\s*(?:gửi\s+|báo\s+cáo\s+)?{_BEFORE}{_TO}{DAY}[^.;]{{0,12}}{DAY}", text.rest(match.end())
    ):
        return True
    near = [text.view[a:b] for a, b in text.claimed if _in_clause(text, match, (a, b))]
    if any(re.search(rf"\d[^.;]*{unit[0]}", other) for other in near):
        return True
    rest = text.rest(match.end())
    bracketed = re.match(rf"\s*\(\s*(?:gửi\s+)?{_YEARLESS}", rest)
    if bracketed and day_parts(bracketed[0])[2] is None:
        return True
    later = re.search(_YEARLESS, rest)
    return unit[0] == "năm" and later is not None and day_parts(later[0])[2] is None


def _day_of_cycle(items: str, after: str) -> list[_Reading] | None:
    """The day of a month that follows further on: "Hằng tháng, các đơn vị báo cáo … trước ngày 20"."""
    if not re.fullmatch(rf"{_EVERY}\s+tháng", items):
        return None
    day = re.search(rf"(?:{_BEFORE}|vào)\s+ngày\s+(?P<nth>{_NTH})(?!\s*(?:tháng|/|-|\d))", after)
    return _recur(f"FREQ=MONTHLY;BYMONTHDAY={int(day['nth'])}") if day else None


@_rule("daily", r"(?:định\s+kỳ\s+)?hằng\s+ngày", 0.75)
def _hourless_daily(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    of_a_thing = re.search(
        r"(?:báo\s+ra|xuất\s+bản|phát\s+hành|đời\s+sống|sinh\s+hoạt|cuộc\s+sống|phát\s+sinh|ăn\s+uống|công\s+việc|hoạt\s+động"
        r"|giao\s+dịch|chi\s+tiêu|nhu\s+cầu|bữa\s+ăn|vận\s+hành|nhiệm\s+vụ|thói\s+quen)\s*,?\s*$",
        text.clause(match.start()),
    )
    return _NOTHING if of_a_thing else _recur("FREQ=DAILY")


# Days and periods ----------------------------------------------------------------------------------------------------


def _named(pattern: str, prefix: str) -> str:
    return pattern.replace("?P<", f"?P<{prefix}")


def _period_in(text: str, signed: date | None) -> tuple[date, date] | None:
    match = re.search(PERIOD, text)
    return period_of(match, signed) if match else None


_FIELD = (
    r"(?:(?:thời\s+(?:gian|hạn|điểm)|tiến\s+độ|\bhạn\s+(?:chót|cuối"
    r"|hoàn\s+thành))(?:\s+[^\W\d_]+){0,7}\s*:\s*(?:là\s+|vào\s+)?"
    r"|(?:thời\s+(?:gian|hạn)|tiến\s+độ)(?:\s+(?:hoàn\s+thành|thực\s+hiện|tổ\s+chức|triển\s+khai|báo\s+cáo|gửi"
    r"|trình|ban\s+hành))*\s+(?:là\s+|vào\s+)?|hoàn\s+thành\s+(?:vào\s+)?)"
)


@_rule(
    "from-day-to-day",
    rf"từ\s+(?:nay|{_HOUR}?(?P<a>{DAY}|ngày\s+\d{{1,2}}(?!\d)))\s*(?:,\s*)?(?:đến|tới"
    rf"|-)\s+(?:hết\s+)?{_HOUR}?(?P<b>{DAY})",
    0.95,
)
def _from_day_to_day(match: re.Match[str], text: _Text) -> list[_Reading]:
    day, month, year = day_parts(match["b"])
    due = complete(day, month, year, text.signed)
    if match["a"] is None:
        return [_Reading("date", due=due.value, problem=due.problem)]
    if re.fullmatch(r"ngày\s+\d{1,2}", match["a"]):
        start = complete(
            int(match["a"].split()[1]), month, year or (due.value.year if due.value else None), text.signed
        )
    else:
        first = day_parts(match["a"])
        written = first[2]
        if written is None and due.value is not None:
            written = due.value.year - ((first[1], first[0]) > (month, day))
        start = complete(first[0], first[1], written, text.signed)
    if text.signed and due.value and due.value < text.signed:
        return _NOTHING  # it has happened
    return [_Reading("period", begin=start.value, due=due.value, problem=start.problem or due.problem)]


@_rule(
    "ongoing-from",
    rf"(?:trong\s+|từ\s+)?(?:{_named(PERIOD, 'o_')}|(?:giai\s+đoạn\s+)?\d{{4}}\s*-\s*\d{{4}})\s+(?:và|đến)\s+(?:các"
    rf"|những)\s+năm\s+(?:tiếp\s+theo|sau|tới|kế\s+tiếp)|(?:hằng\s+năm\s+và\s+)?các\s+năm\s+tiếp\s+theo",
    0.8,
    r"(?:các|những)\s+năm",
)
def _ongoing_from(_match: re.Match[str], _text: _Text) -> list[_Reading]:
    return [_Reading("ongoing")]


@_rule(
    "from-period-to-period",
    rf"(?P<cue>từ\s+|{_FIELD})?(?P<a>{_named(PERIOD, 'a_')})\s*(?:đến|tới"
    rf"|-)\s*(?:hết\s+)?(?P<b>{_named(PERIOD, 'b_')})",
    0.8,
    PERIOD_CORE,
)
def _from_period_to_period(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    years = "năm" in match["a"] and not re.search(r"tháng|quý", match["a"])
    ordered = match["cue"] and not years and re.search(rf"{_ORDER}[^.;]*$", text.clause(match.start()))
    if not ordered and not _is_field(match, text, "cue"):
        return _NOTHING  # years from … to … are the horizon of a plan
    last = _period_in(match["b"], text.signed)
    first = _period_in(match["a"], text.signed)
    if first is None or last is None:
        return None
    if not re.search(r"\d{4}", match["a"]) and first[0] > last[1]:
        first = (first[0].replace(year=last[1].year), first[1])
    return [_Reading("period", begin=first[0], due=last[1])]


@_rule(
    "span-of-years",
    rf"(?P<cue>{_FIELD})?(?:từ\s+)?(?:giai\s+đoạn\s+|năm\s+|trong\s+các\s+năm\s+|thời\s+kỳ\s+)?(?P<a>(?:19"
    rf"|20)\d{{2}})\s*(?:-|đến(?:\s+(?:hết\s+)?năm)?)\s*(?P<b>(?:19|20)\d{{2}})(?!\d)",
    0.8,
    r"(?:19|20)\d{2}",
)
def _span_of_years(match: re.Match[str], text: _Text) -> list[_Reading]:
    if not _is_field(match, text, "cue"):
        return _NOTHING
    return [_Reading("period", begin=date(int(match["a"]), 1, 1), due=date(int(match["b"]), 12, 31))]


def _is_field(match: re.Match[str], text: _Text, cue: str) -> bool:
    """Whether the words fill a labelled field ("Thời gian thực hiện: …") or are all that the text says."""
    alone = not re.search(r"\w", text.view[: match.start()]) and not re.search(r"\w", text.view[match.end() :])
    if alone:
        return True
    return bool(match[cue]) and bool(re.match(r"thời|tiến|hạn", match[cue].strip()))


_PAST = (
    r"(?:\bđã\b|vừa\s+qua|thời\s+gian\s+qua)(?!\s*(?:,|được\s+(?:giao|phê\s+duyệt|phân\s+công|ban\s+hành|xác\s+định"
    r"|đề\s+ra|cấp|duyệt)))"
)


def _dated(match: re.Match[str], text: _Text, days: str) -> list[_Reading] | None:
    """Days that end the work; without a year and in a clause that speaks of a cycle, the days of that cycle."""
    found = re.findall(DAY, days)
    clause = text.clause(match.start())
    yearless = not any(day_parts(day)[2] for day in found)
    if yearless:
        cycle = re.search(rf"{_CYCLIC}|báo\s+cáo\s+(?:quý|năm|0?[69]\s+tháng)\s*\(\s*(?:gửi\s+)?$", clause) or re.match(
            r"[^.;]{0,12}\s*hằng\s+năm", text.rest(match.end())
        )
        if cycle and not re.search(r"hằng\s+(?:tháng|quý|tuần)", clause):
            return [_yearly_on(day, text) for day in found]
    readings = []
    shared = day_parts(found[-1])[2]  # "trước ngày 15/6 và 15/12/2021"
    for day in found:
        number, month, year = day_parts(day)
        moment = complete(number, month, year or shared, text.signed)
        if moment.problem:
            readings.append(_Reading("date", problem=moment.problem, weight=0.3))
            continue
        if moment.value is None:
            readings.append(_Reading("date", weight=0.4))
            continue
        if text.signed and moment.value < text.signed:
            # A day gone by is what an older event is dated by, unless the clause orders something for it.
            if re.search(_PAST, clause) or not re.search(rf"{_HANDING_IN}[^.;]*$", clause):
                return _NOTHING
            readings.append(_Reading("date", due=moment.value, problem="before the signing", weight=0.4))
            continue
        readings.append(_Reading("date", due=moment.value, weight=1.0 if moment.has_year else 0.9))
    return readings


@_rule(
    "days-in-a-row",
    rf"trong\s+(?:các\s+|{_TIMES}\s+)?ngày\s*,?\s*(?:từ\s+)?(?P<a>{_NTH})(?P<between>(?:\s*(?:,|-|và|đến)\s*(?:ngày\s+)?{_NTH}){{1,11}})"
    rf"(?:\s*/\s*|\s+tháng\s+)(?P<month>{MONTH})(?:(?:\s*/\s*|,?\s+năm\s+)(?P<year>(?:19|20)\d{{2}}))?",
    0.9,
)
def _days_in_a_row(match: re.Match[str], text: _Text) -> list[_Reading]:
    """ "trong các ngày 22, 23 và 24 tháng 5 năm 2021": from the first of them to the last."""
    month, year = int(match["month"]), int(match["year"]) if match["year"] else None
    last = complete(int(re.findall(r"\d+", match["between"])[-1]), month, year, text.signed)
    first = complete(int(match["a"]), month, year or (last.value.year if last.value else None), text.signed)
    if text.signed and last.value and last.value < text.signed:
        return _NOTHING
    return [_Reading("period", begin=first.value, due=last.value, problem=first.problem or last.problem)]


@_rule("named-day-dated", rf"trước\s+ngày\s+(?:[^\W\d_]+\s+){{1,6}}\(\s*(?:ngày\s+)?(?P<day>{DAY})\s*\)", 0.85)
def _named_day_dated(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    return _dated(match, text, match["day"])


@_rule("by-day", rf"(?:{_BEFORE}{_TO}|đến\s+|tới\s+){_HOUR}?{_DAYS}", 0.93)
def _by_day(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    if re.match(r"(?:đến|tới)\s+(?!hết)", match[0]) and not re.search(
        rf"{_ORDER}|thời\s+(?:gian|hạn)", text.clause(match.start())
    ):
        return _NOTHING
    return _dated(match, text, match["days"])


@_rule("on-day", rf"(?P<cue>{_FIELD}|vào\s+|trong\s+(?:một\s+|0?1\s+)?|lúc\s+){_HOUR}?{_DAYS}", 0.75, r"\d")
def _on_day(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    return _dated(match, text, match["days"])


@_rule("weekday-day", rf"{_HOUR}(?:{_WEEKDAY}\s*,?\s*)?(?:\(\s*)?{_DAYS}", 0.6)
def _hour_day(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    return _dated(match, text, match["days"])


def _past(clause: str, rest: str) -> bool:
    return bool(re.search(_PAST, clause[-60:]) or re.search(_PAST, rest[:25]))


_AIM = r"(?:đạt|phấn\s+đấu|tỷ\s+lệ|chỉ\s+tiêu|tăng|giảm|tối\s+thiểu|ít\s+nhất|[≥≤]|có\s+\d)"


def _goal(match: re.Match[str], text: _Text, yearly: bool) -> bool:
    """Whether a period belongs to a goal, to a document's horizon or to a thing, rather than to the work."""
    clause, rest, cue = text.clause(match.start()), text.rest(match.end()), match["cue"].strip()
    if re.match(r"(?:đến|tới)$", cue):
        return not re.search(r"(?:hoàn\s+thành|xong|kết\s+thúc)[^,.;]*$", clause)
    if re.search(r"(?:mục\s+tiêu|chỉ\s+tiêu|từng\s+(?:quý|tháng)|các\s+(?:quý|tháng))\s*$", clause):
        return True
    if re.search(rf"{_GAP}\s+(?:về|phê\s+duyệt|ban\s+hành|quy\s+định)\s[^,;.]*$", clause) and not re.search(
        rf"{_HANDING_IN}[^,;.]*$", clause.rsplit(_GAP, 1)[-1]
    ):
        return True  # the rest of a cited document's title
    if not yearly:
        return False
    last = re.split(r",\s", clause)[-1]
    if re.match(rf"\s*:\s*(?:\d|{_GAP})", rest) or re.search(rf"{_AIM}[^,.;]*(?:\d\s*%?|{_GAP})[^,.;]*$", last):
        return True
    opens = not re.search(r"\w", clause) or bool(re.match(r"\s*[:,]", rest))
    if opens and re.match(rf"[^.;]{{0,60}}?{_AIM}[^.;]{{0,80}}?(?:\d|{_GAP})", rest):
        return True
    if re.search(r"(?:nhiệm\s+vụ\s+trọng\s+tâm|kết\s+quả|tình\s+hình)[^,.;]{0,30}$", clause) and cue == "trong":
        return True
    if re.match(r"\s*đối\s+với\s", last) and rest.startswith(","):
        return True
    # The aim of work that has its own day: "Trong quý I …, để đẩy mạnh xuất khẩu trong năm".
    aim = re.search(r"(?:\bđể|nhằm)[^,.;]*$", clause)
    return bool(aim) and any(_in_clause(text, match, other) for other in text.claimed)


@_rule(
    "by-period",
    rf"(?P<cue>(?:{_FIELD}|{_BEFORE}{_TO}|ngay\s+trong\s+|trong\s+|vào\s+|đến\s+|tới\s+|từ\s+nay\s+đến\s+)+"
    rf"|(?=(?:cuối|giữa|đầu)\s))(?P<span>{PERIOD})(?:\s*(?:,|và)\s*(?P<more>quý\s+(?:iv"
    rf"|i{{1,3}})(?:\s+năm\s+\d{{4}})?))?",
    0.88,
    PERIOD_CORE,
)
def _by_period(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    clause, rest, cue = text.clause(match.start()), text.rest(match.end()), match["cue"].strip()
    period = period_of(match, text.signed)
    if period is None:
        return [_Reading("date", weight=0.3)] if cue else None
    first, last = period
    yearly = bool(match["year"]) or bool(match["half"])
    field_cue = _is_field(match, text, "cue")
    if not cue and not field_cue and not re.search(r"(?:hoàn\s+thành|xong)\s*$", clause):
        return _NOTHING
    if not field_cue and (_past(clause, rest) or _goal(match, text, yearly)):
        return _NOTHING
    if re.match(r"(?:từ\s+nay|đến|cho\s+đến)", cue) and re.search(
        r"(?:kịch\s+bản|quy\s+hoạch|lộ\s+trình|chiến\s+lược)\s[^,.;]*$", clause
    ):
        return _NOTHING  # the horizon of what is to be drafted
    if cue.endswith("trước"):
        last = day_before(first)
        if match["part"]:
            last = period[1]
    if match["more"]:
        more = _period_in(
            match["more"] if re.search(r"\d{4}", match["more"]) else f"{match['more']} năm {last.year}", text.signed
        )
        last = more[1] if more else last
    if text.signed and last < text.signed:
        return _NOTHING
    return [_Reading("date", due=last, weight=0.9 if yearly else 1.0)]


@_rule(
    "end-of-this-year",
    r"(?:(?:từ\s+nay|đến|trước|vào|chậm\s+nhất|là|hết)\s+){1,4}(?:cuối|hết)\s+năm(?!\s+(?:\d|học|sau))",
    0.7,
)
def _end_of_this_year(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    if text.signed is None or _past(text.clause(match.start()), text.rest(match.end())):
        return None
    return [_Reading("date", due=date(text.signed.year, 12, 31))]


@_rule("reported-in-year", r"(?<=\()\s*(?:vào\s+|trong\s+)?năm\s+(?P<year>20\d{2})(?=\s*\))", 0.7)
def _reported_in_year(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    """ "Báo cáo giữa kỳ … (năm 2030)": the year in brackets of a report to be made."""
    due = date(int(match["year"]), 12, 31)
    if not re.search(r"(?:báo\s+cáo|sơ\s+kết|tổng\s+kết)[^.;()]{0,100}\($", text.clause(match.start())) or (
        text.signed and due < text.signed
    ):
        return None
    return [_Reading("date", due=due)]


@_rule(
    "done-by-period",
    rf"(?P<span>{PERIOD})(?=\s*[,:]?\s*(?:phải\s+)?(?:hoàn\s+thành|xong|báo\s+cáo|trình))",
    0.6,
    PERIOD_CORE,
)
def _done_by_period(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    if re.search(r"\w", text.clause(match.start(), ".;\n,")):
        return None
    if match["year"] and not re.match(r"\s*[,:]?\s*(?:phải\s+)?hoàn\s+thành", text.rest(match.end())):
        return None
    period = period_of(match, text.signed)
    return [_Reading("date", due=period[1])] if period and not (text.signed and period[1] < text.signed) else None


@_rule("whole-field", rf"(?P<cue>{_FIELD})?(?P<span>{PERIOD})", 0.9, PERIOD_CORE)
def _whole_field(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    if not _is_field(match, text, "cue"):
        return None
    period = period_of(match, text.signed)
    return [_Reading("date", due=period[1])] if period else None


@_rule("whole-field-day", rf"(?P<cue>{_FIELD})?(?:từ\s+)?(?P<day>{DAY})", 0.85, r"\d")
def _whole_field_day(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    if not _is_field(match, text, "cue"):
        return None
    if re.search(r"từ\s+", match[0]):
        moment = complete(*day_parts(match["day"]), text.signed)
        return [_Reading("period", begin=moment.value, problem=moment.problem, weight=0.6)]
    return _dated(match, text, match["day"])


# Work without end ----------------------------------------------------------------------------------------------------

# Nouns that "thường xuyên" after them only describes.
_STEADY_NOUN = (
    r"(?:chi|đầu\s+tư|nhiệm\s+vụ|hoạt\s+động|kinh\s+phí|ngân\s+sách|nguồn|bồi\s+dưỡng|giáo\s+dục|công\s+tác"
    r"|đường\s+truyền|cơ\s+quan|bộ\s+phận|ban|việc\s+làm"
    r"|phong\s+trào(?:\s+thi\s+đua)?|cụ\s+thể|quan\s+trọng|trọng\s+tâm|sự\s+phối\s+hợp(?:\s+chặt\s+chẽ)?"
    r"|trực\s+tiếp|lâu\s+dài|cấp\s+bách|thành\s+viên|chế\s+độ|biên\s+chế|lao\s+động|tần\s+suất"
    r"|trách\s+nhiệm|chỉ\s+đạo|họp|yêu\s+cầu|phòng\s+thủ\s+dân\s+sự|tài\s+chính|định\s+mức|dự\s+toán)"
)


@_rule(
    "steadily",
    r"thường\s+xuyên(?:\s*,\s*(?:liên\s+tục|kịp\s+thời|định\s+kỳ))*(?:\s+và\s+(?:liên\s+tục|định\s+kỳ))?",
    0.82,
)
def _steadily(match: re.Match[str], text: _Text) -> list[_Reading]:
    before = text.clause(match.start(), ".;:\n")
    after = text.rest(match.end(), ".;:,\n")
    word = r"(?:[^\W\d_]+\s*)"
    if re.search(rf"(?:{_STEADY_NOUN})\s*(?:,\s*)?$", before) or re.search(
        rf"\b(?:là|coi|xem)\s+(?:đây\s+là\s+)?{word}{{0,6}},?\s*$", before
    ):
        return _NOTHING
    if re.match(
        r"\s*(?:của|,?\s*(?:đột\s+xuất|lâu\s+dài|quan\s+trọng|trực\s+tiếp|cấp\s+bách))", text.view[match.end() :]
    ):
        return _NOTHING
    if re.search(r"(?:những|các|sự|tính)\s+(?:[^\W\d_]+\s+){0,3}(?:,\s*)?$", before) and not after.strip():
        return _NOTHING
    if re.search(r"(?:không|chưa|được|hay)\s*$", before):
        return _NOTHING
    if re.match(
        r"\s+(?:ùn\s+tắc|ngập|xảy\s+ra|bị|vi\s+phạm|phát\s+sinh|tiếp\s+xúc|sạt\s+lở|xuất\s+hiện|qua\s+lại|biến\s+động|chịu|gặp|sử\s+dụng\s+điện)\b",
        text.view[match.end() :],
    ):
        return _NOTHING  # of a place or a person: "các nút giao thường xuyên ùn tắc"
    return [_Reading("ongoing")]


@_rule(
    "promptly-reported",
    r"(?:kịp\s+thời)(?:\s+(?!để\b)[^\s.;:,()]+){0,3}(?:\s*,(?:\s+(?!để\b)[^\s.;:,()]+){1,3}){0,2}?\s*(?:,"
    r"|và)?\s*(?:báo\s+cáo|phản\s+ánh)(?!\s+viên)",
    0.85,
)
@_rule(
    "reported-promptly",
    r"(?:báo\s+cáo|phản\s+ánh)(?:\s*,\s*(?:phản\s+ánh|báo\s+cáo|đề\s+xuất))?(?:\s+(?!để\b|xử\b|giải\b|chỉ\b|có\b"
    r"|nhằm\b|và\b)[^\s.;:,()]+){0,6}\s+kịp\s+thời",
    0.85,
)
def _promptly(_match: re.Match[str], _text: _Text) -> list[_Reading]:
    return [_Reading("ongoing")]


@_rule(
    "on-demand",
    r"(?:đột\s+xuất(?:\s*,[^.;()]{0,40})?\s+(?:(?:khi\s+có|theo)\s+yêu\s+cầu|khi\s+(?:cần\s+thiết|cần|phát\s+sinh))|báo\s+cáo\s+đột\s+xuất)",
    0.75,
)
def _on_demand(_match: re.Match[str], _text: _Text) -> list[_Reading]:
    return [_Reading("ongoing")]


@_rule("from-time-to-time", r"(?:theo\s+)?định\s+kỳ(?:\s*(?:,|hoặc|và|hay)\s*đột\s+xuất)?", 0.75)
def _from_time_to_time(match: re.Match[str], text: _Text) -> list[_Reading] | None:
    clause = text.clause(match.start()) + text.rest(match.end())
    if re.search(r"báo\s+cáo", clause) and any(_in_clause(text, match, other) for other in text.claimed):
        return _NOTHING  # its interval or day stands in the same clause
    return [_Reading("ongoing")]


def _in_clause(text: _Text, match: re.Match[str], other: Range) -> bool:
    start = match.start() - len(text.clause(match.start()))
    end = match.end() + len(text.rest(match.end()))
    return start <= other[0] and other[1] <= end


@_rule("without-pause", r"liên\s+tục", 0.7)
def _without_pause(match: re.Match[str], text: _Text) -> list[_Reading]:
    before, after = text.clause(match.start()), text.rest(match.end())
    if re.search(r"(?:\bđể|nhằm)\s[^.;]*$|đầy\s+đủ\s*,?\s*$", before):
        return _NOTHING  # what the work is for
    of_a_state = re.search(
        r"(?:phát\s+triển|hoạt\s+động|bảo\s+đảm|đảm\s+bảo|thông\s+suốt|tăng|giảm|gia\s+tăng|ổn\s+định|thời\s+gian|năm|tháng|ngày|giờ|quá\s+trình"
        r"|được|sẽ|mưa|xảy\s+ra|học\s+tập|công\s+tác|làm\s+việc|diễn\s+ra|vận\s+hành|cung\s+cấp)(?:\s*,)?\s*(?:[^\W\d_]+\s*,\s*)?$",
        before,
    ) or re.match(
        r"\s*(?:tăng|giảm|phát\s+triển|gia\s+tăng|biến\s+động|thay\s+đổi|xảy\s+ra|trong\s+\d|từ\s+\d|\d|,\s*(?:bền\s+vững|ổn\s+định|an\s+toàn))",
        after,
    )
    return (
        _NOTHING
        if of_a_state or (not re.search(r"\w", before) and not re.match(r"\s*[^\W\d_]", after))
        else [_Reading("ongoing")]
    )


# The way through -----------------------------------------------------------------------------------------------------

_QUOTED = re.compile(r"[“\"](?=\S)[^“”\"\n]{3,400}[”\"]")


@dataclass(frozen=True, slots=True)
class Aim:
    """The words [start, end) of a target, and the end of its period."""

    start: int
    end: int
    until: date | None


def find_deadlines(
    text: str, *, signed: date | None, taken: Sequence[Range] = (), aims: Sequence[Aim] = ()
) -> list[DeadlineFact]:
    """The deadlines of one task's own words, in reading order; the same deadline stated twice is given once.

    `signed` is the day of issue: it supplies missing years and dates spans of time that count from the signing.
    `taken` are ranges that citations hold; nothing is read in them. The period of a target is no deadline; among its
    words only a day or month to act by is one.
    """
    outside = [
        fact
        for fact in _read(text, signed, [*taken, *((aim.start, aim.end) for aim in aims)])
        if not any(_is_period_of(fact, aim, text) for aim in aims)
    ]
    if not aims:
        return outside
    inside = [
        fact
        for fact in _read(text, signed, taken)
        if _TO_ACT_BY.match(plain(fact.text)) and any(a.start < fact.end and fact.start < a.end for a in aims)
    ]
    return _once([*outside, *inside])


_TO_ACT_BY = re.compile(
    r"(?:(?:xong|hoàn\s+thành|hoàn\s+tất)\s+)?(?:(?:trước|chậm\s+nhất|muộn\s+nhất)\s|trong\s+(?:tháng|quý)\s)|từ\s+ngày\s"
)
_UNTIL = re.compile(r"(?:đến|tới|vào|cho\s+đến)\s")


def _is_period_of(fact: DeadlineFact, aim: Aim, text: str) -> bool:
    """Whether these words say until when the target beside them is to be reached: "đến hết quý III giải quyết 100% …"."""
    if fact.kind != "date" or fact.due != aim.until or not _UNTIL.match(plain(fact.text)):
        return False
    between = text[fact.end : aim.start] if fact.end <= aim.start else text[aim.end : fact.start]
    return ";" not in between and ". " not in between


def _read(text: str, signed: date | None, taken: Sequence[Range]) -> list[DeadlineFact]:
    blanked = plain(mask(text, taken))
    quoted = [q.span() for q in _QUOTED.finditer(blanked) if q.end() - q.start() < len(text) - 8]
    view = list(blanked)
    for start, end in (*taken, *quoted):
        view[start:end] = _GAP * (end - start)
    reader = _Text("".join(view), signed)
    found: list[DeadlineFact] = []
    for rule in _RULES:
        if rule.core and not rule.core.search(reader.view):
            continue
        for match in rule.pattern.finditer(reader.view):
            start, end = _trim(reader.view, *match.span())
            if start >= end or overlaps(start, end, reader.claimed):
                continue
            readings = rule.read(match, reader)
            if readings is None:
                continue
            reader.claimed.append((start, end))
            for reading in readings:
                if reading.kind is None:
                    continue
                found.append(_fact(rule, reading, start, end, text[start:end]))
    return _once(found)


def _fact(rule: _Rule, reading: _Reading, start: int, end: int, words: str) -> DeadlineFact:
    assert reading.kind is not None
    return DeadlineFact(
        start=start,
        end=end,
        rule=rule.name,
        confidence=round(rule.prior * reading.weight, 3),
        kind=reading.kind,
        due=reading.due,
        begin=reading.begin,
        rrule=reading.rrule,
        anchor=reading.anchor,
        offset=reading.offset,
        working_days=reading.working_days,
        text=words,
        problem=reading.problem,
    )


def _trim(view: str, start: int, end: int) -> Range:
    while start < end and view[start] in " \n,;:.(-":
        start += 1
    while end > start and (view[end - 1] in " \n,;:.(-" or (view[end - 1] == ")" and "(" not in view[start:end])):
        end -= 1
    return start, end


def _once(found: list[DeadlineFact]) -> list[DeadlineFact]:
    """One fact for each deadline: its first place, its best confidence."""
    kept: dict[tuple[object, ...], DeadlineFact] = {}
    for fact in sorted(found, key=lambda f: (f.start, f.end)):
        key = (fact.kind, fact.due, fact.rrule, fact.offset, fact.problem)
        first = kept.setdefault(key, fact)
        if fact.confidence > first.confidence:
            kept[key] = replace(first, confidence=fact.confidence)
    return list(kept.values())
