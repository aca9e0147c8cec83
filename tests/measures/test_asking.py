"""Each measure over a period: what it counts, whose it counts, and that parts, records and wholes agree."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm_app.extensions import db
from crm_app.measures import asking
from crm_app.measures.catalogue import DIMENSIONS, MEASURES
from crm_app.measures.scope import Scope
from tests import make

MAY = (date(2026, 5, 1), date(2026, 6, 1))


@pytest.fixture
def may(organisation):
    return organisation.calendar().custom(*MAY)


def test_won_value_adds_up_the_values_of_deals_won_in_the_period(alice, may):
    make.won(alice, value=100_00, on=date(2026, 5, 2))
    make.won(alice, value=250_50, on=date(2026, 5, 31))
    make.won(alice, value=999_00, on=date(2026, 6, 2))

    figure = asking.ask("won_value", may, Scope(alice))

    assert (figure.value, figure.n, figure.status) == (350_50, 2, "ok")


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_answers_on_an_empty_database(alice, may, measure):
    figure = asking.ask(measure, may, Scope(alice))

    unknown = measure in ("win_rate", "average_deal", "sales_cycle_days")
    assert figure.value is None if unknown else figure.value == 0
    assert figure.status == ("na" if unknown else "ok")
    for dimension in DIMENSIONS[measure]:
        assert asking.by(measure, may, dimension, Scope(alice)) == []
    assert len(asking.daily(measure, may, Scope(alice))) == 31
    assert db.session.scalars(asking.records(measure, may, Scope(alice))).all() == []


@pytest.fixture
def busy(alice, bob, charlie, may):
    """Two reps, one of them in a team, with won, lost, new and open deals of every kind."""
    lamp = make.product(name="Lamp")
    shop = make.company(alice, industry="Retail")
    make.won(alice, value=100_00, on=date(2026, 5, 2), product=lamp, company=shop)
    make.won(alice, value=None, on=date(2026, 5, 3), product=lamp)
    make.won(bob, value=70_07, on=date(2026, 5, 20), company=shop)
    make.won(bob, value=50_00, on=date(2026, 4, 30), created_is_known=False)
    make.won(None, value=31_00, on=date(2026, 5, 20), created_is_known=False)
    make.lost(alice, on=date(2026, 5, 9), product=lamp)
    make.lost(bob, on=date(2026, 5, 9))
    make.deal(alice, at="Proposal", value=333_33, created=datetime(2026, 5, 5, tzinfo=UTC), product=lamp)
    make.deal(bob, at="Qualified", value=10_01, created=datetime(2026, 5, 5, tzinfo=UTC), company=shop)
    make.deal(bob, value=None, created=datetime(2026, 4, 5, tzinfo=UTC))
    return may


@pytest.mark.parametrize("measure", MEASURES)
def test_groups_add_up_to_the_whole(busy, olivia, measure):
    scope = Scope(olivia)
    whole = asking.ask(measure, busy, scope)

    for dimension in DIMENSIONS[measure]:
        groups = asking.by(measure, busy, dimension, scope)
        assert sum(group.figure.n for group in groups) == whole.n
        if MEASURES[measure].adds_up:
            assert sum(group.figure.value for group in groups) == whole.value
        for group in groups:
            behind = asking.records(measure, busy, scope, dimension, group.key)
            assert len(db.session.scalars(behind).all()) == group.figure.n


@pytest.mark.parametrize("measure", MEASURES)
def test_the_last_day_is_the_figure(busy, olivia, measure):
    figure = asking.ask(measure, busy, Scope(olivia))

    last = asking.daily(measure, busy, Scope(olivia))[-1]

    assert last.day == date(2026, 5, 31)
    assert abs(last.value - Decimal(figure.value)) < 1


def test_the_values_on_the_last_day(busy, olivia):
    values = {key: asking.ask(key, busy, Scope(olivia)).value for key in MEASURES}

    assert values == {
        "won_value": 201_07,
        "won_deals": 4,
        "lost_deals": 2,
        "new_deals": 2,
        "open_value": 343_34,
        "weighted_value": 166_67 + 2_50,
        "win_rate": Decimal(4) / 6,
        "average_deal": 67_02,
        "sales_cycle_days": Decimal(30),
    }
