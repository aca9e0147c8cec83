"""One import in two windows: what is decided in one is not overwritten by the other, which still reads the file."""

import pytest
from sqlalchemy import select

from crm_app.catalog.models import Product
from crm_app.exchange.models import Import
from crm_app.exchange.views import steps
from crm_app.extensions import db
from tests.exchange.stepping import CSV, checked, columns, digest

SAID = "The rows have been checked again in the meantime. Here is the result."


@pytest.fixture
def once(monkeypatch):
    """`once(module, name, other)`: amid the first call of a function, `other` happens."""

    def arrange(module, name, other):
        function, waiting = getattr(module, name), [other]

        def called(*arguments):
            given = function(*arguments)
            if waiting:
                waiting.pop()()
            return given

        monkeypatch.setattr(module, name, called)

    return arrange


def _sent(browser, url, **otherwise):
    return columns(browser.page(f"{url}?step=columns")) | otherwise


def _kept():
    return db.session.execute(select(Import.columns, Import.layout["encoding"].as_string())).one()


def test_columns_decided_in_another_window_stay_decided(client, browser_of, alice, once):
    url, other = checked(client, "products", CSV), browser_of(alice)
    sent = _sent(client, url)
    less = {name: "" if value == "family" else value for name, value in sent.items()}
    once(steps.preparing, "prepare", lambda: other.send(f"{url}/columns", less))

    answer = client.send(f"{url}/columns", sent)

    assert answer.status_code == 303
    page = client.page(url)
    assert SAID in page.text
    assert "family" not in _kept().columns.values()
    client.send(f"{url}/start", {"digest": digest(page)})
    assert set(db.session.scalars(select(Product.family))) == {""}


def test_a_file_read_in_another_way_in_another_window_stays_so(client, browser_of, alice, once):
    url, other = checked(client, "products", CSV), browser_of(alice)
    once(steps.preparing, "prepare", lambda: other.send(f"{url}/layout", {"encoding": "cp1256"}))

    client.send(f"{url}/columns", _sent(client, url))

    assert _kept()[1] == "cp1256"
    assert SAID in client.page(url).text
    assert not db.session.scalar(select(Import.preview))


def test_columns_decided_while_the_file_is_read_in_another_way_stay_decided(client, browser_of, alice, once):
    url, other = checked(client, "products", CSV), browser_of(alice)
    before = _kept()
    once(steps.preparing, "sheet_of", lambda: other.send(f"{url}/columns", _sent(other, url)))

    answer = client.send(f"{url}/layout", {"encoding": "cp1256"})

    assert answer.status_code == 303
    assert SAID in client.page(url).text
    assert _kept() == before


def test_a_page_shown_in_another_language_takes_nothing_back(client, browser_of, alice, once):
    url, other = checked(client, "products", CSV), browser_of(alice)
    sent = _sent(client, url)
    less = {name: "" if value == "family" else value for name, value in sent.items()}
    alice.language = "fa"
    db.session.commit()
    once(steps.preparing, "prepare", lambda: other.send(f"{url}/columns", less))

    assert client.get(url).status_code == 200

    assert "family" not in _kept().columns.values()
