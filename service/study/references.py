"""Which document a reference means, who refers to a document, and the chain from a resolution down to a commune's plan.

Nothing about this is kept: a reference names a number, and which document that is, is asked of the store each time. So a
reference to a document that is not here waits for it without further ado, and finds it on the day that it arrives.

Numbers are given anew by every office in every year. A document is *surely* the one that is meant when number and day agree
and the issuers do not contradict each other, or when the number names its year and the issuers agree. It is a *doubtful*
candidate when number and issuer agree but a day is missing or differs within the year, or when number and day agree but not
the issuers. If several other documents would be surely meant, all of them are doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from service.store.fold import fold
from service.store.tables import Document, Reference
from service.study import numbers

Certainty = Literal["sure", "doubtful"]
RELATIONS = ("implements", "basis", "amends", "replaces", "annuls", "mention")
CHAIN = ("implements", "basis", "amends", "replaces", "annuls")  # a mention carries no chain

DEPTH = 6
MOST = 80  # documents of one chain
_AT_ONCE = 400
_PART = re.compile(r"^(?:ban thuong vu|ban chap hanh|thuong truc|chu tich|bi thu)\s+(?:dang bo\s+)?(?!trung uong|nuoc)")


@dataclass(frozen=True, slots=True)
class Link:
    """A reference and a document that it may mean; `meant` None where the store has none."""

    reference: Reference
    meant: Document | None
    certainty: Certainty | None


@dataclass(frozen=True, slots=True)
class Node:
    """A document in a chain, or one that is only named. `level` counts upwards from the document asked for."""

    key: str
    level: int
    document: Document | None
    named: Reference | None = None  # the first reference to it, where the store lacks it


@dataclass(frozen=True, slots=True)
class Edge:
    """`citing` refers to `cited`, both by their nodes' keys."""

    citing: str
    cited: str
    relation: str
    certainty: Certainty | None


@dataclass(slots=True)
class Chain:
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    cut: bool = False  # there were more documents than `MOST`


def outgoing(session: Session, documents: Iterable[Document]) -> dict[UUID, list[Link]]:
    """What each document refers to, in reading order; a reference comes once for each candidate."""
    ids = [document.id for document in documents]
    found: dict[UUID, list[Link]] = {id_: [] for id_ in ids}
    references = [
        one
        for start in range(0, len(ids), _AT_ONCE)
        for one in session.scalars(
            sa.select(Reference)
            .where(Reference.document_id.in_(ids[start : start + _AT_ONCE]))
            .order_by(Reference.document_id, Reference.position)
            .options(joinedload(Reference.document))
        )
    ]
    for link in resolved(session, references):
        found[link.reference.document_id].append(link)
    return found


def incoming(session: Session, documents: Iterable[Document]) -> dict[UUID, list[Link]]:
    """Who refers to each document, the newest first."""
    asked = {document.id: document for document in documents}
    symbols = sorted({document.symbol for document in asked.values() if document.symbol})
    found: dict[UUID, list[Link]] = {id_: [] for id_ in asked}
    candidates = _by_symbol(session, symbols)
    for start in range(0, len(symbols), _AT_ONCE):
        query = (
            sa.select(Reference)
            .where(Reference.symbol.in_(symbols[start : start + _AT_ONCE]))
            .order_by(Reference.document_id.desc(), Reference.position)
            .options(joinedload(Reference.document))
        )
        for reference in session.scalars(query):
            for link in links(reference, candidates.get(reference.symbol or "", ())):
                if link.meant and link.meant.id in found:
                    found[link.meant.id].append(link)
    return found


def citing(
    session: Session, number: str | None, office: UUID | None, *, after: tuple[UUID, int] | None, limit: int
) -> Sequence[Reference]:
    """References to a number in any spelling, whether or not the store has the document; without one, all references.

    Newest documents first.
    """
    query = sa.select(Reference)
    if number is not None:
        query = query.where(Reference.symbol == numbers.symbol(number))
    if office:
        query = query.where(Reference.office_id == office)
    if after:
        same = sa.and_(Reference.document_id == after[0], Reference.position > after[1])
        query = query.where(sa.or_(Reference.document_id < after[0], same))
    order = (Reference.document_id.desc(), Reference.position)
    return session.scalars(query.order_by(*order).limit(limit).options(joinedload(Reference.document))).all()


def resolved(session: Session, some: Sequence[Reference]) -> list[Link]:
    """What each reference means, in their order."""
    candidates = _by_symbol(session, {one.symbol for one in some if one.symbol})
    return [link for one in some for link in links(one, candidates.get(one.symbol or "", ()))]


def numbered(session: Session, number: str, office: UUID | None) -> Sequence[Document]:
    """Documents of the store that have this number in any spelling, the newest first."""
    query = (
        sa.select(Document)
        .where(Document.symbol == numbers.symbol(number))
        .order_by(Document.issued_on.desc(), Document.id.desc())
    )
    return session.scalars(query.where(Document.office_id == office) if office else query).all()


