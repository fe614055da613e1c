"""Nothing is lost, doubled or left over, however often the service and its workers are killed: the short matrix.

Each boundary between two steps is hit on one side, on the other over the other database; a worker stands still and wakes up,
the database is restarted, the disk fills up, and the last kills fall at random instants. `make chaos` hits both sides of every
boundary on both databases, and hundreds of random instants.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.postgres import Missing
from tests.whole import chaos

KILLS = 20  # 17 of them at boundaries
SEED = 20261126


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("database", "when"), [("", "before"), ("postgresql", "after")], ids=["sqlite", "postgresql"])
def test_nothing_is_lost_by_dying(tmp_path: Path, database: str, when: str) -> None:
    try:
        happened, faults = chaos.matrix(tmp_path, database, KILLS, SEED, [when])
    except Missing as missing:
        pytest.skip(str(missing))
    print(happened)
    assert not faults, (happened, faults)
