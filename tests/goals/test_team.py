"""A team's goals page: what its people reached, wherever they were, and who brought what the team is counted for."""

import pytest

from crm_app.extensions import db
from tests import make


@pytest.fixture
def north(organisation, charlie, alice, bob):
    """Alice won 900 in South and 200 in North, where she is now; Bob won 500 in North and went to South."""
    north, south = alice.team, make.team("South")
    _join(alice, south)
    _join(bob, north)
    make.won(alice, value=900_00, on=make.today())
    make.won(bob, value=500_00, on=make.today())
    _join(alice, north)
    _join(bob, south)
    make.won(alice, value=200_00, on=make.today())
    make.goal(1000_00, user=alice)
    make.goal(1000_00, user=bob)
    make.goal(1000_00, team=north)
    return north


def _join(person, team):
    person.team = team
    db.session.commit()


def _rows(page):
    """The texts of all rows of both tables, by their first cell; the first of a name is that of teams and people."""
    rows = [[page.text_of(cell) for cell in row] for row in page.all("tr")]
    return {row[0]: row for row in reversed(rows)}


def _url(team, measure="won_value"):
    return f"/goals/?unit=month&measure={measure}&team={team.id}"


def test_a_persons_goal_counts_all_that_they_were_credited_for_on_the_page_of_their_team_too(
    browser_of, olivia, north, alice
):
    browser = browser_of(olivia)
    company, team = _rows(browser.page("/goals/?unit=month&measure=won_value")), _rows(browser.page(_url(north)))

    assert team["AA Alice Adler"] == company["AA Alice Adler"]
    assert team["AA Alice Adler"][1] == "€1,100"


def test_the_actual_of_a_person_on_a_teams_page_opens_deals_that_make_just_that(browser_of, olivia, north, alice):
    browser = browser_of(olivia)
    page = browser.page(_url(north))

    (link,) = [a for a in page.all("a") if page.text_of(a) == "€1,100"]
    assert "Won value: €1,100" in browser.page(link.get("href")).text


def test_the_rows_of_a_team_account_for_all_that_the_team_is_counted_for(browser_of, olivia, north, alice, bob):
    browser = browser_of(olivia)
    page = browser.page(_url(north))
    rows = _rows(page)

    assert rows["North"][1] == "€700"
    assert rows["of which for the team"][1] == "€200"
    assert rows["Bob Brandt"][1:] == ["€500", "no longer in the team"]
    for amount, person in (("€200", alice), ("€500", bob)):
        (link,) = [a for a in page.all("a") if page.text_of(a) == amount]
        opened = browser.page(link.get("href"))
        assert f"Won value: {amount}" in opened.text
        assert person.name in opened.text


def test_whoever_stayed_in_the_team_is_told_of_in_one_row(browser_of, olivia, charlie, alice):
    make.won(alice, value=200_00, on=make.today())
    make.goal(1000_00, team=alice.team)
    rows = _rows(browser_of(olivia).page(_url(alice.team)))
    assert "of which for the team" not in rows
    assert "no longer in the team" not in str(rows)


def test_a_manager_reads_what_somebody_out_of_sight_brought_the_team_without_a_name(browser_of, charlie, north):
    page = browser_of(charlie).page(_url(north))
    assert _rows(page)["Former colleague"][1] == "€500"
    assert "Bob" not in page.text


def test_a_teams_goal_for_a_state_stands_at_what_the_team_has_open(browser_of, olivia, north, alice, bob):
    make.deal(alice, value=30_00)
    make.deal(bob, value=50_00)
    make.goal(1000_00, measure="open_value", team=north)
    rows = _rows(browser_of(olivia).page(_url(north, "open_value")))
    assert rows["North"][1] == rows["AA Alice Adler"][1] == "€30"
    assert "BB Bob Brandt" not in rows and "no longer in the team" not in str(rows)


@pytest.mark.parametrize("measure", ["won_value", "open_value", "sales_cycle_days", "win_rate", "new_deals"])
def test_the_page_of_a_team_costs_no_more_than_any(browser_of, olivia, north, statements, measure):
    for key in ("won_deals", "win_rate", "new_deals", "open_value", "weighted_value", "sales_cycle_days"):
        make.goal(10, measure=key, team=north)
    browser = browser_of(olivia)
    with statements() as seen:
        browser.page(_url(north, measure))
    assert len(seen) <= 12, "\n".join(seen)
