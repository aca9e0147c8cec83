"""Amounts of different currencies are converted at dated rates or left out and named; they are never just added."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.scope import Scope
from crm_app.web.money import Rate
from tests import make


@pytest.fixture
def dollars(organisation):
    db.session.add_all(
        [
            Rate(currency="USD", day=date(2026, 1, 1), rate=Decimal("0.5")),
            Rate(currency="USD", day=date(2026, 5, 10), rate=Decimal("0.9")),
            Rate(currency="IRR", day=date(2026, 1, 1), rate=Decimal("0.000001")),
        ]
    )
    db.session.commit()


@pytest.fixture
def may(organisation):
    return organisation.calendar().custom(date(2026, 5, 1), date(2026, 6, 1))


def test_won_deals_count_at_the_rate_of_the_day_they_were_won(dollars, may, alice):
    make.won(alice, value=100_00, currency="USD", on=date(2026, 5, 9))
    make.won(alice, value=100_00, currency="USD", on=date(2026, 5, 10))
    make.won(alice, value=3_000_000, currency="IRR", on=date(2026, 5, 10))
    make.won(alice, value=7_00, on=date(2026, 5, 10))

    figure = asking.ask("won_value", may, Scope(alice))

    assert (figure.value, figure.status, figure.n) == (50_00 + 90_00 + 3_00 + 7_00, "ok", 4)


def test_a_currency_without_a_rate_is_left_out_and_counted(may, alice):
    make.won(alice, value=7_00, on=date(2026, 5, 10))
    make.won(alice, value=100_00, currency="USD", on=date(2026, 5, 10))
    make.won(alice, value=None, on=date(2026, 5, 10))

    for measure, n in (("won_value", 3), ("average_deal", 1)):
        figure = asking.ask(measure, may, Scope(alice))
        assert (figure.value, figure.status, figure.n) == (7_00, "mixed_currency", n)
        assert figure.notes == (
            "1 of the 3 deals has no value and is not included."
            if measure == "won_value"
            else "1 deal without a value is left out.",
            "1 deal is left out: its currency has no exchange rate for the day.",
        )
    assert asking.ask("won_deals", may, Scope(alice)).status == "ok"


def test_open_deals_count_at_the_rate_of_the_day_looked_at(dollars, organisation, alice):
    make.deal(alice, at="Proposal", value=100_00, currency="USD", created=datetime(2026, 2, 1, tzinfo=UTC))
    make.deal(alice, at="Proposal", value=1_00, created=datetime(2026, 2, 1, tzinfo=UTC))
    months = organisation.calendar().between(date(2026, 4, 1), date(2026, 6, 1), "month")

    assert [figure.value for figure in asking.over_time("open_value", months, Scope(alice))] == [51_00, 91_00]
    assert [figure.value for figure in asking.over_time("weighted_value", months, Scope(alice))] == [25_50, 45_50]


def test_open_deals_without_a_rate_are_left_out_now_and_then(organisation, alice):
    make.deal(alice, value=100_00, currency="USD", created=datetime(2026, 2, 1, tzinfo=UTC))
    make.deal(alice, value=1_00, created=datetime(2026, 2, 1, tzinfo=UTC))
    calendar = organisation.calendar()

    for period in (calendar.period("month", date(2026, 4, 1)), calendar.period("year", make.today())):
        figure = asking.ask("open_value", period, Scope(alice))
        assert (figure.value, figure.status, figure.n) == (1_00, "mixed_currency", 2)


def test_the_greatest_amounts_add_up_without_loss(may, alice):
    greatest = 9 * 10**15
    for _number in range(3):
        make.won(alice, value=greatest, on=date(2026, 5, 10))
        make.deal(alice, at="Negotiation", value=greatest - 1, created=datetime(2026, 5, 1, tzinfo=UTC))

    assert asking.ask("won_value", may, Scope(alice)).value == 3 * greatest
    assert asking.ask("open_value", may, Scope(alice)).value == 3 * (greatest - 1)
    assert asking.ask("weighted_value", may, Scope(alice)).value == (3 * (greatest - 1) * 75 + 50) // 100
