"""Which task is which, when a document is read again."""

from __future__ import annotations

from uuid import UUID

import pytest

from extractor.record import Task as ReadTask
from service.store.ids import new_id
from service.store.matching import match, same_key
from service.store.tables import Task

HEALTH = (
    "Sở Y tế chủ trì, phối hợp với Công an tỉnh rà soát phương án phòng cháy, chữa cháy tại các cơ sở khám bệnh, chữa "
    "bệnh; báo cáo Ủy ban nhân dân tỉnh trước ngày 30/6/2026."
)
SCHOOLS = (
    "Sở Giáo dục và Đào tạo chỉ đạo các trường học kiểm tra hệ thống điện, tổ chức tập huấn kỹ năng thoát nạn cho học "
    "sinh, hoàn thành trong năm học 2026 - 2027."
)
MONEY = "Sở Tài chính bố trí kinh phí mua sắm phương tiện chữa cháy tại chỗ cho các xã, phường theo phân cấp ngân sách."
WATCH = "Giao Văn phòng Ủy ban nhân dân tỉnh theo dõi, đôn đốc việc thực hiện Chỉ thị này và tổng hợp báo cáo định kỳ hằng quý."
MISREAD = HEALTH.replace("tế", "tê").replace("chủ trì", "chú tri").replace("rà soát", "ra soat").replace("30/6", "3O/6")
PLANS = [
    f"Sở Xây dựng chủ trì, tổ chức thẩm định đồ án quy hoạch phân khu số {n} của đô thị Bình Minh." for n in range(5)
]

Outline = list[tuple[str, str]]  # place in the outline, text


def _rows(outline: Outline, gone: tuple[int, ...] = ()) -> list[Task]:
    return [
        Task(
            id=new_id(),
            key=f"key-{place}",
            path=place.split("/"),
            text=text,
            withdrawn_at=object() if n in gone else None,
        )
        for n, (place, text) in enumerate(outline)
    ]


def _tasks(outline: Outline) -> list[ReadTask]:
    """As the pipeline gives them: the id is made of the place."""
    return [ReadTask(id=f"key-{place}", path=tuple(place.split("/")), text=text, title="x") for place, text in outline]


@pytest.mark.parametrize(
    ("before", "after", "which"),
    [
        pytest.param([("1", HEALTH), ("2", MONEY)], [("1", HEALTH), ("2", MONEY)], [0, 1], id="unchanged"),
        pytest.param([("1", HEALTH), ("2", MONEY)], [("I/1", HEALTH), ("I/2", MONEY)], [0, 1], id="a heading was found"),
        pytest.param(
            [("1", HEALTH), ("2", MONEY)], [("1", WATCH), ("2", HEALTH), ("3", MONEY)], [None, 0, 1], id="one more in front"
        ),
        pytest.param([("1", WATCH), ("2", HEALTH), ("3", MONEY)], [("1", HEALTH), ("2", MONEY)], [1, 2], id="first one gone"),
        pytest.param(
            [(str(n), PLANS[n]) for n in (1, 2, 3)], [(str(n + 1), PLANS[n]) for n in range(4)], [None, 0, 1, 2], id="a form"
        ),
        pytest.param([("1", HEALTH), ("2", MONEY)], [("1", MONEY), ("2", HEALTH)], [1, 0], id="another order"),
        pytest.param([("1", MISREAD), ("2", MONEY)], [("1", HEALTH), ("2", MONEY)], [0, 1], id="read better"),
        pytest.param([("1", MISREAD), ("2", MONEY)], [("4", HEALTH), ("5", MONEY)], [0, 1], id="read better, renumbered"),
        pytest.param([("1", f"{HEALTH} {SCHOOLS}")], [("1", HEALTH), ("1", SCHOOLS)], [0, None], id="cut in two"),
        pytest.param([("1", HEALTH), ("1", MONEY)], [("1", f"{HEALTH} {MONEY}")], [0], id="joined"),
        pytest.param([("1", HEALTH)], [("1", WATCH)], [None], id="something else stands there"),
        pytest.param([("1", HEALTH)], [], [], id="nothing"),
        pytest.param([], [("1", HEALTH)], [None], id="from nothing"),
    ],
)  # fmt: skip
def test_a_reading_finds_the_tasks_of_the_last_one(before: Outline, after: Outline, which: list[int | None]) -> None:
    rows = _rows(before)
    found = match(rows, _tasks(after))
    assert [_index(rows, found.get(n)) for n in range(len(after))] == which


def test_the_living_go_before_tombstones() -> None:
    rows = _rows([("1", HEALTH), ("2", HEALTH)], gone=(0,))
    assert _index(rows, match(rows, _tasks([("3", HEALTH)]))[0]) == 1
    rows = _rows([("1", HEALTH), ("1", HEALTH)], gone=(1,))
    assert _index(rows, same_key(rows, _tasks([("1", MONEY)]))[0]) == 0


def test_people_say_themselves_which_task_is_which() -> None:
    rows = _rows([("1", HEALTH), ("2", MONEY)])
    found = same_key(rows, _tasks([("2", HEALTH), ("1", MONEY), ("1", WATCH), ("9", HEALTH)]))
    assert {n: _index(rows, row) for n, row in found.items()} == {0: 1, 1: 0}


def _index(rows: list[Task], row: Task | None) -> int | None:
    ids: list[UUID] = [each.id for each in rows]
    return ids.index(row.id) if row else None
