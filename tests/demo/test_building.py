"""The demo company: the same for a seed and a day, never of the future, and true to what it is counted by.

What it is like is looked at once; that it is the same, and what is counted and found, on each database.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from crm_app.accounts.models import Organisation, User
from crm_app.activity.models import Event
from crm_app.contacts.models import Company, Person
from crm_app.demo import building
from crm_app.demo.cast import Size
from crm_app.demo.models import Demo, DemoRecord
from crm_app.extensions import db, utc_now
from crm_app.goals.models import Goal, Target
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.pipeline.models import Closing, Deal, Pipeline, Stay
from crm_app.web import found_by, word_index
from crm_app.web.money import Money, Rates
from tests import make

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
_ELSEWHERE = [pytest.param(language, marks=pytest.mark.sqlite) for language in ("fa", "zh")]


def _built(olivia, language="en", seed=7, now=NOW):
    make.pipeline()
    demo = Demo(language=language, seed=seed, user=olivia)
    db.session.add(demo)
    db.session.commit()
    for _progress in building.build(demo, olivia, now):
        db.session.commit()


def _told():
    """All of the business that has a meaning of its own, by names."""
    deals = select(Deal.title, Deal.value_amount, Deal.currency, Deal.status, Deal.created_at, User.name, Company.name)
    deals = deals.join(User, Deal.owner_id == User.id).join(Company, Deal.company_id == Company.id).order_by(Deal.id)
    events = select(Event.at, Event.verb, Event.subject_table).order_by(Event.id)
    targets = select(Target.period_key, Target.amount).order_by(Target.id)
    return [[tuple(row) for row in db.session.execute(rows)] for rows in (deals, events, targets)]


def test_the_same_seed_on_the_same_day_makes_the_same_company(small, olivia):
    from tests.conftest import empty_database

    _built(olivia)
    first = _told()
    db.session.remove()
    empty_database()
    make.organisation()
    _built(make.user("Olivia Owen", role="owner"))

    assert _told() == first


@pytest.mark.sqlite
def test_another_seed_makes_another_company(small, olivia):
    from tests.conftest import empty_database

    _built(olivia)
    first = _told()
    db.session.remove()
    empty_database()
    make.organisation()
    _built(make.user("Olivia Owen", role="owner"), seed=8)

    assert _told()[0] != first[0]


@pytest.mark.parametrize("language", ["en", *_ELSEWHERE])
def test_nothing_happens_in_the_future_and_the_log_goes_forwards(filled, language):
    filled(language)

    now = utc_now()
    instants = list(db.session.scalars(select(Event.at).where(Event.subject_table != "users").order_by(Event.id)))
    assert instants == sorted(instants)
    assert instants[-1] <= now
    for column in (Deal.created_at, Deal.closed_at, Stay.entered_at, Stay.left_at, Closing.closed_at, User.created_at):
        assert db.session.scalar(select(func.max(column))) <= now


def test_figures_equal_a_recount_of_stays_closings_and_events(small, filled, olivia):
    filled()

    firm = db.session.get_one(Organisation, 1)
    year = firm.calendar().period("year", make.today() - timedelta(days=180))
    inside = (Closing.closed_at >= year.starts_at, Closing.closed_at < year.ends_at, Closing.reversed_at.is_(None))
    closings = list(db.session.scalars(select(Closing).where(*inside)))
    won, rates = [one for one in closings if one.outcome == "won"], Rates.load(firm.currency)
    worth = sum(
        rates.convert(Money(one.value_amount, one.currency), one.closed_at.astimezone(firm.zone).date())
        for one in won
        if one.value_amount is not None
    )
    assert asking.ask("won_value", year, Scope(olivia)).value == worth > 0
    assert asking.ask("won_deals", year, Scope(olivia)).value == len(won)
    assert asking.ask("lost_deals", year, Scope(olivia)).value == len(closings) - len(won)

    told = Counter(db.session.scalars(select(Event.verb).where(Event.subject_table == "deals")))
    kept = Counter(db.session.scalars(select(Closing.outcome)))
    assert (told["created"], told["won"], told["lost"]) == (small.deals, kept["won"], kept["lost"])
    moves = told["moved"] + told["won"] + told["lost"] + told["reopened"]
    assert db.session.scalar(select(func.count(Stay.id))) == small.deals + moves


def test_every_deal_stands_where_its_history_ends(filled):
    filled()

    for deal in db.session.scalars(select(Deal)):
        assert [stay.seq for stay in deal.stays] == list(range(1, len(deal.stays) + 1))
        for before, after in zip(deal.stays, deal.stays[1:], strict=False):
            assert before.left_at == after.entered_at and before.left_to_id == after.stage_id
        last = deal.stays[-1]
        assert (last.stage_id, last.left_at, last.owner_id) == (deal.stage_id, None, deal.owner_id)
        assert deal.entered_stage_at == last.entered_at
        assert deal.status == deal.stage.kind == (deal.closings[-1].outcome if deal.closed_at else "open")


def test_what_is_made_is_found(filled, browser_of, olivia):
    filled("fa")

    for model in found_by.models():
        connection = db.session.connection()
        found = connection.execute(found_by.rows(model)).all()
        assert word_index.contents(connection, model) == {row.id: set(found_by.tokens_of(model, row)) for row in found}
    db.session.commit()
    person = db.session.scalar(select(Person).order_by(Person.id).limit(1))
    page = browser_of(olivia).page(f"/search/?q={person.name}")
    assert person.name in page.text


@pytest.mark.parametrize(
    ("language", "currency", "calendar"),
    [
        ("en", "EUR", "gregorian"),
        pytest.param("fa", "IRR", "jalali", marks=pytest.mark.sqlite),
        pytest.param("zh", "CNY", "gregorian", marks=pytest.mark.sqlite),
    ],
)
def test_it_is_as_plausible_as_a_business(filled, monkeypatch, organisation, language, currency, calendar):
    monkeypatch.setattr(building, "SIZE", Size(companies=40, people=120, deals=250))
    organisation.currency, organisation.calendar_name = currency, calendar
    db.session.commit()
    filled(language)

    closed = Counter(db.session.scalars(select(Closing.outcome).where(Closing.reversed_at.is_(None))))
    assert 0.18 < closed["won"] / closed.total() < 0.4
    assert db.session.scalar(select(func.count(Pipeline.id))) == 3
    names = list(db.session.scalars(select(Company.name)))
    assert len(set(names)) == len(names) == 40
    assert set(db.session.scalars(select(Goal.calendar))) == {calendar}
    currencies = Counter(db.session.scalars(select(Deal.currency)))
    assert currencies[currency] > 200 and len(currencies) == 3
    valued = [one for one in db.session.scalars(select(Closing)) if one.value_amount is not None]
    assert all(one.base_amount is not None for one in valued)


@pytest.mark.sqlite
def test_of_the_targets_some_are_met_and_some_are_missed(filled, olivia):
    filled()

    firm = db.session.get_one(Organisation, 1)
    goal = db.session.scalar(
        select(Goal).where(
            Goal.measure == "won_value", Goal.unit == "month", Goal.team_id.is_(None), Goal.user_id.is_(None)
        )
    )
    past = [target for target in goal.targets if target.end <= make.today()]
    periods = [firm.calendar().period("month", target.start) for target in past]
    reached = asking.over_time("won_value", periods, Scope(olivia))
    met = sum(figure.value >= target.amount for figure, target in zip(reached, past, strict=True))
    assert len(past) > 15
    assert 3 <= met <= len(past) - 3
    assert any(target.start <= make.today() < target.end for target in goal.targets)


@pytest.mark.sqlite
def test_nobody_of_the_demo_can_sign_in(filled, olivia):
    filled()

    others = list(db.session.scalars(select(User).where(User.id != olivia.id)))
    assert len(others) == 15
    assert not any(user.can_sign_in or user.password_hash for user in others)


@pytest.mark.sqlite
def test_one_of_the_reps_came_midway(filled):
    filled()

    of_each = select(func.min(Closing.closed_at)).group_by(Closing.owner_id)
    first = list(db.session.scalars(of_each))
    assert max(first) - min(first) > timedelta(days=300)


def test_what_is_listed_as_the_demos_is_all_that_was_made(small, filled, olivia):
    filled()

    listed = Counter(db.session.scalars(select(DemoRecord.table_name)))
    assert (listed["companies"], listed["people"], listed["deals"]) == small
    assert listed["users"] == 15
    assert listed["pipelines"] == 2


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("language", "calendar", "fiscal_start", "now"),
    [
        ("en", "gregorian", 1, datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
        ("zh", "gregorian", 4, datetime(2026, 4, 1, 9, 0, tzinfo=UTC)),
        ("fa", "jalali", 1, datetime(2026, 3, 21, 6, 0, tzinfo=UTC)),
    ],
)
def test_on_the_first_day_of_a_year_it_has_its_goals_as_well(
    small, organisation, olivia, language, calendar, fiscal_start, now
):
    organisation.calendar_name, organisation.fiscal_start = calendar, fiscal_start
    _built(olivia, language, now=now)

    day = now.astimezone(organisation.zone).date()
    running = select(Goal.unit).join(Target).where(Target.start <= day, Target.end > day, Target.amount > 0)
    assert set(db.session.scalars(running)) == {"month", "quarter", "year"}
    assert db.session.scalar(select(func.max(Event.at)).where(Event.subject_table == "deals")) <= now
