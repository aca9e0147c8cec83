"""What a deal's verbs leave behind: a stay for each stage it was in, a closing for each end, and events."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm_app.activity.models import Event
from crm_app.activity.records import Conflict
from crm_app.extensions import db, utc_now
from crm_app.pipeline.models import Deal
from crm_app.web.money import Money, Rate, Rates
from tests import make
from tests.pipeline.test_board import second_pipeline

NO_RATES = Rates("EUR", [])


def kept(deal):
    db.session.commit()
    return deal


def verbs(deal):
    events = select(Event).where(Event.subject_table == "deals", Event.subject_id == deal.id).order_by(Event.id)
    return [event.verb for event in db.session.scalars(events)]


def test_a_new_deal_stays_in_its_stage_since_it_began(alice, charlie):
    began = utc_now() - timedelta(days=5)
    deal = Deal(title="New", owner=alice, currency="EUR", value_amount=700, created_at=began)
    kept(deal.open_in(make.stage("Proposal")))

    stay = deal.stays[0]
    assert (deal.status, deal.pipeline, deal.entered_stage_at) == ("open", make.pipeline(), began)
    assert (stay.seq, stay.entered_at, stay.left_at, stay.seconds, stay.left_to_id) == (1, began, None, None, None)
    assert (stay.owner_id, stay.team_id, stay.value_amount, stay.currency) == (alice.id, alice.team_id, 700, "EUR")
    assert (deal.first_owner, deal.first_team) == (alice, alice.team)
    assert verbs(deal) == ["created"]


def test_moving_closes_one_stay_and_opens_the_next(alice):
    deal = make.deal(alice, at="New lead", created=3)

    deal.move_to(make.stage("Proposal"))
    kept(deal)

    first, second = deal.stays
    assert first.left_at == second.entered_at == deal.entered_stage_at
    assert first.seconds == int((first.left_at - first.entered_at).total_seconds())
    assert abs(first.seconds - 3 * 86_400) < 60
    assert first.left_to_id == second.stage_id == make.stage("Proposal").id
    assert (second.seq, second.left_at) == (2, None)
    assert verbs(deal) == ["created", "moved"]


def test_moving_to_the_stage_it_is_in_changes_nothing(alice):
    deal = make.deal(alice, at="Proposal")
    version = deal.version

    deal.move_to(make.stage("Proposal"))
    kept(deal)

    assert (len(deal.stays), deal.version, verbs(deal)) == (1, version, ["created"])


def test_a_deal_is_won_or_lost_by_its_own_verb_only(alice):
    deal = make.deal(alice)

    for name in ("Won", "Lost"):
        with pytest.raises(ValueError):
            deal.move_to(make.stage(name))

    assert deal.is_open


def test_a_second_visit_is_a_stay_of_its_own(alice):
    deal = make.deal(alice, at="Qualified")

    deal.move_to(make.stage("Proposal"))
    deal.move_to(make.stage("Qualified"))
    kept(deal)

    assert [(stay.seq, stay.stage.name) for stay in deal.stays] == [(1, "Qualified"), (2, "Proposal"), (3, "Qualified")]


def test_another_pipeline_ends_a_stay_without_saying_where_it_led(alice):
    deal = make.deal(alice, at="Qualified")
    other = second_pipeline()

    deal.move_to(other.stages[0])
    kept(deal)

    assert deal.pipeline == other
    assert deal.stays[0].left_at is not None and deal.stays[0].left_to_id is None


def test_winning_keeps_who_gets_the_credit_and_what_it_was_worth_then(alice, charlie):
    db.session.add(Rate(currency="USD", day=date(2026, 3, 1), rate=Decimal("0.9")))
    db.session.add(Rate(currency="USD", day=date(2026, 3, 10), rate=Decimal("0.5")))
    began, at = datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)
    deal = make.deal(alice, at="Negotiation", value=100_00, created=began)

    deal.win(Money(200_00, "USD"), at, Rates.load("EUR"))
    kept(deal)

    closing = deal.closings[0]
    assert (deal.status, deal.stage.kind, deal.closed_at) == ("won", "won", at)
    assert (closing.outcome, closing.closed_at, closing.reversed_at) == ("won", at, None)
    assert (closing.owner, closing.team) == (alice, alice.team)
    assert (closing.value_amount, closing.currency, closing.base_amount) == (200_00, "USD", 180_00)
    assert closing.cycle_seconds == (at - began).total_seconds()
    assert (deal.stays[-1].stage, deal.stays[-1].value_amount, deal.stays[-1].entered_at) == (deal.stage, 200_00, at)
    assert verbs(deal) == ["created", "won"]


def test_the_rate_is_the_one_of_the_local_day(alice):
    db.session.add(Rate(currency="USD", day=date(2026, 3, 1), rate=Decimal("0.9")))
    db.session.add(Rate(currency="USD", day=date(2026, 3, 10), rate=Decimal("0.5")))
    deal = make.deal(alice, created=datetime(2026, 3, 1, tzinfo=UTC))

    after_midnight_in_tehran = datetime(2026, 3, 10, 1, tzinfo=ZoneInfo("Asia/Tehran"))
    deal.win(Money(100_00, "USD"), after_midnight_in_tehran, Rates.load("EUR"))

    assert deal.closings[0].base_amount == 50_00


def test_a_deal_without_value_or_rate_is_closed_without_a_worth(alice):
    unknown, foreign = make.deal(alice), make.deal(alice)

    unknown.win(None, utc_now(), NO_RATES)
    foreign.win(Money(100, "USD"), utc_now(), NO_RATES)
    kept(unknown)

    assert (unknown.closings[0].value_amount, unknown.closings[0].base_amount) == (None, None)
    assert (foreign.closings[0].value_amount, foreign.closings[0].base_amount) == (100, None)


def test_losing_keeps_the_reason(alice):
    deal = make.deal(alice, value=100_00)

    deal.lose("No budget", utc_now(), NO_RATES)
    kept(deal)

    assert (deal.status, deal.lost_reason, deal.closings[0].outcome) == ("lost", "No budget", "lost")
    assert deal.closings[0].base_amount == 100_00
    assert verbs(deal) == ["created", "lost"]


def test_a_closing_in_the_past_is_dated_then_but_never_before_the_deal_began(alice):
    early, too_early = make.deal(alice, created=10), make.deal(alice, created=10)
    day = utc_now() - timedelta(days=4)

    early.win(Money(1, "EUR"), day, NO_RATES)
    too_early.win(Money(1, "EUR"), utc_now() - timedelta(days=40), NO_RATES)
    kept(early)

    assert (early.closed_at, early.stays[0].left_at, early.entered_stage_at) == (day, day, day)
    assert too_early.closed_at == too_early.created_at
    assert too_early.closings[0].cycle_seconds == 0


def test_a_stay_never_ends_before_it_began(alice):
    deal = make.deal(alice, at="Proposal", created=10)
    deal.move_to(make.stage("Negotiation"))

    deal.win(Money(1, "EUR"), utc_now() - timedelta(days=4), NO_RATES)
    kept(deal)

    assert [stay.seconds is None or stay.seconds >= 0 for stay in deal.stays] == [True] * 3
    assert deal.stays[1].seconds == 0


def test_where_the_beginning_is_not_known_there_is_no_cycle(alice):
    deal = make.deal(alice, created_is_known=False)

    deal.win(Money(1, "EUR"), utc_now(), NO_RATES)

    assert deal.closings[0].cycle_seconds is None


def test_a_closed_deal_is_not_closed_again_and_stays_as_it_was(alice):
    deal = make.won(alice, value=100_00)

    with pytest.raises(ValueError):
        deal.win(Money(1, "EUR"), utc_now(), NO_RATES)
    with pytest.raises(ValueError):
        deal.lose("Why", utc_now(), NO_RATES)

    assert (deal.value_amount, deal.lost_reason, len(deal.closings)) == (100_00, "", 1)


def test_reopening_reverses_the_closing_and_keeps_it(alice):
    deal = make.won(alice)

    deal.reopen(make.stage("Proposal"))
    kept(deal)

    assert (deal.status, deal.closed_at, deal.stage.name) == ("open", None, "Proposal")
    assert deal.closings[0].reversed_at is not None
    assert [stay.left_at is None for stay in deal.stays] == [False, False, True]
    assert verbs(deal) == ["created", "won", "reopened"]


def test_a_deal_won_again_has_one_closing_in_force(alice):
    deal = make.won(alice)
    deal.reopen(make.stage("Proposal"))

    deal.win(Money(300_00, "EUR"), utc_now(), NO_RATES)
    kept(deal)

    assert [closing.reversed_at is None for closing in deal.closings] == [False, True]


def test_only_a_closed_deal_is_reopened_and_only_into_an_open_stage(alice):
    with pytest.raises(ValueError):
        make.deal(alice).reopen(make.stage("Proposal"))
    with pytest.raises(ValueError):
        make.won(alice).reopen(make.stage("Lost"))


def test_a_closed_deal_goes_back_to_the_last_open_stage(alice):
    deal = make.lost(alice, at="Negotiation")

    assert deal.last_open_stage == make.stage("Negotiation")


def test_the_open_stay_follows_owner_and_value_and_earlier_ones_do_not(alice, bob, charlie):
    deal = make.deal(alice, value=100_00)
    deal.move_to(make.stage("Proposal"))

    deal.change(owner=bob, value=Money(900_00, "USD"))
    kept(deal)

    before, now = deal.stays
    assert (before.owner_id, before.team_id, before.value_amount, before.currency) == (
        alice.id, alice.team_id, 100_00, "EUR",
    )  # fmt: skip
    assert (now.owner_id, now.team_id, now.value_amount, now.currency) == (bob.id, None, 900_00, "USD")
    assert deal.first_owner == alice
    assert verbs(deal) == ["created", "moved", "changed"]


def test_each_move_raises_the_version_by_one(alice):
    deal = make.deal(alice)
    version = deal.version

    deal.move_to(make.stage("Proposal"))
    kept(deal)

    assert deal.version == version + 1
    with pytest.raises(Conflict):
        deal.expect(version)


def test_names_whose_letters_unfold_to_many_fit(alice, olivia):
    long = "\ufdfa" * 200

    deal, product = make.deal(alice, long, code=long[:60]), make.product(olivia, long)

    assert (deal.title, product.name) == (long, long)
