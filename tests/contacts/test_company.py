"""One company: its page, making it, the bin."""

import pytest

from crm_app.activity.models import Event
from crm_app.contacts.models import Company
from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make
from tests.html import Page


def _new(**facts):
    return {"name": "Rheinwerk Labs", "revenue_currency": "EUR"} | facts


def test_a_page_shows_the_facts_and_what_belongs_to_the_company(client, alice, bob):
    parent = make.company(alice, "Holding")
    company = make.company(
        alice, "Rheinwerk Labs", parent=parent, industry="labs", founded=1998, size=1200, revenue_amount=5_000_00,
        revenue_currency="EUR", country="DE", website="https://rheinwerk.example", phone="+49 221 39184420",
    )  # fmt: skip
    make.company(alice, "Subsidiary", parent=company)
    make.company(bob, "Hidden subsidiary", parent=company)
    make.person(alice, "Ines", company=company, job_title="Head")
    make.person(bob, "Hidden person", company=company)
    tag_as(company, ["reference"])
    db.session.commit()

    page = client.page(f"/contacts/companies/{company.id}")

    for words in ("Holding", "labs", "1998", "1,200", "€5,000", "Germany", "Subsidiary", "Ines", "Head", "reference"):
        assert words in page.text
    assert "Alice Adler created this" in page.text
    assert "Hidden" not in page.text
    assert page.all("a", href="tel:+4922139184420")
    assert page.all("a", href="https://rheinwerk.example")
    assert page.all("section", id="deals")[0].get("hx-get") == f"/pipeline/deals?company={company.id}&sort=next"


def test_a_parent_out_of_sight_is_not_named(client, alice, bob):
    company = make.company(alice, "Child", parent=make.company(bob, "Secret"))

    assert "Secret" not in client.page(f"/contacts/companies/{company.id}").html
    assert "Secret" not in client.page(f"/contacts/companies/{company.id}/facts/parent").html


def test_a_deleted_parent_is_not_named(client, alice):
    parent = make.company(alice, "Gone")
    company = make.company(alice, "Child", parent=parent)
    parent.delete()

    assert "Gone" not in client.page(f"/contacts/companies/{company.id}").html


def test_a_link_that_would_run_is_shown_as_text(client, alice):
    company = make.company(alice, "Old import", website="javascript:alert(1)")

    page = client.page(f"/contacts/companies/{company.id}")

    assert "javascript:alert(1)" in page.text
    assert not [e for e in page.all("a") if (e.get("href") or "").startswith("javascript")]


def test_an_agent_sees_companies_but_no_deals(browser_of, alice):
    company = make.company(alice, "Rheinwerk")

    page = browser_of(make.user("Agnes", role="agent")).page(f"/contacts/companies/{company.id}")

    assert not page.all("section", id="deals")
    assert not page.all("a", href=f"/pipeline/deals/new?company={company.id}")


@pytest.mark.parametrize("rows", [3, 60])
def test_a_page_costs_the_same_whatever_belongs_to_it(client, alice, statements, rows):
    company = make.company(alice, parent=make.company(alice))
    for number in range(rows):
        make.company(alice, parent=company)
        make.person(alice, company=company)
        company.change(industry=f"industry {number}")
        tag_as(company, [f"tag {one}" for one in range(number % 19)])
    db.session.commit()

    with statements() as seen:
        client.page(f"/contacts/companies/{company.id}")

    assert len(seen) <= 12


def test_a_new_company_is_made_with_its_facts(client, alice):
    parent = make.company(alice, "Holding")
    facts = _new(
        parent="holding", industry="labs", founded="۱۹۹۸", size="1,200", revenue="5000", country="DE",
        website="rheinwerk.example",
        phone="+49 221 39184420", tags="one, two،three", owner=str(alice.id), id="999",
        version="77", deleted_at="2001-01-01",
    )  # fmt: skip

    response = client.send("/contacts/companies/new", facts)

    company = db.session.query(Company).filter_by(name="Rheinwerk Labs").one()
    assert response.status_code == 303
    assert response.location == f"/contacts/companies/{company.id}"
    assert (company.parent, company.founded, company.size, company.country) == (parent, 1998, 1200, "DE")
    assert (company.revenue_amount, company.revenue_currency) == (5_000_00, "EUR")
    assert company.website == "https://rheinwerk.example"
    assert sorted(tag.name for tag in company.tags) == ["one", "three", "two"]
    assert company.owner == alice
    assert company.id != 999
    assert company.deleted_at is None
    assert db.session.query(Event).filter_by(subject_table="companies", subject_id=company.id).one().verb == "created"


def test_the_form_begins_with_oneself_as_the_owner(client, alice):
    page = client.page("/contacts/companies/new")

    chosen = [e.get("value") for e in page.elements if e.tag == "option" and "selected" in e.attrib]

    assert str(alice.id) in chosen


def test_a_jalali_year_of_founding_is_understood(browser_of, olivia):
    olivia.language = "fa"

    browser_of(olivia).send("/contacts/companies/new", _new(founded="۱۳۷۷"))

    company = db.session.query(Company).one()
    assert company.founded == 1998
    assert "۱۳۷۷" in browser_of(olivia).page(f"/contacts/companies/{company.id}").text
    form = browser_of(olivia).page(f"/contacts/companies/{company.id}/facts/founded")
    assert form.one("input", name="founded").get("value") == "۱۳۷۷"


