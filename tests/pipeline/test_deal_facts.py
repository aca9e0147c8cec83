"""The facts of a deal, changed in place."""

from datetime import date

import pytest

from crm_app.activity.models import Event
from crm_app.extensions import db
from tests import make


def _version(deal):
    return {"version": deal.version}


def test_a_fact_opens_for_editing_with_and_without_script(client, alice):
    deal = make.deal(alice, value=12_50, expected_close=date(2027, 3, 1))
    url = f"/pipeline/deals/{deal.id}/facts/value"

    page, part = client.page(url), client.part(url)

    assert page.one("input", name="value").get("value") == "12.5"
    part.one("form", action=url)
    assert "<h1" not in part.html
    day = client.part(f"/pipeline/deals/{deal.id}/facts/expected_close")
    assert day.one("input", name="expected_close").get("value") == "2027-03-01"
    assert not client.part(f"/pipeline/deals/{deal.id}").all("form")


@pytest.mark.parametrize(
    ("fact", "sent", "kept"),
    [
        ("title", {"title": " Two  lines "}, "Two lines"),
        ("value", {"value": "1,250.50", "currency": "USD"}, (1250_50, "USD")),
        ("value", {"value": "", "currency": "USD"}, (None, "USD")),
        ("company", {"company": "kessler"}, "Kessler"),
        ("company", {"company": ""}, None),
        ("person", {"person": "Ines"}, "Ines"),
        ("product", {"product": "GTX"}, "GTX"),
        ("source", {"source": "Fair"}, "Fair"),
        ("expected_close", {"expected_close": "1405/12/10"}, date(2027, 3, 1)),
        ("code", {"code": "D-1"}, "D-1"),
    ],
)
def test_each_fact_is_changed_in_place(client, alice, fact, sent, kept):
    make.company(alice, "Kessler"), make.person(alice, "Ines"), make.product(name="GTX")
    deal = make.deal(alice, "One line", value=700_00, company=make.company(alice, "Old"))

    response = client.send(f"/pipeline/deals/{deal.id}/facts/{fact}", sent | _version(deal), htmx=True)
    now = getattr(deal, fact)

    assert response.status_code == 200
    assert 'id="facts"' in response.get_data(as_text=True)
    assert 'id="deal-head" hx-swap-oob="true"' in response.get_data(as_text=True)
    assert (deal.value_amount, deal.currency) == kept if fact == "value" else getattr(now, "name", now) == kept
    assert db.session.scalars(db.select(Event.verb).order_by(Event.id.desc())).first() == "changed"


def test_the_open_stay_follows_the_value_and_the_owner(browser_of, olivia, alice, bob):
    deal = make.deal(alice, value=700_00)
    browser = browser_of(olivia)

    browser.send(f"/pipeline/deals/{deal.id}/facts/value", {"value": "1", "currency": "EUR"} | _version(deal))
    browser.send(f"/pipeline/deals/{deal.id}/facts/owner", {"owner": str(bob.id)} | _version(deal))

    assert deal.owner is bob
    assert (deal.stays[-1].owner_id, deal.stays[-1].value_amount) == (bob.id, 100)


def test_a_plain_form_comes_back_to_the_page(client, alice):
    deal = make.deal(alice)

    response = client.send(f"/pipeline/deals/{deal.id}/facts/title", {"title": "New"} | _version(deal))

    assert (response.status_code, response.location) == (303, f"/pipeline/deals/{deal.id}")


