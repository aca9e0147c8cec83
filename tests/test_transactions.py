"""What a request may do to the database, and what it leaves behind."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from crm_app.extensions import db, reading, settle, writing
from tests import make


@pytest.fixture
def begun(app):
    """The statements with which transactions begin and end on SQLite."""
    seen = []

    def note(statement):
        if statement.startswith("BEGIN"):
            seen.append(statement.strip())

    def listen(connection, *_rest):
        if _is_sqlite():
            connection.set_trace_callback(note)

    event.listen(db.engine, "checkout", listen)
    yield seen
    event.remove(db.engine, "checkout", listen)
    db.session.remove()
    db.engine.dispose()


def _is_sqlite():
    return db.engine.dialect.name == "sqlite"


def test_a_page_that_is_read_takes_no_lock_and_cannot_write_where_the_database_can_refuse(app, begun):
    db.session.commit()
    begun.clear()
    with app.test_request_context("/"):
        db.session.execute(text("SELECT 1"))
        if _is_sqlite():
            assert begun == ["BEGIN"]
        else:
            with pytest.raises(DBAPIError, match="read-only"):
                db.session.execute(text("DELETE FROM events"))
        db.session.rollback()


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_change_takes_the_lock_at_once(app, begun, method):
    db.session.commit()
    begun.clear()
    with app.test_request_context("/", method=method):
        make.company()
        db.session.rollback()
    assert set(begun) == ({"BEGIN IMMEDIATE"} if _is_sqlite() else set())


def test_a_page_that_has_to_write_all_the_same_begins_anew(app, begun):
    db.session.commit()
    begun.clear()
    with app.test_request_context("/"):
        db.session.execute(text("SELECT 1"))
        with writing():
            make.company()
            db.session.commit()
        with reading():
            assert db.session.scalar(text("SELECT count(*) FROM companies")) == 1
        db.session.rollback()
    assert not _is_sqlite() or (begun[0] == "BEGIN" and "BEGIN IMMEDIATE" in begun[1:])


def test_what_only_read_leaves_prepared_statements_to_the_next(app):
    db.session.rollback()
    with app.test_request_context("/"), db.engine.connect() as connection:
        for _ in range(8):
            assert connection.scalar(text("SELECT count(*) FROM events")) == 0
            connection.rollback()
        if not _is_sqlite():
            prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM events'")
            assert connection.scalar(prepared) == 1


def test_a_read_that_failed_is_rolled_back_and_the_connection_goes_on(app):
    with app.test_request_context("/"):
        with pytest.raises(DBAPIError):
            db.session.execute(text("SELECT nothing FROM nowhere"))
        db.session.rollback()
        assert db.session.scalar(text("SELECT 1")) == 1


def test_a_connection_that_is_lost_is_replaced(app):
    with app.test_request_context("/"):
        assert db.session.scalar(text("SELECT 1")) == 1
        db.session.connection().invalidate()
        db.session.rollback()
        assert db.session.scalar(text("SELECT 1")) == 1


def test_once_it_is_settled_a_change_keeps_nobody_out_while_its_answer_is_written(app, begun):
    db.session.commit()
    db.session.remove()
    begun.clear()
    with app.test_request_context("/", method="POST"):
        company = make.company(name="Acme")
        settle()

        assert company.name == "Acme"
        assert set(begun) == ({"BEGIN IMMEDIATE"} if _is_sqlite() else set())
        db.session.execute(text("SELECT 1"))
        assert not _is_sqlite() or begun[-1] == "BEGIN"
        with writing():
            make.company(name="Zenith")
            db.session.commit()
        db.session.rollback()
    names = text("SELECT name FROM companies ORDER BY name")
    assert list(db.session.scalars(names)) == ["Acme", "Zenith"]
