"""What the interface answers, as models with examples: the same words in the documentation as on the wire."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from extractor.record import Anchor, AssignmentSource, DeadlineKind, Role
from service.problems import ProblemDetails
from service.settings import Settings
from service.store import schedule, tables
from service.store.listed import Listed

if TYPE_CHECKING:  # a search names its hits by the words of `service.export.wording`, which are about these shapes
    from service.search.look import Seen
    from service.search.search import Asked


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("ký tự NUL không được phép / NUL characters are not allowed")
    return text


Text = Annotated[str, AfterValidator(_storable)]  # PostgreSQL keeps no NUL
State = Literal["queued", "running", "succeeded", "partial", "failed", "cancelled"]
TaskState = Literal[
    "not_started", "in_progress", "awaiting_confirmation", "done", "returned", "refused", "suspended", "cancelled"
]
Confidence = Annotated[float, Field(ge=0, le=1, description="Độ tin cậy, 0 đến 1 / how sure the pipeline is")]


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


class Error(Shape):
    """Vì sao không đọc được văn bản / why a document could not be read."""

    code: str = Field(examples=["password-protected"])
    message: str = Field(examples=["Tệp PDF được bảo vệ bằng mật khẩu. Hãy bỏ mật khẩu rồi tải lại."])
    message_en: str = Field(examples=["The PDF is protected by a password. Remove the password and upload it again."])


class Job(Shape):
    """Một lần xử lý văn bản / one reading of a document."""

    id: UUID
    document_id: UUID
    state: State = Field(
        description="`partial`: đọc được nhưng thiếu trang / some pages could not be read; "
        "`failed`: không đọc được, xem `error` / see `error`"
    )
    stage: str = Field(description="Bước đang làm / what is being done", examples=["read"])
    page: int = Field(description="Số trang đã đọc / pages read so far", examples=[3])
    pages: int = Field(description="Tổng số trang, 0 khi chưa biết / pages in all, 0 while unknown", examples=[12])
    attempts: int = Field(description="Số lần bắt đầu đọc / how often reading was begun", examples=[1])
    error: Error | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, job: tables.Job) -> Self:
        error = None
        if job.error_code:
            error = Error(code=job.error_code, message=job.error_message or "", message_en=job.error_message_en or "")
        return cls(
            id=job.id,
            document_id=job.document_id,
            state=job.state,  # checked by the database
            stage=job.stage,
            page=job.page,
            pages=job.pages,
            attempts=job.attempts,
            error=error,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
        )


class Header(Shape):
    """Văn bản là gì; trống khi chưa đọc được / what the document is; null until it is read."""

    kind: str | None = Field(examples=["chỉ thị"])
    number: str | None = Field(examples=["02/CT-UBND"])
    issuer: str | None = Field(examples=["Ủy ban nhân dân thành phố Hải Phòng"])
    issuer_id: str | None
    issued_on: date | None = Field(examples=["2021-01-07"])
    subject: str | None = Field(examples=["tổ chức, phát động phong trào thi đua …"])


class Document(Header):
    """Một tệp đã nhận / a file that was handed in."""

    id: UUID
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    file_name: str = Field(examples=["02-CT-UBND.pdf"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(description="bytes", examples=[482113])
    received_at: datetime
    received_by: str = Field(description="Ai nộp / who handed it in", examples=["nguyen-van-a"])
    updated_at: datetime
    office_id: UUID
    place: str | None
    signer: str | None
    pages: int | None
    version: int | None = Field(description="Phiên bản mới nhất của kết quả / newest version of the record")
    current_version: int | None = Field(
        description="Phiên bản đang dùng; nhỏ hơn `version` khi bản đọc mới hơn chờ người xem / the version in force; below "
        "`version` when a newer reading waits to be looked at"
    )
    approved: bool = Field(description="Phiên bản đang dùng đã được duyệt / the current version is approved")
    approved_version: int | None
    approved_at: datetime | None
    approved_by: str | None
    withdrawn_at: datetime | None = Field(description="Đã thu hồi hoặc bị thay thế / recalled or replaced")
    withdrawn_why: str | None
    replaced_by: UUID | None
    state: State = Field(description="Trạng thái của lần xử lý mới nhất / state of the newest job")
    job: Job = Field(description="Lần xử lý mới nhất / the newest job")

    @classmethod
    def of(cls, document: tables.Document, job: tables.Job) -> Self:
        plain = {name: getattr(document, name) for name in cls.model_fields if name not in ("state", "job")}
        return cls(**plain, state=job.state, job=Job.of(job))


class Upload(Shape):
    """Tệp đã được nhận an toàn / the file is safe with the service."""

    document: Document
    job: Job
    new_document: bool = Field(
        description="Sai khi tệp này đã được nhận trước đó / false: these bytes were here before"
    )
    new_job: bool = Field(description="Sai khi không cần đọc lại / false: it is being read or was read already")


class Batched(Shape):
    """Một tệp trong nhiều tệp: hoặc đã nhận, hoặc bị từ chối kèm lý do / one of many: taken, or refused and why."""

    file_name: str = Field(examples=["02-CT-UBND.pdf"])
    upload: Upload | None
    problem: ProblemDetails | None


class Batch(Shape):
    """Kết quả của từng tệp, theo thứ tự gửi / the result of each file, in the order sent."""

    accepted: int = Field(examples=[2])
    refused: int = Field(examples=[1])
    items: list[Batched]


class Documents(Shape):
    items: list[Document]
    next_cursor: str | None = Field(
        description="Đưa vào `cursor` để lấy trang sau / for the next page; null at the end"
    )


class TaskDocument(Header):
    id: UUID


class Assignment(Shape):
    role: Role = Field(
        description="lead: chủ trì; coordinate: phối hợp; report_to: nhận báo cáo; supervise: theo dõi, đôn đốc"
    )
    agency: str = Field(examples=["Sở Nội vụ"])
    agency_id: str | None
    as_written: str | None
    source: AssignmentSource
    confidence: Confidence
    inferred: bool


class Deadline(Shape):
    kind: DeadlineKind
    due: date | None = Field(description="Ngày cuối cùng còn đúng hạn / the last day in time", examples=["2021-06-30"])
    start: date | None
    rrule: str | None = Field(examples=["FREQ=MONTHLY;INTERVAL=3"])
    anchor: Anchor | None
    offset: str | None = Field(examples=["P5D"])
    working_days: bool
    text: str = Field(examples=["trong quý II/2021"])
    confidence: Confidence
    inferred: bool


class Report(Shape):
    """Tiến độ do một phần mềm theo dõi báo về / progress as one tracker reports it."""

    tracker: str = Field(examples=["theo-doi-nhiem-vu"])
    lead: str = Field(description="Phần việc của cơ quan chủ trì này; trống: cả nhiệm vụ / empty: the whole task")
    external_id: str | None = Field(
        description="Mã của phần mềm theo dõi / the tracker's own id", examples=["NV-2026-00017"]
    )
    state: TaskState
    completed_on: date | None
    result_number: str | None = Field(description="Số văn bản hoàn thành / document that completed it")
    note: str | None
    reported_at: datetime


class Task(Shape):
    """Một nhiệm vụ được giao / a task that a document gives."""

    id: UUID = Field(description="Giữ nguyên qua các lần đọc lại và sửa / kept over readings and corrections")
    code: str = Field(description="Mã trong văn bản / code within the document", examples=["NV-03"])
    key: str = Field(description="Mã trong bản ghi (`record`) / id within the record")
    document: TaskDocument
    position: int = Field(description="Thứ tự trong văn bản, từ 0 / place in the document, from 0")
    path: list[str] = Field(examples=[["II", "3", "b"]])
    heading: str | None
    title: str
    text: str
    page: int | None = Field(description="Trang có nhiệm vụ / page that it stands on")
    leads: list[str] = Field(description="Chủ trì", examples=[["Sở Y tế"]])
    coordinating: list[str] = Field(description="Phối hợp")
    report_to: list[str] = Field(description="Nhận báo cáo / receiver of the report")
    due: date | None = Field(
        description="Hạn sớm nhất; việc định kỳ: kỳ tới / first deadline; next occurrence if recurring"
    )
    recurring: bool
    occurrences: list[date] = Field(
        description="Các ngày đến hạn trong 12 tháng tới, khi có `expand=occurrences` / days due within 12 months"
    )
    timeliness: schedule.Timeliness = Field(
        description="no_deadline: không hạn; in_time: trong hạn; due_soon: sắp đến hạn; overdue: quá hạn"
    )
    state: TaskState = Field(description="Tiến độ theo báo cáo / progress as reported")
    completed_on: date | None
    progress: list[Report]
    assignments: list[Assignment]
    deadlines: list[Deadline]
    confidence: Confidence
    inferred: bool
    doubtful: bool = Field(description="Cần người kiểm tra / a clerk should look at it")
    approved: bool = Field(description="Đã được duyệt / approved")
    version: int = Field(description="Tăng theo mỗi thay đổi / counts changes")
    updated_at: datetime
    withdrawn_at: datetime | None = Field(description="Không còn hiệu lực từ / no longer given since")

    @classmethod
    def of(cls, task: tables.Task | Listed, settings: Settings, *, occurrences: bool = False) -> Self:
        parts = [
            task.confidence,
            *(who.confidence for who in task.assignments),
            *(when.confidence for when in task.deadlines),
        ]
        today = schedule.today_in_vietnam()
        days = _days(task, today) if occurrences else []
        return cls(
            id=task.id,
            code=task.code,
            key=task.key,
            document=TaskDocument.model_validate(task.document),
            position=task.position,
            path=task.path,
            heading=task.heading,
            title=task.title,
            text=task.text,
            page=task.page,
            leads=_who(task, "lead"),
            coordinating=_who(task, "coordinate"),
            report_to=_who(task, "report_to"),
            due=task.due,
            recurring=task.recurring,
            occurrences=days,
            timeliness=schedule.timeliness(task.due, task.state, task.completed_on, today, settings.due_soon_days),
            state=task.state,  # checked by the database
            completed_on=task.completed_on,
            progress=[Report.model_validate(report) for report in task.reports],
            assignments=[Assignment.model_validate(who) for who in task.assignments],
            deadlines=[Deadline.model_validate(when) for when in task.deadlines],
            confidence=task.confidence,
            inferred=task.inferred,
            doubtful=task.warned or min(parts) < settings.doubt_below,
            approved=task.approved,
            version=task.version,
            updated_at=task.updated_at,
            withdrawn_at=task.withdrawn_at,
        )


def _who(task: tables.Task | Listed, role: Role) -> list[str]:
    return [who.agency for who in task.assignments if who.role == role]


def _days(task: tables.Task | Listed, today: date) -> list[date]:
    end = today + timedelta(days=366)
    issued = task.document.issued_on
    return sorted({day for when in task.deadlines for day in schedule.occurrences(when, issued, today, end)})


class TaskReport(BaseModel):
    """Tiến độ của một nhiệm vụ / how far a task is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "state": "done",
                    "external_id": "NV-2026-00017",
                    "completed_on": "2026-06-28",
                    "result_number": "15/BC-SYT",
                }
            ]
        },
    )

    state: TaskState
    lead: Text = Field(
        "", description="Tên cơ quan chủ trì khi theo dõi từng cơ quan / one lead's share", max_length=300
    )
    external_id: Text | None = Field(
        None, max_length=200, description="Mã của phần mềm theo dõi / the tracker's own id"
    )
    completed_on: date | None = None
    result_number: Text | None = Field(None, max_length=100)
    note: Text | None = Field(None, max_length=2000)


