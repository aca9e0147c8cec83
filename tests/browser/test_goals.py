"""Goals and targets as a browser shows them where amounts are long, as in tomans."""

import pytest

from crm_app.extensions import db
from crm_app.goals.models import Target
from tests import make

pytestmark = pytest.mark.browser

# What is written beyond its own cell, and what an input does not show whole.
_BEYOND = """() => [...document.querySelectorAll("main td :is(small, bdi, input)")].filter((one) => {
  const [inner, outer] = [one.getBoundingClientRect(), one.closest("td").getBoundingClientRect()];
  return inner.left < outer.left - 1 || inner.right > outer.right + 1 || one.scrollWidth > one.clientWidth + 1;
}).map((one) => one.value || one.textContent)"""


@pytest.fixture
def tomans(organisation, olivia, alice):
    """A company that counts in tomans by the Jalali calendar, with targets of milliards; Olivia reads Persian."""
    organisation.currency, organisation.calendar_name, olivia.language = "IRR", "jalali", "fa"
    alice.team = make.team("North")
    calendar = organisation.calendar("jalali")
    months = calendar.parts(calendar.period("year", make.today()), "month")
    for whose in ({}, {"team": alice.team}, {"user": alice}):
        goal = make.goal(868_866_666_667, calendar="jalali", on=months[0].start, **whose)
        for month in months[1:]:
            target = Target(period_key=month.key, start=month.start, end=month.end)
            goal.targets.append(target)
            target.set(868_866_666_667, olivia)
    db.session.commit()


@pytest.mark.parametrize("width", [1440, 1280, 768, 360])
def test_how_everybody_stands_is_in_sight_however_long_amounts_are(tomans, page_of, olivia, width):
    page = page_of(olivia, width=width)

    page.goto("/goals/?unit=month")

    hidden = page.locator(".sheet:has(.table--goals)").evaluate("sheet => sheet.scrollWidth - sheet.clientWidth")
    assert page.locator(".table--goals .table__standing").count() >= 3
    assert hidden == 0


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("url", ["/goals/?unit=month", "/goals/targets?unit=month"])
def test_amounts_of_twelve_months_stay_in_their_cells_however_long_they_are(tomans, page_of, olivia, url, width):
    page = page_of(olivia, width=width)

    page.goto(url)

    assert page.locator("main td :is(small, bdi, input)").count() >= 12
    assert page.evaluate(_BEYOND) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
