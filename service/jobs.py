"""Durable jobs: read → store. The only module that knows the job engine (DBOS).

A job may be killed at any instruction and runs again: at the next start of its worker, or, when that stays silent, on
another. Reading (OCR and extraction, in one child process) can run twice, for its result is a file in the job's own folder.
Storing ends the job, adds the record and announces the changes in one transaction, and a job ends only once. The engine
carries ids alone; what people see of a job lies in our own table.
"""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord
from service import reader
from service.patience import passing, patiently
from service.settings import Settings
from service.store import changes, pages, progress, records, workers
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.tables import LIVE, Document, Job

APPLICATION = "directives"
# Of the order of steps below, not of the product: jobs in flight are taken up again only by the same version.
STEPS_VERSION = "1"
QUEUE = "read"
WORKFLOW = "read-document"

log = structlog.get_logger()


_UNDER_WAY = ("ENQUEUED", "PENDING", "DELAYED")


_SPACE_SECONDS = 5.0  # after which a full disk is tried again
_AT_ONCE = 500  # jobs that the engine is asked about in one question


class NotMine(Exception):
    """The job was cancelled, or another worker has taken it over: there is no use in reading on."""


class _LeftOff(BaseException):
    """The engine could not write down how far it is. No Exception, for the engine would end the job by it."""


class Queue:
    """Where jobs are put: enqueues within the caller's transaction."""

    def __init__(self, settings: Settings) -> None:
        self._client = DBOSClient(
            system_database_url=settings.url,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
        )

    def enqueue(self, session: Session, job: Job) -> None:
        """Promise that the job will run; the promise holds if the transaction commits."""
        self._client.enqueue_in_transaction(
            session,
            {"workflow_name": WORKFLOW, "queue_name": QUEUE, "workflow_id": str(job.id), "priority": job.priority},
            str(job.id),
        )

    def cancel(self, job_id: UUID) -> None:
        """Take a cancelled job out of the engine; the worker that runs it kills its reader."""
        self._client.cancel_workflow(str(job_id))

    def forget(self, job_ids: Sequence[UUID]) -> None:
        """Drop the engine's history of jobs that have ended."""
        self._client.delete_workflows([str(job) for job in job_ids])

    def unknown(self, job_ids: Sequence[UUID]) -> Sequence[UUID]:
        """Those of the jobs that the engine is not going to run."""
        known = {
            status.workflow_id
            for some in _portions(job_ids)
            for status in self._client.list_workflows(workflow_ids=some, load_input=False, load_output=False)
            if status.status in _UNDER_WAY
        }
        return [job for job in job_ids if str(job) not in known]

    def close(self) -> None:
        self._client.destroy()


def migrate(settings: Settings) -> None:
    """Bring the engine's own tables to their newest shape."""
    DBOS.migrate(settings.url)


