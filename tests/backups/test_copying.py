"""The whole database goes into an empty other one, and every row of it arrives; or none does."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import text

from crm_app import create_app
from crm_app.backups import copying
from crm_app.cli import main
from crm_app.contacts.models import Company
from crm_app.extensions import db, writing
from crm_app.search import rebuilding
from crm_app.web import found_by, word_index
from tests import databases, make

_NOT_COPIED = {"workers", "word_indexes"}


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request, tmp_path, worker):
    """The address of an empty database; both kinds, whichever the test runs on."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'copy.db'}"
    return databases.fresh_postgres(f"peyvand_copy_{worker}")


@pytest.fixture
def crm(app):
    def run(*arguments):
        db.session.commit()
        result = app.test_cli_runner().invoke(main, arguments)
        db.session.expire_all()
        return result

    return run


@pytest.fixture
def at(tmp_path):
    """Applications on other databases, let go of in the end."""
    made = []

    def make_one(url):
        made.append(create_app(TESTING=True, INSTANCE_PATH=str(tmp_path), SQLALCHEMY_DATABASE_URI=url))
        return made[-1]

    yield make_one
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


def _everything(app):
    """All rows as Peyvand reads them, whatever database writes them, and what the search knows."""
    with app.app_context():
        connection = db.session.connection()
        found = {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in db.metadata.sorted_tables
            if table.name not in _NOT_COPIED
        }
        found |= {f"{model.__tablename__} words": word_index.contents(connection, model) for model in found_by.models()}
        found["behind"] = rebuilding.behind()
        db.session.remove()
    return found


def test_every_row_arrives_and_can_be_worked_with(app, lived, crm, target, at):
    ended = crm("copy-database", target)

    assert ended.exit_code == 0, ended.output
    there = at(target)
    assert _everything(there) == _everything(app)
    before = max(map(len, _everything(app).values()))
    with there.app_context():
        newest = max(db.session.scalars(db.select(Company.id)))
        company = Company(name="After the copy", owner_id=None)
        db.session.add(company)
        db.session.commit()
        assert company.id > newest
    assert before > 3


def test_it_goes_back_as_it_came(app, lived, crm, target, at, tmp_path, worker):
    back = (
        f"sqlite:///{tmp_path / 'back.db'}"
        if db.engine.dialect.name == "sqlite"
        else databases.fresh_postgres(f"peyvand_back_{worker}")
    )
    assert crm("copy-database", target).exit_code == 0

    with at(target).app_context():
        copied = copying.copy(at(back), lambda _said: None)
        db.session.remove()

    assert sum(one.rows for one in copied) > 50
    assert _everything(at(back)) == _everything(app)


def test_text_in_any_script_with_any_sign_arrives(app, alice, crm, target, at):
    names = ["tab\there", "line\nbreak\r\n", "back\\slash \\N \\.", "پیوند‌ها", "汉字🙂", "'quotes\"", "\\t", " "]
    for name in names:
        make.company(alice, name or "empty")

    assert crm("copy-database", target).exit_code == 0

    with at(target).app_context():
        assert {company.name for company in db.session.query(Company)} == set(names)


def test_the_output_names_each_table_with_its_rows_and_digest(lived, crm, target):
    lines = crm("copy-database", target).stdout.splitlines()

    companies = next(line.split() for line in lines if line.startswith("companies "))
    assert int(companies[1]) > 0 and len(companies[2]) == 32
    assert lines[-1].startswith("Done: ") and "verified as equal" in lines[-1]


def test_a_database_in_use_is_refused(lived, crm, target, at, organisation):
    assert crm("copy-database", target).exit_code == 0
    before = _everything(at(target))

    again = crm("copy-database", target)

    assert again.exit_code == 1
    assert "That database is in use: it already contains" in again.output and "Nothing was copied." in again.output
    assert _everything(at(target)) == before


def test_a_database_with_tables_of_somebody_else_is_refused(lived, crm, target, at):
    with at(target).app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE shop_orders (id INTEGER)"))

    ended = crm("copy-database", target)

    assert ended.exit_code == 1 and "That database contains other tables: shop_orders." in ended.output


