"""Whose records they are, as filters ask for it."""

import pytest

from crm_app.extensions import db
from tests import make

COMPANIES, DEALS = "/contacts/companies", "/pipeline/deals"


@pytest.fixture
def left(alice, bob):
    """Bob, who owns a company and a deal still."""
    make.company(bob, "Left alone")
    make.deal(bob, "Left open")
    make.company(alice, "Hers")
    make.deal(alice, "Her deal")
    bob.disable()
    db.session.commit()
    return bob


def offered(browser, place):
    boxes = browser.page(f"/lists/{place}/condition?field=owner").all("input", name="value")
    return [box.get("value") for box in boxes]


@pytest.mark.parametrize(("url", "name"), [(COMPANIES, "Left alone"), (DEALS, "Left open")])
def test_who_left_is_asked_for_while_records_are_theirs(browser_of, olivia, left, url, name):
    browser = browser_of(olivia)

    page = browser.page(f"{url}?where=owner.is.{left.id}")

    assert [page.text_of(head.find(".//bdi")) for head in page.all("th", scope="row")] == [name]
    assert "Owner is Bob Brandt" in [page.text_of(chip) for chip in page.all("span", class_="chip")]
    assert str(left.id) in offered(browser, url.rpartition("/")[2])


@pytest.mark.parametrize("place", ["companies", "people", "deals"])
def test_nobody_is_offered_who_left_without_a_record_that_the_reader_sees(client, browser_of, olivia, left, place):
    assert str(left.id) not in offered(client, place)
    assert (str(left.id) in offered(browser_of(olivia), place)) == (place != "people")


def test_who_sells_no_more_is_asked_for_too(browser_of, olivia, left, alice):
    alice.role = "agent"
    db.session.commit()

    assert str(alice.id) in offered(browser_of(olivia), "companies")
