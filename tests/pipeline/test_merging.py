"""Merging a stage into another: history reads as though the two had always been one, and nothing of it is lost."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from crm_app.activity.models import Event
from crm_app.activity.recording import acting_as
from crm_app.extensions import db, utc_now
from crm_app.pipeline import limits, merging, shaping, undoing
from crm_app.pipeline.models import Deal, Stage
from crm_app.web.money import Rates
from tests import make
from tests.pipeline.test_board import second_pipeline
from tests.pipeline.test_move import column

START = datetime(2026, 1, 1, 9, tzinfo=UTC)


def merge(name="Proposal", into="Qualified"):
    moved = merging.merge(make.stage(name), make.stage(into))
    db.session.commit()
    return moved


def names(deal):
    db.session.expire_all()
    return [stay.stage.name for stay in deal.stays]


def facts(stay):
    return (
        stay.stage.name, stay.entered_at, stay.left_at, stay.seconds, stay.left_to_id,
        stay.owner_id, stay.team_id, stay.value_amount, stay.currency,
    )  # fmt: skip


def walk(deal, *stages, hours=5):
    """Move the deal through these stages, as many hours in each."""
    for name in stages:
        at = deal.stays[-1].entered_at + timedelta(hours=hours)
        deal.move_to(make.stage(name))
        deal.stays[-2].leave(at, deal.stage)
        deal.stays[-1].entered_at = deal.entered_stage_at = at
    db.session.commit()
    return deal


def test_a_stay_in_the_one_is_a_stay_in_the_other(alice):
    deal = walk(make.deal(alice, at="New lead", created=START), "Proposal", "Negotiation")
    before = [facts(stay) for stay in deal.stays]
    qualified = make.stage("Qualified").id

    merge()

    db.session.expire_all()
    first, second, third = (facts(stay) for stay in deal.stays)
    assert first == (*before[0][:4], qualified, *before[0][5:])
    assert second == ("Qualified", *before[1][1:])
    assert third == before[2]
    assert "Proposal" not in [stage.name for stage in make.pipeline().stages]
    assert [stage.position for stage in make.pipeline().stages] == [1, 2, 3, 4, 5]


def test_stays_that_come_to_follow_each_other_become_one_with_the_credit_of_the_last(alice, bob):
    deal = walk(make.deal(alice, at="New lead", created=START, value=100_00), "Qualified", "Proposal")
    deal.change(owner=bob, value_amount=300_00)
    walk(deal, "Qualified", "Negotiation")

    merge()

    assert names(deal) == ["New lead", "Qualified", "Negotiation"]
    joined = deal.stays[1]
    assert [stay.seq for stay in deal.stays] == [1, 2, 3]
    assert (joined.entered_at, joined.left_at) == (START + timedelta(hours=5), START + timedelta(hours=20))
    assert (joined.seconds, joined.left_to_id) == (15 * 3600, make.stage("Negotiation").id)
    assert (joined.owner_id, joined.value_amount) == (bob.id, 300_00)


def test_the_clock_of_a_deal_starts_where_its_joined_stay_does(alice):
    there = walk(make.deal(alice, at="Qualified", created=START), "Proposal")
    back = walk(make.deal(alice, at="Proposal", created=START), "Qualified")
    versions = there.version, back.version

    merge()

    for deal, version in zip((there, back), versions, strict=True):
        assert names(deal) == ["Qualified"]
        assert deal.entered_stage_at == deal.stays[0].entered_at == START
        assert (deal.stays[0].seconds, deal.stays[0].left_at) == (None, None)
        assert deal.version > version


def test_its_cards_stand_below_those_of_the_other_in_their_order_the_bin_among_them(alice):
    for rank, title in ((900, "B"), (5, "A")):
        make.deal(alice, title, at="Qualified", rank=rank)
    for rank, title in ((7, "D"), (-3, "C"), (7_000, "E")):
        make.deal(alice, title, at="Proposal", rank=rank)
    db.session.query(Deal).filter_by(title="D").one().delete()

    assert merge() == 3

    ranks = db.session.scalars(select(Deal.rank).where(Deal.stage == make.stage("Qualified"))).all()
    assert column("Qualified") == ["A", "B", "C", "D", "E"]
    assert len(set(ranks)) == 5
    assert all(below - above >= 1024 for above, below in pairwise(sorted(ranks)[1:]))
    assert db.session.query(Deal).filter_by(title="D").one().deleted_at is not None


def test_the_highest_rank_leaves_room_below(alice):
    make.deal(alice, "A", at="Qualified", rank=2**40)
    make.deal(alice, "B", at="Proposal")

    merge()

    assert column("Qualified") == ["A", "B"]


def test_won_stages_are_merged_with_what_ended_in_them(alice):
    signed = _add(Stage(name="Signed", position=7, kind="won"))
    deal = make.deal(alice, at="Negotiation", value=500_00)
    deal.win(deal.value, utc_now(), Rates.load("EUR"), signed)
    db.session.commit()
    closed = (deal.closed_at, deal.value, len(deal.closings))

    merge("Signed", "Won")

    assert names(deal) == ["Negotiation", "Won"]
    assert (deal.stage.name, deal.status) == ("Won", "won")
    assert (deal.closed_at, deal.value, len(deal.closings)) == closed


@pytest.mark.parametrize("other", ["itself", "another kind", "another pipeline", "retired"])
def test_what_cannot_take_its_place_is_refused_and_nothing_changes(alice, other):
    deal = make.deal(alice, at="Proposal")
    stage = make.stage("Proposal")
    retired = Stage(name="Old", position=3, pipeline_id=make.pipeline().id, retired_at=utc_now())
    db.session.add(retired)
    db.session.commit()
    homes = {
        "itself": stage, "another kind": make.stage("Won"), "another pipeline": second_pipeline().stages[0],
        "retired": retired,
    }  # fmt: skip

    with pytest.raises(ValueError):
        merging.merge(stage, homes[other])

    assert names(deal) == ["Proposal"]


def test_a_stage_that_went_meanwhile_is_refused(alice):
    deal = make.deal(alice, at="Proposal")
    stage, home = make.stage("Proposal"), make.stage("Qualified")
    homes = shaping.homes_of(stage)
    db.session.execute(db.update(Stage).where(Stage.id == home.id).values(retired_at=utc_now()))

    assert home in homes
    with pytest.raises(limits.Gone, match="Qualified no longer exists"):
        merging.merge(stage, home)

    db.session.rollback()
    assert names(deal) == ["Proposal"]


def test_the_log_of_the_pipeline_says_who_did_it(alice, olivia):
    make.deal(alice, at="Proposal")
    ids = [make.stage("Proposal").id, make.stage("Qualified").id]

    with acting_as(olivia):
        merge()

    event = db.session.scalars(select(Event).where(Event.verb == "stage merged")).one()
    assert (event.actor, event.subject_table, event.subject_id) == (olivia, "pipelines", make.pipeline().id)
    assert event.particulars == {"stage": "Proposal", "into": "Qualified", "stages": ids, "deals": 1}


def test_a_move_that_can_no_longer_be_taken_back_is_not_offered(alice):
    gone = walk(make.deal(alice, at="Proposal"), "Negotiation")
    joined = walk(make.deal(alice, at="Qualified"), "Proposal")
    other = walk(make.deal(alice, at="New lead"), "Negotiation")
    assert all(undoing.last_move(deal) for deal in (gone, joined, other))

    merge()

    assert [bool(undoing.last_move(deal)) for deal in (gone, joined, other)] == [False, False, True]


def test_what_is_taken_back_into_a_joined_stay_goes_on_where_that_began(alice):
    deal = walk(make.deal(alice, at="Proposal", created=START), "Qualified", "Negotiation")
    merge()

    undoing.take_back(deal, undoing.last_move(deal).id)
    db.session.commit()

    assert names(deal) == ["Qualified"]
    assert (deal.entered_stage_at, deal.stays[0].left_at) == (START, None)


def test_many_deals_cost_no_more_statements_than_few(alice, statements):
    for number in range(10):
        walk(make.deal(alice, at="Qualified", rank=number), "Proposal")
    with statements() as few:
        merge()
    _add(Stage(name="Proposal", position=9, kind="open"))
    for number in range(60):
        walk(make.deal(alice, at="Qualified", rank=number), "Proposal")
    with statements() as many:
        merge()

    assert len(many) <= len(few) <= 30


def _add(stage):
    pipeline = make.pipeline()
    pipeline.stages.append(stage)
    db.session.commit()
    return stage
