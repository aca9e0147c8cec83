"""The application under test, its database, and the people of every test: Alice, Bob, Charlie and Olivia."""

import contextvars
import gc
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from crm_app import create_app
from crm_app.extensions import db, limiter
from crm_app.migrating import upgrade
from crm_app.web import found_by, word_index
from tests import databases, html, make

# Kept beside the project, not in it; what asks for it is not collected where it is not.
DATA = Path(__file__).parents[2] / "shared" / "data"
_OF_DATA = {"intl_names": "web/test_known_names.py", "contact_imports": "exchange/test_corpus.py"}
collect_ignore = [test for folder, test in _OF_DATA.items() if not (DATA / folder).is_dir()]
# Neither is needed to run Peyvand; `tests/run.py` installs both where it can, and says so where it cannot.
if not shutil.which("redis-server") or not (databases.is_installed() or os.environ.get("TEST_POSTGRES_URL")):
    collect_ignore.append("test_several.py")

# What the suite reads stays until its end, and what a test makes goes of itself but for a few circles.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_finish():
    gc.collect()
    gc.freeze()


def pytest_addoption(parser):
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_collection_modifyitems(config, items):
    """What no database can change is tested once, with SQLite: code without one, and what only a browser shows.

    What the server does for those pages is tested without a browser on both. Tests in the browser that are about what
    databases do differently, such as waiting for each other, bear the mark `both`.

    What takes seconds comes first, so that no processor waits for another one in the end.
    """
    items.sort(key=lambda one: one.get_closest_marker("slow") is None)
    if config.getoption("--database") == "sqlite":
        elsewhere = [one for one in items if one.get_closest_marker("postgresql")]
    else:
        elsewhere = [one for one in items if "database_url" not in one.fixturenames or _is_of_browser(one)]
        elsewhere += [one for one in items if one.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [one for one in items if one not in set(elsewhere)]


def _is_of_browser(item):
    return item.get_closest_marker("browser") is not None and item.get_closest_marker("both") is None


@pytest.fixture(scope="session")
def worker(request):
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


@pytest.fixture(scope="session")
def database_url(request, worker, tmp_path_factory):
    if request.config.getoption("--database") == "postgresql":
        return databases.fresh_postgres(f"peyvand_test_{worker}")
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"


@pytest.fixture(scope="session")
def _application(database_url, tmp_path_factory):
    os.environ["SECRET_KEY"] = "a key for tests only, long enough to be accepted"
    os.environ["INSTANCE_PATH"] = str(tmp_path_factory.mktemp("instance"))
    app = create_app(
        TESTING=True, SQLALCHEMY_DATABASE_URI=database_url, RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=True, PORT=8000
    )
    app.test_client_class = Browser
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", without_waiting_for_the_disk)
        upgrade()
        # Of what a page is made does not depend on the database, so the other half of the suite does not ask again.
        Browser.checks_html = db.engine.dialect.name == "sqlite"
    yield app
    with app.app_context():
        db.engine.dispose()


def without_waiting_for_the_disk(connection, _record):
    """Nothing here outlives the run; how real installations write is tested in test_migrations.py."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def app(_application):
    """The application, inside its context, on an empty database."""
    with _application.app_context():
        yield _application
        db.session.rollback()
        empty_database()
        db.session.remove()
    for folder in ("uploads", "backups"):
        shutil.rmtree(Path(_application.config["INSTANCE_PATH"]) / folder, ignore_errors=True)


def empty_database():
    """Row by row: few stand in a test's tables, and truncating makes PostgreSQL write each file anew."""
    names = [table.name for table in reversed(db.metadata.sorted_tables)]
    names += [word_index.name_of(model) for model in found_by.models()]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in names)
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        with lines_of_the_audit_log_given_up(connection):
            for name in connection.exec_driver_sql(filled).scalars().all():
                connection.exec_driver_sql(f'DELETE FROM "{name}"')


