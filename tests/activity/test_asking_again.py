"""A fact that was changed against something newer: how it is now, beside what was typed, to be sent once more."""

from datetime import date

import pytest

from crm_app.extensions import db
from tests import make


def refused(browser, address, **sent):
    """The answer to a change that saw an older version, as its form tells it and would send it."""
    answer = browser.send(address, sent | {"version": "77"}, htmx=True)
    assert answer.status_code == 409
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("fact", "sent", "now"),
    [
        ("source", {"source": "Web"}, "Fair"),
        ("code", {"code": "X1"}, "–"),
        ("value", {"value": "9", "currency": "USD"}, "700 EUR · Euro"),
        ("owner", {"owner": ""}, "Alice Adler"),
        ("expected_close", {"expected_close": "2027-05-01"}, "2027-03-01"),
        ("company", {"company": ""}, "Acme"),
    ],
)
def test_it_is_told_how_the_fact_is_now(browser_of, olivia, alice, fact, sent, now):
    deal = make.deal(alice, value=700_00, company=make.company(alice, "Acme"), source="Fair")
    deal.expected_close = date(2027, 3, 1)
    db.session.commit()

    told = refused(browser_of(olivia), f"/pipeline/deals/{deal.id}/facts/{fact}", **sent)

    assert f"It now reads <bdi>{now}</bdi>. Save again to replace it." in told
    assert f'name="version" type="hidden" value="{deal.version}"' in told


def test_a_country_is_told_by_its_name(client, alice):
    company = make.company(alice, "Acme", country="DE")

    assert "<bdi>Germany</bdi>" in refused(client, f"/contacts/companies/{company.id}/facts/country", country="FR")
    assert "<bdi>Germany</bdi>" in refused(client, f"/lists/companies/{company.id}/country", country="FR")


def test_a_company_that_is_not_seen_is_not_told(client, alice, bob):
    deal = make.deal(alice, company=make.company(bob, "Secret"))

    told = refused(client, f"/pipeline/deals/{deal.id}/facts/company", company="")

    assert "It now reads <bdi>–</bdi>" in told


def test_which_of_two_of_one_name_was_meant_is_sent_once_more(client, alice):
    deal, meant = make.deal(alice), [make.company(alice, "Acme") for _ in range(2)][1]

    told = refused(client, f"/pipeline/deals/{deal.id}/facts/company", company="Acme", company_id=meant.id)

    assert f'name="company_id" value="{meant.id}" data-picker-name="Acme" checked' in told
