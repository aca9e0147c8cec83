"""How far are we from our goals: what the answer says of periods that are over, that run, and that are to come."""

from datetime import UTC, date, datetime, time, timedelta

from crm_app.web import reader
from tests import make


def answer_of(page):
    (answer,) = page.all("p", class_="answer")
    return page.text_of(answer)


def test_on_its_last_day_a_period_still_runs(browser_of, olivia, alice, monkeypatch):
    (target,) = make.goal(1000_00).targets
    make.won(alice, value=250_00, on=make.today())
    last_day = datetime.combine(target.end - timedelta(days=1), time(12), UTC)
    monkeypatch.setattr(reader, "utc_now", lambda: last_day)

    answer = answer_of(browser_of(olivia).page("/reports/goals?period=this_month&every=month"))

    assert "€250 of €1,000" in answer
    assert "has begun" not in answer


def test_of_periods_that_are_over_those_count_of_which_it_can_be_told(browser_of, olivia, alice):
    for month in (1, 2, 3):
        make.goal(5000, measure="win_rate", on=date(2025, month, 1))
    for number in range(30):
        make.won(alice, on=date(2025, 1, 1 + number % 28))
    make.won(alice, on=date(2025, 2, 3))
    url = "/reports/goals?measure=win_rate&every=month&since=2025-{}-01&until=2025-{}-28"
    browser = browser_of(olivia)

    assert answer_of(browser.page(url.format("01", "03"))) == (
        "The company met the target in 1 of 1 completed period. It is not known for 2 more."
    )
    assert answer_of(browser.page(url.format("02", "03"))) == (
        "It is not known whether the target was met in the 2 completed periods."
    )


def test_periods_to_come_have_not_begun(browser_of, olivia):
    make.goal(1000_00, on=make.today() + timedelta(days=70))
    since, until = make.today() + timedelta(days=60), make.today() + timedelta(days=80)

    page = browser_of(olivia).page(f"/reports/goals?since={since}&until={until}&every=month")

    assert answer_of(page) == "None of these periods has started."


def test_years_of_monthly_goals_are_told_by_quarter_up_to_the_running_one(browser_of, olivia, alice):
    make.goal(900_00, unit="quarter")
    make.won(alice, value=250_00, on=make.today())
    since = date(make.today().year - 4, 1, 1)
    url = f"/reports/goals?since={since}&until={date(make.today().year, 12, 31)}&every=month"

    page = browser_of(olivia).page(url)

    assert "€250 of €900" in answer_of(page)
    assert "Shown by quarter, because the period has more than 40 months." in page.text
