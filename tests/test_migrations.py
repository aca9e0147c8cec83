"""The tables can be made from nothing, agree with the models, and can be taken away again."""

import pytest
from flask_migrate import check, downgrade
from sqlalchemy import MetaData, Table, create_engine, inspect, select
from sqlalchemy.dialects import postgresql, sqlite

from crm_app import create_app
from crm_app.catalog.models import Product
from crm_app.extensions import db
from crm_app.migrating import upgrade
from crm_app.pipeline.models import Deal, Pipeline, Stage
from tests import databases, make


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
