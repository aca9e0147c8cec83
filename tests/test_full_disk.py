"""A full disk: what is written is refused in plain words, what is read goes on, and it heals without a restart."""

import errno
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from crm_app.exchange import uploads
from crm_app.extensions import db
from tests.torture import crashing, starving


@pytest.mark.slow
def test_a_full_disk_refuses_writes_and_serves_reads_and_heals_by_itself(tmp_path):
    with crashing.victim(tmp_path, f"sqlite:///{tmp_path / 'peyvand.db'}") as one:
        fields = {"csrf_token": one.token, "revenue_currency": "EUR"}
        before, _page = one.ask("POST", "/contacts/companies/new", name="Before", **fields)

        with starving.without_room(one):
            refused, words = one.ask("POST", "/contacts/companies/new", name="Meanwhile", **fields)
            listed, companies = one.ask("GET", "/contacts/companies")
        after, _page = one.ask("POST", "/contacts/companies/new", name="After", **fields)
        torn = crashing.torn(one)
        kept = crashing.column(one, "SELECT name FROM companies ORDER BY id")

    assert (before, refused, listed, after) == (303, 507, 200, 303)
    assert "The disk is full or cannot be written to" in words
    assert "Before" in companies and "Meanwhile" not in companies
    assert kept == ["Before", "After"]
    assert torn == []


def test_a_file_that_finds_no_room_is_refused_in_the_readers_words_and_leaves_nothing(
    app, browser_of, alice, monkeypatch
):
    def full(content, kept, _piece):
        kept.write(content.read(3))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(uploads.shutil, "copyfileobj", full)
    alice.language = "fa"
    db.session.commit()

    answer = browser_of(alice).send("/exchange/new/companies", {"file": (BytesIO(b"Name\nAlpha\n"), "a.csv")})

    assert answer.status_code == 507
    assert "دیسک" in answer.text
    assert list(Path(app.config["INSTANCE_PATH"]).glob("uploads/imports/*")) == []


def test_what_else_the_system_refuses_is_a_fault_of_ours(app, browser_of, alice, monkeypatch):
    from crm_app.contacts.views import companies

    def broken(*_arguments, **_more):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(companies, "page", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    browser = browser_of(alice)

    try:
        assert browser.get("/contacts/companies/new").status_code == 500
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None


def test_a_database_without_room_is_told_apart_from_one_that_is_away(app, browser_of, alice, monkeypatch):
    from crm_app.contacts.views import companies

    class NoRoom(Exception):
        sqlstate = "53100"

    for original, status in ((NoRoom("no space left"), 507), (Exception("gone"), 503)):

        def failing(*_arguments, original=original, **_more):
            raise OperationalError("INSERT", {}, original)

        monkeypatch.setattr(companies, "page", failing)
        assert browser_of(alice).get("/contacts/companies/new").status_code == status
