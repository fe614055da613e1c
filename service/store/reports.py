"""How far tasks are, as trackers report it; the newest word of each tracker is kept, the older ones in the audit trail."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from service.access.actor import Actor
from service.store import audit, changes
from service.store.tables import Report, Task


def report(
    session: Session,
    task: Task,
    actor: Actor,
    *,
    state: str,
    lead: str = "",
    external_id: str | None = None,
    completed_on: date | None = None,
    result_number: str | None = None,
    note: str | None = None,
) -> bool:
    """Write down what a tracker says of a task, or of one lead's share. Whether anything is new."""
    known = session.get(Report, (task.id, actor.name, lead))
    before = _said(known) if known else None
    now = datetime.now(UTC)
    if known is None:
        known = Report(task_id=task.id, tracker=actor.name, lead=lead)
        task.reports.append(known)
    known.external_id = external_id
    known.state = state
    known.completed_on = completed_on
    known.result_number = result_number
    known.note = note
    after = _said(known)
    if after == before:
        return False
    known.reported_at = now
    sum_up(task)
    task.version += 1
    task.updated_at = now
    audit.note(session, actor, "task.progress", "task", task.id, office=task.office_id, before=before, after=after)
    changes.of_task(session, "task.progress", task, ["state", "completed_on"])
    return True


def _said(report: Report) -> dict[str, str | None]:
    day = report.completed_on
    return {
        "lead": report.lead,
        "external_id": report.external_id,
        "state": report.state,
        "completed_on": day.isoformat() if day else None,
        "result_number": report.result_number,
        "note": report.note,
    }


def sum_up(task: Task) -> None:
    """The task's own state: what was last said of the whole; of shares, done when all are done, else the least far."""
    whole = [report for report in task.reports if not report.lead]
    if whole:
        newest = max(whole, key=lambda report: report.reported_at)
        task.state, task.completed_on = newest.state, newest.completed_on
        return
    leads = {who.agency for who in task.assignments if who.role == "lead"}
    shares = {report.lead: report for report in task.reports if report.lead in leads}
    states = {report.state for report in shares.values()}
    if leads == shares.keys() and states == {"done"}:
        days = [report.completed_on for report in shares.values()]
        task.state, task.completed_on = "done", max(filter(None, days), default=None)
    else:
        task.state, task.completed_on = ("not_started" if states <= {"not_started"} else "in_progress"), None
