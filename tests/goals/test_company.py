"""The company's goals page: all teams with a goal, and rows that account for all that the company is counted for."""

import pytest

from crm_app.extensions import db
from crm_app.settings import people
from tests import make


@pytest.fixture
def north(organisation, charlie, alice):
    """Alice won 500 in North, which has a goal of 1,000; all its people are in South by now."""
    team, south = alice.team, make.team("South")
    make.won(alice, value=500_00, on=make.today())
    make.goal(1000_00, team=team)
    make.goal(3000_00)
    for person in (alice, charlie):
        people.move(person, south)
    db.session.commit()
    return team


def _rows(page):
    """The texts of all rows by their first cell; the first of a name is that of teams and people."""
    rows = [[page.text_of(cell) for cell in row] for row in page.all("tr")]
    return {row[0]: row for row in reversed(rows)}


def _page(browser):
    return browser.page("/goals/?unit=month&measure=won_value")


def test_a_team_that_everybody_left_stands_there_with_its_goal(browser_of, olivia, north):
    rows = _rows(_page(browser_of(olivia)))
    assert rows["North"][1:4] == ["€500", "€1,000", "50%"]
    assert rows["Sum of the teams’ targets"][2] == "€1,000"


def test_what_somebody_won_who_left_the_company_stands_there_too(browser_of, olivia, bob, north):
    make.won(bob, value=200_00, on=make.today())
    people.disable(bob, olivia)
    db.session.commit()
    browser = browser_of(olivia)
    page = _page(browser)
    rows = _rows(page)

    assert rows["Company"][1] == "€700"
    assert rows["Former colleague"][1] == "€200"
    (link,) = [a for a in page.all("a") if page.text_of(a) == "€200"]
    assert "Won value: €200" in browser.page(link.get("href")).text


def test_what_was_won_without_an_owner_stands_there_too(browser_of, olivia, north):
    make.won(None, value=30_00, on=make.today())
    rows = _rows(_page(browser_of(olivia)))
    assert rows["Company"][1] == "€530"
    assert rows["Unassigned"][1] == "€30"


def test_a_team_that_is_empty_and_without_a_goal_stands_there_with_what_it_is_counted_for(
    browser_of, olivia, charlie, alice, statements
):
    make.won(alice, value=3000_00, on=make.today())
    people.move(alice, make.team("South"))
    db.session.commit()
    make.won(alice, value=240_00, on=make.today())
    make.goal(9000_00)
    db.session.commit()
    browser = browser_of(olivia)

    with statements() as seen:
        page = _page(browser)
    rows = _rows(page)

    assert len(seen) <= 12, "\n".join(seen)
    assert [rows[name][1] for name in ("North", "South", "Company")] == ["€3,000", "€240", "€3,240"]
    (link,) = [a for a in page.all("a") if page.text_of(a) == "North"]
    assert "€9,000" not in browser.page(link.get("href")).text
