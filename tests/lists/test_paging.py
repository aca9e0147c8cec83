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


@pytest.mark.parametrize("sort", ["name", "-name", "size", "-size", "created"])
@pytest.mark.parametrize("number", [110, 130])
def test_what_is_sought_stands_in_its_order_whether_few_are_found_or_many(client, many, few, number, sort):
    """All 120 answer, and are few where up to 130 are."""
    few(number)
    whole = client.page(f"{COMPANIES}?sort={sort}")

    first = client.page(f"{COMPANIES}?q=comp&sort={sort}")
    second = client.page(first.one("a", rel="next").get("href"))
    third = client.page(second.one("a", rel="next").get("href"))

    assert named(first) == named(whole)
    assert sorted(named(first) + named(second) + named(third)) == many
    assert "100+ companies" in first.text and not first.all("a", rel="prev")


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