@pytest.mark.parametrize(
    ("fact", "sent", "message"),
    [
        ("title", {"title": ""}, "Fill this in."),
        ("title", {"title": "x" * 201}, "No more than 200 characters."),
        ("value", {"value": "-1", "currency": "EUR"}, "An amount cannot be negative."),
        ("value", {"value": "1", "currency": "QQQ"}, "Not a valid choice"),
        ("company", {"company": "Secret Ltd"}, "Nothing with this name was found."),
        ("company", {"company": "Secret Ltd", "company_id": "SECRET"}, "Nothing with this name was found."),
        ("expected_close", {"expected_close": "31/02/2017"}, "Enter a date with the year first"),
        ("owner", {"owner": "BOB"}, "Choose one from the list."),
        ("owner", {"owner": ""}, "Choose an owner: you could not see a deal without one."),
        ("owner", {"owner": "x"}, "Choose one from the list."),
        ("code", {"code": "taken"}, "Another deal has this code."),
    ],
)
def test_a_bad_fact_is_refused_in_its_place(client, alice, bob, fact, sent, message):
    hidden = make.company(bob, "Secret Ltd")
    make.deal(bob, code="TAKEN")
    deal = make.deal(alice, "Mine", value=10_50)
    ids = {"SECRET": str(hidden.id), "BOB": str(bob.id)}
    sent = _version(deal) | {name: ids.get(value, value) for name, value in sent.items()}

    response = client.send(f"/pipeline/deals/{deal.id}/facts/{fact}", sent, htmx=True)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert (deal.title, deal.value_amount, deal.owner, deal.company) == ("Mine", 10_50, alice, None)


def test_an_unknown_fact_is_not_found(client, alice):
    deal = make.deal(alice)

    assert client.send(f"/pipeline/deals/{deal.id}/facts/stage_id", {"stage_id": "1"}).status_code == 404


def test_a_change_against_something_newer_is_refused_with_the_truth(client, alice):
    deal = make.deal(alice, "One line")
    seen = _version(deal)
    deal.change(title="Three lines")
    db.session.commit()

    response = client.send(f"/pipeline/deals/{deal.id}/facts/title", {"title": "Mine"} | seen, htmx=True)

    assert response.status_code == 409
    assert "Three lines" in response.get_data(as_text=True)
    assert "Someone changed this deal" in response.get_data(as_text=True)
    assert deal.title == "Three lines"


@pytest.mark.parametrize("fact", ["value", "owner", "company", "source", "expected_close"])
def test_a_fact_that_was_not_sent_stays(browser_of, olivia, alice, fact):
    company = make.company(alice)
    deal = make.deal(alice, value=700_00, company=company, source="Fair", expected_close=date(2027, 3, 1))

    response = browser_of(olivia).send(f"/pipeline/deals/{deal.id}/facts/{fact}", _version(deal))

    assert response.status_code == 422
    assert (deal.value_amount, deal.owner, deal.company, deal.source) == (700_00, alice, company, "Fair")
    assert deal.expected_close == date(2027, 3, 1)


def test_why_a_deal_was_lost_can_be_told_afterwards(client, alice):
    deal = make.lost(alice, reason="")
    url = f"/pipeline/deals/{deal.id}/facts/lost_reason"

    client.send(url, {"lost_reason": "Too dear", **_version(deal)})

    assert deal.lost_reason == "Too dear"
    page = client.page(f"/pipeline/deals/{deal.id}")
    assert "Lost reason Too dear" in page.text and "set Lost reason to Too dear" in page.text


def test_a_deal_that_is_not_lost_has_no_reason_of_a_loss(client, alice):
    deal = make.deal(alice)

    assert "Lost reason" not in client.page(f"/pipeline/deals/{deal.id}").text
    assert client.get(f"/pipeline/deals/{deal.id}/facts/lost_reason").status_code == 404


@pytest.mark.parametrize(
    ("shows_toman", "unit", "short"), [(True, "IRR · Toman", "IRR · Toman"), (False, "IRR · Iranian Rial", "IRR")]
)
def test_beside_an_amount_rials_are_called_by_the_unit_in_which_they_are_typed(
    client, alice, organisation, shows_toman, unit, short
):
    organisation.currency, organisation.shows_toman = "IRR", shows_toman
    deal = make.deal(alice, value=5_000_000, currency="IRR")

    for url, said in (
        (f"/pipeline/deals/{deal.id}/facts/value", unit),
        ("/pipeline/deals/new", unit),
        ("/contacts/companies/new", unit),
        ("/catalog/new", unit),
        (f"/pipeline/deals/{deal.id}/won", short),
    ):
        page = client.page(url)
        assert page.text_of(page.one("option", value="IRR")) == said, url
