"""Errors in plain words, and never a trace."""

from crm_app.contacts import forms
from crm_app.contacts.models import Tag
from crm_app.extensions import db
from crm_app.web.headers import LONGEST_ADDRESS
from tests import html, make


def test_of_two_who_write_the_same_at_once_one_is_told_so(client, alice, monkeypatch):
    company = make.company(alice, "Alpha")
    db.session.add(Tag(name="Key"))
    db.session.commit()
    # The other one's tag comes between reading and writing.
    monkeypatch.setattr(forms, "tag_as", lambda record, names: setattr(record, "tags", [Tag(name="Key")]))

    response = client.send(f"/contacts/companies/{company.id}/facts/tags", {"tags": "Key", "version": company.version})

    assert response.status_code == 409
    assert company.tags == []


def test_who_is_signed_in_keeps_the_navigation_where_nothing_is(client, browser_of):
    page = client.page("/contacts/companies/999999", status=404)
    assert page.text_of(page.one("h1")) == "This page was not found."
    assert page.all("nav", aria_label="Main")

    assert not browser_of().page("/nowhere", status=404).all("nav", aria_label="Main")


def test_where_peyvand_itself_failed_its_page_stands_alone(client, monkeypatch, app):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "home.index", lambda: 1 / 0)

    page = client.page("/", status=500)

    assert "Something went wrong on our side." in page.text
    assert not page.all("nav", aria_label="Main")


def test_a_refused_form_offers_the_way_back_to_its_page(client):
    def ways_back(referrer):
        page = html.Page(client.post("/contacts/people/new", headers=referrer).get_data(as_text=True))
        return [link.get("href") for link in page.all("a") if page.text_of(link) == "Back to the page"]

    assert ways_back({"Referer": "http://localhost/contacts/people/new"}) == ["/contacts/people/new"]
    assert ways_back({}) == []


def test_an_endless_address_is_refused_and_repeated_nowhere(client, browser_of):
    endless = "/contacts/people?q=" + "<" * LONGEST_ADDRESS
    for someone in (client, browser_of()):
        page = someone.page(endless, status=414)
        assert page.text_of(page.one("h1")) == "This address is too long."
        assert len(page.text) < 10_000

    assert client.get("/contacts/people?q=" + "x" * (LONGEST_ADDRESS - 2)).status_code == 200