@contextmanager
def lines_of_the_audit_log_given_up(connection):
    """SQLite has no way to pass by the triggers that keep them."""
    kept = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entries'"
    has_lines = "SELECT 1 FROM audit_entries LIMIT 1"
    is_needed = connection.dialect.name == "sqlite" and connection.exec_driver_sql(has_lines).first()
    triggers = connection.exec_driver_sql(kept).all() if is_needed else []
    for name, _made in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _name, made in triggers:
        connection.exec_driver_sql(made)


class Browser(FlaskClient):
    """A client that checks the HTML it is given, fills in CSRF tokens, and keeps requests apart from the test."""

    checks_html = True

    def open(self, *args, **kwargs):
        db.session.commit()
        response = contextvars.Context().run(super().open, *args, **kwargs)
        db.session.expire_all()
        if self.checks_html and response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            body = response.get_data(as_text=True)
            is_page = "<!doctype html>" in body[:200].lower()
            wrong = html.problems(body, is_page=is_page)
            assert not wrong, f"{response.request.path}: " + "; ".join(wrong)
        return response

    def sign_in(self, user):
        token = make.session_token(user)
        with self.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return self

    def page(self, url, status=200, **kwargs):
        """GET an address, expect a status, give back the parsed page."""
        response = self.get(url, **kwargs)
        assert response.status_code == status, (
            f"{url}: {response.status_code}\n{response.get_data(as_text=True)[:2000]}"
        )
        return html.Page(response.get_data(as_text=True))

    def send(self, url, data=None, *, htmx=False, **kwargs):
        """POST a form with its CSRF token, as a plain form or as htmx does."""
        headers = dict(kwargs.pop("headers", {}))
        headers["X-CSRFToken"] = self.csrf_token()
        if htmx:
            headers |= {"HX-Request": "true", "HX-Request-Type": "partial"}
        return self.post(url, data=data or {}, headers=headers, **kwargs)

    def part(self, url, status=200):
        """GET an address as htmx does, for the part alone."""
        return self.page(url, status, headers={"HX-Request": "true", "HX-Request-Type": "partial"})

    def csrf_token(self):
        from flask import g
        from flask_wtf.csrf import generate_csrf

        with self.application.test_request_context():
            from flask import session as fresh

            token = generate_csrf()
            raw = fresh["csrf_token"]
            g.pop("csrf_token", None)
        with self.session_transaction() as session:
            session["csrf_token"] = raw
        return token


@pytest.fixture
def organisation(app):
    return make.organisation()


@pytest.fixture
def alice(organisation):
    """A rep, who owns most of the records."""
    return make.user("Alice Adler")


@pytest.fixture
def bob(organisation):
    """Another rep, who sees only his own."""
    return make.user("Bob Brandt")


@pytest.fixture
def charlie(organisation, alice):
    """The manager of Alice's team; Bob is in none."""
    boss = make.user("Charlie Chen", role="manager")
    alice.team = make.team("North", manager=boss, region="West")
    db.session.commit()
    return boss


@pytest.fixture
def olivia(organisation):
    """The owner of the business."""
    return make.user("Olivia Owen", role="owner")


@pytest.fixture
def vera(organisation):
    """A viewer: sees all, changes nothing."""
    return make.user("Vera Vogel", role="viewer")


@pytest.fixture
def client(app, alice):
    """Alice's browser."""
    return app.test_client().sign_in(alice)


@pytest.fixture
def browser_of(app):
    """Anybody's browser: `browser_of(bob)`; without a user, a visitor's."""
    return lambda user=None: app.test_client().sign_in(user) if user else app.test_client()


@pytest.fixture
def statements(app):
    """The SQL statements that run while it is used: `with statements() as seen: ...; assert len(seen) <= 12`."""
    from contextlib import contextmanager

    @contextmanager
    def counting():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        db.session.commit()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture(autouse=True)
def _fresh_limits():
    if limiter.initialized if hasattr(limiter, "initialized") else False:
        limiter.reset()
