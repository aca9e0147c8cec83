"""A form that is opened and saved as it is changes nothing, in whichever language and calendar one reads."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm_app.contacts.forms import COMPANY_FACTS
from crm_app.extensions import db
from crm_app.pipeline.forms.deals import FACTS as DEAL_FACTS
from crm_app.web.money import Rate
from tests import make

# CLF has no name in Persian, XCG none in Persian and Chinese.
CURRENCIES = ("EUR", "IRR", "CLF", "XCG")
READERS = {
    "en": {"language": "en"},
    "fa": {"language": "fa"},
    "zh": {"language": "zh"},
    "fa counting otherwise": {"language": "fa", "calendar": "gregorian", "digits": "latin"},
    "en counting otherwise": {"language": "en", "calendar": "jalali", "digits": "persian"},
}


@pytest.fixture(params=READERS)
def owner(request, browser_of, olivia):
    for name, value in READERS[request.param].items():
        setattr(olivia, name, value)
    db.session.commit()
    return browser_of(olivia)


def _save_as_it_is(client, url):
    """What a browser sends that shows the form: of a list in which nothing is chosen, the first."""
    form = client.page(url).one("form", action=url)
    sent = {e.get("name"): e.get("value", "") for e in form.iter() if e.tag == "input" and e.get("name")}
    del sent["csrf_token"]
    for menu in (e for e in form.iter() if e.tag == "select"):
        options = [e for e in menu.iter() if e.tag == "option"]
        chosen = [e for e in options if e.get("selected") is not None] or options
        sent[menu.get("name")] = chosen[0].get("value")
    return client.send(url, sent)


def _rows():
    """Every row of every table but what tells who was here."""
    tables = [one for one in db.metadata.sorted_tables if one.name not in ("user_sessions", "audit_entries")]
    return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_deal(owner, alice, currency):
    deal = make.deal(alice, value=1_234_567, currency=currency, expected_close=date(2025, 3, 20), source="Messe, «ن»")
    before = _rows()

    for fact in DEAL_FACTS:
        assert _save_as_it_is(owner, f"/pipeline/deals/{deal.id}/facts/{fact}").status_code == 303

    assert _rows() == before


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_company(owner, alice, currency):
    company = make.company(
        alice, "A\u200cB «ن» & <b>", parent=make.company(alice), industry="Öl, Gas", founded=1288, size=1_234_567,
        revenue_amount=1, revenue_currency=currency, country="CQ", website="https://example.com/?a=1&b=é",
    )  # fmt: skip
    before = _rows()

    for fact in COMPANY_FACTS:
        assert _save_as_it_is(owner, f"/contacts/companies/{company.id}/facts/{fact}").status_code == 303

    assert _rows() == before


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_currency_of_a_product(owner, olivia, currency):
    product = make.product(olivia, price=5, currency=currency)
    before = _rows()

    shown = owner.page(f"/catalog/{product.id}?edit=currency").one("select", name="currency")
    chosen = [e.get("value") for e in shown.iter() if e.get("selected") is not None]

    assert (chosen, _rows()) == ([currency], before)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_rate(owner, currency):
    """Also one of what has become the currency of the business since."""
    rate = Rate(currency=currency, day=date(2025, 3, 20), rate=Decimal("0.0000012345"))
    db.session.add(rate)
    db.session.commit()
    before = _rows()

    assert _save_as_it_is(owner, f"/settings/rates/{rate.id}").status_code == 303

    assert _rows() == before


@pytest.mark.parametrize("currency", CURRENCIES)
def test_the_organisation_keeps_its_currency(owner, organisation, currency):
    organisation.currency = currency
    db.session.commit()

    shown = owner.page("/settings/organisation").one("select", name="currency")

    assert [e.get("value") for e in shown.iter() if e.get("selected") is not None] == [currency]
