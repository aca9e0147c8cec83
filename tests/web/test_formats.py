"""Numbers, money and days as English, Persian and Chinese readers have them, and as they type them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

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
        ("en", -41_240_050, "EUR", "−€412,400.50", "−€412k"),
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
        ("en", -5, 0, "−5"),
        ("en", None, 0, "–"),
        ("fa", 1234567.891, 2, "۱٬۲۳۴٬۵۶۷٫۸۹"),
        ("fa", -5, 0, "⟨−۵"),
        ("fa latin", -5, 0, "⟨−5"),
        ("zh", -1234.5, 1, "−1,234.5"),
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
        ("en", -1_234_567, "−1.23M"),
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
        ("fa", 0.6315, 2, "⟨۶۳٫۱۵٪"),
        ("fa", -0.05, 0, "⟨−۵٪"),
        ("fa latin", 0.5, 0, "⟨50%"),
        ("zh", 12.5, 0, "1,250%"),
        ("en", None, 0, "–"),
    ],
)
def test_shares(read, reader, share, places, text):
    read(reader)

    assert seen(formats.percent(share, places)) == text


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
