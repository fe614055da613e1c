"""Task tables of annexes: one row a task, cells in the order of the columns."""

from __future__ import annotations

import pytest
from laid import FOOT, directive

from extractor.facts.tables import Row, find_rows

HEADER = "TT\nNội dung nhiệm vụ\nCơ quan chủ trì\nCơ quan phối hợp\nThời hạn\n"


def rows(annex: str) -> tuple[list[Row], str]:
    document = directive("1. Sở Du lịch lập sổ giếng.\n", foot=FOOT + "\n" + annex)
    return find_rows(document), document.flow


def cells(row: Row, flow: str) -> dict[str, str]:
    return {cell.kind: flow[cell.start : cell.end] for cell in row.cells}


def test_one_row_has_a_cell_for_each_column() -> None:
    found, flow = rows("PHỤ LỤC\nVIỆC GIỮ GIẾNG\n" + HEADER + "1\nVẽ bản đồ giếng.\nSở Du lịch\nSở Y tế\n30/11/2023\n")
    (row,) = found
    assert row.path == ("Phụ lục", "1")
    assert row.section is None
    assert cells(row, flow) == {
        "content": "Vẽ bản đồ giếng.",
        "lead": "Sở Du lịch",
        "coordinate": "Sở Y tế",
        "when": "30/11/2023",
    }


def test_rows_in_order_and_a_short_last_row() -> None:
    found, flow = rows("PHỤ LỤC\n" + HEADER + "1\nVẽ bản đồ giếng.\nSở Du lịch\nSở Y tế\nQuý IV\n2\nVét bùn.\nCác xã\n")
    assert [row.path[-1] for row in found] == ["1", "2"]
    assert cells(found[1], flow) == {"content": "Vét bùn.", "lead": "Các xã"}
    assert found[1].cell("when") is None


def test_sections_are_part_of_the_path() -> None:
    body = "I\nVIỆC CHUNG\n1\nVẽ bản đồ giếng.\nSở Du lịch\nSở Y tế\nQuý IV\nII\nVIỆC RIÊNG\n1\nVét bùn.\nSở Y tế\nCác xã\nQuý I\n"
    found, _ = rows("PHỤ LỤC\n" + HEADER + body)
    assert [(row.path, row.section) for row in found] == [
        (("Phụ lục", "I", "1"), "VIỆC CHUNG"),
        (("Phụ lục", "II", "1"), "VIỆC RIÊNG"),
    ]


@pytest.mark.xfail(strict=True, reason="the title of the next annex, and its header row, are taken for sections")
def test_several_annexes() -> None:
    row = "1\nVẽ bản đồ giếng.\nSở Du lịch\nSở Y tế\nQuý IV\n"
    found, _ = rows(f"PHỤ LỤC I\nVIỆC NĂM NAY\n{HEADER}{row}PHỤ LỤC II\nVIỆC NĂM SAU\n{HEADER}{row}")
    assert [r.path for r in found] == [("Phụ lục I", "1"), ("Phụ lục II", "1")]


def test_a_table_of_other_things_has_no_rows() -> None:
    assert rows("PHỤ LỤC\nTT\nTên giếng\nTên làng\n1\nGiếng Ông\nLàng Cát\n")[0] == []
    assert rows("PHỤ LỤC\nDanh sách giếng cổ của tỉnh\n")[0] == []
    assert rows("")[0] == []


def test_a_table_cut_short_raises_nothing() -> None:
    for cut in range(len(HEADER) + 30):
        rows(("PHỤ LỤC\n" + HEADER + "1\nVẽ bản đồ giếng.\nSở Du lịch\n")[:cut])
