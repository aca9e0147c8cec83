"""Whose doing a change is, and when it happened."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from crm_app.accounts.models import User
from crm_app.activity.models import Event
from crm_app.activity.recording import acting_as, instant, record_plainly
from crm_app.contacts.models import Company
from crm_app.extensions import db, utc_now
from crm_app.goals.models import TargetChange
from crm_app.pipeline.models import Deal
from crm_app.web.money import Money, Rates
from tests import make

MAY, JUNE, JULY = (datetime(2025, month, 5, 10, tzinfo=UTC) for month in (5, 6, 7))


def test_what_is_told_of_the_past_happened_then(alice):
    with acting_as(alice, MAY):
        company = Company(name="Old").create()
        deal = Deal(title="Old one", owner=alice, currency="EUR", value=None)
        deal.open_in(make.stage("New lead"))
    with acting_as(alice, JUNE):
        deal.move_to(make.stage("Proposal"))
    with acting_as(alice, JULY):
        deal.win(Money(100_00, "EUR"), JULY, Rates.load("EUR"))
    db.session.commit()

    assert company.created_at == deal.created_at == MAY
    assert [(stay.entered_at, stay.left_at) for stay in deal.stays] == [(MAY, JUNE), (JUNE, JULY), (JULY, None)]
    told = db.session.execute(select(Event.verb, Event.at).where(Event.subject_table == "deals").order_by(Event.id))
    assert [tuple(row) for row in told] == [("created", MAY), ("moved", JUNE), ("won", JULY)]


def test_a_deal_reopened_and_a_target_set_in_the_past_say_so(alice):
    deal = make.won(alice, value=5, on=MAY)
    goal = make.goal(5)
    with acting_as(alice, JUNE):
        deal.reopen(make.stage("Proposal"))
        goal.targets[0].set(7, alice)
    db.session.commit()

    assert (deal.closings[0].reversed_at, deal.entered_stage_at) == (JUNE, JUNE)
    assert list(db.session.scalars(select(TargetChange.at).order_by(TargetChange.id.desc()).limit(1))) == [JUNE]


def test_who_acts_within_the_past_is_in_the_past_too_and_afterwards_it_is_now(alice, bob):
    with acting_as(alice, MAY):
        with acting_as(bob):
            assert instant() == MAY
        assert instant() == MAY

    assert abs((utc_now() - instant()).total_seconds()) < 5


def test_what_is_audited_is_not_recorded_plainly(app, alice):
    with pytest.raises(ValueError, match="audited"):
        record_plainly(User, alice.id, "changed")
