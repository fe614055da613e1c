"""The same indicator over documents and years: found by its words, brought to one unit, drawn."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from corpus import indicators as labelled
from extractor.record import DirectiveRecord, Issuer, Period, Span, Target
from service import cli
from service.access.actor import the_service
from service.house import House
from service.store import offices, records, tables
from service.study import plot, units
from service.study.indicators import SAME, Indicator, indicator, likeness, likenesses
from tests.service.conftest import client_of, put
from tests.service.fakes import directive

Json = dict[str, Any]
_names = (f"văn bản {n}" for n in count())


def target(words: str, value: str, unit: str | None, year: int | None, **more: Any) -> Target:
    return Target(
        id=f"t{next(_names)}",
        indicator=words,
        value=value,
        unit=unit,
        period=Period(end=date(year, 12, 31)) if year else None,
        text=f"{words} đạt {value} {unit}",
        confidence=0.9,
        **more,
    )


def document(number: str, year: int, *targets: Target, **header: Any) -> DirectiveRecord:
    record = directive(next(_names) + " tỷ lệ hộ nghèo giảm còn 0,9 %", number=number, lead="Sở Lao động", tasks=1)
    changed = record.directive.model_copy(update={"issued_on": date(year, 1, 15)} | header)
    return record.model_copy(update={"directive": changed, "targets": targets})


@pytest.fixture
def office(house: House) -> UUID:
    with house.database.writing() as session:
        return offices.add(session, the_service("tests"), next(_names)).id


@pytest.fixture
def ask(house: House, app: FastAPI, office: UUID) -> TestClient:
    return client_of(house, app, ["read"], office)


def _items(ask: TestClient, path: str, **query: Any) -> list[Json]:
    answer = ask.get(f"/v1/targets{path}", params=query)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


# Units


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("1.2", "nghìn tỷ đồng"), ("1200", "tỷ đồng")),
        (("3.5", "ha"), ("0.035", "km2")),
        (("2.1", "triệu lượt khách"), ("2100000", "lượt")),
        (("3.2", "tỷ USD"), ("3200", "triệu usd")),
        (("28.5", "nghìn người"), ("28500", "lao động")),
        (("90", "phút"), ("1.5", "giờ")),
        (("95", "%"), ("95", "phần trăm")),
        (("2", "nghìn hộ nghèo"), ("2000", "hộ nghèo")),
    ],
)
def test_amounts_come_down_to_one_unit(one: tuple[str, str], other: tuple[str, str]) -> None:
    (measure, amount), (same, alike) = units.converted(*one), units.converted(*other)
    assert measure == same and amount == pytest.approx(alike)


@pytest.mark.parametrize(
    ("one", "other"),
    [("%", "điểm %"), ("tỷ đồng", "tỷ USD"), ("hộ nghèo", "hộ cận nghèo"), ("xã", "phường"), ("ha", "km")],
)
def test_other_measures_stay_apart(one: str, other: str) -> None:
    assert units.amount(one).measure != units.amount(other).measure


# Indicators


def test_labelled_pairs_do_not_get_worse() -> None:
    every = labelled.pairs()
    built = [pair for pair in every if pair.part == "built"]
    held = [pair for pair in every if pair.part == "held"]
    assert len(built) + len(held) >= 80 and len(held) >= 40
    assert min(labelled.figures(built)) >= 0.95
    precision, recall = labelled.figures(held)
    assert precision >= 0.8 and recall >= 0.5


@given(st.permutations(["phấn đấu", "tỷ lệ", "hộ", "nghèo", "của", "xã", "Mẫu", "đạt"]))
def test_order_makes_no_difference(words: list[str]) -> None:
    assert likeness(indicator(" ".join(words)), indicator("Tỷ lệ hộ nghèo xã Mẫu")) >= SAME


@given(st.text(max_size=40), st.text(max_size=40))
def test_likeness_is_mutual_and_bounded(one: str, other: str) -> None:
    a, b = indicator(one), indicator(other)
    assert 0 <= likeness(a, b) <= 1 and likeness(a, b) == pytest.approx(likeness(b, a))
    assert not a.words or likeness(a, a) == 1


# Over documents


def test_one_indicator_is_one_line(house: House, ask: TestClient, office: UUID) -> None:
    for number, year, words, value in (
        ("01/CT-UBND", 2021, "Tỷ lệ hộ nghèo", "2.1"),
        ("02/CT-UBND", 2022, "phấn đấu tỷ lệ hộ nghèo toàn tỉnh", "1.4"),
        ("03/CT-UBND", 2023, "tỷ lệ hộ nghèo đa chiều", "0.9"),
    ):
        put(
            house,
            document(number, year, target(words, value, "%", year), target("tỷ lệ hộ cận nghèo", "3", "%", year)),
            office,
        )
    put(house, document("04/CT-UBND", 2024, target("Tỷ lệ hộ nghèo", "1", "%", 2024, change="decrease")), office)
    first, *others = _items(ask, "/series", q="ty le ho ngheo")
    assert [(point["value"], point["on"]) for point in first["points"]] == [
        (2.1, "2021-12-31"),
        (1.4, "2022-12-31"),
        (0.9, "2023-12-31"),
    ]
    assert set(first["names"]) == {"Tỷ lệ hộ nghèo", "phấn đấu tỷ lệ hộ nghèo toàn tỉnh", "tỷ lệ hộ nghèo đa chiều"}
    assert {(one["name"], one["change"]) for one in others} == {
        ("tỷ lệ hộ cận nghèo", "level"),
        ("Tỷ lệ hộ nghèo", "decrease"),
    }


def test_units_of_a_line_are_one(house: House, ask: TestClient, office: UUID) -> None:
    for year, value, unit in ((2021, "950.5", "tỷ đồng"), (2022, "1.2", "nghìn tỷ đồng"), (2023, "1350", "tỷ đồng")):
        put(house, document("01/CT-UBND", year, target("Thu ngân sách trên địa bàn", value, unit, None)), office)
    [series] = _items(ask, "/series", q="thu ngân sách")
    assert series["unit"] == "tỷ đồng"
    assert [point["value"] for point in series["points"]] == pytest.approx([950.5, 1200, 1350])
    assert {point["dated_by"] for point in series["points"]} == {"issue"}
    assert [point["target"]["value"] for point in series["points"]] == ["950.5", "1.2", "1350"], "as printed"


def test_what_may_be_the_same_is_said_to_be_doubtful(house: House, ask: TestClient, office: UUID) -> None:
    for words in ("tỷ lệ dân số đô thị dùng nước sạch", "tỷ lệ dân số nông thôn dùng nước sạch"):
        put(house, document("01/CT-UBND", 2022, target(words, "95", "%", 2025)), office)
    one, other = _items(ask, "/series", q="nước sạch")
    assert (one["near"], other["near"]) == ([1], [0])


def test_targets_are_found(house: House, app: FastAPI, ask: TestClient, office: UUID) -> None:
    here = {
        "issuer": Issuer(
            name="Ủy ban nhân dân tỉnh Quảng Ngãi", agency_id="tinh-quang-ngai/uy-ban-nhan-dan", confidence=1
        )
    }
    there = {
        "issuer": Issuer(name="Ủy ban nhân dân tỉnh Kon Tum", agency_id="tinh-kon-tum/uy-ban-nhan-dan", confidence=1)
    }
    record = document(
        "01/CT-UBND", 2022, target("Tỷ lệ hộ nghèo", "2", "%", 2025), target("trồng rừng", "5", "ha", None), **here
    )
    task = record.tasks[0].id
    record = record.model_copy(
        update={"targets": tuple(one.model_copy(update={"task_id": task}) for one in record.targets)}
    )
    first = put(house, record, office)
    second = put(house, document("02/CT-UBND", 2023, target("Tỷ lệ hộ nghèo", "3", "%", 2025), **there), office)

    def found(**query: Any) -> set[tuple[str, str]]:
        return {(one["document"]["id"], one["indicator"]) for one in _items(ask, "", **query)}

    poor = (str(first), "Tỷ lệ hộ nghèo")
    planted = (str(first), "trồng rừng")
    others = (str(second), "Tỷ lệ hộ nghèo")
    assert found() == {poor, planted, others}
    assert found(q="hộ nghèo") == {poor, others}
    assert found(unit="km2") == {planted}
    assert found(year=2025) == {poor, others}
    assert found(year=2022) == {planted}, "without a period, of issue"
    assert found(issuer="kon tum") == {others}
    assert found(agency="so lao dong") == {poor, planted}, "of the task"
    assert found(province="Kon Tum") == {others}
    assert found(province="Quảng Ngãi") == {poor, planted, others}, "Kon Tum was merged into it"
    assert found(document=str(second)) == {others}
    assert found(approved="true") == set()
    with house.database.writing() as session:
        row = session.get_one(tables.Document, second)
        records.approve(session, row, the_service("tests"))
    assert found(approved="true") == {others}
    assert _items(ask, "", approved="true")[0]["reviewed"]
    with house.database.writing() as session:
        records.withdraw(session, session.get_one(tables.Document, second), the_service("tests"), "sai")
    assert found() == {poor, planted} and found(withdrawn="true") == {poor, planted, others}
    stranger = client_of(house, app, ["read"])
    assert stranger.get("/v1/targets/series").json()["code"] == "invalid"
    assert client_of(house, app, ["upload"], office).get("/v1/targets").status_code == 403
    with house.database.writing() as session:
        elsewhere = offices.add(session, the_service("tests"), next(_names)).id
    assert _items(client_of(house, app, ["read"], elsewhere), "", q="hộ nghèo") == []


def test_pages_follow_each_other(house: House, ask: TestClient, office: UUID) -> None:
    put(
        house, document("01/CT-UBND", 2022, *(target(f"chỉ tiêu số {n}", str(n), "xã", 2025) for n in range(5))), office
    )
    put(
        house,
        document("02/CT-UBND", 2022, *(target(f"chỉ tiêu số {n}", str(n), "xã", 2025) for n in range(5, 8))),
        office,
    )
    seen: list[str] = []
    query: Json = {"limit": 3}
    while True:
        page = ask.get("/v1/targets", params=query).json()
        seen += [one["value"] for one in page["items"]]
        if not page["next_cursor"]:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == ["5", "6", "7", "0", "1", "2", "3", "4"]


def test_a_value_leads_to_its_place(house: House, ask: TestClient, office: UUID) -> None:
    record = document("01/CT-UBND", 2022, target("Tỷ lệ hộ nghèo", "0.9", "%", 2025))
    text = record.source.pages[0].text
    begins = text.index("tỷ lệ")
    span = Span(page=1, start=begins, end=begins + len("tỷ lệ hộ nghèo"))
    placed = record.targets[0].model_copy(update={"spans": (span,)})
    put(house, record.model_copy(update={"targets": (placed,)}), office)
    [found] = _items(ask, "")
    assert found["citation"] == "Chỉ thị số 01/CT-UBND ngày 15/01/2022 của Ủy ban nhân dân tỉnh Bình Minh, tr. 1"
    page = ask.get(found["address"], headers={"Accept": "text/html"})
    assert page.status_code == 200 and "<mark>tỷ lệ hộ nghèo</mark>" in page.text
    for odd in ("at=-1-x", "at=99999999-5", "at=9-3"):
        assert ask.get(f"{found['address'].partition('?')[0]}?{odd}").status_code == 200
    assert ask.get(found["address"].replace("/pages/1", "/pages/7")).status_code == 404
    shown = ask.get("/targets", params={"q": "hộ nghèo", "year": ""}, headers={"Accept": "text/html"})
    assert shown.status_code == 200 and found["address"].replace("&", "&amp;") in shown.text


def test_provinces_are_one_line_or_apart_as_they_were_or_as_they_are(
    house: House, ask: TestClient, office: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    for issuer, issuer_id, value in (
        ("Ủy ban nhân dân tỉnh Kon Tum", "tinh-kon-tum/uy-ban-nhan-dan", "5"),
        ("Ủy ban nhân dân tỉnh Quảng Ngãi", "tinh-quang-ngai/uy-ban-nhan-dan", "6"),
        ("Bộ Nội vụ", None, "7"),
    ):
        whose = Issuer(name=issuer, agency_id=issuer_id, confidence=1)
        put(house, document("08/CT", 2023, target("Tỷ lệ hồ sơ trễ hạn", value, "%", 2023), issuer=whose), office)

    def lines(**query: Any) -> dict[str | None, list[float]]:
        items = _items(ask, "/series", q="ho so tre han", **query)
        return {one["province"]: sorted(point["value"] for point in one["points"]) for one in items}

    assert lines() == {None: [5, 6, 7]}
    assert lines(apart="then") == {"Kon Tum": [5], "Quảng Ngãi": [6], None: [7]}
    assert lines(apart="today") == {"Quảng Ngãi": [5, 6], None: [7]}
    shown = ask.get("/targets", params={"q": "ho so tre han", "apart": "today"}, headers={"Accept": "text/html"})
    assert "(Quảng Ngãi, %)" in shown.text
    arguments = cli._parser().parse_args(["targets", "ho so tre han", "--apart", "then"])
    assert arguments.run(arguments, house.settings) == 0
    assert "Tỷ lệ hồ sơ trễ hạn (Kon Tum, %)" in capsys.readouterr().out


def test_the_command_prints_table_and_plot(house: House, office: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    parser = cli._parser()

    def run(words: str) -> int:
        arguments = parser.parse_args(["targets", words])
        status: int = arguments.run(arguments, house.settings)
        return status

    for year, value in ((2021, "61.5"), (2023, "70")):
        put(house, document("07/CT-UBND", year, target("Tỷ lệ che phủ rừng", value, "%", year)), office)
    assert run("ty le che phu rung") == 0
    said = capsys.readouterr().out
    assert "Tỷ lệ che phủ rừng (%)" in said and "31/12/2023" in said and "61,5" in said and "●" in said
    assert run("không có") == 3


# Plots


@given(st.lists(st.floats(-1e12, 1e12).map(lambda value: round(value, 3)), min_size=1, max_size=20))
def test_a_scale_holds_all_values(values: list[float]) -> None:
    steps = plot.rounded(values)
    assert 2 <= len(steps) <= 12
    room = 1e-6 * max(1.0, *map(abs, values))
    assert steps[0] <= min(values) + room and steps[-1] >= max(values) - room


def test_a_plot_needs_two_days() -> None:
    assert plot.plot([(date(2022, 1, 1), 1.0, None), (None, 2.0, None)]) is None
    drawn = plot.plot([(date(2022, 12, 31), 1.0, None), (date(2020, 12, 31), 2.0, 3.0), (None, 9.0, None)])
    assert drawn and [dot.index for dot in drawn.dots] == [0, 1]
    assert drawn.dots[0].x > drawn.dots[1].x and drawn.dots[0].y > drawn.dots[1].y > (drawn.dots[1].y_max or 0)
    assert {tick.label for tick in drawn.across} == {"2020", "2021", "2022"}


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1.234,5"), (0.9, "0,9"), (89490.478, "89.490,48"), (2.0, "2"), (-3.25, "-3,25")]
)
def test_numbers_as_vietnamese_write_them(value: float, text: str) -> None:
    assert plot.spoken(value) == text


@given(
    st.lists(
        st.sampled_from([side for pair in labelled.pairs() for side in (pair.left, pair.right)]), min_size=1, max_size=8
    )
)
def test_all_at_once_is_one_by_one(texts: list[str]) -> None:
    some = [indicator(text) for text in texts]
    found = likenesses(some)
    for n, one in enumerate(some):
        for m, other in enumerate(some):
            assert found[n, m] == pytest.approx(likeness(one, other), abs=0.35 if _clash(some) else 1e-6)


def _clash(some: list[Indicator]) -> bool:
    """Whether two words that fold alike weigh differently."""
    weights: dict[str, set[float]] = {}
    for one in some:
        for word, weight in one.weights.items():
            weights.setdefault(word, set()).add(weight)
    return any(len(each) > 1 for each in weights.values())
