"""What a message of the document exchange has to look like (QCVN 102:2016/BTTTT): the table, and the check against it.

The table is the tree of elements in their order. Behind a name stands how often it comes (nothing: once, ``?`` at most
once, ``*`` any number, ``+`` at least once), then its attributes (``@name``, or ``@name=value`` where only that is right),
then what it holds (a key of `HOLDS`). "Bussiness" is how the standard spells it.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from xml.etree import ElementTree as ET

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

TABLE = """
edXML
    edXMLEnvelope
        edXMLHeader
            MessageHeader
                From
                    OrganId                             code
                    OrganizationInCharge?               text
                    OrganName                           text
                    OrganAdd?                           text
                    Email?                              text
                    Telephone?                          text
                    Fax?                                text
                    Website?                            text
                To+
                    OrganId                             code
                    OrganizationInCharge?               text
                    OrganName?                          text
                    OrganAdd?                           text
                    Email?                              text
                    Telephone?                          text
                    Fax?                                text
                    Website?                            text
                Code
                    CodeNumber                          text
                    CodeNotation                        text
                PromulgationInfo
                    Place                               text
                    PromulgationDate                    date
                DocumentType
                    Type                                text
                    TypeName                            text
                    TypeDetail?                         text
                Subject                                 text
                Content?                                text
                SignerInfo
                    Competence?                         text
                    Position?                           text
                    FullName                            text
                DueDate?                                date
                ToPlaces?
                    Place*                              text
                OtherInfo
                    Priority                            0-4
                    SphereOfPromulgation?               text
                    TyperNotation?                      text
                    PromulgationAmount?                 number
                    PageAmount?                         number
                    Direction?                          text
                    Appendixes?
                        Appendix*                       text
                ResponseFor*
                    OrganId                             code
                    Code                                text
                    PromulgationDate                    date
                    DocumentId                          document
                SteeringType                            0-2
                DocumentId                              document
            TraceHeaderList @id @version @mustUnderstand @actor
                TraceHeader+
                    OrganId                             code
                    Timestamp                           moment
                Bussiness
                    BussinessDocType                    0-4
                    BussinessDocReason?                 text
                    BussinessDocumentInfo?
                        DocumentInfo?                   text
                        DocumentReceiver?               text
                        ReceiverList?
                            Receiver*
                                ReceiverType            text
                                OrganId                 code
                    DocumentId                          document
                    StaffInfo?
                        Department?                     text
                        Staff?                          text
                        Email?                          text
                        Mobile?                         text
                    Paper                               0-1
                    ReplacementInfoList?
                        ReplacementInfo+
                            DocumentId                  document
                            OrganIdList
                                OrganId+                code
            Signature?                                  any
        edXMLBody
            edXMLManifest @version=1.0
                Reference*
                    ContentId                           reference
                    ContentType                         text
                    Description?                        text
                    AttachmentName                      text
    AttachmentEncoded
        Attachment*
            ContentId                                   content
            AttachmentName                              text
            Description?                                text
            ContentType                                 text
            ContentTransferEncoded                      zip
"""

# Agency codes: groups of figures and capitals between points, 35 characters at most (Decision 20/2020/QĐ-TTg; the older
# form of QCVN 102:2016, 000.00.00.H24, is one of them).
_CODE = re.compile(r"(?=.{1,35}$)[0-9A-Z]+(\.[0-9A-Z]+)*")


def _date(text: str) -> bool:
    return _is(text, "%Y/%m/%d", r"\d{4}/\d\d/\d\d")


def _moment(text: str) -> bool:
    return _is(text, "%Y/%m/%d %H:%M:%S", r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d")


def _is(text: str, pattern: str, shape: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return re.fullmatch(shape, text, re.ASCII) is not None


def _document(text: str) -> bool:
    code, _, rest = text.partition(",")
    day, _, number = rest.partition(",")
    return _CODE.fullmatch(code) is not None and _date(day) and bool(number.strip())


def _zip(text: str) -> bool:
    try:
        return zipfile.is_zipfile(io.BytesIO(base64.b64decode(text, validate=True)))
    except binascii.Error:
        return False


# What an element holds: the test, and what is said when it fails.
HOLDS: dict[str, tuple[Callable[[str], object], str, str]] = {
    "text": (str.strip, "phải có nội dung", "must not be empty"),
    "number": (re.compile(r"\d+", re.ASCII).fullmatch, "phải là số", "must be a number"),
    "code": (
        _CODE.fullmatch,
        "phải là mã định danh, ví dụ H24.10 hoặc 000.00.10.H24",
        "must be an agency code, such as H24.10 or 000.00.10.H24",
    ),
    "date": (_date, "phải là ngày dạng yyyy/MM/dd", "must be a day as yyyy/MM/dd"),
    "moment": (_moment, "phải là thời điểm dạng yyyy/MM/dd HH:mm:ss", "must be a moment as yyyy/MM/dd HH:mm:ss"),
    "document": (
        _document,
        "phải có dạng mã định danh,yyyy/MM/dd,số ký hiệu",
        "must be agency code,yyyy/MM/dd,number and symbol",
    ),
    "0-1": (re.compile("[01]").fullmatch, "phải là 0 hoặc 1", "must be 0 or 1"),
    "0-2": (re.compile("[0-2]").fullmatch, "phải là 0 đến 2", "must be 0 to 2"),
    "0-4": (re.compile("[0-4]").fullmatch, "phải là 0 đến 4", "must be 0 to 4"),
    "reference": (re.compile(r"cid:\S+").fullmatch, 'phải bắt đầu bằng "cid:"', 'must begin with "cid:"'),
    "content": (re.compile(r"(?!cid:)\S+").fullmatch, 'không bắt đầu bằng "cid:"', 'must not begin with "cid:"'),
    "zip": (_zip, "phải là tệp zip mã hóa base64", "must be a zip file in base64"),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a message breaks, and the element that breaks it."""

    path: str
    message: str
    message_en: str


