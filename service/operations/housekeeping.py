"""What grows and is of no use any more is taken away, every hour, beside the answering of requests.

Documents, records, tasks, events and the audit trail are never touched: they are what the office keeps. A chore may be cut
off anywhere; the next round goes on with it.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.access.accounts import IDLE_LASTS
from service.beside import Beside
from service.feed import deliveries
from service.house import House, InUse, held
from service.store import records, schedule
from service.store.blobs import STALE_SECONDS
from service.store.tables import LIVE, Answer, Invitation, Job, SignIn
from service.study import rows

log = structlog.get_logger()

EVERY = 3600.0  # seconds
ANSWERS_LAST = timedelta(days=1)  # answers kept for Idempotency-Key
BATCH = 500  # rows of a transaction: whoever else writes waits no longer than for that


class Housekeeping(Beside):
    """Does every chore at the start and then once an hour, in a thread."""

    name = "housekeeping"

    def _go_on(self) -> None:
        while True:
            self.tidy()
            if self._stopping.wait(EVERY):
                return

    def tidy(self) -> dict[str, int]:
        """Do every chore once, unless another process is at it; how much each has done."""
        done: dict[str, int] = {}
        with contextlib.suppress(InUse), held(self._house.settings.data / ".housekeeping.lock"):
            for name, chore in CHORES.items():
                if self._stopping.is_set():
                    break
                try:
                    done[name] = chore(self._house)
                except Exception:
                    log.exception("chore failed", chore=name)  # the next round tries it again
        log.info("tidied", **{name: count for name, count in done.items() if count})
        return done


def _recurrences(house: House) -> int:
    """Recurring tasks whose day has passed move on to their next one."""
    with house.database.writing() as session:
        return records.refresh_recurrences(session, schedule.today_in_vietnam())


def _studied(house: House) -> int:
    """Documents whose targets, references and field are as an older program understood them."""
    return rows.catch_up(house.database)


def _jobs(house: House) -> int:
    """Jobs that ended long ago, but for the newest of each document: it says how the document stands."""
    newer = aliased(Job)
    superseded = sa.exists().where(newer.document_id == Job.document_id, newer.id > Job.id)
    return _delete(house, Job.id, Job.state.not_in(LIVE), Job.finished_at < _long_ago(house), superseded)


def _history(house: House) -> int:
    """What the job engine remembers of jobs that ended long ago."""
    done = 0
    while some := house.queue.forget(_long_ago(house), BATCH):
        done += some
    return done


def _deliveries(house: House) -> int:
    return deliveries.forget(house.database, _long_ago(house))


def _sign_ins(house: House) -> int:
    now = datetime.now(UTC)
    return _delete(house, SignIn.hash, sa.or_(SignIn.expires_at <= now, SignIn.seen_at <= now - IDLE_LASTS))


def _invitations(house: House) -> int:
    return _delete(house, Invitation.hash, Invitation.expires_at <= datetime.now(UTC))


def _answers(house: House) -> int:
    return _delete(house, Answer.hash, Answer.created_at <= datetime.now(UTC) - ANSWERS_LAST)


def _leftovers(house: House) -> int:
    """Files of uploads and readings that were cut off."""
    done = house.originals.sweep() + house.images.sweep() + house.readings.sweep()
    for folder in (house.settings.data / "results").iterdir():
        if folder.is_dir() and _is_stale(folder.stat().st_mtime) and not _is_live(house, folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            done += 1
    return done


CHORES: dict[str, Callable[[House], int]] = {
    "recurrences": _recurrences,
    "studied": _studied,
    "jobs": _jobs,
    "history": _history,
    "deliveries": _deliveries,
    "sign_ins": _sign_ins,
    "invitations": _invitations,
    "answers": _answers,
    "leftovers": _leftovers,
}


def _long_ago(house: House) -> datetime:
    return datetime.now(UTC) - timedelta(days=house.settings.keep_jobs_days)


def _delete(house: House, key: InstrumentedAttribute[Any], *over: sa.ColumnElement[bool]) -> int:
    """Delete the rows for which all of `over` holds, some at a time."""
    some = sa.select(key).where(*over).limit(BATCH)
    done = 0
    while True:
        with house.database.writing() as session:
            gone = session.execute(sa.delete(key.class_).where(key.in_(some)).returning(key)).all()
        done += len(gone)
        if len(gone) < BATCH:
            return done


def _is_stale(moment: float) -> bool:
    return moment < time.time() - STALE_SECONDS


def _is_live(house: House, name: str) -> bool:
    """Whether the folder is of a job that has not ended."""
    try:
        job_id = UUID(name)
    except ValueError:
        return False
    with house.database.reading() as session:
        job = session.get(Job, job_id)
    return job is not None and job.state in LIVE
