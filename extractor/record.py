"""The record that the pipeline produces from one directive, as frozen pydantic models.

Field names are English, values are Vietnamese text in Unicode NFC or normalised values. Dates are ISO 8601,
numbers are decimal strings with a point. Every value carries where it was read (`spans`) and how sure the
pipeline is (`confidence`, 0 to 1). A value that was inferred, not read, says so and names its evidence.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1"

# Below this confidence a value is doubtful: a clerk is asked to look at the page. One for all kinds, for confidences are comparable.
DOUBTFUL = 0.7

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
Box = tuple[float, float, float, float]

Reading = Literal["text_layer", "ocr", "text", "blank", "failed"]
# Why a page was read in the way it was: its layer is Vietnamese and lies under the print; it was, in an encoding of before Unicode;
# there is none; it has too few letters to be a page (the caption of a digital signature); its words are not Vietnamese (a hidden layer
# of bad OCR); they lie elsewhere than the print; the file is an image; the text was given.
Triage = Literal[
    "layer", "tcvn3", "vni", "no_layer", "caption", "foreign_layer", "layer_elsewhere", "image", "show_through", "text"
]
Role = Literal["lead", "coordinate", "report_to", "supervise"]
AssignmentSource = Literal["explicit", "heading", "addressees"]
DeadlineKind = Literal["date", "period", "recurring", "relative", "ongoing"]
Anchor = Literal["signing", "receipt", "effect", "event"]
Comparator = Literal["=", ">=", "<=", ">", "<", "~"]
Change = Literal["level", "increase", "decrease"]
Relation = Literal["basis", "amends", "replaces", "mention"]
Status = Literal["success", "partial"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Frozen):
    """A place in the document: a page, a character range of that page's text, and boxes on its image."""

    page: int = Field(ge=1, description="page number, from 1")
    start: int = Field(ge=0, description="first character in the page's text")
    end: int = Field(ge=0, description="one past the last character in the page's text")
    boxes: tuple[Box, ...] = Field(
        default=(), description="[x0, y0, x1, y1] in PDF points from the top left, one a line"
    )


class Warning(_Frozen):
    """Something that a clerk should look at: a stable code, a sentence in Vietnamese and English, the field."""

    code: str
    message: str = Field(description="in Vietnamese")
    message_en: str = Field(description="in English")
    field: str | None = Field(default=None, description="path of the field, e.g. 'directive.number' or 'tasks[3]'")
    page: int | None = None


class Evidence(_Frozen):
    """Where a value comes from and how sure the pipeline is of it."""

    spans: tuple[Span, ...] = ()
    confidence: Confidence = 0.0
    inferred: bool = False


class Signature(_Frozen):
    """A digital signature found in the PDF: evidence for issuer and date, not a value of the page."""

    signer: str | None = None
    organisation: str | None = None
    signed_at: datetime | None = None
    covers: str | None = Field(default=None, description="what part of the file the signature covers")
    valid: bool | None = Field(default=None, description="the signed bytes are unchanged; null if not checked")
    changed: bool | None = Field(
        default=None,
        description="the file was changed after this signature in another way than by signing it again; null if not checked",
    )


class Page(_Frozen):
    """One page: how its text was had, and the text in reading order to which all offsets refer."""

    number: int = Field(ge=1)
    reading: Reading
    confidence: Confidence
    width: float = Field(description="in PDF points; 0 for plain text")
    height: float = Field(description="in PDF points; 0 for plain text")
    text: str
    triage: Triage | None = Field(default=None, description="why it was read in this way; null for a page that failed")


class Source(_Frozen):
    """The file that the record was made from."""

    file_name: str
    sha256: str
    media_type: str
    pages: tuple[Page, ...]
    signatures: tuple[Signature, ...] = ()


class Issuer(Evidence):
    """The issuing body, by its full canonical name."""

    name: str
    agency_id: str | None = None


class Signer(Evidence):
    """Who signed: name, title (chức vụ), authority (TM., KT., TL., TUQ., Q.) and for whom."""

    name: str | None = None
    title: str | None = None
    authority: str | None = None
    for_: str | None = Field(default=None, alias="for", serialization_alias="for")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Recipient(Evidence):
    """One line of "Nơi nhận", without dash and semicolon."""

    text: str
    agency_id: str | None = None


class Addressee(Evidence):
    """A body that the opening addresses ("yêu cầu các sở, ban, ngành …")."""

    agency: str
    agency_id: str | None = None
    as_written: str | None = None


class Directive(_Frozen):
    """What the document is. `evidence` gives spans and confidence of the plain values, by field name."""

    kind: str | None = None
    number: str | None = None
    issuer: Issuer | None = None
    place: str | None = None
    issued_on: date | None = None
    subject: str | None = None
    urgency: str | None = None
    secrecy: str | None = None
    signer: Signer | None = None
    recipients: tuple[Recipient, ...] = ()
    addressees: tuple[Addressee, ...] = ()
    evidence: dict[str, Evidence] = Field(default_factory=dict)


class Successor(_Frozen):
    """The body that answers for another one today, by the register's latest entries."""

    agency_id: str
    name: str


class Assignment(Evidence):
    """Who acts in a task, and in what role."""

    role: Role
    agency: str = Field(description="canonical full name")
    agency_id: str | None = Field(default=None, description="'group:…' for a generic group")
    as_written: str | None = None
    source: AssignmentSource
    successor: Successor | None = Field(
        default=None, description="who answers for it today, where that is another body"
    )


class Deadline(Evidence):
    """By when a task is due."""

    kind: DeadlineKind
    due: date | None = Field(default=None, description="the last day on which it is still in time")
    start: date | None = None
    rrule: str | None = Field(default=None, description="RFC 5545")
    anchor: Anchor | None = None
    offset: str | None = Field(default=None, description="ISO 8601 duration from the anchor")
    working_days: bool = False
    text: str


class Task(Evidence):
    """A row of a task-assignment tracker."""

    id: str
    path: tuple[str, ...]
    heading: str | None = None
    text: str
    title: str = Field(max_length=120)
    assignments: tuple[Assignment, ...] = ()
    deadlines: tuple[Deadline, ...] = ()


class Period(_Frozen):
    """From when until when a target holds; either end may be open."""

    start: date | None = None
    end: date | None = None


class Target(Evidence):
    """A quantity to be reached (chỉ tiêu)."""

    id: str
    task_id: str | None = None
    indicator: str
    comparator: Comparator = "="
    value: str = Field(pattern=r"^-?\d+(\.\d+)?$")
    value_max: str | None = Field(default=None, pattern=r"^-?\d+(\.\d+)?$")
    unit: str | None = None
    per: str | None = None
    period: Period | None = None
    change: Change = "level"
    baseline: str | None = None
    of: str | None = None
    parent_id: str | None = None
    text: str


class Citation(Evidence):
    """Another document that this one names; the same document cited twice is one citation with two spans."""

    kind: str
    number: str | None = None
    issued_on: date | None = None
    issuer: str | None = None
    subject: str | None = None
    relation: Relation = "mention"
    text: str


class DirectiveRecord(_Frozen):
    """Everything that the pipeline read from one directive."""

    schema_version: str = SCHEMA_VERSION
    status: Status = Field(default="success", description="'partial' when a page could not be read")
    source: Source
    directive: Directive
    tasks: tuple[Task, ...] = ()
    targets: tuple[Target, ...] = ()
    citations: tuple[Citation, ...] = ()
    warnings: tuple[Warning, ...] = ()
