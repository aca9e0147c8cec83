"""Files that were sent: whatever happens before the database tells of one, it is not left lying."""

import errno
import os
import time
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from crm_app.exchange import drafts, jobs, preparing, uploads
from crm_app.exchange.models import Import
from crm_app.extensions import db

_FILE = b"Name\nAlpha\n"


@pytest.fixture
def folder(app):
    return Path(app.config["INSTANCE_PATH"]) / "uploads" / "imports"


def _sent(browser):
    return browser.send("/exchange/new/companies", {"file": (BytesIO(_FILE), "a.csv")})


def _left(folder):
    return sorted(path.name for path in folder.glob("*"))


def test_a_file_that_arrived_is_kept_and_claimed(browser_of, alice, folder):
    assert _sent(browser_of(alice)).status_code == 303

    (import_,) = db.session.query(Import).all()
    assert _left(folder) == [import_.stored_name]


@pytest.mark.parametrize("place", ["reading it", "telling the database"])
def test_a_file_that_could_not_be_taken_on_is_gone(browser_of, alice, folder, monkeypatch, place):
    def failing(*_arguments, **_more):
        if place == "reading it":
            raise OSError(errno.EROFS, "Read-only file system")
        raise OperationalError("INSERT", {}, Exception("gone"))

    monkeypatch.setattr(*((preparing, "sheet_of") if place == "reading it" else (drafts, "begun")), failing)

    answer = _sent(browser_of(alice))

    assert answer.status_code == (507 if place == "reading it" else 503)
    assert _left(folder) == []
    assert db.session.query(Import).count() == 0


def test_a_file_whose_server_died_before_the_database_knew_of_it_goes_a_day_later(browser_of, alice, folder):
    _sent(browser_of(alice))
    (told_of,) = _left(folder)
    lost, fresh = (uploads.store(BytesIO(_FILE), is_awaited=True) for _ in range(2))
    uploads._mark(told_of).touch()
    for name in (lost, told_of):
        os.utime(uploads._mark(name), (time.time() - 2 * 24 * 3600,) * 2)

    jobs.sweep_imports()

    assert _left(folder) == sorted([told_of, fresh, f"{fresh}.part"])
