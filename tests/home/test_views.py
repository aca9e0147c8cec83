"""The first page of the day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from crm_app.extensions import db, utc_now
from crm_app.goals.models import Goal, Target
from crm_app.home import agenda
from crm_app.web import reader
from crm_app.web.reader import Reader
from tests import make


@pytest.fixture
def today(organisation):
    return Reader(time_zone=organisation.time_zone).today()


def _agenda(page):
    return page.text_of(page.one("section", class_="agenda"))


def _panel(page, name):
    heading = page.all("h2", id=name)
    return (
        page.text_of(next(s for s in page.all("section") if heading and heading[0] in list(s.iter())))
        if heading
        else ""
    )


def test_the_day_stands_at_the_top_in_the_readers_calendar(client, alice):
    alice.language = "fa"

    page = client.page("/")

    assert page.text_of(page.one("h1")).split()[-1].startswith("۱۴")


def test_the_page_greets_by_name(client):
    lede = client.page("/").one("p", class_="page__lede")

    assert lede.find("bdi").text == "Alice Adler"


def test_deals_that_are_late_or_close_soon_are_listed_in_their_order(client, alice, today):
    named = {-9: "Long late", -3: "Late one", 0: "Due today", 9: "After that", 5: "Next week", 40: "Far away"}
    for days, title in named.items():
        make.deal(alice, title, expected_close=today + timedelta(days=days), value=1_000_00)

    text = _agenda(client.page("/"))

    listed = [text.index(title) for title in ("Late one", "Long late", "Due today", "Next week", "After that")]
    assert listed == sorted(listed)
    assert "Far away" not in text
    assert "Overdue 2" in text and "Today 1" in text and "Due in the next two weeks 2" in text
    assert "2 deals are overdue." in client.page("/").text


def test_closed_and_deleted_deals_are_not_on_the_agenda(client, alice, today):
    make.won(alice, title="Won one", expected_close=today)
    make.deal(alice, "Gone one", expected_close=today).delete()

    page = client.page("/")

    assert "Won one" not in _agenda(page)
    assert "Gone one" not in page.text


def test_a_rep_sees_their_own_deals_alone(browser_of, bob, alice, today):
    make.deal(alice, "Alice's deal", expected_close=today)

    page = browser_of(bob).page("/?whose=all")

    assert "Alice's deal" not in page.text
    assert page.all("nav", aria_label="Whose deals") == []


def test_a_manager_sees_the_teams_deals_and_may_look_at_their_own_alone(browser_of, charlie, alice, bob, today):
    make.deal(alice, "Alice's deal", expected_close=today)
    make.deal(bob, "Bob's deal", expected_close=today)
    browser = browser_of(charlie)

    assert "Alice's deal" in _agenda(browser.page("/"))
    assert "Bob's deal" not in browser.page("/").text
    assert "Alice's deal" not in browser.page("/?whose=mine").text


def test_deals_that_stand_still_for_too_long_are_named(client, alice):
    for title, days in (("Rotten", 20), ("Forgotten", 30), ("Fresh", 2)):
        make.deal(alice, title, at="Proposal", created=days)

    quiet = _panel(client.page("/"), "quiet")

    assert quiet.index("Forgotten") < quiet.index("Rotten") and "20 days in Proposal" in quiet
    assert "Fresh" not in quiet


def test_of_more_deals_than_are_shown_all_are_counted(client, alice, today):
    with make.at_once():
        for number in range(agenda.SHOWN + 2):
            make.deal(alice, f"Late {number}", expected_close=today - timedelta(days=1 + number))
            make.deal(alice, f"Soon {number}", expected_close=today + timedelta(days=1 + number % 3))
        for _number in range(agenda.QUIET_SHOWN + 3):
            make.deal(alice, at="Proposal", created=20)

    page = client.page("/")

    assert "Overdue 17" in _agenda(page) and "Due in the next two weeks 17" in _agenda(page)
    assert "Rotting deals 9" in _panel(page, "quiet")


def test_all_deals_due_today_are_counted_and_hide_none_that_close_later(client, alice, today):
    with make.at_once():
        for number in range(agenda.SHOWN + 5):
            make.deal(alice, f"Now {number}", expected_close=today)
        make.deal(alice, "Later one", expected_close=today + agenda.SOON)
        make.deal(alice, "Too late to name", expected_close=today + agenda.SOON + timedelta(days=1))

    text = _agenda(client.page("/"))

    assert "Today 20" in text and text.count("Now ") == agenda.SHOWN
    assert "Due in the next two weeks 1" in text and "Later one" in text
    assert "Too late to name" not in text


def test_whose_a_deal_is_stands_where_everyones_are_shown_and_as_they_are_called_by_now(client, alice, today):
    make.deal(alice, "Alice's deal", expected_close=today - timedelta(days=1))
    make.deal(alice, at="Proposal", created=20)
    alice.role = "manager"
    db.session.commit()
    pages = [client.page(f"/?whose={whose}") for whose in ("mine", "all")]
    alice.name = "Alice Albers"
    db.session.commit()
    pages.append(client.page("/?whose=all"))

    for tell in (_agenda, lambda page: _panel(page, "quiet")):
        assert ["Alice A" in tell(page) for page in pages] == [False, True, True]
        assert "Alice Albers" in tell(pages[-1])


def test_ones_own_goals_are_shown_with_how_far_they_are_reached(client, alice, organisation, today):
    month = organisation.calendar().period("month", today)
    goal = Goal(measure="won_value", unit="month", calendar="gregorian", user=alice)
    target = Target(goal=goal, period_key=month.key, start=month.start, end=month.end, amount=1_000_00)
    db.session.add_all([goal, target])
    make.won(alice, value=250_00)

    aims = _panel(client.page("/"), "aims")

    assert "25% reached" in aims
    assert "€250" in aims and "€1,000" in aims


@pytest.mark.parametrize("day", [date(2026, 1, 10), date(2026, 5, 10)])
def test_of_goals_those_whose_periods_run_are_shown_the_shortest_first(client, alice, organisation, monkeypatch, day):
    monkeypatch.setattr(reader, "utc_now", lambda: datetime.combine(day, time(12), UTC))
    make.goal(3_000_00, unit="year", user=alice, on=day)
    make.goal(None, unit="quarter", user=alice, on=day)
    goal, calendar = make.goal(400_00, unit="month", user=alice, on=day), organisation.calendar()
    for days, amount in ((-40, 111_00), (40, 222_00)):
        month = calendar.period("month", day + timedelta(days=days))
        goal.targets.append(Target(period_key=month.key, start=month.start, end=month.end, amount=amount))
    db.session.commit()

    aims = _panel(client.page("/"), "aims")

    assert aims.index("€400") < aims.index("€3,000")
    assert aims.count("reached") == 2 and "€111" not in aims and "€222" not in aims


def test_a_goal_says_in_a_word_how_it_stands(client, alice):
    make.goal(1_000_00, user=alice)
    make.won(alice, value=2_000_00)

    assert "ahead" in _panel(client.page("/"), "aims")


def test_goals_of_one_calendar_are_shown_the_organisations_first(browser_of, olivia):
    make.goal(1_000_00, unit="month", calendar="jalali")
    assert "€1,000" in _panel(browser_of(olivia).page("/"), "aims")

    make.goal(300_00, unit="year")
    aims = _panel(browser_of(olivia).page("/"), "aims")

    assert "€300" in aims and "€1,000" not in aims


def test_a_manager_reads_the_goals_of_the_team_and_not_of_the_company(browser_of, charlie, alice, organisation):
    make.goal(1_000_00, unit="month")
    make.goal(400_00, unit="month", team=alice.team)
    make.won(alice, value=100_00)

    aims = _panel(browser_of(charlie).page("/"), "aims")

    assert f"Goals of {alice.team.name}" in aims
    assert "25% reached" in aims and "€1,000" not in aims


def test_an_agent_sees_news_of_contacts_and_no_deals(browser_of, alice, today):
    make.company(alice, "Alpha Optics")
    make.deal(alice, "Alpha deal", expected_close=today)

    page = browser_of(make.user("Agnes", role="agent")).page("/")

    assert "Alpha Optics" in page.text
    assert "Alpha deal" not in page.text


def test_a_viewer_sees_everyones_deals(browser_of, vera, alice, today):
    make.deal(alice, "Alpha deal", expected_close=today)

    assert "Alpha deal" in _agenda(browser_of(vera).page("/"))


def test_an_empty_agenda_says_what_belongs_there(client):
    assert "Nothing is overdue, and nothing closes in the next two weeks." in client.page("/").text


def _steps(page):
    return [page.text_of(item.find("div/a")) + ("!" if "done" in item.get("class") else "") for item in page.all("li")
            if (item.get("class") or "").startswith("first-step")]  # fmt: skip


def test_a_fresh_installation_shows_the_first_steps_with_those_done_ticked(browser_of, olivia):
    page = browser_of(olivia).page("/")
    assert _steps(page) == ["Import your data", "Add a deal", "Set goals", "Invite the people who work here"]

    make.deal(olivia, "First")
    make.user("Second")
    page = browser_of(olivia).page("/")
    assert [step for step in _steps(page) if step.endswith("!")] == ["Add a deal!", "Invite the people who work here!"]


def test_the_first_steps_are_for_the_owner_and_for_the_first_weeks(browser_of, client, olivia, organisation):
    assert _steps(client.page("/")) == []

    organisation.created_at = utc_now() - timedelta(days=31)
    assert _steps(browser_of(olivia).page("/")) == []


def test_the_first_steps_go_when_all_are_done(browser_of, olivia, alice, today):
    make.company(olivia)
    make.deal(olivia)
    goal = Goal(measure="won_value", unit="month", calendar="gregorian")
    db.session.add_all([goal, Target(goal=goal, period_key="2020-01", start=today, end=today, amount=1)])

    assert _steps(browser_of(olivia).page("/")) == []


def test_the_number_of_statements_stays_the_same(browser_of, olivia, alice, organisation, today, statements):
    def run():
        with statements() as seen:
            browser_of(olivia).page("/")
        return len(seen)

    month = organisation.calendar().period("month", today)
    for measure in ("won_value", "won_deals"):
        goal = Goal(measure=measure, unit="month", calendar="gregorian")
        db.session.add_all(
            [goal, Target(goal=goal, period_key=month.key, start=month.start, end=month.end, amount=1_000_00)]
        )
    make.deal(alice, expected_close=today, created=60, company=make.company(alice))
    few = run()
    for number in range(20):
        make.deal(alice, expected_close=today + timedelta(days=number - 9), created=60, company=make.company(alice))
        make.person(alice)
        make.won(alice)

    assert run() == few <= 12


def test_a_visitor_is_asked_to_sign_in(browser_of, organisation):
    assert browser_of().get("/").status_code == 302


@pytest.mark.parametrize("asked", ["x", "all", "mine", "", "%00"])
def test_any_address_gets_a_page(client, asked):
    client.page(f"/?whose={asked}")
