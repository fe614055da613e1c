"""Durable jobs: read → store. The only module that knows the job engine (DBOS).

A job may be killed at any instruction and runs again: at the next start of its worker, or, when that stays silent, on
another. Reading (OCR and extraction, in one child process) can run twice, for its result is a file in the job's own folder.
Storing ends the job, adds the record and announces the changes in one transaction, and a job ends only once. The engine
carries ids alone; what people see of a job lies in our own table.
"""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy.orm import Session

from extractor.record import DirectiveRecord
from service import reader
from service.patience import passing, patiently
from service.reader import Readers
from service.settings import Settings
from service.store import changes, pages, progress, records, tally, workers
from service.store.blobs import Blobs
from service.store.database import Database
from service.store.tables import LIVE, Document, Job

APPLICATION = "directives"
# Of the order of steps below, not of the product: jobs in flight are taken up again only by the same version.
STEPS_VERSION = "1"
QUEUE = "read"
# Documents whose words are kept: a tenth of a second each, so that several are taken at each look at the queue, and only the ones that are
# being understood hold a processor.
AGAIN = "understand"
WORKFLOW = "read-document"

log = structlog.get_logger()


_UNDER_WAY = ("ENQUEUED", "PENDING", "DELAYED")
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]

_SPACE_SECONDS = 5.0  # after which a full disk is tried again
_AT_ONCE = 500  # jobs that the engine is asked about in one question
_AHEAD = 24  # jobs of AGAIN that a worker has in hand


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
            retry_connection_errors=False,  # who asks is told that the database is away, and asks again
        )

    def enqueue(self, session: Session, job: Job) -> None:
        """Promise that the job will run; the promise holds if the transaction commits."""
        queue = AGAIN if session.get_one(Document, job.document_id).reading else QUEUE
        self._client.enqueue_in_transaction(
            session,
            {"workflow_name": WORKFLOW, "queue_name": queue, "workflow_id": str(job.id), "priority": job.priority},
            str(job.id),
        )

    def cancel(self, job_id: UUID) -> None:
        """Take a cancelled job out of the engine; the worker that runs it kills its reader."""
        self._client.cancel_workflow(str(job_id))

    def renew(self, database: Database, job_id: UUID) -> None:
        """Let a live job begin anew, wherever the engine thinks that it is. Killed in between, it is `unknown`."""
        self._client.delete_workflows([str(job_id)])
        with database.writing() as session:
            job = session.get(Job, job_id)
            if job and job.state in LIVE:
                self.enqueue(session, job)

    def forget(self, before: datetime, at_most: int = _AT_ONCE) -> int:
        """Drop the engine's history of jobs that ended before a moment; how many it was."""
        ended = self._client.list_workflows(
            status=_ENDED, completed_before=before.isoformat(), limit=at_most, load_input=False, load_output=False
        )
        self._client.delete_workflows([job.workflow_id for job in ended])
        return len(ended)

    def under_way(self) -> dict[str, str]:
        """The jobs that the engine counts as running, and the workers that it gave them to."""
        running = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {job.workflow_id: job.executor_id or "" for job in running}

    def put_back(self, jobs: Sequence[str]) -> None:
        """Queue running jobs anew. What they have done stays done; a run that goes on all the same is fenced off."""
        # Without the queue's name they would run beside it, without its limits.
        for queue, some in self._by_queue(jobs).items():
            self._client.resume_workflows(some, queue_name=queue)

    def _by_queue(self, jobs: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for portion in _portions(jobs):
            for job in self._client.list_workflows(workflow_ids=portion, load_input=False, load_output=False):
                found.setdefault(job.queue_name or QUEUE, []).append(job.workflow_id)
        return found

    def unknown(self, job_ids: Sequence[UUID]) -> Sequence[UUID]:
        """Those of the jobs that the engine is not going to run."""
        known = {
            status.workflow_id
            for some in _portions(list(map(str, job_ids)))
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
        self,
        name: str,
        settings: Settings,
        database: Database,
        queue: Queue,
        originals: Blobs,
        images: Blobs,
        readings: Blobs,
        results: Blobs,
    ) -> None:
        self.name = name
        self.settings = settings
        self.database = database
        self.queue = queue
        self.originals = originals
        self.images = images
        self.readings = readings
        self.results = results
        self.running: set[UUID] = set()  # jobs whose document is being read, or was and is being stored
        self.active: Counter[str] = Counter()  # jobs that the engine runs here, by id
        self._stray: set[str] = set()
        self._watch = workers.Watch(looks=math.ceil(settings.dead_seconds / settings.beat_seconds))
        self._readers = Readers(settings)
        self._understanding = asyncio.Semaphore(settings.reading_processes or os.cpu_count() or 1)
        self._stale = asyncio.Semaphore(1)  # kept words that are of no use any more are had anew one document at a time
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
        self._revive()
        for queue, at_once in ((QUEUE, self.settings.job_slots), (AGAIN, _AHEAD)):
            DBOS.register_queue(
                queue,
                worker_concurrency=at_once,
                polling_interval_sec=self.settings.poll_seconds,
                on_conflict="always_update",
            )
        self._pulse.start()

    def stop(self) -> None:
        """Take no more jobs, let those under way finish for a while, give the rest back to the queue."""
        global _worker
        drain = self.settings.drain_seconds if self.running else 0
        try:
            DBOS.destroy(workflow_completion_timeout_sec=drain)
        except KeyboardInterrupt:  # asked for twice: at once, but still in order
            DBOS.destroy(workflow_completion_timeout_sec=0)
        self._stopping.set()
        self._readers.close()
        if self._pulse.is_alive():
            self._pulse.join(workers.STOP_SECONDS)
        try:
            self._hand_back()
            self._sweep()
        except Exception as error:
            if not passing(error):
                raise
            log.warning("jobs not given back", worker=self.name, why=type(error).__name__)  # others will take them over
        _worker = None

    def _hand_back(self) -> None:
        with self.database.writing() as session:
            progress.give_back(session, list(self.running), self.name)
        # Also what the engine had given to this worker and it had not begun: nobody may ever come back under its name.
        if left := [job for job, worker in self.queue.under_way().items() if worker == self.name]:
            self.queue.put_back(left)
        with self.database.writing() as session:
            workers.leave(session, self.name)

    # Signs of life, and looking after those who give none.

    def _live(self) -> None:
        while not self._stopping.wait(self.settings.beat_seconds):
            try:
                self._beat()
                self._look_after()
            except Exception:
                # The database may be away for a while; the next beat tries again.
                log.exception("no sign of life", worker=self.name)

    def _beat(self) -> None:
        with self.database.writing() as session:
            workers.beat(session, self.name)

    def _look_after(self) -> None:
        """Queue anew what nobody works on: jobs of workers that fell silent or are gone, and what was dropped here."""
        with self.database.reading() as session:
            signs = workers.signs(session)
        silent = self._watch.silent(signs)
        running = self.queue.under_way()
        stray = {
            job
            for job, worker in running.items()
            if worker not in signs or worker in silent or (worker == self.name and not self.active[job])
        }
        # Seen once, it may just be beginning or ending.
        if again := sorted(stray & self._stray):
            log.warning("picking up", worker=self.name, jobs=len(again))
            self.queue.put_back(again)
        self._stray = stray.difference(again)
        if gone := silent.difference(running.values()):
            with self.database.writing() as session:
                for worker in gone:
                    workers.leave(session, worker)

    def _sweep(self) -> None:
        """Remove the results of jobs that ended elsewhere: nobody was there to fetch them, or a reader woke up too late."""
        there = [folder for folder in self.results.root.iterdir() if folder.is_dir()]
        with self.database.reading() as session:
            live = {str(job) for job in progress.live(session)}
        for folder in there:
            if folder.name not in live:
                shutil.rmtree(folder, ignore_errors=True)

    def _revive(self) -> None:
        """Let jobs begin anew that the engine has lost or given up: it keeps its promise to whoever handed them in."""
        with self.database.reading() as session:
            live = progress.live(session)
        for job_id in self.queue.unknown(live):
            log.warning("beginning anew", job=str(job_id))
            self.queue.renew(self.database, job_id)

    # The two steps.

    async def read(self, job_id: UUID) -> dict[str, Any]:
        """Read the job's document in a child process; at least once. What is understood from kept words is stored at once."""
        if not await patiently(self._has_words, job_id):
            return await self._read(job_id)
        async with self._understanding:
            outcome = await self._read(job_id)
        # The engine's note of a step takes as long as storing does, and is to spare minutes of reading, not this.
        try:
            await patiently(self.store, job_id, outcome)
        except Exception:
            return outcome  # the second step tries again, and says why not
        return {"stored": True}

    async def _read(self, job_id: UUID) -> dict[str, Any]:
        while True:
            begun = await patiently(self._begin, job_id)
            if begun is None:
                return {"ended": True}
            if isinstance(begun, reader.Failure):
                return _failed(begun)
            self.running.add(job_id)
            teller = _Teller(self.database, job_id, self.name)
            try:
                outcome = await self._outcome(job_id, begun, begun.reading, teller)
            except NotMine:
                self.running.discard(job_id)
                return {"ended": True}
            except reader.ReaderDied as death:
                if self._stopping.is_set():
                    raise _LeftOff from None  # no fault of the document: there is nobody to read it here any more
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
            return {
                "result": outcome.result,
                "pipeline": outcome.pipeline,
                "reading": outcome.reading,
                "images": outcome.images,
                "words": outcome.words,
                "seconds": teller.seconds(),
                "pages": teller.pages,
            }

    async def _outcome(
        self, job_id: UUID, document: Document, kept: str | None, teller: _Teller
    ) -> reader.Reading | reader.Failure:
        try:
            return await self._readers.read(
                self.originals.path(document.sha256),
                document.file_name,
                kept,
                results=self._results(job_id).root,
                images=self.images.root,
                readings=self.readings.root,
                told=teller.told,
            )
        except reader.Stale:
            async with self._stale:
                return await self._outcome(job_id, document, None, teller)

    def _has_words(self, job_id: UUID) -> bool:
        with self.database.reading() as session:
            job = session.get(Job, job_id)
            return job is not None and session.get_one(Document, job.document_id).reading is not None

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
                state = "partial" if record.status == "partial" else "succeeded"
                job = progress.finish(session, job_id, state, outcome.get("pages", 0))
                if job:
                    document = session.get_one(Document, job.document_id, with_for_update=True)
                    records.keep_reading(session, document, record, pipeline_version=outcome["pipeline"], job_id=job_id)
                    document.reading = outcome.get("reading")
                    pages.keep(session, document.id, outcome.get("images"), outcome.get("words", ()))
                    tally.count(session, "pages", amount=len(record.source.pages))
                    for stage, seconds in outcome.get("seconds", {}).items():
                        tally.count(session, "seconds", stage, seconds)
                        tally.count(session, "readings", stage)
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
    """Writes a job's progress down, not more often than anybody looks, and times its stages."""

    _EVERY = 0.2  # seconds

    def __init__(self, database: Database, job_id: UUID, worker: str) -> None:
        self._database = database
        self._job_id = job_id
        self._worker = worker
        self._stage = ""
        self._since = time.monotonic()
        self._seconds: dict[str, float] = {}
        self._next = self._since + self._EVERY
        self._written = False
        self.pages = 0  # of the document, as far as was told

    def seconds(self) -> dict[str, float]:
        """How long each stage has taken; before the first is said, the reader is starting."""
        now = time.monotonic()
        stage = self._stage or "start"
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._since
        self._since = now
        return {stage: round(seconds, 3) for stage, seconds in self._seconds.items()}

    async def told(self, stage: str, page: int, pages: int) -> None:
        self.pages = pages or self.pages
        moved = stage != self._stage
        if moved:
            self.seconds()
            self._stage = stage
        # A document that takes no longer than this is done before anybody has looked.
        if time.monotonic() < self._next and not (self._written and (moved or page == pages)):
            return
        self._written = True
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


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)  # deaths are counted in our own table
async def _read_document(job_id: str) -> None:
    worker = _current()
    worker.active[job_id] += 1
    try:
        outcome = await _read(job_id)
        if not outcome.get("stored"):
            await _store(job_id, outcome)
    except Exception as error:
        if passing(error):
            raise _LeftOff from error
        # A defect of ours. The job says so instead of being under way for ever; the engine keeps the trace.
        log.exception("job failed", job=job_id)
        await patiently(worker.fail, UUID(job_id), _defect())
        raise
    finally:
        worker.active[job_id] -= 1


def _portions(jobs: Sequence[str]) -> Iterator[list[str]]:
    for first in range(0, len(jobs), _AT_ONCE):
        yield list(jobs[first : first + _AT_ONCE])


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
