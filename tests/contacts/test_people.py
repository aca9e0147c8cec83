"""The list of people, their pages, and making, deleting and restoring them."""

import pytest

from crm_app.contacts.models import Person
from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make


def test_the_list_shows_people_with_their_companies(client, alice):
    make.person(alice, "Ines", company=make.company(alice, "Rheinwerk"), job_title="Head", email="i@rheinwerk.example")

    page = client.page("/contacts/people")

    for words in ("Ines", "Rheinwerk", "Head", "i@rheinwerk.example", "1 person"):
        assert words in page.text


def test_an_empty_list_offers_the_first_step(client):
    assert "The people you do business with appear here." in client.page("/contacts/people").text


def test_a_company_out_of_sight_is_neither_named_nor_sorted_nor_searched_by(client, alice, bob):
    hidden = make.company(bob, "Aaa Secret")
    person = make.person(alice, "Ines", company=hidden)
    make.person(alice, "Anna", company=make.company(alice, "Bbb"))

    by_company = client.page("/contacts/people?sort=-company")
    shown = client.page(f"/contacts/people/{person.id}")
    form = client.part(f"/contacts/people/{person.id}/facts/company")

    assert "Secret" not in by_company.html + shown.html + form.html
    assert by_company.text.index("Anna") < by_company.text.index("Ines")
    assert "Nothing here matches." in client.page("/contacts/people?at=secret").text
    assert "Nothing here matches." in client.page(f"/contacts/people?company={hidden.id}").text


def test_the_list_is_narrowed_by_company_tag_owner_and_text(client, alice):
    company = make.company(alice, "Rheinwerk")
    ines = make.person(alice, "Ines", company=company, phone="+49 221 39184420")
    make.person(None, "Yusuf")
    tag_as(ines, ["vip"])
    db.session.commit()

    for query in (
        "q=ines",
        "q=4420",
        "at=rhein",
        f"company={company.id}",
        f"tag={ines.tags[0].id}",
        f"owner={alice.id}",
    ):
        page = client.page(f"/contacts/people?{query}")
        assert "Ines" in page.text, query
        assert "Yusuf" not in page.text, query
        assert "1 person" in page.text


@pytest.mark.parametrize("sort", ["name", "company", "job_title", "owner", "created", "-company"])
def test_the_list_goes_on_where_it_ended(client, alice, sort):
    company = make.company(alice, "Rheinwerk")
    with make.at_once():
        for number in range(52):
            make.person(alice if number % 3 else None, f"Person {number:02}", company=company if number % 2 else None)

    page = client.page(f"/contacts/people?sort={sort}")
    (more,) = page.all("a", rel="next")
    part, rest = client.part(more.get("href")), client.page(more.get("href"))

    names = {one for one in f"{page.text} {rest.text}".split(" ") if one.isdigit() and len(one) == 2}
    assert {f"{number:02}" for number in range(52)} <= names
    assert "<table" not in part.html


def test_a_page_shows_the_facts(client, alice):
    company = make.company(alice, "Rheinwerk", industry="labs")
    person = make.person(
        alice, "Ines", company=company, job_title="Head", email="i@rheinwerk.example", phone="+49 221 39184420"
    )

    page = client.page(f"/contacts/people/{person.id}")

    assert page.all("a", href=f"/contacts/companies/{company.id}")
    assert page.all("a", href="mailto:i@rheinwerk.example")
    assert page.all("a", href="tel:+4922139184420")
    assert "Alice Adler created this" in page.text
    assert page.one("section", id="deals").get("hx-get") == f"/pipeline/deals?person={person.id}&sort=next"


@pytest.mark.parametrize("rows", [3, 60])
def test_a_page_costs_the_same_however_long_the_history(client, alice, statements, rows):
    person = make.person(alice, company=make.company(alice))
    for number in range(rows):
        person.change(job_title=f"title {number}", owner=make.user(f"User {number}"))
    person.owner = alice
    db.session.commit()

    with statements() as seen:
        client.page(f"/contacts/people/{person.id}")

    assert len(seen) <= 12


def test_a_new_person_is_made_with_the_facts(client, alice):
    company = make.company(alice, "Rheinwerk")

    response = client.send(
        "/contacts/people/new",
        {"name": "Ines", "company": "rheinwerk", "email": "I@a.example", "tags": "vip", "owner": "", "owner_id": "999"},
    )

    person = db.session.query(Person).one()
    assert response.location == f"/contacts/people/{person.id}"
    assert (person.company, person.email, person.owner) == (company, "i@a.example", None)
    assert [tag.name for tag in person.tags] == ["vip"]


def test_a_person_begun_on_a_companys_page_has_that_company(client, alice, bob):
    company, hidden = make.company(alice, "Rheinwerk"), make.company(bob, "Secret")

    assert (
        client.page(f"/contacts/people/new?company={company.id}").one("input", id="company").get("value") == "Rheinwerk"
    )
    assert "Secret" not in client.page(f"/contacts/people/new?company={hidden.id}").html


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"name": ""}, "Fill this in."),
        ({"email": "nobody"}, "This is not a valid email address."),
        ({"email": "a@" + "b" * 300 + ".example"}, "No more than 254 characters."),
        ({"phone": "none"}, "Enter a phone number with its digits."),
        ({"company": "Nobody knows"}, "Nothing with this name was found."),
        ({"job_title": "a" * 201}, "No more than 200 characters."),
    ],
)
def test_a_person_is_refused_and_what_was_typed_kept(client, facts, message):
    response = client.send("/contacts/people/new", {"name": "Keep me"} | facts)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert "Keep me" in response.get_data(as_text=True) or "name" in facts
    assert db.session.query(Person).count() == 0


def test_an_email_that_is_somebodys_wants_confirming(client, alice, bob):
    make.person(alice, "Ines", email="i@a.example")
    make.person(bob, "Hidden", email="h@a.example")
    sent = {"name": "Also Ines", "email": "I@A.example"}

    refused = client.send("/contacts/people/new", sent)
    confirmed = client.send("/contacts/people/new", sent | {"create_anyway": "y"})
    unseen = client.send("/contacts/people/new", {"name": "Third", "email": "h@a.example"})

    assert refused.status_code == 422
    assert "Another person already has this email address." in refused.get_data(as_text=True)
    assert confirmed.status_code == unseen.status_code == 303


def test_a_deleted_person_can_be_brought_back(client, alice):
    person = make.person(alice, "Ines")

    asked = client.page(f"/contacts/people/{person.id}/deletion")
    after = client.page(client.send(f"/contacts/people/{person.id}/deletion").location)

    assert "Ines will be moved to the bin" in asked.text
    assert "Ines was moved to the bin" in after.text
    client.page(f"/contacts/people/{person.id}", 404)
    assert "Ines" in client.page("/contacts/bin?kind=people").text

    client.send(f"/contacts/people/{person.id}/restoration")

    assert "restored this from the bin" in client.page(f"/contacts/people/{person.id}").text


def test_suggestions_are_of_people_in_sight(client, alice, bob):
    make.person(alice, "Ines Albrecht")
    make.person(bob, "Ines Secret")

    assert "Ines Albrecht" in client.part("/contacts/people/suggestions?for=person&q=ines").text
    assert "Secret" not in client.page("/contacts/people/suggestions?q=ines").text
