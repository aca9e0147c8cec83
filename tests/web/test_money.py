"""Money: minor units, dated rates, and sums that never mix currencies."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.extensions import db
from crm_app.web.money import LARGEST, Money, Rate, Rates, is_currency, minor_digits, to_minor

EARLY, LATE = date(2026, 1, 1), date(2026, 6, 1)


@pytest.fixture
def rates():
    return Rates(
        "EUR", [("USD", LATE, Decimal("0.9")), ("USD", EARLY, Decimal("0.5")), ("JPY", EARLY, Decimal("0.006"))]
    )


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("IRR", 0), ("JPY", 0), ("KWD", 3), ("CNY", 2)])
def test_currencies_differ_in_their_minor_unit(currency, digits):
    assert minor_digits(currency) == digits
    assert Money(12345, currency).units == Decimal(12345).scaleb(-digits)


@settings(deadline=None)
@given(st.integers(-LARGEST, LARGEST), st.sampled_from(["EUR", "IRR", "KWD"]))
def test_units_and_minor_units_are_the_same_amount(amount, currency):
    assert to_minor(Money(amount, currency).units, currency) == amount


@pytest.mark.parametrize(
    ("units", "currency"), [("0.001", "EUR"), ("0.5", "JPY"), ("1e30", "EUR"), (str(LARGEST), "EUR"), ("-1e20", "IRR")]
)
def test_what_is_too_fine_or_too_large_is_no_amount(units, currency):
    with pytest.raises(ValueError, match="is no amount of"):
        to_minor(Decimal(units), currency)


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2025, 12, 31), None), (EARLY, "0.5"), (date(2026, 5, 31), "0.5"), (LATE, "0.9"), (date(2030, 1, 1), "0.9")],
)
def test_a_rate_holds_from_its_day_until_the_next(rates, day, rate):
    assert rates.on("USD", day) == (None if rate is None else Decimal(rate))


def test_conversion_goes_between_minor_units_and_rounds_half_up(rates):
    assert rates.convert(Money(100_00, "USD"), LATE) == 90_00
    assert rates.convert(Money(1, "USD"), EARLY) == 1
    assert rates.convert(Money(1_000, "JPY"), LATE) == 6_00
    assert rates.convert(Money(5_00, "EUR"), date(1900, 1, 1)) == 5_00
    assert rates.convert(Money(5_00, "CHF"), LATE) is None
    assert Rates("IRR", [("EUR", EARLY, Decimal(1_400_000))]).convert(Money(1_00, "EUR"), LATE) == 1_400_000


def test_what_is_too_large_to_be_added_up_is_not_known():
    rates = Rates("IRR", [("EUR", EARLY, Decimal(1_400_000))])

    assert rates.convert(Money(LARGEST, "EUR"), LATE) is None
    assert rates.convert(Money(500_000_000_000_00, "EUR"), LATE) is None
    assert rates.convert(Money(5_000_000_000_00, "EUR"), LATE) == 7_000_000_000_000_000


def test_a_total_converts_and_names_what_it_left_out(rates):
    total = rates.total({"EUR": 1_00, "USD": 100_00, "CHF": 7_00, "GBP": 0}, LATE)

    assert (total.money, total.missing) == (Money(91_00, "EUR"), ("CHF",))
    assert rates.total({}, LATE).money == Money(0, "EUR")


def test_rates_come_from_the_database_exactly(app):
    db.session.add(Rate(currency="USD", day=EARLY, rate=Decimal("0.0000012345")))
    db.session.commit()

    rates = Rates.load("EUR")

    assert rates.on("USD", LATE) == Decimal("0.0000012345")


def test_known_currencies():
    assert is_currency("IRR")
    assert not is_currency("XYZ")
    assert not is_currency("eur")