@dataclass(slots=True)
class _Rule:
    name: str
    often: str
    attributes: dict[str, str]
    holds: str
    children: list[_Rule] = field(default_factory=list)


def breaches(message: ET.Element) -> list[Breach]:
    """Everything that is wrong with a message; nothing when it may leave."""
    found = list(_of_element(message, _read(TABLE), _name(message)))
    return found or list(_between(message))


@cache
def _read(table: str) -> _Rule:
    """The table as a tree."""
    roots: list[_Rule] = []
    above: list[tuple[int, list[_Rule]]] = [(-1, roots)]
    for line in filter(None, table.splitlines()):
        depth = len(line) - len(line.lstrip())
        name, *rest = line.split()
        attributes = dict(word[1:].partition("=")[::2] for word in rest if word.startswith("@"))
        holds = next((word for word in rest if not word.startswith("@")), "")
        rule = _Rule(name.rstrip("?*+"), name[-1] if name[-1] in "?*+" else "", attributes, holds)
        while above[-1][0] >= depth:
            above.pop()
        above[-1][1].append(rule)
        above.append((depth, rule.children))
    return roots[0]


def _name(element: ET.Element) -> str:
    """The element's name within the namespace; with another namespace it stays as it is, and fits nowhere."""
    return element.tag.removeprefix("{" + NAMESPACE + "}") if element.tag.startswith("{" + NAMESPACE) else element.tag


def _of_element(element: ET.Element, rule: _Rule, path: str) -> Iterator[Breach]:
    if _name(element) != rule.name:
        yield Breach(path, f"phải là {rule.name}", f"must be {rule.name}")
        return
    if rule.holds == "any":
        return
    for name, value in element.attrib.items():
        if name not in rule.attributes:
            yield Breach(f"{path}/@{name}", "thuộc tính không có trong quy chuẩn", "the standard has no such attribute")
        elif rule.attributes[name] not in ("", value):
            wanted = rule.attributes[name]
            yield Breach(f"{path}/@{name}", f"phải là {wanted}", f"must be {wanted}")
    for name, value in rule.attributes.items():
        if value and name not in element.attrib:
            yield Breach(f"{path}/@{name}", f"phải là {value}", f"must be {value}")
    if rule.holds:
        test, message, message_en = HOLDS[rule.holds]
        if len(element) or not test(element.text or ""):
            yield Breach(path, message, message_en)
    else:
        if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
            yield Breach(path, "không được có chữ ngoài các phần tử", "must hold elements only")
        yield from _of_children(list(element), rule.children, path)


def _of_children(elements: list[ET.Element], rules: Iterable[_Rule], path: str) -> Iterator[Breach]:
    """The elements in the order of the rules, each as often as its rule says."""
    for rule in rules:
        place = f"{path}/{rule.name}"
        count = 0
        while elements and _name(elements[0]) == rule.name and (count == 0 or rule.often in ("*", "+")):
            count += 1
            yield from _of_element(elements.pop(0), rule, f"{place}[{count}]" if rule.often in ("*", "+") else place)
        if count == 0 and rule.often in ("", "+"):
            yield Breach(place, "thiếu, hoặc sai thứ tự", "is missing or out of order")
    for element in elements:
        yield Breach(f"{path}/{_name(element)}", "thừa, hoặc sai thứ tự", "is not wanted or out of order")


def _between(message: ET.Element) -> Iterator[Breach]:
    """What elements have to do with each other."""

    def at(path: str) -> str:
        return message.findtext("/".join("{" + NAMESPACE + "}" + name for name in path.split("/")), "")

    def all_at(name: str) -> list[str]:
        return [(found.text or "") for found in message.iterfind(f".//{{{NAMESPACE}}}{name}")]

    header = "edXMLEnvelope/edXMLHeader/MessageHeader"
    trace = "edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
    document = at(f"{header}/DocumentId")
    if at(f"{trace}/DocumentId") != document:
        yield Breach(
            f"edXML/{trace}/DocumentId", f"phải trùng {header}/DocumentId", f"must be that of {header}/DocumentId"
        )
    if document.split(",")[1] != at(f"{header}/PromulgationInfo/PromulgationDate"):
        yield Breach(f"edXML/{header}/DocumentId", "phải mang ngày ban hành", "must hold the day of promulgation")
    kind = at(f"{trace}/BussinessDocType")
    if kind == "1" and not at(f"{trace}/BussinessDocReason"):
        yield Breach(f"edXML/{trace}/BussinessDocReason", "phải có khi thu hồi", "is needed to recall")
    replaced = "ReplacementInfoList/ReplacementInfo/DocumentId"
    if (kind == "3") != bool(at(f"{trace}/{replaced}")):
        yield Breach(
            f"edXML/{trace}/{replaced}", "có khi và chỉ khi thay thế", "is there when a document is replaced, only then"
        )
    references = [name.removeprefix("cid:") for name in all_at("Reference/{" + NAMESPACE + "}ContentId")]
    contents = all_at("Attachment/{" + NAMESPACE + "}ContentId")
    if references != contents or len(set(contents)) != len(contents):
        yield Breach(
            "edXML/edXMLEnvelope/edXMLBody/edXMLManifest",
            "mỗi tệp đính kèm phải có đúng một Reference, cùng thứ tự",
            "each attachment needs exactly one reference, in the same order",
        )
