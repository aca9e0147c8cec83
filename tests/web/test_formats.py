"""Numbers, money and days as English, Persian and Chinese readers have them, and as they type them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.web import formats
from crm_app.web.money import Money
from crm_app.web.periods import GREGORIAN, JALALI, Calendar
from crm_app.web.reader import Reader, read_as

TEHRAN = ZoneInfo("Asia/Tehran")
READERS = {
    "en": Reader("en", time_zone="Asia/Tehran"),
    "fa": Reader("fa", JALALI, "persian", time_zone="Asia/Tehran", currency="IRR"),
    "zh": Reader("zh", time_zone="Asia/Tehran"),
    "rial": Reader("fa", JALALI, "persian", shows_toman=False),
    "fa latin": Reader("fa", JALALI, "latin"),
    "en jalali": Reader("en", JALALI),
    "zh jalali": Reader("zh", JALALI),
}


@pytest.fixture
def read(app):
    """`read("fa")`: from here on a Persian reads."""
    return lambda name: read_as(READERS[name])


def seen(text):
    """The mark that keeps a sign before its number, made visible."""
    return text.replace("\u200e", "⟨").replace(formats.NBSP, " ")


@pytest.mark.parametrize(
    ("reader", "amount", "currency", "whole", "short"),
    [
        ("en", 41_240_000, "EUR", "€412,400", "€412k"),
        ("en", 41_240_050, "EUR", "€412,400.50", "€412k"),
        ("en", -41_240_050, "EUR", "-€412,400.50", "-€412k"),
        ("en", 1_000_000, "EUR", "€10,000", "€10k"),
        ("en", 999_949, "EUR", "€9,999.49", "€9,999"),
        ("en", 99, "EUR", "€0.99", "€0.99"),
        ("en", 0, "EUR", "€0", "€0"),
        ("en", 99_999_999, "EUR", "€999,999.99", "€1M"),
        ("en", 3_160_000_00, "USD", "$3,160,000", "$3.16M"),
        ("en", 1_234_567_00, "CHF", "CHF 1,234,567", "CHF 1.23M"),
        ("en", 1_234_567, "JPY", "¥1,234,567", "¥1.23M"),
        ("en", 1_234_567_891, "KWD", "KWD 1,234,567.891", "KWD 1.23M"),
        ("en", 31_600_000_000, "IRR", "3,160,000,000 Toman", "3.16B Toman"),
        ("fa", 31_600_000_000, "IRR", "۳٬۱۶۰٬۰۰۰٬۰۰۰ تومان", "۳٫۱۶ میلیارد تومان"),
        ("fa", -31_600_000_000, "IRR", "⟨−۳٬۱۶۰٬۰۰۰٬۰۰۰ تومان", "⟨−۳٫۱۶ میلیارد تومان"),
        ("fa", 5, "IRR", "۰٫۵ تومان", "۰٫۵ تومان"),
        ("rial", 31_600_000_000, "IRR", "۳۱٬۶۰۰٬۰۰۰٬۰۰۰ ریال", "۳۱٫۶ میلیارد ریال"),
        ("fa", 41_240_050, "EUR", "⟨€ ۴۱۲٬۴۰۰٫۵۰", "۴۱۲ هزار €"),
        ("fa", -41_240_050, "EUR", "⟨−€ ۴۱۲٬۴۰۰٫۵۰", "⟨−۴۱۲ هزار €"),
        ("fa", 99_999_999, "EUR", "⟨€ ۹۹۹٬۹۹۹٫۹۹", "۱ میلیون €"),
        ("fa latin", 41_240_050, "EUR", "⟨€ 412,400.50", "412 هزار €"),
        ("zh", 41_240_000, "CNY", "¥412,400", "¥41.2万"),
        ("zh", 123_456_789_00, "CNY", "¥123,456,789", "¥1.23亿"),
        ("zh", 41_234_567_00, "CNY", "¥41,234,567", "¥4123万"),
        ("zh", 99_999_999_00, "CNY", "¥99,999,999", "¥1亿"),
        ("zh", 316_000_000_00, "USD", "US$316,000,000", "US$3.16亿"),
        ("zh", 31_600_000_000, "IRR", "3,160,000,000 土曼", "31.6亿 土曼"),
    ],
)
def test_money(read, reader, amount, currency, whole, short):
    read(reader)

    assert seen(formats.money(Money(amount, currency))) == whole
    assert seen(formats.money(Money(amount, currency), short=True)) == short


@pytest.mark.parametrize(
    ("reader", "value", "places", "text"),
    [
        ("en", 1234567.891, 2, "1,234,567.89"),
        ("en", 2.5, 0, "3"),
        ("en", Decimal("-0.4"), 0, "0"),
        ("en", -5, 0, "-5"),
        ("en", None, 0, "–"),
        ("fa", 1234567.891, 2, "۱٬۲۳۴٬۵۶۷٫۸۹"),
        ("fa", -5, 0, "⟨−۵"),
        ("fa latin", -5, 0, "⟨−5"),
        ("zh", -1234.5, 1, "-1,234.5"),
    ],
)
def test_numbers(read, reader, value, places, text):
    read(reader)

    assert seen(formats.num(value, places)) == text


@pytest.mark.parametrize(
    ("reader", "value", "text"),
    [
        ("en", 9_999, "9,999"),
        ("en", 12_345, "12.3k"),
        ("en", 999_999, "1M"),
        ("en", -1_234_567, "-1.23M"),
        ("fa", 12_345, "۱۲٫۳ هزار"),
        ("fa", -999_999, "⟨−۱ میلیون"),
        ("zh", 12_345, "1.23万"),
        ("zh", 10**12, "1万亿"),
    ],
)
def test_short_numbers(read, reader, value, text):
    read(reader)

    assert seen(formats.short_num(value)) == text


@pytest.mark.parametrize(
    ("reader", "share", "places", "text"),
    [
        ("en", 0.6315, 0, "63%"),
        ("en", Decimal("0.625"), 0, "63%"),
        ("en", Decimal("0.6315005"), 2, "63.15%"),
        ("fa", 0.6315, 2, "۶۳٫۱۵٪"),
        ("fa", -0.05, 0, "⟨−۵٪"),
        ("fa latin", 0.5, 0, "50%"),
        ("zh", 12.5, 0, "1,250%"),
        ("en", None, 0, "–"),
    ],
)
def test_shares(read, reader, share, places, text):
    read(reader)

    assert seen(formats.percent(share, places)) == text


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


@pytest.mark.parametrize(
    ("reader", "short", "medium", "numeric"),
    [
        ("en", "23 Nov", "23 Nov 2026", "2026-11-23"),
        ("fa", "۲ آذر", "۲ آذر ۱۴۰۵", "۱۴۰۵/۰۹/۰۲"),
        ("fa latin", "2 آذر", "2 آذر 1405", "1405/09/02"),
        ("zh", "11月23日", "2026年11月23日", "2026-11-23"),
        ("en jalali", "2 Azar", "2 Azar 1405", "1405/09/02"),
        ("zh jalali", "9月2日", "波斯历1405年9月2日", "1405/09/02"),
    ],
)
def test_days(read, reader, short, medium, numeric):
    read(reader)
    day = date(2026, 11, 23)

    assert [formats.day(day, style) for style in ("short", "medium", "numeric")] == [short, medium, numeric]
    assert formats.parse_day(numeric) == day
    assert formats.day(None) == ""


def test_an_instant_is_written_on_the_local_day(read):
    read("fa")

    assert formats.moment(datetime(2026, 11, 22, 20, 30, tzinfo=UTC)) == "۲ آذر ۱۴۰۵ ۰۰:۰۰"


@pytest.mark.parametrize(
    ("reader", "calendar", "unit", "key", "label"),
    [
        ("en", GREGORIAN, "month", "2026-11", "November 2026"),
        ("en", GREGORIAN, "quarter", "2026-Q4", "Q4 2026"),
        ("en", JALALI, "month", "1405-09", "Azar 1405"),
        ("fa", JALALI, "month", "1405-09", "آذر ۱۴۰۵"),
        ("fa", JALALI, "quarter", "1405-Q3", "پاییز ۱۴۰۵"),
        ("fa", JALALI, "year", "1405", "۱۴۰۵"),
        ("fa", GREGORIAN, "month", "2026-11", "نوامبر ۲۰۲۶"),
        ("fa", GREGORIAN, "quarter", "2026-Q4", "فصل چهارم ۲۰۲۶"),
        ("zh", GREGORIAN, "month", "2026-11", "2026年11月"),
        ("zh", GREGORIAN, "quarter", "2026-Q4", "2026年第四季度"),
        ("zh", JALALI, "month", "1405-09", "波斯历1405年9月"),
    ],
)
def test_the_names_of_periods(read, reader, calendar, unit, key, label):
    read(reader)

    assert formats.period_label(Calendar(calendar, TEHRAN).parse(unit, key)) == label


@given(st.decimals(-(10**14), 10**14, places=2))
def test_a_number_that_was_written_is_read_back(number):
    from flask import Flask

    with Flask(__name__).app_context():
        for reader in READERS.values():
            read_as(reader)
            assert formats.parse_number(formats.num(number, 2)) == number