class Version(Shape):
    """Một phiên bản của bản ghi / a version of a record."""

    version: int
    origin: Literal["read", "corrected"] = Field(description="read: máy đọc; corrected: người sửa / by a person")
    based_on: int | None
    made_by: str
    pipeline_version: str
    status: str
    created_at: datetime


class Versions(Shape):
    items: list[Version]


class Recall(BaseModel):
    """Vì sao thu hồi, văn bản nào thay thế / why it is recalled, what takes its place."""

    model_config = ConfigDict(extra="forbid")

    why: Text = Field(min_length=1, max_length=1000, examples=["Thu hồi theo Thông báo số 12/TB-UBND"])
    replaced_by: UUID | None = None


class Tasks(Shape):
    items: list[Task]
    next_cursor: str | None = Field(
        description="Đưa vào `cursor` để lấy trang sau / for the next page; null at the end"
    )


class Health(Shape):
    status: Literal["ok"]
    version: str


class Readiness(Shape):
    status: Literal["ready"]
    version: str
    queued: int = Field(description="Văn bản đang chờ / documents waiting")
    running: int = Field(description="Văn bản đang xử lý / documents being read")
    workers: int = Field(description="Tiến trình đọc đang hoạt động / workers that give signs of life")
    disk_free: int = Field(description="Dung lượng trống, byte / free space")


