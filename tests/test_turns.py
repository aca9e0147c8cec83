"""SQLite: who wants to write is served in the order of coming, among threads and processes; nobody waits for ever."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from crm_app import create_app, turns
from crm_app.extensions import committed_beside, db, reading
from crm_app.turns import Turn

# Comes to the queue, says so, and says its name once it is served.
QUEUEING = """
import sys, time
from pathlib import Path
from crm_app.turns import Turn

database, name = Path(sys.argv[1]), sys.argv[2]
turn = Turn(database)
print("comes", flush=True)
assert turn.take(30)
with open(f"{database}.order", "a") as order:
    order.write(name)
if name == "!":
    print("stays", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "peyvand.db"
    path.touch()
    return path


def _coming(file, name):
    program = [sys.executable, "-c", QUEUEING, str(file), name]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "comes\n"
    time.sleep(0.05)
    return process


def test_threads_and_processes_are_served_in_the_order_of_coming(file):
    first, order = Turn(file), file.with_name("peyvand.db.order")
    assert first.take(1)

    def come(name):
        turn = Turn(file)
        assert turn.take(30)
        with order.open("a") as noted:
            noted.write(name)
        turn.give_back()

    waiting = []
    for pair in ("aA", "bB", "cC"):
        waiting.append(_coming(file, pair[0]))
        thread = threading.Thread(target=come, args=(pair[1],))
        thread.start()
        time.sleep(0.05)
        waiting.append(thread)
    first.give_back()
    for each in waiting:
        if isinstance(each, threading.Thread):
            each.join(30)
        else:
            each.communicate(timeout=30)

    assert order.read_text() == "aAbBcC"


def test_the_turn_of_a_process_that_is_killed_goes_to_the_next(file):
    holder = _coming(file, "!")
    assert holder.stdout.readline() == "stays\n"
    turn = Turn(file)
    assert not turn.take(0.05)

    holder.send_signal(signal.SIGKILL)
    holder.communicate()

    assert turn.take(10)


def test_who_gave_up_waiting_leaves_the_queue(file):
    first, second, third = Turn(file), Turn(file), Turn(file)
    assert first.take(1)
    assert not second.take(0.05)

    first.give_back()

    assert third.take(10)
    third.give_back()
    assert second.take(10)


def test_where_no_file_can_be_made_nobody_is_kept_waiting(tmp_path):
    assert all(Turn(tmp_path / "gone" / "peyvand.db").take(1) for _ in range(2))


@pytest.fixture
def on_file(tmp_path, monkeypatch):
    """An application on a SQLite file, whose table says who wrote."""
    monkeypatch.setenv("INSTANCE_PATH", str(tmp_path))
    app = create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'turns.db'}", TESTING=True)
    with app.app_context():
        _write("CREATE TABLE written (by TEXT NOT NULL)")
        yield app
        db.session.remove()
        db.engine.dispose()


def _write(statement):
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def _is_free(monkeypatch):
    """Whether somebody else could write at once."""
    with monkeypatch.context() as patched:
        patched.setattr(turns, "PATIENCE_SECONDS", 0.05)
        try:
            _write("INSERT INTO written VALUES ('somebody')")
        except OperationalError as error:
            assert "database is locked" in str(error)
            return False
    return True


def test_a_turn_lasts_as_long_as_its_transaction(on_file, monkeypatch):
    with db.engine.connect() as connection:
        for end in (connection.commit, connection.rollback):
            connection.exec_driver_sql("INSERT INTO written VALUES ('me')")
            assert not _is_free(monkeypatch)
            end()
            assert _is_free(monkeypatch)
        with pytest.raises(OperationalError, match="no such table"):
            connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
        connection.rollback()
        assert _is_free(monkeypatch)
        connection.exec_driver_sql("INSERT INTO written VALUES ('me')")
        connection.invalidate()
    assert _is_free(monkeypatch)


def test_who_only_reads_neither_waits_nor_keeps_anybody_waiting(on_file, monkeypatch):
    with reading(), db.engine.connect() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM written").scalar_one() == 0
        with committed_beside() as writer:
            writer.exec_driver_sql("INSERT INTO written VALUES ('beside')")
            assert reader.exec_driver_sql("SELECT count(*) FROM written").scalar_one() == 0
        assert _is_free(monkeypatch)


def test_a_turn_that_brings_no_lock_is_given_back(on_file, tmp_path, monkeypatch):
    """Some other program holds the database, which knows nothing of turns."""
    other = sqlite3.connect(tmp_path / "turns.db", isolation_level=None)
    with db.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA busy_timeout=50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="database is locked"):
            connection.exec_driver_sql("INSERT INTO written VALUES ('me')")
        other.execute("ROLLBACK")
        other.close()
        assert _is_free(monkeypatch)


@pytest.mark.sqlite
def test_who_waits_too_long_is_told_in_plain_words_and_can_write_afterwards(app, browser_of, alice, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.05)
    browser, facts = browser_of(alice), {"name": "Firm", "revenue_currency": "EUR"}
    browser.send("/accounts/preferences", {"language": "zh"})
    holder = Turn(turns.Path(db.engine.url.database))

    assert holder.take(10)
    refused = browser.send("/contacts/companies/new", facts)
    read = browser.get("/contacts/companies")
    holder.give_back()
    written = browser.send("/contacts/companies/new", facts)

    assert (refused.status_code, read.status_code, written.status_code) == (503, 200, 303)
    assert refused.headers["Retry-After"] == "5"
    assert "数据没有丢失" in refused.text, refused.text