def chain(session: Session, document: Document, *, up: int, down: int) -> Chain:
    """What a document carries out, and what carries it out, so many steps up and down. No document comes twice."""
    found = Chain({str(document.id): Node(str(document.id), 0, document)})
    for step, depth in ((1, up), (-1, down)):
        border = [document]
        for distance in range(1, depth + 1):
            links = outgoing(session, border) if step > 0 else incoming(session, border)
            border = [
                new
                for one in border
                for link in links[one.id]
                if link.reference.relation in CHAIN and (new := _add(found, link, step * distance, upwards=step > 0))
            ]
            if not border:
                break
    found.edges = list(dict.fromkeys(found.edges))
    return found


def label(node: Node) -> str:
    """What people call a document of a chain: "Quyết định 06/QĐ-TTg"."""
    kind, number, otherwise = (
        (node.document.kind, node.document.number, node.document.file_name)
        if node.document
        else (node.named.kind, node.named.number, node.named.text)
        if node.named
        else (None, None, node.key)
    )
    return f"{(kind or 'văn bản')[:1].upper()}{(kind or 'văn bản')[1:]} {number}" if number else otherwise


def _add(found: Chain, link: Link, level: int, *, upwards: bool) -> Document | None:
    """Put a link into the chain; the document at its far end where that is new."""
    reference = link.reference
    far = link.meant if upwards else reference.document
    key = str(far.id) if far else f"number:{reference.symbol or fold(reference.text)}"
    new = key not in found.nodes
    if new:
        if len(found.nodes) >= MOST:
            found.cut = True
            return None
        found.nodes[key] = Node(key, level, far, None if far else reference)
    cited = key if upwards else str(link.meant.id) if link.meant else key
    found.edges.append(Edge(str(reference.document_id), cited, reference.relation, link.certainty))
    return far if new else None


def _by_symbol(session: Session, symbols: Iterable[str]) -> Mapping[str, list[Document]]:
    wanted = sorted(symbols)
    found: dict[str, list[Document]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        query = sa.select(Document).where(Document.symbol.in_(wanted[start : start + _AT_ONCE]))
        for document in session.scalars(query):
            found.setdefault(document.symbol or "", []).append(document)
    return found


def links(reference: Reference, candidates: Iterable[Document]) -> list[Link]:
    """What a reference means among the documents that have its number. Nothing, where a document names itself."""
    itself = reference.document
    if reference.symbol and reference.symbol == itself.symbol and certainty(reference, itself) == "sure":
        return []
    judged: dict[Certainty, list[Document]] = {"sure": [], "doubtful": []}
    for document in candidates:
        possible = document.office_id == reference.office_id and document.id != reference.document_id
        if possible and (told := certainty(reference, document)):
            judged[told].append(document)
    if sure := judged["sure"]:
        # Another scan of the same document is no other document: the one in force, then the newest, stands for all.
        kinds = {(fold(one.issuer or ""), one.issued_on) for one in sure}
        if len(kinds) == 1:
            return [Link(reference, max(sure, key=lambda one: (one.withdrawn_at is None, one.id)), "sure")]
    doubtful = sorted(sure + judged["doubtful"], key=lambda one: one.id)
    return [Link(reference, one, "doubtful") for one in doubtful] or [Link(reference, None, None)]


def certainty(reference: Reference, document: Document) -> Certainty | None:
    """How surely a reference with a document's number means that document; None: not at all."""
    same_day = reference.issued_on == document.issued_on if reference.issued_on and document.issued_on else None
    year = numbers.year(reference.symbol)
    agree = _agree(reference, document)
    if same_day:
        return "doubtful" if agree is False else "sure"
    if agree is False:
        return None
    if same_day is None:
        return "sure" if agree and year else "doubtful"
    # Two days that differ: a slip of the pen or of the reader, if it is the same office's number of that year.
    within = reference.issued_on and document.issued_on and reference.issued_on.year == document.issued_on.year
    return "doubtful" if agree and (year or within) else None


def _agree(reference: Reference, document: Document) -> bool | None:
    """Whether the issuers are one, as far as the words tell; None where either is not named.

    An issuer without its place ("Ủy ban nhân dân tỉnh") is that of the citing document's own place.
    """
    named, issuer = _body(reference.issuer), _body(document.issuer)
    if not issuer:
        return None
    if not named:
        return True if _body(reference.document.issuer) == issuer and not reference.issued_on else None
    if named == issuer:
        return True
    if issuer.startswith(named):
        return _place(reference.document) == _place(document) or None
    return named.startswith(issuer)


def _body(name: str | None) -> str:
    """A body for its own committees and its head: "Ban Thường vụ Tỉnh ủy" signs what "Tỉnh ủy" issues."""
    return _PART.sub("", fold(name or ""))


def _place(document: Document) -> str:
    return (document.issuer_id or document.issuer or "").partition("/")[0]
