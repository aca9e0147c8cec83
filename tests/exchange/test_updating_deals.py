"""Deals that a newer file knows better: where they stand, how they ended, and what is told of it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm_app.extensions import db
from crm_app.pipeline.models import Deal, Stage
from crm_app.web.money import Rates
from tests import make
from tests.exchange.importing import bring_in, plan

HEAD = "id,sales agent,deal,stage,engage date,close date,value,lost reason\n"


@pytest.fixture
def firm(alice, olivia):
    make.pipeline()
    return olivia


def row(stage, begun="2017-01-01", closed="", value="10", reason=""):
    return f"{HEAD}D1,Alice Adler,One,{stage},{begun},{closed},{value},{reason}\n"


def deal():
    return db.session.scalars(select(Deal)).one()


def test_a_deal_that_moved_counts_as_updated(firm):
    bring_in("deals", row("Won", closed="2017-02-01"), firm)

    import_ = bring_in("deals", row("Proposal"), firm)

    assert (import_.updated, import_.unchanged) == (1, 0)
    assert (deal().status, deal().stage.name) == ("open", "Proposal")


def test_a_won_deal_that_is_lost_by_a_newer_file_keeps_the_reason(firm):
    bring_in("deals", row("Won", closed="2017-02-01"), firm)

    bring_in("deals", row("Lost", closed="2017-03-01", reason="Too dear"), firm)

    assert (deal().status, deal().lost_reason) == ("lost", "Too dear")
    assert plan("deals", row("Lost", closed="2017-03-01", reason="Too dear"), firm).counts == {"unchanged": 1}


def test_a_deal_goes_to_the_lost_stage_that_the_file_names(firm):
    pipeline = make.pipeline()
    pipeline.stages.append(Stage(name="Cancelled", position=7, kind="lost"))
    db.session.commit()
    bring_in("deals", row("Qualified"), firm)

    bring_in("deals", row("Cancelled", closed="2017-03-01"), firm)

    assert deal().stage.name == "Cancelled"
    assert plan("deals", row("Cancelled", closed="2017-03-01"), firm).counts == {"unchanged": 1}


def test_a_corrected_value_leaves_the_hour_of_the_closing(firm, alice):
    won = make.won(alice, value=100_00, title="One", code="D1")
    was = won.closed_at

    bring_in("deals", f"id,deal,stage,close date,value\nD1,One,Won,{make.today()},120\n", firm)

    standing = [closing for closing in deal().closings if closing.reversed_at is None]
    assert [(one.closed_at, one.value_amount) for one in standing] == [(was, 120_00)]
    assert deal().closed_at == was


@pytest.mark.parametrize("took", [timedelta(hours=10), timedelta(days=10, hours=12, minutes=30)])
def test_a_corrected_value_leaves_the_sales_cycle_to_the_second(firm, alice, took):
    begun = datetime(2026, 1, 1, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    make.won(alice, value=100_00, title="One", code="D1", created=begun, on=begun + took)
    ended = (begun + took).date()

    bring_in("deals", f"id,deal,stage,engage date,close date,value\nD1,One,Won,2026-01-01,{ended},120\n", firm)

    standing = [closing for closing in deal().closings if closing.reversed_at is None]
    assert [(one.value_amount, one.cycle_seconds) for one in standing] == [(120_00, took.total_seconds())]


def test_a_corrected_closing_day_counts_the_sales_cycle_in_whole_days(firm):
    bring_in("deals", row("Won", begun="2017-03-01", closed="2017-04-01"), firm)

    bring_in("deals", row("Won", begun="2017-03-01", closed="2017-04-11"), firm)

    standing = [closing for closing in deal().closings if closing.reversed_at is None]
    assert [one.cycle_seconds for one in standing] == [41 * 24 * 3600]


def test_a_deal_that_began_and_ended_on_one_day_never_ends_before_it_began(firm, alice):
    now = make.utc_now()
    make.won(alice, value=100_00, title="One", code="D1", on=now, created=now)

    bring_in("deals", f"id,deal,stage,close date,value\nD1,One,Won,{make.today()},120\n", firm)

    assert deal().closed_at >= deal().created_at


def test_a_deal_that_the_file_closes_earlier_stays_nowhere_beyond_that(firm, alice):
    lost = make.lost(alice, title="One", code="D1", created=90, value=10_00)
    lost.reopen(make.stage("Proposal"))
    lost.win(lost.value, make.utc_now(), Rates.load("EUR"))
    db.session.commit()

    bring_in("deals", f"id,deal,stage,close date,value\nD1,One,Won,{make.today() - timedelta(days=9)},10\n", firm)

    db.session.expire_all()
    assert {stay.left_at for stay in lost.stays} == {lost.closed_at, None}
    assert {stay.entered_at for stay in lost.stays[1:]} == {lost.closed_at}


@pytest.mark.parametrize("column", ["", ",outcome"])
def test_a_closed_deal_whose_row_says_no_stage_is_closed_on_the_day_of_the_file(firm, organisation, column):
    bring_in("deals", row("Lost", closed="2017-02-01", reason="Other"), firm)
    empty = "," * bool(column)

    bring_in("deals", f"id,deal,close date,value,lost reason{column}\nD1,One,2017-03-01,0,Too dear{empty}\n", firm)

    lost = deal()
    standing = [closing for closing in lost.closings if closing.reversed_at is None]
    assert lost.closed_at.astimezone(organisation.zone).date() == date(2017, 3, 1)
    assert [one.closed_at for one in standing] == [lost.closed_at]
    assert (lost.status, lost.expected_close, lost.value_amount, lost.lost_reason) == ("lost", None, 10_00, "Too dear")


def test_a_closed_deal_that_the_file_calls_open_keeps_the_day_of_its_closing(firm):
    bring_in("deals", row("Won", closed="2017-02-01"), firm)
    was = deal().closed_at

    bring_in("deals", "id,deal,outcome,close date,expected close\nD1,One,open,2017-03-01,2017-04-01\n", firm)

    assert (deal().closed_at, deal().expected_close) == (was, date(2017, 4, 1))


def test_a_closing_day_to_come_is_refused_for_a_closed_deal_whose_row_says_no_stage(firm):
    bring_in("deals", row("Won", closed="2017-02-01"), firm)

    assert plan("deals", "id,deal,close date\nD1,One,2199-03-01\n", firm).counts == {"refused": 1}
    assert plan("deals", "id,deal,close date\nD2,Two,2199-03-01\n", firm).counts == {"create": 1}