@pytest.mark.parametrize("typed", ["۸۵", "378"])
def test_a_founding_year_without_its_century_is_refused_in_persian_too(browser_of, olivia, typed):
    olivia.language = "fa"
    db.session.commit()

    answer = browser_of(olivia).send("/contacts/companies/new", _new(founded=typed))

    assert answer.status_code == 422
    assert "سال را با چهار رقم بنویسید." in answer.get_data(as_text=True)
    assert db.session.query(Company).count() == 0


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"name": ""}, "Fill this in."),
        ({"name": "\u200f \u202b"}, "Fill this in."),
        ({"name": "a" * 201}, "No more than 200 characters."),
        ({"website": "javascript:alert(1)"}, "Enter a web address, such as https://example.com."),
        ({"website": "data:text/html,x"}, "Enter a web address, such as https://example.com."),
        ({"website": "https://user:secret@rheinwerk.example"}, "Enter a web address, such as https://example.com."),
        ({"website": "https://"}, "Enter a web address, such as https://example.com."),
        ({"website": "http://[::1"}, "Enter a web address, such as https://example.com."),
        ({"website": 'https://a.example/"onmouseover=x'}, "Enter a web address, such as https://example.com."),
        ({"website": "https://a.example:999999"}, "Enter a web address, such as https://example.com."),
        ({"size": "many"}, "Enter a number"),
        ({"size": "1.5"}, "Enter a whole number."),
        ({"size": "-1"}, "Must be at least 0."),
        ({"size": "9" * 30}, "Must be at most"),
        ({"founded": "12"}, "four digits"),
        ({"founded": "2121"}, "Must be at most"),
        ({"founded": "9999"}, "Must be at most"),
        ({"revenue": "-5"}, "cannot be negative"),
        ({"revenue": "1.234567"}, "Enter an amount"),
        ({"revenue": "9" * 25}, "Enter an amount"),
        ({"revenue": "5", "revenue_currency": "XXXX"}, "Not a valid choice"),
        ({"country": "ZZ"}, "Not a valid choice"),
        ({"phone": "call me"}, "Enter a phone number with its digits."),
        ({"tags": "a" * 61}, "A tag can have at most 60 characters."),
        ({"tags": ",".join(map(str, range(21)))}, "No more than 20 tags."),
        ({"owner": "999"}, "Choose one from the list."),
        ({"owner": "x"}, "Choose one from the list."),
        ({"parent": "Nobody knows"}, "Nothing with this name was found."),
    ],
)
def test_a_company_is_refused_and_what_was_typed_kept(client, facts, message):
    sent = _new(industry="keep me", **facts) if "name" not in facts else {"industry": "keep me", **facts}

    response = client.send("/contacts/companies/new", sent)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert "keep me" in response.get_data(as_text=True)
    assert db.session.query(Company).count() == 0


@pytest.mark.parametrize(
    "name", ["Ünïcode 🎉 شرکت 公司", "<script>x</script>", "{{ 7*7 }} ${x}", "' OR 1=1 --", "a" * 200, "ﷺ" * 200]
)
def test_any_text_is_kept_as_it_is(client, name):
    client.send("/contacts/companies/new", _new(name=name))

    company = db.session.query(Company).one()
    assert company.name == name
    assert company.name in client.page(f"/contacts/companies/{company.id}").text
    assert name in client.page("/contacts/companies").text


def test_nul_and_control_characters_are_left_out(client):
    client.send("/contacts/companies/new", _new(name="A\0B\x1bC\u200e"))

    assert db.session.query(Company).one().name == "ABC"


def test_a_name_that_stands_already_wants_confirming(client, alice):
    twin = make.company(alice, "Rheinwerk labs")

    refused = client.send("/contacts/companies/new", _new())
    confirmed = client.send("/contacts/companies/new", _new(create_anyway="y"))

    assert refused.status_code == 422
    assert "There is already a company with this name." in refused.get_data(as_text=True)
    assert f"/contacts/companies/{twin.id}" in refused.get_data(as_text=True)
    assert confirmed.status_code == 303
    assert db.session.query(Company).count() == 2


def test_a_name_that_stands_out_of_sight_is_not_told(client, bob):
    make.company(bob, "Rheinwerk labs")

    assert client.send("/contacts/companies/new", _new()).status_code == 303


def test_a_deleted_company_leaves_the_lists_and_can_be_brought_back(client, alice):
    company = make.company(alice, "Rheinwerk")
    make.person(alice, "Ines", company=company)

    asked = client.page(f"/contacts/companies/{company.id}/deletion")
    response = client.send(f"/contacts/companies/{company.id}/deletion")
    after = client.page(response.location)

    assert "Rheinwerk will be moved to the bin" in asked.text
    assert "Ines" in asked.text
    assert asked.one("a", href=f"/pipeline/deals?company={company.id}").text == "its deals"
    assert "Rheinwerk was moved to the bin" in after.text
    assert after.one("form", action=f"/contacts/companies/{company.id}/restoration") is not None
    client.page(f"/contacts/companies/{company.id}", 404)
    assert "Rheinwerk" in client.page("/contacts/bin").text
    assert "0 companies" in client.page("/contacts/companies").text

    back = client.send(f"/contacts/companies/{company.id}/restoration")

    assert back.location == f"/contacts/companies/{company.id}"
    assert "restored this from the bin" in client.page(f"/contacts/companies/{company.id}").text
    assert "The bin is empty." in client.page("/contacts/bin").text


def test_the_bin_is_of_both_kinds_and_paged(client, alice):
    with make.at_once():
        for number in range(51):
            make.person(alice, f"Person {number:02}").delete()
    make.company(alice, "Rheinwerk").delete()

    page = client.page("/contacts/bin?kind=people&sort=name")
    part = client.part(page.all("a", rel="next")[0].get("href"))

    assert "Rheinwerk" not in page.text
    assert "Person 50" in part.text


def test_a_refused_web_address_is_shown_as_it_was_typed(client, alice):
    answer = client.send("/contacts/companies/new", _new(website="acme"))

    assert Page(answer.get_data(as_text=True)).one("input", name="website").get("value") == "acme"
