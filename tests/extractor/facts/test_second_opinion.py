"""The second opinion: what it sees, what it says, and that a record is made without it too."""

from pathlib import Path

import pytest

from extractor.facts import second_opinion
from extractor.facts.agencies import Context, Mention, find_agencies
from extractor.facts.assignments import RoleFact, find_roles
from extractor.facts.second_opinion import Opinion, features, opinions, weigh

TEXT = "Giao Sở Y tế chủ trì, phối hợp với Công an tỉnh và các đơn vị liên quan rà soát hồ sơ; báo cáo Ủy ban nhân dân tỉnh trước ngày 15/6/2025."
CONTEXT = Context(issuer="Ủy ban nhân dân tỉnh Trung Giang")


@pytest.fixture(scope="module")
def mentions() -> list[Mention]:
    return find_agencies(TEXT, context=CONTEXT)


def _opinion(mention: Mention, **shares: float) -> Opinion:
    names = {"lead": "lead", "coordinate": "coordinate", "report_to": "report_to", "none": None}
    marginals = {names[name]: share for name, share in shares.items()}
    role = max(marginals, key=lambda r: marginals[r])
    return Opinion(mention, role, marginals[role], marginals)  # type: ignore[arg-type]


def test_roles_of_a_plain_order(mentions: list[Mention]) -> None:
    said = opinions(TEXT, mentions)
    assert [o.role for o in said] == ["lead", "coordinate", "coordinate", "report_to"]
    for opinion in said:
        assert sum(opinion.marginals.values()) == pytest.approx(1, abs=1e-3)
        assert opinion.probability == max(opinion.marginals.values())


def test_whoever_is_directed_or_merely_named_has_no_role() -> None:
    text = "Sở Xây dựng hướng dẫn Ủy ban nhân dân các xã, phường thực hiện quy định do Bộ Xây dựng ban hành."
    found = find_agencies(text, context=CONTEXT)
    assert [o.role for o in opinions(text, found)] == ["lead", None, None]


def test_every_mention_has_features_whatever_the_marks(mentions: list[Mention]) -> None:
    assert len(features(TEXT, mentions)) == len(mentions)
    for text in ("", ";", "Sở Y tế", ". Sở Y tế;Công an tỉnh.\n(Sở Nội vụ", "((((Sở Y tế))", "; ; Sở Y tế: \n\n"):
        found = find_agencies(text, context=CONTEXT)
        assert len(features(text, found)) == len(found) == len(opinions(text, found))


def test_without_a_model_there_are_no_opinions_and_roles_stay(mentions: list[Mention], tmp_path: Path) -> None:
    roles = find_roles(TEXT, mentions, offset=0, source="explicit")
    for absent in (tmp_path / "absent.crfsuite", tmp_path):
        assert opinions(TEXT, mentions, model=absent) == []
    broken = tmp_path / "broken.crfsuite"
    broken.write_bytes(b"no model")
    assert opinions(TEXT, mentions, model=broken) == []
    assert weigh(roles, []) == roles


def test_doubt_lowers_and_agreement_keeps(mentions: list[Mention]) -> None:
    roles = find_roles(TEXT, mentions, offset=100, source="explicit")
    lead = next(r for r in roles if r.role == "lead")
    agreed = weigh([lead], [_opinion(lead.mention, lead=1.0, none=0.0)], offset=100)
    doubted = weigh([lead], [_opinion(lead.mention, lead=0.0, none=1.0)], offset=100)
    assert agreed == [lead]
    assert doubted[0].confidence == pytest.approx(lead.confidence * (1 - second_opinion.DOUBT))


def test_supervisors_are_judged_as_leads(mentions: list[Mention]) -> None:
    fact = RoleFact("supervise", mentions[0], mentions[0].start, mentions[0].end, "explicit", "subject", 0.8)
    assert weigh([fact], [_opinion(mentions[0], lead=1.0)])[0].confidence == 0.8


def test_roles_are_added_only_when_asked_for(mentions: list[Mention]) -> None:
    first, second = mentions[0], mentions[1]
    said = [_opinion(first, lead=0.99, none=0.01), _opinion(second, coordinate=0.7, none=0.3)]
    assert weigh([], said, add_from=None) == []
    added = weigh([], said, offset=7, add_from=0.9)
    assert [(r.role, r.start, r.rule) for r in added] == [("lead", first.start + 7, second_opinion.RULE)]
    assert added[0].confidence <= 0.6
    # The same body in the same role is one assignment; a mention keeps the role that the grammars gave it.
    assert weigh(added, said, offset=7, add_from=0.9)[0].role == "lead"
    assert len(weigh(added, said, offset=7, add_from=0.9)) == 1


def test_the_issuer_is_never_added_as_lead(mentions: list[Mention]) -> None:
    issuer = mentions[-1]
    assert issuer.name == CONTEXT.issuer
    assert weigh([], [_opinion(issuer, lead=0.99, none=0.01)], issuer=issuer.name, add_from=0.9) == []
