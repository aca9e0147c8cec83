"""A target keeps the days it was set for when the organisation's year begins with another month."""

from datetime import date

import pytest

from crm_app.extensions import db
from crm_app.goals.models import Goal, Target
from crm_app.settings import organisation as work
from tests import make

SHEET = "/goals/targets?measure=won_value&unit=quarter&calendar=gregorian&year="


@pytest.fixture
def quarters(organisation, olivia):
    """Targets of the four quarters of the calendar year 2026."""
    goal = make.goal(1_00, unit="quarter", on=date(2026, 1, 1))
    for number, month in enumerate((4, 7, 10), 2):
        period = organisation.calendar().period("quarter", date(2026, month, 1))
        target = Target(period_key=period.key, start=period.start, end=period.end)
        goal.targets.append(target)
        target.set(number * 100, olivia)
    db.session.commit()
    return goal


@pytest.fixture
def begin_with(organisation):
    def change(month, **more):
        work.change(organisation, fiscal_start=month, **more)
        db.session.commit()

    return change


def typed(browser, year):
    page = browser.page(SHEET + str(year))
    fields = page.all("input")
    return {
        field.get("name").removeprefix("cell-company-"): field.get("value")
        for field in fields
        if (field.get("name") or "").startswith("cell-company-") and field.get("value")
    }


def test_a_quarter_that_has_another_number_now_keeps_its_target(begin_with, quarters, browser_of, olivia):
    begin_with(4)

    browser = browser_of(olivia)
    assert typed(browser, 2025) == {"2025-Q4": "1"}
    assert typed(browser, 2026) == {"2026-Q1": "2", "2026-Q2": "3", "2026-Q3": "4"}


def test_a_target_of_other_months_is_never_shown_for_the_new_quarter(begin_with, quarters, browser_of, olivia):
    begin_with(2)

    browser = browser_of(olivia)
    assert typed(browser, 2025) == typed(browser, 2026) == {}
    response = browser.send(SHEET + "2026", {"cell-company-2026-Q1": "7", "was-company": "0:,0:,0:,0:"})
    assert response.status_code == 303
    assert typed(browser, 2026) == {"2026-Q1": "7"}
    begin_with(1)
    assert typed(browser, 2026) == {"2026-Q1": "1", "2026-Q2": "2", "2026-Q3": "3", "2026-Q4": "4"}
    begin_with(2)
    assert typed(browser, 2026) == {"2026-Q1": "7"}


def test_the_history_still_says_which_days_a_target_was_for(begin_with, quarters, browser_of, olivia):
    begin_with(2)

    first = next(target for target in quarters.targets if target.start == date(2026, 1, 1))
    page = browser_of(olivia).page(f"/goals/targets/{first.id}/history")

    assert "1 Jan 2026 – 31 Mar 2026" in page.text
    assert "The company’s target is €1" in page.text


def test_the_home_page_counts_the_days_a_target_was_set_for(begin_with, browser_of, olivia, alice):
    make.goal(1_000_00, unit="year", on=make.today(), user=alice)
    year = make.today().year
    make.won(alice, value=250_00, on=make.today())
    # With the month to come, but never with January: then nothing would be another.
    begin_with(2 + (make.today().month - 1) % 11)

    page = browser_of(alice).page("/")

    assert f"1 Jan {year} – 31 Dec {year}" in page.text
    assert "25%" in page.text


def test_months_and_the_other_calendar_keep_their_keys(begin_with, organisation):
    month = make.goal(5_00, on=date(2026, 3, 5))
    jalali = make.goal(6_00, unit="quarter", calendar="jalali", on=date(2026, 5, 5))

    begin_with(4)

    assert month.targets[0].period_key == "2026-03"
    assert jalali.targets[0].period_key == "1405-Q1"


def test_another_calendar_takes_the_beginning_of_the_year_along(begin_with, quarters, organisation):
    jalali = make.goal(6_00, unit="year", calendar="jalali", on=date(2026, 5, 5))
    begin_with(4)

    begin_with(7, calendar_name="jalali")

    keys = dict(db.session.query(Target.start, Target.period_key).join(Goal).filter(Goal.calendar == "gregorian"))
    assert keys[date(2026, 1, 1)] == "2026-Q1"
    assert jalali.targets[0].period_key == "2026-03-21"


def test_who_changed_a_target_stays_known(begin_with, quarters, olivia):
    begin_with(4)

    second = next(target for target in quarters.targets if target.start == date(2026, 4, 1))
    assert [(change.after, change.actor) for change in db.session.scalars(second.changes.select())] == [(200, olivia)]


def test_the_owner_is_told_of_targets_that_no_quarter_has_any_more(quarters, browser_of, olivia):
    browser = browser_of(olivia)
    form = {"name": "Halden", "currency": "EUR", "time_zone": "Europe/Berlin", "calendar_name": "gregorian"}

    quarters.targets[-1].set(None, olivia)
    db.session.commit()

    browser.send("/settings/organisation", form | {"fiscal_start": "2"})
    assert "3 targets no longer match a quarter or year" in browser.page("/settings/").text

    browser.send("/settings/organisation", form | {"fiscal_start": "4"})
    assert (
        "targets no longer match a quarter or year. They are kept in case you change the start of the year back."
        not in browser.page("/settings/").text
    )