What = Literal["pages", "tasks", "targets", "citations", "documents"]


class Snippet(Shape):
    """Đoạn văn có điều cần tìm / the stretch of text that has what was asked."""

    text: str = Field(examples=["Sở Y tế chủ trì rà soát phương án phòng cháy, chữa cháy."])
    start: int = Field(description="Vị trí trong toàn văn của mục / its place in the whole text of the item")
    marks: list[tuple[int, int]] = Field(
        description="Các đoạn [đầu, cuối) của `text` khớp với câu hỏi / ranges of `text` that match",
        examples=[[[31, 41]]],
    )
    cut_before: bool = Field(description="Còn chữ ở trước / there is more before it")
    cut_behind: bool = Field(description="Còn chữ ở sau / there is more behind it")


class FoundDocument(TaskDocument):
    """Văn bản có mục tìm thấy / the document of a hit."""

    pipeline_version: str | None = Field(description="Bộ đọc nào đã đọc / what it was read with", examples=["0.9.0"])
    version: int | None = Field(description="Phiên bản của bản ghi / version of the record", examples=[2])
    approved: bool = Field(description="Đã có người duyệt / somebody has approved it")
    withdrawn: bool = Field(description="Đã thu hồi hoặc bị thay thế / recalled or replaced")


class Hit(Shape):
    """Một mục tìm thấy / something that was found."""

    what: What = Field(description="Loại mục / what it is")
    document: FoundDocument
    unit: str = Field(
        description="Trang: số trang; nhiệm vụ: mã `/v1/tasks/{id}`; chỉ tiêu, viện dẫn: thứ tự trong bản ghi, từ 0 / a page's "
        "number, a task's id, the place of a target or citation in the record, from 0",
        examples=["1"],
    )
    page: int | None = Field(description="Trang / page")
    start: int | None = Field(description="Từ ký tự nào của trang / first character of the page's text")
    end: int | None = Field(description="Đến trước ký tự nào / one past the last")
    exact: bool = Field(description="Đúng dấu như đã gõ / it has the very accents that were typed")
    snippet: Snippet
    address: str = Field(
        description="Địa chỉ mở ảnh trang tại chỗ tìm thấy / opens the page's image at the place",
        examples=["/documents/01a204f5-7d4c-7000-a3be-d7d3a568fa0b/pages/1?at=31-41"],
    )

    @classmethod
    def of(cls, seen: Seen, asked: Asked) -> Self:
        row = seen.document
        header = ("id", "kind", "number", "issuer", "issuer_id", "issued_on", "subject")
        about = FoundDocument(
            **{name: getattr(row, name) for name in header},
            pipeline_version=seen.pipeline_version,
            version=row.current_version,
            approved=row.approved,
            withdrawn=row.withdrawn_at is not None,
        )
        return cls(
            what=asked.what,
            document=about,
            unit=str(row.id) if asked.what == "documents" else seen.unit,
            page=seen.page,
            start=seen.start,
            end=seen.end,
            exact=seen.hit.exact,
            snippet=Snippet.model_validate(seen.snippet),
            address=seen.address,
        )


class FacetValue(Shape):
    value: str = Field(description="Giá trị / what it is", examples=["Sở Y tế"])
    label: str = Field(description="Cách ghi cho người đọc / as people read it", examples=["Sở Y tế"])
    query: str = Field(
        description="Thêm vào câu hỏi để chỉ lấy những mục này / added to the query, it leaves these alone",
        examples=['cơ-quan:="Sở Y tế"'],
    )
    count: int = Field(examples=[12])


class Found(Shape):
    """Kết quả tìm kiếm / what was found."""

    items: list[Hit]
    count: int = Field(
        description="Số mục; từ 1000 trở lên thì `count_is_exact` là sai / how many; beyond 1000 nobody counts",
        examples=[12],
    )
    count_is_exact: bool
    next_cursor: str | None = Field(
        description="Đưa vào `cursor` để lấy trang sau / for the next page; null at the end"
    )
    facets: dict[str, list[FacetValue]] | None = Field(
        description="Khi hỏi `facets=true` / when asked for. issuer, level, province, province_today, agency, agency_today, kind, "
        "year, field, role, due (yes, no, overdue), targets (yes, no)"
    )
