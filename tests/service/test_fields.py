"""What a document is about: told from its words, kept with it, doubtful where little speaks for it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from corpus import fields as labelled
from extractor.record import DirectiveRecord
from service.house import House
from service.store import tables
from service.study import fields
from service.web.documents import FIELDS_OF_GOVERNMENT
from tests.service.conftest import put
from tests.service.fakes import directive


def about(subject: str, *tasks: str) -> DirectiveRecord:
    record = directive(subject, number="01/CT-UBND", lead="Cơ quan", tasks=len(tasks))
    given = tuple(
        task.model_copy(update={"text": text, "heading": None}) for task, text in zip(record.tasks, tasks, strict=True)
    )
    return record.model_copy(
        update={"directive": record.directive.model_copy(update={"subject": subject}), "tasks": given, "warnings": ()}
    )


@pytest.mark.parametrize(
    ("subject", "task", "field"),
    [
        ("tăng cường phòng, chống dịch bệnh sốt xuất huyết", "Bệnh viện bảo đảm thuốc, giường bệnh.", "y-te"),
        ("tổ chức kỳ thi tốt nghiệp trung học phổ thông", "Nhà trường phổ biến quy chế thi cho thí sinh.", "giao-duc"),
        ("bảo đảm trật tự an toàn giao thông", "Kiểm tra phương tiện, xử lý vi phạm nồng độ cồn.", "giao-thong"),
        ("đẩy mạnh giải ngân vốn đầu tư công", "Chủ đầu tư rà soát dự án, giải phóng mặt bằng.", "dau-tu"),
        ("tuyển chọn và gọi công dân nhập ngũ", "Bộ Chỉ huy Quân sự tỉnh khám tuyển.", "quoc-phong"),
        ("ứng phó với bão và mưa lũ", "Sơ tán dân khỏi vùng ngập lụt, sạt lở đất.", "thien-tai"),
        ("đẩy mạnh chuyển đổi số", "Xây dựng hạ tầng số, bảo đảm an toàn thông tin mạng.", "cong-nghe"),
        ("chống thất thu ngân sách nhà nước", "Cơ quan thuế đôn đốc thu hồi nợ thuế, kiểm tra hoàn thuế.", "tai-chinh"),
    ],
)
def test_fields_are_told_from_words(subject: str, task: str, field: str) -> None:
    found = fields.field_of(about(subject, task))
    assert found and found.field == field and 1 / len(fields.FIELDS) < found.probability <= 1


def test_words_of_no_field_say_nothing() -> None:
    assert fields.best({"y-te": 0.0}).doubtful
    assert fields.scores(fields.features("zxy qwv", "kjh")) == {}


def test_every_field_has_a_name_weights_and_labels() -> None:
    assert list(FIELDS_OF_GOVERNMENT) == list(fields.FIELDS)
    with Path(labelled.WEIGHTS).open(encoding="utf-8") as file:
        weighed = {row["field"] for row in csv.DictReader(line for line in file if not line.startswith("#"))}
    assert weighed == set(fields.FIELDS)
    for file_name in ("fields_specimens.csv", "fields_real.csv"):
        assert {field for said in labelled.labels(file_name).values() for field in said} <= set(fields.FIELDS)
    assert len(labelled.labels("fields_real.csv")) >= 40


def test_the_field_is_kept_with_the_document(house: House) -> None:
    id_ = put(house, about("tăng cường phòng, chống dịch bệnh sốt xuất huyết", "Bệnh viện bảo đảm thuốc."))
    with house.database.reading() as session:
        row: Any = session.get_one(tables.Document, id_)
    assert row.field == "y-te" and 0 < row.field_probability <= 1
