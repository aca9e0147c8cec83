"""Deals that stand still: the clock of a stage, working days, snoozing, and what filters make of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_app.extensions import db, utc_now
from crm_app.pipeline import queries, rotting
from crm_app.pipeline.models import Deal, Stage
from crm_app.web.money import Money, Rates
from crm_app.web.reader import Reader, read_as
from tests import make

# A Wednesday noon in Berlin, and the Thursday two weeks before it.
NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)
TWO_WEEKS_AND_A_DAY = NOW - timedelta(days=15)


def in_working_days(name, days):
    stage = make.stage(name)
    stage.rot_days, stage.rots_in_working_days = days, True
    db.session.commit()
    return stage


@pytest.fixture(autouse=True)
def berlin(organisation):
    read_as(Reader(time_zone="Europe/Berlin"))


def test_a_deal_rots_once_it_has_stood_longer_than_its_stage_allows(alice):
    deal = make.deal(alice, at="Proposal", created=TWO_WEEKS_AND_A_DAY)

    exactly = rotting.clock(deal, deal.entered_stage_at + timedelta(days=14))
    longer = rotting.clock(deal, deal.entered_stage_at + timedelta(days=14, seconds=1))

    assert exactly == (14, 14, False, "fresh")
    assert longer == (14, 14, False, "rotting")


def test_a_stage_may_count_working_days_alone(alice):
    stage = in_working_days("Proposal", 11)
    deal = make.deal(alice, at=stage, created=TWO_WEEKS_AND_A_DAY)

    assert rotting.clock(deal, NOW) == (11, 11, True, "fresh")
    assert rotting.clock(deal, NOW + timedelta(seconds=1)).state == "rotting"


def test_the_days_off_are_the_organisations(alice):
    read_as(Reader(time_zone="Europe/Berlin", weekend=(4,)))
    stage = in_working_days("Proposal", 12)
    deal = make.deal(alice, at=stage, created=TWO_WEEKS_AND_A_DAY)

    assert rotting.clock(deal, NOW).days == 13
    assert rotting.clock(deal, NOW).state == "rotting"


def test_a_stage_without_a_limit_lets_nothing_rot(alice):
    stage = in_working_days("Proposal", None)
    deal = make.deal(alice, at=stage, created=900)

    assert rotting.clock(deal).days == 900
    assert rotting.clock(deal).state == "fresh"


def test_a_snoozed_deal_does_not_rot_before_its_day(alice):
    deal = make.deal(alice, at="Proposal", created=40)
    today = make.today()

    deal.snooze(today + timedelta(days=1), "Budget comes in December")
    asleep = rotting.clock(deal).state
    deal.snoozed_until = today

    assert asleep == "snoozed"
    assert rotting.clock(deal).state == "rotting"


def test_leaving_the_stage_wakes_a_deal(alice):
    deal = make.deal(alice, at="Proposal")
    deal.snooze(make.today() + timedelta(days=9), "Waiting")

    deal.move_to(make.stage("Qualified"))

    assert (deal.snoozed_until, deal.snooze_reason) == (None, "")


def test_winning_wakes_a_deal(alice):
    deal = make.deal(alice, at="Proposal")
    deal.snooze(make.today() + timedelta(days=9), "Waiting")

    deal.win(Money(1, "EUR"), utc_now(), Rates.load("EUR"))

    assert deal.snoozed_until is None


def test_closed_deals_are_in_no_state_of_the_clock(alice):
    make.lost(alice, created=90)
    deals = queries.visible_to(alice)

    for state in ("rotting", "snoozed", "fresh"):
        assert db.session.scalars(rotting.only(deals, state, make.pipeline().stages)).all() == []


def test_what_stands_still_is_sought_by_one_statement_as_of_now_and_as_stages_allow_by_now(alice):
    stage = make.stage("Proposal")
    deal = make.deal(alice, at=stage, created=TWO_WEEKS_AND_A_DAY)
    rotten = rotting.only(queries.visible_to(alice), "rotting", [stage])
    before = list(db.session.scalars(rotten))

    stage.rot_days = 10_000
    again = rotting.only(queries.visible_to(alice), "rotting", [stage])

    assert before == [deal] and again is rotten
    assert list(db.session.scalars(again)) == []


hours = st.integers(0, 24 * 40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(st.lists(st.tuples(hours, st.booleans(), st.sampled_from([None, -1, 0, 1, 30])), min_size=1, max_size=5))
def test_the_filter_finds_exactly_the_deals_whose_cards_say_so(alice, made):
    db.session.query(Deal).delete()
    in_working_days("Qualified", 9)
    for ago, is_working, sleep in made:
        until = None if sleep is None else make.today() + timedelta(days=sleep)
        created = utc_now() - timedelta(hours=ago)
        make.deal(alice, at="Qualified" if is_working else "Proposal", created=created, snoozed_until=until)
    stages = db.session.query(Stage).all()

    found = {
        state: {deal.id for deal in db.session.scalars(rotting.only(queries.visible_to(alice), state, stages))}
        for state in ("rotting", "snoozed", "fresh")
    }

    for deal in db.session.scalars(queries.visible_to(alice)):
        assert [state for state, ids in found.items() if deal.id in ids] == [rotting.clock(deal).state]
