"""The message by which offices exchange a document (edXML, QCVN 102:2016/BTTTT), with its table of tasks attached.

There is no public form for exchanging tasks themselves: the message carries the document's particulars and the earliest
deadline, the annex carries the tasks. It is not signed here; the Signature is added by whoever holds the office's key.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree as ET

from extractor.record import Directive
from service.api.shapes import Task
from service.export import annex
from service.export.edxml_rules import NAMESPACE
from service.export.printable import printable
from service.store.fold import fold
from service.store.schedule import VIETNAM
from service.store.tables import Document

MEDIA_TYPE = "application/xml"
NEW, RECALLED, REPLACING = "0", "1", "3"  # BussinessDocType
# Priority, by what stands on the page.
_PRIORITIES = {"khan": "1", "thuong khan": "2", "hoa toc": "3", "hoa toc hen gio": "4"}
_ADMINISTRATIVE = "2"  # DocumentType/Type of what is no law; receivers go by TypeName

ET.register_namespace("edXML", NAMESPACE)


@dataclass(frozen=True, slots=True)
class Organ:
    """A party of the exchange: its code of at most 35 characters and, where it is known, its name."""

    code: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """From whom to whom, by whose code the document is known, and what SteeringType the exchange knows it by."""

    sender: Organ
    receivers: Sequence[Organ]
    issuer: str
    steering: int


def message(
    document: Document,
    directive: Directive,
    tasks: Sequence[Task],
    replaced: Sequence[Document],
    way: Way,
    now: datetime,
    below: float,
) -> ET.Element:
    """The message as far as the record goes; whether it may leave, `edxml_rules.breaches` says.

    A document that was recalled gives the message that recalls it, which carries no tasks.
    """
    recalled = document.withdrawn_at is not None
    kind = RECALLED if recalled else REPLACING if replaced else NEW
    files = {} if recalled else {"phu-luc-nhiem-vu.xlsx": _workbook(document, tasks, below)}
    number, notation = _code(document.number)
    signer = directive.signer
    content: dict[str, Any] = {
        "edXMLEnvelope": {
            "edXMLHeader": {
                "MessageHeader": {
                    "From": _organ(way.sender),
                    "To": [_organ(receiver) for receiver in way.receivers],
                    "Code": {"CodeNumber": number, "CodeNotation": notation},
                    "PromulgationInfo": {"Place": document.place, "PromulgationDate": _day(document.issued_on)},
                    "DocumentType": {
                        "Type": _ADMINISTRATIVE,
                        "TypeName": document.kind.capitalize() if document.kind else None,
                    },
                    "Subject": document.subject,
                    "Content": None if recalled else f"Giao {len(tasks)} nhiệm vụ; phụ lục phân công kèm theo.",
                    "SignerInfo": {
                        "Competence": signer.authority if signer else None,
                        "Position": signer.title if signer else None,
                        "FullName": signer.name if signer else None,
                    },
                    "DueDate": _day(min((task.due for task in tasks if task.due and not task.recurring), default=None)),
                    "ToPlaces": {"Place": [recipient.text for recipient in directive.recipients]},
                    "OtherInfo": {
                        "Priority": _PRIORITIES.get(fold(directive.urgency or ""), "0"),
                        "PageAmount": str(document.pages) if document.pages else None,
                        "Appendixes": {"Appendix": ["Phụ lục phân công nhiệm vụ"]} if files else None,
                    },
                    "SteeringType": str(way.steering),
                    "DocumentId": _document_id(document, way.issuer),
                },
                "TraceHeaderList": {
                    "TraceHeader": {
                        "OrganId": way.sender.code,
                        "Timestamp": f"{now.astimezone(VIETNAM):%Y/%m/%d %H:%M:%S}",
                    },
                    "Bussiness": {
                        "BussinessDocType": kind,
                        "BussinessDocReason": document.withdrawn_why if recalled else None,
                        "DocumentId": _document_id(document, way.issuer),
                        "Paper": "0",
                        "ReplacementInfoList": {
                            "ReplacementInfo": [
                                {
                                    "DocumentId": _document_id(old, way.issuer),
                                    "OrganIdList": {"OrganId": [receiver.code for receiver in way.receivers]},
                                }
                                for old in replaced
                            ]
                        }
                        if kind == REPLACING
                        else None,
                    },
                },
            },
            "edXMLBody": {
                "edXMLManifest": {
                    "Reference": [
                        {"ContentId": f"cid:{name}", "ContentType": annex.MEDIA_TYPE, "AttachmentName": name}
                        for name in files
                    ]
                }
            },
        },
        "AttachmentEncoded": {
            "Attachment": [
                {
                    "ContentId": name,
                    "AttachmentName": name,
                    "ContentType": annex.MEDIA_TYPE,
                    "ContentTransferEncoded": _zipped(name, file),
                }
                for name, file in files.items()
            ]
        },
    }
    root = ET.Element(f"{{{NAMESPACE}}}edXML")
    root.extend(_elements(content))
    manifest = root.find(f".//{{{NAMESPACE}}}edXMLManifest")
    assert manifest is not None
    manifest.set("version", "1.0")
    return root


def to_bytes(root: ET.Element) -> bytes:
    """The message as a file."""
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _elements(content: Mapping[str, Any]) -> Iterator[ET.Element]:
    """Elements for text and for what they hold: of None none, of a list one each."""
    for name, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                continue
            element = ET.Element(f"{{{NAMESPACE}}}{name}")
            if isinstance(one, str):
                element.text = printable(one)
            else:
                element.extend(_elements(one))
            yield element


def _organ(organ: Organ) -> dict[str, str | None]:
    return {"OrganId": organ.code, "OrganName": organ.name}


def _code(number: str | None) -> tuple[str | None, str | None]:
    """ "02/CT-UBND" is number 02 of the series CT-UBND; papers of the Party have a hyphen there: "15-CT/TW"."""
    found = re.fullmatch(r"\s*(\d+\w*)\s*[/-]\s*(.+?)\s*", number or "")
    return (found[1], found[2]) if found else (None, number)


def _day(day: date | None) -> str | None:
    return f"{day.year:04d}/{day:%m/%d}" if day else None


def _document_id(document: Document, issuer: str) -> str | None:
    """The key by which offices know a document: code of the issuer, day, number and symbol."""
    if not (document.issued_on and document.number):
        return None
    return f"{issuer},{_day(document.issued_on)},{document.number}"


def _workbook(document: Document, tasks: Sequence[Task], below: float) -> bytes:
    out = io.BytesIO()
    annex.of_document(out, document, tasks, below)
    return out.getvalue()


def _zipped(name: str, file: bytes) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, file)
    return base64.b64encode(out.getvalue()).decode()
