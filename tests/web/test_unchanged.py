"""Pages that are kept until something changes: as they were while nothing did, right at once after anything."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from time import monotonic

import pytest
from sqlalchemy import DateTime, bindparam, text

from crm_app.accounts.queries import forget_organisation
from crm_app.accounts.queries import organisation as read_organisation
from crm_app.extensions import db, reading, utc_now
from crm_app.web import unchanged
from tests import make

PAGES = ("/goals/", "/reports/", "/reports/won", "/reports/pipeline", "/reports/win-rate", "/reports/goals")

_PATIENCE = 20


@pytest.fixture
def world(alice, olivia):
    make.goal(1_000_00)
    make.won(alice, value=300_00)
    make.lost(alice)
    make.deal(alice, value=70_00)
    db.session.commit()


def _asked(client, statements, url):
    with statements() as seen:
        answer = client.get(url)
    return len(seen), _plain(answer.text)


def _plain(html):
    """But for tokens, and for signs that kept parts spell by their numbers."""
    return re.sub(r'(X-CSRFToken": "|csrf_token" value=")[^"]+', r"\1", unescape(html))


@pytest.mark.parametrize("url", PAGES)
def test_a_page_is_asked_for_once_while_nothing_changes(world, browser_of, olivia, statements, url):
    client = browser_of(olivia)

    first, drawn = _asked(client, statements, url)
    again = _asked_until_kept(client, statements, url, first)

    assert min(asked for asked, _kept in again) < first
    assert {kept for _asked, kept in again} == {drawn}


def _asked_until_kept(client, statements, url, first):
    """PostgreSQL numbers the changes of all its databases in one row: what other tests write there is a change, too."""
    again = []
    until = monotonic() + _PATIENCE
    while monotonic() < until and not any(asked < first for asked, _kept in again):
        again.append(_asked(client, statements, url))
    return again


def _of_other_hands(sql, **instants):
    """A change that no verb of the product made, over a connection of its own."""
    engine = db.engine

    def change():
        with engine.connect() as connection:
            connection.execute(text(sql).bindparams(*(bindparam(name, type_=DateTime) for name in instants)), instants)
            connection.commit()

    with ThreadPoolExecutor() as others:
        others.submit(change).result()


CHANGES = {
    "a value is corrected": "UPDATE closings SET base_amount = 45600",
    "a closing is dated back": "UPDATE closings SET closed_at = :long_ago",
    "a deal goes into the bin": "UPDATE deals SET deleted_at = :now",
    "a deal is gone for good": "DELETE FROM closings",
    "a target is changed": "UPDATE targets SET amount = 77700",
    "the currency is another": "UPDATE organisations SET currency = 'GBP'",
    "the year begins in another month": "UPDATE organisations SET fiscal_start = 4",
    "a colleague goes by another name": "UPDATE users SET name = 'Alicia'",
    "a stage is likelier to be won": "UPDATE stages SET probability = 77 WHERE kind = 'open'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_page_says_so_at_once(world, browser_of, olivia, change, monkeypatch):
    client = browser_of(olivia)
    before = [_plain(client.get(url).text) for url in PAGES]
    sql, now = CHANGES[change], datetime.now(UTC).replace(tzinfo=None)
    values = {"now": now, "long_ago": now - timedelta(days=900)}

    _of_other_hands(sql, **{name: value for name, value in values.items() if f":{name}" in sql})

    after = [_plain(client.get(url).text) for url in PAGES]
    monkeypatch.setattr(unchanged, "state", lambda: None)
    assert after != before
    assert after == [_plain(client.get(url).text) for url in PAGES]


def test_a_deal_won_in_the_product_stands_in_the_figure_at_once(world, browser_of, olivia, alice):
    client = browser_of(olivia)
    before = client.page("/reports/won").text

    make.won(alice, value=70_00)
    db.session.commit()

    assert "€370" not in before
    assert "€370" in client.page("/reports/won").text


def test_a_rep_is_never_shown_what_was_kept_for_the_owner(world, browser_of, olivia, bob):
    browser_of(olivia).get("/reports/won")

    page = browser_of(bob).page("/reports/won")

    assert "€300" not in page.text
    assert "€300" in browser_of(olivia).page("/reports/won").text


def test_a_new_day_makes_the_page_anew(world, browser_of, olivia, statements, monkeypatch):
    client = browser_of(olivia)
    first, _drawn = _asked(client, statements, "/goals/")
    kept = min(asked for asked, _kept in _asked_until_kept(client, statements, "/goals/", first))
    tomorrow = utc_now() + timedelta(days=1)

    for module in ("crm_app.web.reader", "crm_app.measures.view"):
        monkeypatch.setattr(f"{module}.utc_now", lambda: tomorrow)

    # Not as many as on the first day: on the first of a month there is less to ask.
    assert _asked(client, statements, "/goals/")[0] > kept


def test_states_are_equal_while_nothing_is_written_and_differ_after_it(app, organisation):
    db.session.commit()

    def seen():
        with app.test_request_context("/"):
            forget_organisation()
            read_organisation()
            found = unchanged.state()
            db.session.rollback()
        return found

    first, again = seen(), [seen()]
    until = monotonic() + _PATIENCE
    while monotonic() < until and again[-1] not in (first, *again[:-1]):
        again.append(seen())
    _of_other_hands("UPDATE organisations SET name = name")
    after = seen()

    assert first is not None
    assert len({first, *again}) < 1 + len(again)
    assert after not in {first, *again}


def test_what_is_read_in_one_request_is_of_one_instant(app, organisation):
    db.session.commit()
    with reading():
        before = db.session.scalar(text("SELECT name FROM organisations"))
        _of_other_hands("UPDATE organisations SET name = 'Another'")
        after = db.session.scalar(text("SELECT name FROM organisations"))
        db.session.rollback()

    assert before == after != "Another"