class Worker:
    """Takes jobs from the queue and runs them. One in a process; `name` is its identity across restarts."""

    def __init__(
        self, name: str, settings: Settings, database: Database, originals: Blobs, images: Blobs, results: Blobs
    ) -> None:
        self.name = name
        self.settings = settings
        self.database = database
        self.originals = originals
        self.images = images
        self.results = results
        self.running: set[UUID] = set()  # jobs whose document is being read, or was and is being stored
        self.active: Counter[str] = Counter()  # jobs that the engine runs here, by id
        self._stray: set[str] = set()
        self._stopping = threading.Event()
        self._pulse = threading.Thread(target=self._live, name="pulse", daemon=True)

    def start(self) -> None:
        """Take up what an earlier run left unfinished, then new jobs."""
        global _worker
        _worker = self
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self.settings.url,
            "application_version": STEPS_VERSION,
            "executor_id": self.name,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "run_migrations": False,
        }
        self._beat()
        self._sweep()
        DBOS(config=config)
        DBOS.launch()
        self._bury()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self.settings.job_slots,
            polling_interval_sec=self.settings.poll_seconds,
            on_conflict="always_update",
        )
        self._pulse.start()

    def stop(self) -> None:
        """Take no more jobs, let those under way finish for a while, give the rest back to the queue."""
        global _worker
        drain = self.settings.drain_seconds if self.running else 0
        DBOS.destroy(workflow_completion_timeout_sec=drain)
        self._stopping.set()
        self._pulse.join(workers.STOP_SECONDS)
        with self.database.writing() as session:
            progress.give_back(session, list(self.running), self.name)
            if not self.running:
                workers.leave(session, self.name)
        _worker = None

    # Signs of life, and looking after those who give none.

    def _live(self) -> None:
        while not self._stopping.wait(self.settings.beat_seconds):
            try:
                self._beat()
                self._take_over()
                self._pick_up()
            except Exception:
                # The database may be away for a while; the next beat tries again.
                log.exception("no sign of life", worker=self.name)

    def _beat(self) -> None:
        with self.database.writing() as session:
            workers.beat(session, self.name)

    def _take_over(self) -> None:
        """Queue the jobs of silent workers anew. Killed in the middle of it, somebody does it again later."""
        with self.database.reading() as session:
            dead = workers.dead(session, datetime.now(UTC), self.settings.dead_seconds)
        for name in dead:
            with self.database.writing() as session:
                # Of several who see it dead, one goes on; for the others it seems to live.
                if name not in workers.dead(session, datetime.now(UTC), self.settings.dead_seconds):
                    continue
                workers.beat(session, name)
            jobs = DBOS.list_workflows(status="PENDING", executor_id=[name], load_input=False, load_output=False)
            if jobs:
                log.warning("taking over", worker=name, jobs=len(jobs))
                # Without the queue's name they would run beside it, without its limits.
                DBOS.resume_workflows([job.workflow_id for job in jobs], queue_name=QUEUE)
            with self.database.writing() as session:
                workers.leave(session, name)

    def _pick_up(self) -> None:
        """Queue anew what the engine counts as running here though it has left off; seen once, it may just be ending."""
        mine = DBOS.list_workflows(status="PENDING", executor_id=[self.name], load_input=False, load_output=False)
        stray = {job.workflow_id for job in mine if not self.active[job.workflow_id]}
        if again := sorted(stray & self._stray):
            log.warning("picking up", worker=self.name, jobs=len(again))
            DBOS.resume_workflows(again, queue_name=QUEUE)
        self._stray = stray.difference(again)

    def _sweep(self) -> None:
        """Remove the results of jobs that ended while nobody was there to fetch them."""
        there = [folder for folder in self.results.root.iterdir() if folder.is_dir()]
        with self.database.reading() as session:
            live = {str(job) for job in progress.live(session)}
        for folder in there:
            if folder.name not in live:
                shutil.rmtree(folder, ignore_errors=True)

    def _bury(self) -> None:
        """Fail the jobs that the engine has given up on, so that none is shown as under way for ever."""
        with self.database.reading() as session:
            live = progress.live(session)
        known = {
            status.workflow_id: status.status
            for some in _portions(live)
            for status in DBOS.list_workflows(workflow_ids=some, load_input=False, load_output=False)
        }
        for job in live:
            if known.get(str(job)) not in _UNDER_WAY:
                self.fail(job, _lost())

    # The two steps.

    async def read(self, job_id: UUID) -> dict[str, Any]:
        """Read the job's document in a child process; at least once."""
        while True:
            begun = await patiently(self._begin, job_id)
            if begun is None:
                return {"ended": True}
            if isinstance(begun, reader.Failure):
                return _failed(begun)
            self.running.add(job_id)
            try:
                outcome = await reader.read(
                    self.originals.path(begun.sha256),
                    begun.file_name,
                    self._results(job_id).root,
                    self.images.root,
                    self.settings,
                    _Teller(self.database, job_id, self.name).told,
                )
            except NotMine:
                self.running.discard(job_id)
                return {"ended": True}
            except reader.ReaderDied as death:
                log.warning("reader died", job=str(job_id), how=str(death))
                continue
            except OSError as lack:
                if not passing(lack):
                    raise
                log.warning("no space", job=str(job_id), how=str(lack))
                self.running.discard(job_id)
                await patiently(self._put_off, job_id)
                await asyncio.sleep(_SPACE_SECONDS)
                continue
            if isinstance(outcome, reader.Failure):
                return _failed(outcome)
            return {"result": outcome.result, "pipeline": outcome.pipeline, "images": outcome.images}

    def _begin(self, job_id: UUID) -> Document | reader.Failure | None:
        with self.database.writing() as session:
            job = session.get(Job, job_id)
            if job is None or job.state not in LIVE:
                return None
            if job.attempts >= self.settings.job_deaths:
                return _poison(job.attempts)
            progress.begin(session, job, self.name)
            return session.get_one(Document, job.document_id)

    def _put_off(self, job_id: UUID) -> None:
        with self.database.writing() as session:
            progress.give_back(session, [job_id], self.name)

    def _results(self, job_id: UUID) -> Blobs:
        return Blobs(self.results.root / str(job_id))

    def store(self, job_id: UUID, outcome: dict[str, Any]) -> str:
        """End the job, with its record when there is one; exactly once."""
        if failure := outcome.get("error"):
            self.fail(job_id, reader.Failure(**failure))
        elif (result := outcome.get("result")) and self._is_live(job_id):
            record = DirectiveRecord.model_validate_json(self._results(job_id).get(result))
            with self.database.writing() as session:
                job = progress.finish(session, job_id, "partial" if record.status == "partial" else "succeeded")
                if job:
                    document = session.get_one(Document, job.document_id, with_for_update=True)
                    records.keep_reading(session, document, record, pipeline_version=outcome["pipeline"], job_id=job_id)
                    pages.keep(session, document.id, outcome.get("images", {}))
        shutil.rmtree(self._results(job_id).root, ignore_errors=True)
        self.running.discard(job_id)
        return "stored"

    def _is_live(self, job_id: UUID) -> bool:
        with self.database.reading() as session:
            job = session.get(Job, job_id)
            return job is not None and job.state in LIVE

    def fail(self, job_id: UUID, why: reader.Failure) -> None:
        with self.database.writing() as session:
            job = progress.fail(session, job_id, code=why.code, message=why.message, message_en=why.message_en)
            if job:
                changes.of_document(session, "document.failed", session.get_one(Document, job.document_id), [why.code])
        self.running.discard(job_id)


