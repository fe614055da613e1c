"""``/v1/…/citations``: what a document carries out, amends and replaces, and who refers to it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from service.api import cursor as cursors
from service.api.at_hand import AtHand, Reader
from service.api.paging import Cursor, Limit
from service.api.shapes import Confidence, Shape
from service.problems import Problem
from service.store import documents, tables
from service.study import fields, place, references
from service.study.references import Chain, Link

router = APIRouter(prefix="/v1", tags=["study"])

FieldKey = Annotated[str, Field(json_schema_extra={"enum": list(fields.FIELDS)})]
Relation = Literal["implements", "basis", "amends", "replaces", "annuls", "mention"]


class Named(Shape):
    """Một văn bản có trong kho / a document of the store."""

    id: UUID
    kind: str | None
    number: str | None
    issuer: str | None
    issued_on: date | None
    subject: str | None
    field: FieldKey | None = Field(description="Lĩnh vực, máy phân / field of government, told by the classifier")
    field_probability: float | None
    withdrawn: bool = Field(description="Đã thu hồi hoặc bị thay thế / recalled or replaced")
    address: str = Field(description="Trang của văn bản / its page", examples=["/documents/0198…"])

    @classmethod
    def of(cls, row: tables.Document) -> Self:
        return cls(
            id=row.id,
            kind=row.kind,
            number=row.number,
            issuer=row.issuer,
            issued_on=row.issued_on,
            subject=row.subject,
            field=row.field,
            field_probability=row.field_probability,
            withdrawn=row.withdrawn_at is not None,
            address=place.address(row.id, None),
        )


class Reference(Shape):
    """Một lần viện dẫn / a reference of one document to another."""

    relation: Relation = Field(
        description="Quan hệ: thực hiện, căn cứ, sửa đổi, thay thế, bãi bỏ, nhắc đến / why the document is named"
    )
    kind: str = Field(examples=["Quyết định"])
    number: str | None = Field(examples=["06/QĐ-TTg"])
    issued_on: date | None
    issuer: str | None
    subject: str | None
    text: str = Field(description="Nguyên văn / as printed")
    page: int | None
    confidence: Confidence
    by: Named = Field(description="Văn bản viện dẫn / the document that refers")
    address: str = Field(description="Mở trang tại chỗ viện dẫn / opens the page at the words")
    meant: Named | None = Field(
        description="Văn bản được viện dẫn, nếu có trong kho / the document meant, if it is here"
    )
    certainty: Literal["sure", "doubtful"] | None = Field(
        description="`doubtful`: trùng số nhưng chưa chắc là văn bản ấy, có thể có nhiều mục / the number fits, but the "
        "document may be another; there may be several"
    )

    @classmethod
    def of(cls, link: Link) -> Self:
        row = link.reference
        return cls(
            relation=row.relation,
            kind=row.kind,
            number=row.number,
            issued_on=row.issued_on,
            issuer=row.issuer,
            subject=row.subject,
            text=row.text,
            page=row.page,
            confidence=row.confidence,
            by=Named.of(row.document),
            address=place.address(row.document_id, row.page, (row.begins, row.ends)),
            meant=Named.of(link.meant) if link.meant else None,
            certainty=link.certainty,
        )


class ChainNode(Shape):
    """Một văn bản trong chuỗi / a document of the chain."""

    key: str = Field(description="Mã trong chuỗi này / its name within the chain")
    level: int = Field(description="Số bậc ở trên (dương) hay dưới (âm) văn bản được hỏi / steps above or below")
    document: Named | None = Field(description="Trống: chỉ được nhắc tên, chưa có trong kho / null: only named")
    label: str = Field(examples=["Quyết định 06/QĐ-TTg"])


class ChainEdge(Shape):
    """`citing` viện dẫn `cited` / refers to."""

    citing: str
    cited: str
    relation: Relation
    certainty: Literal["sure", "doubtful"] | None


class CitationChain(Shape):
    """Chuỗi văn bản từ trên xuống / the chain from above to below."""

    nodes: list[ChainNode]
    edges: list[ChainEdge]
    cut: bool = Field(description="Còn nữa, không đưa hết / there are more")

    @classmethod
    def of(cls, chain: Chain) -> Self:
        return cls(
            nodes=[
                ChainNode(
                    key=node.key,
                    level=node.level,
                    document=Named.of(node.document) if node.document else None,
                    label=references.label(node),
                )
                for node in sorted(chain.nodes.values(), key=lambda node: -node.level)
            ],
            edges=[
                ChainEdge(citing=one.citing, cited=one.cited, relation=one.relation, certainty=one.certainty)
                for one in chain.edges
            ],
            cut=chain.cut,
        )


class DocumentCitations(Shape):
    document: Named
    outgoing: list[Reference] = Field(description="Văn bản này viện dẫn / what it refers to")
    incoming: list[Reference] = Field(description="Viện dẫn văn bản này / who refers to it")
    chain: CitationChain


class NumberCitations(Shape):
    documents: list[Named] = Field(description="Văn bản có số này trong kho / documents of this number that are here")
    items: list[Reference]
    next_cursor: str | None


@router.get("/documents/{document_id}/citations", summary="Viện dẫn của một văn bản / citations of a document")
def get_citations(
    document_id: UUID,
    house: AtHand,
    actor: Reader,
    up: Annotated[
        int, Query(ge=0, le=references.DEPTH, description="Số bậc lên trên / steps up, to what it carries out")
    ] = 3,
    down: Annotated[
        int, Query(ge=0, le=references.DEPTH, description="Số bậc xuống dưới / steps down, to what carries it out")
    ] = 3,
) -> DocumentCitations:
    """Viện dẫn đến văn bản chưa có trong kho vẫn được giữ, và tự khớp khi văn bản ấy đến.

    References to documents that the store lacks are kept and find them on the day they arrive. A document comes once in a
    chain, however its members refer to each other; mentions carry no chain.
    """
    with house.database.reading() as session:
        document = documents.find(session, document_id, actor)
        if document is None:
            raise Problem("not-found")
        return DocumentCitations(
            document=Named.of(document),
            outgoing=[Reference.of(link) for link in references.outgoing(session, [document])[document.id]],
            incoming=[Reference.of(link) for link in references.incoming(session, [document])[document.id]],
            chain=CitationChain.of(references.chain(session, document, up=up, down=down)),
        )


@router.get("/citations", summary="Ai viện dẫn một số văn bản / who refers to a number")
def list_citations(
    house: AtHand,
    actor: Reader,
    number: Annotated[
        str,
        Query(
            min_length=1,
            max_length=100,
            description="Số, ký hiệu, viết thế nào cũng được / a number in any spelling",
            examples=["36-NQ/TW"],
        ),
    ],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> NumberCitations:
    """Kể cả khi văn bản mang số này không có trong kho / also where no document of this number is here."""
    after = None
    if cursor:
        document, position = cursors.decode(cursor, number, 2)
        try:
            after = UUID(document), int(position)
        except (ValueError, TypeError, AttributeError):
            raise Problem("bad-cursor") from None
    with house.database.reading() as session:
        named = references.numbered(session, number, actor.office)
        rows = references.citing(session, number, actor.office, after=after, limit=limit + 1)
        items = [Reference.of(link) for link in references.resolved(session, rows[:limit])]
    more = None
    if len(rows) > limit:
        more = cursors.encode([rows[limit - 1].document_id, rows[limit - 1].position], number)
    return NumberCitations(documents=[Named.of(one) for one in named], items=items, next_cursor=more)
