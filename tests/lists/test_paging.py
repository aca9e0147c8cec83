"""Pages of a list in both directions, and how many there are."""

import pytest
from sqlalchemy import insert

from crm_app.contacts.models import Company
from crm_app.extensions import db, utc_now
from crm_app.web import tables
from tests import make

COMPANIES = "/contacts/companies"


def named(page):
    return [page.text_of(head.find(".//bdi")) for head in page.all("th", scope="row")]


@pytest.fixture
def many(alice):
    with make.at_once():
        return [make.company(alice, f"Company {number:03}", size=number % 3 or None).name for number in range(120)]


@pytest.mark.parametrize("sort", ["name", "-name", "size", "-size", "created"])
def test_one_gets_back_to_where_one_came_from(client, many, sort):
    first = client.page(f"{COMPANIES}?sort={sort}")
    second = client.page(first.one("a", rel="next").get("href"))
    third = client.page(second.one("a", rel="next").get("href"))

    back = client.page(third.one("a", rel="prev").get("href"))
    front = client.page(back.one("a", rel="prev").get("href"))

    assert named(back) == named(second)
    assert named(front) == named(first)
    assert sorted(named(first) + named(second) + named(third)) == many
    assert not front.all("a", rel="prev") and not third.all("a", rel="next")


def test_rows_before_come_alone_for_htmx_and_offer_those_before_them(client, many):
    second = client.page(client.page(COMPANIES).one("a", rel="next").get("href"))
    third = client.page(second.one("a", rel="next").get("href"))

    part = client.part(third.one("a", rel="prev").get("href"))

    assert "Company 050" in part.text and "Company 099" in part.text and "Company 100" not in part.text
    assert part.all("a", rel="prev") and not part.all("a", rel="next")
    assert not part.all("table")


def test_a_page_before_the_first_row_is_the_first_page(client, many):
    first = client.page(COMPANIES)
    second = client.page(first.one("a", rel="next").get("href"))
    before = second.one("a", rel="prev").get("href")
    token = before.partition("before=")[2].partition("&")[0]

    assert named(client.page(f"{COMPANIES}?sort=-name&before={token}x")) == many[::-1][:50]


def test_past_a_thousand_the_number_is_told_when_asked_for(client, alice):
    like = {"created_at": utc_now(), "owner_id": alice.id, "version": 1}
    rows = [like | {"name": f"C{n}", "name_key": f"c{n}", "sort_key": f"c{n}"} for n in range(1002)]
    db.session.execute(insert(Company), rows)

    page = client.page(COMPANIES)
    count = page.one("span", id="companies-count")

    assert page.text_of(count) == "1,000+ companies"
    assert "1,002 companies" in client.page(count.find("a").get("href")).text


@pytest.fixture
def few(monkeypatch):
    """As if a hundred were as many as are counted: what few are is another matter for each test."""

    def so_many(number):
        monkeypatch.setattr(tables, "COUNTED_TO", 100)
        monkeypatch.setattr(tables, "_FEW", number)
        tables._first_of_few.cache_clear()

    yield so_many
    tables._first_of_few.cache_clear()


@pytest.fixture
def many_kinds(alice, bob):
    """A hundred and twenty of each, all seen by everybody who sells, half of them beside a record of another kind."""
    above = make.company(alice, "Above")
    with make.at_once():
        for number in range(120):
            owner, beside = (alice, bob, None)[number % 3], above if number % 2 else None
            make.company(owner, f"Comp {number % 7} {number}", size=number % 5 or None, parent=beside)
            make.person(owner, f"Comp {number % 7} {number}", company=beside)
            make.deal(owner, f"Comp {number % 7} {number}", company=beside, value=number % 9 * 100_00)


def three_pages(browser, url):
    names = []
    for _page in range(3):
        page = browser.page(url)
        names += named(page)
        url = (page.all("a", rel="next") or [None])[0]
        url = url is not None and url.get("href")
    return names, url


@pytest.mark.parametrize(
    ("place", "sorts"),
    [
        (COMPANIES, ("name", "-name", "size", "-size", "created", "owner", "-owner", "parent", "-parent")),
        ("/contacts/people", ("-name", "company", "-company", "owner")),
        ("/pipeline/deals", ("title", "-value", "company", "-company", "owner", "stage")),
    ],
)
@pytest.mark.parametrize("number", [110, 130])
def test_what_is_sought_stands_in_its_order_whether_few_are_found_or_many(
    browser_of, olivia, many_kinds, few, number, place, sorts
):
    """All 120 answer, and are few where up to 130 are."""
    few(number)
    browser = browser_of(olivia)

    for sort in sorts:
        whole, _further = three_pages(browser, f"{place}?sort={sort}&q=")
        sought, further = three_pages(browser, f"{place}?sort={sort}&q=comp")
        assert sought == [name for name in whole if name.startswith("Comp")], sort
        assert len(sought) == 120 and not further, sort
    assert "100+" in browser.page(f"{place}?q=comp").text


@pytest.mark.parametrize(("text", "found"), [("company 007", 1), ("company 00", 10), ("company 9", 0)])
def test_of_few_that_are_sought_all_are_told_and_nothing_follows(client, many, text, found):
    page = client.page(f"{COMPANIES}?q={text}&sort=-name")

    assert named(page) == [f"Company {number:03}" for number in (range(10) if found > 1 else [7])][::-1][:found]
    assert not page.all("a", rel="next")


def test_what_is_sought_is_looked_for_once(client, many, statements):
    client.page(f"{COMPANIES}?q=company 00")
    with statements() as seen:
        client.page(f"{COMPANIES}?q=company 00")

    assert len([one for one in seen if "companies_words" in one]) == 1


@pytest.mark.parametrize(
    "url", ["/contacts/people?sort=company", "/contacts/companies?sort=-size", "/pipeline/deals?sort=value"]
)
def test_the_statement_of_a_sorted_list_is_made_once(client, alice, url):
    make.person(alice, "Paul Pauli", company=make.company(alice, "Rheinwerk"))
    make.deal(alice, "Licences")
    client.page(url)
    made = tables._first_drawn.cache_info().misses

    for _time in range(3):
        client.page(url)

    assert tables._first_drawn.cache_info().misses == made
