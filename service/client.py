"""A typed client for programs that speak with the service.

    with Client("http://127.0.0.1:8000", token="dtk_…") as service:
        upload = service.upload(Path("22-CT-UBND.pdf"))
        service.wait(upload.job.id)
        for task in service.tasks(document=upload.document.id):
            print(task.code, task.title, task.leads, task.due)

        number = service.last_change()      # first, so that what changes meanwhile is told again
        for task in service.tasks(): ...    # all that is in force
        while True:                         # for ever; stopped anywhere, it goes on from the kept number
            for change in service.changes(after=number, wait=30):
                ...                         # drop the task when change.withdrawn, else put it down by its id
                number = change.keep        # keep it together with the task

Answers are the models of `service.api.shapes`. An error answer is raised as `ServiceError` with its stable code and both
texts. Nothing that it asks for does harm when asked twice, so it asks again when the service is away for a moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Self, TypeVar
from uuid import UUID, uuid4

import httpx2
from pydantic import BaseModel

from extractor.record import DirectiveRecord
from service.api import shapes

_TRIES = 4
_AWAY = (429, 502, 503, 504)

Content = TypeVar("Content", bound=BaseModel)


class ServiceError(Exception):
    """The service said no. `code` is stable; `message` is Vietnamese, `message_en` English."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.code: str = body.get("code", "")
        self.message: str = body.get("detail", "")
        self.message_en: str = body.get("detail_en", "")
        self.request_id: str = body.get("request_id", "")
        super().__init__(f"{status} {self.code}: {self.message_en or body}")


