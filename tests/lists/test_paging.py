"""Pages of a list in both directions, and how many there are."""

import pytest
from sqlalchemy import insert

from crm_app.contacts.models import Company
from crm_app.extensions import db, utc_now
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
