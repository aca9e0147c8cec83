"""Crashes, a crowd and contests on one server, for seconds; `make torture` does the same for minutes."""

import http.client
import os
import random
import signal
import threading
import time

import pytest
from sqlalchemy import create_engine, text

from tests import databases
from tests.torture import crashing, crowding, dawdling, editing

_ROUNDS = 10
_EDITORS = 12
_SLOW_ONES = 60


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


@pytest.mark.slow
def test_who_asks_sends_or_reads_slowly_keeps_nobody_else_waiting(one):
    """A tenth of them would have been enough to take every thread that the application runs in."""
    with dawdling.slow_ones(one, _SLOW_ONES) as ends:
        felt = dawdling.felt_by_others(one, 2)
        still_there = dawdling.still_there(ends)

    assert still_there == _SLOW_ONES * 2 // 3
    assert felt.refused == 0
    assert felt.p95 < 20


@pytest.mark.slow
def test_a_web_process_that_dies_of_a_fault_says_where_it_stood_and_is_replaced(one):
    before = one.web_pids()
    dying = min(before)

    os.kill(dying, signal.SIGSEGV)

    until = time.monotonic() + 30
    while (now := one.web_pids()) & {dying} or len(now) < len(before):
        assert time.monotonic() < until, "nobody took its place"
        time.sleep(0.1)
    assert one.ask("GET", "/accounts/sign-in")[0] in (200, 303)
    told = one.said().partition("Fatal Python error: Segmentation fault")[2]
    assert "granian" in told and "File " in told


@pytest.mark.slow
def test_told_to_stop_it_answers_what_is_in_flight_and_refuses_what_comes_later(one):
    """The last one here: nobody is served any more."""
    answers = []

    with _others_kept_waiting(one.database_url) as let_go:
        sent = [threading.Thread(target=_write, args=(one, number, answers)) for number in range(4)]
        for thread in sent:
            thread.start()
        time.sleep(1)
        began = time.monotonic()
        one.terminate()
        time.sleep(1)
        refused, in_flight = _is_refused(one), list(answers)
        let_go()
    for thread in sent:
        thread.join()
    status, seconds = one.ended(40), time.monotonic() - began
    kept = crashing.column(one, "SELECT name FROM companies WHERE name LIKE 'In flight %' ORDER BY name")

    assert (in_flight, answers) == ([], [303] * 4)
    assert kept == [f"In flight {number}" for number in range(4)]
    assert refused
    assert status == 0 and seconds < 30


def _write(one, number, answers):
    fields = {"csrf_token": one.token, "name": f"In flight {number}", "revenue_currency": "EUR"}
    answers.append(one.ask("POST", "/contacts/companies/new", **fields)[0])


def _is_refused(one):
    try:
        one.ask("GET", "/accounts/sign-in")
    except (OSError, http.client.HTTPException):
        return True
    return False


class _others_kept_waiting:  # noqa: N801 - reads as what it is for.
    """A transaction of some other program, which holds what is to be written."""

    def __init__(self, url):
        self._engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))

    def __enter__(self):
        self._connection = self._engine.connect()
        if self._engine.dialect.name == "postgresql":
            self._connection.execute(text("LOCK TABLE companies IN ACCESS EXCLUSIVE MODE"))
        else:
            self._connection.execute(text("UPDATE organisations SET name = name"))
        return self._connection.close

    def __exit__(self, *_error):
        self._connection.close()
        self._engine.dispose()
