"""The tables can be made from nothing, agree with the models, and can be taken away again."""

from datetime import timedelta

import pytest
from flask_migrate import check, downgrade
from sqlalchemy import MetaData, Table, create_engine, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_app import create_app
from crm_app.activity.recording import acting_as
from crm_app.catalog.models import Product
from crm_app.extensions import db, utc_now
from crm_app.migrating import upgrade
from crm_app.pipeline.models import Deal, Pipeline, Stage
from crm_app.web.money import Rates
from tests import databases, make


def ago(**time):
    return utc_now() - timedelta(**time)


@pytest.fixture
def empty_url(request, worker, tmp_path):
    if request.config.getoption("--database") == "postgresql":
        return databases.fresh_postgres(f"peyvand_migrations_{worker}")
    return f"sqlite:///{tmp_path / 'migrations.db'}"


def test_migrations_go_up_from_nothing_agree_with_the_models_and_go_down_again(empty_url, _application):
    app = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=empty_url)
    with app.app_context():
        upgrade()
        check()
        filled = set(inspect(db.engine).get_table_names())
        downgrade(revision="base")
        emptied = set(inspect(db.engine).get_table_names())
        upgrade()
        again = set(inspect(db.engine).get_table_names())
        db.engine.dispose()

    assert {table.name for table in db.metadata.sorted_tables} <= filled
    assert emptied == {"alembic_version"}
    assert again == filled


def test_what_was_there_before_keys_of_titles_and_codes_gets_its_keys(empty_url, organisation, alice):
    """Imports know deals and products again by them, also those from before."""
    deal, product = make.deal(alice, "قالی ۲"), make.product(alice, "Lamp", code="HL-7")
    rows = [(model.__table__, dict(db.session.execute(select(model.__table__)).mappings().first()))
            for model in (Pipeline, Stage, Deal, Product)]  # fmt: skip
    wanted = deal.title_key, product.code_key
    db.session.commit()
    app = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=empty_url)
    with app.app_context():
        upgrade(revision="0014")
        with db.engine.begin() as connection:
            for table, row in rows:
                as_it_was = Table(table.name, MetaData(), autoload_with=connection)
                names = row.keys() & set(as_it_was.c.keys()) - {"owner_id", "first_owner_id", "first_team_id"}
                connection.execute(as_it_was.insert(), {name: row[name] for name in names})
        upgrade()
        with db.engine.connect() as connection:
            filled = connection.scalar(select(Deal.title_key)), connection.scalar(select(Product.code_key))
        db.engine.dispose()

    assert filled == wanted == ("قالی2", "hl7")


def test_deals_closed_before_their_last_move_stand_nowhere_beyond_their_closing(empty_url, _application):
    """Versions before let them; the stays of all others are left as they are."""
    app = create_app(TESTING=True, SQLALCHEMY_DATABASE_URI=empty_url)
    with app.app_context():
        upgrade()
        make.organisation()
        deals = [_moved_and_won(make.user(), closed_at=ago(days=5)) for _ in range(2)]
        deals[0].closed_at = deals[0].closings[0].closed_at = ago(days=40)
        right = _history(deals[1])
        db.session.commit()
        downgrade(revision="0028")
        upgrade()
        db.session.expire_all()
        histories, closed_at = [_history(deal) for deal in deals], deals[0].closed_at
        entered_at, began = deals[0].entered_stage_at, deals[0].created_at
        db.session.remove()
        db.engine.dispose()

    seconds = int((closed_at - began).total_seconds())
    assert histories == [
        [(began, closed_at, seconds), (closed_at, closed_at, 0), (closed_at, None, None)],
        right,
    ]
    assert entered_at == closed_at


def _moved_and_won(owner, *, closed_at):
    deal = make.deal(owner, at="New lead", value=100_00, created=90)
    with acting_as(owner, ago(days=10)):
        deal.move_to(make.stage("Proposal"))
    deal.win(deal.value, closed_at, Rates.load("EUR"))
    return deal


def _history(deal):
    return [(stay.entered_at, stay.left_at, stay.seconds) for stay in deal.stays]


def test_names_are_sorted_by_their_keys_on_postgresql_too_whatever_its_language():
    """Its own languages put Arabic letters before Latin ones and pass over signs that our keys are made of."""
    for table in ("users", "companies", "people", "products", "deals"):
        column_type = db.metadata.tables[table].c.sort_key.type
        assert column_type.dialect_impl(postgresql.dialect()).collation == "C", table
        assert column_type.dialect_impl(sqlite.dialect()).collation is None, table


def test_sqlite_runs_as_promised(app):
    """Asked of an engine as installations make theirs: that of the tests does not wait for the disk."""
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    if engine.dialect.name != "sqlite":
        assert engine.dialect.name == "postgresql"
        return
    with engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()

    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}
