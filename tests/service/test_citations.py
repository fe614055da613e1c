"""Who refers to whom: numbers in any spelling, references that wait for their document, and chains without end."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from extractor.record import Citation, DirectiveRecord, Issuer, Span
from service.access.actor import the_service
from service.house import House
from service.store import offices, records, tables
from service.store.tables import Reference
from service.study import numbers, picture, references, rows
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]
PROVINCE = "Ủy ban nhân dân tỉnh Bình Minh"

_names = (f"văn bản {n}" for n in count())


def cites(number: str, day: date | None = None, *, issuer: str | None = None, relation: Any = "basis") -> Citation:
    return Citation(
        kind="Quyết định", number=number, issued_on=day, issuer=issuer, relation=relation, text=f"Quyết định {number}"
    )


def document(
    number: str,
    day: date | None,
    *cited: Citation,
    issuer: str = PROVINCE,
    issuer_id: str | None = None,
    text: str = "",
) -> DirectiveRecord:
    record = directive(text or next(_names), number=number, lead="Sở Y tế", tasks=1)
    header = record.directive.model_copy(
        update={"issued_on": day, "issuer": Issuer(name=issuer, agency_id=issuer_id, confidence=0.9)}
    )
    return record.model_copy(update={"directive": header, "citations": cited})


@pytest.fixture
def office(house: House) -> UUID:
    """One of each test's own: numbers are given again and again."""
    with house.database.writing() as session:
        return offices.add(session, the_service("tests"), next(_names)).id


@pytest.fixture
def ask(house: House, app: FastAPI, office: UUID) -> TestClient:
    return client_of(house, app, ["read"], office)


def _citations(ask: TestClient, id_: UUID, **query: Any) -> Json:
    answer = ask.get(f"/v1/documents/{id_}/citations", params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


# Numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("02/CT-UBND", "2/CT-UBND"),
        ("02/CT-UBND", "02 / CT – UBND"),
        ("02/CT-UBND", "Số: 02/ct-ubnd"),
        ("36-NQ/TW", "36/NQ-TW"),
        ("45/2008/CT-BGD&ĐT", "45/2008/CT-BGDĐT"),
        ("131-KL/TU", "131-KL / TU"),
        ("06/QĐ-TTg", "06/QD-TTG"),
    ],
)
def test_a_number_has_many_spellings(one: str, other: str) -> None:
    assert numbers.symbol(one) == numbers.symbol(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("02/CT-UBND", "20/CT-UBND"),
        ("02/CT-UBND", "02/CĐ-UBND"),
        ("45/2008/CT-BGDĐT", "45/2009/CT-BGDĐT"),
        ("10/KH-UBND", "1/KH-UBND"),
    ],
)
def test_other_numbers_stay_apart(one: str, other: str) -> None:
    assert numbers.symbol(one) != numbers.symbol(other)


@given(st.text(max_size=30))
def test_the_one_spelling_is_its_own(text: str) -> None:
    symbol = numbers.symbol(text)
    assert symbol is None or numbers.symbol(symbol) in (symbol, numbers.symbol(symbol.removeprefix("so-")))
    assert numbers.symbol(f"  {text} ") == symbol or text != text.strip()


# Which document is meant

DAY = date(2022, 1, 6)


@pytest.mark.parametrize(
    ("cited", "there", "told"),
    [
        (cites("6/QĐ-TTg", DAY, issuer="Thủ tướng Chính phủ"), ("06/QĐ-TTg", DAY, "Thủ tướng Chính phủ"), "sure"),
        (cites("6/QĐ-TTg", DAY), ("06/QĐ-TTg", DAY, "Thủ tướng Chính phủ"), "sure"),
        (cites("6/QĐ-TTg", None, issuer="Thủ tướng Chính phủ"), ("06/QĐ-TTg", DAY, "Thủ tướng Chính phủ"), "doubtful"),
        (
            cites("6/QĐ-TTg", date(2023, 1, 6), issuer="Thủ tướng Chính phủ"),
            ("06/QĐ-TTg", DAY, "Thủ tướng Chính phủ"),
            None,
        ),
        (
            cites("6/QĐ-TTg", date(2022, 1, 9), issuer="Thủ tướng Chính phủ"),
            ("06/QĐ-TTg", DAY, "Thủ tướng Chính phủ"),
            "doubtful",
        ),
        (
            cites("9/2022/QĐ-TTg", None, issuer="Thủ tướng Chính phủ"),
            ("09/2022/QĐ-TTg", DAY, "Thủ tướng Chính phủ"),
            "sure",
        ),
        (cites("5/KH-UBND", DAY, issuer="Ủy ban nhân dân tỉnh"), ("05/KH-UBND", DAY, PROVINCE), "sure"),
        (cites("5/KH-UBND", DAY, issuer="UBND tỉnh Khác"), ("05/KH-UBND", DAY, PROVINCE), "doubtful"),
        (cites("5/KH-UBND", None, issuer="Ủy ban nhân dân tỉnh Khác"), ("05/KH-UBND", DAY, PROVINCE), None),
        (cites("15-NQ/TU", DAY, issuer="Ban Thường vụ Tỉnh ủy"), ("15-NQ/TU", DAY, "Tỉnh ủy Bình Minh"), "sure"),
    ],
)
def test_what_a_reference_means(
    house: House, ask: TestClient, office: UUID, cited: Citation, there: tuple[str, date, str], told: str | None
) -> None:
    number, day, issuer = there
    meant = put(house, document(number, day, issuer=issuer), office)
    citing = put(house, document("11/KH-UBND", date(2023, 5, 5), cited, issuer_id="tinh-binh-minh/ubnd"), office)
    [found] = _citations(ask, citing)["outgoing"]
    assert found["certainty"] == told
    assert (found["meant"] or {}).get("id") == (str(meant) if told else None)
    back = _citations(ask, meant)["incoming"]
    assert [one["by"]["id"] for one in back] == ([str(citing)] if told else [])


