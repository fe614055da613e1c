"""What a search finds, as a feed that programs look at again and again (Atom, RFC 4287): the documents that came last first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as etree

from service.export.printable import printable
from service.search.address import query_of
from service.search.look import Seen
from service.search.search import Asked
from service.study import place

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
_ATOM = "http://www.w3.org/2005/Atom"
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)  # a feed has to say when it changed, even when there is nothing in it


def feed(seen: Sequence[Seen], asked: Asked, address: str) -> bytes:
    """The feed. `address` is where the service is, with a slash at its end."""
    etree.register_namespace("", _ATOM)
    root = etree.Element(f"{{{_ATOM}}}feed", {"xml:lang": "vi"})
    query = query_of(asked)
    _text(root, "id", f"urn:directives:search:{query}")
    _text(root, "title", f"Tra cứu: {asked.text}" if asked.text else "Văn bản mới")
    _text(root, "updated", _moment(max((one.document.received_at for one in seen), default=_NEVER)))
    _link(root, f"{address}search?{query}", "alternate")
    _link(root, f"{address}v1/search.atom?{query}", "self")
    for one in seen:
        document = one.document
        entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
        # One entry a document, whatever comes of it later: nobody is told twice.
        _text(entry, "id", f"urn:uuid:{document.id}")
        title = place.citation(document)
        _text(entry, "title", f"{title}: {document.subject}" if document.subject else title)
        _text(entry, "updated", _moment(document.received_at))
        _link(entry, address + one.address.removeprefix("/"), "alternate")
        _text(etree.SubElement(entry, f"{{{_ATOM}}}author"), "name", document.issuer or document.file_name)
        before, behind = ("… " if one.snippet.cut_before else ""), (" …" if one.snippet.cut_behind else "")
        _text(entry, "summary", before + one.snippet.text + behind)
    body: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _text(parent: etree.Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = printable(text)


def _link(parent: etree.Element, address: str, rel: str) -> None:
    etree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": address})
