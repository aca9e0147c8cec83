"""The list of companies, page by page."""

import pytest

from crm_app.contacts.tagging import tag_as
from crm_app.extensions import db
from tests import make


def test_the_list_shows_companies_by_name_with_their_facts(client, alice):
    make.company(alice, "Zeta", industry="labs", country="DE", size=1200)
    make.company(None, "Alpha")

    page = client.page("/contacts/companies")

    assert page.text.index("Alpha") < page.text.index("Zeta")
    assert "Germany" in page.text
    assert "1,200" in page.text
    assert "2 companies" in page.text


def test_an_empty_list_offers_the_first_step(client):
    page = client.page("/contacts/companies")

    assert "here." in page.text
    assert page.all("a", href="/contacts/companies/new")


def test_a_list_narrowed_to_nothing_says_so(client, alice):
    make.company(alice, "Alpha")

    page = client.page("/contacts/companies?q=nothing")

    assert "Nothing here matches." in page.text
    assert "0 companies" in page.text


def test_somebody_elses_companies_are_neither_listed_nor_counted(client, bob):
    make.company(bob, "Secret", industry="secret industry")

    page = client.page("/contacts/companies")

    assert "secret" not in page.html.casefold()
    assert "0 companies" in page.text


def test_the_list_is_searched_filtered_and_sorted(client, alice, bob):
    first = make.company(alice, "Alpha Labs", industry="labs", size=5)
    make.company(None, "Beta Labs", industry="labs", size=50)
    make.company(alice, "Gamma", industry="retail", size=500)
    tag_as(first, ["vip"])
    db.session.commit()

    def listed(query):
        page = client.page(f"/contacts/companies?{query}")
        return [page.text_of(head).removeprefix(page.text_of(head)[0] + " ") for head in page.all("th", scope="row")]

    assert listed("q=LABS") == ["Alpha Labs", "Beta Labs"]
    assert listed("industry=retail") == ["Gamma"]
    assert listed(f"owner={alice.id}") == ["Alpha Labs", "Gamma"]
    assert listed("owner=0") == ["Beta Labs"]
    assert listed(f"tag={first.tags[0].id}") == ["Alpha Labs"]
    assert listed("sort=-size") == ["Gamma", "Beta Labs", "Alpha Labs"]
    assert listed("sort=-name&q=labs") == ["Beta Labs", "Alpha Labs"]
    assert listed(f"parent={first.id}") == []


@pytest.mark.parametrize(
    "query",
    [
        "sort=password", "after=x", "owner=x", "owner=99999999999999999999", "tag='", "parent=-1",
        "parent=9999999999999",
        "q=" + "a" * 5000, "q=%00", "q=%ff", "industry=%00", "sort=name&after=W10", "q=%F0%9F%8E%89", "owner=%D9%A1",
    ],
)  # fmt: skip
def test_a_query_string_of_nonsense_does_no_harm(client, alice, query):
    make.company(alice, "Alpha")

    assert client.get(f"/contacts/companies?{query}").status_code == 200
    assert client.get(f"/contacts/people?{query}").status_code == 200


@pytest.mark.parametrize("sort", ["name", "industry", "country", "size", "owner", "created", "-owner", "-size"])
def test_each_page_of_the_list_goes_on_where_the_last_ended(client, alice, sort):
    with make.at_once():
        for number in range(53):
            make.company(alice if number % 2 else None, f"Company {number:02}", size=number % 3 or None)

    page = client.page(f"/contacts/companies?sort={sort}")
    (more,) = page.all("a", rel="next")
    rest = client.page(more.get("href"))

    links = [
        e.get("href")
        for one in (page, rest)
        for e in one.all("a")
        if (e.get("href") or "").startswith("/contacts/companies/")
    ]
    assert len({link for link in links if link.rpartition("/")[2].isdigit()}) == 53
    assert not rest.all("a", rel="next")


def test_more_rows_come_alone_for_htmx(client, alice):
    with make.at_once():
        for number in range(51):
            make.company(alice, f"Company {number:02}")

    (more,) = client.page("/contacts/companies").all("a", rel="next")
    part = client.part(more.get("href"))

    assert "Company 50" in part.text
    assert "<table" not in part.html
    assert "<!doctype" not in part.html.lower()


def test_searching_answers_htmx_with_the_table_and_the_count(client, alice):
    make.company(alice, "Alpha")

    part = client.part("/contacts/companies?q=alp")

    assert part.one("div", id="companies") is not None
    assert "1 company" in part.text
    assert not part.all("h1")


@pytest.mark.parametrize("address", ["/contacts/companies", "/contacts/people"])
def test_a_list_costs_the_same_whatever_its_length(client, alice, statements, address):
    def cost():
        client.get(address)
        with statements() as seen:
            client.page(address)
        return len(seen)

    for number in range(3):
        tag_as(make.company(alice), [f"tag {number}"])
        make.person(alice, company=make.company(alice))
    few = cost()
    with make.at_once():
        for number in range(60):
            tag_as(make.company(make.user(f"User {number}"), parent=make.company(alice)), [f"tag {number}"])
            make.person(alice, company=make.company(alice))

    assert cost() == few <= 12


def test_suggestions_are_of_companies_in_sight(client, alice, bob):
    make.company(alice, "Rheinwerk Labs")
    make.company(bob, "Rheinwerk Secret")

    part = client.part("/contacts/companies/suggestions?for=parent&parent=rhein")
    page = client.page("/contacts/companies/suggestions?q=rhein")

    assert "Rheinwerk Labs" in part.text
    assert part.all("input", name="parent_id")
    assert "Secret" not in part.text + page.text


@pytest.mark.parametrize(
    ("language", "order"),
    [("en", ["", "AT", "CN", "DE", "CH", "AE"]), ("fa", ["", "DE", "AT", "AE", "CN", "CH"])],
)
def test_countries_stand_in_the_order_of_their_names_as_the_reader_writes_them(client, alice, language, order):
    alice.language = language
    for code in ("AE", "AT", "CH", "CN", "DE", ""):
        make.company(alice, f"In {code}", country=code)

    def named(sort):
        page = client.page(f"/contacts/companies?sort={sort}")
        return [page.text_of(head.find(".//bdi")).removeprefix("In").strip() for head in page.all("th", scope="row")]

    assert named("country") == order
    assert named("-country") == order[::-1]
