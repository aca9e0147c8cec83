"""Changing one fact in place: of companies and people, with and without htmx."""

import pytest

from crm_app.activity.models import Event
from crm_app.contacts.forms import COMPANY_FACTS, PERSON_FACTS
from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make


@pytest.fixture
def company(alice):
    return make.company(alice, "Rheinwerk", industry="labs")


@pytest.fixture
def person(alice):
    return make.person(alice, "Ines Albrecht")


def _address(record, fact):
    return f"/contacts/{record.__tablename__}/{record.id}/facts/{fact}"


@pytest.mark.parametrize("fact", COMPANY_FACTS)
def test_each_fact_of_a_company_has_its_form(client, company, fact):
    part, page = client.part(_address(company, fact)), client.page(_address(company, fact))

    for answer in (part, page):
        form = answer.one("form", action=_address(company, fact))
        names = [e.get("name") for e in form.iter() if e.get("name")]
        assert fact in names
        assert "version" in names
        assert ("name" in names) == (fact == "name")
    assert "<!doctype" not in part.html.lower()


@pytest.mark.parametrize("fact", PERSON_FACTS)
def test_each_fact_of_a_person_has_its_form(client, person, fact):
    assert client.part(_address(person, fact)).one("form", action=_address(person, fact)) is not None


@pytest.mark.parametrize(
    ("fact", "sent", "expected"),
    [
        ("name", {"name": "Rheinwerk Labs"}, "Rheinwerk Labs"),
        ("industry", {"industry": "داروسازی 🎉"}, "داروسازی 🎉"),
        ("industry", {"industry": ""}, ""),
        ("founded", {"founded": "1998"}, 1998),
        ("founded", {"founded": ""}, None),
        ("size", {"size": "۱۲۰۰"}, 1200),
        ("country", {"country": "IR"}, "IR"),
        ("country", {"country": ""}, ""),
        ("website", {"website": "HTTP://Rheinwerk.example/a?b=c"}, "HTTP://Rheinwerk.example/a?b=c"),
        ("website", {"website": "rheinwerk.example:8080"}, "https://rheinwerk.example:8080"),
        ("phone", {"phone": "0221 39184420"}, "0221 39184420"),
    ],
)
def test_a_fact_of_a_company_is_changed(client, company, fact, sent, expected):
    response = client.send(_address(company, fact), sent | {"version": company.version})

    assert response.status_code == 303
    assert response.location == f"/contacts/companies/{company.id}"
    assert getattr(company, fact) == expected


def test_money_tags_parent_and_owner_are_changed(client, company, alice):
    holding = make.company(None, "Holding")

    client.send(_address(company, "revenue"), {"revenue": "5,000.50", "revenue_currency": "CHF"})
    client.send(_address(company, "tags"), {"tags": "#one; two; \u200c"})
    client.send(_address(company, "parent"), {"parent": "HOLDING"})
    client.send(_address(company, "owner"), {"owner": ""})

    assert (company.revenue_amount, company.revenue_currency) == (5_000_50, "CHF")
    assert [tag.name for tag in company.tags] == ["one", "two"]
    assert company.parent == holding
    assert company.owner is None


@pytest.mark.parametrize(
    ("fact", "sent", "expected"),
    [
        ("name", {"name": "Dr. Ines Albrecht"}, "Dr. Ines Albrecht"),
        ("job_title", {"job_title": "Head"}, "Head"),
        ("email", {"email": "I.Albrecht@Rheinwerk.example"}, "i.albrecht@rheinwerk.example"),
        ("email", {"email": ""}, ""),
        ("phone", {"phone": "+98 912 614 4420"}, "+98 912 614 4420"),
    ],
)
def test_a_fact_of_a_person_is_changed(client, person, fact, sent, expected):
    response = client.send(_address(person, fact), sent | {"version": person.version})

    assert response.status_code == 303
    assert getattr(person, fact) == expected


def test_a_person_is_given_a_company(client, person, company):
    client.send(_address(person, "company"), {"company": "rheinwerk"})

    assert person.company == company
    assert "Rheinwerk" in client.page(f"/contacts/people/{person.id}").text


