"""The goals page: how each goal stands, for whom, and what it leads to."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm_app.extensions import db, utc_now
from crm_app.goals import queries
from crm_app.goals.models import Goal
from tests import make


def today():
    return utc_now().astimezone(make.db.session.get(make.Organisation, 1).zone).date()


def this_month(**facts):
    return make.goal(1000_00, unit="month", **facts)


def goals_seen_by(user):
    return set(db.session.scalars(queries.visible_to(user)))


def test_without_goals_the_page_says_what_they_are_and_where_to_begin(browser_of, olivia):
    page = browser_of(olivia).page("/goals/")
    assert "A goal is a figure to reach" in page.text
    assert any("/goals/targets" in link.get("href", "") for link in page.all("a"))


def test_a_goal_shows_actual_target_and_share(browser_of, olivia, alice):
    this_month()
    make.won(alice, value=250_00, on=today())
    page = browser_of(olivia).page("/goals/?unit=month")
    for text in ("€250", "of €1,000", "25%", "Expected by today", "Projected result"):
        assert text in page.text
    # On the last working day of a month there is none left to need anything on.
    coming = [today() + timedelta(days=number) for number in range(1, 31)]
    has_working_days = any(day.month == today().month and day.weekday() < 5 for day in coming)
    assert ("Needed per working day" in page.text) == has_working_days


def test_a_period_that_is_over_says_what_it_landed_at_and_expects_nothing(browser_of, olivia, alice):
    last = make.goal(1000_00, unit="month", on=today().replace(day=1) - timedelta(days=1))
    make.won(alice, value=250_00, on=last.targets[0].start)

    page = browser_of(olivia).page(f"/goals/?unit=month&period={last.targets[0].period_key}")

    assert "The target was missed: 25%" in page.text
    assert "Difference" in page.text and "−€750" in page.text
    for text in ("Expected by today", "Projected", "expected by today", "Per working day"):
        assert text not in page.text


def test_the_page_opens_on_the_unit_that_has_goals(browser_of, olivia):
    make.goal(5, measure="won_deals", unit="year")
    page = browser_of(olivia).page("/goals/")
    assert "Won deals" in page.text


def test_a_figure_opens_the_deals_behind_it(browser_of, olivia, alice):
    this_month()
    deal = make.won(alice, value=250_00, on=today())
    browser = browser_of(olivia)
    page = browser.page("/goals/?unit=month")
    link = next(a for a in page.all("a") if "/reports/records/won_value" in a.get("href"))
    assert deal.title in browser.page(link.get("href")).text


def test_the_part_alone_is_given_to_htmx(browser_of, olivia):
    this_month()
    part = browser_of(olivia).part("/goals/?unit=month")
    assert part.one("div", id="goals") is not None
    assert not part.all("nav", class_="nav")


def test_a_jalali_goal_stands_on_the_jalali_page_only(browser_of, olivia):
    this_month(calendar="jalali")
    browser = browser_of(olivia)
    assert "of €1,000" in browser.page("/goals/?unit=month&calendar=jalali").text
    elsewhere = browser.page("/goals/?unit=month&calendar=gregorian")
    assert "There are goals for:" in elsewhere.text


def test_nothing_yet_points_to_the_last_period_that_has_something(browser_of, olivia, alice):
    this_month()
    make.won(alice, value=5_00, on=date(2017, 5, 3))
    page = browser_of(olivia).page("/goals/?unit=month")
    assert "The last period with data is May 2017" in page.text
    assert "behind the pace" in page.text and "will end near" not in page.text


def test_a_rate_over_few_deals_is_neither_good_nor_bad(browser_of, olivia, alice):
    make.goal(9000, measure="win_rate", unit="month")
    make.won(alice, value=5_00, on=today())
    make.lost(alice, on=today())
    page = browser_of(olivia).page("/goals/?unit=month")
    assert "too few to tell" in page.text
    assert "That is based on only 2 deals, too few to draw conclusions." in page.text
    assert "badge--warn" not in page.html


def test_a_rate_over_one_deal_rests_on_one(browser_of, olivia, alice):
    make.goal(9000, measure="win_rate", unit="month")
    make.won(alice, on=today())
    page = browser_of(olivia).page("/goals/?unit=month")
    assert "That is based on only 1 deal, too few to draw conclusions." in page.text


@pytest.mark.parametrize(("measure", "target"), [("average_deal", 1000_00), ("sales_cycle_days", 90_00)])
def test_a_mean_or_median_of_one_deal_is_neither_good_nor_bad(browser_of, olivia, alice, measure, target):
    make.goal(target, measure=measure, user=alice)
    make.goal(target, measure=measure)
    make.won(alice, value=5000_00)

    page = browser_of(olivia).page(f"/goals/?unit=month&measure={measure}")

    assert "That is based on only 1 deal, too few to draw conclusions." in page.text
    standing = page.one("section", **{"aria-labelledby": "goal-first"})
    assert "too few to tell" in page.text_of(standing)
    assert not [cell for cell in page.all("td") if "heat-" in cell.get("class", "")]


def test_the_years_matrix_and_the_table_hold_teams_and_people(browser_of, olivia, charlie, alice):
    this_month(team=alice.team)
    this_month(user=alice)
    make.won(alice, value=250_00, on=today())
    page = browser_of(olivia).page("/goals/?unit=month")
    assert "North" in page.text
    assert page.text.count("Alice Adler") >= 2
    assert "as much as the team’s" in page.text


def test_whoever_won_nothing_in_a_month_that_is_over_reached_none_of_its_target(browser_of, olivia, alice, bob):
    for person in (alice, bob):
        make.goal(1000_00, user=person, on=date(2025, 3, 3))
    make.won(alice, value=500_00, on=date(2025, 2, 3))

    page = browser_of(olivia).page("/goals/?unit=month&period=2025-12&measure=won_value")

    (bobs,) = [row for row in page.all("tr") if page.text_of(row).startswith("Bob Brandt")]
    assert "0% €0 of €1,000" in page.text_of(bobs)
    assert "due" not in page.text_of(bobs)


def test_a_rate_of_whoever_closed_nothing_is_not_known(browser_of, olivia, bob):
    make.goal(5000, measure="win_rate", user=bob, on=date(2025, 3, 3))

    page = browser_of(olivia).page("/goals/?unit=month&period=2025-12&measure=win_rate")

    (bobs,) = [row for row in page.all("tr") if page.text_of(row).startswith("Bob Brandt")]
    assert "0%" not in page.text_of(bobs).split()
    assert "due" not in page.text_of(bobs)


def test_members_targets_are_compared_with_the_teams(browser_of, olivia, charlie, alice):
    make.goal(500_00, unit="month", team=alice.team)
    make.goal(700_00, unit="month", user=alice)
    page = browser_of(olivia).page("/goals/?unit=month")
    assert "€200 more than the team’s" in page.text


def test_a_team_and_a_person_have_pages_of_their_own(browser_of, olivia, charlie, alice, bob):
    this_month(team=alice.team)
    this_month(user=bob)
    make.won(alice, value=100_00, on=today())
    make.won(bob, value=50_00, on=today())
    browser = browser_of(olivia)
    assert "Goals: North" in browser.page(f"/goals/?unit=month&team={alice.team_id}").text
    assert "Goals: Bob Brandt" in browser.page(f"/goals/?unit=month&owner={bob.id}").text


@pytest.mark.parametrize("sort", ["name", "-name", "actual", "-target", "projected", "reached"])
def test_the_table_is_sorted_by_any_of_its_figures(browser_of, olivia, alice, bob, sort):
    this_month(user=alice)
    this_month(user=bob)
    browser_of(olivia).page(f"/goals/?unit=month&sort={sort}")


@pytest.mark.parametrize(
    "query",
    [
        "unit=week",
        "unit=month&period=2026-13",
        "unit=quarter&period=9999-Q9",
        "period=%00",
        "calendar=mayan",
        "measure=nonsense",
        "team=abc&owner=-1",
        "team=99999999999999999999",
        "sort=;drop",
        "unit=month&period=1800-01",
        "unit=year&period=2200",
        "unit=year&period=1200&calendar=jalali",
        "unit=month&period=1600-12&calendar=jalali",
    ],
)
def test_an_address_that_says_nothing_sensible_is_read_as_if_it_were_not_there(browser_of, olivia, query):
    this_month()
    browser_of(olivia).page(f"/goals/?{query}")


def test_owners_and_viewers_see_all_goals(olivia, vera, charlie, alice, bob):
    goals = {this_month(), this_month(team=alice.team), this_month(user=bob)}
    assert goals_seen_by(olivia) == goals_seen_by(vera) == goals


def test_a_manager_sees_the_goals_of_the_team_its_members_and_the_own(charlie, alice, bob):
    this_month()
    this_month(user=bob)
    seen = {this_month(team=alice.team), this_month(user=alice), this_month(user=charlie)}
    assert goals_seen_by(charlie) == seen


def test_a_rep_sees_only_the_own_goals(charlie, alice, bob):
    this_month()
    this_month(team=alice.team)
    this_month(user=bob)
    own = this_month(user=alice)
    assert goals_seen_by(alice) == {own}


def test_a_rep_sees_all_goals_where_reps_see_all(organisation, alice, bob):
    goals = {this_month(), this_month(user=bob)}
    organisation.reps_see_all = True
    assert goals_seen_by(alice) == goals


def test_archived_goals_are_gone(olivia):
    this_month().archived_at = datetime.now(UTC)
    assert goals_seen_by(olivia) == set()


def test_an_agent_sees_no_goals(browser_of, organisation):
    agent = make.user("Ada", role="agent")
    this_month()
    assert goals_seen_by(agent) == set()
    assert browser_of(agent).get("/goals/").status_code == 403


def test_a_visitor_is_sent_to_sign_in(browser_of, organisation):
    assert browser_of().get("/goals/").status_code == 302


def test_bob_never_sees_alices_numbers(browser_of, charlie, alice, bob):
    this_month(user=alice)
    this_month(user=bob)
    make.won(alice, value=777_00, on=today())
    make.won(bob, value=10_00, on=today())
    browser = browser_of(bob)
    for query in ("", f"&owner={alice.id}", f"&team={alice.team_id}", "&measure=won_deals"):
        page = browser.page(f"/goals/?unit=month{query}")
        assert "777" not in page.text
        assert "787" not in page.text
        assert "Alice" not in page.text


def test_the_page_costs_the_same_however_many_goals_there_are(browser_of, olivia, charlie, alice, bob, statements):
    this_month()
    browser = browser_of(olivia)
    with statements() as few:
        browser.page("/goals/?unit=month")
    for measure in ("won_deals", "lost_deals", "new_deals", "win_rate", "average_deal", "sales_cycle_days"):
        make.goal(10, measure=measure, unit="month")
    for measure in ("open_value", "weighted_value"):
        make.goal(10, measure=measure, unit="month")
    for number in range(8):
        person = make.user(f"Rep {number}", team=alice.team)
        this_month(user=person)
        make.won(person, value=100_00, on=today() - timedelta(days=number))
    for measure in ("won_value", "open_value", "sales_cycle_days", "win_rate", "new_deals"):
        with statements() as many:
            browser.page(f"/goals/?unit=month&measure={measure}")
        assert len(many) <= 12, "\n".join(many)
    with statements() as usual:
        browser.page("/goals/")
    assert len(usual) <= 12
    assert len(few) <= 12
    assert db.session.query(Goal).count() == 17
