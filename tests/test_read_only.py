"""A SQLite file that cannot be written to: pages are read, changes are refused in words, and it heals by itself."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from crm_app import create_app
from crm_app.extensions import db
from tests import make

pytestmark = pytest.mark.sqlite
_NOBODY = 65534
FACTS = {"revenue_currency": "EUR"}


@pytest.fixture
def folder():
    """One that others may look into, unlike those of pytest."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def there(app, alice, folder):
    """Alice's browser, at a server on a copy of the tests' database."""
    file = folder / "peyvand.db"
    token = make.session_token(alice)
    with closing(sqlite3.connect(db.engine.url.database)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
    other = create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{file}", RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    other.test_client_class = app.test_client_class
    browser = other.test_client()
    with browser.session_transaction() as session:
        session.update(_user_id=token, _fresh=True, language="zh")
    assert browser.post("/contacts/companies/new", data=FACTS | {"name": "Before"}).status_code == 303
    # As the worker does, which keeps the log of the database alive while connections come and go.
    with closing(sqlite3.connect(file)) as beside:
        beside.execute("SELECT count(*) FROM companies").fetchone()
        yield browser
        with other.app_context():
            db.engine.dispose()


@contextmanager
def _read_only(browser, folder, paths):
    """To whoever is not the administrator, whom nothing keeps from writing."""
    modes = {path: path.stat().st_mode for path in paths}
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with browser.application.app_context():
        db.engine.dispose()
    if os.geteuid() == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        with suppress(PermissionError):
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize("what", ["the folder", "the file"])
def test_pages_are_read_and_changes_refused_until_it_can_be_written_again(there, folder, what):
    files = list(folder.glob("peyvand.db*"))
    assert there.get("/contacts/companies").status_code == 200

    with _read_only(there, folder, [folder, *files] if what == "the folder" else files):
        read = there.get("/contacts/companies")
        refused = there.post("/contacts/companies/new", data=FACTS | {"name": "Meanwhile"})
        again = there.get("/contacts/companies")
    after = there.post("/contacts/companies/new", data=FACTS | {"name": "After"})
    page = there.get("/contacts/companies")

    assert (read.status_code, refused.status_code, again.status_code, after.status_code) == (200, 507, 200, 303)
    assert "磁盘" in refused.text, refused.text
    assert "Before" in read.text and "After" in page.text and "Meanwhile" not in page.text