def test_two_documents_that_fit_are_both_doubtful(house: House, ask: TestClient, office: UUID) -> None:
    for place in ("Bình Minh", "Hoàng Hôn"):
        put(house, document("05/KH-UBND", DAY, issuer=f"Ủy ban nhân dân tỉnh {place}"), office)
    citing = put(house, document("12/KH-UBND", None, cites("05/KH-UBND", DAY), issuer="Sở Y tế"), office)
    found = _citations(ask, citing)["outgoing"]
    assert [one["certainty"] for one in found] == ["doubtful", "doubtful"]
    assert {one["meant"]["issuer"] for one in found} == {PROVINCE, "Ủy ban nhân dân tỉnh Hoàng Hôn"}


def test_another_scan_is_no_other_document(house: House, ask: TestClient, office: UUID) -> None:
    put(house, document("05/KH-UBND", DAY), office)
    newest = put(house, document("05/KH-UBND", DAY), office)
    citing = put(house, document("12/KH-UBND", None, cites("05/KH-UBND", DAY)), office)
    [found] = _citations(ask, citing)["outgoing"]
    assert (found["certainty"], found["meant"]["id"]) == ("sure", str(newest))


def test_a_reference_waits_for_its_document(house: House, ask: TestClient, office: UUID) -> None:
    citing = put(house, document("12/KH-UBND", None, cites("99/QĐ-UBND", DAY)), office)
    [found] = _citations(ask, citing)["outgoing"]
    assert found["meant"] is None
    by_number = ask.get("/v1/citations", params={"number": "99 / QĐ-UBND"}).json()
    assert by_number["documents"] == [] and [one["by"]["id"] for one in by_number["items"]] == [str(citing)]
    arrived = put(house, document("99/QĐ-UBND", DAY), office)
    [found] = _citations(ask, citing)["outgoing"]
    assert (found["meant"]["id"], found["certainty"]) == (str(arrived), "sure")
    assert ask.get("/v1/citations", params={"number": "99/QĐ-UBND"}).json()["documents"][0]["id"] == str(arrived)