def test_a_row_that_does_not_arrive_as_it_is_lets_nothing_arrive(lived, crm, target, at, monkeypatch):
    """The guard is what the copy is told by: one letter that goes lost on the way is found."""
    prove = copying._proven

    def spoilt(connection, table, expected):
        if table.name == "companies":
            connection.execute(table.update().values(website="spoilt"))
        return prove(connection, table, expected)

    monkeypatch.setattr(copying, "_proven", spoilt)
    ended = crm("copy-database", target)

    assert ended.exit_code == 1 and "companies did not arrive as it is" in ended.output
    with at(target).app_context():
        assert db.session.query(Company).count() == 0
    monkeypatch.undo()
    assert crm("copy-database", target).exit_code == 0


KILLED = """
import os, signal, sys
from crm_app.backups import copying
from crm_app.cli import main

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

step = sys.argv.pop(1)
if step == "tables":
    copying.migrating.upgrade = lambda upgrade=copying.migrating.upgrade: (upgrade(), die())
elif step == "rows":
    copying.restoring.index = die
else:
    copying._proven = die
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["tables", "rows", "proof"])
def test_one_that_is_killed_at_any_step_is_run_again(app, lived, crm, target, at, step):
    url = db.engine.url.render_as_string(hide_password=False)
    db.session.commit()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, step, "copy-database", target],
        env=os.environ | {"DATABASE_URL": url}, capture_output=True, timeout=120,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    again = crm("copy-database", target)

    assert again.exit_code == 0, again.output
    assert _everything(at(target)) == _everything(app)


def test_what_is_written_meanwhile_does_not_disturb_the_copy(app, lived, crm, target, at, monkeypatch):
    """The copy is of the instant at which it began, also of tables that are read later."""
    before, expect = _everything(app), copying._expect_empty

    def meanwhile():
        expect()
        with app.app_context(), writing(), db.engine.begin() as connection:
            connection.execute(text("UPDATE companies SET website = 'written meanwhile'"))
            connection.execute(text("DELETE FROM events"))

    monkeypatch.setattr(copying, "_expect_empty", meanwhile)
    ended = crm("copy-database", target)

    assert ended.exit_code == 0, ended.output
    assert _everything(at(target)) == before


@pytest.mark.parametrize(
    ("version", "said"), [("0001", "Run `crm database upgrade` first."), ("9999", "newer version of Peyvand (9999)")]
)
def test_a_database_of_another_version_is_not_copied(lived, crm, target, version, said):
    revision = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    db.session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    try:
        ended = crm("copy-database", target)
    finally:
        db.session.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": revision})
        db.session.commit()

    assert ended.exit_code == 1 and said in ended.output


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_script_is_not_filled(lived, crm, worker, encoding):
    ended = crm("copy-database", databases.fresh_postgres_of(encoding, f"peyvand_script_{worker}"))

    assert ended.exit_code == 1 and f"uses the encoding {encoding}, which cannot store every script." in ended.output
    assert "Making the tables" not in ended.output


def test_an_address_that_is_none_is_refused_in_a_sentence(crm):
    ended = crm("copy-database", "mysql://host/name")

    assert ended.exit_code == 2 and "crm: TARGET_URL must be a full address" in ended.output


def test_a_digest_is_the_same_in_any_order_and_another_for_any_other_row():
    def digest(*rows):
        found = copying._Sum("t")
        list(found.over(rows))
        return found.copied

    assert digest((1, "a"), (2, "b")) == digest((2, "b"), (1, "a"))
    others = [((1, "a"), (2, "c")), ((1, "a"),), ((1, "a"), (2, "b"), (2, "b")), ((2, "a"), (1, "b"))]
    assert all(digest(*other) != digest((1, "a"), (2, "b")) for other in others)


def test_a_reference_to_nothing_is_no_copy(lived, crm, tmp_path, at):
    """Only SQLite could hold one, where somebody wrote to the file past Peyvand."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.commit()
    with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
        connection.execute("UPDATE companies SET owner_id = 4711")
        connection.commit()

    ended = crm("copy-database", f"sqlite:///{tmp_path / 'copy.db'}")

    assert ended.exit_code == 1 and "refers to a row of users that does not exist" in ended.output
