"""A database that is away: said in plain words and soon, with no harm to what is asked once it is back."""

import threading
import time

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from crm_app import create_app, entrance, reaching
from crm_app.contacts.models import Company
from crm_app.extensions import db
from tests import make
from tests.torture.cutting import Way

pytestmark = pytest.mark.postgresql
FACTS = {"revenue_currency": "EUR"}


@pytest.fixture
def way(app, database_url):
    one = Way(database_url)
    yield one
    one.close()


@pytest.fixture
def there(app, alice, way):
    """Alice's browser, at a server that reaches the database by a way that can be cut."""
    token = make.session_token(alice)
    other = create_app(SQLALCHEMY_DATABASE_URI=way.url, RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    other.test_client_class = app.test_client_class
    browser = other.test_client()
    with browser.session_transaction() as session:
        session.update(_user_id=token, _fresh=True, language="fa")
    assert browser.get("/contacts/companies").status_code == 200
    yield browser
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def _timed(ask, *arguments, **more):
    began = time.monotonic()
    return ask(*arguments, **more), time.monotonic() - began


def _says_so(answer):
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "پیوند در حال حاضر" in answer.text or "چیزی از دست نرفت" in answer.text, answer.text


def test_one_that_refuses_is_told_of_at_once_in_the_readers_language_and_nothing_is_written_twice(there, way):
    assert there.post("/contacts/companies/new", data=FACTS | {"name": "Before"}).status_code == 303
    way.close()
    written, seconds = _timed(there.post, "/contacts/companies/new", data=FACTS | {"name": "Meanwhile"})
    read = there.get("/contacts/companies", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    way.open()
    after = there.post("/contacts/companies/new", data=FACTS | {"name": "After"})

    _says_so(written)
    _says_so(read)
    assert 'dir="rtl"' in written.text and "<html" not in read.text
    assert seconds < 3
    assert after.status_code == 303
    assert list(db.session.scalars(select(Company.name).order_by(Company.id))) == ["Before", "After"]


def test_connections_that_were_cut_are_replaced_before_anybody_meets_one(there, way):
    for _ in range(3):
        way.cut()
        time.sleep(0.1)
        assert there.get("/contacts/companies").status_code == 200


def test_one_that_stands_still_keeps_nobody_longer_than_patience_lasts(there, way, monkeypatch):
    monkeypatch.setattr(reaching, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(reaching, "_CONNECT_SECONDS", 2)
    monkeypatch.setattr(reaching, "_PAUSE_SECONDS", 0.5)

    way.stand_still()
    answers = [_timed(there.post, "/contacts/companies/new", data=FACTS | {"name": "Meanwhile"}) for _ in range(3)]
    way.open()
    time.sleep(0.6)
    healed = there.post("/contacts/companies/new", data=FACTS | {"name": "After"})

    for answer, _seconds in answers:
        _says_so(answer)
    # Asked in vain, connected in vain, told at once.
    assert [round(seconds * 2) for _answer, seconds in answers] in ([1, 4, 0], [2, 4, 0], [1, 5, 0], [2, 5, 0])
    assert healed.status_code == 303
    assert list(db.session.scalars(select(Company.name))) == ["After"]


def test_while_everybody_waits_for_one_that_stands_still_health_is_told_soon_and_then_at_once(there, way, monkeypatch):
    monkeypatch.setattr(reaching, "PATIENCE_SECONDS", 6.0)
    app = entrance.put_before(there.application)
    cookie = {"Cookie": f"peyvand={there.get_cookie('peyvand').value}"}

    way.stand_still()
    others = [
        threading.Thread(
            target=Client(app, use_cookies=False).get, args=("/contacts/companies",), kwargs={"headers": cookie}
        )
        for _ in range(4)
    ]
    for other in others:
        other.start()
    time.sleep(0.5)
    (first, soon), (second, at_once) = (_timed(Client(app).get, "/healthz") for _ in range(2))
    waiting = [other.is_alive() for other in others]
    way.open()
    for other in others:
        other.join()

    assert (first.status_code, second.status_code) == (503, 503) and "is not responding" in second.text
    assert soon < 4 and at_once < 1
    assert waiting == [True] * 4
