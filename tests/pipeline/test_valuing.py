"""Closed deals are valued at the rate of the day on which they closed."""

import time
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import insert

from crm_app.extensions import db, utc_now
from crm_app.pipeline import valuing
from crm_app.pipeline.models import Closing
from crm_app.web.money import Rate
from tests import make


def _rate(currency, day, rate):
    db.session.add(Rate(currency=currency, day=day, rate=Decimal(str(rate))))
    db.session.flush()


def _worth(deal):
    db.session.expire_all()
    return deal.closings[0].base_amount


def test_a_missing_rate_that_is_entered_gives_closings_their_value(alice):
    before = make.won(alice, value=100_00, currency="USD", on=date(2026, 1, 31))
    since = make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    own = make.won(alice, value=100_00, on=date(2026, 2, 1))
    _rate("USD", date(2026, 2, 1), "0.925")

    assert valuing.revalue({"USD"}) == 1
    assert (_worth(before), _worth(since), _worth(own)) == (None, 92_50, 100_00)


def test_the_day_is_the_one_of_the_organisations_zone(alice):
    late = make.won(alice, value=100_00, currency="USD", on=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    _rate("USD", date(2026, 2, 1), 2)

    valuing.revalue()

    assert _worth(late) == 200_00


def test_amounts_round_half_up_in_units_of_the_base(alice):
    yen = make.won(alice, value=333, currency="JPY", on=date(2026, 2, 1))
    _rate("JPY", date(2026, 1, 1), "0.0055")

    valuing.revalue()

    assert _worth(yen) == 183


def test_a_rate_that_goes_leaves_closings_without_a_value(alice):
    deal = make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    _rate("USD", date(2026, 1, 1), 2)
    valuing.revalue()
    db.session.query(Rate).delete()

    assert valuing.revalue(["USD"]) == 1
    assert _worth(deal) is None


def test_what_is_right_already_is_left_alone_and_other_currencies_too(alice):
    make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    make.won(alice, value=None, on=date(2026, 2, 1))
    other = make.won(alice, value=100_00, currency="GBP", on=date(2026, 2, 1))
    _rate("USD", date(2026, 1, 1), 2)
    _rate("GBP", date(2026, 1, 1), 3)

    assert valuing.revalue({"USD"}) == 1
    assert valuing.revalue({"USD"}) == 0
    assert _worth(other) is None


def test_currencies_without_a_rate_are_told_with_their_number(alice):
    for _number in range(2):
        make.won(alice, value=100_00, currency="USD", on=date(2026, 2, 1))
    make.lost(alice, on=date(2026, 2, 1))
    make.won(alice, value=1, currency="GBP", on=date(2026, 2, 1))
    make.won(alice, value=1, currency="GBP", on=date(2026, 2, 1)).reopen(make.stage("Proposal"))

    assert valuing.unvalued() == [("USD", 2), ("GBP", 1)]


def test_twenty_thousand_closings_are_valued_in_seconds_and_few_statements(alice, statements):
    deal = make.deal(alice)
    rows = [
        {"deal_id": deal.id, "outcome": "won", "closed_at": utc_now(), "value_amount": n + 1, "currency": "USD"}
        for n in range(20_000)
    ]
    db.session.execute(insert(Closing), rows)
    _rate("USD", date(2020, 1, 1), 2)
    started = time.monotonic()

    with statements() as seen:
        assert valuing.revalue({"USD"}) == 20_000

    assert time.monotonic() - started < 20
    assert len(seen) <= 12
    total = db.session.scalar(db.select(db.func.sum(Closing.base_amount)))
    assert total == 2 * sum(range(1, 20_001))
