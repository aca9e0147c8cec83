"""Reports over many years: no period is left out, and none is called like another."""

import csv
import io
from datetime import date

import pytest

from tests import make


def columns_of(browser, url):
    text = browser.get(f"{url}&format=csv").get_data(as_text=True).removeprefix("\ufeff")
    return next(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("until", "last", "note"),
    [
        ("2025-04-30", "Apr 2025", ""),
        ("2025-05-31", "1 Apr 2025 – 31 May 2025", "Shown by quarter, because the period has more than 40 months."),
        ("2026-12-31", "Q4 2026", "Shown by quarter, because the period has more than 40 months."),
        ("2032-12-31", "2032", "Shown by year, because the period has more than 40 quarters."),
        ("2099-12-31", "2099", "Shown by year, because the period has more than 40 quarters."),
    ],
)
def test_more_parts_than_can_be_read_are_told_in_the_next_longer_unit(browser_of, olivia, alice, until, last, note):
    make.won(alice, value=100_00, on=date(2024, 12, 20))
    browser, url = browser_of(olivia), f"/reports/won?since=2022-01-01&until={until}&compare=none&every=month"

    page = browser.page(url)

    assert columns_of(browser, url)[-1] == f"{last} (EUR)"
    assert page.text_of(page.all("th", scope="col")[-1]) == last
    assert note in page.text and ("Shown by" in page.text) == bool(note)


def test_what_was_asked_for_stays_chosen_for_when_the_period_is_shorter_again(browser_of, olivia, alice):
    page = browser_of(olivia).page("/reports/won?since=2022-01-01&until=2026-12-31&every=month")
    options = page.one("select", name="every").iter("option")
    assert [option.get("value") for option in options if option.get("selected") is not None] == ["month"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("since=2024-01-01&until=2025-12-31&every=month", "Jan 2024"),
        ("since=2024-01-01&until=2025-12-31&every=quarter", "Q1 2024"),
        ("since=2025-01-01&until=2025-12-31&every=month", "Jan"),
        ("since=2025-01-01&until=2025-12-31&every=quarter", "Q1"),
        ("since=2025-03-21&until=2027-03-20&every=month&calendar=jalali", "Far 1404"),
        ("since=2025-03-21&until=2026-03-20&every=month&calendar=jalali", "Far"),
    ],
)
def test_parts_of_several_years_are_called_by_their_years(browser_of, olivia, alice, asked, first):
    make.won(alice, value=100_00, on=date(2025, 4, 3))
    browser, url = browser_of(olivia), f"/reports/won?{asked}&compare=none"

    names = columns_of(browser, url)[3:]

    assert names[0] == f"{first} (EUR)"
    assert len(set(names)) == len(names)
    assert f">{first}<" in browser.page(url).html


@pytest.mark.parametrize("measure", ["won_value", "sales_cycle_days", "open_value"])
def test_goals_of_three_centuries_are_told_by_year(browser_of, olivia, alice, measure):
    make.won(alice, value=100_00, on=date(2025, 4, 3))
    page = browser_of(olivia).page(f"/reports/goals?since=1900-01-01&until=2199-12-31&every=month&measure={measure}")
    assert "Shown by year" in page.text
    assert len(page.all("tbody")[0]) == 300
