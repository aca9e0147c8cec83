"""Ten crashes under four writers, and a crowd for three seconds; `make torture` does two hundred, for two minutes."""

import random

import pytest

from tests import databases
from tests.torture import crashing, crowding

_ROUNDS = 10


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill_at_any_moment(database_url, worker, tmp_path):
    url = f"sqlite:///{tmp_path / 'peyvand.db'}"
    if not database_url.startswith("sqlite"):
        url = databases.fresh_postgres(f"peyvand_torture_{worker}")
    dice = random.Random()

    with crashing.victim(tmp_path, url) as one:
        seen = [crashing.round_of(one, number, dice) for number in range(_ROUNDS)]
        crowd = crowding.crowd_of(one, 3)

    assert [name for each in seen for name in each.lost] == []
    assert [fault for each in seen for fault in each.torn] == []
    assert sum(each.acknowledged for each in seen) > _ROUNDS
    assert (crowd.refused, crowd.torn) == (0, [])
