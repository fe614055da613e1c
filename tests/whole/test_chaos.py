"""Nothing is lost, doubled or left over, however often the service and its workers are killed: the short matrix.

Each boundary between two steps is hit once, a worker stands still and wakes up, the database is restarted, the disk fills up,
and the last kills fall at random instants. `make chaos` is the same with hundreds of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.postgres import Missing
from tests.whole import chaos

KILLS = 45  # 34 of them at boundaries
SEED = 20261126


@pytest.mark.timeout(900)
@pytest.mark.parametrize("database", ["", "postgresql"], ids=["sqlite", "postgresql"])
def test_nothing_is_lost_by_dying(tmp_path: Path, database: str) -> None:
    try:
        happened, faults = chaos.matrix(tmp_path, database, KILLS, SEED)
    except Missing as missing:
        pytest.skip(str(missing))
    print(happened)
    assert not faults, (happened, faults)
