"""What the interface answers, as models with examples: the same words in the documentation as on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from extractor.record import Anchor, AssignmentSource, DeadlineKind, Role
from service.store import tables

State = Literal["queued", "running", "succeeded", "partial", "failed"]
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
    place: str | None
    pages: int | None
    version: int | None = Field(description="Phiên bản mới nhất của kết quả / newest version of the record")
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


class Task(Shape):
    """Một nhiệm vụ được giao / a task that a document gives."""

    id: str = Field(description="Như trong kết quả; giữ nguyên qua các lần đọc / as in the record; kept over readings")
    document: TaskDocument
    position: int = Field(description="Thứ tự trong văn bản, từ 0 / place in the document, from 0")
    path: list[str] = Field(examples=[["II", "3", "b"]])
    heading: str | None
    title: str
    text: str
    due: date | None = Field(description="Hạn sớm nhất / the first of its deadlines")
    assignments: list[Assignment]
    deadlines: list[Deadline]
    confidence: Confidence
    inferred: bool
    doubtful: bool = Field(description="Cần người kiểm tra / a clerk should look at it")

    @classmethod
    def of(cls, task: tables.Task, doubt_below: float) -> Self:
        parts = [
            task.confidence,
            *(who.confidence for who in task.assignments),
            *(when.confidence for when in task.deadlines),
        ]
        return cls(
            id=task.key,
            document=TaskDocument.model_validate(task.document),
            position=task.position,
            path=task.path,
            heading=task.heading,
            title=task.title,
            text=task.text,
            due=task.due,
            assignments=[Assignment.model_validate(who) for who in task.assignments],
            deadlines=[Deadline.model_validate(when) for when in task.deadlines],
            confidence=task.confidence,
            inferred=task.inferred,
            doubtful=task.warned or min(parts) < doubt_below,
        )


class Tasks(Shape):
    items: list[Task]
    next_cursor: str | None = Field(
        description="Đưa vào `cursor` để lấy trang sau / for the next page; null at the end"
    )


class Health(Shape):
    status: Literal["ok"]
    version: str
    queued: int = Field(description="Văn bản đang chờ / documents waiting")
    running: int = Field(description="Văn bản đang xử lý / documents being read")