class _Teller:
    """Writes a job's progress down, not more often than anybody looks."""

    _EVERY = 0.2  # seconds

    def __init__(self, database: Database, job_id: UUID, worker: str) -> None:
        self._database = database
        self._job_id = job_id
        self._worker = worker
        self._stage = ""
        self._next = 0.0

    async def told(self, stage: str, page: int, pages: int) -> None:
        if stage == self._stage and page != pages and time.monotonic() < self._next:
            return
        self._stage = stage
        self._next = time.monotonic() + self._EVERY
        await asyncio.to_thread(self._write, stage, page, pages)

    def _write(self, stage: str, page: int, pages: int) -> None:
        try:
            with self._database.writing() as session:
                mine = progress.advance(session, self._job_id, self._worker, stage, page, pages)
        except Exception as error:
            if passing(error):
                return  # nobody can look now either
            raise
        if not mine:
            raise NotMine(str(self._job_id))


_worker: Worker | None = None  # the engine calls functions by name, so they find their worker here


def _current() -> Worker:
    assert _worker, "the worker is started before it takes jobs"
    return _worker


@DBOS.step(name="read", preemptible=True)
async def _read(job_id: str) -> dict[str, Any]:
    return await _current().read(UUID(job_id))


@DBOS.step(name="store", retries_allowed=True, max_attempts=3)
async def _store(job_id: str, outcome: dict[str, Any]) -> str:
    return await patiently(_current().store, UUID(job_id), outcome)


@DBOS.workflow(name=WORKFLOW)
async def _read_document(job_id: str) -> None:
    worker = _current()
    worker.active[job_id] += 1
    try:
        await _store(job_id, await _read(job_id))
    except Exception as error:
        if passing(error):
            raise _LeftOff from error
        # A defect of ours. The job says so instead of being under way for ever; the engine keeps the trace.
        log.exception("job failed", job=job_id)
        await patiently(worker.fail, UUID(job_id), _defect())
        raise
    finally:
        worker.active[job_id] -= 1


def _portions(jobs: Sequence[UUID]) -> Iterator[list[str]]:
    for first in range(0, len(jobs), _AT_ONCE):
        yield [str(job) for job in jobs[first : first + _AT_ONCE]]


def _failed(failure: reader.Failure) -> dict[str, Any]:
    return {"error": {"code": failure.code, "message": failure.message, "message_en": failure.message_en}}


def _poison(deaths: int) -> reader.Failure:
    return reader.Failure(
        "set-aside",
        f"Đã thử đọc {deaths} lần và lần nào tiến trình đọc cũng bị dừng đột ngột. Văn bản được để riêng; hãy quét lại "
        "hoặc chuyển sang định dạng khác.",
        f"The reader was killed {deaths} times by this document, which is set aside. Scan it again or convert it.",
    )


def _defect() -> reader.Failure:
    return reader.Failure(
        "internal-error",
        "Lỗi bên trong dịch vụ khi xử lý văn bản. Hãy thử lại; nếu còn lỗi, báo quản trị viên.",
        "The service failed while working on the document. Try again; if it persists, tell the operator.",
    )


def _lost() -> reader.Failure:
    return reader.Failure(
        "interrupted",
        "Việc xử lý bị gián đoạn và không thể tiếp tục. Hãy tải lại văn bản.",
        "Work on the document was interrupted and can not go on. Upload it again.",
    )
