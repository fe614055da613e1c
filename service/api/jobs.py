"""``/v1/jobs``: how far the reading of a document is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.access.actor import Actor
from service.api.at_hand import AtHand, Reader, Uploader
from service.api.shapes import Job
from service.house import House
from service.problems import Problem
from service.store import audit, documents, progress, tables

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

LOOK_EVERY = 0.3  # seconds


def _asked(job_id: UUID, house: AtHand, actor: Reader) -> Job:
    return _look(house, job_id, actor)


@router.get("/{job_id}", summary="Trạng thái xử lý / state of a job")
def get_job(job: Annotated[Job, Depends(_asked)]) -> Job:
    return job


@router.get(
    "/{job_id}/events", summary="Theo dõi tiến độ (SSE) / follow a job (SSE)", response_class=EventSourceResponse
)
async def follow_job(
    # Asked for before the stream begins, so that an unknown job is an error and not an empty stream.
    job: Annotated[Job, Depends(_asked)],
    request: Request,
    house: AtHand,
    actor: Reader,
) -> AsyncIterator[ServerSentEvent]:
    """Một sự kiện `job` mỗi lần có thay đổi, đến khi xử lý xong / a `job` event at each change, until it ends."""
    last: Job | None = None
    while True:
        if job != last:
            yield ServerSentEvent(event="job", data=job)
            last = job
        if job.state not in tables.LIVE or await request.is_disconnected():
            return
        await asyncio.sleep(LOOK_EVERY)
        job = await asyncio.to_thread(_look, house, job.id, actor)


@router.post("/{job_id}/cancel", summary="Hủy xử lý / cancel a job")
def cancel_job(actor: Uploader, job: Annotated[Job, Depends(_asked)], house: AtHand) -> Job:
    """Văn bản vẫn được giữ và có thể đọc lại / the document is kept and can be read again."""
    with house.database.writing() as session:
        cancelled = progress.cancel(session, job.id)
        if cancelled is None:
            raise Problem("conflict", "Việc xử lý đã kết thúc.", "The job has ended.")
        office = session.get_one(tables.Document, job.document_id).office_id
        audit.note(session, actor, "job.cancel", "job", job.id, office=office)
    # The job has ended already; telling the engine only saves the work that is under way.
    house.queue.cancel(job.id)
    return Job.of(cancelled)


def _look(house: House, job_id: UUID, actor: Actor) -> Job:
    with house.database.reading() as session:
        job = session.get(tables.Job, job_id)
        if job is None or documents.find(session, job.document_id, actor) is None:
            raise Problem("not-found")
    return Job.of(job)
