"""Numbers, amounts and days as people type them: read rightly or refused, never guessed."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.reader import Reader, read_as

READERS = {
    "en": Reader("en"),
    "fa": Reader("fa", "jalali", "persian", currency="IRR"),
    "rial": Reader("fa", "jalali", "persian", shows_toman=False),
    "fa latin": Reader("fa", "jalali", "latin"),
    "zh": Reader("zh"),
}


@pytest.fixture
def read(app):
    """`read("fa")`: from here on a Persian reads."""
    return lambda name: read_as(READERS[name])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("currency", ["EUR", "IRR", "JPY", "KWD", "CHF"])
def test_an_amount_in_a_form_is_read_back_as_it_was(read, reader, currency):
    read(reader)

    for amount in (0, 1, 10, 1234, 1_234_567, 100_000):
        value = Money(amount, currency)
        assert formats.parse_money(formats.money_input(value), currency) == value
        assert formats.parse_money(formats.money(value), currency) == value
        assert formats.parse_money(formats.money(Money(-amount, currency)), currency) == Money(-amount, currency)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("۱۲۳٫۵", "123.5"),
        ("١٢٣٤", "1234"),
        ("１，２３４．５", "1234.5"),
        ("1,234.56", "1234.56"),
        ("۱٬۲۳۴٬۵۶۷", "1234567"),
        ("1 234 567", "1234567"),
        ("1\u202f234", "1234"),
        ("1'234", "1234"),
        ("۱/۵", "1.5"),
        ("−5", "-5"),
        ("\u200e−۵", "-5"),
        ("- 5", "-5"),
        ("۵٪", "5"),
        (".5", "0.5"),
    ],
)
def test_numbers_as_they_are_typed(read, text, number):
    read("en")

    assert formats.parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    "| |abc|1.234,56|1,5|0,500|1,0842|12 34|1 234,567|1e5|NaN|Infinity|²|1_000|0x10|--5|5.|1,234,|1..5|१२|٪|1/2/3"
    f"|=1+1|{'9' * 50}".split("|"),
)
def test_what_is_not_surely_a_number_is_refused(read, text):
    read("en")

    with pytest.raises(ValueError, match="is not a number"):
        formats.parse_number(text)


def test_groups_of_four_are_chinese(read):
    read("zh")

    assert formats.parse_number("12,3456") == 123456


@pytest.mark.parametrize(
    ("reader", "text", "currency", "amount"),
    [
        ("en", "€1,500", "EUR", 1500_00),
        ("en", "1500 eur", "EUR", 1500_00),
        ("en", "US$5", "USD", 5_00),
        ("zh", "5元", "CNY", 5_00),
        ("zh", "￥5", "CNY", 5_00),
        ("fa", "۵۰۰", "IRR", 5000),
        ("rial", "۵۰۰", "IRR", 500),
        ("fa", "۵۰۰ ریال", "IRR", 500),
        ("rial", "۵۰۰ تومان", "IRR", 5000),
        ("fa", "۰٫۵", "IRR", 5),
        ("en", "5 IRR", "IRR", 5),
    ],
)
def test_amounts_as_they_are_typed(read, reader, text, currency, amount):
    read(reader)

    assert formats.parse_money(text, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("$500", "EUR"),
        ("500 USD", "EUR"),
        ("۵ تومان", "EUR"),
        ("€5", "IRR"),
        ("5 toman rial", "IRR"),
        ("1.234", "EUR"),
        ("1.5", "JPY"),
        ("0.55", "IRR"),
        ("9" * 17, "EUR"),
        ("€", "EUR"),
        ("€5€", "EUR"),
    ],
)
def test_amounts_of_another_currency_or_finer_than_it_has_are_refused(read, text, currency):
    read("fa")

    with pytest.raises(ValueError, match=r"is no|names two units"):
        formats.parse_money(text, currency)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-02-28", date(2017, 2, 28)),
        ("2017/2/8", date(2017, 2, 8)),
        ("20170208", date(2017, 2, 8)),
        ("2017年2月8日", date(2017, 2, 8)),
        ("1405-09-02", date(2026, 11, 23)),
        ("۱۴۰۵/۰۹/۰۲", date(2026, 11, 23)),
        ("١٤٠٥/٩/٢", date(2026, 11, 23)),
        ("波斯历1405年9月2日", date(2026, 11, 23)),
        ("1403-12-30", date(2025, 3, 20)),
        ("1404-01-01", date(2025, 3, 21)),
        ("14040101", date(2025, 3, 21)),
        ("\u200f2017 - 2 - 8 ", date(2017, 2, 8)),
    ],
)
def test_days_as_they_are_typed(read, text, day):
    read("en")

    assert formats.parse_day(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31/02/2017",
        "05/06/2017",
        "2017-02-31",
        "1404-12-30",
        "1404-13-01",
        "2017-00-10",
        "0001-01-01",
        "9999-01-01",
        "1650-01-01",
        "2017-5",
        "17-05-06",
        "2017/1-5",
        "2017 05 06",
        "tomorrow",
        "2017-01-01-01",
    ],
)
def test_what_is_not_surely_a_day_is_refused(read, text):
    read("en")

    with pytest.raises(ValueError, match=r"."):
        formats.parse_day(text)


@settings(deadline=None)
@given(st.decimals(-(10**14), 10**14, places=2))
def test_a_number_that_was_written_is_read_back(number):
    with Flask(__name__).app_context():
        for reader in READERS.values():
            read_as(reader)
            assert formats.parse_number(formats.num(number, 2)) == number
