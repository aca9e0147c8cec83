"""How far are we from our goals: what the answer says of periods that are over, that run, and that are to come."""

from datetime import UTC, datetime, time, timedelta

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


def test_periods_to_come_have_not_begun(browser_of, olivia):
    make.goal(1000_00, on=make.today() + timedelta(days=70))
    since, until = make.today() + timedelta(days=60), make.today() + timedelta(days=80)

    page = browser_of(olivia).page(f"/reports/goals?since={since}&until={until}&every=month")

    assert answer_of(page) == "None of these periods has begun."