def test_who_refers_to_a_number_comes_page_by_page(house: House, ask: TestClient, office: UUID) -> None:
    those = {str(put(house, document(f"{n}/KH-UBND", None, cites("36-NQ/TW")), office)) for n in range(1, 6)}
    seen: list[str] = []
    query: Json = {"number": "36-NQ/TW", "limit": 2}
    while True:
        page = ask.get("/v1/citations", params=query).json()
        seen += [one["by"]["id"] for one in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == sorted(those, reverse=True)
    assert ask.get("/v1/citations", params=query | {"number": "37-NQ/TW"}).json()["code"] == "bad-cursor"


def test_other_offices_are_not_seen(house: House, app: FastAPI, ask: TestClient, office: UUID) -> None:
    with house.database.writing() as session:
        elsewhere = offices.add(session, the_service("tests"), next(_names)).id
    theirs = put(house, document("99/QĐ-UBND", DAY), elsewhere)
    put(house, document("13/KH-UBND", None, cites("77/QĐ-UBND")), elsewhere)
    citing = put(house, document("12/KH-UBND", None, cites("99/QĐ-UBND", DAY)), office)
    assert _citations(ask, citing)["outgoing"][0]["meant"] is None
    assert ask.get("/v1/citations", params={"number": "77/QĐ-UBND"}).json()["items"] == []
    assert ask.get(f"/v1/documents/{theirs}/citations").status_code == 404
    assert client_of(house, app, ["upload"], office).get("/v1/citations", params={"number": "1"}).status_code == 403


# The chain


def test_from_a_resolution_to_a_commune(house: House, ask: TestClient, office: UUID) -> None:
    chain = [
        ("36-NQ/TW", "Ban Chấp hành Trung ương"),
        ("06/QĐ-TTg", "Thủ tướng Chính phủ"),
        ("15/KH-UBND", PROVINCE),
        ("34/KH-UBND", "Ủy ban nhân dân xã Nam Hòa"),
    ]
    ids: list[UUID] = []
    above: tuple[Citation, ...] = ()
    for n, (number, issuer) in enumerate(chain):
        day = date(2020 + n, 3, 1)
        ids.append(put(house, document(number, day, *above, issuer=issuer), office))
        above = (cites(number, day, issuer=issuer),)
    found = _citations(ask, ids[2], up=3, down=3)["chain"]
    levels = {node["document"]["id"]: node["level"] for node in found["nodes"]}
    assert levels == {str(ids[0]): 2, str(ids[1]): 1, str(ids[2]): 0, str(ids[3]): -1}
    assert {(edge["citing"], edge["cited"]) for edge in found["edges"]} == {
        (str(ids[n + 1]), str(ids[n])) for n in range(3)
    }
    assert len(_citations(ask, ids[3], up=1)["chain"]["nodes"]) == 2, "no further than asked"
    assert len(_citations(ask, ids[3], up=0, down=0)["chain"]["nodes"]) == 1


def test_documents_that_refer_to_each_other_come_once(house: House, ask: TestClient, office: UUID) -> None:
    first = put(house, document("01/QĐ-UBND", DAY, cites("02/QĐ-UBND", DAY)), office)
    second = put(house, document("02/QĐ-UBND", DAY, cites("01/QĐ-UBND", DAY), cites("02/QĐ-UBND", DAY)), office)
    found = _citations(ask, first, up=6, down=6)["chain"]
    assert sorted(node["key"] for node in found["nodes"]) == sorted([str(first), str(second)])
    assert {(edge["citing"], edge["cited"]) for edge in found["edges"]} == {
        (str(first), str(second)),
        (str(second), str(first)),
    }


def test_a_mention_carries_no_chain_and_the_absent_are_shown(house: House, ask: TestClient, office: UUID) -> None:
    cited = (
        cites("50/QĐ-UBND", DAY, relation="mention"),
        cites("51/QĐ-UBND", DAY),
        cites("52/QĐ-UBND", relation="replaces"),
    )
    id_ = put(house, document("12/KH-UBND", None, *cited), office)
    nodes = _citations(ask, id_)["chain"]["nodes"]
    assert sorted(node["label"] for node in nodes if not node["document"]) == [
        "Quyết định 51/QĐ-UBND",
        "Quyết định 52/QĐ-UBND",
    ]


def test_a_large_chain_is_cut_and_drawn(house: House, office: UUID) -> None:
    cited = tuple(cites(f"{n}/QĐ-UBND") for n in range(1, 120))
    id_ = put(house, document("12/KH-UBND", None, *cited), office)
    with house.database.reading() as session:
        chain = references.chain(session, session.get_one(tables.Document, id_), up=3, down=3)
    assert chain.cut and len(chain.nodes) == references.MOST
    drawn = picture.of(chain)
    assert drawn and len(drawn.boxes) == picture.ROW + 1 and len(drawn.lines) == picture.ROW
    assert drawn.hidden == references.MOST - picture.ROW  # of the nodes, and one that stands for those cut off
    assert all(
        0 <= box.x <= drawn.width - picture.WIDTH and box.y <= drawn.height - picture.HEIGHT for box in drawn.boxes
    )


# Rows


@pytest.mark.parametrize(
    ("before", "relation", "finer"),
    [
        ("Chỉ thị này bãi bỏ ", "replaces", "annuls"),
        ("Kế hoạch này thay thế, bãi bỏ ", "replaces", "replaces"),
        ("Chỉ thị này thay thế ", "replaces", "replaces"),
        ("Triển khai thực hiện ", "basis", "implements"),
        ("Căn cứ ", "basis", "basis"),
        ("Thực hiện nhiệm vụ năm. Căn cứ ", "basis", "basis"),
        ("Thực hiện ", "mention", "mention"),
    ],
)
def test_why_a_document_is_named(before: str, relation: Any, finer: str) -> None:
    span = Span(page=1, start=len(before), end=len(before) + 5)
    cited = cites("01/QĐ-UBND", relation=relation).model_copy(update={"spans": (span,)})
    assert rows.relation(cited, {1: before + "Quyết định 01/QĐ-UBND"}) == finer


def test_rows_follow_the_record(house: House, office: UUID) -> None:
    id_ = put(house, document("12/KH-UBND", None, cites("01/QĐ-UBND"), cites("02/QĐ-UBND")), office)
    with house.database.writing() as session:
        row = session.get_one(tables.Document, id_)
        records.keep_reading(
            session, row, document("12/KH-UBND", None, cites("03/QĐ-UBND")), pipeline_version="2", job_id=None
        )

    def laid_out() -> list[str | None]:
        with house.database.reading() as session:
            return list(session.scalars(sa.select(Reference.symbol).where(Reference.document_id == id_)))

    assert laid_out() == ["3-qd-ubnd"]
    with house.database.writing() as session:
        session.execute(sa.delete(Reference).where(Reference.document_id == id_))
        session.execute(sa.update(tables.Document).values(studied=None).where(tables.Document.id == id_))
    assert rows.catch_up(house.database) == 1
    assert rows.catch_up(house.database) == 0
    assert laid_out() == ["3-qd-ubnd"]