def test_the_company_that_stands_is_meant_where_another_has_its_name(client, alice, person, company):
    other = make.company(alice, "Rheinwerk")
    client.send(_address(person, "company"), {"company": "Rheinwerk", "company_id": other.id})

    assert client.send(_address(person, "company"), {"company": "Rheinwerk"}).status_code == 303
    assert person.company == other


def test_htmx_gets_the_facts_with_the_head_and_the_timeline_beside_them(client, company):
    response = client.send(_address(company, "industry"), {"industry": "Pharma"}, htmx=True)

    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert html.startswith("<section") or 'id="facts"' in html.split("<header")[0]
    assert 'id="company-head" hx-swap-oob="true"' in html
    assert 'id="timeline" hx-swap-oob="true"' in html
    assert "changed <bdi>" not in html
    assert "Industry from <bdi>labs</bdi> to <bdi>Pharma</bdi>" in html
    assert "data-facts " not in html


def test_the_focus_returns_to_a_fact_that_was_left(client, company):
    part = client.part(f"/contacts/companies/{company.id}?fact=industry")

    assert [e.get("href") for e in part.elements if e.get("autofocus") is not None] == [_address(company, "industry")]


@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize(
    ("fact", "sent", "message"),
    [
        ("name", {"name": " "}, "Fill this in."),
        ("name", {"name": "a" * 201}, "No more than 200 characters."),
        ("website", {"website": "javascript:alert(1)"}, "Enter a web address, such as https://example.com."),
        ("size", {"size": "lots"}, "Enter a number"),
        ("parent", {"parent": "rheinwerk"}, "A company cannot be its own parent."),
        ("owner", {"owner": "12345"}, "Choose one from the list."),
        ("country", {"country": "<b>"}, "Not a valid choice"),
        ("revenue", {"revenue": "5", "revenue_currency": "???"}, "Not a valid choice"),
    ],
)
def test_a_wrong_fact_is_refused_in_its_place(client, company, htmx, fact, sent, message):
    version = company.version

    response = client.send(_address(company, fact), sent, htmx=htmx)

    assert response.status_code == 422
    assert message in response.get_data(as_text=True)
    assert ("<!doctype" in response.get_data(as_text=True).lower()) != htmx
    assert company.version == version


def test_a_rep_cannot_give_her_company_to_a_colleague(client, company, bob):
    response = client.send(_address(company, "owner"), {"owner": str(bob.id)})

    assert response.status_code == 422
    assert "Bob" not in client.part(_address(company, "owner")).text


def test_a_manager_gives_a_company_to_one_of_the_team(browser_of, charlie, alice):
    company = make.company(charlie)

    browser_of(charlie).send(_address(company, "owner"), {"owner": str(alice.id)})

    assert company.owner == alice


def test_a_grandchild_cannot_become_the_parent(client, alice, company):
    child = make.company(alice, "Child", parent=company)
    make.company(alice, "Grandchild", parent=child)

    response = client.send(_address(company, "parent"), {"parent": "Grandchild"})

    assert response.status_code == 422
    assert company.parent is None


def test_a_company_out_of_sight_cannot_be_named(client, company, person, bob):
    hidden = make.company(bob, "Secret Ltd")

    for record, fact in ((company, "parent"), (person, "company")):
        response = client.send(_address(record, fact), {fact: "secret ltd", f"{fact}_id": str(hidden.id)})
        assert response.status_code == 422
        assert "Secret Ltd" not in response.get_data(as_text=True)


def test_a_fact_that_was_not_sent_is_not_emptied(client, company):
    response = client.send(_address(company, "industry"), {"id": "999", "owner_id": "999", "deleted_at": "2001-01-01"})

    assert response.status_code == 422
    assert company.industry == "labs"


def test_keys_of_other_facts_are_ignored(client, company, alice):
    client.send(_address(company, "industry"), {"industry": "new", "name": "taken over", "owner": "", "size": "5"})

    assert (company.industry, company.name, company.owner, company.size) == ("new", "Rheinwerk", alice, None)


