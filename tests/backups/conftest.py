from pathlib import Path

import pytest
from sqlalchemy import select

from crm_app import create_app
from crm_app.accounts.models import Organisation
from crm_app.cli import main
from crm_app.extensions import db
from crm_app.migrating import upgrade
from crm_app.search.commands import catch_up
from crm_app.web import found_by, word_index
from tests import databases, make
from tests.exchange.archive import living


@pytest.fixture
def lived(olivia, alice, charlie):
    """An organisation with something in every table, and uploads."""
    living.organisation(olivia, alice, charlie)
    catch_up()
    db.session.commit()


@pytest.fixture
def crm(app):
    return runner(app)


@pytest.fixture
def instance(app):
    """The folder of this instance, with the key in use in it."""
    folder = Path(app.config["INSTANCE_PATH"])
    (folder / "secret_key").write_text(app.config["SECRET_KEY"] + "\n")
    yield folder
    (folder / "secret_key").unlink()


@pytest.fixture
def another(app, worker, tmp_path):
    """Makes an instance of its own on an empty database of the same kind; a key of its own lies in its folder."""
    made = []
    is_sqlite = db.engine.dialect.name == "sqlite"

    def make_one(**settings):
        folder = tmp_path / f"other-{len(made)}"
        folder.mkdir()
        (folder / "secret_key").write_text("another key that was made here, and long enough")
        settings.setdefault("SECRET_KEY", (folder / "secret_key").read_text())
        if "SQLALCHEMY_DATABASE_URI" not in settings:
            name = f"peyvand_other_{worker}_{len(made)}"
            settings["SQLALCHEMY_DATABASE_URI"] = (
                f"sqlite:///{folder / 'peyvand.db'}" if is_sqlite else databases.fresh_postgres(name)
            )
        one = create_app(TESTING=True, INSTANCE_PATH=str(folder), **settings)
        made.append(one)
        return one

    yield make_one
    for one in made:
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


def runner(app):
    def run(*arguments):
        with app.app_context():
            db.session.rollback()
            result = app.test_cli_runner().invoke(main, [str(one) for one in arguments])
            db.session.expire_all()
        return result

    return run


def rows(app):
    """All rows of all tables as the database holds them, and what the search knows."""
    with app.app_context():
        connection = db.session.connection()
        found = {model.__tablename__ + " words": word_index.contents(connection, model) for model in found_by.models()}
        for table in db.metadata.sorted_tables:
            keys = ", ".join(f'"{one.name}"' for one in table.primary_key.columns)
            found[table.name] = connection.exec_driver_sql(f'SELECT * FROM "{table.name}" ORDER BY {keys}').all()
        db.session.remove()
    return found


def put_back(found):
    """What a restore makes of `rows`: nobody is signed in, no link works, and no letter waits."""
    lapsed = {name: [] for name in ("user_sessions", "known_devices", "password_links", "passkey_challenges")}
    return found | lapsed | {"mails": [_given_up(mail) for mail in found["mails"]]}


def _given_up(mail):
    facts = dict(mail._mapping)
    return tuple((facts | {"state": "dropped"} if facts["state"] == "waiting" else facts).values())


def files(folder):
    """What lies in the uploads, by name."""
    return {path.relative_to(folder): path.read_bytes() for path in (folder / "uploads").rglob("*") if path.is_file()}


def set_up(app):
    with app.app_context():
        upgrade()
        make.organisation()


def is_set_up(app):
    with app.app_context():
        found = db.session.scalar(select(Organisation.name)) is not None
        db.session.remove()
    return found
