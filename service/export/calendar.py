"""The days on which tasks fall due, as iCalendar (RFC 5545, RFC 7986).

They are events that last the day, not to-dos: Google Calendar, Outlook and the calendars of telephones show no to-dos of a
calendar that somebody subscribes to. They take up no time, so nobody looks busy because of them.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event
from icalendar.prop import vDuration, vRecur, vText

from service.export import wording
from service.export.printable import printable
from service.store import schedule
from service.store.tables import Deadline, Task

MEDIA_TYPE = "text/calendar; charset=utf-8"
REFRESH = timedelta(hours=6)
_DAY = timedelta(days=1)
_MORNING = timedelta(hours=8)  # when people are reminded
_ALWAYS = 28  # days that every month has


def calendar_of(tasks: Iterable[Task], name: str, address: str, remind: int) -> bytes:
    """The calendar. `address` is where the service is; `remind` the days before that people are reminded, 0 for never."""
    calendar = Calendar()
    calendar.add("prodid", "-//directives//Theo dõi nhiệm vụ//VI")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for named in ("name", "x-wr-calname"):
        calendar.add(named, vText(printable(name)))
    calendar.add("x-wr-timezone", vText("Asia/Ho_Chi_Minh"))
    calendar.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    for task in tasks:
        for event in _events(task, address, remind):
            calendar.add_component(event)
    body: bytes = calendar.to_ical()
    return body


def _events(task: Task, address: str, remind: int) -> Iterator[Event]:
    document = task.document
    for deadline in task.deadlines:
        event = Event()
        if not _when(event, deadline, task):
            continue
        # The place among the deadlines is part of the name: a deadline that is corrected moves its event.
        event.add("uid", f"{task.id}-{deadline.position}@directives")
        event.add("dtstamp", task.updated_at)
        event.add("last-modified", task.updated_at)
        event.add("sequence", task.version)
        event.add("status", "CANCELLED" if task.withdrawn_at else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        title = f"✓ {task.title}" if task.state == "done" else task.title
        event.add("summary", printable(f"{title} ({document.number})" if document.number else title))
        event.add("description", printable(_description(task, deadline)))
        event.add("url", f"{address}documents/{document.id}")
        if remind and task.withdrawn_at is None and task.state not in ("done", "cancelled"):
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", printable(task.title))
            alarm.add("trigger", _MORNING - remind * _DAY)
            event.add_component(alarm)
        yield event


def _when(event: Event, deadline: Deadline, task: Task) -> bool:
    """Put the day of a deadline into its event, or the first day of a recurrence and how it goes on; False: it has none."""
    # A document without a date counts from its arrival, so that the series stays where it is.
    begin = deadline.start or task.document.issued_on or task.document.received_at.astimezone(schedule.VIETNAM).date()
    days = schedule.occurrences(deadline, begin, deadline.due or begin, date.max, limit=1)
    if not days or days[0] == date.max:
        return False
    # A series begins with a day of its own, as RFC 5545 wants it, which is not always the day from which it counts.
    event.add("dtstart", days[0])
    event.add("dtend", days[0] + _DAY)
    if deadline.due is None:
        if rule := _rule(deadline, begin):
            event.add("rrule", rule)
        else:
            event.add("rdate", schedule.occurrences(deadline, begin, days[0] + _DAY, date.max))
    return True


def _rule(deadline: Deadline, begin: date) -> vRecur | None:
    """The rule as calendars read it; None for one that they have no words for.

    "Every month" from the 31st falls on the last day of shorter months, where RFC 5545 by itself would leave them out.
    """
    rule: vRecur = vRecur.from_ical(deadline.rrule or "")
    if "UNTIL" in rule:  # a day, as the events are
        rule["UNTIL"] = [until.date() if isinstance(until, datetime) else until for until in rule["UNTIL"]]
    yearly = rule["FREQ"] == ["YEARLY"]
    months = rule.get("BYMONTH") or ([begin.month] if yearly else range(1, 13))
    if (
        rule["FREQ"] not in (["YEARLY"], ["MONTHLY"])
        or {"BYDAY", "BYMONTHDAY", "BYSETPOS"} & set(rule)
        or all(begin.day <= monthrange(2025, month)[1] for month in months)
    ):
        return rule
    if yearly and len(months) > 1:
        if rule.get("INTERVAL", [1]) != [1]:
            return None
        rule["FREQ"] = ["MONTHLY"]
    if yearly:
        rule["BYMONTH"] = list(months)
    rule["BYMONTHDAY"], rule["BYSETPOS"] = list(range(_ALWAYS, begin.day + 1)), [-1]
    return rule


def _description(task: Task, deadline: Deadline) -> str:
    document = task.document
    issued = wording.day(document.issued_on)
    told = [
        task.text,
        "",
        *(
            f"{words.capitalize()}: {', '.join(names)}"
            for role, words in wording.ROLES.items()
            if (names := [who.agency for who in task.assignments if who.role == role])
        ),
        f"Thời hạn ghi trong văn bản: {deadline.text}",
        f"Văn bản giao: {document.number or document.kind or ''}{f' ngày {issued}' if issued else ''}"
        f"{f' của {document.issuer}' if document.issuer else ''} ({task.code})",
        f"Tiến độ: {wording.STATES[task.state]}",
        "Đã được duyệt." if task.approved else "Chưa được duyệt: cần đối chiếu với văn bản.",
    ]
    return "\n".join(told)