def test_an_unknown_fact_is_not_found(client, company, person):
    for record in (company, person):
        for fact in ("deleted_at", "version", "password", "create_anyway", "revenue_currency"):
            client.page(_address(record, fact), 404)
            assert client.send(_address(record, fact), {fact: "1"}).status_code == 404


@pytest.mark.parametrize("noun", ["company", "person"])
def test_a_change_to_something_newer_is_refused_with_the_truth(request, client, noun):
    record = request.getfixturevalue(noun)
    seen = record.version
    record.change(name="Newer name")
    db.session.commit()

    by_htmx = client.send(_address(record, "phone"), {"phone": "+49 1", "version": seen}, htmx=True)
    plainly = client.send(_address(record, "phone"), {"phone": "+49 1", "version": seen})
    page = client.page(plainly.location)

    assert by_htmx.status_code == 409
    assert "Newer name" in by_htmx.get_data(as_text=True)
    assert "a moment ago" in by_htmx.get_data(as_text=True)
    assert plainly.status_code == 303
    assert "nothing was saved" in page.text
    assert record.phone == ""


@pytest.mark.parametrize("version", ["", "x", "-1", "٣", "9" * 30])
def test_a_version_of_nonsense_does_no_harm(client, company, version):
    assert client.send(_address(company, "industry"), {"industry": "new", "version": version}).status_code == 303


def test_saving_what_stands_already_is_no_change(client, company):
    tag_as(company, ["one"])
    db.session.commit()
    before = db.session.query(Event).count()

    for fact, value in (("industry", "labs"), ("tags", "ONE"), ("size", ""), ("parent", "")):
        client.send(_address(company, fact), {fact: value})

    assert db.session.query(Event).count() == before


@pytest.mark.parametrize("noun", ["company", "person"])
def test_a_note_is_written_into_the_timeline(request, client, noun):
    record = request.getfixturevalue(noun)
    address = f"/contacts/{record.__tablename__}/{record.id}"

    plainly = client.send(f"{address}/notes", {"text": "First line\nسطر دوم <b>"})
    part = client.send(f"{address}/notes", {"text": "By htmx"}, htmx=True)

    page = client.page(address)
    assert plainly.location == address
    assert "First line سطر دوم <b>" in page.text
    assert "By htmx" in part.get_data(as_text=True)
    assert "<textarea" in part.get_data(as_text=True)
    assert ">By htmx</textarea>" not in part.get_data(as_text=True)


@pytest.mark.parametrize("text", ["", "   ", "\0", "a" * 10_001])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_note_of_nothing_or_too_much_is_refused(client, company, text, htmx):
    response = client.send(f"/contacts/companies/{company.id}/notes", {"text": text}, htmx=htmx)

    assert response.status_code == 422
    assert db.session.query(Event).filter_by(verb="noted").count() == 0


def test_older_events_come_by_their_own_address(client, company):
    for number in range(40):
        company.change(industry=f"industry {number}")
    db.session.commit()

    page = client.page(f"/contacts/companies/{company.id}")
    (older,) = [e.get("href") for e in page.all("a") if "before=" in (e.get("href") or "")]
    part, whole = client.part(older), client.page(older)

    for answer in (part, whole):
        assert "created this" in answer.text
        assert "from industry 38 to industry 39" not in answer.text
    assert "created this" not in page.text
    assert "<!doctype" not in part.html.lower()


@pytest.mark.parametrize("before", ["x", "-1", "0", "99999999999999999999"])
def test_an_older_than_of_nonsense_does_no_harm(client, company, before):
    assert client.get(f"/contacts/companies/{company.id}?before={before}").status_code == 200


def test_what_can_be_no_version_is_not_the_one_that_stands(client, alice):
    company = make.company(alice, "Alpha", industry="Optics")

    client.send(f"/contacts/companies/{company.id}/facts/industry", {"industry": "Steel", "version": "9" * 30})

    assert company.industry == "Optics"