@dataclass(frozen=True, slots=True)
class Versioned(Generic[Content]):
    """Something that can be changed, and the ETag that a change has to name."""

    content: Content
    etag: str


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the change feed: its number, what happened, and the newest state of what it happened to."""

    sequence: int
    keep: int  # the number to go on from once this is dealt with; told by lead, a number comes several times
    type: str  # "task.created", "document.approved" …
    data: dict[str, Any]

    @property
    def task(self) -> shapes.Task | None:
        """The task as it is now; None when the change is of a document."""
        body = self.data.get("task")
        return shapes.Task.model_validate(body) if body else None

    @property
    def document(self) -> shapes.Document | None:
        """The document as it is now; None when the change is of a task."""
        body = self.data.get("document")
        return shapes.Document.model_validate(body) if body else None

    @property
    def lead(self) -> str | None:
        """Whose share of the task it tells, when told by lead."""
        lead: str | None = self.data["lead"]
        return lead

    @property
    def withdrawn(self) -> bool:
        """Whether the task, the share or the document is in force no more."""
        return bool(self.data["withdrawn"])


class Client:
    """One connection to one service; closed at the end of a `with`."""

    def __init__(self, base_url: str, token: str, *, timeout: float = 60) -> None:
        self._http = httpx2.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # Documents

    def upload(self, file: Path, *, bulk: bool = False, replaces: UUID | None = None) -> shapes.Upload:
        """Hand a file in; the answer comes when it is safe. The same file again is the same document."""
        query: dict[str, Any] = {"file_name": file.name, "bulk": bulk}
        if replaces:
            query["replaces"] = str(replaces)

        def send() -> httpx2.Response:
            with file.open("rb") as content:
                return self._http.post(
                    "/v1/documents",
                    params=query,
                    content=content,
                    headers={"Content-Type": "application/octet-stream"},
                )

        return shapes.Upload.model_validate(self._answer(send).json())

    def upload_many(self, files: Sequence[Path], *, bulk: bool = True) -> shapes.Batch:
        """Hand in up to 100 files in one request; each is taken or refused by itself, in the order given."""

        def send() -> httpx2.Response:
            with ExitStack() as opened:
                parts = [("file", (file.name, opened.enter_context(file.open("rb")))) for file in files]
                return self._http.post("/v1/documents/batch", params={"bulk": bulk}, files=parts)

        return shapes.Batch.model_validate(self._answer(send).json())

    def job(self, job_id: UUID) -> shapes.Job:
        return shapes.Job.model_validate(self._get(f"/v1/jobs/{job_id}").json())

    def wait(self, job_id: UUID, *, seconds: float = 3600, every: float = 0.5) -> shapes.Job:
        """The job when it has ended. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while (job := self.job(job_id)).finished_at is None:
            if time.monotonic() > end:
                raise TimeoutError(f"job {job_id} has not ended in {seconds} s")
            time.sleep(every)
        return job

    def document(self, document_id: UUID) -> shapes.Document:
        return shapes.Document.model_validate(self._get(f"/v1/documents/{document_id}").json())

    def documents(self, **filters: Any) -> Iterator[shapes.Document]:
        """All documents that the filters of `GET /v1/documents` let through, newest first."""
        return map(shapes.Document.model_validate, self._items("/v1/documents", filters))

    def record(self, document_id: UUID) -> Versioned[DirectiveRecord]:
        answer = self._get(f"/v1/documents/{document_id}/record")
        return Versioned(DirectiveRecord.model_validate(answer.json()), answer.headers["ETag"])

    def correct(self, document_id: UUID, record: Versioned[DirectiveRecord]) -> shapes.Version:
        """Put a corrected record in the place of the one that was read. Raises ServiceError "changed-meanwhile"."""
        key = str(uuid4())  # so that asking twice is no change by somebody else
        answer = self._answer(
            lambda: self._http.put(
                f"/v1/documents/{document_id}/record",
                content=record.content.model_dump_json(by_alias=True),
                headers={"If-Match": record.etag, "Content-Type": "application/json", "Idempotency-Key": key},
            )
        )
        return shapes.Version.model_validate(answer.json())

    def approve(self, document_id: UUID, etag: str) -> shapes.Document:
        answer = self._answer(
            lambda: self._http.post(f"/v1/documents/{document_id}/approval", headers={"If-Match": etag})
        )
        return shapes.Document.model_validate(answer.json())

    # Tasks and their changes

    def task(self, task_id: UUID) -> shapes.Task:
        return shapes.Task.model_validate(self._get(f"/v1/tasks/{task_id}").json())

    def tasks(self, **filters: Any) -> Iterator[shapes.Task]:
        """All tasks that the filters of `GET /v1/tasks` let through."""
        return map(shapes.Task.model_validate, self._items("/v1/tasks", filters))

    def report(self, task_id: UUID, report: shapes.TaskReport) -> shapes.Task:
        """Report how far a task is."""
        body = report.model_dump(mode="json")
        answer = self._answer(lambda: self._http.put(f"/v1/tasks/{task_id}/progress", json=body))
        return shapes.Task.model_validate(answer.json())

    def last_change(self) -> int:
        """The number of the newest change, from which a tracker begins that then fetches all tasks."""
        return int(self._get("/v1/changes/last").json()["last"])

    def changes(
        self, after: int = 0, *, wait: float = 0, by_lead: bool = False, types: Sequence[str] = (), limit: int = 200
    ) -> Iterator[Change]:
        """The changes that follow number `after`, up to now; with `wait`, at least one or that many seconds have passed.

        Raises ServiceError "unknown-change" when the service was restored from a copy older than `after`: begin anew.
        """
        while True:
            query = {"after": after, "limit": limit, "wait": wait, "by_lead": by_lead, "types": list(types)}
            page = self._get("/v1/changes", query).json()
            numbers = [item["data"]["sequence"] for item in page["items"]]
            for item, number, following in zip(page["items"], numbers, [*numbers[1:], 0], strict=False):
                keep = number if following != number else number - 1
                yield Change(number, keep, item["type"].removeprefix("vn.directives."), item["data"])
            if not page["more"]:
                return
            after = page["next"]

    # Search

    def search(self, query: str = "", *, what: shapes.What = "pages", tolerant: bool = False) -> Iterator[shapes.Hit]:
        """Everything that a query finds, the best first. Raises ServiceError "bad-query"."""
        asked = {"q": query, "what": what, "tolerant": tolerant}
        return map(shapes.Hit.model_validate, self._items("/v1/search", asked))

    def found(
        self,
        query: str = "",
        *,
        what: shapes.What = "pages",
        tolerant: bool = False,
        facets: bool = True,
        limit: int = 20,
    ) -> shapes.Found:
        """The first hits, how many there are, and what they have in common. Raises ServiceError "bad-query"."""
        asked = {"q": query, "what": what, "tolerant": tolerant, "facets": facets, "limit": limit}
        return shapes.Found.model_validate(self._get("/v1/search", asked).json())

    def export_found(self, file: Path, query: str = "", *, what: shapes.What = "pages", tolerant: bool = False) -> None:
        """Everything that a query finds as a table: .xlsx, .csv, .jsonl or .parquet, by the file's name."""
        self._fetch(file, f"/v1/exports/search{file.suffix}", {"q": query, "what": what, "tolerant": str(tolerant)})

    # Study: plain dictionaries, as `pandas.DataFrame(service.targets(q="hộ nghèo"))` takes them

    def targets(self, **filters: Any) -> list[dict[str, Any]]:
        """All targets that the filters of `GET /v1/targets` let through; of the document by `document_…`."""
        return [_flat(one) for one in self._items("/v1/targets", filters)]

    def series(self, q: str, **filters: Any) -> list[dict[str, Any]]:
        """The points of every line that has these words: `series` numbers the lines, `value` is in the line's unit."""
        query = {name: value for name, value in filters.items() if value is not None} | {"q": q}
        lines = self._get("/v1/targets/series", query).json()["items"]
        return [
            {
                "series": number,
                "name": line["name"],
                "unit": line["unit"],
                "per": line["per"],
                "change": line["change"],
                "on": point["on"],
                "dated_by": point["dated_by"],
                "value": point["value"],
                "value_max": point["value_max"],
                **{f"target_{name}": value for name, value in _flat(point["target"]).items()},
            }
            for number, line in enumerate(lines)
            for point in line["points"]
        ]

    def citations(self, document_id: UUID) -> list[dict[str, Any]]:
        """What a document refers to and who refers to it, told apart by `direction`."""
        found = self._get(f"/v1/documents/{document_id}/citations").json()
        return [
            {"direction": direction} | _flat(one) for direction in ("outgoing", "incoming") for one in found[direction]
        ]

    def cited(self, number: str) -> list[dict[str, Any]]:
        """Who refers to a number, whether or not a document of this number is there."""
        return [_flat(one) for one in self._items("/v1/citations", {"number": number})]

    def compare(self, left: UUID, right: UUID) -> list[dict[str, Any]]:
        """Tasks and targets of two documents: `part`, `standing` (kept, changed, new, gone) and the words of both."""
        found = self._get("/v1/compare", {"left": str(left), "right": str(right)}).json()
        return [{"part": part} | _flat(one) for part in ("tasks", "targets") for one in found[part]]

    # Files

    def export(self, file: Path, what: str = "tasks", **filters: Any) -> None:
        """Tasks, targets or citations as a table, in the form that the file's name ends with: .xlsx, .csv or .jsonl, and
        for the latter two .parquet. A part is never left there."""
        query = {name: str(value) for name, value in filters.items() if value is not None}
        self._fetch(file, f"/v1/exports/{what}{file.suffix}", query)

    def _fetch(self, file: Path, path: str, query: dict[str, Any]) -> None:
        part = file.with_name(file.name + ".part")
        try:
            # A workbook begins to come when it is whole.
            with self._http.stream("GET", path, params=query, timeout=3600) as answer:
                if answer.is_error:
                    answer.read()
                self._raise(answer)
                with part.open("wb") as out:
                    for piece in answer.iter_bytes():
                        out.write(piece)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)

    def annex(self, document_id: UUID) -> bytes:
        """The workbook that assigns the tasks of one document."""
        return self._get(f"/v1/documents/{document_id}/annex.xlsx").content

    def calendar(self, **filters: Any) -> bytes:
        """The deadlines of an agency or a document as iCalendar."""
        query = {name: str(value) for name, value in filters.items() if value is not None}
        return self._get("/v1/calendar.ics", query).content

    def message(self, document_id: UUID, *, sender: str, receivers: Sequence[str], **more: Any) -> bytes:
        """The edXML message of a document. Raises ServiceError "message-incomplete" with what it lacks."""
        query = {"sender": sender, "receiver": list(receivers)} | more
        return self._get(f"/v1/documents/{document_id}/message.edxml", query).content

    # The way there and back

    def _items(self, path: str, filters: dict[str, Any]) -> Iterator[Any]:
        query = {"limit": 200} | {name: value for name, value in filters.items() if value is not None}
        while True:
            page = self._get(path, query).json()
            yield from page["items"]
            if not page["next_cursor"]:
                return
            query["cursor"] = page["next_cursor"]

    def _get(self, path: str, query: dict[str, Any] | None = None) -> httpx2.Response:
        return self._answer(lambda: self._http.get(path, params=query))

    def _answer(self, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
        """Everything that this client asks for may be asked twice."""
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            pause = 0.5 * 2**attempt
            try:
                answer = ask()
            except httpx2.TransportError:
                if last:
                    raise
            else:
                told = answer.headers.get("Retry-After", "")
                # The same request may still be under way: that is a conflict that passes.
                passes = answer.status_code in _AWAY or (answer.status_code == 409 and told)
                if not passes or last:
                    break
                pause = float(told) if told.isdigit() else pause
            time.sleep(pause)
        self._raise(answer)
        return answer

    @staticmethod
    def _raise(answer: httpx2.Response) -> None:
        if answer.is_error:
            try:
                body = answer.json()
            except ValueError:
                body = {"detail_en": answer.text[:200]}
            raise ServiceError(answer.status_code, body)


def _flat(item: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Nested objects as columns: {"document": {"number": …}} is {"document_number": …}. Lists stay."""
    flat: dict[str, Any] = {}
    for name, value in item.items():
        flat |= _flat(value, f"{before}{name}_") if isinstance(value, dict) else {f"{before}{name}": value}
    return flat
