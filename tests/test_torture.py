"""Crashes, a crowd and contests on one server, for seconds; `make torture` does the same for minutes."""

import random

import pytest

from tests import databases
from tests.torture import crashing, crowding, editing

_ROUNDS = 10
_EDITORS = 12


@pytest.fixture(scope="module")
def one(database_url, worker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("torture")
    url = f"sqlite:///{folder / 'peyvand.db'}"
    if not database_url.startswith("sqlite"):
        url = databases.fresh_postgres(f"peyvand_torture_{worker}")
    with crashing.victim(folder, url) as running:
        yield running


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill_at_any_moment(one):
    dice = random.Random()

    seen = [crashing.round_of(one, number, dice) for number in range(_ROUNDS)]

    assert [name for each in seen for name in each.lost] == []
    assert [fault for each in seen for fault in each.torn] == []
    assert sum(each.acknowledged for each in seen) > _ROUNDS


@pytest.mark.slow
def test_in_a_crowd_nobody_is_refused(one):
    crowd = crowding.crowd_of(one, 3)

    assert (crowd.refused, crowd.torn) == (0, [])


@pytest.mark.slow
def test_of_many_who_change_one_record_at_once_one_is_taken_and_the_others_see_what_it_did(one):
    contests = editing.contests(one, _EDITORS)

    assert [fault for contest in contests for fault in editing.faults_of(one, contest)] == []
