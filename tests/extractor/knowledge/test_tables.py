from datetime import date
from pathlib import Path

import pytest

import extractor.knowledge
from extractor.knowledge.heads import heads
from extractor.knowledge.issuers import issuers, symbols
from extractor.knowledge.kinds import kind_abbreviated, kinds
from extractor.knowledge.spelling import abbreviations
from extractor.knowledge.table import MalformedTable, in_force, rows

FOLDER = Path(extractor.knowledge.__file__).parent


@pytest.mark.parametrize("file", sorted(path.name for path in FOLDER.glob("*.csv")))
def test_tables_are_well_formed(file: str) -> None:
    text = (FOLDER / file).read_text(encoding="utf-8")
    assert text.startswith("#"), "a table says first what it holds and where the facts come from"
    table = rows(file)
    assert table
    assert len({tuple(row.values()) for row in table}) == len(table), "a row stands twice"


def test_a_row_that_does_not_fit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.csv").write_text("# odd\na,b\n1,2,3\n", encoding="utf-8")
    monkeypatch.setattr("extractor.knowledge.table._FOLDER", tmp_path)
    with pytest.raises(MalformedTable, match=r"odd\.csv"):
        rows("odd.csv")


def test_validity_includes_both_ends() -> None:
    first, last = date(2025, 3, 1), date(2025, 6, 30)
    assert in_force(first, last, first)
    assert in_force(first, last, last)
    assert in_force(None, None, first)
    assert not in_force(first, None, date(2025, 2, 28))


def test_no_abbreviation_has_two_meanings() -> None:
    shorts = [each.short for each in abbreviations()]
    assert len(set(shorts)) == len(shorts)


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("CT", "chỉ thị"),
        ("CĐ", "công điện"),
        ("QD", "quyết định"),
        ("TT", "thông tư"),
        ("QyĐ", "quy định"),
        ("X", None),
    ],
)
def test_kinds_by_abbreviation(short: str, name: str | None) -> None:
    kind = kind_abbreviated(short)
    assert (kind.name if kind else None) == name


def test_the_party_has_its_own_kinds() -> None:
    assert kind_abbreviated("TT", party=True).name == "thông tri"  # type: ignore[union-attr]
    assert kind_abbreviated("KL").family == "party"  # type: ignore[union-attr]
    assert len({(kind.name, kind.family) for kind in kinds()}) == len(kinds())


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("TTg", ("Thủ tướng Chính phủ",)),
        ("CP", ("Chính phủ",)),
        ("TW", ("Ban Chấp hành Trung ương Đảng", "Bộ Chính trị", "Ban Bí thư")),
        ("UBND", ("Ủy ban nhân dân",)),
        ("QH15", ("Quốc hội",)),
        ("UBTVQH14", ("Ủy ban Thường vụ Quốc hội",)),
        ("BGDĐT", ("Bộ Giáo dục và Đào tạo",)),
        ("BGDDT", ("Bộ Giáo dục và Đào tạo",)),
        ("BNN", ("Bộ Nông nghiệp và Phát triển nông thôn",)),
        ("BCT", ("Bộ Công Thương",)),
        ("VPCP", ("Văn phòng Chính phủ",)),
        ("SNN&PTNT", ("Sở Nông nghiệp và Phát triển nông thôn",)),
        ("XYZ", ()),
    ],
)
def test_issuers_by_symbol(symbol: str, names: tuple[str, ...]) -> None:
    assert issuers(symbol) == names


def test_symbols_and_aliases_do_not_contradict_each_other() -> None:
    for symbol in symbols():
        for letters in symbol.pattern.pattern.replace(r"\d*", "15").split("|"):
            assert symbol.name in issuers(letters)


def test_deputies_do_not_stand_for_their_body() -> None:
    table = {head.title: head for head in heads()}
    assert table["Giám đốc"].stands_for_body
    assert not table["Phó Giám đốc"].stands_for_body
    assert len(table) == len(heads())
    lengths = [len(head.title) for head in heads()]
    assert lengths == sorted(lengths, reverse=True)
