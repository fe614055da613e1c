"""Made-up tasks: the same for the same seed, labelled in place, dealt into folds that share nothing."""

from collections import Counter
from itertools import islice

from corpus import generator
from corpus.train import made_up


def test_the_same_seed_makes_the_same_sentences() -> None:
    first, again, other = (list(generator.sentences(30, seed=seed)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_spans_stand_where_the_bodies_are() -> None:
    for made in generator.sentences(200, seed=1):
        places = [place for start, end, _ in made.spans for place in (start, end)]
        assert places == sorted(places)
        assert all(made.text[start:end].strip() == made.text[start:end] != "" for start, end, _ in made.spans)
        assert "{" not in made.text
        assert len(made.spans) >= sum(made.pattern.count(f"{{{slot}}}") for slot in generator.LABELS)


def test_every_label_is_practised() -> None:
    count = Counter(label for made in generator.sentences(300, seed=2) for _, _, label in made.spans)
    assert set(count) == set(generator.LABELS.values())
    assert min(count.values()) > 50


def test_folds_share_neither_patterns_nor_names() -> None:
    bodies = generator.bodies()
    assert len(bodies) == len(set(bodies)) > 400
    patterns = [*generator.LEADS, *generator.LEADLESS, *generator.REPORTS]
    seen = [generator._dealt(patterns, frozenset({fold})) for fold in range(generator.FOLDS)]
    assert sum(map(len, seen)) == len(patterns)
    assert all(not set(a) & set(b) for i, a in enumerate(seen) for b in seen[:i])


def test_examples_have_a_label_for_every_mention() -> None:
    for example in islice(made_up(12, seed=3), 10):
        assert len(example.mentions) == len(example.labels) == len(example.ruled) > 0
