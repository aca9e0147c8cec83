"""As known now and as known then: what was taken back, thrown away, moved on or not yet over."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from crm_app.extensions import db, utc_now
from crm_app.measures import asking
from crm_app.measures.catalogue import MEASURES
from crm_app.measures.scope import Scope
from crm_app.web.money import Rates
from tests import make


def day(number):
    return datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=number)


@pytest.fixture
def days(organisation):
    """The hundredth to the hundred and thirtieth day, the last not counted."""
    return organisation.calendar().custom(day(100).date(), day(130).date())


@pytest.fixture
def outcomes(alice):
    """The worked example: B is lost on day 110, reopened on day 140 and won on day 150."""
    make.won(alice, title="A", value=1000_00, on=day(105))
    late = make.lost(alice, title="B", on=day(110), value=500_00)
    late.reopen(make.stage("Proposal"))
    late.closings[0].reversed_at = day(140)
    late.win(late.value, day(150), Rates.load("EUR"))
    make.lost(alice, title="C", on=day(120))
    make.won(alice, title="D", value=None, on=day(129))
    make.won(alice, title="E", value=700_00, on=day(130))
    db.session.commit()


def test_the_win_rate_as_reported(outcomes, days, alice):
    figure = asking.ask("win_rate", days, Scope(alice), as_of=days.ends_at)

    assert (figure.value, figure.numerator, figure.denominator) == (Decimal("0.5"), 2, 4)


def test_the_win_rate_as_known_now(outcomes, days, alice):
    figure = asking.ask("win_rate", days, Scope(alice))

    assert (figure.numerator, figure.denominator, figure.n, figure.status) == (2, 3, 3, "low_n")
    assert round(figure.value, 3) == Decimal("0.667")
    assert (round(figure.low, 3), round(figure.high, 3)) == (Decimal("0.208"), Decimal("0.939"))


def test_what_was_taken_back_counts_where_it_ended(outcomes, organisation, alice):
    after = organisation.calendar().custom(day(130).date(), day(160).date())

    assert asking.ask("won_value", after, Scope(alice)).value == 1200_00
    assert asking.ask("lost_deals", after, Scope(alice)).value == 0


def test_the_records_are_those_of_the_figure_in_both_ways_of_knowing(outcomes, days, alice):
    for as_of in (None, days.ends_at):
        figure = asking.ask("win_rate", days, Scope(alice), as_of)
        behind = db.session.scalars(asking.records("win_rate", days, Scope(alice), as_of=as_of)).all()
        assert len(behind) == figure.n

    assert [deal.title for deal in behind] == ["D", "C", "B", "A"]


def test_a_deal_closed_again_with_an_older_date_never_stands_twice(days, alice):
    deal = make.won(alice, on=day(110), created=day(90))
    deal.reopen(make.stage("Proposal"))
    deal.closings[0].reversed_at = day(140)
    deal.win(deal.value, day(112), Rates.load("EUR"))
    db.session.commit()

    assert asking.ask("won_deals", days, Scope(alice), as_of=day(128)).value == 1
    assert asking.ask("won_deals", days, Scope(alice)).value == 1


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_a_deal_that_is_closed_on_a_day_before_its_last_move_is_not_open_after_that_day(days, alice, outcome):
    deal = make.deal(alice, at="New lead", value=100_00, created=day(90))
    moved(deal, "Proposal", day(140))

    if outcome == "won":
        deal.win(deal.value, day(112), Rates.load("EUR"))
    else:
        deal.lose("Too dear", day(112), Rates.load("EUR"))
    db.session.commit()

    assert asking.ask(f"{outcome}_deals", days, Scope(alice)).value == 1
    assert asking.ask("open_value", days, Scope(alice)).value == 0
    assert asking.ask("open_value", days, Scope(alice), day(111)).value == 100_00


def test_a_deal_in_the_bin_counts_nowhere_until_it_is_restored(outcomes, days, alice):
    deal = db.session.scalars(asking.records("won_value", days, Scope(alice))).all()[-1]
    deal.delete()
    db.session.commit()

    assert asking.ask("won_value", days, Scope(alice)).value == 0
    deal.restore()
    db.session.commit()
    assert asking.ask("won_value", days, Scope(alice)).value == 1000_00


def test_an_average_tells_how_many_had_no_value(outcomes, days, alice):
    figure = asking.ask("average_deal", days, Scope(alice))

    assert (figure.value, figure.denominator, figure.n) == (1000_00, 1, 1)
    assert figure.notes == ("1 deal without a value is left out.",)


@pytest.mark.parametrize("measure", ["average_deal", "sales_cycle_days", "win_rate"])
def test_thirty_deals_are_enough_for_a_mean_a_median_or_a_rate(days, alice, measure):
    for _number in range(29):
        make.won(alice, value=1000_00, created=day(90), on=day(110))
    assert asking.ask(measure, days, Scope(alice)).status == "low_n"

    make.won(alice, value=1000_00, created=day(90), on=day(110))

    assert asking.ask(measure, days, Scope(alice)).status != "low_n"


def test_the_cycle_is_the_median_with_the_mean_beside_it(days, alice):
    for length in (5, 10, 60):
        make.won(alice, created=day(110 - length), on=day(110))
    make.won(alice, on=day(111), created_is_known=False)

    figure = asking.ask("sales_cycle_days", days, Scope(alice))

    assert (figure.value, figure.n, figure.numerator) == (10, 3, 75)
    assert figure.notes == (
        "The mean is 25 days.",
        "1 won deal is left out because its creation date is unknown.",
    )


def test_the_cycle_of_the_worked_example(organisation, alice):
    for created, closed in ((0, 30), (0, 60), (0, 90)):
        make.won(alice, created=day(created), on=day(closed))
    make.lost(alice, created=day(10), on=day(20))
    make.deal(alice, created=day(5))

    figure = asking.ask(
        "sales_cycle_days", organisation.calendar().custom(date(2026, 1, 1), day(100).date()), Scope(alice)
    )

    assert (figure.value, figure.numerator / figure.denominator) == (60, 60)


def test_deals_of_unknown_age_are_new_on_the_day_they_were_brought_in(days, alice):
    make.deal(alice, created=day(101))
    make.deal(alice, created=day(102), created_is_known=False)

    figure = asking.ask("new_deals", days, Scope(alice))

    assert figure.value == 2
    assert figure.notes == (
        "1 deal without a creation date counts on the day it was imported, or closed if it was already closed by then.",
    )


@pytest.mark.parametrize("measure", ["open_value", "weighted_value"])
def test_a_state_says_that_deals_still_in_their_stage_count_as_they_are_now(app, measure):
    with app.test_request_context():
        assert "not left its stage since counts with its present value" in str(MEASURES[measure].definition)


def moved(deal, stage, at):
    deal.move_to(make.stage(stage))
    deal.stays[-2].leave(at, deal.stage)
    deal.stays[-1].entered_at = at
    db.session.commit()


def test_the_pipeline_of_the_worked_example(organisation, alice):
    make.pipeline().stages[3].probability = 80
    for stage, value in (("New lead", 100_00), ("Proposal", 200_00), ("Proposal", None), ("Negotiation", 50_00)):
        make.deal(alice, at=stage, value=value, created=day(5))
    now = organisation.calendar().period("year", make.today())

    total, weighted = (asking.ask(key, now, Scope(alice)) for key in ("open_value", "weighted_value"))

    assert (total.value, total.n, total.unpriced) == (350_00, 4, 1)
    assert total.notes == ("1 of the 4 deals has no value and is not included.",)
    assert weighted.value == 150_00
    assert (total.is_partial, total.status) == (True, "partial")


def test_the_state_at_the_end_of_a_past_period_is_rebuilt_from_the_stays(organisation, alice):
    months = organisation.calendar().between(date(2026, 1, 1), date(2026, 5, 1), "month")
    deal = make.deal(alice, at="New lead", value=100_00, created=day(3))
    moved(deal, "Negotiation", day(40))
    won = make.won(alice, value=50_00, created=day(35), on=day(70))

    figures = asking.over_time("weighted_value", months, Scope(alice))

    assert [figure.value for figure in figures] == [10_00, 80_00, 75_00, 75_00]
    assert [figure.n for figure in figures] == [1, 2, 1, 1]
    behind = [db.session.scalars(asking.records("open_value", month, Scope(alice))).all() for month in months]
    assert behind == [[deal], [deal, won], [deal], [deal]] or behind[1] == [won, deal]


def test_a_state_is_the_same_asked_alone_or_among_others_lately_or_long_ago(organisation, alice):
    def ago(number):
        return utc_now() - timedelta(days=number)

    quarters = organisation.calendar().between(ago(1200).date(), make.today(), "quarter")
    still_open = make.deal(alice, at="New lead", value=100_00, created=ago(1000))
    moved(still_open, "Negotiation", ago(200))
    make.won(alice, value=50_00, created=ago(900), on=ago(250))
    make.won(alice, value=7_00, created=ago(150), on=ago(20))
    make.deal(alice, value=3_00, created=ago(700)).delete()
    db.session.commit()

    together = asking.over_time("open_value", quarters, Scope(alice))

    alone = [asking.ask("open_value", quarter, Scope(alice)) for quarter in quarters]
    assert [figure.value for figure in together] == [figure.value for figure in alone]
    assert {figure.value for figure in together} == {0, 100_00, 150_00, 107_00}
    for quarter, figure in zip(quarters, together, strict=True):
        assert len(db.session.scalars(asking.records("open_value", quarter, Scope(alice))).all()) == figure.n


def test_the_state_at_an_instant_inside_a_period(organisation, alice):
    year = organisation.calendar().period("year", date(2026, 5, 1))
    make.won(alice, value=50_00, created=day(35), on=day(70))

    for as_of, value in ((day(34), 0), (day(35), 50_00), (day(69), 50_00), (day(70), 0)):
        figure = asking.ask("open_value", year, Scope(alice), as_of)
        assert (figure.value, figure.is_partial) == (value, True)
        assert len(db.session.scalars(asking.records("open_value", year, Scope(alice), as_of=as_of)).all()) == figure.n


def test_a_period_that_has_not_begun_has_no_figure(organisation, alice):
    make.deal(alice, value=50_00)
    ahead = organisation.calendar().custom(date(2090, 1, 1), date(2091, 1, 1))

    for measure in asking.MEASURES:
        figure = asking.ask(measure, ahead, Scope(alice))
        assert (figure.value, figure.status, figure.notes) == (None, "na", ("This period has not started.",))
        assert asking.daily(measure, ahead, Scope(alice)) == []
        assert db.session.scalars(asking.records(measure, ahead, Scope(alice))).all() == []


def test_a_running_period_is_partial(organisation, alice):
    make.won(alice)
    year = organisation.calendar().period("year", make.today())

    assert asking.ask("won_value", year, Scope(alice)).status == "partial"
    assert asking.daily("won_value", year, Scope(alice))[-1].day == utc_now().astimezone(organisation.zone).date()
